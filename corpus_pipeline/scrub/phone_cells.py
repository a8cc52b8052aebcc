"""Tables in which a heading says that a column has telephone numbers.

    Name;Telefon;Kennzeichen                 | Name | Phone   |
    Jonas Weber;(0551) 482913;GÖ-AB 123      | Ann  | 5550123 |

What stands in such a column is announced as if the word stood before it. A table is a block of
lines with one sign between its cells, its heading the first of them.
"""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub import phone_words
from corpus_pipeline.scrub.phone_shape_words import has_words
from corpus_pipeline.scrub.phone_tables import Words, load_letters, table_of_words
from corpus_pipeline.text.characters import decode
from corpus_pipeline.text.columns import Utf8

#: Bytes of the longest heading, and characters of the longest name of a column.
_MOST_BYTES: Final = 400
_LONGEST_NAME: Final = 32
_MOST_COLUMNS: Final = 60
#: Bytes between the digits of a number and the border of its cell: +, a bracket, quotes, blanks.
_MARGIN: Final = 24


@cache
def _line_words() -> Words:
    """The names of lines and devices."""
    return table_of_words(phone_words.LINE_WORDS, phone_words.LINE_SIGN_STARTS)


@kernel
def _is_border(byte):  # type: ignore[no-untyped-def]
    return byte == 0x2C or byte == 0x3B or byte == 0x09 or byte == 0x7C


@kernel
def _margin(byte):  # type: ignore[no-untyped-def]
    return byte == 0x20 or byte == 0x22 or byte == 0x27 or byte == 0x60


@kernel
def _cell(data, start, end, begin, stop):  # type: ignore[no-untyped-def]
    """The cell that a run of digits fills: (first byte, last + 1); (0, 0) if it fills none."""
    i = start
    while i > begin and i > start - _MARGIN and (
        _margin(data[i - 1]) or data[i - 1] == 0x28 or data[i - 1] == 0x2B or data[i - 1] == 0x5B
    ):  # fmt: skip
        i -= 1
    if i > begin and data[i - 1] != 0x0A and not _is_border(data[i - 1]):
        return 0, 0
    j = end
    while j < stop and j < end + _MARGIN and (_margin(data[j]) or data[j] == 0x29):
        j += 1
    if j < stop and data[j] != 0x0A and data[j] != 0x0D and not _is_border(data[j]):
        return 0, 0
    return i, j


@kernel
def _heading(data, start, end, lower, folds, flags, slots, offsets, words, word_flags, name):  # type: ignore[no-untyped-def]
    """Reads the first line of a table: (the sign between cells, a bit for each column that has a
    name of a telephone); (0, 0) if it is none."""
    if end - start > _MOST_BYTES:
        return 0, 0
    sign, most = 0, 0
    for kind in (0x2C, 0x3B, 0x09, 0x7C):
        count = 0
        for i in range(start, end):
            count += data[i] == kind
        if count > most:
            sign, most = kind, count
    columns, column, n, i = 0, 0, 0, start
    while i <= end and most and column < _MOST_COLUMNS:
        if i == end or data[i] == sign:
            if 0 < n <= _LONGEST_NAME and has_words(
                name, 0, n, flags, slots, offsets, words, word_flags
            ):
                columns |= 1 << column
            column += 1
            n = 0
            i += 1
            continue
        code, i = decode(data, i)
        if n <= _LONGEST_NAME and (n or code != 0x20):
            name[n] = lower[folds[code]] if code < 0x10000 else 0x20
            n += 1
    return sign, columns


@kernel
def _find(  # type: ignore[no-untyped-def]
    data, row_offsets, rows, starts, ends, folds, lower, flags, slots, offsets, words, word_flags,
    firsts, lasts,
):  # fmt: skip
    """Fills the cell of each run that stands in such a column, 0 and 0 of others."""
    name = np.empty(_LONGEST_NAME + 2, np.uint16)
    row = -1
    line, after, sign, columns, fresh, column, counted = 0, 0, 0, 0, True, 0, 0
    for w in range(len(rows)):
        start, stop = int(starts[w]), int(row_offsets[rows[w] + 1])
        firsts[w] = lasts[w] = 0
        if rows[w] != row:
            row = rows[w]
            line = after = int(row_offsets[row])
            sign, columns, fresh, column, counted = 0, 0, True, 0, line
        first, last = _cell(data, start, int(ends[w]), int(row_offsets[row]), stop)
        if last == 0:
            continue
        # Every line of the row is read once.
        while after <= start:
            line, i, borders = after, after, 0
            while i < stop and data[i] != 0x0A:
                borders += data[i] == sign if sign else _is_border(data[i])
                i += 1
            if borders == 0:
                sign, columns, fresh = 0, 0, True
            elif fresh:
                sign, columns = _heading(
                    data, line, i, lower, folds, flags, slots, offsets, words, word_flags, name
                )
                fresh = False
            after, column, counted = i + 1, 0, line
        if columns == 0:
            continue
        while counted < first:
            column += data[counted] == sign
            counted += 1
        if column < _MOST_COLUMNS and columns >> column & 1:
            firsts[w], lasts[w] = first, last


def phone_cells(
    text: Utf8, rows: NDArray[np.int32], starts: NDArray[np.int32], ends: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Finds the cells that runs of digits fill in columns of telephone numbers.

    Args:
        rows: int32[N], the row of each run, ascending.
        starts: int32[N], its first byte, ascending within a row.
        ends: int32[N], the byte after its last.

    Returns:
        int32[N] each, the first byte of the cell and the one after its last; 0 if there is none.

    >>> import pyarrow as pa
    >>> from corpus_pipeline.scrub.candidates import PHONE, windows_of
    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> text = utf8_buffers(pa.array(["Id,Tel\\n12345678,12345678\\n", "12345678,12345678"]))
    >>> [column.tolist() for column in phone_cells(text, *windows_of(text, PHONE)[:3])]
    [[0, 16, 0, 0], [0, 24, 0, 0]]
    """
    firsts, lasts = np.zeros(len(rows), np.int32), np.zeros(len(rows), np.int32)
    if len(rows):
        fold, lower, flags = load_letters()
        _find(*text, rows, starts, ends, fold, lower, flags, *_line_words(), firsts, lasts)
    return firsts, lasts
