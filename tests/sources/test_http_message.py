"""parse_message: whatever stands around a page is taken off, and never stays in it."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.sources.http_message import is_message, parse_message

PAGE = "<html><p>今天天气很好，we walked in the park.</p></html>".encode()
LIMIT = 10_000
HTML = b"Content-Type: text/html\r\n"
OK = b"HTTP/1.1 200 OK\r\n" + HTML
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def chunks(page: bytes, size: int = 20, end: bytes = b"\r\n", line: bytes = b"%x") -> bytes:
    parts = [page[at : at + size] for at in range(0, len(page), size)]
    return b"".join(line % len(p) + end + p + end for p in parts) + b"0" + end + end


@pytest.mark.parametrize(
    ("body", "leniencies"),
    [
        (chunks(PAGE), []),
        (chunks(PAGE, line=b"%x;name=value"), []),
        (chunks(PAGE, line=b'%x;a="b;c";d'), []),
        (chunks(PAGE, line=b"%X"), []),
        (chunks(PAGE, line=b"0000%x"), []),
        (chunks(PAGE).replace(b"0\r\n\r\n", b"0\r\nExpires: never\r\nX: y\r\n\r\n"), []),
        (chunks(PAGE, line=b"%x  "), ["http-chunks"]),
        (chunks(PAGE, line=b" %x"), []),
        (chunks(PAGE, line=b"0x%x"), ["http-chunks"]),
        (chunks(PAGE, end=b"\n"), ["http-chunks"]),
        (chunks(PAGE, end=b"\n", line=b"%x ; a"), ["http-chunks"]),
        (b"\r\n" + chunks(PAGE), []),
        # The last chunk is missing, the body is cut.
        (chunks(PAGE)[:-5], ["http-cut"]),
        (chunks(PAGE)[:-3], []),
        (chunks(PAGE)[:-7], ["http-cut"]),
        (chunks(PAGE, len(PAGE) + 9)[: 4 + len(PAGE)], ["http-cut"]),
        # The archive has taken them off.
        (PAGE, ["http-not-chunked"]),
    ],
)
def test_chunks(body: bytes, leniencies: list[str]) -> None:
    assert parse_message(CHUNKED + body, LIMIT) == (200, ["text/html"], PAGE, None, leniencies)


@given(st.integers(1, 60), st.integers(0, 400), st.sampled_from([b"\r\n", b"\n"]))
def test_of_a_cut_body_the_beginning_stays_and_no_size(size: int, cut: int, end: bytes) -> None:
    body = parse_message(CHUNKED + chunks(PAGE, size, end, b"%x;x=1")[:cut], LIMIT).body
    assert PAGE.startswith(body.rstrip(b"\r\n"))


@pytest.mark.parametrize("line", [b"%x", b"%x;x"])
def test_no_size_stays_where_sizes_are_wrong(line: bytes) -> None:
    """As when something has shortened line ends inside the chunks."""
    lines = [f"<p>第 {n} 段 of the page</p>\r\n".encode() for n in range(100)]
    parts = [b"".join(lines[at : at + 10]) for at in range(0, 100, 10)]
    framed = b"".join(line % len(p) + b"\r\n" + p.replace(b"\r\n", b"\n") + b"\r\n" for p in parts)
    message = parse_message(CHUNKED + framed + b"0\r\n\r\n", 100_000)
    assert message.body.replace(b"\r\n", b"\n") == b"".join(lines).replace(b"\r\n", b"\n")
    assert message.leniencies == ["http-cut"]


@pytest.mark.parametrize(
    ("names", "body", "leniencies"),
    [
        (b"chunked, chunked", chunks(PAGE), ["http-chunks"]),
        (b"chunked, chunked", chunks(chunks(PAGE), 30), ["http-chunks"]),
        (b"Chunked\r\nTransfer-Encoding: chunked", chunks(PAGE), ["http-chunks"]),
        (b"CHUNKED", chunks(PAGE), []),
        (b'"chunked"', chunks(PAGE), []),
        (b"identity, chunked", chunks(PAGE), []),
        (b"gzip, chunked", chunks(gzip.compress(PAGE)), []),
        (
            b"x-gzip,chunked\r\nContent-Encoding: gzip",
            chunks(gzip.compress(gzip.compress(PAGE))),
            [],
        ),
        (b"chunked\r\nContent-Encoding: GZIP", chunks(gzip.compress(PAGE)), []),
        (b"chunked\r\nContent-Encoding: gzip", chunks(PAGE), ["http-not-coded"]),
        (b"chunked\r\nContent-Encoding: gzip", gzip.compress(PAGE), ["http-not-chunked"]),
        (b"chunked\r\nContent-Encoding: gzip", PAGE, ["http-not-chunked", "http-not-coded"]),
        (b"", chunks(PAGE), ["http-chunks"]),
        (b"identity", PAGE, []),
    ],
)
def test_transfer_codings(names: bytes, body: bytes, leniencies: list[str]) -> None:
    message = OK + b"Transfer-Encoding: " + names + b"\r\n\r\n" + body
    assert parse_message(message, LIMIT) == (200, ["text/html"], PAGE, None, leniencies)


def test_a_text_that_begins_with_a_number_is_no_chunk() -> None:
    for text in (b"0\r\nNothing", b"5\r\nfive lines\r\n", b"10 things\n"):
        message = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + text
        assert parse_message(message, LIMIT).body == text


@pytest.mark.parametrize(
    ("before", "leniencies"),
    [
        (b"", []),
        (b"HTTP/1.1 100 Continue\r\n\r\n", ["http-interim"]),
        (b"HTTP/1.1 100 Continue\r\nServer: x\r\n\r\n" * 3, ["http-interim"]),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n", ["http-interim"]),
        (b"HTTP/1.0 200 Connection established\r\n\r\n", ["http-interim"]),
        (b"HTTP/1.1 200 Connection Established\r\nProxy-Agent: p\r\n\r\n", ["http-interim"]),
        (b"HTTP/1.0 200 OK\r\nVia: 1.1 proxy\r\n\r\n", ["http-interim"]),
        (b"HTTP/1.0 200 Connection established\r\n\r\nHTTP/1.1 100\r\n\r\n", ["http-interim"]),
        (b"HTTP/1.1 302 Found\r\nLocation: /b\r\n\r\n", ["http-interim"]),
        (b"HTTP/1.1 301 Moved\r\nContent-Length: 11\r\n\r\n<p>moved</p", ["http-interim"]),
        (b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", ["http-interim"]),
        (b"HTTP/1.1 100 Continue\n\n", ["http-interim"]),
    ],
)
def test_answers_before_the_page(before: bytes, leniencies: list[str]) -> None:
    for status in (b"HTTP/1.1 200 OK", b"HTTP/1.1 200", b"HTTP/2 200"):
        message = before + status + b"\r\n" + HTML + b"\r\n" + PAGE
        expected = (200, ["text/html"], PAGE, None, leniencies)
        assert parse_message(message, LIMIT) == expected


def test_an_answer_that_is_the_page() -> None:
    shown = b"HTTP/1.1 418 I'm a teapot\r\n\r\nis what it said."
    plain = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
    assert parse_message(plain + shown, LIMIT).body == shown
    assert parse_message(OK + b"\r\n<p>" + shown, LIMIT).body == b"<p>" + shown
    assert parse_message(b"HTTP/1.1 404 Not Found\r\n\r\n" + PAGE, LIMIT).status == 404
    assert parse_message(b"HTTP/1.1 100 Continue\r\n\r\n", LIMIT).status == 100


@pytest.mark.parametrize(
    ("head", "malformed"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\n\r\n", False),
        (b"HTTP/1.1 200\r\ncontent-type:text/html\r\n\r\n", False),
        (b"HTTP/2 200\r\ncontent-type: text/html\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Type:\r\n\ttext/html\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nX-Folded: a\r\n <b>c\r\nCONTENT-TYPE : text/html\r\n\r\n", False),
        (b"ICY 200 OK\r\nContent-Type: text/html\r\n\r\n", True),
        (b"\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", True),
        (b"HTTP/1.1 OK\r\nContent-Type: text/html\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nno field\r\nContent-Type: text/html\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\n\xff\xfe: \xff\r\nContent-Type: text/html\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", True),
    ],
)
def test_heads(head: bytes, malformed: bool) -> None:
    expected = (200, ["text/html"], PAGE, None, ["http-header"] if malformed else [])
    assert parse_message(head + PAGE, LIMIT) == expected


def test_without_a_status_line_all_is_page() -> None:
    assert parse_message(PAGE, LIMIT) == (None, [], PAGE, None, ["http-header"])
    assert not is_message(b"HTTP is a protocol, and 200 of its pages\n")
    assert is_message(b"HTTP 200 OK\n")


@given(st.binary(max_size=300), st.booleans())
def test_anything_gives_a_message(data: bytes, answer: bool) -> None:
    message = parse_message((CHUNKED if answer else b"") + data, 50)
    assert len(message.body) <= 51 or "http-not-coded" not in message.leniencies
    assert len(set(message.leniencies)) == len(message.leniencies)
