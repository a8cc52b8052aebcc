"""What is weighed about each block of a page: itself, what it stands in, and its neighbours.

Everything is a ratio, a logarithm or a flag, and letters are counted by what they are worth
(`page.CHARS`), so that a paragraph of Chinese looks like one of English. All passes are linear in
the elements and blocks of a page.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.extract import markup as m
from corpus_pipeline.extract import page as b
from corpus_pipeline.extract.outline import CONTEXT_TAGS, Outline
from corpus_pipeline.extract.page import Page
from corpus_pipeline.extract.phrases import phrases
from corpus_pipeline.kernels import kernel

#: Tags that blocks are told apart by.
BLOCK_TAGS: Final = (
    *("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "td", "th", "pre", "div", "dt", "dd"),
    *("blockquote", "figcaption", "section", "article", "span"),
)
_PHRASE_CHARS: Final = 400
"""Phrases of longer blocks say nothing."""

OWN_FEATURES: Final = (
    *("log_chars", "link_density", "links", "commas", "stops", "stopped", "digits", "capitals"),
    *("spaces", "word_length", "symbols", "breaks", "code", "preformatted", "bold", "copies"),
    *("place", "place_in_prose", "before_first_prose", "after_last_prose", "phrases"),
    *("phrase_share", "phrase_more", "phrase_consent", "phrase_rights", "phrase_offer"),
    *("phrase_comment", "phrase_credit"),
)
CONTAINER_FEATURES: Final = ("log_chars", "link_density", "prose_share", "blocks", "prose_density")
CONTAINERS: Final = 4
NEIGHBOUR_FEATURES: Final = ("log_chars", "link_density", "prose", "same_tag", "same_parent")
NEIGHBOURS: Final = (-3, -2, -1, 1, 2, 3)
"""As `_fill_around` goes through them."""
FEATURES: Final = (
    *OWN_FEATURES,
    *(f"tag_{name}" for name in BLOCK_TAGS),
    *(f"in_{name}" for name in CONTEXT_TAGS),
    *(f"hint_{name}" for name in m.HINTS),
    *(f"own_{name}" for name in m.HINTS),
    *(f"container{n}_{name}" for n in range(CONTAINERS) for name in CONTAINER_FEATURES),
    *(f"neighbour{n}_{name}" for n in NEIGHBOURS for name in NEIGHBOUR_FEATURES),
    *("since_prose", "until_prose", "prose_near", "prose_around", "main_share", "main_levels"),
    *("page_prose", "page_link_density", "since_heading", "heading_level"),
    *("in_title_scope", "title_scope_share", "since_title", "before_title"),
    *("body_share", "content_share", "article_share", "main_tag_share", "comment_share"),
    *("related_share", "side_share", "articles", "in_best_article", "best_article_share"),
    *("best_body_share", "in_best_body"),
)


def _block_numbers() -> NDArray[np.int8]:
    numbers = np.full(256, -1, np.int8)
    for n, name in enumerate(BLOCK_TAGS):
        numbers[m.tag(name)] = n
    return numbers


_BLOCK_NUMBERS: Final = _block_numbers()
_H1: Final = m.tag("h1")
_H6: Final = m.tag("h6")
_ARTICLE: Final = np.int64(m.tag("article"))


def _from_columns(*features: tuple[str, int, int]) -> NDArray[np.int64]:
    """int64[F, 3], the features that a column of the block gives: (feature, column, number)."""
    return np.array([(OWN_FEATURES.index(name), *rest) for name, *rest in features])


#: Features that are a block's column, so many times, for each character: (feature, column, times).
_RATIOS: Final = _from_columns(
    ("link_density", b.LINKED, 1),
    ("commas", b.COMMAS, 100),
    ("stops", b.STOPS, 100),
    ("digits", b.DIGITS, 1),
    ("capitals", b.CAPITALS, 1),
    ("symbols", b.SYMBOLS, 1),
    ("code", b.CODED, 1),
    ("bold", b.BOLD, 1),
)
#: Features that are a column of the block up to a limit: (feature, column, limit).
_COUNTS: Final = _from_columns(
    ("links", b.LINKS, 10),
    ("stopped", b.STOPPED, 1),
    ("spaces", b.SPACES, 200),
    ("breaks", b.BREAKS, 10),
    ("preformatted", b.PREFORMATTED, 1),
)
# Typed: for each literal the kernel that takes it would be compiled anew.
_PHRASES_AT: Final = np.int64(OWN_FEATURES.index("phrases"))
_PHRASE_KINDS: Final = np.int64(7)
_TAGS_AT: Final = len(OWN_FEATURES)
_IN_AT: Final = np.int64(_TAGS_AT + len(BLOCK_TAGS))
_IN_COUNT: Final = np.int64(len(CONTEXT_TAGS))
_HINTS_AT: Final = np.int64(_IN_AT + _IN_COUNT)
_HINT_COUNT: Final = np.int64(len(m.HINTS))
_CONTAINERS_AT: Final = int(_HINTS_AT + 2 * _HINT_COUNT)
_PLACE_AT: Final = FEATURES.index("since_prose")

#: What the page's prose stands in: bits of hints, and of tags above them.
_SHARES: Final = np.array(
    [
        m.BODY,
        m.CONTENT,
        1 << CONTEXT_TAGS.index("article") + 32,
        1 << CONTEXT_TAGS.index("main") + 32,
        m.COMMENT,
        m.RELATED,
        m.SIDE,
    ],
    np.uint64,
)
_POOR: Final = np.uint32(m.COMMENT | m.RELATED | m.SIDE | m.FOOT | m.COOKIE)

# Parts of a page that an element is in.
_IN_MAIN: Final = 1
_IN_SCOPE: Final = 2
_IN_ARTICLE: Final = 4
_IN_BODY: Final = 8


@kernel
def _phrases(text, start, stop, moves, found):  # type: ignore[no-untyped-def]
    state = moves[0, 0]
    kinds = 0
    for i in range(start, stop):
        byte = text[i] | 0x20 if 0x41 <= text[i] <= 0x5A else text[i]
        state = moves[state, byte]
        kinds |= found[state]
    return kinds


@kernel
def _density(part, whole):  # type: ignore[no-untyped-def]
    return np.float32(part) / np.float32(whole) if whole > 0 else np.float32(0.0)


@kernel
def _spread(row, at, bits, count):  # type: ignore[no-untyped-def]
    for j in range(count):
        row[at + j] = bits >> j & 1


@kernel
def _heaviest(elements, totals, hints, tag, hint):  # type: ignore[no-untyped-def]
    """Of the elements of a tag or with a hint: (how many have prose, the one with the most).

    Prose in comments, teasers and sidebars counts a quarter.
    """
    found = 0
    best = 0
    heaviest = np.float32(0.0)
    for e in range(1, len(elements)):
        if totals[e, 2] > 0 and (elements[e, b.TAG] == tag or elements[e, b.OWN] & hint):
            found += 1
            weight = np.float32(0.25) * totals[e, 2] if hints[e] & _POOR else totals[e, 2]
            if best == 0 or weight > heaviest:
                best = e
                heaviest = weight
    return found, best


@kernel
def _find_parts(elements, main, scope, article, body, inside, levels):  # type: ignore[no-untyped-def]
    """Fills in which parts each element is, and its levels up to what leads to the main element."""
    for e in range(len(elements)):
        inside[e] = 0
        levels[e] = 1
    e = main
    while e >= 0:
        levels[e] = 0
        e = elements[e, b.PARENT]
    inside[main] = _IN_MAIN
    if scope:
        inside[scope] |= _IN_SCOPE
    if article:
        inside[article] |= _IN_ARTICLE
    if body:
        inside[body] |= _IN_BODY
    for e in range(1, len(elements)):
        parent = elements[e, b.PARENT]
        inside[e] |= inside[parent]
        if inside[e] & _IN_MAIN:
            levels[e] = 0
        elif levels[e]:
            levels[e] = min(levels[parent] + 1, 100)


@kernel
def _fill_page(  # type: ignore[no-untyped-def]
    elements, blocks, shown, prose, totals, hints, tags, main, scope, before, until, inside, levels,
    out
):  # fmt: skip
    """Fills what is the same for all blocks, and what is summed up over them.

    Returns (the first block of prose, the last one).
    """
    count = len(blocks)
    first = count
    last = -1
    for k in range(count):
        weight = prose[k] if shown[k] else np.float32(0.0)
        before[k + 1, 0] = before[k, 0] + weight
        before[k + 1, 1] = before[k, 1] + (blocks[k, b.CHARS] if shown[k] else 0)
        if weight > 0:
            first = min(first, k)
            last = k
            e = blocks[k, b.ELEMENT]
            bits = np.uint64(hints[e]) | np.uint64(tags[e]) << np.uint64(32)
            for j in range(len(_SHARES)):
                if bits & _SHARES[j]:
                    out[14 + j] += weight
    following = 50
    for k in range(count - 1, -1, -1):
        until[k] = following
        following = 0 if prose[k] > 0 and shown[k] else min(following + 1, 50)
    page = max(totals[0, 2], np.float32(1.0))
    for j in range(len(_SHARES)):
        out[14 + j] /= page
    articles, article = _heaviest(elements, totals, hints, _ARTICLE, np.int64(0))
    _, body = _heaviest(elements, totals, hints, np.int64(-1), np.int64(m.BODY))
    _find_parts(elements, main, scope, article, body, inside, levels)
    out[6] = np.log2(page)
    out[7] = _density(totals[0, 1], totals[0, 0])
    out[21] = min(articles, 20)
    out[23] = totals[article, 2] / page if article else 0.0
    out[24] = totals[body, 2] / page if body else 0.0
    return first, last


@kernel
def _fill_own(block, text, moves, found, row):  # type: ignore[no-untyped-def]
    chars = np.float32(max(block[b.CHARS], 1))
    row[0] = np.log2(chars)
    for j in range(len(_RATIOS)):
        row[_RATIOS[j, 0]] = block[_RATIOS[j, 1]] * _RATIOS[j, 2] / chars
    for j in range(len(_COUNTS)):
        row[_COUNTS[j, 0]] = min(block[_COUNTS[j, 1]], _COUNTS[j, 2])
    row[9] = min(chars / (block[b.SPACES] + 1), np.float32(40.0))
    if block[b.CHARS] <= _PHRASE_CHARS:
        kinds = _phrases(text, block[b.START], block[b.END], moves, found)
        _spread(row, _PHRASES_AT + 1, kinds, _PHRASE_KINDS)
        for j in range(_PHRASE_KINDS):
            row[_PHRASES_AT] += row[_PHRASES_AT + 1 + j]


@kernel
def _fill_around(k, elements, blocks, prose, totals, wider, page, row):  # type: ignore[no-untyped-def]
    """Fills what a block stands in and beside."""
    e = blocks[k, b.ELEMENT]
    f = _CONTAINERS_AT
    c = e
    for _ in range(CONTAINERS):
        row[f] = np.log2(totals[c, 0] + np.float32(1.0))
        row[f + 1] = _density(totals[c, 1], totals[c, 0])
        row[f + 2] = totals[c, 2] / page
        row[f + 3] = np.log2(totals[c, 3] + np.float32(1.0))
        row[f + 4] = _density(totals[c, 2], totals[c, 0])
        f += 5
        c = wider[c]
    for step in range(-3, 4):
        if step == 0:
            continue
        other = k + step
        row[f] = -1.0
        if 0 <= other < len(blocks):
            chars = np.float32(blocks[other, b.CHARS])
            c = blocks[other, b.ELEMENT]
            row[f] = np.log2(max(chars, np.float32(1.0)))
            row[f + 1] = _density(np.float32(blocks[other, b.LINKED]), chars)
            row[f + 2] = prose[other] > 0
            row[f + 3] = elements[c, b.TAG] == elements[e, b.TAG]
            row[f + 4] = wider[c] == wider[e]
        f += 5


@kernel
def _fill(  # type: ignore[no-untyped-def]
    elements, blocks, text, shown, prose, totals, hints, tags, wider, copies, main, title, scope,
    moves, found, block_numbers, before, until, inside, levels, same, out
):  # fmt: skip
    """Fills float32[B, FEATURES], which is 0."""
    count = len(blocks)
    first, last = _fill_page(
        elements, blocks, shown, prose, totals, hints, tags, main, scope, before, until, inside,
        levels, same
    )  # fmt: skip
    page = max(totals[0, 2], np.float32(1.0))
    since = 50
    since_heading = 20
    heading = 0
    for k in range(count):
        row = out[k]
        e = blocks[k, b.ELEMENT]
        tag = elements[e, b.TAG]
        _fill_own(blocks[k], text, moves, found, row)
        row[15] = copies[k] >= 0
        row[16] = before[k, 1] / max(before[count, 1], np.float32(1.0))
        row[17] = before[k, 0] / page
        row[18] = k < first
        row[19] = k > last
        if block_numbers[tag] >= 0:
            row[_TAGS_AT + block_numbers[tag]] = 1.0
        own = elements[e, b.OWN] | elements[elements[e, b.PARENT], b.OWN]
        _spread(row, _IN_AT, np.int64(tags[e]), _IN_COUNT)
        _spread(row, _HINTS_AT, np.int64(hints[e]), _HINT_COUNT)
        _spread(row, _HINTS_AT + _HINT_COUNT, np.int64(own), _HINT_COUNT)
        _fill_around(k, elements, blocks, prose, totals, wider, page, row)
        f = _PLACE_AT
        for j in range(len(same)):
            row[f + j] = same[j]
        row[f] = since
        row[f + 1] = until[k]
        for j in range(2):
            reach = 2 + 6 * j
            near = before[min(k + reach + 1, count), 0] - before[max(k - reach, 0), 0]
            row[f + 2 + j] = np.log2(near + np.float32(1.0))
        if inside[e] & _IN_MAIN:
            row[f + 4] = totals[main, 2] / page
        row[f + 5] = levels[e]
        row[f + 8] = since_heading
        row[f + 9] = heading
        if inside[e] & _IN_SCOPE:
            row[f + 10] = 1.0
            row[f + 11] = totals[scope, 2] / page
        row[f + 12] = min(k - title, 50) if title >= 0 and k >= title else -1
        row[f + 13] = k < title
        row[f + 22] = inside[e] & _IN_ARTICLE != 0
        row[f + 25] = inside[e] & _IN_BODY != 0
        since = 0 if prose[k] > 0 and shown[k] else min(since + 1, 50)
        since_heading = min(since_heading + 1, 20)
        if _H1 <= tag <= _H6:
            since_heading = 0
            heading = tag - _H1 + 1


def features(page: Page, found: Outline) -> NDArray[np.float32]:
    """float32[B, len(FEATURES)], what is weighed about each block."""
    count = len(page.blocks)
    n = len(page.elements)
    out = np.zeros((count, len(FEATURES)), np.float32)
    before = np.zeros((count + 1, 2), np.float32)
    until = np.empty(count, np.int32)
    parts = (np.empty(n, np.int32), np.empty(n, np.int32))
    same = np.zeros(len(FEATURES) - _PLACE_AT, np.float32)
    _fill(*page, *found[:-1], *phrases(), _BLOCK_NUMBERS, before, until, *parts, same, out)
    return out
