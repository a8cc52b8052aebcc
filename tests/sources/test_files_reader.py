"""Files of trees and archives: one document each, with its path, or a row that says why not."""

import bz2
import gzip
import io
import json
import struct
import tarfile
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.sources.pieces import Piece, detect_format
from corpus_pipeline.sources.tar_members import is_tar, tar_members

Read = Callable[..., tuple[list[dict[str, Any]], dict[str, int]]]

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
FILES = {
    "./project/main.py": b"print('hi')\n",
    "project/README": "读我\n".encode(),
    "project/old.c": "/* caf\xe9 */ int x;".encode("latin-1"),
    "project/logo.png": PNG,
    "project/data.gz": gzip.compress(b"x"),
    "project/.git/config": b"[core]",
    "project/" + "long/" * 40 + "deep.rs": b"fn main() {}",
    "project/empty.txt": b"",
}
EXPECTED = {
    "main.py": (None, "py"),
    "README": (None, None),
    "old.c": (None, "c"),
    "logo.png": ("read-binary", "png"),
    "data.gz": ("read-binary", "gz"),
    "deep.rs": (None, "rs"),
    "empty.txt": (None, "txt"),
}


def tar(format: int = tarfile.GNU_FORMAT, files: dict[str, bytes] = FILES) -> bytes:
    """An archive with a folder, a link and the files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as archive:
        for name, kind in (("project", tarfile.DIRTYPE), ("project/link.py", tarfile.SYMTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "main.py" * (kind == tarfile.SYMTYPE)
            archive.addfile(info)
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def zipped(files: dict[str, bytes] = FILES) -> bytes:
    """The same as a zip archive, without the link."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project/", b"")
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def found(rows: list[dict[str, Any]]) -> dict[str, tuple[str | None, str | None]]:
    """Last name of each file -> (reason, extension)."""
    known = [json.loads(row["metadata"]) for row in rows]
    return {
        each["path"].rpartition("/")[2]: (row["drop_reason"], each.get("extension"))
        for row, each in zip(rows, known, strict=True)
    }


@pytest.mark.parametrize(
    ("data", "compression", "counts"),
    [
        (tar(), None, {"skipped-link": 1, "skipped-hidden": 1}),
        (tar(tarfile.PAX_FORMAT), None, {"skipped-link": 1, "skipped-hidden": 1}),
        (gzip.compress(tar()), "gz", {"skipped-link": 1, "skipped-hidden": 1}),
        (bz2.compress(tar()), "bz2", {"skipped-link": 1, "skipped-hidden": 1}),
        (zstandard.compress(tar()), "zst", {"skipped-link": 1, "skipped-hidden": 1}),
        (zipped(), None, {"skipped-hidden": 1}),
    ],
)  # fmt: skip
def test_every_file_is_a_row_or_counted(
    read: Read, data: bytes, compression: str | None, counts: dict[str, int]
) -> None:
    assert detect_format("a.bin", data[:65536], "files") == ("files", compression)
    rows, noted = read(data, "files", compression)
    assert noted == counts
    assert found(rows) == EXPECTED
    assert [row["text"] for row in rows[:2]] == ["print('hi')\n", "读我\n"]
    assert (rows[2]["raw"], rows[2]["mime"]) == (FILES["project/old.c"], "text/plain")
    assert json.loads(rows[3]["metadata"])["container"] == "an image"
    assert [row["record"] for row in rows] == sorted({row["record"] for row in rows})


@pytest.mark.parametrize(
    ("path", "data", "reason"),
    [
        ("src/a.py", b"x = 1\n", None),
        ("src/a.bin", bytes(range(256)), "read-binary"),
        ("src/a.txt", "文字".encode("utf-16"), None),
        ("src/a.pdf", b"%PDF-1.7\n", "read-binary"),
        ("src/a.txt", b"x" * 2000, "read-too-large"),
        ("src/a", b"", None),
    ],
)
def test_files_that_are_no_archives(read: Read, path: str, data: bytes, reason: str | None) -> None:
    [row], counts = read(
        data, "", pieces=[Piece(path, "files", None, 0, None)], max_document_bytes=1000
    )
    assert (row["drop_reason"], counts) == (reason, {})
    assert json.loads(row["metadata"])["path"] == path


def test_large_files_cost_themselves(read: Read) -> None:
    files = {"big.txt": b"x" * 5000, "small.txt": b"y"}
    for data in (tar(files=files), zipped(files)):
        rows, _ = read(data, "files", max_document_bytes=1000)
        assert found(rows) == {"big.txt": ("read-too-large", "txt"), "small.txt": (None, "txt")}


def test_a_cut_archive_keeps_what_is_before(read: Read) -> None:
    data = tar()
    rows, _ = read(data[: data.index("读我".encode()) + 3], "files")
    assert [row["drop_reason"] for row in rows] == [None, "read-truncated"]
    packed = gzip.compress(data)
    rows, _ = read(packed[: len(packed) // 2], "files", "gz")
    assert rows[-1]["drop_reason"] == "read-truncated"
    broken = bytearray(data)
    broken[data.index(b"project/README") + 3] ^= 1
    rows, _ = read(bytes(broken), "files")
    assert [row["drop_reason"] for row in rows] == [None, "read-broken-record"]


def test_damaged_zip_archives(read: Read) -> None:
    data = zipped()
    assert [r["drop_reason"] for r in read(data[:200], "files")[0]] == ["read-broken-file"]
    broken = bytearray(data)
    at = data.index(b"main.py") + 8
    broken[at] ^= 0xFF
    rows, _ = read(bytes(broken), "files")
    assert rows[0]["drop_reason"] == "read-broken-record"
    assert len(rows) == len(EXPECTED)
    locked = bytearray(data)
    for magic, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(b"main.py")
        at = data.rindex(magic, 0, at) if magic == b"PK\x03\x04" else data.index(magic, at)
        at = data.index(magic, at + 1) if magic == b"PK\x01\x02" else at
        struct.pack_into("<H", locked, at + flags, 1)
    rows, _ = read(bytes(locked), "files")
    assert rows[0]["drop_reason"] == "read-encrypted"


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_characters="\0/"), min_size=1, max_size=150),
        st.binary(max_size=700), max_size=5,
    ),
    st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]), st.integers(1, 1500),
)  # fmt: skip
def test_members_are_those_of_the_standard_library(
    files: dict[str, bytes], format: int, block: int
) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    data = out.getvalue()
    blocks = iter([data[at : at + block] for at in range(0, len(data), block)])
    members = list(tar_members(blocks, 10_000))
    assert [(each.name, each.content) for each in members] == list(files.items())
    assert is_tar(data) == bool(files)


@given(st.binary(max_size=2000), st.integers(0, 3))
def test_any_bytes_end(data: bytes, seed: int) -> None:
    archive = bytearray(tar())
    archive[600 * seed : 600 * seed + len(data)] = data
    for member in tar_members(iter([bytes(archive)]), 1000):
        assert member.content is None or len(member.content) <= 1000
