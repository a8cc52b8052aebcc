"""Two runs compared: against a slow twin over their rows, and as the command prints it."""

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import corpora
import pytest
from runs import Corpus, Runner, execute, in_this_process, small

from corpus_pipeline.inspection.comparing import ABSENT, KEPT, By, compare_runs

NAMES: dict[By, tuple[str, ...]] = {
    "place": ("source", "file", "record"),
    "id": ("source", "id"),
    "content": ("content_hash",),
}


@pytest.fixture(scope="module")
def other(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the small corpus with other rules, without one of its files."""
    output = tmp_path_factory.mktemp("other") / "out"
    settings = corpora.settings(inputs, output)
    settings["keywords"] = {**settings.get("keywords", {}), "max_hits": 1000, "max_distinct": 1000}
    settings["inputs"] = [each for each in settings["inputs"] if each["source"] != "books"][::-1]
    settings["quality"] = {"enabled": False}
    with in_this_process():
        execute(settings)
    return output


def slow_twin(left: Path, right: Path, by: By) -> tuple[int, Counter[tuple[str, str]]]:
    """(documents of one fate, change -> documents)."""

    def named(output: Path) -> dict[Any, str]:
        found: dict[Any, str] = {}
        times: Counter[Any] = Counter()
        rows = sorted(corpora.rows(output / "ledger"), key=lambda row: (row["unit"], row["row"]))
        for row in rows:
            name = tuple(row[column] for column in NAMES[by])
            if name == (None,):
                name = tuple(row[column] for column in NAMES["place"])
            times[name] += 1
            found[name, times[name]] = row["drop_reason"] or KEPT
        return found

    one, two = named(left), named(right)
    changes = Counter(
        (one.get(name, ABSENT), two.get(name, ABSENT)) for name in one.keys() | two.keys()
    )
    same = sum(count for (before, after), count in changes.items() if before == after)
    return same, Counter({key: n for key, n in changes.items() if key[0] != key[1]})


@pytest.mark.parametrize("rows", [10**6, 7])
@pytest.mark.parametrize("by", [*NAMES])
def test_fates_against_a_slow_twin(finished: Path, other: Path, by: By, rows: int) -> None:
    found = compare_runs(finished, other, 2, by, rows)
    same, changes = slow_twin(finished, other, by)
    assert found.same_fate == same
    assert {(each.before, each.after): each.documents for each in found.fates} == changes
    assert changes[KEPT, ABSENT] or by == "content"
    fates = {
        side: {f"{row['unit']}:{row['row']}": row["drop_reason"] or KEPT for row in rows}
        for side, rows in (
            ("left", corpora.rows(finished / "ledger")), ("right", corpora.rows(other / "ledger")),
        )
    }  # fmt: skip
    for each in found.fates:
        assert len(each.examples) == min(2, each.documents)
        for example in each.examples:
            for side, fate in (("left", each.before), ("right", each.after)):
                address = example[side]
                assert fate == (ABSENT if address is None else fates[side][address])
    assert found == compare_runs(finished, other, 2, by, 13)


def test_what_else_differs(finished: Path, other: Path) -> None:
    found = compare_runs(finished, other, 0)
    assert found.by == "place"
    assert not found.same_bytes
    config = {each.name: each[1:] for each in found.config}
    assert config["quality.enabled"] == (True, False)
    assert config["keywords.max_hits"][1] == 1000
    assert {name for name in config if name.startswith("inputs.")} == {
        name for name in config if name.startswith("inputs.books.")
    }
    assert all(right is None for _, _, right in found.inputs)
    assert {name.split("/")[-1] for name, _, _ in found.inputs}
    steps = {each.name: each[1:] for each in found.steps}
    assert steps["keywords"] == (2, 0)
    # The rules of quality are loaded by the first run alone.
    assert [name for name, _, _ in found.versions] == ["shipped:filters/profiles"]
    assert all(not each.examples for each in found.fates)


def test_the_same_run_again(corpus: Corpus, tmp_path: Path, run_here: Runner) -> None:
    for name in ("one", "two"):
        run_here(small(tmp_path / "in", tmp_path / name))
    code, out, err = corpus("diff", tmp_path / "one", tmp_path / "two")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "all files have the same bytes"
    found = json.loads(corpus("diff", tmp_path / "one", tmp_path / "two", "--json").out)
    assert found["same_bytes"]
    assert found["fates"] == []


def test_diff(corpus: Corpus, finished: Path, other: Path) -> None:
    code, out, err = corpus("diff", finished, other, "-n", 1)
    assert (code, err) == (1, "")
    assert "  quality.enabled: true -> false" in out
    assert "keywords-too-many -> (kept)" in out
    assert "keywords-too-many/sore-" in out
    assert "documents, paired by source, file and record: " in out
    code, out, _ = corpus("diff", finished, other, "--by", "id", "--json")
    assert code == 1
    found = json.loads(out)
    assert found["paired_by"] == "id"
    assert found["config"]["quality.enabled"] == {"left": True, "right": False}
    changes = defaultdict(int, {(f["before"], f["after"]): f["documents"] for f in found["fates"]})
    assert changes["keywords-too-many", KEPT] == 2


def test_trouble_is_2(corpus: Corpus, finished: Path, tmp_path: Path) -> None:
    for pair in ((finished, tmp_path), (tmp_path / "无", finished)):
        code, out, err = corpus("diff", *pair)
        assert (code, out) == (2, "")
        assert err.count("\n") == 1


def test_runs_of_nothing(corpus: Corpus, tmp_path: Path, run_here: Runner) -> None:
    run_here(small(tmp_path / "in", tmp_path / "one"))
    run_here(small(tmp_path / "empty", tmp_path / "two", "\n", allow_unreadable=True))
    code, out, _ = corpus("diff", tmp_path / "one", tmp_path / "two")
    assert code == 1
    assert "2: (kept) -> (not in this run)" in out
