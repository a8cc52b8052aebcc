"""PDF documents in folders, archives and web archives; what they are is for *extract* to say."""

import io
import tarfile
from collections.abc import Callable
from typing import Any

import pytest

Read = Callable[..., tuple[list[dict[str, Any]], dict[str, int]]]

PDF = b"%PDF-1.7\nwhatever"


def record(body: bytes, mime: str, status: str = "200 OK") -> bytes:
    """A record of a web archive."""
    payload = f"HTTP/1.1 {status}\r\nContent-Type: {mime}\r\n\r\n".encode() + body
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/a.pdf\r\n"
        f"Content-Type: application/http\r\nContent-Length: {len(payload)}\r\n\r\n"
    )
    return head.encode() + payload + b"\r\n\r\n"


@pytest.mark.parametrize(
    ("body", "mime", "read_pdf", "expected"),
    [
        (PDF, "application/pdf", True, (None, "application/pdf")),
        # Its server calls it something else, or nothing.
        (PDF, "text/html", True, (None, "application/pdf")),
        (PDF, "application/octet-stream", True, (None, "application/pdf")),
        (PDF, "application/pdf", False, ("read-not-text", "application/pdf")),
        (b"<p>no file", "application/pdf", True, ("read-not-text", "application/pdf")),
        (b"<p>page", "text/html", True, (None, "text/html")),
    ],
)
def test_documents_of_web_archives(
    read: Read, body: bytes, mime: str, read_pdf: bool, expected: tuple[str | None, str]
) -> None:
    [row], _ = read(record(body, mime), "warc", pdf=read_pdf)
    assert (row["drop_reason"], row["mime"]) == expected
    assert row["raw"] == (body if row["drop_reason"] is None else None)


def test_documents_of_files_and_archives(read: Read) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in (("a.pdf", PDF), ("notes.txt", b"text"), ("b.pdf", b"\0" + PDF)):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    rows, counts = read(out.getvalue(), "pdf")
    assert [row["drop_reason"] for row in rows] == [None, "read-not-text", None]
    assert [row["mime"] for row in rows] == ["application/pdf", None, "application/pdf"]
    assert counts == {}
    [row], _ = read(PDF, "pdf", max_document_bytes=8)
    assert row["drop_reason"] == "read-too-large"
