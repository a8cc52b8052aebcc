"""Sizes of clusters: every copy counts for the one that stays, through chains and circles."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.mixtures.clusters import ClusterSizes


@given(st.dictionaries(st.integers(1, 30), st.integers(0, 30), max_size=30))
def test_every_copy_counts_once(copies: dict[int, int]) -> None:
    copies = {removed: kept for removed, kept in copies.items() if kept < removed}
    removed, copy_of = (np.array(list(each), np.uint64) for each in (copies, copies.values()))
    sizes = ClusterSizes(removed, copy_of)
    expected = dict.fromkeys(set(range(31)) - copies.keys(), 0)
    for document in range(31):
        while document in copies:
            document = copies[document]
        expected[document] += 1
    kept = np.array(sorted(expected), np.uint64)
    assert sizes.of(kept).tolist() == [expected[each] for each in sorted(expected)]


def test_a_circle_ends() -> None:
    sizes = ClusterSizes(np.array([1, 2], np.uint64), np.array([2, 1], np.uint64))
    assert sizes.of(np.array([5], np.uint64)).tolist() == [1]
