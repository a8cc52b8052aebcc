"""Draws are hashes that look like chance."""

import numpy as np

from corpus_pipeline.loader.chance import below, draws, happens


def test_is_fixed_for_ever() -> None:
    """A change of these numbers changes what a resumed training sees."""
    found = draws(1, "cut", np.array([0, 1, 2**40]), np.array([0, 1, 2]))
    assert found.tolist() == [5937972056032190366, 11689241100601197240, 16841673467990536283]


def test_draws_are_even() -> None:
    found = draws(5, "a", np.arange(300)[:, None], np.arange(100)).ravel()
    assert len(np.unique(found)) == len(found)
    counts = np.bincount(below(found, np.full(len(found), 10)), minlength=10)
    assert abs(counts - 3000).max() < 200
    assert abs(happens(found, 0.2).mean() - 0.2) < 0.01
    assert happens(found, 1).all()
    assert not happens(found, 0).any()
    bits = np.unpackbits(found.view(np.uint8)).reshape(-1, 64).mean(axis=0)
    assert abs(bits - 0.5).max() < 0.02


def test_seeds_purposes_samples_and_numbers_differ() -> None:
    samples, numbers = np.arange(50)[:, None], np.arange(50)
    found = [
        draws(seed, purpose, samples, numbers).ravel()
        for seed in (0, 1, 2**64 - 1)
        for purpose in ("a", "b")
    ]
    assert len(np.unique(np.concatenate(found))) == 6 * 2500
    for one in found:
        table = one.reshape(50, 50) / 2.0**64
        assert abs(np.corrcoef(table[:, :-1].ravel(), table[:, 1:].ravel())[0, 1]) < 0.1
        assert abs(np.corrcoef(table[:-1].ravel(), table[1:].ravel())[0, 1]) < 0.1
