"""The one entrance to all readers."""

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa

from corpus_pipeline.errors import InputError
from corpus_pipeline.sources.json_texts import read_json
from corpus_pipeline.sources.jsonl import read_jsonl
from corpus_pipeline.sources.parquet import read_parquet
from corpus_pipeline.sources.pieces import FORMATS, Piece
from corpus_pipeline.sources.records import READ_REASONS, RECORDS, Count, ReadOptions
from corpus_pipeline.sources.stackexchange import read_stackexchange
from corpus_pipeline.sources.text import read_html, read_text
from corpus_pipeline.sources.warc import read_warc
from corpus_pipeline.sources.wikipedia import read_wikipedia

__all__ = ["READ_REASONS", "RECORDS", "Count", "ReadOptions", "read_piece"]

_READERS = {
    "jsonl": read_jsonl,
    "json": read_json,
    "parquet": read_parquet,
    "text": read_text,
    "html": read_html,
    "warc": read_warc,
    "wet": read_warc,
    "wikipedia": read_wikipedia,
    "stackexchange": read_stackexchange,
}


def read_piece(
    stream: BinaryIO, piece: Piece, options: ReadOptions, count: Count
) -> Iterator[pa.RecordBatch]:
    """Reads one piece of a file: one row for each record, readable or not, in the file's order.

    Args:
        stream: the whole file, seekable; it stays open.
        piece: which part, and how it is stored.
        options: field names and bounds.
        count: called with a name and a number for what is read and is not a document.

    Yields:
        Batches of schema `RECORDS`, each with at least one row.

    Raises:
        InputError: the piece cannot be read at all: unknown format, no text column, ARC.

    >>> import io
    >>> piece = Piece("a.jsonl", "jsonl", None, 0, None)
    >>> [batch] = read_piece(io.BytesIO(b'{"text": "a"}'), piece, ReadOptions(), print)
    >>> batch["text"].to_pylist()
    ['a']
    """
    reader = _READERS.get(piece.format)
    if reader is None:
        raise InputError(
            f"{piece.path}: has the unknown format {piece.format!r}; "
            f"name one of {', '.join(FORMATS)} in the configuration (`format:`)"
        )
    return reader(stream, piece, options, count)
