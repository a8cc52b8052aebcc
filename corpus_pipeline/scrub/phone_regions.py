"""Regions whose telephone numbers a text of some language has without a country code."""

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


@cache
def regions_of(language: str | None) -> tuple[str, ...]:
    """Returns the regions of a language, by any of its names; none if it is not known.

    >>> regions_of("zho_Hant")[:2], regions_of("pt-BR")[:2], regions_of("ja"), regions_of(None)
    (('CN', 'TW'), ('BR', 'PT'), ('JP',), ())
    """
    tag = parse_language(language) if language else None
    return tuple(_REGIONS.get(tag.language, "").split()) if tag else ()
