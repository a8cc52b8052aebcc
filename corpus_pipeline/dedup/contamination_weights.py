"""What a word of an evaluation item says about where it comes from, in bits.

A word that the words before it foretell, because other items have it at such a place too, is no
evidence of a copy: instructions, answer templates, the passage that several questions share, the
table that every item of a puzzle repeats. What a word weighs is its surprisal under the other items
of the evaluation sets:

    other items        Take 3 steps left. Take 5 steps right. Turn around. Take 2 steps left.
    item               Take 7 steps left. Take 3 steps right. Ada's ferry sank.
    bits               1    2 0     0     1    2 0     1      5   8  8    8

Only items of the same set foretell: a template is a set's, and a set that is given twice, or beside
ten thousand others, weighs what it weighs alone.

The model is the plainest one: of the contexts of 1 to `CONTEXT` words that occur in another
item, the one that foretells the word best. Counts are of items, not of occurrences, and items of
equal text are one.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel

#: (starts, length) -> the hashes of the windows of `length` words that begin there.
Windows = Callable[[NDArray[np.int64], int], NDArray[np.uint64]]

#: Parts the windows of one set from equal ones of another; odd.
_SALT = np.uint64(0x9E3779B97F4A7C15)
#: Words of context.
CONTEXT = 4
#: Items that are thought to go on otherwise, beside those that have a context: a few items that go
#: on alike (two questions on one text) do not make a template.
DOUBT = 16
#: Bits of a word that nothing foretells; about what English has without any context.
MOST_BITS = 8


@kernel
def _weigh(context, word, weights):  # type: ignore[no-untyped-def]
    """Lowers each weight to floor(log2((context + DOUBT) / word)), where a word is foretold."""
    for i in range(len(weights)):
        if word[i] > 0:
            ratio = (context[i] + DOUBT) // word[i]
            bits = np.uint8(0)
            while ratio > 1:
                ratio >>= 1
                bits += np.uint8(1)
            weights[i] = min(weights[i], bits)


def items_with(hashes: NDArray[np.uint64], items: NDArray[np.int64]) -> NDArray[np.int64]:
    """Counts, for each of W windows, the different items that have its hash.

    >>> items_with(np.array([7, 7, 7, 8], np.uint64), np.array([0, 0, 1, 1])).tolist()
    [2, 2, 2, 1]
    """
    order = np.lexsort((items, hashes))
    ordered, owners = hashes[order], items[order]
    new = np.ones(len(order), np.bool_)
    new[1:] = ordered[1:] != ordered[:-1]
    other = new.copy()
    other[1:] |= owners[1:] != owners[:-1]
    group = np.cumsum(new) - 1
    counts = np.empty(len(order), np.int64)
    counts[order] = np.bincount(group, other).astype(np.int64)[group]
    return counts


def surprisals(
    windows: Windows,
    items: NDArray[np.int64],
    sets: NDArray[np.int64],
    depths: NDArray[np.int64],
) -> NDArray[np.uint8]:
    """Weighs W words of evaluation items.

    Args:
        windows: hashes the windows of some words that begin at some of the W positions.
        items: int64[W], the item of each word; items of equal text have the same number.
        sets: int64[W], the set of each word; only items of its set foretell it.
        depths: int64[W], how many words stand before each in its text.

    Returns:
        uint8[W], bits, at most `MOST_BITS`.
    """
    weights = np.full(len(items), MOST_BITS, np.uint8)
    salts = sets.astype(np.uint64) * _SALT
    for length in range(1, CONTEXT + 1):
        positions = np.flatnonzero(depths >= length)
        if not len(positions):
            break
        owners, salt = items[positions], salts[positions]
        word = items_with(windows(positions - length, length + 1) ^ salt, owners) - 1
        context = items_with(windows(positions - length, length) ^ salt, owners) - 1
        lowered = weights[positions]
        _weigh(context, word, lowered)
        weights[positions] = lowered
    return weights
