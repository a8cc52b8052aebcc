"""Whole runs: every document is accounted for, in every place that says what became of it."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import corpora
import numpy as np
import pytest
from runs import Runner

from corpus_pipeline.inspection.summary import summarise
from corpus_pipeline.inspection.verify import verify
from corpus_pipeline.loader import open_tokens
from corpus_pipeline.scrub.columns import PII_MEASURES
from corpus_pipeline.tokens.shard import open_shard
from corpus_pipeline.workspace.run_file import FOLDERS

Row = dict[str, Any]

#: Every count of the run. What stands after "dropped-" is also the beginning of documents' ids.
COUNTS = {
    "contamination_chars": 0,
    "contamination_sentences": 0,
    "documents": 41,
    "dropped-code-too-few-lines": 1,
    "dropped-contaminated": 2,
    "dropped-document-duplicate": 2,
    "dropped-exact-duplicate": 2,
    "dropped-extract-empty": 1,
    "dropped-gopher-too-few-words": 2,
    "dropped-keywords-too-many": 2,
    "dropped-language-not-kept": 1,
    "dropped-language-unknown": 1,
    "dropped-perplexity-too-high": 1,
    "dropped-read-broken-json": 1,
    "dropped-read-http-status": 1,
    "dropped-read-not-an-object": 1,
    "dropped-read-not-text": 1,
    "dropped-read-null-text": 1,
    "dropped-sentence-nothing-left": 2,
    **dict.fromkeys(PII_MEASURES.names, 0),
    "pii_email": 2,
    "pii_ip": 1,
    "pii_phone": 2,
    "removed_chars": 442,
    "removed_sentences": 8,
    "repeated_chars": 442,
    "skipped-blank-line": 1,
    "skipped-request": 1,
    "skipped-warcinfo": 1,
}


@pytest.fixture(scope="module")
def run(finished: Path) -> dict[str, Any]:
    """run.json."""
    content: dict[str, Any] = json.loads((finished / "run.json").read_bytes())
    return content


@pytest.fixture(scope="module")
def ledger(finished: Path) -> dict[str, Row]:
    """Rows of the ledger by id."""
    return {row["id"]: row for row in corpora.rows(finished / "ledger")}


def test_every_count(run: Mapping[str, Any]) -> None:
    counts = dict(run["counts"])
    assert counts.pop("tokens") > 0
    assert counts == COUNTS


def test_every_document_meets_the_fate_that_it_names(finished: Path) -> None:
    rows = corpora.rows(finished / "ledger")
    assert len(rows) == COUNTS["documents"]
    assert [row["drop_reason"] or "kept" for row in rows] == [corpora.fate_of(row) for row in rows]


def test_ledger_documents_and_rejected_hold_the_same_rows(finished: Path) -> None:
    places = {
        folder: {(row["unit"], row["row"]): row for row in corpora.rows(finished / folder)}
        for folder in ("ledger", "documents", "rejected")
    }
    assert list(places["ledger"]) == sorted(places["ledger"])
    assert not places["documents"].keys() & places["rejected"].keys()
    assert places["ledger"].keys() == places["documents"].keys() | places["rejected"].keys()
    for address, row in places["ledger"].items():
        folder = "documents" if row["drop_reason"] is None else "rejected"
        other = places[folder][address]
        assert {name: row[name] for name in row if name in other} == {
            name: value for name, value in other.items() if name in row
        }
        assert row.keys() - other.keys() == {"token_shard", "token_offset"}
        assert other["raw"] is None or other["text"] is None


def test_addresses_count_the_records_of_each_unit(finished: Path, run: Mapping[str, Any]) -> None:
    by_unit: dict[int, list[int]] = {}
    for row in corpora.rows(finished / "ledger"):
        by_unit.setdefault(row["unit"], []).append(row["row"])
    assert by_unit == {unit: list(range(len(rows))) for unit, rows in enumerate(by_unit.values())}


def test_all_reasons_are_listed_and_the_first_one_drops(finished: Path) -> None:
    for row in corpora.rows(finished / "ledger"):
        assert row["drop_reason"] == (row["reasons"][0] if row["reasons"] else None)


def test_several_failed_rules(inputs: Path, tmp_path: Path, run_here: Runner) -> None:
    profile = tmp_path / "two.yaml"
    profile.write_text("base: none\nrules: {gopher_min_words: 50, c4_min_sentences: 3}", "utf-8")
    run_here(corpora.settings(inputs, tmp_path / "out", quality={"profile": str(profile)}))
    rows = {row["id"]: row for row in corpora.rows(tmp_path / "out" / "ledger")}
    for language in ("en", "zh"):
        short = rows[f"gopher-too-few-words/short-{language}"]
        assert short["reasons"] == ["gopher-too-few-words", "c4-too-few-sentences"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_duplicates_name_their_survivor(ledger: Mapping[str, Row], language: str) -> None:
    def address(id_: str) -> str:
        return f"{ledger[id_]['unit']}:{ledger[id_]['row']}"

    exact = ledger[f"exact-duplicate/of-original-{language}"]
    assert exact["duplicate_of"] == address(f"kept/original-{language}")
    assert (exact["partner"], exact["jaccard"]) == (None, None)

    near = ledger[f"document-duplicate/of-long-revision-{language}"]
    survivor = address(f"kept/long-revision-{language}")
    assert (near["duplicate_of"], near["partner"]) == (survivor, survivor)
    assert 0.9 < near["jaccard"] < 1.0


def test_the_source_of_lower_priority_survives(ledger: Mapping[str, Row]) -> None:
    removed = ledger["exact-duplicate/of-original-zh"]
    kept = ledger["kept/original-zh"]
    assert (removed["source"], removed["priority"]) == ("articles", 100)
    assert (kept["source"], kept["priority"]) == ("books", 10)
    assert kept["unit"] > removed["unit"], "were it the first that survives, it would be the other"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_contamination_names_the_item(ledger: Mapping[str, Row], language: str) -> None:
    row = ledger[f"contaminated/holds-evaluation-{language}"]
    assert row["contaminated_by"] == f"lighthouse-{language}#question"
    assert row["contamination_matched"] == row["contamination_total"] > 10


@pytest.mark.parametrize("language", ["en", "zh"])
def test_shared_sentences_stay_once(
    finished: Path, ledger: Mapping[str, Row], language: str
) -> None:
    shared = corpora.joined(language, corpora.SHARED[language])
    texts = {row["id"]: row["text"] for row in corpora.rows(finished / "documents")}
    assert [id_ for id_, text in texts.items() if shared in text] == [
        f"kept/holds-shared-sentences-{language}"
    ]
    name = f"kept/loses-shared-sentences-{language}"
    whole = (corpora.CHINESE if language == "zh" else corpora.ENGLISH)["loses-shared-sentences"]
    assert texts[name] == whole.text.removesuffix(shared).rstrip()
    removed = ledger[name]["removed_sentences"], ledger[name]["removed_chars"]
    assert removed == (len(corpora.SHARED[language]), len(whole.text) - len(texts[name]))
    assert ledger[f"kept/holds-shared-sentences-{language}"]["removed_sentences"] == 0


def test_personal_data_is_replaced_and_counted(finished: Path, ledger: Mapping[str, Row]) -> None:
    texts = {row["id"]: row["text"] for row in corpora.rows(finished / "documents")}
    assert texts["kept/names-a-person-en"].endswith(
        "Write to <EMAIL_ADDRESS> or call <PHONE_NUMBER>, the server is <IP_ADDRESS>."
    )
    assert texts["kept/names-a-person-zh"].endswith(
        "请写信到<EMAIL_ADDRESS>，或者致电<PHONE_NUMBER>，谢谢。"
    )
    kinds = ("pii_email", "pii_phone", "pii_ip", "pii_credit_card")
    counted = {id_: tuple(row[kind] for kind in kinds) for id_, row in ledger.items()}
    assert counted["kept/names-a-person-en"] == (1, 1, 1, 0)
    assert counted["kept/names-a-person-zh"] == (1, 1, 0, 0)
    assert counted["kept/plain-zh"] == (0, 0, 0, 0)
    assert counted["language-not-kept/french"] == (None,) * 4


def test_pages_lose_their_navigation_and_nothing_else(finished: Path) -> None:
    texts = {row["id"]: row["text"] for row in corpora.rows(finished / "documents")}
    for docs in (corpora.ENGLISH, corpora.CHINESE):
        for name in ("plain", "page", "conversion", "book", "original"):
            assert texts[docs[name].id] == docs[name].text


def test_sources_go_by_their_own_rules(finished: Path) -> None:
    (code,) = [r for r in corpora.rows(finished / "documents") if r["source"] == "code"]
    assert code["lang"] is None, "the source skips language"
    assert code["text"] == corpora.CODE["kept/areas.py"].rstrip("\n")


def test_provenance(inputs: Path, ledger: Mapping[str, Row]) -> None:
    row = ledger["kept/book-zh"]
    assert (row["file"], row["record"]) == (str(inputs / "books.parquet"), 3)
    assert json.loads(row["metadata"]) == {"year": 1903}
    assert ledger["kept/page-zh"]["url"] == "http://zh.org/"
    lines = (inputs / "articles" / "english.jsonl").read_bytes()
    at = ledger["kept/names-a-person-en"]["record"]
    assert lines[at:].startswith(b'{"id": "kept/names-a-person-en"')


def test_tokens_are_the_same_in_ledger_shards_and_index(
    finished: Path, run: Mapping[str, Any], ledger: Mapping[str, Row]
) -> None:
    dataset = open_tokens(finished / "tokens")
    assert dataset.tokens == run["counts"]["tokens"]
    assert dataset.documents == len(corpora.rows(finished / "documents"))
    places: Counter[str] = Counter()
    for number, entry in enumerate(dataset.index.shards):
        shard = open_shard(finished / "tokens" / entry.file)
        ids = [id_ for batch in shard.batches for id_ in batch.ids.to_pylist()]
        position = 0
        for k, id_ in enumerate(ids):
            row, tokens = ledger[id_], shard.tokens_of(k)
            place = (row["token_shard"], row["token_offset"], row["tokens"])
            assert place == (number, position, len(tokens))
            assert tokens[-1] == dataset.index.eos_id
            position += len(tokens)
            places[id_] += 1
    assert places == {row["id"]: 1 for row in corpora.rows(finished / "documents")}


def test_tokens_decode_to_the_kept_texts(finished: Path, ledger: Mapping[str, Row]) -> None:
    from corpus_pipeline.tokens.encode import load_tokenizer

    encoder = load_tokenizer(finished / "tokens" / "tokenizer.json")
    for row in corpora.rows(finished / "documents"):
        shards = sorted((finished / "tokens").glob("*.arrow"))
        place = ledger[row["id"]]
        batches = open_shard(shards[place["token_shard"]]).batches
        stream = np.concatenate([batch.tokens for batch in batches])
        start = place["token_offset"]
        assert encoder.decode(stream[start : start + row["tokens"] - 1]) == row["text"]


def test_the_run_verifies(finished: Path, run: Mapping[str, Any]) -> None:
    found = verify(finished)
    assert found["documents"] == COUNTS["documents"]
    assert found["tokens"] == run["counts"]["tokens"]
    assert found["files"] == len(run["files"])


def test_the_work_folder_is_gone(finished: Path) -> None:
    names = {path.name for path in finished.iterdir()}
    assert names == set(FOLDERS) | {"run.json", ".lock", "README.md"}
    assert not list(finished.rglob("*.attempt-*"))


def test_documents_through_the_stages_add_up(run: Mapping[str, Any]) -> None:
    stages = summarise(run)
    assert [row.stage for row in stages] == [
        "read", "extract", "language", "quality", "keywords", "perplexity", "dedup", "scrub",
        "tokenize",
    ]  # fmt: skip
    passing = COUNTS["documents"]
    for row in stages:
        assert row.documents_in == passing
        passing -= sum(row.dropped.values())
        assert row.documents_out == passing
    dropped = {f"dropped-{name}": n for row in stages for name, n in row.dropped.items()}
    assert dropped == {name: n for name, n in COUNTS.items() if name.startswith("dropped-")}
    assert stages[0].notes == {
        "skipped-blank-line": 1, "skipped-request": 1, "skipped-warcinfo": 1,
    }  # fmt: skip
