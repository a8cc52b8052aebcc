"""Why a rule of *quality* failed, in figures: `duplicate_lines/lines 19/42 = 0.452 > 0.3`."""

from collections.abc import Mapping
from typing import Any

from corpus_pipeline.filters.figures import compared
from corpus_pipeline.filters.quality.more_columns import SCALES
from corpus_pipeline.filters.quality.rule_table import Rule


def quality_verdict(
    measures: Mapping[str, Any], rule: Rule, measure: str, per: str | None, limit: float | None
) -> str:
    """Explains a rule of *quality*; without a limit the threshold is left out.

    Args:
        measures: of the document.
        rule: that failed.
        measure: which the profile compares.
        per: what it is divided by.
        limit: the threshold.

    >>> from corpus_pipeline.filters.quality.rule_table import RULES
    >>> rules = {rule.reason: rule for rule in RULES}
    >>> measures = {"duplicate_lines": 19, "lines": 42, "words": 0}
    >>> lines = rules["gopher-duplicate-lines"]
    >>> quality_verdict(measures, lines, lines.measure, lines.per, 0.3)
    'duplicate_lines/lines 19/42 = 0.452 > 0.3'
    >>> quality_verdict(measures, rules["gopher-too-few-words"], "words", None, 50)
    'words 0 < 50'
    """
    count = measures.get(measure)
    if count is None:
        return f"{measure} is not stored"
    sign = "<" if rule.lower else ">"
    if per is None:
        scale = SCALES.get(measure, 1)
        shown = count if scale == 1 else count / scale
        return f"{measure} {compared(shown, sign, limit)}"
    total = measures.get(per)
    name = f"{measure}/{per} {count}/{total}"
    if not total:
        # What is nowhere is no share of anything; the rule compares the counts.
        return f"{name}{'' if limit is None else f' {sign} {limit}'}"
    return f"{name} = {compared(count / total, sign, limit)}"
