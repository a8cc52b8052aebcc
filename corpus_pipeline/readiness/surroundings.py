"""What a run needs of the machine and of its output folder, and whether it is there."""

import importlib.util
import os
import re
import shutil
import socket
from pathlib import Path

from corpus_pipeline import storage
from corpus_pipeline.config.config import Config
from corpus_pipeline.errors import ConfigError, CorpusError, EngineError, ResumeError, owner_of
from corpus_pipeline.machine import cores, memory_bytes
from corpus_pipeline.pipelines.engine_choice import open_engine
from corpus_pipeline.pipelines.output import Held, what_is_there
from corpus_pipeline.pipelines.stage_options import workers
from corpus_pipeline.planning.estimate import Estimate
from corpus_pipeline.planning.passed_over import counted
from corpus_pipeline.planning.plan import Plan
from corpus_pipeline.readiness.findings import Findings, amount
from corpus_pipeline.workspace.run_file import LOCK_FILE
from corpus_pipeline.workspace.state import Workspace

_HELD: dict[Held, str] = {
    "nothing": "a new run",
    "begun": "holds this run, begun and not ended; it is taken up again",
    "finished": "holds this run, finished; nothing would be done again",
}
#: Where a cluster is reached: host and port of Spark's, Flink's and others' addresses.
_ADDRESS = re.compile(r"(?:spark://|https?://|tcp://)?([\w.-]+):(\d+)\Z")
_ADDRESSES = ("spark.master", "flink_master", "job_endpoint", "dask_client_address")
_CONNECT_SECONDS = 1.0


def look_at_output(config: Config, plan: Plan | None, findings: Findings) -> None:
    """Tells what the output folder holds, and whether it can be written.

    Args:
        config: the run.
        plan: of it, with what the inputs hold; None if there is none.
        findings: where that is put.
    """
    shown = storage.public_path(config.output)
    try:
        root = storage.place(config.output)
        if isinstance(root, Path):
            there = _existing(root)
            if not there.is_dir():
                raise ConfigError(f"output: {there} is a file; give another folder")
            if not os.access(there, os.W_OK | os.X_OK):
                denied = PermissionError(13, "Permission denied", str(there))
                raise ConfigError(f"output: {there}: cannot be written{owner_of(denied)}")
        if storage.is_held(root, LOCK_FILE):
            raise ResumeError(f"{shown}: another run is at work here; wait, or give another output")
        held: Held = "nothing"
        if plan is not None:
            held, _ = what_is_there(Workspace(config.output, len(plan.units), plan.run), plan)
    except (CorpusError, OSError) as error:
        told = error if isinstance(error, CorpusError) else ConfigError(f"output: {shown}: {error}")
        findings.mistake("output", told, ("output",))
    else:
        findings.ok("output", f"{shown}: {_HELD[held]}")


def is_begun(config: Config) -> bool:
    """Says whether the output folder holds anything, with which the inputs must be compared."""
    try:
        return bool(storage.names(storage.place(config.output)))
    except (CorpusError, OSError):
        return False


def look_at_machine(config: Config, units: int, whole: Estimate, findings: Findings) -> None:
    """Compares disk and memory with what a run is estimated to take."""
    root = storage.place(config.output)
    if isinstance(root, Path) and _existing(root).is_dir():
        free = shutil.disk_usage(_existing(root)).free
        line = (
            f"{amount(free)} free, about {amount(whole.written)} are written, of which "
            f"{amount(whole.published)} stay"
        )
        if free < whole.published:
            told = ConfigError(f"{line}; give another output, or free some")
            findings.mistake("disk", told, ("output",))
        elif free < whole.written:
            findings.warning("disk", f"{line}; the run may be stopped by a full disk")
        else:
            findings.ok("disk", line)
    if config.runner == "direct":
        _look_at_memory(config, units, whole, findings)


def _look_at_memory(config: Config, units: int, whole: Estimate, findings: Findings) -> None:
    count, has = min(workers(config), max(1, units)), memory_bytes()
    needed = whole.worker_memory * count + whole.driver_memory
    if config.workers is not None and workers(config) < config.workers:
        findings.warning(
            "memory",
            f"{config.workers} workers are asked for, and memory is enough for {workers(config)}; "
            "so many will run",
        )
    if config.workers is not None and config.workers > cores():
        findings.warning("workers", f"{config.workers} are asked for, there are {cores()} cores")
    if config.memory is not None and config.memory > has > 0:
        findings.warning("memory", f"memory says {amount(config.memory)}, there are {amount(has)}")
    line = f"about {amount(needed)} for {counted(count, 'worker')} and the driver, of {amount(has)}"
    if 0 < has < needed:
        findings.warning("memory", f"{line}; give fewer workers")
    else:
        findings.ok("memory", line)


def look_at_runner(config: Config, units: int, findings: Findings) -> None:
    """Tells whether the runner can be made, and whether its address answers."""
    if config.runner == "direct":
        findings.ok("runner", "direct: processes on this machine")
        return
    try:
        if config.runner == "spark" and importlib.util.find_spec("pyspark") is None:
            raise EngineError("runner: spark needs pip install 'corpus-pipeline[spark]'")
        # A Dask cluster would be started by being made.
        if config.runner != "DaskRunner":
            open_engine(config, units)
        for key in _ADDRESSES:
            _refuse_silent(key, config.runner_options.get(key, ""))
    except CorpusError as error:
        findings.mistake("runner", error, ("runner",))
    else:
        line = f"{config.runner}: its workers are asked when the run starts (docs/preflight.md)"
        findings.ok("runner", line)


def _refuse_silent(key: str, address: str) -> None:
    """Refuses the address of a cluster at which nobody answers."""
    found = _ADDRESS.match(address)
    if found is None:
        return
    try:
        socket.create_connection((found[1], int(found[2])), _CONNECT_SECONDS).close()
    except OSError as error:
        raise EngineError(
            f"runner_options: {key}: nobody answers at {found[1]}:{found[2]} ({error}); start the "
            "cluster, or correct the address"
        ) from error


def _existing(folder: Path) -> Path:
    """Returns the folder, or the nearest one above it that is there."""
    folder = folder.absolute()
    return next(each for each in (folder, *folder.parents) if each.exists())
