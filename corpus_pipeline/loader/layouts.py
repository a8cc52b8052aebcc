"""How the endless stream of a component is cut into windows of one length.

A component of T tokens is seen as a stream without an end: its tokens again and again. Places in it
go on from round to round; the round of a place is its epoch.

    concatenate, length 4    |a b c d e f|a b c d e f|a …        T = 6: windows at places 0, 4, 8, …
                             [a b c d]   .           .
                                     [e f a b]       .
                                             [c d e f]
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.loader.stream import Piece, TokenStream
from corpus_pipeline.tokens.shard import Tokens


class Layout(Protocol):
    """The windows of one component at one length.

    Windows are `stride` places of the layout apart; a round has `period` places.
    """

    stride: int
    period: int

    def windows(self, tokens: int) -> int:
        """Returns how many windows hold so many tokens."""

    def tokens(self, windows: int) -> int:
        """Returns how many tokens the first windows hold."""

    def place(self, token: int) -> int:
        """Returns the place of a token of the endless stream."""

    def behind(self, place: int, windows: int, tokens: int) -> int:
        """Returns the token of the endless stream behind windows of so many tokens from a place."""

    def sizes(self, places: NDArray[np.int64], left: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns how many tokens each window holds; the rest is padding.

        Args:
            places: int64[K], where the windows start.
            left: int64[K], tokens of the interval from there on.
        """

    def first_tokens(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns the token of the stream that each window starts with."""

    def fill(self, rows: Tokens, places: NDArray[np.int64], sizes: NDArray[np.int64]) -> None:
        """Writes windows.

        Args:
            rows: [K, length + 1], the inputs of each and the last target; contiguous.
            places: int64[K], where they start.
            sizes: int64[K], what `sizes` says of them.
        """

    def joins(self, places: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns the places in flattened windows, [K * length], whose target is the first token
        of another document, ascending."""


def spread(tokens: Tokens, counts: NDArray[np.int64], rows: Tokens, pad: int) -> None:
    """Writes the first places of rows, and `pad` to the others.

    Args:
        tokens: what is written, row after row.
        counts: int64[K], how many of them are of each row.
        rows: [K, places].
        pad: a token.

    >>> rows = np.zeros((2, 3), np.uint16)
    >>> spread(np.array([1, 2, 3, 4], np.uint16), np.array([1, 3]), rows, 9)
    >>> rows.tolist()
    [[1, 9, 9], [2, 3, 4]]
    """
    first = 0
    for row, count in zip(rows, counts.tolist(), strict=True):
        row[:count] = tokens[first : first + count]
        row[count:] = pad
        first += count


def flattened(
    found: NDArray[np.int64], counts: NDArray[np.int64], length: int
) -> NDArray[np.int64]:
    """Turns places in rows that follow one another into places in rows of one length.

    Args:
        found: int64[J], ascending.
        counts: int64[K], places of each row.
        length: of a row.

    >>> flattened(np.array([0, 1, 4]), np.array([1, 3, 1]), 3).tolist()
    [0, 3, 6]
    """
    if len(counts) == 0 or counts.min() == length:
        return found
    ends = np.cumsum(counts)
    rows = np.searchsorted(ends, found, "right")
    return found - (ends - counts)[rows] + rows * length


class Concatenated:
    """Windows of a stream one behind the other, whatever documents they cut."""

    def __init__(self, stream: TokenStream, length: int, pad: int) -> None:
        """Takes the stream, and the token for the places that stay empty."""
        self.stride = length
        self.period = stream.tokens
        self._stream = stream
        self._length = length
        self._pad = pad

    def windows(self, tokens: int) -> int:
        """Returns how many windows hold so many tokens; the last one may be short."""
        return -(-tokens // self._length)

    def tokens(self, windows: int) -> int:
        """Returns how many tokens the first windows hold."""
        return windows * self._length

    def place(self, token: int) -> int:
        """Returns the place of a token, its number."""
        return token

    def behind(self, place: int, windows: int, tokens: int) -> int:
        """Returns the token behind so many, whatever windows hold them."""
        return place + tokens

    def sizes(self, places: NDArray[np.int64], left: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns how many tokens each window holds."""
        return np.minimum(left, self._length)

    def first_tokens(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns the token of the stream that each window starts with."""
        return places % self.period

    def fill(self, rows: Tokens, places: NDArray[np.int64], sizes: NDArray[np.int64]) -> None:
        """Writes windows."""
        counts = sizes + (sizes == self._length)
        if self.period <= self._length:
            self._fill_with_rounds(rows, places, counts)
            return
        pieces = self._pieces(places, counts)
        if len(counts) and counts.min() > self._length:
            self._stream.copy_pieces(rows.reshape(-1), pieces)
            return
        tokens = np.empty(counts.sum(), rows.dtype)
        self._stream.copy_pieces(tokens, pieces)
        spread(tokens, counts, rows, self._pad)

    def joins(self, places: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns the places in flattened windows whose target is of another document."""
        # A target is one token further, and so are the starts of documents.
        if self.period > self._length:
            found = self._stream.piece_starts(self._pieces(places + 1, sizes))
            return flattened(found, sizes, self._length)
        starts = self._stream.document_starts(0, self.period)
        is_start = np.zeros(self.period, np.bool_)
        is_start[starts] = True
        targets = places[:, np.newaxis] + np.arange(1, self._length + 1)
        there = np.arange(self._length) < sizes[:, np.newaxis]
        return np.flatnonzero(is_start[targets % self.period] & there)

    def _pieces(self, places: NDArray[np.int64], counts: NDArray[np.int64]) -> list[Piece]:
        """Returns stretches of the endless stream, each shorter than a round."""
        pieces = []
        firsts = (places % self.period).tolist()
        for first, count in zip(firsts, counts.tolist(), strict=True):
            beyond = first + count - self.period
            if beyond <= 0:
                pieces.append((first, count))
            else:
                pieces += [(first, count - beyond), (0, beyond)]
        return pieces

    def _fill_with_rounds(
        self, rows: Tokens, places: NDArray[np.int64], counts: NDArray[np.int64]
    ) -> None:
        whole = np.empty(self.period, rows.dtype)
        self._stream.copy_into(whole, 0)
        wanted = places[:, np.newaxis] + np.arange(rows.shape[1])
        rows[:] = whole[wanted % self.period]
        rows[np.arange(rows.shape[1]) >= counts[:, np.newaxis]] = self._pad
