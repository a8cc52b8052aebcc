"""Identifiers of the Near East, Africa and Oceania."""

from corpus_pipeline.scrub.identifiers.check_digits import dot, passes_luhn, uniform
from corpus_pipeline.scrub.identifiers.rule import Rule, is_date, is_short_date, runs


def is_tckn(number: str) -> bool:
    """Citizens of Turkey: two digits modulo 10.

    >>> is_tckn("17291716060"), is_tckn("17291716050")
    (True, False)
    """
    digits = [int(each) for each in number]
    tenth = (7 * sum(digits[0:9:2]) - sum(digits[1:8:2])) % 10
    return digits[0] != 0 and digits[9] == tenth and sum(digits[:10]) % 10 == digits[10]


def is_israeli(number: str) -> bool:
    """Residents of Israel: Luhn over nine digits.

    >>> is_israeli("039337423"), is_israeli("039337424")
    (True, False)
    """
    return passes_luhn(number.zfill(9)) and not uniform(number)


def is_emirates_id(number: str) -> bool:
    """Residents of the Emirates: 784, year of birth, serial, Luhn.

    >>> is_emirates_id("784198012345675") or is_emirates_id("784198012345676")
    False
    """
    return number[:3] == "784" and number[3:5] in ("19", "20") and passes_luhn(number)


def is_saudi(number: str) -> bool:
    """Residents of Saudi Arabia: 1 for citizens, 2 for others, Luhn.

    >>> is_saudi("1000000008"), is_saudi("1000000009")
    (True, False)
    """
    return number[0] in "12" and passes_luhn(number)


def is_egyptian(number: str) -> bool:
    """Citizens of Egypt: century, day of birth, governorate, serial, check.

    >>> is_egyptian("29001011234567"), is_egyptian("29013011234567")
    (True, False)
    """
    century = {"2": 1900, "3": 2000}.get(number[0], 0)
    return century > 0 and is_date(
        century + int(number[1:3]), int(number[3:5]), int(number[5:7])
    )  # fmt: skip


def is_iranian(number: str) -> bool:
    """Citizens of Iran: weights 10 to 2 modulo 11.

    >>> is_iranian("0013542419"), is_iranian("0013542418")
    (True, False)
    """
    remainder = dot(number, range(10, 1, -1)) % 11
    check = remainder if remainder < 2 else 11 - remainder
    return check == int(number[9]) and not uniform(number)


def is_south_african(number: str) -> bool:
    """Residents of South Africa: day of birth, serial, citizenship, Luhn.

    >>> is_south_african("7503305044089"), is_south_african("7503305044088")
    (True, False)
    """
    return is_short_date(number[:6]) and number[10] in "012" and passes_luhn(number)


def is_tfn(number: str) -> bool:
    """Taxpayers of Australia: weights modulo 11.

    >>> is_tfn("123456782"), is_tfn("123456783")
    (True, False)
    """
    weights = (1, 4, 3, 7, 5, 8, 6, 9, 10) if len(number) == 9 else (10, 7, 8, 4, 6, 3, 5, 1)
    return dot(number, weights) % 11 == 0 and not uniform(number)


def is_medicare(number: str) -> bool:
    """Patients of Australia: 2 to 6, weights modulo 10 give the ninth digit, issue, person.

    >>> is_medicare("2428778132"), is_medicare("2428778122")
    (True, False)
    """
    check = dot(number, (1, 3, 7, 9, 1, 3, 7, 9)) % 10
    return number[0] in "23456" and check == int(number[8]) and number[9] != "0"


def is_abn(number: str) -> bool:
    """Firms of Australia: weights modulo 89, one less in the first digit.

    >>> is_abn("51824753556"), is_abn("51824753557")
    (True, False)
    """
    total = dot(number, (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)) - 10
    return number[0] != "0" and total % 89 == 0


def is_acn(number: str) -> bool:
    """Companies of Australia: weights 8 to 1 modulo 10.

    >>> is_acn("004085616"), is_acn("004085617")
    (True, False)
    """
    return -dot(number, range(8, 0, -1)) % 10 == int(number[8]) and not uniform(number)


def is_ird(number: str) -> bool:
    """Taxpayers of New Zealand: weights modulo 11, others where the first give 10.

    >>> is_ird("49091850"), is_ird("136410132"), is_ird("136410133")
    (True, True, False)
    """
    padded = number.zfill(9)
    check = -dot(padded, (3, 2, 7, 6, 5, 4, 3, 2)) % 11
    if check == 10:
        check = -dot(padded, (7, 4, 3, 2, 5, 2, 7, 6)) % 11
    return 10**7 <= int(number) <= 150 * 10**6 and check == int(padded[8])


def is_nhi(number: str) -> bool:
    """Patients of New Zealand: letters without I and O, weights 7 to 2 modulo 11.

    >>> is_nhi("ZZZ0016"), is_nhi("ZZZ0017")
    (True, False)
    """
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    if any(each not in letters for each in number[:3]):
        return False
    values = [letters.index(each) + 1 for each in number[:3]] + [int(each) for each in number[3:6]]
    total = sum(weight * value for weight, value in zip(range(7, 1, -1), values, strict=True)) % 11
    return total != 0 and (11 - total) % 10 == int(number[6])


RULES = (
    Rule("TR_NATIONAL_ID", ("99999999999",), is_tckn),
    Rule("TR_PASSPORT", ("A99999999",), close=True),
    Rule("IL_ID", ("999999999", "99999999"), is_israeli),
    Rule("AE_EMIRATES_ID", ("999999999999999",), is_emirates_id, alone=("999-9999-9999999-9",)),
    Rule("AE_EMIRATES_ID", ("999999999999999",), lambda number: number[:3] == "784"),
    Rule("SA_NATIONAL_ID", ("9999999999",), is_saudi),
    Rule("EG_NATIONAL_ID", ("99999999999999",), is_egyptian),
    Rule("IR_NATIONAL_ID", ("9999999999",), is_iranian),
    Rule("ZA_ID_NUMBER", ("9999999999999",), is_south_african),
    Rule("ZA_PASSPORT", ("A99999999",), lambda number: number[0] in "ADMT", close=True),
    Rule("ZA_DRIVER_LICENSE", ("99999999AAAA", "999999999999AA", "99999999AA99", "9999999999AA",
                               "99999999999A", "999999AA99AA"), close=True),
    Rule("ZA_INCOME_TAX_NUMBER", ("9999999999",),
         lambda number: number[0] in "01239" and passes_luhn(number)),
    Rule("ZA_TRAFFIC_REGISTER_NUMBER", ("9999999999999",), close=True),
    Rule("ZA_VAT_NUMBER", ("9999999999",), lambda number: number[0] == "4", close=True),
    Rule("NG_NIN", ("99999999999",), close=True),
    Rule("KE_ID", runs("#", (7, 8)), close=True),
    Rule("AU_TFN", ("999999999", "99999999"), is_tfn),
    Rule("AU_MEDICARE", runs("#", (10, 11)), is_medicare),
    Rule("AU_ABN", ("99999999999",), is_abn),
    Rule("AU_ACN", ("999999999",), is_acn),
    Rule("AU_PASSPORT", ("A9999999", "AA9999999"), close=True),
    Rule("AU_DRIVER_LICENSE", (*runs("#", range(6, 11)), *runs("A#", 5), *runs("#AA", 4)),
         close=True),
    Rule("NZ_IRD", runs("#", (8, 9)), is_ird),
    Rule("NZ_NHI", ("AAA9999",), is_nhi),
    Rule("NZ_PASSPORT", ("AA999999",), close=True),
)  # fmt: skip
