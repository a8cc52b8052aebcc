"""The command that trains a classifier."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
import typer
from typer.testing import CliRunner

from corpus_pipeline.cli import training as training_commands
from corpus_pipeline.errors import ConfigError, InputError
from corpus_pipeline.filters.classifier.card import read_card
from corpus_pipeline.filters.classifier.step import Classifier, ClassifierOptions
from corpus_pipeline.training.classifier import train_classifier_file


def lines(path: Path, texts: Sequence[str | None]) -> str:
    """Writes a JSONL file."""
    path.write_text("".join(json.dumps({"正文": text}) + "\n" for text in texts), "utf-8")
    return str(path)


@pytest.fixture
def sets(tmp_path: Path) -> list[str]:
    """Two sets as they are named on the command line."""
    law = [f"第{n}条 为了规范秩序，制定本法。" for n in range(40)]
    shop = [f"点击购买{n}号商品，优惠包邮！" for n in range(40)]
    return [
        f"law={lines(tmp_path / 'a.jsonl', [*law, law[0], '两边都有。', None])}",
        f"shop={lines(tmp_path / 'b.jsonl', shop[:20])}",
        f"shop={lines(tmp_path / 'c.jsonl', [*shop[20:], '两边都有。'])}",
    ]


def test_a_model_and_its_card_are_written(sets: list[str], tmp_path: Path) -> None:
    app = typer.Typer()
    training_commands.add_commands(app)
    output = tmp_path / "law.bin"
    arguments = [*sets, "--output", str(output), "--split-characters", "--buckets", "3000",
                 "--held-out-percent", "25", "--text-field", "正文"]  # fmt: skip
    result = CliRunner().invoke(app, ["train-classifier", *arguments])
    assert result.exit_code == 0, result.output
    said = "law: 42 documents; 1 records skipped: read-null-text 1; 1 repeated or blank, 1 also in"
    assert result.output.startswith(said)
    assert re.search(r"AUC 1\.0, precision 1\.0, recall 1\.0\nshop: 41 documents; ", result.output)
    card = read_card(tmp_path / "law.json")
    assert card.training.startswith("trained by corpus train-classifier on law=")
    options = ClassifierOptions(model=str(output), split_characters=True, score_of="law")
    step = Classifier(options)
    step.check()
    step.open()
    documents = {"text": ["第九条 制定本法。", "点击购买"], "drop_reason": pa.nulls(2, pa.string())}
    batch = pa.record_batch({**documents, "reasons": pa.nulls(2, pa.list_(pa.string()))})
    assert step.apply(batch)["classifier_label"].to_pylist() == ["law", "shop"]
    with pytest.raises(ConfigError, match=r"law\.bin: exists; name another one"):
        train_classifier_file(sets, output, "正文", False)


@pytest.mark.parametrize(
    ("more", "output", "dimension", "match"),
    [
        (["law"], "a.bin", 8, "'law' is no LABEL=INPUT"),
        (["law="], "a.bin", 8, "'law=' is no LABEL=INPUT"),
        (["__label__a=b"], "a.bin", 8, "train-classifier: a label must be one word without"),
        ([], "a.ftz", 8, r"a\.ftz: a fastText model is named"),
        ([], "a.bin", 0, "train-classifier: dimension must be from 1 to 4096"),
    ],
)
def test_settings_that_cannot_be_are_refused(
    sets: list[str], tmp_path: Path, more: list[str], output: str, dimension: int, match: str
) -> None:
    with pytest.raises(ConfigError, match=match):
        train_classifier_file([*sets, *more], tmp_path / output, "正文", False, dimension=dimension)
    with pytest.raises(ConfigError, match="tells at least two sets apart, got 1"):
        train_classifier_file(sets[:1], tmp_path / "a.bin", "正文", False)
    assert not list(tmp_path.glob("*.bin")) + list(tmp_path.glob("*.json"))


def test_a_file_without_text_is_named(sets: list[str], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.jsonl: of 43 records none has text"):
        train_classifier_file(sets, tmp_path / "a.bin", "text", False)
