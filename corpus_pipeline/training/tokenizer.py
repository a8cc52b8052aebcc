"""`corpus train-tokenizer` and `corpus convert-tokenizer`."""

from collections.abc import Sequence
from pathlib import Path

import orjson

from corpus_pipeline import storage
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.tokens.encode import EncodeOptions, tokenizer_from_json
from corpus_pipeline.tokens.foreign import load_definition
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


def convert_tokenizer_file(
    source: Path,
    output: Path,
    pattern: str | None,
    special_tokens: Sequence[str],
    overwrite: bool,
) -> list[str]:
    """Writes the tokenizer.json of a tokenizer of another library; returns lines about it.

    Args:
        source: of any format that `load_definition` knows.
        output: file to write.
        pattern: how a file of tiktoken cuts text; None for a published one.
        special_tokens: NAME=ID, each; none for those that the file is known to have.
        overwrite: replace a file of that name.

    Raises:
        ConfigError: the file exists, or the options do not fit the format.
        ResourceError: the source cannot be read.
    """
    refuse_existing(output, overwrite)
    named = dict(map(_name_and_id, special_tokens)) or None
    text = load_definition(source, pattern, named).encode()
    facts = tokenizer_from_json(text, EncodeOptions(eos_token=None), str(source)).facts
    storage.write_bytes(output, text)
    long = "are cut" if not facts.uncut_reason else f"stay whole, because {facts.uncut_reason}"
    return [
        f"{facts.vocab_size:,} ids, of which {len(facts.control_tokens)} are control tokens",
        f"engine: {facts.engine_reason}",
        f"long documents {long}",
    ]


def _name_and_id(token: str) -> tuple[str, int]:
    """Reads `<|endoftext|>=100257`.

    >>> _name_and_id("<a=b>=7")
    ('<a=b>', 7)
    """
    name, _, number = token.rpartition("=")
    if not name or not number.isdecimal():
        raise ConfigError(
            f"--special-token {token!r}: is no name with its id; write it as '<|endoftext|>=100257'"
        )
    return name, int(number)
