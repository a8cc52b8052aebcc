"""What a step that gathers settles between two passes: one small task of the driver."""

import itertools
from collections.abc import Iterator

import pyarrow as pa

from corpus_pipeline.batches import one_batch
from corpus_pipeline.filters.gathering import Gathering
from corpus_pipeline.pipelines.phase_runner import PhaseRunner
from corpus_pipeline.pipelines.stage_options import StageOptions, settle_name
from corpus_pipeline.stages.match_options import Outcome
from corpus_pipeline.stages.writing import gathered_path
from corpus_pipeline.workspace.state import read_table

#: Units whose tables are merged at a time.
_UNITS_PER_MERGE = 256


def settle(runner: PhaseRunner, make: StageOptions, name: str, step: Gathering) -> None:
    """Merges what a pass has gathered of all units, and writes what the step settles.

    Args:
        name: of the pass.
    """

    def tables() -> Iterator[pa.RecordBatch]:
        for unit in range(make.workspace.units):
            yield one_batch(read_table(gathered_path(make.workspace, name, unit)))

    def work() -> Outcome:
        merged = step.merged([])
        units = tables()
        while some := list(itertools.islice(units, _UNITS_PER_MERGE)):
            merged = step.merged([merged, *some])
        settled = step.settled(merged)
        return Outcome([make.workspace.put_table(make.settled_path(step), settled)])

    runner.run_here(settle_name(step), work)
