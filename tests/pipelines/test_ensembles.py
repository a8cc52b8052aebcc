"""Several scores in a whole run: bins of each, the largest of them, and what depends on it."""

import json
import random
from pathlib import Path
from typing import Any

import corpora
import pytest
from runs import Runner

NAMES = ("a", "b", "c")
#: Nemotron-CC and CCI 4.0 have 20 bins; 5 do for 90 documents.
BINS = 5


def documents() -> list[dict[str, Any]]:
    """Makes documents of two languages; the scores of some are equal, those of some missing."""
    chance = random.Random(5)
    made = []
    for number in range(90):
        lang, word = ("zh", "中文") if number % 3 else ("en", "word ")
        scores = {name: chance.randrange(40) / 8 for name in NAMES if chance.random() > 0.05}
        text = f"{number} {word * chance.randrange(2, 40)}"
        made.append({"id": str(number), "text": text, "lang": lang, **scores})
    return made


def bins_of(scored: list[tuple[float, int]]) -> dict[float, int]:
    """Score -> bin, by sorting: of equal scores the highest bin that any of them would be in."""
    total, before, found = sum(weight for _, weight in scored), 0, {}
    for score, weight in sorted(scored):
        # The bin of the last character of a score's documents.
        before += weight
        found[score] = min((before * BINS - 1) // total if before * BINS % total == 0 else
                           before * BINS // total, BINS - 1)  # fmt: skip
    return found


@pytest.fixture
def flow(tmp_path: Path) -> dict[str, Any]:
    lines = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in documents())
    (tmp_path / "in.jsonl").write_text(lines, "utf-8")
    scores: list[Any] = [
        {"classifier": {"column": f"metadata.{name}", "bins": BINS, "by": [],
                        "weight": "characters", "min_documents": 1}, "label": name}
        for name in NAMES
    ]  # fmt: skip
    return {
        "inputs": [{"path": str(tmp_path / "in.jsonl"), "source": "web"}],
        "output": str(tmp_path / "out"),
        "workers": 1,
        "plan": {"unit_bytes": 3000},
        "steps": [
            *scores,
            {"classifier": {"columns": [f"{name}_classifier_bin" for name in NAMES]},
             "label": "ensemble"},
            {"where": {"drop": "len(text) < 60"}, "label": "heuristics",
             "when": "ensemble_classifier_score is None or ensemble_classifier_score < 4"},
        ],
    }  # fmt: skip


def test_the_largest_bin_decides_which_rules_hold(flow: dict[str, Any], run_here: Runner) -> None:
    """As in Nemotron-CC: no rules for the highest bin."""
    run_here(flow)
    rows = {row["id"]: row for row in corpora.rows(Path(flow["output"]) / "ledger")}
    given = documents()
    assert len(rows) == len(given)
    bins = {
        name: bins_of([(each[name], len(each["text"])) for each in given if name in each])
        for name in NAMES
    }
    spared = dropped = 0
    for each in given:
        row = rows[each["id"]]
        mine = {n: bins[n][each[n]] if n in each else None for n in NAMES}
        assert {name: row[f"{name}_classifier_bin"] for name in NAMES} == mine
        there = [value for value in mine.values() if value is not None]
        best = max(there) if there else None
        assert row["ensemble_classifier_score"] == best
        short, high = len(each["text"]) < 60, best == 4
        assert row["drop_reason"] == ("heuristics-where-dropped" if short and not high else None)
        spared += short and high
        dropped += short and not high
    assert spared > 5
    assert dropped > 5


def test_the_same_in_other_units_and_in_another_order(
    flow: dict[str, Any], run_here: Runner, tmp_path: Path
) -> None:
    def ledger(content: dict[str, Any]) -> list[tuple[Any, ...]]:
        run_here(content)
        rows = corpora.rows(Path(content["output"]) / "ledger")
        return sorted(
            (row["id"], row["ensemble_classifier_score"], row["drop_reason"]) for row in rows
        )

    lines = (tmp_path / "in.jsonl").read_text("utf-8").splitlines(keepends=True)
    random.Random(1).shuffle(lines)
    (tmp_path / "other.jsonl").write_text("".join(lines), "utf-8")
    other = {
        **flow, "inputs": [{"path": str(tmp_path / "other.jsonl"), "source": "web"}],
        "output": str(tmp_path / "again"), "plan": {"unit_bytes": 900},
    }  # fmt: skip
    assert ledger(flow) == ledger(other)


def test_cuts_of_each_source_and_language_are_learnt_from_the_run(
    flow: dict[str, Any], run_here: Runner, tmp_path: Path
) -> None:
    """As in FinePDFs and FineWeb-2: a share of each language, whatever its scores are like."""
    sentences = {
        "zh": "今天天气很好，我们在公园里散步，明天的天气也会很好。",
        "en": "The people of the old town went down to the river in the evening. ",
    }
    given = [
        {**each, "text": f"{each['id']} {sentences[each['lang']] * 3}"} for each in documents()
    ]
    for source in ("web", "pdf"):
        some = [each for each in given if (int(each["id"]) % 2 == 0) == (source == "pdf")]
        lines = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in some)
        (tmp_path / f"{source}.jsonl").write_text(lines, "utf-8")
    run_here({
        **flow,
        "inputs": [
            {"path": str(tmp_path / f"{source}.jsonl"), "source": source}
            for source in ("web", "pdf")
        ],
        "steps": [
            "language",
            {"classifier": {"column": "metadata.a", "keep_top": 0.25, "min_documents": 1}},
        ],
    })  # fmt: skip
    rows = list(corpora.rows(Path(flow["output"]) / "ledger"))
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        alive = row["drop_reason"] in (None, "classifier-below-share")
        if alive and row["classifier_score"] is not None:
            groups.setdefault((row["source"], row["lang"]), []).append(row)
    assert len(groups) >= 4
    cuts = set()
    for members in groups.values():
        scores = sorted((row["classifier_score"] for row in members), reverse=True)
        cut = scores[-(-len(scores) // 4) - 1]
        cuts.add(cut)
        for row in members:
            assert (row["drop_reason"] is None) == (row["classifier_score"] >= cut)
    assert len(cuts) > 1
