"""Counts a ledger once, part by part, for everything that the page shows of all documents.

Memory: the columns of the parts that are read at once; one count for each source, language and
reason that occur together; one for each fine bin of each quantity; 16 bytes for each removed copy;
and the rows of a sample. Nothing else grows with the ledger.
"""

import dataclasses
import hashlib
import heapq
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.address import packed_addresses
from corpus_pipeline.inspection.reason_counts import NONE
from corpus_pipeline.inspection.trace import ledger_parts
from corpus_pipeline.report.histograms import Histogram
from corpus_pipeline.report.quantities import FINDINGS, Quantity
from corpus_pipeline.storage import Place

#: Documents up to which every one of them is in the histograms.
ALL_COUNTED = 5_000_000
#: Documents of the sample of perplexity and length.
SAMPLE = 3000
#: Parts that are read at once: remote ones are waited for.
_MAX_CONCURRENT_FILES = 2
#: Rows of small parts that are counted together.
_ROWS_TOGETHER = 1 << 16
#: Columns that are read of every part, where the ledger has them.
_OF_ALL = (
    "unit", "row", "source", "lang", "drop_reason", "reasons", "content_hash", "duplicate_of",
    "jaccard", "tokens", "perplexity",
)  # fmt: skip
#: Columns that have the length of a text in characters, the best first.
_LENGTHS = ("text_chars", "chars")


class Fate(NamedTuple):
    """Documents of one source and language that end in the same way."""

    source: str
    language: str
    reason: str | None
    """For which they were dropped; None: they stay."""
    documents: int
    chars: int
    """Of their texts as they were measured; 0 where nobody measured."""
    tokens: int


class Failed(NamedTuple):
    """Documents of one source and language that fail a rule."""

    source: str
    language: str
    reason: str
    any: int
    only: int
    """They fail nothing else."""


class Point(NamedTuple):
    """One document of the sample of perplexity and length."""

    chars: int
    perplexity: float
    kept: bool


@dataclasses.dataclass
class LedgerFigures:
    """What a ledger says of its documents."""

    histograms: list[Histogram]
    """One for each quantity."""
    counted: int = 0
    """Documents in the histograms."""
    documents: int = 0
    fates: Counter[tuple[str, str, str | None]] = dataclasses.field(default_factory=Counter)
    chars: Counter[tuple[str, str, str | None]] = dataclasses.field(default_factory=Counter)
    tokens: Counter[tuple[str, str, str | None]] = dataclasses.field(default_factory=Counter)
    failed: Counter[tuple[str, str, str]] = dataclasses.field(default_factory=Counter)
    alone: Counter[tuple[str, str, str]] = dataclasses.field(default_factory=Counter)
    findings: Counter[tuple[str, str, str]] = dataclasses.field(default_factory=Counter)
    """(entity, source, language) -> replaced identifiers."""
    jaccard: Histogram = dataclasses.field(default_factory=lambda: Histogram(share=True))
    points: list[Point] = dataclasses.field(default_factory=list)
    clusters: Counter[int] = dataclasses.field(default_factory=Counter)
    """Size of a cluster of near copies, the document that stays included -> how many there are."""

    def all_fates(self) -> list[Fate]:
        """Returns every group of documents."""
        return [
            Fate(*key, n, self.chars[key], self.tokens[key])
            for key, n in sorted(self.fates.items(), key=lambda item: (-item[1], str(item[0])))
        ]

    def all_failed(self) -> list[Failed]:
        """Returns how many documents of each group fail which rule."""
        return [Failed(*key, n, self.alone[key]) for key, n in sorted(self.failed.items())]


def read_ledger(
    output: Place, quantities: Sequence[Quantity], rows: Mapping[str, int]
) -> LedgerFigures:
    """Counts the ledger of a run.

    With more than `ALL_COUNTED` documents the histograms are of some parts, those with the least
    hashes of their numbers; all else is of every document.

    Args:
        output: a finished run.
        quantities: what there are histograms of.
        rows: name of a part -> its rows, as run.json has them.
    """
    parts = ledger_parts(output)
    if not parts:
        return LedgerFigures([])
    with storage.open_parquet(parts[0]) as file:
        schema = file.schema_arrow
    whole = {name for name in schema.names if pa.types.is_integer(schema.field(name).type)}
    found = LedgerFigures(
        [Histogram(q.share, q.per is None and q.factor == 1 and q.measure in whole)
         for q in quantities]
    )  # fmt: skip
    findings = [name for name in schema.names if name.startswith(FINDINGS)]
    counted = [*_OF_ALL, *_LENGTHS, *findings]
    measured = [*counted, *(name for quantity in quantities for name in quantity.columns)]
    chosen = _chosen_parts([rows.get(part.name, 0) for part in parts])
    state = _Copies(), _Sample()
    for in_histograms in (True, False):
        mine = [part for number, part in enumerate(parts) if (number in chosen) == in_histograms]
        wanted = dict.fromkeys(measured if in_histograms else counted)
        for some in _tables(mine, [name for name in wanted if name in schema.names]):
            _add(found, some, findings, state)
            if in_histograms:
                kept = some["drop_reason"].is_null().to_numpy(zero_copy_only=False)
                found.counted += some.num_rows
                for quantity, histogram in zip(quantities, found.histograms, strict=True):
                    histogram.add(values_of(some, quantity), kept)
    found.clusters = state[0].sizes()
    found.points = state[1].points()
    return found


def _tables(parts: Sequence[Place], columns: Sequence[str]) -> Iterator[pa.Table]:
    """Yields the rows of some parts, small parts together."""

    def read(part: Place) -> pa.Table:
        return storage.read_parquet(part, columns=list(columns))

    held: list[pa.Table] = []
    for part in storage.map_concurrently(read, parts, _MAX_CONCURRENT_FILES):
        held.append(part)
        if sum(table.num_rows for table in held) >= _ROWS_TOGETHER:
            yield pa.concat_tables(held).combine_chunks()
            held = []
    if any(table.num_rows for table in held):
        yield pa.concat_tables(held).combine_chunks()


def _chosen_parts(rows: Sequence[int]) -> set[int]:
    """Chooses parts with so many rows together as are counted, always the same ones."""
    numbers = range(len(rows))
    if sum(rows) <= ALL_COUNTED:
        return set(numbers)
    chosen: set[int] = set()
    left = ALL_COUNTED
    for number in sorted(numbers, key=lambda n: hashlib.blake2b(b"%d" % n).digest()):
        if left <= 0:
            break
        chosen.add(number)
        left -= rows[number]
    return chosen


def values_of(rows: pa.Table, quantity: Quantity) -> NDArray[np.float64]:
    """Returns a quantity of N documents, float64[N]; NaN where there is none."""
    values = _numbers(rows[quantity.measure])
    if quantity.per is not None:
        whole = _numbers(rows[quantity.per])
        with np.errstate(invalid="ignore", divide="ignore"):
            values = values / whole
    return values * quantity.factor if quantity.factor != 1 else values


def _numbers(column: pa.ChunkedArray) -> NDArray[np.float64]:
    found: NDArray[np.float64] = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return found


def _add(
    found: LedgerFigures, rows: pa.Table, findings: Sequence[str],
    state: "tuple[_Copies, _Sample]",
) -> None:  # fmt: skip
    found.documents += rows.num_rows
    names = rows.schema.names
    nothing = pa.chunked_array([pa.nulls(rows.num_rows, pa.int64())])
    length = next((rows[name] for name in _LENGTHS if name in names), nothing)
    grouped = pa.table(
        {
            "source": pc.fill_null(rows["source"].cast(pa.string()), NONE),
            "lang": pc.fill_null(rows["lang"].cast(pa.string()), NONE)
            if "lang" in names else pa.array([NONE] * rows.num_rows),
            "reason": rows["drop_reason"].cast(pa.string()),
            "chars": pc.fill_null(length.cast(pa.int64()), 0),
            "tokens": pc.fill_null(rows["tokens"].cast(pa.int64()), 0)
            if "tokens" in names else pc.fill_null(nothing, 0),
        }
    )  # fmt: skip
    groups = grouped.group_by(["source", "lang", "reason"]).aggregate(
        [([], "count_all"), ("chars", "sum"), ("tokens", "sum")]
    )
    for each in groups.to_pylist():
        key = each["source"], each["lang"], each["reason"]
        found.fates[key] += each["count_all"]
        found.chars[key] += each["chars_sum"]
        found.tokens[key] += each["tokens_sum"]
    _add_failed(found, rows, grouped)
    if findings:
        sums = pa.table(
            {"source": grouped["source"], "lang": grouped["lang"],
             **{name: pc.fill_null(rows[name], 0) for name in findings}}
        ).group_by(["source", "lang"]).aggregate([(name, "sum") for name in findings])  # fmt: skip
        for each in sums.to_pylist():
            for name in findings:
                if n := each[f"{name}_sum"]:
                    entity = name.removeprefix(FINDINGS)
                    found.findings[entity, each["source"], each["lang"]] += n
    kept = rows["drop_reason"].is_null().to_numpy(zero_copy_only=False)
    if "jaccard" in names:
        known = _numbers(rows["jaccard"])
        there = np.isfinite(known)
        found.jaccard.add(known[there], kept[there])
    state[0].add(rows)
    if "perplexity" in names:
        state[1].add(rows, _numbers(length), kept)


def _add_failed(found: LedgerFigures, rows: pa.Table, grouped: pa.Table) -> None:
    reasons = rows["reasons"].combine_chunks()
    if isinstance(reasons, pa.ChunkedArray):
        reasons = pa.concat_arrays(reasons.chunks)
    owners = pc.list_parent_indices(reasons)
    single = pc.fill_null(pc.equal(pc.list_value_length(reasons), 1), False)
    failed = pa.table(
        {
            "source": grouped["source"].take(owners),
            "lang": grouped["lang"].take(owners),
            "reason": pc.list_flatten(reasons),
            "only": single.take(owners).cast(pa.int64()),
        }
    )
    counts = failed.group_by(["source", "lang", "reason"]).aggregate(
        [([], "count_all"), ("only", "sum")]
    )
    for each in counts.to_pylist():
        key = each["source"], each["lang"], each["reason"]
        found.failed[key] += each["count_all"]
        found.alone[key] += each["only_sum"]


class _Copies:
    """Documents that stay in the place of near copies."""

    def __init__(self) -> None:
        self._kept: list[NDArray[np.uint64]] = []

    def add(self, rows: pa.Table) -> None:
        """Notes the near copies of a part: copies with a similarity."""
        if not {"duplicate_of", "jaccard"} <= set(rows.schema.names):
            return
        near = pc.and_(rows["duplicate_of"].is_valid(), rows["jaccard"].is_valid())
        if pc.any(near).as_py():
            addresses = rows["duplicate_of"].filter(near).combine_chunks()
            parts = pc.split_pattern(addresses.cast(pa.string()), ":")
            numbers = pc.list_flatten(parts).cast(pa.int64()).to_numpy(zero_copy_only=False)
            self._kept.append(packed_addresses(numbers[0::2], numbers[1::2]))

    def sizes(self) -> Counter[int]:
        """Counts the clusters of each size."""
        if not self._kept:
            return Counter()
        _, copies = np.unique(np.concatenate(self._kept), return_counts=True)
        return Counter((copies + 1).tolist())


class _Sample:
    """Documents with the least hashes of their content, as points."""

    def __init__(self) -> None:
        self._best: list[tuple[int, Point]] = []

    def add(self, rows: pa.Table, chars: NDArray[np.float64], kept: NDArray[np.bool_]) -> None:
        """Looks for documents of the sample in a part."""
        perplexity = _numbers(rows["perplexity"])
        ranks = hash_heads(rows["content_hash"])
        there = np.flatnonzero(np.isfinite(perplexity) & np.isfinite(chars) & (chars > 0))
        if len(there) > SAMPLE:
            there = there[np.argpartition(ranks[there], SAMPLE)[:SAMPLE]]
        mine = (
            (int(ranks[n]), Point(int(chars[n]), float(perplexity[n]), bool(kept[n])))
            for n in there.tolist()
        )
        self._best = heapq.nsmallest(SAMPLE, [*self._best, *mine])

    def points(self) -> list[Point]:
        """Returns the sample."""
        return [point for _, point in self._best]


def hash_heads(hashes: Any) -> NDArray[np.uint64]:
    """Returns the first eight bytes of N hashes of 16 bytes, uint64[N]; the greatest for null."""
    filled = pc.fill_null(hashes, pa.scalar(b"\xff" * 16, hashes.type))
    joined = b"".join(filled.to_pylist())
    whole: NDArray[np.uint64] = np.frombuffer(joined, ">u8")[0::2].astype(np.uint64)
    return whole
