"""`corpus train-tokenizer`: a byte-level BPE from datasets and raw files."""

from pathlib import Path

import orjson

from corpus_pipeline import storage
from corpus_pipeline.tokens.train import train_tokenizer
from corpus_pipeline.training.texts import Texts, refuse_existing


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
