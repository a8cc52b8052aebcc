"""Runs that compare addresses and parts of documents: what goes, why, and the same after a stop."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import corpora
import pytest
from runs import NotedProgress, Runner, small

from corpus_pipeline.inspection.verify import verify
from corpus_pipeline.workspace.run_file import FOLDERS

#: Id -> (text, other keys).
Documents = Mapping[str, tuple[str, Mapping[str, Any]]]


def lines_of(documents: Documents) -> str:
    """Writes documents as JSONL."""
    return "".join(
        json.dumps({"id": id_, "text": text, **more}, ensure_ascii=False) + "\n"
        for id_, (text, more) in documents.items()
    )


def story(number: int, sentences: int = 4) -> str:
    return corpora.joined("en", corpora.story("en", number, 0, sentences))


#: Documents of the same address; what the id says becomes of them where the newest stays.
PAGES = {
    "kept/newest": (story(0), {"url": "http://a.org/x?utm_source=b", "at": "2024-05-01"}),
    "duplicate-url/older": (story(1), {"url": "HTTP://A.org/x#top", "at": "2023"}),
    "duplicate-url/without-date": (story(2, 6), {"url": "http://a.org/x"}),
    "kept/elsewhere": (story(3), {"url": "http://a.org/y", "at": "2020"}),
    "kept/nowhere": (story(4), {}),
    "kept/nowhere-else": (story(5), {}),
    # Its equal text has gone for its address, so it stays.
    "kept/same-text": (story(1) + "\n", {}),
}


def pages(folder: Path, output: Path, **more: Any) -> dict[str, Any]:
    dedup = {"address": {"greatest": "date(metadata.at)"}}
    return small(folder, output, lines_of(PAGES), **corpora.merged({"dedup": dedup}, more))


SHARE = "Share this page with all of your friends today."
#: Lines: one in three documents goes everywhere, one in two stays. What loses too much goes.
LINES: Documents = {
    "kept/loses-a-line": (f"{story(0)}\n{SHARE}\n{story(1)}", {}),
    "kept/loses-it-twice": (f"{SHARE}\n{story(2)}\n{SHARE}", {}),
    "kept/has-a-line-of-two": (f"{story(3)}\n{story(4)}", {}),
    "kept/has-it-too": (f"{story(5)}\n{story(4)}", {}),
    "sentence-too-much-lost/short": (f"{SHARE}\nThis is a line of its own.", {}),
    "sentence-nothing-left/nothing-else": (SHARE, {}),
}
REPEATED_LINES = {
    "enabled": True, "unit": "line", "span": 1, "min_words": 5, "keep": "none",
    "min_documents": 3, "max_loss": 0.4, "above_max_loss": "drop",
}  # fmt: skip


def lines(folder: Path, output: Path, **more: Any) -> dict[str, Any]:
    dedup = {"sentence": REPEATED_LINES}
    return small(folder, output, lines_of(LINES), **corpora.merged({"dedup": dedup}, more))


PASSAGE = "This passage was copied from page to page, and nobody knows by whom it was. " * 2
SUBSTRINGS: Documents = {
    # The longest document survives, so the copies of the others go.
    "kept/keeper": (f"{story(0, 9)} 1{PASSAGE}1 {story(1, 9)}", {}),
    "kept/loses-it": (f"{story(2)} 2{PASSAGE}2 {story(3)}", {}),
    "kept/has-a-part-of-it": (f"{story(4)} 3{PASSAGE[:60]}3 {story(5)}", {}),
    "kept/without": (story(6), {}),
    "substring-nothing-left/nothing-else": (f"A title\n{PASSAGE}", {}),
}


def substrings(folder: Path, output: Path, **more: Any) -> dict[str, Any]:
    dedup = {"substring": {"min_bytes": 80}}
    return small(folder, output, lines_of(SUBSTRINGS), **corpora.merged({"dedup": dedup}, more))


LINE = "The ferry to the island leaves at eight and comes back when the sun sets behind {}."
#: Lines that the longest document has first; of each all but its last words were seen.
PARAGRAPHS: Documents = {
    "kept/has-it-first": (f"{story(0, 9)}\n{LINE.format('the hills')}\n{story(1, 9)}", {}),
    "kept/loses-it": (f"{story(2)}\n{LINE.format('the hills')}\n{story(3)}", {}),
    "kept/says-most-of-it": (f"{story(4)}\n{LINE.format('its tower')}\n{story(5)}", {}),
    "kept/says-it-in-two-lines": (LINE.format("us").replace(" and", "\nand"), {}),
    "paragraph-too-much-seen/little-else": (f"A title\n{LINE.format('the hills')}\nEnd", {}),
}


def paragraphs(folder: Path, output: Path, **more: Any) -> dict[str, Any]:
    dedup = {"paragraph": {"threshold": 0.6}}
    return small(folder, output, lines_of(PARAGRAPHS), **corpora.merged({"dedup": dedup}, more))


#: Documents that have nothing left, where no document goes for what was seen of it as a whole.
NOTHING: Documents = {
    "kept/has-both": (f"{story(0, 5)}\n{story(1, 5)}\n{story(2)}", {}),
    "paragraph-nothing-left/one": (story(0, 5), {}),
    "paragraph-nothing-left/another": (f"{story(1, 5)}\n{story(0, 5)}", {}),
}


def whole_documents(folder: Path, output: Path, **more: Any) -> dict[str, Any]:
    dedup = {"paragraph": {"document_threshold": 1}}
    return small(folder, output, lines_of(NOTHING), **corpora.merged({"dedup": dedup}, more))


_PHASES_OF_PARAGRAPHS = ("paragraph", "merge-paragraph", "ngrams", "seen", "merge-seen")
#: Name -> what makes a run whose ids say what becomes of each document, and its phases.
RUNS = {
    "address": (pages, ("address", "merge-address")),
    "lines": (lines, ("sentence", "merge-sentence")),
    "substrings": (
        substrings,
        ("substring", "merge-substring", "windows", "repeats", "merge-repeats"),
    ),
    "paragraphs": (paragraphs, _PHASES_OF_PARAGRAPHS),
    "whole documents": (whole_documents, _PHASES_OF_PARAGRAPHS),
}


def fates(output: Path) -> dict[str, str]:
    """Id of each document -> `kept`, or the reason for which it is gone."""
    rows = corpora.rows(output / "ledger")
    return {row["id"]: row["drop_reason"] or "kept" for row in rows}


@pytest.mark.parametrize("name", RUNS)
def test_every_document_meets_its_fate(run_here: Runner, tmp_path: Path, name: str) -> None:
    make, phases = RUNS[name]
    run = run_here(make(tmp_path / "in", tmp_path / "out"))
    found = fates(tmp_path / "out")
    assert found == {id_: id_.split("/")[0] for id_ in found}
    assert set(phases) <= set(run["phases"])
    counts = run["counts"]
    dropped = {key: n for key, n in counts.items() if key.startswith("dropped-")}
    kept = len(corpora.rows(tmp_path / "out" / "documents"))
    assert counts["documents"] == kept + sum(dropped.values()) == len(found)
    assert verify(tmp_path / "out")["documents"] == len(found)


@pytest.mark.parametrize("name", RUNS)
def test_another_cut_of_units_and_partitions(run_here: Runner, tmp_path: Path, name: str) -> None:
    make, _ = RUNS[name]
    kept: list[list[str]] = []
    for plan in ({}, {"unit_bytes": 500}, {"unit_bytes": 900, "match_bytes": 100}):
        output = tmp_path / f"out{len(kept)}"
        run = run_here(make(tmp_path / "in", output, plan=plan))
        kept.append(sorted(row["text"] for row in corpora.rows(output / "documents")))
    assert kept[0] == kept[1] == kept[2]
    # Windows are more than the plan expects of hashes.
    for phase in {"repeats", "seen"} & run["phases"].keys():
        assert run["phases"][phase]["items"] > run["fingerprint"]["partitions"]


class Stopped(Exception):
    """Stands for a lost machine."""


class Stopping(NotedProgress):
    """Stops in the middle of a phase, or where it would be committed."""

    def __init__(self, phase: str) -> None:
        super().__init__()
        self.phase, self.done = phase, 0

    def advance(self, phase: str, items: int, text_bytes: int) -> None:
        self.done += phase == self.phase
        if self.done == 2:
            raise Stopped

    def finish(self, phase: str, seconds: float) -> None:
        if phase == self.phase:
            raise Stopped


#: Each phase of each run; the short form stops each run in its last.
STOPS = [
    pytest.param(name, phase, marks=() if phase == [*phases][-1] else pytest.mark.slow)
    for name, (_, phases) in RUNS.items()
    for phase in phases
]


@pytest.mark.parametrize(("name", "phase"), STOPS)
def test_a_run_that_was_stopped_writes_the_same_bytes(
    run_here: Runner, tmp_path: Path, name: str, phase: str
) -> None:
    make, _ = RUNS[name]
    plan = {"unit_bytes": 500, "match_bytes": 100}
    run_here(make(tmp_path / "in", tmp_path / "whole", plan=plan))
    content = make(tmp_path / "in", tmp_path / "out", plan=plan)
    with pytest.raises(Stopped):
        run_here(content, progress=Stopping(phase))
    progress = NotedProgress()
    run_here(content, progress=progress)
    assert "prepare" not in progress.finished, "a committed phase is not started again"
    assert corpora.tree(tmp_path / "out", *FOLDERS) == corpora.tree(tmp_path / "whole", *FOLDERS)


def test_lines_that_go_everywhere(run_here: Runner, tmp_path: Path) -> None:
    run = run_here(lines(tmp_path / "in", tmp_path / "out"))
    texts = {row["id"]: row["text"] for row in corpora.rows(tmp_path / "out" / "documents")}
    assert texts == {
        id_: text.replace(f"{SHARE}\n", "").replace(f"\n{SHARE}", "")
        for id_, (text, _) in LINES.items()
        if id_.startswith("kept/")
    }
    gone = {row["id"]: row for row in corpora.rows(tmp_path / "out" / "rejected")}
    short = gone["sentence-too-much-lost/short"]
    assert short["text"] == LINES["sentence-too-much-lost/short"][0], "stored as it was"
    assert (short["removed_chars"], short["repeated_chars"]) == (0, len(SHARE) + 1)
    # What documents lose that go as a whole is all that they have.
    lost = sum(len(text) for id_, (text, _) in LINES.items() if not id_.startswith("kept/"))
    assert run["sources"]["a"]["sentence_lost"] == lost + 3 * (len(SHARE) + 1)
    assert run["sources"]["a"]["sentence_whole"] == 0


def test_substrings_that_go(run_here: Runner, tmp_path: Path) -> None:
    run = run_here(substrings(tmp_path / "in", tmp_path / "out"))
    rows = {row["id"]: row for row in corpora.rows(tmp_path / "out" / "documents")}
    lost = rows["kept/loses-it"]
    assert lost["text"] == SUBSTRINGS["kept/loses-it"][0].replace(PASSAGE, "")
    assert (lost["removed_substrings"], lost["removed_substring_chars"]) == (1, len(PASSAGE))
    for name in ("kept/keeper", "kept/has-a-part-of-it", "kept/without"):
        assert rows[name]["text"] == SUBSTRINGS[name][0]
        assert rows[name]["substring_chars"] == 0
    assert run["counts"]["removed_substring_chars"] == len(PASSAGE)
    (gone,) = corpora.rows(tmp_path / "out" / "rejected")
    # Stored as it came to dedup: without the blank at its end.
    assert gone["text"] == SUBSTRINGS["substring-nothing-left/nothing-else"][0].strip()


def test_paragraphs_that_go(run_here: Runner, tmp_path: Path) -> None:
    run = run_here(paragraphs(tmp_path / "in", tmp_path / "out"))
    rows = {row["id"]: row for row in corpora.rows(tmp_path / "out" / "documents")}
    for name, last in (("kept/loses-it", "the hills"), ("kept/says-most-of-it", "its tower")):
        text, line = PARAGRAPHS[name][0], LINE.format(last)
        assert rows[name]["text"] == text.replace(f"{line}\n", "")
        assert rows[name]["removed_paragraphs"] == 1
        assert rows[name]["removed_paragraph_chars"] == len(line) + 1
    for name in ("kept/has-it-first", "kept/says-it-in-two-lines"):
        assert rows[name]["text"] == PARAGRAPHS[name][0]
        assert rows[name]["removed_paragraphs"] == rows[name]["paragraph_seen"] == 0
    assert run["counts"]["removed_paragraphs"] == 2
    (gone,) = corpora.rows(tmp_path / "out" / "rejected")
    assert gone["text"] == PARAGRAPHS["paragraph-too-much-seen/little-else"][0]
    assert gone["paragraph_seen"] == gone["paragraph_ngrams"] > 0


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ({"greatest": "date(metadata.at"}, "dedup.address.greatest: "),
        ({"greatest": "classifier_score"}, "dedup.address.greatest: .* no column classifier_score"),
        ({"greatest": "url"}, "dedup.address.greatest: `url` is a string; documents are put in "),
        ({"form": "canonical"}, "dedup.address.form: "),
    ],
)
def test_what_cannot_be_meant_is_refused(
    run_here: Runner, tmp_path: Path, address: dict[str, str], line: str
) -> None:
    from corpus_pipeline.errors import ConfigError

    content = small(tmp_path / "in", tmp_path / "out")
    content["dedup"] = content["dedup"] | {"address": address}
    with pytest.raises(ConfigError, match=line):
        run_here(content)


def test_a_section_that_is_named_is_on() -> None:
    from corpus_pipeline.dedup.step import DedupSection

    assert not DedupSection().address.enabled
    for named in ({}, None, {"form": "exact"}):
        assert DedupSection.model_validate({"address": named}).address.enabled
