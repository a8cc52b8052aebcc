"""How much of an item a document must hold, learnt from how much items hold of one another.

Puzzles are drawn from few words by one template: an item of such a set that nobody has published
covers a third of some published one by chance. A new item would cover as much as the items of the
set cover of one another; so every item is taken for a document, judged by all others, and where
many of them resemble many others, more is asked of documents than the best of them reach:

    set                   what items have in common         asked of a document
    school exercises      nothing                           min_coverage
    reading tests         one third or more: their passage  min_coverage of the questions
    walks on a grid       nearly all: a tenth of SEVERAL    more than 99 of 100 reach

An item of equal words is no other item. Sets of fewer than `FEWEST` items teach nothing.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.dedup.contamination_index import ContaminationIndex
from corpus_pipeline.dedup.contamination_search import find_occurrences, view_for
from corpus_pipeline.text.words import split_words

#: Items from which on a set is looked at.
FEWEST = 20
#: A set whose items share their introductions: one in so many would be found by another one.
SHARING_ONE_IN = 3
#: An item resembles others if it covers so much of them, in millionths, …
RESEMBLING = 100_000
#: … and they are so many. A set is of one template if one item in `ONE_IN` does, or if most are
#: made of what others foretell.
SEVERAL = 5
ONE_IN = 4
#: Of 100 items so many must not reach what is asked.
BELOW = 99


class Habits(NamedTuple):
    """What the items of the set of each of I parts have in common."""

    introduced: NDArray[np.bool_]
    """bool[I], true where many items would be found by another one of the set."""
    template: NDArray[np.bool_]
    """bool[I], true where what items have in common by chance has to be learnt."""


def habits_of_sets(
    texts: pa.Array,
    same: NDArray[np.int64],
    sets: NDArray[np.int64],
    foretold: NDArray[np.bool_],
    index: ContaminationIndex,
) -> Habits:
    """Takes every item for a document and looks at what it holds of others.

    Args:
        texts: string[I], the parts in the order of the index, as `comparable_texts` spells them.
        same: int64[I], the item of each part; items of equal text have the same number.
        sets: int64[I].
        foretold: bool[I], true for parts of which other items foretell most.
        index: of these parts.
    """
    found = find_occurrences(texts, view_for(split_words(texts), index), index)
    apart = (same[found.texts] != same[found.parts]) & (sets[found.texts] == sets[found.parts])
    found = found.where(apart & ~index.answers[found.texts] & ~index.answers[found.parts])
    shares = found.bits * 10**6 // np.maximum(1, index.bits[found.parts])
    best = np.zeros(len(texts), np.int64)
    np.maximum.at(best, found.texts, shares)
    pairs = np.stack([found.texts, found.parts])[:, shares >= RESEMBLING]
    resembled = np.bincount(np.unique(pairs, axis=1)[0], minlength=len(texts)) >= SEVERAL
    habits = Habits(np.zeros(len(texts), np.bool_), np.zeros(len(texts), np.bool_))
    judged = ~index.answers & ~index.too_short
    for number in np.unique(sets).tolist():
        members = np.flatnonzero((sets == number) & judged)
        # Items of equal words once.
        members = members[np.unique(same[members], return_index=True)[1]]
        if len(members) < FEWEST:
            continue
        enough = np.sum(best[members] >= index.options.coverage_millionths)
        sharing = bool(enough * SHARING_ONE_IN >= len(members))
        habits.introduced[sets == number] = sharing
        habits.template[sets == number] = (
            sharing
            or foretold[members].sum() * 2 >= len(members)
            or resembled[members].sum() * ONE_IN >= len(members)
        )
    return habits


def held_of_sets(
    texts: pa.Array,
    sets: NDArray[np.int64],
    part_sets: NDArray[np.int64],
    index: ContaminationIndex,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Says what new items hold of any item of their set.

    Args:
        texts: string[N], as `comparable_texts` spells them; none is in the index.
        sets: int64[N].
        part_sets: int64[I], the sets of the parts of the index.
        index: of other items.

    Returns:
        int64[N], the largest share of the weight of a part, in millionths, and int64[N], the bits
        of the longest run.
    """
    found = find_occurrences(texts, view_for(split_words(texts), index), index)
    found = found.where((sets[found.texts] == part_sets[found.parts]) & ~index.answers[found.parts])
    reached, longest = np.zeros((2, len(texts)), np.int64)
    shares = found.bits * 10**6 // np.maximum(1, index.bits[found.parts])
    np.maximum.at(reached, found.texts, shares)
    np.maximum.at(longest, found.texts, found.run)
    return reached, longest


def above(reached: NDArray[np.int64]) -> int:
    """Says what `BELOW` of 100 values do not reach.

    >>> above(np.arange(200))
    199
    """
    position = min(len(reached) - 1, -(-len(reached) * BELOW // 100))
    return int(np.sort(reached)[position]) + 1
