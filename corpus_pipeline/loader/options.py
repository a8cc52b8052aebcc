"""What all ranks of a training must agree on."""

import dataclasses
from typing import Literal, get_args

from corpus_pipeline.loader.steps import Steps

#: A whole number; or one for each step: (first step, number) of every change, from step 0 on.
ByStep = int | tuple[tuple[int, int], ...]

Shuffle = Literal["global", "blocks", "none"]
Packing = Literal["concatenate", "best-fit"]


@dataclasses.dataclass(frozen=True)
class SequenceOptions:
    """Which sequence comes when.

    >>> options = SequenceOptions(((0, 2048), (1000, 8192)), batch_size=((0, 16), (500, 512)))
    >>> options.lengths.at(999), options.lengths.at(1000), options.batches.at(499)
    (2048, 8192, 16)
    """

    sequence_length: ByStep
    """Tokens in a sequence."""
    batch_size: ByStep
    """Sequences in a global batch, over all ranks."""
    seed: int = 0
    """Of the order, 0 to 2**64 - 1."""
    epochs: int | None = 1
    """How often each token is seen in a pass; null goes on for ever. A mixture has its own plan."""
    shuffle: Shuffle = "global"
    """`global`: any sequence of the epoch may come next. `blocks`: sequences of a few blocks of the
    stream, for data that are read slowly out of order. `none`: the order of the stream."""
    packing: Packing = "concatenate"
    """`concatenate`: the stream is cut every `sequence_length` tokens. `best-fit`: documents are
    whole where they fit, and sequences are padded."""
    mask_joins: bool = True
    """Whether the loss mask is off where the target belongs to another document. With `best-fit` it
    always is."""

    def __post_init__(self) -> None:
        for name in ("sequence_length", "batch_size"):
            value = getattr(self, name)
            if not isinstance(value, int):
                # JSON has lists.
                changes = tuple(tuple(change) for change in value)
                object.__setattr__(self, name, changes)
                _check_changes(name, changes)
            elif value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}; raise it")
        if self.epochs is not None and self.epochs < 1:
            raise ValueError(f"epochs must be at least 1, got {self.epochs}; null has no end")
        if not 0 <= self.seed < 1 << 64:
            raise ValueError(f"seed must be 0 to 2**64 - 1, got {self.seed}; choose one in range")
        for name, kinds in (("shuffle", Shuffle), ("packing", Packing)):
            if getattr(self, name) not in get_args(kinds):
                raise ValueError(
                    f"{name} must be one of {', '.join(get_args(kinds))}, got "
                    f"{getattr(self, name)!r}; choose one"
                )

    @property
    def lengths(self) -> Steps:
        """The sequence length of each step."""
        return Steps(self._changes("sequence_length"))

    @property
    def batches(self) -> Steps:
        """The size of each step's batch."""
        return Steps(self._changes("batch_size"))

    def _changes(self, name: str) -> tuple[tuple[int, int], ...]:
        """Returns where a number changes; one that is given twice in a row does not."""
        value = getattr(self, name)
        given = ((0, value),) if isinstance(value, int) else value
        return tuple(
            change for k, change in enumerate(given) if k == 0 or change[1] != given[k - 1][1]
        )


def _check_changes(name: str, changes: tuple[tuple[int, int], ...]) -> None:
    if not changes or any(len(change) != 2 for change in changes) or changes[0][0] != 0:
        raise ValueError(
            f"{name} by step must be pairs (first step, number) from step 0 on, got {changes}; "
            "begin with (0, ...)"
        )
    steps = [step for step, _ in changes]
    if steps != sorted(set(steps)):
        raise ValueError(f"steps of {name} must ascend, got {steps}; sort them")
    least = min(value for _, value in changes)
    if least < 1:
        raise ValueError(f"{name} must be at least 1, got {least}; raise it")
