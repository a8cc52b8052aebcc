"""What a phase is made of, without an engine: elements, and the transforms that they pass.

A transform is a plain object; an engine calls it. The direct engine does so itself
(`engines/in_process.py`), for all others it becomes a Beam `DoFn` (`engines/beam_transforms.py`).
"""

import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from corpus_pipeline.address import BatchKey

#: The element of every map phase.
Keyed = tuple[BatchKey, pa.RecordBatch]
#: Adds a number to a counter, given by stage and name.
Tally = Callable[[str, str, int], None]
Range = tuple[int, int]
"""From the first number up to, but without, the second."""

#: Ranges that a graph holds, at most; clusters refuse graphs of some megabytes.
_MOST = 4000


class Transform:
    """One transform of a phase. It is pickled before `setup` and belongs to one process after it.

    An engine calls `setup` once, then for each bundle of elements `start_bundle`, `process` for
    every element, and `finish_bundle`; at the end `teardown`, also after a failure.
    """

    #: Type of what `process` yields.
    output: ClassVar[Any] = Keyed
    #: Elements are pairs of a key and all values of that key, in any order.
    grouped: ClassVar[bool] = False

    @property
    def label(self) -> str:
        """What it is called in a graph; no two of one phase have the same."""
        return type(self).__name__

    def setup(self, tally: Tally) -> None:
        """Opens what the transform needs; `tally` adds to the counters of the job."""

    def start_bundle(self) -> None:
        """Begins a bundle."""

    def process(self, element: Any) -> Iterator[Any]:
        """Yields what becomes of one element."""
        raise NotImplementedError

    def finish_bundle(self) -> None:
        """Ends a bundle."""

    def teardown(self) -> None:
        """Frees what `setup` has opened."""


@dataclasses.dataclass(frozen=True)
class Work:
    """What a phase does with some of its items."""

    ranges: Sequence[tuple[int, ...]]
    """Many elements in few words: a cluster's graph must be small."""
    unrolled: Callable[[Any], list[Any]]
    """The elements of a range; importable."""
    transforms: tuple[Transform, ...]
    element: Any = int
    """Type of an element."""

    def elements(self) -> Iterator[Any]:
        """Yields what the first transform is given."""
        for borders in self.ranges:
            yield from self.unrolled(borders)


class StageCounters:
    """Counters of one stage: documents and bytes in, microseconds spent in its own code.

    They show progress and where the time goes. Exact counts of documents come from manifests,
    because a retried bundle counts twice here.
    """

    def __init__(self, stage: str, tally: Tally) -> None:
        self._stage = stage
        self._tally = tally

    def saw(self, documents: int, text_bytes: int) -> None:
        """Counts one batch."""
        self._tally(self._stage, "documents", documents)
        self._tally(self._stage, "bytes", text_bytes)

    def finished(self, errors: int = 0) -> None:
        """Counts one unit or partition that is written, and its records that are unreadable."""
        self._tally("progress", "items", 1)
        if errors:
            self._tally("progress", "errors", errors)

    @contextmanager
    def clock(self) -> Iterator[None]:
        """Adds the processor time of a block to the stage's clock."""
        start = time.thread_time_ns()
        try:
            yield
        finally:
            self._tally(self._stage, "micros", (time.thread_time_ns() - start) // 1000)


def unrolled(borders: Range) -> list[int]:
    """Returns the items of a range.

    >>> unrolled((3, 5))
    [3, 4]
    """
    return list(range(*borders))


def item_ranges(items: Sequence[int], most: int = _MOST) -> list[Range]:
    """Covers ascending items by half-open ranges, each item by its own while they are few.

    Where even ranges would be too many, the narrowest gaps are covered too: an item that is done
    already is then done again, with the same result.

    Args:
        items: ascending numbers.
        most: about how many ranges at most.

    >>> item_ranges([0, 1, 5])
    [(0, 1), (1, 2), (5, 6)]
    >>> item_ranges(range(5), most=2)
    [(0, 3), (3, 5)]
    >>> item_ranges([0, 2, 5, 6], most=2)
    [(0, 3), (5, 7)]
    """
    numbers = np.asarray(items, np.int64)
    gaps = np.diff(numbers) - 1
    breaks = np.flatnonzero(gaps)
    if len(breaks) >= most:
        widest = np.argsort(-gaps[breaks], kind="stable")[: most - 1]
        breaks = np.sort(breaks[widest])
    starts = numbers[np.concatenate([[0], breaks + 1])]
    ends = numbers[np.concatenate([breaks, [len(numbers) - 1]])] + 1
    step = -(-int((ends - starts).sum()) // most)
    return [
        (start, min(start + step, end))
        for first, end in zip(starts.tolist(), ends.tolist(), strict=True)
        for start in range(first, end, step)
    ]
