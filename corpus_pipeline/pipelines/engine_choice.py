"""From the configuration to the engine that runs it, and whether that engine can."""

import functools
import logging
import os

from corpus_pipeline.config.config import Config
from corpus_pipeline.engines.direct import DirectEngine
from corpus_pipeline.engines.engine import Engine, prepare_worker
from corpus_pipeline.engines.runners import (
    DaskEngine,
    DataflowEngine,
    NamedEngine,
    import_beam,
)
from corpus_pipeline.engines.spark import SparkEngine
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.pipelines import stage_options
from corpus_pipeline.planning.plan import Plan
from corpus_pipeline.workspace.state import Workspace

#: Reports that a preflight asks for where the number of workers is not known.
_PROBES = 8


def open_engine(config: Config, units: int) -> Engine:
    """Makes the engine that a configuration names.

    Args:
        config: the run.
        units: of the plan. On one machine a run has no more workers than units: another one would
            load all models again, which takes longer than half of the matches of one unit.

    Raises:
        ConfigError: there is no such engine, or it cannot take these options.
    """
    options = config.runner_options
    if config.runner == "direct":
        workers = min(stage_options.workers(config), max(1, units))
        return DirectEngine(workers, config.unit_timeout, config.storage_options)
    import_beam(config.runner)
    if config.runner == "spark":
        setup = functools.partial(prepare_worker, config.storage_options, os.getcwd())
        return SparkEngine(options, setup, config.unit_timeout)
    if config.storage_options:
        raise ConfigError(
            f"storage_options: do not reach the workers of {config.runner}; set them in the "
            "environment of the workers instead (docs/storage.md)"
        )
    if config.runner == "dataflow":
        paths = [config.output, *(each.path for each in config.inputs)]
        return DataflowEngine(options, config.unit_timeout, paths)
    if config.runner == "DaskRunner":
        return DaskEngine(options, stage_options.workers(config))
    return NamedEngine(config.runner, options)


def check_workers(
    engine: Engine, config: Config, workspace: Workspace, plan: Plan, loaded: dict[str, str]
) -> None:
    """Has the workers tell whether they can do the work; this process for those that it forks.

    Args:
        engine: where they are.
        config: the run.
        workspace: its output.
        plan: what the workers must see and have.
        loaded: path and sha256 of what the workers load.

    Raises:
        EngineError: they cannot, and why, or nothing was heard of them in time.
    """
    from corpus_pipeline.engines.preflight import EngineProbe, make_request, preflight, probe_here

    here = isinstance(engine, DirectEngine)
    request = make_request(
        str(workspace.state),
        {**plan.fingerprint, "resources": loaded},
        runner=config.runner,
        probes=1 if here else _PROBES,
        bytes_per_worker=0 if here else stage_options.WORKER_MEMORY,
        timeout=config.preflight_timeout,
    )
    probe = probe_here if here else EngineProbe(engine)
    for line in preflight(probe, request, config.preflight_timeout):
        logging.warning(line)
