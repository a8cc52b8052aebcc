"""Measures that profiles ask for, and definitions of their own, against slow twins and tables."""

import math
import re
import statistics
import unicodedata
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.filters.quality.columns import QUALITY_MEASURES
from corpus_pipeline.filters.quality.definitions import (
    COMPARED,
    DUPLICATE_NGRAMS,
    DUPLICATES,
    TOP_NGRAMS,
    USUAL,
    WORD_FORMS,
    Definitions,
)
from corpus_pipeline.filters.quality.measures import measure_quality
from corpus_pipeline.filters.quality.more_columns import (
    FAMILIES,
    FIXED,
    WORD_MEANINGS,
    family_of,
    is_more,
)
from corpus_pipeline.filters.quality.more_measures import count_more
from corpus_pipeline.filters.quality.word_split import split_document
from corpus_pipeline.text.characters import characters

PIECES = [
    "the", "The", "THE", "stone", "Stone,", "b", "12", "§3", "…", "...", "#tag", "a.b", "—", "国",
    "國", "中国话", "ｆｕｌｌ", "é", "http://a.b/c?d", "https://", "(x)", "{", "•", "-", "😀",
]  # fmt: skip
TEXTS = st.lists(
    st.sampled_from(PIECES) | st.sampled_from([" ", "  ", "\n", "\n\n", "\n \n", "\u3000"]),
    max_size=40,
).map("".join)


def count(text: str, names: list[str], definitions: Definitions = USUAL) -> dict[str, int | None]:
    """Returns the measures of one English text."""
    more = [name for name in names if name not in QUALITY_MEASURES.names]
    found = measure_quality(pa.array([text]), pa.array(["en"]), False, definitions, more)
    return {name: found[name][0].as_py() for name in names}


def is_solid(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def core(word: str) -> str:
    """The word without case, width and outer punctuation."""
    solid = [k for k, character in enumerate(word) if is_solid(character)]
    inner = word[solid[0] : solid[-1] + 1] if solid else ""
    return unicodedata.normalize("NFKC", inner).casefold()


def split(text: str, form: str) -> list[str]:
    if form == "characters":
        return [character for character in text if not character.isspace()]
    if form == "unicode":
        return re.findall(r"[\u4e00-\u9fff]|[^\s\u4e00-\u9fff]+", text)
    return text.split()


def test_words_of_ngrams_may_be_others() -> None:
    own = Definitions(words="white-space", ngram_words="segments", ngram_blanks=False)
    names = ["words", "word_chars", "all_2_gram_chars", "ngram_word_chars"]
    # Segments: don't stop 3.5 元 now
    got = count("(don't) stop... 3.5元 - now!", names, own)
    assert got == {"words": 5, "word_chars": 23, "all_2_gram_chars": 24, "ngram_word_chars": 16}


@given(TEXTS)
def test_characters_equal_the_slow_twin(text: str) -> None:
    letters = [c for c in text if unicodedata.category(c)[0] in "LM"]
    numerals = sum(unicodedata.category(c)[0] == "N" for c in text)
    urls = re.findall(r"https?://[A-Za-z0-9$\-_@.&+/:=?#~!*(),%]+", text)
    ellipses = text.count("…") + text.count("...")
    expected = {
        "whole_chars": len(text),
        "line_chars": len(text.replace("\n", "")),
        "alphanumeric_chars": len(letters) + numerals,
        "non_alphanumeric_chars": len(re.sub(r"[A-Za-z0-9\n?!,.]", "", text)),
        "upper_case_letters": sum(
            unicodedata.normalize("NFKC", c).casefold() != c for c in letters
        ),
        "numeral_chars": numerals,
        "special_chars": len(text) - len(letters),
        "punctuation_chars": sum(unicodedata.category(c)[0] == "P" for c in text),
        "bracket_chars": sum(c in "()[]{}⟨⟩" for c in text),
        "url_chars": sum(map(len, urls)),
        "han_chars": sum("\u4e00" <= c <= "\u9fff" for c in text),
        "simplified_chars": text.count("国") + text.count("话"),
        "traditional_chars": text.count("國"),
        "script_chars": text.count("国") + text.count("话") + text.count("國"),
        "ellipsis_marks": ellipses,
        "ellipsis_chars": text.count("…") + 3 * text.count("..."),
        "symbols": ellipses + text.count("#"),
        "feeds": text.count("\n"),
        "text_lines": len(text.split("\n")),
        "all_lines": text.count("\n") + (text != "" and not text.endswith("\n")),
    }
    assert count(text, list(expected)) == expected


@given(TEXTS, st.sampled_from(["unicode", "white-space", "characters"]))
def test_words_equal_the_slow_twin(text: str, form: str) -> None:
    words = split(text, form)
    cores = [found for word in words if (found := core(word))]
    times = Counter(cores)
    entropy = -sum(n / len(cores) * math.log(n / len(cores)) for n in times.values())
    got = count(
        text,
        [*WORD_MEANINGS, "words", "word_chars", "longest_word"]
        if form == "characters"
        else [*WORD_MEANINGS],
        Definitions(words=form),
    )
    if form == "characters":
        assert got.pop("words") == got.pop("word_chars") == len(words)
        assert got.pop("longest_word") == (1 if words else 0)
    if form != "characters":
        # A character of an unspaced script is neither small nor capital.
        han = re.compile(r"[\u4e00-\u9fff]")
        capitals = [word for word in words if is_capital(han.sub("", word))]
    else:
        capitals = [word for word in words if is_capital(word) and not "\u4e00" <= word <= "\u9fff"]
    assert abs((got.pop("word_entropy") or 0) - 1000 * entropy) <= 1
    assert got == {
        "plain_words": sum(map(is_plain, words)),
        "plain_word_chars": sum(len(word) for word in words if is_plain(word)),
        "median_word_length": int(2 * statistics.median(map(len, words))) if words else 0,
        "normal_words": len(cores),
        "distinct_words": len(times),
        "all_caps_words": len(capitals),
        "symbol_words": sum("#" in word or "…" in word for word in words),
        "lone_symbol_words": sum(
            not set(word) - set("#….()[]") and bool(set(word) & set("#…") or word.count(".") >= 3)
            for word in words
        ),
        "words_from_letter": sum(word[0].isalnum() for word in words),
    }


@given(TEXTS, st.sampled_from(["unicode", "white-space"]), st.integers(2, 20))
def test_words_by_their_length_equal_the_slow_twin(text: str, form: str, n: int) -> None:
    lengths = [*map(len, split(text, form))]
    expected = {
        "words_from_5_chars": sum(k >= 5 for k in lengths),
        f"words_up_to_{n}_chars": sum(k <= n for k in lengths),
        f"words_from_{n}_chars": sum(k >= n for k in lengths),
    }
    assert count(text, [*expected], Definitions(words=form)) == expected


RUNS = re.compile(r"(.{1,64}?)(\s?\1){3,}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [0, 0, 0]),
        ("MMM MM", [6, 6, 5]),
        ("so so so, blah blah blah blah\nblah", [20, 20, 4]),
        ("ab cd ab cd\nab cdab cd!", [22, 22, 4]),
        ("嗯嗯嗯嗯 哈哈哈", [4, 4, 4]),
        ("a\n\na\n\na\n\na", [0, 0, 0]),
        ("x" * 64 + ("y" * 63 + "z") * 4, [64 + 4 * 63, 64, 64]),
        (("a" + "bc" * 32) * 4, [4 * 64, 64, 32]),
        ("12345678" * 8 * 4, [256, 256, 32]),
        ("".join(map(chr, range(97, 162))) * 4, [0, 0, 0]),
    ],
)
def test_runs_of_one_repeated_string(text: str, expected: list[int]) -> None:
    names = ["run_chars", "longest_run", "most_repeats"]
    assert [*count(text, names).values()] == expected


@given(
    st.lists(st.sampled_from(["a", "b", "ab", "文", "\n", ".", "x y "]), max_size=30).map("".join)
)
def test_runs_are_those_of_an_expression(text: str) -> None:
    runs = [(len(each[0]), each[0].count(each[1])) for each in RUNS.finditer(text)]
    expected = [sum(size for size, _ in runs), max((size for size, _ in runs), default=0)]
    assert [*count(text, ["run_chars", "longest_run"]).values()] == expected


@pytest.mark.parametrize(
    ("text", "lone"),
    [("... # ... # #", 5), ("a# ## (…) [...] ......", 4), (".. () . #a …b []", 0), ("", 0)],
)
def test_words_of_nothing_but_symbols(text: str, lone: int) -> None:
    got = count(text, ["lone_symbol_words"], Definitions(words="white-space"))
    assert got == {"lone_symbol_words": lone}


def is_capital(word: str) -> bool:
    letters = [c for c in word if unicodedata.category(c)[0] in "LM"]
    return bool(letters) and all(unicodedata.normalize("NFKC", c).casefold() != c for c in letters)


def is_plain(word: str) -> bool:
    """A word of the pieces above that is not ASCII's punctuation, … or — alone."""
    return any(c.isalnum() or (c > "\x7f" and c not in "…—") for c in word)


def ngram_twin(words: list[str], n: int, own: Definitions) -> dict[str, int]:
    """Characters of n-grams by the definitions, with lists of words."""
    grams = [tuple(words[k : k + n]) for k in range(len(words) - n + 1)]
    times = Counter(grams)
    most = max(times.values(), default=0)

    def length(gram: tuple[str, ...]) -> int:
        return sum(map(len, gram)) + (n - 1 if own.ngram_blanks else 0)

    def places(chosen: list[int]) -> set[int]:
        return {k + j for k in chosen for j in range(n)}

    def covered(chosen: list[int]) -> int:
        return sum(len(words[k]) for k in places(chosen))

    of_most = [gram for gram in times if times[gram] == most]
    top = {
        "covered": max(
            (covered([k for k, g in enumerate(grams) if g == gram]) for gram in of_most), default=0
        ) if most > 1 else 0,
        "longest": max(map(length, of_most), default=0) * most if most > 1 else 0,
        "first": length(of_most[0]) * most if of_most else 0,
        "again": max(map(length, of_most), default=0) * max(most - 1, 0),
    }  # fmt: skip
    later, k, seen = 0, 0, set()
    while k < len(grams):
        if grams[k] in seen:
            later += sum(map(len, grams[k]))
            k += n
        else:
            seen.add(grams[k])
            k += 1
    again = [k for k, gram in enumerate(grams) if gram in grams[:k]]
    # The first word of a run of n-grams that count has no blank before it.
    firsts = sum(all(k - j not in again for j in range(1, n)) for k in again)
    duplicate = {
        "later-covered": covered(again) + len(places(again)) - firsts,
        "covered": covered([k for k, gram in enumerate(grams) if times[gram] > 1]),
        "later": later,
        "all": sum(sum(map(len, gram)) for gram in grams if times[gram] > 1),
    }
    return {
        f"top_{n}_gram_chars": top[own.top_ngrams],
        f"duplicate_{n}_gram_chars": duplicate[own.duplicate_ngrams],
        f"all_{n}_gram_chars": sum(sum(map(len, gram)) for gram in grams),
    }


@given(
    st.lists(st.sampled_from(["a", "bb", "ccc", "a\nbb", "d"]), max_size=30).map(" ".join),
    st.integers(2, 5),
    st.sampled_from([*TOP_NGRAMS]),
    st.sampled_from([*DUPLICATE_NGRAMS]),
    st.booleans(),
)
def test_ngrams_equal_the_slow_twin(
    text: str, n: int, top: str, duplicate: str, blanks: bool
) -> None:
    own = Definitions(top_ngrams=top, duplicate_ngrams=duplicate, ngram_blanks=blanks)
    if top == "covered" and blanks:
        own = Definitions(top_ngrams=top, duplicate_ngrams=duplicate)
    expected = ngram_twin(text.split(), n, own)
    assert count(text, list(expected), own) == expected


@given(st.text("ab #\n", max_size=60))
def test_the_usual_ngrams_are_those_of_the_usual_measures(text: str) -> None:
    names = [name for name in QUALITY_MEASURES.names if name.endswith("_gram_chars")]
    found = count_more(pa.array([text]), pa.array(["en"]), USUAL, names)
    assert {name: found[name][0].as_py() for name in names} == count(text, names)


@given(st.text("abc文", max_size=60), st.integers(2, 5))
def test_repeated_ngrams_of_characters_are_those_of_bigscience(text: str, n: int) -> None:
    times = sorted(Counter(text[k : k + n] for k in range(len(text) - n + 1)).values())[::-1]
    taken = min(int(math.sqrt(len(times))), len(times) - times.count(1))
    names = [f"char_{n}_grams", f"repeated_char_{n}_grams"]
    assert count(text, names) == dict(zip(names, (sum(times), sum(times[:taken])), strict=True))


def parts_twin(text: str, compared: str, paragraphs: bool, kept: bool) -> list[str]:
    """Lines or paragraphs, as `compared` has them."""
    if compared == "text":
        return re.split(r"\n{2,}", text.strip()) if paragraphs else re.split(r"\n+", text)
    if compared == "every-line" and not paragraphs:
        return text.split("\n")
    if compared == "lines":
        found = [part for part in text.split("\n\n" if paragraphs else "\n") if part.strip()]
        return found if kept else [part.strip() for part in found]
    lines = [" ".join(split(line, "unicode")) for line in text.split("\n")]
    if not paragraphs:
        return [line for line in lines if line]
    blocks, block = [], []
    for line in [*lines, ""]:
        if line:
            block.append(line)
        elif block:
            blocks.append("\n".join(block))
            block = []
    return blocks


@given(
    TEXTS,
    st.sampled_from([name for name in COMPARED if name != "every-line"]),
    st.sampled_from([*DUPLICATES]),
    st.booleans(),
)
def test_repeated_lines_and_paragraphs_equal_the_slow_twin(
    text: str, compared: str, duplicates: str, kept: bool
) -> None:
    own = Definitions(
        compared=compared, duplicates=duplicates, line_space="kept" if kept else "stripped"
    )
    expected: dict[str, int] = {}
    for kind in ("line", "paragraph"):
        parts = parts_twin(text, compared, kind == "paragraph", kept)
        sizes = [len(re.sub(r"\s", "", part) if compared == "words" else part) for part in parts]
        times = Counter(parts)
        again = [
            parts[k] in parts[:k] or (duplicates == "all" and times[parts[k]] > 1)
            for k in range(len(parts))
        ]
        first = [parts[k] not in parts[:k] for k in range(len(parts))]
        expected |= {
            f"duplicate_{kind}s": sum(again),
            f"duplicate_{kind}_chars": int(np.dot(again, sizes)) if parts else 0,
            f"split_{kind}s": len(parts),
            f"split_{kind}_chars": sum(sizes),
            f"unique_{kind}s": sum(first),
            f"unique_{kind}_chars": int(np.dot(first, sizes)) if parts else 0,
        }
    assert count(text, list(expected), own) == expected


def test_every_line_counts_blank_ones_as_dolma_does() -> None:
    own = Definitions(compared="every-line", duplicates="all")
    names = ["duplicate_lines", "duplicate_line_chars", "split_lines"]
    assert list(count("a b\n\na b\n", names, own).values()) == [4, 6, 4]


@pytest.mark.parametrize(
    ("options", "text", "expected"),
    [
        ({}, "• a\n- b\n c…\nd...\ne.\n" + "f" * 200, [2, 2, 3, 5, 1]),
        ({"bullets": ("•",)}, "• a\n - b\n  • c", [2, 0, 0, 3, 0]),
        ({"ellipses": ("read more", "…")}, "a Read MORE\nb...\nc…", [0, 2, 2, 3, 0]),
        ({"terminal_marks": (".", "'")}, "a.\nb!\nc'", [0, 0, 2, 3, 0]),
        ({"line_space": "kept"}, " • a\nb. \nc.", [0, 0, 1, 3, 0]),
        ({"short_line": 2, "long_line": 3}, "abc\nab\n\n \n文字文", [0, 0, 0, 1, 2]),
    ],
)
def test_marks_of_lines(options: dict[str, object], text: str, expected: list[int]) -> None:
    names = ["bullet_lines", "ellipsis_lines", "terminal_lines", "short_lines", "long_lines"]
    own = Definitions(**options)  # type: ignore[arg-type]
    assert list(count(text, names, own).values()) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [3, 3, 0]),
        ({"short_paragraph": 3, "long_paragraph": 4}, [3, 2, 1]),
        ({"short_paragraph": 3, "long_paragraph": 5, "compared": "lines"}, [3, 2, 1]),
        (
            {"short_paragraph": 3, "long_paragraph": 5, "compared": "lines", "line_space": "kept"},
            [3, 1, 2],
        ),
        ({"short_paragraph": 4, "long_paragraph": 6, "compared": "text"}, [3, 2, 1]),
    ],
)
def test_short_and_long_paragraphs(options: dict[str, object], expected: list[int]) -> None:
    names = ["split_paragraphs", "short_paragraphs", "long_paragraphs"]
    own = Definitions(**options)  # type: ignore[arg-type]
    assert list(count("a b\nc d\n\n文字文\n\n a b \n\n", names, own).values()) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't stop - the well-known U.S. firm", "Do n't stop - the well - known U.S. firm"),
        ("(ACME, Inc) paid $3.14... or 10%;", "( ACME , Inc ) paid $ 3.14 ... or 10 % ;"),
        ('He said: "Go." — it\'s', 'He said : " Go . " — it \'s'),
        ("A,b 1,000 x=1 -start end- #tag ##", "A , b 1,000 x=1 -start end- # tag # #"),
        ("see e.g. https://a.b/c-d, s. [1]", "see e.g. https://a.b/c-d , s. [ 1 ]"),
        ("we'll they’re I'd a…b 国-国", "we 'll they ’re I 'd a … b 国 - 国"),
        ("' ... ''", "' ... ' '"),
    ],
)
def test_punctuation_apart_splits_as_spacy_does(text: str, words: str) -> None:
    data = np.frombuffer(text.encode(), np.uint8)
    starts, ends = np.empty(len(data) + 2, np.int32), np.empty(len(data) + 2, np.int32)
    form = [*WORD_FORMS].index("punctuation-apart")
    size = split_document(data, 0, len(data), form, characters().classes, starts, ends)
    spans = zip(starts[:size].tolist(), ends[:size].tolist(), strict=True)
    assert [bytes(data[a:b]).decode() for a, b in spans] == words.split()


@given(st.text(st.sampled_from("ab文.'’-…,:#$%19 \n(\"—t"), max_size=40))
def test_no_character_is_lost_where_punctuation_stands_apart(text: str) -> None:
    data = np.frombuffer(text.encode(), np.uint8)
    starts, ends = np.empty(len(data) + 2, np.int32), np.empty(len(data) + 2, np.int32)
    form = [*WORD_FORMS].index("punctuation-apart")
    size = split_document(data, 0, len(data), form, characters().classes, starts, ends)
    spans = list(zip(starts[:size].tolist(), ends[:size].tolist(), strict=True))
    assert all(a < b for a, b in spans)
    assert spans == sorted(spans)
    assert "".join(bytes(data[a:b]).decode() for a, b in spans) == "".join(text.split())


@pytest.mark.parametrize(
    ("options", "lang", "expected"),
    [
        ({"stop_word_form": "exact"}, "en", (2, 3)),
        ({"stop_words": {"en": ("end", "The")}}, "en", (2, 5)),
        ({"stop_words": {"en": ("End,",)}, "stop_word_form": "exact"}, "en", (1, 1)),
        ({"stop_words": {"de": ("the",)}}, "de", (1, 3)),
        ({"stop_words": {"de": ("the",)}, "words": "characters"}, "de", (0, 0)),
        ({"stop_word_form": "exact"}, "th", (None, None)),
    ],
)
def test_stop_words_of_a_profile(
    options: dict[str, object], lang: str, expected: tuple[int | None, int | None]
) -> None:
    texts, langs = pa.array(["The end of the End, the", None]), pa.array([lang, lang])
    own = Definitions(**options)  # type: ignore[arg-type]
    measures = measure_quality(texts, langs, False, own)
    for name, value in zip(("stop_words", "stop_word_occurrences"), expected, strict=True):
        assert measures[name].to_pylist() == [value, None]


def test_limits_and_marks_of_c4() -> None:
    text = "It is so.\nIt is long now'\nWe went on and on...\nThe end of it is here.\n"
    text += "A a a a " + "b" * 9
    texts, langs = pa.array([text]), pa.array(["en"])

    def kept(**options: object) -> int:
        own = Definitions(**options)  # type: ignore[arg-type]
        found: int = measure_quality(texts, langs, False, own)["c4_kept_lines"][0].as_py()
        return found

    assert kept() == 1
    assert kept(line_words=3) == 2
    assert kept(line_words=3, c4_marks=(".", "'")) == 3
    assert kept(c4_ellipsis=True) == 2
    assert kept(c4_marks=("b",)) == 1
    assert kept(c4_marks=("b",), long_word=8) == 0


def test_white_space_alone_parts_words_in_every_script() -> None:
    texts, langs = pa.array(["今天 天气。很好"]), pa.array(["zh"])
    own = Definitions(words="white-space")
    assert measure_quality(texts, langs, False, own)["words"].to_pylist() == [2]
    assert measure_quality(texts, langs)["words"].to_pylist() == [7]


def test_nulls_slices_and_empty_batches() -> None:
    names = [*FIXED, *(family.format(5) for family in FAMILIES)]
    assert all(map(is_more, names))
    texts = pa.array(["x", None, "", "a b a b a b a b a b"])[1:]
    found = count_more(texts, pa.array(["en"] * 3), USUAL, names)
    assert {*found} == {*names}
    assert all(column[0].as_py() is None for column in found.values())
    assert all(column.type == pa.int32() for column in found.values())
    assert found["distinct_words"].to_pylist() == [None, 0, 2]
    empty = count_more(texts[:0], pa.array([], pa.string()), USUAL, names)
    assert all(len(column) == 0 for column in empty.values())


def test_what_is_not_asked_for_is_not_counted() -> None:
    texts, langs = pa.array(["a b"]), pa.array(["en"])
    assert count_more(texts, langs, USUAL, []) == {}
    measures = measure_quality(texts, langs, more=["feeds"])
    assert measures.schema.names == [*QUALITY_MEASURES.names, "feeds"]


def test_an_unknown_measure_is_named_with_the_nearest() -> None:
    assert family_of("top_21_gram_chars") is None
    with pytest.raises(ValueError, match=r"no measure 'fed'; did you mean 'feeds'"):
        count_more(pa.array(["a"]), pa.array(["en"]), USUAL, ["fed"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"words": "spaces"},
            "words must be one of unicode, white-space, .*; there are unicode, white-sp",
        ),
        ({"line_words": "5"}, "line_words must be a number, at least 0, got '5'"),
        ({"long_word": -1}, "long_word must be a number, at least 0, got -1"),
        ({"c4_ellipsis": 1}, "c4_ellipsis must be true or false, got 1"),
        ({"c4_marks": ("...",)}, "c4_marks must be single characters"),
        ({"stop_words": ["the"]}, "stop_words must be a mapping of languages to words"),
        ({"stop_words": {"english!": ("the",)}}, "'english!'"),
    ],
)
def test_values_that_an_option_cannot_have_are_refused(
    options: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Definitions(**options)  # type: ignore[arg-type]
