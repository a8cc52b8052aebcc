"""Places of what quality rules count, against the counts."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.filters.quality.columns import DUPLICATE_ORDERS, TOP_ORDERS
from corpus_pipeline.filters.quality.definitions import USUAL, Definitions
from corpus_pipeline.filters.quality.measures import measure_quality
from corpus_pipeline.filters.quality.rule_table import RULES
from corpus_pipeline.inspection.passages import KINDS
from corpus_pipeline.inspection.places import Counted, quality_places, repeated_ngrams

ENGLISH = "to be or not to be, that is the question. " * 3 + "To sleep, to dream.\nTo be or not"
CHINESE = (
    "为依法惩治犯罪活动，维护国防利益。为依法惩治犯罪活动，根据刑法，维护国防利益。\n为依法惩治"
)


def counted(
    measure: str, lower: bool = False, limit: float | None = None, **more: object
) -> Counted:
    definitions = Definitions(**more)  # type: ignore[arg-type]
    return Counted(measure, lower, limit, definitions, False, None)


def parts(text: str, how: Counted) -> list[str]:
    return [text[start:stop] for start, stop, _ in quality_places(text, how)]


def solid(texts: list[str]) -> int:
    """Characters without white space."""
    return sum(not char.isspace() for text in texts for char in text)


def measured(text: str, measure: str) -> int:
    found: int = measure_quality(pa.array([text]), pa.array([None], pa.string()))[measure][
        0
    ].as_py()
    return found


NGRAMS = [
    *(f"top_{n}_gram_chars" for n in TOP_ORDERS),
    *(f"duplicate_{n}_gram_chars" for n in DUPLICATE_ORDERS),
]


@pytest.mark.parametrize("measure", NGRAMS)
@pytest.mark.parametrize("text", [ENGLISH, CHINESE, ENGLISH + CHINESE, "", "一", "once only"])
def test_marked_ngrams_have_as_many_characters_as_are_counted(text: str, measure: str) -> None:
    assert solid(parts(text, counted(measure))) == measured(text, measure)


@given(st.lists(st.sampled_from(["a", "bb", "文", "字", "c\n"]), max_size=60))
def test_ngrams_of_any_text(words: list[str]) -> None:
    text = " ".join(words)
    for measure in NGRAMS:
        assert solid(parts(text, counted(measure))) == measured(text, measure), measure


def test_ngrams_have_words_of_their_own() -> None:
    how = counted("duplicate_5_gram_chars", ngram_words="characters")
    assert parts("abcde-abcde", how) == ["abcde", "abcde"]
    assert parts("abcde-abcde", counted("duplicate_5_gram_chars")) == []


def test_later_ngrams_leave_the_first_out() -> None:
    how = counted("duplicate_5_gram_chars", duplicate_ngrams="later")
    assert parts("a b c d e x a b c d e", how) == ["a b c d e"]
    how = counted("duplicate_5_gram_chars", duplicate_ngrams="later-covered")
    assert parts("a b c d e x a b c d e", how) == ["a b c d e"]
    assert len(parts("a b c d e x a b c d e", counted("duplicate_5_gram_chars"))) == 2


@pytest.mark.parametrize(
    ("text", "how", "expected"),
    [
        ("首页\n新闻\n首页\n\n新 闻", counted("duplicate_lines"), ["首页"]),
        ("a  b\nc\na b", counted("duplicate_line_chars"), ["a b"]),
        ("a\nb\na", counted("duplicate_lines", duplicates="all"), ["a", "a"]),
        ("a\nb\n\nc\n\na\nb", counted("duplicate_paragraphs"), ["a\nb"]),
        ("a\nb\na", counted("unique_lines", True), ["a"]),
        ("· 首页\n今天下雨。\n* b", counted("bullet_lines"), ["· 首页", "* b"]),
        ("更多…\n今天下雨。", counted("ellipsis_lines"), ["更多…"]),
        ("首页\n今天下雨。\n\n  menu ", counted("terminal_lines", True), ["首页", "menu"]),
        ("长" * 31 + "\n短", counted("short_lines"), ["短"]),
        ("See our Privacy Policy\nok", counted("policy_lines"), ["See our Privacy Policy"]),
        ("a {b} c", counted("curly_brackets"), ["{"]),
        ("a 12, 3 b", counted("words_with_letter", True), ["12,", "3"]),
        ("abc abcdef ab", counted("longest_word", limit=5), ["abcdef"]),
        ("abc abcdef ab", counted("longest_word"), ["abcdef"]),
        ("ab\nabcdef", counted("longest_line", limit=5), ["abcdef"]),
        ("ab", counted("longest_line", True, 5), []),
        ("a b12 34", counted("numeral_chars"), ["12", "34"]),
        ("a b汉 字", counted("han_chars", True), ["a", "b"]),
        ("體体", counted("traditional_chars"), ["體"]),
        ("a     b  c", counted("longest_white_space", limit=3), ["     "]),
        ("a     b  c", counted("white_space"), ["     ", "  "]),
        ("ABC abc", counted("all_caps_words"), ["ABC"]),
        ("abcabc", counted("repeated_char_3_grams"), ["abcabc"]),
        ("A b c. a B c.", counted("repeated_word_3_grams"), ["A b c. a B c."]),
        ("short", counted("words", True, 50), []),
        ("x" * 9, counted("quality_score", True, 50), []),
        ("", counted("bullet_lines"), []),
    ],
)  # fmt: skip
def test_places(text: str, how: Counted, expected: list[str]) -> None:
    assert parts(text, how) == expected


def test_lines_of_code_are_no_lines_of_prose() -> None:
    """A profile of prose asks them for no end mark."""
    text = (
        "今天下雨，所以我们没有出去，只在家里看书。" * 9
        + "\n首页\n\n```sh\nmake install\n```\n\n- "
        + "这一条比较长，所以不需要句号" * 3
        + "\n\n结束。"
    )
    how = Counted("terminal_lines", True, 0.5, USUAL, True, "zh")
    assert parts(text, how) == ["首页"]


@pytest.mark.parametrize("measure", ["duplicate_lines", "terminal_lines", "bullet_lines"])
def test_lines_of_prose_are_those_that_are_counted(measure: str) -> None:
    """Code and tables between them, markup in them, and lines that are broken."""
    part = (
        "## 测试结果\n\n开始 `read_write` 测试，然后看看结果，再写下来。\n\n- 第一\n- 第二\n\n"
        "| a | b |\n| - | - |\n| 一 | 二 |\n\n```sh\nmake\nmake\n```\n\n* [链接](https://a.org/b)的说明\n\n"
    )
    text = part + "我们先写一段比较长的文字，说明后面的例子，让大家都明白。\n\n" * 9 + part * 2
    row = measure_quality(pa.array([text]), pa.array(["zh"]), prose=True).to_pylist()[0]
    how = Counted(measure, measure == "terminal_lines", 0.5, USUAL, True, "zh")
    expected = row["lines"] - row[measure] if how.lower else row[measure]
    assert expected > 3
    assert len(quality_places(text, how)) == expected


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.reason)
def test_every_rule_of_quality_has_places_of_known_kinds_or_none(rule: object) -> None:
    how = counted(rule.measure, rule.lower)  # type: ignore[attr-defined]
    text = "# A {x}, 12 LOREM ipsum…\n• 首页 體 javascript\n" * 3 + "a" * 40
    found = quality_places(text, how)
    assert all(text[start:stop] and kind in KINDS for start, stop, kind in found)
    ordered = [place for start, stop, _ in found for place in (start, stop)]
    assert ordered == sorted(ordered)


def test_folded_words() -> None:
    assert not repeated_ngrams("A b. a B.", 2, counted(""))
    assert len(repeated_ngrams("A b. a B.", 2, counted(""), folded=True)) == 1
