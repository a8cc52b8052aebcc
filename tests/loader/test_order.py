"""The order is a permutation, and it looks like chance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.loader.order import BlockPermutation, Permutation, window_order


@given(n=st.integers(1, 3000), seed=st.integers(0, 2**64 - 1), epoch=st.integers(0, 2**40))
@settings(deadline=None)
def test_is_a_permutation(n: int, seed: int, epoch: int) -> None:
    places = Permutation(n, seed, epoch)(np.arange(n))
    assert np.array_equal(np.sort(places), np.arange(n))


@given(n=st.integers(2**40, 2**62), seed=st.integers(0, 2**64 - 1))
def test_large_domains(n: int, seed: int) -> None:
    indices = np.unique(np.linspace(0, n - 1, 1000).astype(np.int64).clip(0, n - 1))
    places = Permutation(n, seed, 0)(indices)
    assert len(np.unique(places)) == len(indices)
    assert places.min() >= 0
    assert places.max() < n


def test_one_index_equals_many() -> None:
    permutation = Permutation(1000, 3, 4)
    together = permutation(np.arange(1000))
    assert [int(permutation(np.array([i]))[0]) for i in range(100)] == together[:100].tolist()


def test_is_fixed_for_ever() -> None:
    """A change of these numbers changes the order of every run that is resumed."""
    assert Permutation(10, seed=0, epoch=0)(np.arange(10)).tolist() == [
        2,
        0,
        1,
        3,
        7,
        9,
        5,
        6,
        8,
        4,
    ]
    large = Permutation(10**12, seed=7, epoch=2)
    assert large(np.arange(3)).tolist() == [258477399282, 412862075616, 452149569345]


def test_seeds_and_epochs_are_unlike() -> None:
    n = 10_000
    orders = [Permutation(n, seed, epoch)(np.arange(n)) for seed in range(3) for epoch in range(3)]
    for i, one in enumerate([np.arange(n), *orders]):
        for other in orders[i:]:
            # The number of coincidences of unrelated permutations is Poisson with mean 1.
            assert np.sum(one == other) < 12
            assert abs(np.corrcoef(one, other)[0, 1]) < 0.05


def test_neighbours_are_scattered() -> None:
    n = 10_007
    places = Permutation(n, 5, 0)(np.arange(n))
    # Of a random permutation two neighbours are n / 3 apart on average.
    assert abs(np.abs(np.diff(places)).mean() / (n / 3) - 1) < 0.05


def test_every_order_of_three_occurs_evenly() -> None:
    counts: dict[tuple[int, ...], int] = {}
    for seed in range(1200):
        order = tuple(Permutation(3, seed, 0)(np.arange(3)).tolist())
        counts[order] = counts.get(order, 0) + 1
    assert len(counts) == 6
    assert min(counts.values()) > 120


@pytest.mark.parametrize("n", [0, 2**62 + 1])
def test_refuses(n: int) -> None:
    with pytest.raises(ValueError, match="places"):
        Permutation(n, 0, 0)


@given(
    n=st.integers(1, 500),
    block=st.integers(1, 60),
    seed=st.integers(0, 2**64 - 1),
    epoch=st.integers(0, 2**40),
)
def test_blocks_are_permuted_and_mixed(n: int, block: int, seed: int, epoch: int) -> None:
    order = BlockPermutation(n, seed, epoch, block)
    places = order(np.arange(n))
    assert np.array_equal(np.sort(places), np.arange(n))
    whole = n // block * block
    # The short last block stays the last.
    assert set(places[whole:]) == set(range(whole, n))
    for group in range(0, whole, 8 * block):
        inside = places[group : min(group + 8 * block, whole)]
        blocks, counts = np.unique(inside // block, return_counts=True)
        assert len(blocks) == len(inside) // block
        assert (counts == block).all()
    some = np.arange(0, n, 7)
    assert np.array_equal(order(some), places[some])


def test_blocks_look_like_chance() -> None:
    n, block = 64_000, 100
    places = BlockPermutation(n, 5, 0, block)(np.arange(n))
    again = BlockPermutation(n, 5, 1, block)(np.arange(n))
    assert abs(np.corrcoef(np.arange(n), places)[0, 1]) < 0.05
    assert abs(np.corrcoef(again, places)[0, 1]) < 0.05
    # Neighbours in time are seldom neighbours in the stream, though they are of few blocks.
    assert (np.abs(np.diff(places)) == 1).mean() < 0.01
    groups = [len(np.unique(part // block)) for part in places.reshape(-1, 800)]
    assert groups == [8] * 80
    # Groups differ in how they are mixed.
    assert not np.array_equal(places[:800] % block, places[800:1600] % block)


def test_window_order() -> None:
    indices = np.arange(50)
    assert np.array_equal(
        window_order("global", 50, 1, 2, 8)(indices), Permutation(50, 1, 2)(indices)
    )
    found = window_order("blocks", 50, 1, 2, 1 << 22)(indices)
    assert np.array_equal(found, BlockPermutation(50, 1, 2, 4)(indices))
