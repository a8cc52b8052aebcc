r"""JSON Lines: one object on each line, one document in each object.

A line ends at `\n` and nowhere else: U+2028, U+0085 and `\r` are content. A line that is too long
is never held whole.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import orjson
import pyarrow as pa

from corpus_pipeline.sources.compressed import DamagedStreamError, decompressed_blocks
from corpus_pipeline.sources.json_objects import EXCERPT_BYTES, columns_of
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.records import Count, ReadOptions, RecordsBuilder, excerpt

#: A JSON string can be three times as long as its UTF-8 (`\u0436` for a two-byte letter), and the
#: object has other fields.
_LINE_FACTOR = 3
_LINE_SLACK = 1 << 20
_LINE_ENDS = re.compile(rb"\n+")
BOM = b"\xef\xbb\xbf"


def record_limit(options: ReadOptions) -> int:
    """Returns how many bytes of JSON a record may have whose text is not too long."""
    return _LINE_FACTOR * options.max_document_bytes + _LINE_SLACK


class Line(NamedTuple):
    """A line that is not blank, or blank ones, or a place where the stream breaks."""

    offset: int
    """First byte of the line in the decompressed stream."""
    content: bytes | memoryview
    """Without the line end; only the start of a line that is too long."""
    problem: str | None
    """None, `read-too-large`, or the reason of a damage."""
    times: int = 1
    """How many empty lines stand here one after another; 1 for all others."""


def read_jsonl(
    stream: BinaryIO, piece: Piece, options: ReadOptions, count: Count
) -> Iterator[pa.RecordBatch]:
    r"""Reads the lines that begin in a piece.

    Args:
        stream: the file, seekable.
        piece: of format `jsonl`.
        options: field names and bounds.
        count: told of `skipped-blank-line`.

    Yields:
        Batches of schema `RECORDS`, one row for each line that is not blank, in their order.

    >>> import io
    >>> stream = io.BytesIO('{"text": "你好", "n": 1}\n\n{"text": null}\n'.encode())
    >>> piece = Piece("a.jsonl", "jsonl", None, 0, None)
    >>> [batch] = read_jsonl(stream, piece, ReadOptions(), lambda name, n: print(name, n))
    skipped-blank-line 1
    >>> batch.select(["record", "text", "metadata", "drop_reason"]).to_pylist()[0]
    {'record': 0, 'text': '你好', 'metadata': '{"n":1}', 'drop_reason': None}
    >>> batch["drop_reason"].to_pylist()
    [None, 'read-null-text']
    """
    rows = RecordsBuilder(options.batch_bytes)
    blank = 0
    for offset, content, problem, times in json_lines(stream, piece, record_limit(options)):
        if offset == 0:
            content = bytes(content).removeprefix(BOM)
        if problem is not None:
            yield from rows.add(offset, metadata=excerpt(bytes(content)), drop_reason=problem)
        elif columns := columns_of(content, options):
            yield from rows.add(offset, **columns)
        else:
            blank += times
    yield from rows.finish()
    if blank:
        count("skipped-blank-line", blank)


def json_lines(stream: BinaryIO, piece: Piece, limit: int) -> Iterator[Line]:
    """Yields the lines that begin in the piece; last, if the stream breaks, the line it breaks in.

    A damage between two lines is an empty line with a problem. A line longer than `limit` bytes
    appears once, cut.
    """
    # A line begins at `start` if the byte before it ends a line: begin there and drop that line.
    offset = max(0, piece.start - 1)
    dropping = piece.start > 0
    parts: list[bytes] = []
    held = 0
    too_long = False
    try:
        for block in decompressed_blocks(stream, piece.compression, offset):
            line_end = block.find(b"\n")
            first = block if line_end < 0 else block[:line_end]
            held += len(first)
            if not (dropping or too_long):
                parts.append(first)
                if held > limit:
                    yield Line(offset, b"".join(parts)[:EXCERPT_BYTES], "read-too-large")
                    parts, too_long = [], True
            if line_end < 0:
                continue
            if not (dropping or too_long):
                yield Line(offset, b"".join(parts), None)
            dropping = too_long = False
            offset += held + 1
            view = memoryview(block)
            start = line_end + 1
            while piece.end is None or offset < piece.end:
                line_end = block.find(b"\n", start)
                if line_end < 0:
                    break
                if line_end == start:
                    # A gigabyte of them takes a second to make and must not take an hour to read.
                    last = len(block) if piece.end is None else start + piece.end - offset
                    empty = _LINE_ENDS.match(block, start, last)
                    assert empty is not None
                    yield Line(offset, b"", None, len(empty[0]))
                    offset += len(empty[0])
                    start += len(empty[0])
                    continue
                yield Line(offset, view[start:line_end], None)
                offset += line_end + 1 - start
                start = line_end + 1
            else:
                return
            parts, held = [block[start:]], len(block) - start
    except DamagedStreamError as damage:
        if dropping or too_long:
            return
        content = b"".join(parts)
        if _is_object(content):
            yield Line(offset, content, None)
            offset, content = offset + len(content), b""
        yield Line(offset, content or damage.head, damage.reason)
        return
    if held and not (dropping or too_long):
        yield Line(offset, b"".join(parts), None)


def _is_object(line: bytes) -> bool:
    """Tells a whole line at a damage from a cut one: no beginning of an object is an object."""
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False
