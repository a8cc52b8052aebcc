"""Decontamination: finds and judges documents that hold items of an evaluation set.

Finding is a kernel over words that answers nearly every miss from a bit set, so clean text costs
little; judging works on the few hits.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.dedup.contamination_build import build_index
from corpus_pipeline.dedup.contamination_index import (
    ContaminationIndex,
    ContaminationOptions,
    WordView,
    changes,
    view_words,
    window_hash,
    with_signs,
)
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.columns import utf8_buffers
from corpus_pipeline.text.folding import comparable_texts

__all__ = [
    "CONTAMINATION",
    "ContaminationIndex",
    "ContaminationOptions",
    "Hits",
    "build_index",
    "contamination_hits",
    "judge_contamination",
]


def _field(name: str, type_: pa.DataType, meaning: str) -> pa.Field:
    return pa.field(name, type_, nullable=False, metadata={"meaning": meaning})


#: One row for each place at which a document holds an item, sorted by address.
CONTAMINATION = pa.schema(
    [
        _field("address", pa.uint64(), "packed row address"),
        _field("row", pa.int32(), "number of the evaluation item"),
        _field("item", pa.string(), "id of the part of the item that stands here"),
        _field("position", pa.int32(), "number, in the document, of the first matching word"),
        _field("stop", pa.int32(), "number of the word after the last matching one"),
        _field("matched", pa.int32(), "words of the item that the document covers"),
        _field("total", pa.int32(), "words of the item that could be covered"),
        _field("score", pa.float64(), "share of the item's weight that the document covers"),
    ]
)


class Hits(NamedTuple):
    """The n-grams of N texts that the index holds, in order of row and position."""

    rows: NDArray[np.int32]
    """int32[H], the text."""
    positions: NDArray[np.int32]
    """int32[H], number of the word of the text at which the n-gram begins."""
    hashes: NDArray[np.uint64]
    """uint64[H]."""


@kernel
def _may_hold(bits, value):  # type: ignore[no-untyped-def]
    """Says whether the bit of a hash is set."""
    bit = value & np.uint64(len(bits) * 8 - 1)
    return (bits[bit >> np.uint64(3)] >> np.uint8(bit & np.uint64(7))) & np.uint8(1)


@kernel
def _holds(bits, hashes, value):  # type: ignore[no-untyped-def]
    """Says whether sorted `hashes` has a value; `bits` answers most of the misses."""
    if not _may_hold(bits, value):
        return False
    at = np.searchsorted(hashes, value)
    return at < len(hashes) and hashes[at] == value


@kernel
def _find(  # type: ignore[no-untyped-def]
    view, short_lengths, hashes, bits, prefix_bits, hits
):
    """Fills the arrays of `Hits` as far as they reach; returns how many hits there are."""
    count = 0
    for row in range(len(view.offsets) - 1):
        first, stop = view.offsets[row], view.offsets[row + 1]
        for word in range(first, stop):
            kind = view.kinds[word]
            ngram, shortest = view.ngrams[kind], view.shortest[kind]
            # Lengths to try: the n-gram's, and those of short items where one may begin.
            tries = 1
            if (
                len(short_lengths) > 0
                and word + shortest <= stop
                and _may_hold(prefix_bits, window_hash(view.values, view.powers, word, shortest))
            ):
                tries += len(short_lengths)
            for i in range(tries):
                length = ngram if i == 0 else short_lengths[i - 1]
                if word + length > stop or (i > 0 and length == ngram):
                    continue
                value = window_hash(view.values, view.powers, word, length)
                if _holds(bits, hashes, value):
                    if count < len(hits.rows):
                        hits.rows[count], hits.positions[count] = row, word - first
                        hits.hashes[count] = value
                    count += 1
    return count


@kernel
def _cover(groups, starts, lengths, base, weights, words, bits):  # type: ignore[no-untyped-def]
    """Adds to group g how many words its intervals cover, and what they weigh.

    The intervals are sorted by group, then start. `weights[base[i] + w]` is what the first w words
    of the interval's part weigh.
    """
    group, end = -1, 0
    for i in range(len(groups)):
        if groups[i] != group:
            group, end = groups[i], 0
        stop = starts[i] + lengths[i]
        if stop > end:
            start = max(end, starts[i])
            words[group] += stop - start
            bits[group] += weights[base[i] + stop] - weights[base[i] + start]
            end = stop


def contamination_hits(texts: pa.Array, index: ContaminationIndex) -> Hits:
    """Finds every n-gram of the texts that the index holds.

    No n-gram reaches from one text into the next. A null text has no hits.

    >>> items = pa.array(["How many eggs do Janet's ducks lay in a week?"])
    >>> index = build_index(["eggs"], items, ContaminationOptions())
    >>> hits = contamination_hits(pa.array(["Eggs", None, f"Q {items[0]}".upper()]), index)
    >>> hits.rows.tolist(), hits.positions.tolist()
    ([2], [1])
    """
    texts = comparable_texts(texts)
    view = view_words(texts, index.options, int(index.short_lengths.max(initial=0)))
    bits, prefix_bits = index.filters
    room = 1024 + len(view.kinds) // 16
    while True:
        hits = Hits(np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.uint64))
        count = _find(view, index.short_lengths, index.hashes, bits, prefix_bits, hits)
        if count <= room:
            break
        room = count
    hits = Hits(hits.rows[:count], hits.positions[:count], hits.hashes[:count])
    return _signed(hits, texts, view, index) if len(index.signed) else hits


def _signed(hits: Hits, texts: pa.Array, view: WordView, index: ContaminationIndex) -> Hits:
    """Replaces the hashes of items that only their signs tell apart by those with signs."""
    hashes = hits.hashes.copy()
    keep = np.ones(len(hashes), np.bool_)
    data, offsets = utf8_buffers(texts)
    for hit in np.flatnonzero(np.isin(hashes, index.signed)).tolist():
        row = int(hits.rows[hit])
        word = int(view.offsets[row] + hits.positions[hit])
        size = index.signed_lengths[np.searchsorted(index.signed, hashes[hit])]
        after = word + int(size)
        # The signs after the last word belong to the item as far as its line goes.
        last = view.starts[after] if after < view.offsets[row + 1] else offsets[row + 1]
        words = bytes(data[view.starts[word] : view.ends[after - 1]])
        rest = bytes(data[view.ends[after - 1] : last]).partition(b"\n")[0]
        hashes[hit] = with_signs(hashes[hit], (words + rest).decode())
        place = np.searchsorted(index.hashes, hashes[hit])
        keep[hit] = place < len(index.hashes) and index.hashes[place] == hashes[hit]
    return Hits(hits.rows[keep], hits.positions[keep], hashes[keep])


def judge_contamination(hits: Hits, index: ContaminationIndex) -> pa.Table:
    """Decides which texts hold an item, and where.

    All hits of a text must be present; their order is irrelevant.

    Args:
        hits: of `contamination_hits`; `rows` may be any numbers of texts.
        index: the one that found the hits.

    Returns:
        Table of `CONTAMINATION`; addresses are the numbers of the texts.

    Raises:
        ValueError: a hash is not in the index.

    >>> text = "How many eggs do Janet's ducks lay in a week?"
    >>> index = build_index(["eggs"], pa.array([text]), ContaminationOptions())
    >>> table = judge_contamination(contamination_hits(pa.array(["", text]), index), index)
    >>> table.select(["address", "item", "matched", "total", "score"]).to_pylist()
    [{'address': 1, 'item': 'eggs', 'matched': 11, 'total': 11, 'score': 1.0}]
    """
    places = _places(hits, index)
    enough, score = _verdicts(places, index)
    kept = np.flatnonzero(enough)
    parts = places.parts[kept]
    columns = [
        places.texts[kept].astype(np.uint64),
        index.rows[parts],
        index.ids.take(pa.array(parts)),
        places.first[kept],
        places.stop[kept],
        places.words[kept],
        index.words[parts],
        score[kept],
    ]
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, CONTAMINATION, strict=True)],
        schema=CONTAMINATION,
    )


class _Places(NamedTuple):
    """P places at which some text holds something of some part, by text, part and position."""

    texts: NDArray[np.int32]
    parts: NDArray[np.int32]
    first: NDArray[np.int32]
    """int32[P], number of the first matching word of the text."""
    stop: NDArray[np.int32]
    words: NDArray[np.int32]
    """int32[P], words of the part that are covered."""
    bits: NDArray[np.int64]
    """int64[P], what they weigh."""
    asking: NDArray[np.int64]
    """int64[P], what those of them weigh that more than an option says."""


def _places(hits: Hits, index: ContaminationIndex) -> _Places:
    """Joins the hits of a part that stand together: no further apart than the part is long."""
    grams = np.searchsorted(index.hashes, hits.hashes)
    inside = grams < len(index.hashes)
    if not (inside.all() and (index.hashes[grams] == hits.hashes).all()):
        raise ValueError("a hit is not in the index; judge hits with the index that found them")
    counts = np.diff(index.posting_offsets)[grams]
    ends = np.cumsum(counts)
    postings = np.arange(counts.sum()) + np.repeat(
        index.posting_offsets[grams] - (ends - counts), counts
    )
    texts, found_at = np.repeat(hits.rows, counts), np.repeat(hits.positions, counts)
    parts, starts = index.items[postings], index.positions[postings]
    lengths = index.lengths[postings]
    order = np.lexsort((starts, found_at, parts, texts))
    texts, parts, found_at = texts[order], parts[order], found_at[order]
    starts, lengths = starts[order], lengths[order]

    sizes = np.diff(index.weight_offsets)[parts]
    apart = np.zeros(len(order), np.bool_)
    apart[1:] = np.diff(found_at) > sizes[1:] + lengths[1:]
    new = changes(texts) | changes(parts) | apart
    heads = np.flatnonzero(new)
    groups = np.cumsum(new) - 1
    stop = np.maximum.reduceat(found_at + lengths, heads) if len(heads) else found_at
    within = np.lexsort((starts, groups))
    words, bits = np.zeros(len(heads), np.int64), np.zeros(len(heads), np.int64)
    ignored, asking = np.zeros(len(heads), np.int64), np.zeros(len(heads), np.int64)
    base = index.weight_offsets[parts][within]
    windows = (groups[within], starts[within], lengths[within], base)
    _cover(*windows, index.weights, words, bits)
    asks = index.asking[postings][order][within]
    _cover(*(each[asks] for each in windows), index.weights, ignored, asking)
    return _Places(texts[heads], parts[heads], found_at[heads], stop, words, bits, asking)


def _verdicts(
    places: _Places, index: ContaminationIndex
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Decides which places are copies; an answer counts beside its question."""
    options = index.options
    total = index.bits[places.parts]
    answer = index.answers[places.parts]
    score = places.bits / np.maximum(1, total)
    covered = places.bits * 10**6 >= options.coverage_millionths * total
    asked = index.asking_bits[places.parts]
    covered &= places.asking * 1 * 10**6 >= options.coverage_millionths * asked
    enough = covered & (places.bits >= np.minimum(total, options.min_bits)) & ~answer
    return enough, score
