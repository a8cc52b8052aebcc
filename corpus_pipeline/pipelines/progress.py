"""Who is told how far a run is."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from corpus_pipeline.planning.plan import Plan


#: The phase of `verify`, which reads the output again.
CHECK = "check"


class Progress(Protocol):
    """What a run reports while it goes on."""

    def plan(self, plan: "Plan", workers: int | None, phases: Mapping[str, float]) -> None:
        """The plan is made, and the work begins.

        Args:
            plan: of the run.
            workers: how many work at once; None where a cluster decides.
            phases: phase -> estimated seconds, in the order in which they run, the check of the
                output included; what has no estimate has 0. Later rounds are not named.
        """

    def remark(self, line: str) -> None:
        """Something that whoever watches should know."""

    def start(self, phase: str, items: int, finished: int) -> None:
        """A phase starts; some of its items may be finished already."""

    def advance(self, phase: str, items: int, text_bytes: int) -> None:
        """Items of a phase are done; by counters, which may count twice."""

    def counted(self, phase: str, counts: Mapping[str, int]) -> None:
        """Items of a phase have counted so much, as their manifests say; each item comes once.

        What an earlier process has done comes before the phase starts; one that it has done wholly
        never starts.
        """

    def finish(self, phase: str, seconds: float) -> None:
        """A phase is done."""


class Silent:
    """Progress that nobody watches."""

    def plan(self, plan: "Plan", workers: int | None, phases: Mapping[str, float]) -> None:
        """Says nothing."""

    def remark(self, line: str) -> None:
        """Says nothing."""

    def start(self, phase: str, items: int, finished: int) -> None:
        """Says nothing."""

    def advance(self, phase: str, items: int, text_bytes: int) -> None:
        """Says nothing."""

    def counted(self, phase: str, counts: Mapping[str, int]) -> None:
        """Says nothing."""

    def finish(self, phase: str, seconds: float) -> None:
        """Says nothing."""
