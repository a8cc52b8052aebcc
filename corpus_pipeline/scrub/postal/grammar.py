"""Addresses in a window: streets by rule, what follows them, and how sure that makes it.

A street is a name, a number and mostly a street word, in the order of its country. What stands
behind it (a flat, a town, a postcode, a country) and before it ("lives at", "Address:") adds to its
weight; with `ENOUGH` it is an address.
"""

import functools
from typing import Final, NamedTuple

from corpus_pipeline.scrub.postal.cues import weigh_cue
from corpus_pipeline.scrub.postal.forms import FORMS, HEAD, PARTS, street_pattern
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
            return found
        name, weight, _ = FORMS[(match.lastindex or 1) - 1]
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
    if (
        name in ("behind", "loose", "bare")
        and weight > 0
        and _is_counted(tokens, first, last, name)
    ):
        weight -= 2
    end, more = _read_parts(tokens, last)
    head = _with_head(classes, first)
    # Two numbers before a name are a house and a flat, or a lot.
    more += 2 * (head < first) + (classes[first] in "z14568" and classes[first + 1] in "1456y")
    if name == "bare" and _fills_lines(classes, first, last, end):
        more += 1
    total = weight + more
    if name == "bare" and weight < 1:
        return None
    if total < ENOUGH or name == "bare":
        cue = weigh_cue(tokens, first)
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
    return (
        before.isalnum()
        or before in "_/\\=@$€£%+-.~^"
        or (before == "," and start > 1 and text[start - 2].isdigit())
    )


def _fills_lines(classes: str, first: int, last: int, end: int) -> bool:
    """Says whether a street is a line of its own, and what follows ends with a line."""
    return (
        (first == 0 or classes[first - 1] in "nNo")
        and classes[last : last + 1] == "n"
        and end > last
        and (end == len(classes) or classes[end] in "nN")
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
    if tokens.words[first + 1 : first + 2] == ["way"] and len(tokens.words[first]) == 1:
        return True
    if classes[first] == "y":
        return True
    return first > 0 and classes[first - 1] == "X"


def _read_parts(tokens: Tokens, last: int) -> tuple[int, int]:
    """Reads what follows a street: the token after the last part of the address, and its weight."""
    classes = tokens.classes
    end, weight, position = last, 0, last
    places = zips = 0
    for _ in range(10):
        match = PARTS.match(classes, position)
        if match is None:
            break
        kind = match.lastgroup
        start, stop = match.span()
        parted = classes[start] in ",n"
        follower = classes[stop] if stop < len(classes) else "N"
        lines = classes.count("n", start, stop)
        solid = True
        if kind == "unit":
            weight += 2 if "U" in match.group() else 1
        elif kind == "state_zip":
            state = tokens.words[match.start("state")]
            known = match["state"] == "T" or state in load_words()["state_code"]
            weight += 3 if known or match["zip0"] == "Z" else 2
            zips += 1
        elif kind in ("zip_town", "town_zip"):
            zip_, town = match["zip1"] or match["zip2"], match["town1"] or match["town2"]
            if kind == "zip_town":
                if zip_ == "y" and not lines:
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
                solid = lines == 0 and follower not in "lw" and (
                    classes[start] in ",-;" or (not zips and classes[position - 1] in "1456y")
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


def _with_head(classes: str, first: int) -> int:
    """Moves the beginning before a flat that stands in front of the street."""
    match = HEAD.search(classes[max(0, first - 8) : first])
    return first - len(match.group()) if match else first
