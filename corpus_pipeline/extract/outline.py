"""What the elements of a page hold, and what of it a reader sees.

Letters are counted by what they are worth (`page.CHARS`), so that a paragraph of Chinese weighs
as much as one of English. All passes are linear in the elements and blocks of a page.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.extract import markup as m
from corpus_pipeline.extract import page as b
from corpus_pipeline.extract.page import Page
from corpus_pipeline.kernels import kernel

#: Tags that say what they hold.
CONTEXT_TAGS: Final = (
    *("nav", "footer", "aside", "header", "main", "article", "figure", "figcaption", "table"),
    *("li", "form", "blockquote", "section", "ul"),
)
_PROSE_CHARS: Final = 60
"""A shorter block is no prose; longer ones must have punctuation, or be long."""
_LONG_PROSE_CHARS: Final = 160
_REVEAL_CHARS: Final = 200
"""What is hidden is taken for the page's text if it has at least this much prose."""
_SCOPE_CHARS: Final = 150
_REST_CHARS: Final = 300
"""What an element says of itself, it says of the page if it holds most of the page's prose and less
than this is outside it."""


class Outline(NamedTuple):
    """What the page's elements hold."""

    shown: NDArray[np.bool_]
    """bool[B], whether a reader sees the block."""
    prose: NDArray[np.float32]
    """float32[B], characters of prose outside links."""
    totals: NDArray[np.float32]
    """float32[E, 4]: characters, in links, prose, blocks of what is shown in each element."""
    hints: NDArray[np.uint32]
    """uint32[E], of the element and what it stands in."""
    tags: NDArray[np.uint32]
    """uint32[E], bits of CONTEXT_TAGS likewise."""
    wider: NDArray[np.int32]
    """int32[E], the nearest element around it that holds more."""
    copies: NDArray[np.int32]
    """int32[B], the earlier block with the same text, or -1."""
    main: int
    """The innermost element that holds most of the prose."""
    title: int
    """The first block that is a heading of the first order, or -1."""
    scope: int
    """The innermost element around it that holds prose, or the page."""
    revealed: bool
    """Whether the page hides its text until a script shows it."""


def _context_bits() -> NDArray[np.uint32]:
    bits = np.zeros(256, np.uint32)
    for n, name in enumerate(CONTEXT_TAGS):
        bits[m.tag(name)] = 1 << n
    return bits


_CONTEXT_BITS: Final = _context_bits()
_H1: Final = m.tag("h1")
_HTML_TAG: Final = m.tag("html")
_BODY_TAG: Final = m.tag("body")
_ASIDE: Final = np.uint32(
    m.NAV | m.FOOT | m.HEAD | m.SIDE | m.RELATED | m.COOKIE | m.ADVERT | m.SUBSCRIBE | m.AUTHOR
)
_COMMENTS: Final = np.uint32(m.COMMENT)
_ASIDE_TAGS: Final = np.uint32(
    sum(1 << CONTEXT_TAGS.index(name) for name in ("nav", "footer", "aside"))
)
_GOOD: Final = np.uint32(m.CONTENT | m.BODY | m.CODE | m.MATH)
#: More places are not looked at: a page may be made so that they are all taken.
_PROBES: Final = 64
_BASIS: Final = np.uint64(0xCBF29CE484222325)
_PRIME: Final = np.uint64(0x100000001B3)


@kernel
def _prose(block):  # type: ignore[no-untyped-def]
    chars = block[b.CHARS]
    linked = block[b.LINKED]
    if chars < _PROSE_CHARS or 2 * linked > chars:
        return np.float32(0.0)
    if block[b.COMMAS] + block[b.STOPS] == 0 and chars < _LONG_PROSE_CHARS:
        return np.float32(0.0)
    return np.float32(chars - linked)


@kernel
def _show(elements, blocks, prose, aside, shown, around, sums):  # type: ignore[no-untyped-def]
    """Leaves out the blocks of elements that are set aside, but not the page's prose itself.

    An element with `aside[e]` of 1 is taken in again if it holds more prose than half as much again
    as all that is left, one with 2 if hardly anything is left; what is set aside inside it is
    judged in the next round. Blocks that `shown` leaves out already stay out. Returns whether any
    was taken in again.
    """
    n = len(elements)
    taken_in = False
    for _ in range(4):
        around[0] = -1
        for e in range(1, n):
            sums[e] = 0.0
            above = around[elements[e, b.PARENT]]
            around[e] = e if above < 0 and aside[e] else above
        left = np.float32(0.0)
        for k in range(len(blocks)):
            if shown[k]:
                h = around[blocks[k, b.ELEMENT]]
                if h < 0:
                    left += prose[k]
                else:
                    sums[h] += prose[k]
        changed = False
        for e in range(1, n):
            outweighs = sums[e] >= _REVEAL_CHARS and sums[e] > 1.5 * left
            if outweighs and (aside[e] == 1 or left < _REVEAL_CHARS):
                aside[e] = 0
                changed = True
        if not changed:
            break
        taken_in = True
    for k in range(len(blocks)):
        if around[blocks[k, b.ELEMENT]] >= 0:
            shown[k] = False
    return taken_in


@kernel
def _find_copies(blocks, text, shown, keys, values, copies):  # type: ignore[no-untyped-def]
    """For each shown block the first one with the same text, by a hash of 64 bits.

    `keys` and `values` are a hash table: their size is a power of two, `values` is -1 where free.
    """
    last_slot = len(keys) - 1
    for k in range(len(blocks)):
        copies[k] = -1
        if not shown[k]:
            continue
        value = _BASIS
        for i in range(blocks[k, b.START], blocks[k, b.END]):
            value = (value ^ np.uint64(text[i])) * _PRIME
        slot = np.int64(value ^ (value >> np.uint64(32))) & last_slot
        probes = 0
        while values[slot] >= 0 and keys[slot] != value and probes < _PROBES:
            slot = (slot + 1) & last_slot
            probes += 1
        if values[slot] >= 0:
            copies[k] = values[slot] if keys[slot] == value else -1
        else:
            keys[slot] = value
            values[slot] = k


@kernel
def _outline(  # type: ignore[no-untyped-def]
    elements, blocks, shown, prose, totals, hints, tags, wider, context_bits, titled
):
    """Fills what is summed up and what is handed down; returns (main element, title, scope)."""
    n = len(elements)
    for e in range(n):
        for j in range(4):
            totals[e, j] = 0.0
    for k in range(len(blocks)):
        if shown[k]:
            e = blocks[k, b.ELEMENT]
            totals[e, 0] += blocks[k, b.CHARS]
            totals[e, 1] += blocks[k, b.LINKED]
            totals[e, 2] += prose[k]
            totals[e, 3] += 1.0
    for e in range(n - 1, 0, -1):
        parent = elements[e, b.PARENT]
        for j in range(4):
            totals[parent, j] += totals[e, j]
    title = -1
    scope = 0
    for e in range(n):
        titled[e] = False
    for k in range(len(blocks)):
        if shown[k] and elements[blocks[k, b.ELEMENT], b.TAG] == _H1:
            title = k
            e = blocks[k, b.ELEMENT]
            while e >= 0:
                titled[e] = True
                if scope == 0 and totals[e, 2] >= _SCOPE_CHARS:
                    scope = e
                e = elements[e, b.PARENT]
            break
    # What an element says of itself, it says of the page if that is nearly all in it.
    page = totals[0, 2]
    hints[0] = 0
    tags[0] = 0
    wider[0] = 0
    main = 0
    for e in range(1, n):
        parent = elements[e, b.PARENT]
        tag = elements[e, b.TAG]
        own = np.uint32(elements[e, b.OWN])
        bits = context_bits[tag]
        if tag in (_HTML_TAG, _BODY_TAG):
            own = np.uint32(0)
        elif titled[e] or (page - totals[e, 2] < _REST_CHARS and 2 * totals[e, 2] > page):
            own &= _GOOD
        hints[e] = own | hints[parent]
        tags[e] = bits | tags[parent]
        wider[e] = parent if totals[parent, 0] > totals[e, 0] else wider[parent]
        # The heaviest child of the main element so far, if it holds most of it.
        inside = parent == main or wider[e] == main
        if inside and totals[main, 2] > 0 and totals[e, 2] > 0.6 * totals[main, 2]:
            main = e
    return main, title, scope


@kernel
def _set_aside(elements, hints, totals, level, tags, aside):  # type: ignore[no-untyped-def]
    """Sets aside what tags and hints say is not the main text."""
    aside[0] = 0
    for e in range(1, len(elements)):
        own = hints[e] & ~hints[elements[e, b.PARENT]]
        aside[e] = 0
        if level == 0 and own & _COMMENTS:
            aside[e] = 2
        elif level < 2 and (own & _ASIDE or tags[e] & ~tags[elements[e, b.PARENT]] & _ASIDE_TAGS):
            aside[e] = 1


def outline(page: Page, level: int = 0) -> Outline:
    """Sums up what a page's elements hold. Parts that a script will show are marked as shown.

    Args:
        level: 0 leaves out what tags and hints say is no main text, 1 keeps readers' comments of
            that, 2 keeps all that is shown.
    """
    elements, blocks, text = page
    n = len(elements)
    prose = prose_of(blocks)
    shown = np.ones(len(blocks), np.bool_)
    aside = elements[:, b.HIDDEN].astype(np.int8)
    # What kernels work with is allocated here: inside them it would take long to compile.
    around = np.empty(n, np.int32)
    sums = np.empty(n, np.float32)
    revealed = _show(elements, blocks, prose, aside, shown, around, sums)
    copies = np.empty(len(blocks), np.int32)
    slots = 1 << (2 * len(blocks) + 15).bit_length()
    keys = np.zeros(slots, np.uint64)
    values = np.full(slots, -1, np.int32)
    _find_copies(blocks, text, shown, keys, values, copies)
    totals = np.empty((n, 4), np.float32)
    hints = np.empty(n, np.uint32)
    tags = np.empty(n, np.uint32)
    wider = np.empty(n, np.int32)
    made = (prose, totals, hints, tags, wider, _CONTEXT_BITS, np.empty(n, np.bool_))
    _outline(elements, blocks, shown, *made)
    if level < 2:
        _set_aside(elements, hints, totals, level, tags, aside)
        _show(elements, blocks, prose, aside, shown, around, sums)
    main, title, scope = _outline(elements, blocks, shown, *made)
    return Outline(shown, prose, totals, hints, tags, wider, copies, main, title, scope, revealed)


@kernel
def _fill_prose(blocks, out):  # type: ignore[no-untyped-def]
    for k in range(len(blocks)):
        out[k] = _prose(blocks[k])


def prose_of(blocks: NDArray[np.int32]) -> NDArray[np.float32]:
    """float32[B], characters of prose of each block; 0 of what is short, unpunctuated or linked."""
    out = np.empty(len(blocks), np.float32)
    _fill_prose(blocks, out)
    return out
