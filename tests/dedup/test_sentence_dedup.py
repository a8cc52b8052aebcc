"""Sentence deduplication: one copy of each window survives whole, in any order of arrival."""

import random
import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.dedup.sentence_cuts import RemovedSentences, remove_sentences
from corpus_pipeline.dedup.sentences import (
    SENTENCE_REMOVALS,
    SentenceOptions,
    TextWindows,
    sentence_removals,
    span_hashes,
    windows_of,
)

#: Sentences of a tiny alphabet, in documents that overlap in every way. "Bb" is 甲 in Chinese.
WORDS = ["aa", "甲", "cc", "dd"]
DOCUMENTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=9), max_size=6)
SPANS = st.integers(1, 4)


def text_of(sentences: list[str]) -> str:
    return "".join("甲。" if word == "甲" else f"{word.capitalize()}. " for word in sentences)


def sentences_in(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def windows_in(sentences: list[str], span: int) -> list[tuple[str, ...]]:
    size = min(span, len(sentences))
    return [tuple(sentences[i : i + size]) for i in range(len(sentences) - size + 1) if size]


def deduplicate(
    texts: list[str | None], options: SentenceOptions, ranks: list[int] | None = None
) -> tuple[RemovedSentences, pa.Table]:
    """Runs the whole of sentence deduplication over one batch."""
    column = pa.array(texts, pa.string())
    windows = span_hashes(column, options)
    rows = np.repeat(np.arange(len(texts)), np.diff(windows.offsets))
    removals = sentence_removals(
        windows.hashes,
        np.array(ranks or [0] * len(texts), np.uint64)[rows],
        rows.astype(np.uint64),
        windows.ordinals,
        options,
    )
    picked = windows_of(np.arange(len(texts), dtype=np.uint64), removals)
    return remove_sentences(column, picked, options), removals


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        ("The cat sat. It ate! Who?", "the CAT sat it\nate, who", True),
        ("Ａｂｃ１ ｄｅｆ。", "abc1 DEF", True),
        ("猫坐下了。它吃了！", "猫坐下了，它吃了", True),
        ("猫坐下了。", "猫坐下来。", False),
        ("One two. Three.", "One. Two.", False),
        ("one two", "two one", False),
        ("one one", "one", False),
    ],
)
def test_what_makes_windows_equal(left: str, right: str, equal: bool) -> None:
    windows = span_hashes(pa.array([left, right]), SentenceOptions(span=9, min_words=1))
    assert windows.offsets.tolist() == [0, 1, 2]
    assert (windows.hashes[0] == windows.hashes[1]) == equal


@settings(deadline=None)
@given(DOCUMENTS, SPANS)
def test_windows_are_those_of_the_obvious_twin(documents: list[list[str]], span: int) -> None:
    column = pa.array([text_of(sentences) for sentences in documents], pa.string())
    windows = span_hashes(column, SentenceOptions(span=span, min_words=1))
    twin = [windows_in(sentences, span) for sentences in documents]
    assert np.diff(windows.offsets).tolist() == [len(found) for found in twin]
    assert windows.ordinals.tolist() == [i for found in twin for i in range(len(found))]
    flat = [window for found in twin for window in found]
    assert len(set(flat)) == len(set(windows.hashes.tolist()))
    assert len(set(zip(flat, windows.hashes.tolist(), strict=True))) == len(set(flat))


def test_short_windows_null_and_empty_texts_are_no_candidates() -> None:
    texts = pa.array([None, "", "...", "一二三四。五", "one two. three four five"])
    assert span_hashes(texts, SentenceOptions(min_words=5)).offsets.tolist() == [0, 0, 0, 0, 1, 2]
    assert span_hashes(texts, SentenceOptions(min_words=6)).offsets.tolist() == [0, 0, 0, 0, 0, 0]
    none = span_hashes(pa.array([], pa.string()), SentenceOptions())
    assert none.offsets.tolist() == [0]


ROWS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 3), st.integers(0, 3)),
    unique_by=lambda row: (row[2], row[3]),
    max_size=16,
)


def removals_of(rows: list[tuple[int, int, int, int]]) -> pa.Table:
    hashes, ranks, addresses, ordinals = np.array(rows, np.uint64).reshape(-1, 4).T
    return sentence_removals(hashes, ranks, addresses, ordinals.astype(np.uint32))


@settings(deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_removals_are_those_of_a_dict_in_any_order(
    rows: list[tuple[int, int, int, int]], shuffler: random.Random
) -> None:
    groups: dict[int, list[tuple[int, int, int]]] = {}
    for hash_, rank, address, ordinal in rows:
        groups.setdefault(hash_, []).append((rank, address, ordinal))
    wanted = sorted(
        (address, ordinal, (rank, address, ordinal) == min(copies))
        for copies in groups.values()
        if len(copies) > 1
        for rank, address, ordinal in copies
    )
    shuffled = list(rows)
    shuffler.shuffle(shuffled)
    table = removals_of(shuffled)
    assert table.schema.equals(SENTENCE_REMOVALS, check_metadata=True)
    assert [tuple(row.values()) for row in table.to_pylist()] == wanted
    assert table == removals_of(rows)


@settings(deadline=None)
@given(DOCUMENTS, SPANS, st.data())
def test_every_window_survives_whole_somewhere(
    documents: list[list[str]], span: int, data: st.DataObject
) -> None:
    ranks = data.draw(st.lists(st.integers(0, 1), min_size=len(documents), max_size=len(documents)))
    options = SentenceOptions(span=span, min_words=1)
    result, removals = deduplicate([text_of(d) for d in documents], options, ranks)
    kept = [sentences_in(text) for text in result.texts.to_pylist()]

    before = {window for sentences in documents for window in windows_in(sentences, span)}
    joined = {"".join(kept_sentences) for kept_sentences in kept}
    removed = {
        windows_in(documents[row["address"]], span)[row["ordinal"]] for row in removals.to_pylist()
    }
    assert all(any("".join(window) in text for text in joined) for window in removed)
    assert {w for window in before for w in window} == {w for text in kept for w in text}
    # Nothing is counted twice, and nothing unseen.
    assert result.sentences.tolist() == [
        len(d) - len(k) for d, k in zip(documents, kept, strict=True)
    ]


@settings(deadline=None)
@given(DOCUMENTS)
def test_of_single_sentences_exactly_one_copy_survives(documents: list[list[str]]) -> None:
    options = SentenceOptions(span=1, min_words=1, max_loss=1)
    result, _ = deduplicate([text_of(d) for d in documents], options)
    kept = [word for text in result.texts.to_pylist() for word in sentences_in(text)]
    assert sorted(kept) == sorted({word for sentences in documents for word in sentences})


@pytest.mark.parametrize(
    ("documents", "ranks", "wanted"),
    [
        # One sentence over and over: its first window stays.
        (["aa aa aa aa aa"], [0], ["aa aa aa"]),
        # The least rank survives, then the least address.
        (["aa cc dd", "aa cc dd", "aa cc dd"], [2, 1, 1], ["", "aa cc dd", ""]),
        # The middle document is the keeper of (cc dd 甲), so only what no keeper covers goes.
        (["aa cc dd", "aa cc dd 甲", "cc dd 甲"], [0, 0, 0], ["aa cc dd", "cc dd 甲", ""]),
        # Fewer sentences than the span: they are compared whole.
        (["aa cc", "cc aa", "aa cc"], [0, 0, 0], ["aa cc", "cc aa", ""]),
    ],
)
def test_keepers(documents: list[str], ranks: list[int], wanted: list[str]) -> None:
    texts: list[str | None] = [text_of(d.split()) for d in documents]
    result, _ = deduplicate(texts, SentenceOptions(span=3, min_words=1), ranks)
    assert [" ".join(sentences_in(text)) for text in result.texts.to_pylist()] == wanted


def cut(text: str, *ordinals: int) -> str | None:
    windows = TextWindows(
        np.array([0, len(ordinals)]),
        np.array(ordinals, np.uint32),
        np.zeros(len(ordinals), np.bool_),
    )
    column = pa.array([text])
    result = remove_sentences(column, windows, SentenceOptions(span=1))
    kept = str(result.texts[0])
    assert result.chars.tolist() == [len(text) - len(kept)]
    assert result.sentences.tolist() == [len(set(ordinals))]
    return kept


@pytest.mark.parametrize(
    ("text", "ordinals", "wanted"),
    [
        ("One. Two. Three.", [1], "One. Three."),
        ("One. Two. Three.", [0], "Two. Three."),
        ("One. Two. Three.\n", [2], "One. Two.\n"),
        ("  One. Two.", [0], "  Two."),
        ("One.\nTwo.\n", [0, 1], ""),
        ("One.\n\nTwo. Three.", [1], "One.\n\nThree."),
        ("One. Two.\n\nThree.", [1], "One.\n\nThree."),
        ("One.\n\nTwo.\n\nThree.", [1], "One.\n\nThree."),
        ("One.\n\nTwo.\n\nThree.\n\nFour.", [1, 2], "One.\n\nFour."),
        ("One.\n  * two\n    * three", [1], "One.\n    * three"),
        ("一。二！三？四。", [1], "一。三？四。"),
        ("一。二！三？四。", [0, 3], "二！三？"),
        ("一。\n二！三？", [1], "一。\n三？"),
        ("One. Two.\n\nThree. Four.", [1, 2], "One.\n\nFour."),
        ("一。二！\n\n　　三？四。", [1, 2], "一。\n\n　　四。"),
        ("One. Two.\n\nThree. Four.", [0, 1, 2], "Four."),
    ],
)
def test_cuts_keep_the_lines_of_what_stays(text: str, ordinals: list[int], wanted: str) -> None:
    assert cut(text, *ordinals) == wanted


@settings(deadline=None)
@given(st.lists(st.sampled_from(["Aa. ", "Bb.\n", "丙。", "Dd\n\n", " "]), max_size=9), st.data())
def test_cuts_make_no_gap_that_was_not_there(pieces: list[str], data: st.DataObject) -> None:
    text = "".join(pieces)
    count = len(sentences_in(text))
    ordinals = data.draw(st.sets(st.integers(0, count - 1))) if count else set()
    kept = cut(text, *sorted(ordinals))
    assert kept is not None
    wanted = [word for i, word in enumerate(sentences_in(text)) if i not in ordinals]
    assert sentences_in(kept) == wanted
    assert max(map(len, re.findall(r"\n+", kept)), default=0) <= 2 or "\n\n\n" in text


def test_texts_without_removals_keep_their_bytes() -> None:
    texts = [" One.  Two. \n\n\n\nThree.", None, "", "一。 二。"]
    column = pa.array(texts)
    none = TextWindows(np.zeros(5, np.int64), np.zeros(0, np.uint32), np.zeros(0, np.bool_))
    assert remove_sentences(column, none, SentenceOptions()).texts is column
    windows = TextWindows(
        np.array([0, 1, 1, 1, 2]), np.array([0, 0], np.uint32), np.array([True, False])
    )
    result = remove_sentences(column, windows, SentenceOptions(span=1))
    assert result.texts.to_pylist() == [*texts[:3], "二。"]
    assert result.sentences.tolist() == [0, 0, 0, 1]
    assert result.chars.tolist() == [0, 0, 0, 3]


def test_slices_and_no_rows() -> None:
    column = pa.array(["x", "One. Two.", "y"]).slice(1, 1)
    windows = TextWindows(np.array([0, 1]), np.array([0], np.uint32), np.array([False]))
    assert remove_sentences(column, windows, SentenceOptions(span=1)).texts.to_pylist() == ["Two."]
    result, removals = deduplicate([], SentenceOptions())
    assert (len(result.texts), len(removals)) == (0, 0)


def test_windows_of_other_texts_are_refused() -> None:
    windows = TextWindows(np.array([0, 1]), np.array([2], np.uint32), np.array([False]))
    with pytest.raises(ValueError, match="text 0 has no sentence"):
        remove_sentences(pa.array(["One. Two."]), windows, SentenceOptions())
    with pytest.raises(ValueError, match="windows are of 1 texts, but 2"):
        remove_sentences(pa.array(["One.", "Two."]), windows, SentenceOptions())


@pytest.mark.parametrize(("option", "value"), [("span", 0), ("min_words", 0)])
def test_options_are_checked(option: str, value: int) -> None:
    with pytest.raises(ValueError, match=f"{option} must be at least 1"):
        SentenceOptions(**{option: value})  # type: ignore[arg-type]


EN = (
    "The council met on {} evening. It spoke of the old bridge at length. "
    "Nobody knew who would pay."
)
ZH = "委员会在{}晚上开会了。他们谈了很久那座老桥的事情。没有人知道该由谁来付这笔钱。"


@pytest.mark.parametrize(
    "shared",
    [EN.format("Monday") + " " + EN.format("May"), ZH.format("星期一") + ZH.format("五月")],
)
@pytest.mark.parametrize(
    ("own", "max_loss", "cut"),
    [
        (3, 0.5, True),  # a quarter of the document is shared
        (1.1, 0.5, True),  # just under a half
        (1.1, 0.4, False),
        (0.5, 0.5, False),  # two thirds
        (0.5, 0.7, True),
        (0.5, 1, True),
    ],
)
def test_a_document_that_would_lose_too_much_loses_nothing(
    shared: str, own: float, max_loss: float, cut: bool
) -> None:
    # Words of their own, in the script of the text.
    letters = "abcdefghijklmnopqrstuvwxyz" if shared.isascii() else "一二三四五六七八九十百千"
    size = int(len(shared) * own)
    mine = "".join(letters[i * i % len(letters)] + (" " if i % 4 == 3 and shared.isascii() else "")
                   for i in range(size))[:size].strip()  # fmt: skip
    keeper, text = shared, f"{mine}\n\n{shared}"
    result, _ = deduplicate([keeper, text], SentenceOptions(max_loss=max_loss), [0, 1])
    assert result.texts.to_pylist() == [keeper, mine if cut else text]
    assert result.nothing_left.tolist() == [False, False]
    lost = len(text) - len(mine)
    assert result.repeated.tolist() == [0, lost]
    assert result.chars.tolist() == [0, lost if cut else 0]
    assert result.sentences.tolist() == [0, 6 if cut else 0]


@pytest.mark.parametrize("title", ["", "A title of five words\n\n", "八个字的一个标题\n\n"])
def test_a_document_of_which_some_words_are_left_has_nothing_left(title: str) -> None:
    shared = EN.format("Monday") + "\n" + ZH.format("星期一")
    result, _ = deduplicate([shared, title + shared], SentenceOptions(), [0, 1])
    assert result.nothing_left.tolist() == [False, True]


TABLE = (
    "| bridge | length | year |\n|---|---|---|\n| old | 12 metres | 1911 |\n| new | 90 m | 2024 |"
)
CODE = "import os\nfor name in os.listdir():\n    print(name, len(name))\n    total = total + 1"
LISTINGS = {
    "fence": f"```python\n{CODE}\n```",
    "tildes": f"~~~\n{CODE}\n~~~",
    "fence in a list": "- ```sh\n  make all of it now\n  make test of all of it\n  ```",
    "open fence": f"```python\n{CODE}",
    "indented": "\n    " + CODE.replace("\n", "\n    ") + "\n",
    "table": TABLE,
    "pre": f"<pre>\n{CODE}\n</pre>",
    "html table": "<table>\n<tr><td>old bridge of wood</td></tr>\n<tr><td>new</td></tr>\n</table>",
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", LISTINGS)
def test_code_and_tables_stay_and_the_prose_around_them_goes(kind: str, language: str) -> None:
    template = EN if language == "en" else ZH
    own = [template.format(day) for day in ("Friday", "Sunday", "星期五", "星期六")]
    # Each has its own beginning, and half of it is the same as in the other.
    first, second = (
        "\n\n".join([*(f"{text} {n}" for text in own), template.format("M"), LISTINGS[kind]])
        for n in "ab"
    )
    options = SentenceOptions(span=1, min_words=4, max_loss=0.99)
    result, _ = deduplicate([first, second], options, [0, 1])
    left = result.texts[1].as_py()
    assert LISTINGS[kind].strip("\n") in left
    assert template.format("M") not in left
    assert result.chars[1] >= len(template.format("M"))


def test_a_program_without_fences_stays_whole_and_a_page_of_links_does_not() -> None:
    program = "# Counts what is there.\n" + "\n".join(
        f"def count_{name}(items, start={n}):\n    result[{n}] = items.get({n}) or start_{name}\n"
        "    return {'name': result, 'items': items}"
        for n, name in enumerate(("files", "lines", "words", "marks"))
    )
    page = "\n\n".join(
        f"See [the page of {name}](https://example.org/{name}_{name}/#top) for all of it."
        for name in ("bridges", "rivers", "houses", "gardens", "schools", "boats")
    )
    for text, stays in ((program, True), (page, False)):
        for other in (EN.format("Monday"), ZH.format("星期一")):
            column = pa.array([text, f"{text}\n\n{other}"])
            windows = span_hashes(column, SentenceOptions())
            first, second = np.split(windows.hashes, windows.offsets[1:2])
            shared = np.intersect1d(first, second)
            assert (len(shared) == 0) == stays


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["prose", "code", "own"]), st.integers(0, 2)),
                min_size=1, max_size=8), st.sampled_from([0.2, 0.5, 0.8]))  # fmt: skip
def test_no_document_loses_more_than_it_may_and_no_line_of_code(
    blocks: list[tuple[str, int]], max_loss: float
) -> None:
    made = []
    for place, (kind, number) in enumerate(blocks):
        if kind == "prose":
            made.append((EN, ZH)[number % 2].format(number))
        elif kind == "own":
            made.append(
                f"Only here, at {place}, these twelve and more words stand, 第{place}段独有的话。"
            )
        else:
            made.append(f"```\nx = {number}; y = [x, x]; call(y, number={number})\nz = y\n```")
    text = "\n\n".join(made)
    options = SentenceOptions(span=1, max_loss=max_loss)
    result, _ = deduplicate(
        [EN.format(0) + "\n" + ZH.format(1) + EN.format(2), text], options, [0, 1]
    )
    lost = len(text) - len(result.texts[1].as_py())
    assert result.nothing_left[1] or lost * 10 <= max_loss * 10 * len(text)
    if not result.nothing_left[1]:
        assert result.texts[1].as_py().count("```") == text.count("```")
        assert result.chars[1] == lost
