"""A parsed page as two tables: its elements, and the blocks of text that stand in them.

A block is what a reader sees as one paragraph: text that no block-level element interrupts. One
pass over the page as the parser serialises it (every element closed, entities in four spellings)
writes the texts with their white space collapsed and counts what `features.py` weighs.
"""

from typing import Final

import numpy as np

from corpus_pipeline.extract import markup as m
from corpus_pipeline.extract.letters import letters
from corpus_pipeline.extract.markup import markup
from corpus_pipeline.extract.page import (
    BLOCK_COLUMNS,
    ELEMENT,
    ELEMENT_COLUMNS,
    HIDDEN,
    LINKS,
    NUMBER,
    OWN,
    PARENT,
    PREFORMATTED,
    TAG,
    Page,
)
from corpus_pipeline.extract.steps import skip_comment, skip_raw, tag_name
from corpus_pipeline.extract.tags import (
    IS_OPEN,
    IS_TEX,
    LEADS,
    NOT_READ_OUT,
    NOT_SHOWN,
    after_byte,
    count_tags,
    read_attributes,
    tag_number,
)
from corpus_pipeline.extract.writing import (
    IN_BOLD,
    IN_CODE,
    IN_LINK,
    IN_PRE,
    IS_FORMULA,
    START_OF,
    STATE,
    WRITTEN,
    break_line,
    end_block,
    trim_tex,
    write,
)
from corpus_pipeline.kernels import kernel

_LT: Final = 0x3C
_GT: Final = 0x3E
_MINUS: Final = 0x2D
_BANG: Final = 0x21
_QUESTION: Final = 0x3F
_SLASH: Final = 0x2F

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
            break_line(state, row, text, pre > 0, line)
        elif boundary:
            count = end_block(state, row, text, blocks, count)
            if ended:
                break
        elif text_start < text_stop:
            if state[WRITTEN] == state[START_OF]:
                row[ELEMENT] = _block_element(elements, properties, open_elements[depth])
                row[PREFORMATTED] = 1 if pre > 0 else 0
                if links > 0 and row[LINKS] == 0:
                    row[LINKS] = 1
            marks = 0
            if links > 0:
                marks |= IN_LINK
            if code > 0:
                marks |= IN_CODE
            if bold > 0:
                marks |= IN_BOLD
            if tex:
                marks |= IS_FORMULA
                text_start, text_stop = trim_tex(html, text_start, text_stop)
            elif pre > 0:
                marks |= IN_PRE
            write(html, text_start, text_stop, marks, table, state, row, text)
    return n, count, state[WRITTEN]


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

    >>> from corpus_pipeline.extract.page import END, START
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
    state = np.zeros(STATE, np.int64)
    row = np.zeros(BLOCK_COLUMNS, np.int32)
    work = (letters(), open_names, open_elements, state, row)
    n, count, size = _scan(data, *tables, *work, elements, blocks, text)
    return Page(elements[:n], blocks[:count], text[:size])
