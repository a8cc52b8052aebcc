"""Characters of n-grams by each definition of a repetition, for one n at a time.

The scan of the usual measures has a faster way that knows one definition (`repetition_kernels`).
An n-gram is known by a hash of 64 bits of its words' hashes.
"""

import numpy as np

from corpus_pipeline.filters.quality.definitions import DUPLICATE_NGRAMS, TOP_NGRAMS
from corpus_pipeline.filters.quality.kernels import SEED, step
from corpus_pipeline.filters.quality.repetition_kernels import clear_table, enter
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.words import mix

_COVERED, _LONGEST, _FIRST, _AGAIN = range(4)
_LATER, _ALL, _LATER_COVERED = 1, 2, 3
assert [*TOP_NGRAMS] == ["covered", "longest", "first", "again"]
assert [*DUPLICATE_NGRAMS] == ["covered", "later", "all", "later-covered"]


@kernel
def _name(hashes, size, n, names, keys, counts):  # type: ignore[no-untyped-def]
    """Enters all n-grams of `size` words; `names` has their slots. Returns how many there are."""
    grams = max(size - n + 1, 0)
    log = clear_table(counts, grams)
    for k in range(grams):
        h = SEED
        for j in range(k, k + n):
            h = step(h, hashes[j])
        names[k] = enter(keys, counts, log, mix(h))
    return grams


@kernel
def count_orders(  # type: ignore[no-untyped-def]
    hashes, before, words, n, top_kind, duplicate_kind, blanks, names, keys, counts, covered,
    covered_to, found,
):  # fmt: skip
    """Counts characters of the most common n-gram, of repeated ones, and of all.

    Args:
        hashes: uint64[W] of the words.
        before: int32[W + 1], characters before each word.
        words: how many words.
        n: words of an n-gram.
        top_kind: one of `definitions.TOP_NGRAMS` by its place.
        duplicate_kind: one of `definitions.DUPLICATE_NGRAMS` by its place.
        blanks: blanks between the words of the most common one count.
        names: int32[W], scratch.
        keys: uint64[T], scratch.
        counts: int32[T], scratch.
        covered: int32[T], scratch.
        covered_to: int32[T], scratch.
        found: int32[3], filled.
    """
    grams = _name(hashes, words, n, names, keys, counts)
    most = 0
    for k in range(grams):
        most = max(most, counts[names[k]])
        covered[names[k]] = 0
        covered_to[names[k]] = 0
    between = n - 1 if blanks else 0
    top = np.int64(0)
    repeated = np.int64(0)
    total = np.int64(0)
    reached = 0
    done = top_kind == _FIRST and most == 0
    for k in range(grams):
        slot = names[k]
        length = np.int64(before[k + n] - before[k])
        total += length
        if counts[slot] == most and not done:
            if top_kind == _FIRST:
                top = (length + between) * most
                done = True
            elif most > 1:
                if top_kind in (_LONGEST, _AGAIN):
                    times = most - 1 if top_kind == _AGAIN else most
                    top = max(top, (length + between) * times)
                else:
                    covered[slot] += before[k + n] - before[max(k, covered_to[slot])]
                    covered_to[slot] = k + n
                    top = max(top, np.int64(covered[slot]))
        if counts[slot] > 1:
            if duplicate_kind == _ALL:
                repeated += length
            elif duplicate_kind != _LATER and duplicate_kind != _LATER_COVERED:
                repeated += before[k + n] - before[max(k, reached)]
                reached = k + n
    if duplicate_kind == _LATER:
        repeated = _count_later(before, grams, n, names, counts)
    elif duplicate_kind == _LATER_COVERED:
        repeated = _cover_later(before, grams, n, names, counts)
    found[0], found[1], found[2] = (
        min(top, 2**31 - 1),
        min(repeated, 2**31 - 1),
        min(total, 2**31 - 1),
    )


@kernel
def _count_later(before, grams, n, names, counts):  # type: ignore[no-untyped-def]
    """Counts characters of n-grams that stood before, each time going on behind the n-gram."""
    for k in range(grams):
        counts[names[k]] = 0
    repeated = np.int64(0)
    k = 0
    while k < grams:
        if counts[names[k]]:
            repeated += before[k + n] - before[k]
            k += n
        else:
            counts[names[k]] = 1
            k += 1
    return repeated


@kernel
def _cover_later(before, grams, n, names, counts):  # type: ignore[no-untyped-def]
    """Counts characters in n-grams that stood before, each once, and the blanks between them."""
    for k in range(grams):
        counts[names[k]] = 0
    repeated = np.int64(0)
    reached = 0
    for k in range(grams):
        if counts[names[k]]:
            first = max(k, reached)
            repeated += before[k + n] - before[first]
            # Behind a word that is covered already stands a blank more.
            repeated += k + n - first - (first == k)
            reached = k + n
        counts[names[k]] = 1
    return repeated


@kernel
def count_repeated(hashes, size, n, names, keys, counts):  # type: ignore[no-untyped-def]
    """Returns (n-grams, occurrences of those that occur twice)."""
    grams = _name(hashes, size, n, names, keys, counts)
    repeated = 0
    for k in range(grams):
        repeated += counts[names[k]] > 1
    return grams, repeated
