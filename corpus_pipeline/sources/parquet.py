"""Parquet: one document in each row, read row group by row group."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus_pipeline.errors import InputError
from corpus_pipeline.sources.json_objects import METADATA_FIELDS, unfold, written_number
from corpus_pipeline.sources.parquet_footer import ColumnChunk, column_chunks
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.records import (
    MAX_ROWS,
    RECORDS,
    Count,
    ReadOptions,
    RecordsBuilder,
    excerpt,
)

#: What a value raises that Python cannot hold: bytes in a struct that are not UTF-8, nanoseconds
#: (ValueError), durations of millions of years (OverflowError), time zones nobody knows (KeyError).
_NO_VALUES = (ValueError, OverflowError, KeyError, pa.ArrowException)
_DAMAGES = (pa.ArrowException, OSError, LookupError)

#: What the rows of one batch may take if each has the longest value of every dictionary.
_EXPANDED_BYTES = 64 << 20
#: Values of one column in one row group that are taken without a look at the bytes they have there.
_MAX_VALUES = 4 << 20

#: Bytes shown of a text that cannot be used; `excerpt` cuts further.
_EXCERPT_BYTES = 1024


def read_parquet(
    stream: BinaryIO, piece: Piece, options: ReadOptions, count: Count
) -> Iterator[pa.RecordBatch]:
    """Reads the row groups of a piece.

    A row group that breaks gives its rows up to the damage and one row `read-broken-file`; the rows
    that are lost are counted, and reading goes on with the next row group. Columns of bytes other
    than the text column are not read.

    Args:
        stream: the file, seekable.
        piece: of format `parquet`, positions are row groups.
        options: column names and bounds.
        count: told of `lost-rows`.

    Yields:
        Batches of schema `RECORDS`; `record` is the row number in the file.

    Raises:
        InputError: the text column is missing or holds something else than strings, or two columns
            have one name.

    >>> import io
    >>> file = io.BytesIO()
    >>> pq.write_table(pa.table({"text": ["你好", None], "n": [1, 2]}), file)
    >>> piece = Piece("a.parquet", "parquet", None, 0, None)
    >>> [batch] = read_parquet(file, piece, ReadOptions(), print)
    >>> batch.select(["record", "text", "metadata", "drop_reason"]).to_pylist()[1]
    {'record': 1, 'text': None, 'metadata': '{"n":2}', 'drop_reason': 'read-null-text'}
    """
    try:
        stream.seek(0)
        file = pq.ParquetFile(stream, page_checksum_verification=True)
        chunks = column_chunks(stream)
    except (ValueError, *_DAMAGES) as error:  # Names that are not UTF-8 are among them.
        yield _broken(0, error)
        return
    _check_columns(piece.path, file.schema_arrow, options)
    metadata = file.metadata
    groups = range(piece.start, metadata.num_row_groups if piece.end is None else piece.end)
    columns = _wanted(file.schema_arrow, options)
    first_row = sum(metadata.row_group(i).num_rows for i in range(piece.start))
    for group in groups:
        size = metadata.row_group(group).num_rows
        done = 0
        try:
            rows = _rows_at_a_time(
                stream, metadata.row_group(group), chunks[group], columns, options
            )
        except (ValueError, *_DAMAGES) as error:
            count("lost-rows", size)
            yield _broken(first_row, error)
            first_row += size
            continue
        batches = file.iter_batches(rows, row_groups=[group], columns=columns)
        while done < size:
            try:
                batch = next(batches)
            except (StopIteration, *_DAMAGES) as error:
                count("lost-rows", size - done)
                yield _broken(first_row + done, error)
                break
            yield from _documents(batch, first_row + done, options)
            done += batch.num_rows
        first_row += size


def _broken(record: int, error: Exception) -> pa.RecordBatch:
    rows = RecordsBuilder(1)
    message = excerpt(b"", error=_first_line(error))
    for _ in rows.add(record, metadata=message, drop_reason="read-broken-file"):
        pass
    return next(rows.finish())


def examine_parquet(path: str, stream: BinaryIO, options: ReadOptions) -> float:
    """Looks at a file's footer before any work starts.

    Returns:
        Bytes of the file's pages, decompressed.

    Raises:
        InputError: the columns are not what `read_parquet` needs.
        DamagedFooterError: the footer cannot be read.
    """
    try:
        stream.seek(0)
        file = pq.ParquetFile(stream)
        metadata, schema = file.metadata, file.schema_arrow
        groups = range(metadata.num_row_groups)
        size = float(sum(metadata.row_group(group).total_byte_size for group in groups))
    except (ValueError, *_DAMAGES) as error:
        raise DamagedFooterError(_first_line(error)) from error
    _check_columns(path, schema, options)
    return size


class DamagedFooterError(InputError):
    """A Parquet file cannot be opened: it is cut off, damaged or encrypted."""


def _check_columns(path: str, schema: pa.Schema, options: ReadOptions) -> None:
    if not schema.names:
        raise InputError(f"{path}: has no columns; leave it out")
    names = ", ".join(schema.names)
    if options.text_field not in schema.names:
        raise InputError(
            f"{path}: has no column {options.text_field!r} but {names}; "
            "name the column that holds the documents in the configuration (`text_field:`)"
        )
    wanted = _wanted(schema, options)
    for name, times in Counter(wanted).items():
        if times > 1:
            raise InputError(
                f"{path}: has {times} columns named {name!r}; rename all but one, for what "
                "each holds cannot be told"
            )
    type_ = schema.field(options.text_field).type
    if not (_is_string(type_) or pa.types.is_null(type_)):
        nested = " (columns inside others cannot be named)" if type_.num_fields else ""
        raise InputError(
            f"{path}: column {options.text_field!r} is of type {type_}, text must be string"
            f"{nested}; name another column in the configuration (`text_field:`), there are {names}"
        )


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else "ends early"


def _is_string(type_: pa.DataType) -> bool:
    if pa.types.is_dictionary(type_):
        type_ = type_.value_type
    return bool(
        pa.types.is_string(type_)
        or pa.types.is_large_string(type_)
        or pa.types.is_string_view(type_)
        or pa.types.is_binary(type_)
        or pa.types.is_large_binary(type_)
        or pa.types.is_binary_view(type_)
    )


def _wanted(schema: pa.Schema, options: ReadOptions) -> list[str]:
    """Names the columns to read: all but those that hold bytes (images, embeddings)."""
    return [
        field.name
        for field in schema
        if field.name == options.text_field or not _holds_bytes(field.type)
    ]


def _holds_bytes(type_: pa.DataType) -> bool:
    """Tells whether there are bytes that are no string anywhere in a type.

    >>> _holds_bytes(pa.struct({"bytes": pa.binary(), "path": pa.string()}))
    True
    """
    if pa.types.is_dictionary(type_):
        return _holds_bytes(type_.value_type)
    if type_.num_fields:
        return any(_holds_bytes(type_.field(i).type) for i in range(type_.num_fields))
    binary = pa.types.is_binary(type_) or pa.types.is_large_binary(type_)
    return bool(binary or pa.types.is_fixed_size_binary(type_) or pa.types.is_binary_view(type_))


def _rows_at_a_time(
    stream: BinaryIO,
    group: pq.RowGroupMetaData,
    chunks: list[ColumnChunk],
    names: list[str],
    options: ReadOptions,
) -> int:
    """Rows that have about `batch_bytes` together, so that a batch is small before it is cut.

    A value that stands in a dictionary, or shares its start with the one before, takes next to no
    room in each row that has it: so few rows are read at a time that all could be the longest.

    Raises:
        ValueError: there are lists of so many equal values that no memory holds them.
    """
    bytes_per_row = max(1, group.total_byte_size // max(1, group.num_rows))
    longest = 1
    wanted = set(names)
    for chunk in chunks:
        if chunk.path[0] not in wanted:
            continue
        if chunk.values > max(_MAX_VALUES, 8 * chunk.uncompressed_bytes, group.num_rows):
            raise ValueError(f"{'.'.join(chunk.path)} has {chunk.values} values in too few bytes")
        if chunk.dictionary_page > 0:
            longest += _page_bytes(stream, chunk.dictionary_page)
        elif chunk.shares_starts:
            longest += _page_bytes(stream, chunk.data_page)
    rows = min(options.batch_bytes // bytes_per_row, _EXPANDED_BYTES // longest)
    return int(min(MAX_ROWS, max(1, rows)))


def _page_bytes(stream: BinaryIO, offset: int) -> int:
    """Reads the decompressed size of a page from its header, 0 if it is no header.

    The header is a Thrift struct, compact protocol; its first two fields are integers: the type of
    the page and this size.

    >>> import io
    >>> _page_bytes(io.BytesIO(bytes([0x15, 4, 0x15, 0x90, 3])), 0)
    200
    """
    stream.seek(offset)
    head = stream.read(16)
    at, value = 0, 0
    for _ in range(2):
        if head[at : at + 1] != b"\x15":
            return 0
        value, shift, more = 0, 0, True
        while more and at + 1 < len(head):
            at += 1
            value |= (head[at] & 0x7F) << shift
            shift += 7
            more = head[at] >= 0x80
        at += 1
    return value >> 1


def _documents(
    batch: pa.RecordBatch, first_row: int, options: ReadOptions
) -> Iterator[pa.RecordBatch]:
    """Turns the columns of the input into those of `RECORDS`, in bounded batches."""
    size = batch.num_rows
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    texts = _as_binary(columns.pop(options.text_field))
    ids, urls = pa.nulls(size, pa.string()), pa.nulls(size, pa.string())
    if (column := columns.get(options.id_field)) is not None:
        if pa.types.is_integer(column.type):
            ids = columns.pop(options.id_field).cast(pa.string())
        elif _is_string(column.type):
            ids = _valid(columns.pop(options.id_field))
        elif pa.types.is_decimal(column.type) and column.type.scale == 0:
            ids = pa.array([None if id_ is None else f"{id_:f}" for id_ in column.to_pylist()])
            ids = ids.cast(pa.string())
            del columns[options.id_field]
    if (column := columns.get(options.url_field)) is not None and _is_string(column.type):
        urls = _valid(columns.pop(options.url_field))
    metadata = _metadata(columns, size)

    lengths = pc.fill_null(pc.binary_length(texts), 0).to_numpy().astype(np.int64)
    too_large = np.flatnonzero(lengths > options.max_document_bytes)
    reasons = dict.fromkeys(_invalid(texts), "read-invalid-utf8")
    reasons |= dict.fromkeys(too_large.tolist(), "read-too-large")
    for row in reasons:
        metadata[row] = excerpt(texts[row].as_buffer()[:_EXCERPT_BYTES].to_pybytes())
        lengths[row] = 0
    if texts.null_count:
        nulls = np.flatnonzero(texts.is_null().to_numpy(zero_copy_only=False))
        reasons |= dict.fromkeys(nulls.tolist(), "read-null-text")
    if reasons:
        unusable = np.zeros(size, np.bool_)
        unusable[list(reasons)] = True
        texts = pc.if_else(pa.array(unusable), pa.scalar(None, texts.type), texts)
    whole = pa.RecordBatch.from_arrays(
        [
            pa.array(np.arange(first_row, first_row + size, dtype=np.int64)),
            ids,
            urls,
            pa.array(metadata, pa.binary()).view(pa.string()),
            pa.nulls(size, pa.binary()),
            pa.nulls(size, pa.string()),
            pa.nulls(size, pa.string()),
            pa.nulls(size, pa.list_(pa.string())),
            texts.view(pa.string()),
            pa.array([reasons.get(row) for row in range(size)], pa.string()),
        ],
        schema=RECORDS,
    )
    weights = lengths + np.fromiter((len(m or b"") for m in metadata), np.int64, size)
    yield from _bounded(whole, weights.tolist(), options.batch_bytes)


def _bounded(
    batch: pa.RecordBatch, weights: list[int], batch_bytes: int
) -> Iterator[pa.RecordBatch]:
    """Cuts a batch so that the weights of each part add up to `batch_bytes` or it has one row.

    >>> whole = pa.record_batch({"n": [1, 2, 3]})
    >>> [part.num_rows for part in _bounded(whole, [4, 4, 9], 8)]
    [2, 1]
    """
    start, filled = 0, 0
    for row, weight in enumerate(weights):
        if row > start and filled + weight > batch_bytes:
            yield batch.slice(start, row - start)
            start, filled = row, 0
        filled += weight
    if weights:
        yield batch.slice(start)


def _as_binary(column: pa.Array) -> pa.Array:
    """Returns a column of strings as `binary`, which promises nothing about UTF-8."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column if column.type == pa.binary() else column.cast(pa.binary())


def _invalid(column: pa.Array) -> list[int]:
    """Returns the rows of a `binary` column that are not UTF-8.

    >>> _invalid(pa.array([b"a", bytes([255]), None]))
    [1]
    """
    try:
        column.cast(pa.string())
    except pa.ArrowInvalid:
        return [i for i, value in enumerate(column.to_pylist()) if _repaired(value) != value]
    return []


def _repaired(value: bytes | None) -> bytes | None:
    return None if value is None else value.decode("utf-8", "replace").encode()


def _valid(column: pa.Array) -> pa.Array:
    """Returns a column of strings as valid `string`; bytes that are not UTF-8 become U+FFFD."""
    column = _as_binary(column)
    if _invalid(column):
        column = pa.array([_repaired(value) for value in column.to_pylist()], pa.binary())
    return column.view(pa.string())


def _metadata(columns: dict[str, pa.Array], size: int) -> list[bytes | None]:
    """Returns each row's other fields as a JSON object without its nulls; None when none is left.

    What `METADATA_FIELDS` spell stands beside them.

    >>> _metadata({"n": pa.array([1, None]), "d": pa.array([0, None], pa.date32())}, 2)
    [b'{"d":"1970-01-01","n":1}', None]
    """
    rows: list[dict[str, Any]] = [{} for _ in range(size)]
    for name, column in columns.items():
        for row, value in zip(rows, _values(column), strict=True):
            if value is not None:
                row[name] = value
    if columns.keys() & set(METADATA_FIELDS):
        for row in rows:
            unfold(row)
    options = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    return [orjson.dumps(row, _plain, options) if row else None for row in rows]


def _values(column: pa.Array) -> list[Any]:
    """Returns a column as Python values; one that Python cannot hold is None."""
    if _is_string(column.type):
        column = _valid(column)
    elif pa.types.is_timestamp(column.type):
        # Python's datetime has no nanoseconds.
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    try:
        return list(column.to_pylist())
    except _NO_VALUES:
        return [_value(item) for item in column]


def _value(item: pa.Scalar) -> Any:
    try:
        return item.as_py()
    except _NO_VALUES:
        return None


def _plain(value: Any) -> Any:
    """Returns what JSON has no type for (decimals, durations) as its usual text."""
    try:
        return written_number(value)
    except TypeError:
        return str(value)
