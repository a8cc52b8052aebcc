"""From the texts of evaluation items to the index that finds them."""

import dataclasses
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.dedup.contamination_calibration import (
    above,
    habits_of_sets,
    held_of_sets,
)
from corpus_pipeline.dedup.contamination_index import (
    NEVER,
    ContaminationIndex,
    ContaminationOptions,
    WordView,
    changes,
    polynomial_powers,
    view_words,
    window_hash,
    with_signs,
)
from corpus_pipeline.dedup.contamination_passages import layout
from corpus_pipeline.dedup.contamination_weights import items_with, surprisals
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.folding import comparable_texts
from corpus_pipeline.text.words import split_words

#: Other items foretell most of an item whose words weigh less than this many bits each.
FORETOLD = 2


class _Grams(NamedTuple):
    """Windows of the words of all parts."""

    starts: NDArray[Any]
    """Number of the first word, counted through all parts."""
    parts: NDArray[Any]
    lengths: NDArray[Any]
    hashes: NDArray[Any]

    def where(self, mask: NDArray[np.bool_]) -> "_Grams":
        return _Grams(*(each[mask] for each in self))


def build_index(
    ids: Sequence[str],
    texts: pa.Array,
    options: ContaminationOptions,
    rows: Sequence[int] | None = None,
    answers: Sequence[bool] | None = None,
    entire: Sequence[bool] | None = None,
    sets: Sequence[int] | None = None,
) -> ContaminationIndex:
    """Indexes the n-grams of evaluation items.

    Args:
        ids: of the I parts; documents are reported under them.
        texts: string[I], what must not be in the training data.
        options: kept in the index.
        rows: the item that each part belongs to; default: each its own.
        answers: true for a part that counts only beside another part of its item.
        entire: true for a part that is looked for as a whole, whatever it weighs.
        sets: the set that each part belongs to; default: all one.

    Raises:
        ValueError: the number of ids is not that of texts, or an id occurs twice.

    >>> texts = pa.array(["How many eggs do Janet's ducks lay in a week?", "Why?"])
    >>> index = build_index(["eggs", "why"], texts, ContaminationOptions())
    >>> index.words.tolist(), index.bits.tolist(), index.too_short.tolist()
    ([11, 0], [88, 0], [False, True])
    """
    if len(ids) != len(texts):
        raise ValueError(f"each text needs an id, got {len(ids)} ids and {len(texts)} texts")
    if len(set(ids)) != len(ids):
        raise ValueError("ids of evaluation items must differ; put the name of the set before them")
    by_id = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int64)
    texts = comparable_texts(texts.take(pa.array(by_id)))
    owners = np.arange(len(ids)) if rows is None else np.array(rows, np.int64)[by_id]
    beside = np.zeros(len(ids), np.bool_) if answers is None else np.array(answers, np.bool_)[by_id]
    numbers = np.zeros(len(ids), np.int64) if sets is None else np.array(sets, np.int64)[by_id]
    named = pa.array(ids, pa.string()).take(pa.array(by_id))
    parts = _parts(named, texts, owners, beside, numbers, options)
    forced = np.zeros(len(ids), np.bool_) if entire is None else np.array(entire, np.bool_)[by_id]
    introduced = np.zeros(len(ids), np.bool_)
    while True:
        index, foretold = _index(parts, options, forced, introduced)
        habits = habits_of_sets(texts, parts.same, numbers, foretold, index)
        shared = habits.introduced & ~beside & ~introduced
        if shared.any():
            introduced |= shared
            continue
        least, runs = _learnt(parts, options, forced, introduced, habits.template | introduced)
        # All that tells these from others stands in others too; only the whole of them is theirs.
        indistinct = (least >= 10**6) & ~index.whole & (index.words > 0) & ~beside & ~forced
        if not indistinct.any():
            return dataclasses.replace(index, least=least, runs=runs)
        forced |= indistinct


class _Parts(NamedTuple):
    """The I parts of the items in order of their ids; arguments of `build_index`, and of them …"""

    ids: pa.Array
    texts: pa.Array
    view: WordView
    rows: NDArray[np.int64]
    answers: NDArray[np.bool_]
    sets: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    """uint64[I], of all words of each."""
    same: NDArray[np.int64]
    """int64[I], `_same_items`."""


def _parts(
    ids: pa.Array,
    texts: pa.Array,
    rows: NDArray[np.int64],
    answers: NDArray[np.bool_],
    sets: NDArray[np.int64],
    options: ContaminationOptions,
) -> _Parts:
    view = view_words(split_words(texts), options)
    hashes = _hashes(view, view.offsets[:-1], np.diff(view.offsets))
    rows = np.unique(rows, return_inverse=True)[1]
    same = _same_items(hashes, rows, answers)
    return _Parts(ids, texts, view, rows, answers, sets, hashes, same)


def _learnt(
    parts: _Parts,
    options: ContaminationOptions,
    forced: NDArray[np.bool_],
    introduced: NDArray[np.bool_],
    template: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Learns `least` and `runs` of the parts of templates.

    Either half of the items is taken for new items, and judged by an index of the other half: an
    index that knows an item weighs what it shares with others too low.
    """
    least = np.full(len(parts.rows), options.coverage_millionths)
    runs = np.full(len(parts.rows), NEVER)
    judged = template & ~parts.answers & ~_too_short(parts.view)
    # `same` is in the order of a hash of what the items say.
    side = parts.same % 2 == 1
    reached, longest = np.zeros((2, len(parts.rows)), np.int64)
    for half in (judged & side, judged & ~side):
        known, new = np.flatnonzero(half), np.flatnonzero(judged & ~half)
        some = _parts(
            parts.ids.take(pa.array(known)), parts.texts.take(pa.array(known)), parts.rows[known],
            parts.answers[known], parts.sets[known], options,
        )  # fmt: skip
        index, _ = _index(some, options, forced[known], introduced[known])
        new_texts = parts.texts.take(pa.array(new))
        reached[new], longest[new] = held_of_sets(new_texts, parts.sets[new], some.sets, index)
    for number in np.unique(parts.sets[judged]).tolist():
        members = np.flatnonzero(judged & (parts.sets == number))
        # Items of equal words once.
        members = members[np.unique(parts.same[members], return_index=True)[1]]
        of_set = parts.sets == number
        least[of_set] = np.clip(above(reached[members]), options.coverage_millionths, 10**6)
        runs[of_set] = max(above(longest[members]), options.min_item_bits)
    return least, runs


def _index(
    parts: _Parts,
    options: ContaminationOptions,
    forced: NDArray[np.bool_],
    introduced: NDArray[np.bool_],
) -> tuple[ContaminationIndex, NDArray[np.bool_]]:
    """Indexes the parts before anything is learnt.

    Args:
        parts: in order of their ids.
        options: kept in the index.
        forced: bool[I], true for a part that is looked for as a whole, whatever it weighs.
        introduced: bool[I], true for a part of which what stands before its question is public,
            however short.

    Returns:
        The index; and bool[I], true for parts of which other items foretell most.
    """
    view, same = parts.view, parts.same
    lengths = np.diff(view.offsets)
    public, options_of = layout(parts.texts, view, introduced)
    weights = _weights(view, same, parts.sets)
    foretold = _sums(weights, view.offsets) < FORETOLD * lengths
    weights *= ~public

    signs = _signs(parts.texts, view, parts.hashes, options.max_items)
    # Items that ask the same are looked for once, however often the sets have them.
    texts_of_items = np.stack([parts.hashes, same.astype(np.uint64)])
    again = _repeats(
        np.unique(texts_of_items, axis=1, return_inverse=True)[1].reshape(-1), parts.rows
    )
    again &= signs == 0
    grams = _ngrams(view)
    grams = grams.where(~again[grams.parts])
    grams = grams.where(items_with(grams.hashes, same[grams.parts]) <= options.max_items)
    too_short = _too_short(view)
    bits = _sums(weights * _covered(grams, len(view.kinds)), view.offsets)
    whole = ((bits < options.min_item_bits) | (signs > 0) | forced) & ~too_short & ~again

    grams = grams.where(~(whole | too_short)[grams.parts])
    alone = np.flatnonzero(whole)
    begins = view.offsets[alone]
    signed = signs[alone]
    whole_hashes = np.where(signed > 0, signed, parts.hashes[alone])
    triggers, which = np.unique(parts.hashes[alone][signed > 0], return_index=True)
    weights[np.repeat(whole, lengths)] = 1
    grams = _Grams(
        np.concatenate([grams.starts, begins]),
        np.concatenate([grams.parts, alone]),
        np.concatenate([grams.lengths, lengths[alone]]),
        np.concatenate([grams.hashes, whole_hashes]),
    )
    covered = _covered(grams, len(view.kinds))
    weights *= covered
    public_grams = _inside_an_option(grams, options_of)
    asking = weights * _covered(grams.where(~public_grams), len(view.kinds))
    order = np.lexsort((grams.starts, grams.parts, grams.hashes))
    hashes, counts = np.unique(np.concatenate([grams.hashes, triggers]), return_counts=True)
    counts -= np.isin(hashes, triggers)
    index = ContaminationIndex(
        options=options,
        ids=parts.ids,
        rows=parts.rows.astype(np.int32),
        answers=parts.answers,
        words=_sums(covered, view.offsets).astype(np.int32),
        bits=_sums(weights, view.offsets),
        asking_bits=_sums(asking, view.offsets),
        least=np.full(len(lengths), options.coverage_millionths),
        runs=np.full(len(lengths), NEVER),
        weight_offsets=view.offsets + np.arange(len(view.offsets)),
        weights=_cumulated(weights, view.offsets),
        hashes=hashes,
        posting_offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        items=grams.parts[order].astype(np.int32),
        positions=(grams.starts - view.offsets[grams.parts])[order].astype(np.int32),
        lengths=grams.lengths[order].astype(np.int32),
        asking=~public_grams[order],
        prefixes=np.unique(_hashes(view, begins, _shortest(view)[alone])),
        short_lengths=np.unique(lengths[alone]),
        signed=triggers,
        signed_lengths=lengths[alone][signed > 0][which],
        too_short=too_short,
        whole=whole,
        duplicate=_repeats(parts.hashes, parts.rows) & (lengths > 0),
    )
    return index, foretold


def are_too_short(texts: pa.Array, options: ContaminationOptions) -> NDArray[np.bool_]:
    """Says which texts have too few words to be looked for.

    >>> are_too_short(pa.array(["1 + 1 = ?", "谁是作者？"]), ContaminationOptions()).tolist()
    [True, True]
    """
    return _too_short(view_words(split_words(comparable_texts(texts)), options))


def _too_short(view: WordView) -> NDArray[np.bool_]:
    short: NDArray[np.bool_] = np.diff(view.offsets) < np.maximum(1, _shortest(view))
    return short


def _shortest(view: WordView) -> NDArray[np.int64]:
    """int64[N], words that each text must have; 0 for a text without words."""
    present = np.diff(view.offsets) > 0
    shortest = np.zeros(len(present), np.int64)
    shortest[present] = view.shortest[view.kinds[view.offsets[:-1][present]]]
    return shortest


@kernel
def _windows(values, powers, starts, lengths):  # type: ignore[no-untyped-def]
    """Hashes many windows."""
    hashes = np.empty(len(starts), np.uint64)
    for i in range(len(starts)):
        hashes[i] = window_hash(values, powers, starts[i], lengths[i])
    return hashes


@kernel
def _mark(starts, lengths, covered):  # type: ignore[no-untyped-def]
    """Marks the words of windows."""
    for i in range(len(starts)):
        for word in range(starts[i], starts[i] + lengths[i]):
            covered[word] = 1


def _hashes(
    view: WordView, starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> NDArray[np.uint64]:
    powers = polynomial_powers(int(lengths.max(initial=0)))
    hashes: NDArray[np.uint64] = _windows(view.values, powers, starts, lengths)
    return hashes


def _covered(grams: _Grams, words: int) -> NDArray[np.uint8]:
    covered = np.zeros(words, np.uint8)
    _mark(grams.starts, grams.lengths, covered)
    return covered


def _ngrams(view: WordView) -> _Grams:
    """Every n-gram of every part."""
    starts = np.arange(len(view.kinds))
    parts = np.repeat(np.arange(len(view.offsets) - 1), np.diff(view.offsets))
    lengths = view.ngrams[view.kinds]
    fits = starts + lengths <= view.offsets[1:][parts]
    starts, parts, lengths = starts[fits], parts[fits], lengths[fits]
    return _Grams(starts, parts, lengths, _hashes(view, starts, lengths))


def _sums(values: NDArray[np.uint8], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    total = np.concatenate([[0], np.cumsum(values, dtype=np.int64)])
    sums: NDArray[np.int64] = total[offsets[1:]] - total[offsets[:-1]]
    return sums


def _cumulated(weights: NDArray[np.uint8], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """What the first 0, 1, 2, … words of each text weigh; N values more than words."""
    total = np.concatenate([[0], np.cumsum(weights, dtype=np.int64)])
    sizes = np.diff(offsets) + 1
    begins = np.cumsum(sizes) - sizes
    positions = np.arange(sizes.sum()) - np.repeat(begins - offsets[:-1], sizes)
    cumulated: NDArray[np.int64] = total[positions] - np.repeat(total[offsets[:-1]], sizes)
    return cumulated


def _weights(view: WordView, same: NDArray[np.int64], sets: NDArray[np.int64]) -> NDArray[np.uint8]:
    lengths = np.diff(view.offsets)
    depths = np.arange(len(view.kinds)) - np.repeat(view.offsets[:-1], lengths)

    def windows(starts: NDArray[np.int64], length: int) -> NDArray[np.uint64]:
        return _hashes(view, starts, np.full(len(starts), length))

    return surprisals(windows, np.repeat(same, lengths), np.repeat(sets, lengths), depths)


def _same_items(
    hashes: NDArray[np.uint64], rows: NDArray[np.int64], beside: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """int64[I], equal for the parts of one item, and of items whose questions have equal words."""
    order = np.lexsort((hashes, beside, rows))
    first = order[changes(rows[order])]
    numbers: NDArray[np.int64] = np.unique(hashes[first], return_inverse=True)[1][rows]
    return numbers


def _repeats(hashes: NDArray[Any], rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """bool[I], true for parts whose words another item before them has."""
    order = np.lexsort((rows, hashes))
    first = changes(hashes[order])
    owner = rows[order][np.flatnonzero(first)][np.cumsum(first) - 1]
    repeats = np.empty(len(hashes), np.bool_)
    repeats[order] = owner != rows[order]
    return repeats


def _inside_an_option(grams: _Grams, options: NDArray[np.int32]) -> NDArray[np.bool_]:
    """bool[P], true for windows of which every word is of one and the same option."""
    borders = np.concatenate([[0], np.cumsum(changes(options))])
    same = borders[grams.starts + grams.lengths] == borders[grams.starts + 1]
    inside: NDArray[np.bool_] = same & (options[grams.starts] > 0)
    return inside


def _signs(
    texts: pa.Array, view: WordView, hashes: NDArray[np.uint64], most: int
) -> NDArray[np.uint64]:
    """uint64[I], `with_signs` of parts that differ in their signs alone from too many; else 0."""
    order = np.argsort(hashes, kind="stable")
    borders = [*np.flatnonzero(changes(hashes[order])).tolist(), len(order)]
    signs = np.zeros(len(hashes), np.uint64)
    for start, end in pairwise(borders):
        if end - start <= most:
            continue
        members = order[start:end]
        words = [_from_first_word(texts[i].as_py()) for i in members.tolist()]
        spelt = [with_signs(hashes[members[0]], each) for each in words]
        if len(set(spelt)) > most:
            signs[members] = spelt
    return signs


def _from_first_word(text: str) -> str:
    """Leaves out the signs before the first word, which a document may have from another line."""
    found = re.search(r"\w", text)
    return text[found.start() :] if found else text
