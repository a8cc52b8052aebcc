"""Why a rule failed, in figures: `duplicate_lines/lines 19/42 = 0.452 > 0.3`.

One document at a time, from its stored measures, for people. Deciding is done column by column in
the modules of the filters; nothing here decides.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from corpus_pipeline.filters.quality.rules import RULES, QualityRules
from corpus_pipeline.text.languages import figures_for

if TYPE_CHECKING:  # These take a second to import.
    from corpus_pipeline.filters.keywords.measures import KeywordRules
    from corpus_pipeline.filters.language.measures import LanguageRules
    from corpus_pipeline.filters.perplexity.measures import PerplexityRules

#: A measure -> its value for one document; missing and None are both unmeasured.
Measures = Mapping[str, Any]

_QUALITY = {rule.reason: rule for rule in RULES}
_DECIMALS = 9


def quality_verdict(reason: str, measures: Measures, rules: QualityRules | None) -> str:
    """Explains a reason of *quality*; without rules the threshold is left out.

    >>> rules = QualityRules(gopher_max_duplicate_lines=0.3, gopher_min_words=50)
    >>> measures = {"duplicate_lines": 19, "lines": 42, "words": 0}
    >>> quality_verdict("gopher-duplicate-lines", measures, rules)
    'duplicate_lines/lines 19/42 = 0.452 > 0.3'
    >>> quality_verdict("gopher-too-few-words", measures, rules)
    'words 0 < 50'
    """
    rule = _QUALITY[reason]
    threshold = None if rules is None else getattr(rules, rule.field)
    count = measures.get(rule.measure)
    if count is None:
        return f"{rule.measure} is not stored"
    sign = "<" if rule.lower else ">"
    if rule.per is None:
        return f"{rule.measure} {_compared(count, sign, threshold)}"
    total = measures.get(rule.per)
    name = f"{rule.measure}/{rule.per} {count}/{total}"
    if not total:
        # What is nowhere is no share of anything; the rule compares the counts.
        return f"{name}{'' if threshold is None else f' {sign} {threshold}'}"
    return f"{name} = {_compared(count / total, sign, threshold)}"


def language_verdict(reason: str, measures: Measures, rules: "LanguageRules | None") -> str:
    """Explains a reason of *language*."""
    lang, score = measures.get("lang"), measures.get("lang_score")
    if reason == "language-unknown" or lang is None:
        return "the model names no language"
    if reason == "language-not-kept":
        kept = "" if rules is None or rules.keep is None else f" [{', '.join(rules.keep)}]"
        return f"lang {lang} is not in keep{kept}"
    if score is None:
        return f"lang {lang}"
    least = None if rules is None else rules.least_score(lang)
    return f"lang {lang}: lang_score {_compared(score, '<', least)}"


def keyword_verdict(
    reason: str, measures: Measures, chars: int | None, rules: "KeywordRules | None"
) -> str:
    """Explains a reason of *keywords*; `chars` is the length of the text in characters."""
    hits, distinct = (measures.get(f"keyword_{name}") or 0 for name in ("hits", "distinct"))
    if reason == "keywords-too-many":
        limit = None if rules is None else rules.max_hits
        return f"keyword_hits {_compared(hits, '>', limit)}"
    if reason == "keywords-too-varied":
        limit = None if rules is None else rules.max_distinct
        return f"keyword_distinct {_compared(distinct, '>', limit)}"
    if not chars:
        return f"keyword_hits {hits}"
    density = None if rules is None else rules.max_hits_per_1000_chars
    figures = _compared(1000 * hits / chars, ">", density)
    return f"keyword_hits for each 1,000 characters 1000 x {hits}/{chars} = {figures}"


def perplexity_verdict(
    reason: str, measures: Measures, lang: str | None, rules: "PerplexityRules | None"
) -> str:
    """Explains a reason of *perplexity*; `lang` is the language or script of the text."""
    high = reason == "perplexity-too-high"
    limit = None
    if rules is not None:
        limits = rules.max_perplexity if high else rules.min_perplexity
        found = figures_for(tuple(limits)).find(lang, members=False)
        limit = None if found is None else limits[found]
    value = measures.get("perplexity")
    if value is None:
        return "perplexity is not stored"
    model = measures.get("perplexity_model")
    figures = _compared(value, ">" if high else "<", limit)
    return f"perplexity {figures}{'' if model is None else f' under {model}'}"


def _compared(value: float, sign: str, threshold: float | None) -> str:
    """Writes a value beside the threshold that it breaks, with decimals enough to tell them apart.

    A threshold that the value keeps is not the one that it was judged by, and is left out.

    >>> _compared(19 / 42, ">", 0.3), _compared(0.30004, ">", 0.3), _compared(12, "<", 50)
    ('0.452 > 0.3', '0.30004 > 0.3', '12 < 50')
    >>> _compared(0.2, ">", 0.3)
    '0.2'
    """
    broken = threshold is not None and (value < threshold if sign == "<" else value > threshold)
    decimals = 3
    while broken and decimals < _DECIMALS and round(value, decimals) == threshold:
        decimals += 1
    shown = f"{value:,}" if isinstance(value, int) else f"{round(value, decimals):,}"
    return f"{shown} {sign} {threshold:,}" if broken else shown
