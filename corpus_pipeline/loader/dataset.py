"""All shards of a folder as one stream of tokens, mapped into memory."""

import dataclasses
import functools
import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.errors import VerifyError
from corpus_pipeline.loader.stream import Piece, TokenStream
from corpus_pipeline.machine import cache_folder
from corpus_pipeline.tokens.index import ShardEntry, TokenIndex, load_index
from corpus_pipeline.tokens.shard import Shard, ShardBatch, Tokens, open_shard

if TYPE_CHECKING:
    from corpus_pipeline.loader.remote import RemoteShards

#: Most shards that are mapped at once. A map needs no file descriptor, but Linux gives a process
#: 65,530 maps by default, and the trainer has files of its own.
_MOST_OPEN = 16_384

#: Bytes of remote shards that are kept on this machine.
_CACHE_BYTES = 32 << 30

#: Documents among which the end of a piece is looked for first.
_NEAR = 32


@dataclasses.dataclass
class _Mapped:
    """A record batch of a shard, mapped into memory."""

    first: int
    """Token of the stream that it starts with."""
    end: int
    """Token of the stream behind its last."""
    tokens: Tokens
    offsets: memoryview
    """Where documents start, from 0; bisection takes half the time of NumPy's."""
    batch: ShardBatch | None = None
    """As the shard has it; null where no token is."""

    @functools.cached_property
    def has_repeated(self) -> bool:
        """Whether documents start at the same token, because some have none."""
        offsets = np.asarray(self.offsets)
        return bool((offsets[1:] == offsets[:-1]).any())


class _OpenShard(NamedTuple):
    """A shard, mapped into memory."""

    firsts: list[int]
    """Token of the stream that each record batch starts with."""
    batches: list[_Mapped]
    """Those that have tokens."""


#: Where no token is.
_NOWHERE = _Mapped(0, 0, np.zeros(0, np.uint16), memoryview(b""))


class TokenDataset:
    """One stream of tokens: shards in the order of the index, documents in the order of the shard.

    Shards are opened when they are first read. A dataset pickles as the name of its folder.

    Attributes:
        folder: where the shards are; a URL as text.
        is_remote: whether that is a URL.
        index: the folder's index.
        fingerprint: sha256 of the index, which holds those of the shards and of the tokenizer.
        tokens: length of the stream.
        documents: number of documents, those without tokens included.
        dtype: of the tokens, uint16 or uint32.
        eos_id: id after each document; null when there is none.
    """

    def __init__(
        self, folder: Path | str, index: TokenIndex, remote: "RemoteShards | None" = None
    ) -> None:
        """Takes a folder, its index, and what fetches its shards where they are remote."""
        self.folder = folder
        self.is_remote = remote is not None
        self._remote = remote
        self.index = index
        self.fingerprint = index.fingerprint
        self.documents = index.documents
        self.dtype: np.dtype[Any] = np.dtype(index.dtype)
        self.eos_id = index.eos_id
        self._starts = [0, *itertools.accumulate(entry.tokens for entry in index.shards)]
        self.tokens = self._starts[-1]
        self._shard = functools.lru_cache(
            _MOST_OPEN if remote is None else min(remote.most_open, _MOST_OPEN)
        )(self._open)

    def __reduce__(self) -> tuple[Any, ...]:
        cache = (
            () if self._remote is None else (self._remote.cache.folder, self._remote.cache.limit)
        )
        return _open_again, (self.folder, self.fingerprint, *cache)

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
        self.copy_pieces(out, [(start, stop - start)])
        return out

    def copy_pieces(self, out: Tokens, pieces: Iterable[Piece]) -> int:
        """Copies pieces of the stream, one behind the other, and returns their length.

        Args:
            out: of the stream's dtype, with room for all.
            pieces: what is copied.

        Raises:
            IndexError: a piece is not inside the stream.
            VerifyError: a shard is missing, cut, or not the one that the index names.
        """
        filled = 0
        # Pieces are often neighbours, so what the last one was in is looked at first.
        here = _NOWHERE
        for token, count in pieces:
            stop = token + count
            while token < stop:
                if not here.first <= token < here.end:
                    here = self._mapped(token)
                behind = min(stop, here.end)
                part = here.tokens[token - here.first : behind - here.first]
                out[filled : filled + behind - token] = part
                filled += behind - token
                token = behind
        return filled

    def piece_starts(self, pieces: Iterable[Piece]) -> NDArray[np.int64]:
        """Returns where documents start in pieces of the stream that are one behind the other.

        Returns:
            int64, ascending, from 0. Documents without tokens do not count.

        Raises:
            IndexError: a piece is not inside the stream.
            VerifyError: a shard is missing, cut, or not the one that the index names.
        """
        found: list[int] = []
        passed, repeated, here = 0, False, _NOWHERE
        for token, count in pieces:
            stop = token + count
            while token < stop:
                if not here.first <= token < here.end:
                    here = self._mapped(token)
                behind = min(stop, here.end)
                low = bisect_left(here.offsets, token - here.first)
                # The end is near: bisection of all offsets would wander through cold memory.
                near = min(low + _NEAR, len(here.offsets))
                high = bisect_left(here.offsets, behind - here.first, low, near)
                if high == near:
                    high = bisect_left(here.offsets, behind - here.first, near)
                shift = here.first - token + passed
                found += [offset + shift for offset in here.offsets[low:high].tolist()]
                repeated |= here.has_repeated
                passed += behind - token
                token = behind
        starts = np.array(found, np.int64)
        return np.unique(starts) if repeated else starts

    def batch_at(self, token: int) -> tuple[ShardEntry, int, ShardBatch]:
        """Returns the record batch that holds a token of the stream, as views of the mapped file.

        Returns:
            Its shard's entry; the place of its first token in the stream; the batch.

        Raises:
            IndexError: there is no such token.
            VerifyError: a shard is missing, cut, or not the one that the index names.
        """
        here = self._mapped(token)
        assert here.batch is not None
        entry = self.index.shards[bisect_right(self._starts, token) - 1]
        return entry, here.first, here.batch

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
        return self.piece_starts([(start, stop - start)])

    def _mapped(self, token: int) -> _Mapped:
        """Returns the record batch that a token is in."""
        if not 0 <= token < self.tokens:
            raise IndexError(f"token {token} of a stream of {self.tokens}")
        shard = self._shard(bisect_right(self._starts, token) - 1)
        return shard.batches[bisect_right(shard.firsts, token) - 1]

    def fetch_ahead(self, tokens: NDArray[np.int64]) -> None:
        """Fetches remote shards in the background.

        Args:
            tokens: int64[K], some tokens of the stream in the order in which they will be read.
        """
        if self._remote is not None:
            shards = np.searchsorted(self._starts, tokens, "right") - 1
            self._remote.fetch_ahead(list(dict.fromkeys(shards.tolist())))

    def _open(self, k: int) -> _OpenShard:
        entry = self.index.shards[k]
        if self._remote is None:
            path = f"{self.folder}/{entry.file}"
            shard, size = _open_file(Path(path))
        else:
            path = f"the copy of {entry.file} in {self._remote.cache.folder}"
            shard, size = self._remote.opened(k, _open_file)
        found = (shard.format, shard.documents, shard.tokens, size)
        if found != (self.index.format, entry.documents, entry.tokens, entry.bytes):
            raise VerifyError(
                f"{path} is not the shard that index.json names (documents, tokens, bytes or "
                "tokenizer differ); copy the folder again"
            )
        batches = [batch for batch in shard.batches if len(batch.tokens)]
        firsts = [self._starts[k]]
        for batch in batches:
            firsts.append(firsts[-1] + len(batch.tokens))
        mapped = [
            _Mapped(first, end, batch.tokens, batch.offsets.data, batch)
            for (first, end), batch in zip(itertools.pairwise(firsts), batches, strict=True)
        ]
        return _OpenShard(firsts[:-1], mapped)

    def _check_range(self, start: int, stop: int) -> None:
        if not 0 <= start <= stop <= self.tokens:
            raise IndexError(f"tokens {start} to {stop} of a stream of {self.tokens}")


def _open_file(path: Path) -> tuple[Shard, int]:
    """Maps a shard, and returns how many bytes it has."""
    shard = open_shard(path)
    return shard, path.stat().st_size


def open_tokens(
    folder: str | Path, cache: str | Path | None = None, cache_bytes: int = _CACHE_BYTES
) -> TokenDataset:
    """Opens a folder of token shards. Only index.json is read.

    A shard's size, counts and format are compared with the index when it is first read; digests are
    not, as that would read everything: `corpus_pipeline.tokens.index.verify_index` does it.

    A remote shard is fetched whole when it is first read, its sha256 is compared with the index,
    and it stays in the cache. With `shuffle` `blocks` or `none` a loader has the next ones fetched
    in the background; with `global` each sequence is from any shard, so all should fit.

    Args:
        folder: a path, or a URL of any file system that fsspec knows; credentials are found where
            its library looks for them.
        cache: local folder for remote shards, which several processes may share; null takes the
            user's.
        cache_bytes: what it may hold.

    Raises:
        VerifyError: index.json is missing or cannot be read.
        ConfigError: the URL holds credentials, or nothing is installed for its protocol.
        EngineError: the remote storage cannot be reached.
    """
    folder = str(folder).removeprefix("file://")
    if "://" not in folder:
        return TokenDataset(Path(folder), load_index(folder))
    # fsspec takes a tenth of a second to import.
    from corpus_pipeline.loader.remote import RemoteShards
    from corpus_pipeline.storage.file_cache import FileCache

    copies = FileCache(cache_folder("shards") if cache is None else Path(cache), cache_bytes)
    remote = RemoteShards(folder, copies)
    return TokenDataset(remote.url, remote.index, remote)


def _open_again(folder: Path | str, fingerprint: str, *cache: Any) -> TokenDataset:
    """Opens a folder that another process has open."""
    dataset = open_tokens(folder, *cache)
    if dataset.fingerprint != fingerprint:
        raise VerifyError(f"{folder} has changed since it was opened; open it again")
    return dataset
