"""One score of several: the largest, the smallest, the mean."""

import json
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.classifier.score import combined_scores
from corpus_pipeline.filters.classifier.step import Classifier, ClassifierOptions

Row = tuple[float | None, float | None, float | None]


def combined(rows: list[Row], combine: str, weights: tuple[float, ...] = (1, 1, 1)) -> list[Any]:
    columns = {n: pa.array([row[k] for row in rows], pa.float64()) for k, n in enumerate("abc")}
    found = combined_scores(
        pa.record_batch(columns), dict(zip("abc", weights, strict=True)), combine
    )
    assert found["classifier_score"].type == pa.float32()
    assert found["classifier_label"].null_count == len(rows)
    values: list[Any] = found["classifier_score"].to_pylist()
    return values


@pytest.mark.parametrize(
    ("row", "most", "least", "mean", "weighted"),
    [
        ((1, 2, 6), 6, 1, 3, 4.5),
        ((-1, -2, -3), -1, -3, -2, -2.5),
        ((None, 2, 6), 6, 2, 4, 5.2),
        ((None, None, 5), 5, 5, 5, 5),
        ((None, None, None), None, None, None, None),
        ((0, None, None), 0, 0, 0, 0),
        ((math.inf, math.nan, 2), 2, 2, 2, 2),
        ((0.1, 0.1, 0.1), 0.1, 0.1, 0.1, 0.1),
    ],
)
def test_table(row: Row, most: Any, least: Any, mean: Any, weighted: Any) -> None:
    def narrow(value: float | None) -> float | None:
        return None if value is None else float(np.float32(value))

    assert combined([row], "max") == [narrow(most)]
    assert combined([row], "min") == [narrow(least)]
    assert combined([row], "mean") == [narrow(mean)]
    assert combined([row], "mean", (1, 1, 4)) == [narrow(weighted)]


SCORE = st.one_of(st.none(), st.integers(-(10**6), 10**6).map(lambda n: n / 1000))


@given(st.lists(st.tuples(SCORE, SCORE, SCORE), max_size=6),
       st.tuples(*[st.integers(1, 9).map(float)] * 3))  # fmt: skip
def test_equals_a_slow_twin(rows: list[Row], weights: tuple[float, ...]) -> None:
    for combine, choose in (("max", max), ("min", min)):
        wanted = [
            None if not (there := [np.float32(s) for s in row if s is not None])
            else float(choose(there)) for row in rows
        ]  # fmt: skip
        assert combined(rows, combine) == wanted
    for row, found in zip(rows, combined(rows, "mean", weights), strict=True):
        parts = [
            (Fraction(float(np.float32(score))), Fraction(weight))
            for score, weight in zip(row, weights, strict=True)
            if score is not None
        ]
        if not parts:
            assert found is None
            continue
        exact = sum(s * w for s, w in parts) / sum(w for _, w in parts)
        # Six decimals, and then the nearest number of 32 bits.
        assert abs(found - float(exact)) <= 0.51e-6 + abs(float(exact)) * 2**-23


def step_of(**options: Any) -> Classifier:
    step = Classifier(ClassifierOptions(**options))
    step.open()
    return step


def batch_of(rows: list[Row]) -> pa.RecordBatch:
    n = len(rows)
    metadata = [json.dumps({"q": {"a": a}, "b": str(b)}) for a, b, _ in rows]
    return pa.record_batch(
        {
            "source": ["web"] * n, "text": ["文"] * n, "metadata": metadata,
            "c_bin": pa.array([c for *_, c in rows], pa.int16()),
            "drop_reason": pa.nulls(n, pa.string()), "reasons": pa.nulls(n, pa.list_(pa.string())),
        }
    )  # fmt: skip


def test_columns_may_be_fields_of_the_input_and_limits_hold_for_the_combination() -> None:
    columns = ["metadata.q.a", "metadata.b", "c_bin"]
    rows: list[Row] = [(1, 2, 3), (9, 2, 3), (1, 2, None), (None, None, None)]
    found = step_of(columns=columns, min_score=3).apply(batch_of(rows))
    assert found["classifier_score"].to_pylist() == [3, 9, 2, None]
    assert found["drop_reason"].to_pylist() == [None, None, "classifier-score-low", None]
    weighted = {"metadata.q.a": 3, "c_bin": 1}
    found = step_of(columns=weighted, combine="mean").apply(batch_of(rows[:2]))
    assert found["classifier_score"].to_pylist() == [1.5, 7.5]


def test_a_column_that_no_step_fills_is_refused() -> None:
    step = step_of(columns=["metadata.a", "b_classifier_bin"])
    step.check_columns(pa.schema([("b_classifier_bin", pa.int16())]))
    with pytest.raises(ConfigError, match=r"classifier.columns: no step .* fills b_classifier_bin"):
        step.check_columns(pa.schema([]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"column": "a", "columns": ["a", "b"]}, "give one of model"),
        ({}, "give one of model"),
        ({"columns": ["a"]}, "two or more, each once"),
        ({"columns": ["a", "a"]}, "two or more, each once"),
        ({"columns": {"a": 1.0, "b": 2.0}}, "combine: max has no use for them"),
        ({"columns": {"a": 1.0, "b": 0.0}, "combine": "mean"}, "positive numbers"),
        ({"columns": {"a": 1.0, "b": math.inf}, "combine": "mean"}, "positive numbers"),
        ({"column": "a", "combine": "mean"}, "name them in columns"),
        ({"columns": ["a", "b"], "lowercase": True}, "lowercase says something of a model"),
        ({"columns": ["a", "b"], "combine": "median"}, "'max', 'min' or 'mean'"),
    ],
)
def test_options_that_cannot_be_meant(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ClassifierOptions(**options)
