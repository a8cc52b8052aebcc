"""Passages of a finished run: what is marked, what is masked, what is left out."""

import json
from pathlib import Path
from typing import Any

import corpora
import pytest
from runs import Runner, small

from corpus_pipeline.flow import known_steps
from corpus_pipeline.inspection.passages import (
    KINDS,
    LIMIT,
    Mark,
    Passage,
    difference,
    passages,
)
from corpus_pipeline.inspection.verdicts import Verdicts
from corpus_pipeline.workspace.run_file import read_run

MAIL, PHONE = "wang.wei@firma.cn", "13812345678"
CURLY = "他写了一个 { 括号，没有写第二个。"
RAIN = "今天下雨，大家都没有出去。"


def marked(passage: Passage) -> list[tuple[str, str]]:
    """The marked parts with their kinds."""
    assert passage.text is not None
    return [(passage.text[start:stop], kind) for start, stop, kind in passage.marks]


def rows_of(output: Path) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in corpora.rows(output / "ledger")}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_a_reason_points_at(finished: Path, language: str) -> None:
    rows = rows_of(finished)
    cases = {
        f"contaminated/holds-evaluation-{language}": (
            corpora.EVALUATION[language], "contamination",
        ),
        f"keywords-too-many/sore-{language}": (corpora.LISTED[language], "listed-word"),
        f"sentence-nothing-left/all-shared-{language}": (
            corpora.joined(language, corpora.SHARED[language]), "elsewhere",
        ),
    }  # fmt: skip
    for name, expected in cases.items():
        found = marked(passages(finished, rows[name]))
        assert {*found} == {expected}, name
    short = passages(finished, rows[f"gopher-too-few-words/short-{language}"])
    assert short.text
    assert not short.marks


@pytest.mark.parametrize("language", ["en", "zh"])
def test_replaced_identifiers_are_marked(finished: Path, language: str) -> None:
    row = rows_of(finished)[f"kept/names-a-person-{language}"]
    found = marked(passages(finished, row))
    assert ("<EMAIL_ADDRESS>", "identifier") in found
    assert ("<PHONE_NUMBER>", "identifier") in found
    assert all(text.startswith("<") and text.endswith(">") for text, _ in found)


def test_every_document_has_a_passage(finished: Path) -> None:
    verdicts = Verdicts(read_run(finished))
    for row in corpora.rows(finished / "ledger"):
        passage = passages(finished, row, verdicts)
        size = len(passage.text or "")
        at = 0
        for mark in passage.marks:
            assert at <= mark.start < mark.stop <= size
            assert mark.kind in KINDS
            at = mark.stop


def a_run(folder: Path, run_here: Runner, text: str, **more: Any) -> tuple[Path, dict[str, Any]]:
    """A run of one document, and its row."""
    line = json.dumps({"id": "a", "text": text}) + "\n"
    run_here(small(folder / "in", folder / "out", line, **more))
    (row,) = corpora.rows(folder / "out" / "ledger")
    return folder / "out", row


SHORT = {"quality": {"enabled": True, "profile": "gopher"}}


@pytest.mark.parametrize("scrubbed", [True, False])
def test_a_rejected_text_is_masked(tmp_path: Path, run_here: Runner, scrubbed: bool) -> None:
    """It is stored as it came, whether or not the run scrubs what stays."""
    text = f"请写信到{MAIL}，或者致电{PHONE}。"
    output, row = a_run(tmp_path, run_here, text, scrub={"enabled": scrubbed}, **SHORT)
    assert row["drop_reason"] == "gopher-too-few-words"
    passage = passages(output, row)
    assert passage.text == "请写信到<EMAIL_ADDRESS>，或者致电<PHONE_NUMBER>。"
    assert marked(passage) == [("<EMAIL_ADDRESS>", "identifier"), ("<PHONE_NUMBER>", "identifier")]


def test_a_kept_text_of_a_run_without_scrub_is_masked(tmp_path: Path, run_here: Runner) -> None:
    output, row = a_run(tmp_path, run_here, f"请写信到{MAIL}。")
    assert passages(output, row).text == "请写信到<EMAIL_ADDRESS>。"


@pytest.mark.parametrize("action", ["mask", "surrogate", "keep"])
def test_other_actions(tmp_path: Path, run_here: Runner, action: str) -> None:
    (tmp_path / "key").write_text("0123456789abcdef" * 2)
    key = {"surrogate_key": str(tmp_path / "key")} if action == "surrogate" else {}
    scrub = {"enabled": True, "action": action, **key}
    output, row = a_run(tmp_path, run_here, f"请写信到{MAIL}。", scrub=scrub)
    passage = passages(output, row)
    assert passage.text is not None
    assert MAIL not in passage.text
    ((_, kind),) = marked(passage)
    assert kind == "identifier"


@pytest.mark.parametrize("before", [0, 190, 195, 200, 205, 4000, 9000])
def test_no_part_of_an_identifier_is_left_at_a_cut(
    tmp_path: Path, run_here: Runner, before: int
) -> None:
    filling = RAIN * 2000
    text = f"{filling[:before]} {MAIL} {filling[: 20_000 - before]}\n{CURLY}\n{filling}"
    output, row = a_run(tmp_path, run_here, text, quality={"enabled": True, "profile": "c4"})
    assert row["drop_reason"] == "c4-curly-bracket"
    passage = passages(output, row)
    assert passage.text is not None
    assert "wang" not in passage.text
    assert "firma" not in passage.text
    assert len(passage.text) < LIMIT + 200
    assert "characters …]" in passage.text
    assert (CURLY, "line") in marked(passage)


def test_a_long_text_without_marks_is_its_beginning(tmp_path: Path, run_here: Runner) -> None:
    text = "今天下雨。" * 3000
    output, row = a_run(tmp_path, run_here, text)
    assert passages(output, row) == (text[:LIMIT] + "\n[… 11,000 characters …]", ())


def test_a_reason_may_be_chosen(tmp_path: Path, run_here: Runner) -> None:
    output, row = a_run(
        tmp_path, run_here, "· 一\n· 二\n· 二", quality={"enabled": True, "profile": "gopher"}
    )
    assert "gopher-too-many-bullet-lines" in row["reasons"]
    assert "gopher-duplicate-lines" in row["reasons"]
    for reason, expected in (
        ("gopher-duplicate-lines", [("· 二", "repeated-line")]),
        ("gopher-too-many-bullet-lines", [(f"· {n}", "bullet-line") for n in "一二二"]),
        ("gopher-too-few-words", []),
    ):
        assert marked(passages(output, row, reason=reason)) == expected


def test_a_list_that_is_gone_marks_nothing(tmp_path: Path, run_here: Runner) -> None:
    words = tmp_path / "zh.txt"
    words.write_text("违禁词语\n")
    output, row = a_run(
        tmp_path, run_here, RAIN + "违禁词语" * 3,
        keywords={"enabled": True, "lists": str(words), "max_hits": 1},
    )  # fmt: skip
    assert row["drop_reason"] == "keywords-too-many"
    assert marked(passages(output, row)) == [("违禁词语", "listed-word")] * 3
    words.unlink()
    assert passages(output, row).marks == ()


def test_what_is_not_stored_has_no_passage(finished: Path) -> None:
    broken = next(
        r for r in corpora.rows(finished / "ledger") if r["drop_reason"] == "read-broken-json"
    )
    assert passages(finished, broken) == Passage(None, ())


def test_the_steps_that_can_point_at_a_part_exist() -> None:
    from corpus_pipeline.inspection.passages import _FINDERS

    assert _FINDERS.keys() <= known_steps().keys()


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("", "", []),
        ("一", "一", [("same", "一")]),
        ("", "一", [("right", "一")]),
        ("a b c", "a x c", [("same", "a "), ("left", "b "), ("right", "x "), ("same", "c")]),
        (" a\nb", "a b", [("left", " "), ("same", "a\nb")]),
        ("今天下雨", "今天没下雨", [("same", "今天"), ("right", "没"), ("same", "下雨")]),
        ("x" * 99_999, "y" * 99_999, [("left", "x" * 99_999), ("right", "y" * 99_999)]),
    ],
)
def test_difference(left: str, right: str, expected: list[tuple[str, str]]) -> None:
    assert [tuple(piece) for piece in difference(left, right)] == expected


def test_a_long_difference_holds_both_texts() -> None:
    left = "".join(chr(0x4E00 + k * 7919 % 20000) for k in range(30_000))
    right = left[:100] + "又" + left[100:20_000] + "一" + left[20_000:-5] + "完"
    pieces = difference(left, right)
    assert "".join(text for kind, text in pieces if kind != "right") == left
    assert "".join(text for kind, text in pieces if kind != "left") == right


def test_marks_are_tuples_of_places() -> None:
    assert Mark(1, 2, "line") == (1, 2, "line")
