"""The list of steps: order, repetition, labels, conditions; what makes no sense is refused."""

from pathlib import Path
from typing import Any

import corpora
import pytest
from runs import Runner

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.quality.step import QualitySection
from corpus_pipeline.flow import default_steps
from corpus_pipeline.pipelines.config import build_config
from corpus_pipeline.pipelines.run_flow import run_flow


def flow(*steps: Any, **sections: Any) -> list[str]:
    """Returns the titles of the steps of a configuration."""
    content = {"inputs": [{"path": "a", "source": "s"}], "output": "o", **sections}
    if steps:
        content["steps"] = steps[0] if isinstance(steps[0], list) else list(steps)
    return [step.title for step in run_flow(build_config(content, "c.yaml")).steps]


def test_without_a_list_it_is_the_order_of_the_sections() -> None:
    assert flow() == [step.name for step in default_steps()]
    assert "quality" not in flow(quality={"enabled": False})


def test_dedup_parts_the_phases() -> None:
    content = {"inputs": [{"path": "a", "source": "s"}], "output": "o"}
    for steps, before, after in (
        (["extract", "dedup", "quality"], ["extract"], ["quality"]),
        (
            ["extract", "quality", "scrub", "tokenize"],
            ["extract", "quality", "scrub"],
            ["tokenize"],
        ),
        (["quality"], ["quality"], []),
        ([], [], []),
    ):
        made = run_flow(build_config({**content, "steps": steps}, "c.yaml"))
        assert [step.title for step in made.before] == before
        assert [step.title for step in made.after] == after
        assert made.dedup.options.enabled == ("dedup" in steps)


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
    assert made.before[0].options == QualitySection(profile="c4")
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
    folders = ("documents", "rejected", "ledger", "tokens")
    assert corpora.tree(tmp_path / "out", *folders) == corpora.tree(finished, *folders)


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
