"""How far the characters go on that an identifier may consist of: kernels over bytes of UTF-8.

Each knows the same characters as `folding`: digits of other scripts, other spaces and dashes,
invisible characters. Too many only make a window longer; one too few loses an identifier.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.folding import DECADES
from corpus_pipeline.scrub.iban import IBAN_LENGTHS
from corpus_pipeline.text.characters import decode

#: A run of numbers is cut between two numbers once it is this many bytes long: it is a table.
_MAX_NUMBER_BYTES = 256

#: How far a mail address may extend on either side of its @. RFC 5321, 4.5.3.1: at most 64 octets
#: before and 255 after it.
_MAX_MAIL_BYTES = 320

#: Digits of payment cards.
_MIN_CARD_DIGITS = 12
_MAX_CARD_DIGITS = 19

#: Separators in a row that may stand between two digits, and invisible characters.
_MAX_GAP = 4
_MAX_INVISIBLE = 8

#: How far behind 800 and its like a number goes on in letters: 1-800-FLOWERS.
_MAX_LETTERED_BYTES = 24

DIGIT, _MAIL, _ADDRESS, _SEPARATOR, TRIGGER = 1, 2, 4, 8, 16

# What `_character` says of a character.
_NOTHING, _IS_DIGIT, _IS_LETTER, _IS_SEPARATOR, _IS_INVISIBLE, _IS_DOT, _IS_COLON = range(7)


def _byte_flags() -> NDArray[np.uint8]:
    """Says for each byte which kinds of run it may stand in. Bytes over 0x7F are lead bytes."""
    flags = np.zeros(256, np.uint8)
    for flag, characters in (
        (DIGIT, b"0123456789"),
        (_ADDRESS, b"0123456789abcdefABCDEF.:"),
        (_SEPARATOR, b" -.()[]/~xX"),
        (_MAIL, b".!#$%&'*+^_~-@" + bytes(c for c in range(128) if chr(c).isalnum())),
        # A digit, an @, the bracket of "[at]"; below, digits of all scripts and an @ of any width.
        (TRIGGER, b"0123456789@[({"),
    ):
        flags[list(characters)] |= flag
    flags[[chr(zero).encode()[0] for zero in DECADES]] |= TRIGGER
    # Letters of a mail address: all but U+3000..U+9FFF and U+B000..U+EFFF (kana, Han, Hangul and
    # their punctuation), which end it. Too many only make a window longer.
    flags[0xC2:0xE3] |= _MAIL
    flags[[0xEA, 0xEF]] |= _MAIL
    flags[0xF0:0xF5] |= _MAIL
    return flags


def _country_lengths() -> NDArray[np.uint8]:
    """uint8[26 * 26], the length of an IBAN that starts with two letters; 0: no such country."""
    lengths = np.zeros(26 * 26, np.uint8)
    for country, length in IBAN_LENGTHS.items():
        lengths[(ord(country[0]) - 65) * 26 + ord(country[1]) - 65] = length
    return lengths


def _bits(codes: Sequence[int]) -> NDArray[np.uint8]:
    """uint8, one bit for each code point up to the last one given."""
    bits = np.zeros(max(codes) // 8 * 8 + 8, np.uint8)
    bits[list(codes)] = 1
    return np.packbits(bits, bitorder="little")


#: Digits that are not ASCII, by code point. Kernels take it for a constant.
_DIGITS = _bits([zero + value for zero in DECADES for value in range(10)])
FLAGS = _byte_flags()
COUNTRIES = _country_lengths()


@kernel
def other_digit(data, i, stop):  # type: ignore[no-untyped-def]
    """Says whether a digit that is not ASCII starts at byte i: the decades of `folding.DECADES`."""
    if i + width_of(data, i) > stop:
        return False
    code, _ = decode(data, i)
    return code < 8 * len(_DIGITS) and _DIGITS[code >> 3] >> (code & 7) & 1 == 1


@kernel
def width_of(data, i):  # type: ignore[no-untyped-def]
    lead = data[i]
    if lead < 0x80:
        return 1
    if lead < 0xE0:
        return 2
    return 3 if lead < 0xF0 else 4


@kernel
def _character(data, i, stop, flags):  # type: ignore[no-untyped-def]
    """Reads the character at byte i; (what it is within a number, bytes)."""
    byte = data[i]
    if byte < 0x80:
        if flags[byte] & DIGIT:
            return _IS_DIGIT, 1
        if byte == 0x2E:
            return _IS_DOT, 1
        if byte == 0x3A:
            return _IS_COLON, 1
        if flags[byte] & _SEPARATOR and byte != 0x78 and byte != 0x58:
            return _IS_SEPARATOR, 1
        if 0x41 <= (byte & 0xDF) <= 0x5A:
            return _IS_LETTER, 1
        return _NOTHING, 1
    if flags[byte] & TRIGGER and other_digit(data, i, stop):
        return _IS_DIGIT, width_of(data, i)
    if not (byte == 0xC2 or byte == 0xCD or byte == 0xD6 or byte == 0xD8 or 0xE1 <= byte <= 0xE3
            or byte >= 0xEF):  # fmt: skip
        return _NOTHING, width_of(data, i)
    code, following = decode(data, i)
    width = following - i
    if (
        code == 0xAD or code == 0x34F or code == 0x61C or 0x115F <= code <= 0x1160
        or 0x17B4 <= code <= 0x17B5 or 0x180B <= code <= 0x180F or 0x200B <= code <= 0x200F
        or 0x202A <= code <= 0x202E or 0x2060 <= code <= 0x206F or code == 0x20E3
        or code == 0x3164 or 0xFE00 <= code <= 0xFE0F or code == 0xFEFF or code == 0xFFA0
        or 0xFFF9 <= code <= 0xFFFB or 0x1BCA0 <= code <= 0x1BCA3 or 0x1D173 <= code <= 0x1D17A
        or code == 0xE0001 or 0xE0020 <= code <= 0xE007F or 0xE0100 <= code <= 0xE01EF
    ):  # fmt: skip
        return _IS_INVISIBLE, width
    if code == 0xFF0E or code == 0x2024 or code == 0xFE52:
        return _IS_DOT, width
    if code == 0xFF1A or code == 0xFE55:
        return _IS_COLON, width
    if (
        code == 0xA0 or code == 0xB7 or code == 0x58A or code == 0x5BE or code == 0x1400
        or code == 0x1680 or code == 0x1806 or 0x2000 <= code <= 0x200A
        or 0x2010 <= code <= 0x2015 or code == 0x2022 or code == 0x202F or code == 0x2043
        or code == 0x2053 or code == 0x205F or code == 0x2212 or code == 0x223C or code == 0x2800
        or code == 0x2E17 or code == 0x2E1A or 0x2E3A <= code <= 0x2E3B or code == 0x2E40
        or code == 0x2E5D or code == 0x3000 or code == 0x301C or code == 0x3030 or code == 0x30A0
        or code == 0x30FC or 0xFE31 <= code <= 0xFE32 or code == 0xFE58 or code == 0xFE63
        or code == 0xFF08 or code == 0xFF09 or code == 0xFF0D or code == 0xFF0F or code == 0xFF3B
        or code == 0xFF3D or code == 0xFF5E or code == 0x10D6E or code == 0x10EAD
    ):  # fmt: skip
        return _IS_SEPARATOR, width
    if 0xFF21 <= code <= 0xFF3A or 0xFF41 <= code <= 0xFF5A:
        return _IS_LETTER, width
    return _NOTHING, width


@kernel
def number_run(data, start, stop, flags):  # type: ignore[no-untyped-def]
    """Reads digits with at most four separators between two; (end, digits)."""
    i, end = start, start
    digits, gap, invisible = 0, 0, 0
    while i < stop:
        byte = data[i]
        if flags[byte] & DIGIT:
            what, width = _IS_DIGIT, 1
        elif byte < 0x80:
            what, width = (_IS_SEPARATOR if flags[byte] & _SEPARATOR else _NOTHING), 1
        else:
            what, width = _character(data, i, stop, flags)
        if what == _IS_DIGIT:
            if gap > 0 and i - start > _MAX_NUMBER_BYTES:
                break
            digits += 1
            gap, invisible = 0, 0
            end = i + width
        elif what in (_IS_SEPARATOR, _IS_DOT):
            gap += 1
            if gap > _MAX_GAP:
                break
        elif what == _IS_INVISIBLE:
            invisible += 1
            if invisible > _MAX_INVISIBLE:
                break
        else:
            break
        i += width
    return end, digits


@kernel
def may_be_card(data, start, end, begin, flags):  # type: ignore[no-untyped-def]
    """Says whether groups of digits in a run have 12 to 19 digits together and a Luhn digit.

    Of a run that may be a part of a longer one, and of digits that are not ASCII, nothing is said.
    """
    if end - start > _MAX_NUMBER_BYTES:
        return True
    i = start - 1
    while i >= begin and start - i <= _MAX_GAP + 1:
        if flags[data[i]] & DIGIT or data[i] >= 0x80:
            return True
        if not flags[data[i]] & _SEPARATOR:
            break
        i -= 1
    for first in range(start, end):
        if data[first] >= 0x80:
            return True
        if not flags[data[first]] & DIGIT or (first > start and flags[data[first - 1]] & DIGIT):
            continue
        # Sums of digits: those that stand at even places from the first, doubled, and the others.
        even, odd, digits = 0, 0, 0
        for i in range(first, end):
            if not flags[data[i]] & DIGIT:
                if data[i] >= 0x80:
                    return True
                continue
            digit = int(data[i]) - 0x30
            double = 2 * digit - (9 if digit > 4 else 0)
            digits += 1
            if digits > _MAX_CARD_DIGITS:
                break
            if digits & 1:
                even += double
                odd += digit
            else:
                even += digit
                odd += double
            last = i + 1 == end or not flags[data[i + 1]] & DIGIT
            # The last digit is not doubled.
            total = odd if digits & 1 else even
            if last and digits >= _MIN_CARD_DIGITS and total % 10 == 0:
                return True
    return False


@kernel
def lettered_end(data, start, end, stop):  # type: ignore[no-untyped-def]
    """Where a number that ends in 800, 888 or their like may go on in capitals, as 1-800-FLOWERS;
    `end` if it does not."""
    if end - start < 3 or data[end - 3] != 0x38 or data[end - 2] != data[end - 1]:
        return end
    if end - 3 > start and data[end - 4] >= 0x30 and data[end - 4] <= 0x39:
        return end
    i = end
    while i < stop and i < end + 2 and (data[i] == 0x2D or data[i] == 0x20 or data[i] == 0x29):
        i += 1
    if i == end or i + 3 > stop or not (0x41 <= data[i] <= 0x5A and 0x41 <= data[i + 1] <= 0x5A):
        return end
    while i < stop and i < end + _MAX_LETTERED_BYTES and (
        0x41 <= data[i] <= 0x5A or 0x30 <= data[i] <= 0x39 or data[i] == 0x2D
    ):  # fmt: skip
        i += 1
    # Seven letters or more, and what parts them from the digits.
    return i if i - end >= 8 else end


@kernel
def mail_run(data, at, begin, stop, flags):  # type: ignore[no-untyped-def]
    """Extends an @ at byte `at` to the characters around it; (start, end)."""
    start = at
    while start > begin and at - start < _MAX_MAIL_BYTES:
        previous = start - 1
        while previous > begin and (data[previous] & 0xC0) == 0x80:
            previous -= 1
        if not flags[data[previous]] & _MAIL:
            break
        start = previous
    end = at
    while end < stop and end - at < _MAX_MAIL_BYTES:
        if not flags[data[end]] & _MAIL:
            break
        end += 1
        while end < stop and (data[end] & 0xC0) == 0x80:
            end += 1
    return start, end


@kernel
def bracketed_at(data, i, begin, stop, flags):  # type: ignore[no-untyped-def]
    """Reads "name [at] host [dot] com" around the bracket at byte i; (start, end), i if none."""
    j = i + 1
    while j < stop and data[j] == 0x20 and j < i + 3:
        j += 1
    if j + 2 >= stop:
        return i, i
    if data[j] == 0x40:
        j += 1
    elif (data[j] | 0x20) == 0x61 and (data[j + 1] | 0x20) == 0x74:
        j += 2
    else:
        return i, i
    while j < stop and data[j] == 0x20 and j < i + 6:
        j += 1
    if j >= stop or not (data[j] == 0x5D or data[j] == 0x29 or data[j] == 0x7D):
        return i, i
    start = i
    while start > begin and i - start < 2 and data[start - 1] == 0x20:
        start -= 1
    start, _ = mail_run(data, start, begin, stop, flags)
    end = j + 1
    while end < stop and end - j < _MAX_MAIL_BYTES // 2:
        byte = data[end]
        if byte < 0x80 and not (flags[byte] & _MAIL or byte == 0x20 or byte == 0x28
                                or byte == 0x29 or 0x5B <= byte <= 0x5D
                                or byte == 0x7B or byte == 0x7D):  # fmt: skip
            break
        if byte >= 0xE3:
            break
        end += 1
    while end < stop and (data[end] & 0xC0) == 0x80:
        end += 1
    return start, end


@kernel
def _previous(data, i, begin):  # type: ignore[no-untyped-def]
    """The first byte of the character before byte i, which is not the first of the row."""
    i -= 1
    while i > begin and (data[i] & 0xC0) == 0x80:
        i -= 1
    return i


@kernel
def address_run(data, i, begin, stop, flags):  # type: ignore[no-untyped-def]
    """Extends a digit to what an IP address may consist of; (start, end, dots, colons)."""
    start = i
    while start > begin:
        previous = _previous(data, start, begin)
        if data[previous] < 0x80:
            if not flags[data[previous]] & _ADDRESS:
                break
        else:
            what, _ = _character(data, previous, stop, flags)
            if what < _IS_DIGIT or what in (_IS_LETTER, _IS_SEPARATOR):
                break
        start = previous
    end, dots, colons = start, 0, 0
    while end < stop:
        byte = data[end]
        width = 1
        if byte < 0x80:
            if not flags[byte] & _ADDRESS:
                break
            dots += byte == 0x2E
            colons += byte == 0x3A
        else:
            what, width = _character(data, end, stop, flags)
            if what < _IS_DIGIT or what in (_IS_LETTER, _IS_SEPARATOR):
                break
            dots += what == _IS_DOT
            colons += what == _IS_COLON
        end += width
    return start, end, dots, colons


@kernel
def iban_run(data, i, begin, stop, flags, countries):  # type: ignore[no-untyped-def]
    """Reads the IBAN whose third character is the digit at byte i; (start, end), i if there is
    none: two letters of a country, then as many letters and digits as its numbers have, with at
    most two separators between any two of them."""
    if i <= begin:
        return i, i
    start = i
    country = 0
    for position in range(2):
        if start <= begin:
            return i, i
        start = _previous(data, start, begin)
        what, width = _character(data, start, stop, flags)
        if what == _IS_INVISIBLE and start > begin:
            start = _previous(data, start, begin)
            what, width = _character(data, start, stop, flags)
        if what != _IS_LETTER and data[start] != 0x78 and data[start] != 0x58:
            return i, i
        letter = (data[start + width - 1] & 0x1F) if width == 1 else (
            ((data[start + 1] & 1) << 5 | (data[start + 2] & 0x3F)) & 0x1F
        )  # fmt: skip
        if letter < 1 or letter > 26:
            return i, i
        country += (letter - 1) * (1 if position == 0 else 26)
    wanted = countries[country]
    if wanted == 0:
        return i, i
    if start > begin:
        before = data[_previous(data, start, begin)]
        # A letter or digit before it is a part of a word, but for the label: IBANDE89...
        if before < 0x80 and ((before | 0x20) >= 0x61 and (before | 0x20) <= 0x7A):
            if (before | 0x20) != 0x6E:
                return i, i
        elif flags[before] & DIGIT:
            return i, i
    have, gap = 2, 0
    end = i
    while end < stop and have < wanted:
        what, width = _character(data, end, stop, flags)
        byte = data[end]
        if what in (_IS_DIGIT, _IS_LETTER) or byte in (0x58, 0x78):
            if have < 4 and what != _IS_DIGIT:
                return i, i
            have += 1
            gap = 0
        elif what in (_IS_SEPARATOR, _IS_DOT):
            gap += 1
            if gap > 2:
                return i, i
        elif what != _IS_INVISIBLE:
            return i, i
        end += width
    if have < wanted:
        return i, i
    return start, end
