"""Templates whose arguments are text of the page.

Written down from what the templates of the English, Chinese, German, French and Spanish Wikipedia
of these names do. All others (infoboxes, notes, sources, navigation) are left out.
"""

import re
from collections.abc import Sequence

#: Which argument is the text, counted from 1 -> names.
_ARGUMENT = {
    1: """
        nowrap nobr small smaller big large sup sub mvar var code tt kbd samp em strong abbr tooltip
        sic val angbr quote blockquote cquote quotation quote_box citation zitat cita langue-en ill
        illm ilh link-en interlanguage_link interlanguage_link_multi le link-ja link-fr link-de
        link-ru nihongo nihongo2 nihongo3 nihongo_krt formatnum nombre unité noitalic normal
        smallcaps sc aut 小 大 引文 j nts number currency nobold midsize
    """,
    2: """
        lang langue langx lang-x llang lang2 color font_color fontcolor tsl script
        internal_link_helper
    """,
}
_WANTED = {name: wanted for wanted, names in _ARGUMENT.items() for name in names.split()}
#: Names that stand for one sign or a few.
_SIGNS = {
    "!": "|", "=": "=", "'": "'", "\"'": "\"'", "'\"": "'\"", "'s": "'s", "–": " – ", "—": "—",
    "ndash": "–", "mdash": "—", "spaced_ndash": " – ", "snd": " – ", "spnd": " – ",
    "snds": " – ", "·": " · ", "•": " • ", "nbsp": " ", "pi": "π", "spaces": " ",
    "(": "{", ")": "}", "((": "{{", "))": "}}", "zwj": "\u200d", "dot": " · ", "bull": " • ",
    "break": "\n", "br": "\n", "clear": "\n", "shy": "", "wbr": "",
}  # fmt: skip
#: All arguments, one after another.
_ALL = {"convert": " ", "cvt": " ", "date": " ", "circa": " ", "c.": " "}
#: The last argument, behind codes of a language and a script.
_LAST = ("transl", "transliteration", "translit")
_NAMED = re.compile(r"\s*([^=\s\[\]{}<>\"][^=\[\]{}<>\"\n]{0,40}?)\s*=")
_NUMBER = re.compile(r"\d{1,2}\Z")


def template_text(parts: Sequence[str], title: str) -> str | None:
    """Returns the text of a template, None if it has none.

    Args:
        parts: what stands between its bars; first its name.
        title: of the page.

    >>> template_text(["lang", "fr", "chat"], ""), template_text(["cite web", "x"], "")
    ('chat', None)
    >>> template_text(["convert", "5", "km", "abbr=on"], ""), template_text(["formatnum:7"], "")
    ('5 km', '7')
    """
    name = parts[0].strip().replace(" ", "_")
    function, colon, _ = name.partition(":")
    if colon and function.lower() in ("formatnum", "lc", "uc", "ucfirst", "lcfirst"):
        return parts[0].partition(":")[2].strip()
    if name in ("PAGENAME", "PAGENAMEE", "SUBJECTPAGENAME", "BASEPAGENAME", "FULLPAGENAME"):
        return title
    name = name.lower()
    if name in _SIGNS:
        return _SIGNS[name]
    wanted = 1 if name.startswith("lang-") else _WANTED.get(name)
    if wanted is None and name not in _ALL and name not in _LAST:
        return None
    unnamed, named = _arguments(parts[1:])
    if name in _LAST:
        return unnamed[-1] if unnamed else None
    if name in _ALL:
        if name in ("circa", "c."):
            return f"c. {unnamed[0]}" if unnamed else "c."
        return _ALL[name].join(each for each in unnamed[: 2 if name in ("convert", "cvt") else 4])
    assert wanted is not None
    if str(wanted) in named:
        return named[str(wanted)]
    if len(unnamed) >= wanted:
        return unnamed[wanted - 1]
    return named.get("text") or named.get("quote")


def _arguments(parts: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    unnamed: list[str] = []
    named: dict[str, str] = {}
    for part in parts:
        if (match := _NAMED.match(part)) is not None:
            named[match[1].lower()] = part[match.end() :].strip()
        else:
            unnamed.append(part.strip())
    return unnamed, named
