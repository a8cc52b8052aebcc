"""Words as hashes: the view of a text that deduplication and decontamination compare.

A word is a maximal run of letters, marks and digits; in scripts without spaces every character is a
word. Case, width (Ａ = A) and punctuation do not count, nor do ignorable characters inside a word.

    "Ｈello, World 你好"  ->  hello | world | 你 | 好
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import (
    DIGIT,
    IGNORABLE,
    LETTER,
    PUNCTUATION,
    UNSPACED,
    characters,
    decode,
)
from corpus_pipeline.text.columns import as_texts, utf8_buffers

#: Start value and multiplier of the word hash (odd 64-bit constants of the splitmix64 family).
_SEED = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLIER = np.uint64(0xD6E8FEB86659FD93)

#: This bit of a word's hash is set if the word is a single character of an unspaced script.
UNSPACED_BIT = np.uint64(1)

# What a byte is to the splitter; any other value is the folded ASCII letter or digit itself.
_BREAK = 0
_DECODE = 1


class Words(NamedTuple):
    """The words of N texts, one after another. Text i has words `offsets[i]:offsets[i + 1]`."""

    offsets: NDArray[np.int64]
    """int64[N + 1]."""
    starts: NDArray[np.int32]
    """int32[W], first byte of each word in the column's data buffer."""
    ends: NDArray[np.int32]
    """int32[W], the byte after each word."""
    hashes: NDArray[np.uint64]
    """uint64[W], hash of the folded word; the lowest bit, `UNSPACED_BIT`, tells its kind."""


@kernel
def mix(h):  # type: ignore[no-untyped-def]
    """Finalises a 64-bit hash (murmur3's fmix64): every input bit changes every output bit."""
    h ^= h >> np.uint64(33)
    h *= np.uint64(0xFF51AFD7ED558CCD)
    h ^= h >> np.uint64(33)
    h *= np.uint64(0xC4CEB9FE1A85EC53)
    return h ^ (h >> np.uint64(33))


@cache
def _byte_units() -> NDArray[np.uint8]:
    """uint8[256]: `_BREAK`, `_DECODE` (look at the code point) or a folded letter or digit."""
    table = characters()
    classes = table.classes[:128]
    units = np.full(256, _DECODE, np.uint8)
    units[:128] = np.where(
        (classes == LETTER) | (classes == DIGIT),
        table.folds[:128],
        np.where(classes == IGNORABLE, _DECODE, _BREAK),
    )
    return units


@kernel
def _absorb(h, code_point):  # type: ignore[no-untyped-def]
    h = (h ^ np.uint64(code_point)) * _MULTIPLIER
    return h ^ (h >> np.uint64(29))


@kernel
def _split(data, offsets, units, classes, folds, word_offsets, starts, ends, hashes):  # type: ignore[no-untyped-def]
    """Fills the arrays of `Words`.

    `starts`, `ends` and `hashes` have room for (bytes + rows) // 2 words: a word takes a byte and
    the break after it another, unless a text ends or a character of an unspaced script (3 bytes or
    more) follows. Indices are unsigned where it counts: that saves numba's test for negative ones.
    """
    count = np.uint64(0)
    one = np.uint64(1)
    for row in range(len(offsets) - 1):
        word_offsets[row] = count
        i = np.int64(offsets[row])
        stop = np.int64(offsets[row + 1])
        start = np.int64(-1)
        end = i
        h = _SEED
        while i < stop:
            unit = units[data[np.uint64(i)]]
            if unit > _DECODE:
                if start < 0:
                    start = i
                    h = _SEED
                while unit > _DECODE:
                    h = _absorb(h, unit)
                    i += 1
                    if i >= stop:
                        break
                    unit = units[data[np.uint64(i)]]
                end = i
                continue
            following = i + 1
            kind = PUNCTUATION
            code_point = np.int64(0)
            if unit == _DECODE:
                code_point, following = decode(data, i)
                kind = classes[code_point]
                if code_point < 65536:
                    code_point = np.int64(folds[code_point])
            if kind in (LETTER, DIGIT):
                if start < 0:
                    start = i
                    h = _SEED
                h = _absorb(h, code_point)
                end = following
            elif kind != IGNORABLE:
                if start >= 0:
                    starts[count], ends[count] = start, end
                    hashes[count] = mix(h) & ~UNSPACED_BIT
                    count += one
                    start = np.int64(-1)
                if kind == UNSPACED:
                    starts[count], ends[count] = i, following
                    hashes[count] = mix(_absorb(_SEED, code_point)) | UNSPACED_BIT
                    count += one
            i = following
        if start >= 0:
            starts[count], ends[count] = start, end
            hashes[count] = mix(h) & ~UNSPACED_BIT
            count += one
    word_offsets[len(offsets) - 1] = count
    return count


def split_words(texts: pa.Array) -> Words:
    """Splits a `string` column into words and hashes each.

    Memory: 8 bytes for each byte of text while it runs, 16 bytes for each word afterwards.

    >>> words = split_words(pa.array(["Ｈello, World 你好", None, "hello"]))
    >>> words.offsets.tolist()
    [0, 4, 4, 5]
    >>> bool(words.hashes[0] == words.hashes[4])
    True
    """
    texts = as_texts(texts)
    data, offsets = utf8_buffers(texts)
    room = (int(offsets[-1] - offsets[0]) + len(texts)) // 2
    table = characters()
    word_offsets = np.zeros(len(offsets), np.int64)
    starts, ends = np.empty(room, np.int32), np.empty(room, np.int32)
    hashes = np.empty(room, np.uint64)
    count = _split(
        data,
        offsets,
        _byte_units(),
        table.classes,
        table.folds,
        word_offsets,
        starts,
        ends,
        hashes,
    )
    return Words(word_offsets, starts[:count].copy(), ends[:count].copy(), hashes[:count].copy())
