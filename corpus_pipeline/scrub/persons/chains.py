"""Chains of words with a capital, and which pieces of them are names."""

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons.context import begins_sentence, is_turned
from corpus_pipeline.scrub.persons.evidence import is_unusable, is_usual, is_vietnamese, is_word
from corpus_pipeline.scrub.persons.judging import ROLED, TITLED, judge
from corpus_pipeline.scrub.persons.marks import BARRED, PRIVATE
from corpus_pipeline.scrub.persons.tables import (
    CALENDAR,
    FUNCTION,
    NAMED,
    PARTICLE,
    ROLE,
    SUFFIX,
    THING,
    THING_BEFORE,
    TITLE,
    VIETNAMESE_GIVEN,
)
from corpus_pipeline.scrub.persons.things import is_of_thing
from corpus_pipeline.scrub.persons.tokens import (
    ALL_CAPITALS,
    DOT,
    END,
    GAP,
    HYPHEN,
    INITIAL,
    KNOWN,
    PARTICLES,
    PEOPLE,
    SHAPE,
    SPACE,
    START,
    names_place,
)


@kernel
def joins(tokens, k):  # type: ignore[no-untyped-def]
    """Says whether token k goes on the chain of the one before it."""
    gap = tokens[k, GAP]
    if gap == PARTICLES and tokens[k, START] - tokens[k - 1, END] == 3:
        # Ortega y Gasset is a surname behind a given name; Ana y Eva are two.
        return k > 1 and tokens[k - 1, GAP] in (SPACE, HYPHEN, PARTICLES)
    if gap in (SPACE, HYPHEN, PARTICLES):
        return True
    if gap == DOT:
        known = tokens[k - 1, KNOWN]
        return (
            bool(tokens[k - 1, SHAPE] & INITIAL)
            or bool(known & (TITLE | ROLE | SUFFIX))
            or (bool(known & THING_BEFORE) and tokens[k - 1, END] - tokens[k - 1, START] == 2)
        )
    return False


@kernel
def _is_capital_word(tokens, k):  # type: ignore[no-untyped-def]
    """Says whether token k is a common word with a capital, that of a heading or a longer name."""
    known, shape = tokens[k, KNOWN], tokens[k, SHAPE]
    return (
        is_word(known, shape)
        and not is_unusable(known, shape)
        and not tokens[k, PEOPLE] & BARRED
        and not known & CALENDAR
    )


@kernel
def read_chains(  # type: ignore[no-untyped-def]
    data, begin, stop, tables, tokens, total, nouns, strict, rough, notes
):
    """Finds names in the chains of the tokens of a text; returns how many words were kept of them.

    `rough` asks for no more than whether a private person's could be among them: all words are
    taken for such as the text has with a capital alone, and what is returned is 1 or 0. It is 2
    where the text has digits or signs of mail that could be a person's.
    """
    count = 0
    low = 0
    while low < total:
        high = low
        while high + 1 < total and joins(tokens, high + 1):
            high += 1
        count = _read_chain(
            data, begin, stop, tables, tokens, low, high, nouns, strict, rough, notes, count,
        )  # fmt: skip
        if rough:
            for k in range(low, high + 1):
                if tokens[k, PEOPLE] & PRIVATE:
                    return 1
        low = high + 1
    return count


@kernel
def _read_chain(  # type: ignore[no-untyped-def]
    data, begin, stop, tables, tokens, low, high, nouns, strict, rough, notes,
    count,
):  # fmt: skip
    """Finds the names in the chain of tokens from `low` to `high`."""
    k = low
    while k <= high:
        several = names_place(tokens, k, high + 1, tables)
        if several:
            for j in range(k, k + several):
                tokens[j, PEOPLE] = BARRED
            k += several
            continue
        k += 1
    k = low
    points = 0
    titled = -1
    barred = False
    while k <= high:
        known, shape = tokens[k, KNOWN], tokens[k, SHAPE]
        follows = k < high
        if tokens[k, PEOPLE] & BARRED or is_unusable(known, shape):
            # New Bailey, Los Ramones.
            points = 0
            barred = bool(known & THING_BEFORE) and follows and tokens[k + 1, KNOWN] & 7 < 6
            k += 1
            continue
        if (
            follows
            and known & TITLE
            and tokens[k + 1, GAP] in (SPACE, DOT, PARTICLES)
            and not (shape & ALL_CAPITALS and not tokens[k + 1, SHAPE] & ALL_CAPITALS)
        ):
            titled = k if not points else titled
            # LT and MS among capitals are other things, too.
            points = max(
                points, ROLED if shape & ALL_CAPITALS and tokens[k + 1, GAP] != DOT else TITLED
            )
            k += 1
            continue
        if follows and known & ROLE and tokens[k + 1, GAP] == SPACE and not (known & 7 >= 6):
            titled = k if not points else titled
            # Student Aid, Developer Portal.
            points = max(points, ROLED - 2 * is_usual(tokens[k + 1, KNOWN]))
            k += 1
            continue
        if (
            follows
            and known & THING_BEFORE
            and not points
            and (tokens[k + 1, GAP] in (SPACE, DOT, PARTICLES))
            and not (known & 7 >= 5)
        ):
            barred = True
            k += 1
            continue
        if (
            is_word(known, shape)
            and not (
                points >= TITLED
                and known >> 3 & 7 >= 1
                and (not known & ROLE or known >> 3 & 7 >= 4)
            )
            and not (k == high and is_turned(data, tokens, k, begin))
        ):
            if not (known & THING):
                points = 0
            barred = False
            k += 1
            continue
        # PSI Arif Shaikh: an abbreviation before a name of two words.
        if (
            shape & ALL_CAPITALS and not shape & INITIAL and not points and known & 7 < 4
            and k + 2 <= high and tokens[k + 1, GAP] == SPACE and tokens[k + 2, GAP] == SPACE
            and not (tokens[k + 1, SHAPE] | tokens[k + 2, SHAPE]) & (ALL_CAPITALS | INITIAL)
        ):  # fmt: skip
            barred = False
            k += 1
            continue
        # "I" and "A" at the front are words, and so are particles before what is no surname.
        surname_follows = (
            follows and tokens[k + 1, KNOWN] >> 3 & 7 >= 4
            and not is_unusable(tokens[k + 1, KNOWN], tokens[k + 1, SHAPE])
        )  # fmt: skip
        if (shape & INITIAL and follows and tokens[k + 1, GAP] != DOT) or (
            known & PARTICLE
            and known & FUNCTION
            and not (surname_follows and points)
            and not (follows and is_vietnamese(tokens, k))
        ):
            k += 1
            continue
        # The piece goes on up to a common word, a barred one, or one of a thing.
        end = k
        thing = False
        while end < high:
            other = tokens[end + 1, KNOWN]
            # Nguyễn Văn An: the syllables of a given name are words elsewhere.
            if end <= k + 2 and other & VIETNAMESE_GIVEN and is_vietnamese(tokens, k) and (
                tokens[end + 1, GAP] == SPACE and not tokens[end + 1, PEOPLE] & BARRED
            ):  # fmt: skip
                end += 1
                continue
            if tokens[end + 1, PEOPLE] & BARRED or is_unusable(other, tokens[end + 1, SHAPE]):
                break
            # Jane Roe  DOB ...: another column.
            if (
                tokens[end + 1, SHAPE] & ~tokens[end, SHAPE] & ALL_CAPITALS
                and tokens[end + 1, GAP] == SPACE
                and tokens[end + 1, START] > tokens[end, END] + 1
            ):
                break
            if other & THING:
                if (
                    other & NAMED
                    and end == k
                    and known & 7 >= 6
                    and not known >> 9 & 3
                    and not known & NAMED
                ):
                    end += 1
                    break
                thing = True
                break
            # Arif Shaikh: a title at the end is a surname.
            ends_as_title = end + 1 == high and other >> 3 & 7 >= 1 and known & 7 >= 4
            if is_word(other, tokens[end + 1, SHAPE]) or (
                other & TITLE and not other & SUFFIX and not ends_as_title
            ):
                break
            end += 1
        if thing or barred or is_of_thing(data, tokens, k, end, high, points):
            for j in range(k, end + 1):
                tokens[j, PEOPLE] = BARRED
            k = end + 1
            points, barred = 0, False
            continue
        # Rebecca Hides: a rare surname that is a word, behind a usual given name.
        if (
            end == k
            and end + 1 == high
            and known & 7 >= 5
            and known >> 6 & 7 < 2
            and (tokens[high, GAP] == SPACE and not known >> 9 & 3 and not tokens[high, PEOPLE])
        ):
            other = tokens[high, KNOWN]
            usual = other >> 6 & 7
            if (
                other >> 3 & 7 >= (1 if usual <= 4 else 4)
                and usual <= 5
                and not other >> 11 & 0x3FF
            ):
                end = high
        # A capital word on either side is that of a heading or of a longer name.
        heading = 0
        if (
            end < high and tokens[end + 1, GAP] in (SPACE, HYPHEN)
            and tokens[end + 1, START] <= tokens[end, END] + 1
        ):  # fmt: skip
            heading += _is_capital_word(tokens, end + 1)
        if (
            k > low and not points and not nouns & 1 and tokens[k, GAP] in (SPACE, HYPHEN)
            and (k - 1 > low or not begins_sentence(data, tokens[low, START], begin))
        ):  # fmt: skip
            heading += _is_capital_word(tokens, k - 1)
        count = judge(
            data, begin, stop, tables, tokens, k, end, titled if points else k, points, heading,
            nouns, strict, rough, notes, count,
        )  # fmt: skip
        k = end + 1
        points = 0
    return count
