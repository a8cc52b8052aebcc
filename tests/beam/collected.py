"""Rows that a pipeline gives, on any runner: its workers write them into a folder."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner


class Keep(beam.DoFn):  # type: ignore[misc]
    """Writes rows as JSON, a file for each bundle."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def start_bundle(self) -> None:
        """Begins a file."""
        self._lines: list[str] = []

    def process(self, row: Any) -> None:
        """Adds a row."""
        self._lines.append(json.dumps(row))

    def finish_bundle(self) -> None:
        """Writes the file."""
        Path(self._folder, uuid.uuid4().hex).write_text("\n".join(self._lines), "utf-8")


def collect(
    build: Callable[[beam.Pipeline], beam.PCollection],
    folder: Path,
    runner: Any = None,
    options: PipelineOptions | None = None,
) -> list[Any]:
    """Runs a pipeline and returns its rows, in no order."""
    folder = folder / uuid.uuid4().hex
    folder.mkdir(parents=True)
    with beam.Pipeline(runner=runner or FnApiRunner(), options=options) as pipeline:
        build(pipeline) | "Keep" >> beam.ParDo(Keep(str(folder)))
    lines = [line for file in folder.iterdir() for line in file.read_text("utf-8").splitlines()]
    return [json.loads(line) for line in lines if line]
