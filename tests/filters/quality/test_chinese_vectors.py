"""The profile chinesewebtext2 and its limit on listed words decide as ChineseWebText's own code.

`vectors/chinesewebtext.jsonl` is what that code said (`make golden-peers` asks it again): the first
of its steps that drops a text.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from corpus_pipeline.filters.keywords.measures import (
    KeywordRules,
    build_matcher,
    count_lines,
    keyword_failures,
    measure_keywords,
)
from corpus_pipeline.filters.quality.measures import measure_quality
from corpus_pipeline.filters.quality.profiles import load_profile
from corpus_pipeline.filters.quality.rules import quality_failures

VECTORS = Path(__file__).parent / "vectors" / "chinesewebtext.jsonl"
#: Their step -> our reasons, in their order.
STEPS = {
    "length": ("text-too-short", "text-mean-line-length-low"),
    "character": ("chinese-too-little-han", "chinese-too-traditional"),
    "sensitive": ("keywords-too-varied-for-lines",),
    "duplication": ("chinese-duplicate-13-gram-chars",),
}


def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in VECTORS.read_text("utf-8").splitlines()]


def test_every_text_falls_at_the_step_at_which_it_falls_there() -> None:
    head, *documents = rows()
    texts = pa.array([each["text"] for each in documents])
    langs = pa.array(["zh"] * len(documents))
    profile = load_profile("chinesewebtext2")
    measures = measure_quality(texts, langs, profile.prose, profile.definitions, profile.more)
    failures = dict(quality_failures(measures, langs, profile))
    words = measure_keywords(texts, langs, build_matcher({"zh": head["words"]}))
    words = words.append_column("keyword_lines", count_lines(texts))
    limits = KeywordRules(
        max_distinct=None, max_hits_per_1000_chars=None, max_distinct_per_line=0.5
    )
    failures |= keyword_failures(words, np.zeros(len(texts), np.int64), limits)
    reasons = {each for step in STEPS.values() for each in step}
    assert not [each for each, failed in failures.items() if failed.any() and each not in reasons]
    for row, document in enumerate(documents):
        step = next(
            (step for step, ours in STEPS.items() if any(failures[each][row] for each in ours)),
            "remain",
        )
        assert step == document["step"], document["name"]
    assert {each["step"] for each in documents} == {*STEPS, "remain"}


def test_the_limit_is_of_different_words_and_of_all_lines() -> None:
    texts = pa.array(["彩票彩票\n赌场", "彩票\n\n\n赌场", "", None])
    langs = pa.array(["zh"] * 4)
    measures = measure_keywords(texts, langs, build_matcher({"zh": ["彩票", "赌场"]}))
    measures = measures.append_column("keyword_lines", count_lines(texts))
    assert measures["keyword_lines"].to_pylist() == [2, 4, 1, None]
    failed = keyword_failures(
        measures, np.zeros(4, np.int64), KeywordRules(max_distinct_per_line=0.5)
    )
    assert failed["keywords-too-varied-for-lines"].tolist() == [True, False, False, False]
