"""Whether a file is a whole fastText model: fastText itself reads past the end of one that is cut.

    header | dictionary | input matrix | output matrix       each says how long it is

A download that broke off loads without a word and then divides by zero, or gives languages by
chance.
"""

import struct
from pathlib import Path
from typing import BinaryIO

from corpus_pipeline.errors import ResourceError

_MAGIC = 793712314
#: int32: magic, version, twelve options (the first is the dimension); double: t.
_HEADER = struct.Struct("<14id")
#: Entries, words and labels; tokens and pruned n-grams.
_COUNTS = struct.Struct("<3i2q")
#: What follows the name of an entry: its count and whether it is a label.
_ENTRY_BYTES = 9
_PRUNED_BYTES = 8
_MATRIX = struct.Struct("<2q")
#: Whether norms are apart, rows, columns, bytes of codes.
_QUANTIZED = struct.Struct("<?2qi")
_QUANTIZER = struct.Struct("<4i")
#: Centroids that a quantizer has for each dimension.
_CENTROIDS = 256
_BLOCK_BYTES = 1 << 20


class _CutError(Exception):
    """The file ends before what it says it holds."""


def check_fasttext_file(path: Path) -> None:
    """Compares what a model says it holds with the length of its file.

    Raises:
        ResourceError: it is no fastText model, is cut off, or is longer than its content.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        try:
            end = _end_of_model(file, size)
        except _CutError as error:
            raise ResourceError(
                f"language model {path}: is cut off or damaged (it has {size:,} bytes); "
                "fetch the file again"
            ) from error
    if end != size:
        raise ResourceError(
            f"language model {path}: has {size:,} bytes and says that it holds {end:,}; "
            "fetch the file again"
        )


def _end_of_model(file: BinaryIO, size: int) -> int:
    """Reads how long everything is; returns where the last matrix ends."""
    magic, version, dimension, *_ = _fields(file, _HEADER)
    if magic != _MAGIC or version not in (11, 12) or dimension < 1:
        raise _CutError
    entries, words, labels, _, pruned = _fields(file, _COUNTS)
    if min(words, labels) < 0 or entries != words + labels or not labels:
        raise _CutError
    _skip_entries(file, entries, size)
    _skip(file, max(0, pruned) * _PRUNED_BYTES, size)
    (quantized,) = _fields(file, struct.Struct("<?"))
    _skip_matrix(file, quantized, size)
    (quantized_output,) = _fields(file, struct.Struct("<?"))
    _skip_matrix(file, quantized and quantized_output, size)
    return file.tell()


def _fields(file: BinaryIO, layout: struct.Struct) -> tuple[int, ...]:
    data = file.read(layout.size)
    if len(data) < layout.size:
        raise _CutError
    return layout.unpack(data)


def _skip(file: BinaryIO, count: int, size: int) -> None:
    if not 0 <= count <= size - file.tell():
        raise _CutError
    file.seek(count, 1)


def _skip_entries(file: BinaryIO, entries: int, size: int) -> None:
    """Skips the entries of the dictionary: a name that ends with a NUL, and its fields."""
    start, data, at = file.tell(), b"", 0
    for _ in range(entries):
        while (end := data.find(b"\0", at)) < 0 or end + _ENTRY_BYTES >= len(data):
            more = file.read(_BLOCK_BYTES)
            if not more or len(data) - at > _BLOCK_BYTES:
                raise _CutError
            start, data, at = start + at, data[at:] + more, 0
        at = end + 1 + _ENTRY_BYTES
    file.seek(start + at)


def _skip_matrix(file: BinaryIO, quantized: int, size: int) -> None:
    if not quantized:
        rows, columns = _fields(file, _MATRIX)
        if min(rows, columns) < 1:
            raise _CutError
        _skip(file, rows * columns * 4, size)
        return
    norms, rows, columns, codes = _fields(file, _QUANTIZED)
    if min(rows, columns, codes) < 1:
        raise _CutError
    _skip(file, codes, size)
    _skip_quantizer(file, size)
    if norms:
        _skip(file, rows, size)
        _skip_quantizer(file, size)


def _skip_quantizer(file: BinaryIO, size: int) -> None:
    dimension, parts, part, last = _fields(file, _QUANTIZER)
    if min(dimension, parts, part, last) < 1:
        raise _CutError
    _skip(file, dimension * _CENTROIDS * 4, size)
