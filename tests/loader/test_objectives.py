"""Prefixes and documents that are turned: nothing lost, the same for any world."""

import dataclasses
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_batches import END, LENGTH, Row, documents, made_batch, some_rows

from corpus_pipeline.loader import Batch
from corpus_pipeline.loader.objectives import FillInTheMiddle, PrefixLM

FIM = FillInTheMiddle(prefix_id=101, middle_id=102, suffix_id=103, rate=1, most=2)


@given(rows=some_rows(), seed=st.integers(0, 2**64 - 1))
def test_prefixes(rows: list[Row], seed: int) -> None:
    batch = made_batch(rows)
    made = PrefixLM(seed)(batch)
    assert made.batch is batch
    for k, size in enumerate(batch.sizes.tolist()):
        segments = batch.segments[k]
        for segment in range(segments[size - 1] + 1):
            inside = np.flatnonzero(segments[:size] == segment)
            prefix = int(made.bidirectional[k, inside].sum())
            assert 1 <= prefix <= max(len(inside) - 1, 1)
            assert made.bidirectional[k, inside[:prefix]].all()
            # The last token of the prefix has the first target.
            expected = batch.loss_mask[k, inside].copy()
            expected[: prefix - 1] = False
            assert np.array_equal(made.loss_mask[k, inside], expected)
        assert not made.bidirectional[k, size:].any()
        assert not made.loss_mask[k, size:].any()


def test_all_lengths_of_prefixes_are_equally_likely() -> None:
    batch = made_batch([([20], True)] * 4000)
    counts = Counter(PrefixLM(3)(batch).bidirectional.sum(axis=1).tolist())
    assert sorted(counts) == list(range(1, 21))
    assert 140 < min(counts.values()) <= max(counts.values()) < 270


def restored(document: list[int]) -> tuple[list[int], str]:
    """Turns a document back, and says which form it had."""
    if 101 not in document:
        return document, "plain"
    end = document[-1:] if document[-1] == END else []
    text = document[: len(document) - len(end)]
    assert text[0] == 101
    suffix, middle = text.index(103), text.index(102)
    if suffix == 1:
        # The suffix stands first; behind the middle's mark stand prefix and middle as one.
        return [*text[middle + 1 :], *text[2:middle], *end], "suffix first"
    return [*text[1:suffix], *text[middle + 1 :], *text[suffix + 1 : middle], *end], "prefix first"


@given(
    rows=some_rows(),
    seed=st.integers(0, 2**64 - 1),
    rate=st.sampled_from([0, 0.5, 1]),
    spm_rate=st.sampled_from([0, 0.5, 1]),
    most=st.integers(1, 3),
    mask_joins=st.booleans(),
)
def test_no_token_is_lost(
    rows: list[Row], seed: int, rate: float, spm_rate: float, most: int, mask_joins: bool
) -> None:
    batch = made_batch(rows, mask_joins=mask_joins)
    fim = dataclasses.replace(FIM, seed=seed, rate=rate, spm_rate=spm_rate, most=most)
    made = fim(batch)
    assert made.tokens.shape == (len(rows), LENGTH + 3 * most)
    assert (made.step, made.stage) == (batch.step, batch.stage)
    assert np.array_equal(made.tokens[:, 1:], made.targets[:, :-1])
    for k, (before, after) in enumerate(zip(documents(batch), documents(made), strict=True)):
        back = [restored(document) for document in after]
        assert [document for document, _ in back] == before
        assert [d[-1] == END for d in after] == [d[-1] == END for d in before]
        forms = [form for _, form in back]
        turned = len(forms) - forms.count("plain")
        assert made.sizes[k] == batch.sizes[k] + 3 * turned
        assert turned <= min(most, len(forms))
        assert rate != 0 or turned == 0
        assert rate != 1 or turned == min(most, len(forms))
        # With no prefix the two forms are one.
        assert spm_rate != 1 or "prefix first" not in forms
        assert not made.tokens[k, made.sizes[k] :].any()
        # Each end of a document that was a join is one.
        joins = set((batch.joins[batch.joins // LENGTH == k] % LENGTH).tolist())
        width = made.tokens.shape[1]
        now = set((made.joins[made.joins // width == k] % width).tolist())
        ends = np.cumsum([len(document) for document in before]) - 1
        later = np.cumsum([len(document) for document in after]) - 1
        for old, new, form in zip(ends.tolist(), later.tolist(), forms, strict=True):
            assert (new in now) == (old in joins or (form != "plain" and old + 1 == batch.sizes[k]))
        assert now <= set(later.tolist())
        if made.sizes[k] == width:
            # Behind a document that is turned there is nothing of it.
            expected = batch.targets[k, -1] if forms[-1] == "plain" else END
            assert made.targets[k, -1] == expected


def test_forms_and_shares() -> None:
    batch = made_batch([([20], True)] * 2000)
    fim = dataclasses.replace(FIM, rate=0.3, spm_rate=0.25, most=1)
    forms = Counter(restored(document)[1] for (document,) in documents(fim(batch)))
    assert 500 < forms["prefix first"] + forms["suffix first"] < 700
    # A quarter, and those without a prefix.
    assert 150 < forms["suffix first"] < 240


def test_documents_without_an_end_and_large_ids() -> None:
    batch = made_batch([([5, 3], False)])
    fim = dataclasses.replace(FIM, end_id=None, suffix_id=70_000)
    made = fim(batch)
    assert made.tokens.dtype == np.uint32
    # What stands for the end of the first document is a token like others here.
    assert sorted(made.tokens[0, :15].tolist()) == sorted(
        [*batch.tokens[0, :9].tolist(), *[101, 102, 70_000] * 2]
    )
    assert fim(made_batch([([5, 3], False)], dtype="uint32")).tokens.dtype == np.uint32


@pytest.mark.parametrize("objective", [FIM, PrefixLM(1)])
def test_chance_is_of_the_sample_alone(objective: FillInTheMiddle | PrefixLM) -> None:
    rows: list[Row] = [([5, 3, 4], True), ([20], True), ([20], True), ([7, 7], False)]
    whole = objective(made_batch(rows, [3, 8, 9, 12]))
    for k, sample in enumerate([3, 8, 9, 12]):
        alone = objective(made_batch(rows[k : k + 1], [sample]))
        if isinstance(whole, Batch):
            assert isinstance(alone, Batch)
            assert np.array_equal(alone.tokens[0], whole.tokens[k])
        else:
            assert not isinstance(alone, Batch)
            assert np.array_equal(alone.bidirectional[0], whole.bidirectional[k])


@pytest.mark.parametrize(
    ("field", "value"), [("rate", 1.1), ("rate", -0.1), ("spm_rate", 2), ("most", 0)]
)
def test_refuses_options(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=field):
        dataclasses.replace(FIM, **{field: value})  # type: ignore[arg-type]
