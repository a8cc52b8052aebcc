"""What the first bytes of a file say, and the line that whoever cannot be read gets."""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from corpus_pipeline.errors import InputError
from corpus_pipeline.sources.containers import container_of, is_plain_text
from corpus_pipeline.sources.pieces import bytes_to_see, detect_format

LINES = "".join(json.dumps({"text": f"第{n}条"}) + "\n" for n in range(20)).encode()
SKIPPABLE = b"\x5a\x2a\x4d\x18" + (3).to_bytes(4, "little") + b"abc"


def _zip(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, LINES)
    return file.getvalue()


def _tar() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo("a.jsonl")
        member.size = len(LINES)
        archive.addfile(member, io.BytesIO(LINES))
    return file.getvalue()


def _parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"text": ["一"]}), file)
    return file.getvalue()


def _arrow(make: object) -> bytes:
    table = pa.table({"text": ["一"]})
    file = io.BytesIO()
    with make(file, table.schema) as writer:  # type: ignore[operator]
        writer.write_table(table)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "compression"),
    [
        ("a.jsonl.gz", zstandard.compress(LINES), "zst"),
        ("a.jsonl.zst", gzip.compress(LINES), "gz"),
        ("a.jsonl.gz", bz2.compress(LINES), "bz2"),
        ("a.jsonl.bz2", lzma.compress(LINES), "xz"),
        ("a.jsonl.xz", lzma.compress(LINES, format=lzma.FORMAT_ALONE), "lzma"),
        ("a.jsonl.lzma", LINES, None),
        ("a.jsonl.gz", LINES, None),
        ("a.jsonl.zst", LINES, None),
        ("a.jsonl.bz2", LINES, None),
        ("a.jsonl.br", LINES, None),
        ("a.jsonl", gzip.compress(LINES), "gz"),
        ("part-0", gzip.compress(LINES[:9]) + gzip.compress(LINES[9:]), "gz"),
        ("part-0", SKIPPABLE + SKIPPABLE + zstandard.compress(LINES), "zst"),
        ("a.jsonl.gz", b"", "gz"),
        ("a.jsonl.zst", b"", "zst"),
    ],
)
def test_first_bytes_tell_the_compression(
    name: str, content: bytes, compression: str | None
) -> None:
    for declared in ("auto", "jsonl"):
        assert detect_format(name, content, declared) == ("jsonl", compression)


REFUSED: list[tuple[str, bytes, str]] = [
    ("a.jsonl.zip", _zip("a.jsonl"), "is a zip archive; unpack it"),
    ("a.jsonl", _zip("a.jsonl"), "is a zip archive; unpack it"),
    ("a.jsonl", _zip("[Content_Types].xml"), "is a Word, Excel or PowerPoint file"),
    ("a.jsonl.7z", b"7z\xbc\xaf\x27\x1c\0\4", "is a 7z archive"),
    ("a.rar", b"Rar!\x1a\x07\x01\0", "is a rar archive"),
    ("a.tar", _tar(), "is a tar archive; unpack it"),
    ("a.tar.gz", gzip.compress(_tar()), "is a tar archive inside gz; unpack it"),
    ("a.jsonl.tgz", gzip.compress(_tar()), "is a tar archive inside gz; unpack it"),
    ("a.tar.bz2", bz2.compress(_tar()), "is a tar archive inside bz2; unpack it"),
    ("a.jsonl.lz4", b"\x04\x22\x4d\x18\x40\x40\xc0\x05", "is lz4, which is not read; recompress"),
    ("a.jsonl.lz4", b"\x50\x2a\x4d\x18\0\0\0\0\x04\x22\x4d\x18", "is lz4 by its name"),
    ("a.jsonl.sz", b"\xff\x06\0\0sNaPpY\x01", "is snappy, which is not read"),
    ("a.jsonl.snappy", b"\x80\x80\x04\xf0\x9b", "is snappy by its name"),
    ("a.jsonl.br", b"\x8b\x02\x80\xff\xfe", "is brotli by its name, which is not read; recompress"),
    ("a.jsonl.Z", b"\x1f\x9d\x90\x7b\x44", "is compress (.Z), which is not read"),
    ("a.jsonl", _arrow(pa.ipc.new_file), "is an Arrow (Feather) file; write it as Parquet"),
    ("a.jsonl", _arrow(pa.ipc.new_stream), "is an Arrow stream; write it as Parquet"),
    ("a.jsonl", b"ORC\x0a\x03\0\0\x01", "is an ORC file"),
    ("a.jsonl", b"Obj\x01\x04\x16avro.schema", "is an Avro file"),
    ("a.jsonl", b"SQLite format 3\0\x10\0", "is an SQLite database"),
    ("a.jsonl", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "is a PDF; convert it to text"),
    ("a.jsonl", b"%PDF-1.4\nall of it ASCII", "is a PDF; convert it to text"),
    ("a.jsonl", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "is an old Word, Excel or PowerPoint file"),
    ("a.jsonl", b"{\\rtf1\\ansi", "is an RTF document"),
    ("a.parquet", b"PARE\x15\x04", "is an encrypted Parquet file"),
    ("a.parquet", b"version https://git-lfs.github.com/spec/v1\n", "is a pointer of Git LFS"),
    ("a.jsonl.gz", gzip.compress(gzip.compress(LINES)), "is compressed twice (gz in gz)"),
]


@pytest.mark.parametrize(("name", "content", "line"), REFUSED)
def test_what_is_not_read_is_named(name: str, content: bytes, line: str) -> None:
    for declared in ("auto", "jsonl"):
        if name.endswith(".parquet") and declared != "auto":
            continue
        with pytest.raises(InputError) as caught:
            detect_format(f"folder/{name}", content, declared)
        assert str(caught.value).startswith(f"folder/{name}: {line}")
        assert "\n" not in str(caught.value)
        assert ";" in str(caught.value), "it says what to do"


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("a.jsonl", LINES.decode().encode("utf-16"), "is JSON in UTF-16, only UTF-8 is read"),
        ("a.jsonl", LINES.decode().encode("utf-16-le"), "is JSON in UTF-16LE, only"),
        ("a.json", LINES.decode().encode("utf-32"), "is JSON in UTF-32, only UTF-8 is read"),
        ("a.jsonl.gz", gzip.compress(LINES.decode().encode("utf-16")), "is JSON in UTF-16, only"),
        ("a.jsonl", _parquet(), "is parquet by its first bytes and not jsonl"),
        ("a.parquet", LINES, "is jsonl by its first bytes and not parquet"),
        ("a.parquet", b"text,lang\n", "is text and not Parquet"),
        ("a.jsonl", b"WARC/1.0\r\n", "is warc by its first bytes and not jsonl"),
        ("a.jsonl", b"<!DOCTYPE html><title>404", "is an HTML or XML page and not jsonl"),
        ("a.warc.gz", b"<?xml version='1.0'?><Error>", "is an HTML or XML page and not warc"),
    ],
)
def test_content_that_its_reader_cannot_read_is_named(name: str, content: bytes, line: str) -> None:
    with pytest.raises(InputError) as caught:
        detect_format(name, content)
    assert str(caught.value).startswith(f"{name}: {line}")
    assert "\n" not in str(caught.value)


def test_a_text_that_is_something_else_is_left_to_its_reader() -> None:
    assert detect_format("a.py", _zip("a.py")) == ("text", None)
    with pytest.raises(InputError, match="is a zip archive"):
        detect_format("a.zip", _zip("a.py"), "text")


@pytest.mark.parametrize(
    "text", ["ORCHESTRA", "RIFF raff", "ID3 is a tag", "LZIP", "Obj", "第一章", "{\n", "MSCF 1"]
)
def test_letters_of_a_magic_number_are_text(text: str) -> None:
    assert container_of(text.encode()) is None
    assert is_plain_text(text.encode())
    assert detect_format("notes", text.encode(), "text") == ("text", None)


def test_bzip2_needs_a_whole_block_to_be_seen() -> None:
    tar = _tar() + bytes(800_000)
    data = bz2.compress(tar)
    with pytest.raises(InputError, match="tar archive inside bz2"):
        detect_format("a.jsonl.bz2", data[: bytes_to_see(data[:64])])
