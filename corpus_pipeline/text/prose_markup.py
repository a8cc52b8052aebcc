"""Where markup within a line begins and ends: elements, tags, templates, targets, images.

A search that finds no end stops at the next beginning of its kind or after a bounded length, so
that unclosed marks cost no more than their length.
"""

import numpy as np

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.prose_blocks import (
    ALNUM,
    BLANK,
    NAME,
    byte_set,
    line_end,
    visible_chars,
)

#: A tag, a template or a target of more bytes is none.
_LONGEST_TAG = 2000

#: What follows the { of a template, and of those that end on their line.
_BRACE_KINDS = byte_set(b"{%:#")
_BRACE_LINES = byte_set(b":#")
_ENDS_NAME = byte_set(b" \t\n\r/>")
_INLINE = byte_set(b"\n<`]{!")

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
    address = not _ENDS_NAME[data[i]] or data[i - 1] == 58
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
def with_content(data, i, after, stop, no_end):  # type: ignore[no-untyped-def]
    """Returns (`after`, or the byte after what the tag data[i:after] opens; what that is)."""
    if data[after - 2] != 47:
        for element in range(len(ELEMENT_KINDS)):
            if not no_end[element] and is_named(data, i + 1, stop, element):
                end = element_end(data, after, stop, element)
                no_end[element] = end < 0
                if end >= 0:
                    return end, ELEMENT_KINDS[element]
    return after, MARKUP


@kernel
def brace_end(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns the byte after {{ … }}, {% … %}, {: … }, {# … } that begins at `i`; `i` if none."""
    begin = i
    if i + 2 >= stop:
        return begin
    kind = data[i + 1]
    if not _BRACE_KINDS[kind]:
        return begin
    i += 2
    while i < stop and i - begin < _LONGEST_TAG:
        b = data[i]
        if b == 10 and _BRACE_LINES[kind]:
            return begin
        if b == 123:
            if kind != 123 or (i + 1 < stop and data[i + 1] == 123):
                return begin
        elif b == 125:
            if _BRACE_LINES[kind]:
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


@kernel
def copy_inline(data, i, stop, out, o, counts, no_end):  # type: ignore[no-untyped-def]
    """Copies the rest of a line without markup; a tag may take it over several lines.

    Returns:
        (the line feed that ends it, or `stop`; the length of `out`).
    """
    end = np.int64(-1)
    no_run = 0
    while i < stop:
        b = data[i]
        if not _INLINE[b]:
            out[o] = b
            o += 1
            i += 1
            continue
        if b == 10:
            break
        if i > end:
            end, _ = line_end(data, i, stop)
            no_run = 0
        after = i
        kind = MARKUP
        if b == 60:
            if i + 3 < stop and data[i + 1] == 33 and data[i + 2] == 45 and data[i + 3] == 45:
                if not no_end[COMMENT]:
                    k = i + 4
                    while k + 2 < stop and not (
                        data[k] == 45 and data[k + 1] == 45 and data[k + 2] == 62
                    ):
                        k += 1
                    no_end[COMMENT] = k + 2 >= stop
                    after = i if no_end[COMMENT] else k + 3
            else:
                after = tag_end(data, i, stop)
                if after > i:
                    after, kind = with_content(data, i, after, stop, no_end)
        elif b == 96:
            run = i
            while run < end and data[run] == 96:
                run += 1
            length = run - i
            k = run
            if length < 32 and not no_run >> length & 1:
                while k < end:
                    if data[k] != 96:
                        k += 1
                        continue
                    close = k
                    while k < end and data[k] == 96:
                        k += 1
                    if k - close == length:
                        # In `He came,´ she said, `at last´ the second mark opens as well.
                        opens = k < end and ALNUM[data[k]] and BLANK[data[close - 1]]
                        if not opens:
                            after = k
                        break
                if after == i:
                    no_run |= 1 << length
            if after == i:
                for k in range(i, run):
                    out[o] = data[k]
                    o += 1
                i = run
                continue
            while run < after - length and BLANK[data[run]]:
                run += 1
            while run < after - length and not BLANK[data[run]]:
                out[o] = data[run]
                o += 1
                run += 1
            counts[CODE] += visible_chars(data, run, after - length)
            i = after
            continue
        elif b == 93:
            if i + 1 < end and data[i + 1] == 40:
                out[o] = b
                o += 1
                i += 1
                after = target_end(data, i, end)
                counts[MARKUP] += visible_chars(data, i, after)
                i = after
                continue
        elif b == 33:
            if i + 1 < end and data[i + 1] == 91:
                after = image_end(data, i, end)
        elif b == 123:
            after = brace_end(data, i, stop)
        if after == i:
            out[o] = b
            o += 1
            i += 1
            continue
        counts[kind] += visible_chars(data, i, after)
        glued = o > 0 and after < stop and ALNUM[out[o - 1]] and ALNUM[data[after]]
        if glued:
            out[o] = 32
            o += 1
        i = after
    return i, o
