"""What other rules would do to a finished run: counted by source, language and reason.

A document that would stay, and one that would go, is known for certain. Three kinds are not, for
deduplication was done with the rules of the run, and are counted apart:

    comes back      no filter would drop it; *dedup* has not compared it with what stays
    loses its copy  it was removed as a copy of a document that would go now
    untold          what is stored of it does not say what a rule would do
"""

import dataclasses
import enum
import hashlib
import heapq
from collections import Counter
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.address import packed_addresses
from corpus_pipeline.inspection.changed_rules import ChangedRules
from corpus_pipeline.inspection.reason_counts import NONE
from corpus_pipeline.inspection.redeciding import Redecided, Redeciding
from corpus_pipeline.steps import Step
from corpus_pipeline.storage import Place


class Fate(enum.IntEnum):
    """What would become of a document."""

    same = 0
    """What became of it in the run."""
    goes = 1
    """It stays in the run, and would be dropped."""
    comes_back = 2
    """It was dropped in the run, and no rule that has seen it would drop it."""
    comes_back_unseen = 3
    """The same, and *dedup* or another step behind the rules has not seen it."""
    loses_its_copy = 4
    """It was removed as a copy, and the document that stays in its place would go."""
    other_reason = 5
    """It was dropped in the run, and would be for another reason."""
    untold = 6
    """It takes its text to tell."""


class Group(NamedTuple):
    """Documents of a source and language that share reasons and fate."""

    source: str
    language: str
    before: str | None
    """Drop reason in the run; None: they stay."""
    after: str | None
    """Drop reason by the other rules; None: none is known."""
    fate: Fate


@dataclasses.dataclass(frozen=True)
class Example:
    """One document whose fate would be another one."""

    address: str
    id: str
    source: str
    reason: str
    """The rule that would drop it, or that has dropped it."""
    measured: str
    """The measure and the threshold that drops it."""
    other: Any
    """The threshold of the other side: of the run for a document that goes, else the new one; None
    where there is none."""


@dataclasses.dataclass
class WhatIf:
    """The answer."""

    groups: Counter[Group] = dataclasses.field(default_factory=Counter)
    """Documents."""
    tokens: Counter[Fate] = dataclasses.field(default_factory=Counter)
    """Of documents that stay in the run, by what would become of them."""
    examples: dict[tuple[Fate, str], list[Example]] = dataclasses.field(default_factory=dict)
    """(fate, reason) -> some documents, the same ones every time."""

    def count(self, fate: Fate | None = None) -> int:
        """Counts the documents of one fate, or all."""
        return sum(n for group, n in self.groups.items() if fate in (None, group.fate))

    def by(self, name: str, fate: Fate) -> Counter[str]:
        """Counts the documents of one fate by `source` or `language`."""
        found: Counter[str] = Counter()
        for group, n in self.groups.items():
            if group.fate == fate:
                found[getattr(group, name)] += n
        return found

    def reasons(self, after: bool) -> Counter[str]:
        """Counts documents by drop reason, in the run or by the other rules."""
        found: Counter[str] = Counter()
        for group, n in self.groups.items():
            reason = group.after if after else group.before
            if reason is not None:
                found[reason] += n
        return found


def what_if(output: Place, rules: ChangedRules, examples: int = 3) -> WhatIf:
    """Decides a run again by other rules.

    Memory: a batch of the ledger, and some 40 bytes for each document that would go or was removed
    as a copy.

    Args:
        output: a finished run.
        rules: what is changed.
        examples: documents that are named for each reason.

    Raises:
        VerifyError: the ledger does not fit the run's configuration.
        ConfigError: measures were made by other models than the thresholds are for.
    """
    found = WhatIf()
    copies = _Copies()
    chosen = _Chosen(examples)
    deciding = Redeciding(output, rules)
    for batch in deciding.batches():
        fates = _fates(batch)
        _count(found, batch, fates)
        copies.add(batch, fates)
        chosen.add(batch, fates)
    copies.move(found)
    found.examples = chosen.explained(deciding)
    return found


def _fates(batch: Redecided) -> NDArray[np.int8]:
    """Returns the fate of each document, int8[N]; that of copies is not looked at."""
    before, after = batch.first_before, batch.first_after
    fates = np.full(len(before), Fate.same, np.int8)
    fates[(before < 0) & (after >= 0)] = Fate.goes
    fates[(before >= 0) & (after < 0)] = Fate.comes_back
    fates[batch.unseen] = Fate.comes_back_unseen
    fates[(before >= 0) & (after >= 0) & (before != after)] = Fate.other_reason
    fates[batch.untold] = Fate.untold
    return fates


def _names(column: pa.Array) -> tuple[NDArray[np.int64], list[str]]:
    """Returns a number for each value, and the names; null is `(none)`."""
    encoded = pc.fill_null(column, NONE).dictionary_encode()
    return np.asarray(encoded.indices, np.int64), encoded.dictionary.to_pylist()


def _count(found: WhatIf, batch: Redecided, fates: NDArray[np.int8]) -> None:
    source = batch.rows["source"][0].as_py()
    language, languages = _names(batch.rows["lang"])
    reasons = (*batch.reasons, None)
    # One number for all four, from 0 on: no reason, -1, is the last one of `reasons`.
    shape = (len(languages), len(reasons), len(reasons), len(Fate))
    last = len(reasons)
    numbers = (language, batch.first_before % last, batch.first_after % last, fates)
    kinds, times = np.unique(np.ravel_multi_index(numbers, shape), return_counts=True)
    kinds_of = zip(*(each.tolist() for each in np.unravel_index(kinds, shape)), strict=True)
    for (lang, before, after, fate), n in zip(kinds_of, times.tolist(), strict=True):
        group = Group(source, languages[lang], reasons[before], reasons[after], Fate(fate))
        found.groups[group] += n
    if "tokens" in batch.rows.schema.names:
        tokens = batch.rows["tokens"].fill_null(0).to_numpy().astype(np.int64)
        for each in np.unique(fates).tolist():
            found.tokens[Fate(each)] += int(tokens[fates == each].sum())


class _Copies:
    """Which removed copies stand for a document that would go."""

    def __init__(self) -> None:
        self._gone: list[NDArray[np.uint64]] = []
        self._copies: list[tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.int64]]] = []
        self._groups: dict[Group, int] = {}

    def add(self, batch: Redecided, fates: NDArray[np.int8]) -> None:
        """Notes the documents that go, and the copies."""
        rows = batch.rows
        addresses = packed_addresses(rows["unit"].to_numpy(), rows["row"].to_numpy())
        self._gone.append(addresses[fates == Fate.goes])
        is_copy = rows["duplicate_of"].is_valid().to_numpy(zero_copy_only=False)
        if not is_copy.any():
            return
        language, languages = _names(rows["lang"])
        source = rows["source"][0].as_py()
        before = batch.first_before
        stays = is_copy & (fates == Fate.same) & (before >= 0)
        numbers = np.full(len(addresses), -1, np.int64)
        kinds, kind_of = np.unique(
            np.stack([language[stays], before[stays]]), axis=1, return_inverse=True
        )
        groups = [
            Group(source, languages[lang], batch.reasons[reason], batch.reasons[reason], Fate.same)
            for lang, reason in kinds.T.tolist()
        ]
        known = [self._groups.setdefault(group, len(self._groups)) for group in groups]
        numbers[stays] = np.array(known, np.int64)[kind_of]
        kept = _packed(rows["duplicate_of"].filter(pa.array(is_copy)))
        self._copies.append((addresses[is_copy], kept, numbers[is_copy]))

    def move(self, found: WhatIf) -> None:
        """Moves the copies that lose the document in their place into a group of their own."""
        if not self._copies:
            return
        addresses, kept, numbers = (np.concatenate(c) for c in zip(*self._copies, strict=True))
        order = np.argsort(addresses)
        addresses, kept, numbers = addresses[order], kept[order], numbers[order]
        gone = np.sort(np.concatenate(self._gone))
        # The document that an exact copy names may itself be a near copy of a third one.
        last = kept.copy()
        for _ in range(_LONGEST_CHAIN):
            place = np.minimum(np.searchsorted(addresses, last), len(addresses) - 1)
            further = addresses[place] == last
            if not further.any():
                break
            last = np.where(further, kept[place], last)
        lost = np.isin(last, gone) & (numbers >= 0)
        groups = list(self._groups)
        for number, n in zip(*np.unique(numbers[lost], return_counts=True), strict=True):
            group = groups[number]
            found.groups[group] -= int(n)
            found.groups[group._replace(after=None, fate=Fate.loses_its_copy)] += int(n)
        found.groups = +found.groups


#: Copies of copies that are followed; exact copies name one document, near copies one that stays.
_LONGEST_CHAIN = 16


def _packed(addresses: pa.Array) -> NDArray[np.uint64]:
    """Packs addresses that are written UNIT:ROW, uint64[N]."""
    parts = pc.list_flatten(pc.split_pattern(addresses, ":")).cast(pa.int64()).to_numpy()
    return packed_addresses(parts[0::2], parts[1::2])


class _Chosen:
    """Some documents of each fate and reason: those with the least hashes of their content."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._best: dict[tuple[Fate, str], list[tuple[int, str, dict[str, Any]]]] = {}

    def add(self, batch: Redecided, fates: NDArray[np.int8]) -> None:
        """Looks for documents in a batch."""
        ranks = _ranks(batch.rows)
        for fate, decides in (
            (Fate.goes, batch.first_after),
            (Fate.comes_back, batch.first_before),
            (Fate.comes_back_unseen, batch.first_before),
        ):
            mine = fates == fate
            for reason in np.unique(decides[mine]).tolist():
                rows = np.flatnonzero(mine & (decides == reason))
                rows = rows[np.argsort(ranks[rows], kind="stable")[: self._number]]
                key = fate, batch.reasons[reason]
                some = batch.rows.take(pa.array(rows)).to_pylist()
                ranked = [
                    (int(ranks[number]), f"{row['unit']}:{row['row']}", row)
                    for number, row in zip(rows.tolist(), some, strict=True)
                ]
                best = [*self._best.get(key, []), *ranked]
                self._best[key] = heapq.nsmallest(self._number, best, key=lambda each: each[:2])

    def explained(self, deciding: Redeciding) -> dict[tuple[Fate, str], list[Example]]:
        """Says of each document by which figures it goes, or has gone."""
        found = {}
        for (fate, reason), best in sorted(self._best.items()):
            one, other = (
                (deciding.new, deciding.old) if fate == Fate.goes else (deciding.old, deciding.new)
            )
            found[fate, reason] = [
                Example(
                    address, row["id"], row["source"], reason,
                    _explained(_owner(one, reason), reason, row),
                    _limit(_owner(other, reason), reason, row),
                )
                for _, address, row in best
            ]  # fmt: skip
        return found


def _ranks(rows: pa.RecordBatch) -> NDArray[np.uint64]:
    """Returns the first eight bytes of the content hashes, uint64[N]."""
    hashes = rows["content_hash"]
    filled = pc.fill_null(hashes, pa.scalar(hashlib.sha256().digest()[:16], hashes.type))
    data = np.frombuffer(filled.buffers()[1], np.uint8).reshape(-1, 16)
    first = data[filled.offset : filled.offset + len(filled), :8]
    return np.ascontiguousarray(first).view(">u8").ravel().astype(np.uint64)


def _owner(flow: Any, reason: str) -> Step | None:
    return next((step for step in flow.values() if reason in step.all_reasons()), None)


def _bare(step: Step, reason: str) -> str:
    return reason.removeprefix(f"{step.label}-") if step.label else reason


def _explained(step: Step | None, reason: str, row: dict[str, Any]) -> str:
    if step is None:
        return ""
    return step.explain(_bare(step, reason), step.own_row(row), None)


def _limit(step: Step | None, reason: str, row: dict[str, Any]) -> object:
    return None if step is None else step.limit(_bare(step, reason), step.own_row(row))
