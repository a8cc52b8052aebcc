"""Packing, against lists."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from slow_loader import slow_best_fit

from corpus_pipeline.loader.best_fit import best_fit


@given(
    lengths=st.lists(st.integers(1, 40), max_size=60),
    length=st.integers(1, 17),
    first=st.integers(0, 100),
)
def test_against_lists(lengths: list[int], length: int, first: int) -> None:
    ends = np.cumsum(np.array(lengths, np.int64)) + first
    packed = best_fit(ends - np.array(lengths, np.int64), ends, length)
    found = [
        list(zip((packed.starts[a:b] - first).tolist(), packed.sizes[a:b].tolist(), strict=True))
        for a, b in zip(packed.offsets[:-1], packed.offsets[1:], strict=True)
    ]
    assert found == slow_best_fit(lengths, length)
    assert [array.dtype.name for array in packed] == ["int64", "int32", "int64", "bool"]
    for pieces, goes_on in zip(found, packed.goes_on.tolist(), strict=True):
        assert goes_on == (sum(pieces[-1]) not in (ends - first).tolist())


def test_much_is_packed_tightly() -> None:
    lengths = np.random.default_rng(1).integers(1, 3000, 20_000)
    ends = np.cumsum(lengths)
    packed = best_fit(ends - lengths, ends, 2048)
    used = np.add.reduceat(packed.sizes, packed.offsets[:-1])
    assert used.max() <= 2048
    assert used.sum() == ends[-1]
    assert 1 - used.mean() / 2048 < 0.001
