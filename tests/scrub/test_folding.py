"""The view that rules read: what it folds, and the way back to the text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.scrub.folding import DECADES, MARK, blot_out, fold, split_at_invisible


def shown(text: str) -> str:
    return text.replace(MARK, "|")


@pytest.mark.parametrize(
    ("text", "plain", "view"),
    [
        ("plain ascii 1", "plain ascii 1", "plain ascii 1"),
        ("手机138", "手机138", "||138"),
        ("１２３．４＠ｘ", "123.4@x", "123.4@x"),
        ("josé Ünal Привет", "josé Ünal Привет", "josé Ünal Привет"),
        ("메일a日本ชื่อ𠀀", "메일a日本ชื่อ𠀀", "||a|||||||"),
        ("データ03ー1234ー（代）：", "データ03-1234ー(代):", "|||03-1234|(|):"),
        ("1\u202f2\u2009–\u2011—−5", "1 2 ----5", "1 2 ----5"),
        ("٠١٢ ۷۸ ९ ๑ 𝟗", "012 78 9 1 9", "012 78 9 1 9"),
        ("a\u200bb\u00adc\ufeff\u2060d\u200e", "abcd", "abcd"),
        ("1\U000e00312\u3164\u034f3\U0001d173", "123", "123"),
        ("1\u16802\u05be3\U00010ead4", "1 2-3-4", "1 2-3-4"),
        ("𑁧߁꘡", "111", "111"),
        ("", "", ""),
    ],
)
def test_folds(text: str, plain: str, view: str) -> None:
    folded = fold(text)
    assert folded.plain == plain
    assert shown(folded.view) == view


def test_decades_are_digits_in_order() -> None:
    for zero in DECADES:
        digits = [unicodedata.digit(chr(zero + value), None) for value in range(10)]
        # Python's Unicode may be older than a script.
        assert digits in (list(range(10)), [None] * 10)


@given(st.text(alphabet="a1 -\u00a0\u200b\ufeff\u00ad１字ー–é😀@.", max_size=30), st.data())
def test_spans_go_back(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    assert len(folded.view) == len(folded.plain)
    if not folded.view:
        return
    start = data.draw(st.integers(0, len(folded.view) - 1))
    end = data.draw(st.integers(start + 1, len(folded.view)))
    first, last = folded.to_text(start, end)
    assert (
        fold(text[first:last]).plain.replace("-", "ー")
        == folded.plain[start:end].replace("-", "ー")
        or "ー" in text
    )
    assert folded.from_text(first) == start


def test_invisible_may_part() -> None:
    assert shown(split_at_invisible("a\u200bb")) == "a|b"


def test_blot_out_keeps_positions() -> None:
    assert shown(blot_out("a12b34", [(1, 3), (4, 6)])) == "a||b||"
