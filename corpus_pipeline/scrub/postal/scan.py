"""The scan for places where an address could be: one pass over the bytes around digits."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.postal.tables import (
    BOX,
    CUE,
    OTHER,
    SMALL,
    STREET,
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
    return np.uint8(0)


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
    if i + 1 < last and classes[data[i]] & (_SMALL_LETTER | _CAPITAL):
        if classes[data[i + 1]] & (_SMALL_LETTER | _CAPITAL | _DIGIT | _HIGH):
            return False
        i += 1
    stop = min(last, i + 8)
    while i < stop and not classes[data[i]] & (_SMALL_LETTER | _CAPITAL | _HIGH | _DIGIT):
        i += 1
    return i < stop and classes[data[i]] & (_CAPITAL | _HIGH) != 0


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
def _scan(data, offsets, classes, word_hashes, word_flags, end_hashes, end_flags, rows, starts, ends):  # type: ignore[no-untyped-def]
    count = 0
    for row in range(len(offsets) - 1):
        first, last = offsets[row], offsets[row + 1]
        begun = count
        done = i = first
        street = street_start = cue = zip_word = box = unit = _FAR
        word_start = word_end = _FAR
        word_flag = np.uint8(0)
        word_capital = False
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
                    p += 1
                    continue
                if kind & _DIGIT:
                    while q < last and classes[data[q]] & _DIGIT:
                        q += 1
                    stop = q + _AFTER
                    length = q - p
                    glued = p > first and (
                        classes[data[p - 1]] & (_SMALL_LETTER | _CAPITAL) != 0 or data[p - 1] == 0x5F
                    )
                    before = data[p - 1] if p > first else np.uint8(0x20)
                    if glued:
                        if word_end == p and word_capital and _is_british(data, p, q, last, classes):
                            found = p
                    elif length <= 6 and not (
                        (before == 0x2E or before == 0x2C)
                        and number == p - 1
                        or q + 1 < last and data[q] == 0x2E and classes[data[q + 1]] & _DIGIT != 0
                    ):
                        adjoined = p - word_end <= 4
                        year = length == 4 and (data[p] == 0x31 and data[p + 1] >= 0x37 or data[p] == 0x32 and data[p + 1] == 0x30)  # noqa: E501
                        after = _has_capital(data, q, last, classes)
                        previous = adjoined and word_capital and not word_flag & OTHER
                        if p - street <= _STREET_BEFORE:
                            found = street_start
                        elif p - box <= 8 or p - zip_word <= 16:
                            found = p
                        elif p - cue <= _CUE_BEFORE and (after or previous):
                            found = p
                        elif adjoined and word_flag & UNIT and p - number <= _NUMBER_BEFORE:
                            found = number_start
                        elif previous and _ends_like_street(
                            data, word_start, word_end, end_hashes, end_flags
                        ):
                            found = word_start
                        elif (after or previous) and not year:
                            paired = number == p - 1 and (before == 0x20 or before == 0x2D)
                            if paired and p - earlier <= _NUMBER_BEFORE:
                                found = earlier_start
                            elif 4 <= length and number_capital and p - number <= _NUMBER_BEFORE:
                                found = number_start
                        earlier, earlier_start = number, number_start
                        number, number_start, number_length = q, p, length
                        number_capital = (after or previous) and not year
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
                    word_capital = kind & (_CAPITAL | _HIGH) != 0
                    word_start, word_end = p, q
                    if word_flag:
                        if word_flag & STREET and (word_capital or word_flag & SMALL):
                            street, street_start = q, p
                            if p - number <= (_STREET_BEHIND if word_capital else 8):
                                found = number_start
                        if word_flag & CUE:
                            cue = q
                        if word_flag & BOX:
                            box = q
                        if word_flag & ZIP:
                            zip_word = q
                if found != _FAR:
                    if count > begun and found - ends[count - 1] < _JOIN and q - starts[count - 1] <= _LONGEST:  # noqa: E501
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
