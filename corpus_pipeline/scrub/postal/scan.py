"""The scan for places where an address could be: one pass over the bytes around digits."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.postal.scan_numbers import (
    CAPITAL,
    CLASSES,
    DIGIT,
    HIGH,
    has_capital,
    is_british,
    is_number,
)
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
            while i < last and not classes[data[i]] & DIGIT:
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
                if kind & DIGIT:
                    while q < last and classes[data[q]] & DIGIT:
                        q += 1
                    stop = q + _AFTER
                    length = q - p
                    before = data[p - 1] if p > first else np.uint8(0x20)
                    if word_end == p and word_capital:
                        if is_british(data, p, q, last, classes):
                            found = p
                    elif is_number(data, p, q, first, last, classes):
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
                        after = has_capital(data, q, last, classes)
                        previous = (
                            adjoined
                            and word_capital
                            and (
                                not word_flag & OTHER or classes[data[word_end - 1]] & CAPITAL != 0
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
                        if kind_here == 0 or kind_here & DIGIT:
                            break
                        if kind_here & HIGH:
                            # Spaces and punctuation beyond ASCII part words.
                            if byte == 0xE2 and q + 2 < last and data[q + 1] <= 0x81:
                                break
                            if byte == 0xC2:
                                break
                        elif kind_here & CAPITAL:
                            byte |= 0x20
                        value = (value ^ np.uint64(byte)) * _PRIME
                        q += 1
                    if q == p:
                        p += 3 if data[p] == 0xE2 else 2
                        continue
                    word_flag = _flag(value, word_hashes, word_flags)
                    if p > first and data[p - 1] == 0x5F:
                        word_flag = np.uint16(0)
                    word_capital = kind & (CAPITAL | HIGH) != 0
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
    count = _scan(text.data, text.offsets, CLASSES, *words, *endings, rows, starts, ends)
    return Windows(rows[:count].copy(), starts[:count].copy(), ends[:count].copy())
