"""The driver: plan, the phases in the order of their table, publication."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from corpus_pipeline import storage
from corpus_pipeline.config.config import Config
from corpus_pipeline.config.run_flow import RunFlow
from corpus_pipeline.dedup.step import Dedup
from corpus_pipeline.errors import Mistakes
from corpus_pipeline.filters.gathering import Gathering
from corpus_pipeline.mixtures.command import mix_output
from corpus_pipeline.pipelines import stage_options
from corpus_pipeline.pipelines.driver_tasks import merge
from corpus_pipeline.pipelines.engine_choice import check_workers, open_engine
from corpus_pipeline.pipelines.expected import expected_seconds
from corpus_pipeline.pipelines.gather import settle
from corpus_pipeline.pipelines.looking import look_at
from corpus_pipeline.pipelines.output import locked, remove_run, take_up
from corpus_pipeline.pipelines.phase_runner import PhaseRunner
from corpus_pipeline.pipelines.phases import (
    DocumentPass,
    LedgerPhase,
    MatchPhase,
    ShardPhase,
)
from corpus_pipeline.pipelines.progress import Progress
from corpus_pipeline.pipelines.publish import publish
from corpus_pipeline.pipelines.rounds import Rounds
from corpus_pipeline.pipelines.unreadable import refuse_mostly_unreadable
from corpus_pipeline.planning.evaluations import Evaluations
from corpus_pipeline.planning.notes import notes_before
from corpus_pipeline.planning.plan import Plan, refuse_changed_inputs
from corpus_pipeline.planning.resources import Resources
from corpus_pipeline.planning.sizing import (
    GROUPED_BYTES,
    finer_partitions,
    merged_by_driver,
)
from corpus_pipeline.stages.match_options import HashFolder, MatchOptions
from corpus_pipeline.stages.second_look import FOUND_BYTES
from corpus_pipeline.stages.sharding import plan_shards
from corpus_pipeline.workspace.driver_note import note_of_this_process
from corpus_pipeline.workspace.phase_table import MERGES, is_sized_by, merge_of, row_of
from corpus_pipeline.workspace.state import Workspace


@dataclasses.dataclass
class Run:
    """One run of a configuration into one output folder."""

    config: Config
    flow: RunFlow
    """Of this configuration."""
    progress: Progress
    command: str = ""
    """The command line that goes on with this run, for whoever looks at one that was stopped."""

    def execute(
        self, overwrite: bool = False, warm: Callable[[Plan], None] = lambda plan: None
    ) -> dict[str, Any]:
        """Runs whatever is not done yet and publishes; returns the content of run.json.

        Args:
            overwrite: throw away what the output folder holds.
            warm: called with the plan before the first work, when nothing can be wrong with the
                request any more.

        Raises:
            CorpusError: a line for each mistake; the work done so far stays and is taken up again.
        """
        flow = self.flow
        found = Mistakes()
        # What a step refuses must be known before any work is done, or thrown away.
        looked = look_at(self.config, flow, found)
        found.refuse()
        resources, plan = looked.resources, looked.plan
        assert resources is not None
        assert plan is not None
        workspace = Workspace(self.config.output, len(plan.units), plan.run)
        make = stage_options.StageOptions(self.config, flow, workspace, plan.partitions)
        passes = [make.pass_work(each) for each in flow.passes]
        evaluations = make.evaluations()
        with locked(workspace.root) as lease:
            if overwrite:
                remove_run(workspace)
            run = take_up(workspace, plan)
            if run is None:
                warm(plan)
                make.write_contamination_index(evaluations)
                run = self._work(workspace, plan, make, resources, passes, lease, evaluations)
            if self.config.mixture is not None:
                mix_output(self.config.mixture, workspace.root, run)
            return run

    def _work(
        self,
        workspace: Workspace,
        plan: Plan,
        make: stage_options.StageOptions,
        resources: Resources,
        passes: list[DocumentPass],
        lease: storage.Lease,
        evaluations: Evaluations | None,
    ) -> dict[str, Any]:
        """Does what is not done yet, and publishes."""
        storage.remove_attempts(workspace.root)
        with open_engine(self.config, len(plan.units)) as engine:
            expected = expected_seconds(self.config, self.flow, plan, engine.workers)
            note = note_of_this_process(
                self.command, self.config.runner, engine.workers, workspace.units, expected
            )
            note.put(workspace.work)
            self.progress.plan(plan, engine.workers, expected)
            for line in notes_before(self.config, self.flow, plan):
                self.progress.remark(line)
            for each in evaluations.files if evaluations is not None else ():
                self.progress.remark(str(each))
            check_workers(engine, self.config, workspace, plan, resources.loaded)
            runner = PhaseRunner(workspace, engine, self.progress, self.config.max_errors, lease)
            self._phases(runner, plan, make, passes)
        # A worker that was killed left its half-written files; the engine's processes are gone.
        storage.remove_attempts(workspace.root)
        return publish(workspace, plan, self.config, make.flow, lease, evaluations, make.shards())

    def _phases(
        self,
        runner: PhaseRunner,
        plan: Plan,
        make: stage_options.StageOptions,
        passes: list[DocumentPass],
    ) -> None:
        units = range(make.workspace.units)
        for each, work in zip(make.flow.passes, passes, strict=True):
            runner.run(work, units)
            if each is make.flow.passes[0]:
                refuse_changed_inputs(self.config, plan)
                refuse_mostly_unreadable(make.workspace, plan, self.config)
            if isinstance(each.looks, Dedup):
                self._matches(runner, make, plan)
            elif isinstance(each.looks, Gathering):
                settle(runner, make, each.name, each.looks)
        if (shards := make.shards()) is not None:
            count = plan_shards(shards)
            runner.run(ShardPhase(shards, count), range(count))
            places = make.places(count)
            self._match(runner, places, range(places.total_partitions), count)
        runner.run(LedgerPhase(make.ledger()), units)

    def _match(
        self, runner: PhaseRunner, options: MatchOptions, items: Sequence[int], files: int
    ) -> None:
        """Runs a match or a merge; one of few files in the driver."""
        if options.phase in MERGES and merged_by_driver(files, options.workspace.units):
            runner.run_here(options.phase, lambda: merge(options))
        else:
            phase = MatchPhase(options)
            runner.run(phase, items, _partitions_per_worker(phase))

    def _matches(self, runner: PhaseRunner, make: stage_options.StageOptions, plan: Plan) -> None:
        units = range(make.workspace.units)

        def match(options: MatchOptions, items: Sequence[int]) -> None:
            files = make.files_merged(options.phase) if options.phase in MERGES else 0
            self._match(runner, options, items, files)

        resolved: tuple[HashFolder, ...] = ()
        for name in make.matches():
            if row_of(name).over == "units":
                runner.run(make.over_units(name), units)
            elif name == "verify":
                resolved = Rounds(runner, make, match).run()
            elif name != "resolve":  # Part of the rounds that begin with *verify*.
                options = make.match(name)
                if name == merge_of("resolve"):
                    options = dataclasses.replace(options, inputs=resolved)
                match(options, range(options.total_partitions))
                if is_sized_by(name):
                    found = make.workspace.counted(name, FOUND_BYTES)
                    finer = finer_partitions(found, plan.partitions, plan.match_bytes)
                    make = dataclasses.replace(make, finer={**make.finer, name: finer})


def _partitions_per_worker(match: MatchPhase) -> int:
    """Returns how many partitions of a match one worker can group in its memory."""
    options = match.options
    folders = [options.workspace.work / folder.path for folder in options.inputs]
    held = sum(sum(storage.sizes(folder, ".arrow").values()) for folder in folders)
    return max(1, GROUPED_BYTES * options.total_partitions // max(1, held))
