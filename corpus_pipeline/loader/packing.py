"""The packing of a stream into sequences that cut no document that fits, kept in a file.

    stream ──lengths of documents──► best_fit, group by group ──► packing-….arrow ──map──► Packing

Packing looks at every document, so it is done once for a stream and a length. A group is a stretch
of the stream of 1,024 sequences: with 2**22 tokens at length 4096 the padding is 0.06 to 0.1 % of
the places (documents of 300 to 1,500 tokens on average, 2026-11), with four times as many 0.02 to
0.07 %, and a shuffle that reads few shards at a time needs it small.
"""

import contextlib
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
from corpus_pipeline.loader.stream import TokenStream, no_starts
from corpus_pipeline.tokens.shard import Tokens

#: Version of the file, and of how documents are packed.
PACKING_VERSION = 1

#: Sequences that the documents of a group would fill.
_GROUP = 1024

#: Tokens of the groups of a record batch: few batches, and little memory to write one.
_BATCH_TOKENS = 1 << 28

_PIECES = pa.list_(pa.field("item", pa.int64(), nullable=False))


class Packing:
    """Sequences of pieces of documents. Open it with `load_packing`.

    Attributes:
        sequences: number of them.
    """

    def __init__(self, reader: pa.ipc.RecordBatchFileReader) -> None:
        self._batches = []
        self._firsts = [0]
        for k in range(reader.num_record_batches):
            batch = reader.get_batch(k)
            batch.validate()
            starts, ends = batch.column("starts"), batch.column("ends")
            columns = (starts.offsets, starts.values, ends.values, batch.column("size"))
            self._batches.append(tuple(column.to_numpy() for column in columns))
            self._firsts.append(self._firsts[-1] + batch.num_rows)
        self.sequences = self._firsts[-1]

    def pieces(self, sequence: int) -> list[tuple[int, int]]:
        """Returns the first token of each piece of a sequence and the token behind its last."""
        k = bisect_right(self._firsts, sequence) - 1
        offsets, starts, ends, _ = self._batches[k]
        low, high = offsets[sequence - self._firsts[k] :][:2].tolist()
        return list(zip(starts[low:high].tolist(), ends[low:high].tolist(), strict=True))

    def sizes(self, sequences: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns the number of tokens of each of K sequences, int64[K]."""
        found = np.empty_like(sequences)
        batches = np.searchsorted(np.array(self._firsts), sequences, "right") - 1
        for k in np.unique(batches).tolist():
            here = batches == k
            found[here] = self._batches[k][3][sequences[here] - self._firsts[k]]
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
    schema = pa.schema([("starts", _PIECES), ("ends", _PIECES), ("size", pa.int32())])
    unfinished = path.with_suffix(f".{os.urandom(8).hex()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with (
            pa.OSFile(str(unfinished), "wb") as sink,
            pa.ipc.new_file(sink, schema) as writer,
        ):
            for batch in _batches(stream, length):
                writer.write_batch(batch.cast(schema))
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
        pa.ListArray.from_arrays(pa.array(offsets), pa.array(values))
        for values in (starts, starts + sizes)
    ]
    totals = np.add.reduceat(sizes, offsets[:-1], dtype=np.int32)
    return pa.record_batch([*lists, pa.array(totals)], ["starts", "ends", "size"])


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
    before = no_starts()
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

    def fill(self, row: Tokens, place: int, size: int) -> None:
        """Writes a sequence."""
        filled = 0
        for start, end in self._packing.pieces(place % self.period):
            self._stream.copy_into(row[filled : filled + end - start], start)
            filled += end - start
        row[filled:] = self._pad
        if filled == self._length and not self._is_end(end):
            # The sequence is a piece of a longer document.
            self._stream.copy_into(row[filled:], end)

    def joins(self, place: int, size: int) -> NDArray[np.int64]:
        """Returns the places in a sequence, from 0, whose target belongs to another document."""
        pieces = self._packing.pieces(place % self.period)
        lasts = list(itertools.accumulate((end - start for start, end in pieces), initial=-1))[1:]
        if size == self._length and not self._is_end(pieces[-1][1]):
            lasts.pop()
        return np.array(lasts, np.int64)

    def _is_end(self, token: int) -> bool:
        """Says whether a document ends before a token of the stream."""
        if token == self._stream.tokens:
            return True
        return len(self._stream.document_starts(token, token + 1)) > 0


def _rounded(numerator: int, denominator: int) -> int:
    """Divides; a half is rounded up."""
    return (2 * numerator + denominator) // (2 * denominator)
