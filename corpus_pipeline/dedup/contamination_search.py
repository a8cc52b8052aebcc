"""Where texts hold what an index of evaluation items holds.

A kernel over words that answers nearly every miss from a bit set, so clean text costs little.
"""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.dedup.contamination_index import (
    ContaminationIndex,
    WordView,
    changes,
    view_words,
    window_hash,
    with_signs,
)
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.columns import utf8_buffers
from corpus_pipeline.text.words import Words, mix


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
    """Fills the arrays of `Hits` as far as they reach; returns how many hits there are.

    Most words need one hash and one look at the bit set. Indices are unsigned where it counts: that
    saves numba's test for negative ones.
    """
    count = 0
    values, kinds = view.values, view.kinds
    lengths = (view.ngrams[0], view.ngrams[1])
    powers = (view.powers[lengths[0]], view.powers[lengths[1]])
    for row in range(len(view.offsets) - 1):
        first, stop = view.offsets[row], view.offsets[row + 1]
        for word in range(first, stop):
            single = kinds[np.uint64(word)] > 0
            ngram = lengths[1] if single else lengths[0]
            if word + ngram <= stop:
                power = powers[1] if single else powers[0]
                value = values[np.uint64(word + ngram)] - values[np.uint64(word)] * power
                value = mix(value ^ np.uint64(ngram))
                if _holds(bits, hashes, value):
                    if count < len(hits.rows):
                        hits.rows[count], hits.positions[count] = row, word - first
                        hits.hashes[count] = value
                    count += 1
            if len(short_lengths) == 0:
                continue
            # Items that are looked for as a whole may begin here.
            shortest = view.shortest[1] if single else view.shortest[0]
            if word + shortest > stop or not _may_hold(
                prefix_bits, window_hash(values, view.powers, word, shortest)
            ):
                continue
            for length in short_lengths:
                if word + length > stop or length == ngram:
                    continue
                value = window_hash(values, view.powers, word, length)
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


class Occurrences(NamedTuple):
    """P occurrences of something of some part in some text, by text, part and position."""

    texts: NDArray[Any]
    parts: NDArray[Any]
    first: NDArray[Any]
    """int32[P], number of the first matching word of the text."""
    stop: NDArray[Any]
    words: NDArray[Any]
    """int64[P], words of the part that are covered."""
    bits: NDArray[Any]
    """int64[P], what they weigh."""
    asking: NDArray[Any]
    """int64[P], what those of them weigh that more than one option says."""
    run: NDArray[Any]
    """int64[P], what the longest run of them weighs that the text has without interruption."""
    covers_from: NDArray[Any]
    covers_to: NDArray[Any]

    def where(self, mask: NDArray[np.bool_]) -> "Occurrences":
        return Occurrences(*(each[mask] for each in self))


def view_for(words: Words, index: ContaminationIndex) -> WordView:
    """Prepares words of texts, as `comparable_texts` spells them, for `find_occurrences`."""
    return view_words(words, index.options, int(index.short_lengths.max(initial=0)))


def find_occurrences(
    comparable: pa.Array, view: WordView, index: ContaminationIndex
) -> Occurrences:
    """Finds every occurrence of something of a part of the index in the texts."""
    return _occurrences(_signed(_hits(view, index), comparable, view, index), index)


def _hits(view: WordView, index: ContaminationIndex) -> Hits:
    """Finds every window of the texts that the index holds; none reaches into the next text."""
    bits, prefix_bits = index.filters
    room = 1024 + len(view.kinds) // 16
    while True:
        hits = Hits(np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.uint64))
        count = _find(view, index.short_lengths, index.hashes, bits, prefix_bits, hits)
        if count <= room:
            return Hits(hits.rows[:count], hits.positions[:count], hits.hashes[:count])
        room = count


def _signed(hits: Hits, texts: pa.Array, view: WordView, index: ContaminationIndex) -> Hits:
    """Replaces the hashes of items that only their signs tell apart by those with signs."""
    if not len(index.signed):
        return hits
    candidates = np.flatnonzero(np.isin(hits.hashes, index.signed))
    hashes = hits.hashes.copy()
    keep = np.ones(len(hashes), np.bool_)
    data, offsets = utf8_buffers(texts)
    for hit in candidates.tolist():
        row = int(hits.rows[hit])
        word = int(view.offsets[row] + hits.positions[hit])
        after = word + int(index.signed_lengths[np.searchsorted(index.signed, hashes[hit])])
        # The signs after the last word belong to the item as far as its line goes.
        stop = view.starts[after] if after < view.offsets[row + 1] else offsets[row + 1]
        words = bytes(data[view.starts[word] : view.ends[after - 1]])
        rest = bytes(data[view.ends[after - 1] : stop]).partition(b"\n")[0]
        hashes[hit] = with_signs(hashes[hit], (words + rest).decode())
        position = np.searchsorted(index.hashes, hashes[hit])
        keep[hit] = position < len(index.hashes) and index.hashes[position] == hashes[hit]
    return Hits(hits.rows[keep], hits.positions[keep], hashes[keep])


def _occurrences(hits: Hits, index: ContaminationIndex) -> Occurrences:
    """Joins the hits of a part that stand together: no further apart than the part is long."""
    grams = np.searchsorted(index.hashes, hits.hashes)
    counts = np.diff(index.posting_offsets)[grams]
    ends = np.cumsum(counts)
    postings = np.arange(counts.sum()) + np.repeat(
        index.posting_offsets[grams] - (ends - counts), counts
    )
    texts, found_at = np.repeat(hits.rows, counts), np.repeat(hits.positions, counts)
    parts, starts = index.items[postings], index.positions[postings]
    order = np.lexsort((starts, found_at, parts, texts))
    postings, texts, parts, found_at, starts = (
        each[order] for each in (postings, texts, parts, found_at, starts)
    )
    lengths = index.lengths[postings]

    sizes = np.diff(index.weight_offsets)[parts]
    apart = np.zeros(len(order), np.bool_)
    apart[1:] = np.diff(found_at) > sizes[1:] + lengths[1:]
    new = changes(texts) | changes(parts) | apart
    heads = np.flatnonzero(new)
    groups = np.cumsum(new) - 1
    stop, covers_from, covers_to = (
        reduction.reduceat(values, heads) if len(heads) else values
        for reduction, values in (
            (np.maximum, found_at + lengths), (np.minimum, starts), (np.maximum, starts + lengths),
        )
    )  # fmt: skip
    within = np.lexsort((starts, groups))
    words, bits, none, asking = np.zeros((4, len(heads)), np.int64)
    bases = index.weight_offsets[parts]
    windows = [each[within] for each in (groups, starts, lengths, bases)]
    _cover(*windows, index.weights, words, bits)
    asks = index.asking[postings[within]]
    _cover(*(each[asks] for each in windows), index.weights, none, asking)
    run = _runs(groups, parts, found_at, postings, len(heads), index)
    return Occurrences(
        texts[heads], parts[heads], found_at[heads], stop, words, bits, asking, run,
        covers_from, covers_to,
    )  # fmt: skip


def _runs(
    groups: NDArray[Any],
    parts: NDArray[Any],
    found_at: NDArray[Any],
    postings: NDArray[Any],
    count: int,
    index: ContaminationIndex,
) -> NDArray[np.int64]:
    """int64[count], bits of the longest run of each occurrence: n-grams of the part one after
    another with none left out, at the same distance from the beginning of the part."""
    ranks = index.ranks[postings]
    shift = found_at - index.positions[postings]
    order = np.lexsort((ranks, shift, groups))
    groups, parts, shift, ranks = groups[order], parts[order], shift[order], ranks[order]
    starts, lengths = index.positions[postings[order]], index.lengths[postings[order]]
    new = changes(groups) | changes(shift)
    new[1:] |= ranks[1:] != ranks[:-1] + 1
    heads = np.flatnonzero(new)
    last = np.append(heads[1:], len(order))[: len(heads)] - 1
    base = index.weight_offsets[parts[heads]]
    bits = index.weights[base + starts[last] + lengths[last]] - index.weights[base + starts[heads]]
    run = np.zeros(count, np.int64)
    np.maximum.at(run, groups[heads], bits)
    return run
