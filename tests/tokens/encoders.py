"""Tokenizers for the tests of encoding, and the slow twin of both engines."""

import json
from typing import Any

import pyarrow as pa
from tokenizers import Tokenizer, pre_tokenizers

from corpus_pipeline.tokens.encode import (
    EncodeOptions,
    TokenEncoder,
    tokenizer_from_json,
)
from corpus_pipeline.tokens.train import train_tokenizer

ENGINES = ("gigatoken", "tokenizers")
EOS = "<|endoftext|>"

TRAINING = [
    "the lower the lowest, the newer the newest 2024 12345 end of text endoftext",
    "中华人民共和国的法律，中华人民共和国的条例。第十二条",
    "def f(x):\n    return x + 1\n",
    "emoji 👍🏽 and é < | >",
] * 5


def definition(
    vocab_size: int = 400, specials: tuple[str, ...] = (EOS, "<|user|>")
) -> dict[str, Any]:
    text = train_tokenizer([pa.array(TRAINING)], vocab_size=vocab_size, special_tokens=specials)
    result: dict[str, Any] = json.loads(text)
    return result


def shows_words(pattern: str) -> dict[str, Any]:
    """A tokenizer in which every pair that begins with `a` or ends with `b` is one token.

    So its ids show where a text was split into words.
    """
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    pairs = [("a", x) for x in letters if x != "a"] + [(x, "b") for x in letters if x not in "ab"]
    names = [EOS, *letters, *dict.fromkeys("".join(pair) for pair in pairs)]
    content = definition()
    content["model"]["vocab"] = {name: k for k, name in enumerate(names)}
    content["model"]["merges"] = [list(pair) for pair in pairs]
    content["added_tokens"] = content["added_tokens"][:1]
    content["pre_tokenizer"]["pretokenizers"][0]["pattern"] = {"Regex": pattern}
    return content


DEFINITION = definition()


def encoder(content: dict[str, Any] = DEFINITION, **options: Any) -> TokenEncoder:
    return tokenizer_from_json(json.dumps(content).encode(), EncodeOptions(**options))


BOTH = {engine: encoder(engine=engine) for engine in ENGINES}


def documents(found: TokenEncoder, texts: list[str | None]) -> list[list[int]]:
    offsets, ids = found.encode(pa.array(texts, pa.string()))
    return [ids[offsets[i] : offsets[i + 1]].tolist() for i in range(len(texts))]


def twin(texts: list[str | None], content: dict[str, Any] = DEFINITION) -> list[list[int]]:
    """One call of `tokenizers` for each document, with its own switch for special tokens."""
    tokenizer = Tokenizer.from_str(json.dumps(content))
    tokenizer.encode_special_tokens = True
    return [
        [] if t is None else [*tokenizer.encode(t, add_special_tokens=False).ids, 0] for t in texts
    ]
