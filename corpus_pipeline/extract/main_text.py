"""Which blocks of a page are its main text.

Each block gets a probability from a small ensemble of decision trees over the numbers of
`features.py`, learnt from pages whose main text somebody has marked (`tools/train_extraction.py`;
`main_text.json` holds it). Then gaps are filled, copies go, and a page whose main
text is implausibly short for what it shows is judged more leniently.
"""

import json
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.extract import markup as m
from corpus_pipeline.extract import page as b
from corpus_pipeline.extract.features import FEATURES, features
from corpus_pipeline.extract.outline import Outline, outline
from corpus_pipeline.extract.page import Page
from corpus_pipeline.kernels import kernel


class Trees(NamedTuple):
    """An ensemble of decision trees over `FEATURES`, all their nodes in one table."""

    roots: NDArray[np.int32]
    """int32[T], the first node of each tree."""
    feature: NDArray[np.int16]
    """int16[N], what a node looks at; -1 for a leaf."""
    limit: NDArray[np.float32]
    """float32[N], up to which the left branch is taken; the value of a leaf."""
    right: NDArray[np.int32]
    """int32[N], the node of the right branch; the left one is the next node."""
    start: float
    """The sum's first term."""


@cache
def trees() -> Trees:
    """Loads the shipped ensemble, once per process."""
    return read_trees(resources.files(__package__).joinpath("main_text.json").read_text("utf-8"))


def read_trees(text: str) -> Trees:
    """Reads an ensemble as `tools/train_extraction.py` writes it.

    Raises:
        ValueError: it was learnt for other features.
    """
    model = json.loads(text)
    if model["features"] != list(FEATURES):
        raise ValueError(
            "main_text.json was learnt for other features; run tools/train_extraction.py"
        )
    return Trees(
        np.array(model["roots"], np.int32),
        np.array(model["feature"], np.int16),
        np.array(model["limit"], np.float32),
        np.array(model["right"], np.int32),
        float(model["start"]),
    )


@kernel
def _sum_trees(rows, shown, roots, feature, limit, right, start, out):  # type: ignore[no-untyped-def]
    """Sums up the trees in their order; a float64 has room for it, so the sum is the same
    everywhere."""
    for k in range(len(rows)):
        if not shown[k]:
            out[k] = -np.inf
            continue
        total = start
        for root in roots:
            node = root
            while feature[node] >= 0:
                node = node + 1 if rows[k, feature[node]] <= limit[node] else right[node]
            total += np.float64(limit[node])
        out[k] = total


def scores(
    rows: NDArray[np.float32], shown: NDArray[np.bool_], ensemble: Trees
) -> NDArray[np.float64]:
    """float64[B], log odds that a block is main text; minus infinity of what is not shown."""
    out = np.empty(len(rows), np.float64)
    _sum_trees(rows, shown, *ensemble, out)
    return out


#: Log odds from which on a block is kept.
_LIMIT: Final = 0.5
_LENIENT_LIMIT: Final = -1.5
_BESIDE: Final = -1.0
"""Added to the limit beside a block that is kept and stands in the same element."""
_LABEL: Final = 0.5
"""Added for a label: a short block, no sentence, in which the page speaks of itself."""
_LABEL_CHARS: Final = 100
_MENU_LINKS: Final = 4
"""So many lines that are links, and hardly anything else, are a menu."""
_SMALL_PAGE_CHARS: Final = 400
"""With less prose than this there is nothing to weigh: all but menus is kept."""
_SENTENCE_CHARS: Final = 40
_ENOUGH_CHARS: Final = 250
_ENOUGH_SHARE: Final = 0.25
"""A main text of fewer characters and of a smaller share of the page's prose is implausible."""
_COPY_CHARS: Final = 60
"""Shorter texts may stand twice in a page, as table cells or lines of a poem do."""


_TITLE_LINES: Final = 2


class Chosen(NamedTuple):
    """What to write of a page."""

    kept: NDArray[np.bool_]
    """bool[B], the blocks."""
    found: Outline
    """As it was judged."""


@kernel
def _without_copies(blocks, elements, wider, copies, kept):  # type: ignore[no-untyped-def]
    """Takes out of `kept` what a page says twice: captions, neighbours, and runs of blocks.

    Paragraphs that are repeated inside one element are meant to be.
    """
    last = -1
    original = -2  # of the block before
    for k in range(len(blocks)):
        if not kept[k]:
            continue
        first = copies[k]
        follows = first >= 0 and first == original + 1
        original = first
        if first >= 0 and kept[first] and not blocks[k, b.PREFORMATTED]:
            e = blocks[k, b.ELEMENT]
            tag = elements[e, b.TAG]
            caption = elements[e, b.OWN] & m.CAPTION or tag == _FIGCAPTION
            if not caption and wider[e] != wider[blocks[first, b.ELEMENT]]:
                following = k + 1 < len(blocks) and copies[k + 1] == first + 1
                run = blocks[k, b.CHARS] >= _COPY_CHARS and (follows or following)
                caption = run or (first == last and tag not in _CELLS)
            if caption:
                kept[k] = False
                continue
        last = k


_FIGCAPTION: Final = m.tag("figcaption")
_CELLS: Final = (m.tag("td"), m.tag("th"), m.tag("li"))


def _judge(page: Page, found: Outline, ensemble: Trees, limit: float) -> NDArray[np.bool_]:
    """bool[B], what of the shown blocks the ensemble takes for main text."""
    blocks = page.blocks
    rows = features(page, found)
    odds = scores(rows, found.shown, ensemble)
    kept: NDArray[np.bool_] = odds >= limit
    # A paragraph between or beside others of its element is one of them.
    shown = np.flatnonzero(found.shown)
    element = found.wider[blocks[shown, b.ELEMENT]]
    same = element[1:] == element[:-1]
    beside = np.zeros(len(shown), np.bool_)
    beside[1:] |= same & kept[shown[:-1]]
    beside[:-1] |= same & kept[shown[1:]]
    beside &= 2 * blocks[shown, b.LINKED] <= blocks[shown, b.CHARS]
    kept[shown[beside & (odds[shown] >= limit + _BESIDE)]] = True
    label = (blocks[:, b.CHARS] < _LABEL_CHARS) & (blocks[:, b.STOPPED] == 0)
    label &= rows[:, _PHRASES] > 0
    kept &= ~label | (odds >= limit + _LABEL)
    menu = (blocks[:, b.LINKS] >= _MENU_LINKS) & (blocks[:, b.BREAKS] >= _MENU_LINKS - 1)
    return kept & ~(menu & (5 * blocks[:, b.LINKED] >= 4 * blocks[:, b.CHARS]))


_PHRASES: Final = FEATURES.index("phrases")


def _plain(page: Page, found: Outline) -> NDArray[np.bool_]:
    """bool[B], blocks that are not mostly links."""
    blocks = page.blocks
    plain: NDArray[np.bool_] = found.shown & (2 * blocks[:, b.LINKED] <= blocks[:, b.CHARS])
    return plain


def _keep_title(page: Page, everything: Outline, kept: NDArray[np.bool_]) -> None:
    """Keeps the page's heading if it stands right above the main text.

    A line or two of author and date may be in between; the title of a page that was hidden is kept
    in any case.
    """
    title = everything.title
    first = int(np.argmax(kept))
    if 0 <= title < first:
        block = page.blocks[title]
        between = int(everything.shown[title + 1 : first].sum())
        near = everything.revealed or between <= _TITLE_LINES
        kept[title] = near and 2 * block[b.LINKED] <= block[b.CHARS]


def choose(page: Page, *, comments: bool = False, ensemble: Trees | None = None) -> Chosen:
    """Decides which blocks are the main text.

    Args:
        comments: whether readers' comments belong to it.
        ensemble: None for the shipped one.
    """
    ensemble = ensemble or trees()
    blocks = page.blocks
    chars = blocks[:, b.CHARS]
    everything = outline(page, 2)
    prose = float(everything.totals[0, 2])
    enough = min(_ENOUGH_CHARS, _ENOUGH_SHARE * prose)
    kept = None
    if prose >= _SMALL_PAGE_CHARS:
        for level, limit in ((0, _LIMIT), (1, _LIMIT), (2, _LENIENT_LIMIT)):
            if comments and level == 0:
                continue
            found = outline(page, level) if level < 2 else everything
            kept = _judge(page, found, ensemble, limit)
            if chars[kept].sum() >= max(enough, 1):
                break
        else:
            kept = None
    if kept is None:
        found = outline(page, 1 if comments else 0)
        kept = _plain(page, found)
        if chars[kept].sum() < max(enough, 1):
            found = everything
            kept = _plain(page, found)
        if not kept.any():
            # A link that nobody has closed holds the page: its sentences are text.
            kept = found.shown & (chars >= _SENTENCE_CHARS) & (blocks[:, b.STOPS] > 0)
    if kept.any():
        _keep_title(page, everything, kept)
    _without_copies(blocks, page.elements, found.wider, found.copies, kept)
    return Chosen(kept, found)
