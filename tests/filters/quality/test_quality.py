"""Measures against a slow twin made of str methods, and tables of small cases."""

import re
import unicodedata
from collections import Counter
from importlib import resources

import pyarrow as pa
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus_pipeline.filters.quality.columns import QUALITY_MEASURES
from corpus_pipeline.filters.quality.measures import (
    load_stop_words,
    measure_quality,
)
from corpus_pipeline.text.marks import (
    BULLETS,
    C4_TERMINALS,
    CLOSERS,
    SENTENCE_ENDS,
    SPACED_SENTENCE_ENDS,
    TERMINALS,
)

UNSPACED = "\u3040-\u309f\u3400-\u9fff\u0e01-\u0e30\U00020000-\U000323af"
STOP_WORDS: dict[str, list[str]] = yaml.safe_load(
    resources.files("corpus_pipeline.filters")
    .joinpath("profiles/stop_words.yaml")
    .read_text("utf-8")
)
PAGE_WORDS: dict[str, list[str]] = yaml.safe_load(
    resources.files("corpus_pipeline.filters")
    .joinpath("profiles/page_words.yaml")
    .read_text("utf-8")
)
PHRASES = {
    "javascript": ["javascript"],
    "lorem": ["lorem ipsum"],
    "policy": [
        "terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies",
        "use cookies",
    ],
}  # fmt: skip


def category(character: str) -> str:
    return unicodedata.category(character)[0]


def split_words(text: str) -> list[str]:
    return re.findall(rf"[{UNSPACED}]|[^\s{UNSPACED}]+", text)


CITATION = r"\[(?:\^[0-9a-z,-]{1,40}|[0-9,-]{1,3}|[a-z][0-9,-]{0,2})\]"


def count_sentences(line: str) -> int:
    """Counts after taking citations away that stand where a sentence has ended or not begun."""
    spaced, closers = re.escape(SPACED_SENTENCE_ENDS), re.escape(CLOSERS)
    before = None
    while before != line:
        before = line
        line = re.sub(rf"([{SENTENCE_ENDS}{spaced}][{spaced}{closers}]*){CITATION}", r"\1", line)
    parts = re.split(
        rf"[{SENTENCE_ENDS}]|[{spaced}][{spaced}{closers}]*(?=\s|$|[{UNSPACED}])", line
    )
    raised = re.compile(rf"^(?:{CITATION}|[{RAISED}]|[\W_])+")
    return sum(any(category(c) in "LMN" for c in raised.sub("", part)) for part in parts)


def core(word: str) -> str:
    """The word without case, width and outer punctuation."""
    solid = [i for i, c in enumerate(word) if category(c) in "LMN"]
    inner = word[solid[0] : solid[-1] + 1] if solid else ""
    return unicodedata.normalize("NFKC", inner).casefold()


def is_stop_word(word: str, language: str) -> bool:
    return core(word) in STOP_WORDS[language]


def begins_with_capital(word: str) -> bool:
    first = next((c for c in word if category(c) in "LM"), "")
    return first != "" and unicodedata.normalize("NFKC", first).casefold() != first


def duplicates(items: list[str]) -> tuple[int, int]:
    """How many items have the words of an earlier one, and the characters of their words."""
    seen, count, chars = set(), 0, 0
    for item in items:
        # Words of different lines never merge, so a paragraph is compared line by line.
        key = tuple(tuple(split_words(line)) for line in item.split("\n"))
        if key in seen:
            count += 1
            chars += sum(len(word) for line in key for word in line)
        seen.add(key)
    return count, chars


def covered(words: list[str], starts: list[int], n: int) -> int:
    return sum(len(words[i]) for i in {start + k for start in starts for k in range(n)})


def ngram_chars(words: list[str], n: int) -> int:
    grams = [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
    counts = Counter(grams)
    repeated = {gram: count for gram, count in counts.items() if count > 1}
    if not repeated:
        return 0
    if n >= 5:
        return covered(words, [i for i, gram in enumerate(grams) if gram in repeated], n)
    highest = max(repeated.values())
    return max(
        covered(words, [i for i, other in enumerate(grams) if other == gram], n)
        for gram, count in repeated.items()
        if count == highest
    )


RAISED = "".join(mark for mark in CLOSERS if category(mark) == "N")


def c4_looks_at(line: str) -> bool:
    """Says whether C4 keeps the line by its words and its end."""
    words = split_words(line)
    end = re.sub(r"(?: *\[(?:\d*|edit|citation needed)\])+$", "", line, flags=re.I)
    if max(map(len, words)) > 1000 or len(words) < 5:
        return False
    return end.endswith(tuple(C4_TERMINALS)) and not end.endswith(("...", "…"))


def twin(text: str, language: str | None) -> dict[str, int | None]:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    paragraphs = [
        "\n".join(line for line in part.split("\n") if line.strip())
        for part in re.split(r"\n(?:[^\S\n]*\n)+", text)
        if part.strip()
    ]
    words = split_words(text)
    looked_at = [line for line in lines if c4_looks_at(line)]
    # Lorem ipsum and { drop the page in C4, not the line.
    scripts = [line for line in looked_at if "javascript" not in line.lower()]
    kept = [line for line in scripts if not any(p in line.lower() for p in PHRASES["policy"])]
    stop = None if language is None else [w for w in words if is_stop_word(w, language)]
    folded = [] if stop is None else [
        unicodedata.normalize("NFKC", re.sub(r"^\W+|\W+$", "", w)).casefold() for w in stop
    ]  # fmt: skip
    duplicate_lines, duplicate_line_chars = duplicates(lines)
    duplicate_paragraphs, duplicate_paragraph_chars = duplicates(paragraphs)

    def mentioning(kind: str) -> int:
        return sum(any(phrase in line.lower() for phrase in PHRASES[kind]) for line in lines)

    return {
        "chars": len(text),
        "word_chars": len("".join(text.split())),
        "letters": sum(category(c) in "LM" for c in text),
        "digits": sum(category(c) == "N" for c in text),
        "words": len(words),
        "words_with_letter": sum(any(category(c) in "LM" for c in word) for word in words),
        "longest_word": max(map(len, words), default=0),
        "hash_marks": text.count("#"),
        "ellipses": len(re.findall(r"…+|\.{3,}", text)),
        "newlines": text.count("\n"),
        "sentences": sum(map(count_sentences, lines)),
        "lines": len(lines),
        "longest_line": max(map(len, lines), default=0),
        "bullet_lines": sum(line.startswith(tuple(BULLETS)) for line in lines),
        "ellipsis_lines": sum(line.endswith(("...", "…")) for line in lines),
        "terminal_lines": sum(line.endswith(tuple(TERMINALS)) for line in lines),
        "short_lines": sum(len(line) <= 30 for line in lines),
        "few_word_lines": sum(len(split_words(line)) < 5 for line in lines),
        "long_word_lines": sum(max(map(len, split_words(line))) > 1000 for line in lines),
        "javascript_lines": mentioning("javascript"),
        "policy_lines": mentioning("policy"),
        "lorem_ipsum_lines": mentioning("lorem"),
        "curly_brackets": text.count("{"),
        "c4_lorem_ipsum_lines": sum("lorem ipsum" in line.lower() for line in looked_at),
        "c4_curly_lines": sum("{" in line for line in scripts),
        "c4_kept_lines": len(kept),
        "c4_kept_sentences": sum(map(count_sentences, kept)),
        "paragraphs": len(paragraphs),
        "stop_words": None if stop is None else len(set(folded)),
        "stop_word_occurrences": None if stop is None else len(stop),
        "page_words": None
        if PAGE_WORDS.get(language or "") is None
        else sum(core(w) in PAGE_WORDS[language or ""] for w in words),
        "capital_words": sum(begins_with_capital(word) for word in words),
        "brackets": text.count("(") + text.count("（"),
        "duplicate_lines": duplicate_lines,
        "duplicate_line_chars": duplicate_line_chars,
        "duplicate_paragraphs": duplicate_paragraphs,
        "duplicate_paragraph_chars": duplicate_paragraph_chars,
        **{f"top_{n}_gram_chars": ngram_chars(words, n) for n in (2, 3, 4)},
        **{f"duplicate_{n}_gram_chars": ngram_chars(words, n) for n in (5, 6, 7, 8, 9, 10)},
        **dict.fromkeys(("code_chars", "table_chars", "markup_chars", "quality_score")),
        "text_chars": len(text),
        "white_space": len(text) - len("".join(text.split())),
        "longest_white_space": max(map(len, re.findall(r"\s+", text)), default=0),
    }


def measure(text: str | None, language: str | None = None) -> dict[str, int | None]:
    batch = measure_quality(pa.array([text], pa.string()), pa.array([language], pa.string()))
    row: dict[str, int | None] = batch.to_pylist()[0]
    return row


PIECES = [
    "the", "The,", "Ｔｈｅ", "(and)", "to-be", "naïve", "e\u0301", "3.14", "1,000", "Dr.",
    "so", "not?!",
    "的", "在", "是", "你好", "世界", "の", "ก", "，", "。", "！", "；", "……", "“", "”", "」", "《",
    " ", " ", " ", " ", "\u3000", "\t", "\n", "\n", "\n\n", "\n \n", "\r\n", "\u200b", "\xad",
    ".", "...", "…", "!", '"', "'", ")", "[3]", "[]", "[edit]", "[Citation Needed]", "[exit]", "]",
    "#", "##", "{", "}", "- ", "* ", "• ", "● ", "·", "😀", "𠀀", "₂", "x" * 1001,
    "javascript", "JavaScript", "javascrip", "Lorem Ipsum", "Terms of Use", "privacy policy",
    "cookie policy", "uses cookies", "use of cookies", "reuse cookies", "cookies", "policy",
    "[^note]", "[a]", "¹", "²", "*", "**", "_", "click", "Price:", "您", "(", "（", "։", "؟",
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
sparse = st.lists(st.sampled_from(["a", "b", "好", " ", " ", "\n"]), max_size=120).map("".join)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(texts | sparse, st.sampled_from([None, "en", "zh"])), max_size=4))
@example([("a b c d e f. [3]\n" * 3, "en"), ("", None), ("\n\n", "zh")])
@example([("一二三四五六七八九十" * 3 + "。", "zh")])
def test_measures_equal_the_slow_twin(documents: list[tuple[str, str | None]]) -> None:
    batch = measure_quality(
        pa.array([text for text, _ in documents], pa.string()),
        pa.array([language for _, language in documents], pa.string()),
    )
    assert batch.schema == QUALITY_MEASURES
    assert batch.to_pylist() == [twin(text, language) for text, language in documents]


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=200))
def test_any_text_keeps_the_bounds_between_measures(text: str) -> None:
    row = {name: value or 0 for name, value in measure(text).items()}
    assert row["chars"] == len(text)
    assert row["word_chars"] <= row["chars"]
    assert row["words_with_letter"] <= row["words"] <= row["word_chars"]
    assert row["duplicate_line_chars"] <= row["word_chars"]
    repetition = [value for name, value in row.items() if name.endswith("_gram_chars")]
    assert all(0 <= value <= row["word_chars"] for value in repetition)


def test_null_text_has_null_measures_and_slices_are_honoured() -> None:
    column = pa.array(["无关的一行", "the end", None, "", "你好"])
    langs = pa.array(["zh", "en", "en", None, "zh-Hant"])
    rows = measure_quality(column.slice(1), langs.slice(1)).to_pylist()
    nothing: dict[str, int | None] = dict.fromkeys(QUALITY_MEASURES.names)
    assert rows == [twin("the end", "en"), nothing, twin("", None), twin("你好", "zh")]


def test_an_empty_batch_has_no_rows() -> None:
    batch = measure_quality(pa.array([], pa.string()), pa.array([], pa.string()))
    assert (batch.num_rows, batch.schema) == (0, QUALITY_MEASURES)


def test_texts_and_langs_must_have_one_length() -> None:
    with pytest.raises(ValueError, match="one length, got 1 and 0"):
        measure_quality(pa.array(["a"]), pa.array([], pa.string()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the cat,the dog", {"words": 3, "words_with_letter": 3, "longest_word": 7}),
        ("你好，TiDB 8.5 版", {"words": 5, "words_with_letter": 4, "letters": 7, "digits": 2}),
        ("我们爱北京。我们爱上海！", {"words": 12, "sentences": 2, "terminal_lines": 1}),
        ("他说：“好……”\n他走了……", {"ellipses": 2, "ellipsis_lines": 1, "terminal_lines": 2}),
        ("• 一\n- 二\n三\n·四", {"lines": 4, "bullet_lines": 3, "few_word_lines": 4}),
        ("版本 3.14 发布.新功能见 example.org", {"sentences": 2}),
        ("Ask Dr. Wu at 3.30 p.m. today.", {"sentences": 3}),
        ("......", {"ellipses": 1, "words": 1, "words_with_letter": 0, "sentences": 0}),
        ("段落一\n\n\n段落二\n \n段落三", {"lines": 3, "paragraphs": 3, "newlines": 5}),
        (" \u3000\n\t\n", {"lines": 0, "paragraphs": 0, "words": 0, "newlines": 2}),
    ],
)  # fmt: skip
def test_definitions(text: str, expected: dict[str, int]) -> None:
    row = measure(text, "zh")
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("text", "language", "distinct", "occurrences"),
    [
        ("The the, (THE) theft", "en", 1, 3),
        ("To be with Ｔｈａｔ!", "en", 4, 4),
        ("我的书，你的书在这里", "zh", 3, 4),
        ("我的书，你的书在这里", "zh-Hans", 3, 4),
        ("the", "th", None, None),
        ("the", None, None, None),
    ],
)
def test_stop_words_are_distinct_words_of_the_language(
    text: str, language: str | None, distinct: int | None, occurrences: int | None
) -> None:
    row = measure(text, language)
    assert (row["stop_words"], row["stop_word_occurrences"]) == (distinct, occurrences)


def test_every_stop_word_is_found_as_one_word() -> None:
    assert set(load_stop_words().languages) == set(STOP_WORDS)
    for language, words in STOP_WORDS.items():
        assert len(set(words)) == len(words), language
        row = measure(" ".join(words), language)
        assert (row["stop_words"], row["words"]) == (len(words), len(words)), language


def test_second_copies_of_lines_and_paragraphs_count() -> None:
    line, paragraph = "这一行出现了两次", "这一段有两行，\n也出现了两次。"
    row = measure("\n\n".join([paragraph, line, paragraph, line, "唯一的一行"]))
    assert (row["lines"], row["duplicate_lines"], row["duplicate_line_chars"]) == (7, 3, 8 + 14)
    assert (row["paragraphs"], row["duplicate_paragraphs"]) == (5, 2)
    assert row["duplicate_paragraph_chars"] == 8 + 14


@pytest.mark.parametrize("word", ["word ", "词"])
def test_a_text_that_is_one_repetition_is_repeated_as_a_whole(word: str) -> None:
    row = measure(word * 40)
    repetition = {value for name, value in row.items() if name.endswith("_gram_chars")}
    assert repetition == {row["word_chars"]}


@pytest.mark.parametrize("prose", [False, True])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("中文　 \n\u2028字", (7, 4, 4)),
        ("  a\xa0\u1680b\u200bc \t", (10, 6, 2)),
        (" " * 9 + "文" + "\n" * 5, (15, 14, 9)),
        # What prose leaves out counts as well: indented code, a fenced listing, a table.
        ("One line.\n\n" + " " * 90 + "x\n" * 3 + "```\n" + " " * 50 + "\n```", (165, 148, 92)),
        ("", (0, 0, 0)),
        (None, (None, None, None)),
    ],
)
def test_white_space_of_the_whole_text(
    text: str | None, expected: tuple[int | None, ...], prose: bool
) -> None:
    column = pa.array([text], pa.string())
    (row,) = measure_quality(column, pa.array(["zh"]), prose).to_pylist()
    found = tuple(row[name] for name in ("text_chars", "white_space", "longest_white_space"))
    assert found == expected


C4_PAGE = """The first line of this page is a sentence that C4 keeps, as is this. It has two!
Home | About this site | Contact and imprint | Everything else
A line that trails off like so many others...
Too few words.
Please enable JavaScript in your browser to go on.
Our cookie policy is that we bake them ourselves.
Whoever reads this accepts the Terms of Use.
A claim that has a source ends in a number.[12]
A claim that has none asks for one. [citation needed] [edit]
这一行中文有句号，也有足够的字。这是第二句。
这一行没有句号
Code such as f(x) { return x; } belongs to the curly rule.
Lorem ipsum dolor sit amet, consectetur adipiscing elit."""


def test_c4_keeps_the_lines_that_c4_keeps() -> None:
    row = measure(C4_PAGE)
    expected = {
        "lines": 13,
        "few_word_lines": 1,
        "javascript_lines": 1,
        "policy_lines": 2,
        "lorem_ipsum_lines": 1,
        "curly_brackets": 1,
        "c4_lorem_ipsum_lines": 1,
        "c4_curly_lines": 1,
        # The lines with { and lorem ipsum count: for C4 they say something of the page.
        "c4_kept_lines": 6,
        # "[citation needed]" is a second sentence, "[12]" is none.
        "c4_kept_sentences": 2 + 1 + 2 + 2 + 1 + 1,
    }
    assert {name: row[name] for name in expected} == expected
