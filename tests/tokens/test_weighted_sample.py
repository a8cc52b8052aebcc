"""The sample of a training: a function of the multiset of texts and the options."""

import contextlib
import random
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.tokens import weighted_sample
from corpus_pipeline.tokens.weighted_sample import (
    Candidates,
    SampleOptions,
    chosen_texts,
    document_keys,
    shared_out,
)

Documents = Sequence[tuple[str, str | None]]


def sample(documents: Documents, options: SampleOptions, columns: int = 3) -> list[tuple[str, str]]:
    """Chooses from documents in columns of so many rows, and takes what is chosen."""
    candidates = Candidates(options)
    parts = []
    for start in range(0, len(documents), columns):
        for source in sorted({source for source, _ in documents[start : start + columns]}):
            rows = [t for s, t in documents[start : start + columns] if s == source]
            parts.append((source, pa.array(rows, pa.string())))
    for source, column in parts:
        candidates.add(source, column)
    shares = candidates.choose()
    found = [
        (source, text)
        for source, column in parts
        for chosen in chosen_texts(source, column, shares, options.seed)
        for text in chosen.to_pylist()
    ]
    for source, share in shares.items():
        mine = [text for s, text in found if s == source]
        assert (share.documents, share.bytes) == (len(mine), sum(len(t.encode()) for t in mine))
    return sorted(found)


def corpus(number: int, seed: int = 1) -> Documents:
    rng = random.Random(seed)
    made: list[tuple[str, str | None]] = []
    for k in range(number):
        word = rng.choice(["word ", "中文", "ไทย", "code();\n"])
        made.append((rng.choice(["en", "zh", "web"]), f"{k} " + word * rng.randint(0, 40)))
    return [*made, ("zh", None), ("en", ""), ("en", made[0][1]), ("en", made[0][1])]


@pytest.mark.parametrize("weights", [{}, {"en": 1, "zh": 2, "web": 7}])
def test_neither_order_nor_columns_decide(
    weights: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = corpus(200)
    options = SampleOptions(sample_bytes=5000, weights=weights)
    whole = sample(documents, options)
    assert 3000 < sum(len(text.encode()) for _, text in whole) <= 5000
    shuffled = list(documents)
    random.Random(3).shuffle(shuffled)
    assert sample(shuffled, options, 17) == whole
    # Keys that cannot be in the sample are thrown away on the way.
    monkeypatch.setattr(weighted_sample, "_MOST_KEPT", 5)
    assert sample(shuffled, options, 1) == whole
    assert sample(documents, SampleOptions(5000, weights=weights, seed=1)) != whole


def test_a_larger_sample_holds_a_smaller_one() -> None:
    documents = corpus(200)
    small, large = (set(sample(documents, SampleOptions(n))) for n in (2000, 6000))
    assert small < large
    assert len(sample(documents, SampleOptions())) == len(documents) - 1


def test_equal_texts_are_taken_all_or_none() -> None:
    documents: Documents = [("a", "中文 one")] * 5 + [("a", "two")] * 3 + [("b", "two")]
    for size in range(1, 80):
        found = []
        with contextlib.suppress(ConfigError):  # Nothing fits.
            found = sample(documents, SampleOptions(size))
        assert found or size < 50
        counts = {text: sum(t == text for _, t in found) for text in ("中文 one", "two")}
        assert counts["中文 one"] in (0, 5)
        assert counts["two"] in (0, 4)


def test_documents_larger_than_the_quota_are_passed_over() -> None:
    """Among 400 of 100 B, of which a quarter is taken, some are larger than the sample or quota."""
    small = [("web", f"{k:04} " + "x" * 95) for k in range(400)]
    for seed in range(6):
        large = [("web", f"{k}" + "y" * 11_000) for k in range(9)]
        found = sample([*small, *large], SampleOptions(10_000, seed=seed))
        assert len(found) == 100
        weighted = SampleOptions(50_000, weights={"web": 1, "zh": 4}, seed=seed)
        documents = [*small, *large, *(("zh", "中" * 10_000) for _ in range(2))]
        of = [source for source, _ in sample(documents, weighted)]
        assert (of.count("web"), of.count("zh")) == (100, 0)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (SampleOptions(50), "smallest document has 60 bytes and takes the trainer 3,840 bytes"),
        (SampleOptions(memory_bytes=600), "raise --sample-bytes or --memory"),
        (SampleOptions(50, weights={"a": 1, "b": 1}), "smallest document has 60 bytes"),
    ],
)
def test_a_sample_of_nothing_is_refused(options: SampleOptions, said: str) -> None:
    documents = [("a", "中" * 20), ("a", "y" * 90), ("b", "z" * 88), ("b", ""), ("a", None)]
    with pytest.raises(ConfigError, match=said):
        sample(documents, options)
    with pytest.raises(ConfigError, match="no document has text"):
        sample(documents[-2:], SampleOptions())


def test_documents_that_all_stay_are_not_sorted_at_each_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    times = 0
    real = Candidates._prune

    def noted(self: Candidates) -> None:
        nonlocal times
        times += 1
        real(self)

    monkeypatch.setattr(weighted_sample, "_MOST_KEPT", 10)
    monkeypatch.setattr(Candidates, "_prune", noted)
    candidates = Candidates(SampleOptions())
    for k in range(1000):
        candidates.add("a", pa.array([f"document {k}"]))
    assert 5 <= times <= 8
    assert candidates.choose()["a"].documents == 1000


@pytest.mark.parametrize("size", [3000, 9000])
def test_weights_are_shares_of_bytes(size: int) -> None:
    documents: Documents = [
        (source, f"{k} {word * 20}")
        for k in range(300)
        for source, word in (("en", "word "), ("zh", "中文"), ("few", "x" * (k < 3)))
    ]
    options = SampleOptions(size, weights={"en": 70, "zh": 20, "few": 10})
    found = sample(documents, options)
    of = {s: sum(len(t.encode()) for x, t in found if x == s) for s in ("en", "zh", "few")}
    there = sum(len(text or "") for source, text in documents if source == "few")
    # What the third has not the others share by their weights; a document is not cut.
    few = min(size // 10, there)
    assert few - 30 < of["few"] <= few
    for source, share in (("en", 70), ("zh", 20)):
        quota = (size - few) * share // 90
        assert quota - 130 < of[source] <= quota + 130


@given(
    st.integers(0, 1000),
    st.dictionaries(
        st.sampled_from("abcd"), st.tuples(st.integers(1, 9), st.integers(0, 400)), min_size=1
    ),
)
@settings(max_examples=200, deadline=None)
def test_shares(size: int, given_: dict[str, tuple[int, int]]) -> None:
    weights = {name: weight for name, (weight, _) in given_.items()}
    there = {name: bytes_ for name, (_, bytes_) in given_.items()}
    found = shared_out(size, weights, there)
    assert all(0 <= found[name] <= there[name] for name in weights)
    whole = sum(there.values())
    assert min(size, whole) - len(weights) < sum(found.values()) <= min(size, whole)
    for a in weights:
        for b in weights:
            # Nobody who could give more gives less than another by his weight.
            if found[a] < there[a] and found[b] < there[b]:
                assert abs(found[a] * weights[b] - found[b] * weights[a]) <= weights[a] + weights[b]


def test_memory_bounds_the_sample() -> None:
    """Chinese takes eight times as much memory as text with blanks."""
    documents: Documents = [("s", f"{k} {'中' * 33}") for k in range(100)]
    size = sum(len((text or "").encode()) for _, text in documents)
    whole = sample(documents, SampleOptions(memory_bytes=64 * size))
    half = sample(documents, SampleOptions(memory_bytes=32 * size))
    assert len(whole) == 100
    assert 45 <= len(half) <= 55
    english: Documents = [("s", f"{k} {'word ' * 20}") for k in range(100)]
    size = sum(len((text or "").encode()) for _, text in english)
    assert len(sample(english, SampleOptions(memory_bytes=8 * size))) == 100
    assert len(sample(english, SampleOptions(memory_bytes=4 * size))) <= 55


def test_keys_are_spread() -> None:
    keys = document_keys(pa.array([f"document {k}" for k in range(4000)]), 0)
    assert 1800 < int((keys < np.uint64(1 << 63)).sum()) < 2200
    assert len(document_keys(pa.array([], pa.string()), 0)) == 0


@pytest.mark.parametrize(
    ("weights", "said"),
    [({"en": 1}, "'zh' has no weight"), ({"en": 1, "zh": 1, "de": 1}, "'de' names no input")],
)
def test_weights_of_other_sources_are_refused(weights: dict[str, int], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        sample([("en", "a"), ("zh", "中")], SampleOptions(weights=weights))


@pytest.mark.parametrize(
    "options", [{"sample_bytes": 0}, {"memory_bytes": 0}, {"weights": {"a": 0}}]
)
def test_refuses_options(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        SampleOptions(**options)  # type: ignore[arg-type]
