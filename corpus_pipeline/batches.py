"""Small operations on record batches that several stages need."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_END_OF_UNIT = b"end-of-unit"


def with_columns(batch: pa.RecordBatch, columns: Mapping[str, pa.Array]) -> pa.RecordBatch:
    """Returns the batch with columns replaced where the name exists, else appended.

    >>> batch = pa.record_batch({"a": [1]})
    >>> with_columns(batch, {"a": pa.array([2]), "b": pa.array([3])}).to_pydict()
    {'a': [2], 'b': [3]}
    """
    names, arrays = list(batch.schema.names), list(batch.columns)
    for name, column in columns.items():
        if name in names:
            arrays[names.index(name)] = column
        else:
            names.append(name)
            arrays.append(column)
    return pa.RecordBatch.from_arrays(arrays, names=names)


def conform(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Returns the batch with exactly the schema's columns: missing ones null, others left out.

    Raises:
        pa.ArrowInvalid: a column has a type that cannot be cast without loss.

    >>> schema = pa.schema([("a", pa.int32()), ("b", pa.string())])
    >>> conform(pa.record_batch({"a": [1], "c": [2]}), schema).to_pydict()
    {'a': [1], 'b': [None]}
    """
    present = set(batch.schema.names)
    arrays = [
        _cast(batch.column(field.name), field.type)
        if field.name in present
        else pa.nulls(batch.num_rows, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _cast(column: pa.Array, type_: pa.DataType) -> pa.Array:
    return column if column.type == type_ else column.cast(type_)


def add_failures(
    batch: pa.RecordBatch, failures: Mapping[str, NDArray[np.bool_]]
) -> pa.RecordBatch:
    """Appends failed rules to `reasons` and sets `drop_reason` where it was null.

    Args:
        batch: N documents with the columns of `schema.FATE`.
        failures: reason -> bool[N], true where the rule fails; in rule order.

    >>> fate = pa.record_batch({"drop_reason": pa.array([None, "old"], pa.string()),
    ...                         "reasons": pa.array([None, ["old"]], pa.list_(pa.string()))})
    >>> after = add_failures(fate, {"x": np.array([True, True]), "y": np.array([True, False])})
    >>> after["drop_reason"].to_pylist(), after["reasons"].to_pylist()
    (['x', 'old'], [['x', 'y'], ['old', 'x']])
    """
    failing = {reason: mask for reason, mask in failures.items() if mask.any()}
    if not failing:
        return batch
    rows = np.flatnonzero(np.logical_or.reduce(list(failing.values())))
    reasons = batch["reasons"].to_pylist()
    drop_reasons = batch["drop_reason"].to_pylist()
    for row in rows.tolist():
        new = [reason for reason, mask in failing.items() if mask[row]]
        reasons[row] = (reasons[row] or []) + new
        drop_reasons[row] = drop_reasons[row] or new[0]
    return with_columns(
        batch,
        {
            "drop_reason": pa.array(drop_reasons, pa.string()),
            "reasons": pa.array(reasons, pa.list_(pa.string())),
        },
    )


def alive(batch: pa.RecordBatch) -> pa.BooleanArray:
    """Says which documents no rule has dropped so far.

    >>> alive(pa.record_batch({"drop_reason": pa.array([None, "x"])})).to_pylist()
    [True, False]
    """
    return pc.is_null(batch["drop_reason"])


def end_of_unit(batches: int, notes: Mapping[str, int]) -> pa.RecordBatch:
    """Builds the empty batch that follows the last batch of a unit.

    Args:
        batches: how many batches came before it; the writer compares.
        notes: counts of things in the unit that are not documents.

    >>> unit_end(end_of_unit(2, {"skipped-blank-line": 1}))
    (2, {'skipped-blank-line': 1})
    >>> unit_end(pa.record_batch({"a": [1]})) is None
    True
    """
    note = json.dumps({"batches": batches, "notes": dict(sorted(notes.items()))})
    return pa.RecordBatch.from_arrays([], schema=pa.schema([], metadata={_END_OF_UNIT: note}))


def unit_end(batch: pa.RecordBatch) -> tuple[int, dict[str, int]] | None:
    """Returns what `end_of_unit` was given, or None for any other batch."""
    metadata = batch.schema.metadata or {}
    if _END_OF_UNIT not in metadata:
        return None
    note: dict[str, Any] = json.loads(metadata[_END_OF_UNIT])
    return note["batches"], note["notes"]


def with_rows(
    batch: pa.RecordBatch, mask: NDArray[np.bool_], rows: pa.RecordBatch
) -> pa.RecordBatch:
    """Returns the batch with some of its rows replaced; columns that only these have are null.

    Args:
        batch: N rows.
        mask: bool[N], true for the rows that `rows` takes the place of, in their order.
        rows: with all columns of `batch`, and perhaps more.

    >>> batch = pa.record_batch({"a": [1, 2, 3]})
    >>> rows = pa.record_batch({"a": [9], "b": ["new"]})
    >>> with_rows(batch, np.array([False, True, False]), rows).to_pydict()
    {'a': [1, 9, 3], 'b': [None, 'new', None]}
    """
    others = conform(batch.filter(pa.array(~mask)), rows.schema)
    order = np.empty(len(mask), np.int64)
    order[~mask] = np.arange(others.num_rows)
    order[mask] = others.num_rows + np.arange(rows.num_rows)
    return one_batch(pa.Table.from_batches([others, rows]).take(pa.array(order)))


def one_batch(table: pa.Table) -> pa.RecordBatch:
    """Returns a table as a single record batch, also when it has no rows.

    >>> one_batch(pa.table({"a": pa.chunked_array([[1], [2]])})).num_rows
    2
    """
    columns = [column.combine_chunks() for column in table.columns]
    arrays = [c.chunk(0) if isinstance(c, pa.ChunkedArray) else c for c in columns]
    return pa.RecordBatch.from_arrays(arrays, schema=table.schema)


def to_ipc(batch: pa.RecordBatch) -> bytes:
    """Serialises one batch, its schema and metadata included, without its parent's buffers.

    >>> from_ipc(to_ipc(pa.record_batch({"a": [1, 2]}).slice(1))).to_pydict()
    {'a': [2]}
    """
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    encoded: bytes = sink.getvalue().to_pybytes()
    return encoded


def from_ipc(encoded: bytes) -> pa.RecordBatch:
    """Reads what `to_ipc` wrote."""
    with pa.ipc.open_stream(encoded) as reader:
        return reader.read_next_batch()
