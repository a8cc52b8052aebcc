"""What the output does not depend on: names, order and cut of the inputs, one run or many."""

import contextlib
from pathlib import Path
from typing import Any

import corpora
import pytest
import yaml
from runs import NotedProgress, Runner, small

from corpus_pipeline.cli import single_stage as single
from corpus_pipeline.cli.single_stage import single_config
from corpus_pipeline.config.run_flow import run_flow
from corpus_pipeline.pipelines.run import Run
from corpus_pipeline.tokens.shard import open_shard


def kept_texts(output: Path) -> list[str]:
    return sorted(row["text"] for row in corpora.rows(output / "documents"))


def tokens(output: Path) -> dict[str, list[int]]:
    """Token ids by the text that they encode."""
    texts = {(row["unit"], row["row"]): row["text"] for row in corpora.rows(output / "documents")}
    found: dict[str, list[int]] = {}
    for path in (output / "tokens").glob("*.arrow"):
        shard = open_shard(path)
        places = [
            address
            for batch in shard.batches
            for address in zip(batch.units.tolist(), batch.rows.tolist(), strict=True)
        ]
        found |= {texts[place]: shard.tokens_of(k).tolist() for k, place in enumerate(places)}
    return found


def fates(output: Path) -> dict[tuple[str, int], str | None]:
    """Reasons by file and place in the file, which no later run changes."""
    return {(row["file"], row["record"]): row["drop_reason"]
            for row in corpora.rows(output / "ledger")}  # fmt: skip


def test_input_files_of_other_names(finished: Path, run_here: Runner, tmp_path: Path) -> None:
    corpora.write_corpus(tmp_path / "in")
    for path in [p for p in (tmp_path / "in").rglob("*") if p.suffix in (".jsonl", ".gz", ".wet")]:
        if path.parent != tmp_path / "in":
            # What came first comes last: the first letters are turned round in the alphabet.
            path.rename(path.with_name(chr(219 - ord(path.name[0])) + path.name))
    content = corpora.settings(tmp_path / "in", tmp_path / "out")
    names = {"articles": "z", "books": "y", "crawl": "x", "code": "w"}
    content["inputs"] = [each | {"source": names[each["source"]]} for each in content["inputs"]]
    run_here(content)
    order = [row["id"] for row in corpora.rows(tmp_path / "out" / "documents")]
    assert order != [row["id"] for row in corpora.rows(finished / "documents")]
    assert kept_texts(tmp_path / "out") == kept_texts(finished)
    assert tokens(tmp_path / "out") == tokens(finished)


@pytest.mark.parametrize(
    "changes",
    [
        {"plan": {"unit_bytes": "10MB", "match_bytes": "2KB"}},
        pytest.param({"plan": {"unit_bytes": "3KB"}}, marks=pytest.mark.slow),
        pytest.param({"read": {"batch_bytes": 2000}}, marks=pytest.mark.slow),
    ],
    ids=["one unit for each source", "many units", "small batches"],
)
def test_another_cut(
    finished: Path, inputs: Path, run_here: Runner, tmp_path: Path, changes: dict[str, Any]
) -> None:
    run = run_here(corpora.settings(inputs, tmp_path / "out", **changes))
    if "plan" in changes:
        assert len(list((tmp_path / "out" / "ledger").iterdir())) != 5
    assert (run["fingerprint"]["partitions"] == 8) == ("match_bytes" not in str(changes))
    assert kept_texts(tmp_path / "out") == kept_texts(finished)
    assert tokens(tmp_path / "out") == tokens(finished)
    assert fates(tmp_path / "out") == fates(finished)


STEPS = {
    "read": {"read"},
    "extract": {"extract"},
    "filter": {"language", "quality", "keywords", "perplexity"},
    "dedup": {"dedup"},
    "scrub": {"scrub"},
    "tokenize": {"tokenize"},
}


def test_stage_by_stage(finished: Path, inputs: Path, run_here: Runner, tmp_path: Path) -> None:
    """Every stage alone, through dataset folders, keeps the same texts as one run."""
    whole = corpora.settings(inputs, tmp_path / "unused")
    rules = tmp_path / "rules.yaml"
    first = dict(whole)
    for stage in ("extract", "language", "quality", "keywords", "perplexity", "dedup", "scrub",
                  "tokenize"):  # fmt: skip
        first[stage] = {**first.get(stage, {}), "enabled": False}
    run_here(first | {"output": str(tmp_path / "read")})
    for before, (name, stages) in zip(STEPS, list(STEPS.items())[1:], strict=False):
        source, output = str(tmp_path / before), str(tmp_path / name)
        # Units of the usual size: parts of several sources share one, and must not share their
        # rules.
        others = {*single.STEPS, "output", "plan"} - stages
        kept = {key: value for key, value in whole.items() if key not in others}
        rules.write_text(yaml.safe_dump(kept))
        config = single_config(name, stages, source, output, rules, {}, {"workers": 1})
        Run(config, run_flow(config), NotedProgress()).execute()
    assert kept_texts(tmp_path / "tokenize") == kept_texts(finished)
    assert tokens(tmp_path / "tokenize") == tokens(finished)
    found: dict[tuple[str, int], str | None] = {}
    for name in STEPS:
        # A document's fate is what the last dataset that has it says.
        found |= fates(tmp_path / name)
    assert found == fates(finished)


def test_relative_paths(inputs: Path, run_here: Runner, tmp_path: Path) -> None:
    """A run from another working folder reads and writes where it was told to."""
    content = small(tmp_path / "unused", tmp_path / "out")
    content["inputs"] = [{"path": "articles/*.gz", "source": "articles"}]
    with contextlib.chdir(inputs):
        run_here(content)
    assert {row["file"] for row in corpora.rows(tmp_path / "out" / "ledger")} == {
        "articles/chinese.jsonl.gz"
    }
