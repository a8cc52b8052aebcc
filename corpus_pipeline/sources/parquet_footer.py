"""What the footer of a Parquet file says of its columns, read without Arrow.

Arrow's own accessor ends the process if a footer contradicts itself (an exception that nothing
catches), so nobody may ask it about a file of somebody else's. A footer is a Thrift struct in the
compact protocol: fields with numbers, of which few are wanted here and the others are passed over.
"""

from typing import Any, BinaryIO, NamedTuple

_MAGIC = b"PAR1"
_TAIL_BYTES = 8
#: Structs and lists in one another; a real footer has seven.
_MAX_DEPTH = 32

_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_INTEGERS = (4, 5, 6)

# Numbers of fields in parquet.thrift.
_ROW_GROUPS, _COLUMNS, _META_DATA = 4, 1, 3
_ENCODINGS, _PATH, _VALUES, _UNCOMPRESSED, _DATA_PAGE, _DICTIONARY_PAGE = 2, 3, 5, 6, 9, 11
_DELTA_BYTE_ARRAY = 7


class ColumnChunk(NamedTuple):
    """One column in one row group."""

    path: tuple[str, ...]
    """Its name, and those of what it holds down to the values."""
    values: int
    uncompressed_bytes: int
    data_page: int
    """Where the first page of values begins."""
    dictionary_page: int
    """Where the dictionary begins; 0 if there is none."""
    shares_starts: bool
    """Whether values are stored by what differs from the one before."""


def column_chunks(stream: BinaryIO) -> list[list[ColumnChunk]]:
    """Returns the columns of each row group.

    Raises:
        ValueError: there is no footer, or it is damaged.

    >>> import io
    >>> import pyarrow as pa, pyarrow.parquet as pq
    >>> file = io.BytesIO()
    >>> pq.write_table(pa.table({"text": ["a", "b"], "n": [[1, 2, 3], []]}), file)
    >>> [[(chunk.path, chunk.values) for chunk in group] for group in column_chunks(file)]
    [[(('text',), 2), (('n', 'list', 'element'), 4)]]
    """
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _TAIL_BYTES))
    tail = stream.read(_TAIL_BYTES)
    length = int.from_bytes(tail[:4], "little")
    if tail[4:] != _MAGIC or length > size - _TAIL_BYTES:
        raise ValueError("there is no footer")
    stream.seek(size - _TAIL_BYTES - length)
    try:
        fields = _Reader(stream.read(length)).struct(
            {_ROW_GROUPS: {_COLUMNS: {_META_DATA: _WANTED}}}
        )
        groups = fields.get(_ROW_GROUPS, [])
        return [[_chunk(each[_META_DATA]) for each in group[_COLUMNS]] for group in groups]
    except (IndexError, KeyError, TypeError) as error:
        raise ValueError("the footer is damaged") from error


#: Fields that are kept, with those of the structs in them; None for what is no struct.
_Wanted = dict[int, Any]
_WANTED: _Wanted = dict.fromkeys(
    (_ENCODINGS, _PATH, _VALUES, _UNCOMPRESSED, _DATA_PAGE, _DICTIONARY_PAGE)
)


def _chunk(fields: dict[int, Any]) -> ColumnChunk:
    return ColumnChunk(
        tuple(name.decode() for name in fields[_PATH]),
        int(fields[_VALUES]),
        int(fields[_UNCOMPRESSED]),
        int(fields[_DATA_PAGE]),
        int(fields.get(_DICTIONARY_PAGE, 0)),
        _DELTA_BYTE_ARRAY in fields[_ENCODINGS],
    )


class _Reader:
    """Reads values one after another."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._depth = 0

    def struct(self, wanted: _Wanted) -> dict[int, Any]:
        """Reads a struct; returns the fields that are wanted."""
        self._deeper()
        found: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._integer()
            kind = head & 15
            if number in wanted:
                found[number] = self._value(kind, wanted[number] or {})
            else:
                self._skip(kind)
        self._depth -= 1
        return found

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise IndexError

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def _varint(self) -> int:
        value, shift = 0, 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise IndexError

    def _integer(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _value(self, kind: int, wanted: _Wanted) -> Any:
        if kind in _INTEGERS:
            return self._integer()
        if kind == _BINARY:
            size = self._varint()
            self._advance(size)
            return self._data[self._at - size : self._at]
        if kind == _STRUCT:
            return self.struct(wanted)
        if kind in (_LIST, _SET):
            size, inner = self._list_head()
            return [self._value(inner, wanted) for _ in range(size)]
        raise TypeError

    def _list_head(self) -> tuple[int, int]:
        """Reads how many values a list has, and of which kind; each takes a byte at least."""
        head = self._byte()
        size = head >> 4 if head >> 4 < 15 else self._varint()
        if size > len(self._data) - self._at:
            raise IndexError
        return size, head & 15

    def _advance(self, size: int) -> None:
        if size > len(self._data) - self._at:
            raise IndexError
        self._at += size

    def _skip(self, kind: int, in_list: bool = False) -> None:
        if kind in _INTEGERS:
            self._varint()
        elif kind in (_TRUE, _FALSE):
            self._advance(int(in_list))
        elif kind == _BYTE:
            self._advance(1)
        elif kind == _DOUBLE:
            self._advance(8)
        elif kind == _BINARY:
            self._advance(self._varint())
        elif kind == _STRUCT:
            self.struct({})
        elif kind in (_LIST, _SET):
            size, inner = self._list_head()
            self._deeper()
            for _ in range(size):
                self._skip(inner, in_list=True)
            self._depth -= 1
        elif kind == _MAP:
            size = self._varint()
            kinds = self._byte() if size else 0
            if size > len(self._data) - self._at:
                raise IndexError
            self._deeper()
            for _ in range(size):
                self._skip(kinds >> 4, in_list=True)
                self._skip(kinds & 15, in_list=True)
            self._depth -= 1
        else:
            raise TypeError
