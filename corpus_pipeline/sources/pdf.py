"""PDF documents in files and archives: one each, which *extract* makes text of."""

from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson
import pyarrow as pa

from corpus_pipeline.extract.media_types import PDF_TYPE
from corpus_pipeline.sources.archives import Entry, entries
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.records import Count, ReadOptions, RecordsBuilder, excerpt

PDF_MAGIC = b"%PDF-"
#: Bytes in which readers of PDF look for it.
_HEAD_BYTES = 1024


def read_pdf(
    stream: BinaryIO, piece: Piece, options: ReadOptions, count: Count
) -> Iterator[pa.RecordBatch]:
    """Reads a PDF file, or those of an archive, as a document each.

    Args:
        stream: the file, seekable.
        piece: of format `pdf`, the whole file.
        options: bounds.
        count: told of what `archives.entries` passes over.

    Yields:
        Batches of schema `RECORDS`, one row for each file; the document is in `raw`.

    >>> import io
    >>> piece = Piece("a.pdf", "pdf", None, 0, None)
    >>> [batch] = read_pdf(io.BytesIO(b"%PDF-1.7 ..."), piece, ReadOptions(), print)
    >>> batch.select(["raw", "mime", "metadata"]).to_pylist()
    [{'raw': b'%PDF-1.7 ...', 'mime': 'application/pdf', 'metadata': '{"path":"a.pdf"}'}]
    """
    rows = RecordsBuilder(options.batch_bytes)
    for entry in entries(stream, piece, options.max_document_bytes, count):
        yield from rows.add(entry.record, **_columns(entry))
    yield from rows.finish()


def _columns(entry: Entry) -> dict[str, Any]:
    known = {"path": entry.path} if entry.path else {}
    problem = entry.problem
    if problem is None and PDF_MAGIC not in entry.content[:_HEAD_BYTES]:
        problem = "read-not-text"
    if problem is not None:
        return {"metadata": excerpt(entry.content, **known), "drop_reason": problem}
    metadata = orjson.dumps(known, option=orjson.OPT_SORT_KEYS)
    return {"metadata": metadata, "raw": entry.content, "mime": PDF_TYPE}
