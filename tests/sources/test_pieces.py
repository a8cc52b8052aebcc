import gzip
import io
import json
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.errors import InputError
from corpus_pipeline.sources.formats import FORMATS
from corpus_pipeline.sources.pieces import (
    ForeignFileError,
    Piece,
    cut_file,
    detect_format,
)

_JSON = b'{"text": "hello"}\n'
_WARC = b"WARC/1.0\r\nWARC-Type: warcinfo\r\n"


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("CC-MAIN-2024.warc.gz", b"", ("warc", "gz")),
        ("CC-MAIN-2024.warc.wet.gz", b"", ("wet", "gz")),
        ("a.wet.gz", b"", ("wet", "gz")),
        ("a.warc", _WARC, ("warc", None)),
        ("s3://bucket/x.v1/a.JSONL.ZST", b"", ("jsonl", "zst")),
        ("a.ndjson.gz", b"", ("jsonl", "gz")),
        ("a.json", b"", ("jsonl", None)),
        ("a.parquet", b"PAR1", ("parquet", None)),
        ("文档.txt", "你好".encode(), ("text", None)),
        ("main.py.gz", b"", ("text", "gz")),
        ("README.md", b"# {", ("text", None)),
        ("part-0000", _JSON, ("jsonl", None)),
        ("part-0000", b"\xef\xbb\xbf\n " + _JSON, ("jsonl", None)),
        ("part-0000", gzip.compress(_JSON, mtime=0), ("jsonl", "gz")),
        ("part-0000.gz", zstandard.compress(_WARC), ("warc", "zst")),
        ("part-0000", zstandard.compress(_WARC), ("warc", "zst")),
        ("part-0000", _WARC + b"\r\nWARC-Type: conversion", ("wet", None)),
        ("part-0000", b"PAR1\x15\x04", ("parquet", None)),
        ("a.html", b"<p>\xe4", ("html", None)),
        ("页.HTM.gz", b"", ("html", "gz")),
        ("a.xhtml", b"<?xml version='1.0'?>", ("html", None)),
        ("page", b"\n<!DOCTYPE html><p>", ("html", None)),
        ("page", "<!-- saved from -- 网址 -->\n<HTML lang=zh>".encode(), ("html", None)),
        ("page.gz", gzip.compress(b"<?xml version='1.0'?>\n<html>", mtime=0), ("html", "gz")),
        ("unpacked-on-its-way.jsonl.gz", _JSON, ("jsonl", None)),
    ],
)
def test_format_is_told_by_name_then_content(
    name: str, head: bytes, expected: tuple[str, str | None]
) -> None:
    assert detect_format(name, head) == expected


@pytest.mark.parametrize(
    ("name", "head", "remedy"),
    [
        ("data.bin", b"\x00\x01", "`format:`"),
        ("README", b"hello", "`format:`"),
        ("a.json", b' ["x", "y"]', "jq -c"),
        ("a.json.gz", gzip.compress(b'[\n"x"]', mtime=0), "jq -c"),
        ("a.arc.gz", gzip.compress(b"filedesc://a.arc 0.0.0.0", mtime=0), "warcio recompress"),
        ("a.parquet.gz", gzip.compress(b"PAR1", mtime=0), "decompress"),
    ],
)
def test_unknown_content_is_refused_with_a_remedy(name: str, head: bytes, remedy: str) -> None:
    with pytest.raises(InputError) as caught:
        detect_format(name, head)
    message = str(caught.value)
    assert message.startswith(name)
    assert remedy in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("name", "head", "foreign"),
    [
        ("notes", b"hello", True),
        ("paper.pdf", b"%PDF-1.4", True),
        ("archive.zip", b"PK\x03\x04 zip", True),
        ("a.arc", b"filedesc://a.arc 0.0.0.0", True),
        ("a.warc.gz", gzip.compress(b"filedesc://a.arc 0.0.0.0", mtime=0), True),
        ("feed.xml", b"<?xml version='1.0'?><rss>", True),
        ("empty", b"", True),
        # What is called documents and is none was damaged on its way.
        ("a.jsonl", b"PK\x03\x04 zip", False),
        ("a.parquet", b"version https://git-lfs.github.com/spec/v1", False),
        ("a.jsonl", b"<!DOCTYPE html><p>Not found", False),
    ],
)
def test_foreign_files_are_told_from_damaged_ones(name: str, head: bytes, foreign: bool) -> None:
    with pytest.raises(InputError) as caught:
        detect_format(name, head)
    assert isinstance(caught.value, ForeignFileError) == foreign


def test_damaged_head_is_left_to_the_reader() -> None:
    assert detect_format("a.jsonl.gz", gzip.compress(_JSON, mtime=0)[:12]) == ("jsonl", "gz")
    assert detect_format("a.jsonl.gz", b"\x1f\x8b\x08\xff broken") == ("jsonl", "gz")


def test_pieces_are_values() -> None:
    piece = Piece("文.jsonl.gz", "jsonl", "gz", 3, None)
    assert Piece.from_json(json.loads(json.dumps(piece.to_json()))) == piece
    assert (
        sorted([Piece("b", "text", None, 0, None), Piece("a", "text", None, 9, None)])[0].path
        == "a"
    )
    with pytest.raises(ValueError, match="start <= end"):
        Piece("a", "jsonl", None, 4, 3)


@given(
    size=st.integers(0, 3000),
    unit=st.integers(1, 500),
    kind=st.sampled_from([("jsonl", None), ("warc", None), ("wet", "gz"), ("text", None)]),
)
def test_pieces_cover_the_file_evenly(size: int, unit: int, kind: tuple[str, str | None]) -> None:
    pieces = cut_file("a", io.BytesIO(bytes(size)), size, *kind, unit)
    assert pieces[0].start == 0
    assert pieces[-1].end is None
    assert [piece.end for piece in pieces[:-1]] == [piece.start for piece in pieces[1:]]
    widths = [(size if p.end is None else p.end) - p.start for p in pieces]
    if len(pieces) > 1:
        assert max(widths) - min(widths) <= 1
    if kind[0] != "text":
        assert max(widths) <= unit + 1
    assert pieces == cut_file("a", io.BytesIO(bytes(size)), size, *kind, unit)


@pytest.mark.parametrize("compression", ["gz", "zst"])
def test_compressed_lines_are_cut_by_their_estimated_length(
    cut: Callable[..., list[Piece]], compression: str
) -> None:
    text = b"".join(b'{"text": "%d", "n": 1}\n' % n for n in range(50_000))
    data = gzip.compress(text, mtime=0) if compression == "gz" else zstandard.compress(text)
    starts = [piece.start for piece in cut(data, "jsonl", compression, -(-len(text) // 4))]
    assert starts == pytest.approx([len(text) * i / 4 for i in range(4)], abs=2)
    assert len(cut(data, "jsonl", compression, 10)) == 16
    assert len(cut(data, "jsonl", compression, len(data) * 20)) == 1


def test_estimate_survives_damage(cut: Callable[..., list[Piece]]) -> None:
    data = gzip.compress(_JSON * 1000, mtime=0)
    assert len(cut(data[: len(data) // 2], "jsonl", "gz", 100)) >= 1
    assert len(cut(b"no gzip at all", "jsonl", "gz", 1)) == 1


def test_row_groups_are_grouped_by_size(cut: Callable[..., list[Piece]]) -> None:
    file = io.BytesIO()
    table = pa.table({"text": [f"{i:0100d}" for i in range(1000)]})
    pq.write_table(table, file, row_group_size=100, compression=None, use_dictionary=False)
    total = sum(pq.ParquetFile(file).metadata.row_group(i).total_byte_size for i in range(10))
    pieces = cut(file.getvalue(), "parquet", None, -(-total // 4))
    assert [(p.start, p.end) for p in pieces] == [(0, 2), (2, 5), (5, 7), (7, None)]
    assert len(cut(file.getvalue(), "parquet", None, 1)) == 10
    assert len(cut(file.getvalue()[:-9], "parquet", None, 1)) == 1


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="unit_bytes"):
        cut_file("a", io.BytesIO(), 0, "text", None, 0)
    with pytest.raises(ValueError, match="format must be one of"):
        cut_file("a", io.BytesIO(), 0, "csv", None, 1)
    assert "csv" not in FORMATS
