"""Identifiers of Latin America."""

from corpus_pipeline.scrub.identifiers.check_digits import dot, passes_luhn, uniform
from corpus_pipeline.scrub.identifiers.rule import Rule, is_short_date, runs


def is_cpf(number: str) -> bool:
    """Natural persons of Brazil (CPF): two check digits modulo 11.

    >>> is_cpf("39053344705"), is_cpf("39053344706")
    (True, False)
    """
    first = dot(number, range(10, 1, -1)) * 10 % 11 % 10
    second = dot(number, range(11, 1, -1)) * 10 % 11 % 10
    return number[9:] == f"{first}{second}" and not uniform(number)


def is_cnpj(number: str) -> bool:
    """Firms of Brazil (CNPJ): two check digits modulo 11.

    >>> is_cnpj("16727230000197"), is_cnpj("16727230000198")
    (True, False)
    """
    weights = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
    first = dot(number, weights[1:]) % 11
    second = dot(number, weights) % 11
    digits = [0 if each < 2 else 11 - each for each in (first, second)]
    return number[12:] == f"{digits[0]}{digits[1]}" and not uniform(number)


def is_cnh(number: str) -> bool:
    """Driving licences of Brazil (CNH): two check digits modulo 11, of which the second is less by
    2 where the first would be ten.

    >>> is_cnh("02650306461"), is_cnh("02650306462")
    (True, False)
    """
    first = dot(number, range(9, 0, -1)) % 11
    second = dot(number, range(1, 10)) % 11
    less = 2 if first > 9 else 0
    first = 0 if first > 9 else first
    second = 0 if second > 9 else second - less
    return number[9:] == f"{first}{second % 11}" and not uniform(number)


_STATES = frozenset(
    [
        "AS",
        "BC",
        "BS",
        "CC",
        "CS",
        "CH",
        "CL",
        "CM",
        "DF",
        "DG",
        "GT",
        "GR",
        "HG",
        "JC",
        "MC",
        "MN",
        "MS",
        "NT",
        "NL",
        "OC",
        "PL",
        "QT",
        "QR",
        "SP",
        "SL",
        "SR",
        "TC",
        "TS",
        "TL",
        "VZ",
        "YN",
        "ZS",
        "NE",
    ]
)
_CURP_ALPHABET = "0123456789ABCDEFGHIJKLMN\u00d1OPQRSTUVWXYZ"


def is_curp(number: str) -> bool:
    """Population register of Mexico (CURP): date, sex, state, and a digit by falling weights.

    >>> is_curp("BOXW310820HNERXN09"), is_curp("BOXW310820HNERXN08")
    (True, False)
    """
    if number[10] not in "HMX" or number[11:13] not in _STATES or not number[17].isdigit():
        return False
    total = sum((18 - k) * _CURP_ALPHABET.index(each) for k, each in enumerate(number[:17]))
    return is_short_date(number[4:10]) and -total % 10 == int(number[17])


_RFC_ALPHABET = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ \u00d1"


def is_rfc(number: str) -> bool:
    """Taxpayers of Mexico (RFC): letters, a date, and a check character modulo 11.

    >>> is_rfc("GODE561231GR8"), is_rfc("GODE561231GR9")
    (True, False)
    """
    padded = number.rjust(13)
    total = sum((13 - k) * _RFC_ALPHABET.index(each) for k, each in enumerate(padded[:12]))
    check = "0123456789A"[-total % 11]
    return is_short_date(padded[4:10]) and check == padded[12]


def is_cuit(number: str) -> bool:
    """Taxpayers and workers of Argentina (CUIT, CUIL): prefix and a digit modulo 11.

    >>> is_cuit("20055361682"), is_cuit("20055361683")
    (True, False)
    """
    if number[:2] not in ("20", "23", "24", "25", "26", "27", "30", "33", "34"):
        return False
    return -dot(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11 == int(number[10])


def is_rut(number: str) -> bool:
    """Natural persons and firms of Chile (RUT, RUN): a digit or K modulo 11.

    >>> is_rut("125319092"), is_rut("76086428K"), is_rut("125319093")
    (True, False, False)
    """
    body, check = number[:-1], number[-1]
    if not body.isdigit() or uniform(body):
        return False
    total = sum(int(each) * (2 + k % 6) for k, each in enumerate(reversed(body)))
    return "0123456789K"[-total % 11] == check


def is_ecuadorian(number: str) -> bool:
    """Cédula of Ecuador: province and a digit modulo 10, as Luhn's.

    >>> is_ecuadorian("1710034065"), is_ecuadorian("1710034066")
    (True, False)
    """
    total = sum(
        value - 9 if value > 9 else value
        for value in (int(each) * (2 - k % 2) for k, each in enumerate(number[:9]))
    )
    return 1 <= int(number[:2]) <= 24 and int(number[2]) < 6 and -total % 10 == int(number[9])


def is_uruguayan(number: str) -> bool:
    """Cédula of Uruguay: weights 2, 9, 8, 7, 6, 3, 4 modulo 10.

    >>> is_uruguayan("12345672"), is_uruguayan("12345673")
    (True, False)
    """
    return -dot(number.zfill(8), (2, 9, 8, 7, 6, 3, 4)) % 10 == int(number[-1])


def is_nit(number: str) -> bool:
    """Taxpayers of Colombia (NIT): a digit modulo 11 by weights that are primes.

    >>> is_nit("2131234321"), is_nit("2131234325")
    (True, False)
    """
    weights = (3, 7, 13, 17, 19, 23, 29, 37, 41)
    total = sum(w * int(d) for w, d in zip(weights, reversed(number[:-1]), strict=False)) % 11
    return (total if total < 2 else 11 - total) == int(number[-1])


RULES = (
    Rule("BR_CPF", ("99999999999",), is_cpf, alone=("999.999.999-99", "999999999-99")),
    Rule("BR_CNPJ", ("99999999999999",), is_cnpj, alone=("99.999.999/9999-99",)),
    Rule("BR_CNH", ("99999999999",), is_cnh),
    Rule("BR_RG", (*runs("#", (8, 9)), *runs("#A", 8)), close=True),
    Rule("MX_CURP", ("AAAA999999AAAAAA*9",), is_curp, alone=("AAAA999999AAAAAA*9",)),
    Rule("MX_RFC", ("AAAA999999***", "AAA999999***"), is_rfc, alone=("AAAA999999***",)),
    Rule("MX_NSS", ("99999999999",), passes_luhn),
    Rule("AR_CUIT", ("99999999999",), is_cuit, alone=("99-99999999-9",)),
    Rule("AR_DNI", runs("#", (7, 8)), close=True),
    Rule("CL_RUT", ("9999999*", "99999999*"), is_rut,
         alone=("99.999.999-*", "9.999.999-*", "99999999-A")),
    Rule("CO_CEDULA", runs("#", range(6, 11)), close=True),
    Rule("CO_NIT", ("9999999999",), is_nit),
    Rule("EC_CEDULA", ("9999999999",), is_ecuadorian),
    Rule("PE_DNI", ("99999999",), close=True),
    Rule("UY_CEDULA", runs("#", (7, 8)), is_uruguayan, alone=("9.999.999-9",)),
    Rule("VE_CEDULA", runs("A#", (6, 7, 8)), lambda number: number[0] in "VE", close=True),
)  # fmt: skip
