"""Forms of streets, and of what follows them, as regular expressions over classes of tokens."""

import functools
import re
from typing import Final

_NUMBER: Final = "[1456y]"
#: A number, or two: a house and a flat, a lot and a house.
_NUMBERS: Final = f"(?:(?:[14568y],?)?{_NUMBER}|z)"
_LAST: Final = f"(?:{_NUMBER}|z)"
#: A flat behind the number, before another part of the kind.
_SECOND: Final = f"(?:{_NUMBER}(?=[,n]?U))?"
_CAPITAL: Final = "[WTtDOSQskGHRrcC]"
_REST: Final = "(?:[-.']?[WTtDOSQskGHRrcCXw])"
#: A number that begins a street of its own is not the last of another.
_OWN: Final = r"(?![1456y],?(?:[WTtDOSskQXR][-.']?){1,4}[SQskU])"
_FIRST: Final = f"(?:{_NUMBERS},?)?"
_BEHIND: Final = "(?:[WTtDOSQskGHRrcCXUu][-.']?)(?:[WTtDOSQskGHRrcCXUuw][-.']?){0,4}?"
_BETWEEN: Final = f"(?:[WTtDOskGHRrcC][-.']?){_REST}{{0,4}}?l?(?<!w)"
_COMPOUND: Final = f"(?:{_CAPITAL}{_REST}{{0,2}}?-?)??"

#: Forms of streets: name, weight, pattern; in the order in which they are tried at a place.
FORMS: Final = (
    ("military", 4,
     rf"(?:[bu]{_NUMBER},?b{_NUMBER}|[Wt]{{1,3}}(?=n))?[n,]{{0,2}}A,?[tW],?[5Z]"),
    # Rue de la Paix 5, Via Roma 10, also with a number before; Carrera 25 # 10-76
    ("before", 3,
     rf"{_FIRST}[RQH]w{{0,3}}{_CAPITAL}{_REST}{{0,6}}?,?u?{_OWN}{_LAST}{_SECOND}"),
    ("before", 3, rf"[RQH]1[WtDO]{{0,3}},?u?{_LAST}"),
    # 12 bis, rue de la Paix
    ("before", 3,
     rf"{_NUMBERS},?(?:[RQHq]w{{0,3}}[WTtO]|Rw{{0,3}}l)(?:[-.']?[WTtODXsw]){{0,5}}(?<!w)"),
    # 221B Baker Street
    ("behind", 3, rf"{_NUMBERS},?{_BEHIND}[SQ]D?"),
    # Koepenicker Straße 5
    ("between", 3, rf"{_FIRST}{_BETWEEN}[GH],?u?{_LAST}"),
    # Hauptstraße 5, Alte Hauptstraße 5
    ("compound", 3, rf"{_FIRST}{_COMPOUND}C,?{_LAST}"),
    ("box", 3, rf"{_FIRST}B[-:,.#]?[tD]?[14568y]"),
    # The same with words that mean much else.
    ("loose", 2, rf"{_NUMBERS},?{_BEHIND.replace('Uu', '')}[skq]D?(?![WX])"),
    ("loose", 2, rf"{_FIRST}[rk]w{{0,3}}[WTtO]{_REST}{{0,5}}?,?u?{_OWN}{_LAST}{_SECOND}"),
    ("loose", 2, rf"{_FIRST}{_COMPOUND}[cSQ],?{_LAST}"),
    # Names without a street word, between two numbers, behind one, before one.
    ("bare", 2, rf"{_NUMBERS},?[WTtDOsrkcCGH]{_REST}{{0,4}}?,?{_OWN}(?!y){_LAST}"),
    ("loose", 1, rf"b[-:,.#]?[tD]?{_NUMBER}"),
    ("bare", 1, rf"(?:{_NUMBERS}[,n]?)[WTtDOsrkcC]{_REST}{{0,3}}(?<!w)"),
    ("bare", 1, rf"[WTtDOskrcC]{_REST}{{0,4}}?(?<![wXt]),?{_OWN}{_LAST}"),
    # Streets without a number and flats without a street word, before a postcode.
    ("loose", 1, rf"[RQ]w{{0,3}}{_CAPITAL}{_REST}{{0,5}}?(?=[,n][5zPZ6]-?[WT])"),
    ("loose", 1, rf"[Uu]{_NUMBER}[,n]{_CAPITAL}{_REST}{{0,3}}"),
)  # fmt: skip

_TOWN: Final = r"(?:[WTtDskScCrRGHQO](?:[-.'/]?[WTtDskScCrRGHQOXw]){0,5}(?<!w))"
#: A number that others follow is no postcode but a telephone number.
_ALONE: Final = "(?![-.]?[14568])"
#: What may follow a street, by name; the first that fits at a place is taken.
PARTS: Final = re.compile(
    r"(?P<unit>[.,n(;/-]{0,2}"
    r"(?:[Uuv][-.:#]?(?:[1456yO]|[tD](?![5Z])|W(?=[,nN)]))|O[Uu]|1[Uu](?![1456yW])))"
    rf"|(?P<state_zip>[,n;-]{{0,3}}(?P<town0>{_TOWN})?[,n]{{1,2}}(?P<state>[tTD])[,n]{{0,2}}"
    rf"(?P<zip0>Z|[45]{_ALONE}))"
    rf"|(?P<zip_town>[,n;.-]{{0,3}}(?P<zip1>[ZPz]|[4568y])[,n]{{0,2}}-?(?P<town1>{_TOWN}))"
    rf"|(?P<town_zip>[,n;-]{{0,3}}(?P<town2>{_TOWN})[,n-]{{0,3}}(?P<zip2>[ZPz]|[4568]{_ALONE}))"
    r"|(?P<zip>[,n;-]{0,3}(?:[ZPz]|[456](?![-.]?[14568yZPz])))"
    r"|(?P<place>[,n;(/-]{0,3}T(?:\([WT]\))?)"
    r"|(?P<province>\(t\)|\(W\)(?=[,nN.]|$))"
    rf"|(?P<town>[,n;-]{{0,3}}{_TOWN})"
)

#: Flats in front of a street.
HEAD: Final = re.compile(r"(?:[Uu][-.:]?[1456ytDO][,n-]{0,2}){1,2}$|[Uu]$")


@functools.cache
def street_pattern() -> re.Pattern[str]:
    """Returns the pattern of all forms, a group for each."""
    forms = "|".join(f"({pattern})" for _, _, pattern in FORMS)
    # Without a number within reach nothing begins.
    return re.compile(f"(?=[^N:;()o?!]{{0,10}}[14568yzPZAbB])(?:{forms})")
