"""A parsed page as two tables: its elements, and the blocks of text that stand in them.

A block is what a reader sees as one paragraph: text that no block-level element interrupts. One
pass over the page as the parser serialises it (every element closed, entities in four spellings)
writes the texts with their white space collapsed and counts what `scoring.py` weighs.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.extract import letters as c
from corpus_pipeline.extract import markup as m
from corpus_pipeline.extract.letters import letter_kind, letters, read_entity
from corpus_pipeline.extract.markup import markup
from corpus_pipeline.extract.steps import skip_comment, skip_raw, tag_name
from corpus_pipeline.extract.tags import (
    DISPLAYSTYLE,
    IS_OPEN,
    IS_TEX,
    LEADS,
    NOT_READ_OUT,
    NOT_SHOWN,
    after_byte,
    begins,
    count_tags,
    read_attributes,
    tag_number,
)
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import decode

# Columns of the table of elements, which is in the order of their start tags.
PARENT: Final = 0
TAG: Final = 1
OWN: Final = 2
"""Hints of its own attributes."""
HIDDEN: Final = 3
"""1: not shown until a script or a style shows it."""
NUMBER: Final = 4
"""Of an item in an ordered list; 0 for other elements."""
ELEMENT_COLUMNS: Final = 5

# Columns of the table of blocks.
ELEMENT: Final = 0
"""The innermost block-level element that the text stands in."""
START: Final = 1
END: Final = 2
CHARS: Final = 3
"""Characters that are no white space; Han counts three, kana and hangul two."""
LINKED: Final = 4
"""Those of them that stand in links."""
LINKS: Final = 5
COMMAS: Final = 6
STOPS: Final = 7
"""Ends of sentences."""
DIGITS: Final = 8
CAPITALS: Final = 9
SPACES: Final = 10
SYMBOLS: Final = 11
"""Characters that are frequent in programs."""
BREAKS: Final = 12
STOPPED: Final = 13
"""1 if the last character but quotes and brackets ends a sentence."""
CODED: Final = 14
"""Characters in code elements."""
PREFORMATTED: Final = 15
BOLD: Final = 16
"""Characters in bold type or small headings made of it."""
BLOCK_COLUMNS: Final = 17


class Page(NamedTuple):
    """What the scan found."""

    elements: NDArray[np.int32]
    """int32[E, ELEMENT_COLUMNS]; row 0 stands for the page."""
    blocks: NDArray[np.int32]
    """int32[B, BLOCK_COLUMNS], in the order of the page."""
    text: NDArray[np.uint8]
    """uint8[T], the texts one after another; START and END point into it."""


_LT: Final = 0x3C
_GT: Final = 0x3E
_AMP: Final = 0x26
_MINUS: Final = 0x2D
_BANG: Final = 0x21
_QUESTION: Final = 0x3F
_SLASH: Final = 0x2F
_NEWLINE: Final = 0x0A
_SPACE: Final = 0x20
_DOLLAR: Final = 0x24
_BRACE: Final = 0x7D
_POINT: Final = 0x2E
_NO_BREAK_SPACE: Final = 0xA0

_BR: Final = m.tag("br")
_IMG: Final = m.tag("img")
_SCRIPT: Final = m.tag("script")
_MATH: Final = m.tag("math")
_ANNOTATION: Final = m.tag("annotation")
_LI: Final = m.tag("li")
_SPAN: Final = m.tag("span")
_OL: Final = m.tag("ol")
_NOSCRIPT: Final = m.tag("noscript")
_DIALOG: Final = m.tag("dialog")
_HTML: Final = m.tag("html")
_BODY: Final = m.tag("body")

# Marks of a text: what it stands in.
_IN_LINK: Final = 1
_IN_CODE: Final = 2
_IN_BOLD: Final = 4
_IN_PRE: Final = 8
_IS_FORMULA: Final = 16

# Where the writing of a block is.
_WRITTEN: Final = 0
"""Index after the last byte that was written."""
_START_OF: Final = 1
"""Index of the block's first byte."""
_SPACE_WAITS: Final = 2
_NEWLINE_WAITS: Final = 3
_LAST: Final = 4
"""The last code point that was written."""
_STATE: Final = 5


@kernel
def _scan(  # type: ignore[no-untyped-def]
    html, names, numbers, properties, moves, found, table, open_names, open_elements, state, row,
    elements, blocks, text
):  # fmt: skip
    """Fills the tables; returns (elements, blocks, bytes of text)."""
    stop = len(html)
    # Typed: a literal would have what it is handed to compiled twice.
    n = np.int64(1)  # elements
    count = np.int64(0)  # blocks
    depth = 0  # of open elements besides the page itself
    skip = 0  # the depth at which an element was opened whose text is left out; 0: none
    links = 0
    pre = 0
    code = 0
    bold = 0
    math = 0  # the depth at which a formula was opened
    i = 0
    while True:
        # A tag, up to the text that follows it.
        text_start = i
        text_stop = i
        ended = i >= stop
        boundary = ended
        line = False
        tex = False
        if not ended and html[i] == _LT:
            if i + 1 < stop and (html[i + 1] == _BANG or html[i + 1] == _QUESTION):
                if i + 3 < stop and html[i + 2] == _MINUS and html[i + 3] == _MINUS:
                    i = skip_comment(html, i + 4, stop)
                else:
                    i = after_byte(html, i + 2, stop, _GT)
                continue
            closing = i + 1 < stop and html[i + 1] == _SLASH
            name, after = tag_name(html, i + 2 if closing else i + 1, stop)
            kind = tag_number(name, names, numbers)
            if kind == 0:
                for j in range(i + 2, after):
                    if html[j] == _MINUS:
                        kind = 1
                        break
            property = properties[kind]
            if closing:
                i = after_byte(html, after, stop, _GT)
                at = depth
                while at > 0 and at > depth - 64 and open_names[at] != name:
                    at -= 1
                if at == 0 or open_names[at] != name:
                    continue
                while depth >= at:
                    closed = properties[elements[open_elements[depth], TAG]]
                    if closed & m.BLOCK and not skip:
                        boundary = True
                    links -= closed & m.IS_LINK
                    pre -= closed & m.IS_PRE
                    code -= closed & m.IS_CODE
                    bold -= closed & m.IS_BOLD
                    if skip == depth:
                        skip = 0
                    if math == depth:
                        math = 0
                    depth -= 1
            else:
                i, hints, says, alt_start, alt_stop, number = read_attributes(
                    html, after, stop, moves, found
                )
                if property & m.VOID:
                    if skip:
                        continue
                    if kind == _BR:
                        line = True
                    elif kind == _IMG and hints & m.MATH and alt_stop > alt_start:
                        tex = True
                        text_start = alt_start
                        text_stop = alt_stop
                    else:
                        continue
                elif property & m.RAW:
                    text_start = i
                    text_stop = skip_raw(html, i, stop, name)
                    i = after_byte(html, text_stop, stop, _GT)
                    if kind != _SCRIPT or not says & IS_TEX or skip:
                        continue
                    tex = True
                else:
                    if property & m.IS_LINK and not says & LEADS:
                        # An anchor, which old pages forget to close: nothing in it is a link.
                        kind = _SPAN
                        property = properties[kind]
                    parent = open_elements[depth]
                    depth += 1
                    open_elements[depth] = n
                    open_names[depth] = name
                    is_block = property & m.BLOCK != 0
                    hidden = says & NOT_SHOWN != 0 or (
                        is_block and (says & NOT_READ_OUT != 0 or kind == _NOSCRIPT)
                    )
                    if kind == _DIALOG and not says & IS_OPEN:
                        hidden = True
                    if hints & m.UNSEEN and kind != _HTML and kind != _BODY:
                        hidden = True
                    _open(elements, n, parent, kind, hints, hidden, number)
                    n += 1
                    links += property & m.IS_LINK
                    pre += property & m.IS_PRE
                    code += property & m.IS_CODE
                    bold += property & m.IS_BOLD
                    if property & m.IS_LINK:
                        row[LINKS] += 1
                    if skip:
                        if kind != _ANNOTATION or not says & IS_TEX or not math or skip != math:
                            continue
                        tex = True
                        text_start = i
                        while i < stop and html[i] != _LT:
                            i += 1
                        text_stop = i
                        math = 0
                    elif (
                        property & m.SKIP
                        or (hidden and not is_block)
                        or (hints & m.NUMBERING and (property & m.CELL or pre > 0))
                    ):
                        skip = depth
                        continue
                    elif kind == _MATH:
                        skip = depth
                        if alt_stop <= alt_start:
                            math = depth
                            continue
                        tex = True
                        text_start = alt_start
                        text_stop = alt_stop
                    elif is_block:
                        boundary = True
                    else:
                        continue
        elif not ended:
            while i < stop and html[i] != _LT:
                i += 1
            if skip:
                continue
            text_stop = i
        if line or (boundary and pre > 0 and not ended):
            _break_line(state, row, text, pre > 0, line)
        elif boundary:
            count = _end_block(state, row, text, blocks, count)
            if ended:
                break
        elif text_start < text_stop:
            if state[_WRITTEN] == state[_START_OF]:
                row[ELEMENT] = _block_element(elements, properties, open_elements[depth])
                row[PREFORMATTED] = 1 if pre > 0 else 0
                if links > 0 and row[LINKS] == 0:
                    row[LINKS] = 1
            marks = 0
            if links > 0:
                marks |= _IN_LINK
            if code > 0:
                marks |= _IN_CODE
            if bold > 0:
                marks |= _IN_BOLD
            if tex:
                marks |= _IS_FORMULA
                text_start, text_stop = _trim_tex(html, text_start, text_stop)
            elif pre > 0:
                marks |= _IN_PRE
            _write(html, text_start, text_stop, marks, table, state, row, text)
    return n, count, state[_WRITTEN]


@kernel
def _open(elements, n, parent, kind, hints, hidden, number):  # type: ignore[no-untyped-def]
    """Adds a row to the elements; an item takes the number of its list."""
    elements[n, PARENT] = parent
    elements[n, TAG] = kind
    elements[n, OWN] = np.int32(hints)
    elements[n, HIDDEN] = 1 if hidden else 0
    elements[n, NUMBER] = 0
    if kind == _OL and not hints & m.NOTES:
        elements[n, NUMBER] = number
    elif kind == _LI and elements[parent, NUMBER] > 0:
        elements[n, NUMBER] = elements[parent, NUMBER]
        elements[parent, NUMBER] += 1


@kernel
def _break_line(state, row, text, preformatted, line):  # type: ignore[no-untyped-def]
    """Ends a line; inside preformatted text the lines may be elements."""
    o = state[_WRITTEN]
    if not preformatted:
        if o > state[_START_OF]:
            row[BREAKS] += 1
            state[_NEWLINE_WAITS] = 1
    elif line or (o > state[_START_OF] and text[o - 1] != _NEWLINE):
        text[o] = _NEWLINE
        state[_WRITTEN] = o + 1


@kernel
def _end_block(state, row, text, blocks, count):  # type: ignore[no-untyped-def]
    """Adds what was written to the blocks, if it is anything; returns how many there are."""
    start = state[_START_OF]
    o = state[_WRITTEN]
    while o > start and text[o - 1] <= _SPACE:
        o -= 1
    if row[CHARS] > 0:
        row[START] = start
        row[END] = o
        for column in range(BLOCK_COLUMNS):
            blocks[count, column] = row[column]
        count += 1
    else:
        o = start
    for column in range(BLOCK_COLUMNS):
        row[column] = 0
    for column in range(_STATE):
        state[column] = 0
    state[_WRITTEN] = o
    state[_START_OF] = o
    return count


@kernel
def _trim_tex(html, start, stop):  # type: ignore[no-untyped-def]
    """A formula without the white space around it and without the style that Wikipedia adds."""
    while start < stop and html[start] <= _SPACE:
        start += 1
    while start < stop and html[stop - 1] <= _SPACE:
        stop -= 1
    after = begins(html, start, stop, DISPLAYSTYLE)
    if 0 <= after < stop and html[stop - 1] == _BRACE:
        start = after
        stop -= 1
        while start < stop and html[start] <= _SPACE:
            start += 1
    return start, stop


@kernel
def _write(html, start, stop, marks, table, state, row, text):  # type: ignore[no-untyped-def]
    """Writes a part of a block's text, its white space collapsed, and counts what it has.

    A formula stands between dollar signs.
    """
    if start == stop:
        return
    first = state[_START_OF]
    o = state[_WRITTEN]
    space = state[_SPACE_WAITS]
    newline = state[_NEWLINE_WAITS]
    last = state[_LAST]
    if marks & _IS_FORMULA:
        if space and o > first:
            text[o] = _SPACE
            o += 1
        space = 0
        text[o] = _DOLLAR
        o += 1
        last = _DOLLAR
    chars = 0
    i = start
    while i < stop:
        b = html[i]
        following = i + 1
        code_point = np.int64(b)
        if b == _AMP:
            code_point, following = read_entity(html, i, stop)
        elif b >= 0x80:
            code_point, following = decode(html, i)
        if code_point <= _SPACE or code_point == _NO_BREAK_SPACE:
            if marks & _IN_PRE:
                text[o] = _SPACE if code_point == _NO_BREAK_SPACE else code_point
                o += 1
            else:
                space = 1
            i = following
            continue
        if o > first:
            if newline:
                text[o] = _NEWLINE
                o += 1
            elif space:
                text[o] = _SPACE
                o += 1
                row[SPACES] += 1
        space = 0
        newline = 0
        if b < 0x80:
            text[o] = code_point
            o += 1
        else:
            for j in range(i, following):
                text[o] = html[j]
                o += 1
        known = letter_kind(table, code_point)
        chars += known & c.WORTH
        if known > c.WORTH:
            if known & c.CAPITAL:
                row[CAPITALS] += 1
            elif known & c.DIGIT:
                row[DIGITS] += 1
            elif known & c.STOP:
                # Not inside a number or a name.
                if (
                    code_point != _POINT
                    or following >= stop
                    or not (
                        0x30 <= html[following] <= 0x39 or 0x61 <= html[following] | 0x20 <= 0x7A
                    )
                ):
                    row[STOPS] += 1
            elif known & c.COMMA:
                row[COMMAS] += 1
            if known & c.SYMBOL:
                row[SYMBOLS] += 1
        if last == 0 or not known & c.CLOSING:
            row[STOPPED] = 1 if known & c.STOP else 0
        last = code_point
        i = following
    if marks & _IS_FORMULA:
        text[o] = _DOLLAR
        o += 1
    row[CHARS] += chars
    if marks & _IN_LINK:
        row[LINKED] += chars
    if marks & _IN_CODE:
        row[CODED] += chars
    if marks & _IN_BOLD:
        row[BOLD] += chars
    state[_WRITTEN] = o
    state[_SPACE_WAITS] = space
    state[_NEWLINE_WAITS] = newline
    state[_LAST] = last


@kernel
def _block_element(elements, properties, element):  # type: ignore[no-untyped-def]
    """The innermost element that is block-level, from an open one upwards; looks at 64 of them."""
    found = element
    for _ in range(64):
        if found == 0 or properties[elements[found, TAG]] & m.BLOCK:
            return found
        found = elements[found, PARENT]
    return element


def scan_page(html: bytes) -> Page:
    """Takes the tables from a page that `tree.normal_html` has written.

    >>> page = scan_page(b"<html><body><h1>A &lt; B</h1><p>\\n x  <b>y</b></p></body></html>")
    >>> [bytes(page.text[block[START] : block[END]]) for block in page.blocks]
    [b'A < B', b'x y']
    """
    data = np.frombuffer(html, np.uint8)
    tables = markup()
    tags, texts = count_tags(data)
    elements = np.empty((tags + 1, ELEMENT_COLUMNS), np.int32)
    elements[0] = (-1, 0, 0, 0, 0)
    blocks = np.empty((texts + tags, BLOCK_COLUMNS), np.int32)
    text = np.empty(len(data) + 16, np.uint8)
    # Allocated here: each array that a kernel makes takes a tenth of a second to compile.
    open_names = np.zeros(tags + 2, np.uint64)
    open_elements = np.zeros(tags + 2, np.int32)
    state = np.zeros(_STATE, np.int64)
    row = np.zeros(BLOCK_COLUMNS, np.int32)
    work = (letters(), open_names, open_elements, state, row)
    n, count, size = _scan(data, *tables, *work, elements, blocks, text)
    return Page(elements[:n], blocks[:count], text[:size])
