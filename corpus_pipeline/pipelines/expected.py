"""Which phases a run will have, and about how long each takes: for whoever waits for it."""

from corpus_pipeline.config.config import Config
from corpus_pipeline.config.run_flow import RunFlow
from corpus_pipeline.dedup.step import Dedup
from corpus_pipeline.filters.gathering import Gathering
from corpus_pipeline.machine import cores
from corpus_pipeline.pipelines.progress import CHECK
from corpus_pipeline.pipelines.stage_options import settle_name
from corpus_pipeline.planning.costs import Prices
from corpus_pipeline.planning.plan import Plan
from corpus_pipeline.planning.workload import estimate_of, sources_of, workload_of
from corpus_pipeline.workspace.phase_table import (
    FIRST_PASS,
    LEDGER,
    SHARDS,
    is_pass,
    matches,
    merge_of,
)


def expected_seconds(
    config: Config, flow: RunFlow, plan: Plan, workers: int | None
) -> dict[str, float]:
    """Returns phase -> estimated seconds, in the order in which they run, the check included.

    The estimate is that of `corpus plan --estimate`. It measures the documents before dedup as one
    pass; of several passes each has an equal part. Phases that nobody has measured have 0, and so
    has the settling between two passes.

    Args:
        config: the run.
        flow: of this configuration.
        plan: of its inputs.
        workers: how many work at once; None where a cluster decides: then as many as are asked for,
            or as this machine has cores.
    """
    names = phase_names(flow)
    sources = sources_of(plan)
    work = workload_of(config, sources, None)
    count = workers or config.workers or cores()
    found = {
        phase.name: phase.seconds
        for phase in estimate_of(config, flow, sources, work, Prices(), count).phases
    }
    early = [name for name in names if is_pass(name) and name.startswith(FIRST_PASS)]
    found |= {name: found[FIRST_PASS] / len(early) for name in early}
    return {name: found.get(name, 0.0) for name in names}


def phase_names(flow: RunFlow) -> list[str]:
    """Names the phases of a run, in their order; rounds after the first are not known before."""
    names: list[str] = []
    for each in flow.passes:
        names.append(each.name)
        if isinstance(each.looks, Dedup):
            names += matches(each.looks.on)
        elif isinstance(each.looks, Gathering):
            names.append(settle_name(each.looks))
    if flow.tokenize is not None:
        names += [SHARDS, merge_of(SHARDS)]
    return [*names, LEDGER, CHECK]
