r"""Models of SentencePiece, BPE and unigram, as the text of a tokenizer.json.

What a model does with a text becomes steps of a tokenizer.json:

    "  Ａ  b"  ─ table ─►  "  A  b"  ─ single blanks ─►  "A b"  ─ blank before, ▁ ─►  "▁A▁b"
               ─ before each run of ▁ ─►  "▁A" "▁b"  ─ pieces ─►  ids

The last cut is made where no piece has a ▁ behind another character; then none can cross it.
SentencePiece merges, of all neighbours that make a piece, those whose piece has the best score; so
for each piece all pairs are listed that make it.
"""

import base64
import json
from typing import Any

from tokenizers import Tokenizer

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.text.sentencepiece import (
    BPE,
    CONTROL,
    NORMAL,
    UNIGRAM,
    UNKNOWN,
    UNUSED,
    USER,
    Model,
    read_sentencepiece,
)

_BLANK = "▁"


def from_sentencepiece(data: bytes, name: str) -> str:
    """Returns the text of a tokenizer.json that gives the ids of SentencePiece.

    Control pieces become special tokens; no text turns into them.

    Args:
        data: the file.
        name: the file's name, for messages.

    Raises:
        ResourceError: the file is no model, or damaged.
        ConfigError: a tokenizer.json cannot say what the model does: other kinds of models, blanks
            behind words, pieces of the user's beside a blank before the text, or with a blank.
    """
    model = read_sentencepiece(data, name)
    if problem := _unsayable(model):
        raise ConfigError(f"{name}: {problem}; a tokenizer.json cannot say that, take another one")
    kinds = {CONTROL: True, UNKNOWN: True, UNUSED: True, USER: False}
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip"), False)
    added = [
        {"id": id_, "content": piece.text, **flags, "normalized": not kinds[piece.kind],
         "special": kinds[piece.kind]}
        for id_, piece in enumerate(model.pieces)
        if piece.kind in kinds
    ]  # fmt: skip
    content = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": {"type": "Sequence", "normalizers": _normalizers(model)},
        "pre_tokenizer": _pre_tokenizer(model),
        "post_processor": None,
        "decoder": _decoder(model),
        "model": _bpe(model) if model.kind == BPE else _unigram(model),
    }
    return json.dumps(content, ensure_ascii=False)


def _unsayable(model: Model) -> str:
    """Names what no tokenizer.json can say; empty when there is nothing."""
    if model.kind not in (UNIGRAM, BPE):
        return "its pieces are words or characters, not BPE or unigram"
    if model.suffixes:
        return "its blanks stand behind words"
    if not model.escapes:
        return "its blanks are not written as ▁"
    kinds = [piece.kind for piece in model.pieces]
    if kinds.count(UNKNOWN) != 1:
        return f"it has {kinds.count(UNKNOWN)} pieces for the unknown"
    if model.kind == BPE and UNUSED in kinds:
        return "it has unused pieces, which BPE takes apart again"
    users = [piece.text for piece in model.pieces if piece.kind == USER]
    if model.prefix and users:
        return f"it has pieces of the user's ({users[0]!r}), and puts a blank before the text"
    if changed := [text for text in users if " " in text or _normalised(model, text) != text]:
        return f"it has a piece of the user's that its normaliser changes ({changed[0]!r})"
    return ""


def _normalised(model: Model, text: str) -> str:
    """What the steps of the tokenizer.json make of a text."""
    steps = {"type": "Sequence", "normalizers": _normalizers(model)}
    nothing = {"type": "BPE", "vocab": {}, "merges": []}
    tokenizer = Tokenizer.from_str(json.dumps({"normalizer": steps, "model": nothing}))
    return str(tokenizer.normalizer.normalize_str(text))


def _normalizers(model: Model) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    if model.table:
        table = base64.b64encode(model.table).decode()
        steps.append({"type": "Precompiled", "precompiled_charsmap": table})
    if model.single:
        steps += [_replace({"Regex": r"\A +"}, ""), _replace({"Regex": " {2,}"}, " ")]
    if model.prefix:
        steps.append({"type": "Prepend", "prepend": _BLANK})
    steps.append(_replace({"String": " "}, _BLANK))
    if model.single:
        steps.append(_replace({"Regex": rf"{_BLANK}+\z"}, ""))
    return steps


def _replace(pattern: dict[str, str], content: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": pattern, "content": content}


def _pre_tokenizer(model: Model) -> dict[str, Any] | None:
    texts = [piece.text for piece in model.pieces if piece.kind in (NORMAL, USER)]
    if _BLANK not in texts or any(_BLANK in text.lstrip(_BLANK) for text in texts):
        return None
    return {
        "type": "Split", "pattern": {"Regex": f"{_BLANK}*[^{_BLANK}]+|{_BLANK}+"},
        "behavior": "Isolated", "invert": False,
    }  # fmt: skip


def _decoder(model: Model) -> dict[str, Any]:
    decoders: list[dict[str, Any]] = [_replace({"String": _BLANK}, " ")]
    decoders += [{"type": "ByteFallback"}] * model.fallback + [{"type": "Fuse"}]
    if model.prefix:
        decoders.append({"type": "Strip", "content": " ", "start": 1, "stop": 0})
    return {"type": "Sequence", "decoders": decoders}


def _unigram(model: Model) -> dict[str, Any]:
    return {
        "type": "Unigram",
        "unk_id": [piece.kind for piece in model.pieces].index(UNKNOWN),
        "vocab": [[piece.text, piece.score] for piece in model.pieces],
        "byte_fallback": model.fallback,
    }


def _bpe(model: Model) -> dict[str, Any]:
    scores = {piece.text: piece.score for piece in model.pieces if piece.kind == NORMAL}
    order = {text: place for place, text in enumerate(sorted(scores, key=lambda t: -scores[t]))}
    merges = []
    for text in order:
        pairs = ((text[:i], text[i:]) for i in range(1, len(text)))
        found = [pair for pair in pairs if pair[0] in order and pair[1] in order]
        merges += sorted(found, key=lambda pair: (order[pair[0]], order[pair[1]]))
    return {
        "type": "BPE", "dropout": None, "continuing_subword_prefix": None,
        "end_of_word_suffix": None, "fuse_unk": True, "byte_fallback": model.fallback,
        "unk_token": next(piece.text for piece in model.pieces if piece.kind == UNKNOWN),
        "vocab": {piece.text: id_ for id_, piece in enumerate(model.pieces)},
        "merges": merges,
    }  # fmt: skip
