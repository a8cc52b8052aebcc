"""The profiles of peers decide as the peers do, rule by rule, on stored documents.

`vectors/datatrove.jsonl` and `vectors/dolma.jsonl` are what these themselves said (`make
golden-peers` asks them again).
"""

import json
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from corpus_pipeline.filters.quality.measures import measure_quality
from corpus_pipeline.filters.quality.profiles import load_profile
from corpus_pipeline.filters.quality.rules import quality_failures

VECTORS = Path(__file__).parent / "vectors"

#: datatrove's filter and rule -> our reasons, any of which is its verdict.
DATATROVE = {
    "gopher-quality: min_doc_words": ("gopher-too-few-words",),
    "gopher-quality: max_doc_words": ("gopher-too-many-words",),
    "gopher-quality: min_avg_word_length": ("gopher-mean-word-length-low",),
    "gopher-quality: max_avg_word_length": ("gopher-mean-word-length-high",),
    "gopher-quality: max_symbol_word_ratio": (
        "gopher-too-many-hash-marks", "gopher-too-many-ellipses",
    ),
    "gopher-quality: max_bullet_lines_ratio": ("gopher-too-many-bullet-lines",),
    "gopher-quality: max_ellipsis_lines_ratio": ("gopher-too-many-ellipsis-lines",),
    "gopher-quality: max_non_alpha_words_ratio": ("gopher-too-few-words-with-letter",),
    "gopher-quality: min_stop_words": ("gopher-too-few-stop-words",),
    "gopher-repetition: dup_line_frac": ("gopher-duplicate-lines",),
    "gopher-repetition: dup_para_frac": ("gopher-duplicate-paragraphs",),
    "gopher-repetition: dup_line_char_frac": ("gopher-duplicate-line-chars",),
    "gopher-repetition: dup_para_char_frac": ("gopher-duplicate-paragraph-chars",),
    **{f"gopher-repetition: top_n_grams {n}": (f"gopher-top-{n}-gram-chars",) for n in (2, 3, 4)},
    **{
        f"gopher-repetition: dup_n_grams {n}": (f"gopher-duplicate-{n}-gram-chars",)
        for n in range(5, 11)
    },
    "fineweb: line_punct_thr": ("fineweb-too-few-terminal-lines",),
    "fineweb: short_line_thr": ("fineweb-too-many-short-lines",),
    "fineweb: char_duplicates_ratio": ("fineweb-duplicate-line-chars",),
    "fineweb: new_line_ratio": ("fineweb-too-many-newlines",),
    "c4": ("c4-lorem-ipsum", "c4-curly-bracket", "c4-too-few-sentences"),
}  # fmt: skip
#: Dolma's attribute -> our reasons.
DOLMA = {
    "word_count": ("gopher-too-few-words", "gopher-too-many-words"),
    "median_word_length": ("gopher-mean-word-length-low", "gopher-mean-word-length-high"),
    "symbol_to_word_ratio": ("gopher-too-many-hash-marks",),
    "fraction_of_words_with_alpha_character": ("gopher-too-few-words-with-letter",),
    "required_word_count": ("gopher-too-few-stop-words",),
    "fraction_of_lines_starting_with_bullet_point": ("gopher-too-many-bullet-lines",),
    "fraction_of_lines_ending_with_ellipsis": ("gopher-too-many-ellipsis-lines",),
    "fraction_of_duplicate_lines": ("gopher-duplicate-lines",),
    "fraction_of_characters_in_duplicate_lines": ("gopher-duplicate-line-chars",),
    **{f"most_common_ngram {n}": (f"gopher-top-{n}-gram-chars",) for n in (2, 3, 4)},
    **{f"duplicate_ngrams {n}": (f"gopher-duplicate-{n}-gram-chars",) for n in range(5, 11)},
}
CASES = [
    *(
        ("datatrove", f"{rule.split('-')[0].split(':')[0]}@datatrove", rule, reasons)
        for rule, reasons in DATATROVE.items()
    ),
    *(("dolma", "gopher@dolma", rule, reasons) for rule, reasons in DOLMA.items()),
]


def rows(name: str) -> list[dict[str, Any]]:
    lines = (VECTORS / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@cache
def ours(profile: str) -> dict[str, set[str]]:
    """Returns document -> reasons."""
    documents = rows("documents")
    rules = load_profile(profile)
    langs = pa.array(["en"] * len(documents))
    measures = measure_quality(
        pa.array([each["text"] for each in documents]),
        langs, rules.prose, rules.definitions, rules.more,
    )  # fmt: skip
    found: dict[str, set[str]] = defaultdict(set)
    for reason, failed in quality_failures(measures, langs, rules).items():
        for row in failed.nonzero()[0]:
            found[documents[row]["name"]].add(reason)
    return found


@pytest.mark.parametrize(
    ("peer", "profile", "rule", "reasons"), CASES, ids=[f"{each[1]} {each[2]}" for each in CASES]
)
def test_a_profile_of_a_peer_decides_as_the_peer(
    peer: str, profile: str, rule: str, reasons: tuple[str, ...]
) -> None:
    here = {name for name, found in ours(profile).items() if found & {*reasons}}
    there = {each["name"] for each in rows(peer)[1:] if rule in each["failed"]}
    assert here == there


def test_the_vectors_are_of_these_documents_and_meet_most_rules() -> None:
    names = [each["name"] for each in rows("documents")]
    assert len({*names}) == len(names)
    for peer, package, rules in (("datatrove", "spacy", DATATROVE), ("dolma", "dolma", DOLMA)):
        versions, *answers = rows(peer)
        assert versions.keys() == {peer, package, "python"}
        assert [each["name"] for each in answers] == names
        met = {name for each in answers for name in each["failed"]} & rules.keys()
        assert len(rules) - len(met) <= 1
