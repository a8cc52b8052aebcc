"""`corpus train-lm`: a KenLM model from datasets and raw files."""

from pathlib import Path
from typing import Any

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.text.languages import figures_for, require_language
from corpus_pipeline.training.kenlm import LmTraining, train_language_model
from corpus_pipeline.training.texts import Texts, refuse_existing

#: Normaliser profile by language; all other languages separate words by spaces.
_CHARACTER_LANGUAGES = ("zh", "ja", "th", "lo", "km", "my")


def train_language_model_file(
    sources: list[str],
    output: Path,
    text_field: str,
    tools: Path | None,
    *,
    language: str,
    normaliser: str | None,
    prune: str,
    overwrite: bool,
    **settings: Any,
) -> tuple[Path, str]:
    """Trains a KenLM model; returns the path of its binary, and what it was trained on.

    Args:
        sources: dataset folders or raw files.
        output: folder of the model.
        text_field: key or column of the text in raw files.
        tools: folder of lmplz and build_binary; None searches PATH.
        language: code of the texts' language.
        normaliser: profile; None takes the one that suits the language.
        prune: one number for each order, with commas.
        overwrite: replace a model of the same name.
        settings: further fields of `LmTraining`.

    Raises:
        ConfigError: a setting breaks a rule of `LmTraining`, or the model exists.
        InputError: a source has no text.
    """
    try:
        require_language(language)
        written = figures_for(_CHARACTER_LANGUAGES).find(language, by_writing=True)
        by_language = "words-v1" if written is None else "characters-v1"
        training = LmTraining(
            language=language,
            normaliser=normaliser or by_language,
            training=f"trained by corpus train-lm on {', '.join(sources)}",
            prune=tuple(int(number) for number in prune.split(",")),
            **settings,
        )
    except ValueError as error:
        raise ConfigError(f"train-lm: {error}") from error
    binary = output / f"{training.name}.klm"
    refuse_existing(binary, overwrite)
    texts = Texts(sources, text_field)
    documents = (
        (identity or "", text)
        for batch in texts.batches()
        for identity, text in zip(batch["id"].to_pylist(), batch["text"].to_pylist(), strict=True)
    )
    train_language_model(documents, output, training, tools)
    return binary, str(texts)
