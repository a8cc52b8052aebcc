"""How well a classifier tells sets of documents apart."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.filters.classifier.measure import label_values, measure_classifier
from corpus_pipeline.filters.fasttext.model import Model

PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)


def auc(good: NDArray[np.floating[Any]], bad: NDArray[np.floating[Any]]) -> float:
    """Returns the chance that one of `good` is greater than one of `bad`; equal ones count half.

    >>> auc(np.array([0.9, 0.5]), np.array([0.5, 0.1]))
    0.875
    """
    ordered = np.sort(bad)
    less = int(np.searchsorted(ordered, good, "left").sum())
    not_more = int(np.searchsorted(ordered, good, "right").sum())
    return (less + not_more) / (2 * len(good) * len(bad))


def evaluate(model: Model, sets: Mapping[str, pa.Array]) -> dict[str, Any]:
    """Scores documents whose label is known.

    Args:
        model: with these labels.
        sets: label → texts as the model sees them, at least one with a word for each label.

    Returns:
        `accuracy`, and by label `documents`, `precision`, `recall` (of the likeliest label), `auc`
        of the label's probability against all other documents, and its percentiles among the
        documents with the label (`own`) and the others.
    """
    texts = pa.concat_arrays(list(sets.values()))
    truth = np.repeat(list(sets), [len(each) for each in sets.values()])
    best = np.array(measure_classifier(texts, model)["classifier_label"].to_pylist(), object)
    labels = {}
    for label in sets:
        values = label_values(model, label)
        measured = measure_classifier(texts, model, values=values)["classifier_score"]
        scores = np.asarray(measured.fill_null(0), np.float32)
        own, chosen = truth == label, best == label
        right = int((own & chosen).sum())
        labels[label] = {
            "documents": int(own.sum()),
            "precision": round(right / max(1, int(chosen.sum())), 4),
            "recall": round(right / int(own.sum()), 4),
            "auc": round(auc(scores[own], scores[~own]), 4),
            "own": _percentiles(scores[own]),
            "others": _percentiles(scores[~own]),
        }
    return {"accuracy": round(float((truth == best).mean()), 4), "labels": labels}


def _percentiles(scores: NDArray[np.float32]) -> dict[str, float]:
    values = np.percentile(scores, PERCENTILES, method="inverted_cdf")
    return {str(p): float(str(value)) for p, value in zip(PERCENTILES, values, strict=True)}
