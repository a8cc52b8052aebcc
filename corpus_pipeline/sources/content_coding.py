"""Content and transfer codings of HTTP, undone in bounded memory: gzip, deflate, br, zstd.

What the bytes are counts more than what they are called: archives store unwrapped pages with the
headers of wrapped ones, and servers name one coding and send another.
"""

import re
import zlib
from collections.abc import Generator, Iterator
from typing import Any, NamedTuple

import pyarrow as pa
import zstandard

GZIP_MAGIC = b"\x1f\x8b\x08"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_COMPRESS_MAGIC = b"\x1f\x9d"
#: Names of one coding (RFC 9110, 8.4.1; registered and in use), and those that mean none.
_NAMES = {
    "gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate", "x-deflate": "deflate", "br": "br",
    "brotli": "br", "zstd": "zstd", "x-zstd": "zstd", "compress": "compress",
    "x-compress": "compress", "identity": "", "none": "", "binary": "", "chunked": "",
}  # fmt: skip
#: A window that browsers need not provide more than (RFC 9659).
_ZSTD_WINDOW = 8 << 20
_STEP_BYTES = 1 << 20
#: Where a damaged stream is decoded once more, in small steps, to keep what comes before it.
_SALVAGE_BYTES = 1 << 10
_HEAD_BYTES = 512
#: Bytes that no text has (WHATWG MIME Sniffing, "binary data byte").
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


class Undone(NamedTuple):
    """A body without its codings."""

    body: bytes
    """Cut behind `limit` + 1 bytes."""
    problem: str | None
    """None, or one of `READ_REASONS`; the body is empty then."""
    leniencies: list[str]


class _UndecodableError(Exception):
    """Not one byte comes out."""


def undo_codings(body: bytes, named: str, limit: int) -> Undone:
    """Takes the codings off a body.

    Args:
        named: values of Content-Encoding or Transfer-Encoding, joined by commas.
        limit: no coding gives more than `limit` + 1 bytes.

    >>> undo_codings(zlib.compress(b"page")[2:-4], "Deflate", 99)
    Undone(body=b'page', problem=None, leniencies=['http-coding'])
    >>> undo_codings(b"<p>page", '"gzip"', 99)
    Undone(body=b'<p>page', problem=None, leniencies=['http-not-coded'])
    """
    forgiven: list[str] = []
    for name in reversed(named.split(",")):
        name = name.strip(" \t\"'").lower()
        coding = _NAMES.get(name)
        if not coding:
            if name and coding is None:
                if is_binary(body) and not found_coding(body):
                    return Undone(b"", "read-unknown-coding", forgiven)
                forgiven.append("http-not-coded")
            continue
        if len(body) > limit:
            break
        try:
            body, how = _undo(body, coding, limit)
        except _UndecodableError:
            reason = "read-unknown-coding" if coding == "compress" else "read-broken-record"
            return Undone(b"", reason, forgiven)
        forgiven += how
    return Undone(body, None, forgiven)


def found_coding(body: bytes) -> str | None:
    """Names the coding that the first bytes show, if they show one."""
    if body.startswith(GZIP_MAGIC):
        return "gzip"
    return "zstd" if body.startswith(_ZSTD_MAGIC) else None


def decode_found(body: bytes, coding: str, limit: int) -> tuple[bytes, list[str]]:
    """Decodes a coding that nothing has named; what cannot be decoded stays as it is."""
    try:
        body, how = _undo(body, coding, limit)
    except _UndecodableError:
        return body, []
    return body, ["http-coding", *how]


def is_binary(body: bytes) -> bool:
    """Tells whether the beginning is no text in any charset but UTF-16."""
    head = body[:_HEAD_BYTES]
    return not head.startswith((b"\xff\xfe", b"\xfe\xff")) and bool(_BINARY.search(head))


def _undo(body: bytes, coding: str, limit: int) -> tuple[bytes, list[str]]:
    """Returns the decoded body and what was forgiven."""
    if not body:
        return body, []
    shown = found_coding(body)
    if coding == "compress" and not shown:
        if body.startswith(_COMPRESS_MAGIC):
            raise _UndecodableError
        return body, ["http-not-coded"]
    guesses = {"gzip": ["zlib"], "deflate": ["zlib", "raw"], "br": ["br"]}.get(coding, [])
    # No coding of these begins with that much ASCII.
    is_text = body[:_HEAD_BYTES].isascii() and not is_binary(body)
    for found in [shown] if shown else [] if is_text else guesses:
        content, whole = _decoded(body, found, limit)
        # Something else can be decoded for a few bytes by chance.
        if (content and not (found != shown and not whole and is_binary(content))) or whole:
            named = found == coding or (found, coding) == ("zlib", "deflate")
            return content, [*_if(not named, "http-coding"), *_if(not whole, "http-cut")]
    if shown or is_binary(body):
        raise _UndecodableError
    return body, ["http-not-coded"]


def _if(condition: bool, name: str) -> list[str]:
    return [name] if condition else []


def _decoded(body: bytes, coding: str, limit: int) -> tuple[bytes, bool]:
    """Decodes up to `limit` + 1 bytes; also tells whether the stream is whole so far.

    Of a stream that is cut off or damaged all comes that can be had.
    """
    decode = {"gzip": _gunzip, "zlib": _inflate, "raw": _inflate_raw}.get(coding)
    parts: list[bytes] = []
    for step in (_STEP_BYTES, _SALVAGE_BYTES):
        parts, held = [], 0
        try:
            for part in decode(body, step) if decode else _stream(body, coding, step):
                parts.append(part)
                held += len(part)
                if held > limit:
                    return b"".join(parts)[: limit + 1], True
        except EOFError:
            return b"".join(parts), False
        except (zlib.error, OSError):
            continue  # A decoder keeps what it had decoded in the call that failed.
        return b"".join(parts), True
    return b"".join(parts), False


def _gunzip(body: bytes, step: int) -> Iterator[bytes]:
    """Yields the content of all members; what follows them is ignored, as everybody does."""
    while body.startswith(GZIP_MAGIC):
        end = yield from _feed(zlib.decompressobj(31), body, step)
        body = body[end:]


def _inflate(body: bytes, step: int) -> Iterator[bytes]:
    yield from _feed(zlib.decompressobj(15), body, step)


def _inflate_raw(body: bytes, step: int) -> Iterator[bytes]:
    yield from _feed(zlib.decompressobj(-15), body, step)


def _feed(decoder: Any, body: bytes, step: int) -> Generator[bytes, None, int]:
    """Yields what a decoder of zlib makes of a body; returns where its stream ends.

    Raises:
        EOFError: the body ends before the stream does.
    """
    for at in range(0, len(body), step):
        rest = body[at : at + step]
        while True:
            part = decoder.decompress(rest, _STEP_BYTES)
            if part:
                yield part
            if decoder.eof:
                return min(at + step, len(body)) - len(decoder.unused_data)
            rest = decoder.unconsumed_tail
            if not rest and len(part) < _STEP_BYTES:
                break
    raise EOFError


def _stream(body: bytes, coding: str, step: int) -> Iterator[bytes]:
    if coding == "zstd" and zstandard.get_frame_parameters(body).window_size > _ZSTD_WINDOW:
        raise OSError("a window that browsers do not provide, either")
    codec = {"br": "brotli"}.get(coding, coding)
    with pa.CompressedInputStream(pa.BufferReader(body), codec) as stream:
        while part := stream.read(step):
            yield part
