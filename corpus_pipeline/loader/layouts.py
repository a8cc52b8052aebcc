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

from corpus_pipeline.loader.stream import TokenStream
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

    def fill(self, row: Tokens, place: int, size: int) -> None:
        """Writes a window.

        Args:
            row: [length + 1], the inputs and the last target.
            place: where the window starts.
            size: what `sizes` says of it.
        """

    def joins(self, place: int, size: int) -> NDArray[np.int64]:
        """Returns the places in a window, from 0, whose target belongs to another document."""


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

    def fill(self, row: Tokens, place: int, size: int) -> None:
        """Writes a window."""
        count = size + (size == self._length)
        first = place % self.period
        if first + count <= self.period:
            self._stream.copy_into(row[:count], first)
        elif count < self.period:
            self._stream.copy_into(row[: self.period - first], first)
            self._stream.copy_into(row[self.period - first : count], 0)
        else:
            whole = np.empty(self.period, row.dtype)
            self._stream.copy_into(whole, 0)
            row[:count] = np.resize(np.roll(whole, -first), count)
        row[count:] = self._pad

    def joins(self, place: int, size: int) -> NDArray[np.int64]:
        """Returns the places in a window, from 0, whose target belongs to another document."""
        # A target is one token further, and so are the starts of documents.
        first = (place + 1) % self.period
        if first + size <= self.period:
            return self._stream.document_starts(first, first + size)
        whole = self._stream.document_starts(0, self.period)
        rounds = np.arange(-(-(first + size) // self.period)) * self.period - first
        starts = (rounds[:, None] + whole).ravel()
        return starts[(starts >= 0) & (starts < size)]
