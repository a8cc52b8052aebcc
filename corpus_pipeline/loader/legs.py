"""Legs: the stretches of a training with one sequence length and one set of components.

    stage      main (web 900, wiki 100 tokens)              │ decay (web 200, code 50)
    length     4                     │ 8                    │ 8
    legs       web [0, 400) wiki …   │ web [400, 900) …     │ web [900, 1100) code [0, 50)

A component is seen as an endless stream (see `layouts`); a leg has an interval of each. The next
leg's interval begins where the former one's ended. All legs follow from the plan, so which window a
sample is takes no state: its leg by bisection, its component by `interleaving`, its window by a
permutation of the windows of one epoch.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.loader.interleaving import Interleaving
from corpus_pipeline.loader.layouts import Layout
from corpus_pipeline.loader.options import SequenceOptions, Shuffle
from corpus_pipeline.loader.order import window_order

#: Tokens of a training without an end: more than anybody sees, and int64 has room.
ENDLESS = 1 << 60


class Part(NamedTuple):
    """The interval of one component in a leg."""

    component: int
    layout: Layout
    place: int
    """Where the first window starts in the endless stream, in places of the layout."""
    windows: int
    tokens: int
    seed: int
    """Of the order of its windows."""


class Leg:
    """One leg.

    Attributes:
        stage: number of the stage it belongs to.
        length: tokens of a sequence.
        first: sample that it starts with, in its pass.
        samples: number of its samples.
        parts: one for each component that has windows.
    """

    def __init__(
        self,
        stage: int,
        length: int,
        first: int,
        parts: Sequence[Part],
        shuffle: Shuffle,
        seed: int,
    ) -> None:
        self.stage = stage
        self.length = length
        self.first = first
        self.parts = tuple(parts)
        self.samples = sum(part.windows for part in parts)
        self._shuffle = shuffle
        counts = [part.windows for part in parts]
        self._interleaving = Interleaving(counts, None if shuffle == "none" else seed)

    def locate(self, samples: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns what samples are.

        Args:
            samples: int64[K], each 0 to `samples` - 1, counted from the leg's first.

        Returns:
            int64[3, K]: the component of each; its place in the component's endless stream, in
            places of the layout; how many tokens it has.
        """
        slots, windows = self._interleaving(samples)
        components = np.array([part.component for part in self.parts])[slots]
        places, sizes = np.empty_like(samples), np.empty_like(samples)
        for slot, part in enumerate(self.parts):
            here = slice(None) if len(self.parts) == 1 else slots == slot
            wanted = windows[here]
            if self._shuffle != "none":
                wanted = self._shuffled(part, wanted)
            layout = part.layout
            places[here] = part.place + wanted * layout.stride
            left = part.tokens - wanted * self.length
            sizes[here] = layout.sizes(places[here], left)
        return np.stack([components, places, sizes])

    def seen(self, samples: int) -> list[int]:
        """Returns the tokens of each part in the first samples, to within one sequence.

        Args:
            samples: 0 to `samples`; of all of them the numbers are exact.
        """
        found = zip(self.parts, self._interleaving.among(samples), strict=True)
        return [part.tokens * windows // part.windows for part, windows in found]

    def _shuffled(self, part: Part, windows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Permutes the windows of each epoch among themselves."""
        stride, period = part.layout.stride, part.layout.period
        if period <= stride:
            return windows
        epochs = (part.place + windows * stride) // period
        shuffled = np.empty_like(windows)
        for epoch in np.unique(epochs).tolist():
            here = epochs == epoch
            low = max(-((part.place - epoch * period) // stride), 0)
            high = min(-((part.place - (epoch + 1) * period) // stride), part.windows)
            order = window_order(self._shuffle, high - low, part.seed, epoch, self.length)
            shuffled[here] = order(windows[here] - low) + low
        return shuffled


class Stage(NamedTuple):
    """A stretch of training with one mixture."""

    name: str
    tokens: tuple[int, ...]
    """Of each component."""


def plan_legs(
    stages: Sequence[Stage],
    names: Sequence[str],
    layout: Callable[[int, int], Layout],
    options: SequenceOptions,
    number: int,
) -> list[Leg]:
    """Cuts one pass into legs.

    Args:
        stages: of the plan, in their order.
        names: of the components; each has an order of its own.
        layout: how a component is cut into windows of a length.
        options: of the training.
        number: of the pass; each goes on in the streams where the one before it ended.
    """
    lengths, batches = options.lengths, options.batches
    cursors = [number * sum(stage.tokens[c] for stage in stages) for c in range(len(names))]
    seeds = [_seed(options.seed, name) for name in names]
    # Samples at which the length changes.
    borders = [*(batches.before(step) for step, _ in lengths.changes[1:]), ENDLESS << 1]
    legs: list[Leg] = []
    sample = change = 0
    for k, stage in enumerate(stages):
        left = list(stage.tokens)
        while any(left):
            while borders[change] <= sample:
                change += 1
            length = lengths.changes[change][1]
            whole = []
            for c, tokens in enumerate(left):
                cut = layout(c, length)
                place = cut.place(cursors[c])
                whole.append(Part(c, cut, place, cut.windows(tokens), tokens, seeds[c]))
            counts = [part.windows for part in whole]
            if not any(counts):
                break
            room = borders[change] - sample
            taken = counts if sum(counts) <= room else Interleaving(counts, None).before(room)
            parts = []
            for c, (part, windows) in enumerate(zip(whole, taken, strict=True)):
                tokens = left[c]
                if windows < part.windows:
                    tokens = min(part.layout.tokens(windows), tokens)
                parts.append(part._replace(windows=windows, tokens=tokens))
                left[c] -= tokens
                cursors[c] = part.layout.behind(part.place, windows, tokens)
            seed = _seed(options.seed, f"pass {number} sample {sample}")
            parts = [part for part in parts if part.windows]
            legs.append(Leg(k, length, sample, parts, options.shuffle, seed))
            sample += sum(taken)
    return legs


def _seed(seed: int, name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed} {name}".encode()).digest()[:8], "little")
