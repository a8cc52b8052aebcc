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
            "languages: {no: {}}",
            "quality profile mine: languages: key False is not text; YAML reads no, on and off as "
            'true or false, so write "no" in quotes',
        ),
        ("rules: [1]", "quality profile mine: rules: must be a mapping, got [1]"),
        ("rules: {", "quality profile mine: not YAML: "),
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
