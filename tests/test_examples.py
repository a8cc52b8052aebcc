"""The shipped sample: small, attributed, valid, and it has something to show for every stage."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest
import zstandard
from runs import Runner

from corpus_pipeline.config.config import load_config
from corpus_pipeline.inspection.summary import summarise
from corpus_pipeline.storage import list_inputs
from corpus_pipeline.tokens.index import load_index

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "examples" / "demo.yaml"
DATA = ROOT / "examples" / "data"
FILES = sorted(path for path in DATA.rglob("*") if path.is_file() and path.name != "LICENSES.md")


def test_the_sample_is_small() -> None:
    assert sum(path.stat().st_size for path in FILES) < 10_000_000


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_has_a_licence(path: Path) -> None:
    named = re.findall(r"`([^`]+)`", (DATA / "LICENSES.md").read_text("utf-8"))
    assert str(path.relative_to(DATA)) in named


def records(path: Path) -> list[dict[str, Any]]:
    """Reads the documents of a Parquet or JSONL file that can be read."""
    if path.suffix == ".parquet":
        return [dict(row) for row in pq.read_table(path).to_pylist()]
    content = path.read_bytes()
    if path.suffix == ".zst":
        content = zstandard.ZstdDecompressor().stream_reader(content).read()
    found = []
    for line in content.split(b"\n"):
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        found += [record] if isinstance(record, dict) else []
    return found


@pytest.mark.parametrize(
    "path", [p for p in FILES if {".parquet", ".jsonl"} & {*p.suffixes}], ids=lambda path: path.name
)
def test_every_document_has_an_id_and_a_licence(path: Path) -> None:
    rows = records(path)
    assert len({row["id"] for row in rows}) == len(rows) > 0
    assert all(row["license"] for row in rows)


def test_the_configuration_is_valid_and_uses_every_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    config = load_config(DEMO)
    patterns = [each.path for each in config.inputs]
    patterns += config.options("dedup").contamination.evaluations
    used = {Path(file.path).resolve() for pattern in patterns for file in list_inputs(pattern)}
    assert used == {path for path in FILES if path.parent.name != "LICENSES"}


def show_batches(output: Path, *arguments: str) -> list[str]:
    """Runs the loader example and returns the lines that it prints."""
    script = ROOT / "examples" / "load_batches.py"
    done = subprocess.run(
        [sys.executable, script, output, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_load_batches_runs(finished: Path) -> None:
    index = load_index(finished / "tokens")
    loader, batch, beginning, resumed = show_batches(finished, "--length", "32", "--batch", "4")
    assert loader.startswith(f"loader: {index.documents} documents, {index.tokens} tokens")
    assert f" {-(-index.tokens // 32)} sequences of 32" in loader
    assert "tokens (4, 32), targets (4, 32)" in batch
    assert re.search(r"begins: '.+'", beginning)
    assert resumed.endswith("batch 1 is the same")


@pytest.mark.slow
def test_every_stage_of_the_demo_has_something_to_show(
    run_here: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    settings: Mapping[str, Any] = load_config(DEMO, output=str(tmp_path / "out")).model_dump()
    stages = {row.stage: row for row in summarise(run_here(settings))}
    dropping = ("read", "extract", "language", "quality", "keywords", "perplexity", "dedup")
    assert all(stages[name].dropped for name in dropping)
    assert {"exact-duplicate", "document-duplicate", "contaminated"} <= stages[
        "dedup"
    ].dropped.keys()
    assert stages["dedup"].notes["removed_sentences"] > 100
    assert {"read-truncated", "read-broken-json", "read-invalid-utf8", "read-null-text"} <= stages[
        "read"
    ].dropped.keys()
    kinds = {"pii_email", "pii_phone", "pii_ip", "pii_credit_card", "pii_iban", "pii_cn_id"}
    assert kinds <= stages["scrub"].notes.keys()
    assert stages["tokenize"].notes["tokens"] > 1_000_000
    assert " tokens (uint16), " in show_batches(tmp_path / "out")[0]
