"""The order among components: exact shares, each window once."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slow_loader import ordered

from corpus_pipeline.loader import interleaving
from corpus_pipeline.loader.interleaving import BLOCK, Interleaving

COUNTS = st.lists(st.integers(0, 40), min_size=1, max_size=6).filter(any)


@given(counts=COUNTS)
def test_the_order_is_that_of_the_times(counts: list[int]) -> None:
    order = Interleaving(counts, seed=None)
    components, windows = order(np.arange(sum(counts)))
    assert list(zip(components.tolist(), windows.tolist(), strict=True)) == ordered(counts)


@given(counts=COUNTS, seed=st.integers(0, 2**64 - 1))
def test_shuffled_each_window_comes_once(counts: list[int], seed: int) -> None:
    components, windows = Interleaving(counts, seed)(np.arange(sum(counts)))
    assert sorted(zip(components.tolist(), windows.tolist(), strict=True)) == [
        (c, i) for c, q in enumerate(counts) for i in range(q)
    ]


@given(counts=COUNTS)
def test_counts_before_a_sample(counts: list[int]) -> None:
    order = Interleaving(counts, seed=None)
    expected = [0] * len(counts)
    for sample, (component, _) in enumerate(ordered(counts)):
        assert order.before(sample) == expected
        expected[component] += 1
    assert order.before(sum(counts)) == counts


@pytest.mark.parametrize(
    "counts",
    [
        [999_000_000, 1_000_000],
        [2**61, 1, 2**60 + 1],
        [10**12] * 7 + [1],
        [3, 10**9, 10**9, 10**9 + 1],
        [17] * 100,
    ],
)
def test_shares_are_exact_however_many_there_are(counts: list[int]) -> None:
    order, total = Interleaving(counts, seed=1), sum(counts)
    for sample in (0, 1, 2, 4095, 4096, total // 3, total // 2, total - 1, total):
        if sample > total:
            continue
        found = order.before(sample)
        assert sum(found) == sample
        for count, q in zip(found, counts, strict=True):
            slack = Fraction(len(counts) * q, 2 * total) + Fraction(1, 2)
            assert abs(count - Fraction(sample * q, total)) <= slack


def test_blocks_have_their_shares_and_are_shuffled() -> None:
    counts = [9 * BLOCK, BLOCK, 1]
    components, windows = Interleaving(counts, seed=3)(np.arange(sum(counts)))
    for block in range(10):
        inside = components[block * BLOCK : (block + 1) * BLOCK]
        assert abs((inside == 1).sum() - BLOCK / 10) <= 2
        # Without a shuffle every tenth sample is of component 1.
        assert 0.05 < (np.diff(np.flatnonzero(inside == 1)) == 1).mean() < 0.2
        taken = windows[block * BLOCK : (block + 1) * BLOCK][inside == 0]
        assert sorted(taken) == list(range(taken.min(), taken.max() + 1))
    assert (components == 2).sum() == 1


def test_any_samples_may_be_asked_for() -> None:
    counts = [BLOCK, 3 * BLOCK, 5]
    order = Interleaving(counts, seed=3)
    whole = order(np.arange(order.total))
    some = np.random.default_rng(1).integers(0, order.total, 500)
    for part, all_ in zip(order(some), whole, strict=True):
        assert np.array_equal(part, all_[some])


def test_many_components() -> None:
    counts = [k % 7 for k in range(3000)]
    found = Interleaving(counts, seed=None).before(sum(counts) // 2)
    assert sum(found) == sum(counts) // 2
    assert all(0 <= n <= q for n, q in zip(found, counts, strict=True))


def test_one_component_needs_no_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interleaving, "Permutation", None)
    components, windows = Interleaving([2**62], 1)(np.array([0, 2**61]))
    assert (components.tolist(), windows.tolist()) == ([0, 0], [0, 2**61])
