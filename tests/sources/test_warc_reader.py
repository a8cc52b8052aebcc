import gzip
import io
import random
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import orjson
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.errors import InputError
from corpus_pipeline.sources.pieces import Piece

Row = dict[str, Any]
Read = Callable[..., tuple[list[Row], dict[str, int]]]


def _record(
    kind: str,
    content: bytes,
    number: int = 0,
    *,
    length: int | None = None,
    content_type: str = "application/http; msgtype=response",
    extra: str = "",
) -> bytes:
    header = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: http://例.cn/{number}\r\n"
        f"WARC-Date: 2024-05-01T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:id-{number}>\r\n{extra}"
        f"Content-Type: {content_type}\r\n"
        f"Content-Length: {len(content) if length is None else length}\r\n\r\n"
    )
    return header.encode() + content + b"\r\n\r\n"


_HTML = "Content-Type: text/html\r\n"


def _http(page: bytes, headers: str = _HTML, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\n{headers}\r\n".encode() + page


_PAGE = "<html><p>你好，世界</p></html>".encode()
_CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(_PAGE), _PAGE)


@pytest.mark.parametrize(
    ("message", "mime", "charset", "leniencies"),
    [
        (_http(_PAGE), "text/html", None, None),
        (
            _http(_PAGE, 'content-type: Text/HTML; Charset="GB18030"\r\n'),
            "text/html",
            "gb18030",
            None,
        ),
        (
            _http(_PAGE, "Content-Type: application/xhtml+xml\r\n"),
            "application/xhtml+xml",
            None,
            None,
        ),
        (_http(_PAGE, "Content-Type: text/plain;charset=big5\r\n"), "text/plain", "big5", None),
        (_http(_PAGE, ""), "text/html", None, ["media-type-sniffed"]),
        (_http(_PAGE).replace(b"\r\n", b"\n"), "text/html", None, None),
        (_PAGE, "text/html", None, ["http-header", "media-type-sniffed"]),
        (_http(_CHUNKED, _HTML + "Transfer-Encoding: chunked\r\n"), "text/html", None, None),
        (
            _http(_CHUNKED, "Content-Type: */*\r\nTransfer-Encoding: chunked, chunked\r\n"),
            "text/html",
            None,
            ["http-chunks", "media-type-sniffed"],
        ),
        (
            _http(b"", "", "100 Continue")
            + _http(_PAGE, "Content-Type: text/html charset=gbk\r\n"),
            "text/html",
            "gbk",
            ["http-interim", "media-type-malformed"],
        ),
        (
            _http(gzip.compress(_PAGE), _HTML + "Content-Encoding: x-gzip\r\n"),
            "text/html",
            None,
            None,
        ),
        (
            _http(zlib.compress(_PAGE)[2:-4], _HTML + "Content-Encoding: deflate\r\n"),
            "text/html",
            None,
            ["http-coding"],
        ),
        (
            _http(_PAGE, _HTML + "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"),
            "text/html",
            None,
            ["http-not-chunked", "http-not-coded"],
        ),
        (_http(gzip.compress(_PAGE)), "text/html", None, ["http-coding"]),
        (
            _http(
                gzip.compress(gzip.compress(_PAGE)),
                _HTML + "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
            ),
            "text/html",
            None,
            ["http-not-chunked", "http-coding"],
        ),
    ],
)
def test_pages_are_taken_out_of_their_messages(
    read: Read, message: bytes, mime: str, charset: str | None, leniencies: list[str] | None
) -> None:
    [row], counts = read(_record("response", message, 7), "warc")
    assert row == {
        "record": 0,
        "id": "id-7",
        "url": "http://例.cn/7",
        "metadata": f'{{"mime":"{mime}","warc-date":"2024-05-01T00:00:00Z"}}',
        "raw": _PAGE,
        "mime": mime,
        "charset": charset,
        "leniencies": leniencies,
        "text": None,
        "drop_reason": None,
    }
    assert counts == {}


@pytest.mark.parametrize(
    ("message", "reason", "mime"),
    [
        (_http(_PAGE, status="404 Not Found"), "read-http-status", "text/html"),
        (_http(b"", "Location: /\r\n", status="301 Moved"), "read-http-status", None),
        (_http(b"\x89PNG", "Content-Type: image/png\r\n"), "read-not-text", "image/png"),
        (_http(b"%PDF", "Content-Type: application/pdf\r\n"), "read-not-text", "application/pdf"),
        (_http(b"who knows", ""), "read-not-text", None),
        (_http(b"<html>" + b"a" * 300), "read-too-large", "text/html"),
        (
            _http(
                gzip.compress(bytes(10_000_000)),
                _HTML + "Content-Encoding: gzip\r\n",
            ),
            "read-too-large",
            "text/html",
        ),
        (
            _http(
                gzip.compress(_PAGE)[:10] + b"\xff" * 30,
                _HTML + "Content-Encoding: gzip\r\n",
            ),
            "read-broken-record",
            "text/html",
        ),
        (b"no HTTP message", "read-broken-record", None),
        (
            _http(b"\x1f\x9d\x90abc", _HTML + "Content-Encoding: x-compress\r\n"),
            "read-unknown-coding",
            "text/html",
        ),
        (_http(gzip.compress(bytes(10_000_000))), "read-too-large", "text/html"),
        (_http(b"%PDF-1.7 <html>"), "read-not-text", "application/octet-stream"),
        (_http(b"HTTP/1.1 404 Not Found\r\n\r\n", "", "100 Continue"), "read-http-status", None),
        (b"", "read-broken-record", None),
    ],
)
def test_pages_that_cannot_be_used(
    read: Read, message: bytes, reason: str, mime: str | None
) -> None:
    [row], _ = read(_record("response", message, 3), "warc", max_document_bytes=300)
    assert (row["drop_reason"], row["mime"], row["raw"], row["id"]) == (reason, mime, None, "id-3")
    shown = orjson.loads(row["metadata"])
    assert shown["warc-date"] == "2024-05-01T00:00:00Z"
    assert (reason == "read-http-status") == ("status" in shown)
    if reason == "read-not-text":
        assert "excerpt" not in shown


def test_brotli_pages(read: Read) -> None:
    message = _http(b"\x0b\x05\x80hello world\x03", _HTML + "Content-Encoding: br\r\n")
    [row], _ = read(_record("response", message), "warc")
    assert row["raw"] == b"hello world"


def test_a_page_cut_off_in_transfer_is_kept(read: Read) -> None:
    wrapped = _HTML + "Transfer-Encoding: chunked\r\n"
    [row], _ = read(_record("response", _http(_CHUNKED[:-5], wrapped)), "warc")
    assert row["raw"] == _PAGE
    zipped = gzip.compress(_PAGE * 100)[:-20]
    [row], _ = read(
        _record("response", _http(zipped, _HTML + "Content-Encoding: gzip\r\n")), "warc"
    )
    assert row["raw"].startswith(_PAGE)


def test_an_answer_in_a_record_that_does_not_say_so_is_parsed(read: Read) -> None:
    for content_type in ("text/html", ""):
        record = _record("response", _http(_PAGE), content_type=content_type)
        [row], _ = read(record, "warc")
        assert (row["raw"], row["mime"]) == (_PAGE, "text/html")


def test_a_record_that_the_crawler_cut_says_so(read: Read) -> None:
    [row], _ = read(_record("response", _http(_PAGE), extra="WARC-Truncated: length\r\n"), "warc")
    assert row["leniencies"] == ["http-cut"]


def test_the_payload_type_of_the_archive_counts_if_the_server_named_none(read: Read) -> None:
    identified = "WARC-Identified-Payload-Type: text/html\r\n"
    [row], _ = read(_record("response", _http(b"plain", ""), extra=identified), "warc")
    assert (row["raw"], row["mime"]) == (b"plain", "text/html")


def test_record_types(read: Read) -> None:
    data = b"".join(
        [
            _record("warcinfo", b"software: x", 0, content_type="application/warc-fields"),
            _record("request", b"GET / HTTP/1.1\r\n\r\n", 1),
            _record("resource", _PAGE, 2, content_type="text/html; charset=utf-8"),
            _record("resource", b"\x89PNG", 3, content_type="image/png"),
            _record("metadata", b"a: b", 4, content_type="application/warc-fields"),
            _record("revisit", b"", 5),
            _record("conversion", "转换的文字".encode(), 6, content_type="text/plain"),
            _record("conversion", "坏".encode("gb18030"), 7, content_type="text/plain"),
            _record("conversion", b"a" * 101, 8, content_type="text/plain"),
            _record("conversion", b"", 9, content_type="text/plain"),
            _record("continuation", b"x", 10),
            _record("novelty", b"x", 11),
        ]
    )
    for stored, compression in (
        (data, None),
        (gzip.compress(data), "gz"),
        (zstandard.compress(data), "zst"),
    ):
        rows, counts = read(stored, "wet", compression, max_document_bytes=100)
        assert [(row["id"], row["raw"], row["text"], row["drop_reason"]) for row in rows] == [
            ("id-2", _PAGE, None, None),
            ("id-3", None, None, "read-not-text"),
            ("id-6", None, "转换的文字", None),
            ("id-7", "坏".encode("gb18030"), None, None),
            ("id-8", None, None, "read-too-large"),
            ("id-9", None, "", None),
        ]
        assert counts == {
            f"skipped-{kind}": 1
            for kind in ("warcinfo", "request", "metadata", "revisit", "continuation", "unknown")
        }
        if compression != "gz":
            assert rows[0]["record"] == data.index(b"WARC/1.0\r\nWARC-Type: resource")


def test_headers_of_careless_writers(read: Read) -> None:
    data = (
        _record("conversion", b"text", 5)
        .replace(b"http://", b"<http://")
        .replace(b"/5\r\n", b"/5>\r\n")
    )
    for variant in (data, data.replace(b"\r\n", b"\n"), b"\r\n\n" + data, data.rstrip()):
        [row], _ = read(variant, "wet")
        assert (row["url"], row["text"], row["id"]) == ("http://例.cn/5", "text", "id-5")
    [row], _ = read(data.replace("例".encode(), b"\xff"), "wet")
    assert row["url"] == "http://\ufffd.cn/5"


@pytest.mark.parametrize("stored", [b"filedesc://a.arc 0.0.0.0", b"filedesc://a.arc\n" * 99])
def test_arc_files_are_refused(read: Read, stored: bytes) -> None:
    with pytest.raises(InputError, match="ARC"):
        read(stored, "warc")
    with pytest.raises(InputError, match="ARC"):
        read(gzip.compress(stored), "warc", "gz")


def _texts(rows: list[Row]) -> list[str | None]:
    return [row["text"] or row["drop_reason"] for row in rows]


_A, _B, _C = (
    _record("conversion", t.encode(), i) for i, t in enumerate(["甲" * 40, "乙" * 40, "丙"])
)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"\r\n\r\n", []),
        (_A + b"junk\r\n" + _C, ["read-broken-record", "丙"]),
        (b"junk\r\nmore" + b"\n" + _C, ["read-broken-record", "丙"]),
        (b"<html>not a WARC file</html>", ["read-broken-record"]),
        # Content-Length too short, too long, missing, absurd.
        (_record("conversion", b"abcdef", length=3) + _C, ["read-broken-record", "丙"]),
        (_record("conversion", b"abcdef", length=12) + _C, ["read-broken-record", "丙"]),
        (_record("conversion", b"abcdef", length=99_999) + _C, ["read-truncated", "丙"]),
        (_A.replace(b"Content-Length", b"Content-Size") + _C, ["read-broken-record", "丙"]),
        (
            _A.replace(b"Content-Length: 120", b"Content-Length: -5") + _C,
            ["read-broken-record", "丙"],
        ),
        (_C + _A[:-30], ["丙", "read-truncated"]),
        (_C + _A[:60], ["丙", "read-truncated"]),
        (_C + b"WARC/1.0\r\n" + b"x" * 100_000 + b"\n" + _C, ["丙", "read-broken-record", "丙"]),
    ],
)
def test_damaged_records_cost_themselves_only(read: Read, data: bytes, expected: list[str]) -> None:
    rows, counts = read(data, "wet")
    assert _texts(rows) == expected
    assert counts == {}
    if data:
        rows, _ = read(gzip.compress(data), "wet", "gz")
        assert _texts(rows) == expected


def test_damaged_members_cost_themselves_only(read: Read) -> None:
    one, two, three = (gzip.compress(record) for record in (_A, _B, _C))
    broken = two[:30] + b"\xff\xff\xff" + two[33:]
    bad_checksum = two[:-8] + bytes([two[-8] ^ 1]) + two[-7:]
    for middle in (broken, bad_checksum, two[:40], two[:-3], b"\0\0junk", b"\x1f\x8b\x08junk"):
        rows, counts = read(one + middle + three, "wet", "gz")
        assert rows[0]["text"] == "甲" * 40
        assert [row["text"] for row in rows[1:]] == [None, "丙"]
        assert rows[1]["drop_reason"] in ("read-truncated", "read-trailing-garbage")
        assert rows[1]["record"] == len(one)
        assert counts == {}
    wrong_length = gzip.compress(_record("conversion", b"abc", length=50))
    rows, _ = read(one + wrong_length + three, "wet", "gz")
    assert _texts(rows) == ["甲" * 40, "read-truncated", "丙"]


def test_a_clipped_file_gives_what_is_before_and_one_row(read: Read) -> None:
    members = [gzip.compress(record) for record in (_A, _B, _C)]
    data = b"".join(members)
    borders = [sum(len(m) for m in members[:i]) for i in range(4)]
    texts = ["甲" * 40, "乙" * 40, "丙"]
    for cut in range(0, len(data), 3):
        rows, counts = read(data[:cut], "wet", "gz")
        whole = sum(border <= cut for border in borders) - 1
        clipped = ["read-truncated"] if cut not in borders else []
        assert _texts(rows) == texts[:whole] + clipped
        assert counts == {}
        if clipped:
            assert rows[-1]["record"] == borders[whole]
    plain = _A + _B + _C
    for cut in range(0, len(plain), 3):
        rows, _ = read(plain[:cut], "wet")
        assert all(
            row["drop_reason"] in (None, "read-truncated", "read-broken-record") for row in rows
        )
        assert sum(row["drop_reason"] is not None for row in rows) <= 1
        assert len(rows) >= (cut >= len(_A)) + (cut >= len(_A + _B))


@st.composite
def _damaged_archives(draw: st.DrawFn) -> tuple[bytes, str | None]:
    seed = draw(st.integers(0, 1 << 30))
    dice = random.Random(seed)
    records = [
        _record(
            dice.choice(["conversion", "conversion", "request"]),
            dice.randbytes(dice.randrange(90))
            if dice.random() < 0.5
            else b"a\nWARC/1.0\r\n" * dice.randrange(9),
            number,
            length=None if dice.random() < 0.9 else dice.randrange(200),
        )
        for number in range(draw(st.integers(0, 6)))
    ]
    compression = draw(st.sampled_from([None, "gz", "one-member", "blocks"]))
    if compression is None:
        data = b"".join(records)
    elif compression == "gz":
        data = b"".join(map(gzip.compress, records))
    elif compression == "one-member":
        data = gzip.compress(b"".join(records))
    else:  # Members of equal size, wherever records begin.
        joined = b"".join(records)
        data = b"".join(gzip.compress(joined[i : i + 100]) for i in range(0, len(joined), 100))
    damaged = bytearray(data)
    for _ in range(draw(st.integers(0, 2))):
        if damaged:
            damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
    if draw(st.booleans()):
        damaged = damaged[: dice.randrange(len(damaged) + 1)]
    return bytes(damaged), None if compression is None else "gz"


@given(archive=_damaged_archives(), cuts=st.sets(st.integers(1, 2500), max_size=5))
def test_any_cutting_gives_the_same_rows(
    read: Read, archive: tuple[bytes, str | None], cuts: set[int]
) -> None:
    data, compression = archive
    borders = sorted(cuts)
    pieces = [
        Piece("a", "wet", compression, start, end)
        for start, end in zip([0, *borders], [*borders, None], strict=True)
    ]
    assert read(data, "wet", pieces=pieces) == read(data, "wet", compression)


@pytest.mark.parametrize("compression", [None, "gz"])
@pytest.mark.parametrize("between", [b"", b"junk\r\n"])
@pytest.mark.parametrize("after", [b"", b"junk\r\n"])
def test_every_border(read: Read, compression: str | None, between: bytes, after: bytes) -> None:
    records = [_A, _C] if compression is None else [gzip.compress(_A), gzip.compress(_C)]
    data = between.join(records) + after
    whole = read(data, "wet", compression)
    for border in range(1, len(data) + 2):
        pieces = [
            Piece("a", "wet", compression, 0, border),
            Piece("a", "wet", compression, border, None),
        ]
        parts = [read(data, "wet", pieces=[piece]) for piece in pieces]
        assert parts[0][0] + parts[1][0] == whole[0]
        assert all(row["record"] < border for row in parts[0][0] if row["text"])
        assert all(row["record"] >= border for row in parts[1][0])


def test_magic_numbers_across_read_blocks_are_found(read: Read) -> None:
    noise = random.Random(5)
    big = gzip.compress(_record("conversion", noise.randbytes((1 << 20) + 500)), 0)
    small = gzip.compress(_C)
    data = big + small + small
    border = len(big)
    for start in range(border - (1 << 20) - 1, border - (1 << 20) + 4):
        rows, _ = read(data, "wet", pieces=[Piece("a", "wet", "gz", start, None)])
        assert [row["record"] for row in rows] == [border, border + len(small)]


@pytest.mark.parametrize("compression", [None, "gz"])
def test_a_huge_record_takes_bounded_memory(read: Read, compression: str | None) -> None:
    record = _record("conversion", b"x" * 50_000_000, 1)
    data = _A + record + _C
    if compression:
        data = gzip.compress(_A) + gzip.compress(record, 1) + gzip.compress(_C)
    del record
    stream = io.BytesIO(data)
    tracemalloc.start()
    try:
        rows, _ = read(stream.getvalue(), "wet", compression, max_document_bytes=1 << 20)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert _texts(rows) == ["甲" * 40, "read-too-large", "丙"]
    assert rows[1]["url"] == "http://例.cn/1"
    assert peak < 12 << 20
