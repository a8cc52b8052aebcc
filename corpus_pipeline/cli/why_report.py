"""`corpus why` and `corpus sample`: documents of a finished run, with why they stay or went."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import rich.console
from rich.text import Text

from corpus_pipeline.cli.tables import print_json, screen
from corpus_pipeline.errors import VerifyError, printable
from corpus_pipeline.inspection.examples import Wanted, choose
from corpus_pipeline.inspection.explaining import Explanation, as_json, explain_document
from corpus_pipeline.inspection.passages import KINDS, LIMIT, Passage, Piece
from corpus_pipeline.inspection.trace import find_document, find_token
from corpus_pipeline.inspection.verdicts import Verdicts
from corpus_pipeline.storage import Place
from corpus_pipeline.workspace.run_file import read_run

#: Characters of each document's text in a sample.
_SAMPLED = 600
#: Characters of what two texts share that are shown on either side of a difference.
_SHARED = 60
#: Columns that the head of a document shows, that the sentences tell, or that are shown elsewhere.
_IN_HEAD = ("id", "unit", "row", "drop_reason", "reasons", "metadata", "url")
#: How parts of a text are shown: style on a terminal, what stands around them elsewhere.
_MARKED = {
    "mark": ("bold black on yellow", "[[", "]]"),
    "identifier": ("cyan", "", ""),
    "left": ("red strike", "[-", "-]"),
    "right": ("green", "{+", "+}"),
    "same": ("", "", ""),
}


def print_why(
    output: Place, identity: str | None, token: str | None, measures: bool, as_lines: bool
) -> None:
    """Prints why a document stays or went.

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
    found = (explain_document(output, row, verdicts) for row in rows)
    if as_lines:
        print_json({"documents": [as_json(each) for each in found]})
        return
    console = screen()
    for number, each in enumerate(found):
        if number:
            console.print()
        _print_head(console, each)
        _print_sentences(console, each)
        if measures:
            _print_measures(console, each)
        elif each.content.text is None:
            _print_words(console, _metadata(each))
        if each.difference:
            _print_difference(console, each.difference)
        else:
            _print_passage(console, each)


def print_sample(output: Place, wanted: Wanted, number: int, full: bool, as_lines: bool) -> None:
    """Prints some documents of a run, chosen by the hash of their content.

    Raises:
        VerifyError: no document is wanted, or the run has no such reason or source.
    """
    verdicts = Verdicts(read_run(output))
    rows, matching = choose(output, wanted, number)
    shown = LIMIT if as_lines else _SAMPLED
    found = (
        explain_document(output, row, verdicts, wanted.reason, None if full else shown)
        for row in rows
    )
    if as_lines:
        print_json({"matching": matching, "documents": [as_json(each) for each in found]})
        return
    console = screen()
    console.print(f"{output}: {len(rows)} of {matching:,} documents {wanted}")
    for each in found:
        console.print()
        _print_head(console, each)
        _print_sentences(console, each)
        if each.content.text is None:
            _print_words(console, _metadata(each))
        _print_passage(console, each)


def _print_head(console: rich.console.Console, each: Explanation) -> None:
    row = each.row
    fate = "kept" if each.stays else f"dropped: {row['drop_reason']}"
    console.print(printable(f"{row['id']}   address {each.address}   {fate}"))
    lang = "" if row["lang"] is None else f"   lang {row['lang']}"
    console.print(printable(f"  source {row['source']}{lang}   file {row['file']}"))
    if each.url is not None:
        console.print(printable(f"  url {each.url}"))


def _print_sentences(console: rich.console.Console, each: Explanation) -> None:
    for sentence in each.sentences:
        line = printable(f"  {sentence}")
        wrapped = textwrap.wrap(
            line, console.width, subsequent_indent="    ", break_on_hyphens=False,
            break_long_words=False,
        )  # fmt: skip
        console.print("\n".join(wrapped))


def _print_passage(console: rich.console.Console, each: Explanation) -> None:
    """Prints the text as it would be read, line by line, with what the rule counts marked."""
    passage = each.passage
    if passage.text is None or each.content.text is None:
        return
    kind = "text" if each.content.mime is None else f"raw {each.content.mime}"
    console.print(printable(f"  {kind} ({len(each.content.text):,} characters):"))
    _print_parts(console, _segments(passage))
    counts = Counter(mark.kind for mark in passage.marks)
    for name, count in counts.items():
        console.print(f"  marked: {KINDS[name]} ({count:,})")


def _segments(passage: Passage) -> Iterator[Piece]:
    """Yields the parts of a passage, marked and not."""
    at, text = 0, passage.text or ""
    for mark in passage.marks:
        yield Piece("same", text[at : mark.start])
        kind = "identifier" if mark.kind == "identifier" else "mark"
        yield Piece(kind, text[mark.start : mark.stop])
        at = mark.stop
    yield Piece("same", text[at:])


def _print_difference(console: rich.console.Console, pieces: Iterable[Piece]) -> None:
    """Prints a text beside the one that stays; what both have is shortened."""
    pieces = list(pieces)
    legend = (f"{_MARKED[kind][1]}only {where}{_MARKED[kind][2]}" for kind, where in
              (("left", "here"), ("right", "in the text that stays")))  # fmt: skip
    console.print(f"  the difference: {' '.join(legend)}")
    shown: list[Piece] = []
    room = LIMIT
    for number, piece in enumerate(pieces):
        text = piece.text
        if piece.kind == "same":
            text = _shortened(text, number == 0, number == len(pieces) - 1)
        elif len(text) > room:
            text = f"{text[:room]}[… {len(text) - room:,} characters …]"
        room = max(0, room - len(text))
        shown.append(Piece(piece.kind, text))
        if not room:
            shown.append(Piece("same", "\n[… more differences …]"))
            break
    _print_parts(console, shown)


def _shortened(text: str, first: bool, last: bool) -> str:
    before = "" if first else text[:_SHARED]
    after = "" if last else text[max(len(before), len(text) - _SHARED) :]
    left = len(text) - len(before) - len(after)
    return f"{before}[… {left:,} characters …]{after}" if left > _SHARED else text


def _print_parts(console: rich.console.Console, parts: Iterable[Piece]) -> None:
    """Prints parts of a text in their styles; control characters are shown, not obeyed."""
    lines = [Text("    ")]
    for kind, text in parts:
        style, before, after = _MARKED[kind]
        if console.is_terminal:
            before = after = ""
        written = f"{before}{text}{after}" if text else ""
        for number, line in enumerate(written.split("\n")):
            if number:
                lines.append(Text("    "))
            lines[-1].append(printable(line.expandtabs(4)), style if console.is_terminal else "")
    for written_line in lines:
        written_line.rstrip()
        console.print(written_line)


def _print_measures(console: rich.console.Console, each: Explanation) -> None:
    """Prints figures of the rules, then every column that is filled."""
    _print_words(console, each.figures)
    shown = {name: value for name, value in each.row.items() if name not in _IN_HEAD}
    numbers = {
        name: f"{value:.6g}" if isinstance(value, float) else str(value)
        for name, value in shown.items()
        if isinstance(value, (int, float))
    }
    words = {n: _word(v) for n, v in shown.items() if n not in numbers and v is not None}
    _print_words(console, words | _metadata(each))
    cells = [f"{name} {value}" for name, value in numbers.items()]
    width = max(map(len, cells), default=0) + 2
    in_line = max(1, (console.width - 2) // width)
    lines = -(-len(cells) // in_line)
    for n in range(lines):
        line = "".join(cell.ljust(width) for cell in cells[n::lines])
        console.print(printable(f"  {line}".rstrip()))


def _print_words(console: rich.console.Console, words: Mapping[str, str]) -> None:
    width = max(map(len, words), default=0)
    for name, value in words.items():
        console.print(printable(f"  {name:{width}}  {value}".rstrip()))


def _metadata(each: Explanation) -> dict[str, str]:
    return {f"metadata.{name}": value for name, value in each.metadata.items()}


def _word(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
