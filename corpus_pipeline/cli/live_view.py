"""What a terminal shows of a run that goes on: one view, drawn anew twice a second.

    run  ━━━━━━━━━━━━━━━╺━━━━━━━━━━━━━━  52 %   0:01:23   about 0:01:20 left (estimate)
      document                    8 of 8        0:01
    ▶ finish         ━━━━━━╺━━━━  3 of 11       0:12   301 documents/s
      to come: shards, merge-shards, ledger, check
    documents 2,143 read, 611 dropped (28.5 %), 9 unreadable
      language-not-kept 214, exact-duplicate 113, document-duplicate 57, 20 more 227
    2 workers, 1.9 GB of memory

It is made from the figures alone: of a width and a height, with or without signs beyond ASCII. The
console removes the colours where NO_COLOR is set.
"""

from typing import NamedTuple

from rich.text import Text

from corpus_pipeline.cli.figures import Figures, PhaseFigures
from corpus_pipeline.cli.figures_text import (
    bytes_text,
    clock_text,
    documents_text,
    left_text,
    rates_text,
    reasons_text,
)

#: Signs of a bar, and columns of it, in the line of the run and of a phase.
_RUN_BAR, _PHASE_BAR = 30, 12
#: Columns of the name of a phase, and of a terminal from which on phases have a bar.
_NAME, _WIDE = 20, 78


class Signs(NamedTuple):
    """What bars and marks are drawn with."""

    done: str
    tip: str
    rest: str
    current: str


UNICODE, ASCII = Signs("━", "╸", "─", "▶"), Signs("=", ">", "-", ">")


def draw(
    figures: Figures, width: int, height: int, signs: Signs = UNICODE, memory: int = 0
) -> list[Text]:
    """Draws the view.

    Args:
        figures: what the run has told.
        width: columns of the terminal.
        height: its lines; the view has at most one less.
        signs: what it is drawn with.
        memory: bytes that the processes of the run have; 0 if nobody knows.

    Returns:
        Its lines, none of them wider than the terminal.
    """
    with figures.lock:
        phases = list(figures.phases.values())
        room = max(1, height - 1)
        below = _below(figures, width, memory)[: max(0, room - 2)]
        lines = [_run_line(figures, width, signs)] if len(phases) > 1 else []
        lines += _phase_lines(figures, room - len(below) - len(lines), width, signs)
        lines += below
    for line in lines:
        line.truncate(width, overflow="ellipsis" if signs is UNICODE else "crop")
        line.no_wrap = True
    return lines[:room]


def _run_line(figures: Figures, width: int, signs: Signs) -> Text:
    now = figures.clock()
    ended = all(each.seconds is not None or each.skipped for each in figures.phases.values())
    text = Text("run")
    share = 1.0 if ended else figures.share
    left = None if ended else figures.remaining()
    gone, percent = clock_text(now - figures.born), f"  {100 * share:3.0f} %  "
    full = f"{percent}{gone} so far  {left_text(left)}".rstrip()
    short = f"{percent}{gone}" + ("" if left is None else f"  about {clock_text(left)} left")
    rest = full if len(full) <= width - len("run") else short
    bar = min(_RUN_BAR, width - len("run ") - len(rest))
    if bar >= 4:
        text.append(" ").append(_bar(share, bar, signs))
    return text.append(rest)


def _bar(share: float, width: int, signs: Signs) -> Text:
    full = int(share * width)
    tip = signs.tip if 0 < share < 1 and full < width else ""
    text = Text(signs.done * full + tip, "green")
    return text.append(signs.rest * (width - full - len(tip)), "dim")


def _phase_lines(figures: Figures, room: int, width: int, signs: Signs) -> list[Text]:
    """The phase under way, the last ones before it, and the names of those to come."""
    now = figures.clock()
    phases = list(figures.phases.values())
    current = figures.current
    begun = [each for each in phases if each.items is not None and each is not current]
    to_come = [each for each in phases if each.items is None and not each.skipped]
    least = (current is not None) + bool(to_come)
    shown = begun[-(room - least) :] if room > least else []
    shown += [] if current is None else [current]
    columns = max((len(_items_text(each)) for each in shown), default=0)
    lines = [_phase_line(each, now, width, columns, signs) for each in shown]
    if to_come and len(lines) < room:
        lines.append(Text(_names(to_come, width), "dim"))
    return lines


def _names(phases: list[PhaseFigures], width: int) -> str:
    """Names phases, as many as fit."""
    names = [each.name for each in phases]
    for shown in range(len(names), 0, -1):
        more = f" and {len(names) - shown} more" if shown < len(names) else ""
        text = f"  to come: {', '.join(names[:shown])}{more}"
        if len(text) <= width:
            return text
    return f"  to come: {len(names)} phases"


def _items_text(phase: PhaseFigures) -> str:
    items = phase.items or 0
    return f"{min(phase.done, items):,} of {items:,}"


def _phase_line(phase: PhaseFigures, now: float, width: int, columns: int, signs: Signs) -> Text:
    """One phase: its name, a bar while it goes on, its items, its time, how fast it is."""
    counted, elapsed = _items_text(phase), clock_text(phase.elapsed(now))
    text = Text()
    text.append(f"{signs.current if phase.under_way else ' '} ", "green")
    name = "bold" if phase.under_way else ""
    if width < _NAME + columns + len(elapsed) + 6:  # The items must be seen.
        return text.append(phase.name, name).append(f" {counted} {elapsed}")
    text.append(f"{phase.name:{_NAME}}", name)
    if width >= _WIDE:
        bar = _bar(min(1.0, phase.done / max(1, phase.items or 0)), _PHASE_BAR, signs)
        text.append(bar if phase.under_way else " " * _PHASE_BAR).append(" ")
    text.append(f"{counted:{columns}}  {elapsed}")
    if rates := rates_text(phase.byte_rate(now), phase.document_rate(now)):
        text.append(f"  {rates}")
    return text


def _below(figures: Figures, width: int, memory: int) -> list[Text]:
    """What stands below the phases: documents, reasons, workers."""
    lines = []
    if figures.has_counted and figures.tally.documents:
        lines.append(Text(documents_text(figures.tally)))
        if figures.tally.unreadable:
            lines[-1].highlight_regex(r"[\d,]+ unreadable", "bold red")
        if reasons := reasons_text(figures.tally, width - 2):
            lines.append(Text(f"  {reasons}", "dim"))
    parts = []
    if figures.workers is not None:
        parts.append(f"{figures.workers} worker{'s' * (figures.workers > 1)}")
    if memory and figures.phases:
        parts.append(f"{bytes_text(memory)} of memory")
    if parts:
        lines.append(Text(", ".join(parts), "dim"))
    return lines
