"""From a configuration and its sources to what an estimate is made of."""

import dataclasses
import math
from typing import Any

from corpus_pipeline.config.config import Config
from corpus_pipeline.config.run_flow import RunFlow
from corpus_pipeline.dedup.matches import KINDS
from corpus_pipeline.extensions.step import OwnStep
from corpus_pipeline.flow import default_steps
from corpus_pipeline.planning.costs import Flow, Prices, Workload, load_costs, measured_stages
from corpus_pipeline.planning.estimate import Estimate, estimate
from corpus_pipeline.planning.plan import Plan
from corpus_pipeline.planning.sizing import partitions_for, unit_bytes_for

#: Stored bytes of one input file of a stated size: about what crawls have.
_STATED_FILE_BYTES = 10**9
_MEASURED_BANDS = 14


@dataclasses.dataclass(frozen=True)
class SourcePlan:
    """One source of a plan. Sizes are bytes."""

    name: str
    files: int
    stored_bytes: float
    text_bytes: float
    html_bytes: float
    units: int
    unit_files: int = 0
    """Files, or pieces of files, in the unit that has most of them."""


def sources_of(plan: Plan) -> list[SourcePlan]:
    """Returns the sources of a plan, by name."""
    kinds = {piece.path: piece.format for unit in plan.units for piece in unit.pieces}
    files: dict[str, list[dict[str, Any]]] = {}
    for file in plan.fingerprint["inputs"]:
        files.setdefault(file["source"], []).append(file)
    units: dict[str, list[int]] = {}
    for unit in plan.units:
        units.setdefault(unit.source, []).append(len(unit.pieces))
    found = []
    for name in sorted(files):
        paths = [file["path"] for file in files[name]]
        pages = [path for path in paths if kinds[path] in ("warc", "html")]
        pieces = units.get(name, [])
        found.append(
            SourcePlan(
                name=name,
                files=len(paths),
                stored_bytes=sum(file["size"] for file in files[name]),
                text_bytes=sum(plan.text_bytes[path] for path in paths),
                html_bytes=sum(plan.text_bytes[path] for path in pages),
                units=len(pieces),
                unit_files=max(pieces, default=0),
            )
        )
    return found


def workload_of(config: Config, sources: list[SourcePlan], stated: float | None) -> Workload:
    """Describes what there is to do: as listed, or a stated size in the same shares."""
    text, html, stored = (
        sum(getattr(each, name) for each in sources)
        for name in ("text_bytes", "html_bytes", "stored_bytes")
    )
    if stated is None:
        return Workload(
            text, html, stored, sum(each.files for each in sources),
            sum(each.units for each in sources), partitions_for(text, config.plan.match_bytes),
        )  # fmt: skip
    factor = stated / max(1.0, text)
    unit_bytes = config.plan.unit_bytes or unit_bytes_for(stated)
    return Workload(
        text_bytes=stated,
        html_bytes=html * factor,
        stored_bytes=stored * factor,
        files=max(len(sources), math.ceil(stored * factor / _STATED_FILE_BYTES)),
        units=max(len(sources), math.ceil(stated / unit_bytes)),
        partitions=partitions_for(stated, config.plan.match_bytes),
    )


def estimate_of(
    config: Config,
    flow: RunFlow,
    sources: list[SourcePlan],
    workload: Workload,
    prices: Prices,
    workers: int,
) -> Estimate:
    """Estimates a run of a configuration from the shipped costs."""
    return estimate(workload, load_costs(), prices, workers, flow_of(config, flow, sources))


def flow_of(config: Config, flow: RunFlow, sources: list[SourcePlan]) -> Flow:
    """Says which parts of the flow a configuration has, and for which share of its text."""
    names = [step.name for step in flow.steps if not isinstance(step, OwnStep)]
    switches = {step.name: step.name in names for step in default_steps()}
    switches |= {kind: flow.dedup.on(kind) for kind in KINDS}
    costs = load_costs()
    measured, seen = measured_stages(costs), set[str]()
    more: dict[str, float] = {}
    unmeasured = [f"dedup.{kind}" for kind in costs.unmeasured if switches[kind]]
    for step in flow.steps:
        # What was measured counts once; a second one of its kind costs as much again.
        known = step.name in measured and not isinstance(step, OwnStep)
        if known and step.name not in seen:
            seen.add(step.name)
            continue
        cost = measured[step.name] if known else step.seconds_per_gigabyte
        if cost is None:
            unmeasured.append(step.title)
        else:
            more[step.title] = cost
    text = {each.name: each.text_bytes for each in sources}
    whole = max(1.0, sum(text.values()))
    skipped = {
        stage: sum(text.get(each.source, 0.0) for each in config.inputs if stage in each.skip)
        for stage in switches
    }
    return Flow(
        off=frozenset(name for name, on in switches.items() if not on),
        shares={stage: 1 - size / whole for stage, size in skipped.items() if size},
        more=more,
        unmeasured=tuple(unmeasured),
        bands=flow.dedup.options.document.bands / _MEASURED_BANDS,
        direct=config.runner == "direct",
        remote="://" in config.output and not config.output.startswith("file://"),
    )
