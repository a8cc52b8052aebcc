"""What a person sees while a run goes on. Imports little: it speaks before anything is loaded.

    a terminal       one view that is drawn anew (live_view)
    anything else    a line for each phase, and about one a minute while it goes on

A terminal that cannot move its cursor (TERM=dumb) is anything else.
"""

import contextlib
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING

import rich.console
from rich.console import Group
from rich.live import Live
from rich.text import Text

from corpus_pipeline.cli.figures import Figures
from corpus_pipeline.cli.figures_text import left_text, rates_text, reasons_text
from corpus_pipeline.cli.live_view import ASCII, UNICODE, draw
from corpus_pipeline.errors import printable
from corpus_pipeline.machine import memory_of_processes

if TYPE_CHECKING:
    from corpus_pipeline.cli.events import EventWriter
    from corpus_pipeline.planning.plan import Plan

#: Seconds between two lines of a log while a phase goes on.
LOG_SECONDS = 60.0
#: Seconds after which a log is told what a command waits for; a mistake found sooner stands alone.
ANNOUNCE_AFTER_SECONDS = 0.7
#: How often the view is drawn in a second, and after how many seconds memory is looked at again.
_DRAWN_A_SECOND, _MEMORY_SECONDS = 2, 2.0
#: Columns of the reasons in a line of a log.
_LOGGED_REASONS = 70


class Console:
    """A live view on a terminal, plain lines anywhere else; is told by a run how it goes on."""

    def __init__(self, check: bool = True, drawn: bool = True) -> None:
        """Says nothing yet. `events`, if there are any to be written, is set before it is entered.

        Args:
            check: whether the output is read again behind the run.
            drawn: whether a terminal has a view.
        """
        self.figures = Figures(check=check)
        self.events: EventWriter | None = None
        self._console = rich.console.Console(stderr=True, highlight=False)
        self._draws = drawn
        self._live: Live | None = None
        self._redirected = contextlib.ExitStack()
        self._waiting: threading.Timer | str | None = None
        self._ended = threading.Event()
        self._ticker: threading.Thread | None = None
        self._memory, self._memory_seen = 0, float("-inf")

    def __enter__(self) -> "Console":
        if self._draws and self._console.is_terminal and not self._console.is_dumb_terminal:
            self._live = Live(
                console=self._console, get_renderable=self._drawn, transient=True,
                refresh_per_second=_DRAWN_A_SECOND,
            )  # fmt: skip
            self._live.start()
            self._redirected.enter_context(_logged_above())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._go_on()
        self._ended.set()
        if self._live is not None:
            # What was seen last stays; of a command that was refused there is nothing to keep.
            self._live.transient = not self.figures.phases
            self._live.stop()
            self._redirected.close()

    def begin(self, what: str) -> None:
        """Says what goes on before there is a plan, until it is said what comes next."""
        self._go_on()
        if self._live is not None:
            self._waiting = what
            self._live.refresh()
        elif (left := self.figures.born + ANNOUNCE_AFTER_SECONDS - time.monotonic()) <= 0:
            self.say(what)
        else:
            self._waiting = threading.Timer(left, self.say, [what])
            self._waiting.daemon = True
            self._waiting.start()

    def _go_on(self) -> None:
        """Ends what `begin` has said."""
        if isinstance(self._waiting, threading.Timer):
            self._waiting.cancel()
        self._waiting = None

    def say(self, line: str) -> None:
        """Prints one line; on a terminal it stands above the view."""
        self._console.print(printable(line), markup=False, soft_wrap=True)

    def plan(self, plan: "Plan", workers: int | None, phases: Mapping[str, float]) -> None:
        """Says how the work is cut."""
        self._go_on()
        self.figures.plan(workers, phases)
        if self.events is not None:
            self.events.plan(plan, workers)
        self.say(
            f"plan: {len(plan.units)} units of {len(plan.fingerprint['inputs'])} files, "
            f"{plan.partitions} partitions"
            + ("" if workers is None else f", {workers} worker{'s' * (workers > 1)}")
        )

    def remark(self, line: str) -> None:
        """Prints the line."""
        if self.events is not None:
            self.events.remark(line)
        self.say(line)

    def start(self, phase: str, items: int, finished: int) -> None:
        """Shows that a phase goes on."""
        self._go_on()
        self.figures.start(phase, items, finished)
        if self.events is not None:
            self.events.start(phase, items, finished)
        if finished:
            self.say(f"{phase}: {finished} of {items} were done before")
        if self._live is None and self._ticker is None:
            self._ticker = threading.Thread(target=self._tick, daemon=True)
            self._ticker.start()

    def advance(self, phase: str, items: int, text_bytes: int) -> None:
        """Notes what is done."""
        self.figures.advance(phase, items, text_bytes)
        if self.events is not None:
            self.events.advance(phase)

    def counted(self, phase: str, counts: Mapping[str, int]) -> None:
        """Notes documents and drops."""
        self.figures.counted(phase, counts)

    def finish(self, phase: str, seconds: float) -> None:
        """Notes that a phase is done, or prints its last line."""
        self.figures.finish(phase, seconds)
        if self.events is not None:
            self.events.finish(phase, seconds)
        if self._live is None:
            done, now = self.figures.phases[phase], self.figures.clock()
            rates = rates_text(done.byte_rate(now), done.document_rate(now))
            self.say(f"{phase}: done in {seconds:.1f} s {rates}".rstrip())

    def _tick(self) -> None:
        """Prints a line about the phase under way now and then, until the end."""
        while not self._ended.wait(LOG_SECONDS):
            if line := progress_line(self.figures):
                self.say(line)

    def _drawn(self) -> Group:
        """Draws the view, in whatever size the terminal has by now."""
        if isinstance(self._waiting, str):
            return Group(Text(self._waiting, "dim", no_wrap=True))
        now = time.monotonic()
        if now - self._memory_seen >= _MEMORY_SECONDS:
            self._memory, self._memory_seen = memory_of_processes(os.getpid()), now
        signs = UNICODE if self._console.encoding.startswith("utf") else ASCII
        width, height = self._console.size
        return Group(*draw(self.figures, width, height, signs, self._memory))


def progress_line(figures: Figures) -> str:
    """Says in one line how far a run is; nothing between two phases."""
    with figures.lock:
        phase = figures.current
        if phase is None:
            return ""
        now = figures.clock()
        parts = [f"{phase.name}: {min(phase.done, phase.items or 0):,} of {phase.items or 0:,}"]
        rates = rates_text(phase.byte_rate(now), phase.document_rate(now))
        parts += [text for text in (rates, left_text(figures.remaining())) if text]
        if figures.has_counted and figures.tally.dropped:
            tally = figures.tally
            reasons = reasons_text(tally, _LOGGED_REASONS)
            parts.append(f"{tally.dropped:,} of {tally.documents:,} documents dropped: {reasons}")
        return "; ".join(parts)


@contextlib.contextmanager
def _logged_above() -> Iterator[None]:
    """Lets what is logged stand above a view that is drawn, instead of in its midst.

    A handler keeps the stream that it was made with; the view replaces standard error by one that
    knows where the view stands.
    """
    with contextlib.ExitStack() as restored:
        for handler in logging.getLogger().handlers:
            if type(handler) is logging.StreamHandler:
                before = handler.setStream(sys.stderr)
                if before is not None:
                    restored.callback(handler.setStream, before)
        yield
