"""The shape that every map stage shares: batch in, batch out, counted and timed."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.address import BatchKey
from corpus_pipeline.batches import add_failures, unit_end, with_columns
from corpus_pipeline.transforms import Keyed, StageCounters, Tally, Transform


class MapBatches(Transform):
    """Applies a stage to each batch; batches keep their key, the end of a unit passes through."""

    #: Name of the stage in FLOW.
    stage: ClassVar[str]
    #: Sources that pass unmeasured and unjudged.
    skip: frozenset[str] = frozenset()

    def __init__(self, options: Any) -> None:
        self.options = options

    def setup(self, tally: Tally) -> None:
        """Opens models; they are cached in the process, for setup runs again in every pipeline."""
        self._counters = StageCounters(self.stage, tally)
        with self._counters.clock():
            self.open()

    def process(self, element: Keyed) -> Iterator[Keyed]:
        """Applies the stage to one batch."""
        key, batch = element
        if unit_end(batch) is None:
            self._counters.saw(batch.num_rows, text_bytes(batch))
            with self._counters.clock():
                if not _is_skipped(batch, self.skip):
                    batch = self.apply(key, batch)
        yield key, batch

    def open(self) -> None:
        """Loads what `apply` needs."""

    def apply(self, key: BatchKey, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Returns the batch with this stage's columns filled and its failures added."""
        raise NotImplementedError


def text_bytes(batch: pa.RecordBatch) -> int:
    """Returns the bytes of text, and of content that is not text yet, in a batch."""
    sums = (pc.sum(pc.binary_length(batch[name])).as_py() for name in ("text", "raw"))
    return sum(found or 0 for found in sums)


def _is_skipped(batch: pa.RecordBatch, skip: frozenset[str]) -> bool:
    """Says whether the stage leaves the batch alone. A batch is of one source."""
    return batch.num_rows == 0 or batch["source"][0].as_py() in skip


def with_measures(
    batch: pa.RecordBatch, measures: pa.RecordBatch, failures: Mapping[str, NDArray[np.bool_]]
) -> pa.RecordBatch:
    """Adds a filter's measures as columns and its failed rules to the documents' fate.

    Records without text (unreadable ones) keep the fate they have.
    """
    has_text = batch["text"].is_valid().to_numpy(zero_copy_only=False)
    failures = {reason: failed & has_text for reason, failed in failures.items()}
    columns = dict(zip(measures.schema.names, measures.columns, strict=True))
    return add_failures(with_columns(batch, columns), failures)
