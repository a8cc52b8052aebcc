r"""Models of SentencePiece, BPE and unigram, as the text of a tokenizer.json.

    tokenizer.model = ModelProto, in protocol buffers
      1  pieces*: 1 text, 2 score, 3 kind         a piece's place is its id
      2  trainer: 3 kind of model, 24 blanks as suffixes, 35 bytes for what is unknown
      3  normalizer: 2 table of characters, 3 blank before the text, 4 single blanks, 5 blanks as ▁

Only these fields are read, by a reader of a page (protocol buffers, "Encoding"). What a model does
with a text becomes steps of a tokenizer.json:

    "  Ａ  b"  ─ table ─►  "  A  b"  ─ single blanks ─►  "A b"  ─ blank before, ▁ ─►  "▁A▁b"
               ─ before each run of ▁ ─►  "▁A" "▁b"  ─ pieces ─►  ids

The last cut is made where no piece has a ▁ behind another character; then none can cross it.
SentencePiece merges, of all neighbours that make a piece, those whose piece has the best score; so
for each piece all pairs are listed that make it.
"""

import base64
import json
import re
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

from tokenizers import Tokenizer

from corpus_pipeline.errors import ConfigError, ResourceError

_BLANK = "▁"

#: How a JSON object begins; the first byte of a model is a line feed too.
_OBJECT = re.compile(rb'[ \t\r\n]*\{[ \t\r\n]*["}]')

#: Kinds of pieces and of models (sentencepiece_model.proto).
_NORMAL, _UNKNOWN, _CONTROL, _USER, _UNUSED, _BYTE = range(1, 7)
_UNIGRAM, _BPE = 1, 2


class _Piece(NamedTuple):
    text: str
    score: float
    kind: int


class _Model(NamedTuple):
    pieces: list[_Piece]
    kind: int
    suffixes: bool
    fallback: bool
    table: bytes
    prefix: bool
    single: bool
    escapes: bool


def is_sentencepiece(data: bytes) -> bool:
    """Says whether a file begins as a model of SentencePiece does: with a piece.

    >>> [is_sentencepiece(data) for data in (b"\\n\\x0e\\n\\x05<unk>", b"{}")]
    [True, False]
    """
    if _OBJECT.match(data):
        return False
    return len(data) > 4 and data[0] == 0x0A and data[2] == 0x0A and data[3] <= data[1]


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
    model = _read(data, name)
    if problem := _unsayable(model):
        raise ConfigError(f"{name}: {problem}; a tokenizer.json cannot say that, take another one")
    kinds = {_CONTROL: True, _UNKNOWN: True, _UNUSED: True, _USER: False}
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
        "model": _bpe(model) if model.kind == _BPE else _unigram(model),
    }
    return json.dumps(content, ensure_ascii=False)


def _unsayable(model: _Model) -> str:
    """Names what no tokenizer.json can say; empty when there is nothing."""
    if model.kind not in (_UNIGRAM, _BPE):
        return "its pieces are words or characters, not BPE or unigram"
    if model.suffixes:
        return "its blanks stand behind words"
    if not model.escapes:
        return "its blanks are not written as ▁"
    kinds = [piece.kind for piece in model.pieces]
    if kinds.count(_UNKNOWN) != 1:
        return f"it has {kinds.count(_UNKNOWN)} pieces for the unknown"
    if model.kind == _BPE and _UNUSED in kinds:
        return "it has unused pieces, which BPE takes apart again"
    users = [piece.text for piece in model.pieces if piece.kind == _USER]
    if model.prefix and users:
        return f"it has pieces of the user's ({users[0]!r}), and puts a blank before the text"
    if changed := [text for text in users if " " in text or _normalised(model, text) != text]:
        return f"it has a piece of the user's that its normaliser changes ({changed[0]!r})"
    return ""


def _normalised(model: _Model, text: str) -> str:
    """What the steps of the tokenizer.json make of a text."""
    steps = {"type": "Sequence", "normalizers": _normalizers(model)}
    nothing = {"type": "BPE", "vocab": {}, "merges": []}
    tokenizer = Tokenizer.from_str(json.dumps({"normalizer": steps, "model": nothing}))
    return str(tokenizer.normalizer.normalize_str(text))


def _normalizers(model: _Model) -> list[dict[str, Any]]:
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


def _pre_tokenizer(model: _Model) -> dict[str, Any] | None:
    texts = [piece.text for piece in model.pieces if piece.kind in (_NORMAL, _USER)]
    if _BLANK not in texts or any(_BLANK in text.lstrip(_BLANK) for text in texts):
        return None
    return {
        "type": "Split", "pattern": {"Regex": f"{_BLANK}*[^{_BLANK}]+|{_BLANK}+"},
        "behavior": "Isolated", "invert": False,
    }  # fmt: skip


def _decoder(model: _Model) -> dict[str, Any]:
    decoders: list[dict[str, Any]] = [_replace({"String": _BLANK}, " ")]
    decoders += [{"type": "ByteFallback"}] * model.fallback + [{"type": "Fuse"}]
    if model.prefix:
        decoders.append({"type": "Strip", "content": " ", "start": 1, "stop": 0})
    return {"type": "Sequence", "decoders": decoders}


def _unigram(model: _Model) -> dict[str, Any]:
    return {
        "type": "Unigram",
        "unk_id": [piece.kind for piece in model.pieces].index(_UNKNOWN),
        "vocab": [[piece.text, piece.score] for piece in model.pieces],
        "byte_fallback": model.fallback,
    }


def _bpe(model: _Model) -> dict[str, Any]:
    scores = {piece.text: piece.score for piece in model.pieces if piece.kind == _NORMAL}
    order = {text: place for place, text in enumerate(sorted(scores, key=lambda t: -scores[t]))}
    merges = []
    for text in order:
        pairs = ((text[:i], text[i:]) for i in range(1, len(text)))
        found = [pair for pair in pairs if pair[0] in order and pair[1] in order]
        merges += sorted(found, key=lambda pair: (order[pair[0]], order[pair[1]]))
    return {
        "type": "BPE", "dropout": None, "continuing_subword_prefix": None,
        "end_of_word_suffix": None, "fuse_unk": True, "byte_fallback": model.fallback,
        "unk_token": next(piece.text for piece in model.pieces if piece.kind == _UNKNOWN),
        "vocab": {piece.text: id_ for id_, piece in enumerate(model.pieces)},
        "merges": merges,
    }  # fmt: skip


def _read(data: bytes, name: str) -> _Model:
    pieces: list[_Piece] = []
    trainer: dict[int, Any] = {}
    normalizer: dict[int, Any] = {}
    try:
        for field, value in _fields(data):
            if field == 1:
                piece = dict(_fields(value))
                pieces.append(_Piece(piece[1].decode(), piece.get(2, 0.0), piece.get(3, _NORMAL)))
            elif field == 2:
                trainer = dict(_fields(value))
            elif field == 3:
                normalizer = dict(_fields(value))
        model = _Model(
            pieces, trainer.get(3, _UNIGRAM), bool(trainer.get(24, 0)), bool(trainer.get(35, 0)),
            normalizer.get(2, b""), bool(normalizer.get(3, 1)), bool(normalizer.get(4, 1)),
            bool(normalizer.get(5, 1)),
        )  # fmt: skip
    except (ValueError, KeyError, IndexError, AttributeError, TypeError, struct.error) as error:
        raise ResourceError(
            f"{name}: is no model of SentencePiece, or damaged ({error}); fetch it again"
        ) from error
    if not pieces:
        raise ResourceError(f"{name}: is a model of SentencePiece without pieces; fetch it again")
    return model


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """Yields number and value of each field: int, float of 32 bits, or bytes.

    >>> list(_fields(bytes.fromhex("0a0161 1500000040 1802")))
    [(1, b'a'), (2, 2.0), (3, 2)]
    """
    i = 0
    while i < len(data):
        key, i = _varint(data, i)
        field, wire = key >> 3, key & 7
        if wire == 0:
            value, i = _varint(data, i)
            yield field, value
        elif wire == 2:
            size, i = _varint(data, i)
            if i + size > len(data):
                raise ValueError("a field ends behind the end of the file")
            yield field, data[i : i + size]
            i += size
        elif wire == 5:
            yield field, struct.unpack_from("<f", data, i)[0]
            i += 4
        elif wire == 1:
            i += 8
        else:
            raise ValueError(f"a field of kind {wire}")


def _varint(data: bytes, i: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[i]
        i += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, i
        shift += 7
        if shift > 63:
            raise ValueError("a number of more than 64 bits")
