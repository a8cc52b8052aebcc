"""Engines with workers of their own: each phase is one Beam job with all its items.

Spark, Dataflow and whatever else Beam runs on bring scheduling, retries and a shuffle that spills.
What they are given is the same pipeline that the direct engine runs piece by piece.
"""

import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any

from corpus_pipeline.engines.engine import (
    ITEMS_DONE,
    Clocks,
    Phase,
    Report,
    as_corpus_error,
    clocks_of,
)
from corpus_pipeline.errors import ConfigError, CorpusError, EngineError

#: Seconds between two looks at the counters of a job.
_POLL_SECONDS = 1.0
#: Names that Beam itself does not find by the class's name.
_QUALIFIED = {"DaskRunner": "apache_beam.runners.dask.dask_runner.DaskRunner"}


class JobEngine:
    """Runs each phase as one job of a Beam runner.

    The counters show progress; what is done is told by the manifests alone.
    """

    workers: int | None = None

    def __init__(
        self, runner: Any, arguments: Sequence[str] = (), close: Callable[[], None] | None = None
    ) -> None:
        """Takes a runner to use for every phase.

        Args:
            runner: a Beam runner, or what makes one for each job.
            arguments: Beam pipeline options, as on a command line.
            close: ends what the runner holds (a cluster connection), after the last phase.
        """
        self._runner = runner
        self._arguments = list(arguments)
        self._close = close

    def __enter__(self) -> "JobEngine":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._close is not None:
            self._close()

    def run(self, phase: Phase, items: Sequence[int], at_once: int, report: Report) -> None:
        """Runs all items as one job; the runner decides how many at once.

        Raises:
            CorpusError: the job failed, in one line.
        """
        import apache_beam as beam
        from apache_beam.options.pipeline_options import PipelineOptions

        logging.getLogger("apache_beam").setLevel(logging.WARNING)
        runner = self._runner() if callable(self._runner) else self._runner
        pipeline = beam.Pipeline(runner=runner, options=PipelineOptions(self._arguments))
        phase.build(pipeline, items)
        result = None
        try:
            result = pipeline.run()
            clocks = self._follow(result, report)
        except BaseException as error:
            if result is not None:
                _cancel(result)
            if not isinstance(error, Exception):
                raise
            if os.environ.get("CORPUS_DEBUG") and not isinstance(error, CorpusError):
                raise
            raise as_corpus_error(error, phase.name) from None
        report.done(items, clocks)

    def _follow(self, result: Any, report: Report) -> Clocks:
        """Waits for the end of a job and tells how it goes on; returns its clocks."""
        from apache_beam.runners.runner import PipelineState

        seen = (0, 0)
        while True:
            state = result.state
            ended = PipelineState.is_terminal(state)
            if ended:
                # Raises what the job failed with.
                result.wait_until_finish()
            clocks = clocks_of(result)
            now = (clocks[ITEMS_DONE], clocks["read/bytes"])
            if now != seen:
                report.advance(max(0, now[0] - seen[0]), max(0, now[1] - seen[1]))
                seen = now
            if ended:
                if state != PipelineState.DONE:
                    raise EngineError(f"the job ended as {state}; its runner's log says why")
                return clocks
            time.sleep(_POLL_SECONDS)


def _cancel(result: Any) -> None:
    """Ends a job that nobody waits for any more, as far as its runner can."""
    try:
        result.cancel()
    except Exception as error:  # A runner may not know how, or the job may be gone already.
        logging.debug("cancel: %s", type(error).__name__)


def beam_arguments(options: Mapping[str, str]) -> list[str]:
    """Turns options into Beam's command-line arguments; an empty value is a flag.

    >>> beam_arguments({"prism_location": "/opt/prism", "streaming": ""})
    ['--prism_location=/opt/prism', '--streaming']
    """
    return [f"--{name}={value}" if value else f"--{name}" for name, value in options.items()]


def beam_engine(name: str, options: Mapping[str, str]) -> JobEngine:
    """Makes the engine of any Beam runner.

    Args:
        name: the runner's class (`PrismRunner`, `FlinkRunner`) or its full path.
        options: its pipeline options, without the dashes.

    Raises:
        ConfigError: Beam knows no such runner.
    """
    from apache_beam.runners.runner import create_runner

    def make() -> Any:
        try:
            return create_runner(_QUALIFIED.get(name, name))
        except (ValueError, ImportError, AttributeError) as error:
            raise ConfigError(
                f"runner: Beam has no runner {name!r} here ({error}); use direct, spark, dataflow "
                "or the class of a Beam runner, for example PrismRunner"
            ) from error

    make()
    return JobEngine(make, beam_arguments(options))
