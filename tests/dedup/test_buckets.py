"""Buckets, against a dictionary."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.dedup.buckets import find_buckets
from corpus_pipeline.text.words import mix

#: (hash, address); the rank is a function of the address, as it is of a document.
RECORDS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 7)), max_size=40)


def _rank(address: int) -> int:
    return address * 3 % 4


def _buckets(records: list[tuple[int, int]], max_bucket: int, leaders: int = 1) -> list[list[int]]:
    hashes = np.array([h for h, _ in records], np.uint64)
    addresses = np.array([address for _, address in records], np.uint64)
    ranks = np.array([_rank(address) for _, address in records], np.uint64)
    found = find_buckets(hashes, ranks, addresses, max_bucket, leaders)
    assert found.ranks.tolist() == [_rank(address) for address in found.addresses.tolist()]
    assert found.offsets[-1] == len(found.addresses)
    sizes = np.diff(found.offsets)
    assert len(found.keys) == len(found.elsewhere) == len(sizes)
    assert (found.leaders == np.where(found.elsewhere > 0, leaders, found.leaders)).all()
    return [part.tolist() for part in np.split(found.addresses, found.offsets[1:-1])][
        : len(found.offsets) - 1
    ]


def _slow_buckets(records: list[tuple[int, int]], max_bucket: int, leaders: int) -> list[list[int]]:
    members: dict[int, set[int]] = {}
    for h, address in records:
        members.setdefault(h, set()).add(address)
    found: list[list[int]] = []
    for _, group in sorted(members.items()):
        ordered = sorted(group, key=lambda address: (_rank(address), address))
        if len(ordered) < 2:
            continue
        chunks: dict[int, list[int]] = {0: ordered}
        if len(ordered) > max_bucket:
            bits = 1
            while (max_bucket - leaders) << bits < len(ordered) - leaders:
                bits += 1
            chunks = {}
            for address in ordered[leaders:]:
                place = int(mix(np.uint64(address))) >> (64 - bits)
                chunks.setdefault(place, list(ordered[:leaders])).append(address)
        for _, chunk in sorted(chunks.items()):
            if chunk not in found:
                found.append(chunk)
    return found


@settings(deadline=None, max_examples=300)
@given(RECORDS, st.integers(2, 9), st.data())
def test_equals_the_dictionary_in_any_order(
    records: list[tuple[int, int]], max_bucket: int, data: st.DataObject
) -> None:
    leaders = data.draw(st.integers(1, max_bucket - 1))
    expected = _slow_buckets(records, max_bucket, leaders)
    assert _buckets(records, max_bucket, leaders) == expected
    assert _buckets(data.draw(st.permutations(records)), max_bucket, leaders) == expected


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], []),
        ([(1, 1)], []),
        ([(1, 1), (1, 1)], []),
        ([(1, 1), (2, 2)], []),
        ([(1, 1), (1, 2), (2, 1), (2, 2)], [[2, 1]]),
        ([(1, 1), (1, 2), (2, 1), (2, 2), (2, 3)], [[2, 1], [3, 2, 1]]),
    ],
)
def test_small_cases(records: list[tuple[int, int]], expected: list[list[int]]) -> None:
    assert _buckets(records, 1024) == expected


def test_chunks_of_a_huge_bucket_share_their_least_members() -> None:
    chunks = _buckets([(7, 4 * address) for address in range(1000)], 50, leaders=3)
    assert len(chunks) == 32
    assert all(chunk[:3] == [0, 4, 8] for chunk in chunks)
    assert max(len(chunk) for chunk in chunks) < 75
    rest = sorted(a for chunk in chunks for a in chunk[3:])
    assert rest == [4 * address for address in range(3, 1000)]


def test_chunks_are_spread_over_partitions_and_say_how_large_their_bucket_is() -> None:
    addresses = np.arange(100_000, dtype=np.uint64)
    found = find_buckets(np.zeros(100_000, np.uint64), addresses, addresses)
    assert len(np.unique(found.keys)) == len(found.keys) == 128
    sizes = np.diff(found.offsets)
    assert sizes.max() < 1024
    assert (found.elsewhere + sizes == 100_000).all()
    assert set(found.leaders.tolist()) == {8}


def test_a_document_of_two_huge_buckets_is_in_one_chunk_of_them() -> None:
    # As the bands of a template are: nearly the same documents, and the same least one.
    addresses = np.arange(5000, dtype=np.uint64)
    other = np.delete(addresses, np.arange(13, 5000, 90))
    hashes = np.repeat(np.array([1, 2], np.uint64), [len(addresses), len(other)])
    both = np.concatenate([addresses, other])
    found = find_buckets(hashes, both, both)
    wanted = np.stack([found.addresses, np.repeat(found.keys, np.diff(found.offsets))], axis=1)
    beyond = wanted[found.addresses >= 8]
    assert len(np.unique(beyond, axis=0)) == 4992


def test_a_chunk_equal_to_a_bucket_appears_once() -> None:
    huge = [(1, address) for address in (4, 8, 12, 16, 20)]
    (first, *_) = _buckets(huge, 3)
    assert _buckets([*huge, *((2, address) for address in first)], 3) == _buckets(huge, 3)


@pytest.mark.parametrize(("max_bucket", "leaders"), [(1, 1), (2, 2), (5, 0)])
def test_a_chunk_has_a_leader_and_room_for_others(max_bucket: int, leaders: int) -> None:
    with pytest.raises(ValueError, match="at least one leader and room"):
        _buckets([], max_bucket, leaders)
