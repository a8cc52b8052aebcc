"""HTTP messages as archives hold them: headers, interim answers, chunks, codings.

    interim or proxy's answers | status line, header | body: chunked( coded( page ) )

What browsers forgive is forgiven here, and named. Whatever of the framing can be told from text
never stays in the page.
"""

import re
from typing import NamedTuple

from corpus_pipeline.sources.content_coding import undo_codings

#: The status may be missing, and is 200 then. Some servers send a few bytes before it.
_STATUS_LINE = re.compile(
    rb"\s{0,8}(?:HTTP/\d(?:\.\d+)?|(?:HTTP|ICY)(?=[ \t]+\d{3}\b))"
    rb"(?:[ \t]+(\d{3})(?!\d))?([^\n]*)(?:\n|\Z)"
)
#: An empty line, or a page that begins without one: no name of a field begins so.
_HEADER_END = re.compile(rb"\n(?:\r?\n|(?=<)|\Z)")
_FOLD = re.compile(rb"\r?\n[ \t]+")
#: RFC 9112, 7.1, and what is seen besides: other space, a prefix, bare line feeds.
_SIZE = rb"[ \t]*(0[xX])?0*([0-9a-fA-F]{1,8})([ \t]*)(?:;[^\n]*)?\r?(?:\n|\Z)"
_FIRST_SIZE = re.compile(rb"(?:\r?\n)?" + _SIZE)
_NEXT_SIZE = re.compile(rb"(?:\r?\n){1,2}" + _SIZE)
_LATER_SIZE = re.compile(rb"\r?\n" + _SIZE)
#: The last chunk, at the end of a body.
_LAST_SIZE = re.compile(rb"\n0+\r?\n\r?\n?\Z")
_TAIL_BYTES = 64
_MAX_MESSAGES = 20


class Message(NamedTuple):
    """The last answer of an exchange."""

    status: int | None
    """None if there is no status line."""
    content_type: list[str]
    """The values of all its fields of that name."""
    body: bytes
    """Without chunks and codings; of more than `limit` bytes only `limit` + 1."""
    problem: str | None
    """None, or one of `READ_REASONS`."""
    leniencies: list[str]
    """Names in `LENIENCIES`, each once."""


def is_message(data: bytes) -> bool:
    """Tells whether the bytes begin like an answer of HTTP.

    >>> is_message(b"HTTP/2 200\\r\\n"), is_message(b"<p>HTTP/2")
    (True, False)
    """
    return _STATUS_LINE.match(data) is not None


def parse_message(data: bytes, limit: int) -> Message:
    """Takes a page out of the answer, or answers, of a server.

    Args:
        data: from the status line on.
        limit: of bytes that a body may have.

    >>> head = b"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n"
    >>> chunks = b"2;a=b\\r\\nhi\\r\\n0\\r\\n\\r\\n"
    >>> message = parse_message(b"HTTP/1.1 100\\r\\n\\r\\n" + head + chunks, 9)
    >>> message.status, message.body, message.leniencies
    (200, b'hi', ['http-interim'])
    """
    head = _read_head(data)
    if head is None:
        return Message(None, [], data, None, ["http-header"])
    forgiven: list[str] = []
    for _ in range(_MAX_MESSAGES):
        following = _following(data, head)
        later = None if following is None else _read_head(data, following)
        if later is None:
            break
        forgiven.append("http-interim")
        head = later
    if head.malformed:
        forgiven.append("http-header")
    body = data[head.end :]
    transfer = ",".join(head.fields.get("transfer-encoding", ()))
    body, how = _unchunked(body, transfer.lower().count("chunked"))
    forgiven += how
    coded = ",".join((*head.fields.get("content-encoding", ()), transfer))
    undone = undo_codings(body, coded, limit)
    forgiven += undone.leniencies
    types = head.fields.get("content-type", [])
    return Message(head.status, types, undone.body, undone.problem, list(dict.fromkeys(forgiven)))


class _Head(NamedTuple):
    status: int
    established: bool
    """Whether it is a proxy's answer that the way to the server is free."""
    fields: dict[str, list[str]]
    """Lower-case name -> values in their order."""
    end: int
    """Where the body begins."""
    malformed: bool


def _read_head(data: bytes, start: int = 0) -> _Head | None:
    line = _STATUS_LINE.match(data, start)
    if line is None:
        return None
    malformed = line[1] is None or not data.startswith(b"HTTP/", start)
    # The line's own end may be the first of the two that end the header.
    ending = _HEADER_END.search(data, max(line.end() - 1, start))
    stop, end = (len(data), len(data)) if ending is None else (ending.start(), ending.end())
    malformed = malformed or ending is None or (ending[0] == b"\n" and end < len(data))
    fields: dict[str, list[str]] = {}
    block = data[line.end() : stop] if stop > line.end() else b""
    unfolded = _FOLD.sub(b" ", block)
    for field in unfolded.split(b"\n"):
        name, colon, value = field.partition(b":")
        name = name.strip()
        if not colon or not name or b" " in name:
            malformed = malformed or bool(field.strip())
            continue
        fields.setdefault(name.decode("latin-1").lower(), []).append(
            value.strip().decode("utf-8", "replace")
        )
    established = b"established" in line[2].lower()
    status = int(line[1]) if line[1] else 200
    return _Head(status, established, fields, end, malformed)


def _following(data: bytes, head: _Head) -> int | None:
    """Returns where the next answer begins, if this one is not the last.

    After an interim answer and a proxy's comes another at once. A redirect's or a refusal's may
    have a body, whose length it says. A text that begins like an answer is a page all the same.
    """
    if not (100 <= head.status < 200 or head.established):
        if head.status == 200 and _is_plain(head):
            return None
        length = (head.fields.get("content-length") or [""])[-1]
        if head.status != 200 and length.isdecimal() and len(length) < 12:
            behind = head.end + int(length)
            if behind < len(data) and is_message(data[behind : behind + 64]):
                return behind
    return head.end if is_message(data[head.end : head.end + 64]) else None


def _is_plain(head: _Head) -> bool:
    return any("text/plain" in value.lower() for value in head.fields.get("content-type", ()))


def _unchunked(body: bytes, times: int) -> tuple[bytes, list[str]]:
    """Takes the chunks off a body whose header names them so many times; returns leniencies too.

    A proxy may name them twice and do it once, or take them off and leave the name.
    """
    if not body:
        return body, []
    found = _chunks(body)
    if not times:
        is_framed = found.whole and found.chunks > 1
        return (found.body, ["http-chunks"]) if is_framed else (body, [])
    if not found.chunks:
        return body, ["http-not-chunked"]
    forgiven = []
    if found.malformed or times > 1:
        forgiven.append("http-chunks")
    if not found.whole:
        forgiven.append("http-cut")
    if times > 1 and (again := _chunks(found.body)).whole and again.chunks > 1:
        found = again
    return found.body, forgiven


class _Chunks(NamedTuple):
    body: bytes
    chunks: int
    whole: bool
    """Whether all sizes were right and the last chunk was there."""
    malformed: bool


def _chunks(body: bytes) -> _Chunks:
    """Reads chunks up to the last one or the end.

    Where a chunk does not end as its size says, the next line that can be a size goes on: a size
    must not stay in the text. Where no size comes, what follows is given up, as in browsers.
    """
    parts: list[bytes] = []
    count = 0
    right, malformed = True, False
    line = _FIRST_SIZE.match(body)
    while line is not None:
        count += 1
        size = int(line[2], 16)
        bare = line[0].endswith(b"\n") and not line[0].endswith(b"\r\n")
        malformed = malformed or bool(line[1] or line[3]) or bare
        if size == 0:
            return _Chunks(b"".join(parts), count, right, malformed)
        data, end = line.end(), line.end() + size
        line = _NEXT_SIZE.match(body, end)
        if end > len(body):
            right = right and not _LAST_SIZE.search(body[-_TAIL_BYTES:])
        elif line is None and end < len(body):
            right = right and body.startswith((b"\r\n", b"\n"), end)
        if line is None and not right:
            line = _LATER_SIZE.search(body, data)
            end = len(body) if line is None else line.start()
        parts.append(body[data:end])
    return _Chunks(b"".join(parts), count, False, malformed)
