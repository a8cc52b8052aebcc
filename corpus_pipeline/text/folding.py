"""The spelling in which texts are compared word by word: composed, without compatibility forms.

`split_words` folds what is one character before and after (case, width). What it cannot fold is
replaced here beforehand:

    e + U+0301 -> é        ﾊ + ﾞ -> バ        ﬁ -> fi        ㎡ -> m2        𝐀 -> A

so an item of an evaluation set in NFD, or a page that came out of a PDF, has the words that it
shows. A column that needs nothing comes back as it is, without a copy.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import chain
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import decode
from corpus_pipeline.text.columns import as_texts, utf8_buffers

#: Set for a character that NFKC replaces by several letters or digits, or that the tables of
#: `characters` do not fold.
_EXPANDS = 1
#: Set for a character that may compose with the one before it, or change places with it.
_ATTACHES = 2

#: Where compatibility characters with letters and digits stand beyond the BMP.
_BEYOND = (range(0x1D400, 0x1D800), range(0x1F100, 0x1F300), range(0x2F800, 0x2FA20))
#: Thai and Lao AM, which every Thai text has: NFC keeps them, and so do we.
_KEPT = frozenset("\u0e33\u0eb3\u2122\u2120")
#: Vowels and finals of Hangul that compose with the jamo before them, and half-width sound marks.
_JAMO = (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))
_SOUND_MARKS = "\uff9e\uff9f"
#: Marks after one base that are put together; more are no language's.
_MARKS = 30


@cache
def _flags() -> NDArray[np.uint8]:
    """uint8[0x110000], `_EXPANDS` and `_ATTACHES` of each code point (1.1 MB)."""
    flags = np.zeros(0x110000, np.uint8)
    flags[list(_JAMO)] = _ATTACHES
    for code_point in chain(range(0x80, 0xD800), range(0xF900, 0x10000), *_BEYOND):
        character = chr(code_point)
        if unicodedata.combining(character):
            flags[code_point] = _ATTACHES
        parts = unicodedata.decomposition(character).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            flags[int(parts[1], 16)] |= _ATTACHES
        if 0xAC00 <= code_point < 0xD7A4 or not parts or character in _KEPT:
            continue
        folded = unicodedata.normalize("NFKC", character)
        if folded != character and (len(folded) > 1 or code_point > 0xFFFF):
            composite = not parts[0].startswith("<")  # NFC decomposes a few for ever.
            if not composite and any(each.isalnum() for each in folded):
                flags[code_point] |= _EXPANDS
    for mark in _SOUND_MARKS:
        flags[ord(mark)] = _EXPANDS | _ATTACHES
    return flags


@cache
def _flagged_beginnings() -> NDArray[np.bool_]:
    """bool[0x10000]: true for two first bytes of UTF-8 with which some flagged character begins."""
    beginnings = np.zeros(0x10000, np.bool_)
    for code_point in np.flatnonzero(_flags()).tolist():
        first, second = chr(code_point).encode()[:2]
        beginnings[first << 8 | second] = True
    return beginnings


@kernel
def _flagged(data, offsets, beginnings, flags, found):  # type: ignore[no-untyped-def]
    """Writes to `found[row]` the flags of the characters of each row, all together.

    Looks at every byte and the next one, whether or not a character begins there: so no step waits
    for the one before, as it would from character to character.
    """
    for row in range(len(offsets) - 1):
        i, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        every = np.uint8(0)
        while i < stop:
            end = min(i + 16, stop)
            union = np.uint8(0)
            for k in range(i, end):
                union |= data[np.uint64(k)]
            if union >= 0x80:
                # No character of several bytes begins with the last one.
                for k in range(i, min(end, stop - 1)):
                    byte, following = data[np.uint64(k)], data[np.uint64(k + 1)]
                    if beginnings[np.uint64(byte) << np.uint64(8) | np.uint64(following)]:
                        code_point, _ = decode(data, k)
                        every |= flags[code_point]
            i = end
        found[row] = every


class Respelt(NamedTuple):
    """The rows of a column that their comparable spelling changes."""

    rows: NDArray[np.int64]
    """int64[R], ascending."""
    texts: pa.Array
    """string[R], in comparable spelling."""


def respelt_texts(texts: pa.Array) -> Respelt:
    """Puts those texts of a `string` column that need it into comparable spelling.

    Which characters attach or expand is Python's; versions differ only in characters that are newer
    than the older one.

    >>> respelt_texts(pa.array(["e\\u0301 ﬁn", None, "ﾊﾞｽ", "中文"]))[0].tolist()
    [0, 2]
    """
    texts = as_texts(texts)
    data, offsets = utf8_buffers(texts)
    found = np.zeros(len(texts), np.uint8)
    _flagged(data, offsets, _flagged_beginnings(), _flags(), found)
    rows, new = [], []
    for row in np.flatnonzero(found).tolist():
        text = texts[row].as_py()
        if found[row] & _EXPANDS or not unicodedata.is_normalized("NFC", text):
            spelling = _comparable(text)
            if spelling != text:
                rows.append(row)
                new.append(spelling)
    return Respelt(np.array(rows, np.int64), pa.array(new, pa.string()))


def comparable_texts(texts: pa.Array) -> pa.Array:
    """Puts a `string` column into the spelling in which its words are compared.

    >>> comparable_texts(pa.array(["e\\u0301 ﬁn", None, "ﾊﾞｽ", "中文"])).to_pylist()
    ['é fin', None, 'バｽ', '中文']
    """
    texts = as_texts(texts)
    rows, new = respelt_texts(texts)
    if not len(rows):
        return texts
    mask = np.zeros(len(texts), np.bool_)
    mask[rows] = True
    return pc.replace_with_mask(texts, pa.array(mask), new)


def _comparable(text: str) -> str:
    pieces, done = [], 0
    for start, stop in _replaced(text):
        pieces += [text[done:start], unicodedata.normalize("NFKC", text[start:stop])]
        done = stop
    return "".join([*pieces, text[done:]])


def _replaced(text: str) -> Iterator[tuple[int, int]]:
    """Yields where the clusters of a text begin and end: a character that expands, or any one with
    those that attach to it."""
    flags = _flags()[np.frombuffer(text.encode("utf-32-le"), np.uint32)]
    done = 0
    for at in np.flatnonzero(flags).tolist():
        if at < done:
            continue
        start = at - 1 if flags[at] & _ATTACHES and at > done else at
        stop = start + 1
        while stop < len(flags) and stop - start <= _MARKS and flags[stop] & _ATTACHES:
            stop += 1
        if stop - start > 1 or flags[start] & _EXPANDS:
            yield start, stop
            done = stop


def source_offsets(text: str, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Says where in a text stands what stands at byte offsets of its comparable spelling.

    Args:
        text: as it is.
        offsets: int64[N], ascending, bytes of `comparable_texts` of it.

    Returns:
        int64[N], bytes of the text; within a replaced character its first byte.

    >>> source_offsets("e\\u0301 ﬁn", np.array([0, 2, 3, 4, 5])).tolist()
    [0, 3, 4, 4, 7]
    """
    # Of each replaced cluster: where it begins, and what comes after it, in both spellings.
    old, new = [0], [0]
    at = before = shift = 0
    for start, stop in _replaced(text):
        at += len(text[before:start].encode())
        before = stop
        old.append(at)
        new.append(at + shift)
        size = len(text[start:stop].encode())
        shift += len(unicodedata.normalize("NFKC", text[start:stop]).encode()) - size
        at += size
        old.append(at)
        new.append(at + shift)
    segment = np.searchsorted(np.array(new), offsets, side="right") - 1
    inside = segment % 2 == 1  # From a cluster's begin on, up to its end.
    return np.array(old)[segment] + np.where(inside, 0, offsets - np.array(new)[segment])
