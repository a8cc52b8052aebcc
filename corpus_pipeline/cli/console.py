"""What a person sees while a run goes on. Imports little: it speaks before anything is loaded."""

import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING

import rich.console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from corpus_pipeline.errors import printable

if TYPE_CHECKING:
    from corpus_pipeline.planning.plan import Plan

#: Seconds between two lines of a phase in a log.
_LOG_SECONDS = 10.0
#: Seconds after which a log is told what a command waits for; a mistake found sooner stands alone.
ANNOUNCE_AFTER_SECONDS = 0.7


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
        self._born = time.monotonic()
        self._waiting: threading.Timer | TaskID | None = None

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
        self._go_on()
        if self._bars is not None:
            self._bars.stop()

    def begin(self, what: str) -> None:
        """Says what goes on before there is a plan, until it is said what comes next."""
        self._go_on()
        if self._bars is not None:
            self._waiting = self._bars.add_task(what, total=None, rate="")
        elif (left := self._born + ANNOUNCE_AFTER_SECONDS - time.monotonic()) <= 0:
            self.say(what)
        else:
            self._waiting = threading.Timer(left, self.say, [what])
            self._waiting.daemon = True
            self._waiting.start()

    def _go_on(self) -> None:
        """Ends what `begin` has said."""
        if isinstance(self._waiting, threading.Timer):
            self._waiting.cancel()
        elif self._waiting is not None and self._bars is not None:
            self._bars.remove_task(self._waiting)
        self._waiting = None

    def say(self, line: str) -> None:
        """Prints one line."""
        self._console.print(printable(line), markup=False, soft_wrap=True)

    def plan(self, plan: "Plan", workers: int | None) -> None:
        """Says how the work is cut."""
        self._go_on()
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
        self._go_on()
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
