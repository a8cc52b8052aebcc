"""Copies of documents: by value, by percentile, under a cap; beside slow twins."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus_pipeline.mixtures.choice import (
    Steps,
    Weighted,
    kept,
    limit_within,
    ordered,
    quantiles,
    segments,
    unordered,
)

floats = st.floats(allow_nan=False, width=64)
weighted = st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 50)), max_size=20)


@given(st.lists(floats, min_size=1))
def test_order_of_numbers(values: list[float]) -> None:
    integers = ordered(np.array(values))
    assert [unordered(int(each)) for each in integers] == values
    by_integer = [values[k] for k in np.argsort(integers, kind="stable")]
    assert by_integer == sorted(values)


def passes(found: list[tuple[int, int]]) -> Iterator[Weighted]:
    for part in (found[::2], found[1::2]):
        yield (
            np.array([value for value, _ in part], np.uint64),
            np.array([weight for _, weight in part], np.int64),
        )


@given(weighted, st.lists(st.fractions(0, 1), min_size=1, max_size=3))
def test_quantiles(found: list[tuple[int, int]], shares: list[Fraction]) -> None:
    total = sum(weight for _, weight in found)
    expected = []
    for share in shares:
        above = [
            value
            for value in sorted({v for v, w in found if w})
            if sum(w for v, w in found if v <= value) > share * total
        ]
        expected.append(above[0] if above else 2**64)
    if total:
        assert quantiles(lambda: passes(found), shares) == expected


@given(weighted, st.integers(0, 200))
@example([(5, 10), (7, 10), (9, 10)], 20)
def test_what_lies_below_the_limit_fits(found: list[tuple[int, int]], most: int) -> None:
    limit = limit_within(lambda: passes(found), most)
    assert sum(weight for value, weight in found if value < limit) <= most
    above = [value for value, weight in found if value >= limit and weight]
    if above:
        assert sum(w for v, w in found if v <= min(above)) > most


@pytest.mark.parametrize(
    ("value", "expected"),
    [(-1.0, 0.0), (0.0, 0.5), (0.4, 1.0), (0.89, 1.0), (0.9, 2.5), (9.0, 2.5), (float("nan"), 0.0)],
)
def test_copies_are_met_on_average(value: float, expected: float) -> None:
    steps = Steps((0.0, 0.4, 0.9), (0.5, 1.0, 2.5))
    keys = np.arange(10_000, dtype=np.uint64) * np.uint64(2**64 // 10_000)
    found = steps.copies_of(np.full(10_000, value), keys)
    assert abs(found.mean() - expected) < 0.001
    assert set(found.tolist()) <= {int(expected), int(expected) + 1}


def test_kept_shares_are_nested() -> None:
    data = np.random.default_rng(3).integers(0, 256, (5000, 16), dtype=np.uint8)
    hashes = pa.array([bytes(row) for row in data], pa.binary(16))
    few, many, all_ = (kept(hashes, share, 1) for share in (0.1, 0.4, 1))
    assert abs(few.mean() - 0.1) < 0.02
    assert not (few & ~many).any()
    assert all_.all()


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 3)), max_size=20))
def test_segments_hold_each_document_as_often_as_taken(
    documents: list[tuple[int, int, int]],
) -> None:
    """A gap, a length and a number of copies for each document."""
    starts, place = [], 0
    for gap, length, _ in documents:
        place += gap
        starts.append(place)
        place += length
    lengths, copies = ([each[k] for each in documents] for k in (1, 2))
    found = [
        (int(a), int(n))
        for first, sizes in segments(np.array(starts, np.int64), np.array(lengths, np.int64),
                                     np.array(copies, np.int64))
        for a, n in zip(first, sizes, strict=True)
    ]  # fmt: skip
    seen = [token for a, n in found for token in range(a, a + n)]
    expected = [
        token
        for a, n, times in zip(starts, lengths, copies, strict=True)
        for token in range(a, a + n)
        for _ in range(times)
    ]
    assert sorted(seen) == sorted(expected)
    assert all(n > 0 for _, n in found)
    layers = max(copies, default=0)
    assert len(found) <= sum(min(c, layers) for c in copies)
