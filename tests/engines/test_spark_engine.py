"""Phases on the Spark runner: its errors as errors of a run, and units that end their workers."""

import importlib.util
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from apache_beam.runners.runner import PipelineRunner

from corpus_pipeline.engines.spark import SparkEngine
from corpus_pipeline.engines.spark_cluster import cluster_up
from corpus_pipeline.errors import EngineError
from corpus_pipeline.spark_runner import (
    SparkRunnerError,
    UnsupportedPipelineError,
    WorkerDiedError,
    WorkerStuckError,
)
from corpus_pipeline.transforms import Work, item_ranges, unrolled


class Empty:
    """A phase that does nothing with its items."""

    name = "prepare"

    def work(self, items: Sequence[int]) -> Work:
        return Work(item_ranges(items), unrolled, ())


class Failing(PipelineRunner):  # type: ignore[misc]
    """A Beam runner that refuses every pipeline."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def run_pipeline(self, pipeline: object, options: object) -> None:
        raise self._error


class Report:
    def advance(self, items: int, text_bytes: int, errors: int = 0) -> None: ...

    def done(self, items: Sequence[int], clocks: object) -> None: ...


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize(
    ("error", "line"),
    [
        (SparkRunnerError("Spark does not start: x"), "Spark does not start: x"),
        (UnsupportedPipelineError("uses state"), "uses state"),
        (WorkerStuckError("item 5 took over 2 s"), "phase prepare: item 5 took over 2 s; "
         "raise unit_timeout or lower plan.unit_bytes"),
        (WorkerDiedError("a Python worker died"), "phase prepare: a Python worker died; if memory "
         "is short, lower plan.unit_bytes or raise spark.executor.memoryOverhead"),
    ],
)  # fmt: skip
def test_errors_of_the_runner_are_errors_of_the_run(
    monkeypatch: pytest.MonkeyPatch, error: Exception, line: str, debug: bool
) -> None:
    class Engine(SparkEngine):
        def runner(self, items: int) -> Any:
            return Failing(error)

    monkeypatch.setenv("CORPUS_DEBUG", "1" if debug else "")
    with Engine({}, lambda: None) as engine, pytest.raises(EngineError) as caught:
        engine.run(Empty(), [1], 1, Report())
    assert type(caught.value) is EngineError
    assert str(caught.value) == line


def test_the_cluster_raises_errors_of_the_run(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"^no cluster of the kind 'flink' is known"):
        cluster_up(tmp_path / "cluster", kind="flink")


# On Spark

DRIVER = """
    import os, sys, time
    from pathlib import Path
    from corpus_pipeline.engines.spark import SparkEngine
    from corpus_pipeline.transforms import Transform, Work, item_ranges, unrolled

    def behave(item, how, folder):
        tries = Path(folder, f"{item}-{time.monotonic_ns()}")
        tries.touch()
        if item == 5 and (how != "dies-once" or len(list(Path(folder).glob("5-*"))) == 1):
            time.sleep(600) if how == "stuck" else os._exit(9)
        return item

    class Behave(Transform):
        output = int

        def __init__(self, how, folder):
            self.how, self.folder = how, folder

        def process(self, item):
            yield behave(item, self.how, self.folder)

    class Behaving:
        name = "prepare"

        def work(self, items):
            return Work(item_ranges(items), unrolled, (Behave(*sys.argv[1:]),))

    class Silent:
        def advance(self, *_): pass
        def done(self, items, clocks): print("done", list(items))

    with SparkEngine({"spark.master": "local[2,3]"}, int, unit_timeout=2.0) as engine:
        try:
            engine.run(Behaving(), range(4, 8), 1, Silent())
        except Exception as error:
            print(f"{type(error).__name__}: {error}")
"""


@pytest.mark.cluster
@pytest.mark.skipif(
    importlib.util.find_spec("pyspark") is None or shutil.which("java") is None,
    reason="needs pyspark and Java 17",
)
@pytest.mark.parametrize(
    ("how", "tries", "line"),
    [
        ("stuck", 3, "EngineError: phase prepare: item 5 took over 2 s 3 times; "
                     "raise unit_timeout or lower plan.unit_bytes"),
        ("dies", 3, "EngineError: phase prepare: a Python worker died 3 times at item 5; if memory "
                    "is short, lower plan.unit_bytes or raise spark.executor.memoryOverhead"),
        ("dies-once", 2, "done [4, 5, 6, 7]"),
    ],
)  # fmt: skip
def test_a_unit_that_ends_its_worker(tmp_path: Path, how: str, tries: int, line: str) -> None:
    script = tmp_path / "driver.py"
    script.write_text(textwrap.dedent(DRIVER))
    (tmp_path / "tries").mkdir()
    ended = subprocess.run(
        [sys.executable, str(script), how, str(tmp_path / "tries")],
        capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert ended.stdout.strip() == line, ended.stderr
    assert ended.stderr == ""
    assert len(list((tmp_path / "tries").glob("5-*"))) == tries
