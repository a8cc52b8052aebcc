"""Character classes and folding, the same on every Python version.

Kernels cannot call `unicodedata`, and its answers change with the Python version; so the package
ships two tables (Unicode 14, made by tools/make_character_tables.py) and passes them to kernels as
arguments.
"""

from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel

OTHER = 0
"""Symbols, emoji, unassigned."""
SPACE = 1
LETTER = 2
"""Letters and their combining marks, in scripts that separate words."""
DIGIT = 3
PUNCTUATION = 4
UNSPACED = 5
"""A character of a script without spaces between words (Han, kana, Thai, Lao, Khmer, Myanmar)."""
IGNORABLE = 6
"""Control and format characters, for example a zero-width joiner or a soft hyphen."""


_HAN_RANGES = np.array(
    [(0x3005, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF)]
)


class Characters(NamedTuple):
    """The two tables that kernels take."""

    classes: NDArray[np.uint8]
    """uint8[0x110000], class of each code point."""
    folds: NDArray[np.uint16]
    """uint16[0x10000], each BMP code point after NFKC and case folding (if that is one)."""


@cache
def characters() -> Characters:
    """Loads the shipped tables (1.2 MB, once per process).

    >>> table = characters()
    >>> int(table.classes[ord("中")]) == UNSPACED, chr(table.folds[ord("Ａ")])
    (True, 'a')
    """
    with resources.files(__package__).joinpath("characters.npz").open("rb") as file:
        tables = np.load(file)
        return Characters(tables["classes"], tables["folds"])


@kernel
def decode(data, i):  # type: ignore[no-untyped-def]
    """Reads the code point that starts at byte `i` of valid UTF-8; returns (code point, next i).

    >>> code_point, following = decode.py_func(np.frombuffer("é".encode(), np.uint8), 0)
    >>> int(code_point), following
    (233, 2)
    """
    b = np.int64(data[i])
    if b < 0x80:
        return b, i + 1
    if b < 0xE0:
        return ((b & 0x1F) << 6) | (np.int64(data[i + 1]) & 0x3F), i + 2
    if b < 0xF0:
        return (
            ((b & 0x0F) << 12)
            | ((np.int64(data[i + 1]) & 0x3F) << 6)
            | (np.int64(data[i + 2]) & 0x3F),
            i + 3,
        )
    return (
        ((b & 0x07) << 18)
        | ((np.int64(data[i + 1]) & 0x3F) << 12)
        | ((np.int64(data[i + 2]) & 0x3F) << 6)
        | (np.int64(data[i + 3]) & 0x3F),
        i + 4,
    )


@kernel
def encode(out, o, code_point):  # type: ignore[no-untyped-def]
    """Writes a code point as UTF-8 from byte `o` on; returns the index after it.

    >>> out = np.zeros(4, np.uint8)
    >>> size = encode.py_func(out, 0, 0x4E2D)
    >>> bytes(out[:size]).decode()
    '中'
    """
    if code_point < 0x80:
        out[o] = code_point
        return o + 1
    if code_point < 0x800:
        out[o] = 0xC0 | code_point >> 6
        out[o + 1] = 0x80 | code_point & 0x3F
        return o + 2
    if code_point < 0x10000:
        out[o] = 0xE0 | code_point >> 12
        out[o + 1] = 0x80 | code_point >> 6 & 0x3F
        out[o + 2] = 0x80 | code_point & 0x3F
        return o + 3
    out[o] = 0xF0 | code_point >> 18
    out[o + 1] = 0x80 | code_point >> 12 & 0x3F
    out[o + 2] = 0x80 | code_point >> 6 & 0x3F
    out[o + 3] = 0x80 | code_point & 0x3F
    return o + 4


@kernel
def is_han(code_point):  # type: ignore[no-untyped-def]
    """Says whether a code point is a Chinese character, whichever language writes it.

    >>> is_han.py_func(ord("中")), is_han.py_func(ord("カ"))
    (True, False)
    """
    for k in range(len(_HAN_RANGES)):
        if _HAN_RANGES[k, 0] <= code_point <= _HAN_RANGES[k, 1]:
            return True
    return False
