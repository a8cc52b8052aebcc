"""Arrow string columns seen as NumPy buffers, the form in which kernels read text."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


class Utf8(NamedTuple):
    """The buffers of N strings. String i is `data[offsets[i]:offsets[i + 1]]`; a null is empty."""

    data: NDArray[np.uint8]
    """UTF-8 bytes of all strings, uint8[B], read-only. Arrow guarantees valid UTF-8."""
    offsets: NDArray[np.int32]
    """Byte offsets into `data`, int32[N + 1], never decreasing, read-only."""


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
