"""Engines with workers of their own: each phase is one Beam job with all its items.

Spark, Dataflow and whatever else Beam runs on bring scheduling, retries and a shuffle that spills.
What they are given is the same pipeline that the direct engine runs piece by piece.
"""

import contextlib
import functools
import io
import logging
import os
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

from corpus_pipeline.engines.engine import (
    ERRORS_SEEN,
    ITEMS_DONE,
    Clocks,
    Phase,
    Report,
    as_corpus_error,
    clocks_of,
)
from corpus_pipeline.errors import ConfigError, CorpusError, EngineError

#: Some loggers call it a warning that a process was started.
_LOG_LEVELS = {
    "apache_beam": logging.WARNING,
    "apache_beam.utils.subprocess_server": logging.ERROR,
    "apache_beam.runners.dask": logging.ERROR,
    "PrismRunner": logging.WARNING,
    "distributed": logging.ERROR,
}


def beam_arguments(options: Mapping[str, str]) -> list[str]:
    """Turns options into Beam's command-line arguments; an empty value is a flag.

    >>> beam_arguments({"prism_location": "/opt/prism", "streaming": ""})
    ['--prism_location=/opt/prism', '--streaming']
    """
    return [f"--{name}={value}" if value else f"--{name}" for name, value in options.items()]


class JobEngine:
    """Runs each phase as one job of a Beam runner.

    The counters show progress; what is done is told by the manifests alone. Which runner, and what
    is peculiar to it, is said by a subclass.
    """

    workers: int | None = None
    #: Errors whose text is a line for the user already.
    one_line_errors: tuple[type[Exception], ...] = (CorpusError,)
    #: Between two looks at the counters of a job.
    poll_seconds = 1.0

    def __enter__(self) -> "JobEngine":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def runner(self, items: int) -> Any:
        """Returns the Beam runner for a job with so many items."""
        raise NotImplementedError

    def arguments(self, phase: str) -> list[str]:
        """Returns Beam's pipeline options for a phase, as on a command line."""
        return []

    def explained(self, error: Exception, phase: str) -> Exception:
        """Returns what a job raised in the form that tells most."""
        return error

    def release(self, result: Any) -> None:
        """Frees what the result of a job holds."""

    def close(self) -> None:
        """Ends what this engine has started."""

    def run(self, phase: Phase, items: Sequence[int], max_items: int, report: Report) -> None:
        """Runs all items as one job; the runner decides how many at once.

        Raises:
            CorpusError: the job failed, in one line.
        """
        import apache_beam as beam
        from apache_beam.options.pipeline_options import PipelineOptions

        from corpus_pipeline.engines.beam_transforms import add_work

        _quieten()
        options = PipelineOptions(self.arguments(phase.name))
        said = io.StringIO()
        try:
            with contextlib.redirect_stderr(said):
                options.get_all_options()
        except SystemExit as error:  # argparse's way to refuse a value.
            why = said.getvalue().strip().rpartition("error: ")[2]
            raise ConfigError(f"runner_options: Beam refuses a value: {why}") from error
        pipeline = beam.Pipeline(runner=self.runner(len(items)), options=options)
        add_work(pipeline, phase.work(items))
        result = None
        try:
            result = pipeline.run()
            clocks = self._follow(result, report)
        except BaseException as error:
            if result is not None:
                _cancel(result)
            if not isinstance(error, Exception):
                raise
            if os.environ.get("CORPUS_DEBUG") and not isinstance(error, self.one_line_errors):
                raise
            raise as_corpus_error(self.explained(error, phase.name), phase.name) from error
        finally:
            if result is not None:
                self.release(result)
        report.done(items, clocks)

    def _follow(self, result: Any, report: Report) -> Clocks:
        """Waits for the end of a job and tells how it goes on; returns its clocks."""
        from apache_beam.runners.runner import PipelineState

        # Not every runner's result says by itself that the job has ended; waiting for it does.
        waiting = _Waiting(result)
        clocks: Clocks = Counter()
        seen = (0, 0, 0)
        ended = False
        while not ended:
            ended = waiting.ended(self.poll_seconds)
            try:
                clocks = clocks_of(result)
            except Exception as error:  # A service that is away for a while must not end the job.
                logging.debug("counters: %s", type(error).__name__)
            now = (clocks[ITEMS_DONE], clocks["read/bytes"], clocks[ERRORS_SEEN])
            if now != seen:
                report.advance(*(max(0, n - s) for n, s in zip(now, seen, strict=True)))
                seen = now
        if waiting.error is not None:
            raise waiting.error
        if result.state != PipelineState.DONE:
            raise EngineError(f"the job ended as {result.state}; its runner's log says why")
        return clocks


class _Waiting:
    """A thread that waits for the end of a job, so that ours can look at it meanwhile."""

    def __init__(self, result: Any) -> None:
        self.error: BaseException | None = None
        self._result = result
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()

    def _wait(self) -> None:
        try:
            self._result.wait_until_finish()
        except BaseException as error:
            self.error = error

    def ended(self, seconds: float) -> bool:
        """Waits for so long at most; says whether the job has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()


def _quieten() -> None:
    """Keeps what runners tell of themselves off the user's screen; warnings and errors stay."""
    from apache_beam.runners.worker import sdk_worker

    levels = dict(_LOG_LEVELS)
    if "CORPUS_DEBUG" not in os.environ:
        # Beam logs whatever a transform raises, and a library's message may quote a document.
        levels["apache_beam"] = levels["PrismRunner"] = logging.CRITICAL
        # Workers that are threads of this process print what a transform raised, too.
        sdk_worker.__dict__["print"] = _say_nothing
        root = logging.getLogger()
        root.filters = [*(f for f in root.filters if f is not _is_ours), _is_ours]
    for name, level in levels.items():
        logger = logging.getLogger(name)
        logger.setLevel(level)
        # A runner that sets its logger's level anew is filtered all the same.
        logger.filters = [functools.partial(_at_least, level)]


def _say_nothing(*words: object, **options: object) -> None:
    """Stands in for `print`."""


def _is_ours(record: logging.LogRecord) -> bool:
    """Passes everything but what Beam's client of job servers repeats of its workers' messages."""
    return record.module != "portable_runner"


def _at_least(level: int, record: logging.LogRecord) -> bool:
    return record.levelno >= level


def _cancel(result: Any) -> None:
    """Ends a job that nobody waits for any more, as far as its runner can."""
    try:
        result.cancel()
    except Exception as error:  # A runner may not know how, or the job may be gone already.
        logging.debug("cancel: %s", type(error).__name__)
