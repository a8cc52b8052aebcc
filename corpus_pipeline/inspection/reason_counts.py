"""How many documents each rule drops, from the ledger of a finished run.

    first   documents whose drop reason it is: no rule before it fails
    any     documents that fail it, whichever rule came first
    only    documents that fail it and no other rule: what the run would regain without it

A document that a filter has dropped never meets *dedup*, so its reasons there are not known.
"""

import dataclasses
from collections import Counter
from typing import Literal, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline import storage
from corpus_pipeline.inspection.trace import ledger_parts
from corpus_pipeline.storage import Place

By = Literal["source", "language"]

#: Column of the ledger by which documents are grouped.
_COLUMNS: dict[By, str] = {"source": "source", "language": "lang"}
#: Parts that are read at once: remote ones are waited for.
_MAX_CONCURRENT_FILES = 4
#: Group of the documents for which the column is null, such as unreadable ones.
NONE = "(none)"


class ReasonCount(NamedTuple):
    """Documents that one rule drops, counted in three ways."""

    reason: str
    first: int
    any: int
    only: int


@dataclasses.dataclass
class Group:
    """Documents of one source or language, or all of a run."""

    name: str
    documents: int = 0
    first: Counter[str] = dataclasses.field(default_factory=Counter)
    any: Counter[str] = dataclasses.field(default_factory=Counter)
    only: Counter[str] = dataclasses.field(default_factory=Counter)

    @property
    def dropped(self) -> int:
        """Documents that are gone."""
        return sum(self.first.values())

    @property
    def reasons(self) -> list[ReasonCount]:
        """The counts of every reason, that which decided most often first."""
        found = [
            ReasonCount(name, self.first[name], count, self.only[name])
            for name, count in self.any.items()
        ]
        return sorted(found, key=lambda each: (-each.first, -each.any, each.reason))


def count_reasons(output: Place, by: By | None = None) -> list[Group]:
    """Counts the drop reasons of a run, one part of the ledger after another.

    Args:
        output: a finished run.
        by: gives one group for each source or language, the one with most documents first; without
            it all documents are one group.
    """
    groups: dict[str, Group] = {}
    columns = ["drop_reason", "reasons", *([_COLUMNS[by]] if by else [])]

    def read(part: Place) -> pa.Table:
        return storage.read_parquet(part, columns=columns).combine_chunks()

    for ledger in storage.map_concurrently(read, ledger_parts(output), _MAX_CONCURRENT_FILES):
        if by is None:
            names = pa.array([""] * ledger.num_rows, pa.string())
        else:
            names = pc.fill_null(ledger[_COLUMNS[by]].cast(pa.string()), NONE)
        _add(groups, ledger.append_column("group", names))
    return sorted(groups.values(), key=lambda group: (-group.documents, group.name))


def _add(groups: dict[str, Group], ledger: pa.Table) -> None:
    for name, documents in _tally(ledger["group"]).items():
        groups.setdefault(name, Group(name)).documents += documents
    reasons = ledger["reasons"].combine_chunks()
    owners = ledger["group"].take(pc.list_parent_indices(reasons))
    single = pc.fill_null(pc.equal(pc.list_value_length(reasons), 1), False)
    alone = single.take(pc.list_parent_indices(reasons))
    failed = pa.table({"group": owners, "reason": pc.list_flatten(reasons)})
    decided = pa.table({"group": ledger["group"], "reason": ledger["drop_reason"]})
    for table, count in (
        (decided.filter(decided["reason"].is_valid()), "first"),
        (failed, "any"),
        (failed.filter(alone), "only"),
    ):
        for row in table.group_by(["group", "reason"]).aggregate([([], "count_all")]).to_pylist():
            counter: Counter[str] = getattr(groups[row["group"]], count)
            counter[row["reason"]] += row["count_all"]


def _tally(column: pa.ChunkedArray) -> dict[str, int]:
    return {item["values"]: item["counts"] for item in column.value_counts().to_pylist()}


def reasons_by_source(output: Place) -> list[tuple[ReasonCount, list[tuple[str, ReasonCount]]]]:
    """Counts the documents that each reason drops, source by source.

    Returns:
        Each reason, that which decided most often first, with its sources, likewise.
    """
    groups = count_reasons(output, "source")
    found: dict[str, list[tuple[str, ReasonCount]]] = {}
    for group in groups:
        for each in group.reasons:
            found.setdefault(each.reason, []).append((group.name, each))
    totals = {
        reason: ReasonCount(
            reason,
            sum(each.first for _, each in its),
            sum(each.any for _, each in its),
            sum(each.only for _, each in its),
        )
        for reason, its in found.items()
    }

    def rank(name: str, count: ReasonCount) -> tuple[int, int, str]:
        return -count.first, -count.any, name

    return [
        (totals[reason], sorted(found[reason], key=lambda item: rank(*item)))
        for reason in sorted(found, key=lambda reason: rank(reason, totals[reason]))
    ]
