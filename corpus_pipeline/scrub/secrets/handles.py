"""Handles: `@name` as social media write it, and what else begins with an @.

Left are decorators and annotations (@property, @Override), tags of documentation (@param), rules of
style sheets (@media), scopes of packages (@angular/core), variables (@user = ...), mail addresses.
"""

import re

from corpus_pipeline.scrub.phone_words import split_words

#: A letter of a script that parts words.
_LETTER = re.compile("[^\\W\u2e80-\uffff]")
_NAME = re.compile(
    r"[A-Za-z_](?:[A-Za-z0-9_]|-(?=[A-Za-z0-9])){1,38}(?:\.[A-Za-z0-9_]{2,29})?"
    r"(?:@[a-z0-9-]+(?:\.[a-z0-9-]+)+)?"
    r"|[^\W\d_][\w\-]{1,19}(?=[\s:：,，。!！?？、）)/]|$)"
)
#: Names that code and style sheets give to what they mark.
_MARKS = frozenset(
    split_words(
        "abstract abstractmethod access addtogroup after afterclass aftereach alias all api "
        "apply arg argument aspect assert async attention attribute augments author authors "
        "autowired available bean before beforeclass beforeeach beta borrows brief bug "
        "builder cached callback category charset class classmethod click code column "
        "component computed config configuration constant constructor container contributor "
        "copyright counter-style data dataclass date def default defgroup define deprecated "
        "description details disable discardableresult do document dynamic echo else end "
        "endcode endif endverbatim entity enum enumerate environmentobject event example "
        "except exception expect export extend extends external file final fires fixture fn "
        "font font-face foreach function functional get global group guice hideconstructor "
        "host id if ignore image implementation implements import include ingroup inheritdoc "
        "inject injectable inlinable inline input instance interface internal is jit js json "
        "jvmstatic kernel keyframes kind kwdef layer lazy lends license link list listens "
        "lombok macro mainactor mainpage media member memberof method mixes mixin mock model "
        "module name namedtuple namespace namespaced nonnull note nullable objc observable "
        "observedobject ok optional output override package page param parameter parametrize "
        "params parent patch path pathvariable pipe post pre private prop property property- "
        "read protected protocol provider public published pytest query react readonly ref "
        "rendersection repository request requestmapping requestparam require required "
        "responsive restcontroller return returns retval safevarargs screen section see "
        "selector self serial service setter show since slot spec state static staticmethod "
        "struct stub subsection summary supports suppresslint suppresswarnings swift "
        "synchronized synthesize table tailwind task template test testable tf then this "
        "throw throws todo tparam transactional try tutorial type typealias typedef types "
        "unittest unknown use using usuage val valid value var variable variants variation "
        "verbatim version vertex view viewport virtual void warn warning watch when while "
        "wraps xmlattribute xmlelement yield"
    )
)
_CODE_BEHIND = re.compile(r"[(\[{=/]|\.\w|:\w|->|\s*[=({]|[\w-]*[/(\\]|\s*(?:\+|-|\*|<|\|)?=")
_LINE_OF_CODE = re.compile(
    r"[;{}\\]\s*$|^\s*(?:[*#%]|//|--|/\*)|[=<>|]{2}|\bdef |\bfunction\b|->|\$\w"
)
#: What code has and prose has not; two of them around a name make it a part of code.
_MARK_OF_CODE = re.compile(
    r"[;{}]\s*\n|\)\s*\{|[=-]>|::|:=|[!=]=|\(\);?|\(\w+\)|\"\"\"|/\*\*|\*/|</\w|\\\w+\{|"
    r"\b(?:def|class|end|func|fn|import|const|let|var|val|public|void|return|interface)\b \w?"
)


def find_handle(text: str, place: int) -> tuple[int, int] | None:
    """Finds the handle whose @ stands before a place.

    >>> find_handle("thanks to @li_wei!", 11)
    (10, 17)
    >>> find_handle("@property", 1), find_handle("import x from '@angular/core'", 16)
    (None, None)
    """
    at = place - 1
    if at and (text[at - 1] in "_.%+-@/\\=#&`}>" or _LETTER.match(text, at - 1)):
        return None
    match = _NAME.match(text, place)
    if match is None:
        return None
    name = match.group()
    behind = text[match.end() : match.end() + 24]
    if name.lower() in _MARKS or _is_camel_mark(text, at, name):
        return None
    if _CODE_BEHIND.match(behind) or (at and text[at - 1] in "'\"`" and behind[:1] == "/"):
        return None
    first = text.rfind("\n", 0, at) + 1
    last = text.find("\n", match.end())
    line = text[first : last if last >= 0 else len(text)]
    if _LINE_OF_CODE.search(line):
        return None
    alone = not text[first:at].strip()
    # A line that is nothing but the name, or begins with it and goes on in code.
    if alone and ("." in name or (first and not behind.strip(" \t\r").strip("\n"))):
        return None
    linked = text[at - 1 : at] == "["
    if not linked and len(_MARK_OF_CODE.findall(text)) > 1:
        return None
    return at, match.end()


def _is_camel_mark(text: str, at: int, name: str) -> bool:
    """Says whether a name in CamelCase at the start of a line is an annotation."""
    first = text.rfind("\n", 0, at) + 1
    return not text[first:at].strip() and re.fullmatch(r"(?:[A-Z][a-z0-9]+)+", name) is not None
