r"""Where the records of a WARC file begin and end, also when the file is damaged.

A .warc.gz file is a chain of gzip members, normally one for each record. A member that begins with
`WARC/` begins a segment; other members go on with the segment before them:

    members    |WARC/.. |WARC/.. |WARC/..... |........ |WARC/.. |
    segments   |   1    |   2    |          3          |   4    |

No record crosses the end of a segment, whatever its Content-Length says. After a damage, and at the
start of a piece, reading begins at the next such member. So a damage costs its segment only, and
where pieces are cut makes no difference. (A .warc.gz stored inside another one can be mistaken for
its container, if a piece happens to begin in it.) Any other file is one segment.
"""

import re
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from corpus_pipeline.sources.compressed import (
    GZIP_MAGIC,
    READ_BYTES,
    DamagedStreamError,
    GzipMembers,
    decompressed_blocks,
)
from corpus_pipeline.sources.pieces import Piece

_SIGNATURE = b"WARC/"
#: Longer headers are taken for damage.
_MAX_HEADER_BYTES = 1 << 16
#: So many bytes of a gzip member show whether it begins with a record: its header, with a name,
#: and the first block's table. Of one whose name does not end, no more is looked at.
_MEMBER_START_BYTES = 1 << 12
#: Bytes shown of something that is no record.
_EXCERPT_BYTES = 1024

_HEADER_END = re.compile(rb"\r?\n\r?\n")
_LINE_ENDS = re.compile(rb"[\r\n]+")
_NEXT_RECORD = re.compile(rb"\nWARC/\d")
_CONTENT_LENGTH = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*(\d{1,15})[ \t]*\r?$")


class Frame(NamedTuple):
    """One record, or the place of one that cannot be read."""

    offset: int
    """Of the record in an uncompressed file; in .warc.gz, of the member where decoding begins."""
    header: bytes
    """From `WARC/` to the last header line, without its end; empty if there is no whole header."""
    content: bytes
    """The record's block; of a record with a problem only the start, if anything."""
    problem: str | None
    """None or one of `READ_REASONS`."""


def frames(stream: BinaryIO, piece: Piece, max_content: int) -> Iterator[Frame]:
    """Yields the records of a piece in their order.

    Args:
        stream: the file, seekable.
        piece: of format `warc` or `wet`.
        max_content: a record with more bytes is passed over in bounded memory, `read-too-large`.

    >>> import io
    >>> data = b"WARC/1.0\\r\\nContent-Length: 2\\r\\n\\r\\nhi\\r\\n\\r\\n"
    >>> for frame in frames(io.BytesIO(data), Piece("a", "warc", None, 0, None), 9): print(frame)
    Frame(offset=0, header=b'WARC/1.0\\r\\nContent-Length: 2', content=b'hi', problem=None)
    """
    if piece.compression == "gz":
        segments = _GzipSegments(stream, piece)
        while segments.open_next():
            for frame in _Framer(segments.read_block, max_content).frames():
                yield frame._replace(offset=segments.offset)
        return
    blocks = decompressed_blocks(stream, piece.compression)
    for frame in _Framer(lambda: next(blocks, b""), max_content).frames():
        # Framing from the start of the file is the only way to know what is a record and what
        # is a record's content that looks like one.
        if piece.end is not None and frame.offset >= piece.end:
            return
        if frame.offset >= piece.start:
            yield frame


class _GzipSegments:
    """The segments of the part of a .warc.gz file that begin in a piece."""

    def __init__(self, stream: BinaryIO, piece: Piece) -> None:
        self._stream = stream
        self._end = piece.end
        self._members = GzipMembers(stream)
        #: Offset in the file of the member with which the segment begins.
        self.offset = 0
        self._first: bytes | DamagedStreamError | None = None
        self._search_from: int | None = None
        if piece.start:
            self._search_from = piece.start
        else:
            self._enter_member()

    def open_next(self) -> bool:
        """Goes to the next segment; false when the piece has no more. A damage is a segment."""
        if self._search_from is not None:
            found = _next_segment(self._stream, self._search_from, self._end)
            self._search_from = None
            if found is None:
                return False
            self._members.source.seek(found)
            self._enter_member()
        if self._first is None:
            return False
        self.offset = self._members.offset
        # A damage is told by the piece that runs into it: the next one starts behind it.
        damaged = isinstance(self._first, DamagedStreamError)
        return damaged or self._end is None or self.offset < self._end

    def read_block(self) -> bytes:
        """Returns the next bytes of the segment; nothing at its end.

        Raises:
            DamagedStreamError: the segment ends early or cannot be decoded.
        """
        if self._first is not None:
            first, self._first = self._first, None
            if isinstance(first, bytes):
                return first
            self._search_from = self._members.offset + 1
            raise first
        try:
            block = self._members.read_block()
        except DamagedStreamError:
            self._search_from = self._members.offset + 1
            raise
        if block:
            return block
        self._enter_member()
        if not isinstance(self._first, bytes) or self._first.startswith(_SIGNATURE):
            return b""
        return self.read_block()

    def _enter_member(self) -> None:
        """Puts into `_first` how the next member begins: bytes, a damage, or None at the end."""
        self._first = None
        try:
            while self._first is None and self._members.open_next():
                first = b""
                while len(first) < len(_SIGNATURE) and (block := self._members.read_block()):
                    first += block
                self._first = first or None
        except DamagedStreamError as damage:
            self._first = damage


def _next_segment(stream: BinaryIO, start: int, end: int | None) -> int | None:
    """Finds the first gzip member in [start, end) that begins with `WARC/`."""
    size = _MEMBER_START_BYTES
    while end is None or start < end:
        stream.seek(start)
        # The next member is mostly near; a search that begins anew every few bytes stays cheap.
        chunk = stream.read(size)
        size = min(2 * size, READ_BYTES)
        for match in re.finditer(re.escape(GZIP_MAGIC), chunk):
            position = start + match.start()
            if end is not None and position >= end:
                return None
            if _begins_record(stream, position):
                return position
        if len(chunk) < len(GZIP_MAGIC):
            return None
        # A magic number may lie across the border.
        start += len(chunk) - len(GZIP_MAGIC) + 1
    return None


def _begins_record(stream: BinaryIO, position: int) -> bool:
    stream.seek(position)
    decoder = zlib.decompressobj(wbits=31)
    try:
        return decoder.decompress(stream.read(_MEMBER_START_BYTES), len(_SIGNATURE)) == _SIGNATURE
    except zlib.error:
        return False


class _Framer:
    """Finds the records of one segment."""

    def __init__(self, read_block: Callable[[], bytes], max_content: int) -> None:
        self._read_block = read_block
        self._max_content = max_content
        self._data = b""
        self._at = 0
        self._ended = False
        self._base = 0  # Position in the segment of the first byte of `_data`.
        # No header ends between the current position and this one: headers that never end are
        # each looked through where the one before was not.
        self._no_end_before = 0

    def frames(self) -> Iterator[Frame]:
        """Yields the records; after a damage, what it hit and nothing more."""
        damaged = False
        while not damaged:
            frame = Frame(self._position, b"", b"", None)
            try:
                self._skip_line_ends()
                frame = Frame(self._position, b"", b"", None)
                if not self._fill(1):
                    return
                frame = self._next(frame)
                if frame.problem in ("read-broken-record", "read-truncated"):
                    yield frame
                    if not frame.header:
                        self._skip_to_header_end()
                    self._skip_to_record()
                    continue
            except DamagedStreamError as damage:
                damaged = True
                if frame.problem is not None:
                    return  # The row for this place has been given.
                left = self._data[self._at :][:_EXCERPT_BYTES]
                frame = Frame(
                    frame.offset, self._header() or b"", left or damage.head, damage.reason
                )
            yield frame

    @property
    def _position(self) -> int:
        return self._base + self._at

    def _next(self, frame: Frame) -> Frame:
        """Reads the record at the current position; on a problem stops behind what it has used."""
        if not self._header_start().startswith(_SIGNATURE):
            return self._broken(frame, self._at)
        header = self._header()
        if header is None:
            whole = self._fill(_MAX_HEADER_BYTES) >= _MAX_HEADER_BYTES
            return self._broken(frame, self._at + 1, "broken-record" if whole else "truncated")
        frame = frame._replace(header=header)
        ending = _HEADER_END.match(self._data, self._at + len(header))
        assert ending is not None
        length = _CONTENT_LENGTH.search(header)
        if length is None:
            return self._broken(frame, ending.end())
        size = int(length[1])
        if size > self._max_content:
            self._at = ending.end()
            if self._skip(size) < size:
                return frame._replace(problem="read-truncated")
            self._fill(1)
            return frame._replace(problem="read-too-large")
        before = ending.end() - self._at
        # What follows is looked at too: it proves the length, and the member's checksum is read.
        if self._fill(before + size + 16) < before + size:
            return self._broken(frame, self._at + before, "truncated")
        content_end = self._at + before + size
        following = self._data[content_end : content_end + 16].lstrip(b"\r\n")[: len(_SIGNATURE)]
        if not _SIGNATURE.startswith(following):
            return self._broken(frame, self._at + before)
        content = self._data[self._at + before : content_end]
        self._at = content_end
        return frame._replace(content=content)

    def _broken(self, frame: Frame, resume: int, problem: str = "broken-record") -> Frame:
        """Returns the frame of something unusable; the search for records goes on at `resume`."""
        start = self._at if not frame.header else resume
        head = self._data[start : start + _EXCERPT_BYTES]
        self._at = resume
        return frame._replace(content=head, problem=f"read-{problem}")

    def _header(self) -> bytes | None:
        """Returns the header at the current position, if all of it is in memory."""
        if not self._data.startswith(_SIGNATURE, self._at):
            return None
        end = self._header_end()
        return None if end is None else self._data[self._at : end.start()]

    def _header_end(self) -> re.Match[bytes] | None:
        """Finds the end of the header at the current position in what is in memory."""
        stop = min(len(self._data), self._at + _MAX_HEADER_BYTES)
        found = _HEADER_END.search(self._data, self._searched, stop)
        if found is None:
            # One of at most four bytes may have begun.
            self._no_end_before = max(self._no_end_before, self._base + stop - 3)
        return found

    def _fill(self, size: int) -> int:
        """Has `size` bytes in memory if the segment has them; returns how many there are."""
        available = len(self._data) - self._at
        if available >= size or self._ended:
            return available
        parts = [self._data[self._at :]]
        try:
            while available < size and not self._ended:
                block = self._read_block()
                parts.append(block)
                available += len(block)
                self._ended = not block
        finally:
            self._base += self._at
            self._data = b"".join(parts)
            self._at = 0
        return available

    def _header_start(self) -> bytes:
        """Fills up to the end of a header, if one is near; returns the first few bytes."""
        wanted = 512
        while wanted <= _MAX_HEADER_BYTES and self._header_end() is None:
            if self._fill(wanted) < wanted:
                break
            wanted *= 2
        return self._data[self._at : self._at + len(_SIGNATURE)]

    def _skip(self, size: int) -> int:
        """Passes over `size` bytes; returns how many there were."""
        skipped = 0
        while skipped < size:
            available = min(self._fill(1), size - skipped)
            if not available:
                break
            self._at += available
            skipped += available
        return skipped

    def _skip_line_ends(self) -> None:
        while self._fill(1):
            ends = _LINE_ENDS.match(self._data, self._at)
            self._at = self._at if ends is None else ends.end()
            if self._at < len(self._data):
                return

    def _skip_to_header_end(self) -> None:
        """Passes over what no header can begin at, for none ends near enough behind it.

        Lines that look like beginnings stand there by the thousand in what is no WARC file; all of
        it is one damage.
        """
        while (found := _HEADER_END.search(self._data, self._searched)) is None:
            self._no_end_before = max(self._no_end_before, self._base + len(self._data) - 3)
            self._at = max(self._at, len(self._data) - _MAX_HEADER_BYTES)
            kept = len(self._data) - self._at
            if self._fill(kept + 1) == kept:
                self._at += kept
                return
        self._at = max(self._at, found.start() - _MAX_HEADER_BYTES)

    @property
    def _searched(self) -> int:
        """Where the search for the end of a header goes on."""
        return max(self._at, self._no_end_before - self._base)

    def _skip_to_record(self) -> None:
        """Goes to the next line that begins like a record, or to the end of the segment."""
        overlap = len(b"\nWARC/")
        while not (found := _NEXT_RECORD.search(self._data, self._at)):
            self._at = max(self._at, len(self._data) - overlap)
            kept = len(self._data) - self._at
            if self._fill(kept + 1) == kept:
                self._at += kept
                return
        self._at = found.start() + 1
