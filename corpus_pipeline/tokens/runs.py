"""The tokens of a unit between encoding and shards, in files that a shard is cut from.

    documents as they come ──► sorted by stream, and by key where they are shuffled ──► runs

A *stream* is what shards never mix: documents of one source and one split. A *run* is a file of
about `RUN_BYTES` at most, however long the unit is. A record batch of a run, a *portion*, holds
neighbouring documents of one stream, so that whoever writes a shard reads little else.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.tokens.shard import ShardFormat, Tokens

#: Bytes of tokens and ids from which on a run is written; held in memory, sorted in a copy.
RUN_BYTES = 128 << 20
#: Most bytes of a portion with more than one document: as they come, and sorted by key, where a
#: shard takes a small part of each run.
PORTION_BYTES, SORTED_PORTION_BYTES = 16 << 20, 1 << 20

#: One row for each portion, in the order of the files.
PORTIONS = pa.schema(
    [
        pa.field("split", pa.string()),
        pa.field("source", pa.string()),
        pa.field("run", pa.int32()),
        pa.field("batch", pa.int32()),
        pa.field("documents", pa.int64()),
        pa.field("tokens", pa.int64()),
        pa.field("longest", pa.int64()),
        pa.field("first_key", pa.uint64()),
        pa.field("last_key", pa.uint64()),
    ]
)

Save = Callable[[int, pa.Schema, Iterable[pa.RecordBatch]], None]
"""Writes the record batches of a run, given its number in the unit."""

_STREAM = ("split", "source")


def run_schema(format_: ShardFormat) -> pa.Schema:
    """Columns of a run: those of a shard, and the key that documents are shuffled by."""
    return pa.schema([*format_.schema, pa.field("key", pa.uint64(), nullable=False)])


@dataclasses.dataclass(frozen=True)
class RunFormat:
    """What the runs of all units have in common."""

    shards: ShardFormat
    splits: tuple[str, ...]
    """Names of all splits; runs have them in this order."""
    shuffled: bool = False
    """Documents are sorted by their keys; otherwise they stay as they come."""


class RunWriter:
    """Takes the documents of a unit in their order, and cuts runs and portions.

    >>> format_ = RunFormat(ShardFormat("ab" * 32, 0, "uint16"), ("train", "validation"))
    >>> runs = {}
    >>> writer = RunWriter(format_, lambda run, schema, batches: runs.update({run: list(batches)}))
    >>> writer.write(
    ...     pa.array(["a", "b", "c"]), np.zeros(3, np.int32), np.arange(3),
    ...     pa.array(["validation", "train", "validation"]), pa.array(["web"] * 3),
    ...     np.zeros(3, np.uint64), np.array([0, 1, 3, 4]), np.array([0, 7, 0, 0], np.uint16))
    >>> writer.close().select(["split", "batch", "documents", "tokens"]).to_pylist()[1]
    {'split': 'validation', 'batch': 1, 'documents': 2, 'tokens': 2}
    >>> [batch["id"].to_pylist() for batch in runs[0]]
    [['b'], ['a', 'c']]
    """

    def __init__(
        self,
        format_: RunFormat,
        save: Save,
        run_bytes: int = RUN_BYTES,
        portion_bytes: int | None = None,
    ) -> None:
        self._format = format_
        self._schema = run_schema(format_.shards)
        self._save = save
        self._run_bytes = run_bytes
        self._portion_bytes = portion_bytes or (
            SORTED_PORTION_BYTES if format_.shuffled else PORTION_BYTES
        )
        self._pending: list[pa.RecordBatch] = []
        self._pending_bytes = 0
        self._runs = 0
        self._portions: list[dict[str, object]] = []

    def write(
        self,
        ids: pa.Array,
        units: NDArray[np.int32],
        rows: NDArray[np.int64],
        splits: pa.Array,
        sources: pa.Array,
        keys: NDArray[np.uint64],
        offsets: NDArray[np.int64],
        tokens: Tokens,
    ) -> None:
        """Appends N documents.

        Args:
            ids: names of the documents, type `string`, no nulls.
            units: int32[N], the unit that each is from.
            rows: int64[N], its row there.
            splits: N names, of the format's splits.
            sources: N names.
            keys: uint64[N], what they are shuffled by.
            offsets: int64[N + 1] into `tokens`.
            tokens: of the format's dtype.
        """
        start, stop = int(offsets[0]), int(offsets[-1])
        lists = pa.ListArray.from_arrays(
            pa.array((offsets - start).astype(np.int32)), pa.array(tokens[start:stop])
        )
        columns = [ids, pa.array(units), pa.array(rows), lists, pa.array(keys), splits, sources]
        batch = pa.RecordBatch.from_arrays(columns, names=[*self._schema.names, *_STREAM])
        if batch.num_rows:
            self._pending.append(batch)
            self._pending_bytes += lists.nbytes + ids.nbytes
        if self._pending_bytes >= self._run_bytes:
            self._flush()

    def close(self) -> pa.RecordBatch:
        """Writes what is left; returns the portions of all runs."""
        self._flush()
        return pa.RecordBatch.from_pylist(self._portions, PORTIONS)

    def _flush(self) -> None:
        if self._pending:
            self._save(self._runs, self._schema, self._sorted_portions())
            self._runs += 1
        self._pending, self._pending_bytes = [], 0

    def _sorted_portions(self) -> Iterator[pa.RecordBatch]:
        table = pa.Table.from_batches(self._pending)
        self._pending = []
        order, borders = self._order(table)
        # One batch first: of a table of several, each `take` would join them all again.
        (run,) = table.select(self._schema.names).cast(self._schema).combine_chunks().to_batches()
        if not (order == np.arange(len(order))).all():
            run = run.take(pa.array(order))
        lengths = np.diff(run["tokens"].offsets.to_numpy()).astype(np.int64)
        keys = run["key"].to_numpy()
        sizes = lengths * np.dtype(self._format.shards.dtype).itemsize
        number = 0
        for (split, source), first, last in borders:
            for start, stop in _pieces(sizes[first:last], self._portion_bytes):
                here = slice(first + start, first + stop)
                yield run.slice(here.start, stop - start)
                self._portions.append(
                    {"split": split, "source": source, "run": self._runs, "batch": number,
                     "documents": stop - start, "tokens": int(lengths[here].sum()),
                     "longest": int(lengths[here].max()),
                     "first_key": int(keys[here].min()), "last_key": int(keys[here].max())}
                )  # fmt: skip
                number += 1

    def _order(
        self, documents: pa.Table
    ) -> tuple[NDArray[np.int64], list[tuple[tuple[str, str], int, int]]]:
        """Returns the rows in their new order, and where each stream begins and ends."""
        splits, sources = (documents[n].combine_chunks().dictionary_encode() for n in _STREAM)
        ranks = {name: rank for rank, name in enumerate(self._format.splits)}
        split_rank = np.array([ranks[name] for name in splits.dictionary.to_pylist()])
        names = sorted(sources.dictionary.to_pylist())
        source_rank = np.array([names.index(name) for name in sources.dictionary.to_pylist()])
        split = split_rank[splits.indices.to_numpy()]
        source = source_rank[sources.indices.to_numpy()]
        keys = documents["key"].to_numpy() if self._format.shuffled else np.zeros(len(split))
        order = np.lexsort((keys, source, split))
        stream = np.stack([split, source])[:, order]
        starts = np.flatnonzero((stream[:, 1:] != stream[:, :-1]).any(axis=0)) + 1
        starts = np.concatenate([[0], starts])
        ends = [*starts[1:].tolist(), len(order)]
        borders = [
            ((self._format.splits[stream[0, a]], names[stream[1, a]]), a, b)
            for a, b in zip(starts.tolist(), ends, strict=True)
        ]
        return order.astype(np.int64), borders


def _pieces(sizes: NDArray[np.int64], most: int) -> Iterator[tuple[int, int]]:
    """Cuts documents into pieces of at most `most` bytes, or of one document that is longer."""
    ends = np.cumsum(sizes)
    start = 0
    while start < len(sizes):
        before = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + most, side="right")))
        yield start, stop
        start = stop
