"""Which known words stand near a number: kernels over bytes of UTF-8.

A word is known by the number of its first six bytes, small, or by that of two characters of a
script without spaces. Rules read the words again, so that two words of one number do no harm.
"""

import numpy as np

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.identifiers.forms import HASH_FACTOR, HASH_MASK, WORD

#: A word is known by so many bytes.
WORD_BYTES = 6

#: A word that announces a number ends no farther before it (`labels.BEFORE`), in characters, of
#: which some may be invisible.
_CHARACTERS_BEFORE = 66
#: Bytes from the year or day of a birth to the dash behind it, from there to the bracket, and from
#: the bracket before to the date.
_DAY_BYTES, _REST_BYTES, _NAME_BYTES = 26, 64, 120
#: The first line of a table is no longer than this, in bytes.
_LONGEST_HEAD = 2000
#: Lines of a title before it.
_MOST_TITLES = 3


@kernel
def bits_of(number, numbers, bits):  # type: ignore[no-untyped-def]
    """Looks a number up in a table of `forms.hash_table`; 0: it is not there."""
    place = number & (len(numbers) - 1)
    while numbers[place] != -1:
        if numbers[place] == number:
            return bits[place]
        place = (place + 1) & (len(numbers) - 1)
    return 0


@kernel
def is_letter(byte):  # type: ignore[no-untyped-def]
    return 0x41 <= (byte & 0xDF) <= 0x5A and byte < 0x80


@kernel
def _goes_on(data, i, stop):  # type: ignore[no-untyped-def]
    """Says whether a blank and another single letter of Cyrillic, with a full stop or at the end,
    follow a full stop behind one: г. р."""
    if data[i - 1] < 0x80 or i + 3 >= stop or data[i + 1] != 0x20 or data[i + 2] & 0xFE != 0xD0:
        return False
    return i + 4 >= stop or not (is_letter(data[i + 4]) or data[i + 4] >= 0x80)


@kernel
def _leads_to_digit(data, i, stop):  # type: ignore[no-untyped-def]
    """Says whether a digit follows byte i, perhaps behind a blank."""
    i += 1
    if i + 1 < stop and data[i] == 0xC2 and data[i + 1] == 0xA0:
        i += 2
    elif i < stop and data[i] == 0x20:
        i += 1
    return i < stop and 0x30 <= data[i] <= 0x39


@kernel
def _dash_at(data, i, stop):  # type: ignore[no-untyped-def]
    """Bytes of the dash or tilde at byte i; 0: there is none."""
    byte = data[i]
    if byte == 0x2D or byte == 0x7E:
        return 1
    if i + 2 < stop and (byte == 0xE2 or byte == 0xE3 or byte == 0xEF or byte == 0xE8):
        code = int(byte) << 16 | int(data[i + 1]) << 8 | int(data[i + 2])
        # – — ― 〜 ～ － 至
        if (
            code == 0xE28093 or code == 0xE28094 or code == 0xE28095 or code == 0xE3809C
            or code == 0xEFBD9E or code == 0xEFBC8D or code == 0xE887B3
        ):  # fmt: skip
            return 3
    return 0


@kernel
def may_begin_life(data, start, begin, stop):  # type: ignore[no-untyped-def]
    """Says whether a number stands in brackets before a dash, as the first day of a life does:
    (10. Mai 1815 - 27. Juni 1852)."""
    i, dash = start, 0
    while dash == 0:
        byte = data[i]
        if byte == 0x0A or byte == 0x28 or byte == 0x29 or i - start > _DAY_BYTES:
            return False
        dash = _dash_at(data, i, stop)
        i += max(1, dash)
        if i >= stop:
            return False
    last = min(stop, i + _REST_BYTES)
    while i < last and data[i] != 0x0A and data[i] != 0x29 and not (
        data[i] == 0xEF and i + 2 < stop and data[i + 1] == 0xBC and data[i + 2] == 0x89
    ):  # fmt: skip
        i += 1
    if i >= last or data[i] == 0x0A:
        return False
    i, first = start, max(begin, start - _NAME_BYTES)
    while i > first:
        i -= 1
        if data[i] == 0x0A or data[i] == 0x29:
            return False
        if data[i] == 0x28:
            return True
        if data[i] == 0x88 and i >= begin + 2 and data[i - 1] == 0xBC and data[i - 2] == 0xEF:
            return True
    return False


@kernel
def words_near(data, reader, hits, begin, low, high, stop, words, word_bits):  # type: ignore[no-untyped-def]
    """Returns the bits of all known words between two bytes, and perhaps of some behind them.

    Windows of neighbours overlap, so that words are read once and remembered.

    Args:
        reader: int64[7], kept between calls whose bytes ascend: the next byte, the number, length
            and last small letter of the word there, which of `hits` are the first and last + 1, and
            the bits of the word that was read last.
        hits: int64[2^n, 2], a ring: where a word ends, its bits.
        begin, stop: the bytes of the row.
    """
    room = len(hits) - 1
    i, number, length, small = reader[0], reader[1], reader[2], reader[3]
    first, last = reader[4], reader[5]
    if low > i:
        i, number, length, small, first, last = low, np.int64(WORD), 0, 0, 0, 0
    while i < high:
        byte = data[i]
        ends, width, star = True, 1, False
        if byte < 0x80:
            if 0x41 <= (byte & 0xDF) <= 0x5A:
                capital = byte < 0x61
                ends = capital and small != 0
            elif byte == 0x2E and length and i + 1 < stop:
                # A dot behind a single letter, before another: D.O.B
                before = i - 3 if 0x80 <= data[i - 1] < 0xC0 else i - 2
                alone = before < begin or not (is_letter(data[before]) or data[before] >= 0x80)
                if alone and (is_letter(data[i + 1]) or 0xC3 <= data[i + 1] < 0xE0):
                    i += 1
                    continue
                if alone and _goes_on(data, i, stop):
                    i += 2
                    continue
                if alone and length == 1 and (data[i - 1] | 0x20) == 0x62:
                    number = (number * HASH_FACTOR ^ np.int64(byte)) & HASH_MASK
            elif byte == 0x2A and _leads_to_digit(data, i, stop):
                star = True
        elif 0xC3 <= byte < 0xE0:
            ends, width = False, 2
        elif byte == 0xE1 and i + 2 < stop and 0xB8 <= data[i + 1] <= 0xBB:
            # Letters of Vietnamese.
            ends, width = False, 3
        elif 0xE0 <= byte < 0xF0:
            width = 3
        bits = 0
        if ends and length:
            bits = bits_of(number, words, word_bits)
            number, length, small = np.int64(WORD), 0, 0
        if width == 3 and ends and i + 6 <= stop and 0xE0 <= data[i + 3] < 0xF0:
            pair = np.int64(WORD)
            for k in range(i, i + 6):
                pair = (pair * HASH_FACTOR ^ np.int64(data[k])) & HASH_MASK
            bits |= bits_of(pair, words, word_bits)
        if star:
            bits |= bits_of((np.int64(WORD) * HASH_FACTOR ^ 0x2A) & HASH_MASK, words, word_bits)
        if bits:
            hits[last & room, 0], hits[last & room, 1] = i + width, bits
            last += 1
            first = max(first, last - room)
        letter = width == 1 and is_letter(byte)
        if letter or not ends:
            for k in range(i, i + width):
                if length < WORD_BYTES:
                    read = np.int64(data[k])
                    if letter:
                        read |= 0x20
                    number = (number * HASH_FACTOR ^ read) & HASH_MASK
                length += 1
            small = int(letter and byte >= 0x61)
        i += width
    reader[0], reader[1], reader[2], reader[3] = i, number, length, small
    while first < last and hits[first & room, 0] <= low:
        first += 1
    reader[4], reader[5] = first, last
    found = bits_of(number, words, word_bits) if length else 0
    reader[6] = found
    for k in range(first, last):
        found |= hits[k & room, 1]
    return found


@kernel
def words_before(data, reader, hits, place, begin):  # type: ignore[no-untyped-def]
    """Returns of the bits of `words_near` those of words that end near a place, or behind it."""
    room = len(hits) - 1
    low, characters = place, 0
    while low > begin and characters < _CHARACTERS_BEFORE:
        low -= 1
        characters += (data[low] & 0xC0) != 0x80
    found = reader[6]
    for k in range(reader[4], reader[5]):
        if hits[k & room, 0] > low:
            found |= hits[k & room, 1]
    return found


@kernel
def _ends_cell(byte):  # type: ignore[no-untyped-def]
    return byte == 0x2C or byte == 0x3B or byte == 0x7C or byte == 9 or byte == 10 or byte == 13


@kernel
def _is_quote(byte):  # type: ignore[no-untyped-def]
    return byte == 0x20 or byte == 0x22 or byte == 0x27


@kernel
def is_cell(data, start, end, begin, stop):  # type: ignore[no-untyped-def]
    """Says whether commas, semicolons, tabs, bars or two blanks enclose what stands between two
    bytes, or the ends of its line."""
    before = start == begin or data[start - 1] == 10 or (
        start > begin + 1 and data[start - 1] == 0x20 and data[start - 2] == 0x20
    )  # fmt: skip
    behind = end >= stop or data[end] == 10 or data[end] == 13 or (
        end + 1 < stop and data[end] == 0x20 and data[end + 1] == 0x20
    )  # fmt: skip
    if before and behind:
        return True
    for _ in range(2):
        if start > begin and _is_quote(data[start - 1]):
            start -= 1
        if end < stop and _is_quote(data[end]):
            end += 1
    if start > begin and not _ends_cell(data[start - 1]):
        return False
    return end >= stop or _ends_cell(data[end])


@kernel
def find_head(data, head, place, stop):  # type: ignore[no-untyped-def]
    """Finds the first line of the block of lines around a byte, if it may be the head of a table.

    Takes places that ascend, and int64[4] that it keeps between calls of a row: where the block
    begins, up to where its end was looked for, the first byte of the line and the byte after its
    last. Returns whether the line is another than that of the call before.
    """
    i, block = head[1], head[0]
    while i + 1 < place:
        if data[i] == 0x0A and (data[i + 1] == 0x0A or data[i + 1] == 0x0D):
            block = i + 1
        i += 1
    head[1] = max(i, head[1])
    if block == head[0] and head[2] >= 0:
        return False
    head[0] = block
    i = block
    # A title may stand before the table.
    for _ in range(_MOST_TITLES + 1):
        while i < stop and (data[i] == 0x0A or data[i] == 0x0D):
            i += 1
        first, mark = i, False
        while i < stop and data[i] != 0x0A and i - first < _LONGEST_HEAD:
            mark = mark or (data[i] != 0x0D and _ends_cell(data[i])) or (
                data[i] == 0x20 and i > first and data[i - 1] == 0x20
            )  # fmt: skip
            i += 1
        if mark or i >= stop or data[i] != 0x0A:
            break
    head[2] = first
    head[3] = i if mark and i < stop and data[i] == 0x0A else first
    return True
