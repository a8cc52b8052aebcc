"""Why a rule of *quality* failed, in figures: `duplicate_lines/lines 19/42 = 0.452 > 0.3`."""

from collections.abc import Mapping
from typing import Any

from corpus_pipeline.filters.figures import compared
from corpus_pipeline.filters.quality.more_columns import SCALES
from corpus_pipeline.filters.quality.rule_table import RULES
from corpus_pipeline.filters.quality.rules import QualityProfile, QualityRules

_QUALITY = {rule.reason: rule for rule in RULES}


def quality_verdict(
    reason: str,
    measures: Mapping[str, Any],
    rules: QualityRules | None,
    profile: QualityProfile | None = None,
    language: str | None = None,
) -> str:
    """Explains a reason of *quality*; without rules the threshold is left out.

    A profile says what its rule compares in a language, if that is not the usual measure.

    >>> rules = QualityRules(gopher_max_duplicate_lines=0.3, gopher_min_words=50)
    >>> measures = {"duplicate_lines": 19, "lines": 42, "words": 0}
    >>> quality_verdict("gopher-duplicate-lines", measures, rules)
    'duplicate_lines/lines 19/42 = 0.452 > 0.3'
    >>> quality_verdict("gopher-too-few-words", measures, rules)
    'words 0 < 50'
    """
    rule = _QUALITY[reason]
    threshold = None if rules is None else getattr(rules, rule.field)
    measure, per = rule.measure, rule.per
    if profile is not None:
        measure, per = profile.compares(rule, language)
    count = measures.get(measure)
    if count is None:
        return f"{measure} is not stored"
    sign = "<" if rule.lower else ">"
    if per is None:
        scale = SCALES.get(measure, 1)
        shown = count if scale == 1 else count / scale
        return f"{measure} {compared(shown, sign, threshold)}"
    total = measures.get(per)
    name = f"{measure}/{per} {count}/{total}"
    if not total:
        # What is nowhere is no share of anything; the rule compares the counts.
        return f"{name}{'' if threshold is None else f' {sign} {threshold}'}"
    return f"{name} = {compared(count / total, sign, threshold)}"
