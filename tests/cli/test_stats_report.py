"""`corpus stats` for programs: the same numbers as JSON and CSV."""

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import corpora
import pytest
from runs import Corpus

from corpus_pipeline.inspection.reason_counts import NONE, count_reasons, reasons_by_source


def read(corpus: Corpus, *arguments: object) -> Any:
    code, out, err = corpus("stats", *arguments)
    assert (code, err) == (0, "")
    if "--json" in arguments:
        return json.loads(out)
    return list(csv.DictReader(io.StringIO(out)))


@pytest.mark.parametrize(("by", "column"), [("source", "source"), ("language", "lang")])
def test_groups(corpus: Corpus, finished: Path, by: str, column: str) -> None:
    rows = corpora.rows(finished / "ledger")
    groups = read(corpus, finished, "--by", by, "--json")["groups"]
    table = read(corpus, finished, "--by", by, "--csv")
    assert {each[by] for each in groups} == {row[column] or NONE for row in rows}
    for group in groups:
        mine = [row for row in rows if (row[column] or NONE) == group[by]]
        assert group["documents"] == len(mine)
        assert group["kept"] == sum(row["drop_reason"] is None for row in mine)
        first = Counter(row["drop_reason"] for row in mine if row["drop_reason"])
        found = {each["reason"]: each["first"] for each in group["reasons"] if each["first"]}
        assert found == first
        lines = [line for line in table if line[by] == group[by]]
        told = {line["reason"]: int(line["first"]) for line in lines if line["reason"]}
        assert told == {each["reason"]: each["first"] for each in group["reasons"]}
        assert {(line["documents"], line["kept"]) for line in lines} == {
            (str(group["documents"]), str(group["kept"]))
        }


def test_by_reason(corpus: Corpus, finished: Path) -> None:
    (everything,) = count_reasons(finished)
    found = reasons_by_source(finished)
    assert [total for total, _ in found] == everything.reasons
    for total, sources in found:
        for name in ("first", "any", "only"):
            assert sum(getattr(each, name) for _, each in sources) == getattr(total, name)
    rows = read(corpus, finished, "--by", "reason", "--csv")
    assert len(rows) == sum(len(sources) for _, sources in found)
    told = read(corpus, finished, "--by", "reason", "--json")["reasons"]
    assert [(each["reason"], each["first"]) for each in told] == [
        (total.reason, total.first) for total, _ in found
    ]
    out = corpus("stats", finished, "--by", "reason").out
    assert f"\n  {found[0][1][0][0]} " in out


def test_stages(corpus: Corpus, finished: Path) -> None:
    stages = read(corpus, finished, "--csv")
    assert stages[0]["stage"] == "read"
    assert all(int(row["in"]) - int(row["dropped"]) == int(row["out"]) for row in stages)
    content = read(corpus, finished, "--json")
    assert [each["stage"] for each in content["stages"]] == [row["stage"] for row in stages]
    assert content["counts"]["documents"] == int(stages[0]["in"])
    assert sum(each["first"] for each in content["reasons"]) == sum(
        each["dropped"] for each in content["stages"]
    )


def test_tokens(corpus: Corpus, finished: Path) -> None:
    rows = read(corpus, finished, "--tokens", "--csv")
    assert rows[0]["by"] == "all"
    content = read(corpus, finished, "--tokens", "--json")
    assert [str(each["tokens"]) for each in content["use"]] == [row["tokens"] for row in rows]
    assert {"unit", "row", "id"} <= content["fewest"][0].keys()


def test_one_form_at_a_time(corpus: Corpus, finished: Path) -> None:
    assert corpus("stats", finished, "--json", "--csv").code == 2
