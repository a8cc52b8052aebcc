"""Explanations of documents: sentences, who stays and why, masks, JSON, colours."""

import io
import json
from pathlib import Path
from typing import Any

import corpora
import pytest
import rich.console
from runs import Corpus, Runner, small

from corpus_pipeline.cli import why_report
from corpus_pipeline.inspection.explaining import Explanation, explain_document
from corpus_pipeline.inspection.masking import masked, masked_field
from corpus_pipeline.inspection.verdicts import Verdicts
from corpus_pipeline.workspace.run_file import read_run


def explained(output: Path, id_: str) -> Explanation:
    row = next(row for row in corpora.rows(output / "ledger") if row["id"] == id_)
    return explain_document(output, row, Verdicts(read_run(output)))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sentences_of_documents_that_stay(finished: Path, language: str) -> None:
    plain = explained(finished, f"kept/plain-{language}")
    assert plain.sentences[0] == "Stays: no rule of the run drops it."
    assert plain.stays
    assert not plain.others
    lost = explained(finished, f"kept/loses-shared-sentences-{language}")
    row = lost.row
    assert (
        f"At step dedup, 4 sentences ({row['removed_chars']:,} characters) were cut out, for they "
        "stand in other documents, too." in lost.sentences
    )
    named = explained(finished, f"kept/names-a-person-{language}")
    assert named.sentences[-1].startswith("At step scrub, personal data was replaced: mail addr")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sentences_of_copies(finished: Path, language: str) -> None:
    exact = explained(finished, f"exact-duplicate/of-original-{language}")
    (other,) = exact.others
    place = f"{other['unit']}:{other['row']}"
    assert exact.sentences[0] == f"Went at step dedup: it has the same text as {place}."
    assert exact.sentences[1].startswith(f"In its place stays {place} (kept/original-{language}, ")
    near = explained(finished, f"document-duplicate/of-long-revision-{language}")
    assert near.sentences[1].endswith(", and the longest stays.")
    assert corpora.SPACER[language] in "".join(p.text for p in near.difference if p.kind == "right")
    assert not [piece for piece in near.difference if piece.kind == "left"]


def test_every_document_is_explained(finished: Path) -> None:
    verdicts = Verdicts(read_run(finished))
    for row in corpora.rows(finished / "ledger"):
        found = explain_document(finished, row, verdicts)
        begins = "Stays: " if row["drop_reason"] is None else "Went at step "
        assert found.sentences[0].startswith(begins)
        assert all(sentence.endswith(".") for sentence in found.sentences)
        assert not any("None" in sentence or "{" in sentence for sentence in found.sentences)
        assert [*found.figures] == list(row["reasons"] or ())


@pytest.mark.parametrize(
    ("mine", "its", "why"),
    [
        ({"priority": 5}, {"priority": 1},
         "its source has the priority 1, that of this one 5, and the lower number stays"),
        ({"priority": 1}, {"priority": 5}, None),
        ({"text_chars": 10}, {"text_chars": 12},
         "it has 12 characters, this one 10, and the longest stays"),
        ({"text_chars": 12}, {"text_chars": 10}, None),
        ({"content_hash": b"b"}, {"content_hash": b"a"},
         "nothing else tells them apart, so the one with the lower content hash stays"),
        ({}, {}, "the texts are equal, and the one with the lower address stays"),
        ({"content_hash": None}, {}, None),
    ],
)  # fmt: skip
def test_who_of_two_stays(
    finished: Path, mine: dict[str, Any], its: dict[str, Any], why: str | None
) -> None:
    from corpus_pipeline.inspection.explaining import _preferred

    usual = {"priority": 1, "text_chars": 10, "content_hash": b"a"}
    verdicts = Verdicts(read_run(finished))
    assert _preferred(usual | mine, usual | its, verdicts) == why


def test_a_run_whose_profile_has_changed_says_so(finished: Path) -> None:
    run = read_run(finished)
    run["fingerprint"]["resources"] = {}
    row = next(
        row for row in corpora.rows(finished / "ledger")
        if row["drop_reason"] == "gopher-too-few-words"
    )  # fmt: skip
    said = explain_document(finished, row, Verdicts(run)).sentences
    assert f"it has {row['words']} words." in said[0]
    assert said[-1].startswith("Thresholds of the run are not told: filters/profiles of the pack")


def test_url_and_metadata_are_masked(tmp_path: Path, corpus: Corpus, run_here: Runner) -> None:
    line = {"id": "一", "text": "短文。", "url": "https://a.org/?m=wang.wei@firma.cn"}
    text = json.dumps({**line, "写信": "wang.wei@firma.cn"}) + "\n"
    output = tmp_path / "out"
    run_here(small(tmp_path / "in", output, text))
    for arguments in (["why", output, "一", "--measures"], ["why", output, "一", "--json"],
                      ["sample", output], ["sample", output, "--json", "--full"]):  # fmt: skip
        code, out, _ = corpus(*arguments)
        assert code == 0
        assert "firma.cn" not in out
        assert "<EMAIL_ADDRESS>" in out


@pytest.mark.parametrize(
    "value",
    [
        "https://a.org/?m=wang.wei@firma.cn", "https://a.org/wang.wei%40firma.cn", "13812345678",
        "tel:+1-202-456-1111", "http://93.184.216.34/", "AKIAIOSFODNN7EXAMPLQ",
        "https://u:p4ssw0rd@a.org/", "110101199003072316", "https://a.org/DE89370400440532013000",
    ],
)  # fmt: skip
def test_fields_that_hold_identifiers_are_looked_at(finished: Path, value: str) -> None:
    verdicts = Verdicts(read_run(finished))
    assert masked_field(value, verdicts) == masked(value, None, verdicts)
    assert masked_field("https://a.org/the-village/page-2.html", verdicts).endswith("2.html")


def test_what_a_record_without_a_text_holds_is_shown(corpus: Corpus, finished: Path) -> None:
    broken = next(
        row for row in corpora.rows(finished / "ledger") if row["drop_reason"] == "read-broken-json"
    )
    out = corpus("why", finished, f"{broken['unit']}:{broken['row']}").out
    assert "Went at step read: the line or object is not JSON." in out
    assert "  metadata." in out


def test_json_of_why(corpus: Corpus, finished: Path) -> None:
    code, out, err = corpus("why", finished, "keywords-too-many/sore-zh", "--json")
    assert (code, err) == (0, "")
    (found,) = json.loads(out)["documents"]
    assert found["id"] == "keywords-too-many/sore-zh"
    assert not found["stays"]
    assert found["measures"]["drop_reason"] == "keywords-too-many"
    assert found["sentences"][0].startswith("Went at step keywords: it has ")
    passage = found["passage"]
    for mark in passage["marks"]:
        assert mark["kind"] == "listed-word"
        assert passage["text"][mark["start"] : mark["stop"]] == corpora.LISTED["zh"]
    near = json.loads(
        corpus("why", finished, "document-duplicate/of-long-revision-zh", "--json").out
    )
    assert near["documents"][0]["others"][0]["id"] == "kept/long-revision-zh"
    assert {piece["kind"] for piece in near["documents"][0]["difference"]} == {"same", "right"}


def test_json_of_a_sample(corpus: Corpus, finished: Path) -> None:
    found = json.loads(corpus("sample", finished, "--number", 2, "--json").out)
    assert len(found["documents"]) == 2
    assert found["matching"] > 2
    assert all(each["stays"] for each in found["documents"])


def test_marks_in_a_pipe_and_on_a_terminal(
    corpus: Corpus, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = corpora.LISTED["zh"]
    arguments = ("why", finished, "keywords-too-many/sore-zh")
    out = corpus(*arguments).out
    assert f"[[{word}]]" in out
    assert "  marked: a word of the list (" in out
    assert "\x1b" not in out
    screen = rich.console.Console(
        file=io.StringIO(), force_terminal=True, color_system="truecolor", width=80
    )
    monkeypatch.setattr(why_report, "screen", lambda: screen)
    corpus(*arguments)
    shown = screen.file.getvalue()  # type: ignore[attr-defined]
    assert f"[[{word}]]" not in shown
    assert f"m{word}\x1b[0m" in shown


def test_whole_texts(corpus: Corpus, tmp_path: Path, run_here: Runner) -> None:
    text = "今天下雨。" * 2000
    run_here(small(tmp_path / "in", tmp_path / "out", json.dumps({"text": text}) + "\n"))
    assert "characters …]" in corpus("sample", tmp_path / "out").out
    assert text in corpus("sample", tmp_path / "out", "--full").out
