"""How far a run is, from outside: of one that goes on, was stopped, is complete or never began.

Everything comes from what the run leaves in its output (docs/architecture.md, State): run.json; or
the commit notes of the phases that are done, and the manifests of the one that is under way. Of
these no more than `SAMPLE` are read, however many there are: of more, the sums are scaled up.
"""

import dataclasses
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from corpus_pipeline import storage
from corpus_pipeline.dedup.blocks import groups_of
from corpus_pipeline.errors import VerifyError
from corpus_pipeline.inspection.notes import notes_after
from corpus_pipeline.planning.remaining import PhaseShare, remaining_seconds
from corpus_pipeline.storage import Place
from corpus_pipeline.workspace.driver_note import DriverNote, read_note, run_name
from corpus_pipeline.workspace.phase_table import PHASES, is_pass
from corpus_pipeline.workspace.run_file import (
    LOCK_FILE,
    RUN_FILE,
    STATE_FOLDER,
    read_run,
    why_no_run,
)
from corpus_pipeline.workspace.state import Workspace
from corpus_pipeline.workspace.tally import READ_BYTES, Tally, is_tallied, tally_of_run

State = Literal["complete", "running", "stopped", "not begun"]
#: Manifests that are read at most.
SAMPLE = 1000
_ROWS = {row.name: row for row in PHASES}
#: The phases that run again, in the order of one round.
_ROUNDS = [row.name for row in PHASES if row.in_rounds]


@dataclasses.dataclass(frozen=True)
class PhaseStatus:
    """One phase."""

    name: str
    done: int
    """Items that are done."""
    items: int | None
    """All of them; None where only the driver knows how many there are."""
    seconds: float | None
    """That it took; None: it is not done."""


@dataclasses.dataclass(frozen=True)
class Status:
    """How far a run is."""

    output: str
    state: State
    tally: Tally = dataclasses.field(default_factory=Tally)
    """Documents and drops so far."""
    sampled: bool = False
    """Whether the sums of the phase under way are scaled up from some of its items."""
    phases: tuple[PhaseStatus, ...] = ()
    """Those that have begun, in the order in which they did."""
    to_come: tuple[str, ...] = ()
    """Phases that have not, as far as they are known."""
    written: int | None = None
    """Bytes of the output of a complete run."""
    last_written: float | None = None
    """Seconds since 1970 by the clock of the storage; None if nobody knows."""
    documents_per_second: float | None = None
    """In the phase under way, since its driver took it up."""
    bytes_per_second: float | None = None
    """Of text as read, there."""
    seconds_left: float | None = None
    """Estimate for the whole run, while it goes on."""
    host: str | None = None
    pid: int | None = None
    runner: str | None = None
    command: str | None = None
    """That goes on with the run, and the folder in which it was given."""
    folder: str | None = None
    todo: str = ""
    """What to do, in words."""
    remarks: tuple[str, ...] = ()
    """What a complete run says of itself: warnings where it looks like a failure."""

    @property
    def current(self) -> PhaseStatus | None:
        """The phase that is not done."""
        return next((each for each in self.phases if each.seconds is None), None)

    def as_json(self) -> dict[str, Any]:
        """Returns all of it as JSON."""
        content = dataclasses.asdict(self)
        tally = content.pop("tally")
        drops = dict(self.tally.top(len(self.tally.drops)))
        more = {"dropped": self.tally.dropped, "unreadable": self.tally.unreadable, "drops": drops}
        return {**content, **tally, **more}


def status_of(output: Place, shown: str) -> Status:
    """Looks at an output folder.

    Args:
        output: the folder.
        shown: its name for the user.

    Raises:
        VerifyError: it holds something else than a run.
    """
    if storage.exists(output / RUN_FILE):
        return _complete(output, shown)
    fingerprint = output / STATE_FOLDER / "fingerprint.json"
    try:
        identity = json.loads(storage.read_bytes(fingerprint))
        if not isinstance(identity, dict):
            raise ValueError
    except FileNotFoundError:
        return _not_begun(output, shown)
    except ValueError as error:
        raise VerifyError(
            f"{storage.public_path(fingerprint)}: is damaged, so nobody knows which run this is; "
            "--overwrite throws it away"
        ) from error
    return _under_way(output, shown, output / STATE_FOLDER / run_name(identity), identity)


def _complete(output: Place, shown: str) -> Status:
    run = read_run(output)
    notes = run["phases"]
    phases = tuple(
        PhaseStatus(name, notes[name]["items"], notes[name]["items"], notes[name]["seconds"])
        for name in sorted(notes, key=lambda name: _position(name, ()))
    )
    written = storage.listed(output).get(RUN_FILE)
    remarks = tuple(notes_after(run))
    return Status(
        shown, "complete", tally_of_run(run), phases=phases,
        written=sum(entry["bytes"] for entry in run["files"]),
        last_written=written and written.modified,
        todo="nothing; `corpus stats` shows what was dropped and why, `corpus verify` reads it all",
        remarks=remarks,
    )  # fmt: skip


def _not_begun(output: Place, shown: str) -> Status:
    """Tells a folder that is empty or missing from one that holds something else."""
    inside = set(storage.names(output)) - {LOCK_FILE}
    if isinstance(output, Path) and output.is_file():
        raise VerifyError(f"{shown}: {why_no_run(output)}")
    held = storage.holder(output, LOCK_FILE)
    if held is not None and held.alive:
        return Status(
            shown, "running", host=held.host, pid=held.pid,
            todo="wait: a command has just begun here, and lists its inputs",
        )  # fmt: skip
    if any(name == STATE_FOLDER or name.startswith(".trash-") for name in inside):
        return Status(
            shown, "stopped",
            todo="give the command that was stopped again: it was about to begin, or to throw an "
            "older run away",
        )  # fmt: skip
    if inside:
        raise VerifyError(f"{shown}: {why_no_run(output)}")
    return Status(shown, "not begun", todo="`corpus run CONFIG` with this output begins it")


def _under_way(output: Place, shown: str, work: Place, identity: Mapping[str, Any]) -> Status:
    held = storage.holder(output, LOCK_FILE)
    alive = held is not None and held.alive
    note = read_note(work)
    workspace = Workspace(str(output), note.units if note is not None else 0, work.name)
    expected = note.phases if note is not None else {}
    tally, phases, shares = Tally(), list[PhaseStatus](), list[PhaseShare]()
    current: _UnderWay | None = None
    for name in sorted(workspace.begun(), key=lambda name: _position(name, list(expected))):
        committed = workspace.committed(name)
        if committed is not None:
            items, seconds = committed["items"], committed["seconds"]
            phases.append(PhaseStatus(name, items, items, seconds))
            shares.append(PhaseShare(expected.get(name, 0.0), 1.0, 1.0, seconds))
            tally.add(name, committed.get("counts", {}))
            continue
        items = _items_of(name, workspace.units, identity)
        current = _look_at(workspace, name, note.started if note is not None else 0.0)
        phases.append(PhaseStatus(name, current.done, items, None))
        shares.append(current.share(expected.get(name, 0.0), items))
        tally.add(name, current.counts)
    to_come = [name for name in expected if name not in {each.name for each in phases}]
    shares += [PhaseShare(expected[name], 0.0) for name in to_come]
    return Status(
        shown,
        "running" if alive else "stopped",
        tally,
        sampled=current is not None and current.sampled,
        phases=tuple(phases),
        to_come=tuple(to_come),
        last_written=_last_written(workspace, phases, current),
        documents_per_second=current.rate("documents") if alive and current else None,
        bytes_per_second=current.rate(READ_BYTES) if alive and current else None,
        seconds_left=remaining_seconds(shares) if alive else None,
        **_driver(note, held),
        todo=_todo(alive, note),
    )


def _driver(note: DriverNote | None, held: storage.Holder | None) -> dict[str, Any]:
    """Says who drives the run: who holds the output, or by the note who did last."""
    found: dict[str, Any] = {}
    if note is not None:
        command = note.command or None
        found = {"host": note.host, "pid": note.pid, "runner": note.runner, "command": command,
                 "folder": note.folder}  # fmt: skip
    if held is not None and held.host is not None:
        found |= {"host": held.host, "pid": held.pid}
    return found


def _todo(alive: bool, note: DriverNote | None) -> str:
    if alive:
        return "wait; Ctrl-C in its terminal stops it, and the same command goes on later"
    if note is None or not note.command:
        return "what is done stays; give the same command, or call the same function, again"
    return f"give the command again that was given in {note.folder}; what is done stays:"


@dataclasses.dataclass(frozen=True)
class _UnderWay:
    """The phase that is under way, from its manifests."""

    done: int
    counts: Mapping[str, int]
    sampled: bool
    times: Sequence[float]
    """Of the manifests that this driver's workers have written, in their order."""

    def rate(self, count: str) -> float | None:
        """Returns a count for each second, between the first and the last of these manifests."""
        whole = self.counts.get(count, 0)
        if len(self.times) < 2 or not whole or self.times[-1] <= self.times[0]:
            return None
        each = whole / self.done
        return each * (len(self.times) - 1) / (self.times[-1] - self.times[0])

    def share(self, expected: float, items: int | None) -> PhaseShare:
        """How far it is."""
        if not items:
            return PhaseShare(expected, 0.0)
        timed = max(0, len(self.times) - 1) / items
        took = self.times[-1] - self.times[0] if self.times else 0.0
        return PhaseShare(expected, min(1.0, self.done / items), timed, took)


def _look_at(workspace: Workspace, name: str, since: float) -> _UnderWay:
    """Sums what the items of a phase have counted; those of some, scaled up, where there are many.

    Args:
        workspace: of the run.
        name: of the phase.
        since: when the driver began, in seconds since 1970.
    """
    begun = workspace.begun_at(name)
    times = sorted(at for at in begun.values() if at is not None and at >= since)
    counts: Counter[str] = Counter()
    items = list(begun)
    step = -(-len(items) // SAMPLE) if is_tallied(name) else 0
    if step:
        read = list(workspace.so_far(name, items[::step]))
        for manifest in read:
            counts.update(manifest.counts)
        if step > 1 and read:
            counts = Counter({key: n * len(items) // len(read) for key, n in counts.items()})
    return _UnderWay(len(items), counts, step > 1, times)


def _items_of(name: str, units: int, identity: Mapping[str, Any]) -> int | None:
    """Returns how many items a phase has; None where only the driver knows."""
    row = _ROWS.get(name)
    if units and (is_pass(name) or (row is not None and row.over == "units")):
        return units
    if row is None or row.finer:
        return None
    if row.over == "partitions":
        partitions = identity.get("partitions")
        return partitions if isinstance(partitions, int) else None
    # A small merge is one task of the driver.
    return 1 if row.over == "driver" or (row.over == "groups" and groups_of(units) == 1) else None


def _position(name: str, expected: Sequence[str]) -> tuple[int, int, int, str]:
    """Where a phase stands among those that have begun; later rounds behind the first.

    >>> names = ["resolve", "verify-2", "finish", "verify", "resolve-2"]
    >>> sorted(names, key=lambda name: _position(name, ["verify", "resolve", "finish"]))
    ['verify', 'resolve', 'verify-2', 'resolve-2', 'finish']
    """
    order = [*expected] or list(_ROWS)
    base, *rest = name.split("-")
    if base in _ROUNDS and base in order:
        number = int(rest[0]) if rest and rest[0].isdigit() else 1
        kind = 2 * _ROUNDS.index(base) - ("step" in rest)
        return order.index(_ROUNDS[0]), number, kind, name
    return order.index(name) if name in order else len(order), 0, 0, name


def _last_written(
    workspace: Workspace, phases: Sequence[PhaseStatus], current: _UnderWay | None
) -> float | None:
    """Returns when the last manifest, commit or note was written that there is."""
    folders = [workspace.work, *(workspace.phase(each.name) for each in phases[-2:])]
    files = [file.modified for each in folders for file in storage.listed(each, ".json").values()]
    times = [at for at in files if at is not None]
    return max([*times, *(current.times[-1:] if current is not None else ())], default=None)
