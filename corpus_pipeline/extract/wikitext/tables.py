"""Tables of wikitext as lines of cells, in the form in which tables of web pages are written."""

import re

#: Begins a line that is a row.
ROW = "\x07"
#: Stands around a block that must stay as it is.
FENCED = "\x06"

_ASIDE = re.compile(
    r"(?:infobox|taxobox|navbox|navigation|sidebar|metadata|mbox|ambox|toccolours|noprint|"
    r"display\s*:\s*none)",
    re.IGNORECASE,
)
_CELL_CHARS = 600
_CELL_LINES = 5
_BREAKS = re.compile(r"[\s\x05]+")
_LIST = re.compile(r"[\n\x05][*#:;]+")


class Table:
    """A table that is being read.

    >>> table = Table('class="wikitable"')
    >>> for cell in ("year", "town"): table.add(cell)
    >>> table.end_row()
    >>> for cell in ("1911", "a|b"): table.add(cell)
    >>> table.text().replace(ROW, "").strip().splitlines()
    ['| year | town |', '| 1911 | a\\\\|b |']
    """

    def __init__(self, attributes: str) -> None:
        self._aside = _ASIDE.search(attributes) is not None
        self._rows: list[list[str]] = [[]]
        self._layout = False

    def end_row(self) -> None:
        """Begins another row."""
        if self._rows[-1]:
            self._rows.append([])

    def add(self, cell: str) -> None:
        """Adds a cell to the row."""
        cell = cell.strip()
        lines = cell.count("\n") + cell.count("\x05")
        if len(cell) > _CELL_CHARS or lines > _CELL_LINES or ROW in cell or FENCED in cell:
            self._layout = True
        self._rows[-1].append(cell)

    def text(self) -> str:
        """Returns the table as lines: rows of a table that holds data, else its cells."""
        if self._aside:
            return "\n"
        rows = [row for row in self._rows if any(row)]
        cells = sum(map(len, rows))
        # A row of one cell says nothing; most rows must have more.
        if self._layout or len(rows) < 2 or 2 * cells < 3 * len(rows):
            return "\n\n" + "\n\n".join(cell for row in rows for cell in row if cell) + "\n\n"
        lines = [f"{ROW}| {' | '.join(map(_one_line, row))} |" for row in rows]
        return "\n\n" + "\n".join(lines) + "\n\n"


def _one_line(cell: str) -> str:
    return _BREAKS.sub(" ", _LIST.sub(" ", "\n" + cell)).strip().replace("|", "\\|")
