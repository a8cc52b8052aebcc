"""The phases: each is one Beam pipeline over items of work, with at most one shuffle.

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

import apache_beam as beam

from corpus_pipeline.extract.documents import ExtractOptions
from corpus_pipeline.pipelines.ranges import item_ranges, unrolled
from corpus_pipeline.pipelines.workspace import Workspace
from corpus_pipeline.stages.dedup import Dedup, DedupOptions, ReadPrepared
from corpus_pipeline.stages.extract import Extract
from corpus_pipeline.stages.hashing import HashDocuments, HashOptions
from corpus_pipeline.stages.keywords import KeywordOptions, Keywords
from corpus_pipeline.stages.language import Language, LanguageOptions
from corpus_pipeline.stages.match_options import MatchOptions
from corpus_pipeline.stages.matching import MatchHashes
from corpus_pipeline.stages.near_copies import ShingleCandidates, ShingleOptions
from corpus_pipeline.stages.perplexity import Perplexity, PerplexityOptions
from corpus_pipeline.stages.quality import Quality, QualityOptions
from corpus_pipeline.stages.read import Read, ReadStageOptions
from corpus_pipeline.stages.scrub import Scrub, ScrubStageOptions
from corpus_pipeline.stages.tokenize import Tokenize, TokenizeOptions
from corpus_pipeline.stages.writing import (
    FinishedOptions,
    PreparedOptions,
    WriteFinished,
    WritePrepared,
)


def _spread(pipeline: beam.Pipeline, items: Sequence[int]) -> beam.PCollection:
    """Brings items to the workers: a few ranges in the graph, unrolled and spread on the way."""
    ranges = pipeline | "Ranges" >> beam.Create(item_ranges(items), reshuffle=False)
    numbers = ranges | "Items" >> beam.FlatMap(unrolled).with_output_types(int)
    # A single item has nobody to be spread to.
    return numbers if len(items) == 1 else numbers | "Spread" >> beam.Reshuffle()


def _unrolled_files(borders: tuple[int, int, int]) -> list[tuple[int, int]]:
    folder, start, end = borders
    return [(folder, number) for number in range(start, end)]


@dataclasses.dataclass(frozen=True)
class Prepare:
    """Reads, extracts, measures, decides and hashes the documents of units."""

    read: ReadStageOptions
    extract: ExtractOptions | None
    language: LanguageOptions | None
    quality: QualityOptions | None
    keywords: KeywordOptions | None
    perplexity: PerplexityOptions | None
    hashing: HashOptions
    writing: PreparedOptions
    name: str = "prepare"

    def build(self, pipeline: beam.Pipeline, items: Sequence[int]) -> None:
        """Adds the phase over these units."""
        batches = _spread(pipeline, items) | "Read" >> Read(self.read)
        if self.extract is not None:
            batches = batches | "Extract" >> Extract(self.extract)
        if self.language is not None:
            batches = batches | "Language" >> Language(self.language)
        if self.quality is not None:
            batches = batches | "Quality" >> Quality(self.quality)
        if self.keywords is not None:
            batches = batches | "Keywords" >> Keywords(self.keywords)
        if self.perplexity is not None:
            batches = batches | "Perplexity" >> Perplexity(self.perplexity)
        _ = (
            batches
            | "HashDocuments" >> HashDocuments(self.hashing)
            | "WritePrepared" >> WritePrepared(self.writing)
        )


@dataclasses.dataclass(frozen=True)
class Match:
    """Groups hashes by partition and finds what is to be removed."""

    options: MatchOptions

    @property
    def name(self) -> str:
        """The kind of match."""
        return self.options.phase

    def build(self, pipeline: beam.Pipeline, items: Sequence[int]) -> None:
        """Adds the phase over these partitions."""
        options = dataclasses.replace(self.options, partitions=tuple(item_ranges(items)))
        files = pipeline | "Ranges" >> beam.Create(
            [
                (folder, *borders)
                for folder, each in enumerate(options.inputs)
                for borders in item_ranges(range(each.files))
            ],
            reshuffle=False,
        )
        _ = (
            files
            | "Files" >> beam.FlatMap(_unrolled_files).with_output_types(tuple[int, int])
            | "Spread" >> beam.Reshuffle()
            | "MatchHashes" >> MatchHashes(options)
        )


@dataclasses.dataclass(frozen=True)
class ShinglePhase:
    """Makes the shingle sets of candidates."""

    options: ShingleOptions
    name: str = "shingles"

    def build(self, pipeline: beam.Pipeline, items: Sequence[int]) -> None:
        """Adds the phase over these units."""
        _ = _spread(pipeline, items) | "ShingleCandidates" >> ShingleCandidates(self.options)


@dataclasses.dataclass(frozen=True)
class Finish:
    """Applies removals, scrubs, tokenizes and writes the output of units."""

    workspace: Workspace
    dedup: DedupOptions | None
    scrub: ScrubStageOptions | None
    tokenize: TokenizeOptions | None
    writing: FinishedOptions
    name: str = "finish"

    def build(self, pipeline: beam.Pipeline, items: Sequence[int]) -> None:
        """Adds the phase over these units."""
        batches = _spread(pipeline, items) | "ReadPrepared" >> ReadPrepared(self.workspace)
        if self.dedup is not None:
            batches = batches | "Dedup" >> Dedup(self.dedup)
        if self.scrub is not None:
            batches = batches | "Scrub" >> Scrub(self.scrub)
        if self.tokenize is not None:
            batches = batches | "Tokenize" >> Tokenize(self.tokenize)
        _ = batches | "WriteFinished" >> WriteFinished(self.writing)
