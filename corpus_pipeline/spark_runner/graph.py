"""A Beam pipeline as a list of steps that Spark can run, or the reason why it cannot.

Beam's own optimiser fuses DoFns into stages; what is left between them are Impulse, Flatten,
GroupByKey and Reshuffle. Nothing here knows Spark.
"""

import copy
import dataclasses
import functools
import uuid
from collections import Counter
from collections.abc import Iterator

from apache_beam.portability import common_urns, python_urns
from apache_beam.portability.api import beam_fn_api_pb2, beam_runner_api_pb2
from apache_beam.runners import pipeline_context
from apache_beam.runners.portability.fn_api_runner import translations
from apache_beam.runners.worker import bundle_processor

from corpus_pipeline.spark_runner.errors import UnsupportedPipelineError

_URNS = common_urns.primitives
_RESHUFFLE = common_urns.composites.RESHUFFLE.urn
_RUNNER_URNS = frozenset([_URNS.IMPULSE.urn, _URNS.FLATTEN.urn, _URNS.GROUP_BY_KEY.urn, _RESHUFFLE])
_SIDE_INPUTS = frozenset(
    [common_urns.side_inputs.ITERABLE.urn, common_urns.side_inputs.MULTIMAP.urn]
)


@dataclasses.dataclass(frozen=True)
class Impulse:
    """One empty element in the global window."""

    name: str
    output: str


@dataclasses.dataclass(frozen=True)
class Flatten:
    """All elements of several collections."""

    name: str
    inputs: tuple[str, ...]
    output: str


@dataclasses.dataclass(frozen=True)
class Reshuffle:
    """The same elements, spread evenly over the partitions."""

    name: str
    input: str
    output: str


@dataclasses.dataclass(frozen=True)
class Group:
    """Values grouped by key and window."""

    name: str
    input: str
    output: str


@dataclasses.dataclass(frozen=True)
class SideInput:
    """A whole collection that a transform of a stage looks things up in."""

    transform: str
    tag: str
    collection: str
    access: str
    """URN of the access pattern: an iterable, or a multimap by key."""


@dataclasses.dataclass(frozen=True)
class Stage:
    """Fused DoFns: one input, any number of outputs."""

    name: str
    input: str
    outputs: tuple[str, ...]
    side_inputs: tuple[SideInput, ...]
    descriptor: bytes
    """Serialized ProcessBundleDescriptor."""
    descriptor_id: str
    source: str
    """Id of the transform that takes the encoded input."""
    sinks: tuple[str, ...]
    """Ids of the transforms that give the encoded outputs, in their order."""


Step = Impulse | Flatten | Reshuffle | Group | Stage


@dataclasses.dataclass
class Graph:
    """The steps in an order in which they can run, and the coders of what flows between them."""

    steps: list[Step]
    components: beam_runner_api_pb2.Components

    def readers(self) -> Counter[str]:
        """Counts, for each collection, the steps that read it."""
        readers: Counter[str] = Counter()
        for step in self.steps:
            if isinstance(step, Flatten):
                readers.update(step.inputs)
            elif not isinstance(step, Impulse):
                readers[step.input] += 1
            if isinstance(step, Stage):
                readers.update(side.collection for side in step.side_inputs)
        return readers

    def coder(self, collection: str) -> str:
        """Returns the id of the coder of a collection's elements with their windows."""
        return _windowed_coder(self.components, collection)

    def same_coding(self, first: str, second: str) -> bool:
        """Says whether the elements of two collections have the same bytes."""
        return same_coder(self.components, self.coder(first), self.coder(second))

    def same_parts(self, step: Group) -> bool:
        """Says whether key and value have the same bytes before and after the grouping."""
        coder = self.components.coders
        urns = common_urns.coders
        before = coder[self.components.pcollections[step.input].coder_id]
        after = coder[self.components.pcollections[step.output].coder_id]
        if before.spec.urn != urns.KV.urn or after.spec.urn != urns.KV.urn:
            return False
        key, value = before.component_coder_ids
        grouped_key, values = after.component_coder_ids
        return (
            coder[values].spec.urn == urns.ITERABLE.urn
            and same_coder(self.components, key, grouped_key)
            and same_coder(self.components, value, coder[values].component_coder_ids[0])
        )

    def coding(self) -> bytes:
        """Returns what a worker needs to decode any collection, serialized."""
        return bytes(
            beam_runner_api_pb2.Components(
                coders=self.components.coders,
                windowing_strategies=self.components.windowing_strategies,
                environments=self.components.environments,
            ).SerializeToString()
        )


def same_coder(components: beam_runner_api_pb2.Components, first: str, second: str) -> bool:
    """Says whether two coders of a pipeline write the same bytes."""
    if first == second:
        return True
    one, two = components.coders[first], components.coders[second]
    return (
        one.spec == two.spec
        and len(one.component_coder_ids) == len(two.component_coder_ids)
        and all(
            same_coder(components, a, b)
            for a, b in zip(one.component_coder_ids, two.component_coder_ids, strict=True)
        )
    )


def graph_of(pipeline: beam_runner_api_pb2.Pipeline, whole_reshuffle: bool = True) -> Graph:
    """Optimises a pipeline and lists its steps.

    Args:
        pipeline: what a user has built.
        whole_reshuffle: a Reshuffle is one step, which keeps elements as they are; else it is what
            Beam makes of it, a GroupByKey and more.

    Raises:
        UnsupportedPipelineError: it uses what cannot be executed right.
    """
    known = _RUNNER_URNS if whole_reshuffle else _RUNNER_URNS - {_RESHUFFLE}
    for transform in _used_transforms(pipeline, known):
        _refuse_unsupported(transform, pipeline.components)
    pipeline = copy.deepcopy(pipeline)
    context, stages = translations.create_and_optimize_stages(
        pipeline,
        phases=translations.standard_optimize_phases(),
        known_runner_urns=known,
    )
    components = context.components
    for collection in list(components.pcollections):
        _windowed_coder(components, collection)
    steps = [step for stage in stages for step in _steps(stage, stages, components)]
    return Graph(steps, components)


def _windowed_coder(components: beam_runner_api_pb2.Components, collection: str) -> str:
    proto = components.pcollections[collection]
    window_coder = components.windowing_strategies[proto.windowing_strategy_id].window_coder_id
    name = f"windowed/{proto.coder_id}/{window_coder}"
    if name not in components.coders:
        coder = beam_runner_api_pb2.Coder(
            spec=beam_runner_api_pb2.FunctionSpec(urn=common_urns.coders.WINDOWED_VALUE.urn),
            component_coder_ids=[proto.coder_id, window_coder],
        )
        components.coders[name].CopyFrom(coder)
    return name


def _used_transforms(
    pipeline: beam_runner_api_pb2.Pipeline, known: frozenset[str]
) -> Iterator[beam_runner_api_pb2.PTransform]:
    """Yields the transforms that run: leaves and the composites that we know."""
    waiting = list(reversed(pipeline.root_transform_ids))
    while waiting:
        transform = pipeline.components.transforms[waiting.pop()]
        if transform.subtransforms and transform.spec.urn not in known:
            waiting.extend(reversed(transform.subtransforms))
        elif set(transform.outputs.values()) - set(transform.inputs.values()):
            yield transform


def _refuse_unsupported(
    transform: beam_runner_api_pb2.PTransform, components: beam_runner_api_pb2.Components
) -> None:
    for feature in _unsupported(transform, components):
        name = transform.unique_name
        raise UnsupportedPipelineError(
            f"transform {name!r} uses {feature}, which the Spark runner does not execute; "
            "use another runner"
        )


def _unsupported(
    transform: beam_runner_api_pb2.PTransform, components: beam_runner_api_pb2.Components
) -> Iterator[str]:
    """Names the features of a transform that cannot be executed right."""
    urn = transform.spec.urn
    unbounded = beam_runner_api_pb2.IsBounded.UNBOUNDED
    if urn == _URNS.TEST_STREAM.urn:
        yield "TestStream"
    elif urn not in _RUNNER_URNS | set(bundle_processor.BeamTransformFactory._known_urns) | {
        common_urns.deprecated_primitives.READ.urn
    } | set(translations.KNOWN_COMPOSITES):
        yield f"the primitive {urn}"
    elif transform.environment_id:
        environment = components.environments[transform.environment_id].urn
        if environment != python_urns.EMBEDDED_PYTHON:
            yield f"the environment {environment}"
    if any(components.pcollections[p].is_bounded == unbounded for p in transform.outputs.values()):
        yield "an unbounded source"
    if urn in translations.PAR_DO_URNS:
        payload = beam_runner_api_pb2.ParDoPayload.FromString(transform.spec.payload)
        if payload.timer_family_specs:
            yield "timers"
        if payload.state_specs:
            yield "state"
        if payload.restriction_coder_id:
            yield "a splittable DoFn"
        if payload.requests_finalization:
            yield "bundle finalization"
        if payload.requires_stable_input:
            yield "stable input"
        if payload.requires_time_sorted_input:
            yield "input sorted by time"
        for side in payload.side_inputs.values():
            if side.access_pattern.urn not in _SIDE_INPUTS:
                yield f"a side input of the kind {side.access_pattern.urn}"


def _steps(
    stage: translations.Stage,
    stages: list[translations.Stage],
    components: beam_runner_api_pb2.Components,
) -> Iterator[Step]:
    # Beam fuses a Flatten of nothing with its reader, which then has no input.
    for transform in list(stage.transforms):
        if transform.spec.urn == _URNS.FLATTEN.urn and not transform.inputs:
            stage.transforms.remove(transform)
            yield Flatten(transform.unique_name, (), *transform.outputs.values())
    if stage.transforms:
        yield _step(stage, stages, components)


def _step(
    stage: translations.Stage,
    stages: list[translations.Stage],
    components: beam_runner_api_pb2.Components,
) -> Step:
    urn = stage.transforms[0].spec.urn
    if len(stage.transforms) > 1 or urn not in _RUNNER_URNS:
        return _fused(stage, stages, components)
    transform = stage.transforms[0]
    name = transform.unique_name
    (output,) = transform.outputs.values()
    inputs = tuple(collection for _, collection in sorted(transform.inputs.items()))
    if urn == _URNS.IMPULSE.urn:
        return Impulse(name, output)
    if urn == _URNS.FLATTEN.urn:
        return Flatten(name, inputs, output)
    return (Group if urn == _URNS.GROUP_BY_KEY.urn else Reshuffle)(name, inputs[0], output)


def _fused(
    stage: translations.Stage,
    stages: list[translations.Stage],
    components: beam_runner_api_pb2.Components,
) -> Stage:
    transforms = {transform.unique_name: transform for transform in stage.transforms}
    sides = tuple(
        SideInput(name, tag, transform.inputs[tag], access)
        for name, transform in transforms.items()
        for tag, access in _side_inputs(transform)
    )
    produced = {c for t in transforms.values() for c in t.outputs.values()}
    side_tags = {(side.transform, side.tag) for side in sides}
    inputs = {
        collection
        for name, transform in transforms.items()
        for tag, collection in transform.inputs.items()
        if (name, tag) not in side_tags and collection not in produced
    }
    if len(inputs) != 1:
        raise UnsupportedPipelineError(
            f"transform {stage.transforms[0].unique_name!r} has {len(inputs)} main inputs, which "
            "the Spark runner does not execute; use another runner"
        )
    read_elsewhere = {
        collection
        for other in stages
        if other is not stage
        for transform in other.transforms
        for collection in transform.inputs.values()
    }
    outputs = tuple(sorted(produced & read_elsewhere))
    (source,) = inputs
    return _described(list(transforms.values()), source, outputs, sides, components)


def _side_inputs(transform: beam_runner_api_pb2.PTransform) -> Iterator[tuple[str, str]]:
    if transform.spec.urn in translations.PAR_DO_URNS:
        payload = beam_runner_api_pb2.ParDoPayload.FromString(transform.spec.payload)
        for tag, side in sorted(payload.side_inputs.items()):
            yield tag, side.access_pattern.urn


def _described(
    transforms: list[beam_runner_api_pb2.PTransform],
    source: str,
    outputs: tuple[str, ...],
    sides: tuple[SideInput, ...],
    components: beam_runner_api_pb2.Components,
) -> Stage:
    """Adds the ports of a stage and describes it as a worker of Beam wants it."""

    def port(urn: str, collection: str) -> beam_runner_api_pb2.FunctionSpec:
        coder = beam_fn_api_pb2.RemoteGrpcPort(coder_id=_windowed_coder(components, collection))
        return beam_runner_api_pb2.FunctionSpec(urn=urn, payload=coder.SerializeToString())

    # Ids are unique in a worker, which may hold stages of many pipelines.
    stage_id = uuid.uuid4().hex
    described = {transform.unique_name: transform for transform in transforms}
    source_port = f"{stage_id}/source"
    described[source_port] = beam_runner_api_pb2.PTransform(
        unique_name=source_port,
        spec=port(bundle_processor.DATA_INPUT_URN, source),
        outputs={"out": source},
    )
    sinks = tuple(f"{stage_id}/sink/{number}" for number in range(len(outputs)))
    for sink, collection in zip(sinks, outputs, strict=True):
        described[sink] = beam_runner_api_pb2.PTransform(
            unique_name=sink,
            spec=port(bundle_processor.DATA_OUTPUT_URN, collection),
            inputs={"in": collection},
        )
    used = {
        collection
        for transform in described.values()
        for collection in (*transform.inputs.values(), *transform.outputs.values())
    }
    descriptor = beam_fn_api_pb2.ProcessBundleDescriptor(
        id=stage_id,
        transforms=described,
        pcollections={collection: components.pcollections[collection] for collection in used},
        coders=components.coders,
        windowing_strategies=components.windowing_strategies,
        environments=components.environments,
    )
    return Stage(
        name=" + ".join(transform.unique_name for transform in transforms),
        input=source,
        outputs=outputs,
        side_inputs=sides,
        descriptor=descriptor.SerializeToString(),
        descriptor_id=stage_id,
        source=source_port,
        sinks=sinks,
    )


@functools.lru_cache(maxsize=8)
def decoder_of(coding: bytes) -> pipeline_context.PipelineContext:
    """Returns the coders and windowing strategies of `Graph.coding`, by their ids."""
    return pipeline_context.PipelineContext(beam_runner_api_pb2.Components.FromString(coding))
