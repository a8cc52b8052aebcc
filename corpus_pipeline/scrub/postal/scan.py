"""The scan for places where an address could be: one pass over the bytes around digits."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.postal.tables import (
    BEFORE,
    BEHIND,
    BETWEEN,
    BOX,
    CUE,
    DOTTED,
    LOOSE,
    OTHER,
    UNIT,
    ZIP,
    load_hashes,
)
from corpus_pipeline.text.columns import Utf8

#: Bytes before a digit and behind it in which words are read.
_BEFORE: Final = 64
_AFTER: Final = 48
#: Bytes between the number and what makes it one of an address.
_STREET_BEFORE: Final = 48
_STREET_BEHIND: Final = 40
_CUE_BEFORE: Final = 64
_NUMBER_BEFORE: Final = 80
_FAR: Final = -(1 << 20)
_PRIME: Final = np.uint64(1099511628211)
_BASIS: Final = np.uint64(14695981039346656037)

#: Candidates nearer than this are one window; a window is no longer than `_LONGEST`.
_JOIN: Final = 160
_LONGEST: Final = 1024

_DIGIT: Final = 1
_SMALL_LETTER: Final = 2
_CAPITAL: Final = 4
_HIGH: Final = 8


def _classes() -> NDArray[np.uint8]:
    table = np.zeros(256, np.uint8)
    table[ord("0") : ord("9") + 1] = _DIGIT
    table[ord("a") : ord("z") + 1] = _SMALL_LETTER
    table[ord("A") : ord("Z") + 1] = _CAPITAL
    table[0x80:] = _HIGH
    return table


_CLASSES: Final = _classes()


class Windows(NamedTuple):
    """C candidate windows, ascending; bytes of the buffer."""

    rows: NDArray[np.int32]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]


@kernel
def _flag(value, hashes, flags):  # type: ignore[no-untyped-def]
    mask = np.uint64(len(hashes) - 1)
    at = (value ^ (value >> np.uint64(29))) & mask
    while hashes[at]:
        if hashes[at] == value:
            return flags[at]
        at = (at + np.uint64(1)) & mask
    return np.uint16(0)


@kernel
def _ends_like_street(data, start, stop, end_hashes, end_flags):  # type: ignore[no-untyped-def]
    """Says whether a word ends with a street word, with two bytes or more before it."""
    value = _BASIS
    first = max(start + 2, stop - 14)
    i = stop - 1
    while i >= first:
        byte = data[i]
        if 0x41 <= byte <= 0x5A:
            byte |= 0x20
        value = (value ^ np.uint64(byte)) * _PRIME
        if stop - i >= 3 and _flag(value, end_hashes, end_flags):
            return True
        i -= 1
    return False


@kernel
def _has_capital(data, position, last, classes):  # type: ignore[no-untyped-def]
    """Says whether the word behind a number begins with a capital, or is not of ASCII."""
    i = position
    if i < last and classes[data[i]] & (_SMALL_LETTER | _CAPITAL):
        i += 1
    stop = min(last, i + 12)
    line = False
    while i < stop:
        byte = data[i]
        if classes[byte]:
            # What begins with these two bytes is punctuation or a space.
            return classes[byte] & (_CAPITAL | _HIGH) != 0 and byte != 0xE2 and byte != 0xC2
        if byte == 0x0A or byte == 0x5C:
            line = True
        elif not (
            byte == 0x20 or byte == 0x2C or byte == 0x2E or byte == 0x0D or byte == 0x09
            or byte == 0x2D or byte == 0x2F or (line and (byte == 0x3E or byte == 0x3F))
        ):  # fmt: skip
            return False
        i += 1
    return False


@kernel
def _is_number(data, start, stop, first, last, classes):  # type: ignore[no-untyped-def]
    """Says whether digits are a number that a house or a postcode could have.

    They are not if they are joined to letters, signs of code or decimals, or number an item.
    """
    if stop - start > 6:
        return False
    i = stop
    if i < last and classes[data[i]] & (_SMALL_LETTER | _CAPITAL):
        i += 1
        # 1234AB is a postcode of the Netherlands.
        if i < last and stop - start == 4 and classes[data[i]] & classes[data[i - 1]] & _CAPITAL:
            i += 1
    if i < last:
        byte = data[i]
        if classes[byte] & (_SMALL_LETTER | _CAPITAL | _DIGIT) or byte in (
            0x5F, 0x28, 0x5B, 0x5D, 0x3D, 0x25, 0x7B, 0x7D, 0x7C, 0x60, 0x26, 0x2B, 0x7E, 0x40,
        ):  # fmt: skip
            return False
        if byte in (0x2E, 0x2C, 0x3A) and i + 1 < last and classes[data[i + 1]] & _DIGIT:
            return byte == 0x2C and i + 4 < last and classes[data[i + 4]] & _DIGIT != 0
        if byte in (0x2E, 0x29, 0x3A):
            # The number of an item begins a line.
            k = start - 1
            while k >= first and k > start - 8 and data[k] in (0x20, 0x09, 0x23, 0x2A, 0x2D):
                k -= 1
            if k < first or data[k] == 0x0A:
                return False
    if start == first:
        return True
    byte = data[start - 1]
    if classes[byte] & (_SMALL_LETTER | _CAPITAL) or byte in (
        0x5F, 0x25, 0x3D, 0x26, 0x2B, 0x24, 0x3C, 0x5B, 0x7B, 0x7C, 0x5C, 0x60, 0x40, 0x7E, 0x5E,
    ):  # fmt: skip
        return False
    if byte == 0x2D or byte == 0x2F or byte == 0x2E or byte == 0x2C or byte == 0x3A:
        # Behind a dash or a stroke only what follows digits; behind a dot what does not.
        k = start - 2
        after_digit = k >= first and classes[data[k]] & _DIGIT != 0
        after_space = k < first or data[k] == 0x20 or data[k] == 0x0A
        if byte == 0x2D or byte == 0x2F:
            if byte == 0x2D and stop - start >= 4 and k > first and classes[data[k]] & _CAPITAL:
                # D-10115, CH-8001
                if classes[data[k - 1]] & _CAPITAL:
                    k -= 1
                return k == first or not classes[data[k - 1]]
            return after_digit or after_space or (byte == 0x2D and stop - start == 6)
        return not after_digit
    return True


@kernel
def _is_british(data, start, stop, last, classes):  # type: ignore[no-untyped-def]
    """Says whether a number of one or two digits behind capitals is the middle of a postcode."""
    i = stop
    if i < last and classes[data[i]] & _CAPITAL:
        i += 1
    if i < last and data[i] == 0x20:
        i += 1
    return (
        stop - start <= 2
        and i + 3 <= last
        and classes[data[i]] & _DIGIT != 0
        and classes[data[i + 1]] & _CAPITAL != 0
        and classes[data[i + 2]] & (_CAPITAL | _DIGIT) != 0
        and (i + 3 == last or classes[data[i + 3]] == 0)
    )


@kernel
def _is_street_word(data, start, stop, last, flag):  # type: ignore[no-untyped-def]
    """Says of a word of one or two letters whether it is written as an abbreviation."""
    if stop - start > 2 and not flag & DOTTED:
        return True
    dotted = stop < last and (data[stop] == 0x2E or data[stop] == 0x2F)
    if stop - start == 1:
        return dotted and (data[start] >= 0x61 or data[stop] == 0x2F)
    # In small letters st and rd need an announcement, which the scan asks for.
    return dotted or data[start] >= 0x80 or data[start] < 0x61 or flag & BEHIND != 0


@kernel
def _scan(  # type: ignore[no-untyped-def]
    data, offsets, classes, word_hashes, word_flags, end_hashes, end_flags, rows, starts, ends
):
    """Writes candidate windows; one pass, each byte near a digit is read once."""
    count = 0
    for row in range(len(offsets) - 1):
        first, last = offsets[row], offsets[row + 1]
        begun = count
        done = i = first
        before_name = before_start = between = cue = zip_word = box = _FAR
        word_start = word_end = _FAR
        word_flag = np.uint16(0)
        word_capital = loose = False
        number = number_start = earlier = earlier_start = _FAR
        number_length = 0
        number_capital = False
        while True:
            while i < last and not classes[data[i]] & _DIGIT:
                i += 1
            if i >= last:
                break
            p = max(done, i - _BEFORE)
            if p > done:
                while p < i and classes[data[p]]:
                    p += 1
            stop = i + _AFTER
            while p < last and p < stop:
                kind = classes[data[p]]
                found = _FAR
                q = p + 1
                if kind == 0:
                    byte = data[p]
                    if (byte == 0x2E or byte == 0x21) and q < last and data[q] <= 0x20:
                        if p - word_start > 3:
                            cue = _FAR
                        if byte == 0x2E and word_end != before_name and p - word_start > 4:
                            before_name = _FAR
                    p = q
                    continue
                if kind & _DIGIT:
                    while q < last and classes[data[q]] & _DIGIT:
                        q += 1
                    stop = q + _AFTER
                    length = q - p
                    before = data[p - 1] if p > first else np.uint8(0x20)
                    if word_end == p and word_capital:
                        if _is_british(data, p, q, last, classes):
                            found = p
                    elif _is_number(data, p, q, first, last, classes):
                        gap = data[word_end] if p - word_end <= 4 else np.uint8(0x28)
                        adjoined = gap in (
                            0x20,
                            0x2C,
                            0x2E,
                            0x0A,
                            0x0D,
                            0x09,
                            0x3A,
                            0xC2,
                            0x27,
                            0x2D,
                        )
                        year = length == 4 and (
                            (data[p] == 0x31 and data[p + 1] >= 0x37)
                            or (data[p] == 0x32 and data[p + 1] == 0x30)
                        )
                        after = _has_capital(data, q, last, classes)
                        previous = (
                            adjoined
                            and word_capital
                            and (
                                not word_flag & OTHER or classes[data[word_end - 1]] & _CAPITAL != 0
                            )
                        )
                        near = p - number <= _NUMBER_BEFORE
                        if (
                            p - before_name <= _STREET_BEFORE
                            and adjoined
                            and (previous or (not loose and word_end - word_start <= 4))
                            and not (year and loose)
                        ):
                            found = before_start
                        elif p - between <= 8 or p - box <= 4 or p - zip_word <= 12:
                            found = word_start
                        elif (
                            p - cue <= _CUE_BEFORE
                            and (
                                after
                                or previous
                                or (adjoined and not word_flag and p - number <= 24)
                            )
                            and not year
                            and not (length == 1 and data[p] == 0x30)
                        ):
                            found = p
                        elif adjoined and word_flag & UNIT and near:
                            found = number_start
                        elif (
                            adjoined
                            and (word_capital or word_end - word_start > 7)
                            and _ends_like_street(data, word_start, word_end, end_hashes, end_flags)
                        ):
                            found = word_start
                        elif (after or previous) and not year:
                            paired = number == p - 1 and (
                                (before == 0x20 and number_length == 3 and 2 <= length <= 3)
                                or (before == 0x2D and length == 3 and number_length != 3)
                            )
                            if paired and p - earlier <= _NUMBER_BEFORE:
                                found = earlier_start
                            elif length >= 4 and number_capital and near:
                                found = number_start
                        elif year and after and number_capital and p - number == 2:
                            # "78, 2000 Antwerpen"
                            found = number_start
                        elif year and number_capital and near:
                            k = p - 1
                            while k > number and (data[k] == 0x20 or data[k] == 0x3E):
                                k -= 1
                            if data[k] == 0x0A:
                                found = number_start
                        joined = number == p - 1 and (before == 0x2D or before == 0x2F)
                        earlier, earlier_start = number, number_start
                        number, number_start, number_length = q, p, length
                        number_capital = (
                            after or previous or (joined and number_capital)
                        ) and not year
                else:
                    value = _BASIS
                    q = p
                    while q < last:
                        byte = data[q]
                        kind_here = classes[byte]
                        if kind_here == 0 or kind_here & _DIGIT:
                            break
                        if kind_here & _HIGH:
                            # Spaces and punctuation beyond ASCII part words.
                            if byte == 0xE2 and q + 2 < last and data[q + 1] <= 0x81:
                                break
                            if byte == 0xC2:
                                break
                        elif kind_here & _CAPITAL:
                            byte |= 0x20
                        value = (value ^ np.uint64(byte)) * _PRIME
                        q += 1
                    if q == p:
                        p += 3 if data[p] == 0xE2 else 2
                        continue
                    word_flag = _flag(value, word_hashes, word_flags)
                    if p > first and data[p - 1] == 0x5F:
                        word_flag = np.uint16(0)
                    word_capital = kind & (_CAPITAL | _HIGH) != 0
                    word_start, word_end = p, q
                    if word_flag:
                        if word_flag & (BEHIND | BEFORE | BETWEEN) and _is_street_word(
                            data, p, q, last, word_flag
                        ):
                            if word_flag & BEFORE:
                                before_name, before_start = q, p
                                loose = word_flag & LOOSE != 0
                                if p - number <= 4:
                                    found = number_start
                            if word_flag & BETWEEN:
                                between = q
                            if word_flag & BEHIND and not word_capital:
                                if p - number <= 24 and number_start - cue <= 32:
                                    found = number_start
                            elif (
                                word_flag & BEHIND
                                and number_capital and p - number <= _STREET_BEHIND
                            ):  # fmt: skip
                                found = number_start
                        if word_flag & CUE:
                            cue = q
                        if word_flag & BOX:
                            box = q
                        if word_flag & ZIP:
                            zip_word = q
                if found != _FAR:
                    if (
                        count > begun
                        and found - ends[count - 1] < _JOIN
                        and q - starts[count - 1] <= _LONGEST
                    ):
                        ends[count - 1] = max(ends[count - 1], q)
                    else:
                        rows[count], starts[count], ends[count] = row, found, q
                        count += 1
                p = q
            done = i = min(p, last)
    return count


def find_windows(text: Utf8) -> Windows:
    """Finds the places of a column where an address could be.

    >>> import pyarrow as pa
    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> texts = pa.array(["He lives at 12 Oak Street, I hear.", "In 1999 we had 12 cars."])
    >>> windows = find_windows(utf8_buffers(texts))
    >>> windows.rows.tolist(), windows.starts.tolist(), windows.ends.tolist()
    ([0], [12], [25])
    """
    words, endings = load_hashes()
    # A window begins at a number or a word before one: two bytes and a separator at least.
    room = int(text.offsets[-1] - text.offsets[0]) // 2 + 8
    rows, starts, ends = (np.empty(room, np.int32) for _ in range(3))
    count = _scan(text.data, text.offsets, _CLASSES, *words, *endings, rows, starts, ends)
    return Windows(rows[:count].copy(), starts[:count].copy(), ends[:count].copy())
