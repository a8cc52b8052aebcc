"""Where in a column of texts an identifier could be.

Rules that say what an identifier is cost microseconds for each place, and identifiers are rare. One
pass over the bytes finds the few windows that could hold one; nothing else is read again.

    ...text text 电话13812345678，邮箱 li@example.cn 。 2019年05月28日 text text...
                     [ PHONE   ]       [   EMAIL   ]     (4, 2 and 2 digits: too few)

A window is as long as the characters that one identifier may consist of go on, in whatever form
`folding` knows them: other spaces and dashes, invisible characters, digits of other scripts. So no
identifier crosses its border, and what is found in the window (with a little context on either
side) is what would be found there in the whole text. Two exceptions are known: a run of numbers is
cut between two numbers every 256 bytes, and the extension of a telephone number may run into the
next number ("ext. 42209-255-1000").
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.entities import TABLE
from corpus_pipeline.scrub.runs import (
    COUNTRIES,
    DIGIT,
    FLAGS,
    TRIGGER,
    address_run,
    bracketed_at,
    iban_run,
    lettered_end,
    mail_run,
    may_be_card,
    number_run,
    other_digit,
    width_of,
)
from corpus_pipeline.text.columns import Utf8, as_texts, utf8_buffers

#: What the windows are searched for. Entity i is bit `1 << i` of a window's kinds.
ENTITIES = tuple(entity.name for entity in TABLE if entity.family == "numbers")

EMAIL, PHONE, IP, CARD, IBAN, CN_ID = (1 << bit for bit in range(6))
ALL_KINDS = (1 << len(ENTITIES)) - 1

#: Fewer digits than this are never read as a telephone number (ITU-T E.164 allows fewer, but text
#: is full of such numbers).
MIN_PHONE_DIGITS = 7


class Windows(NamedTuple):
    """W candidate windows, ordered by row; within a row by the place where they are noticed."""

    rows: NDArray[np.int32]
    """int32[W], the row of the column."""
    starts: NDArray[np.int32]
    """int32[W], first byte in the column's data buffer."""
    ends: NDArray[np.int32]
    """int32[W], the byte after the last."""
    kinds: NDArray[np.int32]
    """int32[W], which entities may be there, bit `1 << i` for `ENTITIES[i]`."""


@kernel
def _scan(data, offsets, flags, countries, wanted, rows, starts, ends, kinds):  # type: ignore[no-untyped-def]
    """Fills the arrays of `Windows`, which have room for one window per byte; returns W."""
    count = 0
    for row in range(len(offsets) - 1):
        begin, stop = offsets[row], offsets[row + 1]
        # Up to where the row has been searched for each family of entities.
        number_end = mail_end = address_end = spoken_end = begin
        i = begin
        while True:
            while i < stop and not flags[data[i]] & TRIGGER:
                i += 1
            if i >= stop:
                break
            byte = data[i]
            flag = flags[byte]
            width = 1
            if not flag & DIGIT:
                if byte == 0x40 or (
                    byte == 0xEF
                    and (
                        (data[i + 1] == 0xBC and data[i + 2] == 0xA0)
                        or (data[i + 1] == 0xB9 and data[i + 2] == 0xAB)
                    )
                ):
                    width = 1 if byte == 0x40 else 3
                    if i >= mail_end and wanted & EMAIL:
                        start, mail_end = mail_run(data, i, begin, stop, flags)
                        if start == i:
                            # Nothing before it; a later @ of the run may have: @name@example.org.
                            mail_end = i + width
                        elif mail_end > i + width:
                            rows[count], starts[count], ends[count] = row, start, mail_end
                            kinds[count] = EMAIL
                            count += 1
                    i += width
                    continue
                if byte < 0x80:
                    if wanted & EMAIL and i >= spoken_end:
                        start, end = bracketed_at(data, i, begin, stop, flags)
                        if end > i:
                            # The window and its context are long enough for the next one or two.
                            spoken_end = min(end, i + 48)
                            rows[count], starts[count], ends[count] = row, start, end
                            kinds[count] = EMAIL
                            count += 1
                    i += 1
                    continue
                if byte == 0xEF:
                    # Of the wide marks that Chinese is full of only the digits are digits.
                    digit = data[i + 1] == 0xBC and 0x90 <= data[i + 2] <= 0x99
                else:
                    digit = other_digit(data, i, stop)
                if not digit:
                    i += 1
                    continue
                width = width_of(data, i)
            if i >= number_end:
                number_end, digits = number_run(data, i, stop, flags)
                kind = 0
                end = number_end
                if digits >= MIN_PHONE_DIGITS:
                    kind |= PHONE
                    if digits >= 12 and may_be_card(data, i, number_end, begin, flags):
                        kind |= CARD
                    if digits >= 15:
                        kind |= CN_ID
                elif digits == 3 or digits == 4:
                    end = lettered_end(data, i, number_end, stop)
                    if end > number_end:
                        kind |= PHONE
                kind &= wanted
                if kind:
                    rows[count], starts[count], ends[count], kinds[count] = row, i, end, kind
                    count += 1
            if wanted & IP and i >= address_end:
                start, address_end, dots, colons = address_run(
                    data, i, max(begin, address_end), stop, flags
                )
                if dots >= 3 or colons >= 2:
                    rows[count], starts[count], ends[count] = row, start, address_end
                    kinds[count] = IP
                    count += 1
            # A letter stands before the first digit of an IBAN.
            if wanted & IBAN and i > begin and data[i - 1] >= 0x41:
                start, end = iban_run(data, i, begin, stop, flags, countries)
                if end > i:
                    rows[count], starts[count], ends[count] = row, start, end
                    kinds[count] = IBAN
                    count += 1
            i += width
    return count


def find_windows(texts: pa.Array, kinds: int = ALL_KINDS) -> Windows:
    """Finds every place of a `string` column where one of the wanted entities could be.

    No entity lies outside the windows. An IP address without any digit is none.

    Args:
        kinds: the entities to look for, bit `1 << i` for `ENTITIES[i]`.

    >>> windows = find_windows(pa.array(["电话13812345678，邮箱li@example.cn。", None, "2019-05"]))
    >>> windows.rows.tolist(), windows.starts.tolist(), windows.ends.tolist()
    ([0, 0], [6, 26], [17, 39])
    >>> windows.kinds.tolist() == [PHONE, EMAIL]
    True
    """
    return windows_of(utf8_buffers(as_texts(texts)), kinds)


def windows_of(text: Utf8, kinds: int) -> Windows:
    """Finds the same in the buffers of a column."""
    data, offsets = text
    # Every byte is noticed by at most one number, one address and one IBAN, of 7 bytes or more, or
    # one mail address; pages that no window reaches are never touched.
    room = int(offsets[-1] - offsets[0]) + 8
    rows, starts = np.empty(room, np.int32), np.empty(room, np.int32)
    ends, found = np.empty(room, np.int32), np.empty(room, np.int32)
    count = _scan(data, offsets, FLAGS, COUNTRIES, kinds, rows, starts, ends, found)
    return Windows(
        rows[:count].copy(), starts[:count].copy(), ends[:count].copy(), found[:count].copy()
    )
