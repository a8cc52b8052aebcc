"""A step of the flow as a transform of batches: counted and timed, skipped by source."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline import storage
from corpus_pipeline.address import BatchKey
from corpus_pipeline.batches import unit_end
from corpus_pipeline.errors import ResourceError
from corpus_pipeline.steps import Step, source_of
from corpus_pipeline.transforms import Keyed, StageCounters, Tally, Transform


class MapBatches(Transform):
    """Maps each batch to another; batches keep their key, the end of a unit passes through."""

    #: Name of the step whose counters it fills.
    stage: str

    def setup(self, tally: Tally) -> None:
        """Opens what is needed; large things are cached in the process by whoever opens them."""
        self._counters = StageCounters(self.stage, tally)
        with self._counters.clock():
            self.open()

    def process(self, element: Keyed) -> Iterator[Keyed]:
        """Maps one batch."""
        key, batch = element
        if unit_end(batch) is None:
            self._counters.saw(batch.num_rows, text_bytes(batch))
            if batch.num_rows:
                with self._counters.clock():
                    batch = self.apply(key, batch)
        yield key, batch

    def open(self) -> None:
        """Loads what `apply` needs."""

    def apply(self, key: BatchKey, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Returns the batch with columns filled and failures added."""
        raise NotImplementedError


class ApplyStep(MapBatches):
    """Applies a step; batches of sources that skip it pass as they are."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.stage = step.label or step.name

    @property
    def label(self) -> str:
        """The step's class, and its label."""
        return f"{type(self.step).__name__}{'' if self.step.label is None else f' {self.stage}'}"

    def open(self) -> None:
        """Opens the step.

        Raises:
            ResourceError: what it loads is not what was planned.
        """
        self._skip = self.step.context.skipping(self.step.name)
        self.step.open()
        # Afterwards, so that a file that changes while it is read is noticed.
        for each in self.step.resources():
            planned = self.step.context.digests.get(each.path)
            if each.checked or planned is None or each.path.startswith("shipped:"):
                continue
            if storage.resource_digest(each.path) != planned:
                raise ResourceError(
                    f"{each.path}: changed since the run began ({each.key}); run again"
                )

    def teardown(self) -> None:
        """Closes the step."""
        self.step.close()

    def apply(self, key: BatchKey, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Applies the step to one batch."""
        return batch if source_of(batch) in self._skip else self.step.apply(batch)


def text_bytes(batch: pa.RecordBatch) -> int:
    """Returns the bytes of text, and of content that is not text yet, in a batch."""
    sums: Iterator[Any] = (
        pc.sum(pc.binary_length(batch[name])).as_py() for name in ("text", "raw")
    )
    return sum(found or 0 for found in sums)
