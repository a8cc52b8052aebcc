"""What the rules for telephone numbers can see of a window: its shape.

The rules take a tenth of a millisecond for a window, and a list of numbers has a window in each
line. But nearly all they ask of digits is what a numbering plan says of them, and nearly all they
ask of words is whether they are among a few hundred. So a kernel writes down, for each window, all
that the rules could ask about it: its *shape*. Windows of one shape have their numbers at the same
places, and the rules read one of them.

    Smith, J.  +44 20 7946 0123    ─►  Aa, A.  +  dd dd dddd dddd   international: yes  ...
    Jones, B.  +44 20 7946 0958    ─►  the same

Whatever a shape does not tell (digits that may be a date, invisible characters, tables) is read by
the rules each time. `tests/scrub/test_phone_shapes.py` compares both ways.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import phonenumbers
from numpy.typing import NDArray

from corpus_pipeline.scrub import context, phone_runs, phone_words, phones
from corpus_pipeline.scrub.automata import Automaton, compile_digits
from corpus_pipeline.scrub.folding import UNSPACED, fold
from corpus_pipeline.scrub.phone_shape_kernel import MAX_SHAPE, write_shapes
from corpus_pipeline.scrub.phone_shape_words import IN_SHAPE, STARTS
from corpus_pipeline.scrub.phone_tables import (
    BMP,
    Words,
    characters,
    load_letters,
    table_of,
    word_table,
)
from corpus_pipeline.scrub.plans import NumberingPlan, international_pattern, national_lengths
from corpus_pipeline.scrub.shapes import NumberSpans, Shapes

#: Digits of the longest national number whose grouping is asked for.
_MOST_DIGITS = 19
_MOST_GROUPS = 8
_CODES = 1000
UNKNOWN, NOT_LOADED = -1, 0

#: Words whose endings are glued to them: orderid, Tel13812345678, 13812345678QQ.
_BEGINNINGS = phone_words.split_words(
    "order tracking invoice ticket case issue serial isbn issn doi arxiv ean upc gtin imei asin "
    "patent ref transaction batch build commit hash nonce seed key token checksum uuid guid oid "
    "uid id timestamp time date ssn passcode passport pin zip pmid ver port index offset size "
    "length count total qq vin sku wx vx tel fax email mob phone"
)


class Characters(NamedTuple):
    """What shapes tell of each character of the basic plane."""

    fold: NDArray[np.uint16]
    """uint16[65536], as `folding` does."""
    lower: NDArray[np.uint16]
    """uint16[65536], of a folded character."""
    shown: NDArray[np.uint16]
    """uint16[65536], what stands for a folded character in a shape."""
    flags: NDArray[np.uint8]
    """uint8[65536], of a folded character: `BAD`, `DECIMAL`, `LETTER`, `SIGN`."""


class NumberingPlans(NamedTuple):
    """Numbering plans for a kernel; states of all automata are numbered together."""

    steps: NDArray[np.int32]
    """int32[states, 10]"""
    accepts: NDArray[np.bool_]
    dialled: NDArray[np.int32]
    """int32[plans], start states."""
    trunks: NDArray[np.int8]
    """int8[plans, 5]: length and digits."""
    formats: NDArray[np.int32]
    """int32[plans + 1], where the formats of a plan begin."""
    leading: NDArray[np.int32]
    """int32[formats], start states."""
    splits: NDArray[np.uint8]
    """uint8[formats, 20, 9], by digits of a national number: how many groups, and their lengths."""
    international: NDArray[np.int32]
    """int32[1000], start states by country code; `UNKNOWN`: there is none; `NOT_LOADED`."""
    north: NDArray[np.bool_]
    """bool[plans], set for North America."""
    lengths: NDArray[np.int32]
    """int32[1000], by country code a bit for each number of digits that may follow it; of those
    that are loaded."""


def _sources() -> list[str]:
    """All regular expressions and lists of signs of the rules that read words."""
    modules = (context, phone_words, phone_runs, phones)
    values = [value for module in modules for value in vars(module).values()]
    patterns = [value.pattern for value in values if isinstance(value, re.Pattern)]
    # Signs that are compared one by one: currencies.
    return patterns + [value for value in values if isinstance(value, str) and len(value) < 40]


def _fragments(source: str) -> set[str]:
    """All words of letters that a pattern may ask for, and more."""
    plain = re.sub(r"\\[A-Za-z]|\(\?P<\w+>|\(\?-?[a-z]+:", " ", source)
    found = {match.lower() for match in re.findall("[A-Za-z]+", plain)}
    for match in re.finditer(r"([A-Za-z]+)\?", plain):
        found.add(match[1][:-1].lower())
    for match in re.finditer(r"([A-Za-z]+)\(\?:([A-Za-z|]+)\)", plain):
        found |= {(match[1] + end).lower() for end in match[2].split("|")}
    return found - {""}


@cache
def load_words() -> Words:
    """Gathers every word that a rule may ask for."""
    flags: dict[str, int] = {}
    for source in _sources():
        for word in _fragments(source):
            flags[word] = flags.get(word, 0) | IN_SHAPE
    for word in [a + b for a in "kmgt" for b in ("b", "ib")] + ["telephone", "cellphone"]:
        flags[word] = flags.get(word, 0) | IN_SHAPE
    for word in phone_words.KNOWN_WORDS:
        flags[word] = flags.get(word, 0) | IN_SHAPE
        for part in re.findall("[a-z]+", word):
            flags[part] = flags.get(part, 0) | IN_SHAPE
    for word in _BEGINNINGS:
        flags[word] = flags.get(word, 0) | STARTS | IN_SHAPE
    return word_table(flags)


@cache
def load_characters() -> Characters:
    """Makes the tables of characters, from what `folding` and regular expressions say of them."""
    asked = {
        code
        for source in (*_sources(), *phone_words.KNOWN_WORDS)
        for letter in source
        for code in map(ord, letter + letter.lower() + letter.upper())
        if code >= 0x80
    } | {0x17F, 0x212A, 0x130, 0x131}
    fold, lower, flags = load_letters()
    letters = characters()
    alnum, alpha = table_of(map(str.isalnum, letters)), table_of(map(str.isalpha, letters))
    marks = np.zeros(BMP, np.bool_)
    for match in UNSPACED.finditer("".join(letters)):
        marks[match.start()] = True
    shown = np.arange(BMP, dtype=np.uint16)
    masked = np.ones(BMP, np.bool_)
    masked[:0x80] = masked[list(asked)] = False
    shown[masked] = (0xE000 | alnum | alpha << 1 | marks << 2)[masked]
    return Characters(fold, lower, shown, flags)


#: Windows that are read by the rules before shapes are worth their tables.
WORTH = 1000
#: Shapes that are remembered; then they are forgotten and read again.
_MOST_SHAPES = 1 << 16
#: Windows whose shapes are written at a time.
_WINDOWS_PER_PART = 4096


class ShapeMemory:
    """Where the numbers of a shape are, for the shapes that have been read.

    What it holds changes how long the rules take and nothing else.
    """

    def __init__(
        self,
        plans: Callable[[], Sequence[NumberingPlan]],
        mobiles: re.Pattern[str] | None = None,
    ) -> None:
        """Takes what loads the plans, which few texts need, and the form of mobile numbers that are
        found in one group of digits."""
        self._plans, self._mobiles = plans, mobiles
        self._tables: NumberingPlanTables | None = None
        self._seen = 0
        #: By shape: first and last + 1 character of each number, from the window's start on.
        self.known: dict[bytes, NumberSpans] = {}

    def shapes(
        self,
        data: NDArray[np.uint8],
        rows: tuple[NDArray[np.int32], NDArray[np.int32]],
        windows: tuple[NDArray[np.int32], NDArray[np.int32]],
    ) -> Shapes:
        """Writes the shapes of W windows.

        Args:
            data: the column's buffer.
            rows: int32[W] each, the first byte of a window's row, and the one after its last.
            windows: the same of the windows themselves.
        """
        count = len(windows[0])
        self._seen += count
        if self._seen < WORTH:
            return Shapes([b""] * count, [b""] * count)
        if self._tables is None:
            self._tables = NumberingPlanTables(self._plans())
        if len(self.known) > _MOST_SHAPES:
            self.known.clear()
        found = Shapes([], [])
        for start in range(0, count, _WINDOWS_PER_PART):
            part = slice(start, start + _WINDOWS_PER_PART)
            one, all_ = self._part(data, [column[part] for column in (*rows, *windows)])
            found.one.extend(one)
            found.all.extend(all_)
        return found

    def _part(self, data: NDArray[np.uint8], bounds: list[NDArray[np.int32]]) -> Shapes:
        one = self._written(data, bounds, only_one=True)
        all_ = [b""] * len(one)
        # Whatever is not known to be one number needs more words.
        new = [i for i, shape in enumerate(one) if shape and shape not in self.known]
        if new:
            written = self._written(data, [column[new] for column in bounds], only_one=False)
            for i, shape in zip(new, written, strict=True):
                all_[i] = shape
        return Shapes(one, all_)

    def remember(
        self,
        shape: tuple[bytes, bytes],
        number_spans: NumberSpans,
        text: str,
        core: tuple[int, int],
    ) -> None:
        """Remembers where the numbers of a window are, of which both parts of the shape are given.

        Args:
            number_spans: as in `known`.
            text: the window with its context, of which `core` is the window.
        """
        one = len(number_spans) == 1 and phones.is_one_number(
            fold(text), core, self._plans(), self._mobiles
        )
        self.known[shape[0] if one else shape[1]] = number_spans

    def _written(
        self, data: NDArray[np.uint8], bounds: list[NDArray[np.int32]], only_one: bool
    ) -> list[bytes]:
        """Returns the first part of each shape, or both."""
        assert self._tables is not None
        count = len(bounds[0])
        shapes = np.empty(count * MAX_SHAPE, np.uint16)
        middles, ends = np.empty(count, np.int64), np.empty(count, np.int64)
        wanted = np.zeros(_CODES, np.bool_)
        for _ in range(2):
            size = write_shapes(
                data, *bounds, *load_characters(), *load_words(), *self._tables.tables, wanted,
                shapes, middles, ends, only_one,
            )  # fmt: skip
            if not wanted.any():
                break
            # Numbers of countries that nobody had a number of before.
            self._tables.load(np.flatnonzero(wanted).tolist())
            wanted[:] = False
        content = shapes[:size].tobytes()
        starts = [0, *(2 * ends).tolist()]
        stops = (2 * middles).tolist() if only_one else starts[1:]
        return [content[start:stop] for start, stop in zip(starts, stops, strict=False)]


#: The sets of regions of several languages have plans in common.
_compiled = cache(compile_digits)


class NumberingPlanTables:
    """The tables of some regions; country codes are added when a number has one."""

    def __init__(self, plans: Sequence[NumberingPlan]) -> None:
        self._parts: list[Automaton] = []
        self._states = 0
        formats: list[int] = [0]
        leading: list[int] = []
        splits: list[NDArray[np.uint8]] = []
        dialled = [self._add(_compiled(plan.dialled.pattern)) for plan in plans]
        trunks = np.zeros((len(plans), 5), np.int8)
        for number, plan in enumerate(plans):
            trunks[number, : len(plan.trunk) + 1] = [len(plan.trunk), *map(int, plan.trunk)]
            for form in plan.formats:
                leading.append(self._add(_compiled(form.leading.pattern, prefix=True)))
                splits.append(_split(form.groups))
            formats.append(len(leading))
        codes = np.full(_CODES, UNKNOWN, np.int32)
        codes[list(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)] = NOT_LOADED
        self.tables = NumberingPlans(
            *self._joined(), np.array(dialled, np.int32), trunks, np.array(formats, np.int32),
            np.array(leading, np.int32), np.array(splits, np.uint8).reshape(-1, 20, 9), codes,
            np.array([plan.region in phones.NORTH_AMERICA for plan in plans], np.bool_),
            np.zeros(_CODES, np.int32),
        )  # fmt: skip

    def load(self, codes: Iterable[int]) -> None:
        """Adds the plans of country codes."""
        for code in codes:
            self.tables.lengths[code] = sum(1 << length for length in national_lengths(code))
            self.tables.international[code] = self._add(_compiled(international_pattern(code)))
        steps, accepts = self._joined()
        self.tables = self.tables._replace(steps=steps, accepts=accepts)

    def _add(self, automaton: Automaton) -> int:
        """Appends an automaton; returns the number of its start."""
        start = self._states
        steps = automaton.steps + np.int32(start)
        self._parts.append(Automaton(steps, automaton.accepts))
        self._states += len(steps)
        return start + 1

    def _joined(self) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        steps = np.concatenate([part.steps for part in self._parts])
        accepts = np.concatenate([part.accepts for part in self._parts])
        self._parts = [Automaton(steps, accepts)]
        return steps, accepts


def _split(groups: re.Pattern[str]) -> NDArray[np.uint8]:
    """Says into which groups a format cuts numbers of each length.

    Raises:
        ValueError: that depends on the digits, too.
    """
    if not re.fullmatch(r"(?:\(\\d(?:\{\d+(?:,\d*)?\})?\))+", groups.pattern):
        raise ValueError(f"no groups of digits: {groups.pattern!r}")
    table = np.zeros((20, 9), np.uint8)
    for length in range(1, _MOST_DIGITS + 1):
        match = groups.fullmatch("0" * length)
        if match is not None:
            sizes = [len(group) for group in match.groups()]
            if len(sizes) > _MOST_GROUPS:
                raise ValueError(f"too many groups: {groups.pattern!r}")
            table[length, : len(sizes) + 1] = [len(sizes), *sizes]
    return table
