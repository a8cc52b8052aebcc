"""The engines with workers of their own, each by what is peculiar to its runner."""

import importlib
import logging
import os
from collections.abc import Mapping, Sequence
from typing import Any

from corpus_pipeline.engines.job import JobEngine, beam_arguments
from corpus_pipeline.errors import ConfigError, EngineError

#: What the runners' own defaults get wrong for us.
_DEFAULTS: dict[str, dict[str, str]] = {
    "PrismRunner": {"prism_log_level": "warn"},
    # Units are few and large, so each is a partition of its own.
    "DaskRunner": {"dask_partition_size": "1"},
}
#: Runners that an extra of their own brings with Beam; `beam` brings it for all others.
_EXTRAS = {"spark": "spark", "dataflow": "dataflow", "DaskRunner": "dask"}
#: Runners that Beam does not find by the name of their class.
_QUALIFIED = {"DaskRunner": "apache_beam.runners.dask.dask_runner.DaskRunner"}


def import_beam(runner: str) -> None:
    """Imports Beam without its remark on a cloud client that is missing, of no use to anybody.

    Args:
        runner: that of the configuration, which wants Beam.

    Raises:
        ConfigError: Beam is not installed.
    """

    def told(record: logging.LogRecord) -> bool:
        return "apitools not found" not in record.getMessage()

    root = logging.getLogger()
    root.addFilter(told)
    try:
        importlib.import_module("apache_beam")
    except ModuleNotFoundError as error:
        if error.name != "apache_beam":
            raise
        raise ConfigError(
            f"runner: {runner} needs Apache Beam; "
            f"pip install 'corpus-pipeline[{_EXTRAS.get(runner, 'beam')}]'"
        ) from error
    finally:
        root.removeFilter(told)


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

    def explained(self, error: Exception, phase: str) -> Exception:
        """Asks the service why a job has failed."""
        from corpus_pipeline.engines.dataflow import explained

        return explained(error)
