"""Words with a capital, and what stands between them.

... gave it to Dr. Jane van der Berg-Smith, who said ...
               Dr  Jane         Berg Smith              tokens
                 DOT   PARTICLE     HYPHEN              the gap before each but the first
"""

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons import words
from corpus_pipeline.scrub.persons.letters import (
    CAPITAL,
    MARK,
    NO_LETTER,
    TWO,
    added,
    code_point,
    finished,
)
from corpus_pipeline.scrub.persons.surname_ends import ends_as_surname, tail_of
from corpus_pipeline.scrub.persons.tables import (
    CALENDAR,
    COMMON,
    FUNCTION,
    GOES_ON,
    LOCAL,
    LOCAL_COMMON,
    LOCAL_GIVEN,
    LOCAL_PLACE,
    LOCAL_SURNAME,
    OF_SEVERAL,
    PARTICLE,
    PHRASE,
    PLACE,
    PLACES_OF_WORDS,
    ROLE,
    SURNAME,
    THING,
    THING_BEFORE,
    TITLE,
    WORDS,
    looked_up,
)
from corpus_pipeline.scrub.persons.tables import PEOPLE as PEOPLE_WORD

#: What stands between a token and the one before it.
FAR, SPACE, HYPHEN, DOT, COMMA, LINE, PARTICLES, AND = range(8)
#: Shapes: all letters are capitals, one letter, a capital inside (McKay has none), letters beside
#: digits or underscores, a surname by its end, small letters, a name after the father by its end.
ALL_CAPITALS, INITIAL, MIXED, GLUED, SURNAME_END, SMALL, PATRONYMIC = 1, 2, 4, 8, 16, 32, 64
#: A word may have this many bytes, and a gap.
MAX_WORD, MAX_GAP = 64, 24


#: Columns of the table of tokens: first byte, the byte after the last, the hash (its 32 bits as a
#: signed number), what the table of words holds, the bits of its shape, the gap before it, and what
#: was decided of it (see `scan`).
START, END, HASH, KNOWN, SHAPE, GAP, PEOPLE = range(7)


def room(most: int) -> NDArray[np.int32]:
    """Makes room for the tokens of a text of so many bytes, int32[T, 7]."""
    return np.empty((most // 2 + 8, 7), np.int32)


@kernel
def hash_of(tokens, k):  # type: ignore[no-untyped-def]
    """The hash of token k."""
    return int(tokens[k, HASH]) & 0xFFFFFFFF


#: Beginnings behind which a surname has a second capital: McKay, DeVito, FitzGerald.
_BEGINNINGS = tuple(tail_of(word) for word in (
    "mc", "mac", "de", "di", "du", "da", "do", "la", "le", "al", "el", "st", "van", "von", "del",
    "fitz", "ben", "saint",
))  # fmt: skip


@kernel
def _takes_capital(tail):  # type: ignore[no-untyped-def]
    found = False
    for beginning in _BEGINNINGS:
        found = found or tail == beginning
    return found


_OUTSIDE, _INSIDE, _OTHER = range(3)
#: uint8[256]: bytes outside words, bytes of words, and those that want a look.
KINDS = np.full(256, _OUTSIDE, np.uint8)
KINDS[[*range(0x30, 0x3A), *range(0x61, 0x7B), 0x5F]] = _INSIDE
KINDS[[*range(0x41, 0x5B), *range(0x80, 0x100)]] = _OTHER
#: bool[256]: signs of addresses and code, before a word and behind it.
_CODE_BEFORE = np.zeros(256, np.bool_)
_CODE_BEFORE[[0x40, 0x23, 0x24, 0x2F, 0x3D, 0x25, 0x5C, 0x26]] = True
_CODE_BEHIND = np.zeros(256, np.bool_)
_CODE_BEHIND[[0x25, 0x3D, 0x5C]] = True


@kernel
def _is_code(data, start, end, begin, stop):  # type: ignore[no-untyped-def]
    """Says whether signs of addresses and code touch a word."""
    byte = data[start - 1]
    if _CODE_BEFORE[byte]:
        return True
    if byte == 0x2E and start - 2 >= begin and 0x61 <= data[start - 2] <= 0x7A:
        return True
    if byte == 0x60 and end < stop and data[end] == 0x60:
        return True
    return end < stop and _CODE_BEHIND[data[end]]


@kernel
def read_word(data, i, stop, folds):  # type: ignore[no-untyped-def]
    """Reads the word at byte i; (end, hash, shape, letters, last letters)."""
    start = i
    letter = np.int64(data[i]) | 0x20 if i < stop else 0
    if 0x61 <= letter <= 0x7A:
        # Nearly all words are a letter of ASCII, small ones, and no letter or sign of words behind.
        value, tail = added(2166136261, letter), letter
        i += 1
        while i < stop and 0x61 <= data[i] <= 0x7A:
            letter = np.int64(data[i])
            value = added(value, letter)
            tail = (tail << 8 | letter) & 0xFFFFFFFFFFFFFF
            i += 1
        count = i - start
        if count < MAX_WORD and (i == stop or (KINDS[data[i]] == _OUTSIDE and data[i] != 0x27)):
            return i, finished(value), INITIAL if count == 1 else 0, count, tail
        i = start
    value, tail, count, great, small_after = 2166136261, 0, 0, 0, 0
    shape = 0
    inner = 0
    while i < stop and i - start < MAX_WORD:
        code, width = code_point(data, i, stop)
        fold = int(folds[code])
        if fold == 0:
            # O'Brien, D'Angelo, Sa'id; not what follows in I'm, John's.
            quote = 1 if code == 0x27 else (3 if code == 0x2019 & 0x1FFF else 0)
            if width == 3 and data[i] == 0xE2 and data[i + 1] == 0x80 and data[i + 2] == 0x99:
                quote = 3
            if quote == 0 or count == 0 or i + quote >= stop:
                break
            following, after = code_point(data, i + quote, stop)
            if folds[following] <= MARK:
                break
            capital = folds[following] & CAPITAL
            if not (count <= 2 and capital):
                # Two small letters or more, but for 's, 'm, 'd, 't, 're, 've, 'll.
                third, _ = code_point(data, min(i + quote + after, stop - 1), stop)
                low = following | 0x20
                if (
                    not 2 <= count <= 3
                    or capital
                    or folds[third] <= MARK
                    or low in (0x6C, 0x72, 0x76)
                ):
                    break
            i += quote
            inner = 1
            continue
        i += width
        if fold == MARK:
            continue
        capital = fold & CAPITAL
        if fold & TWO:
            value = added(value, fold >> 7 & 0x7F)
            fold &= 0x7F
        else:
            fold &= 0xFFFF
        value = added(value, fold)
        tail = (tail << 8 | fold & 0xFF) & 0xFFFFFFFFFFFFFF
        if capital:
            great += 1
            if small_after and not inner and not (great == 2 and _takes_capital(tail >> 8)):
                shape |= MIXED
        elif count > 0:
            small_after = 1
        inner = 0
        count += 1
    if i < stop and (data[i] == 0x5F or 0x30 <= data[i] <= 0x39 or i - start >= MAX_WORD):
        shape |= GLUED
    if great == count and count > 1:
        shape |= ALL_CAPITALS
    elif great > 2 or (great > 1 and not small_after):
        shape |= MIXED
    if count == 1:
        shape |= INITIAL
    return i, finished(value), shape, count, tail


def _maybe_particles() -> NDArray[np.bool_]:
    found = np.zeros((256, 256), np.bool_)
    found[:, 0x80:] = found[:, 0x27] = True
    for word in words.PARTICLES.split():
        first, second = ord(word[0]), ord(word[1:2] or " ")
        if max(first, second) >= 0x80:
            continue
        if not chr(second).isalpha():
            found[first, [i for i in range(0x80) if not chr(i).isalpha()]] = True
            # Words are hashed without what is no letter: a/l.
            second = ord(word[2:3] or " ")
        found[first, [second, ord(chr(second).upper())]] = True
    return found


#: bool[256, 256], whether a small word with these two first bytes may be a particle.
_MAYBE_PARTICLES = _maybe_particles()


@kernel
def gap_between(data, start, end, tables):  # type: ignore[no-untyped-def]
    """Says what stands between two tokens, from byte `start` to byte `end`."""
    size = end - start
    if size <= 0 or size > MAX_GAP:
        return FAR
    first = data[start]
    if size == 1:
        if first == 0x20 or first == 0x09:
            return SPACE
        if first == 0x2D:
            return HYPHEN
        if first == 0x0A:
            return LINE
        if first == 0x2E:
            return DOT
        return FAR
    if size == 3 and first == 0xE2 and data[start + 1] == 0x80 and (
        data[start + 2] == 0x90 or data[start + 2] == 0x91
    ):  # fmt: skip
        return HYPHEN
    i = start
    dot = comma = 0
    if first == 0x2E:
        dot = 1
        i += 1
    elif first == 0x2C:
        comma = 1
        i += 1
    lines = blanks = 0
    folds = tables.letters
    particles = joined = 0
    while i < end:
        byte = data[i]
        if byte == 0x20 or byte == 0x09 or byte == 0x0D:
            blanks += 1
            i += 1
        elif byte == 0xC2 and data[i + 1] == 0xA0:
            blanks += 1
            i += 2
        elif byte == 0x0A:
            lines += 1
            i += 1
        elif byte == 0x26 and size == 3:
            joined = 1
            i += 1
        elif (byte == 0x27 or byte == 0x2D) and (particles or data[i + 1] > 0x60):
            i += 1
        else:
            if 0x61 <= byte <= 0x7A and not _MAYBE_PARTICLES[byte, data[i + 1]]:
                return FAR
            stop, value, _, count, _ = read_word(data, i, end, folds)
            if count == 0 or comma:
                return FAR
            if not looked_up(tables, WORDS, value) & PARTICLE:
                return FAR
            particles += 1
            i = stop
    if lines:
        return LINE if lines == 1 and not particles and not dot else FAR
    if joined:
        return AND
    if comma:
        return COMMA
    if dot:
        return DOT if not particles else PARTICLES
    if particles:
        return PARTICLES if particles <= 3 else FAR
    return SPACE if blanks <= 2 else FAR


@kernel
def read_small_tokens(data, begin, stop, tables, tokens):  # type: ignore[no-untyped-def]
    """Reads all words of a text that has no capitals; returns how many."""
    folds = tables.letters
    count = 0
    i = begin
    while i < stop:
        code, width = code_point(data, i, stop)
        if folds[code] <= MARK or code >= 0x530:
            i += width
            continue
        end, value, shape, _, _ = read_word(data, i, stop, folds)
        end = max(end, i + width)
        if i > begin and (_is_code(data, i, end, begin, stop) or data[i - 1] == 0x5F):
            shape |= GLUED
        tokens[count, START], tokens[count, END] = i, end
        tokens[count, HASH] = value - (value >> 31 << 32)
        tokens[count, KNOWN] = looked_up(tables, WORDS, value)
        tokens[count, SHAPE] = shape | SMALL
        tokens[count, PEOPLE] = 0
        tokens[count, GAP] = (
            gap_between(data, tokens[count - 1, END], i, tables) if count > 0 else FAR
        )
        count += 1
        i = end
    tokens[count, GAP] = FAR
    return count


_NO_NAMES = CALENDAR | PEOPLE_WORD | ROLE | TITLE | THING | THING_BEFORE
#: A surname that few have, and nothing else.
_SELDOM = 2 << SURNAME
_GIVEN_BITS, _SURNAME_BITS, _COMMON_BITS = 7, 7 << SURNAME, 7 << COMMON


@kernel
def _known_here(known, local):  # type: ignore[no-untyped-def]
    """What is known of a word in a text of a language whose lists hold `local` for it: Jordi is a
    usual name in Spanish, Rey a word."""
    if local & LOCAL_COMMON:
        usual = 3 if known & 7 >= 6 or local & (LOCAL_SURNAME | LOCAL_GIVEN) else 5
        known = known & ~_COMMON_BITS | max(known >> 6 & 7, usual) << 6
    elif known & 0x1FF:
        # Words of English and other languages say little here: Said, Pol.
        known = known & ~(_COMMON_BITS | FUNCTION) | min(known >> 6 & 7, 1) << 6
    # Santa, Lunes, Conte.
    if local & LOCAL_GIVEN and not known & _NO_NAMES:
        known = known & ~_GIVEN_BITS | max(known & 7, 5)
    if local & LOCAL_SURNAME:
        known = known & ~_SURNAME_BITS | max(known >> 3 & 7, 4) << 3
    if local & LOCAL_PLACE:
        known |= 3 << PLACE
    return known


@kernel
def read_tokens(data, begin, stop, tables, ends, language, tokens):  # type: ignore[no-untyped-def]
    """Reads the words with a capital of a text in a language of `words.LANGUAGES`, counted from 1,
    or another, 0.

    Returns:
        how many, and whether there are letters of scripts without capitals.
    """
    folds = tables.letters
    count = 0
    i = begin
    inside = caseless = False
    while i < stop:
        if KINDS[data[i]] != _OTHER:
            while (
                i + 4 < stop
                and KINDS[data[i]] | KINDS[data[i + 1]] | KINDS[data[i + 2]] | KINDS[data[i + 3]]
                < _OTHER
            ):
                i += 4
            while i < stop and KINDS[data[i]] != _OTHER:
                i += 1
            # Letters and digits before a word belong to it.
            inside = KINDS[data[i - 1]] == _INSIDE
            if i >= stop:
                break
        byte = data[i]
        if byte > 0xE1:
            # Quotes, scripts without capitals; none of them begins a name here.
            i += 3 if byte < 0xF0 else 4
            inside = False
            continue
        if byte < 0x80:
            if inside:
                i += 1
                continue
        elif byte < 0xC3 or 0xD6 <= byte <= 0xE0:
            caseless = caseless or byte >= 0xD6
            i += 2 if byte < 0xE0 else 3
            inside = byte >= 0xD6
            continue
        else:
            code, width = code_point(data, i, stop)
            if inside or not folds[code] & CAPITAL:
                inside = folds[code] != NO_LETTER
                i += width
                continue
        end, value, shape, letters, tail = read_word(data, i, stop, folds)
        if i > begin and _is_code(data, i, end, begin, stop):
            shape |= GLUED
        known = looked_up(tables, WORDS, value)
        if language > 0:
            local = looked_up(tables, LOCAL[language], value)
            if local:
                known = _known_here(known, local)
        if known & 0x1FF in (0, _SELDOM):
            end_kind = ends_as_surname(tail, letters, ends)
            if end_kind == 4:
                known |= THING
            else:
                shape |= SURNAME_END * (end_kind > 0) | PATRONYMIC * (end_kind == 2)
        tokens[count, START] = i
        tokens[count, END] = end
        tokens[count, HASH] = value - (value >> 31 << 32)
        tokens[count, KNOWN] = known
        tokens[count, SHAPE] = shape
        tokens[count, PEOPLE] = 0
        tokens[count, GAP] = (
            gap_between(data, tokens[count - 1, END], i, tables) if count > 0 else FAR
        )
        count += 1
        i = end
        inside = True
    # What is read on behind the last token ends there.
    tokens[count, GAP] = FAR
    return count, caseless


@kernel
def names_place(tokens, at, count, tables):  # type: ignore[no-untyped-def]
    """How many tokens from `at` on are the name of a place or thing of several words."""
    value = PHRASE
    longest = 0
    if not tokens[at, KNOWN] & OF_SEVERAL:
        return 0
    for n in range(4):
        if at + n >= count:
            break
        if n > 0 and tokens[at + n, GAP] not in (SPACE, HYPHEN, AND, DOT):
            break
        value = ((value ^ hash_of(tokens, at + n)) * 16777619) & 0xFFFFFFFF
        value = finished(value)
        held = looked_up(tables, PLACES_OF_WORDS, value)
        if n > 0 and held & 1:
            longest = n + 1
        if not held & GOES_ON:
            break
    return longest
