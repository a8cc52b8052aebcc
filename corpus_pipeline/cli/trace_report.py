"""`corpus trace` and `corpus examples`: documents of a finished run, with why they stay or went."""

import json
import textwrap
from typing import Any

import rich.console

from corpus_pipeline.cli.tables import screen
from corpus_pipeline.errors import VerifyError, printable
from corpus_pipeline.filters.figures import writing
from corpus_pipeline.filters.quality.score import BASE, explain_score
from corpus_pipeline.inspection.examples import Wanted, choose
from corpus_pipeline.inspection.trace import (
    Content,
    find_document,
    find_token,
    read_content,
    row_at,
    survivors,
)
from corpus_pipeline.inspection.verdicts import Verdicts
from corpus_pipeline.storage import Place
from corpus_pipeline.workspace.run_file import read_run

#: The reason that the points of the score explain.
_SCORE_REASON = "quality-score-low"
#: How much of a text is shown.
_CHARS = 600
_LINES = 12
#: Columns that the head of a document shows, or that say the same again.
_IN_HEAD = ("id", "unit", "row", "drop_reason", "reasons")


def print_trace(output: Place, identity: str | None, token: str | None) -> None:
    """Prints what the ledger knows of a document.

    Raises:
        VerifyError: there is no such document or token, or neither was named.
    """
    verdicts = Verdicts(read_run(output))
    if token is not None:
        shard, _, position = token.partition(":")
        if not (shard.isdecimal() and position.isdecimal()):
            raise VerifyError(f"--token is SHARD:POSITION, for example 0:1234; got {token!r}")
        rows = [find_token(output, int(shard), int(position))]
    elif identity is not None:
        rows = find_document(output, identity)
    else:
        raise VerifyError("name a document ID, or a token with --token SHARD:POSITION")
    console = screen()
    for row in rows:
        content = read_content(output, row)
        _print_head(console, row)
        _print_rules(console, verdicts, row, content)
        _print_points(console, row, content)
        _print_copies(console, output, row)
        _print_columns(console, row)
        _print_content(console, content)


def print_examples(output: Place, wanted: Wanted, number: int) -> None:
    """Prints some documents of a run, chosen by the hash of their content.

    Raises:
        VerifyError: no document is wanted, or the run has no such reason or source.
    """
    verdicts = Verdicts(read_run(output))
    rows, matching = choose(output, wanted, number)
    console = screen()
    console.print(f"{output}: {len(rows)} of {matching:,} documents {wanted}")
    for row in rows:
        console.print()
        content = read_content(output, row)
        _print_head(console, row)
        lang = "" if row["lang"] is None else f"   lang {row['lang']}"
        console.print(printable(f"  source {row['source']}{lang}"))
        if row["url"] is not None:
            console.print(printable(f"  url {row['url']}"))
        _print_rules(console, verdicts, row, content)
        if _SCORE_REASON in (row["reasons"] or ()):
            _print_points(console, row, content)
        if content.text is None:
            _print_words(console, _fields(row["metadata"]))
        _print_content(console, content)


def _print_head(console: rich.console.Console, row: dict[str, Any]) -> None:
    fate = "kept" if row["drop_reason"] is None else f"dropped: {row['drop_reason']}"
    console.print(printable(f"{row['id']}   address {row['unit']}:{row['row']}   {fate}"))


def _print_rules(
    console: rich.console.Console, verdicts: Verdicts, row: dict[str, Any], content: Content
) -> None:
    """Prints the rules that the document failed, that which decided first."""
    figures = verdicts.explain(row, content.text)
    width = max(map(len, figures), default=0)
    beside = all(width + len(line) + 4 <= console.width for line in figures.values())
    for reason, line in figures.items():
        if beside:
            console.print(printable(f"  {reason:{width}}  {line}".rstrip()))
        else:
            console.print(printable(f"  {reason}"))
            console.print(printable(f"      {line}".rstrip()))
    for name in sorted(verdicts.changed):
        console.print(printable(f"  (no thresholds: {name} has changed since the run)"))


def _print_points(console: rich.console.Console, row: dict[str, Any], content: Content) -> None:
    """Prints what the quality score is made of, the lowest first."""
    points = explain_score(row, writing(row, content.text))
    if points:
        parts = ", ".join(f"{name} {value:+d}" for name, value in points.items() if value)
        line = printable(f"quality_score is {BASE} and the points of: {parts}")
        wrapped = textwrap.wrap(f"  {line}", console.width, subsequent_indent="    ")
        console.print("\n".join(wrapped))


def _print_copies(console: rich.console.Console, output: Place, row: dict[str, Any]) -> None:
    """Prints the documents that stay in the place of this one."""
    for other in survivors(output, row):
        _print_other(console, "duplicate_of", other)
    if row["partner"] not in (None, row["duplicate_of"]):
        _print_other(console, "partner", row_at(output, row["partner"]))


def _print_other(console: rich.console.Console, name: str, other: dict[str, Any]) -> None:
    fate = other["drop_reason"] or "kept"
    address = f"{other['unit']}:{other['row']}"
    line = f"  {name} {address} is {other['id']} ({other['file']}), {fate}"
    console.print(printable(line))


def _print_columns(console: rich.console.Console, row: dict[str, Any]) -> None:
    """Prints every column that is filled: words on lines of their own, numbers side by side."""
    shown = {name: value for name, value in row.items() if name not in _IN_HEAD}
    numbers = {
        name: f"{value:.6g}" if isinstance(value, float) else str(value)
        for name, value in shown.items()
        if isinstance(value, (int, float))
    }
    words = {n: _word(v) for n, v in shown.items() if n not in numbers and v is not None}
    words.pop("metadata", None)
    _print_words(console, words | _fields(row["metadata"]))
    cells = [f"{name} {value}" for name, value in numbers.items()]
    width = max(map(len, cells), default=0) + 2
    in_line = max(1, (console.width - 2) // width)
    lines = -(-len(cells) // in_line)
    for n in range(lines):
        line = "".join(cell.ljust(width) for cell in cells[n::lines])
        console.print(printable(f"  {line}".rstrip()))


def _print_words(console: rich.console.Console, words: dict[str, str]) -> None:
    width = max(map(len, words), default=0)
    for name, value in words.items():
        console.print(printable(f"  {name:{width}}  {value}"))


def _word(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _fields(metadata: str | None) -> dict[str, str]:
    """Returns the fields of the input as they would be read: text without quotes and escapes."""
    fields = json.loads(metadata or "{}")
    return {
        f"metadata.{name}": value
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False)
        for name, value in fields.items()
    }


def _print_content(console: rich.console.Console, content: Content) -> None:
    """Prints the beginning of a document as it would be read, line by line."""
    if content.text is None:
        return
    kind = "text" if content.mime is None else f"raw {content.mime}"
    console.print(printable(f"  {kind} ({len(content.text):,} characters):"))
    beginning = content.text[:_CHARS]
    lines = beginning.splitlines()[:_LINES]
    for line in lines:
        console.print(f"    {printable(line.expandtabs(4))}".rstrip())
    left = len(content.text) - sum(len(line) + 1 for line in lines)
    if left > 0:
        console.print(f"    ... and {left:,} more characters")
