"""The default engine: a pool of worker processes on one machine.

Every worker takes items of a phase and runs the phase's transforms over them, without Beam, whose
start and graphs would cost more than a small corpus does. A worker that dies or is stuck costs one
retry of its items, never the pool.
"""

import logging
import os
from collections import Counter, deque
from collections.abc import Sequence
from types import TracebackType

from corpus_pipeline.engines.engine import Phase, Report, StorageOptions, as_corpus_error
from corpus_pipeline.engines.in_process import run_transforms
from corpus_pipeline.engines.worker_process import (
    Task,
    WorkerLost,
    WorkerProcess,
    wait_for_answers,
)
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
        """Makes the pool; a process starts when there is a task for it.

        Args:
            workers: number of processes.
            timeout: seconds that one task may take before it is tried again.
            storage_options: how the workers reach inputs and outputs.
        """
        self.workers: int = workers
        self._timeout = timeout
        self._storage_options = storage_options or {}
        self._pool: list[WorkerProcess] = []
        self._worked = False
        """Whether any task was ever done: workers can start here."""

    def __enter__(self) -> "DirectEngine":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in self._pool:
            if error is None:
                worker.close()
            else:
                worker.kill()
        for worker in self._pool:
            worker.join()

    def run(self, phase: Phase, items: Sequence[int], max_items: int, report: Report) -> None:
        """Runs all items, cut into about two tasks for each worker and of at most `max_items`.

        Raises:
            CorpusError: a task failed; the first failure ends the phase.
            EngineError: a task killed its worker or hung `_ATTEMPTS` times.
        """
        waiting = deque((task, 1) for task in _tasks(items, self.workers, max_items))
        attempts: dict[Task, int] = {}
        while waiting or attempts:
            while waiting and len(attempts) < self.workers:
                task, attempt = waiting.popleft()
                attempts[task] = attempt
                self._idle_worker().give(_run_task, [phase], task)
            busy = [worker for worker in self._pool if worker.task is not None]
            wait_for_answers(busy)
            answers = []
            for worker in busy:
                assert worker.task is not None
                task = worker.task
                try:
                    answer = worker.answer()
                except WorkerLost as lost:
                    self._pool.remove(worker)
                    attempt = attempts.pop(task)
                    # Workers that cannot start at all say so each time: they start twice only.
                    if attempt == (_ATTEMPTS if lost.started or self._worked else 2):
                        raise EngineError(
                            _worker_lost(phase.name, task, lost, self._timeout)
                        ) from None
                    logging.warning("phase %s: worker lost at %s, trying again", phase.name, task)
                    waiting.appendleft((task, attempt + 1))
                else:
                    if isinstance(answer, Exception):
                        raise answer
                    if answer is not None:
                        del attempts[task]
                        answers.append((task, answer))
            for task, clocks in answers:
                self._worked = True
                report.done(task, Counter(clocks))
                report.advance(len(task), clocks.get("read/bytes", 0))

    def _idle_worker(self) -> WorkerProcess:
        """Returns a worker without a task, an old one rather than a new one."""
        for worker in [worker for worker in self._pool if worker.task is None]:
            if worker.alive():
                return worker
            worker.kill()
            self._pool.remove(worker)
        try:
            worker = WorkerProcess(self._storage_options, self._timeout)
        except OSError as error:
            raise EngineError(
                f"no worker process can be started: {error.strerror or error}; repair that and "
                "run again to resume"
            ) from error
        self._pool.append(worker)
        return worker


def _tasks(items: Sequence[int], workers: int, max_items: int) -> list[Task]:
    """Cuts items into about two tasks for each worker, of at most `max_items`.

    >>> _tasks(range(5), 1, 10), _tasks(range(5), 1, 2)
    ([(0, 1, 2), (3, 4)], [(0, 1), (2, 3), (4,)])
    """
    step = max(1, min(max_items, -(-len(items) // (2 * workers))))
    return [tuple(items[start : start + step]) for start in range(0, len(items), step)]


def _worker_lost(phase: str, task: Task, lost: WorkerLost, timeout: float) -> str:
    items = ", ".join(map(str, task))
    if not lost.started:
        return (
            f"phase {phase}: worker processes end before they take work ({lost}); "
            "their messages stand above (a script that runs a pipeline starts it "
            "under `if __name__ == '__main__':`)"
        )
    if lost.stuck:
        return (
            f"phase {phase}: item {items} took over {timeout:.0f} s {_ATTEMPTS} times; "
            "raise unit_timeout or lower plan.unit_bytes"
        )
    return (
        f"phase {phase}: the worker died {_ATTEMPTS} times at item {items} ({lost}); "
        "if the system is short of memory, lower plan.unit_bytes or --workers"
    )


def _run_task(phase: Phase, task: Task) -> dict[str, int]:
    """Runs the phase over the items of one task, in this process."""
    try:
        return dict(run_transforms(phase.work(task)))
    except Exception as error:
        if os.environ.get("CORPUS_DEBUG") and not isinstance(error, CorpusError):
            raise
        raise as_corpus_error(error, phase.name, f"item {task[0]}") from None
