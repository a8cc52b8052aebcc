"""What a batch says of its documents, against loops."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from corpus_pipeline.loader import Batch


@st.composite
def rows(draw: st.DrawFn) -> tuple[int, list[tuple[int, list[int]]]]:
    """A length, and of each row its size and the places whose target is of another document."""
    length = draw(st.integers(1, 9))
    made = []
    for _ in range(draw(st.integers(0, 5))):
        size = draw(st.integers(1, length))
        joins = draw(st.sets(st.integers(0, size - 1)))
        made.append((size, sorted(joins)))
    return length, made


def batch_of(length: int, rows: list[tuple[int, list[int]]], mask_joins: bool = True) -> Batch:
    windows = np.arange(len(rows) * (length + 1), dtype=np.uint16).reshape(-1, length + 1)
    joins = [k * length + place for k, (_, places) in enumerate(rows) for place in places]
    return Batch(
        windows,
        np.array([size for size, _ in rows], np.int64),
        lambda: np.array(joins, np.int64),
        step=3,
        stage="main",
        samples=np.arange(len(rows)),
        components=np.zeros(len(rows), np.int16),
        mask_joins=mask_joins,
    )


@given(made=rows(), mask_joins=st.booleans())
def test_against_loops(made: tuple[int, list[tuple[int, list[int]]]], mask_joins: bool) -> None:
    length, listed = made
    batch = batch_of(length, listed, mask_joins)
    boundaries = [0]
    for k, (size, joins) in enumerate(listed):
        segment = position = 0
        for j in range(length):
            if j and (j - 1 in joins or j == size):
                segment, position = segment + 1, 0
                boundaries.append(k * length + j)
            assert (batch.segments[k, j], batch.positions[k, j]) == (segment, position)
            position += 1
            # A short sequence has no target behind its last token.
            there = j < size - (size < length)
            assert batch.loss_mask[k, j] == (there and not (mask_joins and j in joins))
        boundaries.append((k + 1) * length)
    assert batch.cu_seqlens.tolist() == boundaries
    assert batch.max_seqlen == max(np.diff(boundaries), default=0)
    shape = (len(listed), length)
    for array, dtype in (
        (batch.tokens, np.uint16),
        (batch.targets, np.uint16),
        (batch.loss_mask, np.bool_),
        (batch.segments, np.int32),
        (batch.positions, np.int32),
    ):
        assert (array.shape, array.dtype) == (shape, np.dtype(dtype))
    assert batch.cu_seqlens.dtype == np.int32
    assert np.array_equal(batch.tokens[:, 1:], batch.targets[:, :-1])


def test_documents_are_looked_for_when_they_are_asked_for() -> None:
    batch = batch_of(4, [(4, [1])])
    asked = []

    def find() -> NDArray[np.int64]:
        asked.append(1)
        return np.array([1])

    batch._find_joins = find
    assert batch.tokens.shape == batch.targets.shape == (1, 4)
    assert asked == []
    assert batch.segments.tolist() == [[0, 0, 1, 1]]
    assert batch.positions.tolist() == [[0, 1, 0, 1]]
    assert asked == [1]


def test_pickles_without_the_data() -> None:
    batch = batch_of(4, [(4, [1]), (2, [])])
    again = pickle.loads(pickle.dumps(batch))
    for name in ("tokens", "targets", "segments", "loss_mask", "cu_seqlens", "joins", "sizes"):
        assert np.array_equal(getattr(again, name), getattr(batch, name))
    assert (again.step, again.stage) == (3, "main")


def test_says_what_it_is() -> None:
    assert repr(batch_of(4, [(4, [])])) == "Batch(step=3, stage='main', 1 sequences of 4 tokens)"


@pytest.mark.parametrize("length", [1, 7])
def test_an_empty_batch(length: int) -> None:
    batch = batch_of(length, [])
    assert batch.cu_seqlens.tolist() == [0]
    assert batch.max_seqlen == 0
    assert batch.loss_mask.shape == batch.segments.shape == batch.positions.shape == (0, length)
