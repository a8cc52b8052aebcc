"""Trains a classifier on datasets and raw files, and says in a few lines what came of it."""

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpus_pipeline import storage
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.classifier.card import card_path, write_card
from corpus_pipeline.filters.classifier.score import TextForm
from corpus_pipeline.filters.classifier.training import (
    ClassifierTraining,
    TrainedClassifier,
    train_classifier,
    write_model,
)
from corpus_pipeline.training.texts import Texts, refuse_existing

_FORM = {field.name for field in dataclasses.fields(TextForm)}


def train_classifier_file(
    named: Sequence[str], output: Path, text_field: str, overwrite: bool, **settings: Any
) -> list[str]:
    """Trains a model and writes it with its card; returns lines that say what came of it.

    Args:
        named: `LABEL=INPUT`, dataset folders or raw files; a label may be given several times.
        output: the model, ending in `.bin`; the card ends in `.json`.
        text_field: key or column of the text in raw files.
        overwrite: replace a model of that name.
        settings: fields of `ClassifierTraining` and `TextForm`.

    Raises:
        ConfigError: a setting breaks a rule, or the model exists.
        InputError: a set has no text, or nothing can be learnt from it.
    """
    sources: dict[str, list[str]] = {}
    for each in named:
        label, equals, source = each.partition("=")
        if not (label and equals and source):
            raise ConfigError(
                f"train-classifier: {each!r} is no LABEL=INPUT; write for example good=clean/"
            )
        sources.setdefault(label, []).append(source)
    if output.suffix != ".bin":
        raise ConfigError(f"train-classifier: {output}: a fastText model is named ….bin")
    texts = {label: Texts(given, text_field) for label, given in sources.items()}
    try:
        form = TextForm(**{name: settings.pop(name) for name in _FORM & settings.keys()})
        options = ClassifierTraining(
            text=form,
            training=f"trained by corpus train-classifier on {', '.join(named)}",
            **settings,
        )
        refuse_existing(output, overwrite)
        trained = train_classifier(
            {label: _columns(each) for label, each in texts.items()}, options
        )
    except ValueError as error:
        raise ConfigError(f"train-classifier: {error}") from error
    with storage.writing(output) as file:
        write_model(trained, file.sink)
        written = file.commit()
    card = trained.card(written.sha256)
    storage.write_bytes(card_path(output), write_card(card).encode())
    return [*_lines(trained, texts), f"accuracy {trained.held_out['accuracy']}, held out"]


def _columns(texts: Texts) -> Iterator[pa.Array]:
    return (batch["text"] for batch in texts.batches())


def _lines(trained: TrainedClassifier, texts: dict[str, Texts]) -> Iterator[str]:
    """Says of each set what was left out, and how well it is told apart."""
    for label, counts in trained.sets.items():
        held = trained.held_out["labels"][label]
        left_out = counts["repeated"] + counts["without_text"]
        yield (
            f"{label}: {texts[label]}; {left_out:,} repeated or blank, "
            f"{counts['in_several_sets']:,} also in another set; {counts['trained']:,} trained on, "
            f"{counts['held_out']:,} held out: AUC {held['auc']}, precision {held['precision']}, "
            f"recall {held['recall']}"
        )
