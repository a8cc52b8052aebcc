"""*dedup*, second part: hashes grouped by partition, removals out.

    units' hash files --ReadHashes--> (partition, block) --GroupByKey--> one partition's records
                                                                              | a pure function
                                                                              v
                                                       removals of that partition, sorted by address

Document duplicates take more steps, because hashes only propose them:

    document   equal band hashes    -> buckets of candidates, and who is wanted for them
    shingles   (map over units)     -> shingle sets of the candidates
    verify     buckets + shingles   -> edges with their Jaccard similarity
    components (one task)           -> removals

What partitions find is wanted by units. A merge brings it there, by the same shuffle, with groups
of units in the place of partitions:

    files cut by group --ReadHashes--> (group, block) --GroupByKey--> one file of each group
"""

import contextlib
import dataclasses
import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import apache_beam as beam
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.batches import from_ipc, one_batch, to_ipc
from corpus_pipeline.dedup.blocks import blocks_of, sorted_by_address
from corpus_pipeline.dedup.buckets import Buckets, find_buckets
from corpus_pipeline.dedup.contamination_verdicts import judge_contamination
from corpus_pipeline.dedup.exact import exact_removals
from corpus_pipeline.dedup.minhash import MinHashOptions, Shingles, shingle
from corpus_pipeline.dedup.sentences import sentence_removals
from corpus_pipeline.dedup.verification import ShingleSets, unique_shingles, verify_buckets
from corpus_pipeline.glue import StageCounters
from corpus_pipeline.pipelines.ranges import Range, unrolled
from corpus_pipeline.pipelines.workspace import FileEntry, Manifest, Workspace
from corpus_pipeline.stages.models import contamination_index
from corpus_pipeline.stages.writing import prepared_path
from corpus_pipeline.text.words import split_words

Block = tuple[int, bytes]
"""(partition, Arrow IPC of at most 4 MiB of records); empty bytes say that the partition is."""

#: Blocks between two looks at the clock: at most 64 MiB, and usually some kilobytes.
_BLOCKS_TOGETHER = 16
#: Bytes from which on a remote file is read in large pieces, from there on where they begin.
_READ_AHEAD = 4 * 2**20

#: Phases that bring what another has found in partitions to units -> the folder it stands in.
MERGES = {
    "merge-contamination": "contamination/removals",
    "merge-exact": "exact/removals",
    "merge-document": "document/wanted",
    "merge-sentence": "sentence/removals",
}


class HashFolder(NamedTuple):
    """Files of records cut by partition or group, one of each item of the phase that wrote them."""

    path: str
    """Below the folder of the run."""
    files: int
    """Their names are the numbers below this one; who found nothing has written none."""


@dataclasses.dataclass(frozen=True)
class MatchOptions:
    """One match phase."""

    workspace: Workspace
    phase: str
    inputs: tuple[HashFolder, ...]
    partitions: tuple[Range, ...]
    """The partitions that this pipeline handles; of a merge, the groups."""
    total_partitions: int
    exclude: tuple[str, ...] = ()
    """Folders of the run with removals of earlier matches; their documents take no part."""
    document: MinHashOptions | None = None
    contamination: str | None = None
    """Path of the index of evaluation items."""
    max_documents: int = 0
    """Documents that may hold the same words of an item before these count as a quotation."""


class ReadHashes(beam.DoFn):  # type: ignore[misc]
    """Reads this pipeline's partitions out of the hash files."""

    def __init__(self, options: MatchOptions) -> None:
        self.options = options

    def setup(self) -> None:
        """Makes the stage's counters."""
        self._counters = StageCounters("dedup")

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
            records = hashes.get_batch(partition)
            if records.num_rows == 0:
                continue
            if len(excluded):
                gone = np.isin(records["address"].to_numpy(), excluded)
                records = records.filter(pa.array(~gone))
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


class MatchPartition(beam.DoFn):  # type: ignore[misc]
    """Applies the phase's match to one partition and writes what it finds."""

    def __init__(self, options: MatchOptions) -> None:
        self.options = options

    def setup(self) -> None:
        """Makes the stage's counters."""
        self._counters = StageCounters("dedup")

    def process(self, element: tuple[int, Iterable[bytes]]) -> Iterator[int]:
        """Writes the files of one partition, then its manifest; emits the partition."""
        partition, blocks = element
        options = self.options
        with self._counters.clock():
            batches = joined_batches(blocks)
            entries = MATCHES[options.phase](options, partition, batches) if batches else []
            counts = {"found": sum(entry.rows for entry in entries)}
            manifest = Manifest(options.phase, partition, tuple(entries), counts)
            options.workspace.put_manifest(manifest)
        self._counters.finished()
        yield partition


def joined_batches(blocks: Iterable[bytes]) -> dict[tuple[str, ...], pa.RecordBatch]:
    """Joins blocks into one batch for each set of column names.

    Blocks come in any order; the matches do not depend on it.
    """
    by_columns: dict[tuple[str, ...], list[pa.RecordBatch]] = {}
    for block in blocks:
        if block:
            batch = from_ipc(block)
            by_columns.setdefault(tuple(batch.schema.names), []).append(batch)
    return {names: pa.concat_batches(found) for names, found in sorted(by_columns.items())}


Batches = dict[tuple[str, ...], pa.RecordBatch]
Match = Callable[[MatchOptions, int, Batches], list[FileEntry]]


def _write_removals(
    options: MatchOptions, partition: int, removals: pa.RecordBatch
) -> list[FileEntry]:
    """Writes removals sorted by address, cut by group; none, no file."""
    if removals.num_rows == 0:
        return []
    path = options.workspace.phase(options.phase) / "removals" / f"{partition:05d}.arrow"
    return [options.workspace.put_by_group(path, removals)]


def _match_exact(options: MatchOptions, partition: int, batches: Batches) -> list[FileEntry]:
    (batch,) = batches.values()
    first, second, rank, address = (
        batch[n].to_numpy() for n in ("hash", "second", "rank", "address")
    )
    return _write_removals(options, partition, exact_removals(first, second, rank, address))


def _match_sentence(options: MatchOptions, partition: int, batches: Batches) -> list[FileEntry]:
    (batch,) = batches.values()
    removals = sentence_removals(
        *(batch[n].to_numpy() for n in ("hash", "rank", "address", "span_ordinals"))
    )
    return _write_removals(options, partition, one_batch(removals))


def _match_contamination(
    options: MatchOptions, partition: int, batches: Batches
) -> list[FileEntry]:
    (batch,) = batches.values()
    assert options.contamination is not None
    judged = judge_contamination(
        batch["address"].to_numpy(),
        batch,
        contamination_index(options.contamination),
        options.max_documents,
    )
    return _write_removals(options, partition, one_batch(judged))


def _match_document(options: MatchOptions, partition: int, batches: Batches) -> list[FileEntry]:
    """Writes buckets cut by the partition that will verify them, and who is wanted there."""
    (batch,) = batches.values()
    found = find_buckets(*(batch[n].to_numpy() for n in ("hash", "rank", "address")))
    if len(found.offsets) == 1:
        return []
    offsets = pa.array(found.offsets.astype(np.int32))
    buckets = pa.record_batch(
        {
            "members": pa.ListArray.from_arrays(offsets, pa.array(found.addresses)),
            "ranks": pa.ListArray.from_arrays(offsets, pa.array(found.ranks)),
        }
    )
    centres = found.addresses[found.offsets[:-1]]
    members = np.repeat(centres, np.diff(found.offsets))
    wanted = np.unique(np.stack([found.addresses, members], axis=1), axis=0)
    folder = options.workspace.phase(options.phase)
    workspace, name = options.workspace, f"{partition:05d}.arrow"
    records = pa.record_batch({"address": wanted[:, 0], "centre": wanted[:, 1]})
    return [
        workspace.put_partitioned(
            folder / "buckets" / name, buckets, centres, options.total_partitions
        ),
        workspace.put_by_group(folder / "wanted" / name, records),
    ]


def _verify(options: MatchOptions, partition: int, batches: Batches) -> list[FileEntry]:
    """Compares the members of each bucket by their shingle sets."""
    assert options.document is not None
    buckets = batches[("members", "ranks")]
    shingles = batches[("address", "shingles", "centre")]
    addresses, first = np.unique(shingles["address"].to_numpy(), return_index=True)
    sets = shingles["shingles"].take(pa.array(first))
    members = buckets["members"].flatten().to_numpy()
    ranks = buckets["ranks"].flatten().to_numpy()
    edges = verify_buckets(
        Buckets(_offsets(buckets["members"]), members, ranks),
        ShingleSets(addresses, _offsets(sets), sets.flatten().to_numpy()),
        options.document.threshold,
    )
    if edges.num_rows == 0:
        return []
    distinct, first = np.unique(members, return_index=True)
    for end in ("a", "b"):
        places = np.searchsorted(distinct, edges[end].to_numpy())
        edges = edges.append_column(f"rank_{end}", pa.array(ranks[first][places]))
    path = options.workspace.phase(options.phase) / "edges" / f"{partition:05d}.arrow"
    return [options.workspace.put_table(path, edges)]


def _merge(options: MatchOptions, group: int, batches: Batches) -> list[FileEntry]:
    return write_merged(options, batches.values())


def write_merged(options: MatchOptions, batches: Iterable[pa.RecordBatch]) -> list[FileEntry]:
    """Writes all records of one group into its file, in an order of their own; none, no file."""
    (folder,) = options.inputs
    target = options.workspace.phase(options.phase) / folder.path.rpartition("/")[2]
    return options.workspace.put_groups(target, sorted_by_address(batches))


def _offsets(lists: pa.ListArray) -> NDArray[np.int64]:
    """Offsets into the flattened values; a list array may be a slice of a bigger one."""
    lengths = lists.value_lengths().to_numpy()
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


#: Phase -> what it does with the records of one partition.
MATCHES: dict[str, Match] = {
    "exact": _match_exact,
    "document": _match_document,
    "verify": _verify,
    "contamination": _match_contamination,
    "sentence": _match_sentence,
    **dict.fromkeys(MERGES, _merge),
}


@dataclasses.dataclass
class MatchHashes(beam.PTransform):  # type: ignore[misc]
    """Hash files, as (folder, number), to removals: one shuffle of (partition, block)."""

    options: MatchOptions

    def expand(self, files: beam.PCollection) -> beam.PCollection:
        """Reads, groups and matches the partitions of this pipeline."""
        return (
            files
            | "ReadHashes" >> beam.ParDo(ReadHashes(self.options)).with_output_types(Block)
            | "GroupByPartition" >> beam.GroupByKey()
            | "MatchPartition" >> beam.ParDo(MatchPartition(self.options)).with_output_types(int)
        )


@dataclasses.dataclass(frozen=True)
class ShingleOptions:
    """How the shingle sets of candidates are made and cut."""

    workspace: Workspace
    document: MinHashOptions
    partitions: int


class ShingleUnit(beam.DoFn):  # type: ignore[misc]
    """Writes the shingle sets of a unit's candidates, cut by the partition that verifies them."""

    def __init__(self, options: ShingleOptions) -> None:
        self.options = options

    def setup(self) -> None:
        """Makes the stage's counters."""
        self._counters = StageCounters("dedup")

    def process(self, unit: int) -> Iterator[int]:
        """Shingles one unit; emits its number."""
        workspace = self.options.workspace
        with self._counters.clock():
            wanted = workspace.read_unit(workspace.phase("merge-document") / "wanted", unit)
            entries = []
            if wanted is not None and wanted.num_rows:
                # A pair that shares several bands is wanted by several partitions.
                wanted = wanted.group_by(["address", "centre"]).aggregate([]).sort_by("address")
                records = self._shingled(prepared_path(workspace, unit), wanted)
                path = workspace.phase("shingles") / "sets" / f"{unit:05d}.arrow"
                centres = records["centre"].to_numpy()
                partitions = self.options.partitions
                entries.append(workspace.put_partitioned(path, records, centres, partitions))
            workspace.put_manifest(Manifest("shingles", unit, tuple(entries), {}))
        self._counters.finished()
        yield unit

    def _shingled(self, documents: storage.Place, wanted: pa.Table) -> pa.RecordBatch:
        """Returns (address, shingles, centre) for every wanted pair."""
        rows = wanted["address"].to_numpy() & np.uint64(0xFFFFFFFF)
        batches = []
        with storage.open_parquet(documents) as file:
            for batch in file.iter_batches(columns=["row", "text"], batch_size=1 << 13):
                numbers = batch["row"].to_numpy().astype(np.uint64)
                start, end = np.searchsorted(rows, [numbers[0], numbers[-1] + np.uint64(1)])
                if start == end:
                    continue
                here = np.searchsorted(numbers, rows[start:end])
                distinct, place = np.unique(here, return_inverse=True)
                texts = batch["text"].take(pa.array(distinct))
                sets = unique_shingles(shingle(split_words(texts), self.options.document))
                lists = _list_array(sets).take(pa.array(place))
                part = wanted.slice(start, end - start).combine_chunks()
                batches.append(
                    pa.record_batch(
                        {
                            "address": part["address"].combine_chunks(),
                            "shingles": lists,
                            "centre": part["centre"].combine_chunks(),
                        }
                    )
                )
        return pa.concat_batches(batches)


def _list_array(shingles: Shingles) -> pa.ListArray:
    offsets = pa.array(shingles.offsets.astype(np.int32))
    return pa.ListArray.from_arrays(offsets, pa.array(shingles.hashes))


@dataclasses.dataclass
class ShingleCandidates(beam.PTransform):  # type: ignore[misc]
    """Turns unit numbers into files of shingle sets."""

    options: ShingleOptions

    def expand(self, units: beam.PCollection) -> beam.PCollection:
        """Shingles the candidates of every unit."""
        return units | "ShingleUnit" >> beam.ParDo(ShingleUnit(self.options)).with_output_types(int)
