"""The list of steps: order, repetition, labels, conditions; what makes no sense is refused."""

from pathlib import Path
from typing import Any

import corpora
import pytest
from runs import Corpus, Runner

from corpus_pipeline.config.config import build_config
from corpus_pipeline.config.run_flow import run_flow
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.quality.step import QualitySection
from corpus_pipeline.flow import default_steps
from corpus_pipeline.inspection.verdicts import Verdicts
from corpus_pipeline.package_files import package_file
from corpus_pipeline.storage import resource_digest
from corpus_pipeline.workspace.run_file import FOLDERS


def flow(*steps: Any, **sections: Any) -> list[str]:
    """Returns the titles of the steps of a configuration."""
    content = {"inputs": [{"path": "a", "source": "s"}], "output": "o", **sections}
    if steps:
        content["steps"] = steps[0] if isinstance(steps[0], list) else list(steps)
    return [step.title for step in run_flow(build_config(content, "c.yaml")).steps]


def test_without_a_list_it_is_the_order_of_the_sections() -> None:
    assert flow() == [step.name for step in default_steps()]
    assert "quality" not in flow(quality={"enabled": False})


SCORED = {"classifier": {"column": "quality_score", "keep_top": 0.5, "min_documents": 1}}


@pytest.mark.parametrize(
    ("steps", "passes"),
    [
        (["extract", "dedup", "quality"], {"prepare": ["extract"], "finish": ["quality"]}),
        (["quality", "scrub", "tokenize"],
         {"prepare": ["quality"], "finish": ["scrub", "tokenize"]}),
        (["quality"], {"prepare": ["quality"], "finish": []}),
        (["dedup"], {"prepare": [], "finish": []}),
        ([], {"prepare": [], "finish": []}),
        (["quality", SCORED, "language", "dedup", "scrub"],
         {"prepare": ["quality", "classifier"], "prepare-2": ["language"], "finish": ["scrub"]}),
        (["dedup", "quality", SCORED],
         {"prepare": [], "prepare-2": ["quality", "classifier"], "finish": []}),
        (["quality", {"classifier": {"column": "quality_score", "min_score": 300}}, "dedup"],
         {"prepare": ["quality", "classifier"], "finish": []}),
    ],
)  # fmt: skip
def test_passes_end_where_something_looks_at_the_whole_run(
    steps: list[Any], passes: dict[str, list[str]]
) -> None:
    content = {"inputs": [{"path": "a", "source": "s"}], "output": "o", "steps": steps}
    made = run_flow(build_config(content, "c.yaml"))
    assert {each.name: [step.title for step in each.steps] for each in made.passes} == passes
    assert made.dedup.options.enabled == ("dedup" in steps)
    assert [before.looks for before in made.passes[:-1]] == [p.decided for p in made.passes[1:]]


def test_dedup_that_is_off_parts_them_too() -> None:
    """Identities are of the text before it is scrubbed, whatever is on."""
    content = {"inputs": [{"path": "a", "source": "s"}], "output": "o"}
    made = run_flow(build_config({**content, "dedup": {"enabled": False}}, "c.yaml"))
    assert [step.title for step in made.passes[-1].steps] == ["scrub", "tokenize"]


@pytest.mark.parametrize(
    ("steps", "line"),
    [
        (["tokenize", "quality"], "quality stands behind tokenize, and nothing can"),
        (["language", "extract"], "language stands before extract, which makes the texts"),
        (["quality", "quality"], "quality stands twice; give the second one a label"),
        (["quality", {"quality": None, "label": "quality"}], "the label 'quality' is the name"),
        (["qualty"], "no step is called 'qualty'; did you mean 'quality'?"),
        (["read"], "read is always the first step"),
        (["dedup", {"dedup": {}, "label": "b"}], "dedup can stand once"),
        ([{"quality": {"profil": "c4"}}], "quality: unknown key 'profil'; did you mean 'profile'?"),
        ([{"quality": {}, "scrub": {}}], "a step of the list is its name, or NAME: {its options}"),
        ([{"quality": {}, "label": "Ä"}], "String should match pattern"),
        ([{"quality": {}, "on_error": "stop"}], "on_error is for steps of one's own"),
        ([{"quality": {}, "when": "lang == 'en'"}, "language"],
         "quality: when: .*no column lang.*language, which fills lang, stands later"),
        ([{"quality": {}, "when": "words >"}], "quality: when: "),
        ([3], "is a section, not one value; its keys are use, options"),
        ({"a": 1}, "steps: is a list, not a mapping"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_one_line(steps: Any, line: str) -> None:
    content = {"inputs": [{"path": "a", "source": "s"}], "output": "o", "steps": steps}
    with pytest.raises(ConfigError, match=line) as caught:
        run_flow(build_config(content, "c.yaml"))
    assert "\n" not in str(caught.value)


def test_a_section_beside_the_list() -> None:
    """It holds the options of the step, and is never ignored."""
    content: dict[str, Any] = {"inputs": [{"path": "a", "source": "s"}], "output": "o"}
    quality = {"profile": "c4"}
    made = run_flow(build_config({**content, "steps": ["quality"], "quality": quality}, "c"))
    assert made.passes[0].steps[0].options == QualitySection(profile="c4")
    with pytest.raises(ConfigError, match="quality: the list `steps` does not have it"):
        build_config({**content, "steps": ["extract"], "quality": quality}, "c")
    steps = [{"quality": {"profile": "gopher"}}]
    with pytest.raises(ConfigError, match="quality has options in the list and in the section"):
        build_config({**content, "steps": steps, "quality": quality}, "c")


def test_the_default_as_a_list_gives_the_same_bytes(
    inputs: Path, finished: Path, tmp_path: Path, run_here: Runner
) -> None:
    content = corpora.settings(inputs, tmp_path / "out")
    steps = [step.name for step in default_steps() if step.name != "read"]
    run_here({**content, "steps": steps})
    assert corpora.tree(tmp_path / "out", *FOLDERS) == corpora.tree(finished, *FOLDERS)


def test_filters_behind_dedup_judge_what_is_left(
    inputs: Path, tmp_path: Path, run_here: Runner
) -> None:
    whole = corpora.settings(inputs, tmp_path / "out")
    content = {name: whole[name] for name in ("inputs", "output", "plan") if name in whole}
    run_here({**content, "steps": ["extract", "dedup", "language", "quality"]})
    rows = corpora.rows(tmp_path / "out" / "ledger")
    duplicates = [row for row in rows if row["drop_reason"] == "exact-duplicate"]
    assert duplicates
    judged = [row for row in rows if (row["drop_reason"] or "").startswith(("gopher", "c4"))]
    assert judged
    assert all(row["words"] is not None for row in judged)


@pytest.mark.parametrize("behind", [False, True])
def test_shares_of_the_whole_run(
    inputs: Path, tmp_path: Path, run_here: Runner, corpus: Corpus, behind: bool
) -> None:
    """The same documents stay, however they are cut into units; half of each group, as asked."""
    whole = corpora.settings(inputs, tmp_path)
    filters: list[Any] = ["language", "quality", SCORED]
    steps = ["extract", *(["dedup", *filters] if behind else [*filters, "dedup"])]
    kept = []
    for name, unit_bytes in (("few", None), ("many", 2000)):
        content = {"inputs": whole["inputs"], "output": str(tmp_path / name), "steps": steps,
                   "plan": {"unit_bytes": unit_bytes}}  # fmt: skip
        run = run_here(content)
        assert corpus("verify", tmp_path / name).code == 0
        rows = corpora.rows(tmp_path / name / "ledger")
        assert run["counts"]["documents"] == len(rows)
        kept.append(sorted(row["id"] for row in rows if row["drop_reason"] is None))
        groups: dict[Any, list[bool]] = {}
        for row in rows:
            if row["classifier_score"] is not None and row["drop_reason"] in (
                None, "classifier-below-share", "document-duplicate", "exact-duplicate"
            ):  # fmt: skip
                stays = row["drop_reason"] != "classifier-below-share"
                groups.setdefault((row["source"], row["lang"]), []).append(stays)
        if not behind:
            assert all(sum(each) >= len(each) / 2 for each in groups.values())
            assert any(not all(each) for each in groups.values())
    assert kept[0] == kept[1]
    assert kept[0]


def test_a_repeated_step_is_explained_by_its_own_columns() -> None:
    content = {"inputs": [{"path": "a", "source": "s"}], "output": "o"}
    steps = ["keywords", {"keywords": {"max_hits": 2}, "label": "strict"}]
    lists = package_file("filters/words/ldnoobw")
    run = {
        "config": build_config({**content, "steps": steps}, "c").resolved(),
        "fingerprint": {"resources": {lists: resource_digest(lists)}},
    }
    row = {"reasons": ["strict-keywords-too-many"], "keyword_hits": 0, "strict_keyword_hits": 5}
    shown = Verdicts(run).explain(row, "text")
    assert shown == {"strict-keywords-too-many": "keyword_hits 5 > 2"}
