"""Identifiers of the British Isles."""

import re

from corpus_pipeline.scrub.identifiers.check_digits import dot, uniform
from corpus_pipeline.scrub.identifiers.rule import Rule


def is_nhs(number: str) -> bool:
    """Patients of the National Health Service: weights 10 to 2 modulo 11.

    >>> is_nhs("9434765919"), is_nhs("9434765918")
    (True, False)
    """
    return dot(number, range(10, 0, -1)) % 11 == 0 and not uniform(number)


_NINO = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]?")


def is_nino(number: str) -> bool:
    """National insurance: letters that are given out; the suffix A to D.

    >>> is_nino("AA123456B"), is_nino("GB123456B"), is_nino("AA123456E")
    (True, False, False)
    """
    return _NINO.fullmatch(number) is not None


_LICENCE = re.compile(
    r"(?!9)[A-Z]{1,5}9{0,4}\d(?:0[1-9]|1[0-2]|5[1-9]|6[0-2])(?:0[1-9]|[12]\d|3[01])\d"
    r"[A-Z][A-Z9][A-Z0-9][A-Z]{2}(?:\d\d)?"
)


def is_licence(number: str) -> bool:
    """Driving licences of Great Britain: five of the surname, a date with the sex in it, initials.

    >>> is_licence("MORGA657054SM9IJ"), is_licence("MORGA677054SM9IJ")
    (True, False)
    """
    return _LICENCE.fullmatch(number) is not None


def is_pps(number: str) -> bool:
    """Public service numbers of Ireland: a letter modulo 23, the second counts nine times.

    >>> is_pps("6433435F"), is_pps("6433435E"), is_pps("6433435OA")
    (True, False, True)
    """
    total = dot(number, range(8, 1, -1))
    if len(number) == 9 and number[8] != "W":
        total += 9 * (ord(number[8]) - 64)
    return "WABCDEFGHIJKLMNOPQRSTUV"[total % 23] == number[7]


_LICENCES = tuple(f"{'A' * k}{'9' * (5 - k)}999999A**AA" for k in range(1, 6))


def is_utr(number: str) -> bool:
    """Taxpayers of the kingdom (UTR): the first digit follows from the others modulo 11.

    >>> is_utr("1955839661"), is_utr("2955839661")
    (True, False)
    """
    total = dot(number[1:], (6, 7, 8, 9, 10, 5, 4, 3, 2))
    return "21987654321"[total % 11] == number[0] and not uniform(number)


RULES = (
    Rule("UK_NHS", ("9999999999",), is_nhs),
    Rule("UK_NINO", ("AA999999A",), is_nino, alone=("AA999999A", "AA 99 99 99 A", "AA 999999 A",
                                                     "AA-99-99-99-A")),
    Rule("UK_NINO", ("AA999999",), is_nino),
    Rule("UK_PASSPORT", ("999999999", "AA9999999"), close=True),
    Rule("UK_UTR", ("9999999999",), is_utr),
    Rule("UK_DRIVING_LICENCE", _LICENCES, is_licence, alone=_LICENCES),
    Rule("UK_DRIVING_LICENCE", tuple(f"{form}99" for form in _LICENCES), is_licence),
    Rule("IE_PPS", ("9999999A", "9999999AA"), is_pps),
)  # fmt: skip
