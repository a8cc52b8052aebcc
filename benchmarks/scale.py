"""Measures what each phase costs on small corpora and predicts a sixteen times larger run.

    python benchmarks/scale.py            measure, fit, predict, run the large one, print the errors
    python benchmarks/scale.py --write    and write the costs to the file that `corpus plan` reads
    python benchmarks/scale.py --every-match --write   the same, with the matches on that have to be
                                          named (addresses, strings, paragraphs): their costs too
    python benchmarks/scale.py --table    print the estimates of docs/scale.md from that file

Four runs, each made twice, are fitted: a quarter of the corpus, all of it, all of it in four times
fewer units, and HTML pages. The prediction is made by the code behind `corpus plan --estimate`.
"""

import argparse
import contextlib
import io
import json
import math
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import yaml
import zstandard
from bench_corpus import documents, sentence_pool
from whole_job import DATA, ROOT, SAMPLE, PeakMemory, _descendants, configuration

from corpus_pipeline.cli.plan_report import show_bytes, show_seconds
from corpus_pipeline.dedup.blocks import partition_of, write_partitioned
from corpus_pipeline.planning.costs import (
    COSTS_FILE,
    IN_DRIVER,
    PHASES,
    Costs,
    Flow,
    Workload,
    load_costs,
)
from corpus_pipeline.planning.design_limits import exceeded_limits
from corpus_pipeline.planning.estimate import Estimate, estimate
from corpus_pipeline.planning.sizing import partitions_for, unit_bytes_for
from corpus_pipeline.workspace.phase_table import cut_for, names_over
from corpus_pipeline.workspace.state import Workspace

#: How much larger the predicted run is than the largest one it is predicted from.
FACTOR = 16
#: Files hold a quarter of the small corpus each. The planner weighs a compressed byte as 4 of text,
#: which is more than they have; with this slack the units are what is wanted here.
_SLACK = 1.25
#: How often a file of hashes is opened to see what that costs.
_OPENS = 200
#: Each small run is made so often.
_REPEATS = 2
#: The sample of pages is small; copies of it are extracted before they are found to be copies.
_COPIES = 8
_PAGES = DATA / "web" / "pages.warc.gz"
#: Matches that are off in a configuration that does not name them.
_NAMED = ("address", "substring", "paragraph")


def write_files(folder: Path, count: int, file_bytes: int) -> list[Path]:
    """Writes JSONL.zst files of English, each drawn from a seed of its own; keeps old ones."""
    paths = [folder / f"urls-{file_bytes}-{seed:03d}.jsonl.zst" for seed in range(count)]
    missing = [(seed, path) for seed, path in enumerate(paths) if not path.exists()]
    pool = sentence_pool(SAMPLE) if missing else []
    folder.mkdir(parents=True, exist_ok=True)
    for seed, path in missing:
        lines = [
            orjson.dumps(
                {
                    "id": f"{seed}-{number}",
                    "url": f"https://example.org/{seed}/{number}",
                    "text": text,
                }
            )
            + b"\n"
            for number, text in enumerate(documents(pool, file_bytes, seed + 1))
        ]
        path.write_bytes(zstandard.ZstdCompressor().compress(b"".join(lines)))
    return paths


# One run, watched phase by phase


class PhaseLog:
    """Notes at each end of a phase how much processor time all processes have used so far."""

    def __init__(self, output: str) -> None:
        self.events: list[dict[str, Any]] = []
        self._output = output
        self._items: dict[str, int] = {}

    def plan(self, plan: Any, workers: Any, phases: Any) -> None:
        """Notes the size of the plan and where its files go."""
        self._workspace = Workspace(self._output, len(plan.units), plan.run)
        self.note("start", units=len(plan.units), partitions=plan.partitions)

    def remark(self, line: str) -> None:
        """Is not needed."""

    def start(self, phase: str, items: int, finished: int) -> None:
        """Remembers the items, to read their manifests at the end."""
        self._items[phase] = items

    def advance(self, phase: str, items: int, text_bytes: int) -> None:
        """Is not needed here."""

    def counted(self, phase: str, counts: Any) -> None:
        """Is not needed here."""

    def finish(self, phase: str, seconds: float) -> None:
        """Notes the phase with its files, which publication removes."""
        self.note(phase, items=self._items[phase], files=self._files_of(phase))

    def note(self, name: str, **more: Any) -> None:
        """Adds an event."""
        self.events.append(
            {"name": name, "time": time.monotonic(), "cores": _processor_seconds(os.getpid()),
             "driver": time.process_time(), **more}
        )  # fmt: skip

    def _files_of(self, phase: str) -> dict[str, list[int]]:
        """Folder -> files, rows and bytes that the phase's manifests name."""
        found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for manifest in self._workspace.manifests(phase, range(self._items[phase])):
            for entry in manifest.files:
                folder = str(Path(entry.path).parent)
                folder = folder.removeprefix(f".work/{self._workspace.run}/")
                name = folder if folder.startswith(phase) else f"{phase}/{folder}"
                more = (1, entry.rows, entry.bytes)
                found[name] = [sum(pair) for pair in zip(found[name], more, strict=True)]
        return dict(found)


def _processor_seconds(root: int) -> float:
    """Sums the processor time of a process and all below it, ended ones included (Linux)."""
    ticks = 0
    for pid in _descendants(root):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def run_watched(config_path: Path, figures: Path) -> None:
    """Runs a configuration as `corpus run` does and writes the log of its phases."""
    from corpus_pipeline.config.config import load_config
    from corpus_pipeline.config.run_flow import run_flow
    from corpus_pipeline.inspection.verify import verify
    from corpus_pipeline.pipelines.run import Run

    config = load_config(config_path)
    log = PhaseLog(config.output)
    result = Run(config, run_flow(config), log).execute(overwrite=True)
    log.note("publish")
    verify(Path(config.output))
    log.note("check")
    figures.write_text(
        json.dumps({"events": log.events, "phases": result["phases"], "counts": result["counts"]})
    )


def measure(
    inputs: list[Path], unit_bytes: int, workers: int, folder: Path, **more: Any
) -> dict[str, Any]:
    """Runs once in a process of its own.

    Returns:
        Wall and core seconds, in all and by phase; files; peak memory; what was read.
    """
    pattern = str(folder / "inputs" / "*")
    shutil.rmtree(folder / "inputs", ignore_errors=True)
    (folder / "inputs").mkdir(parents=True)
    for number, path in enumerate(inputs):
        # Copies: the planner refuses two links to one file.
        shutil.copyfile(path, folder / "inputs" / f"{number:03d}-{path.name}")
    content = configuration(Path(pattern), folder / "out")
    content |= {"plan": {"unit_bytes": unit_bytes}, "workers": workers}
    content["dedup"] |= more
    content["memory"] = f"{2 * workers}GB"
    config, figures = folder / "scale.yaml", folder / "figures.json"
    config.write_text(yaml.safe_dump(content))
    begun = time.monotonic()
    command = [sys.executable, __file__, "--run", str(config), "--figures", str(figures)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    watcher = PeakMemory(process.pid)
    watcher.start()
    code = process.wait()
    peaks = watcher.stop()
    if code:
        sys.exit(f"the run ended with {code}")
    driver = peaks.pop(process.pid, 0)
    run = json.loads(figures.read_bytes())
    clocks = run["phases"]["prepare"]["clocks"]
    phases, before = {}, {"time": begun, "cores": 0.0, "driver": 0.0}
    for event in run["events"]:
        stages = run["phases"].get(event["name"], {}).get("clocks", {})
        phases[event["name"]] = {
            **{key: event[key] - before[key] for key in ("time", "cores", "driver")},
            "files": event.get("files", {}),
            "stages": {
                name.removesuffix("/micros"): value / 1e6
                for name, value in stages.items()
                if name.endswith("/micros")
            },
        }
        before = event
    return {
        "workers": workers,
        "units": run["events"][0]["units"],
        "partitions": run["events"][0]["partitions"],
        "stored": sum(path.stat().st_size for path in inputs),
        "inputs": len(inputs),
        "raw": clocks["read/bytes"],
        "text": clocks.get("quality/bytes", clocks["read/bytes"]),
        "documents": clocks["read/documents"],
        "extract": clocks["extract/micros"] / 1e6,
        "seconds": before["time"] - begun,
        "cores": before["cores"],
        "worker_peak": max(peaks.values(), default=0),
        "driver_peak": driver,
        "phases": phases,
        "counts": run["counts"],
    }


def quieter(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Takes of several equal runs the least time of each phase: noise only ever adds."""
    best = runs[0]
    for name, phase in best["phases"].items():
        for key in ("time", "cores", "driver"):
            phase[key] = min(run["phases"][name][key] for run in runs)
        for stage in phase["stages"]:
            phase["stages"][stage] = min(run["phases"][name]["stages"][stage] for run in runs)
    return best


# From measurements to costs


def fit(few: dict[str, Any], small: dict[str, Any], coarse: dict[str, Any]) -> dict[str, Any]:
    """Solves for what a run, a unit and a byte cost; negative parts count as nothing.

    Args:
        few: a quarter of the text in as many units as `coarse`.
        small: all of the text in more units.
        coarse: the same text in fewer units.
    """
    gigabytes = (small["text"] - few["text"]) / 1e9
    more_units = small["units"] - coarse["units"]
    phases = {}
    for name, costs in small["phases"].items():
        if name not in PHASES:
            continue  # A later round of *verify* or *resolve*: some corpora have it.
        runs = [each["phases"][name] for each in (few, small, coarse)]
        phases[name] = _phase_costs(name, runs, costs, few, small, gigabytes, more_units)
    return phases


def _phase_costs(
    name: str, runs: list[dict[str, Any]], costs: dict[str, Any], few: dict[str, Any],
    small: dict[str, Any], gigabytes: float, more_units: int,
) -> dict[str, Any]:  # fmt: skip
    alone = name in IN_DRIVER
    # The clock of all processes ticks every 10 ms, much for small phases; the own one is finer.
    first, fine, coarse = (each["driver" if alone else "cores"] for each in runs)
    unit = max(0.0, (fine - coarse) / more_units)
    # Before the first phase nothing is read but the heads of the files.
    byte = 0.0 if name == "start" else max(0.0, (coarse - first) / gigabytes)
    start = max(0.0, first - byte * few["text"] / 1e9 - unit * few["units"])
    driver = max(0.0, (runs[1]["driver"] - runs[2]["driver"]) / more_units)
    text = small["text"] / 1e9
    stages = {stage: spent / text for stage, spent in sorted(costs["stages"].items())}
    scale = min(1.0, byte / max(sum(stages.values()), 1e-9))
    stages = {stage: spent * scale for stage, spent in stages.items()}
    stages["engine"] = max(0.0, byte - sum(stages.values()))
    stages = {stage: round(spent, 3) for stage, spent in stages.items()}
    return {
        "per_run": round(start, 4) if alone else 0.0,
        "per_worker": 0.0 if alone else round(start / small["workers"], 4),
        "per_unit": round(unit, 5),
        "driver_per_unit": round(driver if name in names_over("units") else 0.0, 5),
        "per_gigabyte": {stage: spent for stage, spent in stages.items() if spent},
    }


def fit_files(
    few: dict[str, Any], coarse: dict[str, Any], cell_bytes: int
) -> dict[str, dict[str, float]]:
    """Bytes for each file and for each byte of text, folder by folder."""
    found = {}
    grown = coarse["text"] - few["text"]
    for phase in coarse["phases"].values():
        for folder, (files, rows, size) in phase["files"].items():
            if folder.split("/", 1)[0] not in PHASES:
                continue
            before = next(
                (p["files"][folder] for p in few["phases"].values() if folder in p["files"]),
                [0, 0, 0],
            )
            cells = cell_bytes * coarse["partitions"] if _is_cut(folder) else 0
            byte = max(0.0, (size - before[2]) / grown) if files == before[0] else (
                max(0.0, size - files * cells) / coarse["text"]
            )  # fmt: skip
            each = max(0.0, size - byte * coarse["text"] - files * cells) / files
            found[folder] = {
                "per_file": round(each),
                "per_byte": float(f"{byte:.4g}"),
                "rows_per_byte": float(f"{rows / coarse['text']:.4g}"),
            }
    return dict(sorted(found.items()))


def _is_cut(folder: str) -> bool:
    return folder in cut_for("partitions")


def measure_cells(partitions: int = 10_000) -> dict[str, float]:
    """Measures what one place for a partition costs in a file of hashes."""
    random = np.random.default_rng(1)
    values = random.integers(0, 2**63, 200_000).astype(np.uint64)
    batch = pa.record_batch({name: pa.array(values) for name in "abcd"})
    write_partitioned(io.BytesIO(), batch, partition_of(values, 8), 8)  # loads the kernel
    sink = io.BytesIO()
    begun = time.process_time()
    write_partitioned(sink, batch, partition_of(values, partitions), partitions)
    written = time.process_time() - begun
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cells.arrow"
        path.write_bytes(sink.getvalue())
        begun = time.process_time()
        for _ in range(_OPENS):
            with pa.memory_map(str(path)) as source:
                pa.ipc.open_file(source).get_batch(0)
        opened = (time.process_time() - begun) / _OPENS
        with pa.memory_map(str(path)) as source:
            file = pa.ipc.open_file(source)
            begun = time.process_time()
            for partition in range(partitions):
                file.get_batch(partition)
            read = (time.process_time() - begun) / partitions
    return {
        "bytes": round((len(sink.getvalue()) - batch.nbytes) / partitions),
        "write_seconds": round(written / partitions, 8),
        "read_seconds": round(read, 8),
        "open_seconds": round(opened, 6),
    }


def costs_of(runs: dict[str, dict[str, Any]], cells: dict[str, float]) -> dict[str, Any]:
    """Puts together what the costs file holds."""
    few, small, coarse, pages = (runs[name] for name in ("few", "small", "coarse", "pages"))
    return {
        "measured": {
            "on": f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores, "
            f"{_processor()}, Python {platform.python_version()}",
            "workers": small["workers"],
            "text": f"{small['text'] / 1e6:.0f} MB of English, {small['documents']} documents, "
            f"{small['stored'] / 1e6:.0f} MB stored",
        },
        "html": {
            "text_per_byte": round(pages["text"] / pages["raw"], 4),
            "extract_per_gigabyte": round(pages["extract"] / pages["raw"] * 1e9, 2),
        },
        "memory": {"worker": few["worker_peak"], "driver": few["driver_peak"]},
        "cells": cells,
        "phases": fit(few, small, coarse),
        "files": fit_files(few, coarse, int(cells["bytes"])),
    }


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor()


# Prediction and what came


def workload_of(run: dict[str, Any]) -> Workload:
    """Describes a run that was made, for the estimate."""
    return Workload(
        text_bytes=run["raw"], html_bytes=0, stored_bytes=run["stored"], files=run["inputs"],
        units=run["units"], partitions=run["partitions"],
    )  # fmt: skip


def comparison(run: dict[str, Any], predicted: Estimate) -> Iterator[tuple[str, float, float]]:
    """Yields name, predicted and measured value."""
    phases = {each.name: each for each in predicted.phases}
    yield "wall seconds", predicted.seconds, run["seconds"]
    yield "core-seconds", predicted.core_seconds, run["cores"]
    for name in ("prepare", "finish"):
        yield f"core-seconds of {name}", phases[name].core_seconds, run["phases"][name]["cores"]
    matches = [name for name in run["phases"] if name not in ("prepare", "finish")]
    yield (
        "core-seconds of the rest",
        sum(phases[name].core_seconds for name in matches if name in phases),
        sum(run["phases"][name]["cores"] for name in matches),
    )
    folders = {f: v for phase in run["phases"].values() for f, v in phase["files"].items()}
    yield "MB written", predicted.written / 1e6, sum(v[2] for v in folders.values()) / 1e6
    cut = sum(size for folder, (_, _, size) in folders.items() if _is_cut(folder))
    yield "MB shuffled", predicted.shuffled / 1e6, cut / 1e6
    yield "files", predicted.files, sum(v[0] for v in folders.values())
    yield "MB peak of a worker", predicted.worker_memory / 1e6, run["worker_peak"] / 1e6
    yield "MB peak of the driver", predicted.driver_memory / 1e6, run["driver_peak"] / 1e6


def report(rows: Iterator[tuple[str, float, float]]) -> str:
    """Returns the comparison as Markdown."""
    lines = ["| | predicted | measured | error |", "|---|---:|---:|---:|"]
    for name, wanted, found in rows:
        error = 100 * (wanted / found - 1) if found else 0.0
        lines.append(f"| {name} | {wanted:,.1f} | {found:,.1f} | {error:+.0f} % |")
    return "\n".join(lines)


# The table of docs/scale.md

#: Text, workers, engine with a shuffle of its own on an object store instead of one machine.
_ROWS = ((1e12, 64, False), (1e12, 256, True), (1e14, 4096, True), (1e16, 4096, True))


def sized(text: float) -> Workload:
    """A corpus of a stated size: compressed four times, in files of 1 GB, cut by the defaults."""
    return Workload(
        text_bytes=text, html_bytes=0, stored_bytes=text / 4, files=math.ceil(text / 4e9),
        units=math.ceil(text / unit_bytes_for(text)), partitions=partitions_for(text),
    )  # fmt: skip


def table() -> str:
    """Returns the estimates of stated sizes as Markdown, in one run and in as many as they need."""
    heads = (
        "text", "where", "runs", "units", "partitions", "read", "written", "shuffled", "stays",
        "worker", "driver", "core-hours", "wall clock", "cost",
    )  # fmt: skip
    lines = ["| " + " | ".join(heads) + " |", "|---:|---|" + "---:|" * (len(heads) - 2)]
    broken = []
    for text, workers, cluster in _ROWS:
        flow = Flow(direct=not cluster, remote=cluster)
        for runs in (2**power for power in range(21)):
            found = estimate(sized(text / runs), load_costs(), workers=workers, flow=flow)
            breaks = [line for is_broken, line in exceeded_limits(found) if is_broken]
            if runs == 1 or not breaks:
                lines.append(_row(found, text, workers, cluster, runs, bool(breaks)))
            if runs == 1:
                broken += [f"* {show_bytes(text)} in one run: {line}" for line in breaks]
            if not breaks:
                break
    return "\n".join([*lines, "", *broken])


def _row(found: Estimate, text: float, workers: int, cluster: bool, runs: int, broken: bool) -> str:
    cells = (
        show_bytes(text),
        f"{'cluster, object store' if cluster else 'one machine'}, {workers:,} workers",
        f"{runs:,}" + (" (breaks)" if broken else ""),
        f"{found.workload.units * runs:,}",
        f"{found.workload.partitions:,}",
        show_bytes(runs * sum(phase.read for phase in found.phases)),
        show_bytes(runs * found.written), show_bytes(runs * found.shuffled),
        show_bytes(runs * found.published), show_bytes(found.worker_memory),
        show_bytes(found.driver_memory), f"{runs * found.core_seconds / 3600:,.0f}",
        show_seconds(runs * found.seconds), f"{runs * sum(found.money.values()):,.0f}",
    )  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Measures, predicts, compares; writes the costs if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=24, help="of the small corpus")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--output", type=Path, default=ROOT / "bench-out" / "scale")
    parser.add_argument("--write", action="store_true", help="replace the shipped costs")
    parser.add_argument(
        "--every-match", action="store_true", help="with those that have to be named"
    )
    parser.add_argument("--table", action="store_true", help="print the table of docs/scale.md")
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--figures", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        run_watched(arguments.run, arguments.figures)
        return
    if arguments.table:
        print(table())
        return
    folder, workers = arguments.output.absolute(), arguments.workers
    quarter = arguments.megabytes * 10**6 // 4
    files = write_files(folder / "corpus", 4 * FACTOR, quarter)
    unit = int(quarter * _SLACK)
    subprocess.run([sys.executable, "-m", "corpus_pipeline.pipelines.warm"], check=True)
    shapes = {
        "few": (files[:1], unit // 4),
        "small": (files[:4], unit // 4),
        "coarse": (files[:4], unit),
        "pages": ([_PAGES] * _COPIES, unit),
    }
    named: dict[str, Any] = {kind: {} for kind in _NAMED} if arguments.every_match else {}
    runs = {
        name: quieter([measure(*shape, workers, folder, **named) for _ in range(_REPEATS)])
        for name, shape in shapes.items()
    }
    content = costs_of(runs, measure_cells())
    (folder / "costs.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
    runs["large"] = measure(files, 4 * unit, workers, folder, **named)
    (folder / "runs.json").write_text(json.dumps(runs, indent=1))
    predicted = estimate(workload_of(runs["large"]), Costs.of(content), workers=workers)
    sizes = [f"{runs[name]['raw'] / 1e6:.0f} MB" for name in ("large", "small")]
    print(
        f"{sizes[0]}, predicted from {sizes[1]}; {workers} workers, {content['measured']['on']}\n"
    )
    print(report(comparison(runs["large"], predicted)))
    if arguments.write:
        COSTS_FILE.write_text(yaml.safe_dump(content, sort_keys=False))
        print(f"\n{COSTS_FILE}: written")


if __name__ == "__main__":
    main()
