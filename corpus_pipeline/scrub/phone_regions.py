"""Regions whose telephone numbers a text of some language has without a country code."""

import re
from functools import cache

from corpus_pipeline.text.languages import parse_language

#: Where a language is spoken by most of a region, or written by its offices; those with the most
#: pages first. A region more finds more numbers, and more that are none.
_REGIONS = {
    "af": "ZA", "am": "ET", "ar": "EG SA AE MA DZ IQ JO KW LB QA TN OM BH LY SY YE SD PS",
    "az": "AZ", "be": "BY", "bg": "BG", "bn": "BD IN", "bs": "BA", "ca": "ES AD", "cs": "CZ",
    "cy": "GB", "da": "DK", "de": "DE AT CH LI LU", "el": "GR CY",
    "en": "US GB IN AU CA IE NZ ZA SG HK PH", "es": "ES MX AR CO CL PE VE EC GT UY BO CR DO PY PA",
    "et": "EE", "eu": "ES", "fa": "IR AF", "fi": "FI", "fil": "PH", "fr": "FR BE CH CA LU MA DZ TN",
    "ga": "IE", "gl": "ES", "gu": "IN", "he": "IL", "hi": "IN", "hr": "HR", "hu": "HU", "hy": "AM",
    "id": "ID", "is": "IS", "it": "IT CH", "ja": "JP", "ka": "GE", "kk": "KZ RU", "km": "KH",
    "kn": "IN", "ko": "KR", "ky": "KG", "lb": "LU", "lo": "LA", "lt": "LT", "lv": "LV", "mk": "MK",
    "ml": "IN", "mn": "MN", "mr": "IN", "ms": "MY SG BN", "mt": "MT", "my": "MM", "ne": "NP",
    "nl": "NL BE", "no": "NO", "nn": "NO", "nb": "NO", "pa": "IN PK", "pl": "PL", "ps": "AF",
    "pt": "BR PT AO MZ", "ro": "RO MD", "ru": "RU KZ BY UA", "si": "LK", "sk": "SK", "sl": "SI",
    "sq": "AL XK", "sr": "RS BA ME", "sh": "RS HR BA", "sv": "SE FI", "sw": "KE TZ", "ta": "IN LK",
    "te": "IN", "th": "TH", "tl": "PH", "tr": "TR", "uk": "UA", "ur": "PK IN", "uz": "UZ",
    "vi": "VN", "yue": "HK CN MO", "zh": "CN TW HK MO SG",
}  # fmt: skip

#: Mobile numbers as they are dialled in the country of a language, where they begin with a trunk 0
#: and digits of their own (the national numbering plans, as phonenumbers has them). Of English,
#: Spanish and Portuguese text nobody knows the country, and much of it is about code.
_MOBILES = {
    "de": r"01(?:5\d|6[023]|7\d)\d{7,8}", "fi": r"0(?:4\d|50)\d{6,8}",
    "fr": r"0[67]\d{8}", "he": r"05\d{8}", "id": r"08[1-9]\d{7,9}", "ja": r"0[789]0\d{8}",
    "ko": r"010\d{8}", "nl": r"06\d{8}", "sv": r"07[02369]\d{7}", "th": r"0[689]\d{8}",
    "tr": r"05\d{9}", "uk": r"0(?:39|50|6[3678]|7[37]|9\d)\d{7}", "vi": r"0[35789]\d{8}",
    "zh": r"09\d{8}",
}  # fmt: skip


@cache
def mobiles_of(language: str | None) -> re.Pattern[str] | None:
    """Returns the form of the mobile numbers of a language's country; None if it has none of its
    own.

    >>> mobiles_of("fra").fullmatch("0644767315") is not None, mobiles_of("en")
    (True, None)
    """
    tag = parse_language(language) if language else None
    pattern = _MOBILES.get(tag.language) if tag else None
    return re.compile(pattern) if pattern else None


@cache
def regions_of(language: str | None) -> tuple[str, ...]:
    """Returns the regions of a language, by any of its names; none if it is not known.

    >>> regions_of("zho_Hant")[:2], regions_of("pt-BR")[:2], regions_of("ja"), regions_of(None)
    (('CN', 'TW'), ('BR', 'PT'), ('JP',), ())
    """
    tag = parse_language(language) if language else None
    return tuple(_REGIONS.get(tag.language, "").split()) if tag else ()
