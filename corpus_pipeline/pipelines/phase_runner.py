"""Runs phases: skips what is done, hands the rest to the engine, commits what is complete."""

import dataclasses
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from corpus_pipeline import storage
from corpus_pipeline.engines.engine import ERRORS_SEEN, ITEMS_DONE, Clocks, Engine, Phase
from corpus_pipeline.errors import ErrorBudgetError
from corpus_pipeline.pipelines.progress import Progress
from corpus_pipeline.sources.records import ERRORS, is_error
from corpus_pipeline.stages.match_options import Outcome
from corpus_pipeline.stages.writing import rejected_path
from corpus_pipeline.workspace.phase_table import is_pass
from corpus_pipeline.workspace.state import Manifest, Workspace
from corpus_pipeline.workspace.tally import is_tallied

#: Seconds between two looks at the new manifests of an engine that tells of a whole job at its end,
#: and how many times as long as such a look takes they are at least.
_LOOK_SECONDS, _LOOK_SHARE = 15.0, 20.0


@dataclasses.dataclass
class PhaseRunner:
    """Runs the phases of one workspace through an engine.

    A phase that was committed is looked at again, manifest by manifest: an item whose files are no
    longer there as written is done anew, and gives the same bytes. What later phases made of the
    damaged files, if they were damaged by then, nobody knows; so they are done anew, too.
    """

    workspace: Workspace
    engine: Engine
    progress: Progress
    max_errors: int
    lease: storage.Lease
    _examined: set[str] = dataclasses.field(default_factory=set)

    def run(self, phase: Phase, items: Sequence[int], per_worker: int = 1) -> None:
        """Runs the items of a phase that are not done yet, then commits the phase.

        Args:
            phase: what to run.
            items: units or partitions.
            per_worker: items that one worker can hold at once.
        """
        errors = _ErrorBudget(self.workspace, self.max_errors)
        still_open = []
        counts: Counter[str] = Counter()
        there = set(self.workspace.begun_items(phase.name))
        finished = self.workspace.finished(phase.name, items)
        for item, manifest in zip(items, finished, strict=True):
            if manifest is None:
                still_open.append(item)
                if item in there:  # Whoever counts manifests must not meet files that are gone.
                    self.workspace.forget_item(phase.name, item)
            else:
                errors.count(manifest)
                counts.update(manifest.counts)
        if not still_open and self.workspace.committed(phase.name) is not None:
            self._examined.add(phase.name)
            self._count(phase.name, counts)
            return
        self._forget_later(phase.name)
        report = _PhaseReport(
            phase.name, self.workspace, self.progress, errors, self.lease,
            set(items).difference(still_open),
        )  # fmt: skip
        if is_pass(phase.name):
            self._count(phase.name, counts)
        start = time.monotonic()
        self.progress.start(phase.name, len(items), len(items) - len(still_open))
        if still_open:
            self.engine.run(phase, still_open, per_worker, report)
        self._commit(phase.name, items, start, report.clocks)

    def run_here(self, name: str, work: Callable[[], Outcome]) -> None:
        """Runs a phase that is one task of the driver; `work` says what it has written."""
        (finished,) = self.workspace.finished(name, [0])
        if finished is not None and self.workspace.committed(name) is not None:
            self._examined.add(name)
            self._count(name, finished.counts)
            return
        self._forget_later(name)
        start = time.monotonic()
        cpu = time.process_time_ns()
        self.progress.start(name, 1, 0)
        outcome = work()
        manifest = Manifest(name, 0, tuple(outcome.files), outcome.all_counts)
        self.workspace.put_manifest(manifest)
        clocks = Counter({"dedup/micros": (time.process_time_ns() - cpu) // 1000})
        self._commit(name, [0], start, clocks)

    def _forget_later(self, name: str) -> None:
        """Makes sure that no later phase counts as done; must come before any work.

        In a run that was merely stopped there is nothing to forget: phases begin in order.
        """
        self._examined.add(name)
        for later in set(self.workspace.begun()) - self._examined:
            self.workspace.forget(later)

    def _commit(self, name: str, items: Sequence[int], start: float, clocks: Clocks) -> None:
        seconds = time.monotonic() - start
        self.lease.still_ours()
        counts = self.workspace.commit(name, items, seconds, dict(sorted(clocks.items())))
        if not is_pass(name):  # A pass is counted while it goes on.
            self._count(name, counts)
        self.progress.finish(name, seconds)

    def _count(self, name: str, counts: Mapping[str, int]) -> None:
        if counts and is_tallied(name):
            self.progress.counted(name, counts)


@dataclasses.dataclass
class _PhaseReport:
    """Hears from the engine of every finished item of one phase."""

    phase: str
    workspace: Workspace
    progress: Progress
    errors: "_ErrorBudget"
    lease: storage.Lease
    known: set[int]
    """Items whose counts are told."""
    clocks: Clocks = dataclasses.field(default_factory=Counter)
    counted: int = 0
    """Errors by counters, of all items; attempts that were in vain count, too."""
    suspicious: int = 0
    """The counters are but a reason to look when they come to so many."""

    next_look: float = 0.0
    """When the manifests that are new may be counted, by the monotonic clock."""

    def __post_init__(self) -> None:
        self.suspicious = self.errors.left
        self.next_look = time.monotonic() + _LOOK_SECONDS

    def advance(self, items: int, text_bytes: int, errors: int = 0) -> None:
        """Moves the display; ends the phase where it makes no sense any more.

        Raises:
            ResumeError: the folder is another run's by now.
            ErrorBudgetError: too many records cannot be read.
        """
        self.lease.check()
        self.progress.advance(self.phase, items, text_bytes)
        if is_pass(self.phase) and (now := time.monotonic()) >= self.next_look:
            there = self.workspace.begun_items(self.phase)
            new = [item for item in there if item not in self.known]
            self._tell(self.workspace.so_far(self.phase, new))
            took = time.monotonic() - now
            self.next_look = now + max(_LOOK_SECONDS, _LOOK_SHARE * took)
        self.counted += errors
        if errors and self.counted >= self.suspicious:
            # The manifests that are there decide. What they leave must be counted before the next
            # look, for counters come after manifests.
            budget = _ErrorBudget(self.workspace, self.errors.limit)
            for manifest in self.workspace.so_far(self.phase):
                budget.count(manifest)
            self.suspicious = self.counted + budget.left

    def done(self, items: Sequence[int], clocks: Clocks) -> None:
        """Adds up what the items took and which records they could not read."""
        self.clocks.update(
            {name: n for name, n in clocks.items() if name not in (ITEMS_DONE, ERRORS_SEEN)}
        )
        if is_pass(self.phase):
            self._tell(self._within_budget(items))
            # An engine that says of each item that it is done need not be looked after.
            self.next_look = time.monotonic() + _LOOK_SECONDS

    def _within_budget(self, items: Sequence[int]) -> Iterator[Manifest]:
        for manifest in self.workspace.manifests(self.phase, items):
            self.errors.count(manifest)
            yield manifest

    def _tell(self, manifests: Iterable[Manifest]) -> None:
        """Passes on what items have counted, of each once."""
        counts: Counter[str] = Counter()
        for manifest in manifests:
            if manifest.item not in self.known:
                self.known.add(manifest.item)
                counts.update(manifest.counts)
        if counts:
            self.progress.counted(self.phase, counts)


@dataclasses.dataclass
class _ErrorBudget:
    """Counts unreadable records and stops the run above the limit, naming one of them."""

    workspace: Workspace
    limit: int
    seen: int = 0

    @property
    def left(self) -> int:
        """So many more are too many."""
        return self.limit + 1 - self.seen

    def count(self, manifest: Manifest) -> None:
        """Adds the unreadable records of one finished item."""
        self.seen += manifest.errors
        if self.seen > self.limit and is_pass(manifest.phase):
            first = self._first_error(manifest)
            reading = first["drop_reason"] in ERRORS
            what = "unreadable records" if reading else "documents at which a step failed"
            raise ErrorBudgetError(
                f"{first['file']}: record at {first['record']}: {first['drop_reason']}: "
                f"{self.seen} {what} are more than max_errors: {self.limit}; all are listed in "
                f"{self.workspace.root / 'rejected'}; repair the {'input' if reading else 'step'} "
                "or raise max_errors"
            )

    def _first_error(self, manifest: Manifest) -> dict[str, Any]:
        path = rejected_path(self.workspace, manifest.phase, manifest.item)
        rows = storage.read_parquet(path, columns=["file", "record", "drop_reason"]).to_pylist()
        return next(row for row in rows if row["drop_reason"] and is_error(row["drop_reason"]))
