"""Texts of datasets and raw files as a stream, for the commands that train on them."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpus_pipeline import storage
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.train_lm import LmTraining, train_language_model
from corpus_pipeline.pipelines.finished import RUN_FILE
from corpus_pipeline.sources.pieces import Piece, detect_format
from corpus_pipeline.sources.reading import ReadOptions, read_piece
from corpus_pipeline.text.languages import figures_for, require_language
from corpus_pipeline.tokens.train import train_tokenizer

#: Normaliser profile by language; all other languages separate words by spaces.
_CHARACTER_LANGUAGES = ("zh", "ja", "th", "lo", "km", "my")


def read_texts(sources: Iterable[str], text_field: str) -> Iterator[pa.RecordBatch]:
    """Yields batches of readable documents with their `id` and `text`, files in order of path.

    Args:
        sources: dataset folders, or paths, URLs and globs of raw files that hold text.
        text_field: key or column of the text in raw files.
    """
    for source in sources:
        dataset = "*" not in source and storage.exists(storage.place(source) / RUN_FILE)
        pattern = str(storage.place(source) / "documents") if dataset else source
        options = ReadOptions(text_field="text" if dataset else text_field)
        for file in storage.list_inputs(pattern):
            with storage.open_input(file.path) as stream:
                format_, compression = detect_format(file.path, stream.read(1 << 16))
                stream.seek(0)
                piece = Piece(file.path, format_, compression, 0, None)
                for batch in read_piece(stream, piece, options, lambda name, times: None):
                    yield batch.filter(batch["text"].is_valid())


def train_tokenizer_file(source: str, output: Path, vocab_size: int, text_field: str) -> None:
    """Trains a byte-level BPE and writes its tokenizer.json."""
    texts = (batch["text"] for batch in read_texts([source], text_field))
    storage.write_bytes(output, train_tokenizer(texts, vocab_size=vocab_size).encode())


def train_language_model_file(
    sources: list[str],
    output: Path,
    text_field: str,
    tools: Path | None,
    *,
    language: str,
    normaliser: str | None,
    prune: str,
    **settings: Any,
) -> Path:
    """Trains a KenLM model; returns the path of its binary.

    Args:
        sources: dataset folders or raw files.
        output: folder of the model.
        text_field: key or column of the text in raw files.
        tools: folder of lmplz and build_binary; None searches PATH.
        language: code of the texts' language.
        normaliser: profile; None takes the one that suits the language.
        prune: one number for each order, with commas.
        settings: further fields of `LmTraining`.

    Raises:
        ConfigError: a setting breaks a rule of `LmTraining`.
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
    documents = (
        (identity or "", text)
        for batch in read_texts(sources, text_field)
        for identity, text in zip(batch["id"].to_pylist(), batch["text"].to_pylist(), strict=True)
    )
    train_language_model(documents, output, training, tools)
    return output / f"{training.name}.klm"
