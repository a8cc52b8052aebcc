"""How long the rest of a run takes: the proportions of the estimate, at the pace of this run.

The estimate of `corpus plan --estimate` says how long each phase takes on the machine that was
measured. What is done of this run, and how long that took, says by which factor this machine and
these texts are slower or faster; the rest is multiplied by it. While little is done, the factor
stays near 1.
"""

import dataclasses
from collections.abc import Iterable

#: How much of a run counts as done at the measured pace from the beginning, so that a first item
#: that is slow by chance does not decide.
_PRIOR_SHARE = 0.02


@dataclasses.dataclass(frozen=True)
class PhaseShare:
    """How far one phase is."""

    expected: float
    """Estimated seconds of the whole phase; 0 if nobody knows."""
    done: float
    """Share of it that is done, from 0 to 1."""
    timed: float = 0.0
    """Share of it that was done in `seconds`; what an earlier process has done took a time that
    nobody knows."""
    seconds: float = 0.0


def remaining_seconds(phases: Iterable[PhaseShare]) -> float | None:
    """Returns about how many seconds are left; None if nothing is known of any phase.

    A phase without an estimate does not count, neither its time nor what is left of it.

    >>> rest = PhaseShare(expected=60, done=0)
    >>> round(remaining_seconds([PhaseShare(40, 0), rest]))
    100
    >>> round(remaining_seconds([PhaseShare(40, 1, timed=1, seconds=80), rest]))
    117
    >>> round(remaining_seconds([PhaseShare(40, 1), rest]))
    60
    >>> remaining_seconds([PhaseShare(0, 0)])
    """
    known = [each for each in phases if each.expected > 0]
    whole = sum(each.expected for each in known)
    if not whole:
        return None
    prior = _PRIOR_SHARE * whole
    took = sum(each.seconds for each in known if each.timed)
    done = sum(each.expected * each.timed for each in known)
    pace = (took + prior) / (done + prior)
    return pace * sum(each.expected * (1 - each.done) for each in known)
