"""undo_codings: by what the bytes are, in bounded memory, keeping what can be had."""

import gzip
import tracemalloc
import zlib

import pyarrow as pa
import pytest
import zstandard

from corpus_pipeline.sources.content_coding import decode_found, found_coding, undo_codings

PAGE = "".join(f"<p>第 {n} 段，the café at {n * n}</p>\n" for n in range(3000)).encode()
LIMIT = 1 << 20
GZIP = gzip.compress(PAGE, mtime=0)
ZLIB = zlib.compress(PAGE)
BR = pa.compress(PAGE, "brotli", asbytes=True)
ZSTD = zstandard.compress(PAGE)


@pytest.mark.parametrize(
    ("named", "body", "leniencies"),
    [
        ("", PAGE, []),
        ("identity", PAGE, []),
        ("gzip", GZIP, []),
        ("X-GZip", GZIP, []),
        (' "gzip" ', GZIP, []),
        ("gzip, gzip", gzip.compress(GZIP), []),
        ("gzip,br", pa.compress(GZIP, "brotli", asbytes=True), []),
        ("gzip", gzip.compress(PAGE[:50]) + gzip.compress(PAGE[50:]) + b"\0\0rubbish", []),
        ("deflate", ZLIB, []),
        ("DEFLATE", ZLIB, []),
        ("br", BR, []),
        ("zstd", ZSTD, []),
        ("zstd", ZSTD[:0] + zstandard.compress(PAGE[:9]) + zstandard.compress(PAGE[9:]), []),
        # IIS leaves the frame out.
        ("deflate", ZLIB[2:-4], ["http-coding"]),
        ("deflate", GZIP, ["http-coding"]),
        ("gzip", ZLIB, ["http-coding"]),
        ("br", GZIP, ["http-coding"]),
        ("gzip", ZSTD, ["http-coding"]),
        ("unheard-of", PAGE, ["http-not-coded"]),
        *(
            (name, PAGE, ["http-not-coded"])
            for name in ("gzip", "deflate", "br", "zstd", "compress")
        ),
        ("gzip, gzip", GZIP, ["http-not-coded"]),
    ],
)
def test_codings(named: str, body: bytes, leniencies: list[str]) -> None:
    assert undo_codings(body, named, LIMIT) == (PAGE, None, leniencies)


@pytest.mark.parametrize("named", ["gzip", "deflate", "br", "zstd", "x-compress", "dcb"])
@pytest.mark.parametrize("charset", ["gbk", "big5", "shift_jis", "utf-16"])
def test_unwrapped_text_of_any_charset_stays(named: str, charset: str) -> None:
    page = ("<p>" + "今天好。" * 50).encode(charset)
    assert undo_codings(page, named, LIMIT)[:2] == (page, None)


@pytest.mark.parametrize(
    ("named", "body"),
    [
        ("gzip", GZIP[:-9]),
        ("gzip", GZIP[: len(GZIP) // 2]),
        ("gzip", GZIP[:-8] + bytes(8)),
        ("deflate", ZLIB[: len(ZLIB) // 2]),
        ("deflate", ZLIB[2:-400]),
        ("br", BR[:-40]),
        ("zstd", zstandard.compress(PAGE * 9)[:-40]),
    ],
)
def test_of_a_damaged_stream_the_beginning_stays(named: str, body: bytes) -> None:
    undone = undo_codings(body, named, LIMIT)
    assert len(undone.body) > len(PAGE) // 4
    assert (PAGE * 9).startswith(undone.body)
    assert undone.leniencies[-1] == "http-cut"


@pytest.mark.parametrize(
    ("named", "body", "problem"),
    [
        ("gzip", GZIP[:8], "read-broken-record"),
        ("gzip", GZIP[:10] + b"\xff" * 40, "read-broken-record"),
        ("br", b"\0\1\2\3" * 9, "read-broken-record"),
        ("deflate", b"\0\1\2\3" * 9, "read-broken-record"),
        ("x-compress", b"\x1f\x9d\x90" + b"abc" * 9, "read-unknown-coding"),
        ("dcb", b"\xff\x44\x43\x42\0\1" * 9, "read-unknown-coding"),
    ],
)
def test_what_cannot_be_decoded(named: str, body: bytes, problem: str) -> None:
    assert undo_codings(body, named, LIMIT)[:2] == (b"", problem)


def test_empty_bodies() -> None:
    for named in ("gzip", "deflate", "br", "zstd", "compress"):
        assert undo_codings(b"", named, LIMIT) == (b"", None, [])
    assert undo_codings(gzip.compress(b""), "gzip", LIMIT) == (b"", None, [])


@pytest.mark.parametrize(
    ("named", "body"),
    [
        ("gzip", gzip.compress(bytes(50_000_000))),
        ("gzip, gzip", gzip.compress(gzip.compress(bytes(50_000_000)))),
        ("deflate", zlib.compress(bytes(50_000_000))),
        ("deflate", zlib.compress(bytes(50_000_000))[2:-4]),
        ("br", pa.compress(bytes(50_000_000), "brotli", asbytes=True)),
        ("zstd", zstandard.compress(bytes(50_000_000))),
    ],
)
def test_bombs_are_cut(named: str, body: bytes) -> None:
    held = pa.total_allocated_bytes()
    tracemalloc.start()
    try:
        undone = undo_codings(body, named, LIMIT)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(undone.body) == LIMIT + 1
    assert peak < 8 * LIMIT
    assert pa.total_allocated_bytes() <= held + LIMIT


def test_a_window_of_more_than_browsers_have_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    body = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    page = body.compress(PAGE) + body.flush()
    assert undo_codings(page, "zstd", LIMIT).problem == "read-broken-record"


def test_codings_that_nothing_names() -> None:
    assert [found_coding(body) for body in (GZIP, ZSTD, PAGE, b"")] == ["gzip", "zstd", None, None]
    assert decode_found(GZIP, "gzip", LIMIT) == (PAGE, ["http-coding"])
    assert decode_found(GZIP[:9], "gzip", LIMIT) == (GZIP[:9], [])
