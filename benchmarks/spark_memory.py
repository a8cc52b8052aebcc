"""Measures the memory of a run on Spark whose corpus is much larger than the executors' heaps.

    python benchmarks/spark_memory.py      # needs pyspark and Java 17; about 5 minutes on 4 cores

Starts a standalone cluster of two workers on this machine, runs a corpus of English through it with
the cheap stages, and prints a Markdown table: the peak resident memory of each kind of process.
MB are 10^6 bytes; the heap is Java's own figure.
"""

import argparse
import os
import threading
from pathlib import Path
from typing import Any

import orjson
import zstandard
from bench_corpus import documents, sentence_pool
from whole_job import ROOT, SAMPLE

from corpus_pipeline.config.config import build_config
from corpus_pipeline.config.run_flow import run_flow
from corpus_pipeline.pipelines.progress import Silent
from corpus_pipeline.pipelines.run import Run
from corpus_pipeline.spark_runner.cluster import cluster_down, cluster_up
from corpus_pipeline.spark_runner.cluster_processes import marked

#: What stands in the command line of each kind of process.
KINDS = {
    "executor (Java)": "CoarseGrainedExecutorBackend",
    "Python worker": "corpus_pipeline.spark_runner.daemon",
    "worker daemon of Spark (Java)": "org.apache.spark.deploy.worker.Worker",
    "master (Java)": "org.apache.spark.deploy.master.Master",
}
SETTINGS = {"spark.executor.memory": "512m", "spark.driver.memory": "512m"}


#: Bytes of text in each file of the corpus.
PART = 100 * 10**6


def write_parts(folder: Path, megabytes: int) -> None:
    """Writes the corpus as JSONL.zst in several files, whose documents differ."""
    pool = sentence_pool(SAMPLE)
    folder.mkdir(parents=True, exist_ok=True)
    for part in range(-(-megabytes * 10**6 // PART)):
        path = folder / f"{part:03}.jsonl.zst"
        if path.exists():
            continue
        with (
            path.with_suffix(".part").open("wb") as file,
            zstandard.ZstdCompressor().stream_writer(file) as writer,
        ):
            for text in documents(pool, PART, seed=part):
                writer.write(orjson.dumps({"text": text}) + b"\n")
        path.with_suffix(".part").rename(path)


def configuration(corpus: Path, output: Path, master: str) -> dict[str, Any]:
    """Returns a run of what moves bytes: reading, exact and document duplicates, writing."""
    off = {"enabled": False}
    return {
        "inputs": [{"path": f"{corpus}/*.zst", "source": "bench"}],
        "output": str(output),
        "runner": "spark",
        "runner_options": {"spark.master": master, **SETTINGS},
        **dict.fromkeys(("language", "quality", "keywords", "perplexity", "scrub"), off),
        "dedup": {"sentence": off, "contamination": off},
        "tokenize": off,
    }


class Peaks(threading.Thread):
    """Notes the peak memory of the processes of a cluster, five times a second (Linux)."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.peaks: dict[str, dict[int, int]] = {}
        self._folder = folder
        self._ended = threading.Event()

    def run(self) -> None:
        """Looks until `stop`."""
        while not self._ended.wait(0.2):
            for pid in marked(self._folder):
                self._note(pid)

    def _note(self, pid: int) -> None:
        try:
            command = Path(f"/proc/{pid}/cmdline").read_text()
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            return
        peak = next((line for line in status.splitlines() if line.startswith("VmHWM:")), None)
        kind = next((kind for kind, part in KINDS.items() if part in command), None)
        if peak is not None and kind is not None:
            self.peaks.setdefault(kind, {})[pid] = int(peak.split()[1]) * 1024

    def stop(self) -> None:
        """Ends the looking."""
        self._ended.set()
        self.join()


class Seconds(Silent):
    """A run's progress, told to nobody but for the phases' seconds."""

    def finish(self, phase: str, seconds: float) -> None:
        """A phase is done."""
        print(f"{phase}: {seconds:.1f} s", flush=True)


def own_peaks() -> dict[str, int]:
    """Returns the peak memory of this process and of its JVM."""
    peaks: dict[str, int] = {}
    for pid in [os.getpid(), *map(int, _children(os.getpid()))]:
        status = Path(f"/proc/{pid}/status").read_text()
        name = "driver (Java)" if status.startswith("Name:\tjava") else "driver (Python)"
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        peaks[name] = max(peaks.get(name, 0), int(line.split()[1]) * 1024)
    return peaks


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def main() -> None:
    """Makes the corpus if it is not there, runs the job and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=2000)
    parser.add_argument("--output", type=Path, default=ROOT / "bench-out")
    arguments = parser.parse_args()
    corpus = arguments.output / f"english-{arguments.megabytes}-parts"
    write_parts(corpus, arguments.megabytes)
    folder = arguments.output / "spark-cluster"
    cluster = cluster_up(folder=folder, workers=2, memory="600m")
    peaks = Peaks(folder)
    peaks.start()
    try:
        settings = configuration(corpus, arguments.output / "spark-out", cluster.master_url)
        config = build_config(settings, "benchmark")
        Run(config, run_flow(config), Seconds()).execute(overwrite=True)
        drivers = own_peaks()
    finally:
        peaks.stop()
        cluster_down(folder)
    print(f"\n{arguments.megabytes} MB of text, Spark {cluster.version}, executors of 512 MiB heap")
    print("\n| process | processes | peak, MB |\n| --- | ---: | ---: |")
    for kind, found in peaks.peaks.items():
        print(f"| {kind} | {len(found)} | {max(found.values()) / 1e6:.0f} |")
    for kind, peak in drivers.items():
        print(f"| {kind} | 1 | {peak / 1e6:.0f} |")


if __name__ == "__main__":
    main()
