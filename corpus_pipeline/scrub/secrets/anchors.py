"""Where in a column of texts a secret could be: one pass of an automaton over the bytes.

The automaton (Aho and Corasick) knows the prefixes of tokens, the words that name a secret, `://`,
`-----BEGIN` and `@`, without regard to the case of ASCII letters. At the end of each literal a few
comparisons tell whether anything can follow: enough characters for a token, an operator and a value
behind a word, an @ behind `://`. What is left is rare, and only it is read by rules.

    text       "api_key": "9f86d081884c7d65"      see https://li:pa55@example.org/
    literal          ^ word, operator, value               ^ ://, colon, @
"""

from collections import deque
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.secrets.rules import Rule, load_rules
from corpus_pipeline.scrub.secrets.words import Word, load_words
from corpus_pipeline.text.columns import Utf8

#: What a literal announces; values are bits, by which a scan says what it wants.
TOKEN, WORD, URL, BLOCK, HANDLE = 1, 2, 4, 8, 16

_ALNUM, _TOKEN, _SPACE, _QUOTE, _OPERATOR, _DIGIT, _LOWER, _UPPER = (1 << bit for bit in range(8))

#: How far an operator may stand behind a word, a value behind its operator, an @ behind `://`.
_MAX_OPERATOR = 24
_MAX_USERINFO = 256
#: Words between a word that names a secret and the secret: "for the network is".
_MOST_WORDS = 6
#: Characters of a value that are looked at, and how many it has at least: a password, a key.
_MAX_VALUE = 64
_LEAST_CHOSEN, _LEAST_MADE = 4, 8

#: How the header of a JSON web token begins: {" in base 64. Its shortest parts are longer.
JWT = "eyJ"
_JWT_LEAST = 20

_ANNOUNCED = ("-----BEGIN", "---- BEGIN SSH2", "PuTTY-User-Key-File-")


class Literal(NamedTuple):
    """What the automaton looks for, and what it means."""

    text: str
    kind: int
    rule: Rule | None = None
    word: Word | None = None


class Automaton(NamedTuple):
    """The tables that the kernel takes, for L literals, S states and C classes of bytes."""

    classes: NDArray[np.uint8]
    """uint8[256], the class of each byte; class 0 stands in no literal."""
    steps: NDArray[np.uint32]
    """uint32[S * C]; a state is the place where its row begins, accepting states come last."""
    first_accepting: int
    accepts: NDArray[np.int32]
    """int32[S], the longest literal that ends in a state."""
    others: NDArray[np.int32]
    """int32[L], the next literal that differs from one in the case of letters alone; -1: none."""
    literals: NDArray[np.uint8]
    """uint8, the bytes of all literals."""
    bounds: NDArray[np.int32]
    """int32[L + 1], where each literal begins in `literals`."""
    kinds: NDArray[np.uint8]
    """uint8[L]"""
    least: NDArray[np.int32]
    """int32[L, 2], characters of a token before and after the literal, of a value after it."""


class Anchors(NamedTuple):
    """A places where something may be, ascending."""

    rows: NDArray[np.int32]
    """int32[A], the row of the column."""
    places: NDArray[np.int32]
    """int32[A], the byte behind the literal."""
    literals: NDArray[np.int32]
    """int32[A], number in `load_literals()`."""


def _flags() -> NDArray[np.uint8]:
    flags = np.zeros(256, np.uint8)
    for flag, characters in (
        (_DIGIT | _ALNUM | _TOKEN, b"0123456789"),
        (_LOWER | _ALNUM | _TOKEN, bytes(range(0x61, 0x7B))),
        (_UPPER | _ALNUM | _TOKEN, bytes(range(0x41, 0x5B))),
        (_TOKEN, b"-_.+/=~|%$@!#^&*?"),
        (_SPACE, b" \t"),
        (_QUOTE, b"\"'`\\"),
        (_OPERATOR, b":=>({|,"),
    ):
        flags[list(characters)] |= flag
    return flags


FLAGS = _flags()


@cache
def load_literals() -> tuple[Literal, ...]:
    """Returns everything that the automaton looks for."""
    literals = [Literal("://", URL), Literal("@", HANDLE), Literal(JWT, TOKEN)]
    literals += [Literal(text, BLOCK) for text in _ANNOUNCED]
    for rule in load_rules():
        literals += [Literal(prefix, TOKEN, rule=rule) for prefix in rule.prefixes]
    literals += [Literal(word.text, WORD, word=word) for word in load_words()]
    return tuple(literals)


@cache
def load_automaton() -> Automaton:
    """Makes the tables of the literals."""
    literals = load_literals()
    written = [literal.text.encode() for literal in literals]
    folded = [text.lower() for text in written]  # of bytes: ASCII letters alone
    alphabet = sorted(set(b"".join(folded)))
    classes = np.zeros(256, np.uint8)
    classes[alphabet] = np.arange(1, len(alphabet) + 1)
    classes[0x41:0x5B] = classes[0x61:0x7B]
    goto: list[dict[int, int]] = [{}]
    ends = [-1]
    others = np.full(len(literals), -1, np.int32)
    for number, text in enumerate(folded):
        state = 0
        for byte in text:
            if byte not in goto[state]:
                goto[state][byte] = len(goto)
                goto.append({})
                ends.append(-1)
            state = goto[state][byte]
        others[number], ends[state] = ends[state], number
    steps, ends = _complete(goto, ends, classes)
    order = sorted(range(len(ends)), key=lambda state: (ends[state] >= 0, state))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    width = len(alphabet) + 1
    least = np.zeros((len(literals), 2), np.int32)
    for number, literal in enumerate(literals):
        if literal.rule is not None:
            before = literal.rule.before
            least[number] = (before.least if before else 0, literal.rule.least)
        elif literal.kind == TOKEN:
            least[number, 1] = _JWT_LEAST
        elif literal.word is not None:
            least[number, 1] = _LEAST_CHOSEN if literal.word.chosen else _LEAST_MADE
    return Automaton(
        classes,
        (place[steps[order]] * width).astype(np.uint32).ravel(),
        int(sum(end < 0 for end in ends)) * width,
        np.array([ends[state] for state in order], np.int32),
        others,
        np.frombuffer(b"".join(written), np.uint8),
        np.cumsum([0, *map(len, written)]).astype(np.int32),
        np.array([literal.kind for literal in literals], np.uint8),
        least,
    )


def _complete(
    goto: list[dict[int, int]], ends: list[int], classes: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], list[int]]:
    """Gives each state of a tree of literals its step for every class of bytes."""
    steps = np.zeros((len(goto), int(classes.max()) + 1), np.int64)
    fail = [0] * len(goto)
    ends = list(ends)
    queue = deque([0])
    while queue:
        state = queue.popleft()
        if state:
            steps[state] = steps[fail[state]]
            if ends[state] < 0:
                ends[state] = ends[fail[state]]
        for byte, following in goto[state].items():
            column = classes[byte]
            fail[following] = int(steps[state, column]) if state else 0
            steps[state, column] = following
            queue.append(following)
    return steps, ends


@kernel
def _is_same(data, start, literals, first, last):  # type: ignore[no-untyped-def]
    for k in range(last - first):  # noqa: SIM110
        if data[start + k] != literals[first + k]:
            return False
    return True


@kernel
def _begins_alone(data, start, begin, flags):  # type: ignore[no-untyped-def]
    """Says whether no letter or digit stands before a token, but those of an escape."""
    if start == begin or not flags[data[start - 1]] & _ALNUM:
        return True
    if start - 2 >= begin and data[start - 2] == 0x5C:
        return True
    return start - 3 >= begin and data[start - 3] == 0x25


@kernel
def _has_token(data, start, end, begin, stop, flags, before, after):  # type: ignore[no-untyped-def]
    """Says whether a literal has as many characters of a token on either side as it must."""
    if before == 0 and not _begins_alone(data, start, begin, flags):
        return False
    if start - before < begin or end + after > stop:
        return False
    for i in range(start - before, start):
        if not flags[data[i]] & _TOKEN:
            return False
    for i in range(end, end + after):  # noqa: SIM110
        if not flags[data[i]] & _TOKEN:
            return False
    return True


@kernel
def _has_value(data, end, stop, flags, least):  # type: ignore[no-untyped-def]
    """Says whether behind a word stand an operator and what may be a value: characters of two
    kinds, or many. Words between them, as in "password is", are left to the rules."""
    i = end
    limit = min(stop, end + _MAX_OPERATOR)
    # Behind a word of Chinese a value may follow at once, behind others it is a part of a name.
    spaced = data[end - 1] < 0x80
    if spaced and i < stop and (flags[data[i]] & (_LOWER | _UPPER) or data[i] == 0x5F):
        return False
    for _ in range(_MOST_WORDS):
        # Operators, quotes and spaces, or a short word in a script without them.
        while (i < limit and not flags[data[i]] & _TOKEN) or (
            i < limit and (data[i] == 0x3D or data[i] == 0x7C or data[i] == 0x2A or data[i] == 0x2D)
        ):  # fmt: skip
            if data[i] == 0x0A:
                # "value:" may stand in the line below a name.
                while i + 1 < limit and flags[data[i + 1]] & _SPACE:
                    i += 1
                if i + 1 >= limit or data[i + 1] != 0x76:
                    return False
            i += 1
        if i == end and spaced:
            return False
        lower, upper, digits, other = 0, 0, 0, 0
        last = min(stop, i + _MAX_VALUE)
        while i < last:
            flag = flags[data[i]]
            if not flag & _TOKEN:
                break
            if flag & _DIGIT:
                digits += 1
            elif flag & _LOWER:
                lower += 1
            elif flag & _UPPER:
                upper += 1
            elif data[i] != 0x2E and data[i] != 0x5F:
                other += 1
            i += 1
        length = lower + upper + digits + other
        if length >= least and (digits > 0 or (other > 0 and lower + upper >= 4)):
            return True
        if length >= 16 and lower > 3 and upper > 3:
            return True
        limit = min(stop, i + 8)
        end = i
    return False


@kernel
def _has_userinfo(data, end, stop):  # type: ignore[no-untyped-def]
    """Says whether a colon and an @ follow `://` before the path."""
    colon = False
    for i in range(end, min(stop, end + _MAX_USERINFO)):
        byte = data[i]
        if byte == 0x40 and colon:
            return True
        if byte == 0x3A:
            colon = True
        elif byte <= 0x20 or byte == 0x22 or byte == 0x2F or byte == 0x3C or (
            byte == 0x3E or byte == 0x5C or byte == 0x60
        ):  # fmt: skip
            return False
    return False


@kernel
def _has_name(data, start, end, begin, stop, flags):  # type: ignore[no-untyped-def]
    """Says whether an @ stands between what is no name and what may be one."""
    if start > begin and flags[data[start - 1]] & _TOKEN:
        return False
    return end < stop and (flags[data[end]] & _ALNUM or data[end] == 0x5F or data[end] >= 0x80)


@kernel
def _scan(  # type: ignore[no-untyped-def]
    data, offsets, flags, classes, steps, first_accepting, width, accepts, others, literals, bounds,
    kinds, least, wanted, rows, places, numbers,
):  # fmt: skip
    """Fills the arrays of `Anchors`, and returns how many there are, also those without room."""
    count = 0
    for row in range(len(offsets) - 1):
        begin, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        state = np.uint32(0)
        for i in range(begin, stop):
            state = steps[state + classes[data[i]]]
            if state < first_accepting:
                continue
            number = accepts[state // width]
            while number >= 0:
                kind = kinds[number]
                first, last = bounds[number], bounds[number + 1]
                end = i + 1
                start = end - (last - first)
                found = kind & wanted != 0
                if not found:
                    pass
                elif kind == TOKEN:
                    found = _is_same(data, start, literals, first, last) and _has_token(
                        data, start, end, begin, stop, flags, least[number, 0], least[number, 1]
                    )
                elif kind == WORD:
                    found = _has_value(data, end, stop, flags, least[number, 1])
                elif kind == URL:
                    found = _has_userinfo(data, end, stop)
                elif kind == HANDLE:
                    found = _has_name(data, start, end, begin, stop, flags)
                if found:
                    if count < len(rows):
                        rows[count], places[count], numbers[count] = row, end, number
                    count += 1
                number = others[number]
    return count


def find_anchors(text: Utf8, wanted: int) -> Anchors:
    """Finds the places of a column where something wanted may be.

    Args:
        wanted: bits of the kinds of literals.

    >>> import pyarrow as pa
    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> found = find_anchors(utf8_buffers(pa.array(["password: 'x9Bz71' token"])), WORD)
    >>> found.places.tolist(), load_literals()[found.literals[0]].text
    ([8], 'password')
    """
    tables = load_automaton()
    room = max(64, (int(text.offsets[-1]) - int(text.offsets[0])) // 256)
    while True:
        rows, places, numbers = (np.empty(room, np.int32) for _ in range(3))
        count = _scan(
            text.data, text.offsets, FLAGS, tables.classes, tables.steps, tables.first_accepting,
            len(tables.steps) // len(tables.accepts), tables.accepts, tables.others,
            tables.literals, tables.bounds, tables.kinds, tables.least, wanted, rows, places,
            numbers,
        )  # fmt: skip
        if count <= room:
            return Anchors(rows[:count], places[:count], numbers[:count])
        room = count
