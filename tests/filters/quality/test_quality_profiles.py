"""Profiles: what ships loads, languages inherit, and mistakes are named."""

import dataclasses
import pickle
from pathlib import Path

import pyarrow as pa
import pytest

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.quality.measures import measure_quality
from corpus_pipeline.filters.quality.profile_files import PROFILES
from corpus_pipeline.filters.quality.profiles import (
    load_profile,
    parse_profile,
    profile_files,
    profile_notes,
    resolved_rules,
)
from corpus_pipeline.filters.quality.rule_table import RULES
from corpus_pipeline.filters.quality.rules import QualityProfile, QualityRules, quality_failures
from corpus_pipeline.filters.quality.step import Quality, QualitySection

#: Those that are not one publication's word for word.
OWN = ("default", "gopher", "c4", "fineweb", "code")


@pytest.mark.parametrize("name", PROFILES)
def test_shipped_profiles_load_have_rules_for_chinese_and_travel(name: str) -> None:
    profile = load_profile(name)
    assert profile.name == name
    assert profile.rules != QualityRules()
    assert "zh" in profile.languages or name not in OWN
    assert pickle.loads(pickle.dumps(profile)) == profile


def test_chinese_has_no_mean_word_length_and_its_own_shares_of_lines() -> None:
    zh = load_profile("default").rules_for("zh")
    assert zh.gopher_min_mean_word_length is None
    assert (zh.gopher_max_duplicate_lines, zh.fineweb_min_terminal_lines) == (0.287, 0.106)


@pytest.mark.parametrize(
    ("section", "labels"),
    [
        ("zh", ["zh", "cmn_Hani", "zho_Hans", "zh-Hant", "zh_TW", "__label__zh", "wuu", "lzh_Hani",
                "und-Hani", "ZH"]),
        ("yue", ["yue", "yue_Hant", "zh-yue"]),
        ("ja", ["ja", "jpn_Jpan", "und-Jpan"]),
        ("ko", ["ko", "kor_Hang", "und-Kore"]),
        ("th", ["th", "tha_Thai", "lo", "khm_Khmr", "mya_Mymr", "und-Thai", "und-Laoo"]),
        ("no", ["no", "nob_Latn", "nb", "nn"]),
        (None, ["en", "eng_Latn", "fr", "und-Latn", "cmn_Latn", "jpn_Latn", "bo", "xx", None]),
    ],
)  # fmt: skip
def test_sections_apply_to_every_name_of_a_language(
    section: str | None, labels: list[str | None]
) -> None:
    names = ("zh", "yue", "ja", "ko", "th", "no")
    rules = {name: QualityRules(gopher_min_words=n) for n, name in enumerate(names, 1)}
    profile = QualityProfile("mine", QualityRules(), rules)
    expected = profile.rules if section is None else rules[section]
    assert [profile.rules_for(label) for label in labels] == [expected] * len(labels)


def test_no_script_without_spaces_is_judged_by_english_figures() -> None:
    default = load_profile("default")
    for label in ("yue", "und-Hani", "ja", "th", "lo", "km", "my", "bo", "dz", "shn", "ii"):
        rules = default.rules_for(label)
        assert rules.gopher_min_mean_word_length is None, label
        assert default.rules.gopher_min_mean_word_length == 3


def test_the_default_measures_prose_and_the_published_profiles_whole_texts() -> None:
    assert [name for name in PROFILES if load_profile(name).prose] == ["default"]
    assert parse_profile("mine", "rules: {}").prose
    assert not parse_profile("mine", "measured: whole").prose
    assert not parse_profile("mine", "base: none").prose
    assert not parse_profile("mine", "base: gopher").prose


def test_a_language_changes_only_what_it_names(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "base: none\n"
        "rules: {gopher_min_words: 50, gopher_min_mean_word_length: 3}\n"
        'languages: {zh: {gopher_min_mean_word_length: null}, "no": {gopher_min_words: 40}}\n',
        "utf-8",
    )
    assert load_profile(str(file)) == QualityProfile(
        str(file),
        QualityRules(gopher_min_words=50, gopher_min_mean_word_length=3),
        {
            "zh": QualityRules(gopher_min_words=50),
            "no": QualityRules(gopher_min_words=40, gopher_min_mean_word_length=3),
        },
    )


def test_a_profile_that_says_nothing_is_the_default_and_base_none_has_no_rule() -> None:
    default = dataclasses.replace(load_profile("default"), name="mine")
    assert parse_profile("mine", "") == default
    assert parse_profile("none", "base: none") == QualityProfile("none", QualityRules())


@pytest.mark.parametrize("base", PROFILES)
def test_a_profile_of_two_rules_keeps_all_others_of_its_base(base: str) -> None:
    text = f"base: {base}\nrules: {{gopher_max_ellipses: 0.07, c4_min_sentences: null}}"
    mine, whole = parse_profile("mine", text), load_profile(base)
    assert mine.prose == whole.prose
    assert set(mine.languages) == set(whole.languages)
    for language in (None, "en", "zh", "ja", "th", "bo"):
        expected = dataclasses.replace(
            whole.rules_for(language), gopher_max_ellipses=0.07, c4_min_sentences=None
        )
        assert mine.rules_for(language) == expected, language


def test_a_figure_for_all_languages_leaves_those_alone_that_count_otherwise() -> None:
    text = "rules: {gopher_min_words: 30, gopher_max_top_2_gram_chars: null}\nlanguages: {%s}"
    for section, zh, yue, ja in (
        ("", 80, 80, 80),
        ("zh: {gopher_min_words: 9}", 9, 9, 80),
        ("cmn_Hans: {gopher_min_words: 9}", 9, 9, 80),
        ("yue: {gopher_min_words: 9}", 80, 9, 80),
    ):
        mine = parse_profile("mine", text % section)
        words = [mine.rules_for(each).gopher_min_words for each in ("zh", "yue", "ja", "fr", None)]
        assert words == [zh, yue, ja, 30, 30], section
        # Off has no unit: it is off everywhere.
        for each in ("zh", "yue", "ja", "th", "fr", None):
            assert mine.rules_for(each).gopher_max_top_2_gram_chars is None
            assert mine.rules_for(each).gopher_max_hash_marks == 0.1


def test_what_is_off_and_what_has_no_effect_is_said(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "rules: {gopher_min_words: 30, fineweb_max_short_lines: 0.8, gopher_max_ellipses: 0.3}\n"
        "languages: {zh: {gopher_min_words: 50}, th: {fineweb_max_short_lines: null}}\n"
    )
    other = (
        "of which the base has figures of their own; write it under `languages:` to change these"
    )
    assert profile_notes(str(file)) == [
        f"quality profile {file} (base default): off: c4_max_chars, c4_max_curly_lines, code_*, "
        "text_*, chinese_*",
        f"quality profile {file}: gopher_min_words: 30 does not hold for th, lo, km, my (200), "
        f"ja (80), bo (5), {other}",
        f"quality profile {file}: fineweb_max_short_lines: 0.8 does not hold for bo (off), {other}",
    ]
    file.write_text("base: none\nmeasured: whole\nrules: {quality_min_score: 9}\n")
    assert profile_notes(str(file)) == [
        f"quality profile {file}: off: gopher_*, c4_*, fineweb_*, code_*, text_*, "
        "chinese_*, quality_max_white_space, quality_max_white_space_run",
        f"quality profile {file}: quality_min_score has no effect, for there is no score with "
        "measured: whole",
    ]


def test_each_value_says_where_it_comes_from(tmp_path: Path) -> None:
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text("rules: {gopher_max_words: 7000}\nlanguages: {zh: {gopher_min_words: 60}}")
    second.write_text(f"base: {first}\nrules: {{gopher_max_hash_marks: 0.2, c4_max_chars: 9}}")
    assert profile_files(str(second)) == [str(second), str(first)]
    chinese = {each.field: each[2:] for each in resolved_rules(str(second), "zh_TW")}
    assert chinese["gopher_max_hash_marks"] == (0.2, f"{second}: rules")
    assert chinese["gopher_min_words"] == (60, f"{first}: languages: zh")
    assert chinese["gopher_max_words"] == (160000, "default: languages: zh")
    assert chinese["gopher_max_ellipses"] == (0.1, "default: rules")
    assert chinese["gopher_min_mean_word_length"] == (None, "default: languages: zh")
    assert chinese["code_min_lines"] == (None, "")
    profile = load_profile(str(second))
    for language in (None, "en", "zh", "yue", "ja", "und-Thai"):
        resolved = {each.field: each.value for each in resolved_rules(str(second), language)}
        assert resolved == dataclasses.asdict(profile.rules_for(language)), language


def test_a_profile_that_is_based_on_itself_is_refused(tmp_path: Path) -> None:
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text(f"base: {second}")
    second.write_text(f"base: {first}")
    with pytest.raises(ConfigError, match=r"second\.yaml: base: .*first\.yaml is based on this"):
        load_profile(str(first))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "rules: {gopher_min_word: 5}",
            "quality profile mine: rules: unknown key 'gopher_min_word'; "
            "did you mean 'gopher_min_words'?",
        ),
        ("rule: {}", "quality profile mine: unknown key 'rule'; did you mean 'rules'?"),
        (
            "languages: {zh: {最少: 5}}",
            "quality profile mine: languages: zh: unknown key '最少'; there are ",
        ),
        (
            "base: gofer",
            "quality profile mine: base: quality profile 'gofer' is no file and none of default,",
        ),
        ("base: [c4]", "quality profile mine: base must be none, default, gopher, c4, fineweb, "),
        (
            "rules: {gopher_min_words: 200000}",
            "quality profile mine: rules: gopher_min_words 200000 exceeds gopher_max_words 100000;",
        ),
        ("measured: text", "quality profile mine: measured must be whole or prose, got 'text'"),
        (
            "languages: {1: {}}",
            "quality profile mine: languages: key 1 is not text; write it in quotes",
        ),
        (
            "languages: {chinese: {}}",
            "quality profile mine: languages: 'chinese' is no language; did you mean 'zh'?",
        ),
        (
            "languages: {zh: {}, cmn: {}}",
            "quality profile mine: languages: 'zh' and 'cmn' are one language; leave one of them "
            "out",
        ),
        ("rules: [1]", "quality profile mine: rules: must be a mapping, got [1]"),
        ("rules: {", "quality profile mine: is not YAML: "),
        (
            "rules: {gopher_max_bullet_lines: 2}",
            "quality profile mine: rules: gopher_max_bullet_lines must be from 0 to 1, got 2; "
            "null turns the rule off",
        ),
    ],
)
def test_mistakes_are_named_on_one_line(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_profile("mine", text)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_an_unknown_name_lists_the_shipped_profiles() -> None:
    with pytest.raises(ConfigError, match="'gofer' is no file and none of default, gopher, c4,"):
        load_profile("gofer")


OF_LANGUAGES = """
base: bigscience
languages:
  zh: {counted: {text_max_repeated_words: repeated_word_4_grams / word_4_grams}}
  ja: {text_max_repeated_chars: 0.3}
"""


@pytest.mark.parametrize(
    ("language", "field", "compared"),
    [
        ("en", "text_max_repeated_chars", ("repeated_char_10_grams", "char_10_grams")),
        (None, "text_max_repeated_words", ("repeated_word_5_grams", "word_5_grams")),
        ("zh_Hant", "text_max_repeated_chars", ("repeated_char_3_grams", "char_3_grams")),
        ("zh", "text_max_repeated_words", ("repeated_word_4_grams", "word_4_grams")),
        ("ja", "text_max_repeated_words", ("repeated_word_5_grams", "word_5_grams")),
        ("zh", "text_max_special_chars", ("special_chars", "whole_chars")),
    ],
)
def test_a_rule_may_compare_other_measures_in_a_language(
    language: str | None, field: str, compared: tuple[str, str]
) -> None:
    profile = parse_profile("mine", OF_LANGUAGES)
    rule = next(rule for rule in RULES if rule.field == field)
    assert profile.compares(rule, language) == compared
    assert {*compared} <= {*profile.more}


def test_null_is_what_the_rule_has_in_a_language_too() -> None:
    text = OF_LANGUAGES.replace("repeated_word_4_grams / word_4_grams", "null")
    profile = parse_profile("mine", text)
    rule = next(rule for rule in RULES if rule.field == "text_max_repeated_words")
    assert profile.compares(rule, "zh") == ("repeated_word_10_grams", "word_10_grams")


def test_each_document_is_judged_by_what_its_language_compares() -> None:
    profile = parse_profile(
        "mine",
        "base: none\nrules: {text_max_repeated_chars: 0.3}\n"
        "languages: {zh: {text_max_repeated_chars: 0.3, "
        "counted: {text_max_repeated_chars: repeated_char_3_grams / char_3_grams}}}",
    )
    langs = pa.array(["zh", "en", None])
    texts = pa.array(["河水涨了，河水涨了，河水涨了，桥。"] * 3)
    measures = measure_quality(texts, langs, more=profile.more)
    failed = quality_failures(measures, langs, profile)["text-repeated-characters"]
    assert failed.tolist() == [True, False, False]
    step = Quality(QualitySection(profile="mine"), given={"mine": profile})
    row = {**measures.to_pylist()[0], "lang": "zh", "source": "a"}
    said = step.explain("text-repeated-characters", row, None)
    assert said.startswith("repeated_char_3_grams/char_3_grams ")
    told = step.sentence("text-repeated-characters", row, None)
    assert told.startswith("it has ")
    assert told.endswith("; the rule text-repeated-characters allows 30 %")


def test_the_step_takes_profiles_that_no_file_holds() -> None:
    profile = parse_profile("(mine)", "base: none\nrules: {text_max_digits: 0.2}")
    step = Quality(QualitySection(profile="(mine)"), given={"(mine)": profile})
    step = pickle.loads(pickle.dumps(step))
    step.check()
    assert step.profiles == {"(mine)": profile}
    assert "numeral_chars" in [field.name for field in step.all_columns()]
    with pytest.raises(ConfigError, match="is no file"):
        Quality(QualitySection(profile="(mine)")).check()
