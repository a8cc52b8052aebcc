"""What a model learns from a batch: pure transforms of it, in NumPy.

    causal            every token from those before it: a `Batch` is that already
    PrefixLM          ditto, but the first tokens of a document are read in both directions
    FillInTheMiddle   a document as prefix, suffix, middle, so that the middle is learnt last

`denoising` has those in which spans are cut out.

What is chosen by chance depends on the seed, the sample's number and the place in it: it is the
same for any number of ranks and after a resume.
"""

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.loader.batch import Batch
from corpus_pipeline.loader.chance import below, draws, happens
from corpus_pipeline.tokens.shard import Tokens


@dataclasses.dataclass(frozen=True, eq=False)
class PrefixBatch:
    """A batch of which the beginning of each document is read in both directions."""

    batch: Batch
    """With tokens, targets, segments and positions."""
    bidirectional: NDArray[np.bool_]
    """bool[b, L]: on in prefixes. A token attends to another one of its segment if that stands
    before it, or if both are on."""
    loss_mask: NDArray[np.bool_]
    """bool[b, L]: off where the batch's is, and where the target is in the prefix."""


@dataclasses.dataclass(frozen=True)
class PrefixLM:
    """Chooses a prefix of each segment, 1 to all but one of its tokens long (Raffel et al. 2020).

    >>> batch = Batch(
    ...     np.array([[5, 6, 7, 8, 0, 3, 4, 0, 9]], np.uint16), np.array([8]),
    ...     lambda: np.array([4, 7]), step=0, stage="main", samples=np.array([1]),
    ...     components=np.zeros(1, np.int16), mask_joins=True)
    >>> prefixes = PrefixLM(seed=1)(batch)
    >>> prefixes.bidirectional.astype(int).tolist(), prefixes.loss_mask.astype(int).tolist()
    ([[1, 1, 0, 0, 0, 1, 0, 0]], [[0, 1, 1, 1, 0, 1, 1, 0]])
    """

    seed: int = 0
    """Of the lengths, 0 to 2**64 - 1."""

    def __call__(self, batch: Batch) -> PrefixBatch:
        """Returns the batch with its prefixes."""
        begins, sizes = batch.cu_seqlens[:-1], np.diff(batch.cu_seqlens)
        rows = begins // max(batch.tokens.shape[1], 1)
        numbers = batch.segments.ravel()[begins].astype(np.int64)
        drawn = draws(self.seed, "prefix", batch.samples[rows], numbers)
        prefixes = 1 + below(drawn, np.maximum(sizes - 1, 1).astype(np.int64))
        limits = np.repeat(prefixes, sizes).reshape(batch.tokens.shape)
        there = np.arange(batch.tokens.shape[1]) < batch.sizes[:, None]
        return PrefixBatch(
            batch,
            (batch.positions < limits) & there,
            (batch.positions >= limits - 1) & batch.loss_mask,
        )


@dataclasses.dataclass(frozen=True)
class FillInTheMiddle:
    """Turns documents into prefix, suffix and middle (Bavarian et al. 2022), for code above all.

    A document that is turned takes three tokens more, so rows get room for a number of them, and no
    token is lost. Its end stays at its end. Documents are cut between tokens, not inside them.

    >>> batch = Batch(
    ...     np.array([[5, 6, 7, 8, 9, 0, 3]], np.uint16), np.array([6]),
    ...     lambda: np.array([5]), step=0, stage="main", samples=np.array([44]),
    ...     components=np.zeros(1, np.int16), mask_joins=True)
    >>> fim = FillInTheMiddle(prefix_id=101, middle_id=102, suffix_id=103, rate=1, spm_rate=0)
    >>> fim(batch).tokens.tolist()
    [[101, 5, 6, 103, 8, 9, 102, 7, 0]]
    >>> dataclasses.replace(fim, spm_rate=1)(batch).tokens.tolist()
    [[101, 103, 8, 9, 102, 5, 6, 7, 0]]
    """

    prefix_id: int
    """Token before the prefix."""
    middle_id: int
    """Token before the middle."""
    suffix_id: int
    """Token before the suffix."""
    rate: float = 0.5
    """Share of the documents that are turned, as long as there is room."""
    spm_rate: float = 0.5
    """Share of those that have the suffix first, and then prefix and middle as one."""
    most: int = 1
    """Most documents of a sequence that are turned; sequences get `3 * most` tokens longer."""
    seed: int = 0
    """Of what is turned, and where it is cut."""
    end_id: int | None = 0
    """The end of a document, which is not moved; null where documents have none."""

    def __post_init__(self) -> None:
        for name in ("rate", "spm_rate"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be 0 to 1, got {getattr(self, name)}; give a share")
        if self.most < 1:
            raise ValueError(f"most must be at least 1, got {self.most}; raise it")

    def __call__(self, batch: Batch) -> Batch:
        """Returns a batch of sequences that are `3 * most` tokens longer.

        Where the last document of a sequence is turned and goes on in another sequence, its end
        stands as the target behind it.
        """
        b, length = batch.tokens.shape
        longer = length + 3 * self.most
        dtype = wide_enough(batch.tokens.dtype, self.prefix_id, self.middle_id, self.suffix_id)
        windows = np.full((b, longer + 1), self.end_id or 0, dtype)
        joins = np.zeros((b, longer), np.bool_)
        joined = np.zeros((b, length), np.bool_)
        joined.ravel()[batch.joins] = True
        sizes = batch.sizes.copy()
        for row, turned in enumerate(self._turned(batch)):
            size, shift, copied = int(batch.sizes[row]), 0, 0
            for begin, end, first, second, suffix_first in turned:
                behind = end
                if joined[row, end - 1] and batch.tokens[row, end - 1] == self.end_id:
                    end -= 1
                windows[row, copied + shift : begin + shift] = batch.tokens[row, copied:begin]
                joins[row, copied + shift : begin + shift] = joined[row, copied:begin]
                # Cuts are numbers between 0 and 2**32, as shares of the document.
                low, high = sorted((cut * (end - begin + 1)) >> 32 for cut in (first, second))
                piece = self._piece(batch.tokens[row, begin:end], low, high, suffix_first)
                windows[row, begin + shift : begin + shift + len(piece)] = piece
                shift += 3
                windows[row, end + shift : behind + shift] = batch.tokens[row, end:behind]
                joins[row, behind + shift - 1] = joined[row, behind - 1] or behind == size
                copied = behind
            windows[row, copied + shift : size + shift] = batch.tokens[row, copied:size]
            joins[row, copied + shift : size + shift] = joined[row, copied:size]
            if copied < size == length and size + shift == longer:
                windows[row, longer] = batch.targets[row, -1]
            sizes[row] += shift
        found = np.flatnonzero(joins)
        return Batch(
            windows,
            sizes,
            lambda: found,
            step=batch.step,
            stage=batch.stage,
            samples=batch.samples,
            components=batch.components,
            mask_joins=batch.mask_joins,
        )

    def _piece(self, text: Tokens, low: int, high: int, suffix_first: bool) -> NDArray[np.int64]:
        prefix, middle, suffix = text[:low], text[low:high], text[high:]
        ids = np.array([self.prefix_id, self.suffix_id, self.middle_id])
        if suffix_first:
            return np.concatenate([ids[:2], suffix, ids[2:], prefix, middle])
        return np.concatenate([ids[:1], prefix, ids[1:2], suffix, ids[2:], middle])

    def _turned(self, batch: Batch) -> list[list[tuple[int, int, int, int, bool]]]:
        """Returns for each row which documents are turned: begin, end, two cuts, which form."""
        b, length = batch.tokens.shape
        begins, ends = batch.cu_seqlens[:-1].astype(np.int64), batch.cu_seqlens[1:]
        rows = begins // length
        numbers = np.arange(len(begins)) - np.searchsorted(begins, rows * length)
        samples = batch.samples[rows]
        wanted = happens(draws(self.seed, "turn", samples, numbers), self.rate)
        wanted &= begins - rows * length < batch.sizes[rows]
        before: NDArray[np.int64] = np.cumsum(wanted) - wanted
        wanted &= before - before[np.searchsorted(begins, rows * length)] < self.most
        cuts = [
            draws(self.seed, purpose, samples, numbers) >> np.uint64(32)
            for purpose in ("cut", "second cut")
        ]
        suffix_first = happens(draws(self.seed, "form", samples, numbers), self.spm_rate)
        found: list[list[tuple[int, int, int, int, bool]]] = [[] for _ in range(b)]
        columns = (begins - rows * length, ends - rows * length, *cuts, suffix_first)
        listed = zip(*(column[wanted].tolist() for column in columns), strict=True)
        for row, document in zip(rows[wanted].tolist(), listed, strict=True):
            found[row].append(document)
        return found


def wide_enough(dtype: np.dtype[Any], *ids: int) -> np.dtype[Any]:
    """Returns the type of tokens that has room for more ids.

    >>> wide_enough(np.dtype("uint16"), 7), wide_enough(np.dtype("uint16"), 7, 65536)
    (dtype('uint16'), dtype('uint32'))
    """
    return dtype if max(ids) <= np.iinfo(dtype).max else np.dtype(np.uint32)
