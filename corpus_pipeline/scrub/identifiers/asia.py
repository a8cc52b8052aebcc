"""Identifiers of South and South-East Asia and of Korea."""

import re

from corpus_pipeline.scrub.identifiers.check_digits import dot, passes_verhoeff, uniform
from corpus_pipeline.scrub.identifiers.rule import Rule, is_short_date, runs


def is_aadhaar(number: str) -> bool:
    """Residents of India: Verhoeff; the first digit is 2 or more, and no palindrome.

    >>> is_aadhaar("234123412346"), is_aadhaar("234123412347")
    (True, False)
    """
    return number[0] not in "01" and number != number[::-1] and passes_verhoeff(number)


def is_pan(number: str) -> bool:
    """Taxpayers of India: the fourth letter says what the holder is.

    >>> is_pan("AAAPL1234C"), is_pan("AAAXL1234C")
    (True, False)
    """
    return number[3] in "ABCFGHJLPTEK" and number[5:9] != "0000"


def is_gstin(number: str) -> bool:
    """Firms of India: state, taxpayer number, serial, Z, a character modulo 36.

    >>> is_gstin("27AAPFU0939F1ZV"), is_gstin("27AAPFU0939F1ZO")
    (True, False)
    """
    total = 0
    for k, each in enumerate(number[:14]):
        product = int(each, 36) * (1 + k % 2)
        total += product // 36 + product % 36
    state = 1 <= int(number[:2]) <= 38 or number[:2] in ("97", "99")
    return state and number[13] == "Z" and -total % 36 == int(number[14], 36)


_INDIAN_STATES = frozenset(
    [
        "AN",
        "AP",
        "AR",
        "AS",
        "BH",
        "BR",
        "CG",
        "CH",
        "DD",
        "DL",
        "DN",
        "GA",
        "GJ",
        "HP",
        "HR",
        "JH",
        "JK",
        "KA",
        "KL",
        "LA",
        "LD",
        "MH",
        "ML",
        "MN",
        "MP",
        "MZ",
        "NL",
        "OD",
        "OR",
        "PB",
        "PY",
        "RJ",
        "SK",
        "TN",
        "TR",
        "TS",
        "UK",
        "UP",
        "WB",
    ]
)


def is_indian_plate(number: str) -> bool:
    """Vehicles of India: a state, district, series, or the series BH of all states.

    >>> is_indian_plate("KA01AB1234"), is_indian_plate("XX01AB1234"), is_indian_plate("22BH1234AB")
    (True, False, True)
    """
    state = number[2:4] == "BH" if number[0].isdigit() else number[:2] in _INDIAN_STATES
    return state and "0000" not in number


def is_cnic(number: str) -> bool:
    """Citizens of Pakistan: the first digit is the province.

    >>> is_cnic("3520223456789"), is_cnic("0520223456789")
    (True, False)
    """
    return number[0] in "1234567" and number[1] != "0" and not uniform(number)


def is_lankan(number: str) -> bool:
    """Citizens of Sri Lanka: year, day of the year (500 more for women), serial, V or X.

    >>> is_lankan("853400937V"), is_lankan("854400937V"), is_lankan("198534000937")
    (True, False, True)
    """
    old = len(number) == 10
    day = int(number[2:5] if old else number[4:7]) % 500
    known = number[9] in "VX" if old else number[:2] in ("19", "20")
    return known and 1 <= day <= 366


def is_thai(number: str) -> bool:
    """Citizens of Thailand: weights 13 to 2 modulo 11.

    >>> is_thai("3100600445635"), is_thai("3100600445636")
    (True, False)
    """
    return -dot(number, range(13, 1, -1)) % 11 % 10 == int(number[12]) and number[0] in "12345678"


_NO_PLACE = frozenset((0, 17, 18, 19, 20, 69, 70, 73, 80, 81, 94, 95, 96, 97))


def is_mykad(number: str) -> bool:
    """Citizens of Malaysia: day of birth, place, serial.

    >>> is_mykad("770305021234"), is_mykad("771305021234")
    (True, False)
    """
    return is_short_date(number[:6]) and int(number[6:8]) not in _NO_PLACE


def is_nric(number: str) -> bool:
    """Citizens of and foreigners in Singapore: weights modulo 11, letters by series.

    >>> is_nric("S1234567D"), is_nric("S1234567E"), is_nric("F1234567N")
    (True, False, True)
    """
    if number[0] not in "STFGM":
        return False
    total = dot(number[1:8], (2, 7, 6, 5, 4, 3, 2)) + {"T": 4, "G": 4, "M": 3}.get(number[0], 0)
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "M": "XWUTRQPNJLK"}
    return letters.get(number[0], "XWUTRQPNMLK")[total % 11] == number[8]


_UEN_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWX0123456789"


def is_uen(number: str) -> bool:
    """Firms of Singapore: three forms, each with a letter modulo 11.

    >>> is_uen("00192200M"), is_uen("197401143C"), is_uen("S16FC0121D"), is_uen("T01FC6132D")
    (True, True, True, True)
    """
    if number[0].isalpha():
        known = number[0] in "RST" and all(each in _UEN_ALPHABET for each in number)
        pairs = zip((4, 3, 5, 3, 10, 2, 2, 5, 7), number, strict=False)
        return known and (
            _UEN_ALPHABET[(sum(w * _UEN_ALPHABET.index(c) for w, c in pairs) - 5) % 11] == number[9]
        )
    if len(number) == 9:
        return "XMKECAWLJDB"[dot(number, (10, 4, 9, 3, 8, 2, 7, 1)) % 11] == number[8]
    return "ZKCMDNERGWH"[dot(number, (10, 8, 6, 4, 9, 7, 5, 3, 1)) % 11] == number[9]


def is_nik(number: str) -> bool:
    """Residents of Indonesia: province, day of birth (40 more for women), serial.

    >>> is_nik("3171011708450001"), is_nik("3171017708450001")
    (True, False)
    """
    day = int(number[6:8]) % 40
    return 11 <= int(number[:2]) <= 96 and is_short_date(f"{day:02}{number[8:12]}", "dmy")


def is_vietnamese(number: str) -> bool:
    """Citizens of Vietnam: province, sex and century, year, serial.

    >>> is_vietnamese("001099012345"), is_vietnamese("199099012345")
    (True, False)
    """
    return 1 <= int(number[:3]) <= 96 and number[3] in "0123"


_RRN_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)


def is_new_rrn(number: str) -> bool:
    """Residents of Korea by day of birth, sex and century alone: since 2020 there is no check.

    >>> is_new_rrn("9710131234567"), is_new_rrn("9710135234567")
    (True, False)
    """
    return number[6] in "1234" and is_short_date(number[:6])


def is_new_frn(number: str) -> bool:
    """Foreigners in Korea, since 2020.

    >>> is_new_frn("9710131234567"), is_new_frn("9710135234567")
    (False, True)
    """
    return number[6] in "5678" and is_short_date(number[:6])


def is_rrn(number: str) -> bool:
    """Residents of Korea: day of birth, sex and century, place, digit modulo 11.

    >>> is_rrn("9601211021413"), is_rrn("9601211021414")
    (True, False)
    """
    check = (11 - dot(number, _RRN_WEIGHTS) % 11) % 10
    return is_new_rrn(number) and check == int(number[12])


def is_frn(number: str) -> bool:
    """Foreigners in Korea: as residents, two more in the check.

    >>> is_frn("9710135019903"), is_frn("9710135019904")
    (True, False)
    """
    check = (13 - dot(number, _RRN_WEIGHTS) % 11) % 10
    return is_new_frn(number) and check == int(number[12])


def is_brn(number: str) -> bool:
    """Firms of Korea: weights modulo 10.

    >>> is_brn("1168200276"), is_brn("1168200277")
    (True, False)
    """
    total = dot(number, (1, 3, 7, 1, 3, 7, 1, 3, 5)) + int(number[8]) * 5 // 10
    return -total % 10 == int(number[9]) and number[:3] > "100"


def is_ubn(number: str) -> bool:
    """Firms of Taiwan (統一編號): the digits of products by weights, a multiple of five (of ten
    until 2023); a 7 at the seventh place counts one less, too.

    >>> is_ubn("04595257"), is_ubn("10458575"), is_ubn("04595258")
    (True, True, False)
    """
    products = (
        int(each) * weight for each, weight in zip(number, (1, 2, 1, 2, 1, 2, 4, 1), strict=True)
    )
    total = sum(product // 10 + product % 10 for product in products)
    return not uniform(number) and (total % 5 == 0 or (number[6] == "7" and total % 5 == 4))


def is_corporate_number(number: str) -> bool:
    """Firms of Japan (法人番号): the first digit is 9 less a sum modulo 9.

    >>> is_corporate_number("7000012050002"), is_corporate_number("8000012050002")
    (True, False)
    """
    total = sum(int(each) * (1 + k % 2) for k, each in enumerate(reversed(number[1:])))
    return int(number[0]) == 9 - total % 9


_KOREAN_PASSPORT = re.compile(r"[MSROD]\d{3}[A-Z0-9]\d{4}")

RULES = (
    Rule("IN_AADHAAR", ("999999999999",), is_aadhaar),
    Rule("IN_PAN", ("AAAAA9999A",), is_pan),
    Rule("IN_GSTIN", ("99AAAAA9999A*A*",), is_gstin, alone=("99AAAAA9999A*A*",)),
    Rule("IN_VOTER", ("AAA9999999",), close=True),
    Rule("IN_PASSPORT", ("A9999999",), lambda number: number[1] != "0", close=True),
    Rule("IN_VEHICLE_REGISTRATION",
         ("AA99AA9999", "AA9AA9999", "AA99A9999", "AA99AAA9999", "AA9AAA9999", "99AA9999AA",
          "99AA9999A"),
         is_indian_plate),
    Rule("IN_DRIVER_LICENSE", ("AA9999999999999",), lambda number: number[:2] in _INDIAN_STATES),
    Rule("PK_CNIC", ("9999999999999",), is_cnic, alone=("99999-9999999-9",)),
    Rule("LK_NIC", ("999999999A", "999999999999"), is_lankan, close=True),
    Rule("BD_NID", runs("#", (10, 13, 17)), close=True),
    Rule("TW_UBN", ("99999999",), is_ubn),
    Rule("JP_CORPORATE_NUMBER", ("9999999999999",), is_corporate_number),
    Rule("JP_CORPORATE_NUMBER", ("A9999999999999",),
         lambda number: number[0] == "T" and is_corporate_number(number[1:]), strict=True),
    Rule("TH_TNIN", ("9999999999999",), is_thai, alone=("9-9999-99999-99-9", "9 9999 99999 99 9")),
    Rule("MY_NRIC", ("999999999999",), is_mykad, alone=("999999-99-9999",)),
    Rule("SG_NRIC_FIN", ("A9999999A",), is_nric, alone=("A9999999A",)),
    Rule("SG_UEN", ("99999999A", "999999999A", "A99AA9999A"), is_uen),
    Rule("ID_NIK", ("9999999999999999",), is_nik),
    Rule("VN_CCCD", ("999999999999",), is_vietnamese, close=True),
    Rule("PH_TIN", runs("#", (9, 12)), close=True),
    Rule("PH_UMID", ("999999999999",), close=True),
    Rule("PH_SSS", ("9999999999",), close=True),
    Rule("PH_PASSPORT", ("A9999999A", "AA9999999"), close=True),
    Rule("KR_RRN", ("9999999999999",), is_rrn, alone=("999999-9999999",)),
    Rule("KR_RRN", ("9999999999999",), is_new_rrn, alone=("999999-9999999",)),
    Rule("KR_FRN", ("9999999999999",), is_frn, alone=("999999-9999999",)),
    Rule("KR_FRN", ("9999999999999",), is_new_frn, alone=("999999-9999999",)),
    Rule("KR_BRN", ("9999999999",), is_brn),
    Rule("KR_DRIVER_LICENSE", ("999999999999",), lambda number: "11" <= number[:2] <= "28"),
    Rule("KR_PASSPORT", ("A99999999", "A999A9999"),
         lambda number: _KOREAN_PASSPORT.fullmatch(number) is not None, close=True),
)  # fmt: skip
