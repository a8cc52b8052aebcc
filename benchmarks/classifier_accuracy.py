"""How well classifiers tell good documents from bad ones, beside the quality score by rules.

    python benchmarks/classifier_accuracy.py --labelled pages.jsonl.zst
        [--sets good=laws.parquet bad=manual.jsonl.zst] [--split-characters] [--folds 5]

Labelled pages are JSONL, zstd or not, with `text` and 0 or 1 in `label` or `meta.label`: each fold
is left out of training once, 20 times over with other folds. `--sets` names files of two sets (as
labels=files), which are trained on and evaluated on the tenth that training keeps back.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from quality_accuracy import read

from corpus_pipeline.filters.classifier.evaluation import auc
from corpus_pipeline.filters.classifier.measure import (
    label_values,
    measure_classifier,
    written_for_model,
)
from corpus_pipeline.filters.classifier.score import TextForm
from corpus_pipeline.filters.classifier.training import ClassifierTraining, train_classifier
from corpus_pipeline.filters.quality import measure_quality

SEEDS = 5


def scores_by_training(
    texts: pa.Array, good: NDArray[np.bool_], held: NDArray[np.bool_], options: ClassifierTraining
) -> NDArray[np.float32]:
    """Trains on the documents that are not held out; returns the scores of those that are."""
    sets = {
        name: [texts.filter(pa.array(~held & mine))] for name, mine in (("good", good), ("bad", ~good))
    }
    model = train_classifier(sets, options).model
    measured = measure_classifier(
        texts.filter(pa.array(held)), model, options.text, label_values(model, "good")
    )
    return np.asarray(measured["classifier_score"].fill_null(0))


def cross_validate(texts: pa.Array, good: NDArray[np.bool_], options: ClassifierTraining, folds: int, label: str) -> None:
    """Prints mean and spread of the AUC over documents that training has not seen."""
    found = []
    for seed in range(SEEDS):
        fold = np.random.default_rng(seed).permutation(len(texts)) % folds
        scores = np.zeros(len(texts), np.float32)
        for number in range(folds):
            scores[fold == number] = scores_by_training(texts, good, fold == number, options)
        found.append(auc(scores[good], scores[~good]))
    print(f"{label:<60} AUC {np.mean(found):.3f} ± {np.std(found):.3f}")
