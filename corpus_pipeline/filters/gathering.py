"""A step that has to see the whole run before it decides: cuts by share, bins of equal size.

    batch ─► apply ─► gather ─┐
    batch ─► apply ─► gather ─┼─► merged ─► settled ─► (batch, settled) ─► decide
    batch ─► apply ─► gather ─┘

The first pass measures and counts; what it counts is small and merges in any order. The driver
settles once, and the second pass decides document by document from what was settled.
"""

from collections.abc import Sequence
from typing import ClassVar

import pyarrow as pa

from corpus_pipeline.steps import Batch, Step


class Gathering(Step):
    """A step of two passes. A subclass has `apply` and the four methods below, all of them pure.

    What a run does with it:

    1. *First pass*, in the phase in which the step stands: `apply` for every batch, as for any
       step, and then `gather` on what it returned. The tables of a unit are `merged` and kept
       beside the unit.
    2. *Between*: the tables of all units are `merged`, in whatever groups suits (units, then groups
       of units, then all), and the driver calls `settled` once and stores its answer.
    3. *Second pass*: `decide` for every batch, with that answer, before whatever step follows.

    Four rules make the result the same however documents are cut into batches and units, in
    whatever order these come, and however often a unit is run:

    * `merged` is associative and commutative, and `merged([x]) == x`: integers, sorted by key; no
      float is ever added up.
    * `gather` and `decide` work without `open`: the driver and the second pass load no model.
    * `gather` looks at alive documents alone, so a step that stands before it decides what counts.
    * `decide` depends on the document and on what was settled, and on nothing else.

    What is gathered has to stay small: it is bounded by groups, and not by documents.
    """

    #: Tells the flow that documents pass twice.
    gathers = True
    #: `gather` and `decide` read columns of the ledger alone.
    gathers_stored: ClassVar[bool] = False
    #: Reasons for which `decide` drops; those of `apply` stand before them in `reasons`.
    decided_reasons: ClassVar[tuple[str, ...]] = ()
    #: Columns of what `gather` and `merged` return, and of what `settled` returns.
    gathered: pa.Schema
    settled_as: pa.Schema

    def gather(self, batch: Batch) -> pa.RecordBatch:
        """Returns what the run needs to know of a batch that passed `apply`; may have no rows."""
        raise NotImplementedError

    def merged(self, tables: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
        """Returns what is known of several batches or units together.

        Args:
            tables: of `gather` or of this; none for a run without documents.
        """
        raise NotImplementedError

    def settled(self, table: pa.RecordBatch) -> pa.RecordBatch:
        """Returns what is decided once for the run.

        Args:
            table: of `merged`, over all units.
        """
        raise NotImplementedError

    def decide(self, batch: Batch, settled: pa.RecordBatch) -> Batch:
        """Returns the same documents with columns filled and failures added.

        Args:
            batch: as it passed `apply`, perhaps in other batches than then.
            settled: for the run.
        """
        raise NotImplementedError
