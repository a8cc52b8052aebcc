"""What stands around a street: flats, towns, postcodes, countries, the other street of a corner."""

import re
from typing import Final

from corpus_pipeline.scrub.postal.announced import announces
from corpus_pipeline.scrub.postal.tables import load_words
from corpus_pipeline.scrub.postal.tokens import Tokens

_TOWN: Final = r"(?:[WTtDskScCrRGHQO](?:[-'/]?[WTtDskScCrRGHQOXw]){0,5}(?<!w))"
#: A number that others follow is no postcode but a telephone number.
_ALONE: Final = "(?!-?[14568])"
#: What may follow a street, by name; the first that fits at a place is taken.
_PARTS: Final = re.compile(
    r"(?P<unit>[,n]?i|[.,n(;/-]{0,2}"
    r"(?:[Uuvb][-.:#]?(?:[twD]?[1456yiO]|[tD](?![5Z])|W(?=[,nN)]))|O[Uu]|1\.?[Uu](?![1456yW])|[Stg]1(?=[,n])))"
    r"|(?P<near>,?l[WTO]{1,3}[SQsk](?=[,n.]|$))"
    rf"|(?P<state_zip>[,n;-]{{0,3}}(?P<town0>{_TOWN}|X[WTs])?[,n]{{0,2}}(?P<state>[tTD]|1(?=n?5))[,n]{{0,2}}"
    rf"(?P<zip0>Z|[45y]{_ALONE}|(?<=n)1(?=[nN.]|$)))"
    rf"|(?P<zip_town>[,n;.-]{{0,3}}(?:t(?=5))?(?P<zip1>[ZPz]|[4568y])[,n]{{0,2}}-?(?P<town1>{_TOWN}(?:1(?=[,nN.;]|$))?))"
    rf"|(?P<town_zip>[,n;-]{{0,3}}(?P<town2>{_TOWN})[,n-]{{0,3}}(?P<zip2>[ZPz]|[4568]{_ALONE}))"
    r"|(?P<zip>[,n;-]{0,3}(?:[ZPz]|[456](?![-.]?[14568yZPz])))"
    r"|(?P<place>[,n;(/-]{0,3}T(?:\([WT]\))?)"
    r"|(?P<province>\(t\)|\(W\)(?=[,nN.]|$))"
    rf"|(?P<town>[,n;-]{{0,3}}{_TOWN})"
)

#: What leads to the street that one lies off.
_NEAR: Final = frozenset(["off", "near", "nr", "opp", "opposite", "behind", "beside"])

#: Flats in front of a street.
_HEAD: Final = re.compile(
    r"(?:[Uu][-.:]?[1456ytDO][,n-]{0,2}){1,2}$|[Uu]$|(?:[6Z],)?(?:u[WT]{1,3},){1,2}$"
    r"|[456ZzP][WT]{1,3},$"
    # A flat of a named house, a named house; a cross and a block, as in Bengaluru.
    r"|[Uu][-.:]?[1456ytDO],[WTX]{1,4}[,n]$|[WTX]{1,3}[Uu],$|(?:[1i],)?(?:O[WsSk],){1,2}$"
)
#: Behind "the corner of" and a street.
_CROSSING: Final = re.compile(r"\.?w[WTtDOSQskGHRrcCX]{1,4}")

#: Behind a box, a comma or a line, the road on which it is: Rte 4, County Road 12, Highway 50 W.
_ROUTE: Final = re.compile(r"[,n](?:W{0,2}[SQRHsrk]D?[14i]D?|[14]{1,2}W{1,3}[SQ]D?)(?=[,nN.;]|$)")


def with_route(classes: str, last: int) -> int:
    """Moves the end of a box behind the road that follows it.

    >>> with_route("B4,R1,Wt5", 2)
    5
    """
    match = _ROUTE.match(classes, last)
    return match.end() if match else last


def read_parts(tokens: Tokens, last: int) -> tuple[int, int]:
    """Reads what follows a street: the token after the last part of the address, and its weight.

    >>> from corpus_pipeline.scrub.postal.tokens import read_tokens
    >>> read_parts(read_tokens("Ombu 12, 10115 Berlin (x)"), 2)
    (5, 3)
    """
    classes = tokens.classes
    end, weight, position = last, 0, last
    places = zips = 0
    for _ in range(10):
        match = _PARTS.match(classes, position)
        if match is None:
            break
        kind = match.lastgroup
        start, stop = match.span()
        settled = zips > 0 or places > 0 or classes[last - 1] in "456zP"
        if kind in ("unit", "town", "province") and announces(tokens, start, stop, settled):
            break
        parted = classes[start] in ",n"
        follower = classes[stop] if stop < len(classes) else "N"
        lines = classes.count("n", start, stop)
        solid = True
        if kind == "unit":
            weight += 2 if "U" in match.group() else 1
        elif kind == "near":
            if tokens.words[start + match.group().index("l")] not in _NEAR:
                break
            weight += 1
        elif kind == "state_zip":
            state = tokens.words[match.start("state")]
            if match["zip0"] == "y" and state not in load_words()["state_code"]:
                break
            known = match["state"] == "T" or state in load_words()["state_code"]
            weight += 3 if known or match["zip0"] == "Z" else 2 if match["zip0"] == "5" else 1
            zips += 1
        elif kind in ("zip_town", "town_zip"):
            zip_, town = match["zip1"] or match["zip2"], match["town1"] or match["town2"]
            if zips and zip_ in "68" and "T" not in town:
                # A word and a long number behind a postcode: Ref 123456.
                break
            if kind == "zip_town":
                if zip_ == "y" and not lines and "T" not in town:
                    break
                if follower in "lw" and "T" not in town and len(town) > 1:
                    # Of the words of a sentence the first is the town.
                    stop = match.start("town1") + 1
            digits = tokens.words[match.start("zip1" if match["zip1"] else "zip2")]
            weight += _weight_of_postcode(zip_, town, parted, lines > 0, digits.endswith("00"))
            zips += 1
        elif kind == "zip":
            weight += 1 if match.group()[-1] in "ZPz" or end > last else 0
            zips += 1
        elif kind == "place":
            places += 1
            weight += places <= 2
        elif kind == "town":
            if "T" in match.group():
                places += 1
                weight += places <= 2
            else:
                last_class = classes[stop - 1]
                solid = lines == 0 and (follower not in "lw" or last_class == "t") and (
                    classes[start] in ",-;"
                    or (not zips and classes[position - 1] in "1456y")
                    or (last_class == "t" and classes[position - 1] == "T")
                )  # fmt: skip
                if lines and follower not in "nN,t":
                    break
        if solid:
            end = stop
        position = stop
    return end, weight


def _weight_of_postcode(zip_: str, town: str, parted: bool, lines: bool, round_: bool) -> int:
    """Weighs a postcode with its town by how much else it could be."""
    if zip_ == "Z":
        return 3
    if "T" in town:
        return 3 if parted else 2
    if zip_ in "Pz5":
        return 3 if lines or (parted and not round_) else 2
    if zip_ in "68":
        return 2
    return 2 if lines else 1


def with_head(classes: str, first: int) -> int:
    """Moves the beginning before a flat that stands in front of the street.

    >>> with_head("WU1,1WS", 4)
    1
    """
    match = _HEAD.search(classes[max(0, first - 10) : first])
    return first - len(match.group()) if match else first


def with_crossing(tokens: Tokens, first: int, end: int) -> int:
    """Moves the end behind the second street of a corner.

    >>> from corpus_pipeline.scrub.postal.tokens import read_tokens
    >>> with_crossing(read_tokens("the corner of Ombu 12 and Oak Mill, I"), 3, 5)
    8
    """
    if tokens.words[max(0, first - 2) : first] != ["corner", "of"]:
        return end
    match = _CROSSING.match(tokens.classes, end)
    return match.end() if match and "and" in tokens.words[end : end + 2] else end
