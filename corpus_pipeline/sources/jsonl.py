r"""JSON Lines: one object on each line, one document in each object.

A line ends at `\n` and nowhere else: U+2028, U+0085 and `\r` are content. A line that is too long
is never held whole.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

import orjson
import pyarrow as pa

from corpus_pipeline.sources.compressed import DamagedStreamError, decompressed_blocks
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.records import (
    EXCERPT_CHARS,
    Count,
    ReadOptions,
    RecordsBuilder,
    excerpt,
)

#: A JSON string can be three times as long as its UTF-8 (`\u0436` for a two-byte letter), and the
#: object has other fields.
_LINE_FACTOR = 3
_LINE_SLACK = 1 << 20
#: Bytes kept of a line that is too long.
_EXCERPT_BYTES = 4 * EXCERPT_CHARS + 4
#: Values that one line may have: each takes up to 250 bytes when it is parsed. Lines that are too
#: short for so many are not looked at.
_MAX_VALUES = 1_000_000
_DENSE_BYTES = _MAX_VALUES
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)', re.DOTALL)
_LINE_ENDS = re.compile(rb"\n+")
_BOM = b"\xef\xbb\xbf"


class _Line(NamedTuple):
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
    limit = _LINE_FACTOR * options.max_document_bytes + _LINE_SLACK
    blank = 0
    for offset, content, problem, times in _lines(stream, piece, limit):
        if offset == 0:
            content = bytes(content).removeprefix(_BOM)
        if problem is not None:
            yield from rows.add(offset, metadata=excerpt(bytes(content)), drop_reason=problem)
        elif columns := _document(content, options):
            yield from rows.add(offset, **columns)
        else:
            blank += times
    yield from rows.finish()
    if blank:
        count("skipped-blank-line", blank)


def _document(line: bytes | memoryview, options: ReadOptions) -> dict[str, Any] | None:
    """Returns the columns that one line fills; None for a blank line."""
    if len(line) > _DENSE_BYTES and _values(line) > _MAX_VALUES:
        return {"metadata": excerpt(bytes(line[:_EXCERPT_BYTES])), "drop_reason": "read-too-large"}
    try:
        fields = orjson.loads(line)
    except orjson.JSONDecodeError:
        content = bytes(line)
        if not content or content.isspace():
            return None
        fields, problem = _tolerant_loads(content)
        if problem is not None:
            return {"metadata": excerpt(content), "drop_reason": problem}
    if not isinstance(fields, dict):
        return {"metadata": excerpt(bytes(line)), "drop_reason": "read-not-an-object"}
    columns: dict[str, Any] = {}
    text = fields.pop(options.text_field, _MISSING)
    id_ = fields.get(options.id_field)
    if isinstance(id_, str) or type(id_) is int:
        columns["id"] = str(fields.pop(options.id_field))
    if isinstance(fields.get(options.url_field), str):
        columns["url"] = fields.pop(options.url_field)
    if type(text) is str:
        content = text.encode()
        if len(content) <= options.max_document_bytes:
            try:
                if fields:
                    columns["metadata"] = orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)
            except orjson.JSONEncodeError:  # It reads 1,024 levels and writes 254.
                return {"metadata": excerpt(bytes(line)), "drop_reason": "read-broken-json"}
            columns["text"] = content
            return columns
        columns["drop_reason"] = "read-too-large"
    elif text is _MISSING:
        columns["drop_reason"] = "read-missing-text"
    elif text is None:
        columns["drop_reason"] = "read-null-text"
    else:
        columns["drop_reason"] = "read-text-not-a-string"
    columns["metadata"] = excerpt(bytes(line[:_EXCERPT_BYTES]))
    return columns


def _values(line: bytes | memoryview) -> int:
    """Counts commas and opening brackets outside strings: values, those that hold others twice.

    >>> _values(b'{"a,b": [1, {"c": 2}], "d": "[[,"}')
    5
    """
    structure = _STRING.sub(b"", line)
    return sum(structure.count(sign) for sign in (b",", b"[", b"{"))


#: Stands for a field that is not there; null is a value.
_MISSING = object()


def _tolerant_loads(line: bytes) -> tuple[Any, str | None]:
    r"""Parses what orjson refuses but widespread writers produce: NaN and unpaired surrogates.

    Returns:
        (value, None), with null for NaN and U+FFFD for an unpaired surrogate; or (None, the reason
        why there is no value).

    >>> _tolerant_loads(rb'{"text": "a\ud800", "score": NaN}')
    ({'text': 'a�', 'score': None}, None)
    >>> _tolerant_loads(b'{"text": "caf\xe9"}')[1], _tolerant_loads(b'{"text": "cut')[1]
    ('read-invalid-utf8', 'read-broken-json')
    """
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return None, "read-invalid-utf8"
    try:
        return _paired(json.loads(text, parse_constant=lambda _: None, parse_int=_integer)), None
    except (ValueError, RecursionError):
        return None, "read-broken-json"


def _integer(digits: str) -> int | float:
    """Reads integers over 64 bits as floats, as orjson does.

    >>> _integer("12"), _integer("1" + 30 * "0")
    (12, 1e+30)
    """
    value = float(digits)
    return int(digits) if abs(value) < 2**63 else value


def _paired(value: Any) -> Any:
    """Replaces unpaired surrogates in all strings of a JSON value."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_paired(item) for item in value]
    if isinstance(value, dict):
        return {_paired(key): _paired(item) for key, item in value.items()}
    return value


def _lines(stream: BinaryIO, piece: Piece, limit: int) -> Iterator[_Line]:
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
                    yield _Line(offset, b"".join(parts)[:_EXCERPT_BYTES], "read-too-large")
                    parts, too_long = [], True
            if line_end < 0:
                continue
            if not (dropping or too_long):
                yield _Line(offset, b"".join(parts), None)
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
                    yield _Line(offset, b"", None, len(empty[0]))
                    offset += len(empty[0])
                    start += len(empty[0])
                    continue
                yield _Line(offset, view[start:line_end], None)
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
            yield _Line(offset, content, None)
            offset, content = offset + len(content), b""
        yield _Line(offset, content or damage.head, damage.reason)
        return
    if held and not (dropping or too_long):
        yield _Line(offset, b"".join(parts), None)


def _is_object(line: bytes) -> bool:
    """Tells a whole line at a damage from a cut one: no beginning of an object is an object."""
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False
