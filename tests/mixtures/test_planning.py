"""Mixtures of a finished run: what is chosen is what the ledger says, and bad ones are refused."""

import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import corpora
import pyarrow as pa
import pytest
from runs import Corpus, Runner, execute, in_this_process

from corpus_pipeline.config.mixture import MixtureSection
from corpus_pipeline.errors import ConfigError, VerifyError
from corpus_pipeline.inspection.verify import verify
from corpus_pipeline.loader import SequenceLoader, SequenceOptions, open_mixture, open_tokens
from corpus_pipeline.mixtures.planning import PlannedMixture, plan_mixture
from corpus_pipeline.mixtures.written import planned_shares, write_mixture
from corpus_pipeline.tokens.index import TokenIndex, load_index

Row = dict[str, Any]
#: Sources of the small corpus.
KNOWN = [each["source"] for each in corpora.settings(Path(), Path())["inputs"]]


@pytest.fixture(scope="module")
def index(finished: Path) -> TokenIndex:
    return load_index(finished / "tokens")


@pytest.fixture(scope="module")
def ledger(finished: Path) -> list[Row]:
    return [row for row in corpora.rows(finished / "ledger") if row["drop_reason"] is None]


def plan(finished: Path, index: TokenIndex, component: Row, **stage: Any) -> PlannedMixture:
    mix = {"it": {"epochs": 1}}
    content = {"components": {"it": component}, "stages": [{"name": "a", "mix": mix, **stage}]}
    return plan_mixture(
        MixtureSection.model_validate(content), finished, index, 1, KNOWN, ["train"]
    )


def taken(mixture: PlannedMixture, index: TokenIndex, ledger: list[Row]) -> Counter[str]:
    """How often each document stands in the selection, by its tokens' places."""
    (component,) = mixture.components
    assert component.selection is not None
    starts = [0]
    for shard in index.shards:
        starts.append(starts[-1] + shard.tokens)
    begins = component.selection["start"].to_pylist()
    tokens = component.selection["token"].to_pylist()
    ends = [*begins[1:], component.tokens]
    ranges = [(t, t + end - b) for t, b, end in zip(tokens, begins, ends, strict=True)]
    found: Counter[str] = Counter()
    for row in ledger:
        first = starts[row["token_shard"]] + row["token_offset"]
        found[row["id"]] += sum(a <= first and first + row["tokens"] <= b for a, b in ranges)
    assert sum(found[row["id"]] * row["tokens"] for row in ledger) == component.tokens
    assert sum(found.values()) == component.documents
    return +found


SOURCES = ("articles", "books")


def of_sources(ledger: list[Row]) -> list[Row]:
    return [row for row in ledger if row["source"] in SOURCES]


@pytest.mark.parametrize("where", ['lang == "zh"', "tokens > 40 and words < 300", 'id == "文"'])
def test_where(finished: Path, index: TokenIndex, ledger: list[Row], where: str) -> None:
    component = {"sources": SOURCES, "where": where}
    expected: Callable[[Row], bool] = {
        'lang == "zh"': lambda row: row["lang"] == "zh",
        "tokens > 40 and words < 300": lambda row: row["tokens"] > 40 and row["words"] < 300,
        'id == "文"': lambda row: False,
    }[where]
    wanted = Counter(row["id"] for row in of_sources(ledger) if expected(row))
    if not wanted:
        with pytest.raises(ConfigError, match="mixture: a: it has no tokens"):
            plan(finished, index, component)
    else:
        assert taken(plan(finished, index, component), index, ledger) == wanted


def test_copies_by_value(finished: Path, index: TokenIndex, ledger: list[Row]) -> None:
    repeat = {"column": "words", "copies": {0: 0, 50: 1, 200: 3}}
    found = taken(plan(finished, index, {"sources": SOURCES, "repeat": repeat}), index, ledger)
    copies = {
        row["id"]: 3 if row["words"] >= 200 else int(row["words"] >= 50)
        for row in of_sources(ledger)
    }
    assert found == +Counter(copies)
    assert {1, 3} <= set(found.values())


def test_copies_by_percentile(finished: Path, index: TokenIndex, ledger: list[Row]) -> None:
    repeat = {"column": "words", "by": "percentile", "copies": {0: 0, 50: 2}}
    found = taken(plan(finished, index, {"sources": SOURCES, "repeat": repeat}), index, ledger)
    rows = sorted(of_sources(ledger), key=lambda row: row["words"])
    total, seen = sum(row["tokens"] for row in rows), 0
    for row in rows:
        seen += row["tokens"]
        if 2 * seen > total:
            middle = row["words"]
            break
    assert found == Counter({row["id"]: 2 for row in rows if row["words"] >= middle})


def test_copies_by_cluster_size(finished: Path, index: TokenIndex, ledger: list[Row]) -> None:
    """The slow twin follows every copy to the document that stays."""
    rows = {f"{row['unit']}:{row['row']}": row for row in corpora.rows(finished / "ledger")}
    sizes: Counter[str] = Counter()
    for row in rows.values():
        while row["drop_reason"] in ("exact-duplicate", "document-duplicate"):
            row = rows[row["duplicate_of"]]
        sizes[row["id"]] += 1
    repeat = {"column": "cluster_size", "copies": {1: 1, 2: 2, 3: 4}}
    found = taken(plan(finished, index, {"sources": SOURCES, "repeat": repeat}), index, ledger)
    times = {1: 1, 2: 2}
    assert found == {row["id"]: times.get(sizes[row["id"]], 4) for row in of_sources(ledger)}
    assert len(set(found.values())) > 1
    copied = {"sources": SOURCES, "where": "cluster_size >= 2"}
    found = taken(plan(finished, index, copied), index, ledger)
    assert found.keys() == {r["id"] for r in of_sources(ledger) if sizes[r["id"]] >= 2}


@pytest.mark.parametrize("cap", [1, 500, 2000, 10**9])
def test_cap(finished: Path, index: TokenIndex, ledger: list[Row], cap: int) -> None:
    component = {"sources": SOURCES, "cap": cap}
    whole = sum(row["tokens"] for row in of_sources(ledger))
    if cap == 1:
        with pytest.raises(ConfigError, match="no tokens"):
            plan(finished, index, component)
        return
    mixture = plan(finished, index, component)
    found = taken(mixture, index, ledger)
    assert set(found.values()) == {1}
    assert mixture.components[0].tokens <= cap
    assert mixture.components[0].tokens > min(cap, whole) * 0.6 - 300


def test_a_larger_share_keeps_all_that_a_smaller_one_does(
    finished: Path, index: TokenIndex, ledger: list[Row]
) -> None:
    few, many = (
        taken(plan(finished, index, {"sources": SOURCES, "keep": keep}), index, ledger)
        for keep in (0.3, 0.7)
    )
    assert few.keys() < many.keys() < {row["id"] for row in of_sources(ledger)}


def test_a_component_that_takes_everything_needs_no_selection(
    finished: Path, index: TokenIndex, ledger: list[Row]
) -> None:
    mixture = plan(finished, index, {"sources": SOURCES})
    (component,) = mixture.components
    assert component.selection is None
    assert component.tokens == sum(row["tokens"] for row in of_sources(ledger))
    assert component.documents == len(of_sources(ledger))
    assert list(planned_shares(mixture)) == [
        {"stage": "a", "component": "it", "available": component.tokens,
         "tokens": component.tokens, "share": 1.0, "epochs": 1.0}
    ]  # fmt: skip


def test_what_is_written(finished: Path, index: TokenIndex, tmp_path: Path) -> None:
    section = MixtureSection.model_validate(
        {
            "components": {"短文": {"sources": ["articles"], "where": "words < 300"}},
            "stages": [
                {"name": "主", "tokens": 500, "mix": {"短文": 1, "books": 3}},
                {"name": "decay", "mix": {"books": {"tokens": "1K"}}},
            ],
        }
    )
    mixture = plan_mixture(section, finished, index, 9, KNOWN, ["train"])
    (tmp_path / "selection-of-another.arrow").touch()
    write_mixture(mixture, tmp_path, "../tokens", index)
    names = sorted(path.name for path in tmp_path.iterdir())
    content = json.loads((tmp_path / "mixture.json").read_bytes())
    assert content["stages"] == [
        {"name": "主", "tokens": {"短文": 125, "books": 375}},
        {"name": "decay", "tokens": {"books": 1000}},
    ]
    assert (content["seed"], content["tokens"], content["version"]) == (9, "../tokens", 1)
    assert names == ["mixture.json", content["components"][0]["selection"]]
    assert content["components"][1]["selection"] is None
    with pa.memory_map(str(tmp_path / names[1])) as source:
        table = pa.ipc.open_file(source).read_all()
        assert table.equals(mixture.components[0].selection)


@pytest.mark.parametrize("world", [1, 2, 3])
def test_the_loader_gives_every_token_as_often_as_planned(
    finished: Path, index: TokenIndex, ledger: list[Row], tmp_path: Path, world: int
) -> None:
    """A whole number of epochs of documents that are chosen, and of a source; in two stages."""
    section = MixtureSection.model_validate(
        {
            "components": {
                "chosen": {
                    "sources": SOURCES,
                    "repeat": {"column": "words", "copies": {0: 0, 50: 1, 200: 3}},
                }
            },
            "stages": [
                {"name": "a", "mix": {"chosen": {"epochs": 1.5}, "books": {"epochs": 0.3}}},
                {"name": "b", "mix": {"books": {"epochs": 0.7}, "chosen": {"epochs": 0.5}}},
            ],
        }
    )
    mixture = plan_mixture(section, finished, index, 1, KNOWN, ["train"])
    tokens = os.path.relpath(finished / "tokens", tmp_path)
    write_mixture(mixture, tmp_path, tokens, index)
    opened = open_mixture(tmp_path / "mixture.json")
    options = SequenceOptions(sequence_length=((0, 16), (5, 40)), batch_size=6, seed=3)
    seen: Counter[int] = Counter()
    for rank in range(world):
        for batch in SequenceLoader(opened, options, rank, world):
            for row, size in zip(batch.tokens, batch.sizes.tolist(), strict=True):
                seen.update(row[:size].tolist())
    dataset = open_tokens(finished / "tokens")
    starts = [0]
    for shard in index.shards:
        starts.append(starts[-1] + shard.tokens)
    expected: Counter[int] = Counter()
    for row in of_sources(ledger):
        first = starts[row["token_shard"]] + row["token_offset"]
        copies = 3 if row["words"] >= 200 else int(row["words"] >= 50)
        times = 2 * copies + (row["source"] == "books")
        for token in dataset.read(first, first + row["tokens"]).tolist():
            expected[token] += times
    assert seen == +expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"mix": {"boks": 1}}, "mixture: boks: no source is called 'boks'; did you mean 'books'?"),
        ({"components": {"a": {"sources": ["books"]}}, "mix": {"books": 1}},
         "mixture: no stage takes the component a; add it to a mix"),
        ({"components": {"a": {"sources": ["books"], "split": "tset"}}, "mix": {"a": 1}},
         "mixture: a: no split is called 'tset'; there are train"),
        ({"components": {"a": {"sources": ["books"], "where": "wrds > 3"}}, "mix": {"a": 1}},
         "mixture: a: where: .* no column wrds; did you mean words"),
        ({"components": {"a": {"sources": ["books"], "where": "words >"}}, "mix": {"a": 1}},
         "mixture: a: where: "),
        ({"components": {"a": {"sources": ["books"],
                               "repeat": {"column": "wrds", "copies": {0: 1}}}}, "mix": {"a": 1}},
         "mixture: a: repeat: the ledger has no column 'wrds'; did you mean 'words'?"),
        ({"components": {"a": {"sources": ["books"],
                               "repeat": {"column": "lang", "copies": {0: 1}}}}, "mix": {"a": 1}},
         "mixture: a: repeat: the column lang is string, not a number"),
        ({"mix": {"books": {"epochs": 9}}}, "max_epochs is 4"),
        ({"mix": {"books": {"epochs": 1e-9}}}, "mixture: a: would have no tokens"),
    ],
)  # fmt: skip
def test_bad_mixtures_are_one_line(
    finished: Path, index: TokenIndex, content: Row, message: str
) -> None:
    stages = [{"name": "a", "mix": content["mix"]}]
    section = MixtureSection.model_validate(
        {"components": content.get("components", {}), "stages": stages}
    )
    with pytest.raises(ConfigError, match=message) as caught:
        plan_mixture(section, finished, index, 1, KNOWN, ["train"])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, "mixture: nothing: no source is called 'nothing'"),
        ({"tokenize": {"enabled": False}}, "mixture: there are no tokens to mix without tokenize"),
    ],
)
def test_a_run_refuses_a_bad_mixture_before_any_work(
    run_here: Runner, inputs: Path, tmp_path: Path, change: Row, message: str
) -> None:
    content = corpora.settings(inputs, tmp_path / "out") | change
    content["mixture"] = {"stages": [{"name": "a", "mix": {"nothing": 1}}]}
    with pytest.raises(ConfigError, match=message):
        run_here(content)
    assert not (tmp_path / "out").exists()


def with_mixture(inputs: Path, output: Path, tokens: int, **mix: Any) -> Row:
    content = corpora.settings(inputs, output)
    content["mixture"] = {"stages": [{"name": "a", "tokens": tokens, "mix": mix}]}
    splits = {"validation": {"share": 0.2}, "none": {"share": 1e-9}}
    content["tokenize"] = {**content.get("tokenize", {}), "splits": splits}
    return content


def test_a_run_with_a_mixture(run_here: Runner, inputs: Path, tmp_path: Path) -> None:
    """One that cannot be is told behind the run, which is complete; another one is planned anew."""
    output = tmp_path / "out"
    with pytest.raises(ConfigError, match=r"max_epochs is 4.*the corpus itself is complete"):
        run_here(with_mixture(inputs, output, 10**6, books=2, articles=1))
    assert not (output / "mixture").exists()
    verify(output)
    before = (output / "run.json").read_bytes()
    for tokens in (900, 300):
        run_here(with_mixture(inputs, output, tokens, books=2, articles=1))
        verify(output)
        written = json.loads((output / "mixture" / "mixture.json").read_bytes())
        planned = {"books": tokens * 2 // 3, "articles": tokens // 3}
        assert written["stages"] == [{"name": "a", "tokens": planned}]
    assert (output / "run.json").read_bytes() == before
    loader = SequenceLoader(open_mixture(output / "mixture"), SequenceOptions(16, 2))
    assert sum(int(batch.sizes.sum()) for batch in loader) == 300
    run_here(with_mixture(inputs, output, 300, books=1), overwrite=True)
    verify(output)
    run_here(corpora.settings(inputs, output), overwrite=True)
    assert not (output / "mixture").exists()


def test_sources_without_tokens_are_left_out(
    finished: Path, index: TokenIndex, tmp_path: Path
) -> None:
    section = MixtureSection.model_validate(
        {
            "components": {"all": {"sources": ["books", "silent"]}},
            "stages": [{"name": "a", "mix": {"all": {"epochs": 1}}}],
        }
    )
    known = [*KNOWN, "silent"]
    mixture = plan_mixture(section, finished, index, 1, known, ["train", "test"])
    write_mixture(mixture, tmp_path, os.path.relpath(finished / "tokens", tmp_path), index)
    (stream,) = open_mixture(tmp_path).streams
    assert stream.tokens == mixture.components[0].tokens
    for component in ({"sources": ["silent"]}, {"sources": ["books"], "split": "test"}):
        content = {"components": {"it": component}, "stages": [{"name": "a", "mix": {"it": 1}}]}
        section = MixtureSection.model_validate(content)
        with pytest.raises(ConfigError, match="mixture: a: it has no tokens"):
            plan_mixture(section, finished, index, 1, known, ["train", "test"])


@pytest.fixture(scope="module")
def mixed(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a mixture that has a selection."""
    output = tmp_path_factory.mktemp("mixed") / "out"
    content = with_mixture(inputs, output, 100, books=1)
    content["mixture"]["components"] = {"books": {"where": "words > 10"}}
    with in_this_process():
        execute(content)
    return output


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("selection", "has sha256"), ("missing", "is missing"), ("foreign", "does not belong"),
        ("other tokens", "is of other tokens"), ("no json", "cannot be read"),
    ],
)  # fmt: skip
def test_verify_looks_at_the_mixture(
    mixed: Path, tmp_path: Path, damage: str, message: str
) -> None:
    output = tmp_path / "out"
    shutil.copytree(mixed, output)
    verify(output)
    written = output / "mixture" / "mixture.json"
    (selection,) = written.parent.glob("*.arrow")
    if damage == "selection":
        selection.write_bytes(selection.read_bytes()[:-1] + b"x")
    elif damage == "missing":
        selection.unlink()
    elif damage == "foreign":
        (written.parent / "notes.txt").touch()
    elif damage == "other tokens":
        text = written.read_text("utf-8")
        written.write_text(text.replace('"index_sha256": "', '"index_sha256": "0'))
    else:
        written.unlink()
    with pytest.raises(VerifyError, match=rf"mixture/.* {message}"):
        verify(output)


MIX = """
stages:
  - name: main
    tokens: 3K
    mix: {books: 1, articles: {epochs: 0.5}}
"""


def test_the_command(corpus: Corpus, finished: Path, tmp_path: Path) -> None:
    (tmp_path / "mix.yaml").write_text(MIX)
    shown = corpus("mix", finished, tmp_path / "mix.yaml")
    assert (shown.code, shown.err) == (0, "")
    assert "books" in shown.out
    written = corpus("mix", finished, tmp_path / "mix.yaml", tmp_path / "m")
    opening = re.search(r'open_mixture\("(.+)"\)', written.out)
    assert opening is not None
    assert open_mixture(opening[1]).names == ("books", "articles")
    target = tmp_path / "混合"
    written = corpus("mix", finished, tmp_path / "mix.yaml", target)
    assert written.code == 0
    content = json.loads((target / "mixture.json").read_bytes())
    assert (target / content["tokens"]).resolve() == (finished / "tokens").resolve()
    again = corpus("mix", finished, tmp_path / "mix.yaml", target)
    assert again.code == 1
    assert "holds a mixture; name another folder, or --overwrite" in again.err
    for where in (finished / "mixture", finished, finished / ".." / finished.name / "m"):
        inside = corpus("mix", finished, tmp_path / "mix.yaml", where)
        assert inside.code == 1
        assert "lies in the run" in inside.err
    (tmp_path / "mix.yaml").write_text(
        "stages: [{name: a, mix: {books: 1, x: {share: 1, epochs: 2}}}]"
    )
    wrong = corpus("mix", finished, tmp_path / "mix.yaml")
    assert wrong.code == 1
    assert "give one of share, epochs and tokens" in wrong.err
