"""WARC and WET: web pages as crawled, or the text that was extracted from them."""

import re
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, Literal

import orjson
import pyarrow as pa
from fastwarc import WarcRecord, WarcRecordType

from corpus_pipeline.errors import InputError
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.records import Count, ReadOptions, RecordsBuilder, excerpt
from corpus_pipeline.sources.warc_framing import Frame, frames

#: Media types whose bytes go on to extraction.
_READABLE = frozenset({"text/html", "application/xhtml+xml", "text/plain"})
_DOCUMENTS = (WarcRecordType.response, WarcRecordType.resource, WarcRecordType.conversion)

#: HTTP headers stand in the record before the document.
_HTTP_SLACK = 1 << 16
#: How the transport may have wrapped the page, the most likely first. Archives that store the page
#: unwrapped often keep the header that says it is wrapped.
_DECODINGS: tuple[Literal["all", "content", "transfer", "none"], ...] = (
    "all",
    "content",
    "transfer",
    "none",
)
_STEP_BYTES = 1 << 16
_GZIP_HEAD = b"\x1f\x8b"
#: Where a page without a media type says that it is HTML (WHATWG MIME Sniffing, section 5.2).
_SNIFFED_BYTES = 1445
_HTML_HEAD = re.compile(rb"<(?:!doctype html|html|head|body)[\s>]", re.IGNORECASE)
_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([\w.:+-]+)""", re.IGNORECASE)


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
    for frame in frames(stream, piece, options.max_document_bytes + _HTTP_SLACK):
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
        yield from rows.add(frame.offset, **_columns(record, frame, options.max_document_bytes))
    yield from rows.finish()


def _parsed(frame: Frame) -> WarcRecord | None:
    """Returns the record with its headers parsed; None if there are none."""
    if not frame.header:
        return None
    header = frame.header
    if b"\r" not in header:
        # Some writers end lines with a line feed only.
        header = header.replace(b"\n", b"\r\n")
    try:
        return WarcRecord.from_bytes(header + b"\r\n\r\n" + frame.content)
    except (OSError, ValueError):
        return None


def _columns(record: WarcRecord | None, frame: Frame, max_bytes: int) -> dict[str, Any]:
    """Returns the columns that one frame fills."""
    if record is None:
        return {"metadata": excerpt(frame.content), "drop_reason": frame.problem}
    date = record.headers.get("WARC-Date")
    columns: dict[str, Any] = {
        "id": _trimmed(record.record_id, "urn:uuid:"),
        "url": _trimmed(record.headers.get("WARC-Target-URI")),
    }
    known: dict[str, Any] = {"warc-date": date}
    shown = frame.content
    reason = frame.problem
    if reason is None and record.record_type == WarcRecordType.conversion:
        known["mime"], _ = _media_type(record.headers.get("Content-Type"))
        reason = _text_problem(frame.content, max_bytes)
        columns["text"] = frame.content
    elif reason is None:
        status, declared, payload = _payload(record, frame, max_bytes)
        mime, charset = _media_type(declared)
        mime = mime or _sniffed(payload)
        known["mime"] = mime
        shown = payload or b""
        if payload is None:
            reason = "read-broken-record"
        elif status is not None and status != 200:
            reason, known["status"] = "read-http-status", status
        elif mime not in _READABLE:
            reason, shown = "read-not-text", b""
        elif len(payload) > max_bytes:
            reason = "read-too-large"
        columns |= {"raw": payload, "mime": mime, "charset": charset}
    if reason is not None:
        columns |= {"raw": None, "mime": known.get("mime"), "charset": None, "text": None}
        return {**columns, "metadata": excerpt(shown, **known), "drop_reason": reason}
    known = {name: value for name, value in known.items() if value is not None}
    return {**columns, "metadata": orjson.dumps(known, option=orjson.OPT_SORT_KEYS)}


def _trimmed(value: str | None, prefix: str = "") -> str | None:
    """Takes the brackets off an identifier.

    >>> _trimmed("<urn:uuid:7-8>", "urn:uuid:"), _trimmed(" http://a.cn/ "), _trimmed(None)
    ('7-8', 'http://a.cn/', None)
    """
    if value is None:
        return None
    return value.strip().removeprefix("<").removesuffix(">").removeprefix(prefix) or None


def _media_type(declared: str | None) -> tuple[str | None, str | None]:
    """Splits a Content-Type into media type and charset, lower-case.

    >>> _media_type('Text/HTML; charset="GB2312"'), _media_type(""), _media_type(None)
    (('text/html', 'gb2312'), (None, None), (None, None))
    """
    if declared is None:
        return None, None
    charset = _CHARSET.search(declared)
    mime = declared.partition(";")[0].strip().lower()
    return mime or None, charset[1].lower() if charset else None


def _sniffed(payload: bytes | None) -> str | None:
    return "text/html" if payload and _HTML_HEAD.search(payload[:_SNIFFED_BYTES]) else None


def _text_problem(content: bytes, max_bytes: int) -> str | None:
    if len(content) > max_bytes:
        return "read-too-large"
    try:
        content.decode()
    except UnicodeDecodeError:
        return "read-invalid-utf8"
    return None


def _payload(
    record: WarcRecord, frame: Frame, max_bytes: int
) -> tuple[int | None, str | None, bytes | None]:
    """Takes a page out of its HTTP message.

    Returns:
        (status, Content-Type, page). Status is null if the page did not come by HTTP; the page is
        null if the message cannot be parsed, and cut behind `max_bytes`.
    """
    identified = record.headers.get("WARC-Identified-Payload-Type")
    if not record.is_http:
        return None, record.headers.get("Content-Type") or identified, frame.content
    status, declared = None, None
    if (message := _parsed(frame)) is not None and _expands(message, max_bytes):
        status = message.http_headers.status_code
        return status, message.http_headers.get("Content-Type") or identified, bytes(max_bytes + 1)
    for decoding in _DECODINGS:
        attempt = _parsed(frame)
        assert attempt is not None  # It was parsed before.
        parts: list[bytes] = []
        held = 0
        try:
            attempt.parse_http(decoding, quirks_mode=True, strict_mode=False)
            status = attempt.http_headers.status_code
            declared = attempt.http_headers.get("Content-Type") or identified
            while held <= max_bytes and (more := attempt.reader.read(_STEP_BYTES)):
                parts.append(more)
                held += len(more)
        except OSError:
            # A transfer that was cut off still has its beginning.
            if not parts:
                continue
        page = b"".join(parts)
        if status is None or (decoding in ("transfer", "none") and _is_wrapped(page)):
            break
        return status, declared, page
    return status, declared, None


def _expands(record: WarcRecord, max_bytes: int) -> bool:
    """Tells whether a gzip or deflate content coding holds more than `max_bytes`.

    Asked before the page is taken out, for that decodes all of it at once, and a gigabyte may come
    out of a megabyte.
    """
    try:
        record.parse_http("transfer", quirks_mode=True, strict_mode=False)
        page = record.reader.read()
        codings = (record.http_headers.get("Content-Encoding") or "").lower()
    except OSError:
        return False
    for coding in reversed(codings.split(",")):
        if coding.strip() not in ("gzip", "x-gzip", "deflate"):
            return False
        try:
            page = zlib.decompressobj(wbits=47).decompress(page, max_bytes + 1)
        except zlib.error:
            return False
        if len(page) > max_bytes:
            return True
    return False


def _is_wrapped(page: bytes) -> bool:
    """Tells whether a page whose content coding was left as it is really is compressed."""
    return page.startswith(_GZIP_HEAD) or b"\0" in page[:512]
