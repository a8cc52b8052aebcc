"""Names with something inside: turned round by a comma, with a nickname between marks."""

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons.chains import joins
from corpus_pipeline.scrub.persons.context import is_turned
from corpus_pipeline.scrub.persons.evidence import given_behind, is_unusable, is_word
from corpus_pipeline.scrub.persons.marks import BARRED, FIRST, FOUND, PRIVATE
from corpus_pipeline.scrub.persons.tables import (
    CALENDAR,
    NAMED,
    ROLE,
    STATE,
    THING,
    THING_BEFORE,
    TITLE,
)
from corpus_pipeline.scrub.persons.tables import PEOPLE as PEOPLES
from corpus_pipeline.scrub.persons.tokens import (
    ALL_CAPITALS,
    AND,
    COMMA,
    DOT,
    END,
    FAR,
    GAP,
    HYPHEN,
    INITIAL,
    KNOWN,
    LINE,
    PEOPLE,
    SHAPE,
    SPACE,
    START,
    SURNAME_END,
)

#: Words that are no nickname and no surname behind one: John (Republican) Smith.
_OTHERS = CALENDAR | PEOPLES | ROLE | STATE | THING | THING_BEFORE | TITLE


@kernel
def _read_cited(data, tokens, k, total):  # type: ignore[no-untyped-def]
    """Marks surname k, a comma and initials with dots, as authors are cited: Roe, J. A."""
    known, shape = tokens[k, KNOWN], tokens[k, SHAPE]
    size = tokens[k, END] - tokens[k, START]
    if not tokens[k + 1, SHAPE] & INITIAL or size < 3 or is_unusable(known, shape):
        return False
    if known & _OTHERS or known >> 6 & 7 > 1 or known >> 9 & 3 or (
        shape & ALL_CAPITALS and size < 5
    ):  # fmt: skip
        return False
    end = tokens[k + 1, END]
    if end >= len(data) or data[end] != 0x2E:
        return False
    first, last = k, k + 1
    while first > 0 and tokens[first, GAP] == HYPHEN and not tokens[first - 1, PEOPLE]:
        first -= 1
    if first > 0 and tokens[first, GAP] not in (FAR, COMMA, LINE, AND):
        return False
    while last + 1 < total and tokens[last + 1, GAP] in (DOT, HYPHEN) and (
        tokens[last + 1, SHAPE] & INITIAL
    ):  # fmt: skip
        last += 1
    # Roe, A. Smith: a list of names.
    if last + 1 < total and tokens[last + 1, GAP] == DOT and not tokens[last + 1, PEOPLE] and (
        tokens[last + 1, KNOWN] >> 3 & 7 >= 4 and tokens[last + 1, KNOWN] >> 6 & 7 < 2
    ):  # fmt: skip
        return False
    for j in range(first, last + 1):
        tokens[j, PEOPLE] = FOUND | (FIRST if j == first else 0)
    end = tokens[last, END]
    if end < len(data) and data[end] == 0x2E:
        tokens[last, END] = end + 1
    return True


@kernel
def read_inverted(data, begin, tokens, total):  # type: ignore[no-untyped-def]
    """Marks "Smith, John" where both words are known as such, and behind a label where the second
    could be a given name."""
    for k in range(total - 1):
        if tokens[k + 1, GAP] != COMMA:
            continue
        if tokens[k, PEOPLE] & FOUND and tokens[k, PEOPLE] & FIRST:
            if tokens[k, PEOPLE] & PRIVATE and is_turned(data, tokens, k, begin):
                last = given_behind(tokens, k)
                for j in range(k + 1, last + 1):
                    tokens[j, PEOPLE] = tokens[k, PEOPLE] & ~FIRST
                end = tokens[last, END]
                if tokens[last, SHAPE] & INITIAL and end < len(data) and data[end] == 0x2E:
                    tokens[last, END] = end + 1
            continue
        if tokens[k, PEOPLE] or tokens[k + 1, PEOPLE]:
            continue
        known, other = tokens[k, KNOWN], tokens[k + 1, KNOWN]
        if _read_cited(data, tokens, k, total):
            continue
        if k > 0 and tokens[k, GAP] != FAR:
            continue
        if k + 2 < total and tokens[k + 2, GAP] == COMMA:
            continue
        if known >> 3 & 7 >= 4 and known >> 6 & 7 < 2 and known >> 9 & 3 < 2:
            more = k + 2 < total and joins(tokens, k + 2)
            if more and not (tokens[k + 2, SHAPE] & INITIAL or tokens[k + 2, KNOWN] & 7 >= 5):
                continue
            end = tokens[k + 1, END]
            initial = tokens[k + 1, SHAPE] & INITIAL and end < len(data) and data[end] == 0x2E
            if initial or (other & 7 >= 5 and other >> 6 & 7 < 2 and other >> 9 & 3 < 1):
                tokens[k, PEOPLE] = FOUND | FIRST
                tokens[k + 1, PEOPLE] = FOUND
                if more:
                    tokens[k + 2, PEOPLE] = FOUND


@kernel
def _mark_before(data, start, end):  # type: ignore[no-untyped-def]
    """The mark that opens behind a blank between two bytes: 1 a bracket, 2 a quote, 0 none."""
    if end - start == 2 and data[start] == 0x20:
        return 1 if data[start + 1] == 0x28 else 2 * (data[start + 1] in (0x22, 0x27))
    if end - start == 4 and data[start] == 0x20 and data[start + 1] == 0xE2:
        return 2 * (data[start + 2] == 0x80 and data[start + 3] in (0x98, 0x9C, 0x9E))
    return 0


@kernel
def _mark_behind(data, start, end):  # type: ignore[no-untyped-def]
    """The mark that closes before a blank between two bytes, as `_mark_before`."""
    if end - start == 2 and data[start + 1] == 0x20:
        return 1 if data[start] == 0x29 else 2 * (data[start] in (0x22, 0x27))
    if end - start == 4 and data[start + 3] == 0x20 and data[start] == 0xE2:
        return 2 * (data[start + 1] == 0x80 and data[start + 2] in (0x99, 0x9C, 0x9D))
    return 0


@kernel
def read_nicknames(data, tokens, total):  # type: ignore[no-untyped-def]
    """Makes one name of a given name, a nickname between quotes or brackets, and a surname."""
    for k in range(1, total - 1):
        mark = _mark_before(data, tokens[k - 1, END], tokens[k, START])
        if not mark:
            continue
        last = k
        if mark == 2 and last + 2 < total and tokens[last + 1, GAP] == SPACE:
            last += 1
        if last + 1 >= total or mark != _mark_behind(
            data, tokens[last, END], tokens[last + 1, START]
        ):
            continue
        front, back = tokens[k - 1, KNOWN], tokens[last + 1, KNOWN]
        nick = tokens[k, KNOWN]
        if (tokens[k - 1, PEOPLE] | tokens[last + 1, PEOPLE]) & BARRED:
            continue
        if tokens[k, SHAPE] & (ALL_CAPITALS | INITIAL) or (
            mark == 1
            and (
                (nick & (_OTHERS) and not nick & NAMED)
                or nick >> 9 & 3 >= 2
                or is_unusable(nick, tokens[k, SHAPE])
            )
        ):  # fmt: skip
            continue
        if not (tokens[k - 1, PEOPLE] & FOUND or (front & 7 >= 4 and not front >> 9 & 3 >= 2)) or (
            is_word(front, tokens[k - 1, SHAPE]) or is_unusable(front, tokens[k - 1, SHAPE])
        ):  # fmt: skip
            continue
        if not tokens[last + 1, PEOPLE] & FOUND and (
            is_word(back, tokens[last + 1, SHAPE])
            or is_unusable(back, tokens[last + 1, SHAPE])
            or back & (_OTHERS)
            or not (back >> 3 & 7 >= 2 or tokens[last + 1, SHAPE] & SURNAME_END or not back & 0x7FF)
        ):
            continue
        people = tokens[k - 1, PEOPLE]
        first = k - 1
        if not people & FOUND:
            tokens[first, PEOPLE] = FOUND | FIRST
        while first > 0 and not tokens[first, PEOPLE] & FIRST:
            first -= 1
        final = last + 1
        while final + 1 < total and tokens[final + 1, PEOPLE] & FOUND and not (
            tokens[final + 1, PEOPLE] & FIRST
        ):  # fmt: skip
            final += 1
        private = (people | tokens[last + 1, PEOPLE]) & PRIVATE
        for j in range(first, final + 1):
            tokens[j, PEOPLE] = FOUND | private | (FIRST if j == first else 0)
