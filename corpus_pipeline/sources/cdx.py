"""Chosen records of web archives: an index says where each stands, and no other is fetched.

    index ─ lines ─ chosen by type, status, address, language ─► ranges of archives ─► records

A line of a CDXJ index, as Common Crawl and pywb write it, is a key, a time and a JSON object:

    com,example)/ 20240105120000 {"url": "https://example.com/", "mime": "text/html",
        "status": "200", "length": "2741", "offset": "51231", "filename": "a/0.warc.gz", …}
"""

import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO, NamedTuple

import orjson
import pyarrow as pa

from corpus_pipeline.sources.compressed import GZIP_MAGIC
from corpus_pipeline.sources.jsonl import BOM, json_lines
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.records import Count, ReadOptions, excerpt
from corpus_pipeline.sources.selection import Selection
from corpus_pipeline.sources.threads import PathRows
from corpus_pipeline.sources.warc import HTTP_SLACK, warc_rows

#: Bytes of a line: an address may have many.
_LINE_BYTES = 1 << 20


class Wanted(NamedTuple):
    """A range of an archive; of size 0 where nothing is to be fetched."""

    path: str
    start: int
    size: int
    columns: dict[str, Any] | None = None
    """What is said instead of a record."""


#: Fetches ranges, some at a time; yields each with its bytes, in their order.
Fetch = Callable[[Iterable[Wanted]], Iterator[tuple[Wanted, bytes]]]


def read_chosen(
    stream: BinaryIO, piece: Piece, options: ReadOptions, count: Count, fetch: Fetch
) -> Iterator[tuple[list[str], pa.RecordBatch]]:
    """Reads the records that the lines of a piece of an index choose.

    Args:
        stream: the index, seekable.
        piece: of format `cdxj`.
        options: bounds, and `selection`.
        count: told of `skipped-not-chosen` for lines that choose nothing, and of what `read_warc`
            tells.
        fetch: reads ranges of archives.

    Yields:
        (path of the archive of each row, batch of schema `RECORDS`). `record` is the place in the
        archive; a line that cannot be read is a row of the index.
    """
    rows = PathRows(options.batch_bytes)
    for wanted, content in fetch(_wanted(stream, piece, options, count)):
        if wanted.columns is not None:
            yield from rows.add(wanted.path, wanted.start, wanted.columns)
            continue
        packed = "gz" if content.startswith(GZIP_MAGIC) else None
        of_record = Piece(wanted.path, "warc", packed, 0, None)
        found = 0
        for place, columns in warc_rows(io.BytesIO(content), of_record, options, count):
            found += 1
            yield from rows.add(wanted.path, wanted.start + place, columns)
        if len(content) < wanted.size and not found:
            yield from rows.add(wanted.path, wanted.start, {"drop_reason": "read-truncated"})
    yield from rows.finish()


def _wanted(stream: BinaryIO, piece: Piece, options: ReadOptions, count: Count) -> Iterator[Wanted]:
    """Yields what the lines of a piece want."""
    for offset, content, problem, times in json_lines(stream, piece, _LINE_BYTES):
        line = bytes(content).removeprefix(BOM) if offset == 0 else bytes(content)
        if problem is None and not line.strip():
            count("skipped-blank-line", times)
            continue
        found = None if problem is not None else _parsed(line, options.selection)
        if found is None:
            columns = {"metadata": excerpt(line), "drop_reason": problem or "read-broken-record"}
            yield Wanted(piece.path, offset, 0, columns)
        elif not options.selection.chooses(found.fields):
            count("skipped-not-chosen", 1)
        elif found.size > options.max_document_bytes + HTTP_SLACK:
            url = found.fields.get("url")
            columns = {"url": url if isinstance(url, str) else None}
            yield Wanted(found.path, found.start, 0, {**columns, "drop_reason": "read-too-large"})
        else:
            yield Wanted(found.path, found.start, found.size)


class _Line(NamedTuple):
    path: str
    start: int
    size: int
    fields: dict[str, Any]


def _parsed(line: bytes, selection: Selection) -> _Line | None:
    """Returns what a line says; None if it names no range of an archive."""
    begin = line.find(b"{")
    try:
        fields = orjson.loads(line[begin:]) if begin >= 0 else None
    except orjson.JSONDecodeError:
        return None
    if not isinstance(fields, dict):
        return None
    name, start, size = fields.get("filename"), fields.get("offset"), fields.get("length")
    start, size = _number(start), _number(size)
    if not isinstance(name, str) or start is None or not size or not _is_below(name):
        return None
    return _Line(selection.base.rstrip("/") + "/" + name, start, size, fields)


def _number(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 18:
        return int(value)
    return value if type(value) is int and value >= 0 else None


def _is_below(name: str) -> bool:
    """Says whether a name leads to something below the base, and nowhere else.

    >>> _is_below("crawl-data/a.warc.gz"), _is_below("../a"), _is_below("/a"), _is_below("s3://a")
    (True, False, False, False)
    """
    parts = PurePosixPath(name).parts
    return bool(parts) and parts[0] != "/" and ".." not in parts and "://" not in name
