"""`corpus train-tokenizer`: sources, weights, options; nothing but texts and options decides."""

import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from runs import Corpus

from corpus_pipeline.training.named_texts import NamedTexts

ENGLISH = "the lowest price of the newest house was {} in the winter of {}"
CHINESE = "中华人民共和国第{}条法律规定，人民法院应当在{}日内作出判决。"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    en, zh = tmp_path / "en.jsonl", tmp_path / "zh.jsonl"
    for path, text in ((en, ENGLISH), (zh, CHINESE)):
        rows = (json.dumps({"text": text.format(k, k * 7)}, ensure_ascii=False) for k in range(200))
        path.write_text("\n".join(rows), "utf-8")
    return en, zh


def test_order_of_inputs_and_rows_changes_no_byte(
    corpus: Corpus, files: tuple[Path, Path], tmp_path: Path
) -> None:
    en, zh = files
    options = [
        "--vocab-size",
        400,
        "--sample-bytes",
        "9KB",
        "--weights",
        "zh=3",
        "--weights",
        "en=1",
    ]
    first, second, third = (tmp_path / f"{k}.json" for k in range(3))
    code, out, err = corpus("train-tokenizer", f"en={en}", f"zh={zh}", first, *options)
    assert (code, err) == (0, "")
    shares = {line.split(":")[1].strip(): line for line in out.splitlines() if "sample:" in line}
    assert list(shares) == ["en", "zh"]
    assert "(25." in shares["en"] or "(24." in shares["en"]
    lines = zh.read_text("utf-8").split("\n")
    zh.write_text("\n".join(reversed(lines)), "utf-8")
    corpus("train-tokenizer", f"zh={zh}", f"en={en}", second, *options)
    assert first.read_bytes() == second.read_bytes()
    corpus("train-tokenizer", f"zh={zh}", f"en={en}", third, *options, "--seed", 1)
    assert first.read_bytes() != third.read_bytes()


def test_options_reach_the_trainer(
    corpus: Corpus, files: tuple[Path, Path], tmp_path: Path
) -> None:
    output = tmp_path / "t.json"
    more = [
        "--pattern",
        "gpt2",
        "--digits",
        "1",
        "--special-token",
        "<a>",
        "--special-token",
        "<b>",
    ]
    code, out, _ = corpus(
        "train-tokenizer", *files, output, "--vocab-size", 300, *more, "--max-token-bytes", 4,
    )  # fmt: skip
    assert code == 0
    assert out.count("sample: ") == 2
    content = json.loads(output.read_text("utf-8"))
    assert [token["content"] for token in content["added_tokens"]] == ["<a>", "<b>"]
    assert len(content["model"]["vocab"]) == 300
    assert max(map(len, content["model"]["vocab"])) == 4
    assert r"\p{N}|" in content["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"]


def test_sources_of_a_dataset_are_its_own(corpus: Corpus, finished: Path, tmp_path: Path) -> None:
    output = tmp_path / "t.json"
    code, out, err = corpus("train-tokenizer", finished, output, "--vocab-size", 300)
    assert (code, err) == (0, "")
    parts = (pq.read_table(p, columns=["source"]) for p in (finished / "documents").iterdir())
    sources = {name for part in parts for name in part["source"].to_pylist()}
    assert {line.split(": ")[1] for line in out.splitlines() if "sample:" in line} == sources
    code, _, err = corpus(
        "train-tokenizer", finished, output, "--overwrite", "--weights", "nobody=1"
    )
    assert code == 1
    assert "the inputs are" in err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--weights", "a"], "no source with its share"),
        (["--weights", "a=1", "--weights", "a=2"], "names one twice"),
        (["--weights", "a=0"], "weight of a must be at least 1"),
        (["--sample-bytes", "much"], "train-tokenizer: "),
        (["--pattern", "x"], "pattern must be one of"),
        (["--sample-bytes", "9"], "the smallest document has 61 bytes"),
        (["--digits", "5"], "digits must be one of"),
    ],
)
def test_wrong_options_are_one_line(
    corpus: Corpus, files: tuple[Path, Path], tmp_path: Path, options: list[str], said: str
) -> None:
    code, _, err = corpus("train-tokenizer", f"a={files[0]}", tmp_path / "t.json", *options)
    assert code == 1
    assert said in err
    assert err.count("\n") == 1


def test_what_stays_empty_of_a_share_is_said(
    corpus: Corpus, files: tuple[Path, Path], tmp_path: Path
) -> None:
    en, zh = files
    zh.write_text(json.dumps({"text": "中" * 900}, ensure_ascii=False), "utf-8")
    options = ["--vocab-size", 300, "--sample-bytes", "2KB", "--overwrite"]
    weights = ["--weights", "zh=1", "--weights", "en=1"]
    _, out, _ = corpus(
        "train-tokenizer", f"en={en}", f"zh={zh}", tmp_path / "t", *options, *weights
    )
    (line,) = (line for line in out.splitlines() if "sample: zh" in line)
    assert "0 documents, 0 of its 2,700 bytes (0.0 %); 100.0 % of its share stay empty" in line
    _, out, _ = corpus("train-tokenizer", zh, en, tmp_path / "t", *options, "--sample-bytes", "90")
    assert re.search(r"sample: 6\d bytes; (2|3)\d.\d % of it stay empty, for no document", out)


def test_a_path_with_an_equals_sign_is_told_from_a_source(
    files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folders of tables are called so; what is there is the input, also behind a pattern."""
    monkeypatch.chdir(tmp_path)
    for folder in ("year=2024", "2025", "a[1]=b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.jsonl").write_bytes(files[0].read_bytes())
    for given in ("year=2024", "year=20*/x.jsonl", "year=20?4/*", "y*r=2024/x.jsonl", "*=20*",
                  "a[1]=b", "none*=x", "x/y=z"):  # fmt: skip
        assert NamedTexts.of(given, "text")[1:] == (None, given)
    for given, name, path in (
        ("zh=2025/x.jsonl", "zh", "2025/x.jsonl"), ("zh=20*/x.jsonl", "zh", "20*/x.jsonl"),
        ("zh=s3://bucket/*.jsonl", "zh", "s3://bucket/*.jsonl"), ("中文=*", "中文", "*"),
        ("zh=year=20*/x.jsonl", "zh", "year=20*/x.jsonl"),
    ):  # fmt: skip
        assert NamedTexts.of(given, "text")[1:] == (name, path)
