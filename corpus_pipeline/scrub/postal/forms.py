"""Forms of streets, and of what follows them, as regular expressions over classes of tokens."""

import functools
import re
from typing import Final

_NUMBER: Final = "[1456yi]"
#: A number, or two: a house and a flat, a lot and a house.
_NUMBERS: Final = f"(?:(?:[14568y])?{_NUMBER}|z)"
#: With a stair and a flat: 12 A 5.
_LAST: Final = f"(?:{_NUMBER}(?:t{_NUMBER}(?=[,nN]|$))?|z)"
#: What may stand before the number: a comma, "No:".
_SIGN: Final = "(?:,?(?:u:?)?)"
#: A flat behind the number, before another part of the kind.
_SECOND: Final = f"(?:{_NUMBER}(?=[,n]?U|[,nN]))?"
_PLAIN: Final = "(?:[-']?[WTtDOSskGHcCXw])"
_CAPITAL: Final = "[WTtDOSQskGHRrcC]"
_REST: Final = "(?:[-']?[WTtDOSQskGHRrcCXw])"
#: A number that begins a street of its own is not the last of another.
_OWN: Final = r"(?![1456y],?(?:[WTtDOSskQXR][-']?){1,4}[SQskU])"
#: Nor is one behind a comma and before a name.
_COMMA: Final = "(?:,(?![1456y],?[WTtDOskRQHr]))?"
_FIRST: Final = f"(?:{_NUMBERS},?)?"
_BEHIND: Final = "(?:[WTtDOSQskGHRrcCXUu][-']?)(?:[WTtDOSQskGHRrcCXUuw][-']?){0,4}?"
_BETWEEN: Final = f"(?:[WTOskGHRrcC][-']?){_REST}{{0,4}}?l?(?<!w)"
_COMPOUND: Final = f"(?:{_CAPITAL}{_REST}{{0,2}}?-?)??"

#: Forms of streets: name, weight, pattern; in the order in which they are tried at a place.
FORMS: Final = (
    ("military", 4,
     rf"(?:[bu]{_NUMBER},?b{_NUMBER}|[Wt]{{1,3}}(?=n))?[n,]{{0,2}}A,?[tW],?[5Z]"),
    # Rue de la Paix 5, Via Roma 10, also with a number before; Carrera 25 # 10-76
    ("before", 3,
     rf"{_FIRST}[RQH]l?w{{0,3}}{_CAPITAL}{_REST}{{0,6}}?{_SIGN}{_OWN}{_LAST}{_SECOND}"),
    ("before", 3, rf"[RQH]1[WtDOl]{{0,3}}{_SIGN}{_LAST}"),
    # 12 bis, rue de la Paix
    ("first", 3,
     rf"{_NUMBERS},?(?:[RQHq]w{{0,3}}[WTtO]|Rw{{0,3}}l)(?:[-']?(?:[WTtDXsw]|O(?!u))){{0,5}}(?<!w)"),
    # 221B Baker Street
    ("behind", 3, rf"{_NUMBERS},?{_BEHIND}(?:[SQ]D?|H)(?!{_NUMBER}(?:[,nNUu.]|$))"),
    # Koepenicker Straße 5
    ("between", 3, rf"{_FIRST}{_BETWEEN}[GH]{_SIGN}{_LAST}"),
    # Hauptstraße 5, Alte Hauptstraße 5
    ("compound", 3, rf"{_FIRST}{_COMPOUND}C,?{_LAST}"),
    ("box", 3, rf"{_FIRST}B[-:,.#]?[tDwW]?[14568y]{{1,3}}"),
    ("box", 3, rf"b{_NUMBER},?b{_NUMBER}"),
    # Hyderabad - 500033, London NW1 6XE
    ("town", 3, r"T[,-]{0,2}[6Z]"),
    # The same with words that mean much else.
    ("loose", 2, rf"{_NUMBERS},?{_BEHIND.replace('Uu', '')}[skq]D?(?![WX])"),
    ("loose", 2, rf"{_FIRST}[rk]w{{0,3}}[WTtO]{_REST}{{0,5}}?{_SIGN}{_OWN}{_LAST}{_SECOND}"),
    ("loose", 2, rf"{_FIRST}{_COMPOUND}[cSQ],?{_LAST}"),
    # A number on the line before.
    ("loose", 1, rf"{_NUMBER}n{_BEHIND}[SQ](?=[,n]{_CAPITAL})"),
    # Names without a street word, between two numbers, behind one, before one.
    ("bare", 2, rf"{_NUMBERS},?[WTtDOsrkcCGH]{_REST}{{0,4}}?,?{_OWN}(?!y(?![,n]?U)){_LAST}"),
    ("loose", 1, rf"b[-:,.#]?[tD]?{_NUMBER}"),
    ("bare", 1, rf"(?:{_NUMBERS}[,n]?)[WTtDOsrkcC]{_REST}{{0,3}}(?<!w)"),
    ("bare", 1, rf"[WTtDOskrcC]{_PLAIN}{{0,4}}?(?<![wXt]){_COMMA}{_OWN}{_LAST}"),
    # 88 maple st
    ("small", 1, rf"{_NUMBERS}l{{1,2}}q"),
    # Church Lane, before a postcode of the kingdom
    ("named", 0, rf"{_CAPITAL}{{1,3}}[SQs]D?(?=[,n])"),
    # Streets without a number and flats without a street word, before a postcode.
    ("loose", 1, rf"[RQ]w{{0,3}}{_CAPITAL}{_REST}{{0,5}}?"
     r"(?=[,n](?:[5zPZ6]-?[WT]|[WT]{1,3},[56])|n4[WT])"),
    ("bare", 1, rf"Wl{{1,2}},?{_LAST}(?=[,n][45zPZ][WT])"),
    ("loose", 1, rf"[Uu]{_NUMBER}[,n]{_CAPITAL}{_REST}{{0,3}}"),
)  # fmt: skip


@functools.cache
def street_pattern() -> re.Pattern[str]:
    """Returns the pattern of all forms, a group for each."""
    forms = "|".join(f"({pattern})" for _, _, pattern in FORMS)
    # Without a number within reach nothing begins.
    return re.compile(f"(?=[^N_:;()o?!]{{0,10}}[14568yzPZAbB])(?:{forms})")
