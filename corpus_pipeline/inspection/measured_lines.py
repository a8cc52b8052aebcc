"""Which lines of a text are measured, and where they stand in it.

A profile of prose measures lines that `text.prose` makes of a text: some are joined, parts of them
are left out, and others are no prose at all. Here they are found again in the text itself.
"""

import re
from collections import Counter
from collections.abc import Sequence

import pyarrow as pa

Span = tuple[int, int]
"""First character, and the one behind the last."""

#: Begins a short item of a list in what is measured of a line of prose.
ITEM = "- "
#: Lines of prose that are looked at for the next line of a text.
_AHEAD = 8
#: After so many lines without one of prose, that is looked for by a line of so many characters.
_LOST, _TELLING = 20, 12
#: A line has at most so many times the characters that prose leaves of it.
_MOST_MARKUP = 3
#: Marks of lists and headings, targets of links, tags: most of what prose leaves out of a line.
_LEFT_OUT = re.compile(r"^(?:#+\s+|[^\w\s]\s+|\d+[.)]\s+)|(?<=\])\([^()\s]*\)|<[^<>]*>")


def measured_lines(text: str, prose: bool) -> list[tuple[Span, str]]:
    """Cuts a text into the lines that are measured, each with what is measured of it.

    Args:
        text: of a document.
        prose: its profile measures prose; lines that it leaves out are left out.

    >>> measured_lines(" a\\n\\nb ", prose=False)
    [((1, 2), 'a'), ((4, 5), 'b')]
    """
    spans, at = [], 0
    for line in text.split("\n"):
        span = stripped(text, at, at + len(line))
        at += len(line) + 1
        if span[0] < span[1]:
            spans.append(span)
    if prose:
        from corpus_pipeline.text.prose import PROSE, prose_of

        found = prose_of(pa.array([text], pa.string()))
        if found.kinds[0] == PROSE:
            return _aligned(text, spans, found.texts[0].as_py())
    return [((a, b), text[a:b]) for a, b in spans]


def _aligned(text: str, spans: Sequence[Span], prose: str) -> list[tuple[Span, str]]:
    """Finds, one after another, the lines of a text that lines of its prose were made of.

    Prose joins broken lines, and leaves out markup in them and whole lines of code. So a line
    begins what is left of one of the next lines of prose, or has all of it with more between.
    """
    lines = [line for line in prose.split("\n") if _solid(line)]
    solids = [_solid(line) for line in lines]
    times = Counter(solids)
    places = {solid: k for k, solid in enumerate(solids) if times[solid] == 1}
    found: list[tuple[Span, str]] = []
    begun = at = lost = 0
    for a, b in spans:
        solid = _solid(_LEFT_OUT.sub("", text[a:b]))
        rests = [solids[k][begun if k == at else 0 :] for k in range(at, len(lines))[:_AHEAD]]
        joined = [k for k, rest in enumerate(rests) if solid and rest.startswith(solid)]
        within = [
            k for k, rest in enumerate(rests[:2])
            if len(rest) * _MOST_MARKUP >= len(solid) and _is_within(rest, solid)
        ]  # fmt: skip
        if not joined and not within:
            # What was passed over may be long; a telling line that is found whole leads back.
            lost += bool(solid)
            place = places.get(solid, -1)
            if lost < _LOST or len(solid) < _TELLING or place < at:
                continue
            at, begun = place, 0
            rests, joined = [solids[at]], [0]
        lost = 0
        ahead = (joined or within)[0]
        if begun and ahead == 0:
            found[-1] = (found[-1][0][0], b), found[-1][1]
        else:
            found.append(((a, b), _measured(lines[at + ahead])))
        left = len(rests[ahead]) - len(solid) if joined else 0
        at += ahead
        at, begun = (at, len(solids[at]) - left) if left > 0 else (at + 1, 0)
    return found


def _measured(line: str) -> str:
    """Returns a line of prose as its scan takes it: an item of a list is told by its length."""
    from corpus_pipeline.filters.quality.kernels import ITEM_BYTES
    from corpus_pipeline.text.prose import ITEM_MARK

    bare = line.strip(f"{ITEM_MARK} \t")
    if not line.startswith(ITEM_MARK):
        return bare
    # A short one counts as a bullet, a whole clause needs no end mark.
    return f"{bare}." if len(bare.encode()) >= ITEM_BYTES else f"{ITEM}{bare}"


def _solid(line: str) -> str:
    """Returns a line without white space, and without the mark of an item."""
    return "".join(line.split())


def _is_within(part: str, whole: str) -> bool:
    """Says whether the characters of one text stand in another one in their order.

    >>> _is_within("ac", "abc"), _is_within("ca", "abc")
    (True, False)
    """
    characters = iter(whole)
    return all(char in characters for char in part)


def stripped(text: str, start: int, stop: int) -> Span:
    """Returns a part of a text without white space around it."""
    while start < stop and text[start].isspace():
        start += 1
    while stop > start and text[stop - 1].isspace():
        stop -= 1
    return start, stop
