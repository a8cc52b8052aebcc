"""`Deduplicate` keeps what a run keeps, in any order of rows, in any batches, on every runner."""

import importlib.util
import json
import os
import random
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import apache_beam as beam
import corpora
import pyarrow as pa
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.runner import create_runner
from collected import collect
from runs import execute, in_this_process, small

from corpus_pipeline.beam import (
    Deduplicate,
    FromRows,
    Scrub,
    ToRows,
    comparing,
)
from corpus_pipeline.dedup.minhash import MinHashOptions
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.spark_runner.runner import SparkRunner
from corpus_pipeline.text.hashing import content_hashes

CHINESE = "".join(chr(0x4E00 + 37 * i % 5000) for i in range(900))
Rows = list[dict[str, Any]]
ON, OFF = {"enabled": True}, {"enabled": False}
#: Document -> why it goes, for which document, how similar.
Fates = dict[str, tuple[str | None, str | None, float | None]]


def chains() -> Rows:
    """Windows that move on: who stays depends on who goes before it, so buckets are reopened."""
    english = [" ".join(f"word{n:03}" for n in range(4 * i, 3 * i + 120)) for i in range(24)]
    chinese = [CHINESE[6 * i : 6 * i + 160 - i // 3] for i in range(20)]
    texts = [*english, *chinese, english[7] + "\n", chinese[9] + " ", english[3], chinese[4], "?!",
             "?!", "", "short", "短", "short"]  # fmt: skip
    return [{"id": f"d{i:03}", "text": text, "n": i} for i, text in enumerate(texts)]


def fates(
    documents: Rows,
    folder: Path,
    batch_rows: int = 8192,
    runner: Any = None,
    pipeline_options: PipelineOptions | None = None,
    **options: Any,
) -> Fates:
    """What becomes of documents."""
    found = collect(
        lambda pipeline: (
            pipeline
            | beam.Create(documents)
            | FromRows(batch_rows=batch_rows)
            | Deduplicate(**options)
            | ToRows(dropped=True)
        ),
        folder,
        runner,
        pipeline_options,
    )
    assert sorted(row["n"] for row in found) == sorted(row["n"] for row in documents)
    return by_id(found)


def by_id(rows: Rows) -> Fates:
    """The fate of each row."""
    return {row["id"]: (row["drop_reason"], row["duplicate_of"], row["jaccard"]) for row in rows}


def of_a_run(rows: Rows, folder: Path, dedup: Mapping[str, Any]) -> Fates:
    """What a run makes of the same documents, in the order of their ids."""
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    with in_this_process():
        execute(small(folder / "in", folder / "out", lines, dedup=dedup, extract=OFF))
    ledger = corpora.rows(folder / "out" / "ledger")
    ids = {f"{row['unit']}:{row['row']}": row["id"] for row in ledger}
    return by_id([{**row, "duplicate_of": ids.get(row["duplicate_of"])} for row in ledger])


def kept(found: Fates) -> set[str]:
    """The documents that stay."""
    return {name for name, (reason, _, _) in found.items() if reason is None}


@pytest.mark.parametrize(
    ("options", "dedup"),
    [
        ({}, {"document": ON}),
        ({"document": None}, {}),
        ({"exact": False}, {"exact": OFF, "document": ON}),
        (
            {"prefer": "shortest", "threshold": 0.5, "bands": 20, "rows": 5, "word_ngram": 3},
            {"document": {"enabled": True, "prefer": "shortest", "threshold": 0.5, "bands": 20,
                          "rows": 5, "word_ngram": 3}},
        ),
    ],
    ids=["both", "exact", "document", "others"],
)  # fmt: skip
def test_it_keeps_what_a_run_keeps(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, Any],
    dedup: dict[str, Any],
) -> None:
    """In stars and rounds, as a run compares, the partners are the same, too."""
    expected = of_a_run(chains(), tmp_path, dedup)
    assert 4 < len(expected) - len(kept(expected)) < len(expected) - 4
    found = fates(chains(), tmp_path, **options)
    assert kept(found) == kept(expected)
    assert {n: reason for n, (reason, _, _) in found.items()} == {
        n: reason for n, (reason, _, _) in expected.items()
    }
    monkeypatch.setattr(comparing, "SMALL_BUCKET", 0)
    assert fates(chains(), tmp_path, rounds=9, **options) == expected


def test_order_batches_and_partitions_do_not_matter(tmp_path: Path) -> None:
    rows = chains()
    expected = fates(rows, tmp_path)
    random.Random(2).shuffle(rows)
    assert fates(rows, tmp_path, 7, partitions=200) == expected
    assert fates(rows, tmp_path, 1, partitions=1) == expected


def test_buckets_are_compared_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without later rounds similar documents stay, because the centre of their star went."""
    expected = kept(fates(chains(), tmp_path))
    monkeypatch.setattr(comparing, "SMALL_BUCKET", 0)
    assert kept(fates(chains(), tmp_path, rounds=0)) != expected


def test_large_groups_of_copies(tmp_path: Path) -> None:
    """A group that is cut into chunks: all of its documents go for the one that stays."""
    words = [f"word{n:04}" for n in range(200)]
    rows = [
        {"id": f"d{i:04}", "n": i, "text": " ".join([*words, *["more"] * (i % 2), f"end{i}"])}
        for i in range(1100)
    ]
    found = fates(rows, tmp_path, partitions=4)
    stays = [name for name, (reason, _, _) in found.items() if reason is None]
    assert len(stays) == 1
    assert {of for reason, of, _ in found.values() if reason is not None} == set(stays)


def test_dropped_documents_and_other_sources(tmp_path: Path) -> None:
    """What is dropped is no partner; among sources the lower priority number stays."""

    def build(pipeline: beam.Pipeline) -> beam.PCollection:
        web = [{"id": "web", "text": "好 one two three"}, {"id": "none"}]
        wiki = [{"id": "wiki", "text": "好  one two three", "stars": 3}]
        both = (
            pipeline | "Web" >> beam.Create(web) | FromRows(source="web"),
            pipeline | "Wiki" >> beam.Create(wiki) | FromRows(source="wiki", priority=1),
        ) | beam.Flatten()
        return both | Deduplicate() | Scrub() | ToRows(dropped=True)

    found = {row["id"]: row for row in collect(build, tmp_path)}
    assert found["web"]["drop_reason"] == "exact-duplicate"
    assert found["web"]["duplicate_of"] == "wiki"
    assert found["wiki"]["drop_reason"] is None
    assert found["wiki"]["stars"] == 3
    assert found["none"]["drop_reason"] == "read-missing-text"


def test_documents_without_ids_are_named_by_their_text(tmp_path: Path) -> None:
    def build(pipeline: beam.Pipeline) -> beam.PCollection:
        rows = [{"text": "一二三", "n": 1}, {"text": "一二三", "n": 2}]
        return pipeline | beam.Create(rows) | FromRows() | Deduplicate() | ToRows(dropped=True)

    of = {row["n"]: row["duplicate_of"] for row in collect(build, tmp_path)}
    assert of == {1: None, 2: content_hashes(pa.array(["一二三"]))[0].as_py().hex()}


def test_too_many_edges_are_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"more than max_edges=3 pairs of documents are similar"):
        fates(chains(), tmp_path, max_edges=3)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"treshold": 0.5}, r"Deduplicate: has no option 'treshold'; its options are exact, docum"),
        ({"threshold": 2}, r"Deduplicate: threshold is a Jaccard similarity above 0 and up to 1"),
        ({"exact": False, "document": None}, r"Deduplicate: exact and document are both off"),
        ({"prefer": "best"}, r"Deduplicate: prefer is longest, shortest or none; got 'best'"),
        ({"document": MinHashOptions(), "bands": 3}, r"Deduplicate: bands or document, not both"),
        ({"partitions": 0}, r"Deduplicate: partitions must be at least 1, got 0"),
        ({"rounds": -1}, r"Deduplicate: rounds must be at least 0, got -1"),
    ],
)
def test_options_that_cannot_be_meant(options: dict[str, Any], line: str) -> None:
    with pytest.raises(ConfigError, match=line):
        Deduplicate(**options)


PRISM = Path(__file__).parent.parent.parent / ".beyond" / "prism"


@pytest.mark.cluster
def test_prism_keeps_the_same(tmp_path: Path) -> None:
    if not PRISM.exists():
        pytest.skip("Prism is not there: `make setup-cluster` builds it where Go is installed")
    expected = fates(chains(), tmp_path)
    options = PipelineOptions([f"--prism_location={PRISM}", "--prism_log_level=warn"])
    assert fates(chains(), tmp_path, 7, create_runner("PrismRunner"), options) == expected


@pytest.mark.cluster
@pytest.mark.filterwarnings("ignore:.*<socket:pytest.PytestUnraisableExceptionWarning")
def test_spark_keeps_the_same(tmp_path: Path) -> None:
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed")
    if shutil.which("java") is None:
        pytest.skip("no java on PATH")
    expected = fates(chains(), tmp_path)
    here = str(Path(__file__).parent)
    runner = SparkRunner(
        {
            "spark.master": "local[2]",
            "spark.default.parallelism": "3",
            "spark.driver.memory": "1g",
            # The functions of the tests are imported by Spark's workers.
            "spark.executorEnv.PYTHONPATH": os.pathsep.join([here, *sys.path]),
        }
    )
    try:
        assert fates(chains(), tmp_path, 7, runner) == expected
    finally:
        runner.close()
