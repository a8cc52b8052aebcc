"""Which runs of numbers need not be read: no rule would find a telephone number in them.

A run of digits is nearly never a telephone number, and the rules take a tenth of a millisecond to
say so. What they ask of digits that no word announces is a grouping, and that is seen at once,
whatever the plans of the regions are:

    2018-07-16 16           a date                         0.8786016, 10.1145/1341531   a fraction
    1449381650              one group, no Chinese mobile   2010-2016                    years
    ...article/2608897/...  the end of a path              020 7946 0958                may be one

A word that announces numbers (`phone_words.has_words`), a + and whatever is not ASCII leaves the
run to the rules. `tests/scrub/test_phone_sieve.py` compares both ways.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.byte_kinds import is_alnum, is_digit
from corpus_pipeline.scrub.phone_shape_words import WORDS_BEFORE, decoded, has_words
from corpus_pipeline.scrub.phone_tables import load_letters, load_line_words
from corpus_pipeline.text.characters import decode
from corpus_pipeline.text.columns import Utf8

#: As in `phone_runs`.
_MIN_DIGITS: Final = 7
_MAX_DIALLED: Final = 19
_MOST_PAGES: Final = 200
#: More groups than a run has bytes for (`runs`), but for those with wide characters.
_MOST_GROUPS: Final = 160
_WORDS_AFTER: Final = 24
#: A mail address of 254 bytes at most, by which the number stands.
_MAIL_BYTES: Final = 80

# What stands between two groups.
_PARTED, _DOT, _STROKE, _ONE = 1, 2, 4, 8


@kernel
def _number(data, start, size):  # type: ignore[no-untyped-def]
    value = 0
    for i in range(start, start + size):
        value = value * 10 + int(data[i]) - 0x30
    return value


@kernel
def _year(data, start, size):  # type: ignore[no-untyped-def]
    return size == 4 and (
        (data[start] == 0x31 and data[start + 1] == 0x39)
        or (data[start] == 0x32 and data[start + 1] == 0x30)
    )


@kernel
def _groups(data, start, end, firsts, sizes, gaps):  # type: ignore[no-untyped-def]
    """Cuts a run into groups of digits; their number, -1 if it has others than ASCII or too many.

    Args:
        gaps: what stands behind each group, as bits.
    """
    count = 0
    i = start
    while i < end:
        if is_digit(data[i]):
            if count == _MOST_GROUPS:
                return -1
            first = i
            while i < end and is_digit(data[i]):
                i += 1
            firsts[count], sizes[count], gaps[count] = first, i - first, 0
            count += 1
            continue
        byte = data[i]
        if byte >= 0x80 or (is_alnum(byte) and byte | 0x20 != 0x78):
            return -1
        if count:
            if is_alnum(byte):
                gaps[count - 1] |= _PARTED
            elif byte == 0x2E:
                gaps[count - 1] |= _DOT
            elif byte == 0x2F:
                gaps[count - 1] |= _STROKE
        i += 1
    for g in range(count - 1):
        if firsts[g + 1] - firsts[g] - sizes[g] == 1:
            gaps[g] |= _ONE
    return count


@kernel
def _is_date(data, firsts, sizes, gaps, groups, g):  # type: ignore[no-untyped-def]
    """`phone_runs.DATE` at group g: how many groups it has, without an hour; 0 if none."""
    start = firsts[g]
    size = sizes[g]
    if size == 8 and _year(data, start, 4):
        month, day = _number(data, start + 4, 2), _number(data, start + 6, 2)
        return 1 if 1 <= month <= 12 and 1 <= day <= 31 else 0
    if g + 2 >= groups or not gaps[g] & _ONE or not gaps[g + 1] & _ONE or sizes[g + 1] > 2:
        return 0
    sign = data[start + size]
    if sign != data[firsts[g + 1] + sizes[g + 1]]:
        return 0
    middle = _number(data, firsts[g + 1], sizes[g + 1])
    stroke = sign == 0x2D or sign == 0x2F or sign == 0x2E
    if _year(data, start, size) and sizes[g + 2] <= 2:
        last = _number(data, firsts[g + 2], sizes[g + 2])
        if (stroke or sign == 0x20) and 1 <= middle <= 12 and 1 <= last <= 31:
            return 3
    if size <= 2 and _year(data, firsts[g + 2], sizes[g + 2]):
        first = _number(data, start, size)
        if stroke and 1 <= first <= 31 and 1 <= middle <= 31:
            return 3
    return 0


@kernel
def _never(data, start, end, begin, firsts, sizes, gaps, groups):  # type: ignore[no-untyped-def]
    """`phones._NEVER`: whether all of the run is a date, perhaps with an hour, or a fraction."""
    if start > begin and data[start - 1] == 0x2B:
        return False
    if groups == 2 and gaps[0] == _DOT | _ONE:
        # 9539.4757 may be one behind a word.
        return not (3 <= sizes[0] <= 4 and sizes[1] == 4)
    date = _is_date(data, firsts, sizes, gaps, groups, 0)
    if date == 0:
        return False
    if date == groups:
        return firsts[groups - 1] + sizes[groups - 1] == end
    last = date - 1
    return (
        date + 1 == groups and gaps[last] & _ONE and data[firsts[last] + sizes[last]] == 0x20
        and sizes[date] <= 2
    )  # fmt: skip


@kernel
def _mobile(data, start, size):  # type: ignore[no-untyped-def]
    """Whether digits begin as a Chinese mobile number, behind nothing, 86 or 0086."""
    if size >= 4 and data[start] == 0x30 and data[start + 1] == 0x30:
        start, size = start + 2, size - 2
    if size >= 4 and data[start] == 0x38 and data[start + 1] == 0x36:
        start, size = start + 2, size - 2
    return size >= 3 and data[start] == 0x31 and 0x33 <= data[start + 1] <= 0x39


@kernel
def _may_be_one(data, firsts, sizes, gaps, g, last):  # type: ignore[no-untyped-def]
    """Whether the groups g to `last` are written as a number that rules believe without a word."""
    start, size = firsts[g], sizes[g]
    if g == last:
        # Of mobile numbers the language says more.
        if data[start] == 0x30 and data[start + 1] != 0x30 and 10 <= size <= 12:
            return True
        return (size == 11 or size == 13 or size == 15) and _mobile(data, start, size)
    # 202-418-0069
    if last - 2 >= g and sizes[last] == 4:
        area = sizes[last - 2] == 3 or sizes[last - 2] == 4 or sizes[last - 2] == 6
        if area and sizes[last - 1] == 3 and data[firsts[last - 1]] >= 0x32:
            return True
        if sizes[last - 1] == 4 and _mobile(data, firsts[last - 2], sizes[last - 2]):
            return True
    if data[start] == 0x30 and (size == 1 or data[start + 1] == 0x30):
        # A prefix of other countries, or a trunk digit by itself.
        return True
    signs, pairs = 0, data[start] == 0x30 and last - g == 4
    for each in range(g, last + 1):
        if each < last:
            signs |= gaps[each]
        pairs = pairs and sizes[each] == 2
    if signs & _STROKE:
        # 0551/872827
        return last == g + 1 and data[start] == 0x30 and 3 <= size <= 5 and sizes[last] >= 4
    if signs & _DOT and not pairs:
        return False
    if size == 1 and data[start] != 0x31 and data[start] != 0x38:
        return False
    if last == g + 1:
        other = firsts[last]
        if size == 4 and sizes[last] == 4:
            first, second = _number(data, start, 2), _number(data, other, 2)
            if (10 <= first <= 20) and (10 <= second <= 20):
                return False
        if size == sizes[last] and 0 < _number(data, other, size) - _number(data, start, size) < (
            _MOST_PAGES
        ):
            return False
    return True


@kernel
def _begins(data, start, begin):  # type: ignore[no-untyped-def]
    """`context.begins_alone` of the first digit of a run, as far as ASCII says it."""
    if start == begin:
        return True
    before = data[start - 1]
    outer = data[start - 2] if start - 1 > begin else 0x20
    if is_alnum(before) or before == 0x23 or before == 0x3D or before == 0x26 or before == 0x25 or (
        before == 0x40 or before == 0x5C
    ):  # fmt: skip
        return False
    if before == 0x2C and data[start] == 0x30 and data[start + 1] != 0x30:
        return True
    if before == 0x2E or before == 0x2C or before == 0x3A:
        return not is_digit(outer)
    if before == 0x5F:
        return not is_alnum(outer)
    if before == 0x2F or before == 0x2D:
        return outer >= 0x80 or outer == 0x20
    return True


@kernel
def _has_plus(data, start, begin):  # type: ignore[no-untyped-def]
    """Whether a + stands before a run, perhaps with a blank and a bracket between."""
    i = start
    for _ in range(4):
        if i <= begin:
            return False
        i -= 1
        while i > begin and (data[i] & 0xC0) == 0x80:
            i -= 1
        byte = data[i]
        if byte == 0x2B:
            return True
        if byte == 0x20 or byte == 0x28 or byte == 0x5B:
            continue
        if byte < 0x80 or 0xE4 <= byte <= 0xE9:
            return False
        # Wide marks, other blanks, and what is not seen.
        code, _ = decode(data, i)
        if code == 0xFF0B:
            return True
        if not (
            code == 0xA0 or code == 0xFF08 or code == 0xFF3B or code == 0x3000 or code == 0xFEFF
            or 0x2000 <= code <= 0x200F or 0x2028 <= code <= 0x202F or 0x2060 <= code <= 0x206F
        ):  # fmt: skip
            return False
    return False


@kernel
def _lettered(data, start, end, stop):  # type: ignore[no-untyped-def]
    """Whether a run with 800, 888 or the like may go on in capitals."""
    i = end
    while i < stop and i < end + 2 and (data[i] == 0x2D or data[i] == 0x20 or data[i] == 0x29):
        i += 1
    if i >= stop or not 0x41 <= data[i] <= 0x5A:
        return False
    for j in range(max(start, end - 12), end - 2):
        if data[j] == 0x38 and data[j + 1] == data[j + 2]:
            return True
    return False


@kernel
def _near_mail(data, start, end, begin, stop):  # type: ignore[no-untyped-def]
    """Whether an @ stands near: a mail address announces what is beside it."""
    found = False
    for i in range(max(begin, start - _MAIL_BYTES), min(stop, end + _MAIL_BYTES)):
        found = found or data[i] == 0x40
    return found


@kernel
def _may_hold(data, start, end, begin, stop, firsts, sizes, gaps):  # type: ignore[no-untyped-def]
    """Whether rules may find a number in a run that no word announces: 1; -1: not even behind a
    word."""
    groups = _groups(data, start, end, firsts, sizes, gaps)
    if groups < 0 or _lettered(data, start, end, stop):
        return 1
    if _never(data, start, end, begin, firsts, sizes, gaps, groups):
        return -1
    if _has_plus(data, start, begin):
        return 1
    for g in range(groups):
        if g == 0 and not _begins(data, firsts[0], begin):
            continue
        if _is_date(data, firsts, sizes, gaps, groups, g):
            continue
        digits = 0
        for last in range(g, groups):
            digits += sizes[last]
            if digits > _MAX_DIALLED:
                break
            if digits >= _MIN_DIGITS and _may_be_one(data, firsts, sizes, gaps, g, last):
                return 1
            if gaps[last] & _PARTED:
                break
    return 0


@kernel
def _sift(  # type: ignore[no-untyped-def]
    data, offsets, rows, starts, ends, folds, lower, char_flags, slots, word_offsets, words, flags,
    kept,
):  # fmt: skip
    firsts, sizes = np.empty(_MOST_GROUPS, np.int64), np.empty(_MOST_GROUPS, np.int64)
    gaps = np.empty(_MOST_GROUPS, np.int64)
    plain = np.empty(1024, np.uint16)
    for w in range(len(rows)):
        start, end = int(starts[w]), int(ends[w])
        begin, stop = int(offsets[rows[w]]), int(offsets[rows[w] + 1])
        said = _may_hold(data, start, end, begin, stop, firsts, sizes, gaps)
        if said == 0 and _near_mail(data, start, end, begin, stop):
            said = 1
        if said == 0 and end - start < len(plain) // 2:
            core, after, n = decoded(data, start, end, begin, stop, folds, char_flags, plain)
            for i in range(max(0, n)):
                plain[i] = lower[plain[i]]
            said = core < 0 or has_words(
                plain, max(0, core - WORDS_BEFORE), min(n, after + _WORDS_AFTER), char_flags,
                slots, word_offsets, words, flags,
            )  # fmt: skip
        kept[w] = said > 0


def may_have_phones(
    text: Utf8, rows: NDArray[np.int32], starts: NDArray[np.int32], ends: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Says of N runs of numbers whether rules may find a telephone number in them.

    Args:
        rows: int32[N], the row of each run.
        starts: int32[N], its first byte.
        ends: int32[N], the byte after its last.

    Returns:
        bool[N]; False: whatever the regions are, there is none.

    >>> import pyarrow as pa
    >>> from corpus_pipeline.scrub.candidates import PHONE, windows_of
    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> text = utf8_buffers(pa.array(["2018-07-16 16", "020 7946 0958", "fax 1234567", "1234567"]))
    >>> may_have_phones(text, *windows_of(text, PHONE)[:3]).tolist()
    [False, True, True, False]
    """
    kept = np.empty(len(rows), np.bool_)
    if len(rows):
        _sift(*text, rows, starts, ends, *load_letters(), *load_line_words(), kept)
    return kept
