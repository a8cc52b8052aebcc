"""Shards: what goes in comes out, and the bytes do not depend on how it went in."""

import io
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.errors import VerifyError
from corpus_pipeline.tokens.shard import ShardFormat, ShardSummary, ShardWriter, open_shard

FORMAT = ShardFormat("ab" * 32, 0, "uint16")

Documents = list[tuple[str, int, int, list[int]]]
"""Id, unit, row, tokens."""

DOCUMENTS: Documents = [
    ("a", 0, 0, [5, 6, 0]),
    ("文档二", 0, 3, []),
    ("c", 2, 4, [0]),
    ("long", 1, 9, list(range(1, 200))),
    ("", 2**31 - 1, 2**40, [65_535, 0]),
]


def arguments(documents: Documents, dtype: str) -> tuple[Any, ...]:
    lengths = [len(tokens) for *_, tokens in documents]
    flat = [token for *_, tokens in documents for token in tokens]
    return (
        pa.array([id_ for id_, *_ in documents], pa.string()),
        np.array([unit for _, unit, *_ in documents], np.int32),
        np.array([row for _, _, row, _ in documents], np.int64),
        np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
        np.array(flat, dtype),
    )


def written(
    parts: list[Documents], batch_bytes: int = 1 << 20, format_: ShardFormat = FORMAT
) -> tuple[bytes, ShardSummary]:
    sink = io.BytesIO()
    writer = ShardWriter(sink, format_, batch_bytes)
    for part in parts:
        writer.write(*arguments(part, format_.dtype))
    return _closed(writer, sink)


def _closed(writer: ShardWriter, sink: io.BytesIO) -> tuple[bytes, ShardSummary]:
    summary = writer.close()
    return sink.getvalue(), summary


def opened(data: bytes, folder: Path) -> Any:
    path = folder / "shard.arrow"
    path.write_bytes(data)
    return open_shard(path)


@pytest.mark.parametrize("dtype", ["uint16", "uint32"])
@pytest.mark.parametrize("batch_bytes", [1, 100, 1 << 20])
def test_round_trip(tmp_path: Path, dtype: str, batch_bytes: int) -> None:
    format_ = ShardFormat("cd" * 32, None if dtype == "uint32" else 7, dtype)
    data, summary = written([DOCUMENTS], batch_bytes, format_)
    shard = opened(data, tmp_path)
    assert shard.format == format_
    found = [
        (*address, shard.tokens_of(i).tolist())
        for i, address in enumerate(
            each
            for batch in shard.batches
            for each in zip(
                batch.ids.to_pylist(), batch.units.tolist(), batch.rows.tolist(), strict=True
            )
        )
    ]
    assert found == DOCUMENTS
    assert summary == (5, 205)
    assert (shard.documents, shard.tokens) == (5, 205)
    assert shard.tokens_of(0).dtype == dtype


documents_strategy = st.lists(
    st.tuples(
        st.text(max_size=4),
        st.integers(0, 2**31 - 1),
        st.integers(0, 2**40),
        st.lists(st.integers(0, 65_535), max_size=12),
    ),
    max_size=12,
)


@given(
    documents=documents_strategy,
    cuts=st.lists(st.integers(0, 12), max_size=5),
    batch_bytes=st.integers(1, 200),
)
@settings(deadline=None)
def test_bytes_do_not_depend_on_the_cuts(
    documents: Documents, cuts: list[int], batch_bytes: int
) -> None:
    borders = [0, *sorted(min(cut, len(documents)) for cut in cuts), len(documents)]
    parts = [documents[a:b] for a, b in itertools.pairwise(borders)]
    assert written(parts, batch_bytes) == written([documents], batch_bytes)


def test_slices_and_null_bitmaps_leave_no_trace() -> None:
    ids, units, rows, offsets, tokens = arguments(DOCUMENTS, "uint16")
    spare = pa.concat_arrays([pa.array([None, "x"]), ids, pa.array(["y", None])])
    sink = io.BytesIO()
    writer = ShardWriter(sink, FORMAT)
    writer.write(spare.slice(2, 5), units, rows, offsets + 3, np.pad(tokens, 3))
    assert _closed(writer, sink) == written([DOCUMENTS])


@given(documents=documents_strategy, batch_bytes=st.integers(1, 200))
@settings(deadline=None)
def test_record_batches_are_as_full_as_the_bound_allows(
    documents: Documents, batch_bytes: int
) -> None:
    """The slow twin: fill a batch until the next document would not fit."""
    expected: list[int] = []
    room = -1
    for id_, *_, tokens in documents:
        size = 20 + len(id_.encode()) + 2 * len(tokens)
        if room < size:
            expected.append(0)
            room = batch_bytes
        expected[-1] += 1
        room -= size
    data, _ = written([documents], batch_bytes)
    reader = pa.ipc.open_file(data)
    found = [reader.get_batch(i).num_rows for i in range(reader.num_record_batches)]
    assert found == expected


def test_views_do_not_copy(tmp_path: Path) -> None:
    shard = opened(written([DOCUMENTS])[0], tmp_path)
    assert np.shares_memory(shard.tokens_of(3), shard.batches[0].tokens)
    assert not shard.batches[0].tokens.flags.owndata
    for wrong in (-1, 5):
        with pytest.raises(IndexError):
            shard.tokens_of(wrong)


@pytest.mark.parametrize("parts", [[], [[]]])
def test_empty_shard(tmp_path: Path, parts: list[Documents]) -> None:
    data, summary = written(parts)
    assert summary == (0, 0)
    assert opened(data, tmp_path).documents == 0


@pytest.mark.parametrize("kind", ["cut", "other file", "other version", "other columns", "none"])
def test_refuses_what_is_no_shard(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "shard.arrow"
    data, _ = written([DOCUMENTS])
    schema = FORMAT.schema
    if kind == "cut":
        path.write_bytes(data[:-10])
    elif kind != "none":
        metadata = dict(schema.metadata)
        if kind == "other version":
            metadata[b"format"] = b"1"
        if kind == "other file":
            metadata = {}
        if kind == "other columns":
            schema = schema.remove(1)
        with (
            pa.OSFile(str(path), "wb") as sink,
            pa.ipc.new_file(sink, schema.with_metadata(metadata)),
        ):
            pass
    with pytest.raises(VerifyError, match=r"shard\.arrow"):
        open_shard(path)


def test_refuses_what_does_not_belong_together() -> None:
    writer = ShardWriter(io.BytesIO(), FORMAT)
    ids, units, rows, offsets, tokens = arguments(DOCUMENTS, "uint16")
    for wrong in (
        (ids[:2], units, rows, offsets, tokens),
        (ids, units[:3], rows, offsets, tokens),
        (ids, units, rows[:1], offsets, tokens),
        (pa.array([None] * 5, pa.string()), units, rows, offsets, tokens),
        (ids, units, rows, offsets, tokens.astype(np.uint32)),
    ):
        with pytest.raises(ValueError, match=r"belong together|must be uint16"):
            writer.write(*wrong)
    with pytest.raises(ValueError, match="dtype"):
        ShardFormat("", 0, "int32")
