"""What is held out: on one side alone, the same however the run is cut, and verified."""

import dataclasses
import json
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import corpora
import numpy as np
import pyarrow as pa
import pytest
from runs import Corpus, Runner

from corpus_pipeline.config.config import build_config
from corpus_pipeline.config.run_flow import run_flow
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.inspection.verify import verify
from corpus_pipeline.inspection.verify_splits import split_differences
from corpus_pipeline.loader import open_tokens
from corpus_pipeline.planning.notes import notes_before
from corpus_pipeline.planning.plan import make_plan
from corpus_pipeline.planning.resources import resolve_resources
from corpus_pipeline.storage import file_digest
from corpus_pipeline.tokens.index import load_index
from corpus_pipeline.tokens.shard import ShardWriter, open_shard

ALL = [each["source"] for each in corpora.settings(Path(), Path())["inputs"]]
SPLITS = {"validation": {"share": 0.3}, "test": {"share": 0.4, "sources": ["books"]}}


def settings(inputs: Path, output: Path, **tokenize: Any) -> dict[str, Any]:
    content = corpora.settings(inputs, output)
    section = {**content.get("tokenize", {}), "splits": SPLITS, "shard_tokens": 400, **tokenize}
    return {**content, "tokenize": section}


def streams(output: Path) -> dict[tuple[str, str], list[list[int]]]:
    """Tokens of the documents of each split and source, in the order of the shards."""
    found: dict[tuple[str, str], list[list[int]]] = {}
    index = json.loads((output / "tokens" / "index.json").read_bytes())
    for entry in index["shards"]:
        with pa.memory_map(str(output / "tokens" / entry["file"])) as source:
            table = pa.ipc.open_file(source).read_all()
        stream = found.setdefault((entry["split"], entry["source"]), [])
        stream += table["tokens"].to_pylist()
    return found


@pytest.mark.parametrize("shuffle", [False, True])
def test_shards_do_not_depend_on_the_units(
    run_here: Runner, inputs: Path, tmp_path: Path, shuffle: bool
) -> None:
    """Where nothing is shuffled the files are the same but for the addresses in them."""
    found, sizes = [], []
    for name, unit_bytes in (("a", 1 << 20), ("b", 2000)):
        output = tmp_path / name
        content = settings(inputs, output, shuffle=shuffle) | {"plan": {"unit_bytes": unit_bytes}}
        run = run_here(content)
        found.append(streams(output))
        sizes.append([(e["split"], e["source"], e["shards"]) for e in run["streams"]])
        verify(output)
    assert found[0] == found[1]
    assert sizes[0] == sizes[1]
    # Shuffled ones are of 64 documents or more.
    assert (sum(shards for *_, shards in sizes[0]) > len(sizes[0])) is not shuffle


@pytest.fixture(scope="module")
def split_run(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from runs import execute, in_this_process

    output = tmp_path_factory.mktemp("splits") / "out"
    with in_this_process():
        execute(settings(inputs, output))
    return output


def test_every_document_is_in_the_split_that_the_ledger_says(split_run: Path) -> None:
    ledger = [row for row in corpora.rows(split_run / "ledger") if row["drop_reason"] is None]
    counts = Counter((row["split"], row["source"]) for row in ledger)
    assert {name for name, _ in counts} == {"train", "validation", "test"}
    assert {source for name, source in counts if name == "test"} == {"books"}
    run = json.loads((split_run / "run.json").read_bytes())
    assert counts == {(e["split"], e["source"]): e["documents"] for e in run["streams"]}
    tokens = Counter[tuple[str, str]]()
    for row in ledger:
        tokens[row["split"], row["source"]] += row["tokens"]
    assert tokens == {(e["split"], e["source"]): e["tokens"] for e in run["streams"]}
    dataset = open_tokens(split_run / "tokens")
    wanted = sum(n for (split, _), n in tokens.items() if split == "train")
    assert dataset.stream().tokens == wanted, "a loader sees what is held out only when asked to"
    dropped = [row for row in corpora.rows(split_run / "ledger") if row["drop_reason"]]
    assert {row["split"] for row in dropped} == {None}


def test_tokens_in_two_splits_are_found(split_run: Path, tmp_path: Path) -> None:
    """A shard of held-out documents in which one has the tokens of one to train on."""
    output = tmp_path / "out"
    shutil.copytree(split_run, output)
    index = load_index(output / "tokens")
    train, held = (
        next(e for e in index.shards if (e.split, e.source) == (split, "articles"))
        for split in ("train", "validation")
    )
    batch = open_shard(output / "tokens" / train.file).batches[0]
    path = output / "tokens" / held.file
    with path.open("wb") as sink:
        writer = ShardWriter(sink, index.format)
        writer.write(
            batch.ids, batch.units, batch.rows, batch.offsets.astype(np.int64), batch.tokens
        )
        summary = writer.close()
    written = file_digest(path)
    entry = dataclasses.replace(held, **summary._asdict(), **written._asdict())
    shards = tuple(entry if each is held else each for each in index.shards)
    run = json.loads((output / "run.json").read_bytes())
    found = list(split_differences(output, dataclasses.replace(index, shards=shards), run))
    assert found == [
        f"document 0 of tokens/{train.file} (train) has the tokens of document 0 of "
        f"tokens/{held.file} (validation)"
    ]
    assert not list(split_differences(split_run, index, run))
    run["config"]["tokenize"]["splits"]["test"]["sources"] = ["articles"]
    same = list(split_differences(output, dataclasses.replace(index, shards=shards), run))
    assert same == found, "sources that are held out alike"


@pytest.mark.parametrize("share", [0.5])
def test_texts_that_become_equal_are_on_one_side(
    run_here: Runner, tmp_path: Path, share: float
) -> None:
    """They differ in personal data alone, which is replaced behind dedup."""
    text = corpora.ENGLISH["plain"].text
    rows = [{"text": f"{text} Write to somebody{k}@example.org."} for k in range(20)]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    content = {
        "inputs": [{"path": str(tmp_path / "in.jsonl"), "source": "web"}],
        "output": str(tmp_path / "out"),
        "dedup": {"document": {"enabled": False}, "sentence": {"enabled": False}},
        "tokenize": {"splits": {"test": {"share": share}}},
    }
    run = run_here(content)
    verify(tmp_path / "out")
    assert len(run["streams"]) == 1
    assert run["streams"][0]["documents"] == 20


def check(content: dict[str, Any]) -> None:
    flow = run_flow(build_config(content, "c.yaml"))
    resolve_resources(flow)
    flow.check()


@pytest.mark.parametrize(
    ("splits", "change", "message"),
    [
        ({"train": {"share": 0.1}}, {}, "'train' is no name for a split"),
        ({"Test": {"share": 0.1}}, {}, "'Test' is no name for a split; use small letters"),
        ({"test": {"share": 1}}, {}, "none is left to train on"),
        ({"test": {"share": 1e-20}}, {}, "share 1e-20 of test holds nothing out"),
        ({"test": {"sources": []}}, {}, "test names no source"),
        ({"test": {"sources": ALL}}, {}, "all sources are held out, and none is left"),
        ({"test": {"share": 0}}, {}, "greater than 0"),
        ({"a": {"share": 0.7}, "b": {"share": 0.7}}, {}, "shares of all sources add up to 1.4"),
        ({"a": {"share": 0.7, "sources": ["books"]}, "b": {"share": 0.4, "sources": ["books"]}}, {},
         "shares of the source 'books' add up to 1.1"),
        ({"test": {"sources": ["bokks"]}}, {}, "no input is called 'bokks'; did you mean 'books'?"),
        ({"test": {"sources": ["books"]}}, {"dedup": {"exact": {"enabled": False}}},
         "a text that two of them have could stand in two splits; switch dedup.exact on"),
        ({"test": {"shares": 0.1}}, {}, "unknown key 'tokenize.splits.test.shares'"),
    ],
)  # fmt: skip
def test_splits_that_cannot_be(
    inputs: Path, tmp_path: Path, splits: Any, change: Any, message: str
) -> None:
    content = {**settings(inputs, tmp_path / "out", splits=splits), **change}
    with pytest.raises(ConfigError) as caught:
        check(content)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({}, []),
        ({"dedup": {"document": {"enabled": False}}},
         ["splits: near copies may stand in two of them, as dedup.document is off"]),
    ],
)  # fmt: skip
def test_the_run_says_where_near_copies_may_be(
    inputs: Path, tmp_path: Path, change: Any, note: list[str]
) -> None:
    config = build_config({**settings(inputs, tmp_path / "out"), **change}, "c.yaml")
    flow = run_flow(config)
    resolve_resources(flow)
    plan = make_plan(config, {}, hashed=False)
    found = [line for line in notes_before(config, flow, plan) if line.startswith("splits")]
    assert found == note


def test_stats_names_the_splits(corpus: Corpus, split_run: Path) -> None:
    shown = corpus("stats", split_run)
    lines = re.findall(r"^split (\w+): \d+ documents, [\d,]+ tokens", shown.out, re.MULTILINE)
    assert lines == ["train", "validation", "test"]


def test_why_finds_tokens_of_any_split(corpus: Corpus, split_run: Path) -> None:
    shards = sorted((split_run / "tokens").glob("*.arrow"))
    shown = corpus("why", split_run, "--token", f"{len(shards) - 1}:0")
    assert shown.code == 0
    assert re.search(r"split +test", shown.out)
