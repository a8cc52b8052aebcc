"""Reads a pattern that splits text into pre-tokens, and proves where no pre-token can cross.

    pattern ──► positions: each takes one character   ──► which position can follow which
                \\p{L}+ is one position, that can follow itself

A place between the characters l and r of a text is *never crossed* if no position that takes l can
be followed by one that takes r. It is *always a border* if besides each l is taken by some match
whatever stands around it. Then a text may be split in that place and its two parts be matched
alone: what is found on either side is the same. (Glushkov's automaton, 1961; the sets of positions
that can stand first, last and behind one another are larger than the matches need, never smaller.)

The pattern looks back at nothing, and ahead only where l cannot have been taken just before. What
this module cannot read proves nothing.
"""

import dataclasses
import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


class _Alphabet(NamedTuple):
    """The characters of which something is to be proved."""

    codes: NDArray[np.uint32]
    """uint32[C], code points."""
    categories: NDArray[np.str_]
    """str[C], of Unicode, two letters each."""


@cache
def _alphabets(characters: str) -> tuple[_Alphabet, _Alphabet, _Alphabet]:
    """Returns characters as they are, as capitals and as small letters."""
    cases = (characters, *(_cased(characters, to) for to in (str.upper, str.lower)))
    return tuple(  # type: ignore[return-value]
        _Alphabet(
            np.array([ord(c) for c in each], np.uint32),
            np.array([unicodedata.category(c) for c in each], "<U2"),
        )
        for each in cases
    )


def _cased(characters: str, to: Callable[[str], str]) -> str:
    return "".join(cased if len(cased := to(c)) == 1 else c for c in characters)


class _UnreadableError(Exception):
    """The pattern uses what is not known here."""


@dataclasses.dataclass
class _Part:
    """A part of the pattern: its positions that can stand first and last."""

    first: set[int]
    last: set[int]
    nullable: bool


@dataclasses.dataclass(frozen=True)
class Crossings:
    """What a pattern does between the characters `left` and `right`."""

    crosses: bool
    """A match may hold a character of `left` and right behind it one of `right`."""
    splits: bool
    """Behind each character of `left` that one of `right` follows there is a border."""


def crossings(pattern: str, left: str, right: str) -> Crossings | None:
    """Says whether matches of a pattern can cross from a character of `left` to one of `right`.

    Args:
        pattern: in the syntax of Oniguruma, of which that of the published patterns is read.
        left, right: characters; none is in both.

    Returns:
        None when the pattern holds something else.

    >>> crossings(r" ?\\p{L}+|\\s+(?!\\S)|\\s+", "ab中", " .")
    Crossings(crosses=False, splits=True)
    >>> crossings(r"\\p{N}{1,3}", "ab中", " .")  # Letters stand between matches, with what follows.
    Crossings(crosses=False, splits=False)
    >>> crossings(r"\\p{L}+\\.?", "ab中", " .")
    Crossings(crosses=True, splits=False)
    """
    reader = _Reader(pattern, left + right)
    try:
        whole = reader.read()
    except _UnreadableError:
        return None
    is_left = np.arange(len(left) + len(right)) < len(left)
    crosses = any(
        _meet(reader, before, after, is_left)
        for before in range(len(reader.masks))
        for after in reader.reached(before)
    )
    # Behind a match of no character engines go on in ways of their own.
    crosses = crosses or whole.nullable or any(reader.looks[position] for position in whole.first)
    alone = np.zeros(len(is_left), np.bool_)
    for position in whole.first & whole.last:
        if not reader.folded[position] and not reader.repeated[position]:
            alone |= reader.masks[position] & ~reader.kept_from(position)
    return Crossings(crosses, not crosses and bool(alone[is_left].all()))


def tells_apart(pattern: str, one: str, other: str) -> bool:
    """Says whether a pattern could match otherwise if one character stood for another.

    >>> tells_apart(r"▁*[^▁]+|▁+", "<", "x"), tells_apart(r"\\p{L}+|.", "<", "x")
    (False, True)
    """
    try:
        reader = _Reader(pattern, one + other)
        reader.read()
    except _UnreadableError:
        return True
    return any(mask[0] != mask[1] for mask in reader.seen)


def _meet(reader: "_Reader", before: int, after: int, is_left: Mask) -> bool:
    """Whether `before` can take a character of the left, and `after` one of the right or looks."""
    if reader.looks[before] or not (reader.masks[before] & is_left).any():
        return False
    return reader.looks[after] or bool((reader.masks[after] & ~is_left).any())


#: `?`, `*` or `+`, with what makes it lazy or possessive; or least, comma, most in braces, where in
#: the syntax of Ruby `?` makes lazy what has a comma, and any other sign is a quantifier by itself.
_QUANTIFIER = re.compile(r"([?*+])([?+]?)|\{(?=\d|,\d)(\d*)(?:(,)(\d*)\}\??|\})")
_UNREADABLE_GROUP = re.compile(r"\(\?(?!:|i:|!|=)|\(\*")
_CATEGORY = re.compile(r"\\([pP])\{(\^?)(\w\w?)\}")
_CATEGORIES = re.compile(
    "L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cf]?",
)
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v"}
#: Shorthand -> categories, by their first letters; \\s takes some controls besides.
_SHORTHANDS = {"s": ("Z",), "d": ("Nd",), "w": ("L", "M", "N", "Pc")}
_SPACE_CONTROLS = tuple(map(ord, "\t\n\v\f\r\x85"))


class _Reader:
    """Reads one pattern, from left to right.

    Attributes:
        masks: which of the characters each position takes.
        looks: the position is a look ahead and takes none.
        folded: the position does not mind case, so it may take more than its mask says of case.
        repeated: the position must be matched twice at least, or others with it.
        possessive: the position may be left out, but what it can take it never gives back.
        follows: positions that can come behind each.
        seen: all masks, those within looks ahead too.
    """

    def __init__(self, pattern: str, characters: str) -> None:
        self._pattern, self._size = pattern, len(characters)
        self._alphabets = _alphabets(characters)
        self._at = 0
        self._fold = False
        self.masks: list[Mask] = []
        self.looks: list[bool] = []
        self.folded: list[bool] = []
        self.repeated: list[bool] = []
        self.possessive: list[bool] = []
        self.follows: list[set[int]] = []
        self.seen: list[Mask] = []

    def read(self) -> _Part:
        whole = self._alternatives()
        if self._at < len(self._pattern):
            raise self._unreadable()
        return whole

    def reached(self, position: int) -> set[int]:
        """What can come behind a position; a look ahead takes nothing, so what is behind it too."""
        found: set[int] = set()
        waiting = set(self.follows[position])
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                if self.looks[each]:
                    waiting |= self.follows[each]
        return found

    def kept_from(self, position: int) -> Mask:
        """Characters that something before a position takes first and does not give back to it."""
        found = np.zeros(self._size, np.bool_)
        for before, possessive in enumerate(self.possessive):
            if possessive and position in self.reached(before):
                found |= self.masks[before]
        return found

    def _alternatives(self) -> _Part:
        found = self._sequence()
        while self._take("|"):
            other = self._sequence()
            found = _Part(
                found.first | other.first, found.last | other.last, found.nullable or other.nullable
            )
        return found

    def _sequence(self) -> _Part:
        found = _Part(set(), set(), True)
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            part = self._quantified()
            for position in found.last:
                self.follows[position] |= part.first
            found = _Part(
                found.first | (part.first if found.nullable else set()),
                part.last | (found.last if part.nullable else set()),
                found.nullable and part.nullable,
            )
        return found

    def _quantified(self) -> _Part:
        inner = len(self.masks)
        part = self._atom()
        while match := _QUANTIFIER.match(self._pattern, self._at):
            self._at = match.end()
            sign, after, low, comma, high = match.groups()
            least = int(sign == "+") if sign else int(low or 0)
            most = (1 if sign == "?" else None) if sign else int(high) if high else None
            if sign is None and comma is None:
                most = least
            if most is not None and most < max(least, 1):
                raise self._unreadable()
            if most != 1:
                for position in part.last:
                    self.follows[position] |= part.first
            if least == 0:
                part = dataclasses.replace(part, nullable=True)
            for position in range(inner, len(self.masks)):
                self.repeated[position] |= least > 1
                self.possessive[position] |= after == "+" and least == 0
        return part

    def _atom(self) -> _Part:
        c = self._pattern[self._at]
        if c == "(":
            return self._group()
        if c == "[":
            return self._position(self._class())
        self._at += 1
        if c == "$":
            return self._look()
        if c == ".":
            return self._position(~self._range("\n", "\n"))
        if c in "^*+?{}":
            raise self._unreadable()
        return self._position(self._escaped() if c == "\\" else self._range(c, c))

    def _group(self) -> _Part:
        if _UNREADABLE_GROUP.match(self._pattern, self._at):
            raise self._unreadable()
        looks = self._take("(?!") or self._take("(?=")
        fold, before = self._take("(?i:"), self._fold
        if not (looks or fold or self._take("(?:")):
            self._at += 1
        self._fold = before or fold
        inner = len(self.masks)
        part = self._alternatives()
        self._fold = before
        if not self._take(")"):
            raise self._unreadable()
        if looks:
            # It must see one character and no more.
            if any(self.follows[position] for position in range(inner, len(self.masks))):
                raise self._unreadable()
            for each in (
                self.masks, self.looks, self.folded, self.repeated, self.possessive, self.follows,
            ):  # fmt: skip
                del each[inner:]
            return self._look()
        return part

    def _class(self) -> Mask:
        """Reads a class in square brackets; none stands in another."""
        self._at += 1
        negated = self._take("^")
        if negated and self._fold:
            raise self._unreadable()
        mask = np.zeros(self._size, np.bool_)
        first = True
        while not self._take("]") or first:
            if self._at >= len(self._pattern) or self._pattern.startswith(("[", "&&"), self._at):
                raise self._unreadable()
            start = self._single()
            if isinstance(start, str) and self._range_follows():
                self._at += 1
                stop = self._single()
                if not isinstance(stop, str):
                    raise self._unreadable()
                mask |= self._range(start, stop)
            else:
                mask |= self._range(start, start) if isinstance(start, str) else start
            first = False
        return ~mask if negated else mask

    def _range_follows(self) -> bool:
        return self._pattern.startswith("-", self._at) and not self._pattern.startswith(
            "-]", self._at
        )

    def _single(self) -> "str | Mask":
        """Reads a character of a class, or an escape that stands for several."""
        c = self._pattern[self._at]
        self._at += 1
        if c != "\\":
            return c
        escaped = self._pattern[self._at : self._at + 1]
        if escaped and escaped not in "pPsSdDwW":
            self._at += 1
            return self._literal(escaped)
        return self._escaped()

    def _escaped(self) -> Mask:
        """Reads what follows a backslash."""
        if match := _CATEGORY.match(self._pattern, self._at - 1):
            self._at = match.end()
            if not _CATEGORIES.fullmatch(match[3]):
                raise self._unreadable()
            found = self._categories(match[3])
            return ~found if (match[1] == "P") != (match[2] == "^") else found
        c = self._pattern[self._at : self._at + 1]
        self._at += 1
        if not c or c.lower() not in _SHORTHANDS:
            literal = self._literal(c)
            return self._range(literal, literal)
        found = self._categories(*_SHORTHANDS[c.lower()])
        if c.lower() == "s":
            found |= np.isin(self._alphabets[0].codes, _SPACE_CONTROLS)
        return ~found if c.isupper() else found

    def _literal(self, c: str) -> str:
        if c in _CONTROLS:
            return _CONTROLS[c]
        if not c or c.isalnum():
            raise self._unreadable()
        return c

    def _range(self, low: str, high: str) -> Mask:
        """The characters from one to another; in both cases where case does not matter."""
        return self._any(lambda each: (ord(low) <= each.codes) & (each.codes <= ord(high)))

    def _categories(self, *beginnings: str) -> Mask:
        return self._any(
            lambda each: np.logical_or.reduce(
                [np.char.startswith(each.categories, beginning) for beginning in beginnings]
            )
        )

    def _any(self, takes: Callable[[_Alphabet], Mask]) -> Mask:
        found = takes(self._alphabets[0])
        if self._fold:
            found = found | takes(self._alphabets[1]) | takes(self._alphabets[2])
        return found

    def _position(self, mask: Mask) -> _Part:
        return self._new(mask, looks=False)

    def _look(self) -> _Part:
        return self._new(np.zeros(self._size, np.bool_), looks=True)

    def _new(self, mask: Mask, looks: bool) -> _Part:
        position = len(self.masks)
        self.masks.append(mask)
        self.seen.append(mask)
        self.looks.append(looks)
        self.folded.append(self._fold)
        self.repeated.append(False)
        self.possessive.append(False)
        self.follows.append(set())
        return _Part({position}, {position}, False)

    def _take(self, text: str) -> bool:
        found = self._pattern.startswith(text, self._at)
        self._at += len(text) * found
        return found

    def _unreadable(self) -> _UnreadableError:
        return _UnreadableError(f"at character {self._at} of {self._pattern!r}")
