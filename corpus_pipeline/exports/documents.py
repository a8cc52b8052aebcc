"""Documents of a stream, some at a time, as views of the mapped shards where they lie together."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.errors import VerifyError
from corpus_pipeline.loader import TokenDataset, TokenStream
from corpus_pipeline.tokens.index import ShardEntry
from corpus_pipeline.tokens.shard import ShardBatch, Tokens

#: Segments of a stream that are looked at together: some megabytes of places.
_SEGMENTS = 1 << 16
#: Tokens of documents that are taken together, unless one has more. Scattered ones are copied.
_TOGETHER = 1 << 22
#: Documents between which the end of a file is looked for at first, in tokens.
_SEARCHED = 1 << 16


class Documents(NamedTuple):
    """N documents with their tokens; those without a token are left out."""

    ids: pa.Array
    """N names, type `string`."""
    units: NDArray[np.int32]
    """int32[N], unit of the run that each is from."""
    rows: NDArray[np.int64]
    """int64[N], its row there."""
    lengths: NDArray[np.int64]
    """int64[N], tokens of each, the end of the document included; 1 at least."""
    tokens: Tokens
    """uint16 or uint32, of all N, one behind the other. May be a view of a file: do not change."""
    source: str
    """Of all N."""

    def each(self) -> Iterator[tuple[str, Tokens]]:
        """Yields the name and the tokens of each document: slow, for small things."""
        ends = np.cumsum(self.lengths).tolist()
        starts = [0, *ends]
        for id_, start, end in zip(self.ids.to_pylist(), starts, ends, strict=False):
            yield id_, self.tokens[start:end]


def documents_of(
    dataset: TokenDataset, stream: TokenStream, start: int, stop: int
) -> Iterator[Documents]:
    """Yields the documents in a range of a stream, in its order.

    Args:
        dataset: whose tokens the stream has.
        stream: of some documents.
        start: where a document starts.
        stop: where one ends.

    Raises:
        VerifyError: a shard is not what the index says, or a segment of the stream does not begin
            and end at documents.
    """
    for piece in _pieces(dataset, stream, start, stop):
        yield _gathered(piece)


def lengths_of(
    dataset: TokenDataset, stream: TokenStream, start: int, stop: int
) -> Iterator[NDArray[np.int64]]:
    """Yields the lengths of the same documents, without a look at their tokens."""
    for piece in _pieces(dataset, stream, start, stop):
        lengths = _lengths(piece)
        yield lengths[lengths > 0]


class _Pieces(NamedTuple):
    """K pieces of one record batch, each from the start of a document to the end of one."""

    entry: ShardEntry
    batch: ShardBatch
    begins: NDArray[np.int32]
    """int32[K], token of the batch."""
    ends: NDArray[np.int32]
    """int32[K]."""
    low: NDArray[np.int64]
    """int64[K], first document."""
    high: NDArray[np.int64]
    """int64[K], behind the last."""


def _pieces(dataset: TokenDataset, stream: TokenStream, start: int, stop: int) -> Iterator[_Pieces]:
    """Yields what of the shards a range of a stream consists of."""
    places, tokens = stream.segments
    low = max(int(places.searchsorted(start, "right")) - 1, 0)
    high = int(places.searchsorted(stop, "left"))
    for first in range(low, high, _SEGMENTS):
        last = min(first + _SEGMENTS, high)
        end = int(places[last]) if last < len(places) else stream.tokens
        begins = np.maximum(places[first:last], start)
        ends = np.minimum(np.append(places[first + 1 : last], end), stop)
        token = tokens[first:last] + begins - places[first:last]
        yield from _by_batch(dataset, token, (ends - begins).astype(np.int64))


def _by_batch(
    dataset: TokenDataset, token: NDArray[np.int64], count: NDArray[np.int64]
) -> Iterator[_Pieces]:
    """Finds the record batches of pieces of the shards' tokens: where each begins, how long it is.

    Both arrays are used up.
    """
    k, look = 0, 1
    while k < len(token):
        entry, base, batch = dataset.batch_at(int(token[k]))
        end = base + len(batch.tokens)
        here = _first_documents(batch, int(token[k]) - base)
        if here < count[k]:
            # A piece that is long, or goes on in the next batch.
            yield _located(entry, batch, token[k : k + 1] - base, np.array([here]))
            token[k] += here
            count[k] -= here
            continue
        ahead = slice(k, k + look)
        inside = (token[ahead] >= base) & (token[ahead] + count[ahead] <= end)
        inside &= np.cumsum(count[ahead]) <= _TOGETHER
        taken = len(inside) if inside.all() else max(int(inside.argmin()), 1)
        yield _located(entry, batch, token[k : k + taken] - base, count[k : k + taken])
        k += taken
        # Scattered documents lie in other batches each; of dense ones many are in this one.
        look = min(2 * look, _SEGMENTS) if taken == look else 2 * taken


def _first_documents(batch: ShardBatch, first: int) -> int:
    """Returns how many tokens the documents have that are taken together from a place on."""
    offsets = batch.offsets
    # As int32, for a wider value would make NumPy copy all offsets of the batch.
    most = np.int32(min(first + _TOGETHER, len(batch.tokens)))
    stop = int(offsets[offsets.searchsorted(most, "right") - 1])
    if stop <= first:
        stop = int(offsets[offsets.searchsorted(np.int32(first), "right")])
    return stop - first


def _located(
    entry: ShardEntry, batch: ShardBatch, first: NDArray[np.int64], count: NDArray[np.int64]
) -> _Pieces:
    """Finds the documents of pieces of one record batch."""
    offsets = batch.offsets
    # As int32, for a wider value would make NumPy copy all offsets of the batch.
    begins, ends = first.astype(np.int32), (first + count).astype(np.int32)
    low, high = offsets[:-1].searchsorted(begins), offsets.searchsorted(ends)
    if (offsets[low] != begins).any() or (offsets[high] != ends).any():
        raise VerifyError(
            f"{entry.file}: a segment of the stream does not begin or end at a document; plan the "
            "mixture again"
        )
    return _Pieces(entry, batch, begins, ends, low, high)


def _gathered(piece: _Pieces) -> Documents:
    """Takes the documents of pieces together."""
    batch = piece.batch
    if len(piece.begins) == 1:
        tokens = batch.tokens[piece.begins[0] : piece.ends[0]]
    else:
        pairs = zip(piece.begins.tolist(), piece.ends.tolist(), strict=True)
        tokens = np.concatenate([batch.tokens[begin:end] for begin, end in pairs])
    lengths = _lengths(piece)
    ids, units, numbers = _rows(batch, _numbers(piece))
    if not lengths.all():
        kept = lengths > 0
        ids, lengths = ids.filter(pa.array(kept)), lengths[kept]
        units, numbers = units[kept], numbers[kept]
    return Documents(ids, units, numbers, lengths, tokens, piece.entry.source)


def _numbers(piece: _Pieces) -> slice | NDArray[np.int64]:
    """Returns which documents of the batch these are."""
    if len(piece.begins) == 1:
        return slice(int(piece.low[0]), int(piece.high[0]))
    return _ranges(piece.low, piece.high - piece.low)


def _lengths(piece: _Pieces) -> NDArray[np.int64]:
    offsets, numbers = piece.batch.offsets, _numbers(piece)
    if isinstance(numbers, slice):
        return np.diff(offsets[numbers.start : numbers.stop + 1]).astype(np.int64)
    return (offsets[numbers + 1] - offsets[numbers]).astype(np.int64)


def _rows(
    batch: ShardBatch, rows: slice | NDArray[np.int64]
) -> tuple[pa.Array, NDArray[np.int32], NDArray[np.int64]]:
    if isinstance(rows, slice):
        ids = batch.ids.slice(rows.start, rows.stop - rows.start)
    else:
        ids = batch.ids.take(pa.array(rows))
    return ids, batch.units[rows], batch.rows[rows]


def _ranges(first: NDArray[np.int64], count: NDArray[np.int64]) -> NDArray[np.int64]:
    """Joins ranges of whole numbers.

    >>> _ranges(np.array([5, 1, 7]), np.array([2, 0, 3])).tolist()
    [5, 6, 7, 8, 9]
    """
    before = np.cumsum(count) - count
    joined: NDArray[np.int64] = np.arange(int(count.sum())) + np.repeat(first - before, count)
    return joined


def cut(stream: TokenStream, most: int | None) -> list[int]:
    """Cuts a stream between documents into pieces of bounded length.

    Args:
        stream: of some documents.
        most: tokens of a piece; null makes one piece of all. A longer document is a piece of its
            own.

    Returns:
        Where the pieces begin, and where the last one ends, ascending.
    """
    borders = [0]
    while most is not None and stream.tokens - borders[-1] > most:
        borders.append(_border(stream, borders[-1], most))
    return [*borders, stream.tokens] if stream.tokens > borders[-1] else borders


def _border(stream: TokenStream, at: int, most: int) -> int:
    """Returns the last place up to `at + most` at which a document starts, else the first behind.

    `at + most` lies inside the stream.
    """
    searched, limit = _SEARCHED, at + most + 1
    low = limit
    while low > at + 1:
        low = max(at + 1, limit - searched)
        starts = stream.document_starts(low, limit)
        if len(starts):
            return low + int(starts[-1])
        searched *= 2
    while limit < stream.tokens:
        stop = min(limit + searched, stream.tokens)
        starts = stream.document_starts(limit, stop)
        if len(starts):
            return limit + int(starts[0])
        limit = stop
    return stream.tokens
