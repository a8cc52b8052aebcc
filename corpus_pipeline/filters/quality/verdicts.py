"""Why a rule of *quality* failed, in figures: `duplicate_lines/lines 19/42 = 0.452 > 0.3`."""

from collections.abc import Mapping
from typing import Any

from corpus_pipeline.filters.figures import compared
from corpus_pipeline.filters.quality.rules import RULES, QualityRules

_QUALITY = {rule.reason: rule for rule in RULES}


def quality_verdict(reason: str, measures: Mapping[str, Any], rules: QualityRules | None) -> str:
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
        return f"{rule.measure} {compared(count, sign, threshold)}"
    total = measures.get(rule.per)
    name = f"{rule.measure}/{rule.per} {count}/{total}"
    if not total:
        # What is nowhere is no share of anything; the rule compares the counts.
        return f"{name}{'' if threshold is None else f' {sign} {threshold}'}"
    return f"{name} = {compared(count / total, sign, threshold)}"
