"""Measures what a newcomer waits for: the start of commands, on inputs that are next to nothing.

    python benchmarks/start.py                             this package and a bare Beam pipeline
    python benchmarks/start.py --datatrove VENV/bin/python datatrove on the same two documents too

Every figure is the wall time of a whole process, the least of some rounds after one that is not
counted (kernels, file cache), and the processor seconds of the process and its children.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import zstandard

ROOT = Path(__file__).parent.parent
DATA = ROOT / "examples" / "data"

#: Two documents through a pipeline that does nothing but keep them, on Beam's in-memory runner.
BEAM = """
import json, sys
import apache_beam as beam
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
with beam.Pipeline(runner=FnApiRunner()) as pipeline:
    rows = [line for line in open(sys.argv[1], encoding="utf-8")]
    _ = (pipeline | beam.Create(rows) | beam.Map(json.loads)
         | beam.Filter(lambda row: len(row["text"]) > 100) | beam.Map(json.dumps)
         | beam.io.WriteToText(sys.argv[2] + "/kept"))
"""
#: The same two through datatrove's quality filters and tokenization-free writer, one process.
DATATROVE = """
import sys
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.filters import C4QualityFilter, GopherQualityFilter, GopherRepetitionFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
folder, name = sys.argv[1].rsplit("/", 1)
LocalPipelineExecutor(
    pipeline=[JsonlReader(folder, glob_pattern=name), GopherRepetitionFilter(),
              GopherQualityFilter(), C4QualityFilter(), JsonlWriter(sys.argv[2] + "/kept")],
    tasks=1, logging_dir=sys.argv[2] + "/logs",
).run()
"""


class Figure(NamedTuple):
    """What one command takes."""

    seconds: float
    cpu: float


def measured(command: list[str], clean: Callable[[], None], rounds: int) -> Figure:
    """Runs a command some times, each after `clean`, and returns the least seconds."""
    figures = []
    for _ in range(rounds + 1):
        clean()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.monotonic()
        done = subprocess.run(command, capture_output=True, check=False, cwd=ROOT, text=True)
        seconds = time.monotonic() - start
        if done.returncode:
            sys.exit(f"{' '.join(command)}: {done.stderr.strip()[-500:]}")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        figures.append(Figure(seconds, cpu))
    return min(figures[1:])


def two_documents(folder: Path) -> Path:
    """Writes two documents that pass every filter, and a configuration for them."""
    corpus = folder / "two.jsonl"
    with zstandard.open(DATA / "articles.jsonl.zst", "rt", encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    chosen = [text for text in texts if 2000 < len(text) < 5000][3:5]
    lines = [json.dumps({"text": text}, ensure_ascii=False) for text in chosen]
    corpus.write_text("\n".join(lines) + "\n", encoding="utf-8")
    config = folder / "two.yaml"
    config.write_text(f"inputs: [{{path: {corpus}, source: two}}]\noutput: {folder}/out\n")
    return corpus


def main() -> None:
    """Prints a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--datatrove", help="interpreter of an environment that has datatrove")
    options = parser.parse_args()
    call = "from corpus_pipeline.cli.main import main; main()"
    corpus = [sys.executable, "-c", call]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        two = two_documents(folder)
        out, demo = folder / "out", folder / "demo"
        peer = folder / "peer"

        def fresh(path: Path) -> Callable[[], None]:
            return lambda: shutil.rmtree(path, ignore_errors=True)

        def nothing() -> None: ...

        workers = ["--workers", str(options.workers)]
        commands: list[tuple[str, list[str], Callable[[], None]]] = [
            ("corpus --help", [*corpus, "--help"], nothing),
            ("two documents, every stage", [*corpus, "run", f"{folder}/two.yaml", *workers],
             fresh(out)),
            ("the demo, 2,143 documents of 18 MB", [*corpus, "run", "examples/demo.yaml",
             "--output", str(demo), *workers], fresh(demo)),
            ("stats of the demo", [*corpus, "stats", str(demo)], nothing),
            ("why of one document", [*corpus, "why", str(demo), "0:0"], nothing),
            ("verify of the demo", [*corpus, "verify", str(demo)], nothing),
            ("bare Beam pipeline, two documents", [sys.executable, "-c", BEAM, str(two), str(peer)],
             fresh(peer)),
        ]  # fmt: skip
        if options.datatrove:
            code = [options.datatrove, "-c", DATATROVE, str(two), str(peer)]
            commands.append(("datatrove, two documents, its quality filters", code, fresh(peer)))
        print("| command | seconds | processor seconds |\n| --- | ---: | ---: |")
        for title, command, clean in commands:
            figure = measured(command, clean, options.rounds)
            print(f"| {title} | {figure.seconds:.2f} | {figure.cpu:.2f} |", flush=True)


if __name__ == "__main__":
    main()
