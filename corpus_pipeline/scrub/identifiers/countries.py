"""What tells countries whose numbers look the same: words near the number, and the language."""

import re

_WORDS = {
    "US": ("american", "united states", "usa", "u.s"),
    "CA": ("canad",),
    "UK": ("uk!", "british", "britain", "united kingdom", "england", "english"),
    "IE": ("irish", "ireland"),
    "AU": ("australia",),
    "NZ": ("new zealand", "nz!"),
    "ZA": ("south africa", "rsa!"),
    "IN": ("india",),
    "PH": ("philippin", "filipin"),
    "DE": ("german", "deutsch", "reisepass"),
    "FR": ("french", "france", "passeport"),
    "IT": ("ital", "passaporto"),
    "ES": ("spain", "spanish", "españ"),
    "PT": ("portug", "passaporte"),
    "PL": ("poland", "polish", "paszport"),
    "KR": ("korea", "한국", "대한민국", "여권"),
    "RU": ("russia", "росс", "паспорт"),
    "UA": ("ukrain", "україн"),
    "TR": ("turk", "türk", "pasaport!"),
    "SE": ("swed", "svensk"),
    "NO": ("norw", "norsk"),
    "FI": ("finland", "finnish", "suom"),
    "NG": ("nigeria",),
    "KE": ("kenya",),
    "PE": ("perú", "peru"),
    "AR": ("argentin",),
    "CO": ("colombia",),
    "VE": ("venezuela",),
    "EC": ("ecuador",),
    "UY": ("uruguay",),
    "EE": ("eesti", "estonia"),
    "LT": ("lietuv", "lithuania"),
}


def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    written = "|".join(
        re.escape(word.removesuffix("!")) + (r"(?![^\W\d_])" if word.endswith("!") else "")
        for word in words
    )
    return re.compile(rf"(?<![^\W\d_])(?:{written})", re.IGNORECASE)


_PATTERNS = {country: _pattern(words) for country, words in _WORDS.items()}

_LANGUAGES = {
    "US": ("en",), "DE": ("de",), "FR": ("fr",), "IT": ("it",), "ES": ("es",), "PT": ("pt",),
    "PL": ("pl",), "KR": ("ko",), "RU": ("ru",), "UA": ("uk",), "TR": ("tr",), "SE": ("sv",),
    "NO": ("no", "nb", "nn"), "FI": ("fi",), "DK": ("da",), "EE": ("et",), "LT": ("lt",),
}  # fmt: skip


def nearness(country: str, around: str, language: str | None) -> int:
    """Says how much speaks for a country: 5 for a word, 4 for the language.

    >>> nearness("UK", "my British passport", "en"), nearness("US", "my British passport", "en")
    (5, 4)
    """
    pattern = _PATTERNS.get(country)
    said = pattern is not None and pattern.search(around) is not None
    return 5 * said + 4 * (language in _LANGUAGES.get(country, ()))
