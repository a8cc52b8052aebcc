"""`corpus train-tokenizer`: sources, weights, options; nothing but texts and options decides."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from runs import Corpus

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
