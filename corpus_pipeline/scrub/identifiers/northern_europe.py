"""Identifiers of the Nordic and Baltic countries."""

from corpus_pipeline.scrub.identifiers.check_digits import dot, passes_luhn
from corpus_pipeline.scrub.identifiers.rule import Rule, is_date, is_short_date, runs

_HETU_CHECKS = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def is_hetu(number: str) -> bool:
    """Persons of Finland: day of birth, century, serial, a character modulo 31. The sign of the
    century is a dash or a letter.

    >>> is_hetu("131052308T"), is_hetu("131052A308T"), is_hetu("131052308U")
    (True, True, False)
    """
    digits = number[:6] + number[-4:-1]
    if not digits.isdigit() or (len(number) == 11 and number[6] not in "ABCDEFYXWVU"):
        return False
    return is_short_date(digits[:6], "dmy") and _HETU_CHECKS[int(digits) % 31] == number[-1]


def is_personnummer(number: str) -> bool:
    """Persons of Sweden: day of birth (60 more in coordination numbers), serial, Luhn.

    >>> numbers = "8803200016", "198803200016", "8803200018"
    >>> [is_personnummer(number) for number in numbers]
    [True, True, False]
    """
    short = number[-10:]
    day = int(short[4:6])
    born = f"{short[:4]}{day - 60 if day > 60 else day:02}"
    century = len(number) == 10 or number[:2] in ("18", "19", "20")
    return century and is_short_date(born) and passes_luhn(short)


def is_orgnr(number: str) -> bool:
    """Firms of Sweden: the third digit is 2 or more, Luhn.

    >>> is_orgnr("5560360793"), is_orgnr("5560360794")
    (True, False)
    """
    return number[0] in "1256789" and int(number[2]) >= 2 and passes_luhn(number)


def is_fodselsnummer(number: str) -> bool:
    """Persons of Norway: day of birth (40 more in D numbers), serial, two digits modulo 11.

    >>> is_fodselsnummer("15108695088"), is_fodselsnummer("15108695077")
    (True, False)
    """
    day, month = int(number[:2]), int(number[2:4])
    born = (
        f"{day - 40 if day > 40 else day:02}{month - 40 if month > 40 else month:02}{number[4:6]}"
    )
    return (
        is_short_date(born, "dmy")
        and dot(number, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11 == 0
        and dot(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0
    )


def is_cpr(number: str) -> bool:
    """Persons of Denmark: day of birth and serial; there has been no check since 2007.

    >>> is_cpr("2110625629"), is_cpr("3113625629")
    (True, False)
    """
    return is_short_date(number[:6], "dmy")


def is_kennitala(number: str) -> bool:
    """Persons and firms of Iceland: day of birth, serial, digit modulo 11, century.

    >>> is_kennitala("1201743399"), is_kennitala("1201743389")
    (True, False)
    """
    day = int(number[:2])
    born = f"{day - 40 if day > 40 else day:02}{number[2:6]}"
    total = dot(number, (3, 2, 7, 6, 5, 4, 3, 2, 1))
    return is_short_date(born, "dmy") and total % 11 == 0 and number[9] in "890"


def is_isikukood(number: str) -> bool:
    """Persons of Estonia and Lithuania: sex and century, day of birth, serial, digit modulo 11.

    >>> is_isikukood("36805280109"), is_isikukood("36805280108")
    (True, False)
    """
    check = dot(number, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    if check == 10:
        check = dot(number, (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11 % 10
    century = 1800 + (int(number[0]) - 1) // 2 * 100
    born = is_date(century + int(number[1:3]), int(number[3:5]), int(number[5:7]))
    return number[0] in "12345678" and born and check == int(number[10])


def is_personas_kods(number: str) -> bool:
    """Persons of Latvia: day of birth, century, serial, digit modulo 11; since 2017 32 at first.

    >>> is_personas_kods("16117519997"), is_personas_kods("16117519998")
    (True, False)
    """
    if number[:2] == "32":
        return True
    check = (1101 - dot(number, (1, 6, 3, 7, 9, 10, 5, 8, 4, 2))) % 11 % 10
    return is_short_date(number[:6], "dmy") and check == int(number[10])


RULES = (
    Rule("FI_PERSONAL_IDENTITY_CODE", ("999999999*", "999999A999*"), is_hetu,
         alone=("999999-999*", "999999A999*")),
    Rule("SE_PERSONNUMMER", ("9999999999", "999999999999"), is_personnummer,
         alone=("99999999-9999",)),
    Rule("SE_ORGANISATIONSNUMMER", ("9999999999",), is_orgnr),
    Rule("NO_FODSELSNUMMER", ("99999999999",), is_fodselsnummer,
         alone=("999999 99999", "999999-99999")),
    Rule("DK_CPR", ("9999999999",), is_cpr, close=True),
    Rule("IS_KENNITALA", ("9999999999",), is_kennitala),
    Rule("EE_ISIKUKOOD", ("99999999999",), is_isikukood),
    Rule("LT_ASMENS_KODAS", ("99999999999",), is_isikukood),
    Rule("LV_PERSONAS_KODS", ("99999999999",), is_personas_kods),
    Rule("FI_PASSPORT", ("AA9999999",), close=True),
    Rule("SE_PASSPORT", ("99999999", "AA999999"), close=True),
    Rule("NO_PASSPORT", (*runs("#", 8), *runs("AAA#", 6)), close=True),
)  # fmt: skip
