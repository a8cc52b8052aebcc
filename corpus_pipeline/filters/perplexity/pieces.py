"""Pieces of a SentencePiece model, with a blank between two: what a published KenLM model reads.

Pieces are those of SentencePiece itself, ties and sums in 32 bits included; a tokenizer.json of the
same model, as *tokenize* makes it, differs in a few texts of a hundred (docs/tokenizers.md).
"""

import dataclasses
import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.errors import ResourceError
from corpus_pipeline.filters.perplexity.piece_kernels import add_pieces, write_pieces
from corpus_pipeline.text.columns import as_texts, string_column, utf8_buffers
from corpus_pipeline.text.sentencepiece import (
    BPE,
    NORMAL,
    UNIGRAM,
    UNKNOWN,
    UNUSED,
    USER,
    Model,
    read_sentencepiece,
)

#: A character that is no piece scores by so much less than the worst piece (kUnkPenalty).
_PENALTY = np.float32(10)


@dataclasses.dataclass(frozen=True)
class PieceModel:
    """A SentencePiece model as kernels take it."""

    sha256: str
    """Of the file, 64 hex digits."""
    units: NDArray[np.uint32]
    answers: NDArray[np.uint8]
    prefix: bool
    single: bool
    unigram: bool
    fallback: bool
    nodes: NDArray[np.int64]
    children: NDArray[np.int32]
    values: NDArray[np.int32]
    scores: NDArray[np.float32]

    def __hash__(self) -> int:
        return hash(self.sha256)


def load_pieces(path: str | Path, sha256: str | None = None) -> PieceModel:
    """Reads a SentencePiece model, unigram or BPE.

    Args:
        path: `tokenizer.model`.
        sha256: 64 hex digits that the file must have; None for any.

    Raises:
        ResourceError: the file is missing, damaged, another one, or does what is not done here:
            pieces of words or characters, blanks behind words, pieces of the user's, unused pieces
            of BPE.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise ResourceError(
            f"{path}: cannot read the SentencePiece model ({error.strerror})"
        ) from error
    digest = hashlib.sha256(data).hexdigest()
    if sha256 is not None and digest != sha256.lower():
        raise ResourceError(
            f"{path}: sha256 is {digest} but {sha256} was named; fetch the named model or correct "
            "the hash"
        )
    model = read_sentencepiece(data, str(path))
    if problem := _not_done(model):
        raise ResourceError(f"{path}: {problem}, and such models are not read here; take another")
    units, answers = _table(model.table, str(path))
    # Unused pieces of a unigram model are passed over, as if they were none.
    pieces = [each for each in model.pieces if each.kind == NORMAL]
    scores = np.array([each.score for each in pieces], np.float32)
    return PieceModel(
        digest, units, answers, model.prefix, model.single, model.kind == UNIGRAM, model.fallback,
        *_tree([each.text.encode() for each in pieces]), scores,
    )  # fmt: skip


def _not_done(model: Model) -> str:
    kinds = [piece.kind for piece in model.pieces]
    if model.kind not in (UNIGRAM, BPE):
        return "its pieces are words or characters"
    if model.suffixes or not model.escapes:
        return "its blanks stand behind words, or are not written as ▁"
    if USER in kinds:
        return "it has pieces of the user's"
    if model.kind == BPE and UNUSED in kinds:
        return "it has unused pieces, which BPE takes apart again"
    if NORMAL not in kinds or kinds.count(UNKNOWN) != 1:
        return "it has no pieces, or not one for the unknown"
    return ""


def _table(table: bytes, name: str) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """Parts a table of characters: size of the double array, the array, texts that end in zero."""
    size = int.from_bytes(table[:4], "little") if table else 0
    if table and (len(table) < 4 or size % 4 or size > len(table) - 4):
        raise ResourceError(f"{name}: its table of characters is damaged; fetch it again")
    units = np.frombuffer(table[4 : 4 + size], "<u4").astype(np.uint32)
    answers = np.frombuffer(table[4 + size :], np.uint8).copy()
    # As the bytes of texts are: the kernel reads either.
    answers.flags.writeable = False
    return units, answers


def _tree(
    pieces: list[bytes],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    offsets = np.zeros(len(pieces) + 1, np.int64)
    np.cumsum([len(piece) for piece in pieces], out=offsets[1:])
    # A node for each byte at most, and three slots for each.
    nodes = np.full(1 << int(3 * offsets[-1] + 8).bit_length(), -1, np.int64)
    children = np.zeros(len(nodes), np.int32)
    values = np.full(int(offsets[-1]) + 1, -1, np.int32)
    count = add_pieces(np.frombuffer(b"".join(pieces), np.uint8), offsets, nodes, children, values)
    return nodes, children, values[:count].copy()


def pieces_of(texts: pa.Array, model: PieceModel) -> pa.Array:
    """Writes texts as pieces with a blank between two.

    What is unknown is written as it is, what is unknown in a row as one piece; or as its bytes, if
    the model has pieces for them.

    Args:
        texts: string[N].
        model: of `load_pieces`.

    Returns:
        string[N], null where the text is.
    """
    texts = as_texts(texts)
    data, offsets = utf8_buffers(texts)
    out_offsets = np.zeros(len(offsets), np.int64)
    unknown = model.scores.min() - _PENALTY
    out = write_pieces(
        data, offsets, model.units, model.answers, model.prefix, model.single, model.unigram,
        model.fallback, model.nodes, model.children, model.values, model.scores, unknown,
        out_offsets,
    )  # fmt: skip
    if len(out) > np.iinfo(np.int32).max:
        raise ValueError(f"the pieces of {len(texts)} texts are over 2 GiB; use batches")
    nulls = texts.is_null().to_numpy(zero_copy_only=False) if texts.null_count else None
    return string_column(out, out_offsets.astype(np.int32), nulls)
