"""The spelling in which texts are compared word by word: composed, without compatibility forms.

`split_words` folds what is one character before and after (case, width). What it cannot fold is
replaced here beforehand:

    e + U+0301 -> é        ﾊ + ﾞ -> バ        ﬁ -> fi        ㎡ -> m2        𝐀 -> A

so an item of an evaluation set in NFD, or a page that came out of a PDF, has the words that it
shows. A column that needs nothing comes back as it is, without a copy.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import decode
from corpus_pipeline.text.columns import utf8_buffers

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
def _clusters() -> "re.Pattern[str]":
    flags = _flags()
    attaching = _class(np.flatnonzero(flags & _ATTACHES))
    expanding = _class(np.flatnonzero(flags & _EXPANDS))
    return re.compile(f".[{attaching}]{{1,{_MARKS}}}|[{expanding}]", re.DOTALL)


def _class(code_points: Iterable[int]) -> str:
    return "".join(re.escape(chr(code_point)) for code_point in code_points)


@kernel
def _flagged(data, offsets, flags, found):  # type: ignore[no-untyped-def]
    """Writes to `found[row]` the flags of the characters of each row, all together."""
    for row in range(len(offsets) - 1):
        i, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        every = np.uint8(0)
        while i < stop:
            if data[np.uint64(i)] < 0x80:
                i += 1
                continue
            code_point, i = decode(data, i)
            every |= flags[code_point]
        found[row] = every


def comparable_texts(texts: pa.Array) -> pa.Array:
    """Puts a `string` column into the spelling in which its words are compared.

    Which characters attach or expand is Python's; versions differ only in characters that are newer
    than the older one.

    >>> comparable_texts(pa.array(["e\\u0301 ﬁn", None, "ﾊﾞｽ", "中文"])).to_pylist()
    ['é fin', None, 'バｽ', '中文']
    """
    data, offsets = utf8_buffers(texts)
    found = np.zeros(len(texts), np.uint8)
    _flagged(data, offsets, _flags(), found)
    if not found.any():
        return texts
    mask = pa.array(found > 0)
    old = texts.filter(mask).to_pylist()
    new = [
        _comparable(text)
        if flags & _EXPANDS or not unicodedata.is_normalized("NFC", text)
        else text
        for text, flags in zip(old, found[found > 0].tolist(), strict=True)
    ]
    return texts if new == old else pc.replace_with_mask(texts, mask, pa.array(new, pa.string()))


def _comparable(text: str) -> str:
    return _clusters().sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)


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
    for match in _clusters().finditer(text):
        at += len(text[before : match.start()].encode())
        before = match.end()
        old.append(at)
        new.append(at + shift)
        size = len(match[0].encode())
        shift += len(unicodedata.normalize("NFKC", match[0]).encode()) - size
        at += size
        old.append(at)
        new.append(at + shift)
    place = np.searchsorted(np.array(new), offsets, side="right") - 1
    inside = place % 2 == 1  # From a cluster's begin on, up to its end.
    return np.array(old)[place] + np.where(inside, 0, offsets - np.array(new)[place])
