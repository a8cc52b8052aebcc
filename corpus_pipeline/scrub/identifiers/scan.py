"""Where in a column of texts an identifier could be: one pass over the bytes.

The pass stops at digits alone. From there it reads *tokens* (runs of letters and digits, at least
one of them with a digit) that stand one behind another with a separator between:

    ...his NINO is AB 12 34 56 C, and ...
                is AB 12 34 56 C            five tokens with a digit or a few letters
                   ^         ^ ^            from each token to each: is the form that of a rule?

A form that a rule takes alone is a candidate; one that a rule takes behind a word is a candidate
if such a word stands near. Words are recognized by their first six bytes (or two characters of a
script without spaces); rules read them again. Long tokens, which could be an address of a wallet,
and hardware addresses are told by their own forms.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.folding import FOLDED
from corpus_pipeline.scrub.folding import INVISIBLE as INVISIBLE_LETTER
from corpus_pipeline.scrub.identifiers.forms import (
    DASH,
    DIGIT,
    DOT,
    EXACT,
    HASH_FACTOR,
    HASH_MASK,
    INVISIBLE,
    LETTER,
    MERGED,
    OTHER,
    SLASH,
    SPACE,
    form_number,
)
from corpus_pipeline.scrub.identifiers.long_forms import hardware_at, may_be_wallet
from corpus_pipeline.scrub.identifiers.near_words import (
    bits_of,
    find_head,
    is_cell,
    is_letter,
    may_begin_life,
    words_before,
    words_near,
)
from corpus_pipeline.scrub.identifiers.plates import may_be_plate
from corpus_pipeline.text.characters import decode
from corpus_pipeline.text.columns import Utf8

#: Stands between the series and the number of a passport of Russia.
NUMERO = "№"

#: Set in the bits of an exact form that needs no word.
ALONE = 1 << 62
#: Set in the bits of what a word in the first line of its block announces, perhaps the name of its
#: column.
COLUMN = 1 << 61
#: In the bits of what is wanted.
WANT_CRYPTO, WANT_MAC, WANT_VIN, WANT_PLATE = 1, 2, 4, 8
#: What a candidate is.
NUMBER, WALLET, HARDWARE, VEHICLE, PLATE = range(5)

_MAX_TOKENS = 32
_MAX_SPAN_TOKENS = 9
#: More letters and digits than this are no number of a rule.
_MAX_CHARACTERS = 24
_MAX_WALLET = 110
#: The form of a year, which a year of an era is taken for.
_YEAR = form_number("9999", MERGED)
#: How far words are looked for, in bytes.
_BEFORE, _AFTER = 112, 48


def _classes() -> NDArray[np.uint8]:
    """uint8[0x10000], what a character of the BMP is to a form, after folding."""
    ascii_classes = {" ": SPACE, "-": DASH, ".": DOT, "/": SLASH}
    classes = np.zeros(0x10000, np.uint8)
    for code in range(128):
        letter = chr(code)
        known = ascii_classes.get(letter, OTHER)
        classes[code] = LETTER if letter.isalpha() else DIGIT if letter.isdigit() else known
    for letter, folded in FOLDED.items():
        if ord(letter) < 0x10000:
            classes[ord(letter)] = classes[ord(folded)]
    classes[ord(NUMERO)] = SPACE
    for match in INVISIBLE_LETTER.finditer("".join(map(chr, range(0x10000)))):
        classes[match.start()] = INVISIBLE
    return classes


def _triggers() -> NDArray[np.bool_]:
    """bool[256], bytes that start a digit of any script."""
    triggers = np.zeros(256, np.bool_)
    triggers[list(b"0123456789\xd9\xdb\xe0\xe1\xef\xf0")] = True
    return triggers


CLASSES = _classes()
TRIGGERS = _triggers()


class Tables(NamedTuple):
    """What the kernel is told of the rules."""

    forms: NDArray[np.int64]
    """int64[T], numbers of forms, an open table."""
    form_bits: NDArray[np.int64]
    """int64[T], which groups of rules take the form behind a word, and `ALONE`."""
    words: NDArray[np.int64]
    """int64[W], numbers of words, an open table."""
    word_bits: NDArray[np.int64]
    """int64[W], the groups of rules whose word it is."""
    wide: int
    """The groups of rules whose words may stand farther away: dates of birth."""
    wanted: int
    """`WANT_CRYPTO`, `WANT_MAC`, `WANT_VIN`, `WANT_PLATE`."""


class Candidates(NamedTuple):
    """C places, in the order in which they are noticed."""

    rows: NDArray[np.int64]
    """int64[C], the row of the column."""
    starts: NDArray[np.int64]
    """int64[C], first byte in the column's data buffer."""
    ends: NDArray[np.int64]
    """int64[C], the byte after the last."""
    kinds: NDArray[np.int64]
    """int64[C], `NUMBER`, `WALLET`, `HARDWARE`, `VEHICLE` or `PLATE`."""
    bits: NDArray[np.int64]
    """int64[C], of numbers: the groups of rules that take it, `ALONE` and `COLUMN`."""


@kernel
def _what(data, i, stop, classes):  # type: ignore[no-untyped-def]
    """Reads the character at byte i; (what it is to a form, its bytes)."""
    byte = data[i]
    if byte < 0x80:
        return classes[byte], 1
    code, following = decode(data, i)
    if code < 0x10000:
        return classes[code], following - i
    if 0x1D7CE <= code <= 0x1D7FF:
        return DIGIT, following - i
    return OTHER, following - i


@kernel
def _is_capital(byte):  # type: ignore[no-untyped-def]
    return 0x41 <= byte <= 0x5A


@kernel
def _note(found, count, row, start, end, kind, bits):  # type: ignore[no-untyped-def]
    if count < len(found):
        found[count, 0] = row
        found[count, 1] = start
        found[count, 2] = end
        found[count, 3] = kind
        found[count, 4] = bits
    return count + 1


@kernel
def _scan(  # type: ignore[no-untyped-def]
    data, offsets, classes, triggers, forms, form_bits, words, word_bits, wide, wanted, found
):  # fmt: skip
    """Fills int64[room, 5], the columns of `Candidates`, until it is full; returns how many there
    are, or would be."""
    # numba compiles a kernel for each constant that it is given, unless that has a type.
    count, none = np.int64(0), np.int64(NUMBER)
    token_starts = np.zeros(_MAX_TOKENS + 1, np.int64)
    token_ends = np.zeros(_MAX_TOKENS + 1, np.int64)
    token_gaps = np.zeros(_MAX_TOKENS + 1, np.int64)
    token_digits = np.zeros(_MAX_TOKENS + 1, np.int64)
    token_sizes = np.zeros(_MAX_TOKENS + 1, np.int64)
    first_runs = np.zeros(_MAX_TOKENS + 2, np.int64)
    runs = np.zeros((_MAX_TOKENS + 1) * (_MAX_CHARACTERS + 2), np.int64)
    head, in_head = np.zeros(4, np.int64), np.int64(0)
    reader, head_reader = np.zeros(7, np.int64), np.zeros(7, np.int64)
    hits, head_hits = np.zeros((64, 2), np.int64), np.zeros((64, 2), np.int64)
    for row in range(len(offsets) - 1):
        begin, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        done = begin
        head[0], head[1], head[2] = begin, begin, -1
        reader[0] = begin - 1
        hardware_end = begin
        i = begin
        while True:
            while i < stop and not triggers[data[i]]:
                i += 1
            if i >= stop:
                break
            what, width = _what(data, i, stop, classes)
            if what != DIGIT:
                i += width
                continue
            if wanted & WANT_MAC and i >= hardware_end:
                start, end = hardware_at(data, i, max(begin, hardware_end), stop)
                if end > i:
                    hardware_end = end
                    count = _note(found, count, row, start, end, np.int64(HARDWARE), none)
            # Where the token with this digit begins.
            first = i
            while first > done:
                byte = data[first - 1]
                if is_letter(byte) or 0x30 <= byte <= 0x39:
                    first -= 1
                elif (
                    byte >= 0x80 and first - 3 >= done and data[first - 3] == 0xEF
                    and _what(data, first - 3, stop, classes)[0] == LETTER
                ):  # fmt: skip
                    first -= 3
                else:
                    break
            # And up to two short words before it.
            for _ in range(2):
                before = first - 1
                if before <= done or classes[data[before]] < SPACE or data[before] >= 0x80:
                    break
                word = before
                while word > done and before - word < 7 and _is_capital(data[word - 1]):
                    word -= 1
                if word == before or before - word > 6 or (
                    word > done and (data[word - 1] >= 0x80 or is_letter(data[word - 1]))
                ):  # fmt: skip
                    break
                first = word
            # The tokens from there on.
            count_tokens, count_runs, gap = 0, 0, 0
            position = first
            cut = False
            while position < stop:
                size, digits, invisible, last, run = 0, 0, 0, 0, 0
                end = position
                first_runs[count_tokens] = count_runs
                here = position
                while here < stop:
                    what, width = _what(data, here, stop, classes)
                    if DIGIT <= what <= LETTER:
                        digits += what == DIGIT
                        if what != last:
                            if last and size <= _MAX_CHARACTERS:
                                runs[count_runs] = last | run << 3
                                count_runs += 1
                            last, run = what, 0
                        run += 1
                        size += 1
                        here += width
                        end = here
                    elif what == INVISIBLE and size and invisible < 8:
                        invisible += 1
                        here += width
                    else:
                        break
                if size == 0:
                    break
                if size > _MAX_CHARACTERS:
                    if (
                        wanted & WANT_CRYPTO and 25 <= size <= _MAX_WALLET
                        and end - position == size and may_be_wallet(data, position, end)
                    ):  # fmt: skip
                        count = _note(found, count, row, position, end, np.int64(WALLET), none)
                    if count_tokens == 0:
                        token_ends[0] = end
                    else:
                        token_ends[count_tokens] = end
                    cut = True
                    break
                if position > i and digits == 0 and (
                    size > 3 or (gap == SPACE and not _is_capital(data[end - 1]))
                ):  # fmt: skip
                    break
                if count_tokens == _MAX_TOKENS:
                    break
                if wanted & WANT_MAC and position >= hardware_end and position > i and (
                    (size == 2 or size == 4) and end < stop
                    and (data[end] == 0x2E or data[end] == 0x3A or data[end] == 0x2D)
                ):  # fmt: skip
                    # Behind other tokens: 0/1 MAC 78a5.f907.fd01
                    start, last_byte = hardware_at(data, position, hardware_end, stop)
                    if last_byte > position:
                        hardware_end = last_byte
                        count = _note(found, count, row, start, last_byte, np.int64(HARDWARE), none)
                if wanted & WANT_VIN and size == 17 and 3 < digits < 17:
                    count = _note(found, count, row, position, end, np.int64(VEHICLE), none)
                if wanted & WANT_PLATE and size == digits and may_be_plate(
                    data, position, end, begin, stop
                ):  # fmt: skip
                    count = _note(found, count, row, position, end, np.int64(PLATE), none)
                runs[count_runs] = last | run << 3
                count_runs += 1
                token_starts[count_tokens], token_ends[count_tokens] = position, end
                token_gaps[count_tokens] = gap
                token_digits[count_tokens] = digits
                token_sizes[count_tokens] = size
                count_tokens += 1
                # What parts it from the next.
                gap, gaps, here = 0, 0, end
                while here < stop:
                    what, width = _what(data, here, stop, classes)
                    if SPACE <= what <= SLASH:
                        if gap > SPACE and what > SPACE:
                            gaps = 9
                        gap = max(gap, what)
                        gaps += 1
                        if gaps > 3:
                            break
                    elif what != INVISIBLE:
                        break
                    here += width
                if gaps == 0 or gaps > 3:
                    break
                position = here
            first_runs[count_tokens] = count_runs
            near, known = 0, False
            last_start = count_tokens
            if count_tokens == _MAX_TOKENS:
                last_start = _MAX_TOKENS - _MAX_SPAN_TOKENS
            for t in range(last_start):
                if t and token_gaps[t] != SPACE and token_digits[t - 1]:
                    continue
                merged, exact = MERGED, EXACT
                pending = 0
                size, digits = 0, 0
                for u in range(t, min(count_tokens, t + _MAX_SPAN_TOKENS)):
                    size += token_sizes[u]
                    digits += token_digits[u]
                    if size > _MAX_CHARACTERS:
                        break
                    if u > t:
                        exact = (exact * HASH_FACTOR ^ token_gaps[u]) & HASH_MASK
                    for k in range(first_runs[u], first_runs[u + 1]):
                        code = runs[k]
                        exact = (exact * HASH_FACTOR ^ code) & HASH_MASK
                        if pending & 7 == code & 7:
                            pending += code & ~7
                        else:
                            if pending:
                                merged = (merged * HASH_FACTOR ^ pending) & HASH_MASK
                            pending = code
                    in_era = (
                        digits <= 3 and digits == size and token_ends[u] + 2 < stop
                        and data[token_ends[u]] == 0xE5 and data[token_ends[u] + 1] == 0xB9
                        and data[token_ends[u] + 2] == 0xB4
                    )  # fmt: skip
                    if digits < 2 and not in_era:
                        continue
                    if (
                        u + 1 < count_tokens and token_gaps[u + 1] != SPACE
                        and token_digits[u + 1]
                    ):  # fmt: skip
                        continue
                    # 昭和60年
                    whole = _YEAR if in_era else (merged * HASH_FACTOR ^ pending) & HASH_MASK
                    asked = bits_of(whole, forms, form_bits)
                    if asked:
                        bits = bits_of(exact, forms, form_bits) & ALONE
                        if not known:
                            near = words_near(
                                data, reader, hits, begin,
                                max(begin, token_starts[0] - _BEFORE),
                                min(stop, token_ends[count_tokens - 1] + _AFTER), stop,
                                words, word_bits,
                            )  # fmt: skip
                            known = True
                        named = asked & near
                        if named & ~wide:
                            before = words_before(data, reader, hits, token_starts[t], begin)
                            named &= before | wide
                        bits |= named
                        if asked & wide and may_begin_life(data, token_starts[t], begin, stop):
                            bits |= wide
                        if is_cell(data, token_starts[t], token_ends[u], begin, stop):
                            # Of a table the first line says what a column is.
                            if find_head(data, head, token_starts[t], stop):
                                head_reader[0] = head[2] - 1
                                in_head = words_near(
                                    data, head_reader, head_hits, begin, head[2], head[3], stop,
                                    words, word_bits,
                                )  # fmt: skip
                            named = asked & in_head if token_starts[t] > head[3] else 0
                            if named:
                                bits |= named | COLUMN
                        if bits:
                            count = _note(
                                found, count, row, token_starts[t], token_ends[u], none, bits
                            )
            if count_tokens == _MAX_TOKENS:
                done = token_starts[last_start]
                i = max(i + 1, done)
            elif cut:
                done = i = max(i + 1, token_ends[count_tokens])
            else:
                done = i = max(i + 1, token_ends[count_tokens - 1])
    return count


def find_candidates(text: Utf8, tables: Tables) -> Candidates:
    """Finds every place of a column where a rule could find something.

    Args:
        text: the buffers of N texts.
        tables: the rules' forms and words.
    """
    room = max(1024, int(text.offsets[-1] - text.offsets[0]) // 64)
    while True:
        found = np.empty((room, 5), np.int64)
        count = _scan(text.data, text.offsets, CLASSES, TRIGGERS, *tables, found)
        if count <= room:
            return Candidates(*found[:count].T)
        room = count
