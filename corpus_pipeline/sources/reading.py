"""The one entrance to all readers."""

import itertools
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import pyarrow as pa

from corpus_pipeline.errors import InputError
from corpus_pipeline.sources.assembling import read_assembled
from corpus_pipeline.sources.cdx import read_chosen
from corpus_pipeline.sources.files import read_files
from corpus_pipeline.sources.formats import FORMATS
from corpus_pipeline.sources.grouping import Spill
from corpus_pipeline.sources.json_texts import read_json
from corpus_pipeline.sources.jsonl import read_jsonl
from corpus_pipeline.sources.latex import read_latex
from corpus_pipeline.sources.markup import without_markup
from corpus_pipeline.sources.parquet import read_parquet
from corpus_pipeline.sources.pdf import read_pdf
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.records import READ_REASONS, RECORDS, Count, ReadOptions
from corpus_pipeline.sources.reddit import REDDIT, read_reddit
from corpus_pipeline.sources.stackexchange import STACKEXCHANGE, read_stackexchange
from corpus_pipeline.sources.text import read_html, read_text
from corpus_pipeline.sources.threads import PostFormat, read_threads
from corpus_pipeline.sources.warc import read_warc
from corpus_pipeline.sources.wikipedia import read_wikipedia

__all__ = [
    "READ_REASONS",
    "RECORDS",
    "Count",
    "ReadOptions",
    "is_joined",
    "read_chosen",
    "read_joined",
    "read_piece",
]

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
    "reddit": read_reddit,
    "files": read_files,
    "latex": read_latex,
    "pdf": read_pdf,
}
#: What is known of posts, of the formats that have some.
_POSTS: dict[str, PostFormat] = {"stackexchange": STACKEXCHANGE, "reddit": REDDIT}


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
    batches = reader(stream, piece, options, count)
    return batches if options.markup is None else without_markup(batches, options)


def is_joined(format: str, options: ReadOptions) -> bool:
    """Says whether records of several places, and files, of a unit of work make one document.

    >>> is_joined("jsonl", ReadOptions()), is_joined("reddit", ReadOptions())
    (False, False)
    """
    return options.join.joins or (format in _POSTS and options.posts.join != "none")


def read_joined(
    files: Iterable[tuple[Piece, BinaryIO]], options: ReadOptions, count: Count, spill: Spill
) -> Iterator[tuple[list[str], pa.RecordBatch]]:
    """Reads all files of a unit of work, whose records are joined.

    See `threads.read_threads` of posts, and `assembling.read_assembled` of all other records.

    Args:
        files: at least one whole file of a format that `is_joined`, each open while it is read.
        options: bounds, and what is joined.
        count: as of `read_piece`.
        spill: opens a file for what is not held.

    Yields:
        (path of each row's file, batch of schema `RECORDS`).
    """
    if options.join.joins:
        read = ((piece, read_piece(stream, piece, options, count)) for piece, stream in files)
        yield from read_assembled(read, options, count, spill)
        return
    files = iter(files)
    first = next(files)
    how = _POSTS[first[0].format]
    yield from read_threads(itertools.chain([first], files), options, count, how, spill)
