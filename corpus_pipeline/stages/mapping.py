"""A step of the flow as a transform of batches: counted and timed, skipped by source."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.address import BatchKey
from corpus_pipeline.batches import one_batch, unit_end, with_rows
from corpus_pipeline.errors import ResourceError
from corpus_pipeline.filters.gathering import Gathering
from corpus_pipeline.steps import Step, source_of
from corpus_pipeline.transforms import Keyed, StageCounters, Tally, Transform
from corpus_pipeline.workspace.state import read_table

if TYPE_CHECKING:
    from corpus_pipeline.filters.where.expressions import Expression


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


class Chosen:
    """Which documents a step sees: those of sources that do not skip it, where `when` is true."""

    def __init__(self, step: Step) -> None:
        self._skip = step.context.skipping(step.name)
        self._when = None if step.when is None else _parsed(step.when)

    def rows(self, batch: pa.RecordBatch) -> NDArray[np.bool_] | None:
        """Returns bool[N], or None for all of a batch."""
        if source_of(batch) in self._skip:
            return np.zeros(batch.num_rows, np.bool_)
        return None if self._when is None else self._when.evaluate(batch)

    def among(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Returns the documents that the step sees."""
        rows = self.rows(batch)
        return batch if rows is None else batch.filter(pa.array(rows))

    def changed(
        self, batch: pa.RecordBatch, change: Callable[[pa.RecordBatch], pa.RecordBatch]
    ) -> pa.RecordBatch:
        """Returns a batch of which the documents that the step sees are changed."""
        rows = self.rows(batch)
        if rows is None:
            return change(batch)
        if not rows.any():
            return batch
        done = change(batch.filter(pa.array(rows)))
        return done if rows.all() else with_rows(batch, rows, done)


class ApplyStep(MapBatches):
    """Applies a step to the documents that it is to see; others pass as they are."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.stage = step.title

    @property
    def label(self) -> str:
        """What the step is called."""
        return self.stage

    def open(self) -> None:
        """Opens the step.

        Raises:
            ResourceError: what it loads is not what was planned.
        """
        self._chosen = Chosen(self.step)
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
        return self._chosen.changed(batch, self.step.apply)


class DecideStep(MapBatches):
    """Applies what a step that gathers has settled for the whole run."""

    def __init__(self, step: Gathering, path: storage.Place) -> None:
        """Takes the step and the file of what was settled."""
        self.step = step
        self.path = path
        self.stage = step.title

    @property
    def label(self) -> str:
        """What the step is called, and that it decides."""
        return f"{self.stage} decides"

    def open(self) -> None:
        """Reads what was settled."""
        self._chosen = Chosen(self.step)
        self._settled = one_batch(read_table(self.path))

    def apply(self, key: BatchKey, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Decides over one batch."""
        return self._chosen.changed(batch, lambda rows: self.step.decide(rows, self._settled))


def _parsed(expression: str) -> "Expression":
    # Few runs have one.
    from corpus_pipeline.filters.where.expressions import parse_expression

    return parse_expression(expression)


def text_bytes(batch: pa.RecordBatch) -> int:
    """Returns the bytes of text, and of content that is not text yet, in a batch."""
    sums: Iterator[Any] = (
        pc.sum(pc.binary_length(batch[name])).as_py() for name in ("text", "raw")
    )
    return sum(found or 0 for found in sums)
