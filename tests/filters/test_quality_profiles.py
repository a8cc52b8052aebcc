"""Profiles: what ships loads, languages inherit, and mistakes are named."""

import pickle
from pathlib import Path

import pytest

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.quality_profiles import PROFILES, load_profile, parse_profile
from corpus_pipeline.filters.quality_rules import QualityProfile, QualityRules


@pytest.mark.parametrize("name", PROFILES)
def test_shipped_profiles_load_have_rules_for_chinese_and_travel(name: str) -> None:
    profile = load_profile(name)
    assert profile.name == name
    assert profile.rules != QualityRules()
    assert "zh" in profile.languages
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
    assert not parse_profile("mine", "rules: {}").prose
    assert parse_profile("mine", "measured: prose").prose


def test_a_language_changes_only_what_it_names(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
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


def test_empty_text_is_a_profile_without_rules() -> None:
    assert parse_profile("none", "") == QualityProfile("none", QualityRules())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "rules: {gopher_min_word: 5}",
            "quality profile mine: rules: unknown key 'gopher_min_word'; "
            "nearest is 'gopher_min_words'",
        ),
        ("rule: {}", "quality profile mine: unknown key 'rule'; nearest is 'rules'"),
        (
            "languages: {zh: {最少: 5}}",
            "quality profile mine: languages: zh: unknown key '最少'; nearest is ",
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
