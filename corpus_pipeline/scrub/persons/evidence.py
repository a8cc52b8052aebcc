"""How much a word or a row of words looks like a person's name, by the words alone.

Evidence is a number that the points of the context are added to; a name is found from `ENOUGH` on.
"""

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons.letters import added, finished
from corpus_pipeline.scrub.persons.tables import (
    CALENDAR,
    FUNCTION,
    NAMED,
    PARTICLE,
    PEOPLE,
    ROLE,
    STATE,
    SUFFIX,
    THING,
    THING_BEFORE,
    TITLE,
    VIETNAMESE,
    VIETNAMESE_GIVEN,
)
from corpus_pipeline.scrub.persons.tokens import (
    ALL_CAPITALS,
    COMMA,
    DOT,
    END,
    GAP,
    GLUED,
    HYPHEN,
    INITIAL,
    KNOWN,
    MIXED,
    PATRONYMIC,
    SHAPE,
    SMALL,
    SPACE,
    START,
    SURNAME_END,
    hash_of,
)

#: The hash of the letter s.
_S = int(finished.py_func(added.py_func(2166136261, 0x73)))
ENOUGH = 6
#: No context makes it a name.
NEVER = -99
#: What no given name is.
_NO_GIVEN = CALENDAR | PEOPLE | ROLE | TITLE | THING | THING_BEFORE | STATE | SUFFIX | FUNCTION
_OTHER = CALENDAR | PEOPLE | ROLE | TITLE | THING_BEFORE


@kernel
def is_unusable(known, shape):  # type: ignore[no-untyped-def]
    """Says whether a token is in no name."""
    if shape & (GLUED | MIXED):
        return True
    return bool(known & FUNCTION) and not shape & INITIAL and not known & PARTICLE


@kernel
def is_word(known, shape):  # type: ignore[no-untyped-def]
    """Says whether a token is a common word, and a name at most by chance."""
    if shape & INITIAL:
        return False
    given, surname, common = known & 7, known >> 3 & 7, known >> 6 & 7
    if known & PARTICLE:
        return False
    if known & (CALENDAR | PEOPLE):
        return not (given >= 6 or surname >= 6)
    if shape & SMALL and common >= 1 and given < 5:
        return True
    if common < 2:
        return False
    if common >= 5:
        return not (given >= 4 or surname >= 5)
    if common == 2:
        return given < 2 and surname < 3
    return given < 4 and surname < 4


@kernel
def is_usual(known):  # type: ignore[no-untyped-def]
    """Says whether a word is far more usual in small letters than as a name."""
    return known >> 6 & 7 >= 3 and known & 7 < 5 and known >> 3 & 7 < 5


@kernel
def _could_be_given(known, shape):  # type: ignore[no-untyped-def]
    """Says whether a token could be the given name behind a surname and a comma."""
    if shape & INITIAL:
        return True
    if is_unusable(known, shape) or known & _NO_GIVEN or known >> 9 & 3 >= 2:
        return False
    return not is_word(known, shape) and (known & 7 >= 2 or not known & 0x7FF)


@kernel
def given_behind(tokens, k):  # type: ignore[no-untyped-def]
    """The last token of the given names behind surname k and a comma, k if there are none:
    Smith, John A."""
    known = tokens[k, KNOWN]
    # John, Mary: two given names.
    if tokens[k + 1, GAP] != COMMA or (known & 7 >= 5 and known & 7 > known >> 3 & 7):
        return k
    last = k
    while last < k + 3:
        other = tokens[last + 1, KNOWN]
        if not _could_be_given(other, tokens[last + 1, SHAPE]) and not (
            known & VIETNAMESE and other & VIETNAMESE_GIVEN
        ):
            break
        # Doe, IT: a department, but of a name in capitals.
        if (
            tokens[last + 1, SHAPE] & ALL_CAPITALS
            and not tokens[k, SHAPE] & ALL_CAPITALS
            and not tokens[last + 1, SHAPE] & INITIAL
        ):
            break
        last += 1
        # Behind two blanks another column begins.
        if tokens[last + 1, GAP] not in (SPACE, HYPHEN, DOT) or (
            tokens[last + 1, GAP] == SPACE and tokens[last + 1, START] > tokens[last, END] + 1
        ):
            break
    return last


@kernel
def is_vietnamese(tokens, k):  # type: ignore[no-untyped-def]
    """Says whether token k is a surname of Vietnam before one more syllable: not the French Le,
    and of those that are particles not one before another word, as in Ấn Độ Jayant Sinha."""
    known = tokens[k, KNOWN]
    if not known & VIETNAMESE or tokens[k + 1, GAP] != SPACE:
        return False
    if known & PARTICLE and not tokens[k + 1, KNOWN] & (VIETNAMESE | VIETNAMESE_GIVEN):
        return False
    return tokens[k, END] - tokens[k, START] > 2 or not known & FUNCTION


@kernel
def alone(known, shape, size):  # type: ignore[no-untyped-def]
    """Evidence of one word."""
    if shape & INITIAL:
        return NEVER
    given, surname, common, place = known & 7, known >> 3 & 7, known >> 6 & 7, known >> 9 & 3
    if known & THING and not known & NAMED:
        return -2
    if known & _OTHER:
        return 0 if surname >= 4 or given >= 4 else -2
    if common >= 4:
        found = 2 if given >= 4 or surname >= 5 else -2
    elif common >= 2:
        found = 4 if given >= 5 else (2 if given or surname >= 3 else -2)
    elif common == 1:
        found = 6 if given >= 5 and given > surname else (
            4 if given >= 3 or surname >= 4 else (1 if given or surname else 0)
        )  # fmt: skip
    elif given >= 5:
        found = 4 if surname == given + 2 else 6
    elif given == 4 or surname >= 6:
        # Seldom given names (Safari, Lotus, Ragnar) and surnames alone: somebody acts or is
        # called there, or the text names the person elsewhere.
        found = 4
    elif given >= 2 or surname >= 4 or shape & SURNAME_END:
        found = 4
    elif known & 0x3F:
        found = 2
    else:
        found = 1
    if shape & PATRONYMIC:
        found = 6
    if place >= 2 or (place == 1 and given < 5):
        found = min(found, 2 if given or surname else 0)
    elif place == 1 and given < 6:
        found = min(found, 4)
    if known & NAMED:
        found = min(found, 4 if given >= 6 and common < 2 else 2)
    if shape & SMALL and found > 0:
        found -= 2
    if shape & ALL_CAPITALS and found > 0:
        found = max(found - 2, 0) if size > 4 else found - (3 if size == 4 else 6)
    return found


@kernel
def is_rare(tokens, low, high):  # type: ignore[no-untyped-def]
    """Says whether one to four words could be names of which lists know little, and are nothing
    else that is known: no common words, places, roles or abbreviations."""
    words = 0
    for k in range(low, high + 1):
        known, shape = tokens[k, KNOWN], tokens[k, SHAPE]
        if shape & (ALL_CAPITALS | SMALL):
            return False
        if shape & INITIAL or known & PARTICLE:
            continue
        if known >> 6 & 7 > 1 or known >> 9 & 3 or known & (_OTHER | NAMED | THING | STATE):
            return False
        if tokens[k, END] - tokens[k, START] < 3:
            return False
        words += 1
    return 1 <= words <= 4


@kernel
def together(tokens, low, high):  # type: ignore[no-untyped-def]
    """Evidence of the tokens from `low` to `high`, two or more."""
    while high > low and tokens[high, KNOWN] & SUFFIX and not tokens[high, KNOWN] & 0x38:
        high -= 1
    first, last, initials, names, doubtful, common_words = -1, -1, 0, 0, 0, 0
    hyphens, mixed, fathers = 0, 0, 0
    for k in range(low, high + 1):
        if tokens[k, SHAPE] & INITIAL:
            initials += 1
            continue
        if first < 0:
            first = k
        last = k
        names += 1
        fathers += tokens[k, SHAPE] & PATRONYMIC != 0
        known = tokens[k, KNOWN]
        hyphens += k > low and tokens[k, GAP] == HYPHEN
        mixed += (tokens[k, SHAPE] ^ tokens[first, SHAPE]) & ALL_CAPITALS
        if known >> 6 & 7 >= 3 or known & (CALENDAR | PEOPLE | ROLE):
            common_words += 1
            doubtful += 1
        elif known >> 9 & 3 >= 2 or (known & NAMED and known >> 6 & 7 >= 1):
            doubtful += 1
    if names == 0:
        return NEVER
    known, shape = tokens[last, KNOWN], tokens[last, SHAPE]
    surname, common = known >> 3 & 7, known >> 6 & 7
    if surname < 3 and shape & SURNAME_END:
        surname = 3
    unknown = not known & 0x7FF
    if names == 1:
        if tokens[high, SHAPE] & INITIAL:
            # Maria K.
            if known & 7 >= 4 and common < 2 and not doubtful:
                return 6
            # Щукина З. П., Tynyanov Y.
            if common > 1 or doubtful or shape & ALL_CAPITALS:
                return NEVER
            several = initials > 1 and tokens[high, GAP] == DOT
            if surname >= 4 or shape & SURNAME_END:
                return 7 if several else 5
            return 6 if several and unknown else NEVER
        if shape & ALL_CAPITALS and surname < 4:
            return 0
        saint = hash_of(tokens, low) == _S and known & 7 >= 5 and known & 7 > surname
        if surname >= 4 and common < 2 and not doubtful and not saint:
            return 7
        if surname >= 3 and common < 2:
            return 6 if initials > 1 else 4
        if unknown or (common == 0 and 1 <= surname <= 2 and not doubtful):
            return (6 if initials > 1 else 5) + (2 if shape & SURNAME_END else 0)
        # S. Vicente is a saint.
        if known & 7 >= 5 and common < 2 and not doubtful and not saint:
            return 5
        return 3 if surname >= 4 and common < 5 else -2
    if hyphens == high - low:
        # One name with a hyphen: Anne-Marie, Smith-Jones.
        one = alone(tokens[first, KNOWN], tokens[first, SHAPE], 9)
        other = alone(tokens[last, KNOWN], tokens[last, SHAPE], 9)
        return min(one, other, 6 if tokens[first, KNOWN] & 7 >= 4 and known & 7 >= 4 else 4)
    given, front = tokens[first, KNOWN] & 7, tokens[first, KNOWN] >> 3 & 7
    strange = not tokens[first, KNOWN] & 0x7FF
    if given >= 4 and surname >= 3:
        found = 10
    elif (given >= 4 and (unknown or known & 7 >= 3 or (common < 2 and not known >> 9 & 3))) or (
        given >= 2 and surname >= 4
    ):
        found = 8
    elif given >= 2 and (unknown or surname >= 1):
        found = 6
    elif front >= 4 and known & 7 >= 4:
        found = 8
    elif (strange or front >= 2) and surname >= 4:
        found = 6 if common < 1 and not doubtful else 4
    elif strange and shape & SURNAME_END:
        found = 6
    elif front >= 4 and (unknown or surname == 2):
        found = 5
    else:
        found = 2
    if initials and found < 10:
        found += 2
    if fathers == 1:
        found = max(found, 8)
    if names > 1 and common_words == names:
        found = min(found - 6, 3)
    elif doubtful == names:
        found -= 5
    elif doubtful:
        found -= 1
        if last > first and known >> 9 & 3 >= 2 and surname < 4:
            found -= 4
    if names > 4:
        found -= 2
    if tokens[low, SHAPE] & SMALL:
        found -= 3
    # Model IP, U.S. CTO.
    short = tokens[last, SHAPE] & ALL_CAPITALS and tokens[last, END] - tokens[last, START] <= 4
    if short and (not tokens[first, SHAPE] & ALL_CAPITALS or surname < 3):
        found -= 6
    if tokens[first, SHAPE] & ALL_CAPITALS:
        # USNS Smith; and names in capitals are less sure, as all words are.
        if mixed:
            found -= 6
        elif (given < 4 or surname < 3) and not fathers:
            found -= 4
    return found
