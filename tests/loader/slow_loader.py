"""What a loader must yield, by a plain enumeration of the definition."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from corpus_pipeline.loader import SequenceOptions


class Window(NamedTuple):
    """A sequence by hand."""

    component: int
    epoch: int
    tokens: tuple[int, ...]
    """Inputs, without padding."""
    target: int | None
    """Behind the last input; null where the window is short."""
    starts: tuple[int, ...]
    """Places, from 1 to the number of inputs, where another document starts; the last is that of
    the target."""


class SlowLeg(NamedTuple):
    """A leg by hand, in the order of the times."""

    stage: str
    length: int
    windows: list[Window]


def at(changes: int | tuple[tuple[int, int], ...], step: int) -> int:
    """Returns the number of a step."""
    if isinstance(changes, int):
        return changes
    return [value for first, value in changes if first <= step][-1]


def ordered(counts: Sequence[int]) -> list[tuple[int, int]]:
    """Returns (component, window) in the order of the times."""
    times = [
        (Fraction(2 * i + 1, 2 * q), component, i)
        for component, q in enumerate(counts)
        for i in range(q)
    ]
    return [(component, i) for _, component, i in sorted(times)]


def slow_best_fit(lengths: list[int], length: int) -> list[list[tuple[int, int]]]:
    """Returns the pieces (start, size) of each sequence."""
    pieces = []
    start = 0
    for size in lengths:
        for cut in range(0, size, length):
            pieces.append((start + cut, min(length, size - cut)))
        start += size
    bins: list[list[tuple[int, int]]] = []
    changed: list[int] = []
    for clock, piece in enumerate(sorted(pieces, key=lambda piece: -piece[1])):
        rooms = [length - sum(size for _, size in pieces) for pieces in bins]
        fitting = [k for k, room in enumerate(rooms) if room >= piece[1]]
        if fitting:
            least = min(rooms[k] for k in fitting)
            best = max((k for k in fitting if rooms[k] == least), key=changed.__getitem__)
            bins[best].append(piece)
            changed[best] = clock
        else:
            bins.append([piece])
            changed.append(clock)
    return sorted(sorted(pieces) for pieces in bins)


class SlowLoader:
    """One pass after the other, all of it in lists."""

    def __init__(
        self,
        components: Sequence[Sequence[Sequence[int]]],
        stages: Sequence[tuple[str, Sequence[int]]],
        options: SequenceOptions,
    ) -> None:
        """Takes the documents of each component, and each stage's tokens of each component."""
        self.stages = stages
        self.options = options
        self.streams = [[token for document in documents for token in document]
                        for documents in components]  # fmt: skip
        self.begins = [{document[0] for document in documents} for documents in components]
        self.next = [0] * len(components)

    def a_pass(self) -> list[SlowLeg]:
        """Returns the legs of the next pass."""
        legs: list[SlowLeg] = []
        step = waiting = 0
        for name, planned in self.stages:
            left = list(planned)
            while any(left):
                if waiting == at(self.options.batch_size, step):
                    step, waiting = step + 1, 0
                length = at(self.options.sequence_length, step)
                counts = [-(-tokens // length) for tokens in left]
                taken: list[tuple[int, int]] = []
                for one in ordered(counts):
                    # A batch is full: the next step begins, perhaps with another length.
                    if waiting == at(self.options.batch_size, step):
                        step, waiting = step + 1, 0
                        if at(self.options.sequence_length, step) != length:
                            break
                    taken.append(one)
                    waiting += 1
                seen = [[c for c, _ in taken].count(c) for c in range(len(left))]
                first = list(self.next)
                limits = [first[c] + left[c] for c in range(len(left))]
                for c, windows in enumerate(seen):
                    used = min(windows * length, left[c])
                    left[c] -= used
                    self.next[c] += used
                windows_ = [
                    self.window(c, first[c] + i * length, length, limits[c])
                    for c, i in ordered(seen)
                ]
                if windows_:
                    legs.append(SlowLeg(name, length, windows_))
        return legs

    def window(self, component: int, place: int, length: int, limit: int) -> Window:
        """Returns one window of an endless stream."""
        stream = self.streams[component]
        size = min(length, limit - place)
        tokens = [stream[k % len(stream)] for k in range(place, place + size + 1)]
        starts = [k for k in range(1, size + 1) if tokens[k] in self.begins[component]]
        return Window(
            component,
            place // len(stream),
            tuple(tokens[:-1]),
            tokens[-1] if size == length else None,
            tuple(starts),
        )
