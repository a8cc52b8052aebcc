"""Who is told how far a run is."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from corpus_pipeline.planning.plan import Plan


class Progress(Protocol):
    """What a run reports while it goes on."""

    def plan(self, plan: "Plan", workers: int | None) -> None:
        """The plan is made."""

    def remark(self, line: str) -> None:
        """Something that whoever watches should know."""

    def start(self, phase: str, items: int, finished: int) -> None:
        """A phase starts; some of its items may be finished already."""

    def advance(self, phase: str, items: int, text_bytes: int) -> None:
        """Items of a phase are done."""

    def finish(self, phase: str, seconds: float) -> None:
        """A phase is done."""


class Silent:
    """Progress that nobody watches."""

    def plan(self, plan: "Plan", workers: int | None) -> None:
        """Says nothing."""

    def remark(self, line: str) -> None:
        """Says nothing."""

    def start(self, phase: str, items: int, finished: int) -> None:
        """Says nothing."""

    def advance(self, phase: str, items: int, text_bytes: int) -> None:
        """Says nothing."""

    def finish(self, phase: str, seconds: float) -> None:
        """Says nothing."""
