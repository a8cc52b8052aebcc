"""Addresses in a window: streets by rule, what follows them, and how sure that makes it.

A street is a name, a number and mostly a street word, in the order of its country. What stands
behind it (a flat, a town, a postcode, a country) and before it ("lives at", "Address:") adds to its
weight; with `ENOUGH` it is an address.
"""

import functools
import re
from typing import Final, NamedTuple

from corpus_pipeline.scrub.postal.tables import load_words
from corpus_pipeline.scrub.postal.tokens import Tokens, read_tokens

#: The weight of an address.
ENOUGH: Final = 3

_NUMBER = "[1456y]"
_NUMBERS = f"(?:(?:[14568y],?)?{_NUMBER}|z)"
_CAPITAL = "[WTtDOSQsGHRrcC]"
_REST = "(?:[-.']?[WTtDOSQsGHRrcCXw])"

#: A number that begins a street of its own is not the last of another.
_OWN = rf"(?![1456y],?(?:[WTtDOSsQXR][-.']?){{1,4}}[SQ])"

#: Forms of streets with the weight of each, in the order in which they are tried at a place.
_FORMS: Final = (
    ("military", 4, rf"(?:[bu]{_NUMBER},?b{_NUMBER}|[Wt]{{1,3}}(?=n))?[n,]{{0,2}}A,?[tW],?[5Z]"),
    # Rue de la Paix 5, Via Roma 10, also with a number before
    ("before", 3, rf"(?:{_NUMBERS},?)?[RQH]w{{0,3}}{_CAPITAL}{_REST}{{0,6}}?,?u?{_OWN}{_NUMBERS}"),
    # 12 bis, rue de la Paix
    ("before", 3, rf"{_NUMBERS},?(?:[RQHq]w{{0,3}}[WTtO]|Rw{{0,3}}l)(?:[-.']?[WTtODXsw]){{0,5}}(?<!w)"),
    # 221B Baker Street
    ("behind", 3, rf"{_NUMBERS},?(?:[WTtDOSQsGHRrcCXUu][-.']?)(?:[WTtDOSQsGHRrcCXUuw][-.']?){{0,4}}?[SQ]D?"),
    # Koepenicker Straße 5
    ("between", 3, rf"(?:{_NUMBERS},?)?(?:[WTtDOsGHRrcC][-.']?){_REST}{{0,4}}?l?(?<!w)[GH],?{_NUMBERS}"),
    # Hauptstraße 5, Alte Hauptstraße 5
    ("compound", 3, rf"(?:{_NUMBERS},?)?(?:{_CAPITAL}{_REST}{{0,2}}?-?)??C,?{_NUMBERS}"),
    ("box", 3, rf"(?:{_NUMBERS},?)?B[-:,.#]?[tD]?[14568y]"),
    # the same with words that mean much else
    ("loose", 2, rf"{_NUMBERS},?(?:[WTtDOSQsGHRrcCX][-.']?)(?:[WTtDOSQsGHRrcCXw][-.']?){{0,4}}?[sq]D?(?![WX])"),
    ("loose", 2, rf"(?:{_NUMBERS},?)?rw{{0,3}}[WTtO]{_REST}{{0,5}}?,?u?{_OWN}{_NUMBERS}"),
    ("loose", 2, rf"(?:{_NUMBERS},?)?(?:{_CAPITAL}{_REST}{{0,2}}?-?)??[cSQ],?{_NUMBERS}"),
    ("bare", 2, rf"{_NUMBERS},?[WTtDOsrcCGH]{_REST}{{0,4}}?,?{_OWN}(?!y){_NUMBERS}"),
    ("loose", 1, rf"b[-:,.#]?[tD]?{_NUMBER}"),
    ("bare", 1, rf"(?:{_NUMBERS}[,n]?)[WTtDOsrcC]{_REST}{{0,3}}"),
    ("bare", 1, rf"[WTtDOsrcC]{_REST}{{0,4}}?(?<![wXt]),?{_OWN}{_NUMBERS}"),
    ("unit", 0, rf"[Uu]{_NUMBER}[,n]{_CAPITAL}{_REST}{{0,3}}"),
)  # fmt: skip


@functools.cache
def _street() -> tuple[re.Pattern[str], list[tuple[str, int]]]:
    pattern = "|".join(f"({form})" for _, _, form in _FORMS)
    # Without a number within reach nothing begins.
    return re.compile(f"(?=[^nN:;()o?!]{{0,10}}[14568yzAbB])(?:{pattern})"), [(name, weight) for name, weight, _ in _FORMS]


_TOWN = r"[WTtDsScCrRGHQXO](?:[-.'/]?[WTtDsScCrRGHQXw]){0,5}(?<!w)"
_BREAK = r"[,n]{0,3}"
#: What may follow a street, by name; the first that fits at a place is taken.
_PARTS: Final = re.compile(
    r"(?P<unit>[.,n(;/-]{0,2}(?:[Uuv][-.:#]?(?:[1456yO]|[tD](?![5Z])|W(?=[,nN)]))|O[Uu]|1[Uu](?![1456yW])))"
    rf"|(?P<zip_town>[,n;.-]{{0,3}}(?P<zip1>[Zz]|[456y])[,n]?-?(?P<town1>{_TOWN}))"
    rf"|(?P<town_zip>[,n;-]{{0,3}}(?P<town2>{_TOWN})[,n-]{{0,3}}(?P<zip2>[Zz]|[4568](?![-.]?[14568])))"
    r"|(?P<zip>[,n;-]{0,3}(?:[Zz]|[456](?![-.]?[14568yZ])))"
    r"|(?P<place>[,n;(/-]{0,3}T(?:\([WT]\))?)"
    r"|(?P<province>\(t\)|\(W\)(?=[,nN.]|$))"
    rf"|(?P<town>[,n;-]{{0,3}}{_TOWN})"
)  # fmt: skip


class Address(NamedTuple):
    """An address in a window."""

    start: int
    """First character."""
    end: int
    """The character after the last."""
    weight: int
    """How much speaks for it, at least `ENOUGH`."""


def find_addresses(text: str) -> list[Address]:
    """Finds the addresses in a window of text, ascending.

    >>> text = "He lives at 221B Baker Street, London NW1 6XE, they say."
    >>> [text[found.start:found.end] for found in find_addresses(text)]
    ['221B Baker Street, London NW1 6XE']
    """
    tokens = read_tokens(text)
    pattern, forms = _street()
    found: list[Address] = []
    position = 0
    while True:
        match = pattern.search(tokens.classes, position)
        if match is None:
            return found
        name, weight = forms[(match.lastindex or 1) - 1]
        address = _address(text, tokens, match.span(), name, weight)
        if address is None:
            position = match.start() + 1
            continue
        first, last, total = address
        found.append(Address(tokens.starts[first], tokens.ends[last - 1], total))
        position = last


def _address(
    text: str, tokens: Tokens, span: tuple[int, int], name: str, weight: int
) -> tuple[int, int, int] | None:
    """Weighs a street with what stands around it; first and last + 1 token, weight."""
    first, last = span
    classes = tokens.classes
    if _is_inside(text, tokens, first):
        return None
    if name in ("bare", "loose") and not _stands_alone(text, tokens, first, last):
        return None
    if name in ("behind", "loose", "bare") and weight > 0 and _is_counted(tokens, first, last, name):
        weight -= 2
    end, more = _read_parts(tokens, last, name)
    head = _with_head(classes, first)
    # Two numbers before a name are a house and a flat, or a lot.
    more += 2 * (head < first) + (classes[first] in "z14568" and classes[first + 1] in "1456y")
    total = weight + more
    if name == "bare" and weight < 1:
        return None
    if total < ENOUGH or name == "bare":
        cue = _cue(tokens, first)
        if cue == 1 and name == "loose" and not more:
            cue = 0
        if name == "bare" and not more and not _has_name(text, tokens, first, last):
            return None
        if name == "bare" and not cue and more < (2 if weight > 1 else 3):
            return None
        total += cue
    if total < ENOUGH:
        return None
    return head, end, total


def _is_inside(text: str, tokens: Tokens, first: int) -> bool:
    """Says whether a street begins inside of something: a path, a number, a word."""
    start = tokens.starts[first]
    if start == 0:
        return False
    before = text[start - 1]
    return before.isalnum() or before in "_/\\=@$€£%+-.~^" or (
        before == "," and start > 1 and text[start - 2].isdigit()
    )


def _has_name(text: str, tokens: Tokens, first: int, last: int) -> bool:
    """Says whether a street has a word of three letters or more that is not all capitals."""
    return any(
        tokens.classes[i] in "WTDOsrcCGH" and tokens.ends[i] - tokens.starts[i] > 2
        and not text[tokens.starts[i] : tokens.ends[i]].isupper()
        for i in range(first, last)
    )  # fmt: skip


@functools.cache
def _after_words() -> frozenset[str]:
    return load_words()["after"] | load_words()["link"]


def _stands_alone(text: str, tokens: Tokens, first: int, last: int) -> bool:
    """Says whether neither other numbers stand beside a street nor a word that its number counts.

    What is written together with a number, as in code, is no name.
    """
    classes = tokens.classes
    for i in range(first, last):
        if classes[i] in "1456yz":
            before, after = tokens.starts[i], tokens.ends[i]
            if before and (text[before - 1].isalnum() or text[before - 1] in "-'(["):
                return False
            if text[after : after + 1] in ("_", "(", "-", "'", "=", "["):
                return False
    if text[tokens.ends[last - 1] :][:1] in ("_", "(", "=", "["):
        return False
    if first and classes[first - 1] in "1456yz8x":
        return False
    if last >= len(classes):
        return True
    if classes[last] == "l":
        return tokens.words[last] in _after_words()
    return classes[last] not in "1yz8x"


def _is_counted(tokens: Tokens, first: int, last: int, name: str) -> bool:
    """Says whether the number is a year or counts something, or another word owns it."""
    classes = tokens.classes
    if classes[first] == "y":
        return True
    return first > 0 and classes[first - 1] == "X"


def _read_parts(tokens: Tokens, last: int, name: str) -> tuple[int, int]:
    """Reads what follows a street: the token after the last part of the address, and its weight."""
    classes = tokens.classes
    end, weight, position = last, 0, last
    places = zips = 0
    for _ in range(10):
        match = _PARTS.match(classes, position)
        if match is None:
            break
        kind = match.lastgroup
        start, stop = match.span()
        follower = classes[stop] if stop < len(classes) else "N"
        lines = classes.count("n", start, stop)
        if kind == "unit":
            unit = "U" in match.group()
            weight += 2 if unit else 1
            end = stop
        elif kind in ("zip_town", "town_zip"):
            zips += 1
            zip_ = match["zip1"] or match["zip2"]
            town = match["town1"] or match["town2"]
            if kind == "zip_town" and zip_ == "y" and not lines:
                break
            if kind == "zip_town" and follower in "lw" and "T" not in town and len(town) > 1:
                # Of the words of a sentence the first is the town.
                stop = match.start("town1") + 1
            weight += 2 if zip_ in "Zz" or "T" in town or town[-1] == "t" or lines else 1
            end = stop
        elif kind == "zip":
            zips += 1
            weight += 1 if "Z" in match.group() or "z" in match.group() or end > last else 0
            end = stop
        elif kind == "place":
            places += 1
            if places <= 2:
                weight += 1
            end = stop
        elif kind == "province":
            end = stop
        else:
            if "T" in match.group():
                places += 1
                weight += places <= 2
                end = stop
            elif lines == 0 and follower not in "lw" and (
                classes[start] in ",-;" or (not zips and classes[position - 1] in "1456y")
            ):
                end = stop
            elif lines and follower not in "nN,t":
                break
        position = stop
    return end, weight


def _with_head(classes: str, first: int) -> int:
    """Moves the beginning before a flat that stands in front of the street."""
    match = re.search(r"(?:[Uu][-.:]?[1456ytDO][,n-]{0,2}){1,2}$", classes[max(0, first - 8) : first])
    return first - len(match.group()) if match else first


@functools.cache
def _cues() -> tuple[frozenset[tuple[str, ...]], frozenset[str], frozenset[str]]:
    words = load_words()
    phrases = frozenset(
        tuple(phrase.split()) for phrase in words["announce"] | words["label"]
    )
    nouns = frozenset(
        "address addresses addr adresse anschrift dirección domicilio endereço indirizzo adres "
        "adresa adress osoite cím адрес адреса διεύθυνση alamat".split()
    )
    near = frozenset(
        "meet meeting located lives live lived living reside resides resided residing deliver "
        "delivered delivery ship shipped send sent mail mailed moved office visit return".split()
    )
    return phrases, nouns, near


#: Stands between the word "address" and an address.
_LINKS: Final = frozenset("is are was be to with at in as : of here".split())


def _cue(tokens: Tokens, first: int) -> int:
    """Weighs what announces an address: 3 for a label with a colon, 2 for a phrase, 1 for a verb."""
    phrases, nouns, verbs = _cues()
    bare: list[str] = []
    colon = comma = False
    for i in range(first - 1, max(-1, first - 15), -1):
        letter, word = tokens.classes[i], tokens.words[i]
        if letter == ":" and not bare:
            colon = True
        elif letter == "," and not bare:
            comma = True
        elif letter == ":":
            bare.append(":")
        elif letter in ".!?;" or (letter == "N" and bare):
            break
        elif letter.isalnum() and letter not in "nN":
            bare.append(word)
    bare.reverse()
    for length in range(1, 5):
        for skipped in range(2):
            if skipped and (len(bare) < 2 or bare[-1] not in ("the", "user", "is", "are")):
                continue
            tail = tuple(bare[len(bare) - length - skipped : len(bare) - skipped])
            if len(tail) == length and tail in phrases:
                # "address, 12": a word of a list does not announce the next one.
                if length == 1 and not colon and (tail[0] not in nouns or comma):
                    continue
                return 3 if colon else 2
    for i, word in enumerate(bare):
        if word in nouns and not (i and bare[i - 1] == "to") and _LINKS.intersection(bare[i:]):
            return 2
    return int(bool(verbs.intersection(bare[-6:])))
