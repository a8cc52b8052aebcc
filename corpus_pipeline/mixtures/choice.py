"""How often a document is taken: kept by content, capped, repeated by a column.

    keep    0.3                      key of the content below 0.3 * 2**64
    repeat  {0: 0, 40: 1, 90: 2.5}   by the value of a column, or its percentile: 0, 1, 2 or 3 times
    cap     1,000,000 tokens         documents in the order of a key, while they fit

The keys of the three are different, and the same in every run with the same seed.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.tokens.keys import content_keys, threshold

#: Bits that are looked at in one pass over all values.
_DIGIT = 16

Weighted = tuple[NDArray[np.uint64], NDArray[np.int64]]
"""N values to be ordered, and what each weighs."""
Passes = Callable[[], Iterable[Weighted]]
"""Gives the parts of all values, the same each time."""


@dataclasses.dataclass(frozen=True)
class Steps:
    """Copies of a document by a number: those of the last bound that is not above it."""

    bounds: tuple[float, ...]
    """Ascending."""
    copies: tuple[float, ...]
    """For values from each bound on; of a fraction, that share of the documents gets one more."""

    def copies_of(self, values: NDArray[np.float64], keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Returns the copies of N documents; those below all bounds, or without a value, get none.

        Args:
            values: float64[N], NaN where there is none.
            keys: uint64[N], by which a fraction is decided.

        >>> keys = np.array([0, 2**63 + 1, 0, 5], np.uint64)
        >>> steps = Steps((0.0, 0.5), (0.0, 1.5))
        >>> steps.copies_of(np.array([0.7, 0.9, 0.2, np.nan]), keys).tolist()
        [2, 1, 0, 0]
        """
        found = np.searchsorted(np.array(self.bounds), values, side="right") - 1
        found = np.where(np.isnan(values), -1, found)
        whole = np.array([int(copies) for copies in self.copies] + [0], np.int64)
        more = [threshold(float(Fraction(str(c)) - int(Fraction(str(c))))) for c in self.copies]
        below = keys < np.array([*more, 0], np.uint64)[found]
        return whole[found] + below


def kept(hashes: pa.Array, share: float, seed: int) -> NDArray[np.bool_]:
    """Says of each of N documents whether a share of all holds it."""
    keys = content_keys(hashes, seed, "keep")
    limit = threshold(share)
    return np.ones(len(keys), np.bool_) if limit >> 64 else keys < np.uint64(limit)


def ordered(values: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Returns numbers as unsigned integers of the same order; NaN is above all.

    >>> ordered(np.array([-1.0, 0.0, 0.5, 2.0])).argsort().tolist()
    [0, 1, 2, 3]
    """
    bits = (values + 0.0).view(np.uint64)  # -0.0 is 0.0.
    negative = bits >> np.uint64(63) == 1
    return np.where(negative, ~bits, bits | np.uint64(1 << 63))


def unordered(value: int) -> float:
    """Returns the number that `ordered` has made an integer of."""
    if value >> 64:
        return float("inf")
    bits = value ^ ((1 << 64) - 1) if not value >> 63 else value & ~(1 << 63)
    return float(np.array([bits], np.uint64).view(np.float64)[0])


def quantiles(passes: Passes, shares: Sequence[Fraction]) -> list[int]:
    """Finds, for each share, the least value up to which more than that share of the weight lies.

    So what lies below the value weighs at most the share; equal values stay together. Looks at
    all values five times and holds 65,536 numbers for each share.

    Args:
        passes: gives the values as unsigned integers, and their weights.
        shares: 0 to 1.

    Returns:
        One value for each share, 2**64 where there is none: for the share 1, or without weight.

    >>> values = np.array([5, 7, 9, 11], np.uint64), np.array([1, 1, 1, 1])
    >>> quantiles(lambda: [values], [Fraction(0), Fraction(1, 2), Fraction(1)])
    [5, 9, 18446744073709551616]
    """
    total = sum(int(weights.sum()) for _, weights in passes())
    wanted = [int(share * total) + 1 for share in shares]
    found = _at(passes, [min(weight, total) for weight in wanted])
    return [
        value if weight <= total else 1 << 64 for value, weight in zip(found, wanted, strict=True)
    ]


def limit_within(passes: Passes, most: int) -> int:
    """Finds the greatest value such that what lies below it weighs at most `most`.

    >>> limit_within(lambda: [(np.array([5, 7, 9], np.uint64), np.array([10, 10, 10]))], 25)
    9
    """
    total = sum(int(weights.sum()) for _, weights in passes())
    if total <= most:
        return 1 << 64
    # The value at which the sum comes above the limit is itself not taken.
    return _at(passes, [most + 1])[0]


def _at(passes: Passes, weights: Sequence[int]) -> list[int]:
    """Finds the least values up to which so much weight lies."""
    found = [(0, 0)] * len(weights)
    for shift in range(64 - _DIGIT, -1, -_DIGIT):
        prefixes = sorted({prefix for prefix, _ in found})
        sums = {prefix: np.zeros(1 << _DIGIT, np.int64) for prefix in prefixes}
        for values, weighs in passes():
            high = values >> np.uint64(shift)
            for prefix in prefixes:
                inside = high >> np.uint64(_DIGIT) == prefix if shift < 64 - _DIGIT else slice(None)
                digits = (high[inside] & np.uint64((1 << _DIGIT) - 1)).astype(np.int64)
                np.add.at(sums[prefix], digits, weighs[inside])
        found = [
            _next_digit(prefix, below, sums[prefix], weight)
            for (prefix, below), weight in zip(found, weights, strict=True)
        ]
    return [prefix for prefix, _ in found]


def _next_digit(prefix: int, below: int, sums: NDArray[np.int64], weight: int) -> tuple[int, int]:
    ends = np.cumsum(sums)
    digit = min(int(np.searchsorted(ends, weight - below)), len(sums) - 1)
    return prefix << _DIGIT | digit, below + int(ends[digit] - sums[digit])


def segments(
    starts: NDArray[np.int64], lengths: NDArray[np.int64], copies: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yields what a component reads one after another: all documents once, then those taken twice.

    So between two copies of a document lie all others that are taken as often.

    Args:
        starts: int64[N], first token of each document in the stream of all shards, ascending.
        lengths: int64[N], its tokens.
        copies: int64[N], how often it is taken.

    Yields:
        First token and number of tokens of neighbouring documents joined, int64[K] each.

    >>> found = segments(np.array([0, 5, 9, 20]), np.array([5, 4, 1, 3]), np.array([1, 2, 0, 1]))
    >>> [(a.tolist(), b.tolist()) for a, b in found]
    [([0, 20], [9, 3]), ([5], [4])]
    """
    for layer in range(1, int(copies.max(initial=0)) + 1):
        here = (copies >= layer) & (lengths > 0)
        first, size = starts[here], lengths[here]
        if len(first):
            breaks = np.flatnonzero(first[1:] != first[:-1] + size[:-1]) + 1
            begins = np.concatenate([[0], breaks])
            yield first[begins], np.add.reduceat(size, begins)
