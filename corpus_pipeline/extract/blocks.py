"""A parsed page as two tables: its elements, and the blocks of text that stand in them.

A block is what a reader sees as one paragraph: text that no block-level element interrupts. One
pass over the page as the parser serialises it (every element closed, entities in four spellings)
writes the texts with their white space collapsed and counts what `scoring.py` weighs.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.extract import markup as m
from corpus_pipeline.extract.letters import is_closing, is_comma, is_stop, read_entity, weight
from corpus_pipeline.extract.markup import markup
from corpus_pipeline.extract.steps import tag_name
from corpus_pipeline.extract.tags import (
    IS_OPEN,
    IS_TEX,
    LEADS,
    NOT_READ_OUT,
    NOT_SHOWN,
    after_byte,
    byte_array,
    count_tags,
    equals,
    raw_end,
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
_QUOTE: Final = 0x22
_SLASH: Final = 0x2F
_NEWLINE: Final = 0x0A
_SPACE: Final = 0x20
_DOLLAR: Final = 0x24

_A: Final = m.tag("a")
_BR: Final = m.tag("br")
_IMG: Final = m.tag("img")
_SCRIPT: Final = m.tag("script")
_PRE: Final = m.tag("pre")
_LISTING: Final = m.tag("listing")
_MATH: Final = m.tag("math")
_ANNOTATION: Final = m.tag("annotation")
_LI: Final = m.tag("li")
_OL: Final = m.tag("ol")
_NOSCRIPT: Final = m.tag("noscript")
_DIALOG: Final = m.tag("dialog")
_HTML: Final = m.tag("html")
_BODY: Final = m.tag("body")
_CODES: Final = tuple(m.tag(name) for name in ("code", "kbd", "samp", "tt"))
_BOLDS: Final = tuple(m.tag(name) for name in ("b", "strong"))


_DISPLAYSTYLE: Final = byte_array("{\\displaystyle ")


@kernel
def _scan(html, names, numbers, properties, moves, found, elements, blocks, text):  # type: ignore[no-untyped-def]
    """Fills the tables; returns (elements, blocks, bytes of text)."""
    stop = len(html)
    elements[0] = 0
    elements[0, PARENT] = -1
    n = 1  # elements
    count = 0  # blocks
    open_elements = np.zeros(len(elements) + 1, np.int32)
    open_names = np.zeros(len(elements) + 1, np.uint64)
    depth = 0  # of open elements besides the page itself
    skip = 0  # the depth at which an element was opened whose text is left out; 0: none
    links = 0
    pre = 0
    code = 0
    bold = 0
    math = 0  # the depth at which a formula was opened
    o = 0
    start = 0
    space = False
    newline = False
    last = 0  # the last code point that was written
    row = np.zeros(BLOCK_COLUMNS, np.int32)
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
            if i + 1 < stop and html[i + 1] in (0x21, 0x3F):
                if i + 3 < stop and html[i + 2] == _MINUS and html[i + 3] == _MINUS:
                    i = after_byte(html, min(i + 6, stop), stop, _GT, _MINUS)
                else:
                    i = after_byte(html, i + 2, stop, _GT, 0)
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
                i = after_byte(html, after, stop, _GT, 0)
                at = depth
                while at > 0 and at > depth - 64 and open_names[at] != name:
                    at -= 1
                if at == 0 or open_names[at] != name:
                    continue
                while depth >= at:
                    closed = elements[open_elements[depth], TAG]
                    if properties[closed] & m.BLOCK and not skip:
                        boundary = True
                    if closed == _A:
                        links -= 1
                    elif closed in (_PRE, _LISTING):
                        pre -= 1
                    elif closed in _CODES:
                        code -= 1
                    elif closed in _BOLDS:
                        bold -= 1
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
                    content = i
                    i = raw_end(html, i, stop, name)
                    if kind == _SCRIPT and says & IS_TEX and not skip:
                        tex = True
                        text_start = content
                        text_stop = i
                        i = after_byte(html, i, stop, _GT, 0)
                    else:
                        i = after_byte(html, i, stop, _GT, 0)
                        continue
                else:
                    parent = open_elements[depth]
                    depth += 1
                    open_elements[depth] = n
                    open_names[depth] = name
                    elements[n, PARENT] = parent
                    elements[n, TAG] = kind
                    elements[n, OWN] = np.int32(hints)
                    elements[n, NUMBER] = 0
                    if kind == _OL and not hints & m.NOTES:
                        elements[n, NUMBER] = number
                    elif kind == _LI and elements[parent, NUMBER] > 0:
                        elements[n, NUMBER] = elements[parent, NUMBER]
                        elements[parent, NUMBER] += 1
                    is_block = property & m.BLOCK != 0
                    hidden = says & NOT_SHOWN != 0 or (
                        is_block and (says & NOT_READ_OUT != 0 or kind == _NOSCRIPT)
                    )
                    if kind == _DIALOG and not says & IS_OPEN:
                        hidden = True
                    if hints & m.UNSEEN and kind != _HTML and kind != _BODY:
                        hidden = True
                    elements[n, HIDDEN] = 1 if hidden else 0
                    n += 1
                    if kind == _A:
                        links += 1
                        if says & LEADS:
                            row[LINKS] += 1
                    elif kind in (_PRE, _LISTING):
                        pre += 1
                    elif kind in _CODES:
                        code += 1
                    elif kind in _BOLDS:
                        bold += 1
                    if skip:
                        if kind == _ANNOTATION and says & IS_TEX and math and skip == math:
                            tex = True
                            text_start = i
                            text_stop = i
                            while text_stop < stop and html[text_stop] != _LT:
                                text_stop += 1
                            i = text_stop
                            math = 0
                        else:
                            continue
                    elif (
                        property & m.SKIP
                        or (hidden and not is_block)
                        or (hints & m.NUMBERING and (property & m.CELL or pre > 0))
                    ):
                        skip = depth
                        continue
                    elif kind == _MATH:
                        skip = depth
                        if alt_stop > alt_start:
                            tex = True
                            text_start = alt_start
                            text_stop = alt_stop
                        else:
                            math = depth
                            continue
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
        if boundary and pre > 0 and not ended and o > start:
            # Inside preformatted text the lines may be elements.
            boundary = False
            if text[o - 1] != _NEWLINE:
                text[o] = _NEWLINE
                o += 1
        if line:
            if pre > 0:
                text[o] = _NEWLINE
                o += 1
            elif o > start:
                row[BREAKS] += 1
                newline = True
            continue
        if boundary:
            if o > start:
                while o > start and text[o - 1] <= _SPACE:
                    o -= 1
                if row[CHARS] > 0:
                    row[START] = start
                    row[END] = o
                    blocks[count] = row
                    count += 1
                else:
                    o = start
            row[:] = 0
            start = o
            space = False
            newline = False
            last = 0
            if ended:
                break
            if pre == 0 or o == start:
                continue
            continue
        if text_start == text_stop:
            continue
        if o == start:
            row[ELEMENT] = _block_element(elements, properties, open_elements[depth])
            row[PREFORMATTED] = 1 if pre > 0 else 0
            if links > 0 and row[LINKS] == 0:
                row[LINKS] = 1
        if tex:
            while text_start < text_stop and html[text_start] <= _SPACE:
                text_start += 1
            while text_start < text_stop and html[text_stop - 1] <= _SPACE:
                text_stop -= 1
            after = text_start + len(_DISPLAYSTYLE)
            if (
                after < text_stop
                and equals(html, text_start, after, _DISPLAYSTYLE)
                and html[text_stop - 1] == 0x7D
            ):
                text_start = after
                text_stop -= 1
            if text_start == text_stop:
                continue
            if space and o > start:
                text[o] = _SPACE
                o += 1
                space = False
            text[o] = _DOLLAR
            o += 1
            last = _DOLLAR
        j = text_start
        while j < text_stop:
            b = html[j]
            following = j + 1
            if b == _AMP:
                code_point, following = read_entity(html, j, text_stop)
            elif b < 0x80:
                code_point = np.int64(b)
            else:
                code_point, following = decode(html, j)
            if code_point <= _SPACE or code_point == 0xA0:
                if pre > 0 and not tex:
                    text[o] = _SPACE if code_point == 0xA0 else code_point
                    o += 1
                else:
                    space = True
                j = following
                continue
            if newline:
                if o > start:
                    text[o] = _NEWLINE
                    o += 1
            elif space and o > start:
                text[o] = _SPACE
                o += 1
                row[SPACES] += 1
            space = False
            newline = False
            if b < 0x80:
                text[o] = code_point
                o += 1
            else:
                for k in range(j, following):
                    text[o] = html[k]
                    o += 1
            worth = weight(code_point)
            row[CHARS] += worth
            if links > 0:
                row[LINKED] += worth
            if code > 0:
                row[CODED] += worth
            if bold > 0:
                row[BOLD] += worth
            if 0x61 <= code_point <= 0x7A:
                pass
            elif 0x41 <= code_point <= 0x5A:
                row[CAPITALS] += 1
            elif 0x30 <= code_point <= 0x39:
                row[DIGITS] += 1
            elif is_stop(code_point):
                if (
                    code_point != 0x2E
                    or following >= stop
                    or not (
                        0x30 <= html[following] <= 0x39 or 0x61 <= html[following] | 0x20 <= 0x7A
                    )
                ):
                    row[STOPS] += 1
            elif is_comma(code_point):
                row[COMMAS] += 1
            if code_point < 0x80 and (
                code_point
                in (0x7B, 0x7D, 0x3B, 0x3D, 0x3C, 0x3E, 0x23, 0x5F, 0x24, 0x7C, 0x5C, 0x2F)
            ):
                row[SYMBOLS] += 1
            if not is_closing(code_point) or last == 0:
                row[STOPPED] = 1 if is_stop(code_point) else 0
            last = code_point
            j = following
        if tex:
            text[o] = _DOLLAR
            o += 1
    return n, count, o


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
    blocks = np.empty((texts + tags, BLOCK_COLUMNS), np.int32)
    text = np.empty(len(data) + 16, np.uint8)
    n, count, size = _scan(data, *tables, elements, blocks, text)
    return Page(elements[:n], blocks[:count], text[:size])
