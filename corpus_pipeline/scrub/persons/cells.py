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
#: What parts cells.
_SIGNS = (0x09, 0x3B, 0x7C, 0x2C)
#: bool[256]: what no name has.
_NO_NAME = np.zeros(256, np.bool_)
_NO_NAME[[ord(sign) for sign in '0123456789@:/\\_=<>{}[]()#$%&*+?!"~^|;\t']] = True
#: bool[256]: what may stand around a cell.
_MARGIN = np.zeros(256, np.bool_)
_MARGIN[[0x20, 0x22, 0x27, 0x60, 0x0D, 0x2A]] = True


@kernel
def _signs(data, start, end, sign):  # type: ignore[no-untyped-def]
    """How often a sign stands between two bytes, outside of quotes."""
    count, quoted = 0, False
    for i in range(start, end):
        if data[i] == 0x22:
            quoted = not quoted
        count += data[i] == sign and not quoted
    return count


@kernel
def _line_end(data, start, stop):  # type: ignore[no-untyped-def]
    i = start
    while i < stop and data[i] != 0x0A:
        i += 1
    return i


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
def _read_heading(data, start, end, stop, tables):  # type: ignore[no-untyped-def]
    """Reads a line as a heading: (sign, how many, columns of names, those that surely are);
    nothing if the next line has another number of signs or no column holds names."""
    if end - start > _MOST_BYTES or end + 1 >= stop:
        return 0, 0, 0, 0
    sign, most = 0, 0
    for kind in _SIGNS:
        count = _signs(data, start, end, kind)
        if count > most:
            sign, most = kind, count
    if not 0 < most < _MOST_COLUMNS or most != _signs(
        data, end + 1, _line_end(data, end + 1, min(stop, end + 1000)), sign
    ):
        return 0, 0, 0, 0
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
    if kinds == 0 or not (sure | maybe):
        return 0, 0, 0, 0
    return sign, most, sure | maybe, sure


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
    while line < stop:
        end = _line_end(data, line, stop)
        if sign == 0 or _signs(data, line, end, sign) != most:
            sign, most, columns, sure = _read_heading(data, line, end, stop, tables)
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
        line = end + 1
    return found
