"""Cells of tables, and the names that the first line of a table gives their columns.

    Name;Telefon;Kennzeichen          | Name | Phone   |      NHS no        Name          DOB
    Jonas Weber;(0551) 482913;GÖ-AB 1 | Ann  | 5550123 |      943 476 5919  Fry, Ann      12/03/1985

What stands in a cell is announced as if the name stood before it. A table is a block of lines with
one sign between its cells, a tab, a semicolon, a bar or a comma, or with columns of fixed width
that two blanks or more part. Its heading is the first such line; a line of dashes is none. Marks in
double quotes part no cells. Of a line with other than the heading's number of cells nothing is
known, but for columns of fixed width: there a cell is below its name.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.columns import Utf8

#: Bytes of the longest heading and of the longest name, and the most columns.
_LONGEST_HEAD: Final = 2000
_LONGEST_NAME: Final = 48
_MOST_COLUMNS: Final = 64
#: Bytes of the longest line of a table of fixed width, and of the longest cell.
_LONGEST_LINE: Final = 600
_LONGEST_CELL: Final = 400
#: What stands for the sign between columns of fixed width.
_BLANKS: Final = 0x20


class Cells(NamedTuple):
    """N cells, in the order of what was asked for; zeros where there is none."""

    names: NDArray[np.int32]
    """int32[N, 2], the name of the column: first byte and the one after the last, without blanks,
    quotes and marks of emphasis around it."""
    cells: NDArray[np.int32]
    """int32[N, 2], the cell in the same way."""


@kernel
def _around(byte):  # type: ignore[no-untyped-def]
    """Says whether a byte around a cell is none of it: a blank, a quote, a mark of emphasis."""
    return (
        byte == 0x20 or byte == 0x22 or byte == 0x27 or byte == 0x0D or byte == 0x09
        or byte == 0x2A or byte == 0x5F or byte == 0x60
    )  # fmt: skip


@kernel
def _width(byte):  # type: ignore[no-untyped-def]
    """Columns that a character takes, by its first byte; none for the others."""
    if byte < 0x80:
        return 1
    if byte < 0xC0:
        return 0
    return 2 if byte >= 0xE3 else 1


@kernel
def _parts(data, i, end, mark, quoted):  # type: ignore[no-untyped-def]
    """Says whether a cell ends at byte i."""
    if mark != _BLANKS:
        return data[i] == mark and not quoted
    return data[i] == 0x20 and i + 1 < end and data[i + 1] == 0x20


@kernel
def _next_cell(data, i, end, mark):  # type: ignore[no-untyped-def]
    """The end of the cell that begins at byte i, and where the next one begins."""
    quoted = False
    while i < end:
        if data[i] == 0x22:
            quoted = not quoted
        if _parts(data, i, end, mark, quoted):
            stop = i
            i += 1
            while mark == _BLANKS and i < end and data[i] == 0x20:
                i += 1
            return stop, i
        i += 1
    return end, end


@kernel
def _mark(data, start, end):  # type: ignore[no-untyped-def]
    """The sign that parts the cells of a line; 0: there is none."""
    tabs, semicolons, bars, commas, gaps = 0, 0, 0, 0, 0
    for i in range(start, end):
        byte = data[i]
        tabs += byte == 0x09
        semicolons += byte == 0x3B
        bars += byte == 0x7C
        commas += byte == 0x2C
        gaps += (
            byte == 0x20 and i > start and data[i - 1] != 0x20 and i + 1 < end
            and data[i + 1] == 0x20
        )  # fmt: skip
    most = max(tabs, semicolons, bars)
    if most == 0 and gaps and gaps > commas:
        return _BLANKS
    most = max(most, commas)
    if most == 0:
        return 0
    if tabs == most:
        return 0x09
    if semicolons == most:
        return 0x3B
    return 0x7C if bars == most else 0x2C


@kernel
def _is_ruled(data, start, end):  # type: ignore[no-untyped-def]
    """Says whether a line has dashes and the like alone."""
    for i in range(start, end):
        byte = data[i]
        if not (
            byte == 0x2D or byte == 0x3D or byte == 0x2B or byte == 0x7C or byte == 0x3A
            or byte == 0x5F or byte == 0x20 or byte == 0x09
        ):  # fmt: skip
            return False
    return True


@kernel
def _heading(data, start, end, mark, heads):  # type: ignore[no-untyped-def]
    """Reads the names of columns; their number, 0: the line is no heading.

    Args:
        heads: int64[columns, 4]: first byte and last + 1 of a name, first column and last + 1 on
            the screen.
    """
    count, i = 0, start
    if mark == _BLANKS:
        while i < end and data[i] == 0x20:
            i += 1
    screen, seen = 0, start
    while i <= end and count < _MOST_COLUMNS:
        stop, following = _next_cell(data, i, end, mark)
        first, last = i, stop
        while first < last and _around(data[first]):
            first += 1
        while last > first and _around(data[last - 1]):
            last -= 1
        if last - first > _LONGEST_NAME:
            return 0
        if mark == _BLANKS and last > first and not (
            data[first] >= 0x80 or data[first] == 0x23 or 0x41 <= (data[first] & 0xDF) <= 0x5A
        ):  # fmt: skip
            # A line of values.
            return 0
        while seen < first:
            screen += _width(data[seen])
            seen += 1
        heads[count, 0], heads[count, 1], heads[count, 2] = first, last, screen
        while seen < last:
            screen += _width(data[seen])
            seen += 1
        heads[count, 3] = screen
        count += 1
        if following >= end and stop == end:
            break
        i = following
    return count if 1 < count < _MOST_COLUMNS else 0


@kernel
def _count_cells(data, start, end, mark):  # type: ignore[no-untyped-def]
    count, quoted = 1, False
    for i in range(start, end):
        if data[i] == 0x22:
            quoted = not quoted
        count += data[i] == mark and not quoted
    return count


@kernel
def _below(heads, columns, first, last):  # type: ignore[no-untyped-def]
    """The column of fixed width whose name stands above the columns `first` to `last` - 1 of the
    screen, or begins last before them."""
    best, most, before = -1, 0, -1
    for k in range(columns):
        common = min(last, heads[k, 3]) - max(first, heads[k, 2])
        if common > most:
            best, most = k, common
        if heads[k, 2] <= first:
            before = k
    return best if best >= 0 else before


@kernel
def _find(data, row_offsets, rows, starts, names, cells):  # type: ignore[no-untyped-def]
    heads = np.zeros((_MOST_COLUMNS, 4), np.int64)
    row, mark, columns = -1, 0, 0
    line, after, end = np.int64(0), np.int64(0), np.int64(0)
    counted, cell, following, column, screen = np.int64(0), np.int64(0), np.int64(0), 0, 0
    stop_cell, known = np.int64(0), False
    for w in range(len(rows)):
        start, stop = np.int64(starts[w]), np.int64(row_offsets[rows[w] + 1])
        if rows[w] != row:
            row = rows[w]
            line = after = np.int64(row_offsets[row])
            mark, columns, known = 0, 0, False
        # Every line of the row is read once.
        while after <= start:
            line = end = after
            while end < stop and data[end] != 0x0A:
                end += 1
            after = end + 1
            if end > line and data[end - 1] == 0x0D:
                end -= 1
            known = False
            if _is_ruled(data, line, end):
                if end == line:
                    columns = 0
            elif columns == 0:
                mark = _mark(data, line, end) if end - line <= _LONGEST_HEAD else 0
                columns = _heading(data, line, end, mark, heads) if mark else 0
            elif mark == _BLANKS:
                known = bool(end - line <= _LONGEST_LINE and _mark(data, line, end) == _BLANKS)
                if not known:
                    columns = 0
            else:
                cells_here = _count_cells(data, line, end, mark)
                known = bool(cells_here == columns)
                if cells_here == 1:
                    columns = 0
            counted, column, screen = line, 0, 0
            cell = line
            if known:
                stop_cell, following = _next_cell(data, line, end, mark)
        if not known or start >= end or start < cell:
            continue
        while start >= following and following < end:
            cell = following
            stop_cell, following = _next_cell(data, cell, end, mark)
            column += 1
        if start >= stop_cell or stop_cell - cell > _LONGEST_CELL:
            continue
        first, last = cell, stop_cell
        while first < last and _around(data[first]):
            first += 1
        while last > first and _around(data[last - 1]):
            last -= 1
        if mark == _BLANKS:
            while counted < first:
                screen += _width(data[counted])
                counted += 1
            behind = screen
            for i in range(first, last):
                behind += _width(data[i])
            k = _below(heads, columns, screen, behind)
        else:
            k = column
        if 0 <= k < columns and heads[k, 1] > heads[k, 0]:
            names[w, 0], names[w, 1] = heads[k, 0], heads[k, 1]
            cells[w, 0], cells[w, 1] = first, last


def find_cells(text: Utf8, rows: NDArray[np.int32], starts: NDArray[np.int32]) -> Cells:
    """Finds the cells of tables in which N bytes stand.

    Args:
        rows: int32[N], the row of each byte, ascending.
        starts: int32[N], the bytes, ascending within a row.

    >>> import pyarrow as pa
    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> content = "Id;Tel\\n1; 5550123\\n\\nName   DOB\\nAnn    1.2.1985"
    >>> text = utf8_buffers(pa.array([content]))
    >>> found = find_cells(text, np.zeros(2, np.int32), np.array([10, 38], np.int32))
    >>> [[content[slice(*span)] for span in part.tolist()] for part in found]
    [['Tel', 'DOB'], ['5550123', '1.2.1985']]
    """
    names, cells = np.zeros((len(rows), 2), np.int32), np.zeros((len(rows), 2), np.int32)
    if len(rows):
        _find(*text, rows, starts, names, cells)
    return Cells(names, cells)
