"""Many items in few words: a job's graph names ranges of them, and workers unroll these."""

from collections.abc import Sequence

import numpy as np

Range = tuple[int, int]
"""From the first number up to, but without, the second."""

#: Ranges that a graph holds, at most; clusters refuse graphs of some megabytes.
_MOST = 4000


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
