"""How benchmarks/pii.py counts: labels of several sets, findings, and verdicts of readers."""

import importlib
import json
import re
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


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module("pii_real")


def mails(real: Any, folder: Path, count: int) -> tuple[list[Any], dict[str, int]]:
    """Writes as many texts with a mail address each; returns what is found in them."""
    path = folder / "texts.jsonl"
    rows = [{"id": str(n), "text": f"Write to ann{n}@example.org today."} for n in range(count)]
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    found, sizes = real.find_real([path], real.pii_peers.ours(["EMAIL_ADDRESS"]), None)
    return found, sizes


def read_by_eye(real: Any, folder: Path, chosen: Any, drawn: str, verdicts: list[Any]) -> None:
    """Writes what was chosen, adds verdicts, and keeps them."""
    real.write_found(chosen, folder / "found.jsonl", drawn, {})
    lines = (folder / "found.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) | each for line, each in zip(lines, verdicts, strict=True)]
    (folder / "read.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    real.keep([folder / "read.jsonl"], folder / "verdicts.jsonl")


RIGHT, WRONG = {"verdict": "right"}, {"verdict": "wrong", "error": "invented"}


def test_verdicts_hold_no_values_and_give_the_rate(
    real: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found, sizes = mails(real, tmp_path, 4)
    sample = real.sampled(found, 2)
    assert [each.key for each in sample] == sorted(each.key for each in found)[:2]
    read_by_eye(real, tmp_path, sample, "all", [WRONG, RIGHT])
    kept = (tmp_path / "verdicts.jsonl").read_text("utf-8")
    assert {field for line in kept.splitlines() for field in json.loads(line)} <= {
        "file", "entity", "verdict", "error", "drawn", "keys",
    }  # fmt: skip
    real.print_real(found, sizes, tmp_path / "verdicts.jsonl")
    per_mb = 2 / (sizes["texts.jsonl"] / 1e6)
    row = f"| texts | EMAIL_ADDRESS | 4 | 2 | 1 | {per_mb:.2f} |"
    assert row in capsys.readouterr().out


@pytest.mark.parametrize(
    ("count", "chosen", "drawn", "wrong", "expected"),
    [
        # findings, of which chosen, under which policy, how many wrong; read, wrong, unread of all
        (4, 4, "all", 1, (4, 1, 0)),
        (4, 2, "all", 0, (2, 0, 0)),
        # Drawn among private persons alone: not a sample of all.
        (4, 2, "private", 0, (0, 0, 0)),
    ],
)
def test_a_rate_counts_what_was_drawn_under_its_policy(
    real: Any, tmp_path: Path, count: int, chosen: int, drawn: str, wrong: int, expected: Any
) -> None:
    found, sizes = mails(real, tmp_path, count)
    verdicts = [WRONG] * wrong + [RIGHT] * (chosen - wrong)
    read_by_eye(real, tmp_path, real.sampled(found, chosen), drawn, verdicts)
    kept = real.read_verdicts(tmp_path / "verdicts.jsonl")
    (rate,) = real.rates(found, sizes, kept, "all").values()
    assert (rate.read, rate.wrong, rate.unread) == expected


def test_a_new_finding_among_those_that_were_read_is_unread(real: Any, tmp_path: Path) -> None:
    found, sizes = mails(real, tmp_path, 4)
    read_by_eye(real, tmp_path, real.sampled(found, 4), "all", [RIGHT] * 4)
    kept = real.read_verdicts(tmp_path / "verdicts.jsonl")
    del kept[min(kept)]
    (rate,) = real.rates(found, sizes, kept, "all").values()
    assert (rate.read, rate.unread) == (3, 1)
    assert rate.interval[1] > rate.per_mb == 0


def test_an_interval_is_nothing_but_the_rate_where_all_was_read(real: Any) -> None:
    rate = real.Rate(4, 4, 1, 0, 2.0, {})
    assert rate.per_mb == 0.5
    assert rate.interval == (0.5, 0.5)
    low, high = rate._replace(findings=400).interval
    assert low < 50 < high


def test_another_reading_adds_to_the_verdicts(real: Any, tmp_path: Path) -> None:
    found, _ = mails(real, tmp_path, 3)
    read_by_eye(real, tmp_path, real.sampled(found, 1), "private", [RIGHT])
    read_by_eye(real, tmp_path, real.sampled(found, 2), "all", [WRONG, RIGHT])
    kept = real.read_verdicts(tmp_path / "verdicts.jsonl")
    assert [(kept[key]["verdict"], kept[key]["drawn"]) for key in sorted(kept)] == [
        ("wrong", ["all", "private"]),
        ("right", ["all"]),
    ]
    # Where a verdict is known, its line has it.
    real.write_found(found, tmp_path / "again.jsonl", "all", kept)
    rows = map(json.loads, (tmp_path / "again.jsonl").read_text("utf-8").splitlines())
    assert sorted(row.get("verdict", "") for row in rows) == ["", "right", "wrong"]


def test_a_verdict_that_is_none_is_refused(real: Any, tmp_path: Path) -> None:
    found, _ = mails(real, tmp_path, 1)
    with pytest.raises(ValueError, match="no verdict"):
        read_by_eye(real, tmp_path, found, "all", [{"verdict": "maybe"}])


def test_the_kept_verdicts_say_nothing_but_what_was_judged(real: Any) -> None:
    kept = real.read_verdicts(ROOT / "benchmarks" / "pii_verdicts.jsonl")
    assert kept
    entities = {entity.name for entity in real.TABLE}
    for key, row in kept.items():
        assert set(row) - {"error"} == {"file", "entity", "verdict", "drawn"}
        assert re.fullmatch("[0-9a-f]{16}", key)
        assert row["entity"] in entities
        assert row["verdict"] in ("right", "wrong")
        assert ("error" in row) >= (row["verdict"] == "wrong")
        assert set(row["drawn"]) <= {"all", "private"} != set()


def test_of_pages_in_warc_the_main_text_is_read(scoring: Any, tmp_path: Path) -> None:
    page = "<nav>Home</nav><main><p>Ann Lee wrote this page about her work in Rye.</p></main>"
    http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}".encode()
    rows = (("request", "application/http;msgtype=request", b"GET / HTTP/1.1\r\n\r\n"),
            ("response", "application/http;msgtype=response", http),
            ("conversion", "text/plain", "正文".encode()))  # fmt: skip
    path = tmp_path / "pages.warc"
    path.write_bytes(
        b"".join(
            f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:{kind}>\r\n"
            f"Content-Type: {mime}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
            + b"\r\n\r\n"
            for kind, mime, body in rows
        )
    )
    assert [(each.id, each.text) for each in scoring.documents(path)] == [
        ("<urn:response>", "Ann Lee wrote this page about her work in Rye."),
        ("<urn:conversion>", "正文"),
    ]


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
