"""Tokens as one series, for trainers that know no documents: one for each split.

    without a mixture   the tokens of the split in the order of the shards
    with a mixture      the sequences of the loader one behind the other, in the order in which it
                        would give them to a trainer

Where there is a sequence length the series is a whole number of sequences; what is empty in the
last ones is filled with the end of a document, and counted. Tokens without an end of document have
nothing to fill it with: `Content.series` refuses them.
"""

import dataclasses
import functools
from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np

from corpus_pipeline.loader import Mixture, SequenceLoader, SequenceOptions, TokenStream
from corpus_pipeline.tokens.shard import Tokens

#: Tokens that are read at a time.
_BLOCK = 1 << 20


class Block(NamedTuple):
    """Some tokens of a series."""

    tokens: Tokens
    """uint16 or uint32; change with the next block."""
    padding: int
    """How many of them are filled in."""


class Series(Protocol):
    """Tokens in their order."""

    @property
    def split(self) -> str:
        """Whose tokens they are."""

    @property
    def tokens(self) -> int:
        """Length, padding included."""

    @property
    def padding(self) -> int:
        """How many of the tokens are filled in."""

    def blocks(self, start: int, stop: int) -> Iterator[Block]:
        """Yields a range of the series; with a sequence length both are multiples of it."""


@dataclasses.dataclass(frozen=True, eq=False)
class StreamSeries:
    """The tokens of a stream."""

    split: str
    stream: TokenStream
    sequence_length: int | None
    """Null: the series ends where the stream does."""

    @property
    def tokens(self) -> int:
        """Length, padding included."""
        length = self.sequence_length or 1
        return -(-self.stream.tokens // length) * length

    @property
    def padding(self) -> int:
        """How many of the tokens are filled in."""
        return self.tokens - self.stream.tokens

    def blocks(self, start: int, stop: int) -> Iterator[Block]:
        """Yields a range of the series."""
        end = min(stop, self.stream.tokens)
        buffer = np.empty(min(_BLOCK, stop - start), self.stream.dtype)
        for first in range(start, end, _BLOCK):
            tokens = buffer[: min(_BLOCK, end - first)]
            self.stream.copy_into(tokens, first)
            yield Block(tokens, 0)
        if stop > end:
            pad = self.stream.eos_id
            assert pad is not None, "Content.series refuses padding without an end of document"
            yield Block(np.full(stop - end, pad, self.stream.dtype), stop - end)


class MixtureSeries:
    """The sequences of a mixture, as a loader of one rank gives them."""

    def __init__(self, mixture: Mixture, split: str, sequence_length: int, seed: int) -> None:
        """Plans the sequences.

        Args:
            mixture: what is planned.
            split: what the series is called.
            sequence_length: tokens of a sequence.
            seed: of their order, as `SequenceOptions` has it.
        """
        self.split = split
        self._mixture = mixture
        self._length = sequence_length
        # The order of the sequences does not depend on how many make a batch.
        rows = max(_BLOCK // sequence_length, 1)
        self._options = SequenceOptions(sequence_length, batch_size=rows, seed=seed)
        self._rows = rows

    @functools.cached_property
    def tokens(self) -> int:
        """Length, padding included."""
        samples = SequenceLoader(self._mixture, self._options).samples
        assert samples is not None
        return samples * self._length

    @property
    def padding(self) -> int:
        """How many of the tokens are filled in."""
        return self.tokens - sum(sum(stage.tokens) for stage in self._mixture.stages)

    def blocks(self, start: int, stop: int) -> Iterator[Block]:
        """Yields a range of the series; both ends are multiples of the sequence length."""
        # One of its own, for files are written by several threads.
        loader = SequenceLoader(self._mixture, self._options)
        first, last = start // self._length, stop // self._length
        while first < last:
            step = first // self._rows
            inside = slice(first - step * self._rows, min(last - step * self._rows, self._rows))
            batch = loader.batch(step)
            tokens: Tokens = batch.tokens[inside].flatten()
            yield Block(tokens, len(tokens) - int(batch.sizes[inside].sum()))
            first = (step + 1) * self._rows
