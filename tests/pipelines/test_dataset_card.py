"""The card of an output folder: the configurations for `load_dataset`, figures for people."""

import json
import shutil
from pathlib import Path
from typing import Any

import corpora
import pytest
import yaml

from corpus_pipeline.pipelines.dataset_card import CARD_FILE, dataset_card


def head(card: str) -> Any:
    """The YAML of a card."""
    assert card.startswith("---\n")
    return yaml.safe_load(card[4:].partition("\n---\n")[0])


@pytest.fixture
def run(finished: Path) -> Any:
    return json.loads((finished / "run.json").read_text("utf-8"))


def test_each_folder_is_a_configuration(run: Any) -> None:
    card = dataset_card(run)
    assert head(card) == {
        "configs": [
            {"config_name": "documents", "data_files": "documents/*.parquet", "default": True},
            {"config_name": "rejected", "data_files": "rejected/*.parquet"},
            {"config_name": "ledger", "data_files": "ledger/*.parquet"},
            {"config_name": "pii", "data_files": "pii/*.parquet"},
        ],
        "size_categories": ["n<1K"],
    }
    assert dataset_card(run) == card


def test_figures_are_those_of_the_run(run: Any, finished: Path) -> None:
    card = dataset_card(run)
    kept, dropped = (len(corpora.rows(finished / name)) for name in ("documents", "rejected"))
    assert f"| `documents` | {kept} |" in card
    assert f"| `rejected` | {dropped} |" in card
    assert f"of {kept + dropped} records; {kept} documents stay" in card
    assert "| exact-duplicate | 2 |" in card
    assert f"{run['counts']['tokens']:,} tokens" in card
    assert "Steps, in their order: read, extract, language" in card


def test_no_path_of_the_input_is_told(run: Any) -> None:
    card = dataset_card(run)
    for each in run["fingerprint"]["inputs"]:
        assert each["path"] not in card
        assert Path(each["path"]).name not in card


def test_folders_without_files_are_left_out() -> None:
    files = [{"path": "documents/a.parquet", "rows": 3}, {"path": "tokens/a.arrow", "rows": 3}]
    card = dataset_card({"files": files, "counts": {"documents": 3}})
    assert [each["config_name"] for each in head(card)["configs"]] == ["documents"]
    assert "tokens" not in card
    assert "dropped for" not in card


def test_names_of_users_mean_nothing_in_markdown() -> None:
    files = [{"path": "documents/a.parquet", "rows": 1}]
    sources: dict[str, Any] = {"维基": {}, "a|b\n<script>": {}}
    counts = {"documents": 2, "dropped-my-rule": 1}
    card = dataset_card({"files": files, "counts": counts, "sources": sources})
    assert "Sources: a\\|b\\\\n\\<script\\>, 维基." in card
    assert "| my-rule | 1 |" in card


def test_datasets_loads_the_folder(run: Any, finished: Path, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    shutil.copytree(finished, tmp_path / "out")
    (tmp_path / "out" / CARD_FILE).write_text(dataset_card(run), "utf-8")
    out, cache = str(tmp_path / "out"), str(tmp_path / "cache")
    for name in ("documents", "rejected", "ledger"):
        data = datasets.load_dataset(out, name, split="train", cache_dir=cache)
        expected = corpora.rows(finished / name)
        key = lambda row: (row["unit"], row["row"])  # noqa: E731
        assert sorted(map(key, data)) == sorted(map(key, expected))
        assert set(data.column_names) == set(expected[0])
    assert len(datasets.load_dataset(out, split="train", cache_dir=cache)) == len(
        corpora.rows(finished / "documents")
    )


def test_datasets_loads_the_tokens(run: Any, finished: Path, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    data = datasets.load_dataset(
        "arrow",
        data_files=str(finished / "tokens" / "*.arrow"),
        split="train",
        cache_dir=str(tmp_path / "cache"),
    )
    column = next(name for name in data.column_names if "token" in name)
    assert sum(len(row[column]) for row in data) == run["counts"]["tokens"]
