"""`-{ … }-`: a passage that a wiki writes differently in each script or region.

    -{zh-hans:计算机; zh-hant:電腦;}-   one of them
    -{乾}-  -{R|…}-                   as it stands
    -{A|zh-hans:a; zh-hant:b}-        one of them, and a rule for the whole page
    -{H|…}-  -{T|…}-  -{-|…}-         nothing: a rule; the title's; no more a rule

https://www.mediawiki.org/wiki/Writing_systems/Syntax
"""

import re
from collections.abc import Sequence

_FLAGS = re.compile(r"\s*([A-Z+-]|zh(?:-\w+)?|[a-z]{2,3}-\w+)(?:\s*;\s*[\w-]+)*\s*\Z")
_RULE = re.compile(r"\s*(?:[^:;|]*=>\s*)?([a-z]{2,3}(?:-[a-z]{2,4})?)\s*:(.*)", re.DOTALL)
#: Flags of what is not shown.
_HIDDEN = {"H", "T", "-"}


def variant_text(flags: str | None, content: str, wanted: Sequence[str]) -> str:
    """Returns what a reader of the wanted variant sees.

    Args:
        flags: what stands before the first bar, None without a bar.
        content: what stands behind it.
        wanted: codes of variants, the best first.

    >>> variant_text(None, "zh-hans:计算机; zh-hant:電腦;", ("zh-cn", "zh-hans"))
    '计算机'
    >>> variant_text("H", "zh-cn:a; zh-tw:b", ("zh-cn",)), variant_text(None, "乾", ("zh-cn",))
    ('', '乾')
    """
    if flags is not None:
        if _FLAGS.match(flags) is None:
            content = f"{flags}|{content}"
        elif flags.strip() in _HIDDEN:
            return ""
        elif flags.strip() == "R":
            return content
    rules: dict[str, list[str]] = {}
    before = ""
    for part in content.split(";"):
        if (match := _RULE.match(part)) is not None and match[1] not in rules:
            before = match[1]
            rules[before] = [match[2].strip()]
        elif before and part.strip():
            # A semicolon inside, as that of an entity.
            rules[before].append(part)
    if not rules:
        return content
    code = next((code for code in wanted if code in rules), next(iter(rules)))
    return ";".join(rules[code])
