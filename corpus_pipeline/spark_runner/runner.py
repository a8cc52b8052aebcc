"""A Beam runner on PySpark.

Beam fuses a pipeline into stages; here every stage is one `mapPartitions`, every GroupByKey is
Spark's own sorted shuffle, every Reshuffle its `repartition`. Spark schedules, retries and spills.

    with beam.Pipeline(runner=SparkRunner({"spark.master": "local[4]"})) as pipeline:
        ...
"""

import dataclasses
import threading
import uuid
import weakref
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from apache_beam.options.pipeline_options import PipelineOptions, StreamingOptions
from apache_beam.portability import common_urns
from apache_beam.portability.api import beam_fn_api_pb2, beam_runner_api_pb2, metrics_pb2
from apache_beam.runners.portability.fn_api_runner.execution import WindowGroupingBuffer
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiMetrics
from apache_beam.runners.runner import PipelineResult, PipelineRunner, PipelineState
from apache_beam.transforms.environments import EmbeddedPythonEnvironment, Environment
from apache_beam.transforms.window import GlobalWindows

from corpus_pipeline.spark_runner.chunks import (
    Grouping,
    Pick,
    Recode,
    SplitChunks,
    drain,
    partition_of,
)
from corpus_pipeline.spark_runner.context import explained, open_context, preload_setting
from corpus_pipeline.spark_runner.graph import (
    Flatten,
    Graph,
    Group,
    Impulse,
    Reshuffle,
    SideInput,
    Stage,
    decoder_of,
    graph_of,
)
from corpus_pipeline.spark_runner.metrics import MergeInfos
from corpus_pipeline.spark_runner.stage import RunStage

#: Tasks for each core, where `spark.default.parallelism` is not set.
_TASKS_PER_CORE = 3
_NO_SETTINGS: Mapping[str, str] = MappingProxyType({})
#: SparkContext -> its accumulator of metrics. One for all pipelines: PySpark never forgets one.
_METERS: weakref.WeakKeyDictionary[Any, tuple[Any, MergeInfos]] = weakref.WeakKeyDictionary()


class SparkRunner(PipelineRunner):  # type: ignore[misc]
    """Runs pipelines one after another in one SparkContext.

    As a Beam option: `--runner=corpus_pipeline.spark_runner.SparkRunner`.
    """

    def __init__(
        self,
        settings: Mapping[str, str] = _NO_SETTINGS,
        worker_setup: Callable[[], None] | None = None,
        partitions: int | None = None,
        bundle_timeout: float | None = None,
        preload: Sequence[str] = (),
    ) -> None:
        """Starts nothing yet.

        Args:
            settings: Spark configuration, such as `spark.master`. A context that is there already,
                or what spark-submit says, wins over it.
            worker_setup: called once in every Python process of Spark's before its first bundle;
                importable there.
            partitions: tasks of a shuffle; by default `spark.default.parallelism`, else three for
                each core.
            bundle_timeout: seconds after which an element, or some small ones, that are not done
                end their Python process, so that Spark tries them again; None waits for ever.
            preload: modules that workers need, imported once in the process that they are forked
                from; they must start no threads.
        """
        self.partitions = partitions
        self._timeout = bundle_timeout
        self._settings = {**preload_setting(preload), **settings}
        self._worker_setup = worker_setup
        self._setup_id = uuid.uuid4().hex
        self._context: Any = None
        self._ours = False
        self._meter: Any = None
        self._merge: MergeInfos | None = None

    @property
    def context(self) -> Any:
        """The SparkContext; found or started when it is first asked for.

        Raises:
            SparkRunnerError: Spark does not start.
        """
        if self._context is None or self._context._jsc is None:
            self._context, self._ours = open_context(self._settings)
            if self._context not in _METERS:
                merge = MergeInfos()
                _METERS[self._context] = self._context.accumulator({}, merge), merge
            self._meter, self._merge = _METERS[self._context]
        return self._context

    def close(self) -> None:
        """Stops the SparkContext if this runner started it."""
        if self._context is not None and self._ours:
            self._context.stop()
        self._context = None

    def default_environment(self, options: PipelineOptions) -> Environment:
        """Says that DoFns run in Spark's Python processes as they are."""
        return EmbeddedPythonEnvironment.default()

    def run_portable_pipeline(
        self, pipeline: beam_runner_api_pb2.Pipeline, options: PipelineOptions
    ) -> "SparkResult":
        """Starts a pipeline and returns at once.

        Raises:
            UnsupportedPipelineError: the pipeline uses what this runner does not execute.
            SparkRunnerError: Spark does not start.
        """
        # Reshuffles of older versions lose the pane; who asks for one gets Beam's own.
        version = options.view_as(StreamingOptions).update_compatibility_version
        graph = graph_of(pipeline, whole_reshuffle=version is None)
        context = self.context
        pipeline_id = uuid.uuid4().hex
        partitions = self.partitions or _default_partitions(context)
        setup = (self._worker_setup, self._setup_id)
        job = _Job(graph, context, pipeline_id, partitions, self._meter, setup, self._timeout)
        assert self._merge is not None
        result = SparkResult(job, self._merge)
        result.start()
        return result


def _default_partitions(context: Any) -> int:
    given = context.getConf().get("spark.default.parallelism")
    return int(given) if given else _TASKS_PER_CORE * int(context.defaultParallelism)


class SparkResult(PipelineResult):  # type: ignore[misc]
    """A pipeline that runs, or ran, in a thread of the driver."""

    def __init__(self, job: "_Job", merge: MergeInfos) -> None:
        super().__init__(PipelineState.RUNNING)
        self._job = job
        self._merge = merge
        self._error: Exception | None = None
        self._cancelled = False
        self._final: list[bytes] | None = None
        # Spark's own kind of thread closes its connection to the JVM at its end.
        from pyspark import InheritableThread

        self._thread: threading.Thread = InheritableThread(
            target=self._run, name="spark-pipeline", daemon=True
        )

    def start(self) -> None:
        """Starts the thread that hands the jobs to Spark."""
        assert self._merge.live is not None
        self._merge.live.add(self._job.pipeline)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._job.run(lambda: self._cancelled)
            state = PipelineState.CANCELLED if self._cancelled else PipelineState.DONE
        except Exception as error:
            self._error = explained(error)
            self._error.__cause__ = error
            state = PipelineState.CANCELLED if self._cancelled else PipelineState.FAILED
        self._final = self._job.metrics()
        assert self._merge.live is not None
        self._merge.live.discard(self._job.pipeline)
        self._state = state

    def wait_until_finish(self, duration: int | None = None) -> str | None:
        """Waits for the end.

        Args:
            duration: milliseconds to wait at most; None waits until the end.

        Returns:
            The last state, or None if the time is over first.

        Raises:
            Exception: what a DoFn raised, of its own type where that can be rebuilt.
            SparkRunnerError: Spark failed, in one line.
        """
        self._thread.join(None if duration is None else duration / 1000)
        if self._thread.is_alive():
            return None
        if self._error is not None and not self._cancelled:
            raise self._error
        return str(self._state)

    def cancel(self) -> str:
        """Kills the tasks of this pipeline, waits for that, and returns the state."""
        if self._thread.is_alive():
            self._cancelled = True
            self._job.cancel()
            # A job between two actions has nothing to kill; it sees the flag before the next.
            while self._thread.is_alive():
                self._thread.join(0.5)
                self._job.cancel()
        return str(self._state)

    def metrics(self) -> FnApiMetrics:
        """Returns the metrics of all tasks that have ended until now.

        They are attempted values: what a lost executor forces Spark to run again counts twice.
        """
        infos = self._job.metrics() if self._final is None else self._final
        return FnApiMetrics({"": [metrics_pb2.MonitoringInfo.FromString(info) for info in infos]})


@dataclasses.dataclass(frozen=True)
class _Collection:
    """A collection as an RDD of chunks."""

    rdd: Any
    single: bool
    """Each chunk holds one element."""


class _Job:
    """Turns the steps of a graph into RDDs, and runs those that nothing else reads."""

    def __init__(
        self,
        graph: Graph,
        context: Any,
        pipeline: str,
        partitions: int,
        meter: Any,
        setup: tuple[Callable[[], None] | None, str],
        timeout: float | None,
    ) -> None:
        self.pipeline = pipeline
        self._graph = graph
        self._context = context
        self._partitions = partitions
        self._meter = meter
        self._setup, self._setup_id = setup
        self._timeout = timeout
        self._coding = graph.coding()
        self._readers = graph.readers()
        self._collections: dict[str, _Collection] = {}
        self._kept: list[Any] = []
        self._broadcasts: list[Any] = []
        self._is_cancelled: Callable[[], bool] = lambda: False

    def metrics(self) -> list[bytes]:
        """Returns the serialized metrics so far."""
        return list(self._meter.value.get(self.pipeline, []))

    def cancel(self) -> None:
        """Kills what runs."""
        self._context.cancelJobGroup(self.pipeline)

    def run(self, is_cancelled: Callable[[], bool]) -> None:
        """Runs all steps; ends early when `is_cancelled`."""
        self._is_cancelled = is_cancelled
        try:
            for step in self._graph.steps:
                self._context.setJobGroup(self.pipeline, step.name[:200])
                if isinstance(step, Stage):
                    self._run_stage(step)
                elif isinstance(step, Impulse):
                    self._add(step.output, _Collection(self._impulse(step), True))
                elif isinstance(step, Flatten):
                    self._add(step.output, self._flattened(step))
                elif isinstance(step, Reshuffle):
                    self._add(step.output, _Collection(self._reshuffled(step), True))
                else:
                    self._add(step.output, _Collection(self._grouped(step), True))
        finally:
            for rdd in self._kept:
                rdd.unpersist()
            for broadcast in self._broadcasts:
                broadcast.destroy()

    def _add(self, output: str, collection: _Collection) -> None:
        """Names a collection. What has several readers is written to disk now, and once.

        If it were made again for each reader, the side effects of its DoFns would happen again, and
        their results might differ.
        """
        if self._readers[output] > 1:
            self._keep(collection.rdd)
        elif self._readers[output] == 0:
            self._act(collection.rdd)
        self._collections[output] = collection

    def _keep(self, rdd: Any) -> None:
        from pyspark import StorageLevel

        self._kept.append(rdd.persist(StorageLevel.DISK_ONLY))
        self._act(rdd)

    def _act(self, rdd: Any) -> None:
        if not self._is_cancelled():
            rdd.foreachPartition(drain)

    def _impulse(self, step: Impulse) -> Any:
        coder = decoder_of(self._coding).coders.get_by_id(self._graph.coder(step.output))
        element = coder.get_impl().encode_nested(GlobalWindows.windowed_value(b""))
        return self._context.parallelize([element], 1)

    def _recoded(self, collection: str, target: str) -> Any:
        """Returns the RDD of a collection in the coding of another."""
        rdd = self._collections[collection].rdd
        if self._graph.same_coding(collection, target):
            return rdd
        return rdd.mapPartitions(
            Recode(self._coding, self._graph.coder(collection), self._graph.coder(target))
        )

    def _flattened(self, step: Flatten) -> _Collection:
        if not step.inputs:
            return _Collection(self._context.emptyRDD(), True)
        rdds = [self._recoded(collection, step.output) for collection in step.inputs]
        single = all(self._collections[collection].single for collection in step.inputs)
        return _Collection(rdds[0] if len(rdds) == 1 else self._context.union(rdds), single)

    def _reshuffled(self, step: Reshuffle) -> Any:
        rdd = self._recoded(step.input, step.output)
        if not self._collections[step.input].single:
            rdd = rdd.mapPartitions(SplitChunks(self._coding, self._graph.coder(step.output)))
        return spread(rdd, self._partitions)

    def _grouped(self, step: Group) -> Any:
        components = self._graph.components
        windowing = components.pcollections[step.input].windowing_strategy_id
        strategy = decoder_of(self._coding).windowing_strategies.get_by_id(windowing)
        grouping = Grouping(
            coding=self._coding,
            input_coder=self._graph.coder(step.input),
            output_coder=self._graph.coder(step.output),
            windowing=windowing,
            default_windowing=strategy.is_default(),
            same_parts=self._graph.same_parts(step),
        )
        pieces = self._collections[step.input].rdd.mapPartitionsWithIndex(grouping.scatter)
        ordered = pieces.repartitionAndSortWithinPartitions(self._partitions, partition_of)
        return ordered.mapPartitions(grouping.gather)

    def _run_stage(self, step: Stage) -> None:
        source = self._collections[step.input]
        stage = RunStage(
            pipeline=self.pipeline,
            descriptor=step.descriptor,
            descriptor_id=step.descriptor_id,
            source=step.source,
            sinks=step.sinks,
            side_tags=tuple((side.transform, side.tag) for side in step.side_inputs),
            side=self._side_inputs(step.side_inputs),
            coding=self._coding,
            coder=self._graph.coder(step.input),
            single=source.single,
            meter=self._meter,
            setup=self._setup,
            setup_id=self._setup_id,
            timeout=self._timeout,
        )
        rdd = source.rdd.mapPartitions(stage)
        if not step.outputs:
            self._act(rdd)
        elif len(step.outputs) == 1:
            self._add(step.outputs[0], _Collection(rdd, False))
        else:
            self._keep(rdd)
            for number, output in enumerate(step.outputs):
                picked = rdd.mapPartitions(Pick(number))
                self._collections[output] = _Collection(picked, False)

    def _side_inputs(self, sides: tuple[SideInput, ...]) -> Any:
        """Collects side inputs in the driver and hands them to all workers."""
        if not sides or self._is_cancelled():
            return None
        state: dict[bytes, bytes] = {}
        for side in sides:
            coder = decoder_of(self._coding).coders.get_by_id(self._graph.coder(side.collection))
            state.update(looked_up(side, coder, self._collections[side.collection].rdd.collect()))
        self._broadcasts.append(self._context.broadcast(state))
        return self._broadcasts[-1]


def spread(rdd: Any, partitions: int) -> Any:
    """Spreads elements evenly over partitions.

    PySpark's own `repartition` moves ten elements at a time; where an element is a unit of work,
    ten of them in one task are the whole job.
    """
    from pyspark import RDD
    from pyspark.serializers import BatchedSerializer, CPickleSerializer

    single = rdd._reserialize(BatchedSerializer(CPickleSerializer(), 1))
    return RDD(single._jrdd.coalesce(partitions, True), rdd.ctx, single._jrdd_deserializer)


def looked_up(side: SideInput, coder: Any, chunks: list[bytes]) -> dict[bytes, bytes]:
    """Returns what a worker asks for when it looks into a side input: state key -> elements."""
    access = beam_runner_api_pb2.FunctionSpec(urn=side.access)
    windows = WindowGroupingBuffer(access, coder)
    for chunk in chunks:
        windows.append(chunk)
    key_type = beam_fn_api_pb2.StateKey
    state: defaultdict[bytes, list[bytes]] = defaultdict(list)

    def put(kind: str, data: bytes, window: bytes, **more: bytes) -> None:
        name = {"transform_id": side.transform, "side_input_id": side.tag, "window": window, **more}
        state[key_type(**{kind: name}).SerializeToString()].append(data)

    for key, window, elements, count in windows.encoded_items():
        if side.access == common_urns.side_inputs.ITERABLE.urn:
            put("iterable_side_input", elements, window)
        else:
            put("multimap_side_input", elements, window, key=key)
            put("multimap_keys_side_input", key, window)
            entry = key + count.to_bytes(4, "big") + elements
            put("multimap_keys_values_side_input", entry, window)
    return {name: b"".join(data) for name, data in state.items()}
