"""JSON that is not one object on each line: an object per file, several, or an array of them."""

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa

from corpus_pipeline.sources.compressed import decompressed_blocks
from corpus_pipeline.sources.json_objects import EXCERPT_BYTES, columns_of
from corpus_pipeline.sources.json_values import json_records
from corpus_pipeline.sources.jsonl import record_limit
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.records import Count, ReadOptions, RecordsBuilder, excerpt


def read_json(
    stream: BinaryIO, piece: Piece, options: ReadOptions, count: Count
) -> Iterator[pa.RecordBatch]:
    r"""Reads the objects of a JSON text, one document in each.

    Args:
        stream: the file, seekable.
        piece: of format `json`, the whole file.
        options: field names and bounds.
        count: not called.

    Yields:
        Batches of schema `RECORDS`, one row for each object, in their order; `record` is the byte
        in the decompressed stream at which it begins.

    >>> import io
    >>> stream = io.BytesIO('[\n  {\n    "text": "你好"\n  },\n  {"text": null}\n]'.encode())
    >>> piece = Piece("a.json", "json", None, 0, None)
    >>> [batch] = read_json(stream, piece, ReadOptions(), print)
    >>> batch.select(["record", "text", "drop_reason"]).to_pylist()[0]
    {'record': 4, 'text': '你好', 'drop_reason': None}
    >>> batch["drop_reason"].to_pylist()
    [None, 'read-null-text']
    """
    rows = RecordsBuilder(options.batch_bytes)
    blocks = decompressed_blocks(stream, piece.compression)
    for record in json_records(blocks, record_limit(options), EXCERPT_BYTES):
        if record.problem is not None:
            shown = excerpt(record.content)
            yield from rows.add(record.offset, metadata=shown, drop_reason=record.problem)
        elif columns := columns_of(record.content, options):
            yield from rows.add(record.offset, **columns)
    yield from rows.finish()
