"""Every stage runs by its own options, without a plan and without a configuration of a run."""

import ast
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import corpora
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus_pipeline.dedup.matches import ExactMatch
from corpus_pipeline.engines.in_process import run_transforms
from corpus_pipeline.filters.quality.step import Quality
from corpus_pipeline.flow import document_schema, ledger_schema
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.records import ReadOptions
from corpus_pipeline.stages.dedup import DedupOptions, ReadPreparedUnit, RemoveDuplicates
from corpus_pipeline.stages.finishing import FinishedOptions, WriteFinishedUnit
from corpus_pipeline.stages.hashing import HashBatch, HashOptions
from corpus_pipeline.stages.ledger import LedgerOptions, WriteLedger
from corpus_pipeline.stages.mapping import ApplyStep
from corpus_pipeline.stages.match_options import HashFolder, MatchOptions
from corpus_pipeline.stages.matching import MatchPartition, ReadHashes
from corpus_pipeline.stages.read import ReadStageOptions, ReadUnit
from corpus_pipeline.stages.writing import PreparedOptions, WritePreparedUnit
from corpus_pipeline.transforms import Transform, Work
from corpus_pipeline.workspace.state import Workspace
from corpus_pipeline.workspace.units import Unit

PARTITIONS = 2
TEXT = corpora.ENGLISH["plain"].text
DOCUMENTS = [{"text": TEXT}, {"text": "短。"}, {"text": TEXT}]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """The folder of a run of one unit, which is one file."""
    source = tmp_path / "a.jsonl"
    source.write_text("".join(json.dumps(document) + "\n" for document in DOCUMENTS))
    made = Workspace(str(tmp_path / "out"), 1, "run")
    unit = Unit(0, "web", (Piece(str(source), "jsonl", None, 0, None),))
    Path(str(made.work)).mkdir(parents=True)
    table = pa.table({"unit": [unit.to_json()]})
    with pa.ipc.new_file(str(made.units_file), table.schema) as writer:
        writer.write_table(table)
    return made


def run(elements: Iterable[Any], *transforms: Transform) -> None:
    """Sends elements through stages, in this process."""
    run_transforms(Work([(0,)], lambda _: list(elements), transforms))


def prepare(workspace: Workspace) -> None:
    schema = document_schema()
    reading = ReadStageOptions(
        str(workspace.units_file), {"web": ReadOptions()}, {"web": 1}, schema
    )
    hashing = HashOptions((ExactMatch(),), "longest")
    writing = PreparedOptions(workspace, "prepare", PARTITIONS, schema)
    run(
        [0],
        ReadUnit(reading),
        ApplyStep(Quality()),
        HashBatch(hashing),
        WritePreparedUnit(writing),
    )


def match(workspace: Workspace, phase: str, folder: str, partitions: int) -> None:
    options = MatchOptions(
        workspace, phase, (HashFolder(folder, 1),), ((0, partitions),), partitions, of=ExactMatch()
    )
    files = [(0, number) for number in range(PARTITIONS)]
    run(files, ReadHashes(options), MatchPartition(options))


def fates(workspace: Workspace) -> Sequence[str | None]:
    ledger = workspace.part("ledger", 0, "parquet")
    reasons: list[str | None] = pq.read_table(str(ledger))["drop_reason"].to_pylist()
    return reasons


def test_all_stages_by_their_own_options(workspace: Workspace) -> None:
    prepare(workspace)
    match(workspace, "exact", "prepare/hashes/exact", PARTITIONS)
    match(workspace, "merge-exact", "exact/removals", workspace.groups)
    finished = FinishedOptions(workspace, None, document_schema(), frozenset(), seed=1)
    run(
        [0],
        ReadPreparedUnit(workspace, "prepare", "finish"),
        RemoveDuplicates(DedupOptions(workspace, ("merge-exact",))),
        WriteFinishedUnit(finished),
    )
    listed = LedgerOptions(workspace, ("prepare", "finish"), ledger_schema(), tokens=False)
    run([0], WriteLedger(listed))
    kept, short, copy = fates(workspace)
    assert (kept, copy) == (None, "exact-duplicate")
    assert short is not None
    assert short in Quality.reasons


def test_no_plan_and_no_configuration_were_needed() -> None:
    names = [
        node.module
        for node in ast.walk(ast.parse(Path(__file__).read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
    ]
    assert not [name for name in names if name and "pipelines" in name]
