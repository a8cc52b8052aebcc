"""Which documents a shard holds: streams of tokens cut into parts of about the same size.

    portions of unit 0   ███ ██          a portion: neighbouring documents of one stream
    portions of unit 1   ████████
    portions of unit 2   █ █████
                         └───────┬──────┘ └──────┬──────┘
                              shard 0         shard 1        a shard never mixes streams

What a shard holds depends on the documents alone, not on how the inputs were cut into units, or
stored. A stream of T tokens becomes T / size shards, rounded up; fewer where a single document is
longer than a shard, so that none is empty. Where documents are shuffled, a shard has a range of
their keys, and the size of the ranges is the same: that of the shards is nearly so.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.tokens.runs import PORTIONS

#: What a shard is cut from: its portions, in the order in which it takes documents from them. It
#: holds those whose places are `low` to `high`. A document's place is its first token in its
#: stream, where the portion begins at `start`; where documents are shuffled it is the key.
SHARD_PORTIONS = pa.schema(
    [
        pa.field("unit", pa.int32()),
        *(PORTIONS.field(name) for name in ("run", "batch")),
        *(pa.field(name, pa.uint64()) for name in ("start", "low", "high")),
    ]
)
_ALL_KEYS = 1 << 64
#: Shuffled shards hold so many documents or more, on average: chance empties none of them.
_LEAST_DOCUMENTS = 64


class PlannedShard(NamedTuple):
    """What a shard is of, and what it is cut from."""

    split: str
    source: str
    portions: pa.RecordBatch
    """Of schema `SHARD_PORTIONS`."""


def cut_shards(
    portions: pa.Table, splits: Sequence[str], size: int, shuffled: bool
) -> Iterator[PlannedShard]:
    """Yields what each shard is cut from, stream after stream.

    Args:
        portions: those of all units with a column `unit`, in the order of units.
        splits: names of all splits, in the order of their streams.
        size: tokens in a shard, about.
        shuffled: documents are ordered by their keys.
    """
    split, source = (portions[n].combine_chunks().dictionary_encode() for n in ("split", "source"))
    names = source.dictionary.to_pylist()
    ranks = [splits.index(name) for name in split.dictionary.to_pylist()]
    of_split = np.array(ranks, np.int64)[split.indices.to_numpy()]
    of_source = source.indices.to_numpy()
    columns = portions.drop_columns(["split", "source"]).combine_chunks()
    for number, name in enumerate(splits):
        here = np.unique(of_source[of_split == number]).tolist()
        for source_name, code in sorted((names[code], code) for code in here):
            rows = np.flatnonzero((of_split == number) & (of_source == code))
            stream = {n: columns[n].to_numpy()[rows] for n in columns.column_names}
            for part in _by_key(stream, size) if shuffled else _in_order(stream, size):
                yield PlannedShard(name, source_name, part)


_Stream = dict[str, NDArray[np.int64]]


def _count(stream: _Stream, size: int) -> tuple[int, int]:
    """Returns the tokens of a stream, and into how many shards it is cut."""
    total, longest = int(stream["tokens"].sum()), int(stream["longest"].max())
    return total, max(1, min(-(-total // size), total // max(1, longest)))


def _in_order(stream: _Stream, size: int) -> Iterator[pa.RecordBatch]:
    tokens = stream["tokens"]
    ends = np.cumsum(tokens)
    starts = ends - tokens
    total, shards = _count(stream, size)
    for number in range(shards):
        low, high = (total * k // shards for k in (number, number + 1))
        first, stop = int(np.searchsorted(ends, low)), int(np.searchsorted(starts, high))
        if number == shards - 1:  # With documents at the very end that have no tokens.
            stop, high = len(starts), _ALL_KEYS
        yield _portions(stream, slice(first, stop), starts[first:stop], low, high - 1)


def _by_key(stream: _Stream, size: int) -> Iterator[pa.RecordBatch]:
    _, shards = _count(stream, size)
    shards = max(1, min(shards, int(stream["documents"].sum()) // _LEAST_DOCUMENTS))
    borders = np.array([_ALL_KEYS * k // shards for k in range(shards)], np.uint64)
    # Every portion once for each shard that its keys lie in.
    first, last = (
        np.searchsorted(borders, stream[name], side="right") - 1
        for name in ("first_key", "last_key")
    )
    portion = np.repeat(np.arange(len(first)), last - first + 1)
    begins = np.cumsum(last - first + 1) - (last - first + 1)
    shard = first[portion] + np.arange(len(portion)) - begins[portion]
    order = np.argsort(shard, kind="stable")
    edges = np.searchsorted(shard[order], np.arange(shards + 1))
    for number in range(shards):
        rows = portion[order[edges[number] : edges[number + 1]]]
        low, high = (_ALL_KEYS * k // shards for k in (number, number + 1))
        yield _portions(stream, rows, np.zeros(len(rows), np.int64), low, high - 1)


def _portions(
    stream: _Stream,
    rows: slice | NDArray[np.int64],
    starts: NDArray[np.int64],
    low: int,
    high: int,
) -> pa.RecordBatch:
    columns = [pa.array(stream[name][rows], pa.int32()) for name in ("unit", "run", "batch")]
    columns.append(pa.array(starts.astype(np.uint64)))
    columns += (pa.array(np.full(len(starts), border, np.uint64)) for border in (low, high))
    return pa.RecordBatch.from_arrays(columns, schema=SHARD_PORTIONS)


def documents_inside(places: NDArray[np.uint64], low: int, high: int) -> tuple[int, int]:
    """Returns which documents of a portion a shard holds: the first, and the one behind the last.

    Args:
        places: uint64[N], ascending.
        low: the shard's first place.
        high: its last.

    >>> documents_inside(np.array([100, 105, 105, 110], np.uint64), 105, 109)
    (1, 3)
    """
    first = np.searchsorted(places, np.uint64(low))
    last = np.searchsorted(places, np.uint64(high), side="right")
    return int(first), int(last)
