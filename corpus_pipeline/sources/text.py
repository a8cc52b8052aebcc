"""Plain text and source code: the whole file is one document.

What is not UTF-8 is left to *extract*, which finds out its character set: old text files are in
GB18030, Shift JIS, Windows-1252 and many others.
"""

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa

from corpus_pipeline.sources.compressed import DamagedStreamError, decompressed_blocks
from corpus_pipeline.sources.containers import compressed_twice, container_of
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.records import Count, ReadOptions, RecordsBuilder, excerpt, text_or_raw

_BOM = b"\xef\xbb\xbf"
#: Bytes that show a container.
_HEAD_BYTES = 1 << 12


def read_text(
    stream: BinaryIO, piece: Piece, options: ReadOptions, count: Count
) -> Iterator[pa.RecordBatch]:
    """Reads a file as one document without an id.

    Args:
        stream: the file, seekable.
        piece: of format `text`, the whole file.
        options: bounds.
        count: not called.

    Yields:
        One batch of one row, of schema `RECORDS`; text that is not UTF-8 is in `raw`.

    >>> import io
    >>> piece = Piece("a.txt", "text", None, 0, None)
    >>> [batch] = read_text(io.BytesIO("你好\\n".encode()), piece, ReadOptions(), print)
    >>> batch["text"].to_pylist()
    ['你好\\n']
    """
    rows = RecordsBuilder(options.batch_bytes)
    content = b""
    problem = None
    try:
        parts = []
        size = 0
        for block in decompressed_blocks(stream, piece.compression):
            parts.append(block)
            size += len(block)
            if size > options.max_document_bytes + len(_BOM):
                break
        content = b"".join(parts)
    except DamagedStreamError as damage:
        content, problem = b"".join(parts) or damage.head, damage.reason
    content = content.removeprefix(_BOM)
    head = content[:_HEAD_BYTES]
    container = None if problem else container_of(head) or compressed_twice(head)
    if container is not None:
        problem = "read-container"
    elif problem is None and len(content) > options.max_document_bytes:
        problem = "read-too-large"
    if problem is None:
        yield from rows.add(0, **text_or_raw(content))
    else:
        shown = excerpt(content, container=container.what if container else None)
        yield from rows.add(0, metadata=shown, drop_reason=problem)
    yield from rows.finish()
