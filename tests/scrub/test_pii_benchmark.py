"""How benchmarks/pii.py counts: labels of several sets, findings, and verdicts of readers."""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from scripts import ROOT


@pytest.fixture
def scoring(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module("pii_scoring")


@pytest.fixture
def pii(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module("pii")


TEXT = "Ann Lee, 1 Elm St, Rye 10580, SSN 123-45-6789, called on 2 May 1990."


def label(scoring: Any, value: str, name: str) -> Any:
    start = TEXT.index(value)
    return scoring.Label(start, start + len(value), name)


def finding(scoring: Any, value: str, name: str, score: float = 1.0) -> Any:
    start = TEXT.index(value)
    return scoring.Finding(start, start + len(value), name, score)


def document(scoring: Any, *labels: tuple[str, str], complete: bool = False) -> Any:
    spans = tuple(label(scoring, *each) for each in labels)
    return scoring.Document("0", TEXT, "en", spans, "", complete)


ALL = (
    ("Ann Lee", "NAME"), ("1 Elm St", "STREET_ADDRESS"), ("Rye", "GPE"), ("10580", "ZIP_CODE"),
    ("123-45-6789", "US_SSN"), ("2 May 1990", "DATE_TIME"),
)  # fmt: skip


def counted(scoring: Any, of: Any, *found: Any) -> tuple[Any, list[Any]]:
    score = scoring.Score(scoring.inventory([of]))
    return score, score.add(of, found)


def test_parts_of_an_address_are_one_label(scoring: Any) -> None:
    score, misses = counted(
        scoring, document(scoring, *ALL), finding(scoring, "1 Elm St, Rye 10580", "ADDRESS")
    )
    assert score.rates("en", "ADDRESS")[:4] == (1, 1.0, 1.0, 1.0)
    assert {miss.name for miss in misses} == {"NAME", "US_SSN"}


def test_a_town_alone_is_no_address_and_says_nothing_against_one(scoring: Any) -> None:
    of = document(scoring, ("Rye", "GPE"), complete=True)
    score, misses = counted(scoring, of, finding(scoring, "Rye", "ADDRESS"))
    assert score.rates("en", "ADDRESS").labels == 0
    assert score.rates("en", "ADDRESS").findings == 0
    assert misses == []


def test_touching_is_found_and_not_exact(scoring: Any) -> None:
    score, _ = counted(scoring, document(scoring, *ALL), finding(scoring, "Ann", "PERSON"))
    rates = score.rates("en", "PERSON")
    assert (rates.found, rates.exact, rates.covered) == (1.0, 0.0, 0.0)
    assert (rates.right, rates.right_exact) == (1.0, 0.0)
    assert (rates.f1, rates.f1_exact) == (1.0, 0.0)


def test_another_kind_covers_a_label_and_is_wrong(scoring: Any) -> None:
    of = document(scoring, *ALL, complete=True)
    score, misses = counted(scoring, of, finding(scoring, "123-45-6789", "PHONE_NUMBER"))
    assert score.rates("en", "NATIONAL_ID")[:4] == (1, 0.0, 0.0, 1.0)
    assert score.rates("en", "PHONE_NUMBER").findings == 1
    assert ("wrong", "PHONE_NUMBER") in [miss[:2] for miss in misses]


def test_national_numbers_are_one_kind(scoring: Any) -> None:
    score, _ = counted(scoring, document(scoring, *ALL), finding(scoring, "123-45-6789", "ssn"))
    assert score.rates("en", "NATIONAL_ID").f1_exact == 1.0
    assert score.rates_of_name("en", "US_SSN").found == 1.0


@pytest.mark.parametrize(("complete", "findings"), [(False, 0), (True, 1)])
def test_kinds_without_labels_are_judged_in_complete_texts_alone(
    scoring: Any, complete: bool, findings: int
) -> None:
    of = document(scoring, ("Ann Lee", "PERSON"), complete=complete)
    score, _ = counted(scoring, of, finding(scoring, "1 Elm St", "ADDRESS"))
    assert score.rates("en", "ADDRESS").findings == findings


def test_a_date_is_not_judged_as_a_date_of_birth(scoring: Any) -> None:
    of = document(scoring, *ALL, complete=True)
    score, _ = counted(scoring, of, finding(scoring, "2 May 1990", "date_of_birth"))
    assert score.rates("en", "DATE_OF_BIRTH").findings == 0


def test_of_overlapping_findings_the_surer_counts(scoring: Any) -> None:
    of = document(scoring, *ALL, complete=True)
    score, _ = counted(
        scoring,
        of,
        finding(scoring, "123-45-6789", "US_SSN", 0.8),
        finding(scoring, "123-45-6789, called", "PHONE_NUMBER", 0.4),
    )
    assert score.rates("en", "PHONE_NUMBER").findings == 0
    assert score.rates("en", "NATIONAL_ID").f1_exact == 1.0


def test_both_forms_of_labels_are_read(scoring: Any, tmp_path: Path) -> None:
    rows = [
        {"full_text": "I am Ann.", "spans": [
            {"entity_type": "PERSON", "start_position": 5, "end_position": 8}]},
        {"text": "单号7，张三", "lang": "zh", "spans": [{"entity": "PERSON", "start": 4, "end": 6}],
         "negatives": [{"kind": "ORDER", "start": 2, "end": 3}]},
    ]  # fmt: skip
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    found = list(scoring.documents(path, language="en"))
    assert [(each.language, each.labels[0][:2]) for each in found] == [
        ("en", (5, 8)),
        ("zh", (4, 6)),
    ]
    assert [each.template for each in found] == ["I am {{PERSON}}.", "单号{{ORDER}}，{{PERSON}}"]


def test_our_findings_are_given_in_characters(pii: Any) -> None:
    peer = pii.pii_peers.ours(["EMAIL_ADDRESS"])
    found = peer.find(["邮箱a@b.cn，😀c@d.org", "", "x@y.org"], ["zh", None, "en"])
    assert [[each[:3] for each in row] for row in found] == [
        [(2, 8, "EMAIL_ADDRESS"), (10, 17, "EMAIL_ADDRESS")],
        [],
        [(0, 7, "EMAIL_ADDRESS")],
    ]


def test_verdicts_hold_no_values_and_give_the_rate(
    pii: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = tmp_path / "texts.jsonl"
    rows = [{"id": str(n), "text": f"Write to ann{n}@example.org today."} for n in range(4)]
    texts.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    found, sizes = pii.find_real([texts], pii.pii_peers.ours(["EMAIL_ADDRESS"]), None)
    sample = pii.sampled(found, 2)
    assert len(found) == 4
    assert len(sample) == 2
    pii.write_found(sample, tmp_path / "found.jsonl")
    read = [json.loads(line) for line in (tmp_path / "found.jsonl").read_text("utf-8").splitlines()]
    read[0] |= {"verdict": "wrong", "error": "invented"}
    read[1] |= {"verdict": "right"}
    (tmp_path / "read.jsonl").write_text("\n".join(map(json.dumps, read)), "utf-8")
    assert pii.keep([tmp_path / "read.jsonl"], tmp_path / "verdicts.jsonl") == 2
    assert "@" not in (tmp_path / "verdicts.jsonl").read_text("utf-8")
    pii.print_real(found, sizes, tmp_path / "verdicts.jsonl")
    assert "| EMAIL_ADDRESS | 4 | 2 | 1 |" in capsys.readouterr().out


def test_hostile_texts_have_their_size(pii: Any) -> None:
    assert {len(text) for text in pii.hostile_texts(1000).values()} == {1000}


@pytest.fixture
def sets(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module("pii_sets")


def test_labelled_sets_are_the_same_each_time_and_label_whole_values(sets: Any) -> None:
    rows = list(sets.texts(1, 1, sets.Own))
    assert rows == list(sets.texts(1, 1, sets.Own))
    assert {row["locale"] for row in rows} == set(sets.LOCALES)
    for row in rows:
        for span in row["spans"]:
            value = row["text"][span["start"] : span["end"]]
            assert value == value.strip() != "", row["id"]


def test_every_language_has_texts_without_personal_data(sets: Any) -> None:
    rows = list(sets.texts(1, 1, sets.Own))
    languages = {row["lang"] for row in rows}
    assert {row["lang"] for row in rows if not row["spans"]} == languages
