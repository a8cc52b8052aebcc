"""Tables as all commands print them, and the same for programs."""

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import rich.box
import rich.console
from rich.table import Table

#: How a table is printed: for people, or for programs.
Form = Literal["table", "json", "csv"]

#: Columns of a table where there is no terminal.
_WIDTH = 80


def screen() -> rich.console.Console:
    """Returns what tables are printed on: the terminal, or 80 columns in a pipe or a log."""
    console = rich.console.Console(highlight=False, markup=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = _WIDTH
    return console


def plain_table(heads: tuple[str, ...], words: tuple[str, ...] = ()) -> Table:
    """Returns a table whose first column and `words` are text, and whose others are numbers."""
    table = Table(box=rich.box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for number, head in enumerate(heads):
        if number == 0 or head in words:
            table.add_column(head, overflow="fold")
        else:
            table.add_column(head, justify="right", no_wrap=True)
    return table


def print_json(content: Mapping[str, Any]) -> None:
    """Prints a JSON object."""
    print(json.dumps(content, indent=2, ensure_ascii=False))


def print_csv(rows: Sequence[Mapping[str, Any]], heads: Sequence[str]) -> None:
    """Prints rows as CSV under a line of heads; null is an empty cell."""
    writer = csv.DictWriter(sys.stdout, heads, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
