"""Repeated strings: from anchors to windows of units, and to what is removed.

substring      equal anchors of texts           -> who is wanted for them
windows        (map over units)                 -> hashes of the strings that have wanted anchors
repeats        equal windows                    -> removals: strings, and those that stay
"""

import dataclasses
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.address import ROW_BITS
from corpus_pipeline.dedup.anchors import RepeatOptions, hash_windows, repeated_anchors
from corpus_pipeline.dedup.matches import HASH_KEY, SubstringMatch
from corpus_pipeline.dedup.survivors import Preference, document_ranks
from corpus_pipeline.stages.match_options import Batches, MatchOptions, Outcome
from corpus_pipeline.stages.writing import prepared_path
from corpus_pipeline.transforms import StageCounters, Tally, Transform
from corpus_pipeline.workspace.phase_table import merge_of, row_of
from corpus_pipeline.workspace.state import Manifest, Workspace

_MATCH, _WINDOWS = row_of(SubstringMatch.kind), row_of("windows")
_WANTED = f"{merge_of(_MATCH.name)}/{_MATCH.merged}"


def find_wanted(options: MatchOptions, partition: int, batches: Batches) -> Outcome:
    """Writes who has an anchor that stands at several places."""
    (batch,) = batches.values()
    records = repeated_anchors(*(batch[n].to_numpy() for n in (HASH_KEY, "address")))
    if records.num_rows == 0:
        return Outcome()
    (folder,) = _MATCH.folders
    path = options.workspace.work / folder / f"{partition:05d}.arrow"
    return Outcome([options.workspace.put_by_group(path, records)])


@dataclasses.dataclass(frozen=True)
class WindowOptions:
    """How the windows of wanted anchors are hashed and cut."""

    workspace: Workspace
    name: str
    """Of the pass whose documents are compared."""
    repeats: RepeatOptions
    prefer: Preference
    partitions: int


class WindowUnit(Transform):
    """Writes the windows of a unit that have wanted anchors, cut by the partition of these."""

    output = int

    def __init__(self, options: WindowOptions) -> None:
        self.options = options

    def setup(self, tally: Tally) -> None:
        """Makes the stage's counters."""
        self._counters = StageCounters("dedup", tally)

    def process(self, unit: int) -> Iterator[int]:
        """Hashes the windows of one unit; emits its number."""
        workspace = self.options.workspace
        with self._counters.clock():
            wanted = workspace.read_unit(workspace.work / _WANTED, unit)
            entries = []
            if wanted is not None and wanted.num_rows:
                records = pa.concat_batches(self._records(unit, wanted))
                (folder,) = _WINDOWS.folders
                path = workspace.work / folder / f"{unit:05d}.arrow"
                keys = records[HASH_KEY].to_numpy()
                entries.append(
                    workspace.put_partitioned(path, records, keys, self.options.partitions)
                )
            workspace.put_manifest(Manifest(_WINDOWS.name, unit, tuple(entries), {}))
        self._counters.finished()
        yield unit

    def _records(self, unit: int, wanted: pa.Table) -> Iterator[pa.RecordBatch]:
        """Yields runs of windows of the documents that are wanted."""
        rows = wanted["address"].to_numpy() & np.uint64(0xFFFFFFFF)
        keys = wanted["key"].to_numpy()
        path = prepared_path(self.options.workspace, self.options.name, unit)
        columns = ["row", "text", "priority", "content_hash"]
        with storage.open_parquet(path) as file:
            for batch in file.iter_batches(columns=columns, batch_size=1 << 10):
                numbers = batch["row"].to_numpy().astype(np.uint64)
                start, end = np.searchsorted(rows, [numbers[0], numbers[-1] + np.uint64(1)])
                if start == end:
                    continue
                here, counts = np.unique(rows[start:end], return_counts=True)
                taken = batch.take(pa.array(np.searchsorted(numbers, here)))
                offsets = np.append(0, np.cumsum(counts)).astype(np.int64)
                runs = hash_windows(taken["text"], offsets, keys[start:end], self.options.repeats)
                lists = pa.ListArray.from_arrays(
                    pa.array(runs.offsets.astype(np.int32)), pa.array(runs.hashes)
                )
                yield pa.record_batch(
                    {
                        HASH_KEY: runs.anchors,
                        "address": (np.uint64(unit << ROW_BITS) | here)[runs.texts],
                        "rank": self._ranks(taken)[runs.texts],
                        "start": runs.starts,
                        "windows": lists,
                    }
                )

    def _ranks(self, documents: pa.RecordBatch) -> NDArray[np.uint64]:
        lengths = pc.utf8_length(documents["text"]).to_numpy().astype(np.int64)
        priorities = documents["priority"].to_numpy(zero_copy_only=False).astype(np.uint8)
        hashes = documents["content_hash"]
        return document_ranks(priorities, lengths, hashes, prefer=self.options.prefer)
