"""The digits in the shape of a window: what numbering plans say of them, and their first digits."""

from typing import Final

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.byte_kinds import is_ascii_letter, is_digit
from corpus_pipeline.scrub.phone_shape_words import (
    PART,
)
from corpus_pipeline.scrub.plans import PAIRED

MOST_CORE: Final = 64
MOST_GROUPS: Final = 12
#: As in `phone_runs`.
_MOST_PAGES: Final = 200
_MIN_DIGITS: Final = 7


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
def _grouped(  # type: ignore[no-untyped-def]
    digits, group_ends, g, last, plan, strict, steps, accepts, trunks, formats, leading, splits
):
    """`plans.is_grouped` of the groups g to `last`; `strict`: without the trunk digit."""
    begin, stop = group_ends[g], group_ends[last + 1]
    length = int(trunks[plan, 0])
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
    zero = length == 1 and trunks[plan, 1] == 0
    least = 2 if zero and own > 1 and stop - begin >= PAIRED else 3
    for form in range(formats[plan], formats[plan + 1]):
        parts = splits[form, stop - begin]
        if parts[0] == 0 or parts[1] != own:
            continue
        same = 1
        while same < count and (
            parts[same + 1] == group_ends[group + same + 1] - group_ends[group + same]
        ):
            same += 1
        fits = same == count and parts[0] == count
        fits = fits or (not strict and count > 1 and shortest >= least)
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
def _international(digits, first, last, steps, accepts, international, lengths, wanted):  # type: ignore[no-untyped-def]
    """0: no country code, 1: no number, 2: a number, 3: none, but as long as one; -1: the country's
    plan is not loaded."""
    code, length = _code(digits, first, last, international)
    if code == 0:
        return 0
    if international[code] == 0:
        wanted[code] = True
        return -1
    valid = _walk(digits, first + length, last, international[code], steps, accepts)
    return 2 if valid else 1 + 2 * int(lengths[code] >> (last - first - length) & 1)


@kernel
def cut_groups(plain, core, after, group_ends, group_starts, digits, out, o):  # type: ignore[no-untyped-def]
    """Cuts the window into groups of digits and writes it; returns (groups, end), or -1 twice if
    it is too long."""
    groups, n = 0, 0
    if after - core > MOST_CORE:
        return -1, -1
    group_ends[0] = 0
    for i in range(core, after):
        code = int(plain[i])
        out[o] = 0x30 if is_digit(code) else code
        o += 1
        if not is_digit(code):
            if code >= 0x80 or (is_ascii_letter(code) and code | 0x20 != 0x78):
                return -1, -1
            continue
        if i == core or not is_digit(int(plain[i - 1])):
            if groups == MOST_GROUPS:
                return -1, -1
            group_starts[groups] = i
            groups += 1
        digits[n] = code - 0x30
        n += 1
        group_ends[groups] = n
    digits[n : n + 4] = 10
    out[o] = PART
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
def _same_gaps(plain, group_ends, group_starts, groups, first, last):  # type: ignore[no-untyped-def]
    """Whether three groups are parted by one sign each, the same, as in a date; the two that are no
    year have two digits at most."""
    if first < 0 or last >= groups:
        return False
    sizes = 0
    for g in range(first, last):
        behind = group_starts[g] + group_ends[g + 1] - group_ends[g]
        if group_starts[g + 1] - behind != 1 or plain[behind] != plain[group_starts[last] - 1]:
            return False
    for g in range(first, last + 1):
        sizes += group_ends[g + 1] - group_ends[g]
    return sizes <= 8


@kernel
def facts_of(plain, digits, group_ends, group_starts, groups, g):  # type: ignore[no-untyped-def]
    """What rules may ask of the digits of group g, as bits; -1: they may be of a date, of pages, or
    of a number in letters."""
    first, stop = group_ends[g], group_ends[g + 1]
    size = stop - first
    a, b, c = digits[first], digits[first + 1], digits[first + 2]
    if size >= 4 and ((a == 1 and b == 9) or (a == 2 and b == 0)):
        if 6 <= size <= 8 and _is_month_and_day(digits, first + 4, stop):
            return -1
        if size == 4 and (
            _same_gaps(plain, group_ends, group_starts, groups, g, g + 2)
            or _same_gaps(plain, group_ends, group_starts, groups, g - 2, g)
        ):
            return -1
    if g + 1 < groups and size == group_ends[g + 2] - stop and 2 * size >= _MIN_DIGITS:
        # Perhaps the first and the last of some pages.
        difference = 0
        for i in range(size):
            difference = 10 * difference + digits[stop + i] - digits[first + i]
        if 0 < difference < _MOST_PAGES:
            return -1
    facts = a if a <= 2 else 3 if a == 4 else 4 if a == 8 else 5
    if size > 1:
        facts |= (1 + min(2, b)) << 3
    equal, fives = True, False
    for i in range(first, stop):
        equal = equal and digits[i] == a
        if i + 2 < stop and digits[i] == 5 and digits[i + 1] == 5 and digits[i + 2] == 5:
            fives = True
    facts |= int(equal) << 5 | int(fives) << 6
    if size >= 3:
        # 800, 888 and their like, which letters may follow.
        x, y = digits[stop - 2], digits[stop - 1]
        if digits[stop - 3] == 8 and x == y and (x == 0 or 3 <= x <= 8):
            facts |= 1 << 7
            behind = group_starts[g] + size
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
def surely_abroad(plain, start):  # type: ignore[no-untyped-def]
    """Whether the + before a digit is the number's: of it no region is asked."""
    if start < 1 or plain[start - 1] != 0x2B:
        return False
    before = int(plain[start - 2]) if start > 1 else 0x20
    return before == 0x20 or before == 0x0A or before == 0x3A or before == 0x2C


@kernel
def american(plain, digits, group_ends, group_starts, g, last):  # type: ignore[no-untyped-def]
    """Whether the groups g to `last` are written as `phones._NANP` has it, without the 1, a + or
    another bracket than that of the area code."""
    if last - g != 2 or group_ends[last + 1] - group_ends[last] != 4:
        return False
    for each in range(g, last):
        if group_ends[each + 1] - group_ends[each] != 3 or digits[group_ends[each]] < 2:
            return False
    before = int(plain[group_starts[g] - 1]) if group_starts[g] > 0 else 0x20
    one, two = group_starts[g] + 3, group_starts[g + 1] + 3
    sign = plain[two]
    if group_starts[last] - two != 1 or (sign != 0x2D and sign != 0x2E):
        return False
    if before == 0x28:
        outer = int(plain[group_starts[g] - 2]) if group_starts[g] > 1 else 0x20
        if outer == 0x2B or outer == 0x28 or outer == 0x5B or plain[one] != 0x29:
            return False
        return group_starts[g + 1] - one == 1 or plain[one + 1] == 0x20
    if before == 0x2B or before == 0x5B or plain[one] == 0x29:
        return False
    return group_starts[g + 1] - one == 1 and (plain[one] == sign or plain[one] == 0x20)


@kernel
def show_number(  # type: ignore[no-untyped-def]
    plain,
    digits,
    group_ends,
    group_starts,
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
    north,
    lengths,
    wanted,
    out,
    o,
):
    """Writes what plans say of the number of the groups g to `last`; returns the end, -2 if a plan
    is not loaded."""
    first, stop = group_ends[g], group_ends[last + 1]
    plus = False
    for i in range(max(0, group_starts[g] - 4), group_starts[g]):
        plus = plus or plain[i] == 0x2B
    surely = surely_abroad(plain, group_starts[g])
    abroad = 0
    for skip in range(0, 4, 2):
        if plus if skip == 0 else digits[first] == 0 and digits[first + 1] == 0:
            found = 1 + _international(
                digits, first + skip, stop, steps, accepts, international, lengths, wanted
            )
            if found == 0:
                return -2
            abroad |= found << (2 * skip)
    out[o] = 0x100 | abroad
    o += 1
    if american(plain, digits, group_ends, group_starts, g, last):
        # Of these nothing is asked but whether some region of North America has them.
        valid = False
        for plan in range(len(dialled)):
            valid = valid or (
                north[plan] and _walk(digits, first, stop, dialled[plan], steps, accepts)
            )
        out[o] = 0x8000 | int(valid)
        return o + 1
    for plan in range(0 if surely else len(dialled)):
        if not _walk(digits, first, stop, dialled[plan], steps, accepts):
            continue
        kind = 0x200 | plan << 2
        if last > g:
            for strict in range(2):
                kind |= (
                    int(
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
