"""One worker process of the direct engine, and the pipe that leads to it.

No lock and no queue is shared between workers: a process may be killed at any moment, and a lock
that it holds then is never released, a task that it has taken out of a shared queue is lost.
"""

import contextlib
import multiprocessing.connection
import signal
import time
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

from corpus_pipeline.engines.engine import StorageOptions, end_with_parent, prepare_worker
from corpus_pipeline.engines.workers import worker_context
from corpus_pipeline.errors import CorpusError

#: A worker's first message: it has started and takes tasks.
_READY = "ready"
#: Seconds that a worker may take to start, on a machine that is busy.
_START = 600.0
#: Seconds that a worker has to end when it is asked to.
_GRACE = 3.0

Task = tuple[int, ...]
Function = Callable[..., dict[str, int]]


class WorkerLost(Exception):
    """The process ended, or was ended for it was stuck, before it answered."""

    def __init__(self, reason: str, started: bool, stuck: bool = False) -> None:
        """Notes the reason.

        Args:
            reason: such as `exit status 9`.
            started: it had begun to take tasks.
            stuck: it took too long.
        """
        super().__init__(reason)
        self.started = started
        self.stuck = stuck


class WorkerProcess:
    """A process that runs one task at a time.

    `give` hands it a task, `wait_for_answers` tells which workers have something to say,
    `answer` hears it.
    """

    def __init__(self, storage_options: StorageOptions, timeout: float) -> None:
        """Starts the process.

        Args:
            storage_options: how it reaches inputs and outputs.
            timeout: seconds that one task may take.

        Raises:
            OSError: the system gives no process or no pipe.
        """
        self._timeout = timeout
        self._deadline = time.monotonic() + _START
        self._started = False
        self.task: Task | None = None
        """What it has in hand."""
        context = worker_context()
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(  # type: ignore[attr-defined]
            target=_serve, args=(theirs, storage_options), name="corpus worker"
        )
        self._process.start()
        theirs.close()

    def give(self, function: Function, arguments: Sequence[Any], task: Task) -> None:
        """Has it call a function of a module; a process that is gone says so at `answer`."""
        self.task = task
        if self._started:
            self._deadline = time.monotonic() + self._timeout
        with contextlib.suppress(OSError):
            self._pipe.send((function, (*arguments, task)))

    def alive(self) -> bool:
        """Tells whether the process is still there."""
        return bool(self._process.is_alive())

    def answer(self) -> dict[str, int] | Exception | None:
        """Returns what the task returned or raised; None if it is not done yet.

        Raises:
            WorkerLost: there will be no answer.
        """
        try:
            while self._pipe.poll():
                message = self._pipe.recv()
                if message != _READY:
                    self.task = None
                    self._deadline = float("inf")
                    return message  # type: ignore[no-any-return]
                self._started = True
                self._deadline = time.monotonic() + self._timeout
        except (EOFError, OSError):
            raise self._lost() from None
        if not self.alive():
            raise self._lost()
        if time.monotonic() >= self._deadline:
            self.kill()
            raise WorkerLost("stuck", self._started, stuck=True)
        return None

    def _lost(self) -> WorkerLost:
        self._process.join(_GRACE)
        code = self._process.exitcode
        self.kill()
        if code is not None and code < 0:
            return WorkerLost(f"killed by signal {-code}", self._started)
        return WorkerLost(f"exit status {code}", self._started)

    def close(self) -> None:
        """Asks it to end, for there are no more tasks."""
        self._pipe.close()

    def join(self) -> None:
        """Waits until it has ended; ends it if it does not."""
        self._process.join(_GRACE)
        if self.alive():
            self.kill()

    def kill(self) -> None:
        """Ends it at once."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


def wait_for_answers(workers: Sequence[WorkerProcess]) -> None:
    """Waits until one of the workers says something, ends, or has used up its time."""
    heard: list[Any] = [worker._pipe for worker in workers]
    heard += [worker._process.sentinel for worker in workers]
    deadline = min(worker._deadline for worker in workers)
    rest = None if deadline == float("inf") else max(0.0, deadline - time.monotonic())
    multiprocessing.connection.wait(heard, rest)


def _serve(pipe: "Connection[Any, Any]", storage_options: StorageOptions) -> None:
    """The worker process: takes tasks until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The driver says what Ctrl-C means.
    end_with_parent()
    prepare_worker(storage_options)
    pipe.send(_READY)
    while True:
        try:
            function, arguments = pipe.recv()
        except (EOFError, OSError):
            return
        result: Any
        try:
            result = function(*arguments)
        except Exception as error:
            if not isinstance(error, CorpusError):
                error.add_note(traceback.format_exc())  # A traceback does not travel.
            result = error
        try:
            pipe.send(result)
        except BrokenPipeError:
            return
        except Exception as error:  # An error that cannot be sent is told by its class.
            pipe.send(RuntimeError(f"{type(result).__name__}, which cannot be sent ({error!r})"))
