"""Sets of strings that kernels look bytes up in: names of hosts, addresses, words.

A table is open addressing over the buffers of an Arrow column: 8 bytes an entry beside its text,
whatever a Python set would take (ten times that). A hit is compared byte by byte, so the hash
decides nothing. Hosts are hashed from their end, so that one walk over a host tests all domains
that it lies in; addresses from their start, so that one walk tests all folders that they lie in.
"""

from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.columns import utf8_buffers

#: FNV-1a of 64 bits.
_START: Final = np.uint64(0xCBF29CE484222325)
_PRIME: Final = np.uint64(0x100000001B3)
_SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)

_DOT: Final = 0x2E
_SLASH: Final = 0x2F
_QUESTION: Final = 0x3F
_AMPERSAND: Final = 0x26


class Table(NamedTuple):
    """K strings; of equal ones the first counts."""

    slots: NDArray[np.int32]
    """int32[S], a power of two, at least 2 K: the number of an entry, or -1."""
    data: NDArray[np.uint8]
    offsets: NDArray[np.int32]
    longest: int
    """Bytes of the longest entry."""

    def entry(self, number: int) -> str:
        """Returns the text of an entry."""
        start, stop = self.offsets[number : number + 2]
        return bytes(self.data[start:stop]).decode()


@kernel
def step(h, byte):  # type: ignore[no-untyped-def]
    """Takes one more byte into a hash (uint64); the first goes into `start()`.

    >>> bool(step(start(), 97) == step(start(), 97))
    True
    """
    return (h ^ np.uint64(byte)) * _PRIME


@kernel
def start():  # type: ignore[no-untyped-def]
    """Returns the hash of nothing.

    >>> f"{start():x}"
    'cbf29ce484222325'
    """
    return _START


@kernel
def probe(slots, entries, offsets, h, data, begin, end):  # type: ignore[no-untyped-def]
    """Returns the number of the entry that equals `data[begin:end]`, whose hash is h; -1: none.

    >>> table = build_table(pa.array(["a", "bc"]))
    >>> h = step(step(start(), ord("b")), ord("c"))
    >>> probe(*table[:3], h, np.frombuffer(b"abc", np.uint8), 1, 3)
    1
    """
    mask = np.uint64(len(slots) - 1)
    slot = ((h ^ (h >> np.uint64(32))) * _SPREAD >> np.uint64(20)) & mask
    while True:
        number = slots[slot]
        if number < 0:
            return np.int64(-1)
        first = np.int64(offsets[number])
        size = np.int64(offsets[number + 1]) - first
        if size == end - begin:
            i = np.int64(0)
            while i < size and entries[first + i] == data[begin + i]:
                i += 1
            if i == size:
                return np.int64(number)
        slot = (slot + np.uint64(1)) & mask


@kernel
def _fill(slots, data, offsets, backwards):  # type: ignore[no-untyped-def]
    mask = np.uint64(len(slots) - 1)
    for number in range(len(offsets) - 1):
        begin, end = np.int64(offsets[number]), np.int64(offsets[number + 1])
        h = _START
        for i in range(end - begin):
            h = step(h, data[end - 1 - i] if backwards else data[begin + i])
        if probe(slots, data, offsets, h, data, begin, end) < 0:
            slot = ((h ^ (h >> np.uint64(32))) * _SPREAD >> np.uint64(20)) & mask
            while slots[slot] >= 0:
                slot = (slot + np.uint64(1)) & mask
            slots[slot] = number


def build_table(entries: pa.Array, backwards: bool = False) -> Table:
    """Builds the table of a `string` column.

    Args:
        entries: string[K].
        backwards: hash from the end, for `find_domains`.
    """
    data, offsets = utf8_buffers(entries)
    size = 1 << max(2 * len(entries), 2).bit_length()
    slots = np.full(size, -1, np.int32)
    _fill(slots, data, offsets, backwards)
    longest = int(np.diff(offsets).max(initial=0))
    return Table(slots, data, offsets, longest)


@kernel
def _find_domains(data, hosts, slots, entries, offsets, out):  # type: ignore[no-untyped-def]
    for row in range(len(hosts)):
        begin, end = hosts[row, 0], hosts[row, 1]
        found = np.int64(-1)
        h = _START
        i = end - 1
        while i >= begin:
            h = step(h, data[i])
            if i == begin or data[i - 1] == _DOT:
                number = probe(slots, entries, offsets, h, data, i, end)
                if number >= 0:
                    found = number
            i -= 1
        out[row] = found


def find_domains(
    data: NDArray[np.uint8], hosts: NDArray[np.int64], table: Table
) -> NDArray[np.int64]:
    """Looks hosts and the domains that they lie in up; the longest that is listed counts.

    Args:
        data: bytes.
        hosts: int64[N, 2], where each host begins and ends in them; an empty one is in no domain.
        table: of domains, built backwards.

    Returns:
        int64[N], number of the entry, -1 where none is listed.

    >>> table = build_table(pa.array(["example.com", "a.example.com", "例.cn"]), backwards=True)
    >>> hosts = b"x.a.example.com", b"notexample.com", b"example.com"
    >>> ends = np.cumsum([len(host) for host in hosts])
    >>> spans = np.stack([ends - [len(host) for host in hosts], ends], 1)
    >>> find_domains(np.frombuffer(b"".join(hosts), np.uint8), spans, table).tolist()
    [1, -1, 0]
    """
    out = np.empty(len(hosts), np.int64)
    _find_domains(data, hosts, table.slots, table.data, table.offsets, out)
    return out


@kernel
def _find_addresses(data, ends, hosts, slots, entries, offsets, longest, out):  # type: ignore[no-untyped-def]
    for row in range(len(hosts)):
        begin = hosts[row, 0]
        end = min(ends[row], begin + longest)
        found = np.int64(-1)
        h = _START
        for i in range(begin, end):
            h = step(h, data[i])
            if i + 1 > hosts[row, 1]:
                after = data[i + 1] if i + 1 < ends[row] else _SLASH
                # What is listed ends where a part of the path, or a parameter, ends.
                if after in (_SLASH, _QUESTION, _AMPERSAND):
                    number = probe(slots, entries, offsets, h, data, begin, i + 1)
                    if number >= 0:
                        found = number
        out[row] = found


def find_addresses(
    data: NDArray[np.uint8], ends: NDArray[np.int64], hosts: NDArray[np.int64], table: Table
) -> NDArray[np.int64]:
    """Looks addresses and the folders that they lie in up; the longest that is listed counts.

    Args:
        data: bytes.
        ends: int64[N], where each address ends.
        hosts: int64[N, 2], where its host begins, from which on entries are compared, and ends.
        table: of addresses without scheme, and without a slash at the end.

    Returns:
        int64[N], number of the entry, -1 where none is listed.

    >>> table = build_table(pa.array(["a.com/x", "a.com/x/y?b=1"]))
    >>> urls = [b"a.com/x/y?b=1&c", b"a.com/xy", b"a.com/x/"]
    >>> ends = np.cumsum([len(url) for url in urls])
    >>> begins = ends - [len(url) for url in urls]
    >>> hosts = np.stack([begins, begins + 5], 1)
    >>> find_addresses(np.frombuffer(b"".join(urls), np.uint8), ends, hosts, table).tolist()
    [1, -1, 0]
    """
    out = np.empty(len(hosts), np.int64)
    _find_addresses(data, ends, hosts, table.slots, table.data, table.offsets, table.longest, out)
    return out
