"""What a whole text says of its names: lists, firms, later mentions."""

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons.chains import joins
from corpus_pipeline.scrub.persons.context import (
    before,
)
from corpus_pipeline.scrub.persons.evidence import (
    alone,
    is_unusable,
    is_word,
)
from corpus_pipeline.scrub.persons.marks import BARRED, FIRST, FOUND, PRIVATE
from corpus_pipeline.scrub.persons.notes import SLOTS, is_noted, is_small
from corpus_pipeline.scrub.persons.tables import (
    CALENDAR,
    DOUBTS,
    INSIDE,
    NAMED,
    PLACES,
    ROLE,
    THING,
    THING_BEFORE,
    TITLE,
)
from corpus_pipeline.scrub.persons.tables import PEOPLE as PEOPLES
from corpus_pipeline.scrub.persons.tokens import (
    ALL_CAPITALS,
    AND,
    COMMA,
    END,
    GAP,
    HYPHEN,
    INITIAL,
    KNOWN,
    PEOPLE,
    SHAPE,
    SPACE,
    START,
    hash_of,
)

_NO_NAMES = CALENDAR | PEOPLES | ROLE | THING | THING_BEFORE | TITLE


@kernel
def _read_pair(tokens, k, total):  # type: ignore[no-untyped-def]
    """Bars the chains on both sides of an "&" where a word for a firm ends the second one."""
    last = k
    while last + 1 < total and joins(tokens, last + 1):
        last += 1
    firm = bool(tokens[last, KNOWN] & THING) and not tokens[last, KNOWN] & NAMED
    if last + 1 < total and tokens[last + 1, GAP] == COMMA:
        firm = firm or bool(tokens[last + 1, KNOWN] & THING)
    first = k - 1
    while first > 0 and joins(tokens, first):
        first -= 1
    if firm:
        for j in range(first, last + 1):
            tokens[j, PEOPLE] = BARRED


@kernel
def read_firms(data, begin, tables, tokens, total):  # type: ignore[no-untyped-def]
    """Bars "Levine, Steinberg and Miller", surnames alone, in the place of a firm's name: at the
    start of a line, behind "of", "at"; and "Edgar Snyder & Associates", "Holland & Hart, LLP"."""
    for k in range(1, total):
        if tokens[k, GAP] == AND:
            _read_pair(tokens, k, total)
    for k in range(total - 2):
        if tokens[k + 1, GAP] != COMMA or (k > 0 and joins(tokens, k)):
            continue
        if k + 3 < total and joins(tokens, k + 3):
            continue
        if not 4 <= tokens[k + 2, START] - tokens[k + 1, END] <= 6 or tokens[k + 2, GAP] == COMMA:
            continue
        firm = True
        for j in range(k, k + 3):
            known = tokens[j, KNOWN]
            if known >> 3 & 7 < 4 or known & 7 > (known >> 3 & 7):
                firm = False
        if firm:
            said, line, _, _ = before(data, tokens[k, START], begin, tables)
            firm = line or bool(said & (PLACES | INSIDE))
        if firm:
            for j in range(k, k + 3):
                tokens[j, PEOPLE] = BARRED


@kernel
def is_list(data, start, end):  # type: ignore[no-untyped-def]
    """Says whether nothing but a comma, semicolon or "and", in a few languages, is from byte start
    to end."""
    size = end - start
    if size < 2 or size > 7:
        return False
    i = start
    # Roe J., Doe K.
    if data[i] == 0x2E and data[i + 1] in (0x2C, 0x3B):
        i += 1
    comma = data[i] == 0x2C or data[i] == 0x3B
    i += comma
    if data[i] != 0x20:
        return False
    i += 1
    left = end - i
    if left == 0:
        return comma
    if data[end - 1] != 0x20:
        return False
    if left == 2:
        return data[i] in (0x26, 0x79, 0x65, 0x69, 0x6F, 0x61)
    if left == 3:
        # et, en, og, ja, и
        return data[i] == 0x6F or (data[i] == 0x65 and data[i + 1] in (0x74, 0x6E)) or (
            data[i] == 0x6A and data[i + 1] == 0x61
        ) or (data[i] == 0xD0 and data[i + 1] == 0xB8)  # fmt: skip
    return left == 4 and (
        (data[i] == 0x61 and data[i + 1] == 0x6E and data[i + 2] == 0x64)
        or (data[i] == 0x75 and data[i + 1] == 0x6E and data[i + 2] == 0x64)
        or (data[i] == 0x6F and data[i + 1] == 0x63 and data[i + 2] == 0x68)
    )


@kernel
def _is_firm(data, start, end, known):  # type: ignore[no-untyped-def]
    """Says whether an "&" joins a surname to a name, as in a firm's: Procter & Gamble."""
    joined = False
    for i in range(start, min(end, start + 4)):
        joined = joined or data[i] == 0x26
    return joined and known & 7 < 4


@kernel
def read_joined(data, tokens, total):  # type: ignore[no-untyped-def]
    """Finds words beside names in a list: Hleb, Sheila and Donna; Kadiev and Mary."""
    for turn in range(2):
        for n in range(total):
            # Forwards a list is followed to its end, backwards to its start.
            k = n if turn == 0 else total - 1 - n
            other = k - 1 if turn == 0 else k + 1
            if (
                other < 0
                or other >= total
                or tokens[k, PEOPLE]
                or not tokens[other, PEOPLE] & FOUND
            ):
                continue
            known, shape = tokens[k, KNOWN], tokens[k, SHAPE]
            if is_unusable(known, shape) or is_word(known, shape) or known & (THING | ROLE | TITLE):
                continue
            if shape & ALL_CAPITALS and not tokens[other, SHAPE] & ALL_CAPITALS:
                continue
            # A word of its own: nothing else stands beside it.
            if turn == 0:
                alone_here = k + 1 >= total or not joins(tokens, k + 1)
                listed = is_list(data, tokens[other, END], tokens[k, START])
                first = other
                while first > 0 and not tokens[first, PEOPLE] & FIRST:
                    first -= 1
                chained = (
                    first > 0 and bool(tokens[first - 1, PEOPLE] & FOUND)
                    and is_list(data, tokens[first - 1, END], tokens[first, START])
                )  # fmt: skip
            else:
                alone_here = not joins(tokens, k)
                listed = is_list(data, tokens[k, END], tokens[other, START])
                last = other
                while (
                    last + 1 < total
                    and tokens[last + 1, PEOPLE] & FOUND
                    and not (tokens[last + 1, PEOPLE] & FIRST)
                ):
                    last += 1
                chained = (
                    last + 1 < total and bool(tokens[last + 1, PEOPLE] & FOUND)
                    and is_list(data, tokens[last, END], tokens[last + 1, START])
                )  # fmt: skip
            if not alone_here or not listed:
                continue
            between = tokens[min(k, other), END], tokens[max(k, other), START]
            if _is_firm(data, between[0], between[1], known):
                continue
            found = alone(known, shape, tokens[k, END] - tokens[k, START])
            if found >= 4 or (found >= 1 and chained):
                tokens[k, PEOPLE] = FOUND | FIRST | (tokens[other, PEOPLE] & PRIVATE)


@kernel
def _first_of(tokens, k):  # type: ignore[no-untyped-def]
    """The first token of the name that token k is in."""
    while k > 0 and not tokens[k, PEOPLE] & FIRST:
        k -= 1
    return k


@kernel
def _last_of(tokens, k, total):  # type: ignore[no-untyped-def]
    """The last token of the name that token k is in."""
    while k + 1 < total and tokens[k + 1, PEOPLE] & FOUND and not tokens[k + 1, PEOPLE] & FIRST:
        k += 1
    return k


@kernel
def _is_behind_colon(data, at, begin):  # type: ignore[no-untyped-def]
    i = at
    while i > begin and (data[i - 1] == 0x20 or data[i - 1] == 0x2A):
        i -= 1
    return i > begin and data[i - 1] == 0x3A


@kernel
def _is_one_word(tokens, first, last):  # type: ignore[no-untyped-def]
    """Says whether a name is one word, initials aside."""
    words = 0
    for k in range(first, last + 1):
        words += not tokens[k, SHAPE] & INITIAL
    return words == 1


@kernel
def _could_be_listed(tokens, first, last):  # type: ignore[no-untyped-def]
    """Says whether tokens could be a name in a list of names: nothing speaks against them."""
    for k in range(first, last + 1):
        known, shape = tokens[k, KNOWN], tokens[k, SHAPE]
        if tokens[k, PEOPLE] or is_unusable(known, shape) or is_word(known, shape):
            return False
        if known & _NO_NAMES and not known & 0x3F:
            return False
        if shape & ALL_CAPITALS and not shape & INITIAL:
            return False
    known = tokens[last, KNOWN]
    return not known >> 9 & 3 or (first < last and known >> 3 & 7 >= 4)


@kernel
def read_listed(data, begin, tokens, total):  # type: ignore[no-untyped-def]
    """Finds words that no list knows, alone or two to four together, among names in a list: between
    two names, behind two, behind "and" and a full name, behind a colon and one surname."""
    for turn in range(2):
        at = 0 if turn == 0 else total - 1
        while 0 <= at < total:
            first = last = at
            if turn == 0:
                while last + 1 < total and joins(tokens, last + 1):
                    last += 1
                at = last + 1
            else:
                while first > 0 and joins(tokens, first):
                    first -= 1
                at = first - 1
            if last - first > 3 or not _could_be_listed(tokens, first, last):
                continue
            if first == last and (
                tokens[first, SHAPE] & INITIAL
                or alone(tokens[first, KNOWN], tokens[first, SHAPE], 9) < 1
            ):
                continue
            front = first > 0 and tokens[first - 1, PEOPLE] & FOUND and is_list(
                data, tokens[first - 1, END], tokens[first, START]
            )  # fmt: skip
            back = last + 1 < total and tokens[last + 1, PEOPLE] & FOUND and is_list(
                data, tokens[last, END], tokens[last + 1, START]
            )  # fmt: skip
            known = tokens[first, KNOWN]
            if first == last:
                front = front and not _is_firm(
                    data, tokens[first - 1, END], tokens[first, START], known
                )
                back = back and not _is_firm(
                    data, tokens[last, END], tokens[last + 1, START], known
                )
            listed = bool(front and back)
            private = 0
            if front:
                private |= tokens[first - 1, PEOPLE] & PRIVATE
                other = _first_of(tokens, first - 1)
                listed = listed or (
                    other > 0
                    and bool(tokens[other - 1, PEOPLE] & FOUND)
                    and is_list(data, tokens[other - 1, END], tokens[other, START])
                )
                listed = listed or (
                    _is_one_word(tokens, other, first - 1)
                    and _is_behind_colon(data, tokens[other, START], begin)
                )
                comma = data[tokens[first - 1, END]] == 0x2C
                listed = listed or (other < first - 1 and first < last and not comma)
            if back:
                private |= tokens[last + 1, PEOPLE] & PRIVATE
                other = _last_of(tokens, last + 1, total)
                listed = listed or (
                    other + 1 < total
                    and bool(tokens[other + 1, PEOPLE] & FOUND)
                    and is_list(data, tokens[other, END], tokens[other + 1, START])
                )
                comma = data[tokens[last, END]] == 0x2C
                listed = listed or (other > last + 1 and first < last and not comma)
            if listed:
                for k in range(first, last + 1):
                    tokens[k, PEOPLE] = FOUND | private | (FIRST if k == first else 0)


@kernel
def read_mentions(data, begin, stop, tables, tokens, total, notes, least):  # type: ignore[no-untyped-def]
    """Marks the words of names that were found elsewhere in the text."""
    slots, marks = notes.slots, notes.marks
    for k in range(total):
        if tokens[k, PEOPLE] & BARRED or tokens[k, PEOPLE] & least == least:
            continue
        known = tokens[k, KNOWN]
        if is_unusable(known, tokens[k, SHAPE]):
            continue
        slot = hash_of(tokens, k) & (SLOTS - 1)
        while slots[slot] != 0 and slots[slot] != hash_of(tokens, k):
            slot = (slot + 1) & (SLOTS - 1)
        if slots[slot] == 0 or marks[slot] & least != least:
            continue
        if tokens[k, PEOPLE]:
            tokens[k, PEOPLE] |= marks[slot]
            # All of a name that is found already belongs to the same person.
            j = k
            while not tokens[j, PEOPLE] & FIRST and j > 0:
                j -= 1
                tokens[j, PEOPLE] |= marks[slot]
            j = k + 1
            while j < total and tokens[j, PEOPLE] & FOUND and not tokens[j, PEOPLE] & FIRST:
                tokens[j, PEOPLE] |= marks[slot]
                j += 1
            continue
        if is_noted(notes) and known & 7 < 6 and is_small(notes, tokens, k):
            continue
        if known >> 6 & 7 >= 2 or known & NAMED or known >> 9 & 3 >= 2:
            said, _, sentence, _ = before(data, tokens[k, START], begin, tables)
            if known >> 9 & 3 >= 2 and said & INSIDE:
                continue
            if (known >> 6 & 7 >= 2 or known & NAMED) and (sentence or said & DOUBTS):
                continue
        if k + 1 < total and tokens[k + 1, GAP] == SPACE and tokens[k + 1, KNOWN] & THING:
            continue
        if k > 0 and tokens[k, GAP] == SPACE and tokens[k - 1, KNOWN] & THING_BEFORE:
            continue
        joined = k > 0 and tokens[k - 1, PEOPLE] & FOUND and tokens[k, GAP] in (SPACE, HYPHEN)
        tokens[k, PEOPLE] = marks[slot] | (0 if joined else FIRST)
