"""Hash records on disk: Arrow files cut by partition, and tables sorted by address.

unit 0: [ partition 0 | partition 1 | ... ]      one record batch per partition
unit 1: [ partition 0 | partition 1 | ... ]
              |
              v   a match phase reads one column of this picture

removals: [ address ascending ............ ]     a unit reads its slice by binary search
"""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.address import ROW_BITS
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.words import mix

#: Units whose records share a record batch in files sorted by address.
UNITS_TOGETHER = 32


def partition_of(keys: NDArray[np.uint64], partitions: int) -> NDArray[np.int64]:
    """Spreads 64-bit keys evenly over partitions; equal keys meet in one.

    The keys are mixed first, so addresses (which share their high bits) spread as well as hashes.

    >>> partition_of(np.array([1, 1, 2], np.uint64), 1).tolist()
    [0, 0, 0]
    """
    places = np.empty(len(keys), np.int64)
    _partition_of(keys, np.uint64(partitions), places)
    return places


@kernel
def _partition_of(keys, partitions, places):  # type: ignore[no-untyped-def]
    for i in range(len(keys)):
        high = mix(keys[i]) >> np.uint64(32)
        places[i] = np.int64(high * partitions >> np.uint64(32))


def write_partitioned(
    sink: BinaryIO, batch: pa.RecordBatch, keys: NDArray[np.uint64], partitions: int
) -> None:
    """Writes records as an Arrow file with one record batch per partition, empty ones included.

    Args:
        sink: where the file goes.
        batch: N records.
        keys: uint64[N], what decides the partition of each record.
        partitions: how many there are.
    """
    places = partition_of(keys, partitions)
    order = np.argsort(places, kind="stable")
    ends = np.cumsum(np.bincount(places, minlength=partitions))
    ordered = batch.take(pa.array(order))
    with pa.ipc.new_file(sink, batch.schema) as writer:
        start = 0
        for end in ends.tolist():
            writer.write_batch(ordered.slice(start, end - start))
            start = end


def read_partition(path: Path, partition: int) -> pa.RecordBatch:
    """Reads the records of one partition, memory-mapped."""
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).get_batch(partition)


def blocks_of(batch: pa.RecordBatch, max_bytes: int = 4 * 2**20) -> Iterator[pa.RecordBatch]:
    """Cuts records into pieces of about `max_bytes`; no records, no piece.

    >>> [piece.num_rows for piece in blocks_of(pa.record_batch({"a": [1, 2, 3]}), max_bytes=16)]
    [2, 1]
    """
    rows = max(1, max_bytes * batch.num_rows // max(1, batch.nbytes))
    for start in range(0, batch.num_rows, rows):
        yield batch.slice(start, rows)


def write_table(sink: BinaryIO, batch: pa.RecordBatch) -> None:
    """Writes one batch as an Arrow file."""
    with pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)


def write_by_unit(sink: BinaryIO, batch: pa.RecordBatch, units: int) -> None:
    """Writes records sorted by address, with one record batch for each `UNITS_TOGETHER` units.

    A unit then fetches its part of a large file, also where the file cannot be mapped.

    Args:
        sink: where the file goes.
        batch: N records with an `address`, ascending.
        units: how many units there are; the last record batch takes the addresses beyond them.
    """
    borders = np.arange(UNITS_TOGETHER, max(units, 1), UNITS_TOGETHER, dtype=np.uint64)
    inner = np.searchsorted(batch["address"].to_numpy(), borders << np.uint64(ROW_BITS))
    ends = [0, *inner.tolist(), batch.num_rows]
    with pa.ipc.new_file(sink, batch.schema) as writer:
        for start, end in pairwise(ends):
            writer.write_batch(batch.slice(start, end - start))


def unit_slice(batch: pa.RecordBatch, unit: int) -> pa.RecordBatch:
    """Returns the records of one unit out of records sorted by address, without a copy.

    >>> low = (3 << ROW_BITS) + 5
    >>> batch = pa.record_batch({"address": pa.array([1, low, low + 1], pa.uint64())})
    >>> unit_slice(batch, 3).num_rows, unit_slice(batch, 2).num_rows
    (2, 0)
    """
    ends = np.array([unit << ROW_BITS, (unit + 1) << ROW_BITS], np.uint64)
    start, end = np.searchsorted(batch["address"].to_numpy(), ends)
    return batch.slice(start, end - start)
