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
from corpus_pipeline.scrub.folding import FOLDED, INVISIBLE as INVISIBLE_LETTER
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
    WORD,
    form_number,
)
from corpus_pipeline.text.characters import decode
from corpus_pipeline.text.columns import Utf8

#: Set in the bits of an exact form that needs no word.
ALONE = 1 << 61
#: In the bits of what is wanted.
WANT_CRYPTO, WANT_MAC, WANT_VIN = 1, 2, 4
#: What a candidate is.
NUMBER, WALLET, HARDWARE, VEHICLE = range(4)

_MAX_TOKENS = 32
_MAX_SPAN_TOKENS = 9
#: More letters and digits than this are no number of a rule.
_MAX_CHARACTERS = 24
_MAX_WALLET = 110
#: The form of a year, which a year of an era is taken for.
_YEAR = form_number("9999", MERGED)
#: How far words are looked for, in bytes.
_BEFORE, _AFTER = 112, 48
#: A word is known by so many bytes.
WORD_BYTES = 6


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
    for code in range(0x80, 0x10000):
        if INVISIBLE_LETTER.match(chr(code)):
            classes[code] = INVISIBLE
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
    wanted: int
    """`WANT_CRYPTO`, `WANT_MAC`, `WANT_VIN`."""


class Candidates(NamedTuple):
    """C places, in the order in which they are noticed."""

    rows: NDArray[np.int32]
    """int32[C], the row of the column."""
    starts: NDArray[np.int32]
    """int32[C], first byte in the column's data buffer."""
    ends: NDArray[np.int32]
    """int32[C], the byte after the last."""
    kinds: NDArray[np.int32]
    """int32[C], `NUMBER`, `WALLET`, `HARDWARE` or `VEHICLE`."""
    bits: NDArray[np.int64]
    """int64[C], of numbers: the groups of rules that take it, and `ALONE`."""


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
def _bits_of(number, numbers, bits):  # type: ignore[no-untyped-def]
    place = number & (len(numbers) - 1)
    while numbers[place] != -1:
        if numbers[place] == number:
            return bits[place]
        place = (place + 1) & (len(numbers) - 1)
    return 0


@kernel
def _is_letter(byte):  # type: ignore[no-untyped-def]
    return 0x41 <= (byte & 0xDF) <= 0x5A and byte < 0x80


@kernel
def _is_capital(byte):  # type: ignore[no-untyped-def]
    return 0x41 <= byte <= 0x5A


@kernel
def _is_hex(byte):  # type: ignore[no-untyped-def]
    return 0x30 <= byte <= 0x39 or 0x41 <= byte <= 0x46 or 0x61 <= byte <= 0x66


@kernel
def words_near(data, low, high, words, word_bits):  # type: ignore[no-untyped-def]
    """Returns the bits of all known words between two bytes."""
    found = 0
    number, length, small = WORD, 0, False
    i = low
    while i < high:
        byte = data[i]
        if byte < 0x80:
            if 0x41 <= (byte & 0xDF) <= 0x5A:
                capital = byte < 0x61
                if capital and small:
                    found |= _bits_of(number, words, word_bits)
                    number, length = WORD, 0
                if length < WORD_BYTES:
                    number = (number * HASH_FACTOR ^ np.int64(byte | 0x20)) & HASH_MASK
                length += 1
                small = not capital
                i += 1
                continue
        elif 0xC3 <= byte < 0xE0:
            if i + 1 < high:
                for k in range(2):
                    if length < WORD_BYTES:
                        number = (number * HASH_FACTOR ^ np.int64(data[i + k])) & HASH_MASK
                    length += 1
            small = False
            i += 2
            continue
        elif byte == 0xE1 and i + 2 < high and 0xB8 <= data[i + 1] <= 0xBB:
            # Letters of Vietnamese.
            for k in range(3):
                if length < WORD_BYTES:
                    number = (number * HASH_FACTOR ^ np.int64(data[i + k])) & HASH_MASK
                length += 1
            small = False
            i += 3
            continue
        if byte == 0x2E and length and i + 1 < high:
            # A dot behind a single letter, before another: D.O.B
            before = i - 3 if 0x80 <= data[i - 1] < 0xC0 else i - 2
            alone = before < low or not (_is_letter(data[before]) or data[before] >= 0x80)
            if alone and (_is_letter(data[i + 1]) or 0xC3 <= data[i + 1] < 0xE0):
                i += 1
                continue
        if length:
            found |= _bits_of(number, words, word_bits)
            number, length, small = WORD, 0, False
        if 0xE0 <= byte < 0xF0:
            if i + 6 <= high and 0xE0 <= data[i + 3] < 0xF0:
                pair = WORD
                for k in range(6):
                    pair = (pair * HASH_FACTOR ^ np.int64(data[i + k])) & HASH_MASK
                found |= _bits_of(pair, words, word_bits)
            i += 3
        else:
            i += 1
    if length:
        found |= _bits_of(number, words, word_bits)
    return found


@kernel
def _hardware_at(data, i, begin, stop):  # type: ignore[no-untyped-def]
    """Returns the first byte of the hardware address that the token at byte i is part of, and its
    end; (0, 0) where there is none. 00:1A:2b:3C:4d:5E, with dashes, or 001a.2b3c.4d5e."""
    for size in (2, 4):
        token = i
        # The token has the digit at i somewhere.
        while token > begin and i - token < size and _is_hex(data[token - 1]):
            token -= 1
        if token + size > stop:
            continue
        whole = True
        for k in range(size):
            whole = whole and _is_hex(data[token + k])
        if not whole:
            continue
        after = data[token + size] if token + size < stop else 0
        before = data[token - 1] if token > begin else 0
        for mark in (0x3A, 0x2D, 0x2E):
            if (mark == 0x2E) != (size == 4) or (after != mark and before != mark):
                continue
            step = size + 1
            groups = 12 // size
            start = token
            for _ in range(groups - 1):
                if start - step < begin or data[start - 1] != mark:
                    break
                whole = True
                for k in range(size):
                    whole = whole and _is_hex(data[start - step + k])
                if not whole:
                    break
                start -= step
            end = start + groups * step - 1
            if end > stop or end <= i:
                continue
            whole = True
            for k in range(groups * step - 1):
                byte = data[start + k]
                whole = whole and (byte == mark if k % step == size else _is_hex(byte))
            if whole:
                return start, end
    return 0, 0


@kernel
def _may_be_wallet(data, start, end):  # type: ignore[no-untyped-def]
    """Says whether a long token has a form of an address of a wallet: 0x and 40 hexadecimal
    digits, a prefix of bech32, or no letter that base 58 leaves out and one that is not
    hexadecimal."""
    length = end - start
    if data[start] == 0x30:
        return length == 42 and (data[start + 1] | 0x20) == 0x78
    first, second, third = data[start] | 0x20, data[start + 1] | 0x20, data[start + 2] | 0x20
    if (first == 0x62 and second == 0x63 and third == 0x31) or (
        first == 0x6C and second == 0x74 and third == 0x63
    ) or (first == 0x61 and second == 0x64 and third == 0x64):  # fmt: skip
        return True
    if length > 44 and length != 95 and length != 106:
        return False
    beyond_hex = False
    for k in range(start, end):
        byte = data[k]
        if byte == 0x30 or byte == 0x4F or byte == 0x49 or byte == 0x6C:
            return False
        beyond_hex = beyond_hex or (byte & 0xDF) > 0x46
    return beyond_hex


@kernel
def _scan(data, offsets, classes, triggers, forms, form_bits, words, word_bits, wanted, rows,
          starts, ends, kinds, found_bits):  # type: ignore[no-untyped-def]  # fmt: skip
    """Fills the arrays of `Candidates` until they are full; returns how many there are, or would
    be."""
    room = len(rows)
    count = 0
    token_starts = np.zeros(_MAX_TOKENS + 1, np.int64)
    token_ends = np.zeros(_MAX_TOKENS + 1, np.int64)
    token_gaps = np.zeros(_MAX_TOKENS + 1, np.int64)
    token_digits = np.zeros(_MAX_TOKENS + 1, np.int64)
    token_sizes = np.zeros(_MAX_TOKENS + 1, np.int64)
    first_runs = np.zeros(_MAX_TOKENS + 2, np.int64)
    runs = np.zeros((_MAX_TOKENS + 1) * (_MAX_CHARACTERS + 2), np.int64)
    for row in range(len(offsets) - 1):
        begin, stop = offsets[row], offsets[row + 1]
        done = begin
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
                start, end = _hardware_at(data, i, max(begin, hardware_end), stop)
                if end > i:
                    hardware_end = end
                    if count < room:
                        rows[count], starts[count] = row, start
                        ends[count], kinds[count] = end, HARDWARE
                    count += 1
            # Where the token with this digit begins.
            first = i
            while first > done:
                byte = data[first - 1]
                if _is_letter(byte) or 0x30 <= byte <= 0x39:
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
                    word > done and (data[word - 1] >= 0x80 or _is_letter(data[word - 1]))
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
                    if what == DIGIT or what == LETTER:
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
                        and end - position == size and _may_be_wallet(data, position, end)
                    ):  # fmt: skip
                        if count < room:
                            rows[count], starts[count] = row, position
                            ends[count], kinds[count] = end, WALLET
                        count += 1
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
                if wanted & WANT_VIN and size == 17 and 3 < digits < 17:
                    if count < room:
                        rows[count], starts[count] = row, position
                        ends[count], kinds[count] = end, VEHICLE
                    count += 1
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
                        digits <= 2 and digits == size and token_ends[u] + 2 < stop
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
                    asked = _bits_of(whole, forms, form_bits)
                    if asked:
                        bits = _bits_of(exact, forms, form_bits) & ALONE
                        if not known:
                            near = words_near(
                                data,
                                max(begin, token_starts[0] - _BEFORE),
                                min(stop, token_ends[count_tokens - 1] + _AFTER),
                                words, word_bits,
                            )  # fmt: skip
                            known = True
                        bits |= asked & near
                        if bits:
                            if count < room:
                                rows[count], starts[count] = row, token_starts[t]
                                ends[count], kinds[count] = token_ends[u], NUMBER
                                found_bits[count] = bits
                            count += 1
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
        places = [np.empty(room, np.int32) for _ in range(4)]
        bits = np.zeros(room, np.int64)
        count = _scan(text.data, text.offsets, CLASSES, TRIGGERS, *tables, *places, bits)
        if count <= room:
            return Candidates(*(each[:count].copy() for each in places), bits[:count].copy())
        room = count
