"""Fixed-length sequences in a reproducible order, for any number of ranks.

    stream     t0 t1 t2 t3 t4 t5 t6 t7 t8 t9        sequence_length L = 3
    sequence 0 [t0 t1 t2]   targets [t1 t2 t3]
    sequence 1          [t3 t4 t5]   targets [t4 t5 t6]
    sequence 2                   [t6 t7 t8]   targets [t7 t8 t9]

Windows of L + 1 tokens with stride L: every token but the first is a target once, save for fewer
than L at the end of the stream, which are dropped and counted.

Samples are numbered through all epochs: sample g is in epoch g // n, where it is the sequence that
the epoch's permutation puts at g % n. Global step s takes the samples [s B, (s + 1) B), however
many ranks there are; rank r takes every `world`-th of them from the r-th on. All batches have the
same shape; one may hold the end of an epoch and the beginning of the next. Only the last batch of
the last epoch may be shorter, and then a rank's part of it may be empty.
"""

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.errors import ResumeError
from corpus_pipeline.loader.dataset import TokenDataset
from corpus_pipeline.loader.order import Permutation
from corpus_pipeline.tokens.shard import Tokens

#: Version of the dictionary that `SequenceLoader.state` returns.
STATE_VERSION = 1


@dataclasses.dataclass(frozen=True)
class SequenceOptions:
    """What every rank must agree on."""

    sequence_length: int
    """Tokens in a sequence."""
    batch_size: int
    """Sequences in a global batch, over all ranks."""
    seed: int = 0
    """Of the order, 0 to 2**64 - 1."""
    epochs: int | None = 1
    """How often each sequence is seen; null goes on for ever."""
    shuffle: bool = True
    """False keeps the order of the stream in every epoch."""

    def __post_init__(self) -> None:
        for name in ("sequence_length", "batch_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}; raise it")
        if self.epochs is not None and self.epochs < 1:
            raise ValueError(f"epochs must be at least 1, got {self.epochs}; null has no end")
        if not 0 <= self.seed < 1 << 64:
            raise ValueError(f"seed must be 0 to 2**64 - 1, got {self.seed}; choose one in range")


@dataclasses.dataclass(frozen=True)
class Batch:
    """One rank's part of a global batch: b sequences of L tokens."""

    step: int
    """Number of the global step, from 0."""
    sequences: NDArray[np.int64]
    """int64[b], number of each sequence; it starts at token `sequence * L` of the stream."""
    tokens: Tokens
    """uint16 or uint32[b, L]."""
    targets: Tokens
    """uint16 or uint32[b, L], the token after each."""
    segments: NDArray[np.int32]
    """int32[b, L], ordinal of each token's document in its sequence, from 0. Attention that must
    not cross documents is allowed where the segments are equal."""
    positions: NDArray[np.int32]
    """int32[b, L], place of each token in its segment, from 0; a document that began in an earlier
    sequence counts from the sequence's beginning."""


class SequenceLoader:
    """Yields one rank's batches; `state` after a batch resumes behind it.

    Attributes:
        sequences: number of sequences in an epoch.
        dropped_tokens: tokens at the end of the stream that are in no target.
        steps: number of global steps in all epochs; null when there is no end.
    """

    def __init__(
        self,
        dataset: TokenDataset,
        options: SequenceOptions,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        """Starts at the first sample.

        Args:
            dataset: what `open_tokens` returns.
            options: the same on every rank.
            rank: number of this process, 0 to world - 1.
            world: number of processes; divides the batch size.

        Raises:
            ValueError: rank, world and batch size do not go together, or the stream is shorter than
                one sequence.
        """
        if not 0 <= rank < world:
            raise ValueError(f"rank must be 0 to {world - 1}, got {rank}; give this process's own")
        if options.batch_size % world:
            raise ValueError(
                f"batch_size {options.batch_size} cannot be shared evenly by {world} ranks; "
                "choose a multiple"
            )
        length = options.sequence_length
        self.sequences = max(dataset.tokens - 1, 0) // length
        if self.sequences == 0:
            raise ValueError(
                f"{dataset.tokens} tokens hold no sequence of {length} tokens and a last target; "
                "shorten sequence_length"
            )
        self.dropped_tokens = dataset.tokens - 1 - self.sequences * length
        self._dataset = dataset
        self._options = options
        self._rank = rank
        self._world = world
        self._consumed = 0
        self._permutation: tuple[int, Permutation] | None = None

    @property
    def steps(self) -> int | None:
        """Number of global steps in all epochs; null when there is no end."""
        if self._options.epochs is None:
            return None
        return -(-self.sequences * self._options.epochs // self._options.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        size = self._options.batch_size
        epochs = self._options.epochs
        while epochs is None or self._consumed < self.sequences * epochs:
            first = self._consumed
            last = first + size
            if epochs is not None:
                last = min(last, self.sequences * epochs)
            samples = np.arange(first, last, dtype=np.int64)[self._rank :: self._world]
            batch = self._batch(first // size, self.order(samples))
            self._consumed = last
            yield batch

    def order(self, samples: NDArray[np.int64]) -> NDArray[np.int64]:
        """Says which sequence each sample is.

        Args:
            samples: int64[K], numbers through all epochs, at least 0.

        Returns:
            int64[K], numbers of sequences.
        """
        positions = samples % self.sequences
        if not self._options.shuffle:
            return positions
        epochs = samples // self.sequences
        for epoch in np.unique(epochs):
            here = epochs == epoch
            positions[here] = self._permutation_of(int(epoch))(positions[here])
        return positions

    def state(self) -> dict[str, Any]:
        """Returns what a checkpoint must hold, as JSON values; the same on every rank."""
        return {
            "version": STATE_VERSION,
            "fingerprint": self._dataset.fingerprint,
            "options": dataclasses.asdict(self._options),
            "consumed": self._consumed,
        }

    @classmethod
    def from_state(
        cls, dataset: TokenDataset, state: dict[str, Any], rank: int = 0, world: int = 1
    ) -> "SequenceLoader":
        """Goes on behind the last batch that was taken before `state`; the world may be another.

        Raises:
            ResumeError: the state is of another version or of other data.
        """
        if state.get("version") != STATE_VERSION:
            raise ResumeError(
                f"loader state has version {state.get('version')}, not {STATE_VERSION}; "
                "resume with the version of this package that saved it"
            )
        if state["fingerprint"] != dataset.fingerprint:
            raise ResumeError(
                f"loader state was saved on other data (index {state['fingerprint'][:12]}, here "
                f"{dataset.fingerprint[:12]}); open the same folder or start anew"
            )
        loader = cls(dataset, SequenceOptions(**state["options"]), rank, world)
        loader._consumed = int(state["consumed"])
        return loader

    def _permutation_of(self, epoch: int) -> Permutation:
        if self._permutation is None or self._permutation[0] != epoch:
            made = Permutation(self.sequences, self._options.seed, epoch)
            self._permutation = (epoch, made)
        return self._permutation[1]

    def _batch(self, step: int, sequences: NDArray[np.int64]) -> Batch:
        length = self._options.sequence_length
        window = np.empty((len(sequences), length + 1), self._dataset.dtype)
        begins = np.zeros((len(sequences), length), np.int32)
        for i, sequence in enumerate(sequences.tolist()):
            start = sequence * length
            window[i] = self._dataset.read(start, start + length + 1)
            begins[i, self._dataset.document_starts(start, start + length)] = 1
        # The first token opens segment 0, whether or not a document starts there.
        begins[:, :1] = 0
        positions = np.arange(length, dtype=np.int32)
        last_begin = np.maximum.accumulate(begins * positions, axis=1)
        return Batch(
            step,
            sequences,
            window[:, :-1],
            window[:, 1:],
            np.cumsum(begins, axis=1, dtype=np.int32),
            positions - last_begin,
        )
