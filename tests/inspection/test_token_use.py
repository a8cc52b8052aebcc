"""Bytes per token of a finished run, and the documents that stand out."""

import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from runs import Corpus, Runner

from corpus_pipeline.cli import token_report
from corpus_pipeline.inspection import token_use
from corpus_pipeline.inspection.token_use import Use, count_tokens, token_bytes
from corpus_pipeline.storage import place
from corpus_pipeline.tokens.recent_characters import RECENT_CHARACTERS
from corpus_pipeline.workspace.run_file import read_run

ENGLISH = (
    "The council met on Monday to talk about the new bridge that the town would have to pay for. "
    "Its chair said that work could begin in spring, once the money is there. "
)
CHINESE = (
    "市议会周一开会，讨论新桥的建设问题，这座桥的费用将由全市承担。主席说，只要资金到位就可以开始。"
)


@pytest.fixture
def odd(tmp_path: Path, run_here: Runner) -> Path:
    rows = [
        {"id": "english", "text": ENGLISH * 5},
        {"id": "中文", "text": CHINESE * 9},
        {"id": "blanks", "text": ENGLISH + " " * 9000 + "x"},
        {"id": "noise", "text": "ᚠᛒᚢᛞᚦᚨᚱ" * 60},
        {"id": "short", "text": "ᚠ"},
        {"id": "recent", "text": ENGLISH * 5 + "\U000323b0"},
        {"id": "recent too", "text": f"{CHINESE}\u088f{CHINESE}"},
    ]
    raw = tmp_path / "in.jsonl"
    raw.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    output = tmp_path / "out"
    run_here(
        {"inputs": [{"path": str(raw), "source": "mixed"}], "output": str(output),
         "steps": ["extract", "tokenize"]}
    )  # fmt: skip
    return output


def test_documents_that_stand_out_are_named(odd: Path) -> None:
    use = count_tokens(place(str(odd)), 2)
    assert use.fewest[0].id == "noise"
    assert use.most[0].id == "blanks"
    assert use.fewest[0].bytes_per_token < 2 < 5 < use.most[0].bytes_per_token
    assert [len(use.fewest), len(use.most), use.recent] == [2, 2, 2]
    assert {"short"}.isdisjoint(each.id for each in [*use.fewest, *use.most])


def test_equals_the_slow_twin(finished: Path) -> None:
    rows = [
        row
        for part in sorted((finished / "documents").glob("*.parquet"))
        for row in pq.read_table(part, columns=["text", "tokens", "lang", "source"]).to_pylist()
    ]

    def twin(column: str | None, name: str | None) -> Use:
        found = [row for row in rows if column is None or (row[column] or "(none)") == name]
        return Use(
            len(found),
            sum(row["tokens"] for row in found),
            sum(len(row["text"].encode()) for row in found),
            sum(len(row["text"]) for row in found),
        )

    use = count_tokens(place(str(finished)), 3)
    assert use.whole == twin(None, None)
    assert use.sources == {n: twin("source", n) for n in {row["source"] for row in rows}}
    assert use.languages == {n: twin("lang", n) for n in {row["lang"] or "(none)" for row in rows}}
    assert use.whole.tokens == read_run(place(str(finished)))["counts"]["tokens"]
    assert token_bytes(read_run(place(str(finished)))) > 0


def test_stats_says_it(corpus: Corpus, odd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, err = corpus("stats", odd)
    assert (code, err) == (0, "")
    said = " ".join(out.split())
    assert "bytes a token, from" in said
    assert "2 of 7 documents have a character of Unicode 17" in said
    code, out, _ = corpus("stats", odd, "--tokens")
    assert code == 0
    assert "source mixed" in out
    assert "blanks" in out
    assert "noise" in out
    # Where the texts are too many for a summary it goes without.
    monkeypatch.setattr(token_report, "_QUICKLY_READ", 10)
    assert "bytes a token" not in corpus("stats", odd).out


def test_a_run_without_tokens(corpus: Corpus, tmp_path: Path, run_here: Runner) -> None:
    raw = tmp_path / "in.jsonl"
    raw.write_text(json.dumps({"text": CHINESE}), "utf-8")
    inputs = [{"path": str(raw), "source": "raw"}]
    run_here({"inputs": inputs, "output": str(tmp_path / "out"), "steps": ["extract"]})
    code, _, err = corpus("stats", tmp_path / "out", "--tokens")
    assert code == 1
    assert "has no tokens" in err
    assert "bytes a token" not in corpus("stats", tmp_path / "out").out


def test_recent_characters_are_those_of_the_engine() -> None:
    spans = re.findall(r"\\x\{(\w+)\}-\\x\{(\w+)\}", token_use._RECENT)
    assert [[int(a, 16), int(b, 16)] for a, b in spans] == RECENT_CHARACTERS.tolist()
