"""Decompression that says where a stream breaks and delivers everything before that place.

Library readers either end silently at a cut (zstandard's stream_reader), or raise and lose what the
same call had already decoded (gzip). These formats are therefore taken apart here as far as their
containers go; the libraries decode what is inside.

    gzip file = member*                       member = header, deflate data, checksum
    zstd file = (frame | skippable frame)*    frame  = header, block*, [checksum]
    bzip2, xz file = stream*                  lzma file = stream

At a cut nothing that can be decoded is lost. A bzip2 or xz stream whose bytes are damaged loses up
to 64 KiB before the damage, for its decoder cannot be asked again.
"""

import bz2
import lzma
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Protocol

import zstandard

from corpus_pipeline.errors import InputError

#: Bytes asked of the file at a time.
READ_BYTES = 1 << 20
#: Compressed bytes given to zlib at a time; bounds what has to be decoded again at a damage.
_STEP_BYTES = 1 << 14
#: Decompressed bytes returned by zlib at a time, however well they were compressed.
_BLOCK_BYTES = 1 << 20

GZIP_MAGIC = b"\x1f\x8b\x08"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
#: Bytes shown of something that cannot be decoded.
_HEAD_BYTES = 1024
#: Skippable frames start with 0x184D2A50 to 0x184D2A5F, little-endian (RFC 8878, section 3.1.2).
_SKIPPABLE_MAGIC = b"\x2a\x4d\x18"
#: What `zstd --long=31` needs; memory is used only if the frame asks for it.
_MAX_WINDOW = 1 << 31
#: Memory that an xz stream may ask for: sixteen times what `xz -9` takes.
_XZ_MEMORY = 1 << 30
#: Decompressed bytes taken from bz2 and lzma at a time: what a damage may cost.
_STREAM_BLOCK_BYTES = 1 << 16
#: Smaller blocks are put together. A stream may consist of blocks of a byte: as many objects would
#: take fifty times the memory of what they hold.
_GATHERED_BYTES = 1 << 16
_MOST_PARTS = 1 << 12
#: What a block of zstd may hold at most (RFC 8878, section 3.1.1.2.4).
_ZSTD_BLOCK_BYTES = 1 << 17
#: Headers and contents of stored blocks that are held at a time.
_MOST_STORED = 1 << 13


class DamagedStreamError(InputError):
    """The stream cannot be decoded further. Everything before has been delivered.

    Args:
        reason: the `READ_REASONS` entry of the row that stands for what is lost.
        head: first bytes at the damage when they were not decodable at all, else empty.
    """

    def __init__(self, reason: str, head: bytes = b"") -> None:
        super().__init__(reason)
        self.reason = reason
        self.head = head


class ByteSource:
    """Buffered sequential reading that knows its position and can step back a little.

    >>> import io
    >>> source = ByteSource(io.BytesIO(b"abcdef"), start=1)
    >>> source.take(3), source.position
    (b'bcd', 4)
    >>> source.step_back(2); source.take(9), source.take(9)
    (b'cdef', b'')
    """

    def __init__(self, stream: BinaryIO, start: int = 0) -> None:
        self._stream = stream
        self._buffer = b""
        self._at = 0
        self.seek(start)

    @property
    def position(self) -> int:
        """Offset in the file of the byte that comes next."""
        return self._end - len(self._buffer) + self._at

    def seek(self, position: int) -> None:
        """Goes anywhere in the file."""
        self._stream.seek(position)
        self._buffer = b""
        self._at = 0
        self._end = position

    def take(self, size: int) -> bytes:
        """Returns the next `size` bytes, fewer only at the end of the file."""
        while len(self._buffer) - self._at < size:
            more = self._stream.read(max(READ_BYTES, size))
            if not more:
                break
            self._buffer = self._buffer[self._at :] + more
            self._at = 0
            self._end += len(more)
        taken = self._buffer[self._at : self._at + size]
        self._at += len(taken)
        return taken

    def step_back(self, size: int) -> None:
        """Gives back the last bytes of the last `take`."""
        self._at -= size


class GzipMembers:
    """Reads a gzip file member by member.

    >>> import gzip, io
    >>> members = GzipMembers(io.BytesIO(gzip.compress(b"one") + gzip.compress(b"two")))
    >>> found = []
    >>> while members.open_next():
    ...     found.append((members.offset, b"".join(iter(members.read_block, b""))))
    >>> found
    [(0, b'one'), (23, b'two')]
    """

    def __init__(self, stream: BinaryIO, start: int = 0) -> None:
        self.source = ByteSource(stream, start)
        #: Offset in the file of the member that is open.
        self.offset = start
        self._decoder: zlib._Decompress | None = None
        self._failed = False

    def open_next(self) -> bool:
        """Goes to the member that starts here; false at the end of the file. Zeros are padding.

        Raises:
            DamagedStreamError: there are bytes here, but no gzip member.
        """
        self._decoder = None
        self._failed = False
        self.offset = self.source.position
        head = self.source.take(len(GZIP_MAGIC))
        if head == GZIP_MAGIC:
            self.source.step_back(len(head))
            self._decoder = zlib.decompressobj(wbits=31)
            return True
        while head and not head.strip(b"\0"):
            head = self.source.take(READ_BYTES)
        if not head:
            return False
        cut = not self.offset or GZIP_MAGIC.startswith(head)
        head += self.source.take(_HEAD_BYTES)
        raise DamagedStreamError("read-truncated" if cut else "read-trailing-garbage", head)

    def read_block(self) -> bytes:
        """Returns up to 1 MiB of the member; nothing at its end, once the checksum is verified.

        Raises:
            DamagedStreamError: the member ends early or cannot be decoded.
        """
        while self._decoder is not None and not self._failed:
            data = self.source.take(_STEP_BYTES)
            if not data:
                if rest := self._decoder.decompress(b"", _BLOCK_BYTES):
                    return rest
                raise DamagedStreamError("read-truncated")
            before = self._decoder.copy()
            try:
                block = self._decoder.decompress(data, _BLOCK_BYTES)
            except zlib.error:
                self._failed = True
                block = _decodable(before, data)
            else:
                # At the end zlib repeats what is unused in `unconsumed_tail`.
                if self._decoder.eof:
                    self.source.step_back(len(self._decoder.unused_data))
                    self._decoder = None
                else:
                    self.source.step_back(len(self._decoder.unconsumed_tail))
            if block:
                return block
        if self._failed:
            raise DamagedStreamError("read-truncated")
        return b""


def _decodable(decoder: "zlib._Decompress", data: bytes) -> bytes:
    """Returns what `data` holds before the byte at which zlib fails."""
    blocks = []
    try:
        for i in range(len(data)):
            blocks.append(decoder.decompress(data[i : i + 1]))
    except zlib.error:
        pass
    return b"".join(blocks)


def _gzip_blocks(stream: BinaryIO) -> Iterator[bytes]:
    members = GzipMembers(stream)
    while members.open_next():
        yield from iter(members.read_block, b"")


def _zstd_blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Yields block after block (at most 128 KiB each), of all frames."""
    source = ByteSource(stream)
    context = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW)
    while magic := source.take(4):
        if magic == ZSTD_MAGIC:
            yield from _frame_blocks(source, context.decompressobj())
        elif len(magic) == 4 and magic[1:] == _SKIPPABLE_MAGIC and 0x50 <= magic[0] <= 0x5F:
            rest = int.from_bytes(_exactly(source, 4), "little")
            while rest:
                rest -= len(_exactly(source, min(rest, READ_BYTES)))
        else:
            at_start = source.position == len(magic)
            while magic and not magic.strip(b"\0") and not at_start:
                magic = source.take(READ_BYTES)
            if magic:
                cut = at_start or ZSTD_MAGIC.startswith(magic)
                magic += source.take(_HEAD_BYTES)
                raise DamagedStreamError(
                    "read-truncated" if cut else "read-trailing-garbage", magic
                )


def _frame_blocks(source: ByteSource, decoder: "zstandard.ZstdDecompressionObj") -> Iterator[bytes]:
    """Decodes one frame whose magic number has been taken (RFC 8878, section 3.1.1)."""
    descriptor = _exactly(source, 1)
    flags = descriptor[0]
    single_segment = flags >> 5 & 1
    size_bytes = (single_segment, 2, 4, 8)[flags >> 6]
    dictionary_bytes = (0, 1, 2, 4)[flags & 3]
    rest = _exactly(source, 1 - single_segment + dictionary_bytes + size_bytes)
    last = False
    # Blocks that are stored as they are, which cannot break; the decoder takes many at once.
    stored: list[bytes] = []
    held = 0
    try:
        yield from _nonempty(decoder.decompress(ZSTD_MAGIC + descriptor + rest))
        while not last:
            try:
                header = _exactly(source, 3)
                fields = int.from_bytes(header, "little")
                last, kind, size = bool(fields & 1), fields >> 1 & 3, fields >> 3
                # A block of kind 1 repeats one byte `size` times.
                content = _exactly(source, 1 if kind == 1 else size)
            except DamagedStreamError:
                yield from _nonempty(decoder.decompress(b"".join(stored)))
                raise
            if kind == 0 and not last and size <= _ZSTD_BLOCK_BYTES:
                stored += (header, content)
                held += size
                if held < _GATHERED_BYTES and len(stored) < _MOST_STORED:
                    continue
                header, content = b"", b""
            if stored:
                yield from _nonempty(decoder.decompress(b"".join(stored)))
                stored, held = [], 0
            if header:
                yield from _nonempty(decoder.decompress(header + content))
        if flags >> 2 & 1:
            yield from _nonempty(decoder.decompress(_exactly(source, 4)))
    except zstandard.ZstdError as error:
        raise DamagedStreamError("read-truncated") from error


def _nonempty(block: bytes) -> tuple[bytes, ...]:
    return (block,) if block else ()


def _exactly(source: ByteSource, size: int) -> bytes:
    data = source.take(size)
    if len(data) < size:
        raise DamagedStreamError("read-truncated")
    return data


class _StreamDecoder(Protocol):
    """What the standard library's decoders of whole streams have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


def _new_decoder(compression: str) -> _StreamDecoder:
    if compression == "bz2":
        return bz2.BZ2Decompressor()
    container = lzma.FORMAT_XZ if compression == "xz" else lzma.FORMAT_ALONE
    return lzma.LZMADecompressor(container, memlimit=_XZ_MEMORY)


def stream_blocks(
    stream: BinaryIO, compression: str, start: int = 0
) -> Iterator[tuple[int, bytes]]:
    """Yields (where its stream begins, block) of all streams of a bzip2, xz or lzma file.

    Zeros are padding. A stream begins at `start`.
    """
    source = ByteSource(stream, start)
    magic = {"bz2": b"BZh", "xz": b"\xfd7zXZ\0"}.get(compression)
    while head := source.take(6):
        at = source.position - len(head)
        first = at == 0
        if not first and (magic is None or not head.startswith(magic)):
            while head and not head.strip(b"\0"):
                head = source.take(READ_BYTES)
            if head:
                cut = magic is not None and magic.startswith(head)
                head += source.take(_HEAD_BYTES)
                raise DamagedStreamError("read-truncated" if cut else "read-trailing-garbage", head)
            return
        source.step_back(len(head))
        decoder = _new_decoder(compression)
        while not decoder.eof:
            data = source.take(_STEP_BYTES) if decoder.needs_input else b""
            if decoder.needs_input and not data:
                raise DamagedStreamError("read-truncated")
            try:
                block = decoder.decompress(data, _STREAM_BLOCK_BYTES)
            except (OSError, EOFError, lzma.LZMAError, MemoryError) as error:
                raise DamagedStreamError(
                    "read-truncated", data[:_HEAD_BYTES] if first else b""
                ) from error
            if block:
                yield at, block
        # The decoder may have been fed by several `take`s; what is unused lies in the last one.
        source.step_back(len(decoder.unused_data))


def _plain_blocks(stream: BinaryIO) -> Iterator[bytes]:
    while block := stream.read(READ_BYTES):
        yield block


def decompressed_blocks(
    stream: BinaryIO, compression: str | None, start: int = 0
) -> Iterator[bytes]:
    """Yields the decompressed content from byte `start` on, in blocks of at most 1 MiB.

    An uncompressed stream is read from `start`; a compressed one (`gz`, `zst`, `bz2`, `xz`, `lzma`)
    is decoded from its beginning.

    Raises:
        DamagedStreamError: while iterating, where the stream breaks.

    >>> import io
    >>> list(decompressed_blocks(io.BytesIO(zstandard.compress(b"hello")), "zst", start=2))
    [b'llo']
    """
    if compression is None:
        stream.seek(start)
        yield from _plain_blocks(stream)
        return
    stream.seek(0)
    skip = start
    if compression == "gz":
        blocks = _gzip_blocks(stream)
    elif compression == "zst":
        blocks = _zstd_blocks(stream)
    else:
        blocks = (block for _, block in stream_blocks(stream, compression))
    for block in _gathered(blocks):
        if skip < len(block):
            yield block[skip:] if skip else block
        skip = max(0, skip - len(block))


def _gathered(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Puts small blocks together; what comes before a damage is yielded before it is raised."""
    parts: list[bytes] = []
    held = 0
    try:
        for block in blocks:
            if not parts and len(block) >= _GATHERED_BYTES:
                yield block
                continue
            parts.append(block)
            held += len(block)
            if held >= _GATHERED_BYTES or len(parts) == _MOST_PARTS:
                yield b"".join(parts)
                parts, held = [], 0
    except DamagedStreamError:
        yield from _nonempty(b"".join(parts))
        raise
    yield from _nonempty(b"".join(parts))
