"""Beam pipelines on Spark, through PySpark: no job server, no Docker.

    import apache_beam as beam
    from corpus_pipeline.spark_runner import SparkRunner

    with beam.Pipeline(runner=SparkRunner({"spark.master": "local[2]"})) as pipeline:
        words = pipeline | beam.Create(["to", "be", "or", "not", "to", "be"])
        words | beam.combiners.Count.PerElement() | beam.Map(print)

Beside the runner there is a Spark cluster for one machine, for tests and trials: `cluster_up`,
`cluster_status`, `cluster_down`.

The package knows Beam and Spark and nothing of the code around it. The public names are those of
`__all__`; each is imported when it is first used, so this import needs neither Beam nor pyspark.
pyspark is imported when a pipeline runs.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corpus_pipeline.spark_runner.cluster import (
        Cluster,
        Status,
        cluster_down,
        cluster_status,
        cluster_up,
    )
    from corpus_pipeline.spark_runner.errors import (
        SparkRunnerError,
        UnsupportedPipelineError,
        WorkerDiedError,
        WorkerStuckError,
    )
    from corpus_pipeline.spark_runner.runner import SparkResult, SparkRunner

#: Public name -> the module that it stands in.
_MODULES = {
    "Cluster": "cluster",
    "SparkResult": "runner",
    "SparkRunner": "runner",
    "SparkRunnerError": "errors",
    "Status": "cluster",
    "UnsupportedPipelineError": "errors",
    "WorkerDiedError": "errors",
    "WorkerStuckError": "errors",
    "cluster_down": "cluster",
    "cluster_status": "cluster",
    "cluster_up": "cluster",
}

__all__ = [
    "Cluster",
    "SparkResult",
    "SparkRunner",
    "SparkRunnerError",
    "Status",
    "UnsupportedPipelineError",
    "WorkerDiedError",
    "WorkerStuckError",
    "cluster_down",
    "cluster_status",
    "cluster_up",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = importlib.import_module(f"{__name__}.{_MODULES[name]}")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "apache_beam":
            raise
        from corpus_pipeline.spark_runner.distribution import INSTALL

        raise ImportError(f"{name} needs Apache Beam: {INSTALL}", name="apache_beam") from error
    return getattr(module, name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
