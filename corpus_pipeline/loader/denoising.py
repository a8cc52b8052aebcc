"""Span corruption: spans of a sequence are cut out of the inputs, and are the targets.

    sequence   a b c d e f g h i j              spans [c d] and [h]
    inputs     a b <0> e f g <1> i j            for the encoder
    targets    <0> c d <1> h                    for the decoder

How many tokens are cut out depends on the length alone, so a batch has one shape (Raffel et al.
2020, appendix; the number of spans and their lengths are counted as there). Documents of a sequence
are not kept apart. UL2 (Tay et al. 2022) mixes several of these by turns.
"""

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.loader.batch import Batch
from corpus_pipeline.loader.chance import below, draws
from corpus_pipeline.loader.objectives import wide_enough
from corpus_pipeline.tokens.shard import Tokens


@dataclasses.dataclass(frozen=True, eq=False)
class Denoised:
    """What an encoder reads, and what a decoder is to write."""

    inputs: Tokens
    """uint16 or uint32[b, I]."""
    input_sizes: NDArray[np.int64]
    """int64[b], tokens of each; what follows is padding."""
    targets: Tokens
    """uint16 or uint32[b, O]."""
    target_sizes: NDArray[np.int64]
    """int64[b]."""
    denoisers: NDArray[np.int16]
    """int16[b], which of the denoisers made each."""

    @property
    def loss_mask(self) -> NDArray[np.bool_]:
        """bool[b, O]: off at padding."""
        mask: NDArray[np.bool_] = (
            np.arange(self.targets.shape[1]) < self.target_sizes[:, np.newaxis]
        )
        return mask


@dataclasses.dataclass(frozen=True)
class SpanCorruption:
    """Cuts spans out of sequences.

    >>> batch = Batch(
    ...     np.array([[1, 2, 3, 4, 5, 6, 7, 8, 9]], np.uint16), np.array([8]),
    ...     lambda: np.zeros(0, np.int64), step=0, stage="main", samples=np.array([1]),
    ...     components=np.zeros(1, np.int16), mask_joins=True)
    >>> made = SpanCorruption(sentinels=(100, 101), noise_density=0.5, mean_span=2)(batch)
    >>> made.inputs.tolist(), made.targets.tolist()
    ([[1, 2, 100, 6, 7, 101]], [[100, 3, 4, 5, 101, 8]])
    """

    sentinels: tuple[int, ...]
    """Ids that stand for spans, the first one first; as many as a sequence has spans."""
    noise_density: float = 0.15
    """Share of the tokens that are cut out."""
    mean_span: float = 3.0
    """Mean number of tokens of a span."""
    suffix: bool = False
    """Whether the only span is the end of the sequence; then `mean_span` does not matter."""
    mode_id: int | None = None
    """Token before all inputs, which tells the model the denoiser; null puts none."""
    end_id: int | None = None
    """Token behind inputs and targets; null puts none."""
    pad_id: int = 0
    """Token of places that stay empty."""
    seed: int = 0
    """Of the spans, 0 to 2**64 - 1."""

    def __post_init__(self) -> None:
        if not 0 < self.noise_density < 1:
            raise ValueError(
                f"noise_density must be between 0 and 1, got {self.noise_density}; give a share"
            )
        if self.mean_span < 1:
            raise ValueError(f"mean_span must be at least 1, got {self.mean_span}; raise it")

    def counts(self, tokens: int) -> tuple[int, int]:
        """Returns how many of so many tokens are cut out, and in how many spans.

        >>> SpanCorruption(sentinels=()).counts(568)
        (85, 28)
        """
        if tokens < 2:
            return 0, 0
        noise = min(max(round(tokens * self.noise_density), 1), tokens - 1)
        if self.suffix:
            return noise, 1
        return noise, min(max(round(noise / self.mean_span), 1), noise, tokens - noise)

    def lengths(self, tokens: int) -> tuple[int, int]:
        """Returns how long inputs and targets of a sequence of so many tokens are.

        >>> SpanCorruption(sentinels=(), end_id=1).lengths(568)
        (512, 114)
        """
        noise, spans = self.counts(tokens)
        ended = self.end_id is not None
        inputs = tokens - noise + spans + ended + (self.mode_id is not None)
        return inputs, noise + spans + ended

    def __call__(self, batch: Batch) -> Denoised:
        """Cuts spans out of every sequence of a batch.

        Raises:
            ValueError: there are fewer sentinels than spans.
        """
        return Denoisers((self,))(batch)

    def corrupt(self, tokens: Tokens, samples: NDArray[np.int64]) -> tuple[Tokens, Tokens]:
        """Cuts spans out of b sequences of n tokens.

        Args:
            tokens: [b, n], without padding.
            samples: int64[b], number of each.

        Returns:
            Inputs and targets, uint32, of the lengths that `lengths` says.
        """
        b, n = tokens.shape
        noise, spans = self.counts(n)
        if spans > len(self.sentinels):
            raise ValueError(
                f"{spans} spans of a sequence of {n} tokens need as many sentinels, got "
                f"{len(self.sentinels)}; give more, or longer spans"
            )
        if spans == 0:
            return self._ended(tokens, self.mode_id), self._ended(tokens[:, :0], None)
        lengths = np.empty((b, 2 * spans), np.int64)
        lengths[:, 0::2] = self._parts("kept", samples, n - noise, spans)
        lengths[:, 1::2] = self._parts("cut", samples, noise, spans)
        # Stretches that stay and spans take turns; the first one stays.
        begins = np.zeros((b, n), np.bool_)
        begins[np.arange(b)[:, np.newaxis], np.cumsum(lengths, axis=1) - lengths] = True
        stretch = np.cumsum(begins, axis=1) - 1
        cut = stretch % 2 == 1
        named = np.array(self.sentinels, np.uint32)[stretch // 2]
        # A sentinel takes the place of the first token of a span, or of what stays before it.
        inputs = np.where(cut, named, tokens)[~cut | begins].reshape(b, -1)
        targets = np.where(cut, tokens, named)[cut | begins].reshape(b, -1)
        return self._ended(inputs, self.mode_id), self._ended(targets, None)

    def _ended(self, rows: NDArray[Any], mode_id: int | None) -> Tokens:
        """Puts the mode before rows and the end behind them."""
        column = (len(rows), 1)
        parts = [
            *([] if mode_id is None else [np.full(column, mode_id)]),
            rows,
            *([] if self.end_id is None else [np.full(column, self.end_id)]),
        ]
        found: Tokens = np.concatenate(parts, axis=1).astype(np.uint32)
        return found

    def _parts(
        self, purpose: str, samples: NDArray[np.int64], total: int, parts: int
    ) -> NDArray[np.int64]:
        """Cuts a number into parts of at least 1, at places of which all are equally likely."""
        if parts < 2:
            return np.full((len(samples), parts), total)
        places = np.arange(total - 1)
        drawn = draws(self.seed, purpose, samples[:, None], places)
        chosen = np.sort(np.argsort(drawn, axis=1, kind="stable")[:, : parts - 1], axis=1) + 1
        edges = np.pad(chosen, ((0, 0), (1, 1)), constant_values=(0, total))
        return np.diff(edges, axis=1)

    def _ids(self) -> tuple[int, ...]:
        extra = (self.mode_id, self.end_id, self.pad_id)
        return (*self.sentinels, *(id_ for id_ in extra if id_ is not None))


@dataclasses.dataclass(frozen=True)
class Denoisers:
    """Several denoisers by turns: which one a sequence gets is drawn.

    >>> Denoisers.ul2(sentinels=tuple(range(100, 400))).lengths(1024)
    (921, 683)
    """

    denoisers: tuple[SpanCorruption, ...]
    shares: tuple[int, ...] | None = None
    """Of each, as whole numbers; null makes them equal."""
    seed: int = 0
    """Of the draw, 0 to 2**64 - 1."""

    @classmethod
    def ul2(
        cls,
        sentinels: tuple[int, ...],
        modes: tuple[int, int, int] | None = None,
        seed: int = 0,
        **common: Any,
    ) -> "Denoisers":
        """Returns the seven of UL2: two regular, four extreme, one of sequences (S).

        Args:
            sentinels: see `SpanCorruption`.
            modes: tokens before the inputs of regular, extreme and sequential ones.
            seed: of all draws.
            common: further options of `SpanCorruption`.
        """
        regular, extreme, sequential = modes or (None, None, None)
        listed = [
            (3.0, 0.15, regular),
            (8.0, 0.15, regular),
            (3.0, 0.5, extreme),
            (8.0, 0.5, extreme),
            (64.0, 0.15, extreme),
            (64.0, 0.5, extreme),
        ]
        made = [
            SpanCorruption(sentinels, density, mean, mode_id=mode, seed=seed, **common)
            for mean, density, mode in listed
        ]
        made.append(
            SpanCorruption(sentinels, 0.25, suffix=True, mode_id=sequential, seed=seed, **common)
        )
        return cls(tuple(made), seed=seed)

    def __post_init__(self) -> None:
        shares = self._shares()
        if len(shares) != len(self.denoisers) or min(shares, default=-1) < 0 or not sum(shares):
            raise ValueError(
                f"shares {self.shares} do not go with {len(self.denoisers)} denoisers; give a "
                "whole number for each"
            )

    def lengths(self, tokens: int) -> tuple[int, int]:
        """Returns how long inputs and targets of sequences of so many tokens are at most."""
        found = [denoiser.lengths(tokens) for denoiser in self.denoisers]
        return max(inputs for inputs, _ in found), max(targets for _, targets in found)

    def __call__(self, batch: Batch) -> Denoised:
        """Cuts spans out of every sequence of a batch.

        Raises:
            ValueError: there are fewer sentinels than spans.
        """
        b, length = batch.tokens.shape
        drawn = below(
            draws(self.seed, "denoiser", batch.samples, np.zeros(b, np.int64)),
            np.full(b, sum(self._shares())),
        )
        chosen = np.searchsorted(np.cumsum(self._shares()), drawn, "right").astype(np.int16)
        ids = [id_ for denoiser in self.denoisers for id_ in denoiser._ids()]
        dtype = wide_enough(batch.tokens.dtype, *ids)
        made = [np.empty((b, most), dtype) for most in self.lengths(length)]
        sizes = [np.zeros(b, np.int64) for _ in made]
        for number, denoiser in enumerate(self.denoisers):
            for size in np.unique(batch.sizes[chosen == number]).tolist():
                rows = np.flatnonzero((chosen == number) & (batch.sizes == size))
                parts = denoiser.corrupt(batch.tokens[rows, :size], batch.samples[rows])
                for whole, counts, part in zip(made, sizes, parts, strict=True):
                    counts[rows] = part.shape[1]
                    whole[rows, : part.shape[1]] = part
                    whole[rows, part.shape[1] :] = denoiser.pad_id
        return Denoised(made[0], sizes[0], made[1], sizes[1], chosen)

    def _shares(self) -> tuple[int, ...]:
        return (1,) * len(self.denoisers) if self.shares is None else self.shares
