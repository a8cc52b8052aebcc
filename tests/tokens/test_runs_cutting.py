"""From documents of units to what a shard is cut from: each document once, in its order."""

import itertools
from collections import defaultdict
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.tokens.cutting import SHARD_PORTIONS, cut_shards, documents_inside
from corpus_pipeline.tokens.runs import PORTIONS, RunFormat, RunWriter
from corpus_pipeline.tokens.shard import ShardFormat

SPLITS = ("train", "validation")
Document = tuple[str, str, int, int]
"""Split, source, key, number of tokens."""

documents = st.lists(
    st.tuples(
        st.sampled_from(SPLITS),
        st.sampled_from(["web", "百科"]),
        st.integers(0, 2**64 - 1),
        st.integers(0, 9),
    ),
    max_size=25,
)


def write(
    units: list[list[Document]], bits: int | None, run_bytes: int, portion_bytes: int, step: int
) -> tuple[pa.Table, dict[tuple[int, int], list[pa.RecordBatch]]]:
    """Writes units; returns their portions, and the record batches of each run."""
    format_ = RunFormat(ShardFormat("ab" * 32, 0, "uint16"), SPLITS, bits)
    runs: dict[tuple[int, int], list[pa.RecordBatch]] = {}
    tables = []
    for unit, found in enumerate(units):

        def save(run: int, schema: pa.Schema, batches: Any, unit: int = unit) -> None:
            runs[unit, run] = [batch for batch in batches if batch.schema == schema]

        writer = RunWriter(format_, save, run_bytes, portion_bytes)
        for start in range(0, len(found), step):
            part = found[start : start + step]
            lengths = [n for *_, n in part]
            flat = [unit + 1] * sum(lengths)
            writer.write(
                pa.array([f"{unit}:{start + k}" for k in range(len(part))]),
                np.full(len(part), unit, np.int32),
                np.arange(start, start + len(part)),
                pa.array([split for split, *_ in part]),
                pa.array([source for _, source, *_ in part]),
                np.array([key for _, _, key, _ in part], np.uint64),
                np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64) + 3,
                np.array([99, 99, 99, *flat], np.uint16),
            )
        portions = writer.close()
        column = pa.array(np.full(portions.num_rows, unit, np.int32))
        tables.append(pa.Table.from_batches([portions], PORTIONS).append_column("unit", column))
    return pa.concat_tables(tables), runs


def held(shard: pa.RecordBatch, runs: dict[tuple[int, int], list[pa.RecordBatch]]) -> list[str]:
    """Names of the documents of a shard, in the order of its portions."""
    found = []
    for row in shard.to_pylist():
        batch = runs[row["unit"], row["run"]][row["batch"]]
        lengths = np.diff(batch["tokens"].offsets.to_numpy()).astype(np.int64)
        first, last = documents_inside(lengths, row["start"], row["low"], row["high"])
        found += batch["id"].to_pylist()[first:last]
    return found


@given(
    units=st.lists(documents, min_size=1, max_size=4),
    size=st.integers(1, 40),
    run_bytes=st.integers(1, 200),
    portion_bytes=st.integers(1, 40),
    step=st.integers(1, 9),
    bits=st.sampled_from([None, 0, 1, 3]),
)
@settings(deadline=None)
def test_every_document_is_in_one_shard_of_its_stream(
    units: list[list[Document]],
    size: int,
    run_bytes: int,
    portion_bytes: int,
    step: int,
    bits: int | None,
) -> None:
    portions, runs = write(units, bits, run_bytes, portion_bytes, step)
    shards = list(cut_shards(portions, SPLITS, size, bits is not None))
    assert all(shard.schema == SHARD_PORTIONS for shard in shards)
    expected: dict[tuple[str, str], list[tuple[str, int, int]]] = defaultdict(list)
    for unit, found in enumerate(units):
        for row, (split, source, key, length) in enumerate(found):
            expected[split, source].append((f"{unit}:{row}", key, length))
    streams: dict[tuple[str, str], list[list[str]]] = defaultdict(list)
    for shard in shards:
        (stream,) = {(row["split"], row["source"]) for row in shard.to_pylist()}
        streams[stream].append(held(shard, runs))
    order = [(split, source) for split in SPLITS for source in ("web", "百科")]
    assert list(streams) == [stream for stream in order if stream in expected]
    for stream, wanted in expected.items():
        parts = streams[stream]
        assert all(parts), "no shard is empty"
        lengths = {id_: length for id_, _, length in wanted}
        longest, total = max(lengths.values()), sum(lengths.values())
        if bits is None:
            assert [id_ for part in parts for id_ in part] == [id_ for id_, *_ in wanted]
            assert len(parts) == max(1, min(-(-total // size), total // max(1, longest)))
            fullest = max(sum(lengths[id_] for id_ in part) for part in parts)
            assert fullest <= -(-total // len(parts)) + longest
        else:
            keys = {id_: key >> 64 - bits if bits else 0 for id_, key, _ in wanted}
            buckets = [[keys[id_] for id_ in part] for part in parts]
            assert sorted(id_ for part in parts for id_ in part) == sorted(lengths)
            assert all(max(a) < min(b) for a, b in itertools.pairwise(buckets))


def test_what_is_kept_in_order_does_not_depend_on_the_units() -> None:
    found: list[Document] = [("train", "web", 0, 1 + k % 5) for k in range(40)]
    cuts = []
    for units in ([found], [found[:7], found[7:8], [], found[8:]]):
        portions, runs = write(units, None, 30, 10, 4)
        shards = [held(shard, runs) for shard in cut_shards(portions, SPLITS, 17, False)]
        cuts.append([len(shard) for shard in shards])
    assert cuts[0] == cuts[1]


def test_runs_are_bounded() -> None:
    found: list[Document] = [("train", "web", k, 8) for k in range(30)]
    portions, runs = write([found], None, 64, 32, 2)
    assert len(runs) > 5
    assert max(portions["tokens"].to_pylist()) <= 16
    assert sum(portions["documents"].to_pylist()) == 30


@pytest.mark.parametrize(
    ("start", "low", "high", "expected"),
    [(0, 0, 15, (0, 4)), (0, 5, 15, (1, 4)), (0, 6, 10, (3, 3)), (100, 0, 100, (0, 0)),
     (100, 0, 101, (0, 1)), (0, 0, 5, (0, 1))],
)  # fmt: skip
def test_documents_inside(start: int, low: int, high: int, expected: tuple[int, int]) -> None:
    assert documents_inside(np.array([5, 0, 5, 5]), start, low, high) == expected
