"""Identifiers of Germany, Austria, Switzerland, the Netherlands, Belgium and Luxembourg."""

from corpus_pipeline.scrub.identifiers.check_digits import (
    dot,
    passes_11_10,
    passes_97,
    passes_luhn,
    passes_verhoeff,
    uniform,
)
from corpus_pipeline.scrub.identifiers.rule import Rule, is_date, is_short_date, runs


def _sum_of_digits(digits: str, weights: tuple[int, ...]) -> int:
    """Sums the digits of the products of digits and weights."""
    products = (w * int(d) for w, d in zip(weights, digits, strict=False))
    return sum(product // 10 + product % 10 for product in products)


def is_german_tax_id(number: str) -> bool:
    """Taxpayers of Germany: MOD 11,10; one digit at least stands twice among the first ten.

    >>> is_german_tax_id("36574261809"), is_german_tax_id("36574261890")
    (True, False)
    """
    return number[0] != "0" and len(set(number[:10])) in (8, 9) and passes_11_10(number)


def is_german_pension(number: str) -> bool:
    """Pension insurance of Germany: area, day of birth, initial, serial, and a digit modulo 10.

    >>> is_german_pension("15070649C103"), is_german_pension("15070649C104")
    (True, False)
    """
    digits = f"{number[:8]}{ord(number[8]) - 64:02}{number[9:]}"
    total = _sum_of_digits(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1))
    day = int(number[2:4])
    born = f"{day - 50 if day > 50 else day:02}{number[4:8]}"
    return total % 10 == int(number[11]) and is_short_date(born, "dmy")


def is_german_patient(number: str) -> bool:
    """Health insurance of Germany: a letter, eight digits, a digit modulo 10.

    >>> is_german_patient("A123456780"), is_german_patient("A123456787")
    (True, False)
    """
    digits = f"{ord(number[0]) - 64:02}{number[1:9]}"
    return _sum_of_digits(digits, (1, 2) * 5) % 10 == int(number[9])


def is_german_doctor(number: str) -> bool:
    """Doctors of Germany (LANR): weights 4 and 9 modulo 10 give the seventh digit.

    >>> is_german_doctor("123456601"), is_german_doctor("123456701")
    (True, False)
    """
    return -dot(number, (4, 9) * 3) % 10 == int(number[6]) and not uniform(number)


_CARD_CHARACTERS = frozenset("CFGHJKLMNPRTVWXYZ0123456789")


def is_german_card(number: str) -> bool:
    """Serial numbers of German identity cards and passports: no vowels and no B, D, Q, S.

    >>> is_german_card("L01X00T47"), is_german_card("A01X00T47")
    (True, False)
    """
    return _CARD_CHARACTERS.issuperset(number) and not number.isalpha()


def is_german_vat(number: str) -> bool:
    """Firms of Germany: DE and nine digits, MOD 11,10.

    >>> is_german_vat("DE136695976"), is_german_vat("DE136695975")
    (True, False)
    """
    return number[:2] == "DE" and passes_11_10(number[2:])


def is_austrian(number: str) -> bool:
    """Social insurance of Austria: serial, digit modulo 11, day of birth.

    >>> is_austrian("1237010180"), is_austrian("2237010180")
    (True, False)
    """
    weights = (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)
    # Where a day is not known the month is 13 and more.
    known = is_short_date(number[4:], "dmy") or 13 <= int(number[6:8]) <= 15
    return number[0] != "0" and dot(number, weights) % 11 == int(number[3]) and known


def is_ahv(number: str) -> bool:
    """Social insurance of Switzerland (AHV): 756 and the check digit of an EAN.

    >>> is_ahv("7569217076985"), is_ahv("7569217076984")
    (True, False)
    """
    return number[:3] == "756" and dot(number, (1, 3) * 6 + (1,)) % 10 == 0


def is_bsn(number: str) -> bool:
    """Citizens of the Netherlands (BSN): weights 9 to 2 and -1 modulo 11.

    >>> is_bsn("111222333"), is_bsn("111222334")
    (True, False)
    """
    padded = number.zfill(9)
    return dot(padded, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0 and not uniform(padded)


def is_belgian(number: str) -> bool:
    """National register of Belgium: day of birth, serial, 97 less the remainder modulo 97.

    >>> is_belgian("85073003328"), is_belgian("85073003329")
    (True, False)
    """
    body, check = number[:9], number[9:]
    month = int(number[2:4]) % 20
    known = is_short_date(f"{number[:2]}{month:02}{number[4:6]}") or month == 0
    return known and (passes_97(body, check) or passes_97(f"2{body}", check))


def is_luxembourgish(number: str) -> bool:
    """Social security of Luxembourg: day of birth, serial, Luhn and Verhoeff digits.

    >>> is_luxembourgish("1893120105732"), is_luxembourgish("1893120105733")
    (True, False)
    """
    return (
        number[:2] in ("18", "19", "20")
        and is_date(int(number[:4]), int(number[4:6]), int(number[6:8]))
        and passes_luhn(number[:12])
        and passes_verhoeff(number[:11] + number[12])
    )


_ELEVEN = ("99999999999",)
_CARD = ("A********", "A********9")


def is_uid(number: str) -> bool:
    """Firms of Switzerland (UID): CHE and a digit modulo 11.

    >>> is_uid("CHE123456788"), is_uid("CHE123456787")
    (True, False)
    """
    check = -dot(number[3:11], (5, 4, 3, 2, 7, 6, 5, 4)) % 11
    return number[:3] == "CHE" and check == int(number[11])


RULES = (
    Rule("DE_TAX_ID", _ELEVEN, is_german_tax_id),
    Rule("DE_SOCIAL_SECURITY", ("99999999A999",), is_german_pension,
         alone=("99999999A999", "99 999999 A 999", "99 999999 A 99 9")),
    Rule("DE_HEALTH_INSURANCE", ("A999999999",), is_german_patient),
    Rule("DE_LANR", ("999999999",), is_german_doctor),
    Rule("DE_BSNR", ("999999999",), close=True),
    Rule("DE_ID_CARD", _CARD, is_german_card, close=True),
    Rule("DE_PASSPORT", _CARD, is_german_card, close=True),
    Rule("DE_FUEHRERSCHEIN", ("AA99999999*", "A99******9*"), close=True),
    Rule("DE_TAX_NUMBER", runs("#", range(9, 14)), close=True),
    Rule("DE_VAT_ID", ("AA999999999",), is_german_vat),
    Rule("AT_SVNR", ("9999999999",), is_austrian),
    Rule("CH_UID", ("AAA999999999",), is_uid, alone=("AAA-999.999.999",), strict=True),
    Rule("CH_AHV", ("9999999999999",), is_ahv, alone=("999.9999.9999.99", "9999999999999")),
    Rule("NL_BSN", runs("#", (8, 9)), is_bsn),
    Rule("BE_NATIONAL_NUMBER", _ELEVEN, is_belgian,
         alone=("99.99.99-999.99", "99.99.99.999.99", "999999-999-99", "999999-999.99")),
    Rule("LU_NATIONAL_ID", ("9999999999999",), is_luxembourgish, alone=("9999999999999",)),
)  # fmt: skip
