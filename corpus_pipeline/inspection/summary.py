"""What a run did, stage by stage, from its run.json."""

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any


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
    steps = steps_of(run)
    owner = {reason: step["name"] for step in steps for reason in step["reasons"]}
    for step in steps:
        name = step["name"]
        dropped = {each: n for each, n in drops.items() if n and owner.get(each) == name}
        after = passing - sum(dropped.values())
        notes = {each: n for each, n in counts.items() if n and _is_of(each, step["counts"])}
        rows.append(StageSummary(name, passing, after, dropped, notes, seconds[name]))
        passing = after
    return rows


def steps_of(run: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Returns what run.json says of the steps of a run; of an older one, what the package says."""
    if "steps" in run:
        steps: list[dict[str, Any]] = run["steps"]
        return steps
    from corpus_pipeline.flow import known_steps  # Takes a tenth of a second.

    return [
        {"name": name, "reasons": step.reasons, "counts": step.counts, "summed": step.summed}
        for name, step in known_steps().items()
        if name == "read" or (run["config"].get(name) or {}).get("enabled")
    ]


def summed_columns(run: Mapping[str, Any]) -> frozenset[str]:
    """Returns the columns of documents/ whose sums stand in run.json."""
    return frozenset(name for step in steps_of(run) for name in step["summed"])


def stage_seconds(run: Mapping[str, Any]) -> Counter[str]:
    """Sums the processor seconds of each stage over the phases of a run (`write` included)."""
    seconds: Counter[str] = Counter()
    for phase in run["phases"].values():
        for name, value in phase["clocks"].items():
            stage, _, what = name.partition("/")
            if what == "micros":
                seconds[stage] += value / 1e6
    return seconds


def _is_of(count: str, prefixes: Sequence[str]) -> bool:
    return count.startswith(tuple(prefixes))
