"""What a run did, stage by stage, from its run.json."""

import dataclasses
from collections import Counter
from collections.abc import Mapping
from typing import Any

from corpus_pipeline.dedup import DEDUP_REASONS
from corpus_pipeline.filters.quality.rules import QUALITY_REASONS

#: Stages in the order of the flow.
_STAGES = ("read", "extract", "language", "quality", "keywords", "perplexity", "dedup", "scrub",
           "tokenize")  # fmt: skip


def stage_of(reason: str) -> str:
    """Returns the stage that drops for a reason; imports none, which would take seconds.

    >>> stage_of("read-too-large"), stage_of("c4-curly-bracket"), stage_of("contaminated")
    ('read', 'quality', 'dedup')
    """
    if reason in DEDUP_REASONS:
        return "dedup"
    return "quality" if reason in QUALITY_REASONS else reason.partition("-")[0]


@dataclasses.dataclass(frozen=True)
class StageSummary:
    """Documents through one stage."""

    stage: str
    documents_in: int
    documents_out: int
    dropped: Mapping[str, int]
    """reason -> documents whose first failing rule it was."""
    notes: Mapping[str, int]
    """Other counts: sentences removed, PII replaced, tokens written."""
    seconds: float
    """Processor seconds in the stage's own code, all workers together."""


def summarise(run: Mapping[str, Any]) -> list[StageSummary]:
    """Returns one row for each stage of the flow that the run's configuration enables."""
    counts: Mapping[str, int] = run["counts"]
    seconds = stage_seconds(run)
    passing = counts.get("documents", 0)
    drops = {n.removeprefix("dropped-"): c for n, c in counts.items() if n.startswith("dropped-")}
    rows = []
    for stage in _STAGES:
        enabled = stage == "read" or run["config"][stage]["enabled"]
        dropped = {name: n for name, n in drops.items() if n and stage_of(name) == stage}
        if not enabled and not dropped:
            continue
        after = passing - sum(dropped.values())
        notes = {name: counts[name] for name in _notes(stage, counts) if counts[name]}
        rows.append(StageSummary(stage, passing, after, dropped, notes, seconds[stage]))
        passing = after
    return rows


def stage_seconds(run: Mapping[str, Any]) -> Counter[str]:
    """Sums the processor seconds of each stage over the phases of a run (`write` included)."""
    seconds: Counter[str] = Counter()
    for phase in run["phases"].values():
        for name, value in phase["clocks"].items():
            stage, _, what = name.partition("/")
            if what == "micros":
                seconds[stage] += value / 1e6
    return seconds


def _notes(stage: str, counts: Mapping[str, int]) -> list[str]:
    prefixes = {"read": ("skipped-", "lenient-http-", "lenient-media-"),
                "extract": ("lenient-charset-",),
                "dedup": ("removed_", "repeated_", "uncompared_", "contamination_"),
                "scrub": ("pii_",),
                "tokenize": ("tokens",)}.get(stage)  # fmt: skip
    return [] if prefixes is None else [name for name in counts if name.startswith(prefixes)]
