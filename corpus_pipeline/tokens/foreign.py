"""Tokenizers in the formats of other libraries, as the text of a tokenizer.json."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corpus_pipeline.errors import ConfigError, ResourceError
from corpus_pipeline.text.sentencepiece import is_sentencepiece
from corpus_pipeline.tokens.sentencepiece_files import from_sentencepiece
from corpus_pipeline.tokens.tiktoken_files import from_gpt2, from_tiktoken, is_tiktoken

_FIRST_ID = re.compile(rb'\s*\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\d+\s*[,}]')

#: Names of the two files of GPT-2 and its like, which lie beside each other: vocabulary and merges.
_PAIRS = (("encoder.json", "vocab.bpe"), ("vocab.json", "merges.txt"))


def kind_of(data: bytes) -> str | None:
    """Names the format of a file that is no tokenizer.json; None for one that may be, or unknown.

    >>> kind_of(b"IQ== 0\\n"), kind_of(b"#version: 0.2\\n"), kind_of(b'{"model": {}}')
    ('tiktoken', 'gpt2', None)
    """
    if is_tiktoken(data):
        return "tiktoken"
    if is_sentencepiece(data):
        return "sentencepiece"
    if data.startswith(b"#version"):
        return "gpt2"
    return "gpt2" if _is_vocabulary(data) else None


def load_definition(
    path: str | Path,
    pattern: str | None = None,
    special_tokens: Mapping[str, int] | None = None,
) -> str:
    """Reads a tokenizer of any known format and returns the text of its tokenizer.json.

    Known are tokenizer.json itself, tiktoken's ranks (`*.tiktoken`), pairs of files like GPT-2's
    (either of them is named, the other lies beside it), and SentencePiece's models.

    Args:
        path: the file, or a folder with such a pair.
        pattern: of a file of tiktoken, or a pair: a name of `patterns.PATTERN_NAMES`, or an
            expression; None for the published files, which are known by their digests.
        special_tokens: of the same: name -> id; None for those of the published file.

    Raises:
        ResourceError: the file cannot be read, is damaged or of none of these formats.
        ConfigError: the format asks for a pattern, or cannot be said as a tokenizer.json; or a
            pattern or special tokens are given to a format that has its own.
    """
    path = Path(path)
    if path.is_dir():
        path = next((path / merges for _, merges in _PAIRS if (path / merges).exists()), path)
    data = _bytes(path)
    kind = kind_of(data)
    if kind not in ("tiktoken", "gpt2") and (pattern is not None or special_tokens is not None):
        raise ConfigError(
            f"{path}: says itself how text is cut and which tokens are special; leave pattern and "
            "special tokens out"
        )
    if kind == "tiktoken":
        return from_tiktoken(data, str(path), pattern, special_tokens)
    if kind == "sentencepiece":
        return from_sentencepiece(data, str(path))
    if kind == "gpt2":
        merges, vocab = _pair(path, data)
        return from_gpt2(merges, vocab, str(path), pattern, special_tokens)
    try:
        content: Any = json.loads(data)
        known = isinstance(content, dict) and "model" in content
    except ValueError:
        known = False
    if not known:
        raise ResourceError(
            f"{path}: is no tokenizer.json, file of tiktoken, vocabulary of GPT-2 or model of "
            "SentencePiece; name one of these"
        )
    return data.decode()


def _pair(path: Path, data: bytes) -> tuple[bytes, bytes]:
    """Returns merges and vocabulary, of which `path` is one."""
    for vocab, merges in _PAIRS:
        other = path.with_name(merges if path.suffix == ".json" else vocab)
        if other.exists():
            found = _bytes(other)
            return (found, data) if path.suffix == ".json" else (data, found)
    wanted = [names[path.suffix == ".json"] for names in _PAIRS]
    raise ResourceError(f"{path}: is one of two files; put {' or '.join(wanted)} beside it")


def _is_vocabulary(data: bytes) -> bool:
    """Whether it is an object of tokens and ids, by the first of them.

    >>> _is_vocabulary(b'{"model": 19849, "!": 0}'), _is_vocabulary(b'{"version": "1.0"}')
    (True, False)
    """
    return _FIRST_ID.match(data) is not None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ResourceError(
            f"tokenizer {path} cannot be read ({error.strerror}); give the path of a file"
        ) from error
