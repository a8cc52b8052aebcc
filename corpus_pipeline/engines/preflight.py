"""The preflight: before the first phase, can the workers do the work at all?

    driver                               worker
    nonce ──► FOLDER/nonce ────────────► checks: versions, folder, inputs, models, memory, clock
    judge ◄── FOLDER/report-N.json ◄──── report

A cluster with a wrong worker environment often says nothing and waits for ever. So a small job runs
first, with a time limit, and everything that it finds wrong is one line with its remedy.
"""

import contextlib
import dataclasses
import signal
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from corpus_pipeline import storage
from corpus_pipeline.engines.check_results import cause, failures, late, unseen_folder, warnings
from corpus_pipeline.engines.engine import Clocks, Engine, as_corpus_error
from corpus_pipeline.engines.worker_checks import (
    NONCE_FILE,
    Overdue,
    Request,
    WorkerReport,
    check_worker,
    here,
    reason,
    within,
)
from corpus_pipeline.errors import EngineError
from corpus_pipeline.transforms import Transform, Work, item_ranges, unrolled

T = TypeVar("T")

#: Inputs that are opened: the first and the last ones.
_SAMPLE = 20
#: Seconds that the driver waits for reports of a job that is done: file systems may lag.
_LAG_SECONDS = 5.0
#: What one check of a worker may take of the whole time.
_CHECK_SHARE = 0.25

Probe = Callable[[Request, float], list[WorkerReport]]
"""Gets reports of workers, within so many seconds or not at all."""


class PreflightError(EngineError):
    """The workers cannot do the work; one line for each thing that is wrong."""

    has_lines = True


def make_request(
    work: str,
    fingerprint: Mapping[str, Any],
    runner: str = "direct",
    probes: int = 1,
    bytes_per_worker: int = 0,
    timeout: float = 120.0,
) -> Request:
    """Makes the request of a run.

    Args:
        work: path or URL of the run's folder of state.
        fingerprint: the plan's `inputs`, `libraries`, and under `resources` what workers load.
        runner: as the user calls it.
        probes: number of reports; twice the number of workers reaches most of them.
        bytes_per_worker: memory that one process needs.
        timeout: seconds of the whole preflight.

    >>> request = make_request("out/.work", {"inputs": [{"path": "a.txt"}]})
    >>> request.inputs, request.folder == f"out/.work/preflight/{request.nonce}"
    (('a.txt',), True)
    """
    nonce = uuid.uuid4().hex
    paths = [file["path"] for file in fingerprint.get("inputs", ())]
    sample = paths if len(paths) <= _SAMPLE else paths[: _SAMPLE // 2] + paths[-_SAMPLE // 2 :]
    return Request(
        folder=f"{work.rstrip('/')}/preflight/{nonce}",
        nonce=nonce,
        runner=runner,
        probes=probes,
        libraries=tuple(fingerprint.get("libraries", ())),
        inputs=tuple(sample),
        resources=tuple(sorted(fingerprint.get("resources", {}).items())),
        bytes_per_worker=bytes_per_worker,
        check_timeout=timeout * _CHECK_SHARE,
    )


def preflight(probe: Probe, request: Request, timeout: float) -> list[str]:
    """Has workers check themselves and compares what they find with what the driver has.

    Args:
        probe: `EngineProbe`, or `probe_here`.
        request: from `make_request`.
        timeout: seconds for all of it.

    Returns:
        Warnings, one line each.

    Raises:
        PreflightError: the run cannot work, and why; or the time is over.
    """
    expected = WorkerReport(nonce=request.nonce, **here(request.libraries))
    began = time.time()
    try:
        within(
            timeout,
            lambda: storage.write_bytes(_file(request, NONCE_FILE), request.nonce.encode()),
        )
    except (Exception, Overdue) as error:
        raise PreflightError(
            f"the output folder cannot be written ({reason(error)}); free it or give another"
        ) from error
    try:
        reports = _limited(began + timeout - time.time(), lambda: probe(request, timeout))
    except Overdue:
        raise PreflightError(late(request, timeout, _answered(request))) from None
    except Exception as error:
        told = as_corpus_error(error, "preflight")
        if isinstance(told, PreflightError):
            raise told from None
        raise PreflightError(cause(error, request)) from error
    found = failures(request, expected, reports)
    if found:
        raise PreflightError("\n".join(found))
    _bounded(lambda: storage.remove_tree(storage.place(request.folder)))
    return warnings(reports, began, time.time())


def _limited(seconds: float, work: Callable[[], T]) -> T:
    """Does some work in this thread and ends it by an alarm when its time is over.

    Some of Beam's runners set signal handlers, which only the main thread may do, so work goes to
    another thread only where there is no alarm. The alarm rings on, for clean-up may hang too.

    Raises:
        Overdue: the time is over.
    """
    if threading.current_thread() is not threading.main_thread() or sys.platform == "win32":
        return within(seconds, work)

    def ring(number: int, frame: Any) -> None:
        raise Overdue

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, max(0.001, seconds), _LAG_SECONDS)
    try:
        return work()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _bounded(work: Callable[[], None]) -> None:
    """Does what need not succeed, and never waits for long."""
    with contextlib.suppress(Exception, Overdue):
        within(_LAG_SECONDS, work)


def _answered(request: Request) -> int:
    """Number of reports that are there although the job has not ended."""
    reports: list[WorkerReport] = []
    _bounded(lambda: reports.extend(_read_reports(request)))
    return len(reports)


# The probe


class _CheckWorker(Transform):
    """Writes a worker's report where the driver looks for it."""

    output = int

    def __init__(self, request: str) -> None:
        self._request = request

    def process(self, item: int) -> Iterator[int]:
        """Checks this process; emits the number of the report.

        Raises:
            PreflightError: the report cannot be left for the driver.
        """
        request = Request.from_json(self._request)
        report = check_worker(request, item)
        if report.nonce != request.nonce:
            raise PreflightError(f"worker {report.host}: {unseen_folder(request)}")
        try:
            storage.write_bytes(_report(request, item), report.to_json())
        except Exception as error:
            raise PreflightError(
                f"worker {report.host}: cannot write to the output folder ({reason(error)}); give "
                "the user that runs the workers the right to"
            ) from error
        yield item


@dataclasses.dataclass(frozen=True)
class PreflightPhase:
    """A phase whose items are reports of workers."""

    request: str
    """As JSON: another version of the package must be able to take it."""
    name: str = "preflight"

    def work(self, items: Sequence[int]) -> Work:
        """Returns the probes of these numbers."""
        return Work(item_ranges(items), unrolled, (_CheckWorker(self.request),))


class _Silence:
    """Hears of progress and says nothing."""

    def advance(self, items: int, text_bytes: int, errors: int = 0) -> None:
        """Some reports are there."""

    def done(self, items: Sequence[int], clocks: Clocks) -> None:
        """All are."""


@dataclasses.dataclass(frozen=True)
class EngineProbe:
    """Probes the workers of an engine with a job like any other."""

    engine: Engine

    def __call__(self, request: Request, timeout: float) -> list[WorkerReport]:
        """Runs the probes and reads what they left."""
        phase = PreflightPhase(request.to_json())
        self.engine.run(phase, range(request.probes), 1, _Silence())
        end = time.monotonic() + _LAG_SECONDS
        while True:
            reports = within(timeout, lambda: list(_read_reports(request)))
            if len(reports) == request.probes or time.monotonic() > end:
                return reports
            time.sleep(0.2)


def probe_here(request: Request, timeout: float) -> list[WorkerReport]:
    """Probes this process: enough where workers are its children."""
    return [check_worker(request, item) for item in range(request.probes)]


def _read_reports(request: Request) -> Iterator[WorkerReport]:
    """Reads the reports that are there, by name: listings of object stores may be old."""
    for item in range(request.probes):
        with contextlib.suppress(FileNotFoundError):
            yield WorkerReport.from_json(storage.read_bytes(_report(request, item)))


def _report(request: Request, item: int) -> storage.Place:
    return _file(request, f"report-{item}.json")


def _file(request: Request, name: str) -> storage.Place:
    return storage.place(request.folder) / name
