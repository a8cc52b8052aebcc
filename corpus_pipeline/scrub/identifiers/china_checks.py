"""Check characters of identifiers of China, Taiwan, Hong Kong and Japan."""

import re

#: GB 32100-2015: digits and letters without I, O, S, V, Z; weights are powers of 3 modulo 31.
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
#: Who registers and what is registered: the first two characters.
_USCC_KINDS = re.compile(
    "1[1239]|2[19]|3[1-59]|4[19]|5[1-59]|6[129]|7[129]|8[19]|9[123]|A[19]|N[1239]|Y1"
)


#: Provinces (GB/T 2260), and 10 for the state itself: the third and fourth.
_USCC_REGIONS = re.compile("1[0-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-6]|71|8[12]")


def is_uscc(code: str) -> bool:
    """Checks a unified social credit code, in capitals (GB 32100-2015).

    >>> is_uscc("91350100M000100Y43"), is_uscc("91350100M000100Y44")
    (True, False)
    """
    known = _USCC_KINDS.match(code) and _USCC_REGIONS.match(code, 2)
    if not known or not code[2:8].isdecimal():
        return False
    values = [_USCC_ALPHABET.find(character) for character in code]
    if len(code) != 18 or min(values) < 0:
        return False
    total = sum(value * pow(3, place, 31) for place, value in enumerate(values[:17]))
    return -total % 31 == values[17]


#: The letter of the county counts as two digits, 10 to 35, in this order.
_TAIWAN_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"


def is_taiwan_id(number: str) -> bool:
    """Checks the last digit of a national identity number or a resident certificate of Taiwan.

    >>> is_taiwan_id("A123456789"), is_taiwan_id("A123456788"), is_taiwan_id("A800000014")
    (True, False, True)
    """
    if number[1] not in "1289":
        return False
    letter = 10 + _TAIWAN_LETTERS.index(number[0])
    total = letter // 10 + letter % 10 * 9
    total += sum(int(digit) * (8 - place) for place, digit in enumerate(number[1:9]))
    return (total + int(number[9])) % 10 == 0


def is_hong_kong_id(number: str) -> bool:
    """Checks the last character of an identity card of Hong Kong, brackets left out.

    >>> is_hong_kong_id("A1234563"), is_hong_kong_id("A1234567"), is_hong_kong_id("AB9876543")
    (True, False, True)
    """
    # A blank stands before a single letter; it counts 36.
    padded = [36] * (9 - len(number)) + [int(character, 36) for character in number]
    return sum(value * (9 - place) for place, value in enumerate(padded)) % 11 == 0


def is_my_number(digits: str) -> bool:
    """Checks the last of the twelve digits of Japan's individual number.

    >>> is_my_number("123456789018"), is_my_number("123456789012")
    (True, False)
    """
    weights = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    rest = sum(w * int(digit) for w, digit in zip(weights, digits, strict=False)) % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)
