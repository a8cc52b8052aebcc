"""Pipelines as steps, and what is refused; Spark is not needed for it."""

from collections.abc import Iterator
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.testing import test_stream
from apache_beam.transforms import environments, userstate
from apache_beam.transforms.periodicsequence import PeriodicImpulse
from spark_runner.spark_pipelines import PythonRunner, graph

from corpus_pipeline.spark_runner.errors import UnsupportedPipelineError
from corpus_pipeline.spark_runner.graph import (
    Graph,
    Stage,
    graph_of,
)

COUNT = userstate.CombiningValueStateSpec("count", sum)
END = userstate.TimerSpec("end", beam.TimeDomain.WATERMARK)
COUNT_PARAM, END_PARAM = beam.DoFn.StateParam(COUNT), beam.DoFn.TimerParam(END)


class Stateful(beam.DoFn):  # type: ignore[misc]
    def process(self, element: Any, count: Any = COUNT_PARAM) -> Iterator[tuple[str, int]]:
        count.add(1)
        yield element[0], count.read()


class Timed(beam.DoFn):  # type: ignore[misc]
    def process(self, element: Any, timer: Any = END_PARAM) -> None:
        timer.set(0)

    @userstate.on_timer(END)  # type: ignore[untyped-decorator]
    def expired(self) -> Iterator[int]:
        yield 1


class Finalizing(beam.DoFn):  # type: ignore[misc]
    def process(
        self, element: Any, finalizer: Any = beam.DoFn.BundleFinalizerParam
    ) -> Iterator[Any]:
        finalizer.register(print)
        yield element


def pairs(pipeline: beam.Pipeline) -> beam.PCollection:
    return pipeline | beam.Create([("a", 1)])


REFUSED = [
    ("state", lambda p: pairs(p) | "Step" >> beam.ParDo(Stateful())),
    ("timers", lambda p: pairs(p) | "Step" >> beam.ParDo(Timed())),
    ("bundle finalization", lambda p: pairs(p) | "Step" >> beam.ParDo(Finalizing())),
    ("TestStream", lambda p: p | "Step" >> test_stream.TestStream().add_elements([1])),
    ("an unbounded source", lambda p: p | "Step" >> PeriodicImpulse(fire_interval=1)),
]


@pytest.mark.parametrize(("feature", "build"), REFUSED, ids=[name for name, _ in REFUSED])
def test_what_cannot_be_executed_is_refused_in_one_line(feature: str, build: Any) -> None:
    with pytest.raises(UnsupportedPipelineError) as caught:
        graph(build)
    message = str(caught.value)
    assert message.startswith("transform 'Step")
    assert f"uses {feature}, which the Spark runner does not execute" in message
    assert "\n" not in message


def test_another_environment_is_refused() -> None:
    pipeline = beam.Pipeline(runner=PythonRunner())
    _ = pipeline | beam.Create([1]) | "Step" >> beam.Map(str)
    docker = environments.DockerEnvironment.from_container_image("image")
    with pytest.raises(UnsupportedPipelineError, match="the environment beam:env:docker:v1"):
        graph_of(pipeline.to_runner_api(default_environment=docker))


def kinds(steps: Graph) -> list[str]:
    return [type(step).__name__ for step in steps.steps]


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda p: p | beam.Impulse(), ["Impulse"]),
        (lambda p: p | beam.Create([1], reshuffle=False) | beam.Map(str), ["Impulse", "Stage"]),
        (
            lambda p: p | beam.Create([1, 2]) | beam.Map(str) | beam.Map(len),
            ["Impulse", "Stage", "Reshuffle", "Stage"],
        ),
        (
            lambda p: p | beam.Create([("a", 1)], reshuffle=False) | beam.GroupByKey(),
            ["Impulse", "Stage", "Group"],
        ),
        (
            lambda p: (
                (p | "A" >> beam.Impulse(), p | "B" >> beam.Impulse())
                | beam.Flatten()
                | beam.Map(len)
            ),
            ["Impulse", "Impulse", "Flatten", "Stage"],
        ),
    ],
    ids=["impulse", "fused", "reshuffle", "group", "flatten"],
)
def test_the_steps_of_a_pipeline(build: Any, expected: list[str]) -> None:
    assert kinds(graph(build)) == expected


def test_the_optimiser_leaves_the_pipeline_alone() -> None:
    pipeline = beam.Pipeline(runner=PythonRunner())
    _ = pairs(pipeline) | beam.CombinePerKey(sum)
    environment = environments.EmbeddedPythonEnvironment.default()
    proto = pipeline.to_runner_api(default_environment=environment)
    before = proto.SerializeToString(deterministic=True)
    graph_of(proto)
    assert proto.SerializeToString(deterministic=True) == before


def test_readers_count_main_and_side_inputs() -> None:
    def build(pipeline: beam.Pipeline) -> None:
        numbers = pipeline | beam.Create([1, 2], reshuffle=False)
        _ = numbers | beam.Map(
            lambda number, all_numbers: number + len(all_numbers),
            all_numbers=beam.pvalue.AsList(numbers),
        )

    steps = graph(build)
    (source,) = (step for step in steps.steps if isinstance(step, Stage) and not step.side_inputs)
    (reader,) = (step for step in steps.steps if isinstance(step, Stage) and step.side_inputs)
    assert reader.input == source.outputs[0] == reader.side_inputs[0].collection
    assert steps.readers()[reader.input] == 2
