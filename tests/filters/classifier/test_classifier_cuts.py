"""Cuts over a whole run, against a slow twin that sorts all scores."""

import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.errors import ResumeError
from corpus_pipeline.filters.classifier import cuts as room
from corpus_pipeline.filters.classifier.cuts import (
    CUTS,
    HISTOGRAM,
    CutRules,
    apply_cuts,
    cuts_by_group,
    cuts_of,
    equal_bins,
    histogram,
    merged_histograms,
    ordered_bits,
    scores_of,
)

#: source, language, score, weight.
Document = tuple[str, str | None, float | None, int]

scores = st.one_of(
    st.none(),
    st.sampled_from([0.0, 0.1, 0.25, 0.7, 1.0]),
    st.floats(-1e6, 1e6, width=32),
    st.integers(0, 1000).map(lambda n: n / 1000),
)
documents = st.lists(
    st.tuples(
        st.sampled_from(["web", "书"]),
        st.sampled_from(["zh", "en", None]),
        scores,
        st.integers(0, 9),
    ),
    max_size=40,
)
shares = st.fractions(0, 1, max_denominator=50)
rules = st.builds(
    CutRules,
    by=st.sampled_from(
        [(), ("source",), ("language",), ("source", "language"), ("language", "source")]
    ),
    keep_top=st.one_of(st.none(), shares),
    bins=st.sampled_from([(), equal_bins(2), equal_bins(7), (Fraction(3, 10), Fraction(6, 10))]),
    min_documents=st.integers(1, 12),
)


def counted(found: Sequence[Document]) -> pa.RecordBatch:
    """Counts documents of one source."""
    return histogram(
        pa.array([each[2] for each in found], pa.float32()),
        found[0][0],
        pa.array([each[1] for each in found], pa.string()),
        pa.array([each[3] for each in found], pa.int64()),
    )


def units_of(found: list[Document], seed: int) -> list[list[Document]]:
    """Cuts documents into units of one source each, in another order."""
    chance = random.Random(seed)
    shuffled = chance.sample(found, len(found))
    units: dict[tuple[str, int], list[Document]] = {}
    for each in shuffled:
        units.setdefault((each[0], chance.randrange(4)), []).append(each)
    return chance.sample(list(units.values()), len(units))


def slow_group(each: Document, found: list[Document], rules: CutRules) -> list[Document]:
    """Finds the documents with which one is cut, by looking at all of them."""
    scored = [other for other in found if other[2] is not None]
    for count in range(len(rules.by), -1, -1):
        places = [("source", "language").index(name) for name in rules.by[:count]]
        group = [other for other in scored if all(other[p] == each[p] for p in places)]
        if len(group) >= rules.min_documents or not count:
            return group
    raise AssertionError


def slow_cut(group: list[Document], share: Fraction, top: bool) -> float:
    """Goes through sorted documents until they weigh the share."""
    ordered = sorted(group, key=lambda each: each[2] or 0.0, reverse=top)
    total, sum_ = sum(each[3] for each in group), 0
    for each in ordered:
        sum_ += each[3]
        if sum_ >= share * total:
            return each[2] or 0.0
    raise AssertionError


@given(documents, rules, st.integers(0, 9), st.booleans())
def test_cuts_are_those_of_sorting(
    found: list[Document], rules: CutRules, seed: int, bottom: bool
) -> None:
    if bottom:
        rules = CutRules(rules.by, None, rules.keep_top, rules.bins, rules.min_documents)
    tables = [counted(unit) for unit in units_of(found, seed)]
    merged = merged_histograms([merged_histograms(tables[:2]), *tables[2:]])
    assert merged == merged_histograms(tables[::-1])
    assert merged == merged_histograms([merged])
    cuts = cuts_of(merged, rules)
    assert cuts.schema == CUTS
    assert merged.schema == HISTOGRAM
    for unit in units_of(found, seed + 1):
        scores = pa.array([each[2] for each in unit], pa.float32())
        langs = pa.array([each[1] for each in unit], pa.string())
        everyone = np.ones(len(unit), np.bool_)
        decided = apply_cuts(scores, unit[0][0], langs, everyone, cuts_by_group(cuts), rules)
        for row, each in enumerate(unit):
            if each[2] is None:
                assert not decided.below[row]
                assert not decided.above[row]
                assert decided.bins[row].as_py() is None
                continue
            group = slow_group(each, found, rules)
            score = np.float32(each[2])
            below = rules.keep_top is not None and score < np.float32(
                slow_cut(group, rules.keep_top, True)
            )
            above = rules.keep_bottom is not None and score > np.float32(
                slow_cut(group, rules.keep_bottom, False)
            )
            number = sum(
                bool(score >= np.float32(slow_cut(group, 1 - share, True))) for share in rules.bins
            )
            assert decided.below[row] == below
            assert decided.above[row] == above
            assert decided.bins[row].as_py() == (number if rules.bins else None)


@settings(max_examples=30)
@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=60), st.integers(0, 9))
def test_few_cells_make_wide_ones_that_do_not_depend_on_the_order(
    values: list[float], seed: int
) -> None:
    found: list[Document] = [("web", "zh", value, 1) for value in values]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "MAX_CELLS", 8)
        whole = merged_histograms([counted(found)])
        assert whole.num_rows <= 8
        assert merged_histograms([counted(unit) for unit in units_of(found, seed)]) == whole
        assert merged_histograms([whole, whole])["level"] == whole["level"]
        for top in (True, False):
            share = Fraction(1, 3)
            limits = CutRules(keep_top=share if top else None, keep_bottom=None if top else share)
            row = cuts_of(whole, limits).to_pylist()[0]
            exact = slow_cut(found, share, top)
            kept = [v >= row["cut"] if top else v <= row["cut"] for v in values]
            # At least the share stays, and the cut is less than a cell away.
            assert sum(kept) >= share * len(values)
            assert row["kept"] == sum(kept) / len(values)
            assert abs(row["cut"] - exact) <= row["width"]


def test_cells_of_many_scores_are_narrow() -> None:
    values = np.arange(200_000, dtype=np.float32) / np.float32(200_000)
    table = histogram(pa.array(values), "web", pa.array(["zh"] * len(values)))
    assert 30_000 < table.num_rows <= room.MAX_CELLS
    row = cuts_of(table, CutRules(keep_top=Fraction(1, 10))).to_pylist()[0]
    assert row["width"] < 1e-4
    assert 0.1 <= row["kept"] < 0.1001


def test_equal_scores_share_one_fate() -> None:
    found: list[Document] = [("web", "zh", score, 1) for score in [5.0] * 4 + [1.0] * 6]
    row = cuts_of(
        counted(found), CutRules(keep_top=Fraction(1, 10), bins=equal_bins(5))
    ).to_pylist()[0]
    assert (row["cut"], row["planned"], row["kept"]) == (5.0, 0.1, 0.4)
    assert row["bins"] == [1.0, 1.0, 5.0, 5.0]


@pytest.mark.parametrize(
    ("by", "least", "expected"),
    [
        (("source", "language"), 3, {"zh": "source, language", "en": "source"}),
        (("language", "source"), 3, {"zh": "language, source", "en": "run"}),
        (("source", "language"), 99, {"zh": "run", "en": "run"}),
        (("source",), 1, {"zh": "source", "en": "source"}),
        ((), 1, {"zh": "run", "en": "run"}),
    ],
)
def test_small_groups_are_cut_as_larger_ones(
    by: tuple[str, ...], least: int, expected: dict[str, str]
) -> None:
    found: list[Document] = [("web", "zh", n / 10, 1) for n in range(5)]
    found.append(("web", "en", 0.9, 1))
    cuts = cuts_of(counted(found), CutRules(by, Fraction(1, 2), min_documents=least)).to_pylist()
    assert {row["language"]: row["cut_in"] for row in cuts} == expected
    assert {row["language"]: row["documents"] for row in cuts} == {"zh": 5, "en": 1}


def test_nothing_was_counted() -> None:
    empty = merged_histograms([])
    assert merged_histograms([empty, empty]) == empty
    cuts = cuts_by_group(cuts_of(empty, CutRules(keep_top=Fraction(1, 2))))
    scores, langs = pa.array([0.5], pa.float32()), pa.array([None], pa.string())
    arguments: Any = (cuts, CutRules(keep_top=Fraction(1, 2), bins=equal_bins(2)))
    decided = apply_cuts(scores, "web", langs, np.array([False]), *arguments)
    assert (decided.below.tolist(), decided.bins.to_pylist()) == ([False], [None])
    with pytest.raises(ResumeError, match="no cut was found for source 'web', language None"):
        apply_cuts(scores, "web", langs, np.array([True]), *arguments)


@given(st.lists(st.floats(width=32, allow_nan=False), min_size=2, max_size=2))
def test_bits_are_in_the_order_of_values(values: list[float]) -> None:
    pair = np.array(values, np.float32)
    a, b = ordered_bits(pair).tolist()
    assert (a < b) == (pair[0] < pair[1])
    assert (scores_of(ordered_bits(pair)) == pair).all()
