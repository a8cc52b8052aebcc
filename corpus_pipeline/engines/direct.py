"""The default engine: a pool of worker processes on one machine.

Every worker takes items of a phase and runs the phase's transforms over them, without Beam, whose
start and graphs would cost more than a small corpus does. A worker that dies or is stuck costs one
retry of its items, never the pool.
"""

import concurrent.futures
import itertools
import logging
import os
from collections import Counter
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Any

from pebble import ProcessExpired, ProcessPool

from corpus_pipeline.engines.engine import (
    Phase,
    Report,
    StorageOptions,
    as_corpus_error,
    end_with_parent,
    prepare_worker,
)
from corpus_pipeline.engines.in_process import run_transforms
from corpus_pipeline.engines.workers import worker_context
from corpus_pipeline.errors import CorpusError, EngineError

#: How often the items of a dead or stuck worker are tried, the first time included.
_ATTEMPTS = 3


class DirectEngine:
    """Runs phases in a pool of processes that lives as long as the `with` block.

    The workers go from phase to phase, so a model is loaded once in each.
    """

    def __init__(
        self, workers: int, timeout: float, storage_options: StorageOptions | None = None
    ) -> None:
        """Makes the pool; its processes start with the first task.

        Args:
            workers: number of processes.
            timeout: seconds that one task may take before it is tried again.
            storage_options: how the workers reach inputs and outputs.
        """
        self.workers: int = workers
        self._timeout = timeout
        self._storage_options = storage_options or {}
        self._pool = self._new_pool()
        self._worked = False
        """Whether any task was ever done: workers can start here."""

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(
            self.workers,
            context=worker_context(),
            initializer=_start_worker,
            initargs=[self._storage_options],
        )

    def _renew_pool(self) -> None:
        """Starts other workers; a pool does not survive that one dies while none has a task."""
        self._pool.stop()
        self._pool.join()
        self._pool = self._new_pool()

    def __enter__(self) -> "DirectEngine":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self._pool.close()
        else:
            self._pool.stop()
        self._pool.join()

    def run(self, phase: Phase, items: Sequence[int], max_items: int, report: Report) -> None:
        """Runs all items, cut into about two tasks for each worker and of at most `max_items`.

        Raises:
            CorpusError: a task failed; the first failure ends the phase.
            EngineError: a task killed its worker or hung `_ATTEMPTS` times.
        """

        def schedule(task: tuple[int, ...]) -> Any:
            try:
                return self._pool.schedule(_run_task, args=[phase, task], timeout=self._timeout)
            except OSError as error:  # The pool starts with its first task.
                raise EngineError(
                    f"{error.filename or '/dev/shm'}: {error.strerror}; worker processes have "
                    "their locks there, so it must be writable (docker run --shm-size=1g)"
                ) from error

        def submit(task: tuple[int, ...], attempt: int) -> None:
            try:
                future = schedule(task)
            except RuntimeError:  # The pool is broken: a worker died that had nothing to do.
                self._renew_pool()
                future = schedule(task)
            running[future] = (task, attempt)

        running: dict[concurrent.futures.Future[Any], tuple[tuple[int, ...], int]] = {}
        waiting = iter(_tasks(items, self.workers, max_items))
        for task in itertools.islice(waiting, 2 * self.workers):
            submit(task, 1)
        while running:
            finished, _ = concurrent.futures.wait(
                running, return_when=concurrent.futures.FIRST_COMPLETED
            )
            for future in finished:
                task, attempt = running.pop(future)
                error = future.exception()
                if error is None:
                    self._worked = True
                    for following in itertools.islice(waiting, 1):
                        submit(following, 1)
                    clocks = Counter(future.result())
                    report.advance(len(task), clocks["read/bytes"])
                    report.done(task, clocks)
                elif isinstance(error, (ProcessExpired, TimeoutError)):
                    if attempt == _ATTEMPTS:
                        raise EngineError(_worker_lost(phase.name, task, error, self._timeout))
                    logging.warning("phase %s: worker lost at %s, trying again", phase.name, task)
                    submit(task, attempt + 1)
                elif isinstance(error, BrokenProcessPool):
                    # Workers that cannot start at all say so each time, so they start twice only.
                    if attempt == (_ATTEMPTS if self._worked else 2):
                        raise EngineError(
                            f"phase {phase.name}: worker processes end before they take work; "
                            "their messages stand above (a script that runs a pipeline starts it "
                            "under `if __name__ == '__main__':`)"
                        )
                    logging.warning("phase %s: worker lost at %s, trying again", phase.name, task)
                    submit(task, attempt + 1)
                else:
                    raise error


def _tasks(items: Sequence[int], workers: int, max_items: int) -> list[tuple[int, ...]]:
    """Cuts items into about two tasks for each worker, of at most `max_items`.

    >>> _tasks(range(5), 1, 10), _tasks(range(5), 1, 2)
    ([(0, 1, 2), (3, 4)], [(0, 1), (2, 3), (4,)])
    """
    step = max(1, min(max_items, -(-len(items) // (2 * workers))))
    return [tuple(items[start : start + step]) for start in range(0, len(items), step)]


def _worker_lost(phase: str, task: tuple[int, ...], error: Exception, timeout: float) -> str:
    items = ", ".join(map(str, task))
    if isinstance(error, TimeoutError):
        return (
            f"phase {phase}: item {items} took over {timeout:.0f} s {_ATTEMPTS} times; "
            "raise unit_timeout or lower plan.unit_bytes"
        )
    return (
        f"phase {phase}: the worker died {_ATTEMPTS} times at item {items} ({error}); "
        "if the system is short of memory, lower plan.unit_bytes or --workers"
    )


def _start_worker(storage_options: StorageOptions) -> None:
    end_with_parent()
    prepare_worker(storage_options)


def _run_task(phase: Phase, task: tuple[int, ...]) -> dict[str, int]:
    """Runs the phase over the items of one task, in this process."""
    try:
        return dict(run_transforms(phase.work(task)))
    except Exception as error:
        if os.environ.get("CORPUS_DEBUG") and not isinstance(error, CorpusError):
            raise
        raise as_corpus_error(error, phase.name, f"item {task[0]}") from None
