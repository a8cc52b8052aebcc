"""The profile data-juicer decides as data-juicer's own filters do, but for what is named here.

`vectors/data-juicer.jsonl` is what these said (`make golden-peers` asks them again).
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from corpus_pipeline.filters.quality.measures import measure_quality
from corpus_pipeline.filters.quality.profiles import load_profile
from corpus_pipeline.filters.quality.rules import quality_failures

VECTORS = Path(__file__).parent / "vectors"
#: data-juicer's filter -> our reason.
FILTERS = {
    "alphanumeric": "text-too-few-alphanumeric",
    "average_line_length": "text-mean-line-length-low",
    "character_repetition": "text-repeated-characters",
    "maximum_line_length": "text-lines-too-short",
    "special_characters": "text-too-many-special-characters",
    "text_length": "text-too-short",
    "word_repetition": "text-repeated-words",
    "words_num": "gopher-too-few-words",
}
#: Filter -> documents that it alone drops, and documents that our rule alone drops. Words of digits
#: alone are none there and stand between the words of an n-gram here.
DIFFER: dict[str, tuple[set[str], set[str]]] = {
    "word_repetition": ({"phrases", "mixture 32"}, {"mixture 7"}),
}


def rows(name: str) -> list[dict[str, Any]]:
    lines = (VECTORS / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@cache
def texts() -> dict[str, str]:
    """Returns document -> text."""
    known = {each["name"]: each["text"] for each in rows("documents")}
    names = [each["name"] for each in rows("data-juicer")[1:]]
    known |= {each["name"]: each["text"] for each in rows("data-juicer")[1:] if "text" in each}
    return {name: known[name] for name in names}


def dropped(documents: dict[str, str]) -> dict[str, set[str]]:
    """Returns reason -> documents."""
    names = [*documents]
    profile = load_profile("data-juicer")
    langs = pa.array(["en"] * len(names))
    measures = measure_quality(
        pa.array([*documents.values()]), langs, profile.prose, profile.definitions, profile.more
    )
    failures = quality_failures(measures, langs, profile)
    return {
        reason: {names[row] for row in failed.nonzero()[0]} for reason, failed in failures.items()
    }


@cache
def ours() -> dict[str, set[str]]:
    """Returns reason -> documents, of all."""
    return dropped(texts())


@pytest.mark.parametrize("rule", FILTERS)
def test_each_filter_drops_what_our_rule_drops(rule: str) -> None:
    theirs = {each["name"] for each in rows("data-juicer")[1:] if rule in each["failed"]}
    only_there, only_here = DIFFER.get(rule, (set(), set()))
    assert (theirs - ours()[FILTERS[rule]], ours()[FILTERS[rule]] - theirs) == (
        only_there,
        only_here,
    )


def test_no_other_rule_of_the_profile_drops_any_and_every_filter_drops_some() -> None:
    assert {reason for reason, names in ours().items() if names} == {*FILTERS.values()}
    versions, *answers = rows("data-juicer")
    assert versions.keys() == {"data-juicer", "python"}
    assert {*FILTERS} == {rule for each in answers for rule in each["failed"]}


def test_without_words_of_digits_the_two_agree() -> None:
    only_there, only_here = DIFFER["word_repetition"]
    letters = {
        name: " ".join(word for word in texts()[name].split() if any(map(str.isalpha, word)))
        for name in only_there | only_here
    }
    assert dropped(letters)[FILTERS["word_repetition"]] == only_there
