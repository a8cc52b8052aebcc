"""Records on disk: Arrow files cut by whoever reads them next, one record batch for each reader.

hashes                 unit 0:       [ partition 0 | partition 1 | ... ]
                       unit 1:       [ partition 0 | partition 1 | ... ]
                                            |
                                            v   a match reads one column of this picture
removals as found      partition 0:  [ group 0 | group 1 | ... ]          a group is some units
                       partition 1:  [ group 0 | group 1 | ... ]
                                          |
                                          v   a merge reads one column of this one
removals of a group    group 0:      [ unit 0 | unit 1 | ... ]            a unit opens one file

What a second look at the texts of a unit finds may be larger than they are. It is written as it is
found, in *cuts*, of which each has a record batch for every partition:

windows                unit 0:       [ partition 0 | 1 | ... | partition 0 | 1 | ... ]
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.address import ROW_BITS
from corpus_pipeline.batches import one_batch
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.words import mix

#: Units in a group. Their removals are one file, which one worker sorts in memory.
UNITS_TOGETHER = 32


def partition_of(keys: NDArray[np.uint64], partitions: int) -> NDArray[np.int64]:
    """Spreads 64-bit keys evenly over partitions; equal keys meet in one.

    The keys are mixed first, so addresses (which share their high bits) spread as well as hashes.

    >>> partition_of(np.array([1, 1, 2], np.uint64), 1).tolist()
    [0, 0, 0]
    """
    partition_ids = np.empty(len(keys), np.int64)
    _partition_of(keys, np.uint64(partitions), partition_ids)
    return partition_ids


@kernel
def _partition_of(keys, partitions, partition_ids):  # type: ignore[no-untyped-def]
    for i in range(len(keys)):
        high = mix(keys[i]) >> np.uint64(32)
        partition_ids[i] = np.int64(high * partitions >> np.uint64(32))


def write_partitioned(
    sink: BinaryIO, batch: pa.RecordBatch, partition_ids: NDArray[np.int64], partitions: int
) -> None:
    """Writes records as an Arrow file with one record batch per partition, empty ones included.

    Args:
        sink: where the file goes.
        batch: N records.
        partition_ids: int64[N], the partition of each record.
        partitions: how many there are.
    """
    with pa.ipc.new_file(sink, batch.schema) as writer:
        _write_cut_by(writer, batch, partition_ids, partitions)


def _write_cut_by(
    writer: pa.ipc.RecordBatchFileWriter,
    batch: pa.RecordBatch,
    partition_ids: NDArray[np.int64],
    partitions: int,
) -> None:
    order = np.argsort(partition_ids, kind="stable")
    ends = np.cumsum(np.bincount(partition_ids, minlength=partitions))
    ordered = batch.take(pa.array(order))
    start = 0
    for end in ends.tolist():
        writer.write_batch(ordered.slice(start, end - start))
        start = end


def write_cuts(sink: BinaryIO, batches: Iterable[pa.RecordBatch], key: str, partitions: int) -> int:
    """Writes records as they come, each batch cut by the partition of its keys.

    One batch is held at a time. Whoever wants the records of one partition takes them from all
    cuts (`cuts_of`).

    Args:
        sink: where the file goes.
        batches: at least one.
        key: the column that decides the partition, uint64.
        partitions: how many there are.

    Returns:
        The number of records.
    """
    rows, writer = 0, None
    for batch in batches:
        writer = writer or pa.ipc.new_file(sink, batch.schema)
        _write_cut_by(writer, batch, partition_of(batch[key].to_numpy(), partitions), partitions)
        rows += batch.num_rows
    assert writer is not None, "no batch, no file"
    writer.close()
    return rows


def cuts_of(
    reader: pa.ipc.RecordBatchFileReader, partition: int, partitions: int
) -> Iterator[pa.RecordBatch]:
    """Yields the records of one partition, or group; from each cut of the file those there are."""
    for place in range(partition, reader.num_record_batches, partitions):
        records = reader.get_batch(place)
        if records.num_rows:
            yield records


def joined_up_to(batches: Iterable[pa.RecordBatch], max_bytes: int) -> Iterator[pa.RecordBatch]:
    """Joins neighbouring batches until they have so many bytes together.

    >>> batch = pa.record_batch({"a": [1, 2]})
    >>> [joined.num_rows for joined in joined_up_to([batch] * 3, max_bytes=32)]
    [4, 2]
    """
    held: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        held.append(batch)
        size += batch.nbytes
        if size >= max_bytes:
            yield pa.concat_batches(held)
            held, size = [], 0
    if held:
        yield pa.concat_batches(held)


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


def groups_of(units: int) -> int:
    """Returns how many groups some units are; at least one.

    >>> groups_of(0), groups_of(UNITS_TOGETHER), groups_of(UNITS_TOGETHER + 1)
    (1, 1, 2)
    """
    return max(1, -(-units // UNITS_TOGETHER))


def write_by_group(sink: BinaryIO, batch: pa.RecordBatch, units: int) -> None:
    """Writes records as an Arrow file with one record batch for each group of units.

    Args:
        sink: where the file goes.
        batch: N records with an `address`, ascending.
        units: how many units there are; the last record batch takes the addresses beyond them.
    """
    _write_cut(sink, batch, [UNITS_TOGETHER * group for group in range(1, groups_of(units))])


def write_by_unit(sink: BinaryIO, batch: pa.RecordBatch, group: int) -> None:
    """Writes the records of one group as an Arrow file with one record batch for each unit.

    Args:
        sink: where the file goes.
        batch: N records with an `address`, ascending, all of this group.
        group: its number.
    """
    first = UNITS_TOGETHER * group
    _write_cut(sink, batch, range(first + 1, first + UNITS_TOGETHER))


def _write_cut(sink: BinaryIO, batch: pa.RecordBatch, first_units: Sequence[int]) -> None:
    """Writes one record batch up to the first of these units, one from each of them on."""
    ends = np.searchsorted(batch["address"].to_numpy(), _first_addresses(first_units))
    with pa.ipc.new_file(sink, batch.schema) as writer:
        for start, end in pairwise([0, *ends.tolist(), batch.num_rows]):
            writer.write_batch(batch.slice(start, end - start))


def by_group(batch: pa.RecordBatch) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Yields the groups that have records, with their records; those of the batch ascend.

    >>> addresses = pa.array([1, 2, UNITS_TOGETHER << ROW_BITS], pa.uint64())
    >>> batch = pa.record_batch({"address": addresses})
    >>> [(group, part.num_rows) for group, part in by_group(batch)]
    [(0, 2), (1, 1)]
    """
    addresses = batch["address"].to_numpy()
    groups = np.unique(addresses >> np.uint64(ROW_BITS)) // np.uint64(UNITS_TOGETHER)
    for group in np.unique(groups).tolist():
        borders = _first_addresses([UNITS_TOGETHER * group, UNITS_TOGETHER * (group + 1)])
        start, end = np.searchsorted(addresses, borders)
        yield group, batch.slice(start, end - start)


def _first_addresses(units: Sequence[int]) -> NDArray[np.uint64]:
    return np.array(units, np.uint64) << np.uint64(ROW_BITS)


def sorted_by_address(batches: Iterable[pa.RecordBatch]) -> pa.RecordBatch:
    """Joins records, at least one batch, and sorts them by address, then by their second column.

    Takes three times their bytes in memory.

    >>> parts = [pa.record_batch({"address": [9, 4], "with": [0, 1]}),
    ...          pa.record_batch({"address": [4], "with": [0]})]
    >>> sorted_by_address(parts).to_pydict()
    {'address': [4, 4, 9], 'with': [0, 1, 0]}
    """
    joined = pa.Table.from_batches(batches)
    keys = [(name, "ascending") for name in joined.schema.names[:2]]
    return one_batch(joined.sort_by(keys))
