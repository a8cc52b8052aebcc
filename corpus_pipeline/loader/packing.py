"""The packing of a stream into sequences that cut no document that fits, kept in a file.

    stream ──lengths of documents──► best_fit, group by group ──► packing-….arrow ──map──► Packing

Packing looks at every document, so it is done once for a stream and a length. A group is a stretch
of the stream of 1,024 sequences: with 2**22 tokens at length 4096 the padding is 0.06 to 0.1 % of
the places (documents of 300 to 1,500 tokens on average, 2026-11), with four times as many 0.02 to
0.07 %, and a shuffle that reads few shards at a time needs it small.
"""

import contextlib
import functools
import hashlib
import itertools
import os
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.errors import LoaderError, VerifyError
from corpus_pipeline.loader.best_fit import Packed, best_fit
from corpus_pipeline.loader.layouts import flattened, spread
from corpus_pipeline.loader.stream import Piece, TokenStream
from corpus_pipeline.tokens.shard import Tokens

#: Version of the file, and of how documents are packed.
PACKING_VERSION = 1

#: Sequences that the documents of a group would fill.
_GROUP = 1024

#: Tokens of the groups of a record batch: few batches, and little memory to write one.
_BATCH_TOKENS = 1 << 28

_SCHEMA = pa.schema(
    [
        ("starts", pa.list_(pa.int64())),
        ("counts", pa.list_(pa.int32())),
        ("size", pa.int32()),
        ("goes_on", pa.uint8()),
    ]
)


class Packing:
    """Sequences of pieces of documents. Open it with `load_packing`.

    Attributes:
        sequences: number of them.
        pieces: returns the pieces of a sequence.
    """

    def __init__(self, reader: pa.ipc.RecordBatchFileReader) -> None:
        self._batches = []
        self._firsts = [0]
        for k in range(reader.num_record_batches):
            batch = reader.get_batch(k)
            batch.validate()
            starts, counts = batch.column("starts"), batch.column("counts")
            others = (batch.column(name) for name in ("size", "goes_on"))
            columns = (starts.offsets, starts.values, counts.values, *others)
            self._batches.append(tuple(column.to_numpy() for column in columns))
            self._firsts.append(self._firsts[-1] + batch.num_rows)
        self.sequences = self._firsts[-1]
        # A sequence is looked at for its tokens, and then for its documents.
        self.pieces = functools.lru_cache(4096)(self._pieces)

    def _pieces(self, sequence: int) -> list[Piece]:
        """Returns the pieces of a sequence."""
        k = bisect_right(self._firsts, sequence) - 1
        offsets, starts, counts, *_ = self._batches[k]
        low, high = offsets[sequence - self._firsts[k] :][:2].tolist()
        return list(zip(starts[low:high].tolist(), counts[low:high].tolist(), strict=True))

    def sizes(self, sequences: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns the number of tokens of each of K sequences, int64[K]."""
        return self._taken(3, sequences).astype(np.int64)

    def go_on(self, sequences: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Says of each of K sequences whether its document has more behind it, bool[K]."""
        return self._taken(4, sequences).astype(np.bool_)

    def _taken(self, column: int, sequences: NDArray[np.int64]) -> NDArray[np.int64]:
        found = np.empty_like(sequences)
        batches = np.searchsorted(np.array(self._firsts), sequences, "right") - 1
        for k in np.unique(batches).tolist():
            here = batches == k
            found[here] = self._batches[k][column][sequences[here] - self._firsts[k]]
        return found


def load_packing(stream: TokenStream, length: int, folder: Path) -> Packing:
    """Maps the packing of a stream into memory; makes it where it is not there.

    Args:
        stream: what is packed.
        length: tokens of a sequence.
        folder: where packings are kept; it is made. Processes that make the same one at once write
            the same bytes.

    Raises:
        LoaderError: the packing cannot be kept there.
        VerifyError: the file there cannot be read, or a shard is not what it should be.
    """
    key = f"{PACKING_VERSION} {stream.fingerprint} {length}"
    path = folder / f"packing-{hashlib.sha256(key.encode()).hexdigest()[:32]}.arrow"
    if not path.exists():
        _write(stream, length, path)
    try:
        with pa.memory_map(str(path)) as file:
            packing = Packing(pa.ipc.open_file(file))
    except (OSError, pa.ArrowInvalid, KeyError) as error:
        raise VerifyError(f"{path} cannot be read as a packing ({error}); remove it") from error
    return packing


def _write(stream: TokenStream, length: int, path: Path) -> None:
    """Packs a stream; the file appears under its name when it is whole."""
    unfinished = path.with_suffix(f".{os.urandom(8).hex()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with (
            pa.OSFile(str(unfinished), "wb") as sink,
            pa.ipc.new_file(sink, _SCHEMA) as writer,
        ):
            for batch in _batches(stream, length):
                writer.write_batch(batch)
        unfinished.replace(path)
    except OSError as error:
        raise LoaderError(
            f"{path.parent}: how documents are packed cannot be kept there ({error}); name a "
            "folder with room as `cache`"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink()


def _batches(stream: TokenStream, length: int) -> Iterator[pa.RecordBatch]:
    waiting: list[Packed] = []
    for starts, ends in groups(stream, length * _GROUP):
        waiting.append(best_fit(starts, ends, length))
        if len(waiting) * length * _GROUP >= _BATCH_TOKENS:
            yield _batch(waiting)
            waiting = []
    if waiting:
        yield _batch(waiting)


def _batch(groups: list[Packed]) -> pa.RecordBatch:
    starts = np.concatenate([group.starts for group in groups])
    sizes = np.concatenate([group.sizes for group in groups])
    counts = np.concatenate([np.diff(group.offsets) for group in groups])
    offsets = np.zeros(len(counts) + 1, np.int32)
    np.cumsum(counts, out=offsets[1:])
    lists = [
        pa.ListArray.from_arrays(pa.array(offsets), pa.array(values)) for values in (starts, sizes)
    ]
    totals = np.add.reduceat(sizes, offsets[:-1], dtype=np.int32)
    goes_on = np.concatenate([group.goes_on for group in groups]).astype(np.uint8)
    return pa.record_batch([*lists, pa.array(totals), pa.array(goes_on)], schema=_SCHEMA)


def groups(
    stream: TokenStream, tokens: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yields the documents of a stream in groups.

    Args:
        stream: a stream.
        tokens: a group has the documents that start in a stretch of so many.

    Yields:
        Where the documents of a group start, and where they end, int64[N] each.
    """
    before = np.zeros(0, np.int64)
    for first in range(0, stream.tokens, tokens):
        starts = stream.document_starts(first, min(first + tokens, stream.tokens)) + first
        if len(starts) == 0:
            # A document longer than a group.
            continue
        if len(before):
            yield before, np.append(before[1:], starts[0])
        before = starts
    if len(before):
        yield before, np.append(before[1:], stream.tokens)


class BestFit:
    """The layout of sequences that are packed: their numbers, again and again."""

    stride = 1

    def __init__(self, stream: TokenStream, packing: Packing, length: int, pad: int) -> None:
        """Takes a stream, how it is packed, and the token for the places that stay empty."""
        self.period = packing.sequences
        self._stream = stream
        self._packing = packing
        self._length = length
        self._pad = pad

    def windows(self, tokens: int) -> int:
        """Returns the sequences' share of so many tokens, rounded."""
        return _rounded(tokens * self.period, self._stream.tokens)

    def tokens(self, windows: int) -> int:
        """Returns the tokens' share of so many sequences, rounded."""
        return _rounded(windows * self._stream.tokens, self.period)

    def place(self, token: int) -> int:
        """Returns the sequence that has about so many tokens before it."""
        return self.windows(token)

    def behind(self, place: int, windows: int, tokens: int) -> int:
        """Returns the token that stands for the sequence behind so many."""
        return self.tokens(place + windows)

    def sizes(self, places: NDArray[np.int64], left: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns how many tokens each sequence holds, whatever is left of the plan."""
        return self._packing.sizes(places % self.period)

    def first_tokens(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns the token of the stream that each sequence starts with."""
        return np.array([pieces[0][0] for pieces in self._pieces(places)], np.int64)

    def fill(self, rows: Tokens, places: NDArray[np.int64], sizes: NDArray[np.int64]) -> None:
        """Writes sequences."""
        sequences = self._pieces(places)
        tokens = np.empty(sizes.sum(), rows.dtype)
        self._stream.copy_pieces(tokens, itertools.chain(*sequences))
        spread(tokens, sizes, rows, self._pad)
        for row in np.flatnonzero(self._packing.go_on(places % self.period)).tolist():
            self._stream.copy_into(rows[row, -1:], sum(sequences[row][0]))

    def joins(self, places: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns the places in flattened sequences whose target is of another document."""
        sequences = self._pieces(places)
        counts = [count for pieces in sequences for _, count in pieces]
        found = flattened(np.cumsum(np.array(counts, np.int64)) - 1, sizes, self._length)
        # A sequence that goes on is one piece.
        numbers = [len(pieces) for pieces in sequences]
        return found[~np.repeat(self._packing.go_on(places % self.period), numbers)]

    def _pieces(self, places: NDArray[np.int64]) -> list[list[Piece]]:
        return [self._packing.pieces(sequence) for sequence in (places % self.period).tolist()]


def _rounded(numerator: int, denominator: int) -> int:
    """Divides; a half is rounded up."""
    return (2 * numerator + denominator) // (2 * denominator)
