"""Spans that are cut out: sequences can be put together again, and shapes are exact."""

import dataclasses
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_batches import LENGTH, Row, made_batch, some_rows

from corpus_pipeline.loader.denoising import Denoisers, SpanCorruption

SENTINELS = tuple(range(200, 230))


def restored(inputs: list[int], targets: list[int]) -> tuple[list[int], list[int]]:
    """Puts a sequence together again; returns it and the lengths of the spans."""
    spans: dict[int, list[int]] = {}
    for token in targets:
        if token in SENTINELS:
            spans[token] = []
            last = token
        else:
            spans[last].append(token)
    assert list(spans) == list(SENTINELS[: len(spans)])
    assert [token for token in inputs if token in SENTINELS] == list(spans)
    whole = []
    for token in inputs:
        whole += spans[token] if token in SENTINELS else [token]
    return whole, [len(span) for span in spans.values()]


@given(
    rows=some_rows(),
    seed=st.integers(0, 2**64 - 1),
    density=st.floats(0.01, 0.99),
    mean=st.floats(1, 12),
    suffix=st.booleans(),
    mode=st.sampled_from([None, 150]),
    end=st.sampled_from([None, 151]),
)
def test_sequences_can_be_restored(
    rows: list[Row],
    seed: int,
    density: float,
    mean: float,
    suffix: bool,
    mode: int | None,
    end: int | None,
) -> None:
    batch = made_batch(rows)
    options = {"suffix": suffix, "mode_id": mode, "end_id": end, "pad_id": 152, "seed": seed}
    denoiser = SpanCorruption(SENTINELS, density, mean, **options)  # type: ignore[arg-type]
    made = denoiser(batch)
    assert (made.inputs.shape[1], made.targets.shape[1]) == denoiser.lengths(LENGTH)
    assert made.loss_mask.shape == made.targets.shape
    for k, size in enumerate(batch.sizes.tolist()):
        found = []
        counts = (int(made.input_sizes[k]), int(made.target_sizes[k]))
        assert counts == denoiser.lengths(size)
        for row, count in zip((made.inputs[k], made.targets[k]), counts, strict=True):
            assert (row[count:] == 152).all()
            found.append(row[:count].tolist())
            if end is not None:
                assert found[-1].pop() == end
        assert made.loss_mask[k].tolist() == [j < counts[1] for j in range(made.targets.shape[1])]
        if mode is not None:
            assert found[0].pop(0) == mode
        whole, spans = restored(*found)
        assert whole == batch.tokens[k, :size].tolist()
        assert (sum(spans), len(spans)) == denoiser.counts(size)
        assert 0 not in spans
        if suffix and spans:
            assert found[0][-1] == SENTINELS[0]


@pytest.mark.parametrize(
    ("tokens", "density", "mean", "counts"),
    [
        (568, 0.15, 3, (85, 28)),
        (1, 0.15, 3, (0, 0)),
        (2, 0.15, 3, (1, 1)),
        (3, 0.9, 1, (2, 1)),
        (10, 0.5, 1, (5, 5)),
        (10, 0.8, 1, (8, 2)),
        (10, 0.5, 100, (5, 1)),
    ],
)
def test_counts(tokens: int, density: float, mean: float, counts: tuple[int, int]) -> None:
    assert SpanCorruption((), density, mean).counts(tokens) == counts


def test_all_ways_to_cut_are_equally_likely() -> None:
    """8 tokens with two spans of 4 tokens together: 3 ways to cut them, and 3 for what stays."""
    batch = made_batch([([7], True)] * 3600)
    made = SpanCorruption(SENTINELS, 0.5, 2)(batch)
    ways = Counter(map(tuple, made.inputs.tolist()))
    assert len(ways) == 9
    assert 320 < min(ways.values()) <= max(ways.values()) < 480


def test_too_few_sentinels() -> None:
    denoiser = SpanCorruption(SENTINELS[:2], 0.5, 2)
    with pytest.raises(ValueError, match="6 spans of a sequence of 24 tokens need as many"):
        denoiser(made_batch([([23], True)]))


def test_large_ids() -> None:
    batch = made_batch([([23], True)])
    assert SpanCorruption(SENTINELS)(batch).inputs.dtype == np.uint16
    assert SpanCorruption(SENTINELS, end_id=70_000)(batch).targets.dtype == np.uint32
    assert SpanCorruption((70_000, 70_001))(batch).inputs.dtype == np.uint32
    large = made_batch([([23], True)], dtype="uint32")
    assert SpanCorruption(SENTINELS)(large).inputs.dtype == np.uint32


def test_turns() -> None:
    rows: list[Row] = [([23], True), ([9, 5], True)] * 700
    batch = made_batch(rows)
    mixed = Denoisers.ul2(SENTINELS, modes=(150, 151, 153), end_id=154)
    made = mixed(batch)
    assert (made.inputs.shape[1], made.targets.shape[1]) == mixed.lengths(LENGTH)
    counts = np.bincount(made.denoisers, minlength=7)
    assert counts.sum() == 1400
    assert 150 < counts.min() <= counts.max() < 250
    modes = {0: 150, 1: 150, 2: 151, 3: 151, 4: 151, 5: 151, 6: 153}
    assert [modes[d] for d in made.denoisers.tolist()] == made.inputs[:, 0].tolist()
    for k in range(30):
        inputs = made.inputs[k, 1 : made.input_sizes[k] - 1].tolist()
        targets = made.targets[k, : made.target_sizes[k] - 1].tolist()
        assert restored(inputs, targets)[0] == batch.tokens[k, : batch.sizes[k]].tolist()


def test_chance_is_of_the_sample_alone() -> None:
    rows: list[Row] = [([23], True), ([9, 5], True), ([23], True), ([3], True)]
    mixed = Denoisers.ul2(SENTINELS, seed=4)
    whole = mixed(made_batch(rows, [3, 8, 9, 12]))
    for k, sample in enumerate([3, 8, 9, 12]):
        alone = mixed(made_batch(rows[k : k + 1], [sample]))
        assert np.array_equal(alone.inputs[0], whole.inputs[k])
        assert np.array_equal(alone.targets[0], whole.targets[k])
    same = SpanCorruption(SENTINELS, 0.5)(made_batch([([23], True)] * 2, [3, 9]))
    assert same.inputs[0].tolist() != same.inputs[1].tolist()


def test_shares() -> None:
    one = SpanCorruption(SENTINELS)
    two = dataclasses.replace(one, suffix=True)
    made = Denoisers((one, two), shares=(3, 1))(made_batch([([23], True)] * 2000))
    assert 1400 < (made.denoisers == 0).sum() < 1600
    assert (Denoisers((one, two), (0, 1))(made_batch([([23], True)] * 99)).denoisers == 1).all()


@pytest.mark.parametrize(
    ("field", "value"), [("noise_density", 0), ("noise_density", 1), ("mean_span", 0.5)]
)
def test_refuses_options(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=field):
        SpanCorruption(**{"sentinels": SENTINELS, field: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("shares", [(1,), (0, 0), (1, -1), ()])
def test_refuses_shares(shares: tuple[int, ...]) -> None:
    one = SpanCorruption(SENTINELS)
    with pytest.raises(ValueError, match="give a whole number for each"):
        Denoisers((one, one), shares)
