"""How many documents of the input a document stands for: itself and all copies that went for it.

    exact copies    b ─► a   c ─► a             a stands for a, b, c
    near copies     a ─► d                      d stands for d, a, b, c: cluster_size 4

FineWeb-2 repeats documents by the size of their clusters (Penedo et al. 2025, "rehydration").
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.address import packed_addresses
from corpus_pipeline.storage import Place

#: A column that the ledger does not have; it is counted when a mixture asks for it.
CLUSTER_SIZE = "cluster_size"

Addresses = NDArray[np.uint64]


class ClusterSizes:
    """Sizes of the clusters of a finished run.

    Takes about 60 bytes in memory for each copy that was removed.
    """

    def __init__(self, removed: Addresses, copy_of: Addresses) -> None:
        """Takes which documents went, and for which each.

        Args:
            removed: uint64[N], packed addresses, each once, in any order.
            copy_of: uint64[N], address of the document for which it went. That may have gone too.

        >>> sizes = ClusterSizes(np.array([2, 3, 1], np.uint64), np.array([1, 1, 4], np.uint64))
        >>> sizes.of(np.array([4, 5], np.uint64)).tolist()
        [4, 1]
        """
        order = np.argsort(removed)
        removed, survivor = removed[order], copy_of[order]
        # Each goes to the one that its survivor went for, until nobody's has gone. Every chain
        # gets half as long, and a ledger that leads round in a circle ends all the same.
        for _ in range(64):
            place = np.minimum(np.searchsorted(removed, survivor), max(len(removed) - 1, 0))
            gone = removed[place] == survivor if len(removed) else np.zeros(0, np.bool_)
            if not gone.any():
                break
            survivor = np.where(gone, survivor[place], survivor)
        self._kept, self._copies = np.unique(survivor, return_counts=True)

    @classmethod
    def of_ledger(cls, parts: Sequence[Place]) -> "ClusterSizes":
        """Reads what the ledger says of the copies that went."""
        removed, copy_of = [np.zeros(0, np.uint64)], [np.zeros(0, np.uint64)]
        copies = pc.field("duplicate_of").is_valid() & pc.field("drop_reason").is_valid()
        for path in parts:
            columns = ["unit", "row", "duplicate_of"]
            table = storage.read_parquet(path, columns=columns, filters=copies).combine_chunks()
            for batch in table.to_batches():
                removed.append(addresses(batch))
                named = pc.split_pattern(batch["duplicate_of"], ":")
                unit, row = (pc.list_element(named, k).cast(pa.int64()) for k in (0, 1))
                copy_of.append(packed_addresses(unit.to_numpy(), row.to_numpy()))
        return cls(np.concatenate(removed), np.concatenate(copy_of))

    def of(self, kept: Addresses) -> NDArray[np.int64]:
        """Returns the size of the cluster of each of N documents; 1 for one without copies."""
        if not len(self._kept):
            return np.ones(len(kept), np.int64)
        place = np.minimum(np.searchsorted(self._kept, kept), len(self._kept) - 1)
        sizes: NDArray[np.int64] = np.where(self._kept[place] == kept, self._copies[place] + 1, 1)
        return sizes


def addresses(batch: pa.RecordBatch) -> Addresses:
    """Returns the packed addresses of N documents, from their columns `unit` and `row`."""
    return packed_addresses(batch["unit"].to_numpy(), batch["row"].to_numpy())
