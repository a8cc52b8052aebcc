import gzip
from collections.abc import Callable
from typing import Any

import pytest
import zstandard

Row = dict[str, Any]
Read = Callable[..., tuple[list[Row], dict[str, int]]]


@pytest.mark.parametrize(
    ("data", "text", "reason"),
    [
        (b"", "", None),
        (b"a\r\n\r\nb\n", "a\r\n\r\nb\n", None),
        ("你好\n".encode(), "你好\n", None),
        (b"\xef\xbb\xbfabc", "abc", None),
        ("你".encode() * 3 + b"x", "你你你x", None),
        ("你".encode() * 3 + b"xy", None, "read-too-large"),
        (b"a" * 5_000_000, None, "read-too-large"),
    ],
)
@pytest.mark.parametrize("compression", [None, "gz", "zst"])
def test_a_file_is_one_document(
    read: Read, data: bytes, text: str | None, reason: str | None, compression: str | None
) -> None:
    stored = {None: data, "gz": gzip.compress(data), "zst": zstandard.compress(data)}[compression]
    [row], counts = read(stored, "text", compression, max_document_bytes=10)
    assert (row["record"], row["text"], row["drop_reason"]) == (0, text, reason)
    assert (row["metadata"] is None) == (reason is None)
    assert (row["id"], row["raw"], counts) == (None, None, {})


@pytest.mark.parametrize(
    "data",
    [
        "你好".encode("gb18030"),
        "日本語".encode("shift-jis"),
        "Grüße".encode("cp1252"),
        "hello".encode("utf-16"),
        "hello".encode("utf-16-le"),
        "好".encode() + b"\xff",
    ],
)
def test_what_is_not_utf8_is_left_to_extract(read: Read, data: bytes) -> None:
    [row], counts = read(data, "text", None)
    assert (row["raw"], row["mime"], row["charset"]) == (data, "text/plain", None)
    assert (row["text"], row["drop_reason"], row["metadata"], counts) == (None, None, None, {})


def test_compressed_twice_is_no_text(read: Read) -> None:
    for inner in (gzip.compress(b"a"), zstandard.compress(b"a")):
        [row], _ = read(gzip.compress(inner), "text", "gz")
        assert (row["drop_reason"], "inside a compression" in row["metadata"]) == (
            "read-container",
            True,
        )


@pytest.mark.parametrize("compression", ["gz", "zst"])
def test_a_cut_file_is_no_document(read: Read, compression: str) -> None:
    data = "半篇文章".encode() * 100
    stored = gzip.compress(data) if compression == "gz" else zstandard.compress(data)
    for cut in range(1, len(stored)):
        [row], _ = read(stored[:cut], "text", compression)
        assert (row["text"], row["drop_reason"]) == (None, "read-truncated")


@pytest.mark.parametrize("compression", [None, "gz"])
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("<p>你好".encode("gb18030"), None),
        (b"\xef\xbb\xbf<p>a", None),
        (b"", None),
        (b"%PDF-1.4 x", "read-container"),
        (b"<p>" + b"a" * 90, "read-too-large"),
    ],
)
def test_a_page_is_raw_and_its_address_is_its_path(
    read: Read, data: bytes, reason: str | None, compression: str | None
) -> None:
    stored = gzip.compress(data) if compression else data
    [row], _ = read(stored, "html", compression, max_document_bytes=80)
    assert (row["url"], row["text"], row["drop_reason"]) == ("a", None, reason)
    assert (row["raw"], row["mime"]) == ((None, None) if reason else (data, "text/html"))
