"""Runs phases: skips what is done, hands the rest to the engine, commits what is complete."""

import dataclasses
import time
from collections import Counter
from collections.abc import Callable, Sequence
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
        there = set(self.workspace.begun_items(phase.name))
        finished = self.workspace.finished(phase.name, items)
        for item, manifest in zip(items, finished, strict=True):
            if manifest is None:
                still_open.append(item)
                if item in there:  # Whoever counts manifests must not meet files that are gone.
                    self.workspace.forget_item(phase.name, item)
            else:
                errors.count(manifest)
        if not still_open and self.workspace.committed(phase.name) is not None:
            self._examined.add(phase.name)
            return
        self._forget_later(phase.name)
        report = _PhaseReport(phase.name, self.workspace, self.progress, errors, self.lease)
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
        self.workspace.commit(name, items, seconds, dict(sorted(clocks.items())))
        self.progress.finish(name, seconds)


@dataclasses.dataclass
class _PhaseReport:
    """Hears from the engine of every finished item of one phase."""

    phase: str
    workspace: Workspace
    progress: Progress
    errors: "_ErrorBudget"
    lease: storage.Lease
    clocks: Clocks = dataclasses.field(default_factory=Counter)
    counted: int = 0
    """Errors by counters, of all items; attempts that were in vain count, too."""
    suspicious: int = 0
    """The counters are but a reason to look when they come to so many."""

    def __post_init__(self) -> None:
        self.suspicious = self.errors.left

    def advance(self, items: int, text_bytes: int, errors: int = 0) -> None:
        """Moves the display; ends the phase where it makes no sense any more.

        Raises:
            ResumeError: the folder is another run's by now.
            ErrorBudgetError: too many records cannot be read.
        """
        self.lease.check()
        self.progress.advance(self.phase, items, text_bytes)
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
            for manifest in self.workspace.manifests(self.phase, items):
                self.errors.count(manifest)


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
