"""Lines are found, judged and removed as the published rules say, in every script."""

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.filters.lines import line_kernels
from corpus_pipeline.filters.lines.columns import LINE_MEASURES, RULES
from corpus_pipeline.filters.lines.edits import (
    capitals,
    edit_texts,
    find_lines,
    line_failures,
    measure_lines,
)
from corpus_pipeline.filters.lines.options import LinesOptions
from corpus_pipeline.text.characters import DIGIT, LETTER, SPACE, UNSPACED, characters
from corpus_pipeline.text.marks import C4_TERMINALS

C4 = LinesOptions(rules="c4")


def removed_by(line: str, options: LinesOptions, patterns: Sequence[str] = ()) -> str | None:
    """Returns the rule that removes a line, by its name."""
    found = find_lines(pa.array([line]), options, patterns)
    assert len(found.rules) == 1
    rule = int(found.rules[0])
    return [*RULES][rule - 1] if rule else None


def edited(text: str | None, options: LinesOptions) -> str | None:
    """Returns a text without its removed lines."""
    texts = pa.array([text], pa.string())
    found = find_lines(texts, options)
    result: str | None = edit_texts(
        texts, found, np.array([True]), options.max_blank_lines
    ).to_pylist()[0]
    return result


def row_of(text: str, options: LinesOptions) -> dict[str, object]:
    """Returns the measures of a text."""
    row: dict[str, object] = measure_lines(find_lines(pa.array([text]), options)).to_pylist()[0]
    return row


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("The river rose in the night.", None),
        ("The river rose in the night", "no_end_mark"),
        ('"The river rose in the night"', None),
        ("The river rose in the night...", "no_end_mark"),
        ("The river rose in the night…", "no_end_mark"),
        ("Did the river rise at night?  \t", None),
        ("The river rose in the night.[12]", None),
        ("The river rose in the night. [12] [citation needed]", None),
        ("The river rose. [edit]", "few_words"),
        ("It rose at night.", "few_words"),
        ("The page needs JavaScript to be enabled.", "javascript"),
        ("See our Privacy Policy for more of it.", "policy"),
        ("By reading on you accept our USE OF COOKIES!", "policy"),
        ("Nous utilisons des cookies pour améliorer ce site.", "policy"),
        ("a" * 1001 + " is one word too long here.", "word_too_long"),
        ("a" * 1000 + " is no word too long here.", None),
        # In unspaced scripts every character is a word.
        ("河水在夜里上涨了。", None),
        ("河水在夜里上涨了", "no_end_mark"),
        ("河水在夜里上涨了！", None),
        ("“河水在夜里上涨了”", None),
        ("「河水在夜裡上漲了」", None),
        ("河水在夜里上涨了……", None),
        ("河水在夜里上涨了…", "no_end_mark"),
        ("河水在夜里上涨了．", None),
        ("首页。", "few_words"),
        ("本网站使用 Cookie 改善体验。", "policy"),
        ("登錄即表示您同意我們的隱私權政策。", "policy"),
        ("继续浏览即表示接受使用条款。", "policy"),
        ("当事人对肖像使用条款的理解有争议。", None),
        ("河水在夜里上涨了。[编辑]", None),
        ("川の水が夜のうちに増えた。", None),
        ("แม่น้ำขึ้นในตอนกลางคืน!", None),
        ("नदी रात में ऊपर आ गई।", None),
        ("النهر ارتفع في الليل أمس؟", None),
        ("강물이 밤사이에 많이 불어났다.", "few_words"),
        ("강물이 어제 밤사이에 아주 많이 불어났다.", None),
        ("Вода поднялась за одну эту ночь.", None),
    ],
)
def test_c4(line: str, rule: str | None) -> None:
    """Each of C4's rules, and the first that fails of several."""
    assert removed_by(line, C4) == rule


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("ALL NEWS AND SPORT", "uppercase"),
        ("NASA and ESA", "uppercase"),
        ("The NASA and the ESA", None),
        ("ГЛАВНЫЕ НОВОСТИ", "uppercase"),
        ("ＮＥＷＳ ＡＮＤ ＳＰＯＲＴ", "uppercase"),
        ("ｎｅｗｓ ａｎｄ ｓｐｏｒｔ", None),
        ("全文 PDF", None),
        ("2024", "digits"),
        ("２０２４", "digits"),
        ("2,024", "few_words"),
        ("12 34", None),
        ("二〇二四", None),
        ("Home", "few_words"),
        ("主页", None),
        ("3 likes", "counter"),
        ("- 1.2K Views -", "counter"),
        ("1,234 comments", "counter"),
        ("Comments (3)", "counter"),
        ("I like 3 of them", None),
        ("3 likes and a share", None),
        ("3 个赞", "counter"),
        ("评论（３）", "counter"),
        ("浏览次数：1234", "counter"),
        ("1.2万次浏览", "counter"),
        ("阅读 3 本书", None),
        ("阅读123", "counter"),
        ("bookmark1 = x", None),
        ("bookmarks = 1", None),
        ("コメント 3件", "counter"),
        ("댓글 5개", "counter"),
        ("3 Kommentare", "counter"),
        ("12 комментариев", "counter"),
        ("Read more...", "navigation"),
        ("Sign-in", "few_words"),
        ("3 items in cart", None),
        ("查看更多>>", "navigation"),
        ("続きを読む", "navigation"),
    ],
)
def test_refinedweb(line: str, rule: str | None) -> None:
    """Capitals, digits, counters, single words, and lines that are only navigation."""
    assert removed_by(line, LinesOptions(rules="refinedweb")) == rule


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("The river rose again. Read more...", "The river rose again."),
        ("The river rose again. Read More »", "The river rose again."),
        ("Sign-in to see the river", " to see the river"),
        ("3 items in cart", "3"),
        ("Sign-ins rose by a tenth", "Sign-ins rose by a tenth"),
        ("Read more of what we wrote", "Read more of what we wrote"),
        ("河水又涨了。阅读全文 >>", "河水又涨了。"),
        ("登录】河水又涨了", "河水又涨了"),
        ("登录数据库后可见", "登录数据库后可见"),
        (
            "The river rose again in the night of the last Sunday. Read more...",
            "The river rose again in the night of the last Sunday. Read more...",
        ),
    ],
)
def test_navigation_is_cut_out_of_short_lines(line: str, left: str) -> None:
    """The rest of the line stays, and what went is counted."""
    options = LinesOptions(navigation=True)
    assert edited(line, options) == left
    row = row_of(line, options)
    assert row["lines_removed"] == 0
    assert row["lines_cut"] == (line != left)
    assert row["lines_removed_chars"] == len(line) - len(left.strip())


def test_cut_words_count_for_the_share() -> None:
    """Words that are cut out are removed words."""
    row = row_of("It rained. Read more...", LinesOptions(navigation=True))
    assert (row["lines_words_before"], row["lines_removed_words"]) == (4, 2)
    row = row_of("河水涨了。查看更多>>", LinesOptions(navigation=True))
    # 河 水 涨 了 。 查 看 更 多 >>
    assert (row["lines_words_before"], row["lines_removed_words"]) == (10, 5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained [1] all day long.[23]", "It rained  all day long."),
        ("下了一整天的雨。[编辑]", "下了一整天的雨。"),
        ("An array[] and [1, 2] and [x].", "An array and [1, 2] and [x]."),
        ("[edit]\nIt rained.", "It rained."),
        ("[1]", ""),
        ("[12", "[12"),
        ("[", "["),
    ],
)
def test_citations(text: str, expected: str) -> None:
    """They are cut out; a line of nothing else goes."""
    assert edited(text, LinesOptions(citations=True)) == expected


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("a b\n\n\n\nc d", None, "a b\n\n\n\nc d"),
        ("a b\n\n\n\nc d", 1, "a b\n\nc d"),
        ("a b\n\n\n\nc d", 0, "a b\nc d"),
        ("a b\n\nX\n\nc d", None, "a b\n\nc d"),
        ("a b\nX\nc d", None, "a b\nc d"),
        ("X\n\na b\n\nX\n", None, "a b"),
        ("  a b \r\nX\n", None, "  a b \r"),
        ("a b\n", 0, "a b\n"),
        ("\n\na b\n\n\n", 1, "a b"),
        (" \t\n\u3000\na b\n", 0, "a b"),
        ("X", None, ""),
        ("\n\n", 0, "\n\n"),
        ("", 0, ""),
        ("你 好\n\n\nX\n再 见", 1, "你 好\n\n再 见"),
    ],
)
def test_blank_lines_and_bytes_that_stay(text: str, most: int | None, expected: str) -> None:
    """Blank lines of the removed go with them; what is not touched keeps its bytes."""
    assert edited(text, LinesOptions(min_words=2, max_blank_lines=most)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Menu\nIt rained.\nmenu\n MENU \nIt rained.", "Menu\nIt rained."),
        ("首页\n你好\nＡＢＣ\nabc\n首页", "首页\n你好\nＡＢＣ"),
        ("a  b\na b\nab", "a  b\nab"),
    ],
)
def test_repeated_lines(text: str, expected: str) -> None:
    """The first of them stays; case, width and the amount of white space do not count."""
    assert edited(text, LinesOptions(repeated=True)) == expected


def test_repeated_lines_are_compared_with_those_that_stay() -> None:
    """A line that another rule removes is nobody's first."""
    options = LinesOptions(repeated=True, patterns=("^Menu$",))
    assert removed_by("Menu", options) == "pattern"
    assert edited("Menu\nmenu\nMENU", options) == "menu"


def test_patterns_are_found_in_one_line() -> None:
    """`^` and `$` are a line's ends, and white space does not reach into the next."""
    options = LinesOptions(patterns=(r"^\s*[•●]", r"(?i)版权所有", r"end\s+of"))
    text = "• item\nThe end\nof it\n© 版权所有 2024\nNo • here"
    assert edited(text, options) == "The end\nof it\nNo • here"
    assert removed_by("x y", LinesOptions(), ["y$"]) == "pattern"


def test_nulls_slices_and_empty_columns() -> None:
    """Null texts have null measures, slices begin where they begin."""
    texts = pa.array(["no\nmark here", None, "", "So it was to be.\nno mark", "雨。"])[1:4]
    found = find_lines(texts, LinesOptions(end_mark="c4"))
    measures = measure_lines(found)
    assert measures.schema == LINE_MEASURES
    assert measures["lines_removed"].to_pylist() == [None, 0, 1]
    assert measures["lines_removed_at"].to_pylist() == [None, None, [2]]
    after = edit_texts(texts, found, np.ones(3, np.bool_))
    assert after.to_pylist() == [None, "", "So it was to be."]
    nothing = find_lines(pa.array([], pa.string()), C4)
    assert measure_lines(nothing).num_rows == 0
    assert len(edit_texts(pa.array([], pa.string()), nothing, np.ones(0, np.bool_))) == 0
    for reason in line_failures(measures, LinesOptions(max_removed_words=0.0)).values():
        assert reason[:2].tolist() == [False, False]


def test_line_numbers_count_blank_lines_and_are_few() -> None:
    """They are those of an editor; only the first are kept."""
    row = row_of("X\n\n\nX\nstays here\nX", LinesOptions(min_words=2))
    assert row["lines_removed_at"] == [1, 4, 6]
    row = row_of("X\n" * 30, LinesOptions(min_words=2))
    assert row["lines_removed_at"] == list(range(1, 11))


def test_the_limit_is_exact() -> None:
    """One word of twenty is a twentieth, and not more."""
    options = LinesOptions(rules="refinedweb")
    line = "it rained all day on me and on you\n"
    texts = pa.array([f"Menu\n{line * 2}so", f"Menu\n{line * 2}", "雨" * 19 + "\nMenu"])
    measures = measure_lines(find_lines(texts, options))
    assert measures["lines_words_before"].to_pylist() == [20, 19, 20]
    assert measures["lines_removed_words"].to_pylist() == [2, 1, 1]
    failures = line_failures(measures, options)
    assert failures["lines-too-many-removed"].tolist() == [True, True, False]


def test_kernel_and_columns_name_the_same_rules() -> None:
    """The numbers in the kernels follow the names of the columns."""
    names = {
        "no_end_mark": "NO_END_MARK", "little_han": "LITTLE_HAN", "private_use": "PRIVATE_USE",
        "lorem_ipsum": "WITH_LOREM_IPSUM", "policy": "WITH_POLICY",
        "advertisement": "ADVERTISEMENT", "listed_words": "LISTED_WORDS", "repeated": "REPEATED",
    }  # fmt: skip
    for rule, constant in names.items():
        assert getattr(line_kernels, constant) == [*RULES].index(rule) + 1


CAPITALS = capitals()
CLASSES = characters().classes


def slow_words(line: str) -> list[str]:
    """The words of a line, one character at a time."""
    words, word = [], ""
    for c in line:
        kind = CLASSES[ord(c)]
        alone = bool(word) and len(word) == 1 and CLASSES[ord(word)] == UNSPACED
        if word and (kind in (SPACE, UNSPACED) or alone):
            words.append(word)
            word = ""
        if kind != SPACE:
            word += c
    return [*words, word] if word else words


def slow_verdict(line: str, options: LinesOptions) -> str | None:
    """What `find_lines` finds, for the rules without phrases."""
    if options.citations:
        line = re.sub(r"\[[0-9]*\]|\[edit\]", "", line)
    start = next((k for k, c in enumerate(line) if CLASSES[ord(c)] != SPACE), len(line))
    while line and CLASSES[ord(line[-1])] == SPACE:
        line = line[:-1]
    line = line[start:]
    words = slow_words(line)
    if not words:
        return "few_words"
    if options.max_word_chars is not None and max(map(len, words)) > options.max_word_chars:
        return "word_too_long"
    if options.end_mark and not (
        line.endswith("……")
        or (line[-1] in C4_TERMINALS and not line.endswith("..."))
    ):  # fmt: skip
        return "no_end_mark"
    for share, rule, count in (
        (options.max_uppercase, "uppercase",
         sum(bool(CAPITALS[ord(c)]) for c in line if ord(c) < 0x10000)),
        (options.max_digits, "digits", sum(CLASSES[ord(c)] == DIGIT for c in line)),
    ):  # fmt: skip
        if share is not None and count * 2 > share * 2 * len(line):
            return rule
    solid = [c for c in line if CLASSES[ord(c)] in (LETTER, DIGIT, UNSPACED)]
    han = sum("\u4e00" <= c <= "\u9fff" for c in solid)
    if options.min_han is not None and han < options.min_han * len(solid):
        return "little_han"
    private = sum("\ue000" <= c <= "\uf8ff" or c == "\ufffd" for c in line)
    if options.max_private_use is not None and private > options.max_private_use * len(line):
        return "private_use"
    if len(words) < (options.min_words or 0):
        return "few_words"
    return "few_chars" if len(line) < (options.min_chars or 0) else None


PIECES = st.sampled_from(
    ["rain", "Rain", "A", "7", " ", "  ", "\t", "\u3000", ".", "...", "…", "。", "！", "”", '"',
     "雨", "下雨了", "ン", "ฝน", "비", "[1]", "[]", "[edit]", "[x]", "é", "😀", "，", "\u200d",
     "\ue000", "\ufffd"]
)  # fmt: skip
TEXTS = st.lists(st.one_of(PIECES, st.just("\n")), max_size=30).map("".join)
OPTIONS = st.builds(
    LinesOptions,
    end_mark=st.sampled_from([None, "c4"]),
    min_words=st.sampled_from([None, 2, 4]),
    min_chars=st.sampled_from([None, 3]),
    max_word_chars=st.sampled_from([None, 4]),
    max_uppercase=st.sampled_from([None, 0.5]),
    max_digits=st.sampled_from([None, 0.5]),
    min_han=st.sampled_from([None, 0.5]),
    max_private_use=st.sampled_from([None, 0.0, 0.25]),
    citations=st.booleans(),
)


@given(st.lists(TEXTS, max_size=4), OPTIONS)
def test_the_kernel_does_what_slow_code_does(texts: list[str], options: LinesOptions) -> None:
    """Lines, words, verdicts, and the text that is left."""
    column = pa.array(texts, pa.string())
    found = find_lines(column, options)
    after = edit_texts(column, found, np.ones(len(texts), np.bool_), options.max_blank_lines)
    for number, text in enumerate(texts):
        part = slice(*found.offsets[number : number + 2])
        lines = [
            line
            for line in text.split("\n")
            if any(CLASSES[ord(c)] != SPACE for c in line)
        ]  # fmt: skip
        verdicts = [slow_verdict(line, options) for line in lines]
        assert [[None, *RULES][rule] for rule in found.rules[part]] == verdicts
        cut = [re.sub(r"\[[0-9]*\]|\[edit\]", "", line) if options.citations else line
               for line in lines]  # fmt: skip
        assert found.words[part].tolist() == [len(slow_words(line)) for line in cut]
        kept = [line for line, rule in zip(cut, verdicts, strict=True) if rule is None]
        left = [line for line in after[number].as_py().split("\n") if slow_words(line)]
        assert left == kept
        if cut == lines and not any(verdicts):
            assert after[number].as_py() == text


@given(st.lists(TEXTS, max_size=3), st.sampled_from(["c4", "fineweb", "dclm"]))
def test_what_is_left_is_left_again(texts: list[str], rules: str) -> None:
    """The rules find nothing in what they have edited, citations and blank lines included."""
    options = LinesOptions.model_validate({"rules": rules, "navigation": False})
    once = [edited(text, options) for text in texts]
    assert [edited(text, options) for text in once] == once


POOL = [
    "Menu\nIt rained all day long.\n首页\n昨天下雨了。",
    "plain",
    "",
    None,
    "Read more...\n\n雨。",
]


def test_a_text_does_not_know_its_neighbours() -> None:
    """However a column is cut, each text has the result that it has alone."""
    options = LinesOptions(rules="c4", navigation=True)

    def results(column: pa.Array) -> list[tuple[object, object]]:
        found = find_lines(column, options)
        after = edit_texts(column, found, np.ones(len(column), np.bool_), options.max_blank_lines)
        after.validate(full=True)
        return list(zip(after.to_pylist(), measure_lines(found).to_pylist(), strict=True))

    alone = {text: results(pa.array([text], pa.string()))[0] for text in POOL}
    random = np.random.default_rng(1)
    for _ in range(30):
        texts = [POOL[index] for index in random.integers(len(POOL), size=9)]
        first = int(random.integers(9))
        assert results(pa.array(texts, pa.string())[first:]) == [alone[t] for t in texts[first:]]
