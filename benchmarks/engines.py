"""Runs one corpus on every engine and compares what comes out, byte by byte.

    python benchmarks/engines.py                 # 300 MB of English, all engines that are there
    python benchmarks/engines.py --demo          # the demonstration corpus
    python benchmarks/engines.py --only direct   # engines whose name begins so

Prints a Markdown table: time of the whole job with its start, peak memory of the driver and of the
largest worker process, and whether tokens/, ledger/, documents/ and rejected/ are the same as those
of the first engine. Spark and Prism are taken from where `make setup-cluster` puts them.
"""

import argparse
import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml
from bench_corpus import write_corpus
from whole_job import SAMPLE, PeakMemory, configuration

from corpus_pipeline.spark_runner.cluster_processes import marked

ROOT = Path(__file__).parent.parent
BEYOND = ROOT / ".beyond"
FOLDERS = ("tokens", "ledger", "documents", "rejected")
CORPUS = [sys.executable, "-m", "corpus_pipeline.cli.main"]


class Engine(NamedTuple):
    """One way to run the job."""

    name: str
    runner: str
    options: dict[str, str]
    workers: int
    spark: str | None = None
    """Version of Spark, if it needs one."""
    cluster: bool = False
    """Whether a standalone cluster is started for it."""


def engines() -> list[Engine]:
    """Lists the engines that can be run here."""
    found = [Engine(f"direct, {n} workers", "direct", {}, n) for n in (1, 2, 4)]
    if shutil.which("java"):
        for version in ("4.1", "3.5"):
            if (BEYOND / f"spark-{version}").exists():
                local = {"spark.master": "local[4]", "spark.ui.enabled": "false"}
                found.append(Engine(f"Spark {version}, local[4]", "spark", local, 4, version))
                found.append(
                    Engine(f"Spark {version}, cluster of 2 x 2", "spark", {}, 4, version, True)
                )
    if (BEYOND / "prism").exists():
        options = {"prism_location": str(BEYOND / "prism")}
        found.append(Engine("PrismRunner, threads of the driver", "PrismRunner", options, 1))
    with contextlib.suppress(ImportError):
        import distributed  # noqa: F401

        found.append(Engine("DaskRunner, 4 workers", "DaskRunner", {}, 4))
    return found


@contextlib.contextmanager
def environment(engine: Engine, folder: Path) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Yields environment variables and runner options; a cluster lives as long as the block."""
    variables = dict(os.environ)
    if engine.spark is not None:
        variables["PYTHONPATH"] = str(BEYOND / f"spark-{engine.spark}")
    if not engine.cluster:
        yield variables, engine.options
        return
    place = ["--dir", str(folder / "cluster")]
    up = [*CORPUS, "cluster", "up", "spark", "--workers", "2", "--cores", "2", "--memory", "1g"]
    told = subprocess.run([*up, *place], env=variables, check=True, capture_output=True, text=True)
    master = told.stdout.split("spark.master=")[1].split()[0]
    try:
        yield variables, {"spark.master": master, "spark.executor.memory": "1g"}
    finally:
        down = [*CORPUS, "cluster", "down", *place]
        subprocess.run(down, env=variables, check=True, capture_output=True)


def measure(engine: Engine, config: Path, folder: Path) -> tuple[float, int, int, str]:
    """Returns seconds, peak bytes of the driver and of the largest worker, digest of the output."""
    output = folder / "out"
    with environment(engine, folder) as (variables, options):
        command = [*CORPUS, "run", str(config), "--output", str(output), "--overwrite"]
        command += ["--runner", engine.runner, "--workers", str(engine.workers)]
        command += ["--memory", f"{2 * engine.workers}GB"]
        for key, value in options.items():
            command += ["--runner-option", f"{key}={value}"]
        start = time.monotonic()
        process = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL)
        watcher = PeakMemory(process.pid, lambda: marked(folder / "cluster"))
        watcher.start()
        code = process.wait()
        seconds = time.monotonic() - start
        peaks = watcher.stop()
    if code:
        sys.exit(f"{engine.name}: corpus run ended with {code}")
    driver = peaks.pop(process.pid, 0)
    return seconds, driver, max(peaks.values(), default=0), digest(output)


def digest(output: Path) -> str:
    """Hashes names and bytes of all files that must not depend on the engine."""
    found = hashlib.sha256()
    for folder in FOLDERS:
        for path in sorted((output / folder).iterdir()):
            found.update(f"{folder}/{path.name}\0".encode() + path.read_bytes())
    return found.hexdigest()


def main() -> None:
    """Runs everything and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--output", type=Path, default=ROOT / "bench-out")
    arguments = parser.parse_args()
    folder = arguments.output.resolve() / "engines"
    folder.mkdir(parents=True, exist_ok=True)
    config = ROOT / "examples" / "demo.yaml"
    if not arguments.demo:
        corpus = arguments.output.resolve() / f"english-{arguments.megabytes}.jsonl.zst"
        if not corpus.exists():
            write_corpus(SAMPLE, corpus, arguments.megabytes * 10**6)
        config = folder / "engines.yaml"
        config.write_text(yaml.safe_dump(configuration(corpus, folder / "out")))
    print("| engine | seconds | driver, MB | largest worker, MB | bytes |")
    print("|---|---:|---:|---:|---|", flush=True)
    first = ""
    for engine in engines():
        if not engine.name.startswith(arguments.only):
            continue
        seconds, driver, worker, found = measure(engine, config, folder)
        first = first or found
        same = "the same" if found == first else "**DIFFERENT**"
        print(
            f"| {engine.name} | {seconds:.0f} | {driver / 1e6:.0f} | {worker / 1e6:.0f} "
            f"| {same} ({found[:12]}) |",
            flush=True,
        )


if __name__ == "__main__":
    main()
