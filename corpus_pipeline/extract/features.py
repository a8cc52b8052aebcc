"""What is weighed about each block of a page: itself, what it stands in, and its neighbours.

Everything is a ratio, a logarithm or a flag, and letters are counted by what they are worth
(`blocks.CHARS`), so that a paragraph of Chinese looks like one of English. All passes are linear in
the elements and blocks of a page.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.extract import blocks as b
from corpus_pipeline.extract import markup as m
from corpus_pipeline.extract.blocks import Page
from corpus_pipeline.extract.outline import CONTEXT_TAGS, Outline
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
_HEADINGS: Final = tuple(m.tag(f"h{n}") for n in range(1, 7))
_ARTICLE: Final = m.tag("article")
_IN_ARTICLE: Final = np.uint32(1 << CONTEXT_TAGS.index("article"))
_IN_MAIN: Final = np.uint32(1 << CONTEXT_TAGS.index("main"))


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
def _fill(  # type: ignore[no-untyped-def]
    elements, blocks, text, shown, prose, totals, hints, tags, wider, copies, main, title,
          scope, moves, found, block_numbers, out
):  # fmt: skip
    """Fills float32[B, FEATURES]."""
    count = len(blocks)
    page = max(totals[0, 2], np.float32(1.0))
    # How much prose, and of characters, stands before each block.
    before = np.zeros(count + 1, np.float32)
    chars_before = np.zeros(count + 1, np.float32)
    first = count
    last = -1
    for k in range(count):
        weight = prose[k] if shown[k] else np.float32(0.0)
        before[k + 1] = before[k] + weight
        chars_before[k + 1] = chars_before[k] + (blocks[k, b.CHARS] if shown[k] else 0)
        if weight > 0:
            first = min(first, k)
            last = k
    shares = np.zeros(8, np.float32)
    for k in range(count):
        if shown[k] and prose[k] > 0:
            e = blocks[k, b.ELEMENT]
            if hints[e] & np.uint32(m.BODY):
                shares[0] += prose[k]
            if hints[e] & np.uint32(m.CONTENT):
                shares[1] += prose[k]
            if tags[e] & _IN_ARTICLE:
                shares[2] += prose[k]
            if tags[e] & _IN_MAIN:
                shares[3] += prose[k]
            if hints[e] & np.uint32(m.COMMENT):
                shares[4] += prose[k]
            if hints[e] & np.uint32(m.RELATED):
                shares[5] += prose[k]
            if hints[e] & np.uint32(m.SIDE):
                shares[6] += prose[k]
    articles = 0
    heaviest_article = np.float32(0.0)
    heaviest_body = np.float32(0.0)
    article = 0
    body = 0
    bad = np.uint32(m.COMMENT | m.RELATED | m.SIDE | m.FOOT | m.COOKIE)
    for e in range(1, len(elements)):
        if totals[e, 2] > 0:
            weight = totals[e, 2] if hints[e] & bad == 0 else np.float32(0.25) * totals[e, 2]
            if elements[e, b.TAG] == _ARTICLE:
                articles += 1
                if article == 0 or weight > heaviest_article:
                    article = e
                    heaviest_article = weight
            if elements[e, b.OWN] & m.BODY and (body == 0 or weight > heaviest_body):
                body = e
                heaviest_body = weight
    in_article = np.zeros(len(elements), np.bool_)
    in_body = np.zeros(len(elements), np.bool_)
    levels = np.zeros(len(elements), np.int16)
    inside = np.zeros(len(elements), np.bool_)
    inside[main] = True
    scoped = np.zeros(len(elements), np.bool_)
    scoped[scope] = scope > 0
    path = np.zeros(len(elements), np.bool_)
    e = main
    while e >= 0:
        path[e] = True
        e = elements[e, b.PARENT]
    for e in range(1, len(elements)):
        parent = elements[e, b.PARENT]
        if inside[parent]:
            inside[e] = True
        if scoped[parent]:
            scoped[e] = True
        in_article[e] = in_article[parent] or (e == article)
        in_body[e] = in_body[parent] or (e == body)
        # Levels from the block up to the path that leads to the main element.
        levels[e] = 0 if path[e] or inside[e] else min(levels[parent] + 1, 100)
    until = np.empty(count, np.int32)
    following = 50
    for k in range(count - 1, -1, -1):
        until[k] = following
        following = 0 if prose[k] > 0 and shown[k] else min(following + 1, 50)
    since = 50
    since_heading = 20
    heading = 0
    for k in range(count):
        row = out[k]
        block = blocks[k]
        chars = np.float32(max(block[b.CHARS], 1))
        e = block[b.ELEMENT]
        tag = elements[e, b.TAG]
        row[:] = 0.0
        row[0] = np.log2(chars)
        row[1] = block[b.LINKED] / chars
        row[2] = min(block[b.LINKS], 10)
        row[3] = block[b.COMMAS] * np.float32(100.0) / chars
        row[4] = block[b.STOPS] * np.float32(100.0) / chars
        row[5] = block[b.STOPPED]
        row[6] = block[b.DIGITS] / chars
        row[7] = block[b.CAPITALS] / chars
        row[8] = min(block[b.SPACES], 200)
        row[9] = min(chars / (block[b.SPACES] + 1), np.float32(40.0))
        row[10] = block[b.SYMBOLS] / chars
        row[11] = min(block[b.BREAKS], 10)
        row[12] = block[b.CODED] / chars
        row[13] = block[b.PREFORMATTED]
        row[14] = block[b.BOLD] / chars
        row[15] = 1.0 if copies[k] >= 0 else 0.0
        row[16] = chars_before[k] / max(chars_before[count], np.float32(1.0))
        row[17] = before[k] / page
        row[18] = 1.0 if k < first else 0.0
        row[19] = 1.0 if k > last else 0.0
        if block[b.CHARS] <= _PHRASE_CHARS:
            kinds = _phrases(text, block[b.START], block[b.END], moves, found)
            for j in range(7):
                if kinds >> j & 1:
                    row[20] += 1.0
                    row[21 + j] = 1.0
        f = 28
        number = block_numbers[tag]
        if number >= 0:
            row[f + number] = 1.0
        f += len(BLOCK_TAGS)
        for j in range(len(CONTEXT_TAGS)):
            if tags[e] >> np.uint32(j) & np.uint32(1):
                row[f + j] = 1.0
        f += len(CONTEXT_TAGS)
        own = np.uint32(elements[e, b.OWN]) | np.uint32(elements[elements[e, b.PARENT], b.OWN])
        for j in range(len(m.HINTS)):
            if hints[e] >> np.uint32(j) & np.uint32(1):
                row[f + j] = 1.0
            if own >> np.uint32(j) & np.uint32(1):
                row[f + len(m.HINTS) + j] = 1.0
        f += 2 * len(m.HINTS)
        c = e
        for _ in range(CONTAINERS):
            row[f] = np.log2(totals[c, 0] + np.float32(1.0))
            row[f + 1] = _density(totals[c, 1], totals[c, 0])
            row[f + 2] = totals[c, 2] / page
            row[f + 3] = np.log2(totals[c, 3] + np.float32(1.0))
            row[f + 4] = _density(totals[c, 2], totals[c, 0])
            f += 5
            c = wider[c]
        for step in NEIGHBOURS:
            other = k + step
            if 0 <= other < count:
                near = blocks[other]
                row[f] = np.log2(np.float32(max(near[b.CHARS], 1)))
                row[f + 1] = _density(near[b.LINKED], near[b.CHARS])
                row[f + 2] = 1.0 if prose[other] > 0 else 0.0
                row[f + 3] = 1.0 if elements[near[b.ELEMENT], b.TAG] == tag else 0.0
                row[f + 4] = 1.0 if wider[near[b.ELEMENT]] == wider[e] else 0.0
            else:
                row[f] = -1.0
            f += 5
        row[f] = since
        row[f + 1] = until[k]
        low = max(k - 2, 0)
        high = min(k + 3, count)
        row[f + 2] = np.log2(before[high] - before[low] + np.float32(1.0))
        low = max(k - 8, 0)
        high = min(k + 9, count)
        row[f + 3] = np.log2(before[high] - before[low] + np.float32(1.0))
        row[f + 4] = totals[main, 2] / page if inside[e] else 0.0
        row[f + 5] = levels[e]
        row[f + 6] = np.log2(page)
        row[f + 7] = _density(totals[0, 1], totals[0, 0])
        row[f + 8] = since_heading
        row[f + 9] = heading
        if scope and scoped[e]:
            row[f + 10] = 1.0
            row[f + 11] = totals[scope, 2] / page
        row[f + 12] = min(k - title, 50) if title >= 0 and k >= title else -1.0
        row[f + 13] = 1.0 if k < title else 0.0
        for j in range(7):
            row[f + 14 + j] = shares[j] / page
        row[f + 21] = min(articles, 20)
        row[f + 22] = 1.0 if in_article[e] else 0.0
        row[f + 23] = totals[article, 2] / page if article else 0.0
        row[f + 24] = totals[body, 2] / page if body else 0.0
        row[f + 25] = 1.0 if in_body[e] else 0.0
        since = 0 if prose[k] > 0 and shown[k] else min(since + 1, 50)
        since_heading = min(since_heading + 1, 20)
        for j in range(6):
            if tag == _HEADINGS[j]:
                since_heading = 0
                heading = j + 1


def features(page: Page, found: Outline) -> NDArray[np.float32]:
    """float32[B, len(FEATURES)], what is weighed about each block."""
    out = np.empty((len(page.blocks), len(FEATURES)), np.float32)
    _fill(*page, *found[:-1], *phrases(), _BLOCK_NUMBERS, out)
    return out
