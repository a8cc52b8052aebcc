"""One Chinese text with what the pass over it noted, and the names that are found in it."""

from typing import NamedTuple


class Found(NamedTuple):
    """A name in a text."""

    start: int
    end: int
    score: float
    private: bool
    """Whether a field, a signature or a person's number beside it says that it is somebody's."""


class Row(NamedTuple):
    """One text with its candidates, as lists of C."""

    data: bytes
    """The whole column."""
    begin: int
    stop: int
    starts: list[int]
    ends: list[int]
    kinds: list[int]
    scores: list[int]
    befores: list[int]
    afters: list[int]


def add_found(found: dict[int, Found], new: Found) -> None:
    """Keeps a name, by its first byte, unless one is there that is surer."""
    old = found.get(new.start)
    if old is None or (new.private, new.score) > (old.private, old.score):
        found[new.start] = new
