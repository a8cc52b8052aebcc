"""Lines and paragraphs: how texts fall into them, and what of them is repeated."""

import random
import re

import numpy as np
import pyarrow as pa
import pytest
from dedup.test_sentence_dedup import ROWS, deduplicate
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.dedup.sentences import Keep, SentenceOptions, sentence_removals, span_hashes
from corpus_pipeline.dedup.units import Unit, units_of
from corpus_pipeline.text.sentences import split_sentences


def texts_of(text: str, unit: Unit) -> list[str]:
    """Returns the texts of the units of one text."""
    column, data = pa.array([text]), text.encode()
    spans = units_of(column, split_sentences(column), unit).spans
    return [data[start:end].decode() for start, end in zip(spans.starts, spans.ends, strict=True)]


@pytest.mark.parametrize(
    ("text", "lines", "paragraphs"),
    [
        ("A b. C d.\nE f.", ["A b. C d.", "E f."], ["A b. C d.\nE f."]),
        ("甲。乙。\r\n\r\n丙。丁", ["甲。乙。", "丙。丁"], ["甲。乙。", "丙。丁"]),
        ("甲。\r\n乙。", ["甲。", "乙。"], ["甲。\r\n乙。"]),
        ("A.\n \t\nB.", ["A.", "B."], ["A.", "B."]),
        ("A.\u2028B.\u2029C.", ["A.", "B.", "C."], ["A.\u2028B.", "C."]),
        # What has no word belongs to what stands before it, or behind it at the beginning.
        ("A b\n---\nC d", ["A b\n---", "C d"], ["A b\n---\nC d"]),
        ("***\n\nA b", ["***\n\nA b"], ["***\n\nA b"]),
        ("", [], []),
        (" \n\n ", [], []),
    ],
)
def test_what_a_line_and_a_paragraph_are(
    text: str, lines: list[str], paragraphs: list[str]
) -> None:
    assert texts_of(text, "line") == lines
    assert texts_of(text, "paragraph") == paragraphs


PIECES = st.lists(st.sampled_from(["Aa b.", "甲。", " ", "\n", "\r\n", "\r", "\u2029", "C d "]))


@given(st.lists(PIECES.map("".join), max_size=4), st.sampled_from(["line", "paragraph"]))
def test_units_are_those_of_the_gaps_between_sentences(texts: list[str], unit: Unit) -> None:
    column = pa.array(texts, pa.string())
    sentences = split_sentences(column)
    units = units_of(column, sentences, unit)
    data = "".join(texts).encode()
    wanted: list[int] = []
    counts = []
    for row in range(len(texts)):
        before = len(set(wanted))
        for k in range(sentences.offsets[row], sentences.offsets[row + 1]):
            gap = data[sentences.ends[k - 1] : sentences.starts[k]].decode() if k else ""
            breaks = len(re.findall("\r\n|[\n\r]", gap)) + 2 * gap.count("\u2029")
            first = k == sentences.offsets[row]
            least = 1 if unit == "line" else 2
            wanted.append(len(set(wanted)) if first or breaks >= least else wanted[-1])
        counts.append(len(set(wanted)) - before)
    assert units.of_sentences.tolist() == wanted
    assert np.diff(units.spans.offsets).tolist() == counts
    assert len(units.spans.starts) == len(units.spans.ends) == sum(counts)


@pytest.mark.parametrize(
    ("unit", "span", "texts", "wanted"),
    [
        # Equal words in other sentences, or on other lines, are other lines.
        ("line", 1, ["a b. c d.\ne f.", "a b.\nc d. e f.", "E F\nG h"],
         ["a b. c d.\ne f.", "a b.\nc d. e f.", "G h"]),
        ("line", 2, ["a b.\nc d.\ne f.", "c d.\ne f.\ng h."], ["a b.\nc d.\ne f.", "g h."]),
        ("paragraph", 1, ["a b.\n\nc d.\ne f.", "x y.\n\nC d; e f!\n\nz z."],
         ["a b.\n\nc d.\ne f.", "x y.\n\nz z."]),
        ("paragraph", 1, ["a b.\nc d.", "a b."], ["a b.\nc d.", "a b."]),
    ],
)  # fmt: skip
def test_what_is_removed(unit: Unit, span: int, texts: list[str], wanted: list[str]) -> None:
    options = SentenceOptions(unit=unit, span=span, min_words=1, max_loss=1)
    assert deduplicate(list(texts), options)[0].texts.to_pylist() == wanted


@given(
    ROWS,
    st.sampled_from(["one", "none"]),
    st.integers(1, 3),
    st.randoms(use_true_random=False),
)
def test_which_copies_stay(
    rows: list[tuple[int, int, int, int]], keep: Keep, least: int, shuffler: random.Random
) -> None:
    # A document has one rank.
    rows = [(hash_, address % 2, address, ordinal) for hash_, _, address, ordinal in rows]
    groups: dict[int, list[tuple[int, int, int]]] = {}
    for hash_, rank, address, ordinal in rows:
        groups.setdefault(hash_, []).append((rank, address, ordinal))
    wanted = sorted(
        (address, ordinal, keep == "one" and (rank, address, ordinal) == min(copies))
        for copies in groups.values()
        if len(copies) > 1 and len({address for _, address, _ in copies}) >= least
        for rank, address, ordinal in copies
    )
    shuffler.shuffle(rows)
    hashes, ranks, addresses, ordinals = np.array(rows, np.uint64).reshape(-1, 4).T
    options = SentenceOptions(keep=keep, min_documents=least)
    table = sentence_removals(hashes, ranks, addresses, ordinals.astype(np.uint32), options)
    assert [tuple(row.values()) for row in table.to_pylist()] == wanted


def test_a_line_of_many_documents_goes_everywhere() -> None:
    texts: list[str | None] = [
        "Share it.\nMine a.\nTwice.",
        "Share it.\nShare it.\nMine b.\nTwice.",
        "Mine c.\nMine c.\nShare it.",
    ]
    options = SentenceOptions(
        unit="line", span=1, min_words=1, max_loss=1, keep="none", min_documents=3
    )
    found, _ = deduplicate(texts, options)
    assert found.texts.to_pylist() == ["Mine a.\nTwice.", "Mine b.\nTwice.", "Mine c.\nMine c."]
    assert found.sentences.tolist() == [1, 2, 1]


def test_lines_of_code_stay() -> None:
    # The fence has no word, so it belongs to the line before it.
    text = "Prose of a line.\nBefore code:\n\n```\nfor i in range(3):\n```\n\nMore prose of a line."
    spans = span_hashes(pa.array([text]), SentenceOptions(unit="line", span=1, min_words=1))
    lines = texts_of(text, "line")
    assert [lines[n] for n in spans.ordinals] == ["Prose of a line.", "More prose of a line."]


@pytest.mark.parametrize("option", [{"min_documents": 0}, {"unit": "line", "span": 0}])
def test_options_that_cannot_be_meant(option: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must be at least 1"):
        SentenceOptions(**option)  # type: ignore[arg-type]
