"""Names of texts: 128 bits of XXH64 for the bytes as they are, and for the bytes without layout.

XXH64 is the published algorithm (xxHash specification 0.2, Y. Collet), so any tool can recompute a
content hash. Two hashes with the seeds 0 and 1 make 128 bits: among 10^12 different texts the
chance that any two share them is about 10^-15.
"""

from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import IGNORABLE, SPACE, characters, decode
from corpus_pipeline.text.columns import as_texts, utf8_buffers

# The five primes of the xxHash specification.
_PRIME_1 = np.uint64(0x9E3779B185EBCA87)
_PRIME_2 = np.uint64(0xC2B2AE3D27D4EB4F)
_PRIME_3 = np.uint64(0x165667B19E3779F9)
_PRIME_4 = np.uint64(0x85EBCA77C2B2AE63)
_PRIME_5 = np.uint64(0x27D4EB2F165667C5)

# What normalisation does with a byte; every byte of a longer code point is `_BEYOND_ASCII`.
_KEEP, _SPACE, _DROP, _BEYOND_ASCII = range(4)


@kernel
def _rotate(value, bits):  # type: ignore[no-untyped-def]
    return (value << np.uint64(bits)) | (value >> np.uint64(64 - bits))


@kernel
def _four_bytes(data, i):  # type: ignore[no-untyped-def]
    """Reads four little-endian bytes; LLVM joins the reads into one load."""
    at = np.uint64(i)
    return (
        np.uint64(data[at])
        | (np.uint64(data[at + np.uint64(1)]) << np.uint64(8))
        | (np.uint64(data[at + np.uint64(2)]) << np.uint64(16))
        | (np.uint64(data[at + np.uint64(3)]) << np.uint64(24))
    )


@kernel
def _eight_bytes(data, i):  # type: ignore[no-untyped-def]
    return _four_bytes(data, i) | (_four_bytes(data, i + 4) << np.uint64(32))


@kernel
def _round(accumulator, lane):  # type: ignore[no-untyped-def]
    return _rotate(accumulator + lane * _PRIME_2, 31) * _PRIME_1


@kernel
def _merge(h, accumulator):  # type: ignore[no-untyped-def]
    return (h ^ _round(np.uint64(0), accumulator)) * _PRIME_1 + _PRIME_4


@kernel
def xxh64(data, start, stop, seed):  # type: ignore[no-untyped-def]
    """Hashes `data[start:stop]` (uint8) with canonical XXH64 and a uint64 `seed`.

    >>> print(f"{xxh64(np.frombuffer(b'abc', np.uint8), 0, 3, np.uint64(0)):x}")
    44bc2cf5ad770999
    """
    i = np.int64(start)
    if stop - start >= 32:
        a = seed + _PRIME_1 + _PRIME_2
        b = seed + _PRIME_2
        c = seed
        d = seed - _PRIME_1
        while i + 32 <= stop:
            a = _round(a, _eight_bytes(data, i))
            b = _round(b, _eight_bytes(data, i + 8))
            c = _round(c, _eight_bytes(data, i + 16))
            d = _round(d, _eight_bytes(data, i + 24))
            i += 32
        h = _rotate(a, 1) + _rotate(b, 7) + _rotate(c, 12) + _rotate(d, 18)
        h = _merge(_merge(_merge(_merge(h, a), b), c), d)
    else:
        h = seed + _PRIME_5
    h += np.uint64(stop - start)
    while i + 8 <= stop:
        h = _rotate(h ^ _round(np.uint64(0), _eight_bytes(data, i)), 27) * _PRIME_1 + _PRIME_4
        i += 8
    if i + 4 <= stop:
        h = _rotate(h ^ (_four_bytes(data, i) * _PRIME_1), 23) * _PRIME_2 + _PRIME_3
        i += 4
    while i < stop:
        h = _rotate(h ^ (np.uint64(data[i]) * _PRIME_5), 11) * _PRIME_1
        i += 1
    h = (h ^ (h >> np.uint64(33))) * _PRIME_2
    h = (h ^ (h >> np.uint64(29))) * _PRIME_3
    return h ^ (h >> np.uint64(32))


@kernel
def _hash_rows(data, offsets, out):  # type: ignore[no-untyped-def]
    for row in range(len(offsets) - 1):
        start, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        out[row, 0] = xxh64(data, start, stop, np.uint64(0))
        out[row, 1] = xxh64(data, start, stop, np.uint64(1))


def content_hashes(texts: pa.Array) -> pa.Array:
    """Hashes each text of a `string` column to 16 bytes.

    Returns:
        fixed_size_binary(16)[N]: XXH64 of the UTF-8 bytes with seed 0, then with seed 1, each
        little-endian; null where the text is null.

    >>> content_hashes(pa.array(["abc", None])).to_pylist()[0].hex()
    '990977adf52cbc440889329981caa9be'
    """
    texts = as_texts(texts)
    data, offsets = utf8_buffers(texts)
    hashes = np.empty((len(texts), 2), np.uint64)
    _hash_rows(data, offsets, hashes)
    validity = None
    if texts.null_count:
        present = np.asarray(texts.is_valid().to_numpy(zero_copy_only=False), np.bool_)
        validity = pa.py_buffer(np.packbits(present, bitorder="little"))
    return pa.Array.from_buffers(
        pa.binary(16), len(texts), [validity, pa.py_buffer(hashes.astype("<u8", copy=False))]
    )


@cache
def _byte_actions() -> NDArray[np.uint8]:
    """uint8[256], what normalisation does with each byte."""
    actions = np.full(256, _BEYOND_ASCII, np.uint8)
    classes = characters().classes[:128]
    actions[:128] = np.where(classes == SPACE, _SPACE, np.where(classes == IGNORABLE, _DROP, _KEEP))
    return actions


@kernel
def _normalise(data, start, stop, actions, classes, out):  # type: ignore[no-untyped-def]
    """Writes `data[start:stop]` without layout to `out`; returns how many bytes that took."""
    size = 0
    i = start
    pending_space = False
    while i < stop:
        action = actions[data[np.uint64(i)]]
        following = i + 1
        if action == _BEYOND_ASCII:
            code_point, following = decode(data, i)
            kind = classes[code_point]
            action = _SPACE if kind == SPACE else (_DROP if kind == IGNORABLE else _KEEP)
        if action == _KEEP:
            if pending_space:
                out[np.uint64(size)] = 32
                size += 1
                pending_space = False
            while i < following:
                out[np.uint64(size)] = data[np.uint64(i)]
                size += 1
                i += 1
        elif action == _SPACE:
            # A space is written before the next kept character, so none is left at either end.
            pending_space = size > 0
        i = following
    return size


@kernel
def _hash_normalised_rows(data, offsets, actions, classes, scratch, seed_0, seed_1):  # type: ignore[no-untyped-def]
    for row in range(len(offsets) - 1):
        start, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        size = _normalise(data, start, stop, actions, classes, scratch)
        seed_0[row] = xxh64(scratch, 0, size, np.uint64(0))
        seed_1[row] = xxh64(scratch, 0, size, np.uint64(1))


def normalised_hashes(texts: pa.Array) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Hashes each text with its layout taken away: the key of exact deduplication.

    Each run of white space counts as one space, none counts at either end, and ignorable
    characters (zero-width, soft hyphen, control) do not count. Case and punctuation count, because
    code differs by them. Memory: the longest text once more.

    Returns:
        Two uint64[N]: XXH64 with seed 0 and with seed 1. A null text hashes like an empty one.

    >>> texts = pa.array(["你好\\u3000 world\\n", " 你好 wor\\u00adld", "你好world"])
    >>> first, second = normalised_hashes(texts)
    >>> bool(first[0] == first[1]), bool(first[0] == first[2])
    (True, False)
    """
    texts = as_texts(texts)
    data, offsets = utf8_buffers(texts)
    longest = int(np.diff(offsets).max(initial=0))
    seed_0, seed_1 = np.empty(len(texts), np.uint64), np.empty(len(texts), np.uint64)
    scratch = np.empty(longest, np.uint8)
    _hash_normalised_rows(
        data, offsets, _byte_actions(), characters().classes, scratch, seed_0, seed_1
    )
    return seed_0, seed_1
