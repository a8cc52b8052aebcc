"""Where the listed words stand in one text; `measures` counts them in columns of texts."""

import numpy as np
import pyarrow as pa

from corpus_pipeline.filters.keywords.measures import (
    BOUNDARIES,
    KeywordMatcher,
    fold_rows,
)
from corpus_pipeline.text.languages import figures_for


def find_keywords(text: str, lang: str | None, matcher: KeywordMatcher) -> list[tuple[int, int]]:
    """Finds the listed words that `measure_keywords` counts in a text.

    Args:
        text: NFC.
        lang: its language or script; None, or one without a list, has none.
        matcher: the lists.

    Returns:
        (first character, the character behind the last) of each, in order.

    >>> from corpus_pipeline.filters.keywords.measures import build_matcher
    >>> matcher = build_matcher({"zh": ["他妈的"], "en": ["big ass"]})
    >>> find_keywords("你他妈的，", "zh", matcher), find_keywords("a Ｂig \\n ASS!", "en", matcher)
    ([(1, 4)], [(2, 11)])
    """
    number = int(figures_for(matcher.languages).of_column(pa.array([lang], pa.string()))[0])
    if number < 0:
        return []
    folded, _ = fold_rows(pa.array([text], pa.string()), np.arange(1))
    found = matcher.lists[matcher.languages[number]].automaton.find_matches_as_indexes(folded)
    if not found:
        return []
    # Of each byte that is no boundary, the character that it was made of: each is folded alone.
    alone, offsets = fold_rows(pa.array(list(text), pa.string()), np.arange(len(text)))
    solid = ~np.isin(alone, BOUNDARIES)
    sizes = np.add.reduceat(solid, offsets[:-1])
    blank = np.array([char.isspace() for char in text], bool) & (sizes > 0)
    # A run of white space is folded to one blank.
    sizes[blank & np.append(False, blank[:-1])] = 0
    origins = np.repeat(np.arange(len(text)), sizes)
    before = np.append(0, np.cumsum(~np.isin(folded, BOUNDARIES)))
    return [
        (int(origins[before[start]]), int(origins[before[stop] - 1]) + 1)
        for _, start, stop in found
    ]
