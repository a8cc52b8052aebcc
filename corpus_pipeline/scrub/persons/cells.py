"""Names in the cells of a table whose heading says that a column holds names.

    Nazwisko i imię;PESEL;Telefon          | last | first | dob |
    Nowak Anna;79031976435;18 264 35 53    | Roe  | Ann   | ... |

A table is lines with the same number of one sign between their cells, its heading the first.
"""

import numpy as np

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons.evidence import is_word
from corpus_pipeline.scrub.persons.letters import finished
from corpus_pipeline.scrub.persons.marks import FIRST, FOUND, PRIVATE
from corpus_pipeline.scrub.persons.tables import (
    BESIDE_COLUMN,
    FUNCTION,
    GOES_ON,
    NAME_COLUMN,
    NAMED,
    PERSON_COLUMN,
    PHRASE,
    THING,
    phrase_at,
)
from corpus_pipeline.scrub.persons.tokens import (
    END,
    KNOWN,
    PEOPLE,
    SHAPE,
    SMALL,
    START,
    read_word,
)

#: Bytes of the longest heading and the longest cell, and the most columns that are read.
_MOST_BYTES, _MOST_CELL, _MOST_COLUMNS = 400, 60, 60
#: bool[256]: all but what parts cells (tabs, semicolons, bars, commas), quotes and ends of lines.
_PLAIN = np.ones(256, np.bool_)
_PLAIN[[0x09, 0x3B, 0x7C, 0x2C, 0x22, 0x0A]] = False
#: bool[256]: what no name has.
_NO_NAME = np.zeros(256, np.bool_)
_NO_NAME[[ord(sign) for sign in '0123456789@:/\\_=<>{}[]()#$%&*+?!"~^|;\t']] = True
#: bool[256]: what may stand around a cell.
_MARGIN = np.zeros(256, np.bool_)
_MARGIN[[0x20, 0x22, 0x27, 0x60, 0x0D, 0x2A]] = True


@kernel
def _line(data, start, stop):  # type: ignore[no-untyped-def]
    """Reads a line: (its end, how many tabs, semicolons, bars, commas it has outside of quotes)."""
    tabs = semicolons = bars = commas = 0
    quoted = False
    i = start
    while i < stop:
        byte = data[i]
        if not _PLAIN[byte]:
            if byte == 0x0A:
                break
            if byte == 0x22:
                quoted = not quoted
            elif not quoted:
                tabs += byte == 0x09
                semicolons += byte == 0x3B
                bars += byte == 0x7C
                commas += byte == 0x2C
        i += 1
    return i, tabs, semicolons, bars, commas


@kernel
def _of(line, sign):  # type: ignore[no-untyped-def]
    """How often one of the signs stands in a line."""
    if sign == 0x09:
        return line[1]
    if sign == 0x3B:
        return line[2]
    return line[3] if sign == 0x7C else line[4]


@kernel
def _most(line):  # type: ignore[no-untyped-def]
    """The sign that stands most often in a line, of several the first, and how often."""
    sign, most = 0x09, line[1]
    for other in (0x3B, 0x7C, 0x2C):
        count = _of(line, other)
        if count > most:
            sign, most = other, count
    return sign, most


@kernel
def _column_kind(data, start, end, tables):  # type: ignore[no-untyped-def]
    """What a cell of a heading is: 4 a person's name, 2 a name if others are a person's, 1 what is
    told of persons, 0 else."""
    i, value, words = start, PHRASE, 0
    person = other = beside = GOES_ON
    while i < end:
        stop, item, _, count, _ = read_word(data, i, end, tables.letters)
        if count == 0:
            i += 1
            continue
        words += 1
        if words > 4:
            return 0
        value = finished(((value ^ item) * 16777619) & 0xFFFFFFFF)
        person = phrase_at(tables, PERSON_COLUMN, value)
        other = phrase_at(tables, NAME_COLUMN, value)
        beside = phrase_at(tables, BESIDE_COLUMN, value)
        if not (person | other | beside):
            return 0
        i = stop
    return 4 * (person & 1) | 2 * (other & 1) | (beside & 1)


@kernel
def _read_heading(data, start, end, sign, most, tables):  # type: ignore[no-untyped-def]
    """Reads a line of cells as a heading: (columns of names, those that surely are), as bits;
    nothing if no column holds names."""
    sure = maybe = kinds = column = 0
    first = start
    for i in range(start, end + 1):
        if i == end or data[i] == sign:
            kind = _column_kind(data, first, i, tables)
            sure |= (kind >> 2 & 1) << column
            maybe |= (kind >> 1 & 1) << column
            kinds += kind & 5 != 0
            column += 1
            first = i + 1
    if kinds == 0:
        return 0, 0
    return sure | maybe, sure


@kernel
def _read_cell(data, start, end, sure, tokens, k, total, marks):  # type: ignore[no-untyped-def]
    """Marks the words of a cell from token k on as a name, if it could be one; 1 if so."""
    while start < end and _MARGIN[data[start]]:
        start += 1
    while start < end and _MARGIN[data[end - 1]]:
        end -= 1
    if end - start < 2 or end - start > _MOST_CELL:
        return 0
    for i in range(start, end):
        if _NO_NAME[data[i]]:
            return 0
    while k < total and tokens[k, START] < start:
        k += 1
    last, words, things = k - 1, 0, 0
    while last + 1 < total and tokens[last + 1, START] < end:
        last += 1
        known = tokens[last, KNOWN]
        if tokens[last, SHAPE] & SMALL and is_word(known, tokens[last, SHAPE]):
            return 0
        words += is_word(known, tokens[last, SHAPE]) or (
            known & FUNCTION and tokens[last, END] - tokens[last, START] == end - start
        )
        things += known & THING and not known & (NAMED | 0x3F)
    size = last - k + 1
    if size < 1 or size > 6 or things or (not sure and words == size):
        return 0
    if marks:
        for j in range(k, last + 1):
            tokens[j, PEOPLE] = FOUND | PRIVATE | (FIRST if j == k else 0)
        tokens[k, START], tokens[last, END] = start, end
    return 1


@kernel
def read_cells(data, begin, stop, tables, tokens, total, marks):  # type: ignore[no-untyped-def]
    """Finds names in columns of names; returns how many. With `marks` their words are marked."""
    found = sign = most = columns = sure = k = 0
    line = begin
    read = _line(data, line, stop)
    while line < stop:
        end = read[0]
        following = _line(data, end + 1, stop) if end + 1 < stop else (end + 1, 0, 0, 0, 0)
        if columns == 0 or _of(read, sign) != most:
            columns = sure = 0
            sign, most = _most(read)
            # A table has a second line of as many cells.
            if 0 < most < _MOST_COLUMNS and most == _of(following, sign) and (
                end - line <= _MOST_BYTES
            ):  # fmt: skip
                columns, sure = _read_heading(data, line, end, sign, most, tables)
        else:
            column, first, quoted = 0, line, False
            while k < total and tokens[k, START] < line:
                k += 1
            for i in range(line, end + 1):
                if i < end and data[i] == 0x22:
                    quoted = not quoted
                if i == end or (data[i] == sign and not quoted):
                    if columns >> column & 1:
                        found += _read_cell(
                            data, first, i, sure >> column & 1, tokens, k, total, marks
                        )
                    column += 1
                    first = i + 1
        line, read = end + 1, following
    return found
