"""The measures of the classifier, scores that the input has, and limits.

A score is kept to six decimals as float32, and compared with limits of the same precision: 0.7 as
it is written is 0.7 as it was measured, on every machine.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.text.languages import figures_for

CLASSIFIER_MEASURES = pa.schema(
    [
        pa.field(
            "classifier_label",
            pa.string(),
            metadata={
                "meaning": "the label that the classifier gives the highest probability, without "
                "__label__; null when the text has no word, or the score was in the input"
            },
        ),
        pa.field(
            "classifier_score",
            pa.float32(),
            metadata={
                "meaning": "score of the classifier, six decimals: the probability of the "
                "configured label, else of the likeliest; or the number that the input has; null "
                "where there is none"
            },
        ),
    ]
)

_METADATA = "metadata."
_DECIMALS = 10**6


@dataclasses.dataclass(frozen=True)
class TextForm:
    """How a text is written down before a model sees it; as it was when the model was trained."""

    max_chars: int | None = None
    """The model sees so many characters from the beginning; None: all."""
    newline: str = " "
    """What stands for a line feed."""
    lowercase: bool = False
    split_characters: bool = False
    """Each character of a script without spaces (Chinese, Japanese, Thai) is a word."""


#: A text as it is, in one line.
AS_IT_IS = TextForm()


def given_scores(batch: pa.RecordBatch, column: str) -> pa.RecordBatch:
    """Returns `CLASSIFIER_MEASURES` with scores that the input has.

    Args:
        batch: N documents.
        column: a column of numbers, or `metadata.FIELD` of the JSON in `metadata`; further dots go
            into objects in it. Numbers may be written as strings; whatever else, and infinity, is
            no score.

    Raises:
        ConfigError: there is no such column, or it has no numbers.

    >>> batch = pa.record_batch({"metadata": ['{"edu": {"score": "3.5"}}', '{"edu": 1}', None]})
    >>> given_scores(batch, "metadata.edu.score")["classifier_score"].to_pylist()
    [3.5, None, None]
    """
    return _as_measures(_values(batch, column))


def combined_scores(
    batch: pa.RecordBatch, weights: Mapping[str, float], combine: str
) -> pa.RecordBatch:
    """Returns `CLASSIFIER_MEASURES` with one score of several.

    A document without some of the scores has the score of those that it has; without all of them,
    none.

    Args:
        batch: N documents.
        weights: column, as in `given_scores`, → what it weighs in a mean.
        combine: `max`, `min` or `mean`. A mean has six decimals.

    Raises:
        ConfigError: there is no such column, or it has no numbers.

    >>> batch = pa.record_batch({"a": [0.5, None, None], "b": [2, 3, None]})
    >>> combined_scores(batch, {"a": 1, "b": 1}, "max")["classifier_score"].to_pylist()
    [2.0, 3.0, None]
    >>> combined_scores(batch, {"a": 2, "b": 1}, "mean")["classifier_score"].to_pylist()
    [1.0, 3.0, None]
    """
    # As float32, which is what a score is: the largest of three is one of the three.
    columns = [_narrow(_values(batch, column)).astype(np.float64) for column in weights]
    scores = np.stack([np.where(np.isfinite(each), each, np.nan) for each in columns])
    missing = np.isnan(scores)
    if combine == "max":
        found = np.where(missing, -np.inf, scores).max(axis=0)
    elif combine == "min":
        found = np.where(missing, np.inf, scores).min(axis=0)
    else:
        total, weight = np.zeros((2, scores.shape[1]))
        # In the order of the columns, so that every machine adds up the same.
        for each, none, share in zip(scores, missing, weights.values(), strict=True):
            total += np.where(none, 0.0, each * share)
            weight += np.where(none, 0.0, share)
        found = np.floor(total / np.where(weight == 0, np.nan, weight) * _DECIMALS + 0.5)
        found /= _DECIMALS
    return _as_measures(found)


def _values(batch: pa.RecordBatch, column: str) -> NDArray[np.float64]:
    """Returns float64[N], the numbers of a column; NaN where there is none."""
    if column.startswith(_METADATA) and "metadata" in batch.schema.names:
        path = column.removeprefix(_METADATA).split(".")
        numbers = [_number_at(text, path) for text in batch["metadata"].to_pylist()]
        scores = pa.array(numbers, pa.float64())
    elif column in batch.schema.names:
        found = batch[column]
        if pa.types.is_string(found.type) or pa.types.is_large_string(found.type):
            scores = pa.array([_number(value) for value in found.to_pylist()], pa.float64())
        elif pa.types.is_null(found.type) or _is_number(found.type):
            scores = found.cast(pa.float64(), safe=False)
        else:
            raise ConfigError(
                f"classifier: column: {column!r} is of type {found.type}, no number; "
                "name a column of scores"
            )
    else:
        raise ConfigError(
            f"classifier: column: no document has a column {column!r}; name a measure of an "
            "earlier step, or a field of the input as metadata.FIELD"
        )
    return np.asarray(scores.fill_null(np.nan), np.float64)


def _narrow(values: NDArray[np.float64]) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):
        return values.astype(np.float32) + np.float32(0)  # -0.0 and 0.0 are one score.


def _as_measures(values: NDArray[np.float64]) -> pa.RecordBatch:
    narrow = _narrow(values)
    return pa.RecordBatch.from_arrays(
        [pa.nulls(len(values), pa.string()), pa.array(narrow, mask=~np.isfinite(narrow))],
        schema=CLASSIFIER_MEASURES,
    )


def _is_number(type_: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_decimal(type_)
    )


def _number_at(text: str | None, path: Sequence[str]) -> float | None:
    """Returns the number at a path of a JSON object, or None."""
    try:
        value: Any = orjson.loads(text) if text else None
    except ValueError:
        return None
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return _number(value)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


@dataclasses.dataclass(frozen=True)
class ScoreLimits:
    """Which scores are kept. Limits are inclusive."""

    min_score: float | None = None
    max_score: float | None = None
    min_score_by_language: Mapping[str, float] = dataclasses.field(
        default_factory=lambda: MappingProxyType({})
    )
    """Takes the place of `min_score` for these languages, and for those of their macro-language."""
    keep_missing: bool = True
    """Documents without a score stay."""


def score_failures(
    measures: pa.RecordBatch, langs: pa.Array, limits: ScoreLimits
) -> dict[str, NDArray[np.bool_]]:
    """Compares scores with limits.

    Args:
        measures: `CLASSIFIER_MEASURES` of N documents.
        langs: string[N], their languages, null where unknown.
        limits: what is kept.

    Returns:
        Reason → bool[N], true where the rule fails.

    >>> scores = pa.array([0.7, 0.1, None], pa.float32())
    >>> measures = pa.RecordBatch.from_arrays([pa.nulls(3, pa.string()), scores],
    ...                                       schema=CLASSIFIER_MEASURES)
    >>> limits = ScoreLimits(min_score=0.7, min_score_by_language={"zh": 0.1}, keep_missing=False)
    >>> failures = score_failures(measures, pa.array(["en", "zh_TW", "en"]), limits)
    >>> failures["classifier-score-missing"].tolist(), failures["classifier-score-low"].tolist()
    ([False, False, True], [False, False, False])
    """
    column = measures["classifier_score"]
    missing = column.is_null().to_numpy(zero_copy_only=False)
    scores = np.asarray(column.fill_null(0), np.float32)
    failures: dict[str, NDArray[np.bool_]] = {}
    if not limits.keep_missing:
        failures["classifier-score-missing"] = missing
    if limits.min_score is not None or limits.min_score_by_language:
        least = _least_scores(langs, limits)
        failures["classifier-score-low"] = ~missing & (scores < least)
    if limits.max_score is not None:
        failures["classifier-score-high"] = ~missing & (scores > np.float32(limits.max_score))
    return failures


def least_score(lang: str | None, limits: ScoreLimits) -> float | None:
    """Returns the least score that keeps a document in a language; None when every score does.

    >>> least_score("yue", ScoreLimits(min_score=0.5, min_score_by_language={"zh": 0.2}))
    0.2
    """
    named = None
    if lang is not None:
        named = figures_for(tuple(limits.min_score_by_language)).find(lang)
    return limits.min_score if named is None else limits.min_score_by_language[named]


def _least_scores(langs: pa.Array, limits: ScoreLimits) -> NDArray[np.float32]:
    """float32[N], the least score of each document."""
    codes = langs.dictionary_encode()
    least = [least_score(lang, limits) for lang in [*codes.dictionary.to_pylist(), None]]
    table = np.array([-np.inf if value is None else value for value in least], np.float32)
    return table[np.asarray(codes.indices.fill_null(len(table) - 1), np.int64)]
