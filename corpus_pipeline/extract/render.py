"""Writes blocks as text: paragraphs, and lists, tables and programs as in Markdown.

    - an item, 1. a numbered one, two spaces deeper in a list inside a list
    | a cell | another |         rows of a table that holds data; others are layout, and paragraphs
    ```                          around what is preformatted and a program; its white space is kept

Headings are plain lines: the corpora that the filters were made for have no `#` before them, and
Gopher's rules count it as a symbol.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.extract import markup as m
from corpus_pipeline.extract import page as b
from corpus_pipeline.extract.page import Page
from corpus_pipeline.kernels import kernel

_NEWLINE: Final = 0x0A
_SPACE: Final = 0x20
_PIPE: Final = 0x7C
_BACKSLASH: Final = 0x5C
_TICK: Final = 0x60
_DASH: Final = 0x2D

_LI: Final = m.tag("li")
_TABLE: Final = m.tag("table")
_TR: Final = m.tag("tr")
_TD: Final = m.tag("td")
_TH: Final = m.tag("th")
_DT: Final = m.tag("dt")
_DD: Final = m.tag("dd")
_LISTS: Final = tuple(m.tag(name) for name in ("ul", "ol", "menu", "dir"))

_ITEM_CHARS: Final = 1500
_ITEM_BLOCKS: Final = 5
"""A list's item that holds more is a part of the page that somebody has put into a list."""
_CELL_CHARS: Final = 600
"""A table with more text in one cell is layout."""
_DEEPEST: Final = 8

# Columns of what is known of an element.
_ITEM: Final = 0
_DEPTH: Final = 1
_TABLE_OF: Final = 2
_CELL: Final = 3
_COLUMN: Final = 4
_CELLS: Final = 5
_ROWS: Final = 6
_CHARS: Final = 7
_BLOCKS: Final = 8
_LAYOUT: Final = 9
_MARKED: Final = 10
_KNOWN: Final = 11


@kernel
def _lay_out(elements, blocks, shown, known):  # type: ignore[no-untyped-def]
    """Finds items, cells and tables, and which of them are what they say."""
    n = len(elements)
    for e in range(1, n):
        parent = elements[e, b.PARENT]
        tag = elements[e, b.TAG]
        known[e, _ITEM] = known[parent, _ITEM]
        known[e, _DEPTH] = known[parent, _DEPTH]
        known[e, _TABLE_OF] = known[parent, _TABLE_OF]
        known[e, _CELL] = known[parent, _CELL]
        if tag == _LI:
            known[e, _ITEM] = e
        elif tag in _LISTS:
            known[e, _DEPTH] += 1
        elif tag == _TABLE:
            known[known[parent, _TABLE_OF], _LAYOUT] = 1  # It holds another table.
            known[e, _TABLE_OF] = e
            known[e, _CELL] = 0
            known[e, _ITEM] = 0
            known[e, _DEPTH] = 0
        elif tag == _TR:
            known[known[e, _TABLE_OF], _ROWS] += 1
        elif tag in (_TD, _TH):
            known[e, _CELL] = e
            known[e, _COLUMN] = known[parent, _CELLS]
            known[parent, _CELLS] += 1
            known[known[e, _TABLE_OF], _CELLS] += 1
    for k in range(len(blocks)):
        if not shown[k]:
            continue
        e = blocks[k, b.ELEMENT]
        item = known[e, _ITEM]
        cell = known[e, _CELL]
        if item:
            known[item, _CHARS] += blocks[k, b.CHARS]
            known[item, _BLOCKS] += 1
        if cell:
            known[cell, _BLOCKS] += 1
            if cell != item:
                known[cell, _CHARS] += blocks[k, b.CHARS]
            table = known[cell, _TABLE_OF]
            if (
                known[cell, _CHARS] > _CELL_CHARS
                or known[cell, _BLOCKS] > _ITEM_BLOCKS
                or blocks[k, b.PREFORMATTED]
            ):
                known[table, _LAYOUT] = 1
    for e in range(1, n):
        tag = elements[e, b.TAG]
        # A row of one cell says nothing; most rows must have more.
        if tag == _TABLE and (known[e, _ROWS] < 2 or 2 * known[e, _CELLS] < 3 * known[e, _ROWS]):
            known[e, _LAYOUT] = 1


@kernel
def _is_program(block, coded_hint, text):  # type: ignore[no-untyped-def]
    """Whether preformatted text is a program; else it is prose whose lines somebody has broken."""
    if coded_hint or 2 * block[b.CODED] > block[b.CHARS]:
        return True
    return 25 * block[b.SYMBOLS] > block[b.CHARS]


@kernel
def _end_row(out, o, cells):  # type: ignore[no-untyped-def]
    """Ends the cell written last, and the empty ones after it: `cells` bars, at least one."""
    for _ in range(max(cells, 1)):
        out[o] = _SPACE
        out[o + 1] = _PIPE
        o += 2
    return o


@kernel
def _render(elements, blocks, text, kept, known, hints, code_hint, out):  # type: ignore[no-untyped-def]
    """Writes the kept blocks; returns the bytes written."""
    o = np.int64(0)  # Typed: a literal would have `_end_row` compiled twice.
    row = 0  # the table's row that is being written
    column = 0
    cell_before = 0
    item_before = 0
    tag_before = 0
    for k in range(len(blocks)):
        if not kept[k]:
            continue
        block = blocks[k]
        e = block[b.ELEMENT]
        tag = elements[e, b.TAG]
        start = block[b.START]
        stop = block[b.END]
        cell = known[e, _CELL]
        if cell and known[known[cell, _TABLE_OF], _LAYOUT]:
            cell = 0
        this_row = elements[cell, b.PARENT] if cell else 0
        if row and this_row != row:
            o = _end_row(out, o, known[row, _CELLS] - column)
        item = known[e, _ITEM]
        if item and (
            known[item, _CHARS] > _ITEM_CHARS or known[item, _BLOCKS] > _ITEM_BLOCKS or cell
        ):
            item = 0
        if o:
            if cell and this_row == row:
                pass
            elif (
                (cell and row and known[cell, _TABLE_OF] == known[cell_before, _TABLE_OF])
                or (item and item_before)
                or (tag == _DD and tag_before in (_DT, _DD))
            ):
                out[o] = _NEWLINE
                o += 1
            else:
                out[o] = _NEWLINE
                out[o + 1] = _NEWLINE
                o += 2
        if cell:
            if this_row != row:
                out[o] = _PIPE
                o += 1
                column = 0
                for _ in range(known[cell, _COLUMN]):
                    out[o] = _SPACE
                    out[o + 1] = _PIPE
                    o += 2
                column = known[cell, _COLUMN]
            else:
                while column < known[cell, _COLUMN]:
                    out[o] = _SPACE
                    out[o + 1] = _PIPE
                    o += 2
                    column += 1
            out[o] = _SPACE
            o += 1
            for i in range(start, stop):
                if text[i] == _PIPE:
                    out[o] = _BACKSLASH
                    o += 1
                out[o] = _SPACE if text[i] == _NEWLINE else text[i]
                o += 1
        elif block[b.PREFORMATTED] and _is_program(block, hints[e] & code_hint, text):
            ticks = 3
            for i in range(start, stop - 2):
                if text[i] == _TICK and text[i + 1] == _TICK and text[i + 2] == _TICK:
                    ticks = 4
            while start < stop and text[start] == _NEWLINE:
                start += 1
            for _ in range(ticks):
                out[o] = _TICK
                o += 1
            out[o] = _NEWLINE
            o += 1
            for i in range(start, stop):
                out[o] = text[i]
                o += 1
            out[o] = _NEWLINE
            o += 1
            for _ in range(ticks):
                out[o] = _TICK
                o += 1
        else:
            if item and not known[item, _MARKED]:
                known[item, _MARKED] = 1
                for _ in range(min(known[item, _DEPTH], _DEEPEST) - 1):
                    out[o] = _SPACE
                    out[o + 1] = _SPACE
                    o += 2
                number = elements[item, b.NUMBER]
                if number <= 0:
                    out[o] = _DASH
                    o += 1
                else:
                    power = 1
                    while power * 10 <= number:
                        power *= 10
                    while power:
                        out[o] = 0x30 + number // power % 10
                        o += 1
                        power //= 10
                    out[o] = 0x2E
                    o += 1
                out[o] = _SPACE
                o += 1
            for i in range(start, stop):
                out[o] = text[i]
                o += 1
        row = this_row
        cell_before = cell
        item_before = item
        tag_before = tag
    if row:
        o = _end_row(out, o, known[row, _CELLS] - column)
    return o


def render(
    page: Page, kept: NDArray[np.bool_], shown: NDArray[np.bool_], hints: NDArray[np.uint32]
) -> str:
    """Writes some of a page's blocks.

    Args:
        kept: bool[B], the blocks to be written.
        shown: bool[B], the blocks that a reader sees.
        hints: uint32[E], of each element and what it stands in.
    """
    elements, blocks, text = page
    known = np.zeros((len(elements), _KNOWN), np.int32)
    _lay_out(elements, blocks, shown, known)
    pipes = int(np.count_nonzero(text == _PIPE))
    # Each block needs its separators, its marker and its fence; each cell its bars.
    room = len(text) + pipes + (40 + 2 * _DEEPEST) * len(blocks) + 4 * len(elements) + 16
    out = np.empty(room, np.uint8)
    size = _render(*page, kept, known, hints, np.uint32(m.CODE), out)
    return bytes(out[:size]).decode()
