"""The transforms of a phase as a Beam graph, and the coders of what passes between them."""

import functools
import itertools
from collections.abc import Iterator
from typing import Any

import apache_beam as beam
import pyarrow as pa
from apache_beam.metrics import Metrics

from corpus_pipeline.address import BatchKey
from corpus_pipeline.batches import from_ipc, to_ipc
from corpus_pipeline.transforms import Transform, Work


class RecordBatchCoder(beam.coders.Coder):  # type: ignore[misc]
    """Codes a record batch as an Arrow IPC stream.

    The default coder pickles, and a pickled one-row slice carries its whole parent.
    """

    def encode(self, value: pa.RecordBatch) -> bytes:
        """Returns the IPC stream of the batch."""
        return to_ipc(value)

    def decode(self, encoded: bytes) -> pa.RecordBatch:
        """Returns the batch of an IPC stream."""
        return from_ipc(encoded)

    def is_deterministic(self) -> bool:
        """Says that equal batches give equal bytes."""
        return True

    def to_type_hint(self) -> type:
        """Names the type that this coder serves."""
        return pa.RecordBatch  # type: ignore[no-any-return]


class BatchKeyCoder(beam.coders.Coder):  # type: ignore[misc]
    """Codes a batch key as text that sorts by phase."""

    def encode(self, value: BatchKey) -> bytes:
        """Returns `phase:unit:batch`."""
        return f"{value.phase}:{value.unit}:{value.batch}".encode()

    def decode(self, encoded: bytes) -> BatchKey:
        """Returns the key of `phase:unit:batch`."""
        phase, unit, batch = encoded.decode().split(":")
        return BatchKey(phase, int(unit), int(batch))

    def is_deterministic(self) -> bool:
        """Says that equal keys give equal bytes."""
        return True

    def to_type_hint(self) -> type:
        """Names the type that this coder serves."""
        return BatchKey


beam.coders.registry.register_coder(pa.RecordBatch, RecordBatchCoder)
beam.coders.registry.register_coder(BatchKey, BatchKeyCoder)


class TransformFn(beam.DoFn):  # type: ignore[misc]
    """A transform for Beam's workers; its counters are the job's metrics."""

    def __init__(self, transform: Transform) -> None:
        self._transform = transform

    def default_label(self) -> str:
        """Names the transform."""
        return self._transform.label

    def setup(self) -> None:
        """Sets the transform up."""
        self._transform.setup(_tally)

    def start_bundle(self) -> None:
        """Begins a bundle."""
        self._transform.start_bundle()

    def process(self, element: Any) -> Iterator[Any]:
        """Yields what becomes of one element."""
        return self._transform.process(element)

    def finish_bundle(self) -> None:
        """Ends a bundle."""
        self._transform.finish_bundle()

    def teardown(self) -> None:
        """Frees what the transform holds."""
        self._transform.teardown()


_counter = functools.cache(Metrics.counter)


def _tally(stage: str, name: str, number: int) -> None:
    _counter(stage, name).inc(number)


def add_transform(values: beam.PCollection, transform: Transform) -> beam.PCollection:
    """Applies one transform to a collection, grouped by key where the transform wants groups."""
    label = transform.label
    if transform.grouped:
        values = values | f"Group for {label}" >> beam.GroupByKey()
    return values | label >> beam.ParDo(TransformFn(transform)).with_output_types(transform.output)


def add_work(pipeline: beam.Pipeline, work: Work) -> beam.PCollection:
    """Adds the work of a phase to a pipeline: elements, spread over the workers, then transforms.

    The graph names ranges of elements, which workers unroll.
    """
    ranges = pipeline | "Ranges" >> beam.Create(list(work.ranges), reshuffle=False)
    values = ranges | "Unroll" >> beam.FlatMap(work.unrolled).with_output_types(work.element)
    # A single element has nobody to be spread to.
    if len(list(itertools.islice(work.elements(), 2))) > 1:
        values = values | "Spread" >> beam.Reshuffle()
    for transform in work.transforms:
        values = add_transform(values, transform)
    return values
