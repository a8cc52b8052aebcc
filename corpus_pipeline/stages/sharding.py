"""*shards*: the tokens of all units cut into shards, and where each document's tokens lie.

runs of units ──► one shard, from the portions that the plan of shards names
              └─► places: address of a document ──► shard, first token
"""

import dataclasses
import json
from collections.abc import Iterable, Iterator
from itertools import groupby

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.address import packed_addresses
from corpus_pipeline.stages.finishing import portions_path, run_path
from corpus_pipeline.tokens.cutting import SHARD_PORTIONS, cut_shards, documents_inside
from corpus_pipeline.tokens.runs import PORTION_BYTES, RunFormat
from corpus_pipeline.tokens.shard import ShardWriter
from corpus_pipeline.transforms import StageCounters, Tally, Transform
from corpus_pipeline.workspace.phase_table import SHARDS
from corpus_pipeline.workspace.state import FileEntry, Manifest, Workspace

#: Where the tokens of documents are, for the merge that brings it to their units.
PLACES = pa.schema(
    [
        pa.field("address", pa.uint64()),
        pa.field("token_shard", pa.int32()),
        pa.field("token_offset", pa.int64()),
    ]
)
#: Lists of portions that are read at once, where they are remote.
_READ_AT_ONCE = 16


@dataclasses.dataclass(frozen=True)
class ShardOptions:
    """How runs become shards."""

    workspace: Workspace
    runs: RunFormat
    size: int
    """Tokens in a shard, about."""

    @property
    def plan(self) -> storage.Place:
        """What each shard is cut from: one record batch for each, and their streams."""
        return self.workspace.work / "shards.arrow"

    def path(self, shard: int, shards: int) -> storage.Place:
        """Names a shard."""
        return self.workspace.root / "tokens" / f"tokens-{shard:05d}-of-{shards:05d}.arrow"


def plan_shards(options: ShardOptions) -> int:
    """Writes the plan of shards from what all units have; returns how many there are."""
    workspace = options.workspace
    tables = storage.map_concurrently(
        lambda unit: _portions_of(workspace, unit), range(workspace.units), _READ_AT_ONCE
    )
    portions = pa.concat_tables(list(tables))
    found = cut_shards(portions, options.runs.splits, options.size, options.runs.shuffled)
    shards = list(found)
    streams = [(shard.split, shard.source) for shard in shards]
    schema = SHARD_PORTIONS.with_metadata({"streams": json.dumps(streams)})
    with storage.writing(options.plan) as file:
        with pa.ipc.new_file(file.sink, schema) as sink:
            for shard in shards:
                sink.write_batch(shard.portions)
        file.commit()
    return len(shards)


def _portions_of(workspace: Workspace, unit: int) -> pa.Table:
    with storage.open_arrow(portions_path(workspace, unit)) as file:
        table = file.read_all()
    return table.append_column("unit", pa.array(np.full(len(table), unit, np.int32)))


def streams_of_shards(options: ShardOptions) -> list[tuple[str, str]]:
    """Returns split and source of each planned shard."""
    with storage.open_arrow(options.plan) as plan:
        streams = json.loads(plan.schema.metadata[b"streams"])
    return [(split, source) for split, source in streams]


class WriteShard(Transform):
    """Writes one shard, the places of its documents, and its manifest; emits its number."""

    output = int

    def __init__(self, options: ShardOptions, shards: int) -> None:
        self.options = options
        self.shards = shards

    def setup(self, tally: Tally) -> None:
        """Makes the counters of writing."""
        self._counters = StageCounters("write", tally)

    def process(self, shard: int) -> Iterator[int]:
        """Writes the files of one shard."""
        with self._counters.clock():
            workspace = self.options.workspace
            with storage.open_arrow(self.options.plan) as plan:
                portions = plan.get_batch(shard)
            batches = self._batches(portions)
            if self.options.runs.shuffled:
                batches = _by_key(list(batches))
            entries, places, tokens = self._write(shard, batches)
            found = pa.Table.from_batches(places, PLACES).sort_by("address").combine_chunks()
            path = workspace.phase(SHARDS) / "places" / f"{shard:05d}.arrow"
            (batch,) = found.to_batches() or [pa.RecordBatch.from_pylist([], PLACES)]
            entries.append(workspace.put_by_group(path, batch))
            counts = {"found": found.num_rows, "tokens": tokens}
            workspace.put_manifest(Manifest(SHARDS, shard, tuple(entries), counts))
        self._counters.finished()
        yield shard

    def _write(
        self, shard: int, batches: Iterable[pa.RecordBatch]
    ) -> tuple[list[FileEntry], list[pa.RecordBatch], int]:
        """Writes the shard; returns its file, where its documents' tokens are, and how many."""
        workspace, places, filled = self.options.workspace, [], 0
        target = self.options.path(shard, self.shards)
        with storage.writing(target) as file:
            writer = ShardWriter(file.sink, self.options.runs.shards)
            for batch in batches:
                lists = batch["tokens"]
                units, rows = batch["unit"].to_numpy(), batch["row"].to_numpy()
                offsets = lists.offsets.to_numpy().astype(np.int64)
                writer.write(batch["id"], units, rows, offsets, lists.values.to_numpy())
                columns = [
                    pa.array(packed_addresses(units, rows)),
                    pa.array(np.full(len(rows), shard, np.int32)),
                    pa.array(filled + offsets[:-1] - offsets[0]),
                ]
                places.append(pa.RecordBatch.from_arrays(columns, schema=PLACES))
                filled += int(offsets[-1] - offsets[0])
            summary = writer.close()
            workspace.refuse_thrown_away()
            entry = workspace.entry(target, summary.documents, file.commit())
        return [entry], places, summary.tokens

    def _batches(self, portions: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Yields the documents of a shard, in the order of its portions."""
        shuffled = self.options.runs.shuffled
        rows = portions.to_pylist()
        for (unit, run), here in groupby(rows, lambda row: (row["unit"], row["run"])):
            with storage.open_arrow(run_path(self.options.workspace, unit, run)) as file:
                for row in here:
                    batch = file.get_batch(row["batch"])
                    if shuffled:
                        places = batch["key"].to_numpy()
                    else:
                        offsets = batch["tokens"].offsets.to_numpy().astype(np.uint64)
                        places = np.uint64(row["start"]) + offsets[:-1] - offsets[0]
                    first, last = documents_inside(places, row["low"], row["high"])
                    if first < last:
                        yield batch.slice(first, last - first)


def _by_key(parts: list[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yields the documents of all parts sorted by key.

    Equal keys, of equal texts, stay in the order of the parts, which is that of addresses.

    Takes the tokens of a shard in memory, and those of its parts where they are not mapped.
    """
    if not parts:
        return
    table = pa.Table.from_batches(parts)
    order = np.argsort(table["key"].to_numpy(), kind="stable")
    # A list has 32-bit offsets; what all documents have together may need more.
    lists = [part["tokens"] for part in parts]
    lengths = np.concatenate([np.diff(each.offsets.to_numpy()) for each in lists])
    values = np.concatenate(
        [each.values.to_numpy()[each.offsets[0].as_py() : each.offsets[-1].as_py()]
         for each in lists]
    )  # fmt: skip
    offsets = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    tokens = pa.LargeListArray.from_arrays(pa.array(offsets), pa.array(values))
    rest = table.drop_columns(["tokens", "key"]).combine_chunks().to_batches()[0]
    for start, stop in _pieces(lengths[order] * values.itemsize):
        picked = pa.array(order[start:stop])
        batch = rest.take(picked)
        yield batch.append_column("tokens", tokens.take(picked).cast(table["tokens"].type))


def _pieces(sizes: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Cuts documents into pieces of about `PORTION_BYTES`."""
    number = np.cumsum(sizes) // PORTION_BYTES
    starts = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist()]
    yield from zip(starts, [*starts[1:], len(sizes)], strict=True)
