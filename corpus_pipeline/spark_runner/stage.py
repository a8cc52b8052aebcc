"""Fused stages in Spark's Python workers: one bundle after another through Beam's own worker."""

import dataclasses
import itertools
import logging
import time
import types
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from apache_beam.portability.api import beam_fn_api_pb2
from apache_beam.runners.portability.fn_api_runner import worker_handlers

from corpus_pipeline.spark_runner.chunks import SplitChunks
from corpus_pipeline.spark_runner.errors import UnsupportedPipelineError
from corpus_pipeline.spark_runner.failures import packed
from corpus_pipeline.spark_runner.graph import decoder_of
from corpus_pipeline.spark_runner.lost_workers import namer, watched
from corpus_pipeline.spark_runner.metrics import merged

#: A bundle grows while it is done within this time and these bytes ...
_QUICK_SECONDS = 0.02
_SMALL_BYTES = 1 << 20
#: ... up to this many elements.
_LARGEST_BUNDLE = 4096
#: A worker keeps the DoFns of so many pipelines.
_PIPELINES_KEPT = 2


class _StageWorker:
    """Beam's worker for one stage, in this process. It is kept, with its DoFns, between tasks."""

    def __init__(self, stage: "RunStage") -> None:
        descriptor = beam_fn_api_pb2.ProcessBundleDescriptor.FromString(stage.descriptor)
        state = worker_handlers.StateServicer()
        for key, data in stage.side_inputs().items():
            state.append_raw(beam_fn_api_pb2.StateKey.FromString(key), data)
        # All that the handler asks of its manager.
        manager = types.SimpleNamespace(_process_bundle_descriptors={descriptor.id: descriptor})
        self._handler = worker_handlers.EmbeddedWorkerHandler(None, state, None, manager)
        self._stage = stage
        self._bundles = itertools.count()
        token = beam_fn_api_pb2.ProcessBundleRequest.CacheToken
        # Without a token every bundle would decode the side inputs again.
        self._tokens = [
            token(side_input=token.SideInput(transform_id=name, side_input_id=tag), token=b"once")
            for name, tag in stage.side_tags
        ]

    def run(self, elements: list[bytes]) -> tuple[list[tuple[int, bytes]], list[Any]]:
        """Processes one bundle; returns (number of output, chunk) and the metrics."""
        name = f"bundle-{next(self._bundles)}"
        stream = self._handler.data_conn.output_stream(name, self._stage.source)
        for element in elements:
            stream.write(element)
        stream.close()
        request = beam_fn_api_pb2.InstructionRequest(
            instruction_id=name,
            process_bundle=beam_fn_api_pb2.ProcessBundleRequest(
                process_bundle_descriptor_id=self._stage.descriptor_id, cache_tokens=self._tokens
            ),
        )
        response = self._handler.control_conn.push(request).get()
        if response.error:
            raise RuntimeError(response.error)
        result = response.process_bundle
        if result.residual_roots:
            raise UnsupportedPipelineError(
                "a splittable DoFn puts off the rest of its work, which the Spark runner does not "
                "execute; use another runner"
            )
        numbers = {sink: number for number, sink in enumerate(self._stage.sinks)}
        outputs = [
            (numbers[output.transform_id], output.data)
            for output in self._handler.data_conn.input_elements(name, list(numbers))
            if output.data
        ]
        return outputs, list(result.monitoring_infos)

    def close(self) -> None:
        """Tears the DoFns down."""
        self._handler.stop_worker()


#: Pipeline -> stage -> its worker. Spark keeps the process for later tasks.
_WORKERS: OrderedDict[str, dict[str, _StageWorker]] = OrderedDict()
_SETUPS_DONE: set[str] = set()


@dataclasses.dataclass(frozen=True)
class RunStage:
    """Runs the elements of a partition through a stage."""

    pipeline: str
    descriptor: bytes
    descriptor_id: str
    source: str
    sinks: tuple[str, ...]
    side_tags: tuple[tuple[str, str], ...]
    side: Any
    """Spark broadcast of the side inputs by state key, or None."""
    coding: bytes
    coder: str
    """Id of the coder of the input."""
    single: bool
    """Each chunk holds one element."""
    meter: Any
    """Spark accumulator of `Infos`."""
    setup: Callable[[], None] | None
    setup_id: str
    """Names the setup, which runs once in a process."""
    timeout: float | None
    """Seconds after which a bundle that is not done ends its process."""

    def side_inputs(self) -> Mapping[bytes, bytes]:
        """Returns state key -> encoded elements."""
        return {} if self.side is None else dict(self.side.value)

    @packed
    def __call__(self, chunks: Iterable[bytes]) -> Iterator[Any]:
        """Yields (number of output, chunk), or chunks where there is one output at most."""
        infos: list[Any] = []
        try:
            yield from self._run(chunks, infos)
        finally:
            if infos:
                self.meter.add({self.pipeline: [info.SerializeToString() for info in infos]})

    def _run(self, chunks: Iterable[bytes], infos: list[Any]) -> Iterator[Any]:
        elements: Iterable[bytes] = chunks
        if not self.single:
            elements = SplitChunks(self.coding, self.coder)(chunks)
        several = len(self.sinks) > 1
        name = namer(decoder_of(self.coding).coders.get_by_id(self.coder))
        bundles = _Bundles(elements)
        for bundle in bundles:
            started = time.monotonic()
            with watched(name(bundle), self.timeout):
                outputs, seen = self._bundle(bundle)
            infos[:] = merged([*infos, *seen])
            # A unit of work takes seconds and is a bundle of its own: memory holds the output of
            # one. Small elements share a bundle, else its fixed cost would be all there is.
            quick = time.monotonic() - started < _QUICK_SECONDS
            small = sum(len(chunk) for _, chunk in outputs) < _SMALL_BYTES
            bundles.resize(quick and small)
            yield from outputs if several else (chunk for _, chunk in outputs)

    def _bundle(self, bundle: list[bytes]) -> tuple[list[tuple[int, bytes]], list[Any]]:
        try:
            return self._worker().run(bundle)
        except Exception:
            _WORKERS.get(self.pipeline, {}).pop(self.descriptor_id, None)
            raise

    def _worker(self) -> _StageWorker:
        if self.setup is not None and self.setup_id not in _SETUPS_DONE:
            self.setup()
            _SETUPS_DONE.add(self.setup_id)
        # The driver tells of the failure, once; here it would be told once more for each attempt.
        logging.getLogger("apache_beam.runners.common").setLevel(logging.CRITICAL)
        workers = _WORKERS.setdefault(self.pipeline, {})
        _WORKERS.move_to_end(self.pipeline)
        while len(_WORKERS) > _PIPELINES_KEPT:
            for worker in _WORKERS.popitem(last=False)[1].values():
                worker.close()
        if self.descriptor_id not in workers:
            workers[self.descriptor_id] = _StageWorker(self)
        return workers[self.descriptor_id]


class _Bundles:
    """Cuts elements into lists; the reader says after each whether the next may be longer."""

    def __init__(self, elements: Iterable[bytes]) -> None:
        self._elements = elements
        self._size = 1

    def resize(self, grow: bool) -> None:
        """Makes the next bundle twice as long, or a quarter."""
        self._size = min(2 * self._size, _LARGEST_BUNDLE) if grow else max(1, self._size // 4)

    def __iter__(self) -> Iterator[list[bytes]]:
        bundle: list[bytes] = []
        held = 0
        for element in self._elements:
            bundle.append(element)
            held += len(element)
            if len(bundle) >= self._size or held >= _SMALL_BYTES:
                yield bundle
                bundle, held = [], 0
        if bundle:
            yield bundle
