"""The files of a tar archive as it streams by: POSIX (ustar, pax), GNU's and the oldest form.

    archive = (header block, content, padding to 512 bytes)*, two blocks of zeros

The archive is read once and in order, so it may be compressed and of any size. One file is held,
and no more than a stated number of bytes of it.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from corpus_pipeline.sources.compressed import DamagedStreamError

_BLOCK: Final = 512
#: Bytes of a long name or of the fields of a pax header.
_MOST_NAME: Final = 1 << 20
#: Type flags: files (a directory of the oldest form is a file whose name ends in `/`), links, and
#: what holds fields of the member that follows.
_FILES = (b"0", b"\0", b"7")
_LINKS = (b"1", b"2")
_LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL = b"L", b"K", b"x", b"g"
_OCTAL = re.compile(rb"[ \0]*([0-7]*)[ \0]*\Z")


class Member(NamedTuple):
    """One entry of an archive."""

    offset: int
    """Of its header in the decompressed archive."""
    name: str
    content: bytes | None
    """Of a file that is not too large."""
    kind: str
    """`file`, `folder`, `link` or `special`."""
    problem: str | None = None
    """None, `read-too-large`, or why the archive cannot be read on: then it is the last one."""


def is_tar(head: bytes) -> bool:
    """Tells a tar archive by the checksum of its first header.

    >>> is_tar(b"plain text"), is_tar(bytes(512))
    (False, False)
    """
    return len(head) >= _BLOCK and _checks(head[:_BLOCK])


def tar_members(blocks: Iterator[bytes], limit: int) -> Iterator[Member]:
    """Yields the entries of an archive in their order.

    Args:
        blocks: the decompressed archive.
        limit: bytes of a file; of a longer one the content is passed over.

    >>> list(tar_members(iter([bytes(1024)]), 10))
    []
    """
    source = _Source(blocks)
    name: bytes | None = None
    size: int | None = None
    while True:
        offset = source.at
        header = source.take(_BLOCK)
        if not header.strip(b"\0"):
            if source.damage is not None or not header:
                yield Member(offset, "", None, "file", source.damage or "read-truncated")
            return
        if len(header) < _BLOCK or not _checks(header):
            problem = source.damage or (
                "read-truncated" if len(header) < _BLOCK else "read-broken-record"
            )
            yield Member(offset, "", None, "file", problem)
            return
        flag = header[156:157]
        stored = _number(header[124:136])
        if flag in (_LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL):
            fields = source.take(stored) if stored <= _MOST_NAME else b""
            if len(fields) < stored:
                problem = source.damage or (
                    "read-broken-record" if stored > _MOST_NAME else "read-truncated"
                )
                yield Member(offset, "", None, "file", problem)
                return
            source.skip(-stored % _BLOCK)
            if flag == _LONG_NAME:
                name = fields.rstrip(b"\0")
            elif flag == _PAX:
                found = _pax(fields)
                name = found.get(b"path", name)
                if found.get(b"size", b"").isdigit():
                    size = int(found[b"size"])
            continue
        shown = (name if name is not None else _name(header)).decode("utf-8", "replace")
        stored = stored if size is None else size
        name = size = None
        kind = _kind(flag, shown)
        if kind != "file" or stored > limit:
            # Links say the size of what they lead to, and have no content.
            left = 0 if kind == "link" else stored
            whole = source.skip(left + -left % _BLOCK)
            passed = "read-too-large" if kind == "file" else None
            yield Member(offset, shown, None, kind, passed if whole else source.broken)
        else:
            content = source.take(stored)
            whole = len(content) == stored
            if whole:
                source.skip(-stored % _BLOCK)
            yield Member(offset, shown, content, kind, None if whole else source.broken)
        if not whole:
            return


class _Source:
    """Takes bytes from blocks of any size."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._held = b""
        self._used = 0
        self.at = 0
        #: Why the stream ended, if it broke.
        self.damage: str | None = None

    @property
    def broken(self) -> str:
        """Why an entry is not whole."""
        return self.damage or "read-truncated"

    def _next(self) -> bool:
        try:
            self._held = next(self._blocks, b"")
        except DamagedStreamError as damage:
            self._held, self.damage = b"", damage.reason
        self._used = 0
        return bool(self._held)

    def take(self, size: int) -> bytes:
        """Returns so many bytes, fewer at the end."""
        parts = []
        while size > 0 and (self._used < len(self._held) or self._next()):
            part = self._held[self._used : self._used + size]
            parts.append(part)
            self._used += len(part)
            self.at += len(part)
            size -= len(part)
        return b"".join(parts)

    def skip(self, size: int) -> bool:
        """Passes over so many bytes; says whether they were there."""
        while size > 0 and (self._used < len(self._held) or self._next()):
            step = min(size, len(self._held) - self._used)
            self._used += step
            self.at += step
            size -= step
        return size <= 0


def _checks(header: bytes) -> bool:
    """Says whether the checksum of a header is right: it counts itself as blanks."""
    said = _OCTAL.match(header[148:156])
    if said is None or not said[1]:
        return False
    return int(said[1], 8) == sum(header[:148]) + 8 * 0x20 + sum(header[156:])


def _number(field: bytes) -> int:
    """Reads octal digits, or the binary form of large numbers.

    >>> _number(b"0000017\\0"), _number(b"\\x80" + bytes(10) + b"\\x05"), _number(b"what")
    (15, 5, 0)
    """
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    found = _OCTAL.match(field)
    return int(found[1] or b"0", 8) if found is not None else 0


def _name(header: bytes) -> bytes:
    name = header[:100].split(b"\0", 1)[0]
    prefix = header[345:500].split(b"\0", 1)[0] if header[257:262] == b"ustar" else b""
    # GNU's own form has other things where POSIX has the prefix.
    return name if not prefix or header[257:265] == b"ustar  \0" else prefix + b"/" + name


def _kind(flag: bytes, name: str) -> str:
    if flag in _FILES:
        return "folder" if name.endswith("/") else "file"
    if flag in _LINKS:
        return "link"
    return "folder" if flag == b"5" else "special"


def _pax(fields: bytes) -> dict[bytes, bytes]:
    """Reads `LENGTH KEY=VALUE` records; what cannot be read ends them.

    >>> _pax(b"13 path=a\\tb\\n\\n") | _pax(b"11 path=ab\\n9 size=1\\n")
    {b'path': b'ab', b'size': b'1'}
    """
    found = {}
    at = 0
    while at < len(fields):
        digits = fields[at : at + 9].partition(b" ")[0]
        length = int(digits) if digits.isdigit() else 0
        record = fields[at + len(digits) + 1 : at + length]
        if length <= len(digits) or not record.endswith(b"\n"):
            break
        key, _, value = record[:-1].partition(b"=")
        found[key] = value
        at += length
    return found
