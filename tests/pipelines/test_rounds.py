"""Whole runs over chains of near copies: who stays, and that it does not depend on who decides."""

import json
from pathlib import Path
from typing import Any

import corpora
import numpy as np
import pyarrow as pa
import pytest
from runs import NotedProgress, Runner, execute, in_this_process, small

from corpus_pipeline.dedup.minhash import MinHashOptions, band_hashes, shingle, signatures
from corpus_pipeline.inspection.trace import survivors
from corpus_pipeline.planning import sizing
from corpus_pipeline.text.hashing import content_hashes
from corpus_pipeline.text.words import split_words
from corpus_pipeline.workspace.run_file import FOLDERS

THRESHOLD = 0.7
CHINESE = "".join(chr(0x4E00 + 37 * i % 5000) for i in range(900))


def _texts() -> list[str]:
    """Windows of English and of Chinese, each a little further and shorter than the one before.

    The order of survival is that of the chain, so that who stays depends on who goes before it.
    """
    english = [" ".join(f"word{n:03}" for n in range(4 * i, 3 * i + 120)) for i in range(24)]
    chinese = [CHINESE[6 * i : 6 * i + 160 - i // 3] for i in range(20)]
    return [*english, *chinese, english[7] + "\n", chinese[9] + " "]


@pytest.fixture(scope="module")
def lines() -> str:
    rows = [{"id": f"d{i}", "text": text} for i, text in enumerate(_texts())]
    return "".join(json.dumps(row) + "\n" for row in rows)


SETTINGS = {"dedup": {"document": {"enabled": True}}, "plan": {"unit_bytes": "6KB"}}


@pytest.fixture(scope="module")
def resolved(lines: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the chains; not to be changed."""
    folder = tmp_path_factory.mktemp("chains")
    with in_this_process():
        run = execute(small(folder / "in", folder / "out", lines, **SETTINGS))
    assert {"verify-2", "resolve-2", "verify-3"} <= run["phases"].keys()
    return folder / "out"


def _ledger(output: Path) -> dict[str, dict[str, Any]]:
    """Rows by address."""
    return {f"{row['unit']}:{row['row']}": row for row in corpora.rows(output / "ledger")}


def _greedy(rows: dict[str, dict[str, Any]]) -> dict[str, dict[str, float]]:
    """The slow way: document -> all documents that stay before it, share a band, are similar."""
    texts = pa.array([_texts()[int(row["id"][1:])] for row in rows.values()])
    options = MinHashOptions()
    shingles = shingle(split_words(texts), options)
    bands = [set(each.tolist()) for each in band_hashes(signatures(shingles, options), options)]
    sets = [set(part.tolist()) for part in np.split(shingles.hashes, shingles.offsets[1:-1])]
    hashes = content_hashes(texts).to_pylist()
    names = list(rows)
    order = sorted(
        (i for i, row in enumerate(rows.values()) if row["drop_reason"] != "exact-duplicate"),
        key=lambda i: (-len(texts[i].as_py()), hashes[i][:4], i),
    )
    stay: list[int] = []
    gone: dict[str, dict[str, float]] = {}
    for i in order:
        near = {
            names[k]: len(sets[i] & sets[k]) / len(sets[i] | sets[k])
            for k in stay
            if bands[i] & bands[k]
        }
        near = {name: value for name, value in near.items() if value >= THRESHOLD}
        if near:
            gone[names[i]] = near
        else:
            stay.append(i)
    return gone


def test_who_goes_is_similar_to_one_that_stays(resolved: Path) -> None:
    rows = _ledger(resolved)
    expected = _greedy(rows)
    gone = {name: r for name, r in rows.items() if r["drop_reason"] == "document-duplicate"}
    assert gone.keys() == expected.keys()
    assert 25 < len(gone) < 40
    for name, row in gone.items():
        assert row["duplicate_of"] == row["partner"]
        assert row["jaccard"] == row["survivor_jaccard"] == expected[name][row["partner"]]
        assert rows[row["duplicate_of"]]["drop_reason"] is None


def _same(one: Path, other: Path) -> None:
    assert corpora.tree(one, *FOLDERS) == corpora.tree(other, *FOLDERS)


def test_steps_of_workers_give_the_bytes_of_the_driver(
    resolved: Path, lines: str, run_here: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sizing, "MOST_EDGES", 40)
    monkeypatch.setattr(sizing, "_MOST_OPENS", 0)
    run = run_here(small(resolved.parent / "in", tmp_path / "out", lines, **SETTINGS))
    assert {"resolve-step-1", "resolve-step-2", "resolve-2-step-1"} <= run["phases"].keys()
    _same(tmp_path / "out", resolved)


class Stopped(Exception):
    """Ends a run."""


class StoppingOnce(NotedProgress):
    """Ends the run at the end of each phase that it has not met before."""

    def __init__(self, met: set[str]) -> None:
        super().__init__()
        self._met = met

    def finish(self, phase: str, seconds: float) -> None:
        if phase.startswith(("verify", "resolve", "merge-resolve")) and phase not in self._met:
            self._met.add(phase)
            raise Stopped


def test_every_round_is_taken_up_where_it_ended(
    resolved: Path, lines: str, run_here: Runner, tmp_path: Path
) -> None:
    settings = small(resolved.parent / "in", tmp_path / "out", lines, **SETTINGS)
    met: set[str] = set()
    for attempt in range(20):
        progress = StoppingOnce(met)
        before = len(met)
        try:
            run_here(settings, progress=progress)
            break
        except Stopped:
            assert len(met) == before + 1
        if "resolve-2" in met and attempt % 2:
            # A file of an earlier round that is damaged by then is made anew, and all after it.
            (damaged,) = (tmp_path / "out").glob(".work/*/resolve-2/states/*")
            damaged.write_bytes(damaged.read_bytes()[:-9])
    assert {"verify", "resolve", "verify-2", "resolve-2", "merge-resolve"} <= met
    _same(tmp_path / "out", resolved)


def test_components_keep_one_document_of_a_chain(
    lines: str, run_here: Runner, tmp_path: Path
) -> None:
    changes = {"dedup": {"document": {"enabled": True, "cluster": "components"}}}
    run_here(small(tmp_path / "in", tmp_path / "out", lines, **changes))
    rows = _ledger(tmp_path / "out")
    kept = {name: row["id"] for name, row in rows.items() if row["drop_reason"] is None}
    # The first of the English ones, and one of the three longest Chinese ones.
    assert set(kept.values()) < {"d0", "d24", "d25", "d26"}
    assert len(kept) == 2
    assert "d0" in kept.values()
    unlike = [row for row in rows.values() if row["jaccard"] and row["survivor_jaccard"] is None]
    assert len(unlike) > 25, "most have little in common with the survivor"
    for row in rows.values():
        if row["survivor_jaccard"] is not None:
            assert row["jaccard"] >= row["survivor_jaccard"] >= THRESHOLD
            assert row["duplicate_of"] in kept


def test_a_trace_goes_on_to_who_stays(resolved: Path) -> None:
    rows = _ledger(resolved)
    copies = [row for row in rows.values() if row["drop_reason"] == "exact-duplicate"]
    chains = [survivors(resolved, row) for row in copies]
    assert [len(chain) for chain in chains] == [2, 2], "their copies went as near copies"
    for row, chain in zip(copies, chains, strict=True):
        assert chain[0]["id"] == rows[row["duplicate_of"]]["id"]
        assert chain[1]["drop_reason"] is None
