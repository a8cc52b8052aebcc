"""Best-fit-decreasing bin packing: documents into sequences, without cutting those that fit.

    documents  |a a a a a a a|b b|c c c c c|d|e e e e|          sequences of 6
    pieces     |a a a a a a:a|b b|c c c c c|d|e e e e|          longer ones are cut every 6
    sequences  [a a a a a a] [a c c c c c] [b b e e e e] [d · · · · ·]

The pieces come by their size, the largest first, and each goes where the least room is left that it
fits into (Ding et al., "Fewer Truncations Improve Language Modeling", 2024).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel


class Packed(NamedTuple):
    """S sequences of P pieces, in the order of their first pieces."""

    starts: NDArray[np.int64]
    """int64[P], first token of each piece; the pieces of a sequence ascend."""
    sizes: NDArray[np.int32]
    """int32[P], tokens of each."""
    offsets: NDArray[np.int64]
    """int64[S + 1], where each sequence's pieces begin."""
    goes_on: NDArray[np.bool_]
    """bool[S], whether its document has more behind the sequence, which is one piece then."""


def best_fit(starts: NDArray[np.int64], ends: NDArray[np.int64], length: int) -> Packed:
    """Packs documents.

    Args:
        starts: int64[N], first token of each document, ascending.
        ends: int64[N], behind the last one; a document has a token at least.
        length: tokens of a sequence.

    >>> packed = best_fit(np.array([0, 7, 9, 14, 15]), np.array([7, 9, 14, 15, 19]), 6)
    >>> packed.starts.tolist(), packed.offsets.tolist(), packed.goes_on.tolist()
    ([0, 6, 9, 7, 15, 14], [0, 1, 3, 5, 6], [True, False, False, False])
    """
    counts = -(-(ends - starts) // length)
    firsts = np.repeat(starts, counts)
    firsts += (np.arange(len(firsts)) - np.repeat(np.cumsum(counts) - counts, counts)) * length
    left = np.repeat(ends, counts) - firsts
    sizes = np.minimum(left, length)
    found = np.empty(len(sizes), np.int64)
    bins = _assign(sizes, length, found)
    # Sequences are numbered by their first pieces.
    _, first, place = np.unique(found, return_index=True, return_inverse=True)
    rank = np.empty(bins, np.int64)
    rank[np.argsort(first)] = np.arange(bins)
    numbers: NDArray[np.int64] = rank[place]
    order = np.argsort(numbers, kind="stable")
    offsets = np.zeros(bins + 1, np.int64)
    np.cumsum(np.bincount(numbers, minlength=bins), out=offsets[1:])
    goes_on = (left > length)[order][offsets[:-1]]
    return Packed(firsts[order], sizes[order].astype(np.int32), offsets, goes_on)


@kernel
def _assign(sizes, length, found):  # type: ignore[no-untyped-def]
    """Fills `found`, int64[P], the bin of each piece; returns the number of bins.

    Equal pieces come in their order; of bins with equal room the one that changed last is taken.
    """
    # Pieces by size, the largest first: a counting sort.
    begins = np.zeros(length + 2, np.int64)
    for size in sizes:
        begins[length - size + 1] += 1
    for k in range(1, length + 2):
        begins[k] += begins[k - 1]
    order = np.empty(len(sizes), np.int64)
    for piece in range(len(sizes)):
        place = length - sizes[piece]
        order[begins[place]] = piece
        begins[place] += 1
    # A tree over the room that bins have left: a node counts the bins below it.
    leaves = 1
    while leaves < length + 1:
        leaves *= 2
    counts = np.zeros(2 * leaves, np.int64)
    latest = np.full(length + 1, -1, np.int64)
    before = np.full(len(sizes), -1, np.int64)
    bins = 0
    for place in range(len(order)):
        piece = order[place]
        size = sizes[piece]
        node = leaves + size
        while node > 1 and counts[node] == 0:
            # To the right neighbour, or up to where there is one.
            while node > 1 and node % 2 == 1:
                node //= 2
            if node > 1:
                node += 1
        if node <= 1:
            bin_, room = bins, length
            bins += 1
        else:
            while node < leaves:
                node = 2 * node if counts[2 * node] else 2 * node + 1
            room = node - leaves
            bin_ = int(latest[room])
            latest[room] = before[bin_]
            while node >= 1:
                counts[node] -= 1
                node //= 2
        found[piece] = bin_
        room -= size
        if room > 0:
            before[bin_] = latest[room]
            latest[room] = bin_
            node = leaves + room
            while node >= 1:
                counts[node] += 1
                node //= 2
    return bins
