"""All shards of a folder as one stream of tokens, mapped into memory."""

import functools
import hashlib
import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.errors import VerifyError
from corpus_pipeline.loader.stream import TokenStream, no_starts
from corpus_pipeline.tokens.index import ShardEntry, TokenIndex, load_index
from corpus_pipeline.tokens.shard import ShardBatch, Tokens, open_shard

#: Most shards that are mapped at once. A map needs no file descriptor, but Linux gives a process
#: 65,530 maps by default, and the trainer has files of its own.
_MOST_OPEN = 16_384


class _OpenShard(NamedTuple):
    """A shard, mapped into memory."""

    starts: list[int]
    """Token of the shard at which each batch starts."""
    batches: list[ShardBatch]
    """Those that have tokens."""
    offsets: list[memoryview]
    """Of each batch; bisection of a memoryview takes half the time of NumPy's."""
    repeated: dict[int, bool]
    """Whether documents of a batch start at the same token, where it is known."""


class TokenDataset:
    """One stream of tokens: shards in the order of the index, documents in the order of the shard.

    Shards are opened when they are first read. A dataset pickles as the name of its folder.

    Attributes:
        folder: where the shards are.
        index: the folder's index.
        fingerprint: sha256 of the index, which holds those of the shards and of the tokenizer.
        tokens: length of the stream.
        documents: number of documents, those without tokens included.
        dtype: of the tokens, uint16 or uint32.
        eos_id: id after each document; null when there is none.
    """

    def __init__(self, folder: Path, index: TokenIndex) -> None:
        self.folder = folder
        self.index = index
        self.fingerprint = hashlib.sha256(index.to_json().encode()).hexdigest()
        self.documents = index.documents
        self.dtype: np.dtype[Any] = np.dtype(index.dtype)
        self.eos_id = index.eos_id
        self._starts = [0, *itertools.accumulate(entry.tokens for entry in index.shards)]
        self.tokens = self._starts[-1]
        self._shard = functools.lru_cache(_MOST_OPEN)(self._open)

    def __reduce__(self) -> tuple[Any, ...]:
        return _open_again, (self.folder, self.fingerprint)

    def stream(self, split: str = "train", sources: Sequence[str] | None = None) -> TokenStream:
        """Returns the tokens of a split, of some of its sources.

        Args:
            split: its name; `train` where a run has no splits.
            sources: names; null takes all. Their order does not matter.

        Raises:
            ValueError: the index has no such split or source.
        """
        entries = self.index.shards
        splits = dict.fromkeys(entry.split for entry in entries)
        if split not in splits:
            raise ValueError(f"no split {split!r}; {self.folder} has {', '.join(splits) or 'none'}")
        there = dict.fromkeys(entry.source for entry in entries if entry.split == split)
        for source in sources or ():
            if source not in there:
                raise ValueError(
                    f"no source {source!r} in split {split}; {self.folder} has {', '.join(there)}"
                )
        wanted = there if sources is None else set(sources)
        start, token, total = [], [], 0
        after = -1
        for entry, first in zip(entries, self._starts, strict=False):
            if entry.tokens and entry.split == split and entry.source in wanted:
                if first != after:
                    start.append(total)
                    token.append(first)
                total += entry.tokens
                after = first + entry.tokens
        return TokenStream(
            self,
            np.array(start, np.int64),
            np.array(token, np.int64),
            total,
            [self.fingerprint, split, *(() if sources is None else sorted(set(sources)))],
            (TokenDataset.stream, (self, split, sources)),
        )

    def read(self, start: int, stop: int) -> Tokens:
        """Copies the tokens `start` to `stop` of the stream.

        Raises:
            IndexError: the range is not inside the stream.
            VerifyError: a shard is missing, cut, or not the one that the index names.
        """
        self._check_range(start, stop)
        out = np.empty(stop - start, self.dtype)
        self.copy_into(out, start)
        return out

    def copy_into(self, out: Tokens, start: int) -> None:
        """Copies as many tokens as `out` holds, from `start` of the stream on.

        Args:
            out: of the stream's dtype, filled whole.
            start: place in the stream.

        Raises:
            IndexError: the range is not inside the stream.
            VerifyError: a shard is missing, cut, or not the one that the index names.
        """
        filled, size = 0, len(out)
        self._check_range(start, start + size)
        while filled < size:
            k = bisect_right(self._starts, start + filled) - 1
            shard = self._shard(k)
            inside = start + filled - self._starts[k]
            j = bisect_right(shard.starts, inside) - 1
            first = inside - shard.starts[j]
            part = shard.batches[j].tokens[first : first + size - filled]
            out[filled : filled + len(part)] = part
            filled += len(part)

    def batch_at(self, token: int) -> tuple[ShardEntry, int, ShardBatch]:
        """Returns the record batch that holds a token of the stream, as views of the mapped file.

        Returns:
            Its shard's entry; the place of its first token in the stream; the batch.

        Raises:
            IndexError: there is no such token.
            VerifyError: a shard is missing, cut, or not the one that the index names.
        """
        self._check_range(token, token + 1)
        k = bisect_right(self._starts, token) - 1
        shard = self._shard(k)
        j = bisect_right(shard.starts, token - self._starts[k]) - 1
        return self.index.shards[k], self._starts[k] + shard.starts[j], shard.batches[j]

    def document_starts(self, start: int, stop: int) -> NDArray[np.int64]:
        """Returns where documents start in a range of the stream.

        Returns:
            int64, ascending, each from 0 to `stop - start` - 1, relative to `start`. Documents
            without tokens do not count.

        Raises:
            IndexError: the range is not inside the stream.
            VerifyError: a shard is missing, cut, or not the one that the index names.
        """
        self._check_range(start, stop)
        parts = []
        at = start
        while at < stop:
            k = bisect_right(self._starts, at) - 1
            shard = self._shard(k)
            j = bisect_right(shard.starts, at - self._starts[k]) - 1
            base = self._starts[k] + shard.starts[j]
            batch, offsets = shard.batches[j], shard.offsets[j]
            low = bisect_left(offsets, at - base)
            high = bisect_left(offsets, min(stop - base, len(batch.tokens)), low)
            found = batch.offsets[low:high]
            if j not in shard.repeated:
                shard.repeated[j] = bool((batch.offsets[1:] == batch.offsets[:-1]).any())
            if shard.repeated[j]:
                # A document without tokens starts where the next one does.
                found = np.unique(found)
            parts.append(found + np.int64(base - start))
            at = base + len(batch.tokens)
        if len(parts) == 1:
            return parts[0]
        return np.concatenate([no_starts(), *parts])

    def _open(self, k: int) -> _OpenShard:
        entry = self.index.shards[k]
        path = self.folder / entry.file
        shard = open_shard(path)
        found = (shard.format, shard.documents, shard.tokens, path.stat().st_size)
        if found != (self.index.format, entry.documents, entry.tokens, entry.bytes):
            raise VerifyError(
                f"{path} is not the shard that index.json names (documents, tokens, bytes or "
                "tokenizer differ); copy the folder again"
            )
        batches = [batch for batch in shard.batches if len(batch.tokens)]
        starts = itertools.accumulate((len(batch.tokens) for batch in batches[:-1]), initial=0)
        offsets = [batch.offsets.data for batch in batches]
        return _OpenShard(list(starts), batches, offsets, {})

    def _check_range(self, start: int, stop: int) -> None:
        if not 0 <= start <= stop <= self.tokens:
            raise IndexError(f"tokens {start} to {stop} of a stream of {self.tokens}")


def open_tokens(folder: str | Path) -> TokenDataset:
    """Opens a folder of token shards. Only index.json is read.

    A shard's size, counts and format are compared with the index when it is first read; digests are
    not, as that would read everything: `corpus_pipeline.tokens.index.verify_index` does it.

    Raises:
        VerifyError: index.json is missing or cannot be read, or the folder is a URL.
    """
    if "://" in str(folder):
        raise VerifyError(
            f"{str(folder).partition('://')[0]}://...: shards are mapped into memory; copy the "
            "folder tokens/ to a local disk first and open that"
        )
    return TokenDataset(Path(folder), load_index(folder))


def _open_again(folder: Path, fingerprint: str) -> TokenDataset:
    """Opens a folder that another process has open."""
    dataset = open_tokens(folder)
    if dataset.fingerprint != fingerprint:
        raise VerifyError(f"{folder} has changed since it was opened; open it again")
    return dataset
