"""What the driver of a run notes for whoever watches from elsewhere; the run never reads it."""

import dataclasses
import hashlib
import json
import os
import socket
import time
from collections.abc import Mapping
from typing import Any

from corpus_pipeline import storage
from corpus_pipeline.redaction import redacted
from corpus_pipeline.storage import Place

#: Name of the note in the folder of the run.
_NOTE = "driver.json"
#: Hexadecimal digits in the name of a run.
_RUN_DIGITS = 16


def run_name(identity: Mapping[str, Any]) -> str:
    """Returns the short name for all runs that have the same identity: that of their folder.

    >>> run_name({"partitions": 8})
    'ac289494507b66a9'
    """
    content = json.dumps(identity, sort_keys=True).encode()
    return hashlib.sha256(content).hexdigest()[:_RUN_DIGITS]


@dataclasses.dataclass(frozen=True)
class DriverNote:
    """Who is at work on a run since when, and what there is to do."""

    command: str
    """That goes on with the run if it is stopped, without secrets; empty if nobody knows."""
    folder: str
    """In which it was given: relative paths start there."""
    host: str
    pid: int
    started: float
    """Seconds since 1970 by the clock of that host."""
    runner: str
    workers: int | None
    units: int
    phases: Mapping[str, float]
    """Phase -> estimated seconds, in the order in which they run. Later rounds have none."""

    def put(self, work: Place) -> None:
        """Writes the note into the folder of the run."""
        content = json.dumps(dataclasses.asdict(self)).encode()
        storage.write_bytes(work / _NOTE, content)


def note_of_this_process(
    command: str, runner: str, workers: int | None, units: int, phases: Mapping[str, float]
) -> DriverNote:
    """Returns the note of a run that this process drives."""
    return DriverNote(
        redacted(command), os.getcwd(), socket.gethostname(), os.getpid(), time.time(), runner,
        workers, units, dict(phases),
    )  # fmt: skip


def read_note(work: Place) -> DriverNote | None:
    """Reads the note of a run; None if there is none that can be read."""
    try:
        return DriverNote(**json.loads(storage.read_bytes(work / _NOTE)))
    except (FileNotFoundError, TypeError, ValueError):
        return None
