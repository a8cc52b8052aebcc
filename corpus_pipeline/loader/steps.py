"""Whole numbers that change at given steps: the sequence length, the size of a batch."""

import itertools
from bisect import bisect_right


class Steps:
    """A number for each step, 1 or more, constant between changes.

    >>> ramp = Steps(((0, 2), (10, 5)))
    >>> [ramp.at(step) for step in (0, 9, 10, 11)]
    [2, 2, 5, 5]
    >>> [ramp.before(step) for step in (0, 9, 10, 11)]
    [0, 18, 20, 25]
    >>> [ramp.reached(total) for total in (0, 1, 2, 3, 20, 21, 25)]
    [0, 1, 1, 2, 10, 11, 11]

    Attributes:
        changes: first step and number of each part, the first step of all is 0.
    """

    def __init__(self, changes: tuple[tuple[int, int], ...]) -> None:
        self.changes = changes
        self._firsts = [step for step, _ in changes]
        self._before = [0]
        for (step, value), (following, _) in itertools.pairwise(changes):
            self._before.append(self._before[-1] + (following - step) * value)

    def at(self, step: int) -> int:
        """Returns the number of a step."""
        return self.changes[bisect_right(self._firsts, step) - 1][1]

    def before(self, step: int) -> int:
        """Returns the sum over all steps before this one."""
        k = bisect_right(self._firsts, step) - 1
        first, value = self.changes[k]
        return self._before[k] + (step - first) * value

    def reached(self, total: int) -> int:
        """Returns how many steps it takes for the sum to be `total` or more."""
        k = max(bisect_right(self._before, total) - 1, 0)
        first, value = self.changes[k]
        return first - (self._before[k] - total) // value
