"""Where markup within a line begins and ends: elements, tags, templates, targets, images.

A search that finds no end stops at the next beginning of its kind or after a bounded length, so
that unclosed marks cost no more than their length.
"""

import numpy as np

from corpus_pipeline.filters.quality_prose_blocks import BLANK, NAME
from corpus_pipeline.kernels import kernel

#: A tag, a template or a target of more bytes is none.
_LONGEST_TAG = 2000

# What a piece that is left out was.
CODE, TABLE, MARKUP = range(3)
#: Elements that are left out with what they hold: name, and what that is.
_ELEMENTS = ((b"table", TABLE), (b"pre", CODE), (b"script", CODE), (b"style", CODE))
_ELEMENT_NAMES = np.frombuffer(b"".join(name for name, _ in _ELEMENTS), np.uint8)
_ELEMENT_OFFSETS = np.cumsum([0] + [len(name) for name, _ in _ELEMENTS])
ELEMENT_KINDS = np.array([kind for _, kind in _ELEMENTS], np.int64)
COMMENT = len(_ELEMENTS)


@kernel
def is_named(data, i, stop, element):  # type: ignore[no-untyped-def]
    """Says whether the name of number `element` of `_ELEMENTS` stands at `i`, and ends there."""
    offset = _ELEMENT_OFFSETS[element]
    length = _ELEMENT_OFFSETS[element + 1] - offset
    if i + length >= stop:
        return False
    for k in range(length):
        if data[i + k] | 0x20 != _ELEMENT_NAMES[offset + k]:
            return False
    return not NAME[data[i + length]]


@kernel
def element_end(data, i, stop, element):  # type: ignore[no-untyped-def]
    """Returns the byte after the end tag of the element that is open at `i`; -1 if none."""
    depth = 1
    while i < stop:
        if data[i] == 60:
            if i + 1 < stop and data[i + 1] == 47 and is_named(data, i + 2, stop, element):
                depth -= 1
                if depth == 0:
                    while i < stop and data[i] != 62:
                        i += 1
                    return min(i + 1, stop)
            elif is_named(data, i + 1, stop, element):
                depth += 1
        i += 1
    return np.int64(-1)


@kernel
def tag_end(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns the byte after the tag whose < is at `i`; `i` if it is none."""
    begin = i
    i += 1
    if i < stop and data[i] == 47:
        i += 1
    name = i
    while i < stop and NAME[data[i]]:
        i += 1
    if i >= stop or (i == name and not (data[i] == 62 and begin + 1 < stop)):
        return begin
    if i > name and not (65 <= data[name] & 0xDF <= 90):
        return begin
    # An address between < and >: no blank up to the end.
    address = data[i] not in (32, 9, 10, 13, 47, 62) or data[i - 1] == 58
    feeds = 0
    while i < stop and i - begin < _LONGEST_TAG:
        b = data[i]
        if b == 62:
            return i + 1
        if b == 60 or (address and b <= 32):
            return begin
        feeds = feeds + 1 if b == 10 else (feeds if BLANK[b] else 0)
        if feeds == 2:
            return begin
        i += 1
    return begin


@kernel
def brace_end(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns the byte after {{ … }}, {% … %}, {: … }, {# … } that begins at `i`; `i` if none."""
    begin = i
    if i + 2 >= stop:
        return begin
    kind = data[i + 1]
    if kind not in (123, 37, 58, 35):
        return begin
    i += 2
    while i < stop and i - begin < _LONGEST_TAG:
        b = data[i]
        if b == 10 and kind in (58, 35):
            return begin
        if b == 123:
            if kind != 123 or (i + 1 < stop and data[i + 1] == 123):
                return begin
        elif b == 125:
            if kind in (58, 35):
                return i + 1
            if kind == 37 and data[i - 1] == 37:
                return i + 1
            if kind == 123 and i + 1 < stop and data[i + 1] == 125:
                return i + 2
        i += 1
    return begin


@kernel
def target_end(data, i, end):  # type: ignore[no-untyped-def]
    """Returns the byte after the ( … ) that begins at `i`, on this line; `i` if it has no end."""
    begin = i
    depth = 0
    while i < end and i - begin < _LONGEST_TAG:
        b = data[i]
        if b == 40:
            if i > begin and data[i - 1] == 93:
                return begin
            depth += 1
        elif b == 41:
            depth -= 1
            if depth == 0:
                return i + 1
        i += 1
    return begin


@kernel
def image_end(data, i, end):  # type: ignore[no-untyped-def]
    """Returns the byte after the ![ … ]( … ) that begins at `i`; `i` if it is none."""
    begin = i
    i += 2
    while i < end and i - begin < _LONGEST_TAG:
        if data[i] == 91 and data[i - 1] == 33:
            return begin
        if data[i] == 93:
            if i + 1 < end and data[i + 1] == 40:
                after = target_end(data, i + 1, end)
                return after if after > i + 1 else begin
            return begin
        i += 1
    return begin
