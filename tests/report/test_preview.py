"""A preview: a run of a sample, decided again in the browser exactly as `corpus whatif` does."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import corpora
import pytest
import yaml
from report.conftest import Figures, Open
from runs import in_this_process

from corpus_pipeline.config.config import build_config
from corpus_pipeline.errors import InputError
from corpus_pipeline.filters.quality.profiles import load_profile
from corpus_pipeline.inspection.changed_rules import change_rules
from corpus_pipeline.inspection.whatif import what_if
from corpus_pipeline.pipelines.progress import Silent
from corpus_pipeline.report.preview import Sampled, preview_figures, run_sample, write_preview
from corpus_pipeline.workspace.run_file import read_run

#: Settings, each tried alone and then all together.
_SETTINGS = (
    "language.min_score_by_language.en=0.97",
    "quality.gopher_min_words=90",
    "quality.zh.gopher_min_words=160",
    "quality.gopher_max_duplicate_lines=0.02",
    "quality.gopher_min_mean_word_length=4.3",
    "quality.en.quality_min_score=480",
    "quality.zh.quality_min_score=500",
    "keywords.max_distinct=0",
    "keywords.max_hits_per_1000_chars=0.1",
    "perplexity.max_perplexity.en=300",
    "perplexity.max_perplexity.zh=900",
)


def config_of(inputs: Path, folder: Path, **changes: Any) -> Path:
    """Writes the configuration of the small corpus."""
    file = folder / "corpus.yaml"
    settings = corpora.settings(inputs, folder / "never", **changes)
    file.write_text(yaml.safe_dump(json.loads(json.dumps(settings))))
    return file


@pytest.fixture(scope="module")
def config(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return config_of(inputs, tmp_path_factory.mktemp("preview"))


@pytest.fixture(scope="module")
def sampled(config: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sampled]:
    """A run of a sample of everything."""
    with in_this_process():
        yield run_sample(config, 1000, tmp_path_factory.mktemp("sampled"), Silent())


@pytest.fixture(scope="module")
def preview(sampled: Sampled, config: Path) -> Figures:
    return preview_figures(sampled, config, 2)


def told_by_whatif(sampled: Sampled, sets: list[str], early: set[str]) -> Counter[str]:
    """Counts documents by the first reason that `corpus whatif` would drop them for."""
    found = what_if(sampled.output, change_rules(read_run(sampled.output), sets))
    counts: Counter[str] = Counter()
    for group, n in found.groups.items():
        counts[group.after if group.after in early else ""] += n
    return counts


def test_a_sample_is_run_as_the_configuration_runs(
    sampled: Sampled, preview: Figures, finished: Path
) -> None:
    """Of all documents, none but those that cannot be read is missing, and each ends as there."""
    there = {row["id"]: row["drop_reason"] for row in corpora.rows(finished / "ledger")}
    here = {row["id"]: row["drop_reason"] for row in corpora.rows(sampled.output / "ledger")}
    assert here
    assert here == {name: there[name] for name in here}
    assert sampled.documents == len(here) == preview["documents"]
    assert not (sampled.output / "tokens").exists()
    assert "scrub" not in preview["steps"]


def test_rules_that_fail_together_are_counted(sampled: Sampled, preview: Figures) -> None:
    names, counts = preview["overlaps"]["names"], preview["overlaps"]["counts"]
    rows = [set(row["reasons"] or ()) for row in corpora.rows(sampled.output / "ledger")]
    assert any(one != other for one, other, _ in counts)
    for one, other, n in counts:
        assert sum({names[one], names[other]} <= row for row in rows) == n


@pytest.mark.browser
def test_the_page_decides_as_whatif_does(
    sampled: Sampled, preview: Figures, open_page: Open
) -> None:
    early = set(preview["deciding"]["reasons"])
    ledger = corpora.rows(sampled.output / "ledger")
    # Documents without text are in no rule's hands.
    without = Counter(row["drop_reason"] for row in ledger if not row["content_hash"])
    page = open_page(preview).page
    before = told_in(page, [])
    # A document whose measure is the threshold itself passes.
    words = min(row["words"] for row in ledger if row["lang"] == "en" and not row["drop_reason"])
    settings = [*_SETTINGS, f"quality.gopher_min_words={words}"]
    effective = 0
    for sets in [*([each] for each in settings), settings]:
        after = told_in(page, sets)
        assert after == told_by_whatif(sampled, sets, early) - without, sets
        assert after.total() == before.total() == sampled.documents - without.total()
        effective += after != before
    assert effective > len(_SETTINGS) // 2, "most settings change nothing, so nothing is tested"


def told_in(page: Any, sets: list[str]) -> Counter[str]:
    """Counts the same in the page."""
    found = page.evaluate(
        """(settings) => {
          const tried = new Sample(RUNS[0].deciding);
          const keys = tried.data.thresholds.map((each) => each.key);
          for (const [key, value] of settings) {
            if (!keys.includes(key)) throw new Error(key);
            tried.set(keys.indexOf(key), value);
          }
          return Object.fromEntries(tried.counts());
        }""",
        [each.split("=") for each in sets],
    )
    return +Counter(found)


@pytest.mark.browser
def test_moved_thresholds_are_handed_back_as_yaml(
    sampled: Sampled, preview: Figures, open_page: Open, tmp_path: Path
) -> None:
    opened = open_page(preview)
    page = opened.page
    textarea = page.locator("#thresholds textarea").first
    assert textarea.input_value() == ""
    for key, value in (
        ("quality.gopher_min_words", "90"), ("quality.zh.gopher_min_words", "160"),
        ("perplexity.max_perplexity.en", "300"), ("language.min_score_by_language.en", "0.97"),
    ):  # fmt: skip
        page.locator("#thresholds input[type=search]").fill(key)
        assert 1 <= page.locator(".slider[data-key]:visible").count() <= 4
        page.locator(f".slider[data-key='{key}'] input[type=number]").fill(value)
    opened.until(lambda: "max_perplexity" in textarea.input_value())
    moved = page.locator("#thresholds [role=status]").first.inner_text()
    assert "in the run" in moved
    sections = tmp_path / "rules.yaml"
    profile = tmp_path / "rules-quality.yaml"
    profile.write_text(page.locator("#thresholds textarea").nth(1).input_value())
    content = yaml.safe_load(textarea.input_value())
    content["quality"]["profile"] = str(profile)
    sections.write_text(yaml.safe_dump(content))
    assert load_profile(str(profile)).rules_for("zh").gopher_min_words == 160
    rules = change_rules(read_run(sampled.output), [], sections)
    changed = {each.key: each.after for each in rules.changes if not each.of_profile}
    assert changed.pop("quality.profile") == str(profile)
    assert changed["perplexity.max_perplexity"]["en"] == 300
    assert changed["language.min_score_by_language"]["en"] == 0.97
    assert set(changed) == {"perplexity.max_perplexity", "language.min_score_by_language"}
    run = read_run(sampled.output)["config"]
    build_config({**run, **content, "output": "-"}, "copied")
    page.locator("#thresholds button", has_text="Reset all").click()
    opened.until(lambda: textarea.input_value() == "")


@pytest.mark.browser
def test_a_preview_fits_a_phone(preview: Figures, open_page: Open) -> None:
    opened = open_page(preview, language="zh", width=360)
    opened.draw_all()
    over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert opened.page.evaluate(over) == 0


def test_a_preview_leaves_nothing_but_its_page(config: Path, tmp_path: Path) -> None:
    before = corpora.tree(config.parent, ".")
    with in_this_process():
        size, sampled = write_preview(config, tmp_path / "page.html", 12, "zh", 0, Silent())
    assert (tmp_path / "page.html").stat().st_size == size
    assert not sampled.output.exists()
    assert corpora.tree(config.parent, ".") == before
    assert re.search("<title>corpus.yaml 的预览", (tmp_path / "page.html").read_text("utf-8"))
    # A part of each source.
    assert sampled.documents + sampled.unreadable <= 12 + 5


def test_a_preview_of_a_list_of_steps(inputs: Path, tmp_path: Path) -> None:
    """Steps behind dedup run, too; only what stands before it has thresholds to move."""
    settings = corpora.settings(inputs, tmp_path / "never")
    steps: list[Any] = [
        "extract", {"language": {"keep": ["en", "zh"]}}, "keywords", "quality", "dedup",
        {"quality": {"profile": "gopher"}, "label": "strict", "when": "words > 20"}, "tokenize",
    ]  # fmt: skip
    content = {"inputs": settings["inputs"], "output": "never", "max_errors": 100, "steps": steps}
    file = tmp_path / "corpus.yaml"
    file.write_text(yaml.safe_dump(json.loads(json.dumps(content))))
    (tmp_path / "folder").mkdir()
    with in_this_process():
        sampled = run_sample(file, 30, tmp_path / "folder", Silent())
    figures = preview_figures(sampled, file, 0)
    assert figures["steps"] == [
        "read", "extract", "language", "keywords", "quality", "dedup", "strict"
    ]  # fmt: skip
    keys = {each["key"].partition(".")[0] for each in figures["deciding"]["thresholds"]}
    assert keys == {"language", "keywords", "quality"}


def test_what_cannot_be_previewed_is_said(inputs: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("no json\n")
    config = config_of(inputs, tmp_path)
    content = yaml.safe_load(config.read_text())
    content["inputs"] = [{"path": str(tmp_path / "bad.jsonl"), "source": "bad"}]
    config.write_text(yaml.safe_dump(content))
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="no document that can be read"):
        run_sample(config, 10, tmp_path / "folder", Silent())
    content["inputs"][0]["path"] = str(tmp_path / "none.jsonl")
    config.write_text(yaml.safe_dump(content))
    with pytest.raises(InputError, match=r"none\.jsonl"):
        run_sample(config, 10, tmp_path / "folder", Silent())
