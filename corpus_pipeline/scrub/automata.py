"""Regular expressions over digits as tables that a kernel can walk.

The patterns of numbering plans are digits, classes, groups and counts, and nothing else. Such a
pattern becomes the automaton of its positions (Glushkov), and that a table of states by digit, with
sets of positions as bits of a Python integer.
"""

import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: The state from which no number is reached; states are numbered from 1, the first is the start.
DEAD = 0
_ANY = 0b11_1111_1111
_COUNT = re.compile(r"\{(\d+)(,?)(\d*)\}")
#: States that one automaton may have; the largest plan takes a few hundred.
_MAX_STATES = 20_000


class Automaton(NamedTuple):
    """A set of strings of digits."""

    steps: NDArray[np.int32]
    """int32[states, 10], the state behind each digit."""
    accepts: NDArray[np.bool_]
    """bool[states], whether a string that ends there belongs to the set."""

    def accepts_all(self, digits: str) -> bool:
        """Says whether a string belongs to the set.

        >>> compile_digits(r"(?:0|00)?1[2-4]{2,}|8?").accepts_all("0124")
        True
        """
        state = 1
        for digit in digits:
            state = int(self.steps[state, int(digit)])
        return bool(self.accepts[state])


class _Part(NamedTuple):
    """A part of a pattern: whether it may be empty, positions at its two ends."""

    empty: bool
    first: int
    last: int


class _Parser:
    """Reads a pattern into positions, what digits each takes, and which may follow which."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self.digits: list[int] = []
        self.follow: list[int] = []

    def whole(self) -> _Part:
        part = self._choice()
        if self._at < len(self._pattern):
            raise ValueError(f"no pattern of digits: {self._pattern!r}")
        return part

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _choice(self) -> _Part:
        part = self._sequence()
        while self._peek() == "|":
            self._at += 1
            other = self._sequence()
            part = _Part(
                part.empty or other.empty, part.first | other.first, part.last | other.last
            )
        return part

    def _sequence(self) -> _Part:
        part = _Part(True, 0, 0)
        while self._peek() not in ("", "|", ")"):
            part = self._joined(part, self._repeated())
        return part

    def _joined(self, one: _Part, other: _Part) -> _Part:
        for position in _positions(one.last):
            self.follow[position] |= other.first
        return _Part(
            one.empty and other.empty,
            one.first | (other.first if one.empty else 0),
            other.last | (one.last if other.empty else 0),
        )

    def _repeated(self) -> _Part:
        start = self._at
        part = self._atom()
        end = self._at
        least, most = 1, 1
        sign = self._peek()
        if sign == "?":
            least, most = 0, 1
            self._at += 1
        elif sign in ("*", "+"):
            least, most = int(sign == "+"), -1
            self._at += 1
        elif match := _COUNT.match(self._pattern, self._at):
            least = int(match[1])
            most = (int(match[3]) if match[3] else -1) if match[2] else least
            self._at = match.end()
        after = self._at
        if self._peek() in ("?", "+", "*") and after > end:
            raise ValueError(f"no pattern of digits: {self._pattern!r}")
        whole = _Part(True, 0, 0)
        for copy in range(max(least, most, 1)):
            if copy:
                self._at = start
                part = self._atom()
            if most < 0 and copy == max(least, 1) - 1:
                part = self._joined_to_itself(part)
            if copy >= least:
                part = part._replace(empty=True)
            whole = self._joined(whole, part)
        self._at = after
        return whole

    def _joined_to_itself(self, part: _Part) -> _Part:
        self._joined(part, part)
        return part

    def _atom(self) -> _Part:
        sign = self._peek()
        if sign == "(":
            self._at += 3 if self._pattern.startswith("(?:", self._at) else 1
            if self._peek() == "?":
                raise ValueError(f"no pattern of digits: {self._pattern!r}")
            part = self._choice()
            if self._peek() != ")":
                raise ValueError(f"no pattern of digits: {self._pattern!r}")
            self._at += 1
            return part
        return self._position(self._one())

    def _one(self) -> int:
        """Reads one digit or class; returns the digits that it takes as bits."""
        sign = self._peek()
        if self._pattern.startswith(r"\d", self._at):
            self._at += 2
            return _ANY
        if sign == "$":
            # It stands only before what takes a digit at least, so this way leads nowhere.
            self._at += 1
            return 0
        if sign.isdecimal():
            self._at += 1
            return 1 << int(sign)
        if sign != "[":
            raise ValueError(f"no pattern of digits: {self._pattern!r}")
        end = self._pattern.index("]", self._at)
        inner = self._pattern[self._at + 1 : end]
        self._at = end + 1
        taken = 0
        for first, last in re.findall(r"(\d)(?:-(\d))?", inner.replace(r"\d", "0-9")):
            for digit in range(int(first), int(last or first) + 1):
                taken |= 1 << digit
        if re.sub(r"\\d|\d(?:-\d)?", "", inner):
            raise ValueError(f"no pattern of digits: {self._pattern!r}")
        return taken

    def _position(self, taken: int) -> _Part:
        bit = 1 << len(self.digits)
        self.digits.append(taken)
        self.follow.append(0)
        return _Part(False, bit, bit)


def _positions(bits: int) -> Iterator[int]:
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def compile_digits(pattern: str, prefix: bool = False) -> Automaton:
    """Makes the table of a pattern.

    Args:
        pattern: digits, `\\d`, classes, groups, alternatives, counts; `$` where digits must follow.
        prefix: take every string that begins with one of the set, as `re.match` does.

    Raises:
        ValueError: the pattern has something else in it.

    >>> table = compile_digits("[48]00|1[3-9]", prefix=True)
    >>> [table.accepts_all(digits) for digits in ("4001", "139", "12", "80")]
    [True, True, False, False]
    """
    parser = _Parser(pattern)
    part = parser.whole()
    taking = [0] * 10
    for position, digits in enumerate(parser.digits):
        for digit in range(10):
            if digits >> digit & 1:
                taking[digit] |= 1 << position
    # A set of positions, and what may come next; the start is before all positions.
    known: dict[int, int] = {0: DEAD, -1: 1}
    order = [0, -1]
    steps: list[list[int]] = [[DEAD] * 10]
    accepts = [False, part.empty]
    for state in itertools.islice(order, 1, None):  # Grows while it is gone through.
        index = known[state]
        if prefix and accepts[index]:
            steps.append([index] * 10)
            continue
        following = part.first if state < 0 else 0
        for position in _positions(max(state, 0)):
            following |= parser.follow[position]
        row = []
        for digit in range(10):
            reached = following & taking[digit]
            if reached not in known:
                known[reached] = len(order)
                order.append(reached)
                accepts.append(bool(reached & part.last))
            row.append(known[reached])
        steps.append(row)
        if len(order) > _MAX_STATES:
            raise ValueError(f"a pattern of too many states: {pattern[:40]!r}")
    return Automaton(np.array(steps, np.int32), np.array(accepts, np.bool_))
