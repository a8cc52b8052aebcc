"""Decides a finished run again from its ledger, by other rules and without texts.

    ledger ─► fates as they are ─► steps whose rules differ ─► fates as they would be

Reasons of steps whose rules are the same stay as they are stored. A document that a rule dropped
before a later pass was not measured there, and *dedup* has not compared it: what would become of it
behind that point is not known, and is not guessed.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.batches import with_columns
from corpus_pipeline.errors import VerifyError
from corpus_pipeline.filters.gathering import Gathering
from corpus_pipeline.filters.keywords.step import Keywords
from corpus_pipeline.inspection.changed_rules import ChangedRules
from corpus_pipeline.inspection.trace import ledger_parts
from corpus_pipeline.stages.mapping import Chosen
from corpus_pipeline.steps import Batch, Failures, Step
from corpus_pipeline.storage import Place

#: Columns that say which document it is and what became of it.
_OF_ALL = (
    "unit", "row", "id", "source", "lang", "lang_score", "content_hash", "drop_reason", "reasons",
    "duplicate_of", "tokens",
)  # fmt: skip
#: Rows that are decided together.
_ROWS_TOGETHER = 1 << 16
#: Tables of a step that gathers which are held before they are merged.
_TABLES_TOGETHER = 32
#: Columns by which an expression looks at what was decided before.
_FATE = frozenset(("drop_reason", "reasons"))


@dataclasses.dataclass(frozen=True)
class Redecided:
    """N documents of one source, as they are and as they would be."""

    rows: Batch
    """Of the ledger, the columns that were read."""
    reasons: tuple[str, ...]
    """All R reasons of both flows, in the order of decision."""
    before: NDArray[np.bool_]
    """bool[N, R], rules that they fail."""
    after: NDArray[np.bool_]
    """bool[N, R], rules that they would fail; none of passes that they would not reach."""
    unseen: NDArray[np.bool_]
    """bool[N], no rule up to where they were dropped would drop them now; what follows, *dedup* or
    another step, has not seen them."""
    untold: NDArray[np.bool_]
    """bool[N], a rule cannot be decided again without their text; `after` is then as it was."""

    @cached_property
    def first_before(self) -> NDArray[np.int64]:
        """int64[N], number of the reason for which each is dropped; -1 where it stays."""
        return _first(self.before)

    @cached_property
    def first_after(self) -> NDArray[np.int64]:
        """int64[N], number of the reason for which each would be dropped; -1: none is known."""
        return _first(self.after)


def _first(fails: NDArray[np.bool_]) -> NDArray[np.int64]:
    first = np.full(len(fails), -1, np.int64)
    for number in reversed(range(fails.shape[1])):
        first[fails[:, number]] = number
    return first


@dataclasses.dataclass
class Redeciding:
    """Decides the documents of a run again, batch by batch."""

    output: Place
    rules: ChangedRules
    settled: dict[str, pa.RecordBatch] = dataclasses.field(default_factory=dict)
    """Title of a step that gathers -> what it would settle."""

    def batches(self) -> Iterator[Redecided]:
        """Yields all documents of the run.

        Raises:
            VerifyError: the ledger has a reason of no step.
            ConfigError: measures were made by other models than the thresholds are for.
        """
        for step in self.steps:
            if isinstance(step, Gathering) and step.gathers and step.title in self.decided:
                tables = [step.merged([])]
                for rows in self._rows():
                    tables.append(_State(self, rows).gathered(step))
                    if len(tables) > _TABLES_TOGETHER:
                        tables = [step.merged(tables)]
                self.settled[step.title] = step.settled(step.merged(tables))
        for rows in self._rows():
            yield _State(self, rows).result()

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns of the ledger that are read."""
        steps = [*self.rules.before.steps, *self.rules.after.steps]
        wanted = [name for s in steps if s.title in self.decided for name in s.judged_columns]
        wanted += [name for s in steps if s.title in self.decided for name in read_by_when(s)]
        known = self.rules.before.ledger.names
        return tuple(name for name in dict.fromkeys((*_OF_ALL, *wanted)) if name in known)

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """Reasons of both flows in the order of decision."""
        found: list[str] = []
        for step in self.steps:
            found += [r for r in self.reasons_of(step) if r not in found]
        return tuple(found)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the other flow, with those that it has left out in their places."""
        steps = list(self.rules.after.steps)
        titles = [step.title for step in steps]
        for number, step in enumerate(self.rules.before.steps):
            if step.title not in titles:
                steps.insert(number, step)
                titles.insert(number, step.title)
        return tuple(steps)

    @cached_property
    def old(self) -> Mapping[str, Step]:
        """Steps of the run by title."""
        return {step.title: step for step in self.rules.before.steps}

    @cached_property
    def new(self) -> Mapping[str, Step]:
        """Steps of the other flow by title."""
        return {step.title: step for step in self.rules.after.steps}

    def reasons_of(self, step: Step) -> Sequence[str]:
        """Returns the reasons of a step in either flow; a rule may be there in one alone."""
        found = [
            reason
            for flow in (self.old, self.new)
            if step.title in flow
            for reason in flow[step.title].all_reasons()
        ]
        return list(dict.fromkeys(found))

    @cached_property
    def decided(self) -> frozenset[str]:
        """Titles of the steps that decide anew: their rules differ, or what they look at may."""
        return frozenset(step.title for step in self.steps if self._is_decided(step))

    def _is_decided(self, step: Step) -> bool:
        if step.title in self.rules.titles:
            return True
        if not step.judged_by:
            return False
        looks = bool(_FATE & {*step.judged_columns, *read_by_when(step)})
        shares = isinstance(step, Gathering) and bool(step.gathers) and step.gathers_stored
        return (looks or shares) and step.title in self.new

    def looks(self, flow: Mapping[str, Step], title: str) -> bool:
        """Says whether a step of a flow looks at the whole run, so that a pass ends there."""
        step = flow.get(title)
        return step is not None and bool(step.compares or step.gathers)

    def measures_behind(self, step: Step) -> bool:
        """Says whether a step behind another one measures texts."""
        place = self.steps.index(step)
        return any(len(each.columns) and each.judged_by for each in self.steps[place + 1 :])

    # One batch

    def _rows(self) -> Iterator[Batch]:
        """Yields the ledger in batches of one source."""
        for part in ledger_parts(self.output):
            with storage.open_parquet(part) as file:
                for batch in file.iter_batches(_ROWS_TOGETHER, columns=list(self.columns)):
                    sources = batch["source"].unique()
                    if len(sources) == 1:
                        yield batch
                        continue
                    for source in sources:
                        yield batch.filter(pc.equal(batch["source"], source))


class _State:
    """Documents of one source on their way through the steps."""

    def __init__(self, whole: Redeciding, rows: Batch) -> None:
        self._whole = whole
        self._rows = rows
        self._number = {reason: n for n, reason in enumerate(whole.reasons)}
        self._before = self._stored()
        self._after = self._before.copy(order="F")
        self._untold, self._unseen, self._gone = np.zeros((3, rows.num_rows), np.bool_)
        self._passed: list[int] = []
        """Numbers of the reasons that were decided so far."""
        self._has_text = rows["content_hash"].is_valid().to_numpy(zero_copy_only=False)

    def _stored(self) -> NDArray[np.bool_]:
        """Reads the reasons of documents as bool[N, R]."""
        # Column after column, as steps decide.
        fails = np.zeros((self._rows.num_rows, len(self._number)), np.bool_, order="F")
        lists = self._rows["reasons"]
        named = pc.list_flatten(lists).dictionary_encode()
        names = named.dictionary.to_pylist()
        for reason in names:
            if reason not in self._number:
                raise VerifyError(
                    f"{self._whole.output}: a document was dropped for {reason}, and no step of "
                    "the run's configuration drops for that; run `corpus verify`"
                )
        if names:
            numbers = np.array([self._number[reason] for reason in names])
            fails[np.asarray(pc.list_parent_indices(lists)), numbers[np.asarray(named.indices)]] = (
                True
            )
        return fails

    def result(self) -> Redecided:
        """Takes the documents through all steps."""
        for step in self._whole.steps:
            self._pass_through(step)
        after = self._after
        after[self._untold] = self._before[self._untold]
        unseen = self._unseen & ~self._untold & ~after.any(axis=1)
        reasons = self._whole.reasons
        return Redecided(self._rows, reasons, self._before, after, unseen, self._untold)

    def gathered(self, until: Gathering) -> pa.RecordBatch:
        """Counts the documents that come alive to a step that gathers."""
        for step in self._whole.steps:
            if step.title == until.title:
                break
            self._pass_through(step)
        self._judge(until)
        living = self._chosen(until) & ~self._dead(self._after)
        rows = until.own_rows(self._with_fates(lists=False)).filter(pa.array(living))
        return until.gather(rows) if rows.num_rows else until.merged([])

    def _pass_through(self, step: Step) -> None:
        """Decides a step anew, or leaves its reasons as they are stored."""
        whole, title = self._whole, step.title
        if step.edits_living and whole.measures_behind(step):
            # Of a document that was dropped before, the text that was measured behind this step
            # is not the one that it would have here.
            back = self._dead(self._before) & ~self._dead(self._after)
            self._untold |= back & ~self._unseen
        if step.compares:
            self._end_pass(title)
        if title in whole.decided:
            self._judge(step)
        else:
            self._note(self._first_reasons(step))
        if isinstance(step, Gathering):
            later = self._later_reasons(step)
            if whole.looks(whole.old, title) or whole.looks(whole.new, title):
                self._end_pass(title)
            self._note(later)
            if title in whole.decided:
                self._after[:, later] = False
            if title in whole.settled:
                self._decide(step, later)

    def _judge(self, step: Step) -> None:
        """Decides a step from stored columns."""
        mine = self._first_reasons(step)
        new = self._whole.new.get(step.title)
        stored = self._before[:, mine] & self._untold[:, None]
        failures: Failures = {}
        decided = np.zeros(self._rows.num_rows, np.bool_)
        if new is not None and (chosen := self._chosen(new)).any():
            fates = _FATE & set(new.judged_columns)
            rows = new.own_rows(self._with_fates() if fates else self._rows)
            if isinstance(new, Keywords) and not knows_length(self._whole.steps, new):
                unknown = pa.nulls(rows.num_rows, pa.int32())
                rows = with_columns(rows, {"text_chars": unknown})
            failures = new.judge(rows)
            untold = new.untold(rows) & chosen
            self._untold |= untold
            decided = chosen & ~untold
        self._after[:, mine] = stored
        for reason, fails in failures.items():
            self._after[:, self._number[step.reason_name(reason)]] |= fails & decided
        self._note(mine)

    def _decide(self, step: Gathering, mine: list[int]) -> None:
        """Compares documents that live with what would be settled over the run."""
        living = self._chosen(step) & ~self._dead(self._after)
        if not living.any():
            return
        rows = step.own_rows(self._with_fates(lists=False)).filter(pa.array(living))
        nothing = pa.nulls(rows.num_rows, pa.list_(pa.string()))
        # What a step decides holds for documents with text alone, and these have one.
        rows = with_columns(rows, {"reasons": nothing, "text": pa.repeat("", rows.num_rows)})
        fails = step.decide(rows, self._whole.settled[step.title])["drop_reason"]
        for number in mine:
            failed = pc.fill_null(pc.equal(fails, self._whole.reasons[number]), False)
            self._after[living, number] = failed.to_numpy(zero_copy_only=False)

    def _chosen(self, step: Step) -> NDArray[np.bool_]:
        """Says which documents a step judges."""
        if step.needs_text:
            there = self._has_text
        else:  # A page that is no text yet is there, too.
            read = self._whole.steps[0]
            there = ~self._before[:, self._numbers(read.all_reasons())].any(axis=1)
        looks = step.when is not None and bool(_FATE & set(read_by_when(step)))
        seen = Chosen(step).rows(self._with_fates() if looks else self._rows)
        if seen is not None:
            there = there & seen
        chosen: NDArray[np.bool_] = there & ~self._unseen & ~self._gone
        return chosen

    def _with_fates(self, lists: bool = True) -> Batch:
        """Returns the rows with the fate that they would have behind the steps so far."""
        fails = self._after[:, self._passed]
        names = np.array(self._whole.reasons, object)[self._passed]
        first = _first(fails)
        reason = pa.array(names, pa.string()).take(pa.array(first, mask=first < 0))
        columns = {"drop_reason": reason}
        if lists:
            every = [list(names[row]) or None for row in fails]
            columns["reasons"] = pa.array(every, pa.list_(pa.string()))
        return with_columns(self._rows, columns)

    def _first_reasons(self, step: Step) -> list[int]:
        """Returns the reasons that a step drops for when it measures."""
        later = self._later_reasons(step) if isinstance(step, Gathering) else []
        return [n for n in self._numbers(self._whole.reasons_of(step)) if n not in later]

    def _later_reasons(self, step: Gathering) -> list[int]:
        return self._numbers(map(step.reason_name, step.decided_reasons))

    def _numbers(self, reasons: Iterable[str]) -> list[int]:
        return [self._number[reason] for reason in reasons]

    def _note(self, numbers: list[int]) -> None:
        self._passed = sorted({*self._passed, *numbers})

    def _dead(self, fails: NDArray[np.bool_]) -> NDArray[np.bool_]:
        dead = np.zeros(len(fails), np.bool_)
        for number in self._passed:
            dead |= fails[:, number]
        return dead

    def _end_pass(self, title: str) -> None:
        """Parts those that go on from those that do not, where a step looks at the whole run."""
        before, after = self._dead(self._before), self._dead(self._after)
        whole = self._whole
        if whole.looks(whole.old, title):
            self._unseen |= before & ~after
        if not whole.looks(whole.new, title):
            return
        self._gone |= after
        later = np.ones(len(self._number), np.bool_)
        later[self._passed] = False
        self._after[np.ix_(after, later)] = False


def knows_length(steps: Sequence[Step], step: Step) -> bool:
    """Says whether the text that *quality* has measured is the one that a step has seen.

    Args:
        steps: of a flow, in their order.
        step: one of them.
    """
    names = [each.title for each in steps]
    if "quality" not in names:
        return False
    first, last = sorted((names.index("quality"), names.index(step.title)))
    return all(each.judged_by for each in steps[first:last])


def read_by_when(step: Step) -> tuple[str, ...]:
    """Names the columns by which a step is told which documents it sees."""
    if step.when is None:
        return ()
    from corpus_pipeline.filters.where.expressions import parse_expression

    return parse_expression(step.when).columns
