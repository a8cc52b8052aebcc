"""Events of a run for programs: `corpus run CONFIG --json` writes one JSON object a line.

The classes here are the schema: docs/events.md is made from them, and `EVENTS.validate_json(line)`
checks a line.
"""

import json
import logging
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, TextIO

import pydantic

from corpus_pipeline.cli.figures import Figures
from corpus_pipeline.errors import printable
from corpus_pipeline.inspection.notes import notes_after
from corpus_pipeline.redaction import redacted
from corpus_pipeline.workspace.tally import Tally, tally_of_run

if TYPE_CHECKING:
    from corpus_pipeline.planning.plan import Plan

#: Raised when a field changes its name, type or meaning, or is gone.
EVENTS_VERSION = 1
#: Least seconds between two events that a phase has advanced.
ADVANCED_SECONDS = 1.0


class _Event(pydantic.BaseModel):
    """What every event has."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True, frozen=True)

    time: float = pydantic.Field(description="Seconds since 1970.")


class _Documents(_Event):
    """What is known of the documents of the run so far."""

    documents: int = pydantic.Field(description="Records read so far, by all processes.")
    dropped: int = pydantic.Field(description="Documents dropped so far.")
    unreadable: int = pydantic.Field(
        description="Of these, records that cannot be read or at which a step failed."
    )
    drops: dict[str, int] = pydantic.Field(
        description="Reason → documents; the first reason of each. The most frequent comes first."
    )


class _SoFar(_Documents):
    """Of a run that goes on."""

    read_bytes: int = pydantic.Field(
        description="Bytes of the text of these records as read, markup included."
    )


class RunStarted(_Event):
    """The command begins; the configuration is not read yet."""

    event: Literal["run-started"] = "run-started"
    version: int = pydantic.Field(description="Of these events: 1.")
    corpus_pipeline: str = pydantic.Field(description="Version of the package.")
    command: str = pydantic.Field(description="The command line that goes on with this run.")


class Planned(_Event):
    """The inputs are listed and cut, and the work begins. A finished run is not planned again."""

    event: Literal["planned"] = "planned"
    output: str = pydantic.Field(description="Folder or URL of the output.")
    units: int = pydantic.Field(description="Units of work.")
    files: int = pydantic.Field(description="Input files.")
    partitions: int = pydantic.Field(description="Partitions of the matches.")
    workers: int | None = pydantic.Field(description="At once; null where a cluster decides.")
    phases: list[str] = pydantic.Field(
        description="Phases in their order; later rounds (verify-2) are not known yet."
    )
    seconds: float = pydantic.Field(description="Estimate for the whole run.")


class Remark(_Event):
    """Something that a person would read on standard error."""

    event: Literal["remark"] = "remark"
    line: str = pydantic.Field(description="The line.")


class PhaseStarted(_Event):
    """A phase begins; one that an earlier process has done wholly does not."""

    event: Literal["phase-started"] = "phase-started"
    phase: str = pydantic.Field(description="Its name.")
    items: int = pydantic.Field(description="Units, partitions, groups, shards or files.")
    done: int = pydantic.Field(description="Of these, done by an earlier process.")


class PhaseAdvanced(_SoFar):
    """Items of a phase are done; at most one event a second."""

    event: Literal["phase-advanced"] = "phase-advanced"
    phase: str = pydantic.Field(description="Its name.")
    items: int = pydantic.Field(description="Units, partitions, groups, shards or files.")
    done: int = pydantic.Field(description="Of these, done by now.")
    documents_per_second: float | None = pydantic.Field(
        description="In this phase; null where it counts none."
    )
    bytes_per_second: float | None = pydantic.Field(
        description="Of text, in this phase; null where it reads none."
    )
    seconds_left: float | None = pydantic.Field(
        description="Estimate for the whole run; null if nobody knows."
    )


class PhaseFinished(_SoFar):
    """A phase is done."""

    event: Literal["phase-finished"] = "phase-finished"
    phase: str = pydantic.Field(description="Its name.")
    items: int = pydantic.Field(description="All of which are done.")
    seconds: float = pydantic.Field(description="That it took.")


class RunFinished(_Documents):
    """The run is complete; the last event."""

    event: Literal["run-finished"] = "run-finished"
    output: str = pydantic.Field(description="Folder or URL of the output.")
    kept: int = pydantic.Field(description="Documents that stay.")
    tokens: int = pydantic.Field(description="0 without *tokenize*.")
    files: int = pydantic.Field(description="Files of the output.")
    bytes: int = pydantic.Field(description="Of these files.")
    checked: bool = pydantic.Field(description="Whether the output was read again and is whole.")
    remarks: list[str] = pydantic.Field(
        description="What a person should know of it; `warning: …` where it looks like a failure."
    )
    seconds: float = pydantic.Field(description="That the command took.")


class RunFailed(_Event):
    """The run ended before it was complete; the last event."""

    event: Literal["run-failed"] = "run-failed"
    error: str = pydantic.Field(
        description="Which rule was broken: a class of errors.py (ConfigError), `Interrupted` or "
        "the class of an error of Python."
    )
    line: str = pydantic.Field(description="The line on standard error: what, where, what to do.")
    phase: str | None = pydantic.Field(description="That was under way; null between phases.")
    exit_code: int = pydantic.Field(description="Of the command.")
    seconds: float = pydantic.Field(description="That the command took.")


Event = Annotated[
    RunStarted
    | Planned
    | Remark
    | PhaseStarted
    | PhaseAdvanced
    | PhaseFinished
    | RunFinished
    | RunFailed,
    pydantic.Field(discriminator="event"),
]
#: Checks and reads events.
EVENTS: pydantic.TypeAdapter[Event] = pydantic.TypeAdapter(Event)


class EventWriter:
    """Writes the events of one run."""

    def __init__(self, stream: TextIO, figures: Figures, output: str = "") -> None:
        """Writes nothing yet.

        Args:
            stream: takes the lines.
            figures: of the run; they are told first.
            output: where the run writes; is set when it is known.
        """
        self._stream = stream
        self._figures = figures
        self._advanced = float("-inf")
        self._lock = threading.Lock()
        self.output = output

    def _write(self, event: Event) -> None:
        # The kind comes first, for people who look at the lines.
        content = {"event": event.event, **event.model_dump()}
        with self._lock:
            self._stream.write(json.dumps(content) + "\n")
            self._stream.flush()  # Who reads follows the run.

    def started(self, version: str, command: str) -> None:
        """The command begins."""
        self._write(
            RunStarted(
                time=time.time(), version=EVENTS_VERSION, corpus_pipeline=version,
                command=redacted(command),
            )
        )  # fmt: skip

    def plan(self, plan: "Plan", workers: int | None) -> None:
        """The work begins."""
        self._write(
            Planned(
                time=time.time(), output=self.output, units=len(plan.units),
                files=len(plan.fingerprint["inputs"]), partitions=plan.partitions, workers=workers,
                phases=list(self._figures.phases),
                seconds=sum(each.expected for each in self._figures.phases.values()),
            )
        )  # fmt: skip

    def remark(self, line: str) -> None:
        """Something to be known."""
        self._write(Remark(time=time.time(), line=printable(redacted(line))))

    def start(self, phase: str, items: int, finished: int) -> None:
        """A phase begins."""
        self._advanced = float("-inf")
        self._write(PhaseStarted(time=time.time(), phase=phase, items=items, done=finished))

    def advance(self, phase: str) -> None:
        """Items are done; told now and then."""
        now = self._figures.clock()
        if now - self._advanced < ADVANCED_SECONDS:
            return
        self._advanced = now
        known = self._figures.phases[phase]
        items = known.items or 0
        self._write(
            PhaseAdvanced(
                time=time.time(), phase=phase, items=items, done=min(known.done, items),
                documents_per_second=known.document_rate(now) if known.documents else None,
                bytes_per_second=known.byte_rate(now) if known.text_bytes else None,
                seconds_left=self._figures.remaining(), **self._so_far(),
            )
        )  # fmt: skip

    def finish(self, phase: str, seconds: float) -> None:
        """A phase is done."""
        items = self._figures.phases[phase].items or 0
        self._write(
            PhaseFinished(
                time=time.time(), phase=phase, items=items, seconds=seconds, **self._so_far()
            )
        )

    def finished(self, run: Mapping[str, Any], checked: bool) -> None:
        """The run is complete.

        Args:
            run: the content of its run.json, from which the totals come.
            checked: whether the output was read again.
        """
        tally = tally_of_run(run)
        self._write(
            RunFinished(
                time=time.time(), output=self.output, kept=tally.kept, tokens=tally.tokens,
                files=len(run["files"]), bytes=sum(entry["bytes"] for entry in run["files"]),
                checked=checked, remarks=notes_after(run), seconds=self._seconds(),
                **_documents(tally),
            )
        )  # fmt: skip

    def failed(self, error: str, line: str, exit_code: int) -> None:
        """The run ended before its end."""
        current = self._figures.current
        self._write(
            RunFailed(
                time=time.time(), error=error, line=redacted(line),
                phase=None if current is None else current.name, exit_code=exit_code,
                seconds=self._seconds(),
            )
        )  # fmt: skip

    def _seconds(self) -> float:
        return self._figures.clock() - self._figures.born

    def _so_far(self) -> dict[str, Any]:
        tally = self._figures.tally
        return {"read_bytes": tally.read_bytes, **_documents(tally)}


class AsRemarks(logging.Handler):
    """Makes remarks of warnings that are logged: a lost worker, a lease that is watched."""

    def __init__(self, events: EventWriter) -> None:
        """Takes who writes them."""
        super().__init__(logging.WARNING)
        self._events = events

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one remark."""
        self._events.remark(record.getMessage())


def _documents(tally: Tally) -> dict[str, Any]:
    return {
        "documents": tally.documents, "dropped": tally.dropped, "unreadable": tally.unreadable,
        "drops": dict(tally.top(len(tally.drops))),
    }  # fmt: skip
