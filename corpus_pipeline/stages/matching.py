"""*dedup*, second part: hashes grouped by partition, removals out.

    units' hash files --ReadHashes--> (partition, block) --GroupByKey--> one partition's records
                                                                              | a pure function
                                                                              v
                                                       removals of that partition, sorted by address

Document duplicates take more steps, because hashes only propose them: see `near_copies`.

What partitions find is wanted by units. A merge brings it there, by the same shuffle, with groups
of units in the place of partitions:

    files cut by group --ReadHashes--> (group, block) --GroupByKey--> one file of each group
"""

import contextlib
import itertools
from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.batches import from_ipc, to_ipc
from corpus_pipeline.dedup.blocks import blocks_of, cuts_of, partition_of, sorted_by_address
from corpus_pipeline.dedup.matches import MATCHES
from corpus_pipeline.dedup.peeling import half_edges
from corpus_pipeline.stages import near_copies
from corpus_pipeline.stages.match_options import Batches, MatchFunction, MatchOptions, Outcome
from corpus_pipeline.stages.resolving import resolve_step
from corpus_pipeline.stages.second_look import find_wanted
from corpus_pipeline.transforms import StageCounters, Tally, Transform, unrolled
from corpus_pipeline.workspace.phase_table import MERGES, row_of
from corpus_pipeline.workspace.state import FileEntry, Manifest

Block = tuple[int, bytes]
"""(partition, Arrow IPC of at most 4 MiB of records); empty bytes say that the partition is."""

#: Blocks between two looks at the clock: at most 64 MiB, and usually some kilobytes.
_BLOCKS_TOGETHER = 16
#: Bytes from which on a remote file is read in large pieces, from there on where they begin.
_READ_AHEAD = 4 * 2**20


class ReadHashes(Transform):
    """Reads this pipeline's partitions out of the hash files."""

    output = Block

    def __init__(self, options: MatchOptions) -> None:
        self.options = options

    def setup(self, tally: Tally) -> None:
        """Makes the stage's counters."""
        self._counters = StageCounters("dedup", tally)

    def process(self, file: tuple[int, int]) -> Iterator[Block]:
        """Yields the blocks of one file, given as (folder, number).

        The first file also gives an empty block of each partition: one without a record must be
        found empty, not missing.
        """
        options = self.options
        folder, number = file
        if file == (0, 0):
            for partition in self._partitions():
                yield partition, b""
        path = options.workspace.work / options.inputs[folder].path / f"{number:05d}.arrow"
        try:
            size = storage.size(path)
        except FileNotFoundError:
            options.workspace.refuse_unseen(path, number)
            return
        if options.inputs[folder].edges:
            yield from self._edges(path)
            return
        with self._counters.clock():
            excluded = self._excluded(number)
        wanted = sum(end - start for start, end in options.partitions) / options.total_partitions
        with _reader(path, wanted * size) as hashes:
            blocks = self._blocks(hashes, excluded)
            while True:
                with self._counters.clock():
                    found = list(itertools.islice(blocks, _BLOCKS_TOGETHER))
                if not found:
                    return
                yield from found

    def _blocks(
        self, hashes: pa.ipc.RecordBatchFileReader, excluded: NDArray[np.uint64]
    ) -> Iterator[Block]:
        for partition in self._partitions():
            for records in cuts_of(hashes, partition, self.options.total_partitions):
                if len(excluded):
                    gone = np.isin(records["address"].to_numpy(), excluded)
                    records = records.filter(pa.array(~gone))
                for block in blocks_of(records):
                    yield partition, to_ipc(block)

    def _edges(self, path: storage.Place) -> Iterator[Block]:
        """Yields both halves of each edge of a file, each to the partition of its document."""
        with storage.open_arrow(path) as file, self._counters.clock():
            halves = half_edges(file.read_all())
        partition_ids = partition_of(halves["address"].to_numpy(), self.options.total_partitions)
        order = np.argsort(partition_ids, kind="stable")
        borders = np.searchsorted(
            partition_ids[order], np.arange(self.options.total_partitions + 1)
        )
        for partition in self._partitions():
            records = halves.take(pa.array(order[borders[partition] : borders[partition + 1]]))
            for block in blocks_of(records):
                yield partition, to_ipc(block)

    def _partitions(self) -> Iterator[int]:
        return itertools.chain.from_iterable(map(unrolled, self.options.partitions))

    def _excluded(self, unit: int) -> NDArray[np.uint64]:
        """Addresses of the unit's documents that earlier matches removed."""
        workspace = self.options.workspace
        folders = [workspace.work / name for name in self.options.exclude]
        tables = [workspace.read_unit(folder, unit) for folder in folders]
        columns = [t["address"].to_numpy() for t in tables if t is not None and t.num_rows]
        return np.concatenate(columns) if columns else np.zeros(0, np.uint64)


@contextlib.contextmanager
def _reader(path: storage.Place, wanted_bytes: float) -> Iterator[pa.ipc.RecordBatchFileReader]:
    """Opens a file of which neighbouring record batches are wanted; many of them come together."""
    if storage.is_local(path) or wanted_bytes < _READ_AHEAD:
        with storage.open_arrow(path) as reader:
            yield reader
    else:
        with storage.opened(path) as file:
            yield pa.ipc.open_file(pa.PythonFile(file, "r"))


class MatchPartition(Transform):
    """Applies the phase's match to one partition and writes what it finds."""

    output = int
    grouped = True

    def __init__(self, options: MatchOptions) -> None:
        self.options = options

    def setup(self, tally: Tally) -> None:
        """Makes the stage's counters."""
        self._counters = StageCounters("dedup", tally)

    def process(self, element: tuple[int, Iterable[bytes]]) -> Iterator[int]:
        """Writes the files of one partition, then its manifest; emits the partition."""
        partition, blocks = element
        options = self.options
        with self._counters.clock():
            batches = joined_batches(blocks)
            function = DONE_BY[options.does or options.phase]
            idle = not batches and options.before is None
            outcome = Outcome() if idle else function(options, partition, batches)
            files, counts = tuple(outcome.files), outcome.all_counts
            manifest = Manifest(options.phase, partition, files, counts)
            options.workspace.put_manifest(manifest)
        self._counters.finished()
        yield partition


def joined_batches(blocks: Iterable[bytes]) -> dict[tuple[str, ...], pa.RecordBatch]:
    """Joins blocks into one batch for each set of column names.

    Blocks come in any order; the matches do not depend on it.
    """
    return by_columns(from_ipc(block) for block in blocks if block)


def by_columns(batches: Iterable[pa.RecordBatch]) -> dict[tuple[str, ...], pa.RecordBatch]:
    """Joins batches into one for each set of column names."""
    found: dict[tuple[str, ...], list[pa.RecordBatch]] = {}
    for batch in batches:
        found.setdefault(tuple(batch.schema.names), []).append(batch)
    return {names: pa.concat_batches(each) for names, each in sorted(found.items())}


def _write_removals(options: MatchOptions, partition: int, removals: pa.RecordBatch) -> Outcome:
    """Writes removals sorted by address, cut by group; none, no file."""
    if removals.num_rows == 0:
        return Outcome()
    path = options.workspace.phase(options.phase) / "removals" / f"{partition:05d}.arrow"
    return Outcome([options.workspace.put_by_group(path, removals)])


def _decide(options: MatchOptions, partition: int, batches: Batches) -> Outcome:
    (records,) = batches.values()
    assert options.of is not None
    return _write_removals(options, partition, options.of.decide(records))


def _merge(options: MatchOptions, group: int, batches: Batches) -> Outcome:
    return Outcome(write_merged(options, batches.values()))


def write_merged(options: MatchOptions, batches: Iterable[pa.RecordBatch]) -> list[FileEntry]:
    """Writes all records of one group into its file, in an order of their own; none, no file."""
    (folder,) = row_of(options.phase).folders
    target = options.workspace.work / folder
    return options.workspace.put_groups(target, sorted_by_address(batches))


#: Phase, or `MatchOptions.does` -> what it does with the records of one partition.
DONE_BY: dict[str, MatchFunction] = {
    **{match.kind: _decide for match in MATCHES if match.decides},
    "document": near_copies.find_candidates,
    **dict.fromkeys(("substring", "paragraph"), find_wanted),
    **dict.fromkeys(("repeats", "seen"), _decide),
    "verify": near_copies.verify,
    "verify-again": near_copies.verify_again,
    "resolve-step": resolve_step,
    **dict.fromkeys(MERGES, _merge),
}
