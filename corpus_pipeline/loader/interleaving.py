r"""Which component of a mixture each sample is from: exact shares, computed and not stored.

    component a, 6 windows   a     a     a     a     a     a        window i at time (2 i + 1) / 2 q
    component b, 2 windows         b              b                 between 0 and 1
    samples                  a     ab    a     a  b  a     a

The windows of all components are ordered by those times, equal ones by component. So in the first
x samples a component of q windows out of Q has x q / Q of them, up to half of the number of
components, and after the last sample each has all its windows. The order is cut into blocks, and in
a block the components of the samples are shuffled.

Times are whole numbers: (2 i + 1) 2**128 / 2 q, rounded down. Two fractions that differ, differ by
more than 2**-126 for q below 2**63, so the rounded ones do too.
"""

import functools
import heapq
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.loader.order import Permutation

#: Samples of a block. A global batch should be a part of one, so that chance decides what is in it.
BLOCK = 4096


class _Block(NamedTuple):
    components: NDArray[np.int64]
    windows: NDArray[np.int64]


class Interleaving:
    """The order of the windows of C components.

    >>> order = Interleaving([6, 2], seed=None)
    >>> ["ab"[c] for c in order(np.arange(8))[0]]
    ['a', 'a', 'b', 'a', 'a', 'a', 'b', 'a']

    Attributes:
        counts: windows of each component.
        total: number of all windows.
    """

    def __init__(self, counts: Sequence[int], seed: int | None) -> None:
        """Takes the number of windows of each component.

        Args:
            counts: each from 0 to 2**62.
            seed: of the shuffle inside blocks; null leaves the order of the times.
        """
        self.counts = tuple(counts)
        self.total = sum(counts)
        self._seed = seed
        self._block = functools.lru_cache(8)(self._make_block)

    def __call__(self, samples: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Returns the component and the window of each sample.

        Args:
            samples: int64[K], each 0 to `total` - 1.

        Returns:
            Two int64[K]: components, and numbers of windows in them.
        """
        if len(self.counts) == 1:
            return np.zeros_like(samples), samples
        components, windows = np.empty_like(samples), np.empty_like(samples)
        blocks = samples // BLOCK
        for number in np.unique(blocks).tolist():
            here = blocks == number
            inside = samples[here] - number * BLOCK
            block = self._block(number)
            components[here], windows[here] = block.components[inside], block.windows[inside]
        return components, windows

    def before(self, sample: int) -> list[int]:
        """Returns how many windows of each component the first samples are.

        >>> Interleaving([999_000, 1000], seed=None).before(500_000)
        [499500, 500]
        """
        if len(self.counts) == 1:
            return [sample]
        moment = (sample << 128) // max(self.total, 1)
        # Windows of times before the moment; they are `sample` but for some.
        found = [((((moment * q - 1) >> 127) + 1) // 2) if moment else 0 for q in self.counts]
        difference = sample - sum(found)
        if difference > 0:
            following = [
                (self._time(c, n), c)
                for c, (n, q) in enumerate(zip(found, self.counts, strict=True))
                if n < q
            ]
            heapq.heapify(following)
            for _ in range(difference):
                c = heapq.heappop(following)[1]
                found[c] += 1
                if found[c] < self.counts[c]:
                    heapq.heappush(following, (self._time(c, found[c]), c))
        elif difference < 0:
            latest = [(-self._time(c, n - 1), -c) for c, n in enumerate(found) if n]
            heapq.heapify(latest)
            for _ in range(-difference):
                c = -heapq.heappop(latest)[1]
                found[c] -= 1
                if found[c]:
                    heapq.heappush(latest, (-self._time(c, found[c] - 1), -c))
        return found

    def among(self, samples: int) -> list[int]:
        """Returns how many windows of each component the first samples are, as they are shuffled.

        >>> Interleaving([6, 2], seed=None).among(3)
        [2, 1]
        """
        if len(self.counts) == 1:
            return [samples]
        number, inside = divmod(samples, BLOCK)
        counts = self.before(number * BLOCK)
        if inside:
            found = np.bincount(self._block(number).components[:inside], minlength=len(counts))
            counts = [n + more for n, more in zip(counts, found.tolist(), strict=True)]
        return counts

    def _time(self, component: int, window: int) -> int:
        return ((2 * window + 1) << 127) // self.counts[component]

    def _make_block(self, number: int) -> _Block:
        first = number * BLOCK
        low = np.array(self.before(first), np.int64)
        sizes = np.array(self.before(min(first + BLOCK, self.total)), np.int64) - low
        components = np.repeat(np.arange(len(sizes)), sizes)
        windows = np.arange(len(components)) + np.repeat(low - np.cumsum(sizes) + sizes, sizes)
        if self._seed is None:
            times = map(self._time, components.tolist(), windows.tolist())
            order = np.array([k for _, k in sorted(zip(times, range(len(windows)), strict=True))])
            return _Block(components[order], windows[order])
        # Components change places, and the windows of each stay in their order: those of an epoch
        # come before those of the next.
        order = Permutation(len(windows), self._seed, number)(np.arange(len(windows)))
        shuffled = np.empty_like(windows)
        shuffled[np.argsort(components[order], kind="stable")] = windows
        return _Block(components[order], shuffled)
