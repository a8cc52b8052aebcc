"""A run that could not read most of its input ends with one line; its output can be looked at."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import corpora
import pytest
from runs import NotedProgress, Runner, small

from corpus_pipeline.cli.single_stage import single_config
from corpus_pipeline.errors import ErrorBudgetError

GOOD = corpora.json_line(corpora.CHINESE["plain"])
OBJECT = json.dumps({"text": corpora.CHINESE["plain"].text}, indent=1, ensure_ascii=False)


def _run(
    run_here: Runner, folder: Path, files: Mapping[str, str | bytes], **more: Any
) -> dict[str, Any]:
    content = small(folder / "in", folder / "out")
    (folder / "in" / "a.jsonl").unlink()
    for name, text in files.items():
        data = text if isinstance(text, bytes) else text.encode()
        (folder / "in" / name).write_bytes(data)
    content["inputs"] = [{"path": f"{folder}/in", "source": "甲", **more}]
    return content


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (
            {"a.jsonl": GOOD + "broken\n" * 2},
            ["source '甲': 2 of 3 records cannot be read", "most often for read-broken-json (2)",
             "/in/a.jsonl at ", "begins 'brok'", "repair or convert"],
        ),
        (
            {"a.jsonl": GOOD * 20, "b.jsonl": '[1]\n"text"\nnull\n'},
            ["/in/b.jsonl (source '甲'): 3 of 3 records", "read-not-an-object (3)"],
        ),
        (
            {"a.jsonl": GOOD * 20, "b.json": json.dumps({"data": [{"text": "一"}] * 9})},
            ["/in/b.json (source '甲'): 1 of 1 records", "read-nested", "the fields: data[]",
             "jq -c '.FIELD[]'"],
        ),
        (
            {"a.jsonl": GOOD * 20, "b.jsonl.gz": b"\x1f\x8b\x08\0" + bytes(range(200))},
            ["/in/b.jsonl.gz (source '甲'): 1 of 1 records", "read-truncated", "fetch or repair"],
        ),
        (
            {"a.py": "x = 1\n", "b.py": b"%PDF-1.4", "c.py": b"PK\x03\x04 zip"},
            ["source '甲': 2 of 3 records cannot be read"],
        ),
    ],
    ids=["a source", "a file", "documents inside", "the start of a stream", "texts"],
)  # fmt: skip
def test_most_records_are_unreadable(
    run_here: Runner, tmp_path: Path, files: Mapping[str, str | bytes], words: list[str]
) -> None:
    content = _run(run_here, tmp_path, files)
    for _ in range(2):  # The same command comes to the same end.
        with pytest.raises(ErrorBudgetError) as caught:
            run_here(content)
        message = str(caught.value)
        assert [word for word in words if word not in message] == []
        assert "\n" not in message
    assert not (tmp_path / "out" / "run.json").exists()
    assert corpora.rows(tmp_path / "out" / "rejected")
    # What was read is not read again by whoever goes on.
    progress = NotedProgress()
    run = run_here(content | {"allow_unreadable": True}, progress=progress)
    assert progress.finished.get("prepare", 0) in (0, 1)
    assert run["counts"]["documents"] > 0


@pytest.mark.parametrize(
    "files",
    [
        {"a.jsonl": GOOD + "broken\n"},
        {"a.jsonl": (GOOD + "broken\n") * 9 + GOOD},
        {"a.jsonl": GOOD * 20, "b.json": OBJECT[:-9], "c.json": OBJECT},
        {**{f"{n}.txt": "一" for n in range(5)}, "b.txt": b"\xff", "c.txt": b"PK\x03\x04 zip"},
        {"a.jsonl": GOOD * 20, "b.jsonl": "", "c.jsonl": "\n\n"},
    ],
    ids=["half", "less than half", "one object of many", "some texts of many", "nothing to read"],
)
def test_some_records_are_unreadable(
    run_here: Runner, tmp_path: Path, files: Mapping[str, str | bytes]
) -> None:
    assert run_here(_run(run_here, tmp_path, files))["counts"]["documents"] > 0


def test_a_wrong_text_field_names_those_that_are_there(run_here: Runner, tmp_path: Path) -> None:
    content = _run(run_here, tmp_path, {"a.jsonl": GOOD * 3}, text_field="正文")
    with pytest.raises(ErrorBudgetError) as caught:
        run_here(content)
    assert "there is no field '正文'" in str(caught.value)
    assert "the fields: id, text" in str(caught.value)
    assert corpora.CHINESE["plain"].text[:9] not in str(caught.value)


def test_all_parts_of_a_large_file_count(run_here: Runner, tmp_path: Path) -> None:
    """The last part is broken throughout, the file is not."""
    text = GOOD * 30 + "broken\n" * 20
    content = _run(run_here, tmp_path, {"a.jsonl": text, "b.jsonl": GOOD * 9})
    content["plan"] = {"unit_bytes": len(GOOD.encode()) * 5}
    assert run_here(content)["counts"]["dropped-read-broken-json"] == 20
    (tmp_path / "in" / "a.jsonl").write_text(GOOD * 3 + "broken\n" * 999, "utf-8")
    with pytest.raises(ErrorBudgetError, match=r"source .*: 999 of 1011 records"):
        run_here(content, overwrite=True)


def test_it_holds_for_reading_alone(run_here: Runner, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"body": "一"}\n' * 3, "utf-8")
    source, output = f"{tmp_path}/in.jsonl", f"{tmp_path}/out"
    config = single_config("read", set(), source, output, None, {"format": "auto"}, {})
    with pytest.raises(ErrorBudgetError, match="3 of 3 records cannot be read"):
        run_here(config.model_dump())


OFF = {"enabled": False}
TEXT = corpora.CHINESE["plain"].text


def test_without_extract_only_text_is_read(run_here: Runner, tmp_path: Path) -> None:
    files = {"a.txt": TEXT.encode(), "b.txt": f"{TEXT}二".encode(), "c.txt": TEXT.encode("gbk")}
    content = _run(run_here, tmp_path, files) | {"extract": OFF, "scrub": {}}
    run = run_here(content)
    assert run["counts"]["dropped-read-not-extracted"] == 1
    assert run["counts"]["documents"] == 3
    (tmp_path / "in" / "d.txt").write_bytes(TEXT.encode("big5", "ignore"))
    (tmp_path / "in" / "e.txt").write_bytes(TEXT.encode("utf-16"))
    content["output"] = str(tmp_path / "other")
    with pytest.raises(ErrorBudgetError, match=r"read-not-extracted .3.*switch `extract` on"):
        run_here(content)


def test_text_that_is_not_utf8_is_extracted(run_here: Runner, tmp_path: Path) -> None:
    files = {f"{codec}.txt": (TEXT + codec).encode(codec) for codec in ("gb18030", "utf-16")}
    content = _run(run_here, tmp_path, files) | {"extract": {}}
    assert not any(n.startswith("dropped") for n in run_here(content)["counts"])


def _answer(status: str, kind: str, body: str) -> bytes:
    http = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n\r\n{body}".encode()
    head = f"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: {len(http)}\r\n"
    return (
        f"{head}Content-Type: application/http; msgtype=response\r\n\r\n".encode()
        + http
        + b"\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a.jsonl": "", "b.jsonl": ""}, ["holds no record in 2 files", "/in/a.jsonl"]),
        ({"a.jsonl": "\n\n"}, ["holds no record in 1 files"]),
        (
            {"a.warc": _answer("404 Not Found", "text/html", "<p>没有</p>") * 3},
            ["none of 3 records gives text", "read-http-status (3)", "/in/a.warc at 0"],
        ),
        (
            {"a.warc": _answer("200 OK", "text/html", "<p> </p>") * 2},
            ["none of 2 records gives text", "extract-empty (2)"],
        ),
    ],
    ids=["empty files", "blank lines", "pages that are gone", "pages without text"],
)  # fmt: skip
def test_a_source_without_text_is_no_success(
    run_here: Runner, tmp_path: Path, files: Mapping[str, str | bytes], words: list[str]
) -> None:
    content = _run(run_here, tmp_path, files) | {"extract": {}}
    with pytest.raises(ErrorBudgetError) as caught:
        run_here(content)
    assert [word for word in ["source '甲'", *words] if word not in str(caught.value)] == []
    (tmp_path / "good.jsonl").write_text(GOOD, "utf-8")
    content["inputs"].append({"path": f"{tmp_path}/good.jsonl", "source": "good"})
    with pytest.raises(ErrorBudgetError, match="source '甲'"):
        run_here(content, overwrite=True)
    # With leave to go on the other source is read; alone it would be a run that keeps nothing.
    run = run_here(content | {"allow_unreadable": True})
    assert run["counts"]["documents"] == 1 + sum(
        n for name, n in run["counts"].items() if name.startswith("dropped-")
    )
