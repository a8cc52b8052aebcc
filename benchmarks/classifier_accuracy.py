"""How well classifiers tell documents apart, beside the quality score by rules.

    python benchmarks/classifier_accuracy.py --labelled pages.jsonl.zst [--cross-validate]
    python benchmarks/classifier_accuracy.py --sets laws=laws.parquet manual=manual.jsonl.zst
        [--lang zh] [--chars 100]

Inputs are JSONL, zstd or not, or Parquet, with `id`, `text` and `lang`; labelled pages have 0 or 1
in `label` or `meta.label`. Of labelled pages every fifth by the hash of its id is kept out of
training; --cross-validate keeps out each fifth once, five times over. Of --sets training keeps a
tenth back by content hash; each is tried as it is and with every character apart. --chars takes so
many characters from the middle of each document, so that headings do not give it away.
"""

import argparse
import dataclasses
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from quality_accuracy import read

from corpus_pipeline.filters.classifier.evaluation import auc
from corpus_pipeline.filters.classifier.measure import label_values, measure_classifier
from corpus_pipeline.filters.classifier.score import TextForm
from corpus_pipeline.filters.classifier.training import ClassifierTraining, train_classifier
from corpus_pipeline.filters.quality.measures import measure_quality
from corpus_pipeline.filters.quality.training import is_held_out

FOLDS = 5
REPEATS = 5
#: As small as labelled pages are few, and in lower case.
OPTIONS = ClassifierTraining(text=TextForm(lowercase=True), buckets=1 << 18, held_out_percent=5)


def scores_of(
    texts: pa.Array, good: NDArray[np.bool_], held: NDArray[np.bool_], options: ClassifierTraining
) -> NDArray[np.float32]:
    """Trains on the pages that are not held out; returns the scores of those that are."""
    sets = {
        "good": [texts.filter(pa.array(~held & good))],
        "bad": [texts.filter(pa.array(~held & ~good))],
    }
    model = train_classifier(sets, options).model
    measures = measure_classifier(
        texts.filter(pa.array(held)), model, options.text, label_values(model, "good")
    )
    return np.asarray(measures["classifier_score"].fill_null(0))


def labelled(path: Path, cross_validate: bool) -> None:
    """Prints the AUC of classifiers on labelled pages."""
    rows = read(path)
    good = np.array([row.get("label", (row.get("meta") or {}).get("label")) == 1 for row in rows])
    held = np.array([is_held_out(row["id"]) for row in rows])
    texts = pa.array([row["text"] for row in rows], pa.string())
    measures = measure_quality(texts, pa.array([row["lang"] for row in rows]), prose=True)
    rules = np.asarray(measures["quality_score"].fill_null(0), np.float64)
    print(f"{good.sum()} good and {(~good).sum()} bad pages, {held.sum()} of them held out")
    print(f"score by rules, held out: AUC {auc(rules[held & good], rules[held & ~good]):.3f}")
    print(f"score by rules, all: AUC {auc(rules[good], rules[~good]):.3f}")
    for ngrams in (1, 2):
        options = dataclasses.replace(OPTIONS, word_ngrams=ngrams)
        scores = scores_of(texts, good, held, options)
        value = auc(scores[good[held]], scores[~good[held]])
        print(f"word_ngrams {ngrams}, held out: AUC {value:.3f}", flush=True)
        found = []
        for seed in range(REPEATS if cross_validate else 0):
            fold = np.random.default_rng(seed).permutation(len(texts)) % FOLDS
            whole = np.zeros(len(texts), np.float32)
            for number in range(FOLDS):
                whole[fold == number] = scores_of(texts, good, fold == number, options)
            found.append(auc(whole[good], whole[~good]))
        if found:
            print(
                f"word_ngrams {ngrams}, cross-validated: AUC {np.mean(found):.3f} "
                f"± {np.std(found):.3f}",
                flush=True,
            )


def by_sets(named: dict[str, Path], lang: str | None, chars: int | None) -> None:
    """Prints what the card of a model of these sets says."""
    sets = {}
    for label, path in named.items():
        rows = [row for row in read(path) if lang is None or row["lang"] == lang]
        texts = [row["text"] for row in rows]
        if chars is not None:
            texts = [text[len(text) // 2 :][:chars] for text in texts]
        sets[label] = [pa.array(texts, pa.string())]
    for split in (False, True):
        form = TextForm(lowercase=True, split_characters=split)
        trained = train_classifier(sets, ClassifierTraining(text=form, buckets=1 << 18))
        held = trained.held_out
        print(f"split_characters {split}: accuracy {held['accuracy']:.3f}")
        for label, counts in trained.sets.items():
            own = held["labels"][label]
            print(
                f"  {label}: {counts['trained']} + {counts['held_out']} documents, "
                f"AUC {own['auc']:.3f}, precision {own['precision']:.3f}, "
                f"recall {own['recall']:.3f}",
                flush=True,
            )


def main() -> None:
    """Reads the arguments and measures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--labelled", type=Path)
    parser.add_argument("--cross-validate", action="store_true")
    parser.add_argument("--sets", nargs="+", default=[], metavar="LABEL=PATH")
    parser.add_argument("--lang")
    parser.add_argument("--chars", type=int)
    arguments = parser.parse_args()
    if arguments.labelled:
        labelled(arguments.labelled, arguments.cross_validate)
    if arguments.sets:
        named = dict(each.split("=", 1) for each in arguments.sets)
        by_sets(
            {label: Path(path) for label, path in named.items()},
            arguments.lang,
            arguments.chars,
        )


if __name__ == "__main__":
    main()
