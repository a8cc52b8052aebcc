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
from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.errors import VerifyError
from corpus_pipeline.tokens.shard import Tokens

#: First token of a stretch of tokens, and how many they are.
Piece = tuple[int, int]


class TokenSource(Protocol):
    """What a stream takes its tokens from; `TokenDataset` is one."""

    dtype: np.dtype[Any]
    """uint16 or uint32."""
    eos_id: int | None
    """Id after each document; null when there is none."""
    is_remote: bool
    """Whether `fetch_ahead` is of use."""

    def fetch_ahead(self, tokens: NDArray[np.int64]) -> None:
        """Learns which tokens are read next, and fetches them in the background."""

    def copy_pieces(self, out: Tokens, pieces: Iterable[Piece]) -> int:
        """Fills `out` with pieces, one behind the other, and returns their length."""

    def piece_starts(self, pieces: Iterable[Piece]) -> NDArray[np.int64]:
        """Returns where documents start in pieces that are one behind the other, ascending."""


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
        self._first = int(token[0]) if len(token) else 0
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
        self.copy_pieces(out, [(start, len(out))])

    def copy_pieces(self, out: Tokens, pieces: Iterable[Piece]) -> None:
        """Copies pieces of the stream, one behind the other.

        Args:
            out: of the stream's dtype, filled whole.
            pieces: what is copied.

        Raises:
            IndexError: a piece is not inside the stream.
            VerifyError: a shard or a selection of documents is not what it should be.
        """
        filled = self._source.copy_pieces(out, self._located(pieces))
        if filled != len(out):
            raise VerifyError(
                f"segments of a stream hold {filled} tokens where {len(out)} should be; write the "
                "selection again"
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
        return self.piece_starts([(start, stop - start)])

    def piece_starts(self, pieces: Iterable[Piece]) -> NDArray[np.int64]:
        """Returns where documents start in pieces of the stream that are one behind the other.

        Returns:
            int64, ascending, from 0.

        Raises:
            IndexError: a piece is not inside the stream.
            VerifyError: a shard is not what it should be.
        """
        return self._source.piece_starts(self._located(pieces))

    def fetch_ahead(self, tokens: NDArray[np.int64]) -> None:
        """Has remote tokens fetched in the background. They may be of any streams of the source.

        Args:
            tokens: int64[K], tokens of the source, in the order in which they will be read.
        """
        self._source.fetch_ahead(tokens)

    @property
    def is_remote(self) -> bool:
        """Whether tokens must be fetched."""
        return self._source.is_remote

    def of_source(self, tokens: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns which tokens of the source those of the stream are.

        Args:
            tokens: int64[K], each 0 to `tokens` - 1.
        """
        segments = np.searchsorted(self._start, tokens, "right") - 1
        return self._token[segments] + tokens - self._start[segments]

    def _located(self, pieces: Iterable[Piece]) -> list[Piece]:
        """Returns pieces of the stream as pieces of its source."""
        found: list[Piece] = []
        for start, count in pieces:
            if not 0 <= start <= start + count <= self.tokens:
                raise IndexError(f"tokens {start} to {start + count} of a stream of {self.tokens}")
            if len(self._start) == 1:
                found.append((self._first + start, count))
            elif count:
                found += self._segments(start, start + count)
        return found

    def _segments(self, start: int, stop: int) -> Iterable[Piece]:
        """Returns a piece as parts of the segments."""
        low = int(self._start.searchsorted(start, "right")) - 1
        high = int(self._start.searchsorted(stop, "left"))
        begins = self._start[low:high].tolist()
        tokens = self._token[low:high].tolist()
        # The first part may begin inside its segment.
        tokens[0] += start - begins[0]
        begins[0] = start
        return zip(tokens, map(operator.sub, [*begins[1:], stop], begins), strict=True)
