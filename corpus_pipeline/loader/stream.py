"""A stream: tokens in an order of their own, as segments of the shards' tokens.

    tokens of all shards   |. . . . [a b c d e f] . . [g h i] . . . .|
    stream                          [a b c d e f][g h i]
    start                            0            6                    place in the stream
    token                            5            13                   place in the shards

A segment begins where a document starts and ends where one ends. A document may stand in several.
"""

import hashlib
import json
import operator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.errors import VerifyError
from corpus_pipeline.tokens.shard import Tokens


class TokenSource(Protocol):
    """What a stream takes its tokens from; `TokenDataset` is one."""

    dtype: np.dtype[Any]
    """uint16 or uint32."""
    eos_id: int | None
    """Id after each document; null when there is none."""

    def copy_into(self, out: Tokens, start: int) -> None:
        """Fills `out` with the tokens from `start` on."""

    def document_starts(self, start: int, stop: int) -> NDArray[np.int64]:
        """Returns where documents start in a range, relative to its start, ascending."""


def no_starts() -> NDArray[np.int64]:
    """Returns int64[0]: where documents start in a range without one."""
    return np.zeros(0, np.int64)


class TokenStream:
    """Tokens of some documents, in their order. Make it with `TokenDataset.stream`.

    Attributes:
        tokens: length of the stream.
        dtype: of the tokens, uint16 or uint32.
        eos_id: id after each document; null when there is none.
        fingerprint: sha256 of what decides which tokens stand where.
    """

    def __init__(
        self,
        source: TokenSource,
        start: NDArray[np.int64],
        token: NDArray[np.int64],
        tokens: int,
        identity: list[str],
        made_by: tuple[Any, tuple[Any, ...]],
    ) -> None:
        """Joins S segments.

        Args:
            source: of the tokens.
            start: int64[S], place of each segment in the stream, ascending; the first is 0.
            token: int64[S], its place in the source.
            tokens: length of the stream, where the last segment ends.
            identity: what makes the stream what it is, for its fingerprint.
            made_by: a function and its arguments that make it again; it pickles as those.
        """
        self.tokens = tokens
        self.dtype = source.dtype
        self.eos_id = source.eos_id
        self.fingerprint = hashlib.sha256(json.dumps(identity).encode()).hexdigest()
        self._source = source
        self._start = start
        self._token = token
        self._made_by = made_by

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self._made_by

    @property
    def segments(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """int64[S] twice: place of each segment in the stream, ascending, and in the source."""
        return self._start, self._token

    def copy_into(self, out: Tokens, start: int) -> None:
        """Copies as many tokens as `out` holds, from `start` of the stream on.

        Args:
            out: of the stream's dtype, filled whole.
            start: place in the stream.

        Raises:
            IndexError: the range is not inside the stream.
            VerifyError: a shard or a selection of documents is not what it should be.
        """
        filled, size = 0, len(out)
        for token, count in self._pieces(start, start + size):
            self._source.copy_into(out[filled : filled + count], token)
            filled += count
        if filled != size:
            raise VerifyError(
                f"segments of a stream leave out {size - filled} tokens of {start} to "
                f"{start + size}; write the selection again"
            )

    def document_starts(self, start: int, stop: int) -> NDArray[np.int64]:
        """Returns where documents start in a range of the stream.

        Args:
            start: first token of the range.
            stop: behind its last.

        Returns:
            int64, ascending, each from 0 to `stop - start` - 1, relative to `start`.

        Raises:
            IndexError: the range is not inside the stream.
            VerifyError: a shard is not what it should be.
        """
        if len(self._start) == 1 and 0 <= start < stop <= self.tokens:
            first = int(self._token[0])
            return self._source.document_starts(first + start, first + stop)
        parts = []
        passed = 0
        for token, count in self._pieces(start, stop):
            found = self._source.document_starts(token, token + count)
            parts.append(found + passed if passed else found)
            passed += count
        return parts[0] if len(parts) == 1 else np.concatenate([no_starts(), *parts])

    def _pieces(self, start: int, stop: int) -> list[tuple[int, int]]:
        """Returns the source's token and the number of tokens of each piece of a range."""
        if not 0 <= start <= stop <= self.tokens:
            raise IndexError(f"tokens {start} to {stop} of a stream of {self.tokens}")
        if start == stop:
            return []
        if len(self._start) == 1:
            return [(int(self._token[0]) + start, stop - start)]
        low = int(self._start.searchsorted(start, "right")) - 1
        high = int(self._start.searchsorted(stop, "left"))
        begins = self._start[low:high].tolist()
        tokens = self._token[low:high].tolist()
        # The first piece may begin inside its segment.
        tokens[0] += start - begins[0]
        begins[0] = start
        counts = map(operator.sub, [*begins[1:], stop], begins)
        return list(zip(tokens, counts, strict=True))
