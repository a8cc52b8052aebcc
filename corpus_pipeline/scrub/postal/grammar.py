"""Addresses in a window: streets by rule, what follows them, and how sure that makes it.

A street is a name, a number and mostly a street word, in the order of its country. What stands
behind it (a flat, a town, a postcode, a country) and before it ("lives at", "Address:") adds to its
weight; with `ENOUGH` it is an address.
"""

import functools
import re
from typing import Final, NamedTuple

from corpus_pipeline.scrub.postal.cues import weigh_cue
from corpus_pipeline.scrub.postal.forms import FORMS, street_pattern
from corpus_pipeline.scrub.postal.parts import read_parts, with_crossing, with_head, with_route
from corpus_pipeline.scrub.postal.tables import load_words
from corpus_pipeline.scrub.postal.tokens import Tokens, read_tokens

#: The weight of an address.
ENOUGH: Final = 3


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
    pattern = street_pattern()
    found: list[Address] = []
    position = 0
    while True:
        match = pattern.search(tokens.classes, position)
        if match is None:
            break
        name, weight, _ = FORMS[(match.lastindex or 1) - 1]
        address = _address(text, tokens, match.span(), name, weight)
        if address is None:
            position = match.start() + 1
            continue
        first, last, total = address
        found.append(Address(tokens.starts[first], tokens.ends[last - 1], total))
        position = last
    found += _labelled_postcodes(tokens, found)
    return sorted(found)


@functools.cache
def _label_ends() -> frozenset[str]:
    return frozenset(label.split()[-1] for label in load_words()["zip_label"])


def _labelled_postcodes(tokens: Tokens, found: list[Address]) -> list[Address]:
    """Finds postcodes that stand alone behind their label: `ZIP: 12345`."""
    labels = load_words()["zip_label"]
    postcodes: list[Address] = []
    if _label_ends().isdisjoint(tokens.words):
        return postcodes
    for i, word in enumerate(tokens.words):
        if word not in labels and " ".join(tokens.words[max(0, i - 1) : i + 1]) not in labels:
            continue
        at = i + 2 if tokens.classes[i + 1 : i + 2] == ":" else i + 1
        letter = tokens.classes[at : at + 1]
        # Without a colon only what cannot be another number.
        if letter and letter in ("14568yzZP" if at > i + 1 else "zZP"):
            start, end = tokens.starts[at], tokens.ends[at]
            if end - start > 2 and not any(old.start < end and start < old.end for old in found):
                postcodes.append(Address(start, end, ENOUGH))
    return postcodes


def _address(
    text: str, tokens: Tokens, span: tuple[int, int], name: str, weight: int
) -> tuple[int, int, int] | None:
    """Weighs a street with what stands around it; first and last + 1 token, weight."""
    first, last = span
    classes = tokens.classes
    if _is_inside(text, tokens, first):
        return None
    if name == "box":
        last = with_route(classes, last)
    if name in ("bare", "loose") and not _stands_alone(text, tokens, first, last):
        return None
    end, more = read_parts(tokens, last)
    if more < ENOUGH and name != "box" and _is_counted(tokens, first):
        weight -= 2
    head = with_head(classes, first)
    if head == first and name not in ("box", "first", "behind"):
        head = _with_preposition(text, tokens, head)
    # Two numbers before a name are a house and a flat, or a lot.
    more += 2 * (head < first) + (classes[first] in "z14568" and classes[first + 1] in "1456y")
    if name == "bare" and _fills_lines(classes, first, last, end):
        more += 1
    total = weight + more
    if name == "bare" and weight < 1:
        return None
    if (name == "named" and more < ENOUGH) or (
        name == "first" and more < 2 and not _is_french(tokens, first, last)
    ):
        return None
    if total < ENOUGH or name == "bare":
        cue = weigh_cue(tokens, first)
        if cue == 1 and name == "loose" and not more:
            cue = 0
        if name == "bare" and not _has_name(text, tokens, first, last, more > 0):
            return None
        if name == "bare" and not cue and more < (2 if weight > 1 else 3):
            return None
        total += cue
    if total < ENOUGH:
        return None
    return head, with_crossing(tokens, head, end), total


def _is_inside(text: str, tokens: Tokens, first: int) -> bool:
    """Says whether a street begins inside of something: a path, a number, a word."""
    start = tokens.starts[first]
    if start == 0:
        return False
    before = text[start - 1]
    return (
        before.isalnum()
        or before in "_/\\=@$€£%+-~^)"
        or (before in ",." and start > 1 and text[start - 2].isdigit())
    )


def _fills_lines(classes: str, first: int, last: int, end: int) -> bool:
    """Says whether a street is a line of its own, and what follows ends with a line."""
    return (
        (first == 0 or classes[first - 1] in "nNo")
        and classes[last : last + 1] == "n"
        and end > last
        and (end == len(classes) or classes[end] in "nN")
    )


#: MaxSessions; not McKinley, MacArthur, FitzGerald.
_IDENTIFIER = re.compile("[A-Za-z][a-z]{2,}[A-Z](?<!Mac[A-Z])(?<!Van[A-Z])(?<!Fitz[A-Z])")


def _has_name(text: str, tokens: Tokens, first: int, last: int, capitals: bool) -> bool:
    """Says whether a street has a word of three letters or more.

    Args:
        capitals: it may be all in capitals, as names in code are.
    """
    return any(
        tokens.classes[i] in "WTDOsrcCGHk" and tokens.ends[i] - tokens.starts[i] > 2
        and (capitals or not text[tokens.starts[i] : tokens.ends[i]].isupper())
        and not _IDENTIFIER.match(text, tokens.starts[i], tokens.ends[i])
        for i in range(first, last)
    )  # fmt: skip


#: Street words that French writes behind the number; other languages write it last.
_FRENCH: Final = frozenset(
    [
        "rue",
        "avenue",
        "av",
        "ave",
        "boulevard",
        "bd",
        "bld",
        "blvd",
        "place",
        "pl",
        "chemin",
        "ch",
        "allée",
        "allées",
        "allee",
        "impasse",
        "quai",
        "ruelle",
        "montée",
        "sentier",
        "chaussée",
        "route",
        "rte",
        "cours",
        "passage",
        "square",
        "villa",
        "cité",
        "faubourg",
        "fg",
        "hameau",
        "rond-point",
        "esplanade",
        "promenade",
        "venelle",
        "traverse",
        "voie",
        "hent",
        "straed",
        "carrer",
        "rua",
        "via",
    ]
)
#: Prepositions with which names of streets begin in German, and articles behind them.
_PREPOSITIONS: Final = frozenset(
    ["am", "im", "an", "auf", "in", "zum", "zur", "unter", "hinter", "vor", "bei", "beim"]
)
_ARTICLES: Final = frozenset(["der", "dem", "den"])


def _is_french(tokens: Tokens, first: int, last: int) -> bool:
    """Says whether the street word of a street is one behind a number."""
    return not _FRENCH.isdisjoint(tokens.words[first:last])


def _with_preposition(text: str, tokens: Tokens, first: int) -> int:
    """Moves the beginning of a street before its preposition: Am Berg 5, An der Mühle 3.

    >>> _with_preposition("An der Ombu 3", read_tokens("An der Ombu 3"), 2)
    0
    """
    at = first
    if at > 1 and tokens.words[at - 1] in _ARTICLES:
        at -= 1
    if at and tokens.words[at - 1] in _PREPOSITIONS and text[tokens.starts[at - 1]].isupper():
        return at - 1
    return first


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
    if tokens.words[last] in load_words()["measure"]:
        return False
    if classes[last] == "l":
        return tokens.words[last] in _after_words()
    return classes[last] not in "1yz8x"


def _is_counted(tokens: Tokens, first: int) -> bool:
    """Says whether the number is a year or counts something, or another word owns it."""
    classes = tokens.classes
    if classes[first] not in "1456yiz8":
        return False
    following = tokens.words[min(first + 1, len(classes) - 1)]
    if following in load_words()["measure"] or following in load_words()["no_name"]:
        return True
    if tokens.words[first].startswith("0") and len(tokens.words[first]) < 3:
        return True
    if tokens.words[first + 1 : first + 2] == ["way"] and len(tokens.words[first]) == 1:
        return True
    if classes[first] == "y" or classes[first : first + 2] == "4,":
        return True
    return first > 0 and classes[first - 1] == "X"
