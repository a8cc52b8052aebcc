"""`corpus profile`: what holds, what is off, and who says so."""

import re
from pathlib import Path

import pytest
from runs import Corpus

from corpus_pipeline.filters.quality.profile_files import PROFILES
from corpus_pipeline.filters.quality.profiles import load_profile
from corpus_pipeline.filters.quality.rule_table import RULES


def rows(out: str) -> dict[str, tuple[str, str]]:
    """Returns rule -> threshold and origin."""
    found = re.findall(r"^(\w+) +(\S+)   (\S.*?) *$", out, re.MULTILINE)
    return {rule: (value, origin) for rule, value, origin in found}


@pytest.mark.parametrize("language", [None, "zh", "yue", "fr"])
@pytest.mark.parametrize("name", PROFILES)
def test_what_is_shown_is_what_holds(corpus: Corpus, name: str, language: str | None) -> None:
    options = [] if language is None else ["--language", language]
    code, out, err = corpus("profile", "show", name, *options)
    assert (code, err) == (0, "")
    shown, rules = rows(out), load_profile(name).rules_for(language)
    for rule in RULES:
        value = getattr(rules, rule.field)
        assert shown[rule.field][0] == ("off" if value is None else f"{value:,}")
    assert max(map(len, out.splitlines())) <= 80


def test_where_a_threshold_stands(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("我的.yaml")
    path.write_text(
        "rules: {gopher_min_words: 20}\nlanguages: {zh: {c4_min_sentences: 3}}\n", "utf-8"
    )
    shown = rows(corpus("profile", "show", path, "--language", "zh").out)
    assert shown["c4_min_sentences"] == ("3", "我的.yaml: languages: zh")
    assert shown["gopher_min_words"] == ("80", "default: languages: zh")
    assert shown["gopher_max_ellipses"] == ("0.1", "default: rules")
    assert shown["c4_max_chars"] == ("off", "no profile")
    shown = rows(corpus("profile", "show", path).out)
    assert shown["gopher_min_words"] == ("20", "我的.yaml: rules")


def test_programming_languages(corpus: Corpus) -> None:
    code, out, err = corpus("profile", "show", "starcoder2", "--language", "json")
    assert (code, err) == (0, "")
    assert "starcoder2 for json (rules of JSON)" in out
    assert rows(out)["code_max_lines"] == ("512", "starcoder2: code_languages: JSON")
    assert "programming languages with rules of their own: HTML, JSON," in out
    assert max(map(len, out.splitlines())) <= 80


def test_list(corpus: Corpus) -> None:
    code, out, err = corpus("profile", "list")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()[2 : 2 + len(PROFILES)]] == list(PROFILES)
    assert max(map(len, out.splitlines())) <= 80


def test_mistakes_are_one_line(corpus: Corpus) -> None:
    for arguments, line in (
        (
            ["gopher", "--language", "chinese"],
            "--language: 'chinese' is no language; did you mean 'zh'",
        ),
        (["gofer"], "quality profile 'gofer' is no file and none of default, gopher, c4, fineweb"),
    ):
        code, out, err = corpus("profile", "show", *arguments)
        assert (code, out) == (1, "")
        assert err.startswith(f"corpus: {line}")
        assert err.count("\n") == 1
