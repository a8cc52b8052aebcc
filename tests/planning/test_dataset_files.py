"""Datasets of the Hugging Face Hub: the files of a configuration and split, by the card."""

from pathlib import Path
from typing import Any

import pytest

from corpus_pipeline.config.config import build_config
from corpus_pipeline.errors import ConfigError, InputError
from corpus_pipeline.planning.dataset_files import card_patterns
from corpus_pipeline.planning.plan import make_plan

CARD = """---
license: mit
configs:
- config_name: de
  default: true
  data_files:
  - {split: train, path: de/train-*.jsonl}
  - split: test
    path: [de/test.jsonl, de/more.jsonl]
- config_name: all
  data_files: "**/*.jsonl"
- config_name: fr
  data_files: {train: fr/train.jsonl, validation: [fr/v.jsonl]}
---
# A dataset
"""


def card(folder: Path, text: str = CARD) -> str:
    """Writes a card and returns the folder."""
    (folder / "README.md").write_text(text, "utf-8")
    return str(folder)


@pytest.mark.parametrize(
    ("config", "split", "expected"),
    [
        (None, "train", ["de/train-*.jsonl"]),
        (None, None, ["de/train-*.jsonl", "de/test.jsonl", "de/more.jsonl"]),
        ("de", "test", ["de/test.jsonl", "de/more.jsonl"]),
        ("all", None, ["**/*.jsonl"]),
        ("all", "train", ["**/*.jsonl"]),
        ("fr", "validation", ["fr/v.jsonl"]),
        ("fr", None, ["fr/train.jsonl", "fr/v.jsonl"]),
    ],
)
def test_files_of_a_split(
    tmp_path: Path, config: str | None, split: str | None, expected: list[str]
) -> None:
    folder = card(tmp_path)
    assert card_patterns(folder, config, split) == [f"{folder}/{each}" for each in expected]


@pytest.mark.parametrize(
    ("text", "config", "split", "message"),
    [
        (CARD, "es", None, "has no configuration 'es'; it has: de, all, fr"),
        (CARD, "de", "dev", "lists no files of the split 'dev'; it has: test, train"),
        ("# no YAML", None, None, "lists no `configs`"),
        ("---\nlicense: mit\n---\n", None, None, "lists no `configs`"),
        ("---\nconfigs: [\n---\n", None, None, "its YAML cannot be read"),
        (CARD.replace("de/test.jsonl", "../secret"), None, "test", "leads out of the dataset"),
        (CARD.replace("  default: true\n", ""), None, None, "has no configuration 'default'"),
    ],
)
def test_cards_that_do_not_say_it(
    tmp_path: Path, text: str, config: str | None, split: str | None, message: str
) -> None:
    with pytest.raises(InputError, match=r"README\.md") as raised:
        card_patterns(card(tmp_path, text), config, split)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_folder_without_a_card(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no card"):
        card_patterns(str(tmp_path), None, None)


def test_the_plan_reads_what_the_card_lists(tmp_path: Path) -> None:
    for name in ("de/train-0.jsonl", "de/train-1.jsonl", "de/test.jsonl", "fr/train.jsonl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text('{"text": "a"}\n', "utf-8")
    source: dict[str, Any] = {"path": card(tmp_path), "source": "s", "card": {"split": "train"}}
    plan = make_plan(build_config({"inputs": [source], "output": "out"}, "test"), {})
    names = [Path(piece.path).name for unit in plan.units for piece in unit.pieces]
    assert names == ["train-0.jsonl", "train-1.jsonl"]


def test_a_secret_in_the_address_of_archives_is_refused(tmp_path: Path) -> None:
    (tmp_path / "index.cdxj").write_text("a 1 {}\n", "utf-8")
    source = {"path": str(tmp_path / "index.cdxj"), "source": "s", "format": "cdxj",
              "records": {"base": "https://user:secret@a.example/"}}  # fmt: skip
    with pytest.raises(ConfigError) as raised:
        make_plan(build_config({"inputs": [source], "output": "out"}, "test"), {})
    assert "secret" not in str(raised.value)
