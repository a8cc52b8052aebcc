"""Identifiers of Eastern Europe and the Balkans."""

from corpus_pipeline.scrub.identifiers.check_digits import dot, passes_11_10, uniform
from corpus_pipeline.scrub.identifiers.rule import Rule, is_date, is_short_date, runs


def _from_month(digits: str, *added: int) -> bool:
    """Says whether six digits are a day if one of some numbers is taken from the month."""
    month = int(digits[2:4])
    return any(
        1 <= month - each <= 12 and is_short_date(f"{digits[:2]}{month - each:02}{digits[4:6]}")
        for each in (0, *added)
    )


def is_pesel(number: str) -> bool:
    """Persons of Poland: day of birth with the century in its month, weights 1, 3, 7, 9.

    >>> is_pesel("44051401359"), is_pesel("44051401358")
    (True, False)
    """
    total = dot(number, (1, 3, 7, 9) * 2 + (1, 3, 1))
    return _from_month(number, 20, 40, 60, 80) and total % 10 == 0


def is_nip(number: str) -> bool:
    """Taxpayers of Poland: weights modulo 11.

    >>> is_nip("8567346215"), is_nip("8567346216")
    (True, False)
    """
    return dot(number, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == int(number[9]) and not uniform(number)


def is_polish_card(number: str) -> bool:
    """Identity cards of Poland: three letters, a digit modulo 10, five digits.

    >>> is_polish_card("ABA300000"), is_polish_card("ABA400000")
    (True, False)
    """
    return dot(number, (7, 3, 1, 9, 7, 3, 1, 7, 3)) % 10 == 0


def is_rodne_cislo(number: str) -> bool:
    """Persons of Czechia and Slovakia: day of birth (50 more for women), serial, modulo 11.

    >>> is_rodne_cislo("7103192745"), is_rodne_cislo("7103192746")
    (True, False)
    """
    if not _from_month(number, 20, 50, 70):
        return False
    # Nine digits, until 1953, carry no check.
    return len(number) == 9 or int(number[:9]) % 11 % 10 == int(number[9])


def is_taj(number: str) -> bool:
    """Social security of Hungary: weights 3 and 7 modulo 10.

    >>> is_taj("111111110"), is_taj("111111111")
    (True, False)
    """
    return dot(number, (3, 7) * 4) % 10 == int(number[8])


def is_hungarian_tax(number: str) -> bool:
    """Taxpayers of Hungary: 8, days since 1867, serial, digit modulo 11.

    >>> is_hungarian_tax("8071592153"), is_hungarian_tax("8071592154")
    (True, False)
    """
    return number[0] == "8" and dot(number, range(1, 10)) % 11 % 10 == int(number[9])


def is_hungarian(number: str) -> bool:
    """Persons of Hungary: sex and century, day of birth, serial, digit modulo 11; the weights fall
    since 1997.

    >>> is_hungarian("28102230009"), is_hungarian("28102230008")
    (True, False)
    """
    checks = {dot(number, weights) % 11 for weights in (range(1, 11), range(10, 0, -1))}
    return number[0] in "12345678" and is_short_date(number[1:7]) and int(number[10]) in checks


def is_cnp(number: str) -> bool:
    """Persons of Romania: sex, day of birth, county, serial, digit modulo 11.

    >>> is_cnp("1630615123457"), is_cnp("1630615123458")
    (True, False)
    """
    check = dot(number, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    county = int(number[7:9])
    return (
        number[0] != "0"
        and is_short_date(number[1:7])
        and (1 <= county <= 48 or county in (51, 52, 70) or 80 <= county <= 83)
        and (1 if check == 10 else check) == int(number[12])
    )


def is_egn(number: str) -> bool:
    """Persons of Bulgaria: day of birth with the century in its month, weights modulo 11.

    >>> is_egn("7523169263"), is_egn("7523169264")
    (True, False)
    """
    check = dot(number, (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10
    return _from_month(number, 20, 40) and check == int(number[9])


def is_jmbg(number: str) -> bool:
    """Persons of the states of former Yugoslavia: day of birth, region, serial, digit modulo 11.

    >>> is_jmbg("0101006500006"), is_jmbg("0101006500007")
    (True, False)
    """
    millennium = 1000 if number[4] in "89" else 2000
    total = dot(number, (7, 6, 5, 4, 3, 2) * 2)
    born = is_date(millennium + int(number[4:7]), int(number[2:4]), int(number[:2]))
    return born and -total % 11 % 10 == int(number[12])


def is_oib(number: str) -> bool:
    """Persons and firms of Croatia: MOD 11,10.

    >>> is_oib("33392005961"), is_oib("33392005962")
    (True, False)
    """
    return passes_11_10(number) and not uniform(number)


def is_personal_inn(number: str) -> bool:
    """Taxpayers of Russia, natural persons: two digits modulo 11.

    >>> is_personal_inn("500100732259"), is_personal_inn("500100732258")
    (True, False)
    """
    weights = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
    first = dot(number, weights[1:]) % 11 % 10
    second = dot(number, weights) % 11 % 10
    return number[10:] == f"{first}{second}" and not uniform(number)


def is_firm_inn(number: str) -> bool:
    """Taxpayers of Russia, firms: a digit modulo 11.

    >>> is_firm_inn("7707083893"), is_firm_inn("7707083894")
    (True, False)
    """
    check = dot(number, (2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10
    return check == int(number[9]) and not uniform(number)


def is_snils(number: str) -> bool:
    """Pension insurance of Russia: weights 9 to 1 modulo 101.

    >>> is_snils("11223344595"), is_snils("11223344596")
    (True, False)
    """
    total = dot(number, range(9, 0, -1)) % 101 % 100
    return total == int(number[9:]) and not uniform(number[:9])


def is_rnokpp(number: str) -> bool:
    """Taxpayers of Ukraine: days since 1900, serial, digit modulo 11.

    >>> is_rnokpp("1759013776"), is_rnokpp("1759013777")
    (True, False)
    """
    check = dot(number, (-1, 5, 7, 9, 4, 6, 10, 5, 7)) % 11 % 10
    return check == int(number[9]) and not uniform(number)


def is_iin(number: str) -> bool:
    """Persons of Kazakhstan: day of birth, sex and century, serial, digit modulo 11.

    >>> is_iin("990101300003"), is_iin("990101300004")
    (True, False)
    """
    check = dot(number, range(1, 12)) % 11
    if check == 10:
        check = dot(number, (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)) % 11
    return is_short_date(number[:6]) and number[6] in "0123456" and check == int(number[11])


def is_regon(number: str) -> bool:
    """Firms of Poland (REGON): a digit modulo 11, of nine digits or of fourteen.

    >>> is_regon("123456785"), is_regon("123456784")
    (True, False)
    """
    weights: tuple[int, ...] = (8, 9, 2, 3, 4, 5, 6, 7)
    if len(number) == 14:
        weights = (2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8)
    return dot(number[:-1], weights) % 11 % 10 == int(number[-1]) and not uniform(number)


def is_ogrn(number: str) -> bool:
    """Firms (13 digits) and sole traders (15) of Russia: the remainder modulo 11 or 13.

    >>> is_ogrn("1027700132195"), is_ogrn("1027700132196")
    (True, False)
    """
    return int(number[:-1]) % (len(number) - 2) % 10 == int(number[-1])


RULES = (
    Rule("PL_PESEL", ("99999999999",), is_pesel),
    Rule("PL_REGON", ("999999999", "99999999999999"), is_regon),
    Rule("PL_NIP", ("9999999999",), is_nip),
    Rule("PL_ID_CARD", ("AAA999999",), is_polish_card),
    Rule("PL_PASSPORT", ("AA9999999",), close=True),
    Rule("CZ_RODNE_CISLO", runs("#", (9, 10)), is_rodne_cislo),
    Rule("CZ_RODNE_CISLO", ("9999999999",), is_rodne_cislo, alone=("999999/9999",)),
    Rule("HU_TAJ", ("999999999",), is_taj),
    Rule("HU_TAX_ID", ("9999999999",), is_hungarian_tax),
    Rule("HU_PERSONAL_ID", ("99999999999",), is_hungarian),
    Rule("RO_CNP", ("9999999999999",), is_cnp),
    Rule("BG_EGN", ("9999999999",), is_egn),
    Rule("YU_JMBG", ("9999999999999",), is_jmbg),
    Rule("HR_OIB", ("99999999999",), is_oib),
    Rule("RU_PASSPORT", ("9999999999",), close=True),
    Rule("RU_PASSPORT", ("999999999",), close=True),
    Rule("RU_OGRN", ("9999999999999", "999999999999999"), is_ogrn),
    Rule("RU_INN", ("999999999999",), is_personal_inn),
    Rule("RU_INN", ("9999999999",), is_firm_inn),
    Rule("RU_SNILS", ("99999999999",), is_snils, alone=("999-999-999 99", "999-999-999-99")),
    Rule("RU_DRIVER_LICENSE", ("9999999999", "99AA999999"), close=True),
    Rule("UA_RNOKPP", ("9999999999",), is_rnokpp),
    Rule("UA_PASSPORT", ("AA999999",), close=True),
    Rule("KZ_IIN", ("999999999999",), is_iin),
)  # fmt: skip
