"""The words in the shape of a window: what rules may ask for is spelt out, all else is a word."""

from typing import Final

import numpy as np

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.byte_kinds import is_ascii_letter, is_digit

# Flags of characters.
BAD: Final = 1
DECIMAL: Final = 2
LETTER: Final = 4
SIGN: Final = 8
# Flags of words.
WORD: Final = 1
IN_SHAPE: Final = 2
STARTS: Final = 4

#: Bytes that rules see before and behind a window, as `replace` cuts it out.
BEFORE_BYTES: Final = 168
AFTER_BYTES: Final = 72
#: Characters before a window in which words are looked for (`phone_words`), and names of serials
#: (`context`).
WORDS_BEFORE: Final = 56
SERIAL_BEFORE: Final = 32
#: A + and a bracket that belong to a number and stand before its window.
_PREFIX: Final = 3
#: Characters before a window that rules other than those of words look at.
_NEAR: Final = 8
_SHOWN_AFTER: Final = 32
#: Characters that are read on either side: more than is shown.
_FURTHEST: Final = 62
_FURTHEST_AFTER: Final = 48
#: Between a word for several numbers and the last of them: another number.
_OTHER_NUMBER: Final = 24
#: Letters of the longest word that rules ask for.
_LONGEST_WORD: Final = 16

# Marks in a shape; no character is among them.
PART: Final = 0xFFFF
_EDGE: Final = 0xFFFE
_PRIME: Final = np.uint64(1099511628211)
_BASIS: Final = np.uint64(14695981039346656037)


@kernel
def hash_word(letters, start, stop):  # type: ignore[no-untyped-def]
    value = _BASIS
    for i in range(start, stop):
        value = (value ^ np.uint64(letters[i])) * _PRIME
    return _mixed(value)


@kernel
def _mixed(value):  # type: ignore[no-untyped-def]
    return int((value ^ (value >> np.uint64(29))) & np.uint64(0x7FFFFFFF))


@kernel
def _flags_of(value, letters, start, stop, slots, offsets, words, flags):  # type: ignore[no-untyped-def]
    """The flags of a word in small letters, whose hash is given; 0: it is none."""
    mask = len(slots) - 1
    at = value & mask
    while slots[at]:
        word = slots[at] - 1
        first = offsets[word]
        if offsets[word + 1] - first == stop - start:
            i = 0
            while i < stop - start and words[first + i] == letters[start + i]:
                i += 1
            if i == stop - start:
                return flags[word]
        at = (at + 1) & mask
    return 0


@kernel
def decoded(data, first, last, begin, stop, folds, char_flags, plain):  # type: ignore[no-untyped-def]
    """Folds the window with its context into `plain`; returns (characters before, behind it, in
    all), or three times -1 if there is one that shapes do not know."""
    earliest = max(begin, first - BEFORE_BYTES)
    while earliest < first and (data[earliest] & 0xC0) == 0x80:
        earliest += 1
    i = first
    characters = 0
    while i > earliest and characters < _FURTHEST:
        i -= 1
        characters += (data[i] & 0xC0) != 0x80
    end = min(stop, last + AFTER_BYTES)
    n, core, after = 0, 0, 0
    while i < end and (i <= last or n - after < _FURTHEST_AFTER):
        if i == first:
            core = n
        if i == last:
            after = n
        byte = int(data[i])
        if byte < 0x80:
            if byte < 0x09 or 0x0E <= byte < 0x20:
                return -1, -1, -1
            plain[n] = byte
            n += 1
            i += 1
            continue
        width = 2 if byte < 0xE0 else 3
        if byte >= 0xF0:
            return -1, -1, -1
        if i + width > end:
            break
        code = ((byte & 0x1F) << 6) | (int(data[i + 1]) & 0x3F)
        if width == 3:
            code = ((byte & 0x0F) << 12) | ((int(data[i + 1]) & 0x3F) << 6) | (
                int(data[i + 2]) & 0x3F
            )  # fmt: skip
        # ー between digits is a dash.
        if char_flags[code] & (BAD | DECIMAL) or code == 0x30FC:
            return -1, -1, -1
        plain[n] = folds[code]
        n += 1
        i += width
    if last >= end:
        after = n
    return core, after, n


@kernel
def _is_sign(small, i, last, slots, offsets, words, flags):  # type: ignore[no-untyped-def]
    """Whether one or two characters are how a sign begins (`phone_words.SIGN_STARTS`)."""
    for stop in range(i + 1, min(last, i + 2) + 1):
        value = hash_word(small, i, stop)
        if _flags_of(value, small, i, stop, slots, offsets, words, flags) & WORD:
            return True
    return False


@kernel
def has_words(small, first, last, char_flags, slots, offsets, words, flags):  # type: ignore[no-untyped-def]
    """`phone_words.has_words` of small letters from first to last."""
    i = first
    while i < last:
        code = int(small[i])
        if char_flags[code] & SIGN and _is_sign(small, i, last, slots, offsets, words, flags):
            return True
        if not char_flags[code] & LETTER:
            i += 1
            continue
        start = i
        while i < last:
            code = int(small[i])
            if (
                char_flags[code] & LETTER or 0x900 <= code <= 0x903 or 0x93A <= code <= 0x94F
            ):  # fmt: skip
                i += 1
            else:
                break
        for j in range(start, i):
            if char_flags[int(small[j])] & SIGN and _is_sign(
                small, j, last, slots, offsets, words, flags
            ):
                return True
            if (
                small[j] == 0x70 and j + 5 <= i and small[j + 1] == 0x68 and small[j + 2] == 0x6F
                and small[j + 3] == 0x6E and small[j + 4] == 0x65
            ):  # fmt: skip
                return True
        value = hash_word(small, start, i)
        if _flags_of(value, small, start, i, slots, offsets, words, flags) & WORD:
            return True
        # One letter and a colon; what is before it may be a letter that is not ASCII.
        code = int(small[i - 1])
        if (
            code == 0x74 or code == 0x70 or code == 0x6D or code == 0x66 or code == 0x63
            or code == 0x68 or code == 0x6F or code == 0x77 or code == 0x64
        ):  # fmt: skip
            previous = int(small[i - 2]) if i - 2 >= first else 0
            if not (0x61 <= previous <= 0x7A or is_digit(previous) or previous == 0x2E):
                j = i + 1 if i < last and small[i] == 0x20 else i
                if j < last and (
                    small[j] == 0x3A or small[j] == 0x2E or small[j] == 0x29 or small[j] == 0x5D
                ):
                    return True
                # One letter at the start of a line.
                if j > i and (i - 2 < first or previous == 0x0A):
                    return True
    return False


@kernel
def _in_shape(small, start, stop, slots, offsets, words, flags):  # type: ignore[no-untyped-def]
    """Whether a run of ASCII letters must be spelt out: a rule may ask for it."""
    if stop - start == 1:
        return True
    value = _BASIS
    for end in range(start + 1, min(stop, start + _LONGEST_WORD) + 1):
        value = (value ^ np.uint64(small[end - 1])) * _PRIME
        wanted = STARTS | (IN_SHAPE if end == stop else 0)
        if _flags_of(_mixed(value), small, start, end, slots, offsets, words, flags) & wanted:
            return True
    for j in range(start, stop - 4):
        if (
            small[j] == 0x70 and small[j + 1] == 0x68 and small[j + 2] == 0x6F
            and small[j + 3] == 0x6E and small[j + 4] == 0x65
        ):  # fmt: skip
            return True
    return False


@kernel
def spell(plain, small, shown, n, core, spelt, masked, slots, offsets, words, flags, literal):  # type: ignore[no-untyped-def]
    """Fills `spelt` with what stands for each character in a shape, and `masked` with whether it
    belongs to no word that any rule asks for.

    Args:
        literal: characters before the window from which on, backwards, words are spelt out: a rule
            may see a part of one.
    """
    i = 0
    while i < n:
        code = int(plain[i])
        masked[i] = 0
        if is_digit(code):
            spelt[i] = 0x30
            i += 1
        elif not is_ascii_letter(code):
            spelt[i] = shown[code]
            masked[i] = 0xE000 <= spelt[i] < 0xF000
            i += 1
        else:
            start = i
            while i < n and is_ascii_letter(int(plain[i])):
                i += 1
            whole = start < core and core - start >= literal
            whole = whole or _in_shape(small, start, i, slots, offsets, words, flags)
            for j in range(start, i):
                spelt[j] = plain[j] if whole else (0x41 if plain[j] < 0x60 else 0x61)
                masked[j] = not whole


@kernel
def _blocks_serial(code):  # type: ignore[no-untyped-def]
    """Whether a character can be no part of a serial's name and what follows it."""
    if code >= 0x80 or is_ascii_letter(code):
        return False
    return not (
        code == 0x20 or 0x09 <= code <= 0x0D or 0x1C <= code <= 0x1F or code == 0x22 or code == 0x27
        or code == 0x60 or code == 0x3A or code == 0x3D or code == 0x23 or code == 0x2E
        or code == 0x28 or code == 0x29 or code == 0x5B or code == 0x5D or code == 0x3C
        or code == 0x3E or code == 0x5F or code == 0x2D or code == 0x2F
    )  # fmt: skip


@kernel
def show_before(plain, spelt, masked, core, said, out, o):  # type: ignore[no-untyped-def]
    """Writes what rules may see before the window, backwards; returns the end."""
    stage, newline, blocked = 0, False, False
    furthest = WORDS_BEFORE + _PREFIX if said else SERIAL_BEFORE + _PREFIX
    for back in range(1, furthest + 1):
        i = core - back
        if i < 0:
            out[o] = _EDGE
            return o + 1
        code = int(plain[i])
        digit = is_digit(code)
        out[o] = spelt[i]
        o += 1
        # A word that no rule knows parts the number from all before, but for one rule: a word some
        # way before in the same sentence.
        lone = masked[i] and back > 2
        if lone and not (said and _word_before(plain, spelt, masked, i, core - furthest)):
            if i > 0:
                out[o] = spelt[i - 1]
                o += 1
            out[o] = PART
            return o + 1
        if not said:
            if digit:
                return o
            blocked = blocked or _blocks_serial(code)
            if blocked and back >= _NEAR:
                return o
            continue
        if stage == 0:
            if digit:
                if newline or back > _OTHER_NUMBER:
                    return o
                stage = 1
            newline = newline or code == 0x0A
        elif stage == 1:
            if not (digit or code == 0x20 or code == 0x2D or code == 0x2E or code == 0x28
                    or code == 0x29):  # fmt: skip
                stage = 2
        elif digit:
            return o
    return o


@kernel
def _word_before(plain, spelt, masked, i, furthest):  # type: ignore[no-untyped-def]
    """Whether a word that a rule may ask for stands before, on the line and behind any digit."""
    while i > 0 and i > furthest:
        i -= 1
        code = int(plain[i])
        if code == 0x0A or is_digit(code):
            return False
        if not masked[i] and (code >= 0x80 or is_ascii_letter(code)):
            return True
    return False


@kernel
def show_after(plain, spelt, masked, after, n, out, o):  # type: ignore[no-untyped-def]
    """Writes what rules may see behind the window; returns the end, -1 if that is too much."""
    newline = False
    limit = after + _SHOWN_AFTER
    i = after
    while True:
        if i >= n:
            out[o] = _EDGE
            return o + 1
        code = int(plain[i])
        if masked[i] and limit == after + _SHOWN_AFTER:
            # Behind a word that no rule knows nothing counts but the end of a file's name.
            if newline:
                out[o] = spelt[i]
                return o + 1
            limit = i + 8
        if i >= limit:
            if limit < after + _SHOWN_AFTER:
                return o
            code = int(plain[i - 1])
            sign = 0x21 <= code < 0x7F and not is_digit(code) and not is_ascii_letter(code)
            return o if sign else -1
        out[o] = spelt[i]
        o += 1
        if newline and not (code == 0x20 or 0x09 <= code <= 0x0D):
            if is_ascii_letter(code) or code >= 0x80:
                # A unit, perhaps of several signs.
                limit = min(limit, i + 12)
                newline = False
            else:
                return o
        newline = newline or code == 0x0A
        i += 1
