"""Cuts by share and bins of equal weight, for groups of documents of a whole run.

    scores of a batch ─► histogram ─┐
    ...                             ├─► merged ─► cuts ─► a row for each source and language
    scores of a batch ─► histogram ─┘                      │
                                    scores of a batch ─────┴─► bins and failures

A histogram counts documents and their weight by source, language and score. Scores are float32, as
they are stored, so its cells are exact; a group with more than `MAX_CELLS` different scores is
counted in cells of two, four, ... neighbouring values, as few as will do. That rule depends on the
set of scores alone, so neither order nor cutting into units changes a cell.

**Ties.** Documents with the same score share one fate. The cut is the score of the last document
that is needed to reach the share, so at least the share is kept, and with many equal scores more.
"""

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.errors import ResumeError

#: Cells of one source and language: 1 MB. At that size a cell is 1/8,000 of its score wide or
#: narrower, for scores between 0 and 1.
MAX_CELLS = 1 << 16

#: A dictionary of groups would be smaller; Parquet and IPC compress it to that.
HISTOGRAM = pa.schema(
    [
        pa.field("source", pa.string()),
        pa.field("language", pa.string()),
        pa.field("level", pa.uint8()),
        pa.field("cell", pa.uint32()),
        pa.field("documents", pa.int64()),
        pa.field("weight", pa.int64()),
    ]
)
CUTS = pa.schema(
    [
        pa.field("source", pa.string()),
        pa.field("language", pa.string()),
        pa.field("cut_in", pa.string()),
        pa.field("documents", pa.int64()),
        pa.field("weight", pa.int64()),
        pa.field("cut", pa.float32()),
        pa.field("planned", pa.float64()),
        pa.field("kept", pa.float64()),
        pa.field("width", pa.float32()),
        pa.field("bins", pa.list_(pa.float32())),
    ]
)
SOURCE, LANGUAGE = "source", "language"
_SIGN = np.uint32(1 << 31)
_ALL = np.uint32(0xFFFFFFFF)


@dataclasses.dataclass(frozen=True)
class CutRules:
    """What is cut, and in which groups."""

    by: tuple[str, ...] = (SOURCE, LANGUAGE)
    """A group is what these have in common; with none of them, the whole run."""
    keep_top: Fraction | None = None
    """Share of the weight with the highest scores that stays."""
    keep_bottom: Fraction | None = None
    """Share of the weight with the lowest scores that stays."""
    bins: tuple[Fraction, ...] = ()
    """Where bins 1, 2, ... begin, as shares from the lowest score on; none for no bins."""
    min_documents: int = 1000
    """Smaller groups are cut as the larger one that they are part of: the last of `by` is left out,
    then the last but one."""


def equal_bins(count: int) -> tuple[Fraction, ...]:
    """Returns where bins of equal weight begin.

    >>> equal_bins(4)
    (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))
    """
    return tuple(Fraction(i, count) for i in range(1, count))


def ordered_bits(scores: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Numbers float32 values so that numbers are in order as the values are.

    >>> bits = ordered_bits(np.array([-1, -0.0, 0, 1e-9, 1], np.float32))
    >>> bool((np.diff(bits.astype(np.int64)) >= 0).all()), scores_of(bits).tolist()[4]
    (True, 1.0)
    """
    # -0.0 is made 0.0: they are equal.
    bits = (scores + np.float32(0)).view(np.uint32)
    return np.where(bits & _SIGN, ~bits, bits | _SIGN)


def scores_of(bits: NDArray[np.uint32]) -> NDArray[np.float32]:
    """Returns the values of `ordered_bits`."""
    return np.where(bits & _SIGN, bits ^ _SIGN, ~bits).astype(np.uint32).view(np.float32)


class _Counts(NamedTuple):
    """The cells of one group, ascending."""

    level: int
    """A cell is 2 ** level neighbouring values."""
    cells: NDArray[np.uint32]
    documents: NDArray[np.int64]
    weight: NDArray[np.int64]


def _counted(
    level: int, bits: NDArray[np.uint32], documents: NDArray[np.int64], weight: NDArray[np.int64]
) -> _Counts:
    """Adds up values that fall into one cell, in cells as narrow as `MAX_CELLS` allows.

    Args:
        level: the narrowest that may be.
        bits: of values of that level or a finer one, in any order, repeated or not.
    """
    while True:
        cells, where = np.unique(bits >> np.uint32(level), return_inverse=True)
        if len(cells) <= MAX_CELLS:
            break
        level += 1
    sums = np.zeros((2, len(cells)), np.int64)
    np.add.at(sums[0], where, documents)
    np.add.at(sums[1], where, weight)
    return _Counts(level, (cells << np.uint32(level)).astype(np.uint32), sums[0], sums[1])


def histogram(
    scores: pa.Array, source: str | None, langs: pa.Array, weights: pa.Array | None = None
) -> pa.RecordBatch:
    """Counts the documents of a batch by language and score.

    Args:
        scores: float32[N]; documents without one are not counted.
        source: of the batch.
        langs: string[N].
        weights: int64[N], what each document weighs; None: each the same.

    Returns:
        `HISTOGRAM`, sorted by language and score.

    >>> langs = pa.array(["zh", "zh", "en", None])
    >>> histogram(pa.array([0.5, 0.5, 0.1, None], pa.float32()), "web", langs).to_pylist()[-1]
    {'source': 'web', 'language': 'zh', 'level': 0, 'cell': 3204448256, 'documents': 2, 'weight': 2}
    """
    rows = np.flatnonzero(scores.is_valid().to_numpy(zero_copy_only=False))
    bits = ordered_bits(np.asarray(scores.fill_null(0), np.float32)[rows])
    ones = np.ones(len(rows), np.int64)
    weight = ones if weights is None else np.asarray(weights.fill_null(0), np.int64)[rows]
    codes = langs.dictionary_encode()
    names = codes.dictionary.to_pylist()
    code = np.asarray(codes.indices.fill_null(-1), np.int64)[rows]
    groups = {}
    for number, name in [*enumerate(names), (-1, None)]:
        mine = code == number
        if mine.any():
            groups[source, name] = _counted(0, bits[mine], ones[mine], weight[mine])
    return _table(groups)


#: Source and language.
_Key = tuple[str | None, str | None]


def _order(key: _Key) -> tuple[bool, str, bool, str]:
    """By source, then language, null first."""
    source, language = key
    return source is not None, source or "", language is not None, language or ""


def _table(groups: dict[_Key, _Counts]) -> pa.RecordBatch:
    columns: list[list[pa.Array]] = [[] for _ in HISTOGRAM]
    for source, language in sorted(groups, key=_order):
        counts = groups[source, language]
        size = len(counts.cells)
        values = (
            pa.array([source], pa.string()).take(pa.array(np.zeros(size, np.int32))),
            pa.array([language], pa.string()).take(pa.array(np.zeros(size, np.int32))),
            pa.array(np.full(size, counts.level, np.uint8)),
            *map(pa.array, counts[1:]),
        )
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    arrays = [
        pa.concat_arrays(column) if column else pa.array([], field.type)
        for column, field in zip(columns, HISTOGRAM, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=HISTOGRAM)


def _groups(tables: Sequence[pa.RecordBatch]) -> dict[_Key, _Counts]:
    """Gathers the cells of each source and language from tables of `HISTOGRAM`."""
    found: dict[_Key, list[_Counts]] = {}
    for table in tables:
        if not table.num_rows:
            continue
        keys = [table[name].dictionary_encode() for name in (SOURCE, LANGUAGE)]
        source, language = (np.asarray(key.indices.fill_null(-1), np.int64) for key in keys)
        starts = np.flatnonzero(np.diff(source, prepend=-2) | np.diff(language, prepend=-2))
        names = [[*key.dictionary.to_pylist(), None] for key in keys]
        level, cells, documents, weight = (table[i].to_numpy() for i in range(2, 6))
        for start, stop in itertools.pairwise([*starts.tolist(), table.num_rows]):
            each = slice(start, stop)
            key = names[0][source[start]], names[1][language[start]]
            counts = _Counts(int(level[start]), cells[each], documents[each], weight[each])
            found.setdefault(key, []).append(counts)
    return {key: _joined(counts) for key, counts in found.items()}


def _joined(counts: Sequence[_Counts]) -> _Counts:
    if len(counts) == 1:
        return counts[0]
    arrays = (np.concatenate(each) for each in list(zip(*counts, strict=True))[1:])
    cells, documents, weight = arrays
    return _counted(max(each.level for each in counts), cells, documents, weight)


def merged_histograms(tables: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    """Adds up tables of `HISTOGRAM`; the order does not matter, nor in how many steps it is done.

    >>> one = histogram(pa.array([0.5], pa.float32()), "web", pa.array(["zh"]))
    >>> merged_histograms([one, one])["documents"].to_pylist()
    [2]
    >>> merged_histograms([]).num_rows
    0
    """
    return _table(_groups(tables))


def cuts_of(table: pa.RecordBatch, rules: CutRules) -> pa.RecordBatch:
    """Finds where each source and language is cut.

    Args:
        table: `HISTOGRAM` of the whole run.
        rules: what is cut.

    Returns:
        `CUTS`: of each source and language, the group in which it is cut (`cut_in`: `source,
        language`, `source`, `language` or `run`), documents and weight of its own, the score from
        which on it is kept (`keep_top`) or up to which (`keep_bottom`), what share was planned,
        what share of its weight is kept, how wide a cell is at the cut, and where its bins begin.

    >>> scores = pa.array([0.1, 0.2, 0.3, 0.4], pa.float32())
    >>> counts = histogram(scores, "web", pa.array(["zh"] * 4))
    >>> rules = CutRules(keep_top=Fraction(1, 2), bins=equal_bins(2), min_documents=1)
    >>> cuts = cuts_of(counts, rules).to_pylist()[0]
    >>> round(cuts["cut"], 6), cuts["kept"], cuts["cut_in"]
    (0.3, 0.5, 'source, language')
    """
    cells = _groups([table])
    levels = [rules.by[:count] for count in range(len(rules.by), -1, -1)]
    members: dict[tuple[str | None, ...], list[_Key]] = {}
    for key in sorted(cells, key=_order):
        for level in levels:
            members.setdefault((*level, *_part(key, level)), []).append(key)
    found: dict[tuple[str | None, ...], _Cut] = {}
    rows = []
    for key in sorted(cells, key=_order):
        for level in levels:
            group = (*level, *_part(key, level))
            size = sum(int(cells[each].documents.sum()) for each in members[group])
            if size >= rules.min_documents or not level:
                break
        if group not in found:
            found[group] = _cut(_joined([cells[each] for each in members[group]]), rules)
        rows.append(_row(key, cells[key], found[group], ", ".join(level) or "run", rules))
    return pa.RecordBatch.from_pylist(rows, schema=CUTS)


def _part(key: _Key, level: tuple[str, ...]) -> list[str | None]:
    return [key[(SOURCE, LANGUAGE).index(name)] for name in level]


class _Cut(NamedTuple):
    cut: float | None
    width: float | None
    bins: list[float]


def _cut(counts: _Counts, rules: CutRules) -> _Cut:
    bins = [_score(counts, _from_top(counts, 1 - share)) for share in rules.bins]
    if rules.keep_top is not None:
        at = _from_top(counts, rules.keep_top)
        return _Cut(_score(counts, at), _width(counts, at), bins)
    if rules.keep_bottom is not None:
        at = _from_bottom(counts, rules.keep_bottom)
        return _Cut(_end(counts, at), _width(counts, at), bins)
    return _Cut(None, None, bins)


def _from_bottom(counts: _Counts, share: Fraction) -> int:
    """Returns the first cell up to which the cells weigh at least a share of all."""
    sums = np.cumsum(counts.weight)
    total = int(sums[-1])
    # Integers: sum * denominator >= total * numerator.
    least = -(-total * share.numerator // share.denominator)
    return min(int(np.searchsorted(sums, least)), len(sums) - 1)


def _from_top(counts: _Counts, share: Fraction) -> int:
    """Returns the last cell from which on the cells weigh at least a share of all."""
    turned = _Counts(counts.level, counts.cells, counts.documents, counts.weight[::-1])
    return len(counts.cells) - 1 - _from_bottom(turned, share)


def _score(counts: _Counts, at: int) -> float:
    """The least score of a cell."""
    return float(scores_of(counts.cells[at : at + 1])[0])


def _end(counts: _Counts, at: int) -> float:
    """The greatest score of a cell."""
    last = counts.cells[at : at + 1] | (~(_ALL << np.uint32(counts.level)) & _ALL)
    return float(scores_of(last)[0])


def _width(counts: _Counts, at: int) -> float:
    return _end(counts, at) - _score(counts, at)


def _row(key: _Key, counts: _Counts, cut: _Cut, where: str, rules: CutRules) -> dict[str, object]:
    share = rules.keep_top if rules.keep_top is not None else rules.keep_bottom
    total = int(counts.weight.sum())
    kept = None
    if cut.cut is not None:
        scores = scores_of(counts.cells)
        # All of a cell is on one side: cells of the group are as wide or wider.
        inside = scores >= np.float32(cut.cut) if rules.keep_top is not None else scores <= cut.cut
        kept = int(counts.weight[inside].sum()) / total if total else 1.0
    return {
        SOURCE: key[0],
        LANGUAGE: key[1],
        "cut_in": where,
        "documents": int(counts.documents.sum()),
        "weight": total,
        "cut": cut.cut,
        "planned": None if share is None else float(share),
        "kept": kept,
        "width": cut.width,
        "bins": cut.bins,
    }


class Decided(NamedTuple):
    """What cuts say of N documents."""

    bins: pa.Array
    """int16[N], 0 for the lowest scores; null without a score or without bins."""
    below: NDArray[np.bool_]
    """bool[N], the score is under the cut of `keep_top`."""
    above: NDArray[np.bool_]
    """bool[N], the score is over the cut of `keep_bottom`."""


def cuts_by_group(cuts: pa.RecordBatch) -> dict[_Key, dict[str, Any]]:
    """Returns the rows of `CUTS` by source and language."""
    return {(row[SOURCE], row[LANGUAGE]): row for row in cuts.to_pylist()}


def apply_cuts(
    scores: pa.Array,
    source: str | None,
    langs: pa.Array,
    counted: NDArray[np.bool_],
    cuts: Mapping[_Key, Mapping[str, Any]],
    rules: CutRules,
) -> Decided:
    """Compares scores with the cuts of their source and language.

    Args:
        scores: float32[N]; documents without one are neither below nor above.
        source: of the batch.
        langs: string[N].
        counted: bool[N], documents that the first pass has counted. Others have a bin, too, if
            any of their source and language was counted.
        cuts: of the run, by `cuts_by_group`.
        rules: from which the cuts were made.

    Raises:
        ResumeError: documents of a source and language were not counted in the first pass.

    >>> scores, langs = pa.array([0.1, 0.2, None], pa.float32()), pa.array(["zh"] * 3)
    >>> rules = CutRules(keep_top=Fraction(1, 2), bins=equal_bins(2))
    >>> cuts = cuts_by_group(cuts_of(histogram(scores, "web", langs), rules))
    >>> decided = apply_cuts(scores, "web", langs, np.ones(3, bool), cuts, rules)
    >>> decided.bins.to_pylist(), decided.below.tolist()
    ([0, 1, None], [True, False, False])
    """
    missing = scores.is_null().to_numpy(zero_copy_only=False)
    values = np.asarray(scores.fill_null(0), np.float32)
    bins = np.zeros(len(values), np.int16)
    below, above = np.zeros((2, len(values)), np.bool_)
    codes = langs.dictionary_encode()
    code = np.asarray(codes.indices.fill_null(-1), np.int64)
    for number, name in [*enumerate(codes.dictionary.to_pylist()), (-1, None)]:
        mine = (code == number) & ~missing
        if not mine.any():
            continue
        row = cuts.get((source, name))
        if row is None and not (mine & counted).any():
            missing = missing | mine
            continue
        if row is None:
            raise ResumeError(
                f"classifier: no cut was found for source {source!r}, language {name!r}: its "
                "documents were not there when scores were counted; run again with --overwrite"
            )
        mine = np.flatnonzero(mine)
        edges = np.array(row["bins"], np.float32)
        bins[mine] = np.searchsorted(edges, values[mine], "right")
        if rules.keep_top is not None:
            below[mine] = values[mine] < np.float32(row["cut"])
        elif rules.keep_bottom is not None:
            above[mine] = values[mine] > np.float32(row["cut"])
    unknown = missing if rules.bins else np.ones(len(values), np.bool_)
    return Decided(pa.array(bins, mask=unknown), below, above)
