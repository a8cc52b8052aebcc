"""The phases: each is some transforms over items of work, with at most one grouping.

Which there are, and in which order, says `workspace/phase_table.py`.
"""

import dataclasses
from collections.abc import Sequence

from corpus_pipeline.stages.dedup import ReadPreparedUnit
from corpus_pipeline.stages.finishing import FinishedOptions, WriteFinishedUnit
from corpus_pipeline.stages.hashing import HashBatch, HashOptions
from corpus_pipeline.stages.ledger import LedgerOptions, WriteLedger
from corpus_pipeline.stages.mapping import ApplyStep
from corpus_pipeline.stages.match_options import MatchOptions
from corpus_pipeline.stages.matching import MatchPartition, ReadHashes
from corpus_pipeline.stages.read import ReadStageOptions, ReadUnit
from corpus_pipeline.stages.sharding import ShardOptions, WriteShard
from corpus_pipeline.stages.writing import PreparedOptions, WritePreparedUnit
from corpus_pipeline.steps import Step
from corpus_pipeline.transforms import Transform, Work, item_ranges, unrolled
from corpus_pipeline.workspace.phase_table import LEDGER, SHARDS
from corpus_pipeline.workspace.state import Workspace


def _unrolled_files(borders: tuple[int, int, int]) -> list[tuple[int, int]]:
    folder, start, end = borders
    return [(folder, number) for number in range(start, end)]


@dataclasses.dataclass(frozen=True)
class DocumentPass:
    """Sends the documents of units through steps, up to the next look at the whole run."""

    name: str
    workspace: Workspace
    source: ReadStageOptions | str
    """How inputs are read; or the name of the pass before, whose documents go on."""
    deciding: Transform | None
    """What applies the findings of the whole run first."""
    steps: tuple[Step, ...]
    hashing: HashOptions | None
    writing: PreparedOptions | FinishedOptions

    def work(self, items: Sequence[int]) -> Work:
        """Returns the work on these units."""
        transforms: list[Transform] = [
            ReadPreparedUnit(self.workspace, self.source, self.name)
            if isinstance(self.source, str)
            else ReadUnit(self.source)
        ]
        transforms += [] if self.deciding is None else [self.deciding]
        transforms += map(ApplyStep, self.steps)
        transforms += [] if self.hashing is None else [HashBatch(self.hashing)]
        transforms.append(
            WritePreparedUnit(self.writing)
            if isinstance(self.writing, PreparedOptions)
            else WriteFinishedUnit(self.writing)
        )
        return Work(item_ranges(items), unrolled, tuple(transforms))


@dataclasses.dataclass(frozen=True)
class MatchPhase:
    """Groups hashes by partition and finds what is to be removed."""

    options: MatchOptions

    @property
    def name(self) -> str:
        """The kind of match."""
        return self.options.phase

    def work(self, items: Sequence[int]) -> Work:
        """Returns the work on these partitions."""
        options = dataclasses.replace(self.options, partitions=tuple(item_ranges(items)))
        files = [
            (folder, *borders)
            for folder, each in enumerate(options.inputs)
            for borders in item_ranges(range(each.files))
        ]
        transforms = ReadHashes(options), MatchPartition(options)
        return Work(files, _unrolled_files, transforms, tuple[int, int])


@dataclasses.dataclass(frozen=True)
class UnitPhase:
    """Looks at the documents of units once more, for a match."""

    name: str
    transform: Transform

    def work(self, items: Sequence[int]) -> Work:
        """Returns the work on these units."""
        return Work(item_ranges(items), unrolled, (self.transform,))


@dataclasses.dataclass(frozen=True)
class ShardPhase:
    """Cuts the tokens of all units into shards."""

    options: ShardOptions
    shards: int
    """How many there are."""
    name: str = SHARDS

    def work(self, items: Sequence[int]) -> Work:
        """Returns the work on these shards."""
        return Work(item_ranges(items), unrolled, (WriteShard(self.options, self.shards),))


@dataclasses.dataclass(frozen=True)
class LedgerPhase:
    """Writes the ledger."""

    options: LedgerOptions
    name: str = LEDGER

    def work(self, items: Sequence[int]) -> Work:
        """Returns the work on these units."""
        return Work(item_ranges(items), unrolled, (WriteLedger(self.options),))
