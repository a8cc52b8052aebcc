"""From the configuration to the engine that runs it."""

import functools
from typing import Any

from corpus_pipeline.engines.direct import DirectEngine
from corpus_pipeline.engines.engine import Engine, prepare_worker
from corpus_pipeline.engines.job import JobEngine, beam_engine
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.pipelines import options as stage_options
from corpus_pipeline.pipelines.config import Config


def open_engine(config: Config) -> Engine:
    """Makes the engine that a configuration names.

    Raises:
        ConfigError: there is no such engine, or it cannot take these options.
    """
    if config.runner == "direct":
        if config.runner_options:
            raise ConfigError(
                f"runner_options: the runner direct takes none, got {min(config.runner_options)!r};"
                " see workers, memory and unit_timeout"
            )
        workers = stage_options.workers(config)
        return DirectEngine(workers, config.unit_timeout, config.storage_options)
    if config.runner == "spark":
        return _spark(config)
    if config.storage_options:
        raise ConfigError(
            f"storage_options: do not reach the workers of {config.runner}; set them in the "
            "environment of the workers instead (docs/storage.md)"
        )
    if config.runner == "dataflow":
        from corpus_pipeline.engines.dataflow import dataflow_options

        return beam_engine("DataflowRunner", dataflow_options(config.runner_options))
    return beam_engine(config.runner, config.runner_options)


def _spark(config: Config) -> JobEngine:
    from corpus_pipeline.engines.spark_runner import SparkRunner

    setup = functools.partial(prepare_worker, config.storage_options)
    runner: Any = SparkRunner(config.runner_options, setup)
    return JobEngine(runner, close=runner.close)
