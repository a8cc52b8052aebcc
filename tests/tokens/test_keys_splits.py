"""Chance from content: even, fixed, and the same for equal documents; splits take their shares."""

from collections import Counter
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.tokens.keys import content_keys, threshold
from corpus_pipeline.tokens.splits import Split, Splits

_MASK = (1 << 64) - 1


def slow_mixed(h: int) -> int:
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        h = ((h ^ h >> 33) * factor) & _MASK
    return h ^ h >> 33


hashes = st.lists(st.binary(min_size=16, max_size=16), max_size=20)


@given(hashes, st.integers(0, 2**40), st.sampled_from(["split", "order", "次序"]))
def test_keys_are_those_of_the_slow_twin(contents: list[bytes], seed: int, purpose: str) -> None:
    import hashlib

    salt = int.from_bytes(hashlib.sha256(f"{purpose}/{seed}".encode()).digest()[:8], "little")
    expected = []
    for content in contents:
        first, second = (int.from_bytes(content[k : k + 8], "little") for k in (0, 8))
        expected.append(slow_mixed(slow_mixed(first ^ salt) ^ second))
    column = pa.array([b"x" * 16, *contents], pa.binary(16)).slice(1)
    assert content_keys(column, seed, purpose).tolist() == expected


def test_keys_are_fixed() -> None:
    """A new version must not hold out other documents."""
    column = pa.array([bytes(16), b"0123456789abcdef"], pa.binary(16))
    assert content_keys(column, 1, "split").tolist() == [
        14542050531449693909,
        12846347825905462194,
    ]


@pytest.mark.parametrize("share", [1e-9, 0.001, 0.1, 0.3, 0.999, 1])
def test_thresholds_are_those_of_the_decimal(share: float) -> None:
    assert threshold(share) == int(Fraction(str(share)) * 2**64)


def column_of(count: int) -> pa.Array:
    data = np.random.default_rng(5).integers(0, 256, (count, 16), dtype=np.uint8)
    return pa.array([bytes(row) for row in data], pa.binary(16))


def test_shares_are_met() -> None:
    """4 standard deviations of 5,000 draws; what names a source comes first."""
    rules = (Split("validation", 0.1), Split("test", 0.25, ("网页",)), Split("all", 0.9, ("b",)),
             Split("whole", 1, ("held",)))  # fmt: skip
    splits = Splits(rules, seed=7)
    sources = pa.array(["a", "网页", "b", "c", "held"] * 5000)
    found = splits.assign(column_of(25_000), sources)
    counts = Counter(zip(sources.to_pylist(), found.to_pylist(), strict=True))
    for (source, name), share in {
        ("a", "validation"): 0.1, ("c", "validation"): 0.1, ("网页", "validation"): 0.1,
        ("网页", "test"): 0.25, ("b", "validation"): 0.1, ("b", "all"): 0.9, ("a", "train"): 0.9,
        ("网页", "train"): 0.65, ("held", "all"): 0, ("held", "whole"): 1,
    }.items():  # fmt: skip
        deviation = (5000 * share * (1 - share)) ** 0.5
        assert abs(counts[source, name] - 5000 * share) <= 4 * deviation + 1e-9, (source, name)
    assert counts["b", "train"] == 0, "shares of 1 leave nothing"


def test_a_larger_share_holds_out_all_that_a_smaller_one_did() -> None:
    column = column_of(2000)
    sources = pa.array(["a"] * 2000)
    small, large = (
        Splits((Split("test", share),), 1).assign(column, sources).to_pylist()
        for share in (0.05, 0.2)
    )
    assert all(b == "test" for a, b in zip(small, large, strict=True) if a == "test")


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ([Split("a", 0.6), Split("b", 0.6)], "shares of all sources add up to 1.2"),
        ([Split("a", 0.5, ("x",)), Split("b", 0.6, ("x",))], "of the source 'x' add up to 1.1"),
        ([Split("a", 0.5, ())], "a names no source"),
        ([Split("a", 1e-20)], "share 1e-20 of a holds nothing out"),
        ([Split("a", 0.5), Split("b", 0.5)], "none is left to train on"),
    ],
)
def test_refuses_shares(rules: list[Split], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Splits(tuple(rules), 1)


def test_borders_of_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys at either side of the border between two splits, and the last key of all."""
    half = 1 << 63
    keys = np.array([0, half - 1, half, 2 * half - 1], np.uint64)
    monkeypatch.setattr("corpus_pipeline.tokens.splits.content_keys", lambda *_: keys)
    splits = Splits((Split("a", 0.5, ("x",)), Split("b", 0.5, ("x",))), 1)
    found = splits.assign(column_of(4), pa.array(["x"] * 4))
    assert found.to_pylist() == ["a", "a", "b", "b"]


def test_no_documents() -> None:
    nothing = pa.array([], pa.binary(16))
    for rules in ((), (Split("test", 0.5),)):
        assert Splits(rules, 1).assign(nothing, pa.array([], pa.string())).to_pylist() == []
