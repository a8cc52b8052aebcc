"""What the tests of hostile inputs share: texts that give themselves away, and the command line."""

import contextlib
import io
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from runs import in_this_process

from corpus_pipeline.cli.main import main

#: Stands in documents and nowhere else: whoever prints it prints a document.
PERSON = "Quilla Vexworth, quilla.vexworth@example.org, +1 202 456 1414"
#: Pieces of it that survive quoting and cutting.
PERSONAL = ("Quilla", "Vexworth", "vexworth@example", "456 1414")
#: What a terminal obeys: colour, window title, cursor, C1 codes, right-to-left, a second line.
OBEYED = "\x1b[31mred\x1b]0;title\x07\x1b[2J\x9b31m\u202eright\u2066\r\nsecond line\x7f\x08[bold]"


class Outcome(NamedTuple):
    """What a command said and how it ended."""

    code: int
    out: str
    err: str
    """Standard error and everything that was logged."""

    @property
    def everything(self) -> str:
        """All that anybody sees of it."""
        return self.out + self.err


def corpus(*arguments: object) -> Outcome:
    """Runs a command in this process, with all its work."""
    out, err = io.StringIO(), io.StringIO()
    handler, root, beam = logging.StreamHandler(err), logging.root, logging.getLogger("apache_beam")
    level = beam.level
    code = 0
    with (
        in_this_process(),
        # A slow machine shall not add a line about what it waits for.
        mock.patch("corpus_pipeline.cli.console.ANNOUNCE_AFTER_SECONDS", 3600.0),
        mock.patch.object(sys, "argv", ["corpus", *map(str, arguments)]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        root.addHandler(handler)
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            root.removeHandler(handler)
            beam.setLevel(level)
    return Outcome(code, out.getvalue(), err.getvalue())


def obeyed(text: str) -> str:
    """Returns the characters of a text, line ends apart, that a terminal would not just show.

    >>> obeyed("plain 中文\\n"), obeyed("\\x1b[31m")
    ('', '\\x1b')
    """
    return "".join(c for c in text if not (c.isprintable() or c == "\n"))


def state_of(output: Path) -> Iterator[tuple[Path, bytes]]:
    """Yields the files of a run, under way or complete, that hold nothing out of a document.

    The ledger is not among them: it has ids, addresses and metadata as the input gives them, and
    the first characters of what could not be read.
    """
    for path in sorted(output.rglob("*")):
        texts = {"documents", "rejected", "ledger"} & set(path.relative_to(output).parts)
        if path.is_file() and not texts:
            yield path, path.read_bytes()
