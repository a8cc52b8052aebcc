"""Keywords: lists, boundaries, counts against a slow twin with regular expressions, decisions."""

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.errors import ResourceError
from corpus_pipeline.filters.keywords.columns import KEYWORD_MEASURES, KEYWORD_REASONS
from corpus_pipeline.filters.keywords.measures import (
    KeywordRules,
    build_matcher,
    keyword_failures,
    load_word_lists,
    measure_keywords,
)


def counts(text: str | None, words: list[str]) -> tuple[int | None, ...]:
    matcher = build_matcher({"xx": [*words, "never-there"]})
    measures = measure_keywords(pa.array([text], pa.string()), pa.array(["xx"]), matcher)
    assert measures.schema == KEYWORD_MEASURES
    return tuple(measures.to_pylist()[0].values())


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        (["ass"], "cutlass assistance Assam", (0, 0, 0)),
        (["ass"], "ass, Ass (ASS) ass-kicking ａｓｓ", (5, 1, 15)),
        (["ass"], "ass1 1ass assé", (0, 0, 0)),
        (["ass"], "a\u00adss", (1, 1, 3)),
        (["blow job"], "blow\n  job. blowjob blow-job", (1, 1, 8)),
        (["g-spot", "s&m"], "G-spot S&M g spot", (2, 2, 9)),
        (["ass", "ass hole"], "ass hole ass holes", (2, 2, 11)),
        (["他妈", "他妈的"], "他妈的！他妈，你他妈的", (3, 2, 8)),
        (["13点", "g点"], "13点，113点，G点", (2, 2, 5)),
        (["性"], "可行性", (0, 0, 0)),
        (["กู"], "ตระกูล", (0, 0, 0)),
        (["13.", "!!", "..."], "13. !! ...", (0, 0, 0)),
        (["🖕"], "好🖕🖕", (2, 1, 2)),
        (["グロ"], "グローバル グロ ｸﾞﾛ", (1, 1, 2)),
        (["グロ画像"], "このグロ画像は", (1, 1, 4)),
        (["섹스"], "섹스를 좋아하는 노섹스", (1, 1, 2)),
        (["schei\u00dfe", "naïve"], "Scheiße NAI\u0308VE NAÏVE", (2, 2, 12)),
        (["сука"], "Сука сукин", (1, 1, 4)),
        (["word"], "", (0, 0, 0)),
        (["word"], None, (None, None, None)),
        ([], "word", (0, 0, 0)),
    ],
)
def test_matches(words: list[str], text: str | None, expected: tuple[int | None, ...]) -> None:
    assert counts(text, words) == expected


def test_each_row_is_matched_by_its_language() -> None:
    matcher = build_matcher({"en": ["die"], "de": ["tod"]})
    texts = pa.array(["die tod tod", "die tod tod", "die", None, "die", "tod"])
    langs = pa.array(["en", "de", "fr", "en", None, "de"])
    hits = measure_keywords(texts, langs, matcher)["keyword_hits"]
    assert hits.to_pylist() == [1, 2, None, None, None, 1]
    hits = measure_keywords(texts.slice(1), langs.slice(1), matcher)["keyword_hits"]
    assert hits.to_pylist() == [2, None, None, None, 1]


def test_no_match_reaches_across_rows() -> None:
    matcher = build_matcher({"zh": ["他妈的"], "en": ["blow job"]})
    texts = pa.array(["他妈", "的", "blow", "job"])
    hits = measure_keywords(texts, pa.array(["zh", "zh", "en", "en"]), matcher)["keyword_hits"]
    assert hits.to_pylist() == [0, 0, 0, 0]


def test_an_empty_batch() -> None:
    empty = pa.array([], pa.string())
    assert measure_keywords(empty, empty, build_matcher({"en": ["x"]})).num_rows == 0


SPACED = ["ab", "ba", "ab ba", "a", "éa"]
UNSPACED = ["中文", "文中", "中文中", "文文"]


def slow_twin(text: str) -> tuple[int, int, int]:
    """Whole words by lookaround, Han by substring, leftmost-longest by order of alternatives."""
    spaced = sorted(SPACED, key=len, reverse=True)
    words = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in spaced)
    # Han are word characters for `re`, but boundaries here.
    edge = "[a-zé0-9]"
    han = "|".join(sorted(UNSPACED, key=len, reverse=True))
    found = re.findall(f"(?<!{edge})(?:{words})(?!{edge})|{han}", text.lower())
    found = [re.sub(r"\s+", " ", word) for word in found]
    return len(found), len(set(found)), sum(map(len, found))


@settings(max_examples=400, deadline=None)
@given(st.lists(st.text(st.sampled_from("abABé  \n.中文0"), max_size=30), max_size=4))
def test_equals_the_slow_twin(texts: list[str]) -> None:
    matcher = build_matcher({"xx": SPACED + UNSPACED})
    measures = measure_keywords(
        pa.array(texts, pa.string()), pa.array(["xx"] * len(texts), pa.string()), matcher
    )
    assert [tuple(row.values()) for row in measures.to_pylist()] == [*map(slow_twin, texts)]


@given(st.text(max_size=60))
def test_any_text_fits_its_buffer(text: str) -> None:
    matcher = build_matcher({"xx": ["a"]})
    measures = measure_keywords(pa.array([text, text]), pa.array(["xx", "xx"]), matcher)
    assert measures["keyword_hits"][0] == measures["keyword_hits"][1]


def test_the_worst_text_fits_its_buffer() -> None:
    """Every character a word of its own, or growing when it is folded."""
    for text in ("a " * 99 + "a", "aア" * 99, "aア" * 99 + "a", "Ⱥ" * 99, "a中" * 99 + "a", "a"):
        assert counts(text, ["a"])[0] == text.count("a") * ("a" in text.replace("Ⱥ", ""))


def test_shipped_lists() -> None:
    matcher = load_word_lists()
    # Two lists of French are one.
    assert len(matcher.languages) == 27
    assert {"zh", "en", "ja", "ko", "ar", "tl"} <= set(matcher.languages)
    texts = pa.array(["传播淫秽色情信息", "Shit happens in Scunthorpe"])
    hits = measure_keywords(texts, pa.array(["zh", "en"]), matcher)["keyword_hits"]
    assert hits.to_pylist() == [2, 1]


@pytest.mark.parametrize(
    ("lang", "hits"),
    [
        ("zh", 2), ("cmn_Hani", 2), ("zho_Hans", 2), ("zh-TW", 2), ("yue", 2), ("und-Hani", 2),
        ("__label__zh", 2), ("ja", None), ("cmn_Latn", None), ("und-Jpan", None), (None, None),
    ],
)  # fmt: skip
def test_every_name_of_a_language_has_its_list(lang: str | None, hits: int | None) -> None:
    matcher = build_matcher({"zh": ["色情", "淫秽"], "en": ["ass"]})
    langs = pa.array([lang], pa.string())
    found = measure_keywords(pa.array(["传播淫秽色情信息"]), langs, matcher)["keyword_hits"]
    assert found.to_pylist() == [hits]


def test_own_lists(tmp_path: Path) -> None:
    (tmp_path / "fr.txt").write_text("mot\n\n  \n", "utf-8")
    (tmp_path / "fr-CA.txt").write_text("parole\r\n", "utf-8")
    (tmp_path / "zh.txt").write_text("加微信\n", "utf-8")
    (tmp_path / "README.md").write_text("no list", "utf-8")
    folder = load_word_lists(str(tmp_path))
    assert folder.languages == ("fr", "zh")
    hits = measure_keywords(pa.array(["Mot, parole"]), pa.array(["fr"]), folder)["keyword_hits"]
    assert hits.to_pylist() == [2]
    assert load_word_lists(str(tmp_path / "zh.txt")).languages == ("zh",)
    (tmp_path / "zho_Hant.txt").write_text("加賴\n", "utf-8")
    both = load_word_lists(str(tmp_path))
    hits = measure_keywords(pa.array(["加微信加賴"]), pa.array(["cmn_Hani"]), both)["keyword_hits"]
    assert hits.to_pylist() == [2]


def test_lists_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="no words found"):
        load_word_lists(str(tmp_path / "missing"))
    with pytest.raises(ResourceError, match="no words found"):
        load_word_lists(str(tmp_path))
    (tmp_path / "chinese.txt").write_text("加微信", "utf-8")
    with pytest.raises(
        ResourceError, match=r"chinese.txt: its name is no language, did you mean 'zh'"
    ):
        load_word_lists(str(tmp_path))
    (tmp_path / "chinese.txt").unlink()
    (tmp_path / "zh.txt").write_bytes("加微信".encode("gbk"))
    with pytest.raises(ResourceError, match="not UTF-8"):
        load_word_lists(str(tmp_path))


MEASURES = pa.record_batch(
    {
        "keyword_hits": pa.array([0, 2, 3, 50, None], pa.int32()),
        "keyword_distinct": pa.array([0, 2, 1, 11, None], pa.int32()),
        "keyword_chars": pa.array([0, 4, 6, 99, None], pa.int32()),
        "keyword_lines": pa.array([1, 4, 1, 30, None], pa.int32()),
    }
)
CHARS = np.array([0, 10, 600, 10_000, 5], np.int64)


@pytest.mark.parametrize(
    ("rules", "many", "varied", "dense", "crowded"),
    [
        (KeywordRules(), [], [3], [], []),
        (KeywordRules(max_distinct=None), [], [], [], []),
        (KeywordRules(max_hits_per_1000_chars=4.9), [], [3], [3], []),
        (KeywordRules(max_hits_per_1000_chars=4.9, dense_from_distinct=1), [], [3], [2, 3], []),
        (KeywordRules(max_hits_per_1000_chars=0.0, dense_from_hits=1), [], [3], [1, 3], []),
        (KeywordRules(max_hits=2, max_hits_per_1000_chars=None), [2, 3], [3], [], []),
        (KeywordRules(max_hits=0, max_distinct=0), [1, 2, 3], [1, 2, 3], [], []),
        (KeywordRules(max_distinct_per_line=0.5), [], [3], [], [2]),
        (KeywordRules(max_distinct_per_line=0.3), [], [3], [], [1, 2, 3]),
    ],
)
def test_decisions(
    rules: KeywordRules, many: list[int], varied: list[int], dense: list[int], crowded: list[int]
) -> None:
    failures = keyword_failures(MEASURES, CHARS, rules)
    assert tuple(failures) == KEYWORD_REASONS
    found = [np.flatnonzero(failed).tolist() for failed in failures.values()]
    assert found == [many, varied, dense, crowded]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_hits", -1),
        ("max_distinct", -1),
        ("max_hits_per_1000_chars", -0.5),
        ("max_distinct_per_line", -0.5),
        ("dense_from_hits", 0),
    ],
)
def test_rules_are_checked(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=name):
        KeywordRules(**{name: value})  # type: ignore[arg-type]
