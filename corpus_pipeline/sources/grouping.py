"""Records of one key brought together, in bounded memory, wherever they stand in a file.

    add(key, record), …  ─► held in memory ──────────────────────────► sorted by hash of the key
                             └ too many: 256 parts by the first byte ─► each part by itself, by its
                               of the hash, in one nameless file        next byte if it is too large

Groups come in the order of the hashes of their keys and hold their records in the order in which
they were added. So what comes out does not depend on how much memory there was.
"""

import hashlib
import struct
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, NamedTuple

#: Hash of the key, bytes of the record.
_HEAD: Final = struct.Struct("<16sI")
_PARTS: Final = 256
#: What an entry takes besides its record where it is held: two objects and their places.
_OVERHEAD: Final = 150

#: Opens an empty file to write and read, which is gone when it is closed.
Spill = Callable[[], BinaryIO]


class Group(NamedTuple):
    """All records of a key."""

    records: list[bytes]
    """In the order in which they were added; of a group that is too large the first one."""
    size: int
    """How many there are."""
    too_large: bool = False


class Grouping:
    """Takes records with their keys, and hands them out by key.

    Args:
        memory: bytes of records that are held at a time; a group with more is not held.
        spill: opens the file for what is not held.
        level: which byte of the hash tells the parts.

    >>> import io
    >>> for memory in (0, 10**6):
    ...     grouping = Grouping(memory, io.BytesIO)
    ...     for key, record in ((b"a", b"1"), (b"b", b"2"), (b"a", b"3")):
    ...         grouping.add(key, record)
    ...     print([(group.size, group.too_large) for group in grouping.groups()])
    [(2, True), (1, True)]
    [(2, False), (1, False)]
    """

    def __init__(self, memory: int, spill: Spill, level: int = 0) -> None:
        self._memory = memory
        self._spill = spill
        self._level = level
        self._entries: list[tuple[bytes, bytes]] = []
        self._held = 0
        self._file: BinaryIO | None = None
        self._written = 0
        self._parts = [_Part() for _ in range(_PARTS)]

    def add(self, key: bytes, record: bytes) -> None:
        """Takes one record."""
        self._take(hashlib.blake2b(key, digest_size=16).digest(), record)

    def _take(self, digest: bytes, record: bytes) -> None:
        self._entries.append((digest, record))
        self._held += len(record) + _OVERHEAD
        if self._held > self._memory:
            self._write()

    def groups(self) -> Iterator[Group]:
        """Yields all groups; nothing can be added afterwards."""
        if self._file is None:
            yield from _grouped(self._entries)
            return
        self._write()
        with self._file as file:
            for part in self._parts:
                yield from self._of_part(file, part)

    def _of_part(self, file: BinaryIO, part: "_Part") -> Iterator[Group]:
        if part.held <= self._memory:
            yield from _grouped(list(part.entries(file)))
        elif part.digest is not None:
            _, first = next(part.entries(file))
            yield Group([first], part.size, too_large=True)
        else:
            below = Grouping(self._memory, self._spill, self._level + 1)
            for digest, record in part.entries(file):
                below._take(digest, record)
            yield from below.groups()

    def _write(self) -> None:
        """Moves what is held into the file, the entries of each part together."""
        if self._file is None:
            self._file = self._spill()
        by_part: list[list[bytes]] = [[] for _ in range(_PARTS)]
        for digest, record in self._entries:
            number = digest[self._level]
            by_part[number] += (_HEAD.pack(digest, len(record)), record)
            self._parts[number].counts(digest, len(record) + _OVERHEAD)
        self._entries, self._held = [], 0
        for part, written in zip(self._parts, by_part, strict=True):
            if written:
                content = b"".join(written)
                self._file.write(content)
                part.segments.append((self._written, len(content)))
                self._written += len(content)


class _Part:
    """Entries whose hashes agree up to one byte."""

    def __init__(self) -> None:
        self.segments: list[tuple[int, int]] = []
        self.held = 0
        self.size = 0
        #: The only hash there is; None for several.
        self.digest: bytes | None = None

    def counts(self, digest: bytes, held: int) -> None:
        """Takes note of an entry that is written."""
        self.digest = digest if self.size == 0 or self.digest == digest else None
        self.size += 1
        self.held += held

    def entries(self, file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
        """Reads the entries, a segment at a time."""
        for start, size in self.segments:
            file.seek(start)
            content = file.read(size)
            at = 0
            while at < size:
                digest, length = _HEAD.unpack_from(content, at)
                at += _HEAD.size + length
                yield digest, content[at - length : at]


def _grouped(entries: list[tuple[bytes, bytes]]) -> Iterator[Group]:
    """Yields the groups of entries, by hash; the sort is stable."""
    entries.sort(key=lambda entry: entry[0])
    start = 0
    for at in range(1, len(entries) + 1):
        if at == len(entries) or entries[at][0] != entries[start][0]:
            yield Group([record for _, record in entries[start:at]], at - start)
            start = at
