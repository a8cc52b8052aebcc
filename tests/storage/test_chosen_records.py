"""Records of remote archives that an index chooses: by ranges, and nothing else of the archives."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from stages.test_read_unit import rows_of
from storage.faulty_proxy import Fault, FaultyProxy
from storage.web_server import WebServer

from corpus_pipeline import storage

#: Bytes before, between and behind the records, which nobody asked for.
OTHERS = b"x" * 1_000_000
FOLDER = "crawl=CC-MAIN-2026-10"


def _record(number: int) -> bytes:
    text = f"Record {number}"
    head = (
        "WARC/1.0\r\nWARC-Type: conversion\r\n"
        f"WARC-Target-URI: http://a.example/{number}\r\nContent-Length: {len(text)}\r\n\r\n"
    )
    return gzip.compress(f"{head}{text}\r\n\r\n".encode())


RECORDS = [_record(number) for number in range(3)]
ARCHIVE = OTHERS + OTHERS.join(RECORDS) + OTHERS


def _index(folder: Path) -> str:
    """Writes an index of the archive; the second record has a type that is not asked for."""
    lines, start = [], len(OTHERS)
    for number, record in enumerate(RECORDS):
        fields = {
            "url": f"http://a.example/{number}", "mime": ("text/html", "image/png")[number == 1],
            "filename": "0.wet.gz", "offset": start, "length": len(record),
        }  # fmt: skip
        lines.append(f"example,a)/{number} 2026 {json.dumps(fields)}\n")
        start += len(record) + len(OTHERS)
    path = folder / "index.cdxj"
    path.write_text("".join(lines), "utf-8")
    return str(path)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyProxy]:
    """A proxy before a web server with the archive."""
    pytest.importorskip("aiohttp", reason="needs pip install aiohttp")
    server = WebServer({"0.wet.gz": ARCHIVE})
    proxy = FaultyProxy(server.port)
    yield proxy
    proxy.close()
    server.close()


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries as often as ever, but does not wait in between."""
    monkeypatch.setattr(storage.retries, "WAITS", (0.01, 0.01, 0.01, 0.01))


def _check(tmp_path: Path, proxy: FaultyProxy, base: str) -> None:
    proxy.clear()
    proxy.inject(Fault("GET", "0.wet.gz", times=1, status=503))
    how = {"path": _index(tmp_path), "format": "cdxj",
           "records": {"base": base, "mimes": ["text/html"]}}  # fmt: skip
    [rows], counts = rows_of(tmp_path, **how)
    assert [row["text"] for row in rows] == ["Record 0", "Record 2"]
    assert {row["file"] for row in rows} == {f"{base}/0.wet.gz"}
    assert counts == {"skipped-not-chosen": 1}
    asked = [found for method, path, found in proxy.requests
             if method == "GET" and path.partition("?")[0].endswith("0.wet.gz")]  # fmt: skip
    spans = [tuple(map(int, each.removeprefix("bytes=").split("-"))) for each in asked if each]
    assert len(spans) == len(asked), "no request for the whole archive"
    assert sum(end - start + 1 for start, end in spans) < 5 * sum(map(len, RECORDS))


def test_ranges_of_the_web(tmp_path: Path, web: FaultyProxy) -> None:
    _check(tmp_path, web, f"{web.url}/{FOLDER}")


@pytest.mark.cluster
def test_ranges_of_s3(tmp_path: Path, proxy: FaultyProxy) -> None:
    with fsspec.open("s3://corpus/crawl/0.wet.gz", "wb") as file:
        file.write(ARCHIVE)
    _check(tmp_path, proxy, "s3://corpus/crawl")
