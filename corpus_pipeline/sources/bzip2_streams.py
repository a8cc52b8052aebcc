"""A bzip2 file of many streams, read from any of them on.

What Wikimedia calls multistream, and what parallel compressors write: each stream can be decoded by
itself. Where one begins is not listed anywhere, but ten bytes say so.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from corpus_pipeline.sources.compressed import READ_BYTES, DamagedStreamError, stream_blocks

#: A header and the number of a first block, or of the end of an empty stream.
_MAGIC = re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)")
_MAGIC_BYTES = 10


class StreamBlock(NamedTuple):
    """A block of one stream, or the place where it breaks."""

    stream: int
    """Where in the file the stream begins."""
    at: int
    """Where the block begins in what the stream decodes to."""
    content: bytes
    damage: DamagedStreamError | None


def next_stream(stream: BinaryIO, start: int, end: int | None = None) -> int | None:
    """Finds the first bzip2 stream that begins at `start` or behind it, and before `end`.

    >>> import bz2, io
    >>> one = bz2.compress(b"one")
    >>> next_stream(io.BytesIO(one + bz2.compress(b"two")), 1) == len(one)
    True
    """
    stream.seek(start)
    held = b""
    while block := stream.read(READ_BYTES):
        held += block
        if (found := _MAGIC.search(held)) is not None:
            at = start + found.start()
            return at if end is None or at < end else None
        dropped = max(0, len(held) - _MAGIC_BYTES + 1)
        start += dropped
        held = held[dropped:]
        if end is not None and start >= end:
            return None
    return None


def bzip2_blocks(stream: BinaryIO, start: int) -> Iterator[StreamBlock]:
    """Yields the blocks of the streams that begin at `start` or behind it.

    A stream that breaks yields its damage; the next one that begins behind it follows.

    >>> import bz2, io
    >>> file = bz2.compress(b"one") + bz2.compress(b"two")[:-9] + bz2.compress(b"three")
    >>> for block in bzip2_blocks(io.BytesIO(file), 1):
    ...     print(block.stream, block.content, block.damage)
    38 b'' read-truncated
    69 b'three' None
    """
    found = next_stream(stream, start) if start else 0
    while found is not None:
        current, at = found, 0
        try:
            for begin, content in stream_blocks(stream, "bz2", found):
                if begin != current:
                    current, at = begin, 0
                yield StreamBlock(current, at, content, None)
                at += len(content)
            return
        except DamagedStreamError as damage:
            yield StreamBlock(current, at, b"", damage)
        found = next_stream(stream, current + 1)
