"""From documents of units to what a shard is cut from: each document once, in its order."""

from collections import defaultdict
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.tokens.cutting import (
    SHARD_PORTIONS,
    PlannedShard,
    cut_shards,
    documents_inside,
)
from corpus_pipeline.tokens.runs import PORTIONS, RunFormat, RunWriter
from corpus_pipeline.tokens.shard import ShardFormat

SPLITS = ("train", "validation")
Document = tuple[str, str, int, int]
"""Split, source, key, number of tokens."""

Runs = dict[tuple[int, int], list[pa.RecordBatch]]
"""Record batches of each run of each unit."""

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
    units: list[list[Document]], shuffled: bool, run_bytes: int, portion_bytes: int, step: int
) -> tuple[pa.Table, Runs]:
    """Writes units; returns their portions, and the record batches of each run."""
    format_ = RunFormat(ShardFormat("ab" * 32, 0, "uint16"), SPLITS, shuffled)
    runs: Runs = {}
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


def held(shard: PlannedShard, runs: Runs, shuffled: bool) -> list[str]:
    """Names of the documents of a shard, in the order of its portions."""
    found = []
    for row in shard.portions.to_pylist():
        batch = runs[row["unit"], row["run"]][row["batch"]]
        offsets = batch["tokens"].offsets.to_numpy().astype(np.uint64)
        places = np.uint64(row["start"]) + offsets[:-1] - offsets[0]
        places = batch["key"].to_numpy() if shuffled else places
        first, last = documents_inside(places, row["low"], row["high"])
        found += batch["id"].to_pylist()[first:last]
    return found


@given(
    units=st.lists(documents, min_size=1, max_size=4),
    size=st.integers(1, 40),
    run_bytes=st.integers(1, 200),
    portion_bytes=st.integers(1, 40),
    step=st.integers(1, 9),
    shuffled=st.booleans(),
)
@settings(deadline=None)
def test_every_document_is_in_one_shard_of_its_stream(
    units: list[list[Document]],
    size: int,
    run_bytes: int,
    portion_bytes: int,
    step: int,
    shuffled: bool,
) -> None:
    portions, runs = write(units, shuffled, run_bytes, portion_bytes, step)
    shards = list(cut_shards(portions, SPLITS, size, shuffled))
    assert all(shard.portions.schema == SHARD_PORTIONS for shard in shards)
    expected: dict[tuple[str, str], list[tuple[str, int, int]]] = defaultdict(list)
    for unit, found in enumerate(units):
        for row, (split, source, key, length) in enumerate(found):
            expected[split, source].append((f"{unit}:{row}", key, length))
    streams: dict[tuple[str, str], list[list[str]]] = defaultdict(list)
    for shard in shards:
        streams[shard.split, shard.source].append(held(shard, runs, shuffled))
    order = [(split, source) for split in SPLITS for source in ("web", "百科")]
    assert list(streams) == [stream for stream in order if stream in expected]
    for stream, wanted in expected.items():
        parts = streams[stream]
        assert all(parts), "no shard is empty"
        lengths = {id_: length for id_, _, length in wanted}
        longest, total = max(lengths.values()), sum(lengths.values())
        if not shuffled:
            assert [id_ for part in parts for id_ in part] == [id_ for id_, *_ in wanted]
            assert len(parts) == max(1, min(-(-total // size), total // max(1, longest)))
            fullest = max(sum(lengths[id_] for id_ in part) for part in parts)
            assert fullest <= -(-total // len(parts)) + longest
        else:
            assert len(parts) == 1, "so few documents are one shard"
            assert sorted(id_ for part in parts for id_ in part) == sorted(lengths)


@pytest.mark.parametrize("step", [7, 1000])
def test_shuffled_shards_have_ranges_of_keys(step: int) -> None:
    keys = np.random.default_rng(2).integers(0, 2**64, 1000, dtype=np.uint64).tolist()
    found: list[Document] = [("train", "web", key, 3) for key in keys]
    names = [f"0:{k}" for k in range(300)] + [f"2:{k}" for k in range(700)]
    portions, runs = write([found[:300], [], found[300:]], True, 500, 40, step)
    shards = [held(shard, runs, True) for shard in cut_shards(portions, SPLITS, 200, True)]
    assert len(shards) == 15
    for number, shard in enumerate(shards):
        inside = [n for n, key in zip(names, keys, strict=True) if key * 15 >> 64 == number]
        assert sorted(shard) == sorted(inside)


def test_what_is_kept_in_order_does_not_depend_on_the_units() -> None:
    found: list[Document] = [("train", "web", 0, 1 + k % 5) for k in range(40)]
    cuts = []
    for units in ([found], [found[:7], found[7:8], [], found[8:]]):
        portions, runs = write(units, False, 30, 10, 4)
        shards = [held(shard, runs, False) for shard in cut_shards(portions, SPLITS, 17, False)]
        cuts.append([len(shard) for shard in shards])
    assert cuts[0] == cuts[1]


def test_runs_are_bounded() -> None:
    found: list[Document] = [("train", "web", k, 8) for k in range(30)]
    portions, runs = write([found], False, 64, 32, 2)
    assert len(runs) > 5
    assert max(portions["tokens"].to_pylist()) <= 16
    assert sum(portions["documents"].to_pylist()) == 30


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 14, (0, 4)), (5, 14, (1, 4)), (6, 9, (3, 3)), (0, 4, (0, 1)), (0, 2**64 - 1, (0, 4))],
)
def test_documents_inside(low: int, high: int, expected: tuple[int, int]) -> None:
    assert documents_inside(np.array([0, 5, 5, 10], np.uint64), low, high) == expected
