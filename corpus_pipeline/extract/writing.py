"""Writes the text of blocks, its white space collapsed, and counts what it has."""

from typing import Final

import numpy as np

from corpus_pipeline.extract import letters as c
from corpus_pipeline.extract.letters import letter_kind, read_entity
from corpus_pipeline.extract.page import (
    BLOCK_COLUMNS,
    BOLD,
    BREAKS,
    CAPITALS,
    CHARS,
    CODED,
    COMMAS,
    DIGITS,
    END,
    LINKED,
    SPACES,
    START,
    STOPPED,
    STOPS,
    SYMBOLS,
)
from corpus_pipeline.extract.tags import DISPLAYSTYLE, begins
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import decode

_AMP: Final = 0x26
_NEWLINE: Final = 0x0A
_SPACE: Final = 0x20
_DOLLAR: Final = 0x24
_BRACE: Final = 0x7D
_POINT: Final = 0x2E
_NO_BREAK_SPACE: Final = 0xA0

# Marks of a text: what it stands in.
IN_LINK: Final = 1
IN_CODE: Final = 2
IN_BOLD: Final = 4
IN_PRE: Final = 8
IS_FORMULA: Final = 16

# Where the writing of a block is.
WRITTEN: Final = 0
"""Index after the last byte that was written."""
START_OF: Final = 1
"""Index of the block's first byte."""
_SPACE_WAITS: Final = 2
_NEWLINE_WAITS: Final = 3
_LAST: Final = 4
"""The last code point that was written."""
STATE: Final = 5


@kernel
def break_line(state, row, text, preformatted, line):  # type: ignore[no-untyped-def]
    """Ends a line; inside preformatted text the lines may be elements."""
    o = state[WRITTEN]
    if not preformatted:
        if o > state[START_OF]:
            row[BREAKS] += 1
            state[_NEWLINE_WAITS] = 1
    elif line or (o > state[START_OF] and text[o - 1] != _NEWLINE):
        text[o] = _NEWLINE
        state[WRITTEN] = o + 1


@kernel
def end_block(state, row, text, blocks, count):  # type: ignore[no-untyped-def]
    """Adds what was written to the blocks, if it is anything; returns how many there are."""
    start = state[START_OF]
    o = state[WRITTEN]
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
    for column in range(STATE):
        state[column] = 0
    state[WRITTEN] = o
    state[START_OF] = o
    return count


@kernel
def trim_tex(html, start, stop):  # type: ignore[no-untyped-def]
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
def write(html, start, stop, marks, table, state, row, text):  # type: ignore[no-untyped-def]
    """Writes a part of a block's text, its white space collapsed, and counts what it has.

    A formula stands between dollar signs.
    """
    if start == stop:
        return
    first = state[START_OF]
    o = state[WRITTEN]
    space = state[_SPACE_WAITS]
    newline = state[_NEWLINE_WAITS]
    last = state[_LAST]
    if marks & IS_FORMULA:
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
            if marks & IN_PRE:
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
    if marks & IS_FORMULA:
        text[o] = _DOLLAR
        o += 1
    row[CHARS] += chars
    if marks & IN_LINK:
        row[LINKED] += chars
    if marks & IN_CODE:
        row[CODED] += chars
    if marks & IN_BOLD:
        row[BOLD] += chars
    state[WRITTEN] = o
    state[_SPACE_WAITS] = space
    state[_NEWLINE_WAITS] = newline
    state[_LAST] = last
