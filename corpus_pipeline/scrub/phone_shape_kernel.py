"""The kernel of `phone_shapes`: bytes of a window → its shape."""

from typing import Final

import numpy as np

from corpus_pipeline.kernels import kernel

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
#: Characters that words are looked for in (`phone_words`), and what serials are (`context`).
_WORDS_BEFORE: Final = 56
_WORDS_AFTER: Final = 24
_SERIAL_BEFORE: Final = 32
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

_MOST_CORE: Final = 64
_MOST_GROUPS: Final = 12
_MIN_DIGITS: Final = 7
_MAX_DIGITS: Final = 19
#: Values of one shape.
MAX_SHAPE: Final = 640

# Marks in a shape; no character is among them.
_PART: Final = 0xFFFF
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
    return np.int64((value ^ (value >> np.uint64(29))) & np.uint64(0x7FFFFFFF))


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
def _decoded(data, first, last, begin, stop, folds, char_flags, plain):  # type: ignore[no-untyped-def]
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
        byte = np.int64(data[i])
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
        code = ((byte & 0x1F) << 6) | (np.int64(data[i + 1]) & 0x3F)
        if width == 3:
            code = ((byte & 0x0F) << 12) | ((np.int64(data[i + 1]) & 0x3F) << 6) | (
                np.int64(data[i + 2]) & 0x3F
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
def _is_ascii_letter(code):  # type: ignore[no-untyped-def]
    return 0x41 <= code <= 0x5A or 0x61 <= code <= 0x7A


@kernel
def _is_digit(code):  # type: ignore[no-untyped-def]
    return 0x30 <= code <= 0x39


@kernel
def _has_words(small, first, last, char_flags, slots, offsets, words, flags):  # type: ignore[no-untyped-def]
    """`phone_words.has_words` of small letters from first to last."""
    i = first
    while i < last:
        code = np.int64(small[i])
        if char_flags[code] & SIGN:
            return True
        if not char_flags[code] & LETTER:
            i += 1
            continue
        start = i
        while i < last:
            code = np.int64(small[i])
            if (
                char_flags[code] & LETTER or 0x900 <= code <= 0x903 or 0x93A <= code <= 0x94F
            ):  # fmt: skip
                i += 1
            else:
                break
        for j in range(start, i):
            if char_flags[np.int64(small[j])] & SIGN:
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
        code = np.int64(small[i - 1])
        if (
            code == 0x74 or code == 0x70 or code == 0x6D or code == 0x66 or code == 0x63
            or code == 0x68 or code == 0x6F or code == 0x77 or code == 0x64
        ):  # fmt: skip
            previous = np.int64(small[i - 2]) if i - 2 >= first else 0
            if not (0x61 <= previous <= 0x7A or _is_digit(previous) or previous == 0x2E):
                j = i + 1 if i < last and small[i] == 0x20 else i
                if j < last and (
                    small[j] == 0x3A or small[j] == 0x2E or small[j] == 0x29 or small[j] == 0x5D
                ):
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
def _spell(plain, small, shown, n, core, spelt, masked, slots, offsets, words, flags, literal):  # type: ignore[no-untyped-def]
    """Fills `spelt` with what stands for each character in a shape, and `masked` with whether it
    belongs to no word that any rule asks for.

    Args:
        literal: characters before the window from which on, backwards, words are spelt out: a rule
            may see a part of one.
    """
    i = 0
    while i < n:
        code = np.int64(plain[i])
        masked[i] = 0
        if _is_digit(code):
            spelt[i] = 0x30
            i += 1
        elif not _is_ascii_letter(code):
            spelt[i] = shown[code]
            masked[i] = 0xE000 <= spelt[i] < 0xF000
            i += 1
        else:
            start = i
            while i < n and _is_ascii_letter(np.int64(plain[i])):
                i += 1
            whole = start < core and core - start >= literal
            whole = whole or _in_shape(small, start, i, slots, offsets, words, flags)
            for j in range(start, i):
                spelt[j] = plain[j] if whole else (0x41 if plain[j] < 0x60 else 0x61)
                masked[j] = not whole


@kernel
def _blocks_serial(code):  # type: ignore[no-untyped-def]
    """Whether a character can be no part of a serial's name and what follows it."""
    if code >= 0x80 or _is_ascii_letter(code):
        return False
    return not (
        code == 0x20 or 0x09 <= code <= 0x0D or 0x1C <= code <= 0x1F or code == 0x22 or code == 0x27
        or code == 0x60 or code == 0x3A or code == 0x3D or code == 0x23 or code == 0x2E
        or code == 0x28 or code == 0x29 or code == 0x5B or code == 0x5D or code == 0x3C
        or code == 0x3E or code == 0x5F or code == 0x2D or code == 0x2F
    )  # fmt: skip


@kernel
def _show_before(plain, spelt, masked, core, said, out, o):  # type: ignore[no-untyped-def]
    """Writes what rules may see before the window, backwards; returns the end."""
    stage, newline, blocked = 0, False, False
    furthest = _WORDS_BEFORE + _PREFIX if said else _SERIAL_BEFORE + _PREFIX
    for back in range(1, furthest + 1):
        i = core - back
        if i < 0:
            out[o] = _EDGE
            return o + 1
        code = np.int64(plain[i])
        digit = _is_digit(code)
        out[o] = spelt[i]
        o += 1
        # A word that no rule knows parts the number from all before, but for one rule: a word some
        # way before in the same sentence.
        lone = masked[i] and back > 2
        if lone and not (said and _word_before(plain, spelt, masked, i, core - furthest)):
            if i > 0:
                out[o] = spelt[i - 1]
                o += 1
            out[o] = _PART
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
        code = np.int64(plain[i])
        if code == 0x0A or _is_digit(code):
            return False
        if not masked[i] and (code >= 0x80 or _is_ascii_letter(code)):
            return True
    return False


@kernel
def _show_after(plain, spelt, masked, after, n, out, o):  # type: ignore[no-untyped-def]
    """Writes what rules may see behind the window; returns the end, -1 if that is too much."""
    newline = False
    limit = after + _SHOWN_AFTER
    i = after
    while True:
        if i >= n:
            out[o] = _EDGE
            return o + 1
        code = np.int64(plain[i])
        if masked[i] and limit == after + _SHOWN_AFTER:
            # Behind a word that no rule knows nothing counts but the end of a file's name.
            if newline:
                out[o] = spelt[i]
                return o + 1
            limit = i + 8
        if i >= limit:
            if limit < after + _SHOWN_AFTER:
                return o
            code = np.int64(plain[i - 1])
            sign = 0x21 <= code < 0x7F and not _is_digit(code) and not _is_ascii_letter(code)
            return o if sign else -1
        out[o] = spelt[i]
        o += 1
        if newline and not (code == 0x20 or 0x09 <= code <= 0x0D):
            if _is_ascii_letter(code) or code >= 0x80:
                # A unit, perhaps of several signs.
                limit = min(limit, i + 12)
                newline = False
            else:
                return o
        newline = newline or code == 0x0A
        i += 1


@kernel
def _walk(digits, first, last, start, steps, accepts):  # type: ignore[no-untyped-def]
    state = start
    dead = start - 1
    for i in range(first, last):
        state = steps[state, digits[i]]
        if state == dead:
            return False
    return accepts[state]


@kernel
def _grouped(
    digits, group_ends, g, last, plan, strict, steps, accepts, trunks, formats, leading, splits
):  # type: ignore[no-untyped-def]
    """`plans.is_grouped` of the groups g to `last`; `strict`: without the trunk digit."""
    begin, stop = group_ends[g], group_ends[last + 1]
    length = np.int64(trunks[plan, 0])
    if not strict and length == 1 and trunks[plan, 1] == 0 and digits[begin] != 0:
        return False
    if length and group_ends[g + 1] - begin >= length:
        same = 0
        while same < length and digits[begin + same] == trunks[plan, 1 + same]:
            same += 1
        if same == length:
            begin += length
    group = g + (begin == group_ends[g + 1])
    count = last - group + 1
    if count < 1:
        return False
    shortest = 99
    for each in range(group + 1, last + 1):
        shortest = min(shortest, group_ends[each + 1] - group_ends[each])
    own = group_ends[group + 1] - begin
    for form in range(formats[plan], formats[plan + 1]):
        parts = splits[form, stop - begin]
        if parts[0] == 0 or parts[1] != own:
            continue
        same = np.int64(1)
        while same < count and (
            parts[same + 1] == group_ends[group + same + 1] - group_ends[group + same]
        ):
            same += 1
        fits = same == count and parts[0] == count
        fits = fits or (not strict and count > 1 and shortest >= 3)
        # `leading` takes whatever begins with one of its strings.
        if fits and _walk(digits, begin, stop, leading[form], steps, accepts):
            return True
    return False


@kernel
def _code(digits, first, last, international):  # type: ignore[no-untyped-def]
    """`plans.country_code`: (code, its digits); 0: there is none."""
    code = 0
    for i in range(first, min(last, first + 3)):
        code = code * 10 + digits[i]
        if international[code] >= 0:
            # 01 is read as 1, of one digit.
            return code, (1 if code < 10 else 2 if code < 100 else 3)
    return 0, 0


@kernel
def _international(digits, first, last, steps, accepts, international, wanted):  # type: ignore[no-untyped-def]
    """0: no country code, 1: no number, 2: a number; -1: the country's plan is not loaded."""
    code, length = _code(digits, first, last, international)
    if code == 0:
        return 0
    if international[code] == 0:
        wanted[code] = True
        return -1
    valid = _walk(digits, first + length, last, international[code], steps, accepts)
    return 2 if valid else 1


@kernel
def _cut_groups(plain, core, after, group_ends, places, digits, out, o):  # type: ignore[no-untyped-def]
    """Cuts the window into groups of digits and writes it; returns (groups, end), or -1 twice if
    it is too long."""
    groups, n = 0, 0
    if after - core > _MOST_CORE:
        return -1, -1
    group_ends[0] = 0
    for i in range(core, after):
        code = np.int64(plain[i])
        out[o] = 0x30 if _is_digit(code) else code
        o += 1
        if not _is_digit(code):
            if code >= 0x80 or (_is_ascii_letter(code) and code | 0x20 != 0x78):
                return -1, -1
            continue
        if i == core or not _is_digit(np.int64(plain[i - 1])):
            if groups == _MOST_GROUPS:
                return -1, -1
            places[groups] = i
            groups += 1
        digits[n] = code - 0x30
        n += 1
        group_ends[groups] = n
    digits[n : n + 4] = 10
    out[o] = _PART
    return groups, o + 1


@kernel
def _is_month_and_day(digits, first, stop):  # type: ignore[no-untyped-def]
    for cut in range(first + 1, stop):
        month, day = 0, 0
        for i in range(first, cut):
            month = month * 10 + digits[i]
        for i in range(cut, stop):
            day = day * 10 + digits[i]
        if cut - first <= 2 and stop - cut <= 2 and 1 <= month <= 12 and 1 <= day <= 31:
            return True
    return False


@kernel
def _same_gaps(plain, group_ends, places, groups, first, last):  # type: ignore[no-untyped-def]
    """Whether three groups are parted by one sign each, the same, as in a date; the two that are no
    year have two digits at most."""
    if first < 0 or last >= groups:
        return False
    sizes = 0
    for g in range(first, last):
        behind = places[g] + group_ends[g + 1] - group_ends[g]
        if places[g + 1] - behind != 1 or plain[behind] != plain[places[last] - 1]:
            return False
    for g in range(first, last + 1):
        sizes += group_ends[g + 1] - group_ends[g]
    return sizes <= 8


@kernel
def _facts(plain, digits, group_ends, places, groups, g):  # type: ignore[no-untyped-def]
    """What rules may ask of the digits of group g, as bits; -1: they may be of a date, or of a
    number in letters."""
    first, stop = group_ends[g], group_ends[g + 1]
    size = stop - first
    a, b, c = digits[first], digits[first + 1], digits[first + 2]
    if size >= 4 and ((a == 1 and b == 9) or (a == 2 and b == 0)):
        if 6 <= size <= 8 and _is_month_and_day(digits, first + 4, stop):
            return -1
        if size == 4 and (
            _same_gaps(plain, group_ends, places, groups, g, g + 2)
            or _same_gaps(plain, group_ends, places, groups, g - 2, g)
        ):
            return -1
    facts = a if a <= 2 else 3 if a == 4 else 4 if a == 8 else 5
    if size > 1:
        facts |= (1 + min(2, b)) << 3
    equal, fives = True, False
    for i in range(first, stop):
        equal = equal and digits[i] == a
        if i + 2 < stop and digits[i] == 5 and digits[i + 1] == 5 and digits[i + 2] == 5:
            fives = True
    facts |= np.int64(equal) << 5 | np.int64(fives) << 6
    if size >= 3:
        # 800, 888 and their like, which letters may follow.
        x, y = digits[stop - 2], digits[stop - 1]
        if digits[stop - 3] == 8 and x == y and (x == 0 or 3 <= x <= 8):
            facts |= 1 << 7
            behind = places[g] + size
            for i in range(behind, min(len(plain), behind + 9)):
                if 0x41 <= plain[i] <= 0x5A:
                    return -1
        if (a == 4 or a == 8) and b == 0 and c == 0:
            facts |= 1 << 8
    # 1[3-9], behind nothing, 86 or 0086.
    d = digits[first + 3]
    for skip in range(0, 6, 2):
        fits = skip == 0 or (skip == 2 and a == 8 and b == 6)
        fits = fits or (skip == 4 and a == 0 and b == 0 and c == 8 and d == 6)
        if fits and digits[first + skip] == 1 and 3 <= digits[first + skip + 1] <= 9:
            facts |= 1 << (9 + skip // 2)
    return facts


@kernel
def _surely_abroad(plain, place):  # type: ignore[no-untyped-def]
    """Whether the + before a digit is the number's: of it no region is asked."""
    if place < 1 or plain[place - 1] != 0x2B:
        return False
    before = np.int64(plain[place - 2]) if place > 1 else 0x20
    return before == 0x20 or before == 0x0A or before == 0x3A or before == 0x2C


@kernel
def _show_number(
    plain,
    digits,
    group_ends,
    places,
    g,
    last,
    steps,
    accepts,
    dialled,
    trunks,
    formats,
    leading,
    splits,
    international,
    wanted,
    out,
    o,
):  # type: ignore[no-untyped-def]
    """Writes what plans say of the number of the groups g to `last`; returns the end, -2 if a plan
    is not loaded."""
    first, stop = group_ends[g], group_ends[last + 1]
    plus = False
    for i in range(max(0, places[g] - 4), places[g]):
        plus = plus or plain[i] == 0x2B
    surely = _surely_abroad(plain, places[g])
    abroad = 0
    for skip in range(0, 4, 2):
        if plus if skip == 0 else digits[first] == 0 and digits[first + 1] == 0:
            found = 1 + _international(
                digits, first + skip, stop, steps, accepts, international, wanted
            )
            if found == 0:
                return -2
            abroad |= found << (2 * skip)
    out[o] = 0x100 | abroad
    o += 1
    for plan in range(0 if surely else len(dialled)):
        if not _walk(digits, first, stop, dialled[plan], steps, accepts):
            continue
        kind = 0x200 | plan << 2
        if last > g:
            for strict in range(2):
                kind |= (
                    np.int64(
                        _grouped(
                            digits,
                            group_ends,
                            g,
                            last,
                            plan,
                            strict == 1,
                            steps,
                            accepts,
                            trunks,
                            formats,
                            leading,
                            splits,
                        )
                    )
                    << strict
                )
        out[o] = kind
        o += 1
    return o


@kernel
def write_shapes(
    data,
    begins,
    stops,
    starts,
    ends,
    folds,
    lower,
    shown,
    char_flags,
    slots,
    offsets,
    words,
    word_flags,
    steps,
    accepts,
    dialled,
    trunks,
    formats,
    leading,
    splits,
    international,
    wanted,
    shapes,
    middles,
    shape_ends,
    only_one,
):  # type: ignore[no-untyped-def]
    """Writes the shape of each window, an empty one if there is none.

    The first part says all of the number that is the whole window; the second, of all others.

    Args:
        begins, stops: the row of each window in the buffer.
        starts, ends: the window.
        wanted: bool[1000], set for country codes whose plan is needed and not loaded.
        shapes: uint16, room for `MAX_SHAPE` values of each window.
        middles, shape_ends: where the first part ends, and the second; a shape begins where the one
            before ends.
        only_one: write the first part alone.
    """
    plain = np.empty(1024, np.uint16)
    small = np.empty(len(plain), np.uint16)
    spelt = np.empty(len(plain), np.uint16)
    masked = np.empty(len(plain), np.uint8)
    group_ends, places = np.empty(_MOST_GROUPS + 2, np.int64), np.empty(_MOST_GROUPS, np.int64)
    digits = np.empty(_MOST_CORE + 8, np.int64)
    end = 0
    for w in range(len(starts)):
        begin = end
        middles[w] = shape_ends[w] = end
        first, last = np.int64(starts[w]), np.int64(ends[w])
        if last - first > 4 * _MOST_CORE:
            continue
        core, after, n = _decoded(
            data, first, last, np.int64(begins[w]), np.int64(stops[w]), folds, char_flags, plain
        )
        if core < 0:
            continue
        isbn = False
        for i in range(n):
            small[i] = lower[plain[i]]
            isbn = isbn or (
                i >= 3 and small[i] == 0x6E and small[i - 1] == 0x62 and small[i - 2] == 0x73
                and small[i - 3] == 0x69
            )  # fmt: skip
        if isbn:
            continue
        plain[n : n + 16] = 0
        o = begin + 1
        groups, o = _cut_groups(plain, core, after, group_ends, places, digits, shapes, o)
        if groups < 1:
            continue
        said = _has_words(
            small, max(0, core - _WORDS_BEFORE), min(n, after + _WORDS_AFTER), char_flags, slots,
            offsets, words, word_flags,
        )  # fmt: skip
        literal = min(_SERIAL_BEFORE, _WORDS_BEFORE - (after - core))
        _spell(
            plain, small, shown, n, core, spelt, masked, slots, offsets, words, word_flags, literal
        )
        shapes[begin] = 1 + np.int64(said)
        o = _show_before(plain, spelt, masked, core, said, shapes, o)
        shapes[o] = _PART
        o = _show_after(plain, spelt, masked, after, n, shapes, o + 1)
        if o < 0:
            continue
        shapes[o] = _PART
        o += 1
        # The number that is all of the window, first; of its other groups not much is asked.
        middle = o
        for g in range(groups):
            facts = _facts(plain, digits, group_ends, places, groups, g)
            if facts < 0:
                middle = -1
                break
            if _surely_abroad(plain, places[0]):
                facts = 0
            elif g:
                year = facts & 7 == 1 or (facts & 7 == 2 and facts >> 3 & 3 == 1)
                facts = np.int64(facts & 7 >= 2) | (facts & 0x40) | np.int64(year) << 1
            shapes[o] = facts
            o += 1
        if middle < 0:
            continue
        for g in range(1 if only_one else groups):
            # From the longest: it is the whole window if it begins with its first group.
            for tail in range(g, 1 if only_one else groups):
                stop = groups - 1 - (tail - g)
                size = group_ends[stop + 1] - group_ends[g]
                if size >= _MIN_DIGITS and size <= _MAX_DIGITS and o >= 0:
                    if o - begin > MAX_SHAPE - 2 * len(dialled) - 16:
                        o = -1
                    else:
                        o = _show_number(
                            plain, digits, group_ends, places, g, stop, steps, accepts, dialled,
                            trunks, formats, leading, splits, international, wanted, shapes, o,
                        )  # fmt: skip
                if g == 0 and tail == 0 and o >= 0:
                    middles[w] = o
                    if only_one:
                        continue
                    for each in range(groups):
                        shapes[o] = _facts(plain, digits, group_ends, places, groups, each)
                        o += 1
        if o < 0:
            middles[w] = begin
            continue
        shape_ends[w] = o
        end = o
    return end
