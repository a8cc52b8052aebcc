"""Arrow string columns seen as NumPy buffers, the form in which kernels read text."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


class Utf8(NamedTuple):
    """The buffers of N strings. String i is `data[offsets[i]:offsets[i + 1]]`; a null is empty."""

    data: NDArray[np.uint8]
    """UTF-8 bytes of all strings, uint8[B], read-only. Arrow guarantees valid UTF-8."""
    offsets: NDArray[np.int32]
    """Byte offsets into `data`, int32[N + 1], never decreasing, read-only."""


def as_texts(values: Any) -> pa.Array:
    """Brings a column of texts into the form that kernels read; every public function does so.

    A `string` array is returned as it is. Of `large_string`, `string_view`, dictionaries and
    chunks the texts are copied once, and so are columns of pandas and of whatever else gives its
    values by the Arrow C interface, as Polars does, unless they are `string` already. A column that
    has nothing but nulls is one of null texts.

    Raises:
        TypeError: it is no column of texts.
        ValueError: the texts are more than 2 GiB.

    >>> as_texts(pa.chunked_array([["a"], ["文", None]])).to_pylist()
    ['a', '文', None]
    >>> as_texts(pa.array(["a", "b", "a"]).dictionary_encode()).type
    DataType(string)
    >>> as_texts(pa.nulls(2)).to_pylist()
    [None, None]
    >>> as_texts(pa.array([1]))
    Traceback (most recent call last):
    TypeError: expected a column of strings, got one of int64
    """
    if isinstance(values, pa.StringArray):
        return values
    column = _arrow_column(values)
    try:
        if pa.types.is_dictionary(column.type):
            column = _without_dictionary(column)
        if pa.types.is_null(column.type) or 0 < len(column) == column.null_count:
            return pa.nulls(len(column), pa.string())
        if not _is_text(column.type):
            raise TypeError(f"expected a column of strings, got one of {column.type}")
        column = column.cast(pa.string())
        if isinstance(column, pa.ChunkedArray):
            column = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
            # Texts of more than 2 GiB stay in several chunks.
            if isinstance(column, pa.ChunkedArray):
                raise pa.ArrowInvalid("too large")
    except pa.ArrowInvalid as error:
        raise ValueError(
            "a column of texts has at most 2 GiB here; pass it in pieces, as slices"
        ) from error
    return column


def _without_dictionary(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Writes the values of a dictionary out; Arrow's own cast knows fewer types of values."""
    if isinstance(column, pa.ChunkedArray):
        type_ = pa.string() if _is_text(column.type.value_type) else column.type.value_type
        return pa.chunked_array([_without_dictionary(each) for each in column.chunks], type_)
    values = column.dictionary
    return (values.cast(pa.string()) if _is_text(values.type) else values).take(column.indices)


def _is_text(type_: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(type_)
        or pa.types.is_large_string(type_)
        or pa.types.is_string_view(type_)
    )


def _arrow_column(values: Any) -> pa.Array | pa.ChunkedArray:
    """Returns a column of another library as one of Arrow."""
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values
    if type(values).__module__.partition(".")[0] == "pandas":
        try:
            return pa.array(values, from_pandas=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise TypeError(
                f"expected a column of strings, got a {type(values).__name__} of other objects"
            ) from error
    if hasattr(values, "__arrow_c_stream__"):
        try:
            return pa.chunked_array(values)
        except (pa.ArrowInvalid, TypeError) as error:
            raise TypeError(
                f"expected a column of strings, got a {type(values).__name__}; pass one column"
            ) from error
    if hasattr(values, "__arrow_c_array__"):
        return pa.array(values)
    raise TypeError(
        f"expected a column of strings, got {type(values).__name__}; make one with pyarrow.array"
    )


def utf8_buffers(column: pa.Array) -> Utf8:
    """Views a `string` column as (bytes, offsets) without copying the text.

    Slices are honoured: the offsets of a slice start where the slice starts. Nulls appear as empty
    strings; callers that must tell them apart look at `column.is_null()`.

    Raises:
        TypeError: the column is not of Arrow type `string`.

    >>> utf8_buffers(pa.array(["hé", None, "x"])).offsets.tolist()
    [0, 3, 3, 4]
    """
    if column.type != pa.string():
        raise TypeError(f"expected a column of type string, got {column.type}")
    _, offsets, data = column.buffers()
    if len(column) == 0 or offsets is None:
        return _read_only(np.zeros(0, np.uint8), np.zeros(len(column) + 1, np.int32))
    views = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    if column.null_count and (np.diff(views)[column.is_null().to_numpy(False)] != 0).any():
        # Arrow lets a null slot cover bytes; kernels must not see them.
        return utf8_buffers(column.fill_null(""))
    bytes_ = np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)
    return _read_only(bytes_, views)


def _read_only(data: NDArray[np.uint8], offsets: NDArray[np.int32]) -> Utf8:
    """Arrow's buffers may be writable or not; numba compiles a kernel for each, so all are not."""
    data.flags.writeable = False
    offsets.flags.writeable = False
    return Utf8(data, offsets)


def string_column(
    data: NDArray[np.uint8], offsets: NDArray[np.int32], nulls: NDArray[np.bool_] | None = None
) -> pa.Array:
    """Builds a `string` column over buffers that a kernel filled; the inverse of `utf8_buffers`.

    Args:
        data: uint8[B], valid UTF-8.
        offsets: int32[N + 1] into `data`.
        nulls: bool[N], true where the string is null; None when none is.

    >>> string_column(np.frombuffer(b"abc", np.uint8), np.array([0, 1, 3], np.int32)).to_pylist()
    ['a', 'bc']
    """
    validity = None
    if nulls is not None and nulls.any():
        validity = pa.py_buffer(np.packbits(~nulls, bitorder="little"))
    return pa.Array.from_buffers(
        pa.string(),
        len(offsets) - 1,
        [validity, pa.py_buffer(np.ascontiguousarray(offsets)), pa.py_buffer(data)],
    )
