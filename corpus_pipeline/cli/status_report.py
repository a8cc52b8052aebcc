"""`corpus status`: how far a run is, for a person or for a program."""

import json
import textwrap
import time

from corpus_pipeline.cli.figures_text import (
    bytes_text,
    clock_text,
    documents_text,
    left_text,
    rates_text,
    reasons_text,
)
from corpus_pipeline.cli.tables import plain_table, screen
from corpus_pipeline.errors import printable
from corpus_pipeline.inspection.status import SAMPLE, PhaseStatus, Status, status_of
from corpus_pipeline.redaction import public_path
from corpus_pipeline.storage import place

#: Exit codes of the states in which nothing is complete and no work goes on.
STATE_CODES = {"stopped": 3, "not begun": 4}
#: Phases that are shown; of more, those that took longest.
_PHASES = 12


def print_status(output: str, as_json: bool) -> int:
    """Prints how far a run is; returns the exit code.

    Args:
        output: folder or URL.
        as_json: for programs.

    Raises:
        VerifyError: the folder holds something else than a run.
    """
    found = status_of(place(output), public_path(output))
    if as_json:
        print(json.dumps(found.as_json()))
    else:
        _print(found)
    return STATE_CODES.get(found.state, 0)


def _print(found: Status) -> None:
    console = screen()

    def say(line: str, indent: str = "") -> None:
        text = textwrap.fill(
            printable(line), console.width, initial_indent=indent, subsequent_indent=indent or "  ",
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
        console.print(text, markup=False, soft_wrap=True)

    say(f"{found.output}: {_state_text(found)}")
    if found.tally.documents:
        about = f" (from {SAMPLE:,} items of this phase, scaled up)" if found.sampled else ""
        say(documents_text(found.tally) + about)
        if reasons := reasons_text(found.tally, console.width - 2):
            say(reasons, "  ")
        if found.tally.read_bytes:
            say(f"text {bytes_text(found.tally.read_bytes)} read")
        if found.tally.kept:
            tokens = f" with {found.tally.tokens:,} tokens" if found.tally.tokens else ""
            so_far = "" if found.state == "complete" else " so far"
            say(f"{found.tally.kept:,} documents{tokens} stay{so_far}")
    if found.written is not None:
        say(f"output {bytes_text(found.written)}")
    if found.documents_per_second is not None:
        rates = rates_text(found.bytes_per_second or 0, found.documents_per_second)
        say(f"{rates} since {_began(found)}")
    if found.phases and found.state != "complete":
        table = plain_table(("phase", "done", "of", "time"))
        for each in _shown(found.phases):
            items = "?" if each.items is None else f"{each.items:,}"
            took = "" if each.seconds is None else clock_text(each.seconds)
            table.add_row(each.name, f"{each.done:,}", items, took)
        console.print(table)
    if found.to_come:
        say(f"to come: {', '.join(found.to_come)}")
    if found.seconds_left is not None:
        say(left_text(found.seconds_left))
    if found.last_written is not None:
        ago = max(0.0, time.time() - found.last_written)
        at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(found.last_written))
        say(f"last written {clock_text(ago)} ago, at {at}")
    for remark in found.remarks:
        say(remark)
    say(f"to do: {found.todo}")
    if found.state == "stopped" and found.command is not None:
        # In one line, so that it can be copied.
        console.print(f"  {printable(found.command)}", markup=False, soft_wrap=True)


def _began(found: Status) -> str:
    current = found.current
    return "its driver began" if current is None else f"its driver took up {current.name}"


def _state_text(found: Status) -> str:
    """Says the state in a few words.

    >>> _state_text(Status("out", "not begun"))
    'no run has begun here'
    >>> _state_text(Status("out", "running", to_come=("exact", "finish"), runner="spark"))
    'a run goes on (its driver, runner spark), no item of exact done yet'
    """
    driver = f"process {found.pid} on {found.host}" if found.pid else "its driver"
    if found.runner:
        driver += f", runner {found.runner}"
    current = found.current
    at = "before the first phase"
    if found.to_come:
        at = f"no item of {found.to_come[0]} done yet"
    if current is not None:
        items = "" if current.items is None else f" of {current.items:,}"
        at = f"in {current.name}, {current.done:,}{items} items done"
    return {
        "complete": "a complete run",
        "running": f"a run goes on ({driver}), {at}",
        "stopped": f"a run was stopped ({driver}, is gone), {at}",
        "not begun": "no run has begun here",
    }[found.state]


def _shown(phases: tuple[PhaseStatus, ...]) -> list[PhaseStatus]:
    """Returns the phases to show in their order: the one under way, and those that took longest."""
    longest = sorted(phases, key=lambda each: (each.seconds is not None, -(each.seconds or 0)))
    shown = {each.name for each in longest[:_PHASES]}
    return [each for each in phases if each.name in shown]
