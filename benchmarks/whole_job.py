"""Measures the whole job, every stage on: `make bench`.

Prints a Markdown table: MB of text for each second and core, for the job and for each stage, and
the peak memory of a worker. MB are 10^6 bytes of UTF-8 text as read, before filtering.
"""

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml
from bench_corpus import write_corpus

ROOT = Path(__file__).parent.parent
DATA = ROOT / "examples" / "data"
SAMPLE = (DATA / "articles.jsonl.zst", DATA / "books.jsonl.zst")
EVALUATIONS = DATA / "evaluation" / "questions.jsonl"


def configuration(corpus: Path, output: Path) -> dict[str, Any]:
    """Returns the configuration that is measured: the defaults, with decontamination."""
    return {
        "inputs": [{"path": str(corpus), "source": "bench"}],
        "output": str(output),
        "dedup": {"contamination": {"evaluations": [str(EVALUATIONS)]}},
    }


class PeakMemory(threading.Thread):
    """Watches the processes below one and notes each one's peak resident memory (Linux)."""

    def __init__(self, root: int, others: Callable[[], Iterable[int]] = lambda: ()) -> None:
        super().__init__(daemon=True)
        self.root = root
        self.others = others
        self.peaks: dict[int, int] = {}
        self._ended = threading.Event()

    def run(self) -> None:
        """Looks five times a second."""
        while not self._ended.wait(0.2):
            for pid in {*_descendants(self.root), *self.others()}:
                self.peaks[pid] = max(self.peaks.get(pid, 0), _peak_bytes(pid))

    def stop(self) -> dict[int, int]:
        """Returns pid -> peak bytes."""
        self._ended.set()
        self.join()
        return self.peaks


def _descendants(root: int) -> list[int]:
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
    found = {root}
    while new := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= new
    return sorted(found)


def _peak_bytes(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    lines = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(lines[0].split()[1]) * 1024 if lines else 0


def measure(config: Path, workers: int) -> dict[str, Any]:
    """Runs the job once and returns its figures."""
    command = [sys.executable, "-m", "corpus_pipeline.cli.main", "run", str(config)]
    command += ["--workers", str(workers), "--memory", f"{2 * workers}GB", "--overwrite"]
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    watcher = PeakMemory(process.pid)
    watcher.start()
    code = process.wait()
    seconds = time.monotonic() - start
    peaks = watcher.stop()
    if code:
        sys.exit(f"corpus run ended with {code}")
    output = Path(yaml.safe_load(config.read_text())["output"])
    run = json.loads((output / "run.json").read_bytes())
    driver = peaks.pop(process.pid, 0)
    clocks: dict[str, int] = {}
    for phase in run["phases"].values():
        for name, value in phase["clocks"].items():
            clocks[name] = clocks.get(name, 0) + value
    return {
        "workers": workers,
        "seconds": seconds,
        "megabytes": clocks["read/bytes"] / 1e6,
        "driver_peak": driver,
        "worker_peak": max(peaks.values(), default=0),
        "clocks": clocks,
        "phases": {name: phase["seconds"] for name, phase in run["phases"].items()},
        "counts": run["counts"],
    }


def report(figures: dict[str, Any]) -> str:
    """Returns the figures as Markdown."""
    megabytes, clocks = figures["megabytes"], figures["clocks"]
    core_seconds = figures["seconds"] * figures["workers"]
    lines = [
        f"{megabytes:.0f} MB, {figures['workers']} workers: {figures['seconds']:.1f} s, "
        f"**{megabytes / core_seconds:.2f} MB/s per core** for the whole job, start included; "
        f"peak memory of a worker {figures['worker_peak'] / 1e9:.2f} GB, "
        f"of the driver {figures['driver_peak'] / 1e9:.2f} GB",
        "",
        "| stage | CPU seconds | MB/s per core |",
        "|---|---:|---:|",
    ]
    micros = {n.split("/")[0]: v for n, v in clocks.items() if n.endswith("/micros")}
    for stage, spent in sorted(micros.items(), key=lambda item: -item[1]):
        seen = clocks.get(f"{stage}/bytes") or clocks["read/bytes"]
        lines.append(f"| {stage} | {spent / 1e6:.2f} | {seen / max(spent, 1):.1f} |")
    accounted = sum(micros.values()) / 1e6
    lines.append(f"| start of processes, engine, waiting | {core_seconds - accounted:.2f} | |")
    return "\n".join(lines)


def main() -> None:
    """Makes the corpus if it is not there, runs the job and prints the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--output", type=Path, default=ROOT / "bench-out")
    arguments = parser.parse_args()
    corpus = arguments.output / f"english-{arguments.megabytes}.jsonl.zst"
    if not corpus.exists():
        write_corpus(SAMPLE, corpus, arguments.megabytes * 10**6)
    config = arguments.output / "bench.yaml"
    config.write_text(yaml.safe_dump(configuration(corpus, arguments.output / "out")))
    figures = measure(config, arguments.workers)
    (arguments.output / "figures.json").write_text(json.dumps(figures, indent=1))
    print(report(figures))


if __name__ == "__main__":
    main()
