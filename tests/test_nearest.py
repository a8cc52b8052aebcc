"""Which name was meant."""

from pathlib import Path

import pytest

from corpus_pipeline.filters.quality.profile_files import PROFILES
from corpus_pipeline.nearest import meant, near_file, nearest_key
from corpus_pipeline.recipes.catalogue import recipe_names


@pytest.mark.parametrize(
    ("written", "known", "near"),
    [
        ("dedpu", ["dedup", "read"], "dedup"),
        ("DEDUP", ["dedup"], "dedup"),
        ("too_few", ["too-few", "too-many"], "too-few"),
        ("标题", ["标题", "正文"], "标题"),
        ("", ["a"], None),
        ("x", [], None),
        ("defualt", PROFILES, "default"),
        ("finweb", recipe_names(), "fineweb"),
    ],
)
def test_names(written: str, known: list[str], near: str | None) -> None:
    assert nearest_key(written, known) == near


def test_a_long_list_is_cut() -> None:
    told = meant("甲", [f"n{i}" for i in range(50)])
    assert told.startswith("there are n0, n1, ")
    assert told.endswith(", n29 and 20 more")


def test_files_beside_it(tmp_path: Path) -> None:
    for name in ("文章.jsonl.zst", "articles.jsonl", ".hidden.jsonl"):
        (tmp_path / name).touch()
    assert near_file(tmp_path / "artcles.jsonl") == f"; did you mean '{tmp_path}/articles.jsonl'?"
    assert near_file(tmp_path / "hidden.jsonl") == ""
    assert near_file(tmp_path / "numbers.parquet") == ""
