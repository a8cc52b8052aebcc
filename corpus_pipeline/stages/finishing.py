"""The end of the last pass: the documents of a unit, kept and rejected, and their tokens in runs.

What shards are cut from, and the ledger, follow in phases of their own: where the tokens of a
document will lie is known only when all are counted.
"""

import dataclasses
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline import storage
from corpus_pipeline.batches import alive
from corpus_pipeline.scrub.columns import FINDINGS_COLUMN, FINDINGS_TABLE
from corpus_pipeline.stages.writing import OF_SOURCES, ParquetPart, UnitWriter, rejected_path
from corpus_pipeline.steps import Step
from corpus_pipeline.tokens.keys import content_keys
from corpus_pipeline.tokens.runs import RunFormat, RunWriter
from corpus_pipeline.tokens.step import TOKEN_IDS
from corpus_pipeline.workspace.phase_table import LAST_PASS
from corpus_pipeline.workspace.state import FileEntry, Workspace


@dataclasses.dataclass(frozen=True)
class FinishedOptions:
    """Where finished units go, and what their tokens are like (None: no tokens)."""

    workspace: Workspace
    runs: RunFormat | None
    schema: pa.Schema
    """Of documents."""
    summed: frozenset[str]
    """Columns whose sums over the documents that stay are counted."""
    seed: int
    """What documents are shuffled by, where they are."""
    findings: bool = False
    """*scrub* is one of the steps, and lists what it found."""
    redaction: Step | None = None
    """The step that changes what is stored of dropped documents."""


def run_path(workspace: Workspace, unit: int, run: int) -> storage.Place:
    """Names a run of tokens of a unit."""
    return workspace.phase(LAST_PASS) / "runs" / f"{unit:05d}-{run}.arrow"


def portions_path(workspace: Workspace, unit: int) -> storage.Place:
    """Names the list of what the runs of a unit hold."""
    return workspace.phase(LAST_PASS) / "portions" / f"{unit:05d}.arrow"


class WriteFinishedUnit(UnitWriter):
    """Splits a unit into documents, rejected documents and tokens."""

    def __init__(self, options: FinishedOptions) -> None:
        super().__init__(options.workspace, options.redaction)
        self.options = options

    def begin(self, unit: int) -> None:
        """Opens the unit's files."""
        kept = self.workspace.part("documents", unit, "parquet")
        rejected = rejected_path(self.workspace, LAST_PASS, unit)
        self._kept = ParquetPart(self.open(kept), self.options.schema)
        self._rejected = ParquetPart(self.open(rejected), self.options.schema)
        self._findings: ParquetPart | None = None
        if self.options.findings:
            path = self.workspace.part("pii", unit, "parquet")
            self._findings = ParquetPart(self.open(path), FINDINGS_TABLE)
        self._runs: list[tuple[storage.AtomicFile, int]] = []
        self._writer: RunWriter | None = None
        if self.options.runs is not None:
            self._counts["tokens"] = 0
            self._writer = RunWriter(self.options.runs, self._save)

    def add(self, batch: pa.RecordBatch) -> None:
        """Writes documents by fate, and the tokens of those that stay."""
        self.count_fates(batch)
        living = alive(batch)
        kept = batch.filter(living)
        if self._writer is not None:
            self._add_tokens(self._writer, kept)
        self._kept.write(kept)
        self._rejected.write(self.dropped(batch, living))
        if self._findings is not None:
            self._findings.write(flat_findings(batch))
        self._counts.update(fate_counts(kept, self.options.summed))
        self._counts.update(source_counts(batch))

    def _add_tokens(self, writer: RunWriter, kept: pa.RecordBatch) -> None:
        lists = kept[TOKEN_IDS]
        offsets = lists.offsets.to_numpy().astype(np.int64)
        keys = content_keys(kept["content_hash"], self.options.seed, "order")
        writer.write(
            kept["id"], kept["unit"].to_numpy(), kept["row"].to_numpy(), kept["split"],
            kept["source"], keys, offsets, lists.values.to_numpy(),
        )  # fmt: skip
        self._counts["tokens"] += int(offsets[-1] - offsets[0])

    def _save(self, run: int, schema: pa.Schema, portions: Iterable[pa.RecordBatch]) -> None:
        assert self._unit is not None
        file, documents = self.open(run_path(self.workspace, self._unit, run)), 0
        with pa.ipc.new_file(file.sink, schema) as sink:
            for portion in portions:
                sink.write_batch(portion)
                documents += portion.num_rows
        self._runs.append((file, documents))

    def finish(self, unit: int) -> list[FileEntry]:
        """Commits documents, rejected documents and runs."""
        entries = [part.commit(self.workspace) for part in (self._kept, self._rejected)]
        if self._findings is not None:
            entries.append(self._findings.commit(self.workspace))
        if self._writer is not None:
            portions = self._writer.close()
            for file, documents in self._runs:
                entries.append(self.workspace.entry(file.target, documents, file.commit()))
            path = portions_path(self.workspace, unit)
            entries.append(self.workspace.put_table(path, portions))
        return entries


def flat_findings(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Turns the findings of N documents into rows of the table of findings.

    A document of an earlier pass, or one that *scrub* leaves alone, has none.
    """
    if FINDINGS_COLUMN not in batch.schema.names:
        return pa.RecordBatch.from_pylist([], FINDINGS_TABLE)
    lists = batch[FINDINGS_COLUMN]
    times = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
    rows = np.repeat(np.arange(batch.num_rows), times)
    found = lists.flatten()
    columns = [batch[name].take(pa.array(rows)) for name in ("unit", "row", "id", "source")]
    return pa.RecordBatch.from_arrays([*columns, *found.flatten()], schema=FINDINGS_TABLE)


def fate_counts(kept: pa.RecordBatch, summed: frozenset[str]) -> dict[str, int]:
    """Sums what was cut out of and replaced in the documents that stay.

    >>> kept = pa.record_batch({"removed_sentences": [1, 2], "words": [7, 8]})
    >>> fate_counts(kept, frozenset({"removed_sentences"}))
    {'removed_sentences': 3}
    """
    names = [name for name in kept.schema.names if name in summed]
    return {name: int(pc.sum(kept[name]).as_py() or 0) for name in names}


def source_counts(batch: pa.RecordBatch) -> dict[str, int]:
    """Sums `OF_SOURCES` by the source of the documents: `sentence_lost/SOURCE` -> characters.

    >>> source_counts(pa.record_batch({"source": ["百科", "百科"], "sentence_lost": [1, 2]}))
    {'sentence_lost/百科': 3}
    """
    names = [name for name in OF_SOURCES if name in batch.schema.names]
    if not names:
        return {}
    table = pa.Table.from_batches([batch]).select(["source", *names])
    sums = table.group_by("source").aggregate([(name, "sum") for name in names]).to_pylist()
    return {f"{name}/{row['source']}": row[f"{name}_sum"] for row in sums for name in names}
