"""Decisions on measured counts: exact thresholds, languages, nulls. Whole dicts by equality."""

import dataclasses
import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from corpus_pipeline.filters.quality.columns import QUALITY_MEASURES
from corpus_pipeline.filters.quality.measures import measure_quality
from corpus_pipeline.filters.quality.more_columns import SCALES, is_more, more_field
from corpus_pipeline.filters.quality.profiles import load_profile
from corpus_pipeline.filters.quality.rule_table import QUALITY_REASONS, RULES, Rule
from corpus_pipeline.filters.quality.rules import (
    QualityProfile,
    QualityRules,
    quality_failures,
)

ENGLISH = (
    "The council met on Monday to talk about the new bridge that the town would have to pay for. "
    "Its chair said that work could begin in spring, once the money is there. "
    "Not everybody agreed with her: two members called for a vote in the summer instead.\n\n"
    "People who live near the river have waited for eleven years, and some of them came to listen. "
    "They left before the end."
)
CHINESE = (
    "市议会周一开会，讨论新桥的建设问题，这座桥的费用将由全市承担。"
    "主席说，只要资金到位，工程在春天就可以开始。并不是所有人都同意她的看法，"
    "有两位议员要求改在夏天表决。\n\n"
    "住在河边的居民已经等了十一年，其中一些人也来旁听，但是会议还没有结束，他们就离开了。"
    "下一次会议定于六月举行，届时将公布全部预算。"
)


def decide(
    texts: list[str | None], langs: list[str | None], profile: QualityProfile
) -> dict[str, list[bool]]:
    column = pa.array(langs, pa.string())
    failures = quality_failures(
        measure_quality(pa.array(texts, pa.string()), column), column, profile
    )
    assert tuple(failures) == QUALITY_REASONS
    assert all(fails.dtype == np.bool_ for fails in failures.values())
    return {reason: fails.tolist() for reason, fails in failures.items() if fails.any()}


def counts(**given: int | None) -> pa.RecordBatch:
    """One row of measures: those given, all others 0."""
    row = {**dict.fromkeys(QUALITY_MEASURES.names, 0), **given}
    more = [more_field(name) for name in row if name not in QUALITY_MEASURES.names]
    return pa.RecordBatch.from_pylist([row], pa.schema([*QUALITY_MEASURES, *more]))


def fails(rules: QualityRules, **given: int | None) -> set[str]:
    failures = quality_failures(
        counts(**given), pa.array([None], pa.string()), QualityProfile("test", rules)
    )
    return {reason for reason, column in failures.items() if column[0]}


def test_every_rule_has_one_field_one_reason_and_measures_that_exist() -> None:
    assert [rule.field for rule in RULES] == [f.name for f in dataclasses.fields(QualityRules)]
    assert len(set(QUALITY_REASONS)) == len(RULES)
    for name in (name for rule in RULES for name in (rule.measure, rule.per) if name):
        assert name in QUALITY_MEASURES.names or is_more(name)


@pytest.mark.parametrize("rule", RULES, ids=QUALITY_REASONS)
def test_each_rule_fails_beyond_its_threshold_and_passes_on_it(rule: Rule) -> None:
    ratio = rule.per is not None
    rules = QualityRules(**{rule.field: 0.3 if ratio else 3})  # type: ignore[arg-type]
    total = {rule.per: 10} if rule.per else {}
    beyond = 2 if rule.lower else 4
    scale = SCALES.get(rule.measure, 1)
    assert fails(rules, **{rule.measure: 3 * scale}, **total) == set()
    assert fails(rules, **{rule.measure: beyond * scale}, **total) == {rule.reason}
    assert fails(rules, **{rule.measure: (6 - beyond) * scale}, **total) == set()


@pytest.mark.parametrize("tenths", range(1, 10))
def test_a_share_equal_to_its_decimal_threshold_passes(tenths: int) -> None:
    rules = QualityRules(gopher_max_bullet_lines=tenths / 10)
    for lines in range(10, 2000, 10):
        at = tenths * lines // 10
        assert fails(rules, bullet_lines=at, lines=lines) == set()
        assert fails(rules, bullet_lines=at + 1, lines=lines) == {"gopher-too-many-bullet-lines"}


def test_an_empty_text_fails_by_length_and_by_no_ratio() -> None:
    gopher = load_profile("gopher")
    assert decide(["", None], ["en", "en"], gopher) == {
        "gopher-too-few-words": [True, False],
        "gopher-too-few-stop-words": [True, False],
    }


def test_good_text_fails_nothing_in_its_own_language() -> None:
    for profile in ("default", "gopher", "fineweb", "c4"):
        assert decide([ENGLISH, CHINESE], ["en", "zh"], load_profile(profile)) == {}


TABLE = "\n".join(f"| {name:<40} | {number:>30} |" for number, name in enumerate("abcdefgh"))
MUCH, LONG = "quality-too-much-white-space", "quality-white-space-run-too-long"


@pytest.mark.parametrize(
    ("change", "reasons", "of_code"),
    [
        (lambda text: text, set(), set()),
        # Nine million blanks in one place, also where prose leaves them out; many runs of 900.
        (lambda text: text + " " * 9_000_000 + "!", {MUCH, LONG}, {MUCH, LONG}),
        (lambda text: text + "\n\n" + " " * 9_000_000 + "x", {MUCH, LONG}, {MUCH, LONG}),
        (lambda text: re.sub("the |，", lambda m: m[0] + " " * 900, text), {MUCH}, {MUCH}),
        (lambda text: text.replace("\n\n", "\n" * 1001) + text * 8, {LONG}, {LONG}),
        (lambda text: text.replace("\n\n", "\n" * 1000) + text * 8, set(), set()),
        (lambda text: text[:60] + " " * 300, {MUCH}, set()),
        # Tables and poems have much white space.
        (lambda text: f"{text * 3}\n\n{TABLE}", set(), set()),
        (
            lambda text: "\n".join(" " * 12 + line for line in re.split("[,。，]", text)),
            set(),
            set(),
        ),
    ],
)
def test_white_space_that_no_reader_sees(
    change: Callable[[str], str], reasons: set[str], of_code: set[str]
) -> None:
    for profile, expected in (("default", reasons), ("code", of_code), ("gopher", set())):
        for text, language in ((ENGLISH, "en"), (CHINESE, "zh")):
            failed = decide([change(text)], [language], load_profile(profile))
            assert set(failed) & {MUCH, LONG} == expected, (profile, language)


def test_chinese_under_the_rules_for_english_fails_by_word_length() -> None:
    assert decide([CHINESE, CHINESE], ["zh", None], load_profile("gopher")) == {
        "gopher-mean-word-length-low": [False, True]
    }


def test_bad_texts_fail_for_every_reason_that_holds() -> None:
    listing = "\n".join(f"• Item {n} of the list" for n in range(20))
    repeated = "这家网站提供最好的服务，欢迎光临。\n" * 20
    shouting = "# # # the end # # # and # # # " * 6
    assert decide([listing, repeated, shouting], ["en", "zh", "en"], load_profile("default")) == {
        "gopher-too-many-hash-marks": [False, False, True],
        "gopher-too-many-bullet-lines": [True, False, False],
        "gopher-too-few-words-with-letter": [True, False, True],
        "gopher-mean-word-length-low": [True, False, True],
        "gopher-duplicate-lines": [False, True, False],
        "gopher-duplicate-line-chars": [False, True, False],
        "gopher-top-2-gram-chars": [True, False, True],
        "gopher-top-3-gram-chars": [True, False, True],
        "gopher-top-4-gram-chars": [True, True, True],
        "gopher-duplicate-5-gram-chars": [True, False, True],
        **{f"gopher-duplicate-{n}-gram-chars": [False, False, True] for n in (6, 7)},
        **{f"gopher-duplicate-{n}-gram-chars": [False, True, True] for n in (8, 9, 10)},
        "fineweb-too-few-terminal-lines": [True, False, True],
        "fineweb-duplicate-line-chars": [False, True, False],
        "c4-too-few-sentences": [True, False, True],
    }


def test_code_is_judged_by_its_lines() -> None:
    source = "".join(
        f"def area_{n}(a, b):\n    # 面积\n    return {n} * a * b\n\n" for n in range(5)
    )
    minified = "var a=[" + "0," * 700 + "];"
    assert decide([source, minified], ["code", None], load_profile("code")) == {
        "code-too-few-lines": [False, True],
        "code-line-too-long": [False, True],
        "code-mean-line-length-high": [False, True],
        "code-too-few-letters": [False, True],
    }


def test_a_language_without_stop_words_is_not_asked_for_them() -> None:
    rules = QualityRules(gopher_min_stop_words=2)
    assert decide(["จำนวน คน", "the", "x"], ["th", "en", None], QualityProfile("test", rules)) == {
        "gopher-too-few-stop-words": [False, True, False]
    }


def test_no_rows_give_no_verdicts() -> None:
    langs = pa.array([], pa.string())
    failures = quality_failures(measure_quality(langs, langs), langs, load_profile("default"))
    assert {reason: len(column) for reason, column in failures.items()} == dict.fromkeys(
        QUALITY_REASONS, 0
    )


def test_measures_and_langs_must_have_one_length() -> None:
    with pytest.raises(ValueError, match="one length, got 1 and 2"):
        quality_failures(counts(), pa.array(["en", "en"]), load_profile("gopher"))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("gopher_max_bullet_lines", 1.5, "gopher_max_bullet_lines must be from 0 to 1, got 1.5"),
        ("gopher_min_words", -1, "gopher_min_words must be at least 0, got -1"),
        ("gopher_min_words", 50.5, "gopher_min_words counts, so it must be an integer, got 50.5"),
        ("gopher_min_words", True, "gopher_min_words must be a number or null, got True"),
        ("fineweb_max_newlines", float("nan"), "fineweb_max_newlines must be at least 0, got nan"),
        ("fineweb_max_newlines", 1 / 3, "may have 9 decimals, got 0.3333333333333333; round it"),
    ],
)
def test_thresholds_out_of_range_are_refused(field: str, value: float, message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        QualityRules(**{field: value})  # type: ignore[arg-type]


def test_a_lower_bound_above_its_upper_bound_is_refused() -> None:
    with pytest.raises(ValueError, match="gopher_min_words 9 exceeds gopher_max_words 8"):
        QualityRules(gopher_min_words=9, gopher_max_words=8)
