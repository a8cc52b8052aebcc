"""The rounds in which near copies are verified and resolved, until nobody is uncompared.

verify ─► resolve ─► verify-2 ─► resolve-2 ─► … ─► merge-resolve

A round of *verify* compares documents in stars; *resolve* then decides who stays. Who stays
although the centre of its star goes was not compared with the rest of the bucket: the next round
does that. It ends when there is no such document, or when nothing similar was found.

*resolve* is one task of the driver while the edges fit its memory. More edges are worked off in
steps over partitions, `resolve-step-1`, … until the rest fits.
"""

import dataclasses
import itertools
from collections.abc import Callable, Sequence

from corpus_pipeline.pipelines.driver_tasks import (
    edges_left,
    resolve,
    told_partitions,
    verified_edges,
    verify_again,
)
from corpus_pipeline.pipelines.phase_runner import PhaseRunner
from corpus_pipeline.pipelines.stage_options import StageOptions
from corpus_pipeline.planning.sizing import resolved_by_driver, verified_by_driver
from corpus_pipeline.stages.match_options import HashFolder, MatchOptions
from corpus_pipeline.workspace.state import Manifest


def round_name(phase: str, number: int) -> str:
    """Names a phase of one round.

    >>> round_name("verify", 1), round_name("verify", 2)
    ('verify', 'verify-2')
    """
    return phase if number == 1 else f"{phase}-{number}"


@dataclasses.dataclass(frozen=True)
class Rounds:
    """Runs the rounds of one run."""

    runner: PhaseRunner
    make: StageOptions
    match: Callable[[MatchOptions, Sequence[int]], None]
    """Runs a match over some partitions."""

    def run(self) -> tuple[HashFolder, ...]:
        """Runs all rounds; returns the folders of the removals of the last one."""
        steps: list[str] = []
        for number in itertools.count(1):
            self._verify(number, steps)
            verified = round_name("verify", number)
            if number > 1 and self.make.workspace.found(verified) == 0:
                break
            steps = self._resolve(number)
            if not any(map(self._told, steps)):
                break
        return self._folders(steps, "removals")

    def _verify(self, number: int, steps: list[str]) -> None:
        options = self.make.match("verify")
        items: Sequence[int] = range(self.make.partitions)
        if number == 1:
            self.match(options, items)
            return
        workspace, name = self.make.workspace, round_name("verify", number)
        inputs = (options.inputs[0], *self._folders(steps, "states"))
        options = dataclasses.replace(options, phase=name, does="verify-again", inputs=inputs)
        if len(steps) == 1:
            items = told_partitions(workspace, steps[0])
        told = sum(map(self._told, steps))
        if verified_by_driver(self.make.partitions, workspace.units, told):
            self.runner.run_here(name, lambda: verify_again(options, items))
        else:
            self.match(options, items)

    def _resolve(self, number: int) -> list[str]:
        """Runs one round of *resolve*; returns the names of its phases."""
        workspace, make = self.make.workspace, self.make
        verified = [round_name("verify", each) for each in range(1, number + 1)]
        name = round_name("resolve", number)
        *earlier, count = itertools.accumulate(map(workspace.found, verified))
        known = earlier[-1] if earlier else 0
        edges = verified_edges(workspace, verified)
        steps: list[str] = []
        while not (make.components or resolved_by_driver(count)):
            step = f"{name}-step-{len(steps) + 1}"
            self.match(self._step(step, steps, verified), range(make.partitions))
            count = workspace.counted(step, "left")
            # The order of rounds is lost here; who was compared before is compared again.
            edges, known = edges_left(workspace, step), 0
            steps.append(step)
        self.runner.run_here(
            name, lambda: resolve(workspace, name, edges, make.partitions, make.components, known)
        )
        return [*steps, name]

    def _step(self, name: str, before: list[str], verified: list[str]) -> MatchOptions:
        make = self.make
        if not before:
            self._fill(verified)
        edges = tuple(HashFolder(f"{each}/edges", make.partitions, True) for each in verified)
        messages = tuple(HashFolder(f"{each}/messages", make.partitions) for each in before[-1:])
        return MatchOptions(
            workspace=make.workspace,
            phase=name,
            inputs=messages or edges,
            partitions=(),
            total_partitions=make.partitions,
            does="resolve-step",
            before=f"{before[-1]}/left" if before else None,
        )

    def _fill(self, verified: list[str]) -> None:
        """Says of partitions that a round has left alone that they have found nothing.

        Without a manifest a worker would take their edges for files that it does not see.
        """
        for phase in verified:
            there = set(self.make.workspace.begun_items(phase))
            for item in sorted(set(range(self.make.partitions)) - there):
                self.make.workspace.put_manifest(Manifest(phase, item, (), {"found": 0}))

    def _folders(self, phases: list[str], name: str) -> tuple[HashFolder, ...]:
        """The driver's part of a round is one file, that of a step one for each partition."""
        return tuple(
            HashFolder(f"{phase}/{name}", self.make.partitions if "-step-" in phase else 1)
            for phase in phases
        )

    def _told(self, phase: str) -> int:
        """Counts what a phase of *resolve* has to tell of documents that are not done."""
        return sum(
            entry.rows
            for manifest in self.make.workspace.so_far(phase)
            for entry in manifest.files
            if "/states/" in entry.path
        )
