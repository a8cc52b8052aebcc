"""A batch: what one rank gets for one step."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.tokens.shard import Tokens


class Batch:
    """One rank's part of a global batch: b sequences of L tokens.

    What follows from the places of the documents is computed when it is first asked for.

    >>> batch = Batch(
    ...     np.array([[7, 8, 0, 5, 6], [4, 0, 0, 0, 0]], np.uint16), np.array([4, 2]),
    ...     lambda: np.array([2, 5]), step=0, stage="main", samples=np.array([0, 1]),
    ...     components=np.zeros(2, np.int16), mask_joins=True)
    >>> batch.targets.tolist()
    [[8, 0, 5, 6], [0, 0, 0, 0]]
    >>> batch.loss_mask.tolist()
    [[True, True, False, True], [True, False, False, False]]
    >>> batch.segments.tolist(), batch.positions.tolist()
    ([[0, 0, 0, 1], [0, 0, 1, 1]], [[0, 1, 2, 0], [0, 1, 0, 1]])
    >>> batch.cu_seqlens.tolist(), batch.max_seqlen
    ([0, 3, 4, 6, 8], 3)

    Attributes:
        step: number of the global step in its pass, from 0.
        stage: name of the stage of the mixture that the global batch begins in.
        samples: int64[b], number of each sequence through all passes, the same for any world.
        components: int16[b], which of the loader's components each sequence is from.
        sizes: int64[b], tokens of each sequence; what follows is padding.
        mask_joins: whether the loss mask is off where the target belongs to another document.
    """

    def __init__(
        self,
        windows: Tokens,
        sizes: NDArray[np.int64],
        find_joins: Callable[[], NDArray[np.int64]],
        *,
        step: int,
        stage: str,
        samples: NDArray[np.int64],
        components: NDArray[np.int16],
        mask_joins: bool,
    ) -> None:
        """Takes the tokens of a batch and what finds the places of its documents.

        Args:
            windows: [b, L + 1], inputs with the last target.
            sizes: int64[b].
            find_joins: returns `joins`.
            step: as the attribute, like all that follow.
            stage: as the attribute.
            samples: as the attribute.
            components: as the attribute.
            mask_joins: as the attribute.
        """
        self._windows = windows
        self.mask_joins = mask_joins
        self.sizes = sizes
        self._find_joins: Callable[[], NDArray[np.int64]] | None = find_joins
        self.step = step
        self.stage = stage
        self.samples = samples
        self.components = components

    @property
    def tokens(self) -> Tokens:
        """uint16 or uint32[b, L]."""
        return self._windows[:, :-1]

    @property
    def targets(self) -> Tokens:
        """uint16 or uint32[b, L], the token after each."""
        return self._windows[:, 1:]

    def __getstate__(self) -> dict[str, Any]:
        # What finds the joins is the data themselves, which need not go along.
        return {**self.__dict__, "joins": self.joins, "_find_joins": None}

    @functools.cached_property
    def joins(self) -> NDArray[np.int64]:
        """int64[J], ascending, places in the flattened batch whose target is the first token of
        another document."""
        assert self._find_joins is not None
        return self._find_joins()

    @functools.cached_property
    def loss_mask(self) -> NDArray[np.bool_]:
        """bool[b, L]: off at padding, and where the target belongs to another document."""
        mask = np.ones(self.tokens.shape, np.bool_)
        if self.mask_joins:
            mask.reshape(-1)[self.joins] = False
        for row in np.flatnonzero(self.sizes < self.tokens.shape[1]).tolist():
            mask[row, max(int(self.sizes[row]) - 1, 0) :] = False
        return mask

    @functools.cached_property
    def cu_seqlens(self) -> NDArray[np.int32]:
        """int32[S + 1], where segments begin in the flattened batch, and its length."""
        b, length = self.tokens.shape
        rows = np.arange(0, b * length + 1, length, dtype=np.int64)
        padding = rows[:-1][self.sizes < length] + self.sizes[self.sizes < length]
        return np.unique(np.concatenate([rows, self.joins + 1, padding])).astype(np.int32)

    @property
    def max_seqlen(self) -> int:
        """Tokens of the longest segment."""
        return int(np.diff(self.cu_seqlens).max(initial=0))

    @functools.cached_property
    def segments(self) -> NDArray[np.int32]:
        """int32[b, L], ordinal of each token's document in its sequence, from 0; padding is a
        segment of its own. Attention that must not cross documents is allowed where the segments
        are equal."""
        b, length = self.tokens.shape
        starts = self.cu_seqlens[:-1]
        rows = starts // np.int32(max(length, 1))
        # The first segment of a row is number 0.
        first = np.searchsorted(starts, np.arange(b, dtype=np.int32) * np.int32(length))
        ordinals = np.arange(len(starts), dtype=np.int32) - first.astype(np.int32)[rows]
        return np.repeat(ordinals, np.diff(self.cu_seqlens)).reshape(b, length)

    @functools.cached_property
    def positions(self) -> NDArray[np.int32]:
        """int32[b, L], place of each token in its segment, from 0; a document that began in an
        earlier sequence counts from the sequence's beginning."""
        shape = self.tokens.shape
        starts = np.repeat(self.cu_seqlens[:-1], np.diff(self.cu_seqlens))
        np.subtract(_counting(len(starts)), starts, out=starts)
        return starts.reshape(shape)

    def __repr__(self) -> str:
        b, length = self.tokens.shape
        return f"Batch(step={self.step}, stage={self.stage!r}, {b} sequences of {length} tokens)"


@functools.lru_cache(2)
def _counting(count: int) -> NDArray[np.int32]:
    """Returns the numbers from 0 on, which batches of one shape have in common."""
    numbers = np.arange(count, dtype=np.int32)
    numbers.flags.writeable = False
    return numbers
