"""Numbers of vehicles and devices, and documents whose country is not said."""

import re

from corpus_pipeline.scrub.identifiers.check_digits import passes_luhn, uniform
from corpus_pipeline.scrub.identifiers.rule import Rule, plate_forms, runs


def is_imei(number: str) -> bool:
    """Mobile devices: Luhn over fifteen digits (3GPP TS 23.003).

    >>> is_imei("490154203237518"), is_imei("490154203237519")
    (True, False)
    """
    return passes_luhn(number) and not uniform(number) and number[:2] != "00"


_PLATE = re.compile(
    # France and Italy; Great Britain since 2001; Brazil since 2018.
    r"[A-HJ-NP-TV-Z]{2}(?!000)\d{3}[A-HJ-NP-TV-Z]{2}|[A-HJ-PR-Y]{2}[0-7]\d[A-HJ-PR-Z]{3}"
    r"|[A-Z]{3}\d[A-J]\d{2}"
)


def is_plate(number: str) -> bool:
    """Licence plates of countries that leave letters out: beside a word for a vehicle these are
    plates.

    >>> is_plate("AB123CD"), is_plate("AO123CD"), is_plate("LD51GHT"), is_plate("BRA2E19")
    (True, False, True, True)
    """
    return _PLATE.fullmatch(number) is not None


#: Letters with which the plates of Poland begin, those of its regions.
_POLISH = frozenset("BCDEFGKLNOPRSTWZ")
#: The states and the district of the United States, the provinces of Canada.
_STATES = frozenset(
    [
        "AL",
        "AK",
        "AZ",
        "AR",
        "CA",
        "CO",
        "CT",
        "DE",
        "DC",
        "FL",
        "GA",
        "HI",
        "ID",
        "IL",
        "IN",
        "IA",
        "KS",
        "KY",
        "LA",
        "ME",
        "MD",
        "MA",
        "MI",
        "MN",
        "MS",
        "MO",
        "MT",
        "NE",
        "NV",
        "NH",
        "NJ",
        "NM",
        "NY",
        "NC",
        "ND",
        "OH",
        "OK",
        "OR",
        "PA",
        "RI",
        "SC",
        "SD",
        "TN",
        "TX",
        "UT",
        "VT",
        "VA",
        "WA",
        "WV",
        "WI",
        "WY",
        "AB",
        "BC",
        "MB",
        "NB",
        "NL",
        "NS",
        "ON",
        "PE",
        "QC",
        "SK",
    ]
)


def is_spanish_plate(number: str) -> bool:
    """Licence plates of Spain since 2000: four digits, three letters without vowels.

    >>> is_spanish_plate("4471KLM"), is_spanish_plate("4471KAM")
    (True, False)
    """
    return not any(each in "AEIOUQ" for each in number)


def is_polish_plate(number: str) -> bool:
    """Licence plates of Poland: a region and a county, then four or five letters and digits.

    >>> is_polish_plate("WPI4418X"), is_polish_plate("XPI4418X")
    (True, False)
    """
    return number[0] in _POLISH


def is_state_plate(number: str) -> bool:
    """Licence plates of North America behind the letters of their state or province.

    >>> is_state_plate("NYKPD8841"), is_state_plate("XYKPD8841")
    (True, False)
    """
    return number[:2] in _STATES


#: Values of letters in the check of a vehicle (49 CFR 565.15).
_VIN_VALUES = dict(
    zip(
        "ABCDEFGHJKLMNPRSTUVWXYZ0123456789",
        map(int, "123456781234579234567890123456789"),
        strict=True,
    )
)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def is_vin(number: str) -> bool:
    """Vehicles (ISO 3779): seventeen letters and digits without I, O and Q, of both; the last four
    are digits.

    >>> is_vin("1M8GDM9AXKP042788"), is_vin("WVWZZZ1JZXW000001"), is_vin("1M8GDM9AXKPO42788")
    (True, True, False)
    """
    return (
        all(each in _VIN_VALUES for each in number)
        and not number.isalpha()
        and not number.isdigit()
    )


def is_checked_vin(number: str) -> bool:
    """Vehicles of North America and China, which have a check digit at the ninth place.

    >>> is_checked_vin("1M8GDM9AXKP042788"), is_checked_vin("1M8GDM9A1KP042788")
    (True, False)
    """
    if not is_vin(number) or not number[13:].isdigit() or len(set(number)) < 7:
        return False
    total = sum(w * _VIN_VALUES[each] for w, each in zip(_VIN_WEIGHTS, number, strict=True))
    return "0123456789X"[total % 11] == number[8]


_ADDRESS = re.compile(
    r"[0-9A-Fa-f]{2}(?:([:-])[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}"
)
_HARDWARE_WORD = re.compile(
    r"(?i:(?<![a-z])(?:mac|ethernet|hwaddr|ether|bssid|bluetooth|wi-?fi|hardware|lladdr|physical|nic|device)(?![a-z]))"
)


#: A group of a longer row; in "MAC:00:1b…" the colon is that of a label.
_PART_OF_ROW = re.compile(r"(?:(?<![0-9A-Za-z])[0-9A-Fa-f]{1,4}|:|^):$")


def is_hardware_address(view: str, start: int, end: int) -> bool:
    """Says whether a form of a hardware address (EUI-48) is one, and one of a single device.

    It is none as part of a longer row of pairs (a fingerprint, an address of IPv6), and none if it
    is for all (broadcast, multicast) or nobody; digits alone with dashes could be a date.

    >>> texts = "00:1b:44:11:3a:b7", "ff:ff:ff:ff:ff:ff", "00:1b:44:11:3a:b7:01"
    >>> [is_hardware_address(text, 0, 17) for text in texts]
    [True, False, False]
    """
    if not _ADDRESS.fullmatch(view, start, end):
        return False
    number = re.sub(r"[:\-.]", "", view[start:end]).lower()
    before, after = view[max(0, start - 2) : start], view[end : end + 2]
    mark = next(each for each in view[start:end] if each in ":-.")
    if before and (before[-1].isalnum() or before[-1] == "_" or before[-1] == mark != ":"):
        return False
    if _PART_OF_ROW.search(view, max(0, start - 6), start):
        return False
    if after and (after[0].isalnum() or after[0] == "_"):
        return False
    if after[:1] == mark and after[1:2].isalnum():
        return False
    if len(set(number)) < 4 or number.startswith(_PROTOCOLS):
        return False
    if number.isdigit() or number in _EXAMPLES:
        return _HARDWARE_WORD.search(view, max(0, start - 48), start) is not None
    return True


#: Groups of protocols, not devices: IPv4 and IPv6 multicast, bridges, Cisco's.
_PROTOCOLS = ("01005e", "3333", "0180c2", "01000c", "ffff")

#: Numbers that count up: they stand for any.
_EXAMPLES = frozenset(
    ("001122334455", "0123456789ab", "aabbccddeeff", "112233445566", "123456789abc")
)

#: Forms of numbers of documents in general.
_DOCUMENT = (
    *runs("#", range(6, 15)), *runs("A#", range(6, 12)), *runs("AA#", range(5, 10)),
    *runs("AAA#", range(5, 10)), *runs("#A", range(7, 12)), *runs("AA#AA", 5),
)  # fmt: skip

RULES = (
    Rule("NATIONAL_ID", _DOCUMENT, close=True),
    Rule("MEDICAL_RECORD_NUMBER", (*runs("#", range(5, 13)), *runs("A#", range(5, 10)),
                                   *runs("AA#", range(5, 10)), *runs("AAA#", range(5, 10))),
         close=True),
    Rule("IMEI", ("999999999999999",), is_imei),
    Rule("IMEI", ("9999999999999999",), lambda number: not uniform(number), close=True),
    Rule("LICENSE_PLATE", plate_forms(), close=True),
    Rule("LICENSE_PLATE", ("AA999AA", "AA99AAA", "AAA9A99"), is_plate, strict=True,
         named="VEHICLE"),
    Rule("LICENSE_PLATE", ("9999AAA",), is_spanish_plate, strict=True, named="VEHICLE Spain"),
    Rule("LICENSE_PLATE", ("AAA9999A", "AAA999AA", "AA9999A"), is_polish_plate, strict=True,
         named="VEHICLE"),
    Rule("LICENSE_PLATE", ("AAAAA9999", "AAAAA999", "AA9AAA999", "AA999AAA"), is_state_plate,
         strict=True, named="VEHICLE"),
    Rule("LICENSE_PLATE", runs("#", range(4, 9)), close=True, named="LICENSE_PLATE digits"),
)  # fmt: skip
