"""A run whose every part is scrubbed: what was planted is nowhere in the output."""

import json
from pathlib import Path
from typing import Any

import corpora
import pyarrow.parquet as pq
from runs import execute, in_this_process, small

from corpus_pipeline.inspection.verify import verify

MAIL, PHONE = "wang.li@planted-mail.cn", "13812345678"
STORY = next(iter(corpora.CHINESE.values())).text


def line(number: int, text: str) -> str:
    record = {
        "id": f"{number}:{MAIL}",
        "text": text,
        "url": f"https://x.example/{number}?to={MAIL}",
        "contact": {"mail": MAIL, "tel": int(PHONE)},
    }
    return json.dumps(record, ensure_ascii=False) + "\n"


def settings(folder: Path, **scrub: Any) -> dict[str, Any]:
    lines = [line(0, f"{STORY}\n联系{MAIL}或{PHONE}。"), line(1, f"短 {MAIL}"), line(2, STORY)]
    lines += [line(3, STORY), '{"text": "' + MAIL + "\n", line(4, f"{MAIL} " * 9)]
    return small(
        folder / "in",
        folder / "out",
        "".join(lines),
        allow_unreadable=True,
        quality={"enabled": True},
        scrub={
            "enabled": True,
            "entities": ["EMAIL_ADDRESS", "PHONE_NUMBER"],
            **scrub,
        },
    )


def strings(folder: Path) -> str:
    """Everything that the tables of a run hold, written out."""
    tables = [pq.read_table(path) for path in sorted(folder.rglob("*.parquet"))]
    assert len(tables) >= 4
    return "\n".join(str(table.to_pylist()) for table in tables)


EVERYTHING = {"fields": ["url", "id", "metadata"], "rejected": True}


def test_nothing_that_was_planted_is_left(tmp_path: Path) -> None:
    with in_this_process():
        run = execute(settings(tmp_path, **EVERYTHING))
    output = tmp_path / "out"
    everything = strings(output)
    assert MAIL not in everything
    assert PHONE not in everything
    assert MAIL not in (output / "run.json").read_text("utf-8")
    assert "<EMAIL_ADDRESS>" in everything
    assert verify(output)["documents"] == 6
    assert run["counts"]["documents"] == len(corpora.rows(output / "ledger"))


def test_by_default_only_the_text_of_what_stays_is_scrubbed(tmp_path: Path) -> None:
    with in_this_process():
        execute(settings(tmp_path))
    kept = corpora.rows(tmp_path / "out" / "documents")
    assert all(MAIL not in row["text"] and MAIL in row["url"] for row in kept)
    assert any(MAIL in (row["text"] or "") for row in corpora.rows(tmp_path / "out" / "rejected"))


def test_the_table_of_findings(tmp_path: Path) -> None:
    with in_this_process():
        execute(settings(tmp_path))
    output = tmp_path / "out"
    documents = {row["row"]: row for row in corpora.rows(output / "documents")}
    findings = corpora.rows(output / "pii")
    assert {row["entity"] for row in findings} == {"EMAIL_ADDRESS", "PHONE_NUMBER"}
    for each in findings:
        document = documents[each["row"]]
        assert (each["unit"], each["id"]) == (document["unit"], document["id"])
        placeholder = document["text"][each["new_start"] : each["new_end"]]
        assert placeholder == f"<{each['entity']}>"
    assert verify(output)


def test_findings_of_other_fields_are_listed(tmp_path: Path) -> None:
    with in_this_process():
        execute(settings(tmp_path, fields=["url", "id", "metadata"]))
    output = tmp_path / "out"
    found = [row["field"] for row in corpora.rows(output / "pii") if row["row"] == 0]
    # Mail and number in the text and in the metadata, the mail in url and id.
    assert sorted(found) == ["id", "metadata", "metadata", "text", "text", "url"]
    assert verify(output)


def test_a_value_has_one_surrogate_in_all_documents_and_fields(tmp_path: Path) -> None:
    key = tmp_path / "key.txt"
    key.write_text("0123456789abcdef0123456789abcdef")
    everything = {**EVERYTHING, "action": "surrogate", "surrogate_key": str(key)}
    with in_this_process():
        execute(settings(tmp_path, **everything))
    output = tmp_path / "out"
    written = strings(output)
    assert MAIL not in written
    assert PHONE not in written
    documents = {row["row"]: row for row in corpora.rows(output / "documents")}
    of_ids = {row["id"].partition(":")[2] for row in documents.values()}
    assert len(of_ids) == 1
    (other,) = of_ids
    assert other in documents[0]["text"]
    assert all(row["url"].endswith(f"?to={other}") for row in documents.values())
    assert all(json.loads(row["metadata"])["contact"]["mail"] == other
               for row in documents.values())  # fmt: skip
    assert verify(output)


def test_a_finding_that_is_missing_is_noticed(tmp_path: Path) -> None:
    from corpus_pipeline.inspection.verify_findings import finding_differences

    with in_this_process():
        execute(settings(tmp_path))
    output = tmp_path / "out"
    tables = {
        f"{name}/x": pq.read_table(next((output / name).glob("*.parquet")))
        for name in ("documents", "pii")
    }
    assert not list(finding_differences("pii/x", tables))
    tables["pii/x"] = tables["pii/x"].slice(1)
    assert len(list(finding_differences("pii/x", tables))) == 1
