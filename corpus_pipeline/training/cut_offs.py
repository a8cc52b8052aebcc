"""`corpus calibrate`: cut-offs of the language model from labelled texts."""

from pathlib import Path

import orjson

from corpus_pipeline import storage
from corpus_pipeline.errors import InputError
from corpus_pipeline.filters.language.cutoffs import (
    LEAST_TEXTS,
    WRONG_KEPT,
    learn_cut_offs,
    write_cut_offs,
)
from corpus_pipeline.filters.language.measures import load_language_identifier, measure_language
from corpus_pipeline.filters.language.step import Language
from corpus_pipeline.planning.model_probe import probe_model
from corpus_pipeline.planning.resources import digest_of
from corpus_pipeline.text.languages import require_language, same_language
from corpus_pipeline.training.texts import Texts, refuse_existing


def calibrate_file(
    source: str,
    output: Path,
    label_field: str,
    text_field: str,
    model: str | None,
    chars: int,
    overwrite: bool = False,
) -> str:
    """Learns cut-offs and writes them; returns a line that says what was found.

    Args:
        source: path, URL or glob of raw files.
        output: YAML, a part of a configuration.
        label_field: key of the text's language, any name of it.
        text_field: key or column of the text.
        model: path of a fastText model; None for lid.176.ftz.
        chars: characters of each text that are looked at.
        overwrite: replace `output`.

    Raises:
        ConfigError: `output` exists.
        InputError: there is no text, a text has no language, a name is none, or no label has texts
            enough.
    """
    refuse_existing(output, overwrite)
    if model is not None:
        probe_model(Language, model, digest_of(model, "--model"))
    texts = Texts([source], text_field)
    identifier = load_language_identifier(model)
    truths: list[str] = []
    labels: list[str | None] = []
    scores: list[float] = []
    for batch in texts.batches():
        for identity, metadata in zip(
            batch["id"].to_pylist(), batch["metadata"].to_pylist(), strict=True
        ):
            truths.append(_label(metadata, label_field, f"{source}: {identity or len(truths) + 1}"))
        measures = measure_language(batch["text"], identifier, chars)
        labels += measures["lang"].to_pylist()
        scores += [score or 0.0 for score in measures["lang_score"].to_pylist()]
    cut_offs = learn_cut_offs(truths, labels, scores)
    if not cut_offs:
        raise InputError(
            f"{source}: no label of the model has {LEAST_TEXTS} texts that are rightly its own; "
            "give more texts of each language"
        )
    name = "lid.176.ftz" if model is None else Path(model).name
    origin = (
        f"Least confidence by language for {name} (sha256 {identifier.sha256}),",
        f"learnt by corpus calibrate from {len(truths)} texts of {len(set(truths))} languages, "
        f"{chars} characters of each:",
        f"the fewest mistakes, a wrong text kept counting {WRONG_KEPT} and a right one lost 1.",
    )
    storage.write_bytes(output, write_cut_offs(cut_offs, origin).encode())
    right = sum(
        same_language(truth, label)
        for truth, label in zip(truths, labels, strict=True)
        if label is not None
    )
    return (
        f"{output}: cut-offs of {len(cut_offs)} languages; the model labels {right} of "
        f"{len(truths)} texts rightly; put the section into the configuration (from {texts})"
    )


def _label(metadata: str | None, field: str, where: str) -> str:
    """Returns the language of one text."""
    found = (orjson.loads(metadata) if metadata else {}).get(field)
    if not isinstance(found, str):
        raise InputError(f"{where}: has no language under {field!r}; name the key: --label-field")
    try:
        return require_language(found)
    except ValueError as error:
        raise InputError(f"{where}: {error}") from error
