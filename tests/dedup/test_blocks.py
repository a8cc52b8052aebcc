"""Hash records on disk: cut by partition, sorted by address."""

import io

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.address import RowAddress
from corpus_pipeline.dedup.blocks import (
    UNITS_TOGETHER,
    blocks_of,
    by_group,
    cuts_of,
    groups_of,
    joined_up_to,
    partition_of,
    write_by_group,
    write_by_unit,
    write_cuts,
    write_partitioned,
)

KEYS = st.lists(st.integers(0, 2**64 - 1), max_size=30)


@given(KEYS, st.integers(1, 9))
def test_every_record_is_in_the_partition_of_its_key(keys: list[int], partitions: int) -> None:
    hashes = np.array(keys, np.uint64)
    batch = pa.record_batch({"hash": hashes, "n": np.arange(len(keys))})
    sink = io.BytesIO()
    write_partitioned(sink, batch, partition_of(hashes, partitions), partitions)
    reader = pa.ipc.open_file(sink.getvalue())
    assert reader.num_record_batches == partitions
    found = []
    for partition in range(partitions):
        part = reader.get_batch(partition)
        part.validate(full=True)
        assert (partition_of(part["hash"].to_numpy(), partitions) == partition).all()
        assert part["n"].to_pylist() == sorted(part["n"].to_pylist()), "order of arrival stays"
        found += part.to_pylist()
    assert sorted(row["n"] for row in found) == list(range(len(keys)))
    assert all(row["hash"] == keys[row["n"]] for row in found)


@given(st.lists(KEYS, min_size=1, max_size=6), st.integers(1, 5), st.integers(1, 600))
def test_records_written_in_cuts_are_those_written_at_once(
    keys: list[list[int]], partitions: int, held: int
) -> None:
    hashes = [np.array(some, np.uint64) for some in keys]
    parts = [pa.record_batch({"hash": some, "n": np.arange(len(some))}) for some in hashes]
    joined = list(joined_up_to(parts, held))
    assert all(part.nbytes >= held for part in joined[:-1])
    cut, whole = io.BytesIO(), io.BytesIO()
    assert write_cuts(cut, joined, "hash", partitions) == sum(map(len, keys))
    everything = pa.concat_batches(parts)
    partition_ids = partition_of(everything["hash"].to_numpy(), partitions)
    write_partitioned(whole, everything, partition_ids, partitions)
    cuts, once = (pa.ipc.open_file(sink.getvalue()) for sink in (cut, whole))
    assert cuts.num_record_batches == partitions * len(joined)
    for partition in range(partitions):
        found = [row for part in cuts_of(cuts, partition, partitions) for row in part.to_pylist()]
        assert found == once.get_batch(partition).to_pylist()


@given(KEYS, st.integers(1, 1000))
def test_partitions_depend_on_the_key_alone(keys: list[int], partitions: int) -> None:
    hashes = np.array(keys, np.uint64)
    partition_ids = partition_of(hashes, partitions)
    assert (partition_ids[::-1] == partition_of(hashes[::-1].copy(), partitions)).all()
    assert ((partition_ids >= 0) & (partition_ids < partitions)).all()


def test_addresses_spread_over_partitions() -> None:
    """They share their high bits, so a cut by high bits alone would fill one partition."""
    addresses = np.array([RowAddress(u, r).packed for u in range(10) for r in range(400)],
                         np.uint64)  # fmt: skip
    counts = np.bincount(partition_of(addresses, 8), minlength=8)
    assert counts.min() > 400
    assert counts.max() < 600


@given(st.integers(0, 50), st.integers(1, 500))
def test_blocks_join_to_the_records(rows: int, max_bytes: int) -> None:
    batch = pa.record_batch({"hash": np.arange(rows, dtype=np.uint64)})
    blocks = list(blocks_of(batch, max_bytes))
    assert [n for block in blocks for n in block["hash"].to_pylist()] == list(range(rows))
    assert all(0 < block.num_rows <= max(1, max_bytes // 8) for block in blocks)


ROWS = st.lists(
    st.tuples(st.integers(0, 3 * UNITS_TOGETHER), st.integers(0, 2**32 - 1)), max_size=12
)


def records(rows: list[tuple[int, int]]) -> pa.RecordBatch:
    """Records of some rows, in the order of their addresses."""
    addresses = sorted(RowAddress(*row).packed for row in rows)
    return pa.record_batch({"address": pa.array(addresses, pa.uint64())})


def units_of(batch: pa.RecordBatch) -> set[int]:
    return {address >> 32 for address in batch["address"].to_pylist()}


@given(ROWS, st.integers(0, 3 * UNITS_TOGETHER + 1))
def test_a_file_cut_by_group_has_a_batch_for_each(rows: list[tuple[int, int]], units: int) -> None:
    sink = io.BytesIO()
    write_by_group(sink, records(rows), units)
    reader = pa.ipc.open_file(sink.getvalue())
    assert reader.num_record_batches == groups_of(units)
    assert pa.Table.from_batches(map(reader.get_batch, range(groups_of(units)))) == (
        pa.Table.from_batches([records(rows)])
    )
    last = groups_of(units) - 1
    for group in range(groups_of(units)):
        found = units_of(reader.get_batch(group))
        assert {min(unit // UNITS_TOGETHER, last) for unit in found} <= {group}


@given(ROWS)
def test_the_file_of_a_group_has_a_batch_for_each_unit(rows: list[tuple[int, int]]) -> None:
    seen = []
    for group, batch in by_group(records(rows)):
        sink = io.BytesIO()
        write_by_unit(sink, batch, group)
        reader = pa.ipc.open_file(sink.getvalue())
        assert reader.num_record_batches == UNITS_TOGETHER
        for place in range(UNITS_TOGETHER):
            part = reader.get_batch(place)
            assert units_of(part) <= {UNITS_TOGETHER * group + place}
            seen += part["address"].to_pylist()
    assert seen == records(rows)["address"].to_pylist()
