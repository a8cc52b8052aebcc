"""Findings that overlap: which stay, and what of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.scrub.entities import ENTITIES, INDEX, TABLE
from corpus_pipeline.scrub.spans import joined, made_spans, settled

PERSON, ADDRESS, PHONE, CARD, CN_ID = (
    INDEX[name] for name in ("PERSON", "ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "CN_ID")
)
TEXT = np.frombuffer(b"aaaa bbbb cccc dddd eeee, ....", np.uint8)

CASES = {
    "apart": ([(0, 4, PERSON), (5, 9, PHONE)], [(0, 4, PERSON), (5, 9, PHONE)]),
    "side by side": ([(0, 4, PERSON), (4, 9, PHONE)], [(0, 4, PERSON), (4, 9, PHONE)]),
    "the longer covers": ([(0, 14, ADDRESS), (5, 9, CARD)], [(0, 14, ADDRESS)]),
    "the same: the surer": ([(0, 9, PHONE), (0, 9, CARD)], [(0, 9, CARD)]),
    "the same, as sure: the later": ([(0, 9, CARD), (0, 9, CN_ID)], [(0, 9, CN_ID)]),
    "crossing: the surer stays whole": (
        [(0, 9, PERSON), (5, 14, CARD)], [(0, 4, PERSON), (5, 14, CARD)]),
    "crossing from the other side": (
        [(0, 9, CARD), (5, 14, PERSON)], [(0, 9, CARD), (10, 14, PERSON)]),
    "nothing but marks is left": ([(0, 24, CARD), (20, 30, PERSON)], [(0, 24, CARD)]),
    "three in a row": (
        [(0, 9, PERSON), (5, 14, CARD), (10, 24, ADDRESS)],
        [(0, 4, PERSON), (5, 14, CARD), (15, 24, ADDRESS)]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_settled(name: str) -> None:
    found, expected = CASES[name]
    spans = settled(made_spans([(0, *span, 1.0) for span in found]), TEXT)
    kept = list(
        zip(spans.starts.tolist(), spans.ends.tolist(), spans.entities.tolist(), strict=True)
    )
    assert kept == expected


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(1, 15), st.integers(0, len(TABLE) - 1)),
        max_size=12,
    )
)
def test_nothing_that_was_found_is_left(found: list[tuple[int, int, int]]) -> None:
    """No two overlap, and every letter of a finding is in one."""
    text = np.frombuffer((b"ab1,." * 12)[:60], np.uint8)
    spans = settled(made_spans([(0, s, s + n, e, 1.0) for s, n, e in found]), text)
    assert (spans.starts[1:] >= spans.ends[:-1]).all()
    assert (spans.starts < spans.ends).all()
    covered = np.zeros(60, bool)
    for start, end in zip(spans.starts, spans.ends, strict=True):
        covered[start:end] = True
    letters = np.array([chr(byte).isalnum() for byte in text])
    wanted = np.zeros(60, bool)
    for start, length, _ in found:
        wanted[start : start + length] = True
    assert not (wanted & letters & ~covered).any()


def test_joined() -> None:
    one = made_spans([(0, 5, 6, PERSON, 0.5), (1, 9, 12, PERSON, 0.5)])
    other = made_spans([(0, 1, 3, PHONE, 1.0)])
    both = joined([one, other])
    assert both.starts.tolist() == [1, 5, 9]
    assert [ENTITIES[e] for e in both.entities] == ["PHONE_NUMBER", "PERSON", "PERSON"]
