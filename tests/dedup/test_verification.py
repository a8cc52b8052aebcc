"""True similarity of the pairs in buckets, against Python sets."""

from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.dedup.buckets import Buckets
from corpus_pipeline.dedup.minhash import MinHashOptions, Shingles, shingle
from corpus_pipeline.dedup.verification import (
    EDGES,
    ShingleSets,
    unique_shingles,
    verify_buckets,
)
from corpus_pipeline.text.words import split_words

Edges = dict[tuple[int, int], tuple[int, int]]

DOCUMENTS = st.lists(st.frozensets(st.integers(0, 6)), min_size=2, max_size=7)


def _sets(documents: list[frozenset[int]], stride: int = 10) -> ShingleSets:
    """Document i has the address i * stride."""
    shingles = Shingles(
        np.concatenate([[0], np.cumsum([len(d) for d in documents])]).astype(np.int64),
        np.array([h for document in documents for h in sorted(document)], np.uint64),
    )
    return ShingleSets(np.arange(len(documents), dtype=np.uint64) * np.uint64(stride), *shingles)


def _bucket_arrays(groups: list[list[int]]) -> Buckets:
    addresses = np.array([a for group in groups for a in group], np.uint64)
    offsets = np.concatenate([[0], np.cumsum([len(group) for group in groups])])
    sizes = np.diff(offsets).astype(np.int64)
    ranks = np.zeros(len(addresses), np.uint64)
    keys = np.zeros(len(groups), np.uint64)
    return Buckets(
        offsets.astype(np.int64), addresses, ranks, keys, np.zeros(len(groups), np.int64), sizes
    )


def _edges(
    groups: list[list[int]], sets: ShingleSets, threshold: float, max_centres: int = 8
) -> Edges:
    table = verify_buckets(_bucket_arrays(groups), sets, threshold, max_centres).edges
    assert table.schema.equals(EDGES, check_metadata=True)
    rows = [tuple(row.values()) for row in table.to_pylist()]
    assert rows == sorted(rows)
    edges = {(a, b): (common, union) for a, b, common, union in rows}
    assert len(edges) == len(rows)
    return edges


def _slow_edges(
    groups: list[list[int]], documents: list[frozenset[int]], least: Fraction, max_centres: int
) -> Edges:
    edges: Edges = {}
    for group in groups:
        left = group
        for _ in range(max_centres):
            if not left:
                break
            centre, *others = left
            left = []
            for other in others:
                a, b = documents[centre // 10], documents[other // 10]
                if a | b and Fraction(len(a & b), len(a | b)) >= least:
                    edges[centre, other] = (len(a & b), len(a | b))
                else:
                    left.append(other)
    return edges


@settings(deadline=None, max_examples=300)
@given(DOCUMENTS, st.data())
def test_equals_stars_over_python_sets(
    documents: list[frozenset[int]], data: st.DataObject
) -> None:
    members = [10 * i for i in range(len(documents))]
    group = st.lists(st.sampled_from(members), min_size=2, unique=True).map(sorted)
    groups = data.draw(st.lists(group, max_size=4))
    threshold = data.draw(st.sampled_from([0.1, 0.3, 0.5, 0.6, 0.75, 1.0]))
    rounds = data.draw(st.integers(1, 4))
    expected = _slow_edges(groups, documents, Fraction(str(threshold)), rounds)
    assert _edges(groups, _sets(documents), threshold, rounds) == expected


def test_the_threshold_is_the_decimal_fraction_and_included() -> None:
    # The float 0.7 is a little less than 7/10, the float 0.1 a little more than 1/10.
    for numerator in range(1, 11):
        documents = [frozenset(range(10)), frozenset(range(numerator))]
        edges = _edges([[0, 10]], _sets(documents), numerator / 10)
        assert edges == {(0, 10): (numerator, 10)}
        if numerator < 10:
            assert _edges([[0, 10]], _sets(documents), numerator / 10 + 0.001) == {}


def test_what_fails_forms_the_next_star() -> None:
    first, second = frozenset(range(10)), frozenset(range(20, 30))
    documents = [first, second, first | {99}, second | {99}]
    groups = [[0, 10, 20, 30]]
    expected = {(0, 20): (10, 11), (10, 30): (10, 11)}
    assert _edges(groups, _sets(documents), 0.7) == expected
    assert _edges(groups, _sets(documents), 0.7, max_centres=1) == {(0, 20): (10, 11)}


def test_pairs_of_which_nobody_is_fresh_are_not_measured() -> None:
    # All are similar; of the first bucket only 20 is fresh, of the second nobody.
    sets = _sets([frozenset({1, 2})] * 5)
    buckets = _bucket_arrays([[0, 10, 20], [30, 40]])
    fresh = np.array([False, False, True, False, False])
    verified = verify_buckets(buckets, sets, 0.5, fresh=fresh)
    assert [tuple(row.values())[:2] for row in verified.edges.to_pylist()] == [(0, 20)]


def test_pairs_that_were_looked_at_are_not_uncompared() -> None:
    """An earlier round has compared them; only those with somebody fresh are left."""
    documents = [frozenset({i}) for i in range(6)]
    groups = [[0, 10, 20], [30, 40, 50]]
    fresh = np.array([False, False, False, False, True, True])
    found = verify_buckets(_bucket_arrays(groups), _sets(documents), 0.5, 1, fresh=fresh)
    assert found.uncompared == 1  # 40 and 50


@settings(deadline=None, max_examples=200)
@given(DOCUMENTS, st.data())
def test_fresh_pairs_are_those_of_stars_over_python_sets(
    documents: list[frozenset[int]], data: st.DataObject
) -> None:
    members = [10 * i for i in range(len(documents))]
    group = data.draw(st.lists(st.sampled_from(members), min_size=2, unique=True).map(sorted))
    looked = data.draw(st.lists(st.booleans(), min_size=len(group), max_size=len(group)))
    is_fresh = dict(zip(group, looked, strict=True))
    expected, left = set(), list(group)
    while left:
        centre, *others = left
        left = []
        for other in others:
            a, b = documents[centre // 10], documents[other // 10]
            near = bool(a | b) and Fraction(len(a & b), len(a | b)) >= Fraction(1, 2)
            if near and (is_fresh[centre] or is_fresh[other]):
                expected.add((centre, other))
            else:
                left.append(other)
    fresh = np.array(looked, np.bool_)
    verified = verify_buckets(_bucket_arrays([group]), _sets(documents), 0.5, fresh=fresh)
    assert {tuple(row.values())[:2] for row in verified.edges.to_pylist()} == expected
    assert verified.uncompared == 0


def test_what_is_left_after_the_last_centre_is_counted() -> None:
    documents = [frozenset({i}) for i in range(40)]
    buckets = _bucket_arrays([[10 * i for i in range(40)], [0, 10]])
    assert verify_buckets(buckets, _sets(documents), 0.5).uncompared == 8 * 7 // 2
    assert verify_buckets(buckets, _sets(documents), 0.5, max_centres=39).uncompared == 0
    alike = [frozenset({1})] * 40
    assert verify_buckets(buckets, _sets(alike), 0.5, max_centres=1).uncompared == 0


def test_pairs_across_the_chunks_of_a_bucket_are_counted() -> None:
    # Two chunks of a bucket of 6 with the leader 0: 10 goes into a star, 20 and 30, 40 do not.
    documents = [frozenset({1}), frozenset({1}), *(frozenset({i}) for i in (2, 3, 4, 5))]
    groups = _bucket_arrays([[0, 10, 20], [0, 30, 40, 50]])
    chunks = groups._replace(elsewhere=np.array([3, 2]), leaders=np.array([1, 1]))
    # 20 with 30, 40 and 50; the pairs with 10 are counted by the other chunk, at most.
    assert verify_buckets(chunks, _sets(documents), 0.5).uncompared == (1 * 3 + 3 * 2) // 2


def test_a_pair_of_many_buckets_is_one_edge() -> None:
    documents = [frozenset({1}), frozenset({2}), frozenset({2})]
    groups = [[0, 10, 20], [10, 20], [10, 20]]
    assert _edges(groups, _sets(documents), 0.5) == {(10, 20): (1, 1)}


def test_documents_without_shingles_are_similar_to_none() -> None:
    assert _edges([[0, 10]], _sets([frozenset(), frozenset()]), 0.1) == {}


@settings(deadline=None, max_examples=100)
@given(st.lists(st.lists(st.integers(0, 9) | st.just((1 << 64) - 1), max_size=12), max_size=5))
def test_unique_shingles_are_sorted_sets(documents: list[list[int]]) -> None:
    offsets = np.concatenate([[0], np.cumsum([len(d) for d in documents])]).astype(np.int64)
    flat = np.array([h for document in documents for h in document], np.uint64)
    sets = unique_shingles(Shingles(offsets, flat))
    rows = [
        sets.hashes[sets.offsets[i] : sets.offsets[i + 1]].tolist() for i in range(len(documents))
    ]
    assert rows == [sorted(set(document)) for document in documents]


def test_texts() -> None:
    texts = [
        "一二三四五六七八九十百千万亿兆京",
        "一二三四五六七八九十百千万亿兆",
        "other words entirely here",
    ]
    sets = unique_shingles(shingle(split_words(pa.array(texts)), MinHashOptions()))
    addresses = np.arange(3, dtype=np.uint64)
    assert _edges([[0, 1, 2]], ShingleSets(addresses, *sets), 0.8) == {(0, 1): (8, 9)}


@pytest.mark.parametrize(
    ("threshold", "rounds", "message"),
    [
        (0.0, 8, "above 0 and up to 1, got 0.0"),
        (1.5, 8, "above 0 and up to 1, got 1.5"),
        (1e-9, 8, "may have 6 decimals, got 1e-09; round it"),
        (0.7, 0, "max_centres must be at least 1, got 0"),
    ],
)
def test_bad_arguments_are_refused(threshold: float, rounds: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        verify_buckets(_bucket_arrays([]), _sets([]), threshold, rounds)


def test_a_member_without_a_set_is_refused() -> None:
    with pytest.raises(ValueError, match="document 0:7 is missing from the shingle sets"):
        verify_buckets(_bucket_arrays([[0, 7]]), _sets([frozenset()]), 0.7)


def test_no_buckets() -> None:
    assert _edges([], _sets([]), 0.7) == {}
