"""Chance from content: a 64-bit key of a document that is the same wherever and whenever it is met.

    content_hash (16 bytes) ──┐
    seed ─────────────────────┼─► mixed ─► uint64      below share * 2**64: chosen
    purpose ("split", ...) ───┘

Documents of the same content have the same key. Keys of different purposes know nothing of each
other, so what is held out is not also what comes first.
"""

import hashlib
from fractions import Fraction

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def content_keys(hashes: pa.Array, seed: int, purpose: str) -> NDArray[np.uint64]:
    """Returns a key for each of N documents.

    Args:
        hashes: N content hashes, type `fixed_size_binary(16)`, no nulls.
        seed: of the run, at least 0.
        purpose: what the chance is for; each purpose has keys of its own.

    Returns:
        uint64[N], evenly spread.

    >>> hashes = pa.array([b"0" * 16, b"1" * 16, b"0" * 16], pa.binary(16))
    >>> keys = content_keys(hashes, 1, "split")
    >>> bool(keys[0] == keys[2]), bool(keys[0] == keys[1])
    (True, False)
    >>> bool((keys == content_keys(hashes, 1, "order")).any())
    False
    """
    first, second = _halves(hashes)
    digest = hashlib.sha256(f"{purpose}/{seed}".encode()).digest()
    salt = np.uint64(int.from_bytes(digest[:8], "little"))
    return mixed(mixed(first ^ salt) ^ second)


def _halves(hashes: pa.Array) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    size = 16 * len(hashes)
    start = 16 * hashes.offset
    data = hashes.buffers()[1]
    pairs = np.frombuffer(data if data is not None else b"", np.uint8)[start : start + size]
    words = pairs.view("<u8").astype(np.uint64).reshape(-1, 2)
    return words[:, 0], words[:, 1]


def mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Returns murmur3's finaliser of each value: every input bit changes every output bit."""
    h = (values ^ (values >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    h = (h ^ (h >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return h ^ (h >> np.uint64(33))


def threshold(share: float) -> int:
    """Returns the key below which a share of all keys lies; exact for decimal fractions.

    >>> threshold(0.5) == 1 << 63, threshold(1), threshold(0)
    (True, 18446744073709551616, 0)
    """
    return int(Fraction(str(share)) * (1 << 64))
