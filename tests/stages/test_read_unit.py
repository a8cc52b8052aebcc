"""Units whose records come from several files: threads of a folder, chosen records."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from corpus_pipeline.config.config import build_config
from corpus_pipeline.flow import document_schema
from corpus_pipeline.planning.plan import make_plan, read_options
from corpus_pipeline.sources.reading import ReadOptions
from corpus_pipeline.stages.read import ReadStageOptions, _parts
from corpus_pipeline.storage import place


def rows_of(
    folder: Path, plan_section: Any = None, **fields: Any
) -> tuple[list[list[dict[str, Any]]], dict[str, int]]:
    """The rows of each unit of a plan, with their files, and what was counted."""
    inputs = [{"source": "s", **fields}]
    settings = {"inputs": inputs, "output": str(folder / "out"), "plan": plan_section or {}}
    config = build_config(settings, "test")
    plan = make_plan(config, {})
    plan.save(place(str(folder / "state")))
    options: ReadOptions = read_options(config, config.inputs[0])
    run = ReadStageOptions(
        str(folder / "state" / plan.run / "units.arrow"),
        {"s": options}, {"s": None}, document_schema(),
    )  # fmt: skip
    counts: dict[str, int] = {}

    def count(name: str, times: int) -> None:
        counts[name] = counts.get(name, 0) + times

    units = []
    for unit in plan.units:
        rows = []
        for path, batch in _parts(unit, options, count, run):
            files = path if isinstance(path, list) else [path] * batch.num_rows
            rows += [
                {**row, "file": file} for row, file in zip(batch.to_pylist(), files, strict=True)
            ]
        units.append(rows)
    return units, counts


def dump(path: Path, *posts: dict[str, Any]) -> None:
    """Writes posts as a dump has them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(post) + "\n" for post in posts), "utf-8")


def test_a_folder_of_dumps_is_one_unit(tmp_path: Path) -> None:
    comment = {"link_id": "t3_q", "parent_id": "t3_q", "score": 1}
    for month in ("01", "02"):
        folder = tmp_path / "dumps" / month
        dump(folder / "RS.jsonl", {"id": "q", "title": f"Month {month}", "score": 2})
        dump(folder / "RC.jsonl", {"id": "a", "body": "Yes.", **comment},
             {"id": "b", "body": "No.", **comment})  # fmt: skip
    units, counts = rows_of(
        tmp_path, path=str(tmp_path / "dumps"), format="reddit", posts={"join": "thread"}
    )
    assert [[row["text"] for row in rows] for rows in units] == [
        [f"Month {month}\n\nYes.\n\nNo."] for month in ("01", "02")
    ]
    assert [Path(row["file"]).name for rows in units for row in rows] == ["RS.jsonl"] * 2
    assert counts == {"joined-post": 4}
    # Without joining the files are read as others are.
    units, counts = rows_of(tmp_path, path=str(tmp_path / "dumps"), format="reddit")
    assert sum(map(len, units)) == 6
    assert counts == {}


@pytest.mark.parametrize("there", [True, False])
def test_chosen_records_are_read_out_of_archives(tmp_path: Path, there: bool) -> None:
    record = gzip.compress(
        b"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: http://a.example/\r\n"
        b"Content-Length: 5\r\n\r\nHello\r\n\r\n"
    )
    (tmp_path / "crawl").mkdir()
    if there:
        (tmp_path / "crawl" / "0.wet.gz").write_bytes(b"x" * 10 + record + b"y" * 10)
    fields = {"url": "http://a.example/", "filename": "0.wet.gz", "offset": 10,
              "length": len(record)}  # fmt: skip
    (tmp_path / "index.cdxj").write_text(f"example,a)/ 2024 {json.dumps(fields)}\n", "utf-8")
    how = {"path": str(tmp_path / "index.cdxj"), "format": "cdxj",
           "records": {"base": str(tmp_path / "crawl")}}  # fmt: skip
    if not there:
        with pytest.raises(Exception, match=r"0\.wet\.gz: cannot be opened"):
            rows_of(tmp_path, **how)
        return
    [[row]], counts = rows_of(tmp_path, **how)
    assert (row["text"], row["record"], counts) == ("Hello", 10, {})
    assert row["file"] == str(tmp_path / "crawl" / "0.wet.gz")


def test_folders_may_be_fields(tmp_path: Path) -> None:
    for lang, extra in (("de", {}), ("zh", {"lang": "own", "n": 1})):
        dump(tmp_path / f"lang={lang}" / "year=2024" / "a.jsonl", {"text": lang, **extra})
    [rows], _ = rows_of(tmp_path, path=str(tmp_path), partitions=True)
    assert [json.loads(row["metadata"]) for row in rows] == [
        {"lang": "de", "year": "2024"},
        {"lang": "own", "year": "2024", "n": 1},
    ]
    [rows], _ = rows_of(tmp_path, path=str(tmp_path / "lang=de"))
    assert [row["metadata"] for row in rows] == [None]


def test_records_of_a_folder_are_joined_and_cut(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        pages = [{"book": folder, "page": n, "text": f"Page {n}. End {n}."} for n in (2, 1)]
        for page in pages:
            dump(tmp_path / "in" / folder / f"{page['page']}.jsonl", page)
    units, counts = rows_of(
        tmp_path,
        path=str(tmp_path / "in"),
        format="jsonl",
        join={"by": "book", "order": "page", "separator": " "},
        split={"at": r"[.] ", "found": "ends", "max_chars": 20},
    )
    assert [[(row["id"], row["text"]) for row in rows] for rows in units] == [
        [(f"{name}#0", "Page 1. End 1. "), (f"{name}#1", "Page 2. End 2.")] for name in "ab"
    ]
    assert [Path(row["file"]).name for rows in units for row in rows] == ["1.jsonl"] * 4
    assert counts == {"joined-record": 2, "split-segment": 2}


def test_the_files_of_a_repository_are_in_one_unit(tmp_path: Path) -> None:
    for path in ("one/a.py", "one/src/b.py", "one-more/a.py", "two/a.py", "README"):
        file = tmp_path / "in" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {path}\n")
    units, counts = rows_of(
        tmp_path,
        {"unit_bytes": 1},
        path=f"{tmp_path}/in",
        format="files",
        join={"by": "path", "folders": 1, "heading": "<{path}>", "separator": ""},
    )
    assert [[(row["id"], row["text"]) for row in rows] for rows in units] == [
        [(None, "# README\n")],
        [("one-more", "<one-more/a.py># one-more/a.py\n")],
        [("one", "<one/a.py># one/a.py\n<one/src/b.py># one/src/b.py\n")],
        [("two", "<two/a.py># two/a.py\n")],
    ]
    assert counts == {"joined-record": 1}
