"""WARC and WET: web pages as crawled, or the text that was extracted from them."""

from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson
import pyarrow as pa
from fastwarc import WarcRecord, WarcRecordType

from corpus_pipeline.errors import InputError
from corpus_pipeline.extract.media_types import PDF_TYPE
from corpus_pipeline.sources.content_coding import decode_found, found_coding
from corpus_pipeline.sources.http_message import Message, is_message, parse_message
from corpus_pipeline.sources.media_type import READABLE, media_type
from corpus_pipeline.sources.pdf import PDF_MAGIC
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.records import Count, ReadOptions, RecordsBuilder, excerpt, text_or_raw
from corpus_pipeline.sources.warc_framing import Frame, frames

_DOCUMENTS = (WarcRecordType.response, WarcRecordType.resource, WarcRecordType.conversion)

#: HTTP headers stand in the record before the document.
HTTP_SLACK = 1 << 16
#: Codings of a page that no header names. A gzip file can hold itself.
_UNNAMED_CODINGS = 2


def read_warc(
    stream: BinaryIO, piece: Piece, options: ReadOptions, count: Count
) -> Iterator[pa.RecordBatch]:
    """Reads the pages (`response`, `resource`) and texts (`conversion`) of a piece.

    HTML and plain text from the web become `raw`, with its media type and charset; converted text
    becomes `text`. Everything else gives a row without content that says why.

    Args:
        stream: the file, seekable.
        piece: of format `warc` or `wet`.
        options: bounds.
        count: told of `skipped-<type>` for records of other types.

    Yields:
        Batches of schema `RECORDS`, one row for each record of those three types and for each
        damage.

    Raises:
        InputError: the file is in the older ARC format.

    >>> import io
    >>> data = (
    ...     "WARC/1.0\\r\\nWARC-Type: conversion\\r\\nWARC-Target-URI: http://a.cn/\\r\\n"
    ...     "Content-Length: 6\\r\\n\\r\\n你好\\r\\n\\r\\n"
    ... )
    >>> piece = Piece("a.wet", "wet", None, 0, None)
    >>> [batch] = read_warc(io.BytesIO(data.encode()), piece, ReadOptions(), print)
    >>> batch.select(["url", "text"]).to_pylist()
    [{'url': 'http://a.cn/', 'text': '你好'}]
    """
    rows = RecordsBuilder(options.batch_bytes)
    for offset, columns in warc_rows(stream, piece, options, count):
        yield from rows.add(offset, **columns)
    yield from rows.finish()


def warc_rows(
    stream: BinaryIO, piece: Piece, options: ReadOptions, count: Count
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yields what `read_warc` makes rows of: (place in the file, columns)."""
    for frame in frames(stream, piece, options.max_document_bytes + HTTP_SLACK):
        if frame.offset == 0 and frame.content.startswith(b"filedesc://"):
            raise InputError(
                f"{piece.path}: is an ARC file, the format before WARC, which is not read; "
                "convert it (for example with `warcio recompress`)"
            )
        record = _parsed(frame)
        kind = WarcRecordType.unknown if record is None else record.record_type
        if frame.problem in (None, "read-too-large") and kind not in _DOCUMENTS:
            count(f"skipped-{kind}", 1)
            continue
        yield frame.offset, _columns(record, frame, options)


def _parsed(frame: Frame) -> WarcRecord | None:
    """Returns the record with its headers parsed, without content; None if there are none."""
    if not frame.header:
        return None
    header = frame.header
    if b"\r" not in header:
        # Some writers end lines with a line feed only.
        header = header.replace(b"\n", b"\r\n")
    try:
        return WarcRecord.from_bytes(header + b"\r\n\r\n")
    except (OSError, ValueError):
        return None


def _columns(record: WarcRecord | None, frame: Frame, options: ReadOptions) -> dict[str, Any]:
    """Returns the columns that one frame fills."""
    max_bytes = options.max_document_bytes
    if record is None:
        return {"metadata": excerpt(frame.content), "drop_reason": frame.problem}
    columns: dict[str, Any] = {
        "id": _trimmed(record.record_id, "urn:uuid:"),
        "url": _trimmed(record.headers.get("WARC-Target-URI")),
    }
    known: dict[str, Any] = {"warc-date": record.headers.get("WARC-Date")}
    shown = frame.content
    reason = frame.problem
    if reason is None and record.record_type == WarcRecordType.conversion:
        declared = record.headers.get("Content-Type")
        known["mime"] = (declared and declared.partition(";")[0].strip().lower()) or None
        if len(frame.content) > max_bytes:
            reason = "read-too-large"
        else:
            # The standard says that a conversion is in UTF-8.
            columns |= text_or_raw(frame.content, "utf-8")
    elif reason is None:
        reason, shown, page, known["status"] = _page(record, frame.content, options)
        columns |= page
        known["mime"] = columns["mime"]
    if reason is not None:
        columns |= dict.fromkeys(("raw", "charset", "leniencies", "text"))
        columns["mime"] = known.get("mime")
        return {**columns, "metadata": excerpt(shown, **known), "drop_reason": reason}
    known = {name: value for name, value in known.items() if value is not None}
    return {**columns, "metadata": orjson.dumps(known, option=orjson.OPT_SORT_KEYS)}


def _page(
    record: WarcRecord, content: bytes, options: ReadOptions
) -> tuple[str | None, bytes, dict[str, Any], int | None]:
    """Takes a page out of a record.

    Returns:
        (reason why it cannot be used, what to show of it then, columns, status other than 200)
    """
    max_bytes = options.max_document_bytes
    named = record.headers.get("Content-Type")
    is_response = record.record_type == WarcRecordType.response
    if record.is_http or (is_response and is_message(content)):
        message = parse_message(content, max_bytes)
    else:
        message = Message(None, [named] if named else [], content, None, [])
    body = message.body
    identified = record.headers.get("WARC-Identified-Payload-Type")
    kind = media_type(message.content_type, identified, body)
    page: dict[str, Any] = {"raw": body, "mime": kind.mime, "charset": kind.charset}
    forgiven = [*message.leniencies, *kind.leniencies]
    if message.status not in (None, 200):
        return "read-http-status", body, page, message.status
    # A server of the oldest kind sends a page and no header; anything else is no answer.
    no_answer = record.is_http and message.status is None and "media-type-sniffed" not in forgiven
    if message.problem is not None or no_answer:
        return message.problem or "read-broken-record", content, page, None
    is_pdf = options.pdf and body.startswith(PDF_MAGIC)
    if is_pdf:
        page["mime"] = PDF_TYPE
    elif kind.mime not in READABLE:
        return "read-not-text", b"", page, None
    for _ in range(_UNNAMED_CODINGS):
        if (coding := found_coding(body)) is None:
            break
        body, how = decode_found(body, coding, max_bytes)
        forgiven += how
    if found_coding(body):
        return "read-broken-record", body, page, None
    if len(body) > max_bytes:
        return "read-too-large", body, page, None
    if record.headers.get("WARC-Truncated"):
        forgiven.append("http-cut")
    page |= {"raw": body, "leniencies": list(dict.fromkeys(forgiven)) or None}
    return None, body, page, None


def _trimmed(value: str | None, prefix: str = "") -> str | None:
    """Takes the brackets off an identifier.

    >>> _trimmed("<urn:uuid:7-8>", "urn:uuid:"), _trimmed(" http://a.cn/ "), _trimmed(None)
    ('7-8', 'http://a.cn/', None)
    """
    if value is None:
        return None
    return value.strip().removeprefix("<").removesuffix(">").removeprefix(prefix) or None
