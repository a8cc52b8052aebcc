"""Pipelines as graphs, without Spark."""

from collections.abc import Callable
from typing import Any

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.runner import PipelineRunner
from apache_beam.transforms import environments

from corpus_pipeline.spark_runner.graph import Graph, graph_of


class PythonRunner(PipelineRunner):  # type: ignore[misc]
    """Runs nothing, but says where DoFns would run."""

    def default_environment(self, options: PipelineOptions) -> environments.Environment:
        return environments.EmbeddedPythonEnvironment.default()


def graph(build: Callable[[beam.Pipeline], Any]) -> Graph:
    """Returns the steps of a pipeline."""
    pipeline = beam.Pipeline(runner=PythonRunner())
    build(pipeline)
    environment = environments.EmbeddedPythonEnvironment.default()
    return graph_of(pipeline.to_runner_api(default_environment=environment))
