"""Characters as blocks of text count them, in all scripts alike."""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel

# What is known of a character, one byte each.
WORTH: Final = 3
"""The two lowest bits: letters of English that it is worth."""
STOP: Final = 4
"""Ends of sentences: Latin, CJK (also half and full width), Arabic, Devanagari, Ethiopic."""
COMMA: Final = 8
CLOSING: Final = 16
"""What may stand behind the end of a sentence."""
CAPITAL: Final = 32
DIGIT: Final = 64
SYMBOL: Final = 128
"""Frequent in programs."""

_KINDS: Final = (
    (STOP, ".!?…。！？．｡؟۔।॥።։။។"),
    (COMMA, ",;、，；､،؛၊፣"),
    (CLOSING, "\"')]»’”」』〉》】）］"),
    (CAPITAL, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    (DIGIT, "0123456789"),
    (SYMBOL, "{};=<>#_$|\\/"),
)
_BASIC: Final = 0x10000
_ASTRAL_HAN: Final = 0x20000

_LT: Final = 0x3C
_GT: Final = 0x3E
_AMP: Final = 0x26
_QUOTE: Final = 0x22
_SPACE: Final = 0x20


@cache
def letters() -> NDArray[np.uint8]:
    """uint8[0x10000], what is known of each character of the basic plane.

    >>> table = letters()
    >>> [int(table[ord(c)] & WORTH) for c in "aあ한中"], int(table[ord("。")]) == STOP | 1
    ([1, 2, 2, 3], True)
    """
    table = np.ones(_BASIC, np.uint8)
    for first, last, worth in (
        (0x3040, 0x30FF, 2),
        (0xAC00, 0xD7AF, 2),
        (0x3400, 0x9FFF, 3),
        (0xF900, 0xFAFF, 3),
    ):
        table[first : last + 1] = worth
    for kind, characters in _KINDS:
        table[[ord(character) for character in characters]] |= kind
    return table


@kernel
def letter_kind(table, code_point):  # type: ignore[no-untyped-def]
    """What is known of a character, of all planes."""
    if code_point < _BASIC:
        return np.int64(table[code_point])
    return np.int64(3 if code_point >= _ASTRAL_HAN else 1)


@kernel
def read_entity(html, i, stop):  # type: ignore[no-untyped-def]
    """Reads one of the entities that a serialised page has; returns (its character, next index)."""
    if i + 3 < stop and html[i + 2] == 0x74 and html[i + 3] == 0x3B:
        if html[i + 1] == 0x6C:
            return _LT, i + 4
        if html[i + 1] == 0x67:
            return _GT, i + 4
    if i + 4 < stop and html[i + 4] == 0x3B and html[i + 1] == 0x61 and html[i + 2] == 0x6D:
        return _AMP, i + 5
    if i + 5 < stop and html[i + 5] == 0x3B:
        if html[i + 1] == 0x6E and html[i + 2] == 0x62:
            return _SPACE, i + 6
        if html[i + 1] == 0x71 and html[i + 2] == 0x75:
            return _QUOTE, i + 6
    return _AMP, i + 1
