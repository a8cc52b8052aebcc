"""How much of an item a document must hold, learnt from how much items hold of one another.

Puzzles are drawn from few words by one template: an item of such a set that nobody has published
covers a third of some published one by chance. A new item would cover as much as the items of the
set cover of one another; so every item is taken for a document, judged by all others, and where
many of them resemble many others, more is asked of documents than the best of them reach:

    set                   items that cover a tenth of SEVERAL others     asked
    school exercises      none                                           min_coverage
    reading tests         none: two or three questions share a passage   min_coverage
    walks on a grid       nearly all                                     more than 99 of 100 reach

An item of equal words is no other item. Sets of fewer than `FEWEST` items teach nothing.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.dedup.contamination_index import ContaminationIndex
from corpus_pipeline.dedup.contamination_search import places_in, view_for
from corpus_pipeline.text.words import split_words

#: Items from which on a set is looked at.
FEWEST = 20
#: An item resembles others if it covers so much of them, in millionths, …
RESEMBLING = 100_000
#: … and they are so many. A set is of one template if one in `ONE_IN` items does, or if so many
#: would be found by another one and most are made of what others foretell.
SEVERAL = 5
ONE_IN = 4
#: Of 100 items so many must not reach what is asked.
BELOW = 99


def least_shares(
    texts: pa.Array,
    same: NDArray[np.int64],
    sets: NDArray[np.int64],
    foretold: NDArray[np.bool_],
    index: ContaminationIndex,
) -> NDArray[np.int64]:
    """Decides what share of each part a document must cover.

    Args:
        texts: string[I], the parts in the order of the index, as `comparable_texts` spells them.
        same: int64[I], the item of each part; items of equal text have the same number.
        sets: int64[I].
        foretold: bool[I], true for parts of which other items foretell most.
        index: of these parts.

    Returns:
        int64[I], millionths, at least `min_coverage`. A whole item is always enough.
    """
    found = places_in(texts, view_for(split_words(texts), index), index)
    apart = (same[found.texts] != same[found.parts]) & (sets[found.texts] == sets[found.parts])
    apart &= ~(index.answers[found.texts] | index.answers[found.parts])
    found = found.where(apart)
    shares = found.bits * 10**6 // np.maximum(1, index.bits[found.parts])
    best = np.zeros(len(texts), np.int64)
    np.maximum.at(best, found.texts, shares)
    pairs = np.stack([found.texts, found.parts])[:, shares >= RESEMBLING]
    resembled = np.bincount(np.unique(pairs, axis=1)[0], minlength=len(texts)) >= SEVERAL
    least = index.least.copy()
    judged = ~index.answers & ~index.too_short
    for number in np.unique(sets).tolist():
        members = np.flatnonzero((sets == number) & judged)
        # Items of equal words once.
        members = members[np.unique(same[members], return_index=True)[1]]
        reached = np.sort(best[members])
        enough = np.sum(reached >= index.options.coverage_millionths)
        drawn = resembled[members].sum() * ONE_IN >= len(members) or (
            enough * ONE_IN >= len(members) and foretold[members].sum() * 2 >= len(members)
        )
        if len(members) >= FEWEST and drawn:
            asked = reached[min(len(members) - 1, -(-len(members) * BELOW // 100))] + 1
            least[sets == number] = np.clip(asked, index.options.coverage_millionths, 10**6)
    return least
