"""*shards*: the tokens of all units cut into shards, and where each document's tokens lie.

runs of units ──► one shard, from the portions that the plan of shards names
              └─► places: address of a document ──► shard, first token
"""

import dataclasses
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.address import ROW_BITS
from corpus_pipeline.stages.finishing import portions_path, run_path
from corpus_pipeline.tokens.cutting import cut_shards, documents_inside
from corpus_pipeline.tokens.runs import RunFormat
from corpus_pipeline.tokens.shard import ShardWriter
from corpus_pipeline.transforms import StageCounters, Tally, Transform
from corpus_pipeline.workspace.phase_table import SHARDS
from corpus_pipeline.workspace.state import Manifest, Workspace

#: Where the tokens of documents are, for the merge that brings it to their units.
PLACES = pa.schema(
    [
        pa.field("address", pa.uint64()),
        pa.field("token_shard", pa.int32()),
        pa.field("token_offset", pa.int64()),
    ]
)


@dataclasses.dataclass(frozen=True)
class ShardOptions:
    """How runs become shards."""

    workspace: Workspace
    runs: RunFormat
    size: int
    """Tokens in a shard, about."""

    @property
    def plan(self) -> storage.Place:
        """What each shard is cut from: one record batch for each."""
        return self.workspace.work / "shards.arrow"

    def path(self, shard: int, shards: int) -> storage.Place:
        """Names a shard."""
        return self.workspace.root / "tokens" / f"tokens-{shard:05d}-of-{shards:05d}.arrow"


def plan_shards(options: ShardOptions) -> int:
    """Writes the plan of shards from what all units have; returns how many there are."""
    workspace = options.workspace
    tables = []
    for unit in range(workspace.units):
        with storage.open_arrow(portions_path(workspace, unit)) as file:
            table = file.read_all()
        tables.append(table.append_column("unit", pa.array(np.full(len(table), unit, np.int32))))
    shuffled = options.runs.bucket_bits is not None
    shards = list(cut_shards(pa.concat_tables(tables), options.runs.splits, options.size, shuffled))
    with storage.writing(options.plan) as file:
        if shards:
            with pa.ipc.new_file(file.sink, shards[0].schema) as sink:
                for shard in shards:
                    sink.write_batch(shard)
        file.commit()
    return len(shards)


class StreamOfShard(NamedTuple):
    """What the documents of a shard have in common."""

    split: str
    source: str


def streams_of_shards(options: ShardOptions, shards: int) -> Iterator[StreamOfShard]:
    """Yields the stream of each planned shard."""
    if shards:
        with storage.open_arrow(options.plan) as plan:
            for shard in range(shards):
                first = plan.get_batch(shard).slice(0, 1).to_pylist()[0]
                yield StreamOfShard(first["split"], first["source"])


class _Documents(NamedTuple):
    """Neighbouring documents of a run, or some of them in another order."""

    ids: pa.Array
    units: NDArray[np.int32]
    rows: NDArray[np.int64]
    tokens: pa.Array
    """Lists."""
    keys: NDArray[np.uint64]

    @classmethod
    def of(cls, batch: pa.RecordBatch) -> "_Documents":
        units, rows, keys = (batch[name].to_numpy() for name in ("unit", "row", "key"))
        return cls(batch["id"], units, rows, batch["tokens"], keys)


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
            documents = self._documents(portions)
            if self.options.runs.bucket_bits is not None:
                documents = iter([_shuffled(documents)])
            places = []
            target = self.options.path(shard, self.shards)
            with storage.writing(target) as file:
                writer = ShardWriter(file.sink, self.options.runs.shards)
                filled = 0
                for part in documents:
                    offsets = part.tokens.offsets.to_numpy().astype(np.int64)
                    values = part.tokens.values.to_numpy()
                    writer.write(part.ids, part.units, part.rows, offsets, values)
                    places.append(_places(part, shard, filled + offsets[:-1] - offsets[0]))
                    filled += int(offsets[-1] - offsets[0])
                summary = writer.close()
                workspace.refuse_thrown_away()
                entries = [workspace.entry(target, summary.documents, file.commit())]
            found = pa.Table.from_batches(places, PLACES).sort_by("address").combine_chunks()
            path = workspace.phase(SHARDS) / "places" / f"{shard:05d}.arrow"
            entries.append(workspace.put_by_group(path, found.to_batches()[0]))
            counts = {"found": summary.documents, "tokens": summary.tokens}
            workspace.put_manifest(Manifest(SHARDS, shard, tuple(entries), counts))
        self._counters.finished()
        yield shard

    def _documents(self, portions: pa.RecordBatch) -> Iterator[_Documents]:
        """Yields the documents of a shard, in the order of its portions."""
        for row in portions.to_pylist():
            with storage.open_arrow(
                run_path(self.options.workspace, row["unit"], row["run"])
            ) as run:
                batch = run.get_batch(row["batch"])
            lengths = np.diff(batch["tokens"].offsets.to_numpy()).astype(np.int64)
            first, last = documents_inside(lengths, row["start"], row["low"], row["high"])
            if first < last:
                yield _Documents.of(batch.slice(first, last - first))


def _shuffled(parts: Iterable[_Documents]) -> _Documents:
    """Joins documents and sorts them by key; those of one key, which are equal, by address.

    Takes twice the tokens of a shard in memory.
    """
    ids, units, rows, tokens, keys = zip(*parts, strict=True)
    unit, row, key = np.concatenate(units), np.concatenate(rows), np.concatenate(keys)
    order = np.lexsort((row, unit, key))
    lists = pa.concat_arrays(tokens).take(pa.array(order))
    names = pa.concat_arrays(ids).take(pa.array(order))
    return _Documents(names, unit[order], row[order], lists, key[order])


def _places(part: _Documents, shard: int, starts: NDArray[np.int64]) -> pa.RecordBatch:
    addresses = part.units.astype(np.uint64) << np.uint64(ROW_BITS) | part.rows.astype(np.uint64)
    columns = [pa.array(addresses), pa.array(np.full(len(starts), shard, np.int32)),
               pa.array(starts)]  # fmt: skip
    return pa.RecordBatch.from_arrays(columns, schema=PLACES)
