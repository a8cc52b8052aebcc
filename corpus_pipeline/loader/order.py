"""The order in which sequences are seen: a permutation that is computed, not stored.

    index ──► Feistel network on 2h bits ──► below n? ──yes──► place
                       ▲                        │ no
                       └────────────────────────┘   (cycle walking)

A Feistel network is a bijection whatever its round function; walking along its cycles until the
result is below n makes it a bijection of 0 ... n - 1 (Black and Rogaway, "Ciphers with Arbitrary
Finite Domains", 2002, section 3). The permutation is a function of (seed, epoch, n) alone, so any
process can say which sequence comes k-th, and resuming needs one counter.
"""

import functools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.tokens.keys import mixed

#: Rounds of the network. Four make a pseudo-random permutation of a good round function (Luby and
#: Rackoff, 1988); two more make up for small domains.
_ROUNDS = 6

_MASK = (1 << 64) - 1


def _splitmix64(state: int) -> int:
    """One output of the splitmix64 generator, as a Python integer."""
    z = (state + 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


class Permutation:
    """A permutation of 0 ... n - 1, defined by (n, seed, epoch).

    >>> sorted(Permutation(5, seed=1, epoch=0)(np.arange(5)).tolist())
    [0, 1, 2, 3, 4]
    """

    def __init__(self, n: int, seed: int, epoch: int) -> None:
        """Derives the keys.

        Args:
            n: number of positions, 1 to 2**62.
            seed: 0 to 2**64 - 1.
            epoch: at least 0.
        """
        if not 1 <= n <= 1 << 62:
            raise ValueError(f"a permutation has 1 to 2**62 places, got {n}; use other data")
        self._n = np.uint64(n)
        half = max(1, ((n - 1).bit_length() + 1) // 2)
        self._half = np.uint64(half)
        self._low = np.uint64((1 << half) - 1)
        state = _splitmix64(_splitmix64(seed & _MASK) ^ epoch)
        self._keys = [np.uint64(_splitmix64(state + i)) for i in range(_ROUNDS)]

    def __call__(self, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns the place of each index.

        Args:
            indices: int64[K], each 0 to n - 1.

        Returns:
            int64[K].
        """
        positions = self._network(indices.astype(np.uint64))
        # 2**(2 * half) is below 4 n, so a place is found after 4 steps on average.
        outside = np.flatnonzero(positions >= self._n)
        while len(outside):
            positions[outside] = self._network(positions[outside])
            outside = outside[positions[outside] >= self._n]
        return positions.astype(np.int64)

    def _network(self, values: NDArray[np.uint64]) -> NDArray[np.uint64]:
        left, right = values >> self._half, values & self._low
        for key in self._keys:
            left, right = right, left ^ (mixed(right ^ key) & self._low)
        return (left << self._half) | right


#: Tokens of a block of windows that follow one another, and blocks that are shuffled together: what
#: is read at one time is 2**27 tokens.
_BLOCK_TOKENS = 1 << 24
_GROUP = 8


class BlockPermutation:
    """A permutation that moves blocks about, and mixes what is in a few of them.

        windows    |0 1 2|3 4 5|6 7 8|9 10 11|12      blocks of 3, groups of 2, the short block last
        blocks     |6 7 8|0 1 2 : 9 10 11|3 4 5 : 12  permuted
        order       1 7 6 2 8 0 : 4 11 3 9 5 10 : 12  permuted in each group

    >>> BlockPermutation(5, seed=1, epoch=0, block=2)(np.arange(5))[-1]
    np.int64(4)
    """

    def __init__(self, n: int, seed: int, epoch: int, block: int) -> None:
        """Derives the keys.

        Args:
            n: number of positions, 1 to 2**62.
            seed: 0 to 2**64 - 1.
            epoch: at least 0.
            block: positions of a block.
        """
        self._n = n
        self._block = block
        self._whole = n // block
        self._seed, self._epoch = seed, epoch
        self._blocks = Permutation(max(self._whole, 1), seed, epoch)

    def __call__(self, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns the place of each index.

        Args:
            indices: int64[K], each 0 to n - 1.

        Returns:
            int64[K].
        """
        places = np.empty_like(indices)
        groups = np.minimum(indices, self._whole * self._block) // (self._block * _GROUP)
        last = indices >= self._whole * self._block
        groups[last] = -1
        for group in np.unique(groups).tolist():
            here = groups == group
            low = self._whole * self._block if group < 0 else group * self._block * _GROUP
            high = (
                self._n if group < 0 else min(low + self._block * _GROUP, self._whole * self._block)
            )
            # Groups of an epoch have keys of their own.
            key = _splitmix64(self._seed ^ _splitmix64(group + 2))
            inside = Permutation(high - low, key, self._epoch)(indices[here] - low) + low
            if group >= 0:
                blocks = self._blocks(inside // self._block)
                inside = blocks * self._block + inside % self._block
            places[here] = inside
        return places


@functools.lru_cache(64)
def window_order(
    shuffle: str, n: int, seed: int, epoch: int, length: int
) -> Callable[[NDArray[np.int64]], NDArray[np.int64]]:
    """Returns the order of the n windows of an epoch.

    Args:
        shuffle: `global` or `blocks`.
        n: at least 1.
        seed: of the component.
        epoch: its number.
        length: tokens of a window.
    """
    if shuffle == "global":
        return Permutation(n, seed, epoch)
    return BlockPermutation(n, seed, epoch, max(_BLOCK_TOKENS // length, 1))
