"""Why a rule failed, in figures."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from corpus_pipeline.filters.keywords.step import Keywords, KeywordSection
from corpus_pipeline.filters.language.step import Language, LanguageSection
from corpus_pipeline.filters.perplexity.step import Perplexity, PerplexitySection
from corpus_pipeline.filters.quality.columns import QUALITY_MEASURES
from corpus_pipeline.filters.quality.measures import measure_quality
from corpus_pipeline.filters.quality.profiles import load_profile
from corpus_pipeline.filters.quality.rule_table import RULES
from corpus_pipeline.filters.quality.rules import QualityRules, quality_failures
from corpus_pipeline.filters.quality.verdicts import quality_verdict


@pytest.mark.parametrize(
    ("reason", "measures", "rules", "line"),
    [
        ("gopher-duplicate-lines", {"duplicate_lines": 19, "lines": 42},
         {"gopher_max_duplicate_lines": 0.3}, "duplicate_lines/lines 19/42 = 0.452 > 0.3"),
        ("gopher-too-few-words", {"words": 0}, {"gopher_min_words": 80}, "words 0 < 80"),
        ("gopher-too-many-words", {"words": 160001}, {"gopher_max_words": 160000},
         "words 160,001 > 160,000"),
        ("gopher-too-few-words-with-letter", {"words_with_letter": 0, "words": 0},
         {"gopher_min_words_with_letter": 0.8}, "words_with_letter/words 0/0 < 0.8"),
        # As many decimals as it takes to tell the share from the threshold.
        ("gopher-duplicate-lines", {"duplicate_lines": 3001, "lines": 10000},
         {"gopher_max_duplicate_lines": 0.3}, "duplicate_lines/lines 3001/10000 = 0.3001 > 0.3"),
        # A threshold that is not broken was not the one that decided.
        ("gopher-too-few-words", {"words": 90}, {"gopher_min_words": 80}, "words 90"),
        ("gopher-too-few-words", {"words": 9}, None, "words 9"),
        ("gopher-too-few-words", {}, {"gopher_min_words": 80}, "words is not stored"),
    ],
)  # fmt: skip
def test_quality(
    reason: str, measures: dict[str, int], rules: dict[str, Any] | None, line: str
) -> None:
    rule = next(each for each in RULES if each.reason == reason)
    limit = None if rules is None else getattr(QualityRules(**rules), rule.field)
    assert quality_verdict(measures, rule, rule.measure, rule.per, limit) == line


def test_every_failure_of_a_batch_is_shown_as_broken() -> None:
    texts = ["买它。\n" * 60, "Buy it!\n" * 60, "{" * 5, "", "# " * 90, "… " * 40, "a b\n\n\nc"]
    langs = pa.array(["zh", "en", None, "en", "en", "zh", "en"])
    profile = load_profile("default")
    measures = measure_quality(pa.array(texts), langs, profile.prose)
    shown = 0
    for reason, failed in quality_failures(measures, langs, profile).items():
        rule = next(each for each in RULES if each.reason == reason)
        for row in np.flatnonzero(failed).tolist():
            values = {name: measures[name][row].as_py() for name in QUALITY_MEASURES.names}
            limit = getattr(profile.rules_for(langs[row].as_py()), rule.field)
            line = quality_verdict(values, rule, rule.measure, rule.per, limit)
            assert f" {'<' if rule.lower else '>'} " in line, line
            shown += 1
    assert shown > 15


@pytest.mark.parametrize(
    ("reason", "measures", "line"),
    [
        ("language-low-score", {"lang": "zh", "lang_score": 0.4}, "lang zh: lang_score 0.4 < 0.5"),
        ("language-low-score", {"lang": "en", "lang_score": 0.2}, "lang en: lang_score 0.2 < 0.3"),
        ("language-not-kept", {"lang": "fr", "lang_score": 0.9}, "lang fr is not in keep [zh, en]"),
        ("language-unknown", {"lang": None, "lang_score": 0.0}, "the model names no language"),
    ],
)  # fmt: skip
def test_language(reason: str, measures: dict[str, Any], line: str) -> None:
    options = {"keep": ["zh", "en"], "min_score": 0.3, "min_score_by_language": {"zh": 0.5}}
    step = Language(LanguageSection.model_validate(options))
    assert step.explain(reason, measures, None) == line
    assert not {"<", "["} & set(step.explain(reason, measures, None, known=False))


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        ("keywords-too-many", "keyword_hits 12 > 10"),
        ("keywords-too-varied", "keyword_distinct 4 > 3"),
        ("keywords-too-dense",
         "keyword_hits for each 1,000 characters 1000 x 12/800 = 15.0 > 5.0"),
    ],
)  # fmt: skip
def test_keywords(reason: str, line: str) -> None:
    measures = {"keyword_hits": 12, "keyword_distinct": 4}
    step = Keywords(KeywordSection(max_hits=10, max_distinct=3))
    assert step.explain(reason, measures, "中" * 800) == line
    assert " > " not in step.explain(reason, measures, "中" * 800, known=False)


def test_perplexity() -> None:
    step = Perplexity(PerplexitySection(max_perplexity={"zh": 900.0}))
    measures = {"perplexity": 901.5, "perplexity_model": "m@1", "lang": "und-Hani"}
    assert step.explain("perplexity-too-high", measures, None) == (
        "perplexity 901.5 > 900.0 under m@1"
    )
    assert step.explain("perplexity-too-high", measures, None, known=False) == (
        "perplexity 901.5 under m@1"
    )
    assert step.explain("perplexity-too-high", {"lang": "zh"}, None) == "perplexity is not stored"
