"""Texts of datasets and raw files as a stream, for the commands that train on them."""

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline import storage
from corpus_pipeline.errors import ConfigError, InputError
from corpus_pipeline.filters.perplexity.training import LmTraining, train_language_model
from corpus_pipeline.pipelines.finished import RUN_FILE
from corpus_pipeline.sources.pieces import ForeignFileError, Piece, detect_format
from corpus_pipeline.sources.reading import ReadOptions, read_piece
from corpus_pipeline.sources.records import NOT_EXTRACTED
from corpus_pipeline.text.languages import figures_for, require_language
from corpus_pipeline.tokens.train import train_tokenizer

#: Normaliser profile by language; all other languages separate words by spaces.
_CHARACTER_LANGUAGES = ("zh", "ja", "th", "lo", "km", "my")


@dataclasses.dataclass
class Texts:
    """Documents of datasets and raw files, read once; knows afterwards what was no document.

    Args:
        sources: dataset folders, or paths, URLs and globs of raw files that hold text.
        text_field: key or column of the text in raw files.
    """

    sources: Sequence[str]
    text_field: str
    documents: int = 0
    skipped: Counter[str] = dataclasses.field(default_factory=Counter)
    """Reason -> records."""

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yields batches of documents with their `id`, `text` and `metadata`, in order of path.

        Raises:
            InputError: a source has no text; names the fields that its records have instead.
        """
        for source in self.sources:
            before, fields = self.documents, ""
            earlier = self.skipped.copy()
            for batch in self._of(source):
                texts = pc.fill_null(pc.greater(pc.binary_length(batch["text"]), 0), False)
                kept = batch.filter(texts)
                self.documents += kept.num_rows
                lost = batch.filter(pc.invert(texts))
                self.skipped.update(_reasons(lost))
                fields = fields or _fields(lost)
                if kept.num_rows:
                    yield kept
            if self.documents == before:
                raise InputError(_nothing(source, self.skipped - earlier, fields))

    def _of(self, source: str) -> Iterator[pa.RecordBatch]:
        dataset = "*" not in source and storage.exists(storage.place(source) / RUN_FILE)
        pattern = str(storage.place(source) / "documents") if dataset else source
        options = ReadOptions(text_field="text" if dataset else self.text_field)
        for file in storage.list_inputs(pattern):
            with storage.open_input(file.path) as stream:
                try:
                    format_, compression = detect_format(file.path, stream.read(1 << 16))
                except ForeignFileError:
                    if storage.is_named(pattern, file):
                        raise
                    self.skipped["a file that no reader reads"] += 1
                    continue
                stream.seek(0)
                piece = Piece(file.path, format_, compression, 0, None)
                yield from read_piece(stream, piece, options, lambda name, times: None)

    def __str__(self) -> str:
        """Says what was read: `1,234 documents; 5 records skipped: read-null-text 5`."""
        said = f"{self.documents:,} document{'s' * (self.documents != 1)}"
        if not self.skipped:
            return said
        return f"{said}; {self.skipped.total():,} records skipped: {_listed(self.skipped)}"


def _nothing(source: str, skipped: Counter[str], fields: str) -> str:
    what = f"of {skipped.total()} records none has text" if skipped else "is empty"
    reasons = f" ({_listed(skipped)})" if skipped else ""
    seen = f"; they have the fields: {fields}" if fields else ""
    return (
        f"{source}: {what}{reasons}{seen}; name the key or column that holds the documents: "
        "--text-field"
    )


def _listed(skipped: Counter[str]) -> str:
    return ", ".join(f"{reason} {times}" for reason, times in skipped.most_common())


def _reasons(lost: pa.RecordBatch) -> Counter[str]:
    """Counts why rows are no texts to train on."""
    found = pc.if_else(lost["raw"].is_valid(), NOT_EXTRACTED, "empty text")
    return Counter(pc.coalesce(lost["drop_reason"], found).to_pylist())


def _fields(lost: pa.RecordBatch) -> str:
    """Names the fields of the first row that tells any."""
    for metadata in lost["metadata"].drop_null().to_pylist():
        known = orjson.loads(metadata)
        if named := known.get("fields") or ", ".join(name for name in known if name != "excerpt"):
            return str(named)
    return ""


def refuse_existing(path: Path, overwrite: bool) -> None:
    """Refuses to write a model over another one without leave.

    Raises:
        ConfigError: the file exists.
    """
    if path.exists() and not overwrite:
        raise ConfigError(f"{path}: exists; name another one, or --overwrite to replace it")


def train_tokenizer_file(
    source: str, output: Path, vocab_size: int, text_field: str, overwrite: bool
) -> str:
    """Trains a byte-level BPE and writes its tokenizer.json; returns what is to be said of it.

    Raises:
        ConfigError: the file exists, or the size has no room.
        InputError: there is no text.
    """
    refuse_existing(output, overwrite)
    texts = Texts([source], text_field)
    trained = train_tokenizer((batch["text"] for batch in texts.batches()), vocab_size=vocab_size)
    storage.write_bytes(output, trained.encode())
    size = len(orjson.loads(trained)["model"]["vocab"])
    fewer = "" if size == vocab_size else f" of the {vocab_size:,} asked for: the text has no more"
    return f"{size:,} tokens{fewer}, from {texts}"


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
