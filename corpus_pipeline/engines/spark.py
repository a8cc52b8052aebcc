"""Spark: phases as jobs of the Spark runner.

The runner, `corpus_pipeline.spark_runner`, is a package by itself and has errors of its own. Here
they become errors of a run, in the same words.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from corpus_pipeline import spark_runner
from corpus_pipeline.engines.job import JobEngine
from corpus_pipeline.engines.workers import PRELOAD
from corpus_pipeline.errors import CorpusError, EngineError
from corpus_pipeline.spark_runner.errors import (
    SparkRunnerError,
    WorkerDiedError,
    WorkerStuckError,
)

#: Tasks of a Spark stage at most: a unit each, while Spark's driver can keep track of them.
_MAX_TASKS = 20_000


def retrying(master: str) -> str:
    """Lets Spark on one machine try a task four times, as it does on a cluster.

    >>> retrying("local[2]"), retrying("local[2,1]"), retrying("spark://host:7077")
    ('local[2,4]', 'local[2,1]', 'spark://host:7077')
    """
    return re.sub(r"^local\[(\d+|\*)\]$", r"local[\1,4]", master)


class SparkEngine(JobEngine):
    """Beam's stages on Spark's Python processes; one Spark context for all phases."""

    one_line_errors = (CorpusError, SparkRunnerError)

    def __init__(
        self,
        settings: Mapping[str, str],
        worker_setup: Callable[[], None],
        unit_timeout: float | None = None,
    ) -> None:
        """Starts nothing yet.

        Args:
            settings: Spark configuration, such as `spark.master`.
            worker_setup: called once in every Python process of Spark's.
            unit_timeout: seconds after which a stuck unit is tried again; None waits for ever.
        """
        if "spark.master" in settings:
            settings = {**settings, "spark.master": retrying(settings["spark.master"])}
        self._spark = spark_runner.SparkRunner(
            settings, worker_setup, bundle_timeout=unit_timeout, preload=[PRELOAD]
        )

    def explained(self, error: Exception, phase: str) -> Exception:
        """Makes an error of the Spark runner one of a run, with what to do about lost workers."""
        if isinstance(error, WorkerStuckError):
            return EngineError(
                f"phase {phase}: {error}; raise unit_timeout or lower plan.unit_bytes"
            )
        if isinstance(error, WorkerDiedError):
            return EngineError(
                f"phase {phase}: {error}; if memory is short, lower plan.unit_bytes or raise "
                "spark.executor.memoryOverhead"
            )
        return EngineError(str(error)) if isinstance(error, SparkRunnerError) else error

    def runner(self, items: int) -> Any:
        """Gives every unit a task of its own: stragglers and retries cost one unit."""
        self._spark.partitions = max(1, min(items, _MAX_TASKS))
        return self._spark

    def close(self) -> None:
        """Stops the Spark context if it is ours."""
        self._spark.close()
