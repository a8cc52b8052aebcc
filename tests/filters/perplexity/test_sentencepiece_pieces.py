"""Pieces are those of SentencePiece, ties and unknown characters included."""

import hashlib
import json
from pathlib import Path

import pyarrow as pa
import pytest

from corpus_pipeline.errors import ResourceError
from corpus_pipeline.filters.perplexity.pieces import load_pieces, pieces_of
from corpus_pipeline.text.sentencepiece import read_sentencepiece

MODELS = Path(__file__).parent / "sentencepiece"
EXPECTED = json.loads((MODELS / "expected.json").read_text("utf-8"))
#: Models whose characters stay as they are, and what they make of other texts (tests/tokens).
PLAIN = Path(__file__).parents[2] / "tokens" / "sentencepiece"


@pytest.mark.parametrize("name", ["unigram", "unigram-bytes", "bpe"])
def test_pieces_of_the_library(name: str) -> None:
    model = load_pieces(MODELS / f"{name}.model")
    assert model.unigram == name.startswith("unigram")
    found = pieces_of(pa.array(EXPECTED["texts"]), model)
    found.validate(full=True)
    assert found.to_pylist() == EXPECTED["pieces"][name]


@pytest.mark.parametrize(
    "name", ["unigram", "unigram-bytes", "unigram-across", "bpe", "bpe-unknown"]
)
def test_as_many_pieces_as_ids_without_a_table(name: str) -> None:
    expected = json.loads((PLAIN / "expected.json").read_text("utf-8"))
    found = pieces_of(pa.array(expected["texts"]), load_pieces(PLAIN / f"{name}.model"))
    # A line feed or a tab that is unknown is in a piece; a blank never is.
    counts = [len(text.split(" ")) if text else 0 for text in found.to_pylist()]
    assert counts == [len(ids) for ids in expected["ids"][name]]


def test_nulls_slices_and_many_texts() -> None:
    model = load_pieces(MODELS / "unigram.model")
    texts = pa.array(["skipped", None, "the river", ""])[1:]
    assert pieces_of(texts, model).to_pylist() == [
        None,
        pieces_of(texts[1:2], model)[0].as_py(),
        "",
    ]
    assert pieces_of(texts[:0], model).to_pylist() == []
    # Larger and smaller texts in turn: room grows and is used again.
    column = pa.array(EXPECTED["texts"] * 2 + ["the river " * 5000])
    assert pieces_of(column, model).to_pylist()[:-1] == EXPECTED["pieces"]["unigram"] * 2


def test_another_file_than_named_is_refused() -> None:
    path = MODELS / "unigram.model"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert load_pieces(path, digest.upper()).sha256 == digest
    with pytest.raises(ResourceError, match=r"sha256 is .* but 0000"):
        load_pieces(path, "0" * 64)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (MODELS / "words.model", "its pieces are words or characters"),
        (MODELS / "bpe-user.model", "it has pieces of the user's"),
        (MODELS / "nothing.model", "cannot read the SentencePiece model"),
        (MODELS / "make_pieces.py", "no model of SentencePiece"),
    ],
)
def test_models_that_are_not_read(model: Path, message: str) -> None:
    with pytest.raises(ResourceError, match=message):
        load_pieces(model)


@pytest.mark.parametrize("size", [b"\xff\xff\xff\x7f", b"\x03\0\0\0"])
def test_a_damaged_table_is_refused(tmp_path: Path, size: bytes) -> None:
    data = (MODELS / "bpe.model").read_bytes()
    table = read_sentencepiece(data, "bpe").table
    assert data.count(table) == 1
    path = tmp_path / "damaged.model"
    path.write_bytes(data.replace(table, size + table[4:]))
    with pytest.raises(ResourceError, match="its table of characters is damaged"):
        load_pieces(path)


def test_a_table_of_rubbish_ends_in_a_text(tmp_path: Path) -> None:
    """Whatever a table says, nothing is read outside of it."""
    data = (MODELS / "bpe.model").read_bytes()
    table = read_sentencepiece(data, "bpe").table
    units = int.from_bytes(table[:4], "little")
    path = tmp_path / "rubbish.model"
    for byte in (b"\xff", b"\x00", b"\x83"):
        path.write_bytes(data.replace(table, table[:4] + byte * units + table[4 + units :]))
        assert len(pieces_of(pa.array(EXPECTED["texts"]), load_pieces(path))) == len(
            EXPECTED["texts"]
        )
