"""Words behind a name, and quotation marks around it, that make it one of a thing or a place."""

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons.evidence import is_unusable
from corpus_pipeline.scrub.persons.tables import LINK, NAMED, OWNED, STATE, THING
from corpus_pipeline.scrub.persons.tokens import (
    ALL_CAPITALS,
    COMMA,
    DOT,
    END,
    FAR,
    GAP,
    KNOWN,
    SHAPE,
    SPACE,
    START,
)


@kernel
def is_of_thing(data, tokens, low, last, high, points):  # type: ignore[no-untyped-def]
    """Says whether a thing, day or state that follows makes a piece the name of a thing or place,
    though not at once: Walter Reed National Medical Center, Hardie's Bank, Vernon, TX."""
    k = last + 1
    # Bruce Springsteen Band, where the surname is a word as well.
    if k < high and tokens[k, GAP] == SPACE and tokens[k, KNOWN] & 0x38:
        k += 1
    while k <= high and tokens[k, KNOWN] & LINK and tokens[k, GAP] == SPACE:
        k += 1
    if k <= high and tokens[k, GAP] == SPACE and tokens[k, KNOWN] & THING and (
        k > last + 1 or tokens[last, KNOWN] & NAMED
    ):  # fmt: skip
        return True
    if low < last or points:
        return False
    known, gap = tokens[last + 1, KNOWN], tokens[last + 1, GAP]
    letters = tokens[last + 1, END] - tokens[last + 1, START]
    if known & STATE and gap in (COMMA, SPACE):
        short = letters == 2
        great = bool(tokens[last + 1, SHAPE] & ALL_CAPITALS)
        if short:
            return great and not tokens[last, SHAPE] & ALL_CAPITALS
        return known & 7 < 4 or gap == COMMA
    if gap == DOT:
        # Ann. Statist., Phil. Trans.: a journal.
        end = tokens[last + 1, END]
        return (
            tokens[last, END] - tokens[last, START] <= 4
            and not is_unusable(known, tokens[last + 1, SHAPE])
            and 2 < letters <= 8
            and end < len(data)
            and data[end] == 0x2E
        )
    if not known & OWNED or gap != FAR:
        return False
    between = tokens[last + 1, START] - tokens[last, END]
    end = tokens[last, END]
    return (between == 3 or between == 5) and data[end + between - 2] == 0x73 and (
        data[end] == 0x27 or data[end] == 0xE2
    )  # fmt: skip


@kernel
def _is_quote(data, i, stop):  # type: ignore[no-untyped-def]
    """The bytes of a typographic mark of quotation at byte i, 0 if there is none."""
    if i + 1 < stop and data[i] == 0xC2 and data[i + 1] in (0xAB, 0xBB):
        return 2
    if i + 2 < stop and data[i] == 0xE2 and data[i + 1] == 0x80 and 0x9C <= data[i + 2] <= 0x9F:
        return 3
    return 0


@kernel
def in_quotes(data, start, end, begin, stop):  # type: ignore[no-untyped-def]
    """Says whether typographic marks of quotation stand right before byte `start` and right behind
    `end`: the name of a ship, a film, a storm. Straight ones are those of code and data, too."""
    if not _is_quote(data, end, stop):
        return False
    return (start - 2 >= begin and _is_quote(data, start - 2, start) == 2) or (
        start - 3 >= begin and _is_quote(data, start - 3, start) == 3
    )
