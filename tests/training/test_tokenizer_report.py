"""`corpus tokenizer-report` against what the `tokenizers` library says."""

import json
from pathlib import Path

import pytest
from runs import Corpus
from tokenizers import Tokenizer

from corpus_pipeline.tokens.train import train_tokenizer
from corpus_pipeline.training.tokenizer_report import Group, report_tokenizers

ROWS = [
    {"id": "english", "text": "the lowest price of the newest house " * 9, "lang": "en"},
    {"id": "中文", "text": "中华人民共和国法律规定，人民法院应当作出判决。" * 9, "lang": "zh"},
    {"id": "unknown", "text": "x = 1\n" * 9},
    {"id": "short", "text": "ᚠᛒ", "lang": "zh"},
    {"id": "runes", "text": "ᚠᛒᚢᛞᚦᚨᚱ" * 20, "lang": "zh"},
]
SHIPPED = str(Path(__file__).parents[2] / "corpus_pipeline/models/tokenizer.json")


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    raw, trained = tmp_path / "raw.jsonl", tmp_path / "bytes.json"
    raw.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS), "utf-8")
    trained.write_text(train_tokenizer([], vocab_size=300), "utf-8")
    return raw, trained


def test_equals_the_library(files: tuple[Path, Path]) -> None:
    raw, trained = files
    tokenizers = [SHIPPED, str(trained)]
    report = report_tokenizers(tokenizers, [f"a={raw}", f"b={raw}"], "text", 2)
    opened = [Tokenizer.from_file(path) for path in tokenizers]
    ids = [[one.encode(row["text"]).ids for row in ROWS] for one in opened]
    groups = {
        Group("all", None): ROWS * 2,
        **{Group("source", name): ROWS for name in "ab"},
        **{
            Group("language", name): [row for row in ROWS if row.get("lang") == name] * 2
            for name in ("en", "zh", None)
        },
    }
    assert set(report.groups) == set(groups)
    for group, rows in groups.items():
        counts = report.groups[group]
        assert counts.documents == len(rows)
        assert counts.bytes == sum(len(row["text"].encode()) for row in rows)
        assert counts.chars == sum(len(row["text"]) for row in rows)
        expected = [sum(len(each[ROWS.index(row)]) for row in rows) for each in ids]
        assert counts.tokens.tolist() == expected
    for each, (used, size), one in zip(ids, report.used, opened, strict=True):
        assert used == len({id_ for row in each for id_ in row})
        assert size == one.get_vocab_size()
    # Two inputs hold the same documents; the short one says nothing.
    assert [(w.id, w.source) for w in report.worst[0]] == [("runes", "a"), ("runes", "b")]
    assert {w.bytes_per_token for w in report.worst[1]} == {1.0}


def test_what_the_command_prints(corpus: Corpus, files: tuple[Path, Path]) -> None:
    raw, trained = files
    code, out, err = corpus("tokenizer-report", SHIPPED, trained, "--on", raw, "-n", 1)
    assert (code, err) == (0, "")
    lines = {" ".join(line.split()[:2]): line.split() for line in out.splitlines()}
    assert lines["language (none)"][-1] == "1.00"
    assert float(lines["language en"][-2]) > 3 > 1 == float(lines["language en"][-1])
    assert "tokenizer: fewest" in out
    assert "characters per token" in out
    assert "bytes.json" in out.replace("\n", "").replace(" ", "")


def test_a_dataset_has_its_sources_and_languages(corpus: Corpus, finished: Path) -> None:
    code, out, _ = corpus("tokenizer-report", finished / "tokens/tokenizer.json", "--on", finished)
    assert code == 0
    assert "language zh" in out
    assert out.count("source ") > 2


def test_mistakes_are_one_line(corpus: Corpus, files: tuple[Path, Path]) -> None:
    code, _, err = corpus("tokenizer-report", files[0], "--on", files[0])
    assert code == 1
    assert "is no tokenizer.json" in err
    assert err.count("\n") == 1
