"""stats, why and sample: what a person learns of a finished run."""

import json
import re
import shutil
from collections import Counter
from pathlib import Path

import corpora
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from runs import Corpus

from corpus_pipeline.flow import known_steps, ledger_schema
from corpus_pipeline.inspection.reason_counts import NONE, count_reasons
from corpus_pipeline.inspection.trace import row_at
from corpus_pipeline.inspection.verdicts import Verdicts
from corpus_pipeline.workspace.run_file import read_run


def test_reasons_are_counted_in_three_ways(finished: Path) -> None:
    """Against the ledger, document by document."""
    rows = corpora.rows(finished / "ledger")
    for by, column in ((None, None), ("source", "source"), ("language", "lang")):
        groups = count_reasons(finished, by)  # type: ignore[arg-type]
        assert sum(group.documents for group in groups) == len(rows)
        for group in groups:
            mine = [r for r in rows if column is None or (r[column] or NONE) == group.name]
            assert group.documents == len(mine)
            assert group.first == Counter(r["drop_reason"] for r in mine if r["drop_reason"])
            assert group.any == Counter(reason for r in mine for reason in r["reasons"] or ())
            alone = [r["reasons"][0] for r in mine if len(r["reasons"] or ()) == 1]
            assert group.only == Counter(alone)
    (everything,) = count_reasons(finished)
    assert everything.reasons == sorted(everything.reasons, key=lambda c: (-c.first, -c.any, c[0]))


def test_first_any_and_only(tmp_path: Path) -> None:
    """A rule that decides seldom may be the one that most documents fail."""
    reasons = [["a", "b"], ["a", "b"], ["b"], ["b", "c"], None, ["c"], None]
    rows = [
        {"drop_reason": each and each[0], "reasons": each, "source": "甲", "lang": None}
        for each in reasons
    ]
    for part, some in enumerate((rows[:4], [], rows[4:])):
        path = tmp_path / "ledger" / f"part-{part:05d}-of-00003.parquet"
        path.parent.mkdir(exist_ok=True)
        schema = pa.schema([ledger_schema().field(name) for name in rows[0]])
        pq.write_table(pa.Table.from_pylist(some, schema), path)
    for by, name in ((None, ""), ("source", "甲"), ("language", NONE)):
        (group,) = count_reasons(tmp_path, by)  # type: ignore[arg-type]
        assert (group.name, group.documents, group.dropped) == (name, 7, 5)
        assert group.reasons == [("b", 2, 4, 1), ("a", 2, 2, 0), ("c", 1, 2, 1)]


def test_every_reason_belongs_to_one_step() -> None:
    found = [reason for step in known_steps().values() for reason in step.reasons]
    assert len(found) == len(set(found))


def table(out: str) -> dict[str, list[str]]:
    """Returns the rows of printed tables by their first cell."""
    rows = (re.split(r"  +", line.strip()) for line in out.splitlines())
    return {first: cells for first, *cells in rows if cells}


def test_stats(corpus: Corpus, finished: Path) -> None:
    code, out, err = corpus("stats", finished)
    assert (code, err) == (0, "")
    rows = table(out)
    assert rows["read"][:4] == ["41", "5", "12.2", "36"]
    assert rows["dedup"][3] == rows["scrub"][0] == rows["tokenize"][3] == "19"
    assert rows["reason"] == ["first", "%", "any", "only"]
    assert rows["contaminated"] == ["2", "4.9", "2", "2"]
    assert "removed_sentences 8" in out
    tables = [line for line in out.splitlines() if str(finished) not in line]
    assert max(map(len, tables)) <= 80


@pytest.mark.parametrize("by", ["source", "language"])
def test_stats_by(corpus: Corpus, finished: Path, by: str) -> None:
    code, out, err = corpus("stats", finished, "--by", by)
    assert (code, err) == (0, "")
    for group in count_reasons(finished, by):  # type: ignore[arg-type]
        kept = group.documents - group.dropped
        assert f"{group.name}: {group.documents} in, {kept} out" in out
    if by == "language":
        assert re.search(r"^zh: \d+ in, \d+ out", out, re.MULTILINE)
        assert re.search(rf"^{re.escape(NONE)}: ", out, re.MULTILINE)
    assert max(map(len, out.splitlines()[1:])) <= 80
    assert corpus("stats", finished, "--by", "colour").code == 2


@pytest.mark.parametrize("command", ["stats", "why", "sample", "verify"])
def test_a_folder_without_a_run_says_what_it_is(
    corpus: Corpus, finished: Path, tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = ["0:0"] if command == "why" else []

    def line(folder: object) -> str:
        code, out, err = corpus(command, folder, *more)
        assert (code, out) == (1, "")
        assert err.count("\n") == 1
        return err

    monkeypatch.chdir(tmp_path)
    assert (
        line("无")
        == f"corpus: 无: there is no such folder; relative to {tmp_path}; correct the name\n"
    )
    (tmp_path / "file").touch()
    assert ": is a file; name the folder that a run has written" in line("file")
    (tmp_path / "empty").mkdir()
    assert ": holds no run (no run.json); name the folder that `corpus run`" in line("empty")
    documents = finished / "documents"
    assert f": is a part of a run; name the whole folder: {finished}" in line(documents)
    shutil.copytree(documents, tmp_path / "half" / "documents")
    assert ": has no run.json, the manifest that is written last" in line("half")


def test_a_run_that_has_not_ended(corpus: Corpus, tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    phase = tmp_path / ".work" / "abc" / "exact" / "manifests"
    phase.mkdir(parents=True)
    (phase / "3.json").touch()
    (tmp_path / ".work" / "fingerprint.json").touch()
    (tmp_path / ".lock").touch()
    expected = (
        "a run was begun here and has not ended, in exact with 1 items done; the same command"
    )
    assert expected in corpus("stats", tmp_path).err
    with (tmp_path / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        under_way = corpus("stats", tmp_path).err
    assert "a run is under way here, in exact with 1 items done; wait until it has" in under_way


def test_why(corpus: Corpus, finished: Path) -> None:
    code, out, _ = corpus("why", finished, "document-duplicate/of-long-revision-zh")
    assert code == 0
    assert "dropped: document-duplicate" in out
    joined = " ".join(out.split())
    assert re.search(
        r"Went at step dedup: it is a near copy of \d+:\d+, with a similarity of 0\.\d+; "
        r"the rule document-duplicate takes 0\.\d+ and more\.", joined,
    )  # fmt: skip
    assert re.search(
        r"In its place stays \d+:\d+ \(kept/long-revision-zh, source \w+\): "
        r"it has \d+ characters, this one \d+, and the longest stays\.", joined,
    )  # fmt: skip
    assert f"{{+{corpora.SPACER['zh']}+}}" in out
    code, by_token, _ = corpus("why", finished, "--token", "0:0")
    assert code == 0
    assert by_token == corpus("why", finished, "0:0").out
    assert "kept/plain-zh   address 0:0   kept" in by_token
    for arguments, line in (
        ([], "name a document ID, or a token with --token SHARD:POSITION"),
        (["--token", "x"], "--token is SHARD:POSITION, for example 0:1234; got 'x'"),
        (["nobody"], f"{finished}: no document has the id or address 'nobody'"),
    ):
        assert f"corpus: {line}" in corpus("why", finished, *arguments).err


def test_why_shows_every_failed_rule_and_every_measure(corpus: Corpus, finished: Path) -> None:
    by_fate = {row["drop_reason"]: row for row in corpora.rows(finished / "ledger")}
    for row in by_fate.values():
        out = corpus("why", finished, f"{row['unit']}:{row['row']}", "--measures").out
        for reason in row["reasons"] or ():
            assert re.search(rf"^  {reason}( |$)", out, re.MULTILINE), reason
        for name, value in row.items():
            if isinstance(value, int) and name not in ("unit", "row"):
                assert re.search(rf"(^| ){name} {value}( |$)", out, re.MULTILINE), f"{name} {value}"
        if any(reason.startswith("gopher-") for reason in row["reasons"] or ()):
            assert re.search(
                r"^ +(gopher\S+  )?[\d\w/]+ [\d,/]+( = [\d.]+)? [<>] [\d.,]+$", out, re.M
            )


def test_text_is_shown_as_text(corpus: Corpus, tmp_path: Path, run_here: object) -> None:
    text = '第一行 "引号"\n\tsecond\x1b[31m line\n第三行'
    line = json.dumps({"text": text, "id": "一", "作者": "王伟", "n": 3})
    (tmp_path / "a.jsonl").write_text(line, "ascii")
    assert corpus("read", tmp_path / "a.jsonl", tmp_path / "out").code == 0
    out = corpus("why", tmp_path / "out", "一", "--measures").out
    assert '\n    第一行 "引号"\n        second\\x1b[31m line\n    第三行\n' in out
    assert re.search(r"^  metadata\.作者 +王伟$", out, re.MULTILINE)
    assert re.search(r"^  metadata\.n +3$", out, re.MULTILINE)


def test_a_page_that_is_not_extracted_is_shown(
    corpus: Corpus, inputs: Path, tmp_path: Path
) -> None:
    corpus("read", f"{inputs}/crawl/*", tmp_path / "out")
    rows = corpora.rows(tmp_path / "out" / "documents")
    page = next(row for row in rows if row["mime"] == "text/html")
    out = corpus("why", tmp_path / "out", f"{page['unit']}:{page['row']}").out
    assert re.search(r"^  raw text/html \([\d,]+ characters\):$", out, re.MULTILINE)
    assert "<" in out.split(" characters):")[1]


def test_thresholds_of_a_profile_that_has_changed_are_left_out(finished: Path) -> None:
    run = read_run(finished)
    row = next(
        row for row in corpora.rows(finished / "ledger")
        if any(reason.startswith("gopher-") for reason in row["reasons"] or ())
    )  # fmt: skip
    verdicts = Verdicts(run)
    shown = verdicts.explain(row, "text")
    assert verdicts.changed == set()
    assert any(" < " in line or " > " in line for line in shown.values())
    run["fingerprint"]["resources"] = {}
    verdicts = Verdicts(run)
    shown = verdicts.explain(row, "text")
    assert verdicts.changed == {"filters/profiles of the package"}
    assert not any(" < " in line or " > " in line for n, line in shown.items() if n[:6] == "gopher")


def shown_addresses(out: str) -> list[str]:
    return re.findall(r"   address (\d+:\d+)   ", out)


def test_sample(corpus: Corpus, finished: Path) -> None:
    rows = corpora.rows(finished / "ledger")
    kept = [row for row in rows if row["drop_reason"] is None]
    code, out, err = corpus("sample", finished)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == f"{finished}: 5 of {len(kept)} documents kept"
    assert out == corpus("sample", finished).out
    least = sorted(kept, key=lambda row: row["content_hash"])[:5]
    assert shown_addresses(out) == [f"{row['unit']}:{row['row']}" for row in least]
    for row in least:
        assert f"source {row['source']}" in out


@pytest.mark.parametrize(
    ("options", "matches"),
    [
        (["--reason", "gopher-too-few-words"],
         lambda row: "gopher-too-few-words" in (row["reasons"] or ())),
        (["--reason", "gopher-too-few-words", "--only"],
         lambda row: row["reasons"] == ["gopher-too-few-words"]),
        (["--language", "zh"], lambda row: row["lang"] == "zh" and row["drop_reason"] is None),
        (["--language", "zho"],
         lambda row: row["lang"] == "zh" and row["drop_reason"] is None),
        (["--reason", "read-broken-json", "--language", NONE],
         lambda row: row["drop_reason"] == "read-broken-json"),
    ],
)  # fmt: skip
def test_sample_of(corpus: Corpus, finished: Path, options: list[str], matches: "object") -> None:
    wanted = [row for row in corpora.rows(finished / "ledger") if matches(row)]  # type: ignore[operator]
    code, out, err = corpus("sample", finished, *options, "-n", 100)
    if not wanted:
        assert code == 1
        assert "no documents that fail only" in err
        return
    assert code == 0, err
    addresses = {f"{row['unit']}:{row['row']}" for row in wanted}
    assert set(shown_addresses(out)) == addresses
    assert len(shown_addresses(out)) == len(addresses)


def test_sample_of_what_is_not_there(corpus: Corpus, finished: Path) -> None:
    for options, line in (
        (["--reason", "gopher-few-words"], "did you mean 'gopher-too-few-words'?"),
        (["--reason", "abacus"], "no document has --reason 'abacus'; there are "),
        (["--source", "nowhere"], "no document has --source 'nowhere'; there are "),
        (["--language", "fi"], "no document has --language 'fi'; there are "),
    ):
        code, out, err = corpus("sample", finished, *options)
        assert (code, out) == (1, "")
        assert line in err
        assert err.count("\n") == 1


def test_a_row_is_found_by_its_address(finished: Path) -> None:
    for row in corpora.rows(finished / "ledger"):
        assert row_at(finished, f"{row['unit']}:{row['row']}")["id"] == row["id"]
