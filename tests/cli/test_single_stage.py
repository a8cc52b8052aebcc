"""One stage alone: raw files or a dataset folder, and settings that are not passed over."""

import json
from pathlib import Path
from typing import Any

import corpora
import pytest
import yaml
from runs import Corpus

TEXT = corpora.CHINESE["plain"].text


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A raw file whose fields have names of their own."""
    path = tmp_path / "raw.jsonl"
    path.write_text(json_line(内容=TEXT, nr="甲") + json_line(内容=TEXT + "完", nr="乙"), "utf-8")
    return path


def json_line(**fields: str) -> str:
    return json.dumps(fields, ensure_ascii=False) + "\n"


@pytest.fixture
def dataset(corpus: Corpus, raw: Path, tmp_path: Path) -> Path:
    """A dataset folder made of the raw file."""
    folder = tmp_path / "dataset"
    done = corpus(
        "read", raw, folder, "--text-field", "内容", "--id-field", "nr", "--source", "新闻"
    )
    assert done.code == 0, done.err
    return folder


def test_fields_and_source_of_raw_files(dataset: Path) -> None:
    found = [(row["id"], row["source"], row["text"]) for row in corpora.rows(dataset / "documents")]
    assert found == [("甲", "新闻", TEXT), ("乙", "新闻", TEXT + "完")]


def test_a_stage_takes_raw_files_too(corpus: Corpus, raw: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    done = corpus("scrub", raw, output, "--text-field", "内容", "--id-field", "nr", "--source", "x")
    assert done.code == 0, done.err
    assert [row["id"] for row in corpora.rows(output / "documents")] == ["甲", "乙"]
    folder = tmp_path / "folder"
    folder.mkdir()
    raw.rename(folder / raw.name)
    assert "is not a dataset folder" in corpus("scrub", folder, tmp_path / "out2").err
    done = corpus("scrub", folder, tmp_path / "out2", "--format", "jsonl", "--text-field", "内容")
    assert done.code == 0, done.err


def test_other_keys_of_an_input_are_given_in_yaml(corpus: Corpus, tmp_path: Path) -> None:
    pages = tmp_path / "pages.jsonl"
    pages.write_text("".join(json_line(text=text, book="甲") for text in ("上", "下")), "utf-8")
    folder = tmp_path / "books"
    done = corpus("read", pages, folder, "--format", "jsonl", "--input", "join={by: book}")
    assert done.code == 0, done.err
    (row,) = corpora.rows(folder / "documents")
    assert "".join(row["text"].split()) == "上下"
    assert "--input join: documents of a dataset folder are read already" in (
        corpus("scrub", folder, tmp_path / "out", "--input", "join={by: book}").err
    )


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("join", "--input join: write KEY=VALUE, for example 'join={by: book}'"),
        ("path=x", "--input path=x: write INPUT"),
        ("text_field=x", "--input text_field=x: write --text-field"),
        ("join={by", "--input join={by: "),
        ("joined={by: x}", "did you mean 'join'?"),
    ],
)
def test_wrong_keys_of_an_input(
    corpus: Corpus, raw: Path, tmp_path: Path, given: str, line: str
) -> None:
    done = corpus("read", raw, tmp_path / "out", "--input", given)
    assert done.code == 1
    assert line in done.err


@pytest.mark.parametrize("option", ["--text-field", "--id-field", "--source"])
def test_options_for_raw_files_are_refused_for_a_dataset(
    corpus: Corpus, dataset: Path, tmp_path: Path, option: str
) -> None:
    code, out, err = corpus("scrub", dataset, tmp_path / "out", option, "x")
    assert (code, out) == (1, "")
    assert err.startswith(f"corpus: {option}: documents of a dataset folder ")
    assert err.endswith("it is for raw files\n")
    assert not (tmp_path / "out").exists()


INPUTS: list[dict[str, Any]] = [{"path": "x", "source": "新闻", "text_field": "内容"}]


@pytest.mark.parametrize(
    ("command", "settings", "names"),
    [
        ("read", {"inputs": INPUTS, "output": "o"}, "inputs: `corpus read` would ignore it (the "),
        ("read", {"inputs": INPUTS, "scrub": {"placeholder": "x"}, "quality": {"profile": "code"}},
         "quality, scrub, inputs: `corpus read` would ignore them (the files are INPUT; say "
         "--format, --text-field, --source, --input KEY=VALUE); leave them out, or use `corpus "
         "run`"),
        ("scrub", {"dedup": {"exact": {"enabled": False}}},
         "dedup: `corpus scrub` would ignore it; leave it out, or use `corpus run`"),
        ("scrub", {"inputs": INPUTS}, "inputs: `corpus scrub` would ignore it; leave it out"),
        ("scrub", {"inputs": [{"path": "x", "source": "新文", "skip": ["quality"]}]},
         "inputs: no document of {dataset} has the source '新文'; there are 新闻"),
        ("scrub", {"scrub": {"enabled": False}},
         "enabled: false leaves `corpus scrub` nothing to do"),
        ("scrub", {"scrubb": {}}, "unknown key 'scrubb'; did you mean 'scrub'?"),
    ],
)  # fmt: skip
def test_what_would_be_ignored_is_refused(
    corpus: Corpus,
    raw: Path,
    dataset: Path,
    tmp_path: Path,
    command: str,
    settings: dict[str, Any],
    names: str,
) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    source = raw if command == "read" else dataset
    code, out, err = corpus(command, source, tmp_path / "out", "--config", path)
    assert (code, out) == (1, "")
    assert err.startswith(f"corpus: {path}: {names.format(dataset=dataset)}")
    assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_what_changes_nothing_is_let_pass(corpus: Corpus, dataset: Path, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    rules = [{"path": "x", "source": "新闻", "skip": ["quality"]}]
    settings = {"inputs": rules, "quality": {"profile": "default"}, "dedup": {"enabled": False},
                "scrub": {"placeholder": "[{entity}]"}, "seed": 7, "read": {}}  # fmt: skip
    path.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    done = corpus("scrub", dataset, tmp_path / "out", "--config", path)
    assert done.code == 0, done.err
