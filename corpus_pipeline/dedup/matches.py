"""The matches: what documents are compared by, across the whole run, and what that removes.

A match is one object that says everything about itself:

    kind, reasons, task      what it is called, what it drops for, what it does in some words
    hashes(documents)        records of small numbers, made while the texts are at hand; the column
                             `hash` brings those together that must meet
    decide(records)          what goes, of all records of some hashes
    removes                  what a row of that is: a document, a window, a copy of an item

The class says what is the same in every run; the table of phases, the reasons of *dedup* and the
kinds that a source may skip follow from `MATCHES`. An instance holds the options of one run; the
stages that hash, match and remove are given the instances of the matches that are on.

A match whose hashes only propose what goes (it does not `decides`) has phases of its own behind the
first one. In one of them it looks at the wanted texts again:

    look_again(texts)        records of what is compared; the column `cut_by` brings those together
                             that must meet
"""

import dataclasses
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.batches import one_batch
from corpus_pipeline.dedup import reasons as why
from corpus_pipeline.dedup.anchors import RepeatOptions, WindowRuns, find_anchors, hash_windows
from corpus_pipeline.dedup.contamination import ContaminationIndex, find_contamination
from corpus_pipeline.dedup.contamination_verdicts import judge_contamination
from corpus_pipeline.dedup.exact import Ignored, exact_removals, without_ignored
from corpus_pipeline.dedup.minhash import MinHashOptions, band_hashes, shingle, signatures
from corpus_pipeline.dedup.ngrams import (
    NgramRuns,
    ParagraphOptions,
    find_ngram_anchors,
    hash_ngrams,
)
from corpus_pipeline.dedup.paragraphs import seen_ngrams
from corpus_pipeline.dedup.repeats import repeat_removals
from corpus_pipeline.dedup.sentences import SentenceOptions, sentence_removals, span_hashes
from corpus_pipeline.dedup.survivors import Preference, document_ranks
from corpus_pipeline.dedup.verification import unique_shingles
from corpus_pipeline.text.hashing import content_hashes, normalised_hashes
from corpus_pipeline.text.words import Words, split_words

Removes = Literal["documents", "windows", "copies of items"]
"""What the rows of removals are; a document may have several windows, or hold several copies."""

#: Column of the records of every kind that decides the partition.
HASH_KEY = "hash"


@dataclasses.dataclass(frozen=True)
class Documents:
    """N documents of one source, as matches look at them."""

    batch: pa.RecordBatch
    texts: pa.Array
    """string[N], of those that are alive; null of the others."""

    @cached_property
    def words(self) -> Words:
        """The words of the texts, split once for all matches."""
        return split_words(self.texts)


class Hashes(NamedTuple):
    """The records of N documents, one after another. Document i has `offsets[i]:offsets[i + 1]`."""

    offsets: NDArray[np.int64]
    """int64[N + 1]."""
    columns: Mapping[str, Any]
    """M values each; one is `HASH_KEY`."""

    @property
    def lists(self) -> pa.ListArray:
        """list<struct>[N]."""
        arrays = [pa.array(values) for values in self.columns.values()]
        records = pa.StructArray.from_arrays(arrays, list(self.columns))
        return pa.ListArray.from_arrays(self.offsets.astype(np.int32), records)


@dataclasses.dataclass(frozen=True)
class WantedTexts:
    """N texts that share hashes with others, for a second look."""

    documents: pa.RecordBatch
    """`text`, `priority`, `content_hash`."""
    addresses: NDArray[np.uint64]
    """uint64[N]."""
    offsets: NDArray[np.int64]
    """int64[N + 1]; text i is wanted for `keys[offsets[i]:offsets[i + 1]]`, which ascend."""
    keys: NDArray[np.uint64]
    prefer: Preference
    """Who survives of documents of one priority."""

    @property
    def texts(self) -> pa.Array:
        """string[N]."""
        return self.documents["text"]

    @cached_property
    def ranks(self) -> NDArray[np.uint64]:
        """uint64[N], the order of survival."""
        lengths = pc.utf8_length(self.texts).to_numpy(zero_copy_only=False).astype(np.int64)
        priorities = self.documents["priority"].to_numpy(zero_copy_only=False).astype(np.uint8)
        hashes = self.documents["content_hash"]
        return document_ranks(priorities, lengths, hashes, prefer=self.prefer)


class Match:
    """One kind of comparison. A subclass sets the class attributes and overrides the functions."""

    kind: ClassVar[str]
    #: What its first phase does, in some words.
    task: ClassVar[str]
    removes: ClassVar[Removes] = "documents"
    #: Why documents are dropped; of a match that removes documents the first is what these are.
    reasons: ClassVar[tuple[str, ...]]
    #: Reason -> what is said of a document that is dropped for it (`steps.Step.sentences`).
    sentences: ClassVar[Mapping[str, str]]
    #: A source may be left out of it.
    skippable: ClassVar[bool] = False
    #: Its records carry the document's rank, beside its address.
    ranked: ClassVar[bool] = True
    #: `decide` tells from the records of `hashes` what goes.
    decides: ClassVar[bool] = True
    #: Column of the records of `look_again` that decides the partition.
    cut_by: ClassVar[str] = HASH_KEY

    @property
    def bytes_of_anchor(self) -> int:
        """Bytes of the records of `look_again` for a place of a repeated hash, about."""
        return 0

    def open(self) -> None:
        """Loads what `hashes` needs, in the process that hashes."""

    def hashes(self, documents: Documents) -> Hashes:
        """Returns what the documents are compared by; those whose text is null have nothing."""
        raise NotImplementedError

    def look_again(self, texts: WantedTexts) -> pa.RecordBatch:
        """Returns what wanted texts are compared by, if equal hashes only propose what goes."""
        raise NotImplementedError

    def decide(self, records: pa.RecordBatch) -> pa.RecordBatch:
        """Returns what goes, by `address`, ascending.

        Args:
            records: all of some hashes, in any order: the columns of `hashes`, `address` and, if
                it is `ranked`, `rank`; of a match that looks again, the columns of `look_again`.
        """
        raise NotImplementedError


@dataclasses.dataclass(frozen=True)
class ContaminationMatch(Match):
    """Documents that hold items of evaluation sets."""

    kind = "contamination"
    task = "documents that hold one item"
    removes = "copies of items"
    sentences = why.CONTAMINATION
    reasons = tuple(sentences)
    ranked = False

    path: str
    """Of the index of the items."""
    load: Callable[[str], ContaminationIndex]
    """Reads it, once for each process."""
    max_documents: int
    """Documents that may hold the same words of an item before these count as a quotation."""
    cuts: bool = False
    """Cut items out of documents instead of dropping these."""

    def open(self) -> None:
        """Loads the items."""
        self.load(self.path)

    def hashes(self, documents: Documents) -> Hashes:
        """Returns the places of items."""
        found = find_contamination(documents.texts, self.load(self.path), documents.words)
        offsets = np.searchsorted(found["text"].to_numpy(), np.arange(len(documents.texts) + 1))
        names = found.schema.names[1:]
        return Hashes(offsets, dict(zip(names, found.columns[1:], strict=True)))

    def decide(self, records: pa.RecordBatch) -> pa.RecordBatch:
        """Judges the documents that hold the same items."""
        addresses = records["address"].to_numpy()
        index = self.load(self.path)
        return one_batch(judge_contamination(addresses, records, index, self.max_documents))


@dataclasses.dataclass(frozen=True)
class AddressMatch(Match):
    """Documents of one address (URL); a document without one is left alone."""

    kind = "address"
    task = "equal addresses"
    sentences = why.ADDRESS
    reasons = tuple(sentences)
    skippable = True

    form: Callable[[pa.Array], pa.Array] | None = None
    """Writes addresses in one form, null where there is none; None: every character counts."""
    preferences: Callable[[pa.RecordBatch], NDArray[np.uint64]] | None = None
    """Says of documents of one priority which stays: that of the least number."""

    def hashes(self, documents: Documents) -> Hashes:
        """Returns both halves of the hash of each address, and how much the document is wanted."""
        urls = documents.batch["url"]
        urls = urls if self.form is None else self.form(urls)
        there = pc.fill_null(pc.greater(pc.binary_length(urls), 0), False)
        rows = there.to_numpy(zero_copy_only=False)
        halves = np.frombuffer(content_hashes(urls.filter(there)).buffers()[1], "<u8")
        columns = {HASH_KEY: halves[::2], "second": halves[1::2]}
        if self.preferences is not None:
            columns["preference"] = self.preferences(documents.batch)[rows]
        return Hashes(np.append(0, np.cumsum(rows)), columns)

    def decide(self, records: pa.RecordBatch) -> pa.RecordBatch:
        """Finds all but the most wanted document of each address."""
        names = [HASH_KEY, "second", "rank", "address"]
        names += [] if self.preferences is None else ["preference"]
        return exact_removals(*_arrays(records, *names))


@dataclasses.dataclass(frozen=True)
class ExactMatch(Match):
    """Documents that differ in layout at most."""

    kind = "exact"
    task = "equal texts"
    sentences = why.EXACT
    reasons = tuple(sentences)

    ignore: tuple[Ignored, ...] = ()
    """What does not count, beside layout."""

    def hashes(self, documents: Documents) -> Hashes:
        """Returns both halves of the hash of each text.

        A page that is not extracted yet has no text; two of them are no duplicates.
        """
        there = documents.texts.is_valid()
        first, second = (
            half[there.to_numpy(zero_copy_only=False)]
            for half in normalised_hashes(without_ignored(documents.texts, self.ignore))
        )
        offsets = np.append(0, np.cumsum(there))
        return Hashes(offsets, {HASH_KEY: first, "second": second})

    def decide(self, records: pa.RecordBatch) -> pa.RecordBatch:
        """Finds all but the least document of each text."""
        return exact_removals(*_arrays(records, HASH_KEY, "second", "rank", "address"))


@dataclasses.dataclass(frozen=True)
class DocumentMatch(Match):
    """Near copies: equal bands propose pairs, which later phases verify."""

    kind = "document"
    task = "equal bands: buckets of candidates, and who is wanted for them"
    sentences = why.DOCUMENT
    reasons = tuple(sentences)
    skippable = True
    decides = False
    cut_by = "key"

    minhash: MinHashOptions

    def hashes(self, documents: Documents) -> Hashes:
        """Returns the band hashes of each text that has shingles."""
        shingles = shingle(documents.words, self.minhash)
        bands = band_hashes(signatures(shingles, self.minhash), self.minhash)
        times = np.where(shingles.present, self.minhash.bands, 0)
        offsets = np.append(0, np.cumsum(times))
        return Hashes(offsets, {HASH_KEY: bands[shingles.present].ravel()})

    def look_again(self, texts: WantedTexts) -> pa.RecordBatch:
        """Returns the shingle set of each text, once for each partition that wants it."""
        sets = unique_shingles(shingle(split_words(texts.texts), self.minhash))
        of_texts = np.repeat(np.arange(len(texts.addresses)), np.diff(texts.offsets))
        lists = _lists(sets.offsets, sets.hashes).take(pa.array(of_texts))
        columns = {"address": texts.addresses[of_texts], "shingles": lists, "key": texts.keys}
        return pa.record_batch(columns)


@dataclasses.dataclass(frozen=True)
class SentenceMatch(Match):
    """Sentences, lines or paragraphs that stand elsewhere, too."""

    kind = "sentence"
    task = "equal spans of sentences"
    removes = "windows"
    sentences = why.SENTENCE
    reasons = tuple(sentences)
    skippable = True

    options: SentenceOptions

    def hashes(self, documents: Documents) -> Hashes:
        """Returns the windows of sentences of each text."""
        spans = span_hashes(documents.texts, self.options, documents.words)
        return Hashes(spans.offsets, {HASH_KEY: spans.hashes, "ordinal": spans.ordinals})

    def decide(self, records: pa.RecordBatch) -> pa.RecordBatch:
        """Finds all windows of hashes that occur more than once, and which copy stays."""
        hashes, ranks, addresses, ordinals = _arrays(
            records, HASH_KEY, "rank", "address", "ordinal"
        )
        removals = sentence_removals(hashes, ranks, addresses, ordinals, self.options)
        return one_batch(removals)


@dataclasses.dataclass(frozen=True)
class SubstringMatch(Match):
    """Strings of bytes that stand elsewhere, too: equal anchors propose windows, compared later."""

    kind = "substring"
    task = "equal anchors of strings, and who is wanted for them"
    removes = "windows"
    sentences = why.SUBSTRING
    reasons = tuple(sentences)
    skippable = True
    ranked = False
    decides = False

    options: RepeatOptions

    def hashes(self, documents: Documents) -> Hashes:
        """Returns the anchors of each text."""
        anchors = find_anchors(documents.texts, self.options)
        return Hashes(anchors.offsets, {HASH_KEY: anchors.hashes})

    @property
    def bytes_of_anchor(self) -> int:
        """Of the runs of windows of `look_again`."""
        return self.options.bytes_of_anchor

    def look_again(self, texts: WantedTexts) -> pa.RecordBatch:
        """Returns the runs of windows of wanted anchors."""
        runs = hash_windows(texts.texts, texts.offsets, texts.keys, self.options)
        return _runs_of(texts, runs.texts, runs.anchors, "start", runs.starts,
                        _lists(runs.offsets, runs.hashes))  # fmt: skip

    def decide(self, records: pa.RecordBatch) -> pa.RecordBatch:
        """Finds the windows that stand at several places, and which copy stays."""
        ranks, addresses, anchors, starts = _arrays(records, "rank", "address", HASH_KEY, "start")
        texts = np.arange(len(starts))
        runs = WindowRuns(texts, anchors, starts, *_flat(records["windows"]))
        return repeat_removals(runs, ranks, addresses, self.options)


@dataclasses.dataclass(frozen=True)
class ParagraphMatch(Match):
    """Paragraphs most of whose n-grams stand in others: anchors propose n-grams, compared later."""

    kind = "paragraph"
    task = "equal anchors of n-grams, and who is wanted for them"
    removes = "windows"
    sentences = why.PARAGRAPH
    reasons = tuple(sentences)
    skippable = True
    ranked = False
    decides = False

    options: ParagraphOptions

    def hashes(self, documents: Documents) -> Hashes:
        """Returns the anchors of the n-grams of each text."""
        anchors = find_ngram_anchors(documents.texts, self.options, documents.words)
        return Hashes(anchors.offsets, {HASH_KEY: anchors.hashes})

    @property
    def bytes_of_anchor(self) -> int:
        """Of the runs of n-grams of `look_again`."""
        return self.options.bytes_of_anchor

    def look_again(self, texts: WantedTexts) -> pa.RecordBatch:
        """Returns the runs of n-grams of wanted anchors."""
        runs = hash_ngrams(texts.texts, texts.offsets, texts.keys, self.options)
        return _runs_of(texts, runs.texts, runs.anchors, "paragraph", runs.paragraphs,
                        _lists(runs.offsets, runs.hashes))  # fmt: skip

    def decide(self, records: pa.RecordBatch) -> pa.RecordBatch:
        """Counts the n-grams of each paragraph that stand in an earlier one."""
        names = "rank", "address", HASH_KEY, "paragraph"
        ranks, addresses, anchors, paragraphs = _arrays(records, *names)
        texts = np.arange(len(paragraphs))
        runs = NgramRuns(texts, paragraphs, anchors, *_flat(records["windows"]))
        return seen_ngrams(runs, ranks, addresses)


def _runs_of(
    texts: WantedTexts,
    of_texts: NDArray[np.int64],
    anchors: NDArray[np.uint64],
    name: str,
    places: NDArray[np.uint32],
    windows: pa.ListArray,
) -> pa.RecordBatch:
    """Returns records of runs of windows, `name` being the column of their places."""
    return pa.record_batch(
        {
            HASH_KEY: anchors,
            "address": texts.addresses[of_texts],
            "rank": texts.ranks[of_texts],
            name: places,
            "windows": windows,
        }
    )


def _lists(offsets: NDArray[np.int64], values: NDArray[np.uint64]) -> pa.ListArray:
    return pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), pa.array(values))


def _flat(lists: pa.ListArray) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Returns offsets into the flattened values; a list array may be a slice of a bigger one."""
    lengths = lists.value_lengths().to_numpy()
    offsets = np.append(0, np.cumsum(lengths)).astype(np.int64)
    return offsets, lists.flatten().to_numpy()


def _arrays(records: pa.RecordBatch, *names: str) -> list[NDArray[Any]]:
    return [records[name].to_numpy() for name in names]


#: All of them, in the order in which they run: a later one takes no account of documents that an
#: earlier one removed.
MATCHES: tuple[type[Match], ...] = (
    ContaminationMatch, AddressMatch, ExactMatch, DocumentMatch, SentenceMatch, SubstringMatch,
    ParagraphMatch,
)  # fmt: skip
#: Their names.
KINDS: tuple[str, ...] = tuple(match.kind for match in MATCHES)
#: Why *dedup* drops documents, in the order of the matches.
DEDUP_SENTENCES = {
    reason: sentence for match in MATCHES for reason, sentence in match.sentences.items()
}
DEDUP_REASONS: tuple[str, ...] = tuple(DEDUP_SENTENCES)
