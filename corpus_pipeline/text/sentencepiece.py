"""Models of SentencePiece, as they are in their files.

    tokenizer.model = ModelProto, in protocol buffers
      1  pieces*: 1 text, 2 score, 3 kind         a piece's place is its id
      2  trainer: 3 kind of model, 24 blanks as suffixes, 35 bytes for what is unknown
      3  normalizer: 2 table of characters, 3 blank before the text, 4 single blanks, 5 blanks as ▁

Only these fields are read, by a reader of a page (protocol buffers, "Encoding").
"""

import re
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

from corpus_pipeline.errors import ResourceError

#: How a JSON object begins; the first byte of a model is a line feed too.
_OBJECT = re.compile(rb'[ \t\r\n]*\{[ \t\r\n]*["}]')

#: Kinds of pieces and of models (sentencepiece_model.proto).
NORMAL, UNKNOWN, CONTROL, USER, UNUSED, BYTE = range(1, 7)
UNIGRAM, BPE = 1, 2


class Piece(NamedTuple):
    """A piece of text that the model knows."""

    text: str
    score: float
    kind: int


class Model(NamedTuple):
    """What a file says of how a text becomes pieces."""

    pieces: list[Piece]
    kind: int
    suffixes: bool
    """Blanks are written behind words."""
    fallback: bool
    """What is unknown becomes the pieces of its bytes."""
    table: bytes
    """What characters become, as SentencePiece compiles it; empty: themselves."""
    prefix: bool
    """A blank is put before the text."""
    single: bool
    """Blanks at both ends go, and of several in a row all but one."""
    escapes: bool
    """Blanks are written as ▁."""


def is_sentencepiece(data: bytes) -> bool:
    """Says whether a file begins as a model of SentencePiece does: with a piece.

    >>> [is_sentencepiece(data) for data in (b"\\n\\x0e\\n\\x05<unk>", b"{}")]
    [True, False]
    """
    if _OBJECT.match(data):
        return False
    return len(data) > 4 and data[0] == 0x0A and data[2] == 0x0A and data[3] <= data[1]


def read_sentencepiece(data: bytes, name: str) -> Model:
    """Reads a model.

    Args:
        data: the file.
        name: the file's name, for messages.

    Raises:
        ResourceError: it is none, or damaged.
    """
    pieces: list[Piece] = []
    trainer: dict[int, Any] = {}
    normalizer: dict[int, Any] = {}
    try:
        for field, value in _fields(data):
            if field == 1:
                piece = dict(_fields(value))
                pieces.append(Piece(piece[1].decode(), piece.get(2, 0.0), piece.get(3, NORMAL)))
            elif field == 2:
                trainer = dict(_fields(value))
            elif field == 3:
                normalizer = dict(_fields(value))
        model = Model(
            pieces, trainer.get(3, UNIGRAM), bool(trainer.get(24, 0)), bool(trainer.get(35, 0)),
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
