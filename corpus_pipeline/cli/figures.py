"""The figures of a run that goes on, for whatever shows them: view, log lines, events."""

import dataclasses
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from corpus_pipeline.pipelines.progress import CHECK
from corpus_pipeline.planning.remaining import PhaseShare, remaining_seconds

if TYPE_CHECKING:
    from corpus_pipeline.workspace.tally import Tally


@dataclasses.dataclass
class PhaseFigures:
    """One phase, begun or to come. Times are of the clock of the figures."""

    name: str
    expected: float = 0.0
    """Estimated seconds; 0 if nobody knows."""
    items: int | None = None
    """None: it has not begun."""
    before: int = 0
    """Items that an earlier process has done."""
    done: int = 0
    """Items, these included."""
    text_bytes: int = 0
    """Read by this process."""
    documents: int = 0
    """That came to it, of the items which this process has done."""
    started: float = 0.0
    told: float = 0.0
    """When something was last heard of it."""
    seconds: float | None = None
    """That it took; None: it is not done."""
    skipped: bool = False
    """An earlier process has done all of it."""

    @property
    def under_way(self) -> bool:
        """Whether it has begun and is not done."""
        return self.items is not None and self.seconds is None

    def elapsed(self, now: float) -> float:
        """Seconds since it began, or that it took."""
        return now - self.started if self.seconds is None else self.seconds

    def byte_rate(self, now: float) -> float:
        """Bytes of text for each second."""
        return self.text_bytes / max(self.elapsed(now), 1e-9)

    def document_rate(self, now: float) -> float:
        """Documents for each second."""
        return self.documents / max(self.elapsed(now), 1e-9)

    def share(self) -> PhaseShare:
        """How far it was when something was last heard of it."""
        if self.skipped or self.seconds is not None:
            new = 0 if self.skipped else (self.items or 0) - self.before
            timed = new / self.items if self.items else 0.0
            return PhaseShare(self.expected, 1.0, timed, self.seconds or 0.0)
        if not self.items:
            return PhaseShare(self.expected, 0.0)
        done = min(self.done, self.items)
        timed = max(0, done - self.before) / self.items
        return PhaseShare(self.expected, done / self.items, timed, self.told - self.started)


class Figures:
    """What a run has told so far. Safe to be read by another thread under `lock`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, check: bool = True) -> None:
        """Begins at zero.

        Args:
            clock: tells seconds.
            check: whether the output is read again at the end.
        """
        self.lock = threading.RLock()
        self.clock = clock
        self.born = clock()
        self.workers: int | None = None
        self.phases: dict[str, PhaseFigures] = {}
        self._check = check
        self._tally: Tally | None = None

    @property
    def current(self) -> PhaseFigures | None:
        """The phase that is under way."""
        return next((each for each in self.phases.values() if each.under_way), None)

    @property
    def tally(self) -> "Tally":
        """Documents, bytes and drops so far."""
        if self._tally is None:
            from corpus_pipeline.workspace.tally import Tally  # Not before there is a run.

            self._tally = Tally()
        return self._tally

    @property
    def has_counted(self) -> bool:
        """Whether any document has come."""
        return self._tally is not None

    def plan(self, workers: int | None, phases: Mapping[str, float]) -> None:
        """Notes which phases there will be."""
        with self.lock:
            self.workers = workers
            names = [name for name in phases if self._check or name != CHECK]
            self.phases = {name: PhaseFigures(name, phases[name]) for name in names}

    def start(self, name: str, items: int, finished: int) -> None:
        """Notes that a phase begins."""
        with self.lock:
            now = self.clock()
            self._skip_before(name)
            phase = self.phases.setdefault(name, PhaseFigures(name))
            phase.items, phase.before, phase.done = items, finished, finished
            phase.started = phase.told = now

    def _skip_before(self, name: str) -> None:
        """What comes before a phase and never began is done; rounds stand where they begin."""
        if name in self.phases:
            for each in self.phases.values():
                if each.name == name:
                    break
                each.skipped = each.skipped or each.items is None
            return
        begun = [i for i, each in enumerate(self.phases.values()) if each.items is not None]
        names = list(self.phases)
        names.insert(begun[-1] + 1 if begun else len(names), name)
        known = {**self.phases, name: PhaseFigures(name)}
        self.phases = {each: known[each] for each in names}

    def advance(self, name: str, items: int, text_bytes: int) -> None:
        """Notes that items are done."""
        with self.lock:
            phase = self.phases[name]
            phase.done += items
            phase.text_bytes += text_bytes
            phase.told = self.clock()

    def counted(self, name: str, counts: Mapping[str, int]) -> None:
        """Adds what items have counted."""
        with self.lock:
            self.tally.add(name, counts)
            phase = self.phases.get(name)
            # What is counted before a phase begins was done by an earlier process.
            if phase is not None and phase.under_way:
                phase.documents += counts.get("documents", 0)

    def finish(self, name: str, seconds: float) -> None:
        """Notes that a phase is done."""
        with self.lock:
            phase = self.phases[name]
            phase.done = phase.items or 0
            phase.seconds = seconds
            phase.told = self.clock()

    @property
    def share(self) -> float:
        """About how much of the run is done, from 0 to 1; by items where nothing is estimated."""
        shares = [each.share() for each in self.phases.values()]
        whole = sum(each.expected for each in shares)
        if not whole:
            return sum(each.done for each in shares) / max(1, len(shares))
        return sum(each.expected * each.done for each in shares) / whole

    def remaining(self) -> float | None:
        """About how many seconds are left of the run; None if nobody knows.

        Between two items nothing is heard; the time goes by, and as much of the rest, until as much
        as all workers may have in hand is over.
        """
        with self.lock:
            shares = [each.share() for each in self.phases.values()]
            left = remaining_seconds(shares)
            current = self.current
            if left is None or current is None or not current.items:
                return left
            gone = self.clock() - current.told
            rest = current.items - min(current.done, current.items)
            in_hand = min(rest, self.workers or rest) / current.items
            without = [
                dataclasses.replace(share, done=min(1.0, share.done + in_hand))
                if each is current else share
                for each, share in zip(self.phases.values(), shares, strict=True)
            ]  # fmt: skip
            least = remaining_seconds(without)
            assert least is not None
            return max(least, left - gone)
