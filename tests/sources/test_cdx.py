"""Records that an index chooses: each fetched by its range, every line accounted for."""

import gzip
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from corpus_pipeline.sources.cdx import Wanted, read_chosen
from corpus_pipeline.sources.pieces import Piece, cut_file
from corpus_pipeline.sources.reading import ReadOptions
from corpus_pipeline.sources.selection import Selection

PAGES = [("en", "eng", "200"), ("de", "deu,eng", "200"), ("fr", "fra", "404"), ("zh", "zho", "200")]


def record(name: str, status: str) -> bytes:
    """A member of an archive."""
    payload = f"HTTP/1.1 {status} X\r\nContent-Type: text/html\r\n\r\n<p>page {name}".encode()
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://{name}.example/a\r\n"
        f"Content-Type: application/http\r\nContent-Length: {len(payload)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + payload + b"\r\n\r\n")


ARCHIVE, LINES = b"", []
for _name, _language, _status in PAGES:
    _member = record(_name, _status)
    _fields = {"url": f"https://{_name}.example/a", "mime": "text/html", "status": _status,
               "length": str(len(_member)), "offset": str(len(ARCHIVE)),
               "filename": "crawl/0.warc.gz", "languages": _language}  # fmt: skip
    LINES.append(f"example,{_name})/a 20240105120000 {json.dumps(_fields)}")
    ARCHIVE += _member


def chosen(
    index: str, pieces: list[Piece] | None = None, max_document_bytes: int = 1 << 20,
    **selection: Any,
) -> tuple[list[dict[str, Any]], dict[str, int], list[tuple[int, int]]]:  # fmt: skip
    """The rows, what was counted, and what was fetched."""
    counts: Counter[str] = Counter()
    fetched: list[tuple[int, int]] = []

    def fetch(ranges: Iterable[Wanted]) -> Iterator[tuple[Wanted, bytes]]:
        for each in ranges:
            if each.size:
                assert each.path == "https://data.example/crawl/0.warc.gz"
                fetched.append((each.start, each.size))
            yield each, ARCHIVE[each.start : each.start + each.size]

    options = ReadOptions(
        selection=Selection(base="https://data.example/", **selection),
        max_document_bytes=max_document_bytes,
    )
    rows = []
    for piece in pieces or [Piece("index.cdxj", "cdxj", None, 0, None)]:
        for paths, batch in read_chosen(
            io.BytesIO(index.encode()), piece, options, lambda n, t: counts.update({n: t}), fetch
        ):
            batch.validate(full=True)
            pairs = zip(batch.to_pylist(), paths, strict=True)
            rows += [{**row, "file": path} for row, path in pairs]
    return rows, dict(counts), fetched


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ({}, ["en", "de", "fr", "zh"]),
        ({"languages": ("deu", "zho")}, ["de", "zh"]),
        ({"statuses": (200,)}, ["en", "de", "zh"]),
        ({"url_prefixes": ("https://fr.", "https://de.example/a")}, ["de", "fr"]),
        ({"mimes": ("text/plain",)}, []),
        ({"mimes": ("text/html",), "languages": ("eng",)}, ["en"]),
    ],
)
def test_only_what_is_chosen_is_fetched(selection: dict[str, Any], expected: list[str]) -> None:
    rows, counts, fetched = chosen("\n".join(LINES), **selection)
    assert [row["url"] for row in rows] == [f"https://{name}.example/a" for name in expected]
    assert [row["record"] for row in rows] == [start for start, _ in fetched]
    assert len(rows) + counts.get("skipped-not-chosen", 0) == len(LINES)
    for row in rows:
        assert row["file"] == "https://data.example/crawl/0.warc.gz"
        assert row["drop_reason"] == ("read-http-status" if "fr." in row["url"] else None)


def test_the_type_that_the_crawl_found_counts_first() -> None:
    line = LINES[0].replace('"mime":', '"mime-detected": "application/pdf", "mime":')
    assert chosen(line, mimes=("text/html",))[0] == []
    assert len(chosen(line, mimes=("application/pdf",))[0]) == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("no object", "read-broken-record"),
        ('a 1 {"url": "cut', "read-broken-record"),
        ("a 1 {}", "read-broken-record"),
        (LINES[0].replace("crawl/0.warc.gz", "../../etc/passwd"), "read-broken-record"),
        (LINES[0].replace("crawl/0.warc.gz", "s3://other/a"), "read-broken-record"),
        (LINES[0].replace('"offset": "0"', '"offset": "-1"'), "read-broken-record"),
        (LINES[0].replace('"length": "', '"length": "9999999'), "read-too-large"),
        (LINES[0].replace('"offset": "0"', '"offset": "99999"'), "read-truncated"),
        (LINES[0].replace('"offset": "0"', '"offset": "3"'), "read-trailing-garbage"),
        ("x" * 2_000_000, "read-too-large"),
    ],
)
def test_lines_that_lead_nowhere_cost_themselves(line: str, reason: str) -> None:
    rows, _, _ = chosen(f"{line}\n{LINES[1]}\n\n")
    reasons = [row["drop_reason"] for row in rows]
    if reason == "read-trailing-garbage":
        # What the bytes of another place are is for the reader of archives to say.
        assert reasons[0] is not None
        assert reasons[-1] is None
    else:
        assert reasons == [reason, None]


def test_pieces_give_every_record_once() -> None:
    index = "\n".join(LINES * 5)
    pieces = cut_file("index.cdxj", io.BytesIO(index.encode()), len(index), "cdxj", None, 300)
    assert len(pieces) > 3
    assert chosen(index, pieces)[0] == chosen(index)[0]
