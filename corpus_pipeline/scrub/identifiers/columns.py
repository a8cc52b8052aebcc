"""Names of columns: in a table the word that says what a number is stands in the first line.

name;phone;plate             the block of lines ends at an empty one, its first line has the
Li Wei;555-0187;RS070UP      names, and a line with as many cells is one of its rows
"""

import re

#: More bytes than this are no line of a table that people read.
_LONGEST_LINE = 2000
_LONGEST_NAME = 40
_MARKS = (b"\t", b";", b"|", b",")
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_QUOTED = re.compile(rb'"[^"\n]*"')
_AROUND = b" \t\r\"'"


class Columns:
    """The tables of one text."""

    def __init__(self, text: bytes) -> None:
        """Takes the text in UTF-8."""
        self._text = text
        self._first = self._last = 0
        self._mark = b""
        self._names: list[bytes] = []

    def cell(self, start: int) -> tuple[str, int, int] | None:
        """Finds the cell in which a byte stands.

        Places ascend from call to call, or each reads the text from its begin.

        Returns:
            the name of its column, its first byte and the byte after its last without blanks and
            quotes around it; None where there is no table, or no name.

        >>> columns = Columns(b"name;plate\\nLi;RS070UP\\nB 1; RS 1 \\n\\na;RS070UP")
        >>> [columns.cell(place) for place in (14, 29, 40)]
        [('plate', 14, 21), ('plate', 27, 31), None]
        """
        if not self._first <= start < self._last:
            self._read_block(start)
        if not self._names:
            return None
        low = self._text.rfind(b"\n", max(self._first, start - _LONGEST_LINE), start) + 1
        high = self._text.find(b"\n", start, start + _LONGEST_LINE)
        line = self._text[low : high if high >= 0 else start + _LONGEST_LINE]
        if low <= self._first or len(line) >= _LONGEST_LINE:
            return None
        cells = _split(line, self._mark)
        if len(cells) != len(self._names):
            return None
        for name, cell in zip(self._names, cells, strict=True):
            if low <= start < low + len(cell):
                low += len(cell) - len(cell.lstrip(_AROUND))
                text = name.decode("utf-8", "ignore")
                return (text, low, low + len(cell.strip(_AROUND))) if text else None
            low += len(cell) + 1
        return None

    def _read_block(self, start: int) -> None:
        """Reads the block of lines around a byte, and the names in its first line."""
        text = self._text
        first = place = self._first if self._first <= start else 0
        empty = _EMPTY_LINE.search(text, place)
        while empty is not None and empty.end() <= start:
            first, place = empty.end(), empty.start() + 1
            empty = _EMPTY_LINE.search(text, place)
        self._first, self._last = first, len(text) if empty is None else empty.start() + 1
        self._names = []
        end = text.find(b"\n", self._first, self._last)
        if end < 0 or end - self._first >= _LONGEST_LINE:
            return
        line = text[self._first : end]
        self._mark = max(_MARKS, key=line.count)
        names = [name.strip(_AROUND + b"*_") for name in _split(line, self._mark)]
        if len(names) > 1 and all(len(name) <= _LONGEST_NAME for name in names):
            self._names = names


def _split(line: bytes, mark: bytes) -> list[bytes]:
    """Parts a line into cells; a mark in quotes is none."""
    if b'"' in line:
        hidden = _QUOTED.sub(lambda match: b"\0" * len(match.group()), line)
        cells, place = [], 0
        for part in hidden.split(mark):
            cells.append(line[place : place + len(part)])
            place += len(part) + 1
        return cells
    return line.split(mark)
