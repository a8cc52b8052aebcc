"""Plain text, source code and web pages: the whole file is one document.

What is not UTF-8 is left to *extract*, which finds out its character set: old text files are in
GB18030, Shift JIS, Windows-1252 and many others.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa

from corpus_pipeline.sources.compressed import DamagedStreamError, decompressed_blocks
from corpus_pipeline.sources.containers import Container, compressed_twice, container_of
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
    content, problem = _content(stream, piece, options)
    content = content.removeprefix(_BOM)
    columns = {} if problem else text_or_raw(content)
    yield from _document(content, problem, options, columns)


def read_html(
    stream: BinaryIO, piece: Piece, options: ReadOptions, count: Count
) -> Iterator[pa.RecordBatch]:
    """Reads a file as one web page, whose address is the path of the file.

    Args:
        stream: the file, seekable.
        piece: of format `html`, the whole file.
        options: bounds.
        count: not called.

    Yields:
        One batch of one row, of schema `RECORDS`; the page is in `raw`.

    >>> import io
    >>> piece = Piece("town/a.html", "html", None, 0, None)
    >>> [batch] = read_html(io.BytesIO(b"<p>Hello"), piece, ReadOptions(), print)
    >>> batch.select(["url", "raw", "mime"]).to_pylist()
    [{'url': 'town/a.html', 'raw': b'<p>Hello', 'mime': 'text/html'}]
    """
    content, problem = _content(stream, piece, options)
    page = {} if problem else {"raw": content, "mime": "text/html"}
    yield from _document(content, problem, options, {"url": piece.path, **page})


def _content(stream: BinaryIO, piece: Piece, options: ReadOptions) -> tuple[bytes, str | None]:
    """Returns (the file, or the start of it; why it is none that is read)."""
    parts: list[bytes] = []
    size = 0
    try:
        for block in decompressed_blocks(stream, piece.compression):
            parts.append(block)
            size += len(block)
            if size > options.max_document_bytes + len(_BOM):
                break
    except DamagedStreamError as damage:
        return b"".join(parts) or damage.head, damage.reason
    content = b"".join(parts)
    if _container(content) is not None:
        return content, "read-container"
    too_large = len(content.removeprefix(_BOM)) > options.max_document_bytes
    return content, "read-too-large" if too_large else None


def _container(content: bytes) -> Container | None:
    head = content[: _HEAD_BYTES + len(_BOM)].removeprefix(_BOM)[:_HEAD_BYTES]
    return container_of(head) or compressed_twice(head)


def _document(
    content: bytes, problem: str | None, options: ReadOptions, columns: dict[str, Any]
) -> Iterator[pa.RecordBatch]:
    rows = RecordsBuilder(options.batch_bytes)
    if problem is not None:
        container = _container(content) if problem == "read-container" else None
        shown = excerpt(content, container=container.what if container else None)
        columns = {**columns, "metadata": shown, "drop_reason": problem}
    yield from rows.add(0, **columns)
    yield from rows.finish()
