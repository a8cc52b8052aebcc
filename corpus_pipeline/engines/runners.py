"""The engines with workers of their own, each by what is peculiar to its runner."""

import importlib
import logging
import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from corpus_pipeline.engines.engine import Phase, Report
from corpus_pipeline.engines.job import JobEngine
from corpus_pipeline.errors import ConfigError, EngineError

#: What the runners' own defaults get wrong for us.
_DEFAULTS: dict[str, dict[str, str]] = {
    "PrismRunner": {"prism_log_level": "warn"},
    # Units are few and large, so each is a partition of its own.
    "DaskRunner": {"dask_partition_size": "1"},
}
#: Runners that Beam does not find by the name of their class.
_QUALIFIED = {"DaskRunner": "apache_beam.runners.dask.dask_runner.DaskRunner"}
#: Tasks of a Spark stage at most: a unit each, while Spark's driver can keep track of them.
_SPARK_TASKS = 20_000


def import_beam() -> None:
    """Imports Beam without its remark on a cloud client that is missing, of no use to anybody."""

    def told(record: logging.LogRecord) -> bool:
        return "apitools not found" not in record.getMessage()

    root = logging.getLogger()
    root.addFilter(told)
    try:
        importlib.import_module("apache_beam")
    finally:
        root.removeFilter(told)


def beam_arguments(options: Mapping[str, str]) -> list[str]:
    """Turns options into Beam's command-line arguments; an empty value is a flag.

    >>> beam_arguments({"prism_location": "/opt/prism", "streaming": ""})
    ['--prism_location=/opt/prism', '--streaming']
    """
    return [f"--{name}={value}" if value else f"--{name}" for name, value in options.items()]


class NamedEngine(JobEngine):
    """Any Beam runner, by the name of its class or its full path."""

    def __init__(self, name: str, options: Mapping[str, str]) -> None:
        """Looks for the runner.

        Args:
            name: `PrismRunner`, `FlinkRunner`, ...
            options: its pipeline options, without the dashes.

        Raises:
            ConfigError: Beam knows no such runner.
        """
        self._name = name
        self._options = {**_DEFAULTS.get(name, {}), **options}
        self.runner(0)

    def runner(self, items: int) -> Any:
        """Makes a new one for each job."""
        from apache_beam.runners.runner import create_runner

        try:
            return create_runner(_QUALIFIED.get(self._name, self._name))
        except (ValueError, ImportError, AttributeError) as error:
            raise ConfigError(
                f"runner: Beam has no runner {self._name!r} here ({error}); use direct, spark, "
                "dataflow or the class of a Beam runner, for example PrismRunner"
            ) from error

    def arguments(self, phase: str) -> list[str]:
        """Returns the user's options and our defaults."""
        return beam_arguments(self._options)


class DaskEngine(NamedEngine):
    """Beam's DaskRunner, with a cluster on this machine unless one is named."""

    def __init__(self, options: Mapping[str, str], workers: int) -> None:
        """Starts one cluster for all jobs; Beam would start one for each and end none.

        Args:
            options: the runner's pipeline options, without the dashes.
            workers: processes of a cluster on this machine.

        Raises:
            ConfigError: Dask is not installed.
        """
        # Read when Dask is imported, here and in its workers.
        os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "error")
        try:
            from distributed import LocalCluster
        except ImportError as error:
            raise ConfigError(
                "runner: DaskRunner needs Dask; pip install 'corpus-pipeline[dask]'"
            ) from error
        super().__init__("DaskRunner", options)
        self._cluster: Any = None
        if options.keys() & {"dask_client_address", "dask_scheduler_file"}:
            return
        try:
            self._cluster = LocalCluster(workers, threads_per_worker=1, dashboard_address=None)
        except Exception as error:  # Whatever a worker's start fails with.
            raise EngineError(
                f"runner: Dask's workers do not start ({type(error).__name__}); try fewer workers"
            ) from error
        self._options["dask_client_address"] = self._cluster.scheduler_address

    def release(self, result: Any) -> None:
        """Ends the connection that every job opens."""
        result.client.close()

    def close(self) -> None:
        """Ends the cluster."""
        if self._cluster is not None:
            self._cluster.close()


class DataflowEngine(NamedEngine):
    """Google Cloud Dataflow; every phase is a job with a name and a label of its own."""

    poll_seconds = 10.0

    def __init__(
        self, options: Mapping[str, str], unit_timeout: float, paths: Sequence[str]
    ) -> None:
        """Checks the options and the buckets; nothing is submitted yet.

        Args:
            options: pipeline options, without the dashes.
            unit_timeout: seconds after which a stuck unit is given up.
            paths: inputs and output of the run, which workers must be able to reach.

        Raises:
            ConfigError: an option is missing or wrong, or a bucket cannot be used.
        """
        from corpus_pipeline.engines.dataflow import dataflow_options, refuse_unusable_buckets

        self._user = options
        self._unit_timeout = unit_timeout
        super().__init__("DataflowRunner", dataflow_options(options, "", unit_timeout, paths))
        refuse_unusable_buckets(self._options)

    def arguments(self, phase: str) -> list[str]:
        """Returns the options with the phase in the job's name and labels."""
        from corpus_pipeline.engines.dataflow import dataflow_options

        return beam_arguments(dataflow_options(self._user, phase, self._unit_timeout))

    def explained(self, error: Exception) -> Exception:
        """Asks the service why a job has failed."""
        from corpus_pipeline.engines.dataflow import explained

        return explained(error)


def retrying(master: str) -> str:
    """Lets Spark on one machine try a task four times, as it does on a cluster.

    >>> retrying("local[2]"), retrying("local[2,1]"), retrying("spark://host:7077")
    ('local[2,4]', 'local[2,1]', 'spark://host:7077')
    """
    return re.sub(r"^local\[(\d+|\*)\]$", r"local[\1,4]", master)


class SparkEngine(JobEngine):
    """Beam's stages on Spark's Python processes; one Spark context for all phases."""

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
        from corpus_pipeline.engines.spark.runner import SparkRunner

        if "spark.master" in settings:
            settings = {**settings, "spark.master": retrying(settings["spark.master"])}
        self._spark = SparkRunner(settings, worker_setup, bundle_timeout=unit_timeout)

    def run(self, phase: Phase, items: Sequence[int], at_once: int, report: Report) -> None:
        """Runs all items as one job of Spark's.

        Raises:
            CorpusError: the job failed, in one line.
        """
        from corpus_pipeline.engines.spark.failures import WorkerDiedError, WorkerStuckError

        try:
            super().run(phase, items, at_once, report)
        except WorkerStuckError as error:
            raise EngineError(
                f"phase {phase.name}: {error}; raise unit_timeout or lower plan.unit_bytes"
            ) from error
        except WorkerDiedError as error:
            raise EngineError(
                f"phase {phase.name}: {error}; if memory is short, lower plan.unit_bytes or raise "
                "spark.executor.memoryOverhead"
            ) from error

    def runner(self, items: int) -> Any:
        """Gives every unit a task of its own: stragglers and retries cost one unit."""
        self._spark.partitions = max(1, min(items, _SPARK_TASKS))
        return self._spark

    def close(self) -> None:
        """Stops the Spark context if it is ours."""
        self._spark.close()
