"""Tags of a parsed page: their numbers, their ends, and what their attributes say."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.extract.steps import tag_name
from corpus_pipeline.kernels import kernel

_LT: Final = 0x3C
_GT: Final = 0x3E
_QUOTE: Final = 0x22
_SLASH: Final = 0x2F
_SPACE: Final = 0x20


def byte_array(text: str) -> NDArray[np.uint8]:
    """uint8[N], a word as kernels compare it."""
    return np.frombuffer(text.encode(), np.uint8)


_DISPLAY_NONE: Final = byte_array("display:none")
_VISIBILITY_HIDDEN: Final = byte_array("visibility:hidden")
_OPACITY_0: Final = byte_array("opacity:0")
_FAR_LEFT: Final = byte_array(":-999")
_CLASS: Final = byte_array("class")
_ID: Final = byte_array("id")
_ROLE: Final = byte_array("role")
_ITEMPROP: Final = byte_array("itemprop")
_STYLE: Final = byte_array("style")
_HIDDEN_NAME: Final = byte_array("hidden")
_ARIA_HIDDEN: Final = byte_array("aria-hidden")
_TRUE: Final = byte_array("true")
_HREF: Final = byte_array("href")
_TYPE: Final = byte_array("type")
_MATH_TEX: Final = byte_array("math/tex")
_ENCODING: Final = byte_array("encoding")
_X_TEX: Final = byte_array("application/x-tex")
_ALT: Final = byte_array("alt")
_ALTTEXT: Final = byte_array("alttext")
_START: Final = byte_array("start")
_OPEN: Final = byte_array("open")

# What attributes say besides hints.
NOT_SHOWN: Final = 1
NOT_READ_OUT: Final = 2
LEADS: Final = 4
IS_TEX: Final = 8
IS_OPEN: Final = 16


@kernel
def equals(html, start, stop, word):  # type: ignore[no-untyped-def]
    """Whether a part of a page is a word."""
    if stop - start != len(word):
        return False
    j = 0
    while j < len(word) and html[start + j] == word[j]:
        j += 1
    return j == len(word)


@kernel
def _begins(html, start, stop, word):  # type: ignore[no-untyped-def]
    """Whether a value begins with a word, in any case and with spaces in between.

    Returns the index after it, or -1.
    """
    j = 0
    i = start
    while j < len(word):
        if i >= stop:
            return -1
        b = html[i] | 0x20 if 0x41 <= html[i] <= 0x5A else html[i]
        i += 1
        if b == word[j]:
            j += 1
        elif b > _SPACE or j == 0:
            return -1
    return i


@kernel
def _style_hides(html, start, stop):  # type: ignore[no-untyped-def]
    i = start
    while i < stop:
        b = html[i] | 0x20
        if b == 0x64:
            if _begins(html, i, stop, _DISPLAY_NONE) >= 0:
                return True
        elif b == 0x76:
            if _begins(html, i, stop, _VISIBILITY_HIDDEN) >= 0:
                return True
        elif b == 0x6F:
            after = _begins(html, i, stop, _OPACITY_0)
            if after >= 0 and (after == stop or html[after] in (0x3B, _SPACE, 0x21)):
                return True
        elif html[i] == 0x3A and _begins(html, i, stop, _FAR_LEFT) >= 0:
            return True
        i += 1
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
        name = i
        while i < stop and html[i] != 0x3D and html[i] != _GT and html[i] > _SPACE:
            i += 1
        name_stop = i
        value = i
        value_stop = i
        if i + 1 < stop and html[i] == 0x3D and html[i + 1] == _QUOTE:
            i += 2
            value = i
            while i < stop and html[i] != _QUOTE:
                i += 1
            value_stop = i
            i += 1
        elif i == name:
            i += 1
        if i > stop:
            i = stop
        size = name_stop - name
        if size == 5:
            if equals(html, name, name_stop, _CLASS):
                hints |= _hints(html, value, value_stop, moves, found)
            elif equals(html, name, name_stop, _STYLE):
                if _style_hides(html, value, value_stop):
                    says |= NOT_SHOWN
            elif equals(html, name, name_stop, _START):
                number = _number(html, value, value_stop)
        elif size == 4:
            if equals(html, name, name_stop, _HREF):
                says |= LEADS
            elif equals(html, name, name_stop, _ROLE):
                hints |= _hints(html, value, value_stop, moves, found)
            elif equals(html, name, name_stop, _OPEN):
                says |= IS_OPEN
            elif equals(html, name, name_stop, _TYPE) and (
                _begins(html, value, value_stop, _MATH_TEX) >= 0
            ):
                says |= IS_TEX
        elif size == 2:
            if equals(html, name, name_stop, _ID):
                hints |= _hints(html, value, value_stop, moves, found)
        elif size == 8:
            if equals(html, name, name_stop, _ITEMPROP):
                hints |= _hints(html, value, value_stop, moves, found)
            elif equals(html, name, name_stop, _ENCODING) and (
                _begins(html, value, value_stop, _X_TEX) >= 0
            ):
                says |= IS_TEX
        elif size == 6:
            if equals(html, name, name_stop, _HIDDEN_NAME):
                says |= NOT_SHOWN
        elif size == 11:
            if equals(html, name, name_stop, _ARIA_HIDDEN) and equals(
                html, value, value_stop, _TRUE
            ):
                says |= NOT_READ_OUT
        elif (size == 3 and equals(html, name, name_stop, _ALT)) or (
            size == 7 and equals(html, name, name_stop, _ALTTEXT)
        ):
            alt_start = value
            alt_stop = value_stop
    return min(i + 1, stop), hints, says, alt_start, alt_stop, number


@kernel
def tag_number(name, names, numbers):  # type: ignore[no-untyped-def]
    """The number of the tag whose name has this hash; 0 of any other."""
    at = np.searchsorted(names, name)
    if at < len(names) and names[at] == name:
        return np.int64(numbers[at])
    return np.int64(0)


@kernel
def after_byte(html, i, stop, first, second):  # type: ignore[no-untyped-def]
    """The index after the next `first` (twice `second` before it, if that is not 0), or `stop`."""
    while i < stop:
        if html[i] == first and (second == 0 or (html[i - 1] == second and html[i - 2] == second)):
            return i + 1
        i += 1
    return stop


@kernel
def raw_end(html, i, stop, name):  # type: ignore[no-untyped-def]
    """The index of `</name`, or `stop`."""
    while i + 2 < stop:
        if html[i] == _LT and html[i + 1] == _SLASH:
            found, _ = tag_name(html, i + 2, stop)
            if found == name:
                return i
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
