"""Matches whose hashes propose what goes: who is wanted, and a second look at the texts of these.

first phase    equal hashes                    -> who is wanted for them (`wanted`, merged by unit)
second look    (map over units)                -> what is compared: shingle sets, hashes of windows
third phase    what is equal of that           -> edges, or what goes

    shingles   sets of the candidates for near copies
    windows    strings whose anchors stand elsewhere, too
    ngrams     the same, of words within a paragraph

What the second look finds may be larger than the text: windows of bytes are eight times as large.
So it is written in cuts of `HELD_BYTES` while texts are read, some MiB at a time (see `blocks`),
and where windows are compared there are as many partitions as their bytes ask for (`sizing`).
"""

import dataclasses
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.address import ROW_BITS
from corpus_pipeline.dedup.anchors import repeated_anchors
from corpus_pipeline.dedup.matches import HASH_KEY, Match, WantedTexts
from corpus_pipeline.dedup.survivors import Preference
from corpus_pipeline.stages.match_options import Batches, MatchOptions, Outcome
from corpus_pipeline.stages.writing import prepared_path
from corpus_pipeline.transforms import StageCounters, Tally, Transform
from corpus_pipeline.workspace.phase_table import merge_of, row_of
from corpus_pipeline.workspace.state import Manifest, Workspace

#: Bytes of records that are sorted into partitions at once; a copy of them is held, too.
HELD_BYTES = 32 * 2**20
#: Bytes of text whose records are made at once; a longer document is one piece.
TEXT_TOGETHER = 2 * 2**20
#: Count of a first phase: bytes of the records that its second look will write, about.
FOUND_BYTES = "second_look_bytes"


def find_wanted(options: MatchOptions, partition: int, batches: Batches) -> Outcome:
    """Writes who has an anchor that stands at several places; counts the bytes of its windows."""
    (batch,) = batches.values()
    assert options.of is not None
    wanted = repeated_anchors(*(batch[n].to_numpy() for n in (HASH_KEY, "address")))
    if wanted.records.num_rows == 0:
        return Outcome()
    (folder,) = row_of(options.phase).folders
    path = options.workspace.work / folder / f"{partition:05d}.arrow"
    written = options.workspace.put_by_group(path, wanted.records)
    return Outcome([written], {FOUND_BYTES: wanted.places * options.of.bytes_of_anchor})


@dataclasses.dataclass(frozen=True)
class SecondLookOptions:
    """A second look at the documents of units."""

    workspace: Workspace
    phase: str
    """Its name."""
    documents: str
    """The pass whose documents are compared."""
    of: Match
    prefer: Preference
    partitions: int
    """Into which what is found is cut."""


class SecondLook(Transform):
    """Writes what a match wants to know of the wanted texts of a unit, cut by partition."""

    output = int

    def __init__(self, options: SecondLookOptions) -> None:
        self.options = options

    def setup(self, tally: Tally) -> None:
        """Makes the stage's counters."""
        self._counters = StageCounters("dedup", tally)

    def process(self, unit: int) -> Iterator[int]:
        """Looks at one unit; emits its number."""
        options, workspace = self.options, self.options.workspace
        with self._counters.clock():
            first = row_of(options.of.kind)
            wanted = workspace.read_unit(
                workspace.phase(merge_of(first.name)) / str(first.merged), unit
            )
            entries = []
            if wanted is not None and wanted.num_rows:
                (folder,) = row_of(options.phase).folders
                path = workspace.work / folder / f"{unit:05d}.arrow"
                entries = workspace.put_as_found(
                    path,
                    self._records(unit, wanted),
                    options.of.cut_by,
                    options.partitions,
                    HELD_BYTES,
                )
            workspace.put_manifest(Manifest(options.phase, unit, tuple(entries), {}))
        self._counters.finished()
        yield unit

    def _records(self, unit: int, wanted: pa.Table) -> Iterator[pa.RecordBatch]:
        """Yields what the match says of the documents that are wanted, some at a time."""
        rows, keys = _distinct(wanted)
        path = prepared_path(self.options.workspace, self.options.documents, unit)
        columns = ["row", "text", "priority", "content_hash"]
        with storage.open_parquet(path) as file:
            for group in range(file.num_row_groups):
                table = file.read_row_group(group, columns=columns)
                batch = table.combine_chunks().to_batches()[0]
                numbers = batch["row"].to_numpy().astype(np.uint64)
                start, end = np.searchsorted(rows, [numbers[0], numbers[-1] + np.uint64(1)])
                if start == end:
                    continue
                here, counts = np.unique(rows[start:end], return_counts=True)
                taken = batch.take(pa.array(np.searchsorted(numbers, here)))
                offsets = start + np.append(0, np.cumsum(counts)).astype(np.int64)
                for first, stop in _pieces(taken["text"]):
                    borders = offsets[first : stop + 1]
                    texts = WantedTexts(
                        taken.slice(first, stop - first),
                        np.uint64(unit << ROW_BITS) | here[first:stop],
                        borders - borders[0],
                        keys[borders[0] : borders[-1]],
                        self.options.prefer,
                    )
                    yield self.options.of.look_again(texts)


def _distinct(wanted: pa.Table) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Returns rows and keys, ascending; several partitions may want the same of a document."""
    rows = wanted["address"].to_numpy() & np.uint64(0xFFFFFFFF)
    keys = wanted["key"].to_numpy()
    new = np.append(True, (rows[1:] != rows[:-1]) | (keys[1:] != keys[:-1]))
    return rows[new], keys[new]


def _pieces(texts: pa.Array) -> Iterator[tuple[int, int]]:
    """Yields borders of runs of texts of about `TEXT_TOGETHER` bytes."""
    ends = np.cumsum(pc.binary_length(texts).to_numpy(zero_copy_only=False).astype(np.int64))
    number = (ends - 1) // TEXT_TOGETHER
    borders = np.flatnonzero(np.diff(number, prepend=-2, append=-2)).tolist()
    yield from pairwise(borders)
