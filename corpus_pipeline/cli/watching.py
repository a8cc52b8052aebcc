"""A run as whoever started it sees it: what is shown, what is written for programs, how it ends.

The first Ctrl-C stops the run in order and says how to go on; a second one ends the process at
once. Both leave what is done.
"""

import contextlib
import logging
import os
import shlex
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus_pipeline import __version__
from corpus_pipeline.cli.console import Console
from corpus_pipeline.errors import CorpusError, printable
from corpus_pipeline.redaction import redacted

if TYPE_CHECKING:
    from corpus_pipeline.cli.events import EventWriter

#: Exit code of a command that Ctrl-C has ended.
INTERRUPTED = 130
#: Throws away what is done, so no command that goes on has it.
_OVERWRITE = "--overwrite"
#: Seconds after which a run that does not end at Ctrl-C says that another one ends it.
_PATIENCE = 1.0
#: Shows the cursor, which a view hides.
_SHOW_CURSOR = "\x1b[?25h"


class Interrupted(CorpusError):
    """The run was stopped by Ctrl-C; the line says how to go on."""

    exit_code = INTERRUPTED


def command_line(words: Sequence[str], original: Sequence[str]) -> str:
    """Returns a command line as it can be given again, quoted for a shell.

    Args:
        words: `sys.argv`.
        original: `sys.orig_argv`, which has the interpreter and its options.

    >>> command_line(["corpus", "run", "my corpus.yaml"], [])
    "corpus run 'my corpus.yaml'"
    >>> command_line(["/p/main.py", "run", "a"], ["python", "-m", "p.main", "run", "a"])
    'python -m p.main run a'
    """
    program = words[0]
    if Path(program).suffix == ".py" and original:
        return shlex.join(original)
    found = shutil.which(Path(program).name)
    if found is not None and os.path.realpath(found) == os.path.realpath(program):
        program = Path(program).name
    return shlex.join([program, *words[1:]])


def going_on(begun: bool) -> str:
    """Returns the command that goes on with the run of this process.

    Args:
        begun: this run has thrown away what was there, if it was asked to; the next must not.
    """
    words, original = (
        [word for word in each if not (begun and word == _OVERWRITE)]
        for each in (sys.argv, sys.orig_argv)
    )
    return command_line(words, original)


class Watch:
    """A run that is shown while it goes on."""

    def __init__(self, console: Console, events: "EventWriter | None") -> None:
        """Takes what is told.

        Args:
            console: for a person.
            events: for a program.
        """
        self.console = console
        self._events = events

    @property
    def as_json(self) -> bool:
        """Whether standard output is for programs."""
        return self._events is not None

    def writes_to(self, output: str) -> None:
        """Says where the run writes."""
        if self._events is not None:
            self._events.output = output

    def finished(self, run: dict[str, Any], checked: bool) -> None:
        """The run is complete."""
        if self._events is not None:
            self._events.finished(run, checked)

    def failed(self, error: BaseException) -> None:
        """The run ended before that."""
        if self._events is not None:
            code = error.exit_code if isinstance(error, CorpusError) else 1
            told = isinstance(error, (CorpusError, OSError))
            line = str(error) if told else "an error that nobody foresaw; see standard error"
            self._events.failed(type(error).__name__, line, code)

    def interrupted(self) -> Interrupted:
        """Says how far the run is, and how to go on."""
        figures = self.console.figures
        begun = bool(figures.phases)
        command = going_on(begun)
        if not begun:
            return Interrupted(f"interrupted before the work began; to begin: {command}")
        done = [each.name for each in figures.phases.values() if each.seconds is not None]
        current = figures.current
        at = "between two phases"
        if current is not None:
            items = current.items or 0
            at = f"in {current.name} with {min(current.done, items)} of {items} items done"
        before = f", after {len(done)} phase{'s' * (len(done) > 1)}" if done else ""
        return Interrupted(f"interrupted {at}{before}; what is done stays; to go on: {command}")


@contextlib.contextmanager
def watched(as_json: bool = False, check: bool = True) -> Iterator[Watch]:
    """Shows what a block does; must come before anything starts a process.

    Args:
        as_json: write events on standard output.
        check: whether the output is read again at the end.

    Raises:
        Interrupted: Ctrl-C was pressed.
    """
    # Events at a terminal would tear a view apart.
    console = Console(check, drawn=not (as_json and sys.stdout.isatty()))
    with _events(console) if as_json else contextlib.nullcontext():
        watch = Watch(console, console.events)
        try:
            with _ending_at_once(console, watch.interrupted), console:
                yield watch
        except KeyboardInterrupt:
            stopped = watch.interrupted()
            watch.failed(stopped)
            raise stopped from None
        except BaseException as error:
            if not isinstance(error, BrokenPipeError):  # Nobody reads the events any more.
                watch.failed(error)
            raise


@contextlib.contextmanager
def _events(console: Console) -> Iterator[None]:
    """Lets a console write events on standard output, which is theirs alone in the block.

    What libraries, workers and the user's own steps print goes to standard error instead.
    """
    from corpus_pipeline.cli.events import AsRemarks, EventWriter

    sys.stdout.flush()
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    console.events = EventWriter(own, console.figures)
    logged = AsRemarks(console.events)
    try:
        console.events.started(__version__, going_on(True))
        logging.getLogger().addHandler(logged)
        yield
    finally:
        logging.getLogger().removeHandler(logged)
        sys.stdout.flush()
        os.dup2(own.fileno(), 1)
        with contextlib.suppress(OSError):  # Nobody reads them any more.
            own.close()


@contextlib.contextmanager
def _ending_at_once(console: Console, line: Callable[[], Interrupted]) -> Iterator[None]:
    """Lets a second Ctrl-C in a block end the process; the first one is as ever."""
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield  # Somebody else decides, or the signal is ignored: `nohup`, a job in the background.
        return
    waiting: list[threading.Timer] = []

    def first(number: int, frame: Any) -> None:
        signal.signal(signal.SIGINT, second)
        waiting.append(
            threading.Timer(
                _PATIENCE, console.say, ["stopping the workers; Ctrl-C again ends at once"]
            )
        )
        waiting[0].daemon = True
        waiting[0].start()
        raise KeyboardInterrupt

    def second(number: int, frame: Any) -> None:
        said = f"corpus: {printable(redacted(str(line())))}\n"
        if sys.stderr.isatty():
            said = f"{_SHOW_CURSOR}\r\n{said}"
        os.write(2, said.encode("utf-8", "backslashreplace"))
        os._exit(INTERRUPTED)

    signal.signal(signal.SIGINT, first)
    try:
        yield
    finally:
        for timer in waiting:
            timer.cancel()
        signal.signal(signal.SIGINT, signal.default_int_handler)
