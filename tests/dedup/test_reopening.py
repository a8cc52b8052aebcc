"""Rounds of comparing and resolving, against a greedy loop over all pairs that share a bucket."""

from fractions import Fraction
from functools import partial

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.dedup.buckets import Buckets
from corpus_pipeline.dedup.edges import edge_graph
from corpus_pipeline.dedup.kept import kept_partners, kept_removals, undone
from corpus_pipeline.dedup.reopening import reopened
from corpus_pipeline.dedup.verification import ShingleSets, verify_buckets

THRESHOLD = 0.5

#: Windows of one sequence are chains; a few other elements make them differ.
WINDOWS = st.lists(
    st.builds(
        lambda start, more: frozenset(range(start, start + 5)) | more,
        st.integers(0, 12), st.frozensets(st.integers(90, 93), max_size=1),
    ),
    min_size=2, max_size=12,
)  # fmt: skip


def _slow(documents: list[frozenset[int]], groups: list[list[int]]) -> set[int]:
    """Who goes: in the order of survival, for the first that stays, shares a bucket, is similar."""
    stay: list[int] = []
    for here in range(len(documents)):
        for other in stay:
            a, b = documents[here], documents[other]
            together = any(here in group and other in group for group in groups)
            if together and Fraction(len(a & b), len(a | b)) >= Fraction(1, 2):
                break
        else:
            stay.append(here)
    return set(range(len(documents))) - set(stay)


def _sets(documents: list[frozenset[int]]) -> ShingleSets:
    offsets = np.concatenate([[0], np.cumsum([len(d) for d in documents])])
    flat = np.array([h for document in documents for h in sorted(document)], np.uint64)
    return ShingleSets(np.arange(len(documents), dtype=np.uint64), offsets, flat)


def _buckets(groups: list[list[int]]) -> Buckets:
    sizes = np.array([len(group) for group in groups], np.int64)
    members = np.array([m for group in groups for m in group], np.uint64)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    keys = np.array([group[0] for group in groups], np.uint64)
    return Buckets(offsets, members, members, keys, np.zeros(len(groups), np.int64), sizes)


def _rounds(
    documents: list[frozenset[int]], parts: list[list[list[int]]]
) -> tuple[pa.RecordBatch, int]:
    """Runs all rounds over partitions of buckets; returns the removals and how many there were."""
    sets = _sets(documents)
    found: list[list[pa.RecordBatch]] = [
        [_ranked(verify_buckets(_buckets(groups), sets, THRESHOLD).edges)] for groups in parts
    ]
    known = 0
    for number in range(1, 100):
        # As in a run: the edges of earlier rounds first, then those of the last one.
        ordered = [each[r] for r in range(number) for each in found]
        graph = edge_graph(partial(list, ordered))
        fresh = graph.addresses[undone(graph, known)]
        gone = graph.addresses[kept_partners(graph) >= 0]
        known = len(graph.first)
        for groups, edges in zip(parts, found, strict=True):
            # A partition hears of the documents of its own edges alone.
            ends = [b[end].to_numpy() for b in edges for end in "ab"]
            here = np.unique(np.concatenate([np.zeros(0, np.uint64), *ends]))
            again, looked = reopened(
                _buckets(groups), np.intersect1d(gone, here), np.intersect1d(fresh, here)
            )
            edges.append(_ranked(verify_buckets(again, sets, THRESHOLD, fresh=looked).edges))
        if not any(edges[-1].num_rows for edges in found):
            return kept_removals(graph), number
    raise AssertionError("the rounds do not end")


def _ranked(edges: pa.RecordBatch) -> pa.RecordBatch:
    for end in "ab":
        edges = edges.append_column(f"rank_{end}", edges[end])
    return edges


@settings(deadline=None, max_examples=400)
@given(WINDOWS, st.data())
def test_equals_the_greedy_loop_over_all_pairs_of_buckets(
    documents: list[frozenset[int]], data: st.DataObject
) -> None:
    numbers = st.integers(0, len(documents) - 1)
    group = st.lists(numbers, min_size=2, max_size=8, unique=True).map(sorted)
    parts = data.draw(st.lists(st.lists(group, max_size=3), min_size=1, max_size=3))
    removals, _ = _rounds(documents, parts)
    groups = [group for part in parts for group in part]
    assert set(removals["address"].to_pylist()) == _slow(documents, groups)
    for row in removals.to_pylist():
        a, b = documents[row["address"]], documents[row["duplicate_of"]]
        assert row["jaccard"] == len(a & b) / len(a | b) >= THRESHOLD


def test_what_a_star_left_out_is_compared_when_its_centre_goes() -> None:
    # 1 goes for 0, in a bucket of their own; 2 and 3 were taken out of the other one for 1.
    documents = [
        frozenset({1, 2, 3, 4}), frozenset({3, 4, 5, 6, 1, 2}), frozenset({3, 4, 5, 6, 7}),
        frozenset({4, 5, 6, 7, 8, 3}),
    ]  # fmt: skip
    removals, number = _rounds(documents, [[[0, 1]], [[1, 2, 3]]])
    assert removals.select(["address", "duplicate_of"]).to_pylist() == [
        {"address": 1, "duplicate_of": 0},
        {"address": 3, "duplicate_of": 2},
    ]
    assert number == 2


def test_a_chain_of_windows_ends_in_few_rounds() -> None:
    """Neighbours have a similarity of 38/42, every bucket holds a run of the chain."""
    documents = [frozenset(range(2 * i, 2 * i + 40)) for i in range(200)]
    groups = [list(range(i, min(i + size, 200))) for size in (3, 7, 12) for i in range(0, 198, 2)]
    removals, number = _rounds(documents, [groups[::2], groups[1::2]])
    gone = set(removals["address"].to_pylist())
    assert gone == _slow(documents, groups)
    assert 150 < len(gone) < 190
    assert number <= 10, "it does not grow with the chain"
