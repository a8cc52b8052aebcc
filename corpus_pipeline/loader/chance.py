"""Chance that is computed: a draw is a hash of the seed, the sample and what is drawn.

So it is the same for any number of ranks, and after a resume.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.tokens.keys import mixed


def draws(
    seed: int, purpose: str, samples: NDArray[np.int64], numbers: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """Draws an even number of 64 bits for each sample and number.

    Args:
        seed: 0 to 2**64 - 1.
        purpose: what is drawn; other purposes have other draws.
        samples: int64, of any shape but a single number.
        numbers: int64, of a shape that goes with it; no single number either.

    >>> samples, numbers = np.arange(3)[:, None], np.arange(2)
    >>> draws(1, "a", samples, numbers).shape
    (3, 2)
    """
    digest = hashlib.sha256(f"{seed} {purpose}".encode()).digest()
    first, second = (np.uint64(int.from_bytes(digest[k : k + 8], "little")) for k in (0, 8))
    values = mixed(samples.astype(np.uint64) ^ first)
    return mixed(values ^ mixed(numbers.astype(np.uint64) ^ second) ^ first)


def below(draws: NDArray[np.uint64], limits: NDArray[np.int64]) -> NDArray[np.int64]:
    """Makes numbers from 0 to below a limit of draws.

    Args:
        draws: uint64[K].
        limits: int64[K], each 1 to 2**31.

    >>> below(np.array([0, 2**63, 2**64 - 1], np.uint64), np.array([10, 10, 10])).tolist()
    [0, 5, 9]
    """
    scaled = (draws >> np.uint64(32)) * limits.astype(np.uint64)
    return (scaled >> np.uint64(32)).astype(np.int64)


def happens(draws: NDArray[np.uint64], rate: float) -> NDArray[np.bool_]:
    """Says of each draw whether what has this probability happens.

    >>> happens(np.array([0, 2**62, 2**63], np.uint64), 0.5).tolist()
    [True, True, False]
    """
    return draws >> np.uint64(11) < np.uint64(round(rate * (1 << 53)))
