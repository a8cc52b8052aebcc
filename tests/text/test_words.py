"""Words as hashes, against a splitter that walks code points in Python."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.text.characters import DIGIT, IGNORABLE, LETTER, UNSPACED, characters
from corpus_pipeline.text.words import UNSPACED_BIT, split_words

#: One character of each kind that the kernel treats apart, and the ones that are easy to get wrong.
ALPHABET = (
    "aZ09 -_.\n\t\x00\x7fé\u0301ÀßＡ１ſİ\u00ad\u200d\u3000，。"
    "中文字あア\uff71ไทยກ\U00020000\U0001f600\U0001d400"
)
TEXTS = st.text(st.sampled_from(ALPHABET), max_size=40) | st.text(max_size=20)
COLUMNS = st.lists(TEXTS | st.none(), max_size=6)

_MASK = (1 << 64) - 1


class SlowWord(NamedTuple):
    """A word as the slow splitter sees it."""

    start: int
    end: int
    folded: tuple[int, ...]
    single: bool


def _slow_words(text: str) -> list[SlowWord]:
    """Splits one text; places are byte offsets in it."""
    table = characters()
    words: list[SlowWord] = []
    start, end, folded = -1, 0, []
    place = 0
    for character in text:
        code_point = ord(character)
        kind = table.classes[code_point]
        fold = int(table.folds[code_point]) if code_point < 65536 else code_point
        following = place + len(character.encode())
        if kind in (LETTER, DIGIT):
            start = place if start < 0 else start
            end = following
            folded.append(fold)
        elif kind != IGNORABLE:
            if start >= 0:
                words.append(SlowWord(start, end, tuple(folded), False))
                start, folded = -1, []
            if kind == UNSPACED:
                words.append(SlowWord(place, following, (fold,), True))
        place = following
    if start >= 0:
        words.append(SlowWord(start, end, tuple(folded), False))
    return words


def _slow_hash(word: SlowWord) -> int:
    h = 0x9E3779B97F4A7C15
    for unit in word.folded:
        h = ((h ^ unit) * 0xD6E8FEB86659FD93) & _MASK
        h ^= h >> 29
    h = ((h ^ (h >> 33)) * 0xFF51AFD7ED558CCD) & _MASK
    h = ((h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53) & _MASK
    h ^= h >> 33
    return h | 1 if word.single else h & ~1


@settings(deadline=None, max_examples=300)
@given(COLUMNS)
def test_equals_the_slow_splitter(texts: list[str | None]) -> None:
    words = split_words(pa.array(texts, pa.string()))
    base = 0
    for row, text in enumerate(texts):
        slow = _slow_words(text or "")
        here = slice(words.offsets[row], words.offsets[row + 1])
        assert (words.starts[here] - base).tolist() == [word.start for word in slow]
        assert (words.ends[here] - base).tolist() == [word.end for word in slow]
        assert words.hashes[here].tolist() == [_slow_hash(word) for word in slow]
        base += len((text or "").encode())
    assert words.offsets[-1] == len(words.hashes) == len(words.starts) == len(words.ends)


@settings(deadline=None, max_examples=50)
@given(COLUMNS, st.integers(0, 3), st.integers(0, 3))
def test_a_slice_has_the_words_of_its_rows(
    texts: list[str | None], before: int, after: int
) -> None:
    column = pa.array([*["前 x"] * before, *texts, *["后 y"] * after], pa.string())
    sliced, whole = (
        split_words(column.slice(before, len(texts))),
        split_words(pa.array(texts, pa.string())),
    )
    np.testing.assert_array_equal(sliced.hashes, whole.hashes)
    np.testing.assert_array_equal(sliced.offsets, whole.offsets)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Hello, World", "hello world"),
        ("Ｈｅｌｌｏ　Ｗｏｒｌｄ！", "hello world"),
        ("co\u00adop\u200berate", "cooperate"),
        ("你好，世界。", "你 好 世 界"),
        ("用TiDB查询", "用 tidb 查 询"),
        ("don't", "don t"),
        ("", "?!…"),
    ],
)
def test_layout_case_width_and_punctuation_do_not_count(text: str, same: str) -> None:
    first, second = split_words(pa.array([text])), split_words(pa.array([same]))
    assert first.hashes.tolist() == second.hashes.tolist()


def test_the_densest_texts_fit_the_room() -> None:
    # Alternating one-byte words and three-byte characters, and one-byte texts, are the worst cases.
    words = split_words(pa.array(["a中" * 1000, *["a"] * 1000, "a中b", "a b"]))
    assert np.diff(words.offsets).tolist() == [2000, *[1] * 1000, 3, 2]
    assert int(np.sum(words.hashes & UNSPACED_BIT)) == 1001


@pytest.mark.parametrize("texts", [[], [None], [""], [None, "", None]])
def test_columns_without_words(texts: list[str | None]) -> None:
    words = split_words(pa.array(texts, pa.string()))
    assert words.offsets.tolist() == [0] * (len(texts) + 1)
    assert len(words.hashes) == 0
