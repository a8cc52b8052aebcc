"""Which tags of wikitext hold text, which hold none, and what their content is.

HTML as far as MediaWiki takes it (its Sanitizer), and the tags of its extensions.
"""

import re

TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)([^<>]*)>")


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


#: Content up to the end tag is no markup of the page and left out.
LEFT_OUT = _names(
    "ref references gallery imagemap timeline score graph chart mapframe maplink templatedata "
    "templatestyles categorytree inputbox hiero section indicator includeonly style script "
    "languages phonos"
)
#: Content up to the end tag is kept as it is.
VERBATIM = _names("nowiki pre source syntaxhighlight math chem ce")
NEW_LINE = _names("p div center blockquote table tr ul ol dl dd dt caption h1 h2 h3 h4 h5 h6")
STRIPPED = _names(
    "b i u s em strong small big sub sup span code tt kbd samp var font abbr cite q del ins strike "
    "bdi bdo dfn mark nobr ruby rb rp rt rtc time wbr data noinclude onlyinclude thead tbody "
    "tfoot col colgroup a img translate tvar poem br hr li td th nowiki"
)
_CODE = frozenset(("source", "syntaxhighlight", "pre"))
END_TAGS = {
    name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in sorted(LEFT_OUT | VERBATIM)
}
_FENCE = re.compile(r"`{3,}")


def kept_text(name: str, attributes: str, content: str) -> tuple[str, bool] | None:
    """Returns (what is written of the content of a tag in `VERBATIM`, whether it is a block).

    >>> kept_text("math", 'display="block"', " x ")
    ('$$x$$', False)
    >>> kept_text("source", "", "\\na = 1\\n")
    ('```\\na = 1\\n```', True)
    """
    if name == "nowiki" or (name in _CODE and "inline" in attributes):
        return content, False
    if not content.strip():
        return None
    if name not in _CODE:
        sign = "$$" if "block" in attributes else "$"
        return f"{sign}{content.strip()}{sign}", False
    ticks = "`" * max([3, *(len(run) + 1 for run in _FENCE.findall(content))])
    code = content.strip("\n").rstrip()
    return f"{ticks}\n{code}\n{ticks}", True
