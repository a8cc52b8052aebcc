"""Where an estimate leaves what the design is made for."""

from collections.abc import Mapping

from corpus_pipeline.planning.estimate import Estimate

#: Above these the design does not hold: driver, worker (bytes), run.json (bytes).
MOST_DRIVER, MOST_WORKER, MOST_JSON = 64e9, 8e9, 2e9
_HOUR = 3600.0


def exceeded_limits(whole: Estimate) -> list[tuple[bool, str]]:
    """Names what is large, worst first: whether the design breaks there, and one line.

    A run that breaks is cut into several; what is lost is said in docs/scale.md.
    """
    hashes = whole.shuffled - whole.cell_bytes
    opens = max(whole.phases, key=lambda phase: phase.opens)
    serial = sum(phase.seconds for phase in whole.phases if phase.in_driver)
    found = [
        (whole.cell_bytes > max(hashes, 1e9), True,
         f"units x partitions: places take {whole.cell_bytes / 1e9:,.0f} GB, the hashes in them "
         f"{hashes / 1e9:,.0f} GB; raise plan.unit_bytes and plan.match_bytes"),
        (whole.driver_memory > MOST_DRIVER, True,
         f"driver: needs {whole.driver_memory / 1e9:,.0f} GB, most of it for "
         f"{_largest(whole.driver_parts)}"),
        (whole.worker_memory > MOST_WORKER, True,
         f"worker: needs {whole.worker_memory / 1e9:,.1f} GB, most of it for "
         f"{_largest(whole.worker_parts)}; lower plan.unit_bytes and plan.match_bytes"),
        (whole.json_bytes > MOST_JSON, True,
         f"run.json: has {whole.json_bytes / 1e9:,.1f} GB; raise plan.unit_bytes"),
        (opens.opens > 10**8, False,
         f"{opens.name}: opens files {opens.opens:,} times"),
        (serial > max(_HOUR, whole.seconds / 4), False,
         f"driver: works alone for {serial / _HOUR:,.1f} hours; more workers do not shorten that"),
    ]  # fmt: skip
    return [(breaks, line) for holds, breaks, line in found if holds]


def _largest(parts: Mapping[str, float]) -> str:
    return max(parts, key=lambda name: parts[name])
