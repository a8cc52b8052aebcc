"""The ends of the map phases: a unit's batches into files, then its manifest.

The batches of a unit arrive in one bundle, in order, closed by its end. A runner that would deliver
them otherwise is found out by the batch numbers, and the unit fails instead of losing rows.
"""

import contextlib
import dataclasses
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus_pipeline import storage
from corpus_pipeline.address import BatchKey, packed_addresses
from corpus_pipeline.batches import alive, conform, one_batch, unit_end
from corpus_pipeline.dedup.matches import HASH_KEY, MATCHES
from corpus_pipeline.errors import EngineError
from corpus_pipeline.filters.gathering import Gathering
from corpus_pipeline.leniencies import leniency_counts
from corpus_pipeline.stages.mapping import Chosen
from corpus_pipeline.steps import Step, source_of
from corpus_pipeline.transforms import Keyed, StageCounters, Tally, Transform
from corpus_pipeline.workspace.phase_table import FIRST_PASS, LAST_PASS
from corpus_pipeline.workspace.state import FileEntry, Manifest, Workspace

#: Columns for counts of each source, which are in no file: characters that came to sentence
#: deduplication, what it took of them, and documents that it left whole because it would have taken
#: too much.
OF_SOURCES = ("sentence_chars", "sentence_lost", "sentence_whole")

#: Counts of each source that are of no column: documents that were read, and those that have an
#: address.
READ_OF_SOURCES = ("read_documents", "read_addresses")

#: Tables of a step that gathers which are held before they are merged.
_GATHERED_TOGETHER = 32

#: Content of a row group, about: what a reader of documents/ holds at once.
_ROW_GROUP_BYTES = 4 * 2**20


class ParquetPart:
    """One Parquet file in the making; null columns cost nothing."""

    def __init__(self, file: storage.AtomicFile, schema: pa.Schema) -> None:
        self._file = file
        self._schema = schema
        self._writer = pq.ParquetWriter(
            self._file.sink, schema, compression="zstd", compression_level=3
        )
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_bytes = 0
        self.rows = 0

    def write(self, batch: pa.RecordBatch) -> None:
        """Adds documents of one source.

        Small batches share a row group, sources never: a later stage, which reads row groups, takes
        its rules from the first row of a batch.
        """
        if batch.num_rows:
            if self._waiting and self._waiting[-1]["source"][0] != batch["source"][0]:
                self._flush()
            self._waiting.append(conform(batch, self._schema))
            self._waiting_bytes += batch.nbytes
            self.rows += batch.num_rows
            if self._waiting_bytes >= _ROW_GROUP_BYTES:
                self._flush()

    def _flush(self) -> None:
        if self._waiting:
            table = pa.Table.from_batches(self._waiting, self._schema)
            self._writer.write_table(table, row_group_size=table.num_rows)
        self._waiting, self._waiting_bytes = [], 0

    def commit(self, workspace: Workspace) -> FileEntry:
        """Puts the file under its name."""
        self._flush()
        self._writer.close()
        return workspace.entry(self._file.target, self.rows, self._file.commit())


class UnitWriter(Transform):
    """Collects the batches of one unit at a time; emits the unit's number when it is written."""

    output = int

    def __init__(self, workspace: Workspace, redaction: Step | None = None) -> None:
        """Takes where to write.

        Args:
            workspace: of the run.
            redaction: the step that changes what is stored of dropped documents.
        """
        self.workspace = workspace
        self.redaction = redaction

    def setup(self, tally: Tally) -> None:
        """Makes the counters of writing, and opens the step of redaction."""
        if self.redaction is not None:
            self.redaction.open()
        self._counters = StageCounters("write", tally)
        self._unit: int | None = None
        self._opened: list[storage.AtomicFile] = []

    def start_bundle(self) -> None:
        """Starts without a unit: units never span bundles."""
        self._discard()

    def process(self, element: Keyed) -> Iterator[int]:
        """Writes one batch, or finishes the unit."""
        key, batch = element
        with self._counters.clock():
            try:
                manifest = self._take(key, batch)
            except BaseException:
                self._discard()
                raise
        if manifest is not None:
            self._counters.finished(manifest.errors)
            yield key.unit

    def finish_bundle(self) -> None:
        """Refuses a bundle that ends in the middle of a unit."""
        unit = self._unit
        if unit is not None:
            self._discard()
            raise EngineError(f"unit {unit}: the bundle ended before the unit did")

    def teardown(self) -> None:
        """Removes what a unit has written that an earlier stage has failed at."""
        self._discard()

    def _take(self, key: BatchKey, batch: pa.RecordBatch) -> Manifest | None:
        """Adds a batch to its unit; returns the manifest when it was the last one."""
        if self._unit is None:
            self._unit, self._expected = key.unit, 0
            self._counts: Counter[str] = Counter()
            self.begin(key.unit)
        if (key.unit, key.batch) != (self._unit, self._expected):
            raise EngineError(
                f"unit {self._unit}: batch {self._expected} was due, {key} came; "
                "the runner does not keep a unit's batches together"
            )
        end = unit_end(batch)
        if end is None:
            self._expected += 1
            self.add(batch)
            return None
        batches, notes = end
        if batches != self._expected:
            raise EngineError(f"unit {key.unit}: {self._expected} of {batches} batches came")
        self._counts.update(notes)
        # A job that outlives its driver must not write into the run that follows.
        self.workspace.refuse_thrown_away()
        files = tuple(self.finish(key.unit))
        manifest = Manifest(key.phase, key.unit, files, dict(sorted(self._counts.items())))
        self.workspace.put_manifest(manifest)
        self._unit, self._opened = None, []
        return manifest

    def _discard(self) -> None:
        """Removes what a unit that failed has written so far."""
        opened, self._unit, self._opened = self._opened, None, []
        with contextlib.ExitStack() as each:
            for file in opened:
                each.callback(file.abandon)

    def open(self, path: storage.Place) -> storage.AtomicFile:
        """Opens a file of the unit, which is removed again unless the unit is finished."""
        file = storage.AtomicFile(path)
        self._opened.append(file)
        return file

    def begin(self, unit: int) -> None:
        """Opens the files of a unit."""
        raise NotImplementedError

    def add(self, batch: pa.RecordBatch) -> None:
        """Adds a batch to the files."""
        raise NotImplementedError

    def finish(self, unit: int) -> list[FileEntry]:
        """Commits the files."""
        raise NotImplementedError

    def dropped(self, batch: pa.RecordBatch, living: pa.Array) -> pa.RecordBatch:
        """Returns the documents of a batch that do not live, as they may be stored."""
        batch = batch.filter(pc.invert(living))
        if self.redaction is None or not batch.num_rows:
            return batch
        return self.redaction.redacted(batch)

    def count_fates(self, batch: pa.RecordBatch) -> None:
        """Counts documents and drop reasons of a batch."""
        self._counts["documents"] += batch.num_rows
        for item in batch["drop_reason"].drop_null().value_counts():
            self._counts[f"dropped-{item['values']}"] += item["counts"].as_py()


@dataclasses.dataclass(frozen=True)
class PreparedOptions:
    """Where prepared units go and how their hashes are cut."""

    workspace: Workspace
    name: str
    """Of the pass, which is that of its phase."""
    partitions: int
    schema: pa.Schema
    """Of documents."""
    redaction: Step | None = None
    """The step that changes what is stored of dropped documents."""
    gathering: Gathering | None = None
    """The step that looks at the whole run behind this pass."""


def hash_folder(workspace: Workspace, name: str, kind: str) -> storage.Place:
    """Names the folder of one kind of hashes that a pass has made."""
    return workspace.phase(name) / "hashes" / kind


def prepared_path(workspace: Workspace, name: str, unit: int) -> storage.Place:
    """Names the file of a unit's documents between a pass and the next."""
    return workspace.phase(name) / "documents" / f"{unit:05d}.parquet"


def gathered_path(workspace: Workspace, name: str, unit: int) -> storage.Place:
    """Names the file of what the last step of a pass has gathered of a unit."""
    return workspace.phase(name) / "gathered" / f"{unit:05d}.arrow"


def rejected_path(workspace: Workspace, name: str, unit: int) -> storage.Place:
    """Names the file of the documents of a unit that a pass has dropped.

    >>> str(rejected_path(Workspace("out", 1, "r"), "prepare-2", 0))
    'out/rejected/filtered2-00000-of-00001.parquet'
    """
    last = name == LAST_PASS
    prefix = "deduplicated" if last else f"filtered{name.removeprefix(FIRST_PASS)[1:]}"
    return workspace.part("rejected", unit, "parquet", prefix)


class WritePreparedUnit(UnitWriter):
    """Splits a unit into documents, rejected documents and hashes."""

    def __init__(self, options: PreparedOptions) -> None:
        super().__init__(options.workspace, options.redaction)
        self.options = options

    def begin(self, unit: int) -> None:
        """Opens the two Parquet files."""
        self._kept = ParquetPart(
            self.open(prepared_path(self.workspace, self.options.name, unit)), self.options.schema
        )
        path = rejected_path(self.workspace, self.options.name, unit)
        self._rejected = ParquetPart(self.open(path), self.options.schema)
        self._hashes: dict[str, list[pa.RecordBatch]] = {}
        self._gathered: list[pa.RecordBatch] = []
        if self.options.gathering is not None:
            self._chosen = Chosen(self.options.gathering)

    def add(self, batch: pa.RecordBatch) -> None:
        """Writes documents by fate; keeps the hashes of those alive (a tenth of their text)."""
        self.count_fates(batch)
        if self.options.name == FIRST_PASS:
            self._counts.update(leniency_counts(batch["leniencies"]))
            self._counts.update(_read_counts(batch))
        living = alive(batch)
        kept = batch.filter(living)
        self._kept.write(kept)
        self._rejected.write(self.dropped(batch, living))
        for kind, records in hash_records(kept).items():
            self._hashes.setdefault(kind, []).append(records)
        gathering = self.options.gathering
        if gathering is not None and batch.num_rows:
            if (seen := self._chosen.among(batch)).num_rows:
                self._gathered.append(gathering.gather(seen))
            if len(self._gathered) > _GATHERED_TOGETHER:
                self._gathered = [gathering.merged(self._gathered)]

    def finish(self, unit: int) -> list[FileEntry]:
        """Commits documents, rejected documents and one file of hashes of each kind."""
        entries = [part.commit(self.workspace) for part in (self._kept, self._rejected)]
        for kind, batches in sorted(self._hashes.items()):
            batch = one_batch(pa.Table.from_batches(batches))
            path = hash_folder(self.workspace, self.options.name, kind) / f"{unit:05d}.arrow"
            keys = batch[HASH_KEY].to_numpy()
            partitions = self.options.partitions
            entries.append(self.workspace.put_partitioned(path, batch, keys, partitions))
        if self.options.gathering is not None:
            found = self.options.gathering.merged(self._gathered)
            path = gathered_path(self.workspace, self.options.name, unit)
            entries.append(self.workspace.put_table(path, found))
        return entries


def _read_counts(batch: pa.RecordBatch) -> dict[str, int]:
    """Counts `READ_OF_SOURCES` of a batch, whose documents are of one source."""
    if not batch.num_rows:
        return {}
    addresses = batch.num_rows - batch["url"].null_count
    source = source_of(batch)
    found = zip(READ_OF_SOURCES, (batch.num_rows, addresses), strict=True)
    return {f"{name}/{source}": count for name, count in found}


#: Kind of match -> column of a batch with the records of each document.
HASHES_OF = {match.kind: f"hash_{match.kind}" for match in MATCHES}


def hash_records(batch: pa.RecordBatch) -> dict[str, pa.RecordBatch]:
    """Turns the hash columns of N documents into flat records, kind by kind.

    Every record carries what its match needs: the hash, the document's address and mostly its rank.
    """
    present = set(batch.schema.names)
    if "hash_rank" not in present:
        return {}
    addresses = packed_addresses(batch["unit"].to_numpy(), batch["row"].to_numpy())
    ranks = batch["hash_rank"].to_numpy()
    records = {}
    for match in MATCHES:
        name = HASHES_OF[match.kind]
        if name not in present:
            continue
        times = pc.fill_null(pc.list_value_length(batch[name]), 0).to_numpy()
        found = batch[name].flatten()
        columns = dict(zip((f.name for f in found.type), found.flatten(), strict=True))
        columns["address"] = np.repeat(addresses, times)
        if match.ranked:
            columns["rank"] = np.repeat(ranks, times)
        records[match.kind] = pa.record_batch(columns)
    return records
