"""Elements of one name out of a long XML file, each by itself, without parsing what is between.

The files that are published in this form (MediaWiki's dumps, Stack Exchange's) are written by
programs and escape `<` in all content, so the bytes of a start tag are a start tag. Finding them by
their bytes lets a file be cut anywhere, costs no more memory than one element, and goes on behind
damage. No declaration ever reaches an XML parser, so there are no entities to expand.

    dump ─ xml_blocks ─► blocks of decompressed bytes ─ elements ─► <page> … </page>, one each
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple
from xml.parsers import expat

from corpus_pipeline.sources.bzip2_streams import bzip2_blocks
from corpus_pipeline.sources.compressed import DamagedStreamError, decompressed_blocks
from corpus_pipeline.sources.json_objects import EXCERPT_BYTES
from corpus_pipeline.sources.pieces import Piece

_BLANKS = re.compile(rb"\s*")


class Block(NamedTuple):
    """Decompressed bytes of a file, or the place where it breaks."""

    offset: int
    """Where it begins: of a bzip2 file where its stream begins in the file plus where it begins in
    what that stream decodes to; of all others where in the decompressed file."""
    content: bytes
    owned: bool
    """Elements that begin here belong to the piece."""
    damage: DamagedStreamError | None = None


class Element(NamedTuple):
    """What is found."""

    offset: int
    """Of its first byte, as `Block.offset` counts."""
    content: bytes
    """From `<` to `>`; of one with a problem the beginning."""
    problem: str | None
    """None or the reason why it cannot be read."""


def xml_blocks(stream: BinaryIO, piece: Piece) -> Iterator[Block]:
    """Yields the blocks of a piece and those behind it, in which its last element may go on.

    Behind a damage a bzip2 file goes on with its next stream.
    """
    if piece.compression == "bz2":
        for begin, at, content, damage in bzip2_blocks(stream, piece.start):
            yield Block(begin + at, content, piece.end is None or begin < piece.end, damage)
        return
    offset = piece.start
    try:
        for content in decompressed_blocks(stream, piece.compression, offset):
            size = len(content)
            if piece.end is not None and offset < piece.end < offset + size:
                size = piece.end - offset
                yield Block(offset, content[:size], True)
                offset += size
                content = content[size:]
            yield Block(offset, content, piece.end is None or offset < piece.end)
            offset += len(content)
    except DamagedStreamError as damage:
        yield Block(offset, b"", piece.end is None or offset < piece.end, damage)


def elements(
    blocks: Iterator[Block], opening: bytes, closing: bytes, root: bytes, limit: int
) -> Iterator[Element]:
    r"""Yields the elements that begin in the blocks of a piece.

    Time is linear in the bytes; at most `limit` of them and a block are held.

    Args:
        opening: the first bytes of such an element, as `<page>`.
        closing: its last bytes, as `</page>`; they stand nowhere inside it.
        root: name of the element around them, whose end is no garbage.
        limit: bytes of an element; a longer one is `read-too-large`.

    Yields:
        Every element, and for what is between two of them and no white space one with the problem
        `read-broken-record`. What is before the first one is passed over.

    >>> content = b"<posts>\n<row a='1' />\n<row <row b='2' /> what?"
    >>> blocks = iter([Block(0, content, True)])
    >>> for element in elements(blocks, b"<row ", b"/>", b"posts", limit=99):
    ...     print(*element)
    8 b"<row a='1' />" None
    22 b'<row ' read-broken-record
    27 b"<row b='2' />" None
    41 b'what?' read-broken-record
    """
    found = _Elements(opening, closing, root, limit)
    for block in blocks:
        yield from found.fed(block)
        if found.complete:
            return
    yield from found.ended()


class _Elements:
    """What is held between two blocks."""

    def __init__(self, opening: bytes, closing: bytes, root: bytes, limit: int) -> None:
        #: No element that begins in blocks still to come belongs to the piece.
        self.complete = False
        self._opening = opening
        self._tags = re.compile(re.escape(opening) + b"|" + re.escape(closing))
        self._end_of_root = re.compile(rb"</" + re.escape(root) + rb"\s*>")
        self._root_bytes = len(root) + 3
        self._limit = limit
        # A tag may be cut by the end of a block.
        self._longest = max(len(opening), len(closing)) - 1
        self._waiting: list[Block] = []
        self._waiting_bytes = 0
        self._forget()

    def _forget(self) -> None:
        self._buffer = b""
        #: (position in the buffer, offset of what begins there, whether it is owned)
        self._places: list[tuple[int, int, bool]] = []
        #: No tag begins before this position.
        self._scanned = 0
        #: Where in the buffer the open element begins, None outside.
        self._begin: int | None = None
        #: The open element is too long and has been reported.
        self._skipped = False
        #: Where what is behind an element of ours begins, None if nobody is to look at it.
        self._gap: int | None = None

    def fed(self, block: Block) -> Iterator[Element]:
        """Takes the next block."""
        if block.damage is not None:
            yield from self._taken()
            if not self.complete and (block.owned or self._begin is not None):
                yield from self._left(block.damage, block.offset)
            self._forget()
            self.complete = self.complete or not block.owned
            return
        self._waiting.append(block)
        self._waiting_bytes += len(block.content)
        # Else a long element in small blocks would be copied once for each of them.
        if 2 * self._waiting_bytes >= len(self._buffer):
            yield from self._taken()

    def ended(self) -> Iterator[Element]:
        """Says what is left at the end of the file."""
        yield from self._taken()
        if not self.complete:
            yield from self._left(None, 0)

    def _taken(self) -> Iterator[Element]:
        """Looks at what waits."""
        if not self._waiting:
            return
        parts = [self._buffer]
        at = len(self._buffer)
        for block in self._waiting:
            self._places.append((at, block.offset, block.owned))
            parts.append(block.content)
            at += len(block.content)
        owned = self._waiting[-1].owned
        self._buffer = b"".join(parts)
        self._waiting, self._waiting_bytes = [], 0
        while (tag := self._tags.search(self._buffer, self._scanned)) is not None:
            self._scanned = tag.end()
            opens = tag[0] == self._opening
            start, end = tag.span()
            if self._gap is not None:
                yield from self._between(start if opens else end, True)
            if self._begin is not None:
                if not self._skipped:
                    problem = "read-broken-record" if opens else None
                    yield self._element(self._begin, start if opens else end, problem)
                self._gap = end
            self._begin = None
            self._skipped = False
            if opens:
                self._gap = None
                if not self._place(start)[1]:
                    self.complete = True
                    return
                self._begin = start
        size = len(self._buffer)
        self._scanned = max(self._scanned, size - self._longest)
        if self._gap is not None:
            yield from self._between(self._scanned, False)
        elif self._begin is not None and not self._skipped and size - self._begin > self._limit:
            yield self._element(self._begin, size, "read-too-large")
            self._skipped = True
        if self._begin is None and self._gap is None and not owned:
            # What is cut off here of an opening tag begins in another piece, too.
            self.complete = True
        self._drop()

    def _between(self, end: int, whole: bool) -> Iterator[Element]:
        """Reports what is behind an element and before `end`, once, unless it may stand there.

        Args:
            whole: more of it cannot come.
        """
        assert self._gap is not None
        # White space may go on for gigabytes.
        self._gap = _BLANKS.match(self._buffer, self._gap, end).end()  # type: ignore[union-attr]
        size = end - self._gap
        if not size or (not whole and size < self._root_bytes):
            return
        if self._end_of_root.match(self._buffer, self._gap, end) is None:
            yield self._element(self._gap, end, "read-broken-record")
        self._gap = None

    def _left(self, damage: DamagedStreamError | None, offset: int) -> Iterator[Element]:
        """Says what is left at the end or at a damage of the file."""
        size = len(self._buffer)
        if self._begin is not None and not self._skipped:
            yield self._element(self._begin, size, damage.reason if damage else "read-truncated")
            return
        if self._gap is not None:
            yield from self._between(size, True)
        if damage is not None:
            yield Element(offset, damage.head, damage.reason)

    def _element(self, start: int, end: int, problem: str | None) -> Element:
        if problem is not None:
            end = min(end, start + EXCERPT_BYTES)
        return Element(self._place(start)[0], self._buffer[start:end], problem)

    def _place(self, position: int) -> tuple[int, bool]:
        """Returns the offset of a position in the buffer, and whether it is owned."""
        at, offset, owned = self._places[bisect_right(self._places, (position, 1 << 63)) - 1]
        return offset + position - at, owned

    def _drop(self) -> None:
        """Forgets the part of the buffer that is no longer needed."""
        needed = [self._begin] if self._begin is not None and not self._skipped else []
        needed += [self._gap] if self._gap is not None else []
        size = min([*needed, self._scanned])
        first = bisect_right(self._places, (size, 1 << 63)) - 1
        places = self._places[first:]
        at, offset, owned = places[0]
        places[0] = (size, offset + size - at, owned)
        self._places = [(at - size, offset, owned) for at, offset, owned in places]
        self._buffer = self._buffer[size:]
        self._scanned -= size
        if self._begin is not None:
            self._begin = max(0, self._begin - size)
        if self._gap is not None:
            self._gap -= size


def parse_element(
    content: bytes,
    opened: Callable[[str, dict[str, str]], None],
    closed: Callable[[str], None],
    said: Callable[[str], None],
) -> str | None:
    """Parses one element; returns the reason why it cannot be, or None.

    >>> parse_element(b"<a b='&lt;'>c</a>", print, print, print)
    a {'b': '<'}
    c
    a
    >>> parse_element(b"<!DOCTYPE a><a/>", print, print, print)
    'read-broken-record'
    """
    if b"<!DOCTYPE" in content:
        return "read-broken-record"
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 1 << 20
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.CharacterDataHandler = said
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        try:
            content.decode()
        except UnicodeDecodeError:
            return "read-invalid-utf8"
        return "read-broken-record"
    return None
