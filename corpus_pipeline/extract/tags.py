"""Tags of a parsed page: their numbers, their ends, and what their attributes say."""

from typing import Final

import numpy as np

from corpus_pipeline.extract.steps import FNV_BASIS, FNV_PRIME, find_name, hash_name
from corpus_pipeline.kernels import kernel

_LT: Final = 0x3C
_GT: Final = 0x3E
_QUOTE: Final = 0x22
_SLASH: Final = 0x2F
_SPACE: Final = 0x20


_WORDS: Final = (
    *("display:none", "visibility:hidden", "opacity:0", ":-999"),
    *("true", "math/tex", "application/x-tex", "{\\displaystyle"),
)
"""Beginnings of values; a style with one of the first four hides its element."""
_HIDING: Final = 4
_OPACITY_0: Final = 2
# Typed: for each literal the kernel that takes it would be compiled anew.
_TRUE: Final = np.int64(4)
_MATH_TEX: Final = np.int64(5)
_X_TEX: Final = np.int64(6)
DISPLAYSTYLE: Final = np.int64(7)
_LETTERS: Final = np.frombuffer("".join(_WORDS).encode(), np.uint8)
_STARTS: Final = np.cumsum([0, *(len(word) for word in _WORDS)])

_CLASS: Final = np.uint64(hash_name("class"))
_ID: Final = np.uint64(hash_name("id"))
_ROLE: Final = np.uint64(hash_name("role"))
_ITEMPROP: Final = np.uint64(hash_name("itemprop"))
_STYLE: Final = np.uint64(hash_name("style"))
_HIDDEN_NAME: Final = np.uint64(hash_name("hidden"))
_ARIA_HIDDEN: Final = np.uint64(hash_name("aria-hidden"))
_HREF: Final = np.uint64(hash_name("href"))
_TYPE: Final = np.uint64(hash_name("type"))
_ENCODING: Final = np.uint64(hash_name("encoding"))
_ALT: Final = np.uint64(hash_name("alt"))
_ALTTEXT: Final = np.uint64(hash_name("alttext"))
_START: Final = np.uint64(hash_name("start"))
_OPEN: Final = np.uint64(hash_name("open"))

# What attributes say besides hints.
NOT_SHOWN: Final = 1
NOT_READ_OUT: Final = 2
LEADS: Final = 4
IS_TEX: Final = 8
IS_OPEN: Final = 16


@kernel
def begins(html, start, stop, word):  # type: ignore[no-untyped-def]
    """Whether a value begins with a word, in any case and with spaces in between.

    Args:
        word: its number in `_WORDS`.

    Returns the index after it, or -1.
    """
    i = start
    for j in range(_STARTS[word], _STARTS[word + 1]):
        while i < stop and i > start and html[i] <= _SPACE:
            i += 1
        if i >= stop:
            return -1
        b = html[i] | 0x20 if 0x41 <= html[i] <= 0x5A else html[i]
        if b != _LETTERS[j]:
            return -1
        i += 1
    return i


@kernel
def _style_hides(html, start, stop):  # type: ignore[no-untyped-def]
    for i in range(start, stop):
        for word in range(_HIDING):
            if html[i] | 0x20 == _LETTERS[_STARTS[word]]:
                after = begins(html, i, stop, word)
                if after >= 0 and (
                    word != _OPACITY_0
                    or after == stop
                    or html[after] == 0x3B
                    or html[after] == _SPACE
                    or html[after] == 0x21
                ):
                    return True
    return False


@kernel
def _hints(html, start, stop, moves, found):  # type: ignore[no-untyped-def]
    """Hints of the words of a value. A capital after a small letter begins a word."""
    hints = np.uint32(0)
    state = moves[0, 0]
    small = False
    for i in range(start, stop):
        b = html[i]
        letter = 0
        if 0x61 <= b <= 0x7A:
            letter = b - 0x60
            small = True
        elif 0x41 <= b <= 0x5A:
            letter = b - 0x40
            if small:
                state = moves[state, 0]
                hints |= found[state]
            small = False
        state = moves[state, letter]
        hints |= found[state]
    return hints | found[moves[state, 0]]


@kernel
def _number(html, start, stop):  # type: ignore[no-untyped-def]
    """The number that a value is; 1 if it is none."""
    number = 0
    for i in range(start, min(stop, start + 9)):
        if not 0x30 <= html[i] <= 0x39:
            return 1
        number = 10 * number + html[i] - 0x30
    return number


@kernel
def read_attributes(html, i, stop, moves, found):  # type: ignore[no-untyped-def]
    """Reads the attributes of a tag from after its name on.

    Returns (index after the tag, hints, what else they say, start and end of an alternative text,
    the number that a list starts with).
    """
    hints = np.uint32(0)
    says = 0
    alt_start = 0
    alt_stop = 0
    number = 1
    while i < stop and html[i] != _GT:
        if html[i] <= _SPACE or html[i] == _SLASH:
            i += 1
            continue
        start = i
        name = FNV_BASIS
        while i < stop and html[i] != 0x3D and html[i] != _GT and html[i] > _SPACE:
            name = (name ^ np.uint64(html[i])) * FNV_PRIME
            i += 1
        value = i
        value_stop = i
        if i + 1 < stop and html[i] == 0x3D and html[i + 1] == _QUOTE:
            i += 2
            value = i
            while i < stop and html[i] != _QUOTE:
                i += 1
            value_stop = i
            i += 1
        elif i == start:
            i += 1
        if i > stop:
            i = stop
        if name in (_CLASS, _ID, _ROLE, _ITEMPROP):
            hints |= _hints(html, value, value_stop, moves, found)
        elif name == _HREF:
            says |= LEADS
        elif name == _STYLE:
            if _style_hides(html, value, value_stop):
                says |= NOT_SHOWN
        elif name in (_ALT, _ALTTEXT):
            alt_start = value
            alt_stop = value_stop
        elif name == _HIDDEN_NAME:
            says |= NOT_SHOWN
        elif name == _ARIA_HIDDEN:
            if begins(html, value, value_stop, _TRUE) == value_stop:
                says |= NOT_READ_OUT
        elif name in (_TYPE, _ENCODING):
            if begins(html, value, value_stop, _MATH_TEX if name == _TYPE else _X_TEX) >= 0:
                says |= IS_TEX
        elif name == _START:
            number = _number(html, value, value_stop)
        elif name == _OPEN:
            says |= IS_OPEN
    return min(i + 1, stop), hints, says, alt_start, alt_stop, number


@kernel
def tag_number(name, names, numbers):  # type: ignore[no-untyped-def]
    """The number of the tag whose name has this hash; 0 of any other."""
    at = find_name(names, name)
    return np.int64(numbers[at]) if at >= 0 else np.int64(0)


@kernel
def after_byte(html, i, stop, byte):  # type: ignore[no-untyped-def]
    """The index after the next such byte, or `stop`."""
    while i < stop:
        if html[i] == byte:
            return i + 1
        i += 1
    return stop


@kernel
def count_tags(html):  # type: ignore[no-untyped-def]
    """Start tags, and texts before a tag."""
    tags = 0
    texts = 1
    for i in range(len(html) - 1):
        if html[i] == _LT:
            if html[i + 1] != _SLASH:
                tags += 1
            if i > 0 and html[i - 1] != _GT:
                texts += 1
    return tags, texts
