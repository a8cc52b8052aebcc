"""Rows of a text: words that were met are copied, and others are never taken for them."""

import itertools
import string

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.filters.fasttext import rows
from corpus_pipeline.filters.fasttext.model import Model
from corpus_pipeline.filters.language.measures import load_language_identifier
from corpus_pipeline.text.columns import utf8_buffers

MODEL = load_language_identifier().model


def rows_of(model: Model, words: list[str]) -> list[list[int]]:
    """The rows of each word as a text of its own, all with one memory."""
    data, offsets = utf8_buffers(pa.array(words))
    memory = rows.word_memory()
    found = []
    for start, stop in itertools.pairwise(offsets.tolist()):
        tokens, most = rows.room_for(stop - start, model.features)
        hashes, taken = np.empty(tokens, np.uint32), np.empty(most, np.int32)
        count, _ = rows.take_rows(
            data, start, stop, model.dictionary, model.features, memory, hashes, taken
        )
        found.append(taken[:count].tolist())
    return found


def slot(word: str) -> int:
    data: NDArray[np.uint8] = np.frombuffer(word.encode(), np.uint8)
    return int(rows._slot(np.uint64(rows.fnv(data, 0, len(data))))) & (rows._WORDS - 1)


def test_two_words_in_one_place_of_the_memory() -> None:
    first: dict[int, str] = {}
    for letters in itertools.product(string.ascii_lowercase, repeat=4):
        other = "".join(letters)
        word = first.setdefault(slot(other), other)
        if word != other:
            break
    alone = [rows_of(MODEL, [word])[0] for word in (word, other)]
    assert alone[0] != alone[1]
    assert rows_of(MODEL, [word, other, word, word]) == [*alone, alone[0], alone[0]]


def test_words_with_many_rows_are_not_remembered() -> None:
    words = ["the", "donaudampfschifffahrtsgesellschaft" * 3, "公司的组织和行为保护公司股东"]
    alone = [rows_of(MODEL, [word])[0] for word in words]
    assert len(alone[1]) > rows._WORD_ROWS
    assert rows_of(MODEL, words * 3) == alone * 3
