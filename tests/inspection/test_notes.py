"""What a run says in words: what no reader reads, what is off, lost, and that nothing is left."""

import json
from pathlib import Path
from typing import Any

import corpora
import pytest
from runs import NotedProgress, Runner, small

from corpus_pipeline.errors import ErrorBudgetError
from corpus_pipeline.inspection.notes import notes_after


class Said(NotedProgress):
    """Notes what is said, too."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def remark(self, line: str) -> None:
        self.lines.append(line)


SENTENCE = {"dedup": {"exact": {"enabled": False}, "sentence": {"enabled": True}}}
SHARED = {
    "en": "The archive of the town is open to all. You may copy what is here. Tell us of errors. "
    "Whoever wants to see more comes on a Monday. The house stands beside the old bridge.",
    "zh": "镇上的档案馆对所有的人开放。你可以抄写找到的一切东西。发现了错误请写信告诉我们。"
    "想看更多东西的人请在星期一过来。房子就在那座旧桥的旁边。",
}


def _own(language: str, place: int, times: int) -> str:
    """Sentences of one document alone."""
    words = ("桥", "河", "山", "路") if language == "zh" else ("bridge", "river", "hill", "road")
    end = "。" if language == "zh" else ". "
    name = words[place % 4]
    return "".join(
        f"第{place}篇第{n}句说的是{name}的历史和今天的样子{end}"
        if language == "zh"
        else f"Text {place} says in line {n} what the {name} was and is{end}"
        for n in range(times)
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_source_that_loses_a_tenth_is_warned_of(
    run_here: Runner, tmp_path: Path, language: str
) -> None:
    shared = SHARED[language]
    keeper = _own(language, 0, 40) + shared  # The longest keeps what it shares.
    loses, whole = _own(language, 1, 4) + shared, (shared + " " + _own(language, 2, 2)).rstrip()
    content = corpora.merged(small(tmp_path / "in", tmp_path / "out"), SENTENCE)
    content["inputs"] = []
    for name, texts in {"甲": [keeper], "乙": [loses], "丙": [whole]}.items():
        path = tmp_path / "in" / f"{name}.jsonl"
        lines = (json.dumps({"text": text}, ensure_ascii=False) for text in texts)
        path.write_text("\n".join(lines), "utf-8")
        content["inputs"].append({"path": str(path), "source": name})
    run = run_here(content)
    lost = len(loses) - len(loses.removesuffix(shared).rstrip())
    assert run["sources"] == {
        name: counts | {"read_documents": 1, "read_addresses": 0}
        for name, counts in {
            "丙": {"sentence_chars": len(whole), "sentence_lost": 0, "sentence_whole": 1},
            "乙": {"sentence_chars": len(loses), "sentence_lost": lost, "sentence_whole": 0},
            "甲": {"sentence_chars": len(keeper), "sentence_lost": 0, "sentence_whole": 0},
        }.items()
    }
    assert run["counts"]["removed_chars"] == lost
    assert run["counts"]["repeated_chars"] > lost
    every = len(keeper) + len(loses) + len(whole)
    assert notes_after(run) == [
        f"repeated sentences: {lost / every:.1%} of the characters were cut out",
        "repeated sentences: 1 document would have lost more than dedup.sentence.max_loss: 0.5 and "
        "stay whole",
        f"warning: source '乙' lost {lost / len(loses):.1%} of its characters to sentence "
        "deduplication; `skip: [sentence]` in its input section leaves it alone",
    ]


@pytest.mark.parametrize(
    ("record", "field", "expected"),
    [
        ({"text": "a", "url": "https://a.example/"}, "url", []),
        ({"text": "a", "from": "https://a.example/"}, "from", []),
        (
            {"text": "a", "headers": {"uri": "https://a.example/"}},
            "headers.uri",
            [
                "warning: source '页': no record has 'headers.uri', which url_field names; it is "
                "looked for at the top of a record, not inside other objects",
                "warning: no document has an address, so url and dedup.address let all 1 pass; "
                "`url_field` of an input says where it stands",
            ],
        ),
        (
            {"text": "a"},
            "url",
            [
                "warning: no document has an address, so url and dedup.address let all 1 pass; "
                "`url_field` of an input says where it stands",
            ],
        ),
    ],
)
def test_addresses_that_are_nowhere_are_warned_of(
    run_here: Runner, tmp_path: Path, record: dict[str, Any], field: str, expected: list[str]
) -> None:
    path = tmp_path / "in" / "a.jsonl"
    path.parent.mkdir()
    path.write_text(json.dumps(record), "utf-8")
    content = {
        "output": str(tmp_path / "out"),
        "inputs": [{"path": str(path), "source": "页", "url_field": field}],
        "url": {"block_domains": ["bad.example"]},
        "dedup": {"address": {}},
    }
    run = run_here(content)
    assert run["sources"]["页"]["read_addresses"] == (not expected)
    assert [note for note in notes_after(run) if "address" in note or "url" in note] == expected


def test_foreign_files_are_named_and_pages_are_read(run_here: Runner, tmp_path: Path) -> None:
    content: dict[str, Any] = small(tmp_path / "in", tmp_path / "out") | {
        "extract": {}, "quality": {"profile": str(tmp_path / "p.yaml")},
    }  # fmt: skip
    (tmp_path / "p.yaml").write_text("base: none\nrules: {gopher_min_words: 2}\n")
    page = f"<!DOCTYPE html><meta charset=utf-8><p>{corpora.CHINESE['plain'].text}二</p>"
    (tmp_path / "in" / "sub").mkdir()
    (tmp_path / "in" / "sub" / "页.html").write_text(page, "utf-8")
    (tmp_path / "in" / "old.arc").write_bytes(b"filedesc://old.arc 0.0.0.0")
    (tmp_path / "in" / "_SUCCESS").write_bytes(b"")
    (tmp_path / "in" / ".a.jsonl.crc").write_bytes(b"crc\0")
    content["inputs"] = [{"path": str(tmp_path / "in"), "source": "a"}]
    said = Said()
    run = run_here(content, progress=said)
    arc = str(tmp_path / "in" / "old.arc")
    assert list(run["passed_over"]) == [arc]
    assert said.lines[0] == "warning: 1 file passed over, which no reader reads:"
    assert said.lines[1].startswith(f"  {arc}: is an ARC file")
    assert said.lines[2].startswith(f"quality profile {tmp_path}/p.yaml: off: ")
    assert notes_after(run)[:2] == said.lines[:2]
    rows = corpora.rows(tmp_path / "out" / "documents")
    [found] = [row for row in rows if row["url"] == f"{tmp_path}/in/sub/页.html"]
    assert found["text"] == f"{corpora.CHINESE['plain'].text}二"
    content["inputs"][0]["path"] = arc
    with pytest.raises(Exception, match=r"old\.arc: is an ARC file"):
        run_here(content, overwrite=True)


def test_a_run_that_keeps_nothing_says_so(run_here: Runner, tmp_path: Path) -> None:
    content = small(tmp_path / "in", tmp_path / "out")
    (tmp_path / "p.yaml").write_text("base: none\nrules: {gopher_min_words: 9999}\n")
    content["quality"] = {"profile": str(tmp_path / "p.yaml")}
    run = run_here(content)
    assert notes_after(run) == [
        "warning: nothing was kept: all 3 documents were dropped, most for gopher-too-few-words (3)"
    ]
    # The next stage has nothing to work on, and says that.
    second = small(tmp_path / "in2", tmp_path / "out2")
    second["inputs"] = [{"path": str(tmp_path / "out"), "source": "a", "format": "dataset"}]
    with pytest.raises(ErrorBudgetError, match="source 'a': holds no record"):
        run_here(second)
    run = run_here(second | {"allow_unreadable": True})
    assert notes_after(run) == ["warning: nothing was kept: the inputs hold no record"]
