"""Identifiers of France, Spain, Portugal, Italy and Greece."""

import re

from corpus_pipeline.scrub.identifiers.check_digits import dot, passes_97, passes_luhn, uniform
from corpus_pipeline.scrub.identifiers.rule import Rule, is_short_date, runs

_NIR = re.compile(
    r"[1-478]\d\d(?:0[1-9]|1[0-2]|[2-3]\d|4[0-2]|[5-9]\d)(?:2[AB]|\d\d)\d{3}\d{3}\d\d"
)


def is_nir(number: str) -> bool:
    """Register of persons of France (NIR): sex, month and place of birth, key modulo 97.

    >>> is_nir("295109912611193"), is_nir("295109912611194")
    (True, False)
    """
    if not _NIR.fullmatch(number):
        return False
    return passes_97(number[:13].replace("2A", "19").replace("2B", "18"), number[13:])


def is_usual_nir(number: str) -> bool:
    """Says whether it is one of a person who was registered at birth: 1 or 2 at the start; payment
    cards of as many digits start with 3.

    >>> is_usual_nir("295109912611193"), is_usual_nir("346412338913585")
    (True, False)
    """
    return number[0] in "12" and is_nir(number)


def is_spif(number: str) -> bool:
    """Taxpayers of France: ten digits and their remainder modulo 511.

    >>> is_spif("3023217600053"), is_spif("3023217600054")
    (True, False)
    """
    return number[0] in "0123" and int(number[:10]) % 511 == int(number[10:])


_NIF_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def is_nif(number: str) -> bool:
    """Natural persons of Spain (DNI, NIF): up to eight digits and a letter modulo 23.

    >>> is_nif("54362315K"), is_nif("54362315Z")
    (True, False)
    """
    body = number[:-1]
    return _NIF_LETTERS[int(body) % 23] == number[-1] and not uniform(body)


def is_nie(number: str) -> bool:
    """Foreigners in Spain (NIE): X, Y or Z stand for 0, 1 and 2.

    >>> is_nie("X2482300W"), is_nie("X2482300A")
    (True, False)
    """
    first = "XYZ".find(number[0])
    return first >= 0 and _NIF_LETTERS[int(f"{first}{number[1:-1]}") % 23] == number[-1]


def is_naf(number: str) -> bool:
    """Social security of Spain: province, serial, remainder modulo 97.

    >>> is_naf("281234567840"), is_naf("281234567841")
    (True, False)
    """
    province, serial = int(number[:2]), int(number[2:10])
    body = province * 10**7 + serial if serial < 10**7 else int(number[:10])
    return body % 97 == int(number[10:])


def is_portuguese_nif(number: str) -> bool:
    """Taxpayers of Portugal: weights 9 to 2 modulo 11.

    >>> is_portuguese_nif("501964843"), is_portuguese_nif("501964842")
    (True, False)
    """
    check = -dot(number, range(9, 1, -1)) % 11 % 10
    return number[0] != "0" and check == int(number[8]) and not uniform(number)


def is_portuguese_card(number: str) -> bool:
    """Identity cards of Portugal: Luhn over digits and letters (A is 10).

    >>> is_portuguese_card("000000000ZZ4"), is_portuguese_card("000000000ZZ5")
    (True, False)
    """
    total = 0
    for k, each in enumerate(reversed(number)):
        value = int(each, 36) * (1 + k % 2)
        total += value - 9 if value > 9 and k % 2 else value
    return total % 10 == 0


#: Values of the characters at odd places of a fiscal code, digits as the first ten letters.
_ODD = (
    1,
    0,
    5,
    7,
    9,
    13,
    15,
    17,
    19,
    21,
    2,
    4,
    18,
    20,
    11,
    3,
    6,
    8,
    12,
    14,
    16,
    10,
    22,
    25,
    24,
    23,
)
#: Letters that may stand for the digits 0 to 9, where two persons had one code.
_SUBSTITUTES = str.maketrans("LMNPQRSTUV", "0123456789")
_FISCAL = re.compile(r"[A-Z]{6}\d\d[ABCDEHLMPRST]\d\d[A-Z]\d{3}[A-Z]")


def is_fiscal_code(code: str) -> bool:
    """Fiscal codes of Italy: letters of the name, date, place, and a letter modulo 26.

    >>> is_fiscal_code("RCCMNL83S18D969H"), is_fiscal_code("RCCMNL83S18D969I")
    (True, False)
    """
    places = (6, 7, 9, 10, 12, 13, 14)
    plain = "".join(
        each.translate(_SUBSTITUTES) if k in places else each for k, each in enumerate(code)
    )
    if not _FISCAL.fullmatch(plain) or not 1 <= int(plain[9:11]) % 40 <= 31:
        return False
    values = [int(each) if each.isdigit() else ord(each) - 65 for each in code[:15]]
    total = sum(value if k % 2 else _ODD[value] for k, value in enumerate(values))
    return chr(65 + total % 26) == code[15]


def is_partita_iva(number: str) -> bool:
    """Firms of Italy: Luhn, an office that exists.

    >>> is_partita_iva("00743110157"), is_partita_iva("00743110158")
    (True, False)
    """
    office = int(number[7:10])
    known = 1 <= office <= 100 or office in (120, 121, 888, 999)
    return known and passes_luhn(number) and not uniform(number)


def is_amka(number: str) -> bool:
    """Social security of Greece: day of birth, serial, Luhn.

    >>> is_amka("01013099997"), is_amka("01013099998")
    (True, False)
    """
    return is_short_date(number[:6], "dmy") and passes_luhn(number)


def is_afm(number: str) -> bool:
    """Taxpayers of Greece: powers of two modulo 11.

    >>> is_afm("094259216"), is_afm("094259217")
    (True, False)
    """
    check = dot(number, (256, 128, 64, 32, 16, 8, 4, 2)) % 11 % 10
    return check == int(number[8]) and not uniform(number)


_CODE = "AAAAAA99A99A999A"


def is_siret(number: str) -> bool:
    """Establishments of France (SIRET): a firm of nine digits, five more, each with Luhn's digit.

    >>> is_siret("73282932000074"), is_siret("73282932000075")
    (True, False)
    """
    return passes_luhn(number) and passes_luhn(number[:9]) and not uniform(number)


RULES = (
    Rule("FR_NIR", ("999999999999999", "999999A99999999"), is_nir),
    Rule("FR_NIR", ("999999999999999", "999999A99999999"), is_usual_nir,
         alone=("9 99 99 99 999 999 99", "999999999999999", "9 99 99 9A 999 999 99",
                "9999999999999 99", "9-99-99-99-999-999-99", "9.99.99.99.999.999.99")),
    Rule("FR_SIREN", ("999999999",), passes_luhn),
    Rule("FR_SIREN", ("99999999999999",), is_siret),
    Rule("FR_SPI", ("9999999999999",), is_spif),
    Rule("FR_PASSPORT", ("99AA99999",), close=True),
    Rule("FR_ID_CARD", ("999999999999", *runs("A********")), close=True),
    Rule("FR_DRIVER_LICENSE", ("999999999999",), close=True),
    Rule("ES_NIF", ("99999999A",), is_nif, alone=("99999999A", "99999999-A", "99.999.999-A")),
    Rule("ES_NIF", ("9999999A",), is_nif),
    Rule("ES_NIE", ("A9999999A",), is_nie, alone=("A9999999A", "A-9999999-A")),
    Rule("ES_PASSPORT", ("AAA999999",), close=True),
    Rule("ES_SOCIAL_SECURITY", ("999999999999",), is_naf,
         alone=("99/99999999/99", "99/9999999999")),
    Rule("PT_NIF", ("999999999",), is_portuguese_nif),
    Rule("PT_NIF", ("AA999999999",),
         lambda number: number[:2] == "PT" and is_portuguese_nif(number[2:])),
    Rule("PT_ID_CARD", ("999999999**9",), is_portuguese_card, alone=("99999999 9 AA9",)),
    Rule("IT_FISCAL_CODE", (_CODE,), is_fiscal_code, alone=(_CODE, "AAA AAA 99A99 A999A")),
    Rule("IT_FISCAL_CODE", ("AAAAAA**A**A***A",), is_fiscal_code),
    Rule("IT_VAT_CODE", ("99999999999",), is_partita_iva),
    Rule("IT_IDENTITY_CARD", ("AA9999999", "9999999AA", "AA99999AA"), close=True),
    Rule("IT_PASSPORT", ("AA9999999",), close=True),
    Rule("IT_DRIVER_LICENSE", ("AA9999999A", "A9*******A"), close=True),
    Rule("GR_AMKA", ("99999999999",), is_amka),
    Rule("GR_AFM", ("999999999",), is_afm),
    Rule("GR_AFM", ("AA999999999",), lambda number: number[:2] == "EL" and is_afm(number[2:])),
)  # fmt: skip
