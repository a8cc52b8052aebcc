"""Lines that were broken to fill a width: mails, plain-text books, old pages.

Where the writer's program broke the lines, no line end means anything: "lines" are half sentences
without a full stop. The measures of prose take such lines as one.

A break that fills has a reason: the next word would not have fitted. So two lines after each other
say between which widths the text was filled, from the length of the first to that and the first
word of the second:

    the plan of the town is to have a bridge        42 columns, and " over" makes it 47
    over the river, which will be long, and         41 columns, and " not" makes it 45: 42 to 44
    not for carts

If most pairs agree on one width, the document is filled to it, and each pair that agrees is joined.
Verses, lists, menus and code agree on none; and where most lines begin with a capital (verses,
titles, names) or a digit (logs, tables) nothing is joined. A wide character takes two columns and
is a word by itself: so Chinese that is broken after forty characters agrees on 80.
"""

import numpy as np

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import decode
from corpus_pipeline.text.prose_blocks import (
    BAR,
    after_indent,
    after_marker,
    before_blanks,
    fence,
    is_definition,
    is_line_rule,
    line_end,
)

#: Widths that texts are filled to, in columns.
LEAST_WIDTH = 40
MOST_WIDTH = 110
#: A shorter line says nothing: it ends a paragraph, or is an item of a list.
_LEAST_LINE = 30
#: So many lines are looked at, and no more where so many are longer than any width.
_LINES = 200
_LONG_LINES = 8
#: A width needs so many pairs, and three fifths of all.
_PAIRS = 3
#: A word counts for so many columns at most: addresses are longer than any line.
_LONGEST_WORD = 16
#: Programs differ in whether the last blank counts, and answers to mails add marks of quotation.
_SLACK = 1
_JOIN_SLACK = 3

# Columns that a byte of UTF-8 adds: wide characters (from U+3000) two, others one.
_COLUMNS = np.ones(256, np.uint8)
_COLUMNS[0x80:0xC0] = 0
_COLUMNS[0xE3:] = 2


@kernel
def _width(data, i, end):  # type: ignore[no-untyped-def]
    """Returns how many columns `data[i:end]` takes."""
    columns = 0
    for k in range(i, end):
        columns += _COLUMNS[data[k]]
    return columns


@kernel
def _word_width(data, i, end):  # type: ignore[no-untyped-def]
    """Returns the columns of the first word, with the blank before it; Han and kana need none."""
    b = data[i]
    if 0xE3 <= b <= 0xE9:
        return 2
    columns = 1
    while i < end and data[i] > 32 and columns < _LONGEST_WORD:
        columns += _COLUMNS[data[i]]
        i += 1
    return columns


@kernel
def fill_width(data, start, stop, folds, cover):  # type: ignore[no-untyped-def]
    """Returns the width in columns that the lines of `data[start:stop]` fill; 0 if they do not.

    Args:
        data: uint8[B], UTF-8.
        start: first byte.
        stop: the byte after the last.
        folds: uint16[0x10000], tells capitals.
        cover: int32[MOST_WIDTH + 2], scratch: where runs of widths begin and end.
    """
    for k in range(len(cover)):
        cover[k] = 0
    pairs = 0
    small = 0
    long = 0
    before = 0
    i = start
    for _line in range(_LINES):
        if i >= stop:
            break
        feed, _ = line_end(data, i, stop)
        if feed - i > 3 * MOST_WIDTH:
            before = MOST_WIDTH + 1
            long += 1
            if long > _LONG_LINES + pairs:
                return np.int64(0)
            i = feed + 1
            continue
        end = before_blanks(data, i, feed)
        first, _ = after_indent(data, i, end)
        if first >= end:
            before = 0
        else:
            if before >= _LEAST_LINE:
                pairs += 1
                code_point, _ = decode(data, first)
                digit = 48 <= code_point <= 57
                small += not digit and (code_point >= 0x10000 or folds[code_point] == code_point)
                text, _ = after_marker(data, first, end)
                low = max(before - _SLACK, LEAST_WIDTH)
                high = min(before + _word_width(data, first, end) + _SLACK, MOST_WIDTH + 1)
                if low < high and text == first:
                    cover[low] += 1
                    cover[high] -= 1
            before = _width(data, i, end)
        i = feed + 1
    if pairs < _PAIRS:
        return np.int64(0)
    best = 0
    width = 0
    here = 0
    for k in range(LEAST_WIDTH, MOST_WIDTH + 1):
        here += cover[k]
        if here > best:
            best = here
            width = k
    if best < _PAIRS or best * 5 < pairs * 3 or small * 2 < pairs:
        return np.int64(0)
    return np.int64(width)


@kernel
def goes_on(data, i, end, stop, width):  # type: ignore[no-untyped-def]
    """Says whether the line `data[i:end]` was broken because it was full.

    Args:
        data: uint8[B], UTF-8.
        i: first byte of the line, its indentation included.
        end: its line feed, or `stop`.
        stop: the byte after the text.
        width: as `fill_width` returns it.

    Returns:
        Where the text of the next line begins if it goes on there; else 0.
    """
    if end + 1 >= stop:
        return np.int64(0)
    columns = _width(data, i, before_blanks(data, i, end))
    if columns > width + _JOIN_SLACK or columns + _LONGEST_WORD + _JOIN_SLACK < width:
        return np.int64(0)
    next_end, tells = line_end(data, end + 1, stop)
    first, _ = after_indent(data, end + 1, next_end)
    if first >= next_end or columns + _word_width(data, first, next_end) + _JOIN_SLACK <= width:
        return np.int64(0)
    # What begins a block of its own goes on with nothing.
    text, _ = after_marker(data, first, next_end)
    fenced, _ = fence(data, first, next_end)
    quoted, _ = after_indent(data, i, end)
    if (
        text > first
        or fenced
        or tells & BAR
        or (data[first - 1] == 62) != (quoted > i and data[quoted - 1] == 62)
        or is_line_rule(data, first, next_end)
        or is_definition(data, first, next_end)
    ):
        return np.int64(0)
    return first
