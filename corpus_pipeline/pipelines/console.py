"""What a person sees: progress while a run goes on, tables afterwards."""

import sys
import time
from types import TracebackType
from typing import Any

import pyarrow as pa
import rich.console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from corpus_pipeline.errors import VerifyError, printable
from corpus_pipeline.pipelines.notes import notes_after
from corpus_pipeline.pipelines.plan import Plan
from corpus_pipeline.pipelines.summary import summarise
from corpus_pipeline.pipelines.trace import find_document, find_token, read_text, survivors
from corpus_pipeline.schema import DEDUP
from corpus_pipeline.storage import Place

#: Seconds between two lines of a phase in a log.
_LOG_SECONDS = 10.0


#: Ledger columns that explain a fate.
_DECIDING = {"reasons", *DEDUP.names}


class Console:
    """Progress bars with rate and ETA on a terminal, plain lines anywhere else."""

    def __init__(self) -> None:
        self._console = rich.console.Console(stderr=True, highlight=False)
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._done: dict[str, tuple[int, int]] = {}
        self._bytes: dict[str, int] = {}
        self._started: dict[str, float] = {}
        self._spoken = 0.0

    def __enter__(self) -> "Console":
        if self._console.is_terminal:
            self._bars = Progress(
                TextColumn("{task.description:13}"), BarColumn(), MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"), TimeRemainingColumn(), console=self._console,
            )  # fmt: skip
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def say(self, line: str) -> None:
        """Prints one line."""
        self._console.print(printable(line), markup=False, soft_wrap=True)

    def plan(self, plan: Plan, workers: int | None) -> None:
        """Says how the work is cut."""
        self.say(
            f"plan: {len(plan.units)} units of {len(plan.fingerprint['inputs'])} files, "
            f"{plan.partitions} partitions"
            + ("" if workers is None else f", {workers} worker{'s' * (workers > 1)}")
        )

    def remark(self, line: str) -> None:
        """Prints the line."""
        self.say(line)

    def start(self, phase: str, items: int, finished: int) -> None:
        """Starts a bar or a group of lines."""
        self._done[phase] = (finished, items)
        self._bytes[phase] = 0
        self._started[phase] = self._spoken = time.monotonic()
        if finished:
            self.say(f"{phase}: {finished} of {items} were done before")
        if self._bars is not None:
            self._tasks[phase] = self._bars.add_task(
                phase, total=items, completed=finished, rate=""
            )

    def advance(self, phase: str, items: int, text_bytes: int) -> None:
        """Moves the bar, or prints a line now and then."""
        before, total = self._done[phase]
        done = before + items
        self._done[phase] = (done, total)
        self._bytes[phase] += text_bytes
        rate = self._rate(phase)
        if self._bars is not None:
            self._bars.update(self._tasks[phase], advance=items, rate=rate)
        elif done < total and time.monotonic() - self._spoken > _LOG_SECONDS:
            self._spoken = time.monotonic()
            left = (self._spoken - self._started[phase]) * (total - done) / max(1, done)
            self.say(f"{phase}: {done} of {total} {rate} about {left:.0f} s left")

    def finish(self, phase: str, seconds: float) -> None:
        """Closes the bar or prints the phase's last line."""
        if self._bars is not None:
            self._bars.update(self._tasks[phase], completed=self._done[phase][1])
        else:
            self.say(f"{phase}: done in {seconds:.1f} s {self._rate(phase)}".rstrip())

    def _rate(self, phase: str) -> str:
        seconds = time.monotonic() - self._started[phase]
        return (
            f"{self._bytes[phase] / 1e6 / max(seconds, 1e-9):.1f} MB/s"
            if self._bytes[phase]
            else ""
        )


def print_summary(output: Place, run: dict[str, Any]) -> None:
    """Prints one row for each stage, then what was written."""
    console = _stdout()
    table = Table(title=f"{output}: documents through the stages", title_justify="left")
    table.add_column("stage")
    for heading in ("in", "dropped", "out", "CPU s"):
        table.add_column(heading, justify="right")
    table.add_column("reasons and counts")
    for row in summarise(run):
        details = [f"{printable(name)} {count}" for name, count in sorted(
            {**row.dropped, **row.notes}.items(), key=lambda item: -item[1])]  # fmt: skip
        table.add_row(
            row.stage, str(row.documents_in), str(sum(row.dropped.values())),
            str(row.documents_out), f"{row.seconds:.1f}", ", ".join(details),
        )  # fmt: skip
    console.print(table)
    counts = run["counts"]
    out = counts.get("documents", 0) - sum(n for k, n in counts.items() if k.startswith("dropped-"))
    tokens = f" and {counts['tokens']} tokens" if "tokens" in counts else ""
    console.print(f"{output}: {out} of {counts.get('documents', 0)} documents{tokens}")
    console.print(
        f"  documents {output}/documents   rejected, with reasons {output}/rejected   "
        f"one row per input document {output}/ledger"
    )
    for line in notes_after(run):
        console.print(printable(line))


def print_trace(output: Place, identity: str | None, token: str | None) -> None:
    """Prints what the ledger knows of a document.

    Raises:
        VerifyError: there is no such document or token, or neither was named.
    """
    if token is not None:
        shard, _, position = token.partition(":")
        if not (shard.isdecimal() and position.isdecimal()):
            raise VerifyError(f"--token is SHARD:POSITION, for example 0:1234; got {token!r}")
        rows = [find_token(output, int(shard), int(position))]
    elif identity is not None:
        rows = find_document(output, identity)
    else:
        raise VerifyError("name a document ID, or a token with --token SHARD:POSITION")
    console = _stdout()
    for row in rows:
        _print_document(console, output, row)


def _print_document(console: rich.console.Console, output: Place, row: dict[str, Any]) -> None:
    fate = "kept" if row["drop_reason"] is None else f"dropped: {row['drop_reason']}"
    console.print(printable(f"{row['id']}   address {row['unit']}:{row['row']}   {fate}"))
    table = Table(show_header=False, box=None, padding=(0, 2))
    # First what decided, then where it came from, then the measures; a measure of 0 says little.
    for name in sorted(row, key=lambda name: name not in _DECIDING):
        value = row[name]
        if value in (None, 0) or name in ("id", "unit", "row", "drop_reason"):
            continue
        shown = value.hex() if isinstance(value, bytes) else value
        text = f"{shown:.6g}" if isinstance(shown, float) else printable(str(shown))
        table.add_row(printable(name), text)
    console.print(table)
    # Imported here: kernels take a second to load, and tables do without.
    from corpus_pipeline.filters.quality_score import BASE, explain_score
    from corpus_pipeline.text.scripts import labels_or_scripts

    content = read_text(output, row)
    labels, texts = (pa.array([value], pa.string()) for value in (row["lang"], content))
    points = explain_score(row, labels_or_scripts(labels, texts)[0].as_py())
    if points:
        parts = ", ".join(f"{name} {value:+d}" for name, value in points.items() if value)
        console.print(printable(f"  quality_score is {BASE} and the points of: {parts}"))
    for other in survivors(output, row):
        _print_other(console, "duplicate_of", other)
    if row["partner"] not in (None, row["duplicate_of"]):
        _print_other(console, "partner", find_document(output, row["partner"])[0])
    if content is not None:
        console.print(f"  text ({len(content)} characters): {content[:300]!r}")


def _print_other(console: rich.console.Console, name: str, other: dict[str, Any]) -> None:
    fate = other["drop_reason"] or "kept"
    address = f"{other['unit']}:{other['row']}"
    line = f"  {name} {address} is {other['id']} ({other['file']}), {fate}"
    console.print(printable(line))


def _stdout() -> rich.console.Console:
    """Tables for people; in a pipe or a log they are wide enough not to be cut."""
    width = None if sys.stdout.isatty() else 160
    return rich.console.Console(highlight=False, markup=False, soft_wrap=True, width=width)
