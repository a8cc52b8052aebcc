"""Words and patterns in addresses."""

import re
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.errors import ResourceError
from corpus_pipeline.filters.url import patterns as patterns_module
from corpus_pipeline.filters.url.normalise import normalise_urls
from corpus_pipeline.filters.url.patterns import (
    build_url_patterns,
    find_patterns,
    load_url_patterns,
)
from corpus_pipeline.filters.url.words import (
    SOFT,
    SUBWORDS,
    WORDS,
    build_url_words,
    find_words,
)


def found(url: str, kind: int, *entries: str) -> list[str]:
    words = build_url_words({kind: [("list", entry) for entry in entries]})
    hits = find_words(normalise_urls(pa.array([url])), words)
    assert hits.hard.tolist() == [kind != SOFT and len(hits.entries) > 0]
    assert hits.soft.tolist() == [len(hits.entries) if kind == SOFT else 0]
    return [words.entries[number] for number in hits.entries]


@pytest.mark.parametrize(
    ("url", "kind", "entries", "expected"),
    [
        ("http://foobann.edsub-wo.rdbar.com/any", SUBWORDS, ["bannedsubword"], ["bannedsubword"]),
        ("https://example.com", SUBWORDS, ["sex"], []),
        ("http://essex.ac.uk", SUBWORDS, ["sex"], ["sex"]),
        ("http://essex.ac.uk", WORDS, ["sex"], []),
        ("http://a.com/SEX_and/x", WORDS, ["Sex", "and"], ["sex", "and"]),
        ("http://a.com/x?q=sex", WORDS, ["sex", "q"], ["sex", "q"]),
        ("http://a.com/x?utm_term=sex", WORDS, ["sex"], []),
        ("http://a.com/sex#sex", SOFT, ["sex"], ["sex"]),
        ("http://a.com/s%65x", WORDS, ["sex"], ["sex"]),
        ("http://a.com/%E8%B5%8C%E5%9C%BA", SUBWORDS, ["赌场"], ["赌场"]),
        ("http://a.com/网上赌场-x", WORDS, ["赌场"], ["赌场"]),
        ("http://a.com/赌-场", SUBWORDS, ["赌场"], ["赌场"]),
        ("http://a.com/казино-x", WORDS, ["Казино"], ["казино"]),
        ("http://a.com/казиноx", WORDS, ["казино"], []),
        ("http://a.com/%FF%sex", WORDS, ["sex"], ["sex"]),
        ("http://a.com/ab/bc", SUBWORDS, ["ab", "abbc", "bb"], ["ab", "abbc", "bb"]),
        ("urn:sex", WORDS, ["sex"], []),
        ("http://a.com/free-cams", WORDS, ["free-cams"], []),
    ],
)
def test_words(url: str, kind: int, entries: list[str], expected: list[str]) -> None:
    assert found(url, kind, *entries) == expected


def test_no_match_reaches_across_rows() -> None:
    words = build_url_words({SUBWORDS: [("a", "comhttp"), ("a", "comb")]})
    hits = find_words(normalise_urls(pa.array(["http://a.com", "http://b.com"])), words)
    assert hits.hard.tolist() == [False, False]
    assert find_words(normalise_urls(pa.array([], pa.string())), words).hard.tolist() == []


ENTRIES = ["ab", "b", "aba", "文", "ba文"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.sampled_from("abAB文-/.?=1"), max_size=12), min_size=1, max_size=4))
def test_equals_the_slow_twin(paths: list[str]) -> None:
    words = build_url_words(
        {SUBWORDS: [("p", e) for e in ENTRIES], SOFT: [("s", e) for e in ENTRIES]}
    )
    urls = [f"http://x.ab/{path}" for path in paths]
    hits = find_words(normalise_urls(pa.array(urls)), words)
    for url, hard, soft in zip(urls, hits.hard.tolist(), hits.soft.tolist(), strict=True):
        text = url.partition("//")[2].lower()
        squeezed = re.sub(r"[^a-z0-9文]", "", text)
        assert hard == any(entry in squeezed for entry in ENTRIES)
        whole = set(re.findall(r"[a-z0-9文]+", text))
        assert soft == sum(e in squeezed if "文" in e else e in whole for e in ENTRIES)


def test_patterns_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "spam.txt"
    path.write_text("# comment\n\n/tag/[0-9]+\n(?i)\\.PDF$\n/a #b\n%E8%B5%8C\n")
    patterns = load_url_patterns([str(path)], "url.block_patterns")
    assert patterns.patterns == ("/tag/[0-9]+", "(?i)\\.PDF$", "/a #b", "%E8%B5%8C")
    urls = ["http://a.com/tag/12", "http://a.com/x.pdf", "http://a.com/tag/x", "http://a.com/赌"]
    column = normalise_urls(pa.array([*urls, None])).column
    assert find_patterns(column, patterns).tolist() == [0, 1, -1, 3, -1]


def test_the_first_of_many_patterns_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [f"/x{number}/" for number in range(70)] + ["/x3/"]
    urls = pa.array([f"http://a/x{number}/x69/" for number in range(80)])
    expected = [*range(69), *[69] * 11]
    for joined in (50, 1, 7):
        monkeypatch.setattr(patterns_module, "_JOINED", joined)
        patterns = build_url_patterns(many, ["l"] * len(many))
        assert len(patterns.groups) == -(-len(many) // joined)
        assert find_patterns(urls, patterns).tolist() == expected


def test_patterns_that_are_too_large_together_are_parted() -> None:
    large = [f"(?:{letter}{{500}}|.{{300}}){{3}}" for letter in "abcdefgh"]
    patterns = build_url_patterns(large, ["l"] * len(large))
    assert 1 < len(patterns.groups) <= len(large)
    assert [n for _, numbers in patterns.groups for n in numbers] == list(range(len(large)))


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("(a", "missing \\)"),
        ("(?=a)", "invalid perl operator"),
        ("(a)\\1", "invalid escape"),
        ("((a{1000}){1000}){1000}", "invalid repetition size"),
    ],
)
def test_what_is_no_pattern(tmp_path: Path, pattern: str, problem: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_text(f"good\n{pattern}\n")
    with pytest.raises(ResourceError, match=f"line 2: .*RE2: {problem}") as caught:
        load_url_patterns([str(path)], "url.block_patterns")
    assert "\n" not in str(caught.value)


def test_a_pattern_takes_linear_time() -> None:
    patterns = build_url_patterns(["(a+)+$"], ["l"])
    assert find_patterns(pa.array(["http://a/" + "a" * 50_000 + "!"]), patterns).tolist() == [-1]
