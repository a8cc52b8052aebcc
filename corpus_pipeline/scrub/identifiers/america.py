"""Identifiers of North America."""

from corpus_pipeline.scrub.identifiers.check_digits import dot, passes_luhn, uniform
from corpus_pipeline.scrub.identifiers.rule import Rule, runs

#: Prefixes that were never given to employers (Internal Revenue Service).
_NO_EMPLOYERS = frozenset(
    [
        "00",
        "07",
        "08",
        "09",
        "17",
        "18",
        "19",
        "28",
        "29",
        "49",
        "69",
        "70",
        "78",
        "79",
        "89",
        "96",
        "97",
    ]
)


def is_ein(number: str) -> bool:
    """Employers of the United States (EIN): two digits of a campus of the tax office, seven more.

    >>> is_ein("123456789"), is_ein("073456789")
    (True, False)
    """
    return number[:2] not in _NO_EMPLOYERS and not uniform(number)


def is_ssn(number: str) -> bool:
    """Social security numbers: the parts of 3, 2 and 4 digits that are never given out (Social
    Security Administration), and two numbers of advertisements.

    >>> is_ssn("536904399"), is_ssn("666904399"), is_ssn("536004399")
    (True, False, False)
    """
    if number in ("078051120", "219099999") or uniform(number):
        return False
    return (
        number[:3] not in ("000", "666")
        and number[0] != "9"
        and number[3:5] != "00"
        and number[5:] != "0000"
    )


def is_itin(number: str) -> bool:
    """Taxpayer numbers of those without a social security number: 9, and groups that are used.

    >>> is_itin("912701234"), is_itin("912891234")
    (True, False)
    """
    group = int(number[3:5])
    return number[0] == "9" and (50 <= group <= 99 and group not in (66, 67, 68, 69, 89, 93))


def is_routing(number: str) -> bool:
    """Routing numbers of banks: a Federal Reserve district, and weights 3, 7, 1 modulo 10.

    >>> is_routing("021000021"), is_routing("021000022")
    (True, False)
    """
    district = int(number[:2])
    known = district <= 12 or 21 <= district <= 32 or 61 <= district <= 72 or district == 80
    return known and dot(number, (3, 7, 1) * 3) % 10 == 0 and not uniform(number)


def is_npi(number: str) -> bool:
    """National provider identifiers: Luhn with the prefix 80840 of health cards of the US.

    >>> is_npi("1234567893"), is_npi("1234567890")
    (True, False)
    """
    return number[0] in "12" and passes_luhn("80840" + number)


_MBI_LETTERS = frozenset("ACDEFGHJKMNPQRTUVWXY")


def is_mbi(number: str) -> bool:
    """Medicare beneficiary identifiers: eleven places with a class each, without S, L, O, I, B, Z.

    >>> is_mbi("1EG4TE5MK73"), is_mbi("1SG4TE5MK73")
    (True, False)
    """
    return number[0] != "0" and all(each.isdigit() or each in _MBI_LETTERS for each in number)


def is_dea(number: str) -> bool:
    """Registrations of prescribers at the DEA: the last of seven digits is a sum's.

    >>> is_dea("BB1388568"), is_dea("BB1388567")
    (True, False)
    """
    digits = number[2:]
    total = dot(digits, (1, 2, 1, 2, 1, 2))
    return number[0] in "ABCDEFGHJKLMPRSTUX" and total % 10 == int(digits[6])


def is_sin(number: str) -> bool:
    """Social insurance numbers of Canada: Luhn, no 0 and no 8 at the start.

    >>> is_sin("130692544"), is_sin("130692545")
    (True, False)
    """
    return number[0] not in "08" and passes_luhn(number)


#: Numbers of driving licences by state: digits alone (AL, AK, CO, CT, DC, DE, GA, IN, IA, LA, ME,
#: MS, NC, NY, OR, PA, SC, SD, TN, TX, UT …), a letter or more before them (AZ, CA, FL, IL, KY, MA,
#: MD, MI, MN, MO, NE, NJ, OH, OK, VA, WI, WV …) and those of ID, KS, MO, NH, ND, NV, VT, WA, WY.
_LICENCES = (
    *runs("#", range(6, 15)), *runs("A#", range(5, 15)), *runs("AA#", (4, 5, 6, 7)),
    *runs("AAA#", (5, 6)), *runs("#A", (7, 8, 9)), *runs("#AA", 8), *runs("#AAA#", 2, 5),
    *runs("AA#A", 6), *runs("A#A", (4, 6, 7)), *runs("A9A9A"), *runs("#AA#", 3, 4),
    *runs("#", 16),
    *runs("AAAAA#AA*", 3), *runs("AAAAAAA#A*", 3), *runs("AAAAAA#A*", 3), *runs("AAAA#A*", 3),
    *runs("AAA**#AA*", 3), "AAAAAAA999A9", *runs("AAA#AA", 7), "AAA999999999",
)  # fmt: skip

RULES = (
    Rule("US_SSN", ("999999999",), is_ssn, alone=("999-99-9999",), strict=True),
    Rule("US_ITIN", ("999999999",), is_itin, alone=("999-99-9999",), strict=True),
    Rule("US_PASSPORT", ("999999999", "A99999999"), close=True),
    Rule("US_DRIVER_LICENSE", _LICENCES, close=True),
    Rule("ABA_ROUTING_NUMBER", ("999999999",), is_routing),
    Rule("US_BANK_NUMBER", runs("#", range(6, 18)), close=True),
    Rule("MEDICAL_LICENSE", ("A*9999999",), is_dea, strict=True),
    Rule("US_EIN", ("999999999",), is_ein, close=True),
    Rule("US_NPI", ("9999999999",), is_npi),
    Rule("US_MBI", ("9A*9A*9AA99",), is_mbi, alone=("9A*9A*9AA99", "9A*9-A*9-AA99"), strict=True),
    Rule(
        "US_HEALTH_INSURANCE_MEMBER_ID",
        (*runs("A#", range(7, 13)), *runs("AA#", range(6, 13)), *runs("AAA#", range(6, 13)),
         *runs("AAAA#", range(5, 11)), *runs("#", range(8, 13)), *runs("#A", (9, 10))),
        close=True,
    ),
    Rule("CA_SIN", ("999999999",), is_sin),
    Rule("CA_PASSPORT", ("AA999999",), close=True),
)  # fmt: skip
