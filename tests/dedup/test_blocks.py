"""Hash records on disk: cut by partition, sorted by address."""

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.address import RowAddress
from corpus_pipeline.dedup.blocks import (
    blocks_of,
    partition_of,
    read_partition,
    unit_slice,
    write_partitioned,
)

KEYS = st.lists(st.integers(0, 2**64 - 1), max_size=30)


@given(KEYS, st.integers(1, 9))
def test_every_record_is_in_the_partition_of_its_key(keys: list[int], partitions: int) -> None:
    hashes = np.array(keys, np.uint64)
    batch = pa.record_batch({"hash": hashes, "n": np.arange(len(keys))})
    sink = io.BytesIO()
    write_partitioned(sink, batch, hashes, partitions)
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


@given(KEYS, st.integers(1, 1000))
def test_partitions_depend_on_the_key_alone(keys: list[int], partitions: int) -> None:
    hashes = np.array(keys, np.uint64)
    places = partition_of(hashes, partitions)
    assert (places[::-1] == partition_of(hashes[::-1].copy(), partitions)).all()
    assert ((places >= 0) & (places < partitions)).all()


def test_addresses_spread_over_partitions() -> None:
    """They share their high bits, so a cut by high bits alone would fill one partition."""
    addresses = np.array([RowAddress(u, r).packed for u in range(10) for r in range(400)],
                         np.uint64)  # fmt: skip
    counts = np.bincount(partition_of(addresses, 8), minlength=8)
    assert counts.min() > 400
    assert counts.max() < 600


def test_partitions_are_read_alone(tmp_path: Path) -> None:
    path = tmp_path / "00000.arrow"
    hashes = np.arange(100, dtype=np.uint64)
    lists = pa.array([[n, n] for n in range(100)], pa.list_(pa.uint64()))
    with path.open("wb") as file:
        write_partitioned(file, pa.record_batch({"hash": hashes, "l": lists}), hashes, 4)
    parts = [read_partition(path, partition) for partition in range(4)]
    assert sum(part.num_rows for part in parts) == 100
    for part in parts:
        assert part["l"].to_pylist() == [[n, n] for n in part["hash"].to_pylist()]


@given(st.integers(0, 50), st.integers(1, 500))
def test_blocks_join_to_the_records(rows: int, max_bytes: int) -> None:
    batch = pa.record_batch({"hash": np.arange(rows, dtype=np.uint64)})
    blocks = list(blocks_of(batch, max_bytes))
    assert [n for block in blocks for n in block["hash"].to_pylist()] == list(range(rows))
    assert all(0 < block.num_rows <= max(1, max_bytes // 8) for block in blocks)


ROWS = st.lists(
    st.tuples(st.integers(0, 3) | st.just(2**31 - 1), st.integers(0, 2**32 - 1)), max_size=12
)


@given(ROWS, st.sampled_from([0, 1, 2, 3, 4, 2**31 - 1]))
def test_the_records_of_a_unit_are_a_slice(rows: list[tuple[int, int]], unit: int) -> None:
    addresses = sorted(RowAddress(u, r).packed for u, r in rows)
    part = unit_slice(pa.record_batch({"address": pa.array(addresses, pa.uint64())}), unit)
    assert part["address"].to_pylist() == [each for each in addresses if each >> 32 == unit]
