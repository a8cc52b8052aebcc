"""What Beam must know about our values: coders, type of an element, counters, stage clocks."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import apache_beam as beam
import pyarrow as pa
from apache_beam.metrics import Metrics

from corpus_pipeline.address import BatchKey
from corpus_pipeline.batches import from_ipc, to_ipc

#: The element of every map pipeline.
Keyed = tuple[BatchKey, pa.RecordBatch]


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


class StageCounters:
    """Counters of one stage: documents and bytes in, microseconds spent in its own code.

    They show progress and where the time goes. Exact counts of documents come from manifests,
    because a retried bundle counts twice here.
    """

    def __init__(self, stage: str) -> None:
        self._documents = Metrics.counter(stage, "documents")
        self._bytes = Metrics.counter(stage, "bytes")
        self._micros = Metrics.counter(stage, "micros")
        self._items = Metrics.counter("progress", "items")
        self._errors = Metrics.counter("progress", "errors")

    def saw(self, documents: int, text_bytes: int) -> None:
        """Counts one batch."""
        self._documents.inc(documents)
        self._bytes.inc(text_bytes)

    def finished(self, errors: int = 0) -> None:
        """Counts one unit or partition that is written, and its records that are unreadable."""
        self._items.inc()
        if errors:
            self._errors.inc(errors)

    @contextmanager
    def clock(self) -> Iterator[None]:
        """Adds the processor time of a block to the stage's clock."""
        start = time.thread_time_ns()
        try:
            yield
        finally:
            self._micros.inc((time.thread_time_ns() - start) // 1000)
