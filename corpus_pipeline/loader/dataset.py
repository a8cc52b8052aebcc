"""All shards of a folder as one stream of tokens, mapped into memory."""

import hashlib
from bisect import bisect_right
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.errors import VerifyError
from corpus_pipeline.tokens.index import TokenIndex, load_index
from corpus_pipeline.tokens.shard import ShardBatch, Tokens, open_shard


class TokenDataset:
    """One stream of tokens: shards in the order of the index, documents in the order of the shard.

    Attributes:
        index: the folder's index.
        fingerprint: sha256 of the index, which holds those of the shards and of the tokenizer.
        tokens: length of the stream.
        documents: number of documents, those without tokens included.
        dtype: of the tokens, uint16 or uint32.
    """

    def __init__(self, index: TokenIndex, batches: list[ShardBatch]) -> None:
        self.index = index
        self.fingerprint = hashlib.sha256(index.to_json().encode()).hexdigest()
        self._batches = [batch for batch in batches if len(batch.tokens)]
        self._starts = [0]
        for batch in self._batches:
            self._starts.append(self._starts[-1] + len(batch.tokens))
        self.tokens = self._starts[-1]
        self.documents = index.documents
        self.dtype: np.dtype[Any] = np.dtype(index.dtype)

    def read(self, start: int, stop: int) -> Tokens:
        """Copies the tokens `start` to `stop` of the stream.

        Raises:
            IndexError: the range is not inside the stream.
        """
        self._check_range(start, stop)
        out = np.empty(stop - start, self.dtype)
        k = bisect_right(self._starts, start) - 1
        filled = 0
        while filled < len(out):
            first = start + filled - self._starts[k]
            part = self._batches[k].tokens[first : first + len(out) - filled]
            out[filled : filled + len(part)] = part
            filled += len(part)
            k += 1
        return out

    def document_starts(self, start: int, stop: int) -> NDArray[np.int64]:
        """Returns where documents start in a range of the stream.

        Returns:
            int64, ascending, each from 0 to `stop - start` - 1, relative to `start`. Documents
            without tokens do not count.

        Raises:
            IndexError: the range is not inside the stream.
        """
        self._check_range(start, stop)
        parts = [np.zeros(0, np.int64)]
        k = bisect_right(self._starts, start) - 1
        while k < len(self._batches) and self._starts[k] < stop:
            base, batch = self._starts[k], self._batches[k]
            inside = batch.offsets[:-1]
            # As int32, for a wider value would make NumPy copy all offsets of the batch.
            low = np.searchsorted(inside, np.int32(max(start - base, 0)))
            high = np.searchsorted(inside, np.int32(min(stop - base, len(batch.tokens))))
            parts.append(inside[low:high].astype(np.int64) + (base - start))
            k += 1
        return np.unique(np.concatenate(parts))

    def _check_range(self, start: int, stop: int) -> None:
        if not 0 <= start <= stop <= self.tokens:
            raise IndexError(f"tokens {start} to {stop} of a stream of {self.tokens}")


def open_tokens(folder: str | Path) -> TokenDataset:
    """Maps every shard of a folder into memory.

    Sizes, counts and formats are compared with index.json; digests are not, as that would read
    everything: `corpus_pipeline.tokens.index.verify_index` does it.

    Raises:
        VerifyError: index.json or a shard is missing, cut, or not the one that the index names, or
            the folder is a URL.
    """
    if "://" in str(folder):
        raise VerifyError(
            f"{str(folder).partition('://')[0]}://...: shards are mapped into memory; copy the "
            "folder tokens/ to a local disk first and open that"
        )
    folder = Path(folder)
    index = load_index(folder)
    batches = []
    for entry in index.shards:
        path = folder / entry.file
        shard = open_shard(path)
        found = (shard.format, shard.documents, shard.tokens, path.stat().st_size)
        if found != (index.format, entry.documents, entry.tokens, entry.bytes):
            raise VerifyError(
                f"{path} is not the shard that index.json names (documents, tokens, bytes or "
                "tokenizer differ); copy the folder again"
            )
        batches += shard.batches
    return TokenDataset(index, batches)
