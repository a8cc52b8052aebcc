"""Handles: `@name` as social media write it, and what else begins with an @.

Left are decorators and annotations (@property, @Override), tags of documentation (@param), rules of
style sheets (@media), scopes of packages (@angular/core), variables (@user = ...), mail addresses.
"""

import re
from functools import lru_cache

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
        "abstract abstractmethod access addtogroup after afterclass aftereach alias all anchor "
        "api appendix apply arg argument aspect assert async attention attribute augments "
        "author authors autowired available bean before beforeclass beforeeach beta borrows "
        "brief bug builder bullet bye c cached callback category chapter charset cindex cite "
        "class classmethod click code column command component computed config configuration "
        "constant constructor container contents context contributor copyright counter-style "
        "data dataclass date db.text def default defgroup define deprecated description "
        "detailmenu details dev dfn disable discardableresult display do doc document dots "
        "dynamic echo else emph end endcode endgantt endif endjson endmindmap endsalt enduml "
        "endverbatim entity enum enumerate env environmentobject event example except exception "
        "expect export extend extends external file final findex fires fixture fn font "
        "font-face foreach format function functional get global graph group guice "
        "hideconstructor host id if ifinfo ifset iftex ignore image implementation implements "
        "import include ingroup inheritdoc inject injectable inlinable inline input instance "
        "interface internal is item itemize itemx jit js json jvmstatic kbd kernel keyframes "
        "keyword kind kindex kwdef language layer lazy lends license link lisp list listens "
        "lombok macro mainactor mainpage map media member memberof menu method minus mixes "
        "mixin mock model module name namedtuple namespace namespaced node nonnull note notice "
        "nullable objc observable observedobject ok omit option optional output override "
        "package page param parameter parametrize params parent patch path pathvariable pipe "
        "post pre private prop property protected protocol provider public published "
        "pxref pytest query quotation react read readonly ref relation rendersection repository "
        "request requestmapping requestparam require required responsive restcontroller return "
        "returns retval reverse safevarargs samp screen section see selector self serial "
        "service set setfilename setter settitle show since slot smallexample spec startgantt "
        "startjson startmindmap startsalt startuml state static staticmethod string strong "
        "struct stub subsection subsubsection summary supports suppresslint suppresswarnings "
        "swift synchronized synthesize table tailwind target task template test testable tf "
        "then this throw throws todo top tparam transactional try tutorial type typealias "
        "typedef types unique unittest unknown unnumbered updatedat use using usuage val valid "
        "value var variable variants variation verbatim version vertex view viewport vindex "
        "virtual void w warn warning watch when while wraps xmlattribute xmlelement xref yield"
    )
)
_CODE_BEHIND = re.compile(
    r"[(\[{=/]|\.\w|:\w|->|\s*[=({]|[\w-]*[/(\\]|\s*(?:\+|-|\*|<|\|)?=|[\w -]{0,20}\{|[\"']?::|@"
)
_LINE_OF_CODE = re.compile(
    r"[;{}\\]\s*$|^(?:\s+\*|\s*(?:[#%]|//|--|/\*))|[=<>|]{2}|\bdef |\bfunction\b|->|\$\w"
)
#: What code has and prose has not; two of them around a name make it a part of code.
_MARK_OF_CODE = re.compile(
    r"(?<![\u0370-\u03ff])[;{}]\s*\n|\)\s*\{|[=-]>|::|:=|[!=]=|\(\);?|\(\w+\)|\"\"\"|/\*\*|\*/|</\w|\\\w+\{|"
    r"\b(?:def|class|end|func|fn|import|const|let|var|val|public|void|return|interface)\b \w?"
)
#: Without one of these no text is code.
_SIGN = re.compile(r"[;{}=<>\\:|]\s|[{}\\]|\(\)|::|[=-]>|[!:=]=|\"\"\"|/\*|\*/|</")
#: How far marks of code are looked for, in characters; its lines are in all of the window.
_NEAR = 160
#: How far words are looked for before it.
_BESIDE = 80

#: What stands before a column of a query, an option's value, a condition.
_CODE_WORDS = re.compile(
    r"\b(?:SELECT|SET|INTO|EXEC|DECLARE|CALL)\b[^.。]*$|(?:^|\s)--?[a-z][\w-]*[ =]$|"
    r"(?:^[ \t]*|[\"'(] ?)(?:if|unless|elsif|elif|while|until|not) $|\(set $"
)
#: A field of a configuration.
_FIELD = re.compile(r"[ \t]+[\w.-]+:[ \t]*$")
_LINK = re.compile(r"[^\]\n]{0,160}\]\(")
_FILE = re.compile(
    r"\.(?:json|toml|ya?ml|txt|xml|csv|conf|cfg|ini|sql|bin|pem|js|ts|py|md|html?|png|jpe?g|com|org|net|gov|edu)$"
)
#: Words by which people and accounts are named.
_ACCOUNT = re.compile(
    r"(?i:twitter|instagram|github|telegram|tiktok|weibo|mastodon|bluesky|handle|user_?name|screen_?name|"
    r"\b(?:by|thanks|thx|cc|via|ping|credits?|authors?|follow|mention|h/t)\b)[^@\n]{0,24}$"
)
_CODE_LINE = re.compile(
    r"\s*(?:(?:end|else|elif|elsif|unless|begin|def|class|if|while|for|return|raise|import|set|let|"
    r"var|val|const|function|func|fn|public|private|static|void|repeat|include|require|case|when)"
    r"\b(?!,)(?=[^.]*$)|[\w.$@:]+(?:\[[^\]]*\])?\s*[:+\-]?=|(?:;|//|/\*|--|''|[(){}\[\]](?!.*\]\())"
    r"|[\w.]+\(.*\)\s*$|@\w+[\w.]*\s*(?:$|[\"'{(]))|\t+\w+\s+\S+$|[+|][-+]{3}"
)
#: Lines of a window that tell code from prose.
_FEWEST_LINES = 3


def find_handle(text: str, place: int) -> tuple[int, int] | None:
    """Finds the handle whose @ stands before a place.

    >>> find_handle("thanks to @li_wei!", 11)
    (10, 17)
    >>> find_handle("@property", 1), find_handle("import x from '@angular/core'", 16)
    (None, None)
    """
    at = place - 1
    if at and (text[at - 1] in "_.%+-@/\\=#&`}>*$" or _LETTER.match(text, at - 1)):
        return None
    match = _NAME.match(text, place)
    if match is None:
        return None
    name = match.group()
    behind = text[match.end() : match.end() + 24]
    if _is_mark(name) or _is_camel_mark(text, at, name) or _FILE.search(name):
        return None
    if _CODE_BEHIND.match(behind):
        return None
    first = text.rfind("\n", 0, at) + 1
    last = text.find("\n", match.end())
    line = text[first : last if last >= 0 else len(text)]
    lead, rest = line[: at - first], line[match.end() - first :]
    if lead.endswith("["):
        return (at, match.end()) if _LINK.match(rest) else None
    named = _ACCOUNT.search(lead[-_BESIDE:]) is not None
    if _is_argument(lead) or (not named and _LINE_OF_CODE.search(line)):
        return None
    # A line that is nothing but the name, or begins with it and goes on in code.
    if not lead.strip() and ("." in name or (first and not rest.strip())):
        return None
    if not named and (
        (lead.endswith(("'", '"')) and rest[:1] in ("'", '"'))
        or (_FIELD.fullmatch(lead) and not rest.strip())
    ):
        return None
    near = text[max(0, at - _NEAR) : match.end() + _NEAR]
    if _has_marks(near) or (not named and _is_code(text)):
        return None
    return at, match.end()


def _has_marks(near: str) -> bool:
    """Says whether a text has two marks of code."""
    return _SIGN.search(near) is not None and len(_MARK_OF_CODE.findall(near)) > 1


def _is_mark(name: str) -> bool:
    """Says whether a name is one of code: property, tf.function."""
    small = name.lower()
    return small in _MARKS or ("@" not in small and small.rpartition(".")[2] in _MARKS)


def _is_argument(lead: str) -> bool:
    """Says whether the begin of a line leads to a value of code: by a call that is not closed, an
    operator, a bracket or a quote around what stands before.

    >>> [_is_argument(lead) for lead in ("f(x, ", "a = ", '("if" ', "(see ", "Thanks, ")]
    [True, True, True, False, False]
    """
    bracket = lead.rfind("(")
    if bracket > 0 and ")" not in lead[bracket:] and re.match(r"\w", lead[bracket - 1]):
        return True
    bare = lead.strip(" \t")
    if not bare:
        return lead[-1:] == "\t"
    if bare[-1] in "=+<&~^" or lead[-1] in "!?":
        return True
    if bare[-1] == lead[-1] and bare[-1] in ":," and (bare[:-1] or " ")[-1] in " ([":
        return True
    if bare[0] in "([])\"'" and bare[-1] in "])\"'" and len(bare) > 1:
        return True
    return _CODE_WORDS.search(lead[-_BESIDE:] if len(bare) > _BESIDE else lead) is not None


@lru_cache(maxsize=256)
def _is_line_of_code(line: str) -> bool:
    last = line.rstrip()[-1]
    indented = line[0] in " \t" and line[1:2] in " \t"
    return last in ";{}" or (indented and last in ")](,") or _CODE_LINE.match(line) is not None


def _is_code(text: str) -> bool:
    """Says whether half of the lines of a text are of code.

    >>> _is_code("if @a\\n  b = @a\\nelse\\n  c(@a)"), _is_code("Thanks to\\n@li and\\n@wang.")
    (True, False)
    """
    lines = [line for line in text.split("\n") if line.strip()]
    code = sum(map(_is_line_of_code, lines))
    return len(lines) >= _FEWEST_LINES and 2 * code >= len(lines)


def _is_camel_mark(text: str, at: int, name: str) -> bool:
    """Says whether a name in CamelCase at the start of a line is an annotation."""
    first = text.rfind("\n", 0, at) + 1
    return not text[first:at].strip() and re.fullmatch(r"(?:[A-Z][a-z0-9]+)+", name) is not None
