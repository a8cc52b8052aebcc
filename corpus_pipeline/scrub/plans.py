"""Numbering plans: what may be dialled from a region and how its numbers are grouped.

The tables are those of phonenumbers (Google's libphonenumber). Its parser takes 200 microseconds
for each number, so its patterns are compiled once for each region and asked directly.
"""

import re
from functools import lru_cache
from typing import NamedTuple

import phonenumbers

#: Kinds of numbers in phonenumbers' metadata; a number is valid if it is of one of them.
_KINDS = (
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "voip",
    "pager",
    "uan",
    "voicemail",
)


#: How people group numbers besides the plan: Spain in 2-3-2-2 and 3-2-2-2.
_MORE = {"ES": (r"(\d{2})(\d{3})(\d{2})(\d{2})", r"(\d{3})(\d{2})(\d{2})(\d{2})")}


#: Digits, without the trunk digit, of a number whose line may be written in pairs.
PAIRED = 8


class Format(NamedTuple):
    """How the numbers of a region that start with some digits are grouped."""

    leading: re.Pattern[str]
    groups: re.Pattern[str]


class NumberingPlan(NamedTuple):
    """What may be dialled from one region."""

    region: str
    dialled: re.Pattern[str]
    """Fits all digits of a valid number, with or without trunk prefix, country code and
    international prefix."""
    trunk: str
    """The digit before a national number, mostly 0; empty where there is none."""
    formats: tuple[Format, ...]


def _national_pattern(country_code: int) -> str:
    patterns: list[str] = []
    for region in phonenumbers.region_codes_for_country_code(country_code):
        metadata = (
            phonenumbers.PhoneMetadata.metadata_for_nongeo_region(country_code)
            if region == "001"
            else phonenumbers.PhoneMetadata.metadata_for_region(region)
        )
        for kind in _KINDS:
            description = getattr(metadata, kind)
            if description is not None and description.national_number_pattern:
                patterns.append(description.national_number_pattern)
    return "|".join(dict.fromkeys(patterns))


def load_plan(region: str) -> NumberingPlan:
    """Compiles the plan of a region.

    Args:
        region: ISO 3166-1 code of two capitals, one of `phonenumbers.SUPPORTED_REGIONS`.

    Raises:
        ValueError: phonenumbers does not know the region.

    >>> plan = load_plan("CN")
    >>> [bool(plan.dialled.fullmatch(d)) for d in ("13812345678", "8613812345678", "20190512")]
    [True, True, False]
    """
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    if metadata is None:
        raise ValueError(f"phonenumbers has no region {region!r}")
    code = phonenumbers.country_code_for_region(region)
    trunk = metadata.national_prefix_for_parsing
    optional_trunk = f"(?:{trunk})?" if trunk else ""
    dialled = re.compile(
        rf"(?:(?:(?:{metadata.international_prefix})?{code})?{optional_trunk}"
        rf"(?:{_national_pattern(code)}))"
    )
    formats = tuple(
        Format(
            re.compile(form.leading_digits_pattern[-1] if form.leading_digits_pattern else ""),
            re.compile(form.pattern or ""),
        )
        for form in metadata.number_format
    )
    formats += tuple(Format(re.compile(""), re.compile(groups)) for groups in _MORE.get(region, ()))
    return NumberingPlan(region, dialled, metadata.national_prefix or "", formats)


def is_grouped(plan: NumberingPlan, groups: list[str], *, trunk: bool = True) -> bool:
    """Says whether the digits of a national number are grouped as its region does.

    Behind the trunk digit 0, if it has one, all groups are the plan's, or the first is and no other
    is shorter than three digits, or than two behind the trunk digit and an area code of two or more
    if there are `PAIRED` in all. With `trunk=False` it may lack that digit, and the groups must be
    the plan's.

    >>> plan = load_plan("GB")
    >>> [is_grouped(plan, n.split()) for n in ("020 7946 0958", "020 79460958", "02 0794 60958")]
    [True, True, False]
    >>> is_grouped(load_plan("DE"), ["040", "717", "43", "99"])
    True
    """
    if trunk and plan.trunk == "0" and not groups[0].startswith("0"):
        return False
    first = groups[0].removeprefix(plan.trunk) if plan.trunk else groups[0]
    own = [first, *groups[1:]] if first else groups[1:]
    national = "".join(own)
    for form in plan.formats:
        if form.leading.match(national):
            match = form.groups.fullmatch(national)
            if match is None:
                continue
            planned = list(match.groups())
            if own == planned:
                return True
            if trunk and len(own) > 1 and own[0] == planned[0]:
                paired = plan.trunk == "0" and len(own[0]) > 1 and len(national) >= PAIRED
                least = 2 if paired else 3
                if min(map(len, own[1:])) >= least:
                    return True
    return False


@lru_cache(maxsize=256)
def _international(country_code: int) -> re.Pattern[str]:
    return re.compile(international_pattern(country_code))


def international_pattern(country_code: int) -> str:
    """Returns the pattern of the digits that may follow a + and a country code."""
    regions = phonenumbers.region_codes_for_country_code(country_code)
    metadata = (
        phonenumbers.PhoneMetadata.metadata_for_region(regions[0]) if regions[0] != "001" else None
    )
    trunk = metadata.national_prefix_for_parsing if metadata else None
    # Digits between code and number that are rewritten before they are compared (Argentina's 9).
    optional = f"(?:{trunk})?" if trunk else ""
    return rf"{optional}(?:{_national_pattern(country_code)})"


def country_code(digits: str) -> int:
    """Finds the country code at the start of an international number; 0: there is none.

    >>> country_code("8613812345678"), country_code("12025550123"), country_code("999123")
    (86, 1, 0)
    """
    for length in (1, 2, 3):
        code = int(digits[:length] or "0")
        if code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return code
    return 0


@lru_cache(maxsize=256)
def national_lengths(country_code: int) -> frozenset[int]:
    """Returns how many digits may follow a country code: its mobile and fixed lines have as many.

    >>> sorted(national_lengths(61)), sorted(national_lengths(86))
    ([9], [8, 9, 10, 11])
    """
    lengths: set[int] = set()
    for region in phonenumbers.region_codes_for_country_code(country_code):
        metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
        for kind in ("fixed_line", "mobile") if metadata else ():
            possible = getattr(getattr(metadata, kind), "possible_length", ())
            lengths.update(length for length in possible if length >= 8)
    return frozenset(lengths)


def is_possible(digits: str) -> bool:
    """Says whether digits behind a + have a country code and as many more as its lines have.

    >>> [is_possible(digits) for digits in ("61808048778", "6180804877", "999123456789")]
    [True, False, False]
    """
    code = country_code(digits)
    return bool(code) and len(digits) - len(str(code)) in national_lengths(code)


def is_international(digits: str) -> bool:
    """Says whether digits behind a + are a valid number of some country.

    >>> [is_international(d) for d in ("442079460958", "4402079460958", "4479", "8613812345678")]
    [True, True, False, True]
    """
    code = country_code(digits)
    return bool(code) and bool(_international(code).fullmatch(digits[len(str(code)) :]))
