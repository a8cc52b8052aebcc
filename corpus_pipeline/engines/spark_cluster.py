"""The Spark runner's cluster for one machine, with the errors of this package."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from corpus_pipeline.errors import EngineError
from corpus_pipeline.spark_runner import cluster
from corpus_pipeline.spark_runner.errors import SparkRunnerError

P = ParamSpec("P")
T = TypeVar("T")


def _with_engine_errors(function: Callable[P, T]) -> Callable[P, T]:
    """Makes a function of the Spark runner raise `EngineError` for each error of its own."""

    @functools.wraps(function)
    def translated(*arguments: P.args, **options: P.kwargs) -> T:
        try:
            return function(*arguments, **options)
        except SparkRunnerError as error:
            raise EngineError(str(error)) from error

    return translated


cluster_up = _with_engine_errors(cluster.cluster_up)
cluster_down = _with_engine_errors(cluster.cluster_down)
cluster_status = cluster.cluster_status
