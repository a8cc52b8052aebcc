"""Records joined by a field: in which order, under which names, and that each is accounted for."""

import io
import json
import tarfile
from typing import Any

import pytest

from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.reading import ReadOptions, read_joined
from corpus_pipeline.sources.shapes import JoinOptions

PAGES: list[dict[str, Any]] = [
    {"book": "b", "page": 10, "text": "ten", "url": "u10"},
    {"book": "a", "page": 1, "text": "one"},
    {"book": "b", "page": 9, "text": "nine", "title": "B"},
    {"page": 3, "text": "alone"},
    {"book": "b", "text": "none"},
    {"book": ["a"], "text": "a list"},
    {"book": "a"},
]


def joined(
    files: dict[str, bytes], format: str = "jsonl", bytes_at_most: int = 1 << 20, **options: Any
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """The rows, each with its file, and what was counted."""
    counts: dict[str, int] = {}

    def count(name: str, times: int) -> None:
        counts[name] = counts.get(name, 0) + times

    pieces = (
        (Piece(path, format, None, 0, None), io.BytesIO(data)) for path, data in files.items()
    )
    how = ReadOptions(max_document_bytes=bytes_at_most, join=JoinOptions(**options))
    rows = []
    for paths, batch in read_joined(pieces, how, count, io.BytesIO):
        batch.validate(full=True)
        rows += [{**row, "file": path} for row, path in zip(batch.to_pylist(), paths, strict=True)]
    return rows, counts


def lines(records: list[dict[str, Any]]) -> bytes:
    """JSON Lines."""
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def texts(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Text by id, of the rows that are joined."""
    return {row["id"]: row["text"] for row in rows if row["id"] is not None}


def test_pages_of_books() -> None:
    files = {"x": lines(PAGES[:3]), "y": lines(PAGES[3:])}
    rows, counts = joined(files, by="book", order="page")
    assert [(row["text"], row["drop_reason"]) for row in rows[:3]] == [
        ("alone", None), ("a list", None), (None, "read-missing-text"),
    ]  # fmt: skip
    assert texts(rows) == {"a": "one", "b": "nine\n\nten\n\nnone"}
    [book] = [row for row in rows if row["id"] == "b"]
    assert json.loads(book["metadata"]) == {"book": "b", "page": 9, "title": "B", "records": 3}
    # Those of the first part: its file, place and address.
    assert (book["file"], book["url"]) == ("x", None)
    assert files["x"][book["record"] :].startswith(b'{"book": "b", "page": 9')
    assert counts == {"joined-record": 2}
    assert len(rows) + counts["joined-record"] == len(PAGES)


def test_neither_files_nor_memory_change_what_is_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    records = [{"id": str(n % 7), "n": n, "text": "x" * (n % 50)} for n in range(300)]
    whole, counts = joined({"x": lines(records)}, by="id", order="n")
    monkeypatch.setattr("corpus_pipeline.sources.assembling.GROUP_BYTES", 20_000)
    apart = {str(i): lines(records[i : i + 90]) for i in range(0, 300, 90)}
    rows, again = joined(apart, bytes_at_most=10_000, by="id", order="n")
    assert [row["text"] for row in rows] == [row["text"] for row in whole]
    assert counts == again == {"joined-record": 293}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {"7": "b\n\na\n\ncc"}),
        ({"order": "n"}, {"7": "a\n\nb\n\ncc"}),
        ({"order": "n", "separator": "|", "max_chars": 4}, {"7#0": "a|b", "7#1": "cc"}),
        ({"order": "n", "separator": "|", "max_chars": 1}, {"7#0": "a", "7#1": "b", "7#2": "cc"}),
        ({"max_records": 2}, {"7#0": "b\n\na", "7#1": "cc"}),
        (
            {"title": "<{group}{none}>", "heading": "[{n}]", "separator": ""},
            {"7": "<7>[2]b[1]a[3]cc"},
        ),
        (
            {"title": "<{n}>", "heading": "[{n}]", "separator": "", "max_chars": 11},
            {"7#0": "<2>[2]b[1]a", "7#1": "<3>[3]cc"},
        ),
    ],
)
def test_options(options: dict[str, Any], expected: dict[str, str]) -> None:
    records = [{"id": 7, "n": 2, "text": "b"}, {"id": 7, "n": 1, "text": "a"},
               {"id": 7, "n": 3, "text": "cc"}]  # fmt: skip
    rows, counts = joined({"x": lines(records)}, by="id", **options)
    assert texts(rows) == expected
    assert len(rows) + counts.get("joined-record", 0) == 3


def test_numbers_that_no_double_holds_are_told_apart() -> None:
    one, two = 10**20, 10**20 + 1
    data = b"".join(b'{"k": %d, "text": "%d"}\n' % (n, n % 10) for n in (one, two, one))
    rows, _ = joined({"x": data}, by="k")
    assert texts(rows) == {str(one): "0\n\n0", str(two): "1"}


def test_documents_that_become_too_large() -> None:
    records = [{"k": "a", "text": "x" * 60} for _ in range(3)] + [{"k": "b", "text": "y"}]
    rows, counts = joined({"x": lines(records)}, bytes_at_most=100, by="k")
    assert {row["id"]: row["drop_reason"] for row in rows} == {"a": "read-too-large", "b": None}
    assert counts == {"joined-record": 2}


def test_a_group_that_memory_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus_pipeline.sources.assembling.GROUP_BYTES", 100)
    records = [{"k": "a", "text": "x" * 60} for _ in range(3)] + [{"k": "b", "text": "y"}]
    rows, counts = joined({"x": lines(records)}, bytes_at_most=100, by="k", max_chars=90)
    assert {row["id"]: row["drop_reason"] for row in rows}["a#0"] == "read-too-large"
    assert len(rows) + counts["joined-record"] == 4


def test_files_of_a_repository() -> None:
    files = {
        "in/one/src/a.py": b"a = 1\n",
        "in/one/b.py": b"b = 2\n",
        "in/one/logo.png": b"\x89PNG\r\n\x1a\n",
        "in/one/wide.txt": "é".encode("utf-16"),
        "in/two/c.py": b"c = 3\n",
        "in/README": b"none",
    }
    how: dict[str, Any] = {
        "title": "<repo>{group}",
        "heading": "<file>{path}\n",
        "separator": "",
        "order": "path",
    }
    rows, counts = joined(files, "files", by="path", folders=1, root="in/", **how)
    assert texts(rows) == {
        "one": "<repo>one<file>one/b.py\nb = 2\n<file>one/src/a.py\na = 1\n<file>one/wide.txt\né",
        "two": "<repo>two<file>two/c.py\nc = 3\n",
    }
    alone = [(row["file"], row["drop_reason"]) for row in rows if row["id"] is None]
    assert alone == [("in/one/logo.png", "read-binary"), ("in/README", None)]
    assert counts == {"joined-record": 2}


@pytest.mark.parametrize(("folders", "expected"), [(0, ["a.tar", "b.tar"]), (1, ["p", "p"])])
def test_a_repository_does_not_leave_its_archive(folders: int, expected: list[str]) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name in ("a", "q/b"):
            info = tarfile.TarInfo(f"p/{name}.py")
            info.size = 1
            archive.addfile(info, io.BytesIO(name[-1:].encode()))
    files = {"in/a.tar": out.getvalue(), "in/b.tar": out.getvalue()}
    rows, _ = joined(files, "files", by="path", folders=folders, root="in/")
    assert sorted(row["id"] for row in rows) == expected
    assert {row["text"] for row in rows} == {"a\n\nb"}
