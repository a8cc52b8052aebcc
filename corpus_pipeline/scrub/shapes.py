"""What is told of a candidate window to remember where its numbers are; see `phone_shapes`."""

from typing import NamedTuple

#: First and last + 1 character of each number of a window, from the window's start on.
NumberSpans = tuple[tuple[int, int], ...]


class Shapes(NamedTuple):
    """What the rules can see of N windows; empty if they must read the window itself."""

    one: list[bytes]
    """If all of the window is one number of some plan, this says it."""
    all: list[bytes]
    """This and the rest; empty if the first is known already."""
