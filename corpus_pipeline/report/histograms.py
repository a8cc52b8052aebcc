"""Histograms of numbers whose range nobody knows beforehand, made in one pass.

Every value falls into a fine bin whose edges do not depend on the data: of a share 1/200 wide, of
any other number a sixteenth of an octave (the leading bits of a float say which). At the end, bins
are merged until they are few enough to be drawn. So parts of a ledger can be counted one by one,
their counts add up, and what is held is a count for each fine bin that occurs.
"""

import dataclasses
import math
from collections import Counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Fine bins from 0 to 1.
_SHARES = 200
#: Bits of a float64 behind its leading four of the mantissa.
_DROPPED_BITS = 48
#: Bins that are drawn at most.
MOST_BINS = 50
#: How far bins of numbers are merged: from a sixteenth of an octave to sixteen octaves.
_MOST_MERGED = 8


class Bin(NamedTuple):
    """Documents with a value from `start` up to `stop`, or of exactly that where both are equal."""

    start: float
    stop: float
    kept: int
    dropped: int


@dataclasses.dataclass
class Histogram:
    """Counts of kept and of dropped documents by value.

    >>> histogram = Histogram(share=True)
    >>> histogram.add(np.array([0.0, 0.5, 0.5, np.nan]), np.array([True, True, False, False]))
    >>> [each for each in histogram.bins(2) if each.kept or each.dropped], histogram.without
    ([Bin(start=0.0, stop=0.5, kept=1, dropped=0), Bin(start=0.5, stop=1.0, kept=1, dropped=1)], 1)
    """

    share: bool = False
    """Values lie from 0 to 1."""
    whole: bool = False
    """Values are integers, so that a bin from 2 to 2.1 is drawn from 2 to 3."""
    kept: Counter[int] = dataclasses.field(default_factory=Counter)
    dropped: Counter[int] = dataclasses.field(default_factory=Counter)
    without: int = 0
    """Documents that have no value."""

    def add(self, values: NDArray[np.float64], kept: NDArray[np.bool_]) -> None:
        """Counts N documents.

        Args:
            values: float64[N]; NaN and infinite where there is none.
            kept: bool[N].
        """
        there = np.isfinite(values)
        self.without += int(len(values) - there.sum())
        for counter, mine in ((self.kept, there & kept), (self.dropped, there & ~kept)):
            numbers, counts = np.unique(self._numbers(values[mine]), return_counts=True)
            counter.update(dict(zip(numbers.tolist(), counts.tolist(), strict=True)))

    def _numbers(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Returns the number of each value's fine bin."""
        if self.share:
            # 0.29 * 200 is a little less than 58.
            found = np.floor(np.round(values * _SHARES, 9)).astype(np.int64)
            return np.clip(found, 0, _SHARES - 1)
        size = np.abs(values + 0.0).view(np.int64) >> _DROPPED_BITS
        return np.where(values < 0, -1 - size, size)

    @property
    def documents(self) -> int:
        """Documents that were added."""
        return self.kept.total() + self.dropped.total() + self.without

    def bins(self, most: int = MOST_BINS) -> list[Bin]:
        """Returns the bins from the least value to the greatest, at most `most` of them; those in
        which nothing lies are left out.
        """
        numbers = {*self.kept, *self.dropped}
        if self.share:
            width = -(-_SHARES // most)
            edges = {n: (n // width * width / _SHARES, (n // width + 1) * width / _SHARES)
                     for n in numbers}  # fmt: skip
        else:
            shift = next(
                (n for n in range(_MOST_MERGED) if len({each >> n for each in numbers}) <= most),
                _MOST_MERGED,
            )
            edges = {n: (_edge(n >> shift << shift), _edge(((n >> shift) + 1) << shift))
                     for n in numbers}  # fmt: skip
            if 0 in numbers:  # No other value is near it, so it has a bin of its own.
                edges[0] = 0.0, 0.0
        if self.whole:
            edges = {
                n: (float(math.ceil(start)), float(max(math.ceil(stop), math.ceil(start) + 1)))
                for n, (start, stop) in edges.items()
            }
        counts: dict[tuple[float, float], list[int]] = {}
        for number in sorted(numbers):
            mine = counts.setdefault(edges[number], [0, 0])
            mine[0] += self.kept[number]
            mine[1] += self.dropped[number]
        return [Bin(*edge, *both) for edge, both in counts.items()]


def _edge(number: int) -> float:
    """Returns the least size of a fine bin's values.

    >>> _edge(0), _edge(int(np.float64(1.5).view(np.int64)) >> _DROPPED_BITS)
    (0.0, 1.5)
    """
    if number < 0:
        return -_edge(-number)
    return float(np.int64(number << _DROPPED_BITS).view(np.float64))
