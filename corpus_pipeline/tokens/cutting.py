"""Which documents a shard holds: streams of tokens cut into parts of about the same size.

    portions of unit 0   ███ ██          a portion: neighbouring documents of one stream
    portions of unit 1   ████████
    portions of unit 2   █ █████
                         └───────┬──────┘ └──────┬──────┘
                              shard 0         shard 1        a shard never mixes streams

What a shard holds depends on the documents alone, not on how they were cut into units, unless
documents are kept in the order of the units. A stream of T tokens becomes T / size shards, rounded
up; fewer where a single document is longer than a shard, so that none is empty.
"""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.tokens.runs import PORTIONS

#: What a shard is cut from: its portions in their order. The documents that it holds start at the
#: tokens `low` to `high` - 1 of its stream, in which the portion begins at `start`; where documents
#: are shuffled, all of them.
SHARD_PORTIONS = pa.schema(
    [
        *(PORTIONS.field(name) for name in ("split", "source")),
        pa.field("unit", pa.int32()),
        *(PORTIONS.field(name) for name in ("run", "batch", "documents", "tokens")),
        pa.field("start", pa.int64()),
        pa.field("low", pa.int64()),
        pa.field("high", pa.int64()),
    ]
)
#: As `high`: to the end of the stream, documents without tokens there included.
_END = 2**63 - 1


def cut_shards(
    portions: pa.Table, splits: Sequence[str], size: int, shuffled: bool
) -> Iterator[pa.RecordBatch]:
    """Yields what each shard is cut from, stream after stream.

    Args:
        portions: those of all units with a column `unit`, in the order of units.
        splits: names of all splits, in the order of their streams.
        size: tokens in a shard, about.
        shuffled: documents are ordered by their keys: a shard takes whole buckets.

    Yields:
        One batch of `SHARD_PORTIONS` for each shard.
    """
    streams = portions.group_by(["split", "source"]).aggregate([])
    for name in splits:
        of_split = streams.filter(pc.equal(streams["split"], name))
        for source in sorted(of_split["source"].to_pylist()):
            here = pc.and_(pc.equal(portions["split"], name), pc.equal(portions["source"], source))
            stream = portions.filter(here)
            if shuffled:
                stream = stream.sort_by([("bucket", "ascending"), ("unit", "ascending"),
                                         ("run", "ascending"), ("batch", "ascending")])  # fmt: skip
            yield from _cut_stream(stream, size, shuffled)


def _cut_stream(stream: pa.Table, size: int, shuffled: bool) -> Iterator[pa.RecordBatch]:
    tokens = stream["tokens"].to_numpy()
    starts = np.cumsum(tokens) - tokens
    total, longest = int(tokens.sum()), pc.max(stream["longest"]).as_py()
    shards = max(1, min(-(-total // size), total // max(1, longest)))
    if shuffled:
        # A bucket belongs to the shard in which its first token lies.
        buckets = stream["bucket"].to_numpy()
        first = starts[np.searchsorted(buckets, buckets)]
        shard = np.minimum(first * shards // max(1, total), shards - 1)
        borders = [*np.flatnonzero(np.diff(shard, prepend=-1)).tolist(), len(shard)]
        for low, high in itertools.pairwise(borders):
            yield _portions(stream, starts, range(low, high), 0, _END)
        return
    ends = starts + tokens
    for number in range(shards):
        low, high = (total * k // shards for k in (number, number + 1))
        last = number == shards - 1
        first = int(np.searchsorted(ends, low))
        stop = len(starts) if last else int(np.searchsorted(starts, high))
        yield _portions(stream, starts, range(first, stop), low, _END if last else high)


def _portions(
    stream: pa.Table, starts: NDArray[np.int64], rows: range, low: int, high: int
) -> pa.RecordBatch:
    picked = stream.slice(rows.start, len(rows))
    columns = {name: picked[name] for name in SHARD_PORTIONS.names if name in picked.column_names}
    columns |= {
        "start": pa.array(starts[rows.start : rows.stop]),
        "low": pa.array(np.full(len(rows), low)),
        "high": pa.array(np.full(len(rows), high)),
    }
    batch: pa.RecordBatch = (
        pa.table(columns).select(SHARD_PORTIONS.names).cast(SHARD_PORTIONS).combine_chunks()
    ).to_batches()[0]
    return batch


def documents_inside(
    lengths: NDArray[np.int64], start: int, low: int, high: int
) -> tuple[int, int]:
    """Returns which documents of a portion a shard holds: the first, and the one behind the last.

    Args:
        lengths: int64[N], tokens of the documents of the portion.
        start: token of the stream at which the portion begins.
        low: the shard's first token.
        high: the token behind its last.

    >>> documents_inside(np.array([5, 0, 5, 5]), 100, 105, 115)
    (1, 4)
    """
    starts = start + np.cumsum(lengths) - lengths
    first, last = np.searchsorted(starts, [low, high])
    return int(first), int(last)
