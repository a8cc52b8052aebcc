"""Record batches: columns, fates, ends of units, IPC."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.batches import (
    add_failures,
    alive,
    conform,
    end_of_unit,
    from_ipc,
    one_batch,
    to_ipc,
    unit_end,
    with_columns,
)
from corpus_pipeline.flow import document_schema, ledger_schema
from corpus_pipeline.schema import FATE

DOCUMENT, LEDGER = document_schema(), ledger_schema()


def fates(rows: list[tuple[str | None, list[str] | None]]) -> pa.RecordBatch:
    columns = {"drop_reason": [row[0] for row in rows], "reasons": [row[1] for row in rows]}
    return pa.RecordBatch.from_pydict(columns, FATE)


@pytest.mark.parametrize(
    ("before", "failures", "after"),
    [
        ([], {"x": []}, []),
        ([(None, None)], {}, [(None, None)]),
        ([(None, None)], {"x": [False]}, [(None, None)]),
        ([(None, None)], {"x": [True]}, [("x", ["x"])]),
        ([(None, None)], {"x": [True], "y": [True]}, [("x", ["x", "y"])]),
        ([(None, None)], {"y": [True], "x": [True]}, [("y", ["y", "x"])]),
        ([("old", ["old"])], {"x": [True]}, [("old", ["old", "x"])]),
        ([("old", ["old", "older"])], {"x": [False]}, [("old", ["old", "older"])]),
        (
            [(None, None), ("旧", ["旧"]), (None, None)],
            {"x": [False, True, False], "y": [False, False, True]},
            [(None, None), ("旧", ["旧", "x"]), ("y", ["y"])],
        ),
    ],
)
def test_failures_are_added(
    before: list[Any], failures: dict[str, list[bool]], after: list[Any]
) -> None:
    masks = {reason: np.array(mask, np.bool_) for reason, mask in failures.items()}
    batch = add_failures(fates(before), masks)
    assert batch.schema.equals(FATE)
    found = zip(batch["drop_reason"].to_pylist(), batch["reasons"].to_pylist(), strict=True)
    assert list(found) == after
    assert alive(batch).to_pylist() == [row[0] is None for row in after]


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), max_size=8))
def test_reasons_are_those_whose_masks_are_true(rows: list[tuple[bool, bool, bool]]) -> None:
    names = ("一", "b", "c")
    masks = {name: np.array([row[i] for row in rows], np.bool_) for i, name in enumerate(names)}
    batch = add_failures(fates([(None, None)] * len(rows)), masks)
    for row, found in zip(rows, batch["reasons"].to_pylist(), strict=True):
        expected = [name for name, failed in zip(names, row, strict=True) if failed]
        assert (found or []) == expected


def test_replaced_columns_keep_their_place() -> None:
    batch = pa.record_batch({"a": [1], "b": ["二"], "c": [None]})
    after = with_columns(batch, {"d": pa.array([4]), "b": pa.array(["zwei"])})
    assert after.to_pydict() == {"a": [1], "b": ["zwei"], "c": [None], "d": [4]}
    assert batch.schema.names == ["a", "b", "c"]


def test_conforming_gives_exactly_the_schema() -> None:
    batch = pa.record_batch({"text": ["文"], "unit": pa.array([7], pa.int64()), "other": [1]})
    after = conform(batch, DOCUMENT)
    assert after.schema.equals(DOCUMENT, check_metadata=True)
    assert (after["text"][0].as_py(), after["unit"][0].as_py()) == ("文", 7)
    assert after["raw"].null_count == 1
    assert conform(batch.slice(0, 0), LEDGER).num_rows == 0


def test_lossy_casts_are_refused() -> None:
    batch = pa.record_batch({"unit": pa.array([2**40], pa.int64())})
    with pytest.raises(pa.ArrowInvalid):
        conform(batch, DOCUMENT)


def test_the_end_of_a_unit_survives_the_coder() -> None:
    end = end_of_unit(3, {"skipped-b": 2, "skipped-a": 1})
    assert end.num_rows == 0
    assert unit_end(from_ipc(to_ipc(end))) == (3, {"skipped-a": 1, "skipped-b": 2})
    assert to_ipc(end) == to_ipc(end_of_unit(3, {"skipped-a": 1, "skipped-b": 2}))


@pytest.mark.parametrize("batch", [pa.record_batch({"a": []}), pa.record_batch({"a": ["文"]})])
def test_other_batches_end_no_unit(batch: pa.RecordBatch) -> None:
    assert unit_end(batch) is None


@pytest.mark.parametrize("chunks", [[], [[]], [[1]], [[1], [2, 3]], [[], [1]]])
def test_tables_become_one_batch(chunks: list[list[int]]) -> None:
    table = pa.table({"a": pa.chunked_array(chunks, pa.int64())})
    batch = one_batch(table)
    assert isinstance(batch, pa.RecordBatch)
    assert batch.to_pydict() == table.to_pydict()


@given(
    st.lists(st.tuples(st.text() | st.none(), st.lists(st.integers(0, 9)) | st.none())),
    st.integers(0, 3),
)
def test_ipc_gives_any_slice_back(rows: list[tuple[Any, Any]], start: int) -> None:
    schema = pa.schema([("text", pa.string()), ("n", pa.list_(pa.int32()))], {"k": "v"})
    columns = {"text": [row[0] for row in rows], "n": [row[1] for row in rows]}
    batch = pa.RecordBatch.from_pydict(columns, schema).slice(min(start, len(rows)))
    again = from_ipc(to_ipc(batch))
    assert again.equals(batch)
    assert again.schema.equals(batch.schema, check_metadata=True)
