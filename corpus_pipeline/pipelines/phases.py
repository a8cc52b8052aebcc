"""The phases: each is some transforms over items of work, with at most one grouping.

    prepare       units        read · extract · language · quality · keywords · perplexity · hashes
    contamination partitions   documents that hold one item       -> removals
    exact         partitions   equal texts                        -> removals
    document      partitions   equal band hashes                  -> buckets of candidates
    shingles      units        candidates' texts                  -> shingle sets
    verify        partitions   buckets + shingle sets             -> edges with Jaccard
    resolve       driver       edges                              -> removals; more rounds of both
    sentence      partitions   equal sentence spans               -> removals
    finish        units        removals · scrub · tokenize        -> documents, tokens, ledger

    merge-…       groups       after contamination, exact, document, resolve and sentence: what
                               they have found by partition       -> one file for some units

A later match takes no account of documents that an earlier one removed. So a contaminated document
never survives a clean copy of it, and the surviving copy of a sentence always stands in a document
that stays.
"""

import dataclasses
from collections.abc import Sequence

from corpus_pipeline.pipelines.workspace import Workspace
from corpus_pipeline.stages.dedup import DedupOptions, ReadPreparedUnit, RemoveDuplicates
from corpus_pipeline.stages.hashing import HashBatch, HashOptions
from corpus_pipeline.stages.mapping import ApplyStep
from corpus_pipeline.stages.match_options import MatchOptions
from corpus_pipeline.stages.matching import MatchPartition, ReadHashes
from corpus_pipeline.stages.near_copies import ShingleOptions, ShingleUnit
from corpus_pipeline.stages.read import ReadStageOptions, ReadUnit
from corpus_pipeline.stages.writing import (
    FinishedOptions,
    PreparedOptions,
    WriteFinishedUnit,
    WritePreparedUnit,
)
from corpus_pipeline.steps import Step
from corpus_pipeline.transforms import Transform, Work, item_ranges, unrolled


def _unrolled_files(borders: tuple[int, int, int]) -> list[tuple[int, int]]:
    folder, start, end = borders
    return [(folder, number) for number in range(start, end)]


@dataclasses.dataclass(frozen=True)
class Prepare:
    """Reads, extracts, measures, decides and hashes the documents of units."""

    read: ReadStageOptions
    steps: tuple[Step, ...]
    """Before dedup."""
    hashing: HashOptions
    writing: PreparedOptions
    name: str = "prepare"

    def work(self, items: Sequence[int]) -> Work:
        """Returns the work on these units."""
        transforms: tuple[Transform, ...] = (
            ReadUnit(self.read),
            *map(ApplyStep, self.steps),
            HashBatch(self.hashing),
            WritePreparedUnit(self.writing),
        )
        return Work(item_ranges(items), unrolled, transforms)


@dataclasses.dataclass(frozen=True)
class Match:
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
class ShinglePhase:
    """Makes the shingle sets of candidates."""

    options: ShingleOptions
    name: str = "shingles"

    def work(self, items: Sequence[int]) -> Work:
        """Returns the work on these units."""
        return Work(item_ranges(items), unrolled, (ShingleUnit(self.options),))


@dataclasses.dataclass(frozen=True)
class Finish:
    """Applies removals, scrubs, tokenizes and writes the output of units."""

    workspace: Workspace
    dedup: DedupOptions | None
    steps: tuple[Step, ...]
    """Behind dedup."""
    writing: FinishedOptions
    name: str = "finish"

    def work(self, items: Sequence[int]) -> Work:
        """Returns the work on these units."""
        removing = () if self.dedup is None else (RemoveDuplicates(self.dedup),)
        transforms: tuple[Transform, ...] = (
            ReadPreparedUnit(self.workspace),
            *removing,
            *map(ApplyStep, self.steps),
            WriteFinishedUnit(self.writing),
        )
        return Work(item_ranges(items), unrolled, transforms)
