"""*dedup*, last part: the removals of all matches applied to the documents of a unit."""

import dataclasses
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.address import ROW_BITS, BatchKey, RowAddress
from corpus_pipeline.batches import add_failures, alive, end_of_unit, with_columns
from corpus_pipeline.dedup.anchors import RepeatOptions
from corpus_pipeline.dedup.contamination_verdicts import spans_of, strongest
from corpus_pipeline.dedup.matches import (
    ContaminationMatch,
    Match,
    ParagraphMatch,
    SentenceMatch,
    SubstringMatch,
)
from corpus_pipeline.dedup.ngrams import ParagraphOptions
from corpus_pipeline.dedup.paragraphs import SEEN_NGRAMS, JudgedParagraphs, judge_paragraphs
from corpus_pipeline.dedup.repeats import REPEAT_REMOVALS, repeated_spans
from corpus_pipeline.dedup.sentence_cuts import (
    RemovedSentences,
    Repeats,
    SentenceSpans,
    cut_spans,
    remove_sentences,
)
from corpus_pipeline.dedup.sentences import SENTENCE_REMOVALS, SentenceOptions, windows_of
from corpus_pipeline.stages.mapping import MapBatches
from corpus_pipeline.stages.writing import OF_SOURCES, prepared_path
from corpus_pipeline.transforms import Keyed, StageCounters, Tally, Transform
from corpus_pipeline.workspace.phase_table import DROPPING, merge_of
from corpus_pipeline.workspace.state import Workspace

#: Phases whose removals are not one row for each document that goes.
_CONTAMINATION, _SENTENCE = merge_of(ContaminationMatch.kind), merge_of(SentenceMatch.kind)
_REPEATS, _SEEN = merge_of("repeats"), merge_of("seen")


class ReadPreparedUnit(Transform):
    """Reads the documents that a pass has kept, in batches, and closes the unit."""

    def __init__(self, workspace: Workspace, before: str, name: str) -> None:
        """Takes the names of the pass before and of this one."""
        self.workspace = workspace
        self.before = before
        self.name = name

    def setup(self, tally: Tally) -> None:
        """Makes the counters."""
        self._counters = StageCounters("read", tally)

    def process(self, unit: int) -> Iterator[Keyed]:
        """Yields the batches of one unit and then its end."""
        number = 0
        with storage.open_parquet(prepared_path(self.workspace, self.before, unit)) as file:
            for group in range(file.num_row_groups):
                with self._counters.clock():
                    batch = file.read_row_group(group).combine_chunks().to_batches()[0]
                yield BatchKey(self.name, unit, number), batch
                number += 1
        yield BatchKey(self.name, unit, number), end_of_unit(number, {})


@dataclasses.dataclass(frozen=True)
class DedupOptions:
    """Where the removals are, and of which matches."""

    workspace: Workspace
    matches: tuple[str, ...]
    """Phases whose removals apply, in the order in which they were made."""
    of: tuple[Match, ...] = ()
    """The matches that are on."""

    @property
    def sentence(self) -> SentenceOptions | None:
        """How sentences were compared, if they were."""
        return next((m.options for m in self.of if isinstance(m, SentenceMatch)), None)

    @property
    def substring(self) -> RepeatOptions | None:
        """How strings were compared, if they were."""
        return next((m.options for m in self.of if isinstance(m, SubstringMatch)), None)

    @property
    def paragraph(self) -> ParagraphOptions | None:
        """How paragraphs were compared, if they were."""
        return next((m.options for m in self.of if isinstance(m, ParagraphMatch)), None)

    @property
    def cut_contamination(self) -> bool:
        """Whether evaluation items are cut out of documents."""
        return any(m.cuts for m in self.of if isinstance(m, ContaminationMatch))


class RemoveDuplicates(MapBatches):
    """Marks removed documents, cuts removed sentences out, and says where the surviving copy is."""

    stage = "dedup"

    def __init__(self, options: DedupOptions) -> None:
        self.options = options

    def open(self) -> None:
        """Starts without a unit's removals."""
        self._unit: int | None = None

    def apply(self, key: BatchKey, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Applies the removals of one batch."""
        if self._unit != key.unit:
            self._removals = {name: self._read(name, key.unit) for name in self.options.matches}
            self._unit = key.unit
        addresses = np.uint64(key.unit << ROW_BITS) | batch["row"].to_numpy().astype(np.uint64)
        for phase, reason in DROPPING.items():
            removals = self._removals.get(phase)
            if removals is None or not removals.num_rows:
                continue
            if phase == _CONTAMINATION:
                keep = self.options.cut_contamination
                batch = _mark(batch, addresses, strongest(removals), None if keep else reason)
            else:
                batch = _mark(batch, addresses, removals, reason)
        spans = self._spans(addresses)
        alone = None if spans is None else cut_spans(batch["text"], spans)
        if alone is not None:
            batch = _count_cuts(batch, alone)
        paragraphs = self._paragraphs(batch, addresses)
        if paragraphs is not None:
            spans = paragraphs.spans if spans is None else _joined(spans, paragraphs.spans)
            before, alone = alone, cut_spans(batch["text"], spans)
            batch = _count_paragraphs(batch, paragraphs, before, alone)
        repeats = self._repeats(addresses)
        if self.options.sentence is not None or spans is not None or repeats is not None:
            batch = self._cut(batch, addresses, spans, alone, repeats)
        return batch

    def _spans(self, addresses: NDArray[np.uint64]) -> SentenceSpans | None:
        """Returns the sentences of a batch that hold evaluation items, if these are cut out."""
        removals = self._removals.get(_CONTAMINATION)
        if not self.options.cut_contamination or removals is None:
            return None
        return spans_of(addresses, removals)

    def _paragraphs(
        self, batch: pa.RecordBatch, addresses: NDArray[np.uint64]
    ) -> JudgedParagraphs | None:
        """Judges the paragraphs of a batch, if paragraphs are compared."""
        options = self.options.paragraph
        if options is None:
            return None
        seen = self._removals.get(_SEEN)
        if seen is None:
            seen = SEEN_NGRAMS.empty_table()
        return judge_paragraphs(batch["text"], addresses, seen, options)

    def _repeats(self, addresses: NDArray[np.uint64]) -> Repeats | None:
        """Returns the strings of a batch that stand elsewhere, if strings are compared."""
        options = self.options.substring
        if options is None:
            return None
        removals = self._removals.get(_REPEATS)
        if removals is None:
            removals = REPEAT_REMOVALS.empty_table()
        return Repeats(repeated_spans(addresses, removals), options)

    def _read(self, phase: str, unit: int) -> pa.Table | None:
        workspace = self.options.workspace
        return workspace.read_unit(removals_folder(workspace, phase), unit)

    def _cut(
        self,
        batch: pa.RecordBatch,
        addresses: NDArray[np.uint64],
        spans: SentenceSpans | None,
        alone: RemovedSentences | None,
        repeats: Repeats | None,
    ) -> pa.RecordBatch:
        """Cuts out what goes; `alone` is what the spans alone take."""
        removals = self._removals.get(_SENTENCE)
        options = self.options.sentence or SentenceOptions()
        if removals is None:
            removals = SENTENCE_REMOVALS.empty_table()
        windows = windows_of(addresses, removals)
        cut = remove_sentences(batch["text"], windows, options, spans, repeats)
        whole = pa.array(cut.nothing_left | cut.repeats.nothing_left)
        texts = pc.if_else(whole, batch["text"], cut.texts)
        columns = {"text": texts}
        sentences, chars = cut.sentences, cut.chars
        if alone is not None:
            sentences = sentences - alone.sentences
            chars = np.maximum(0, chars - alone.chars)
        too_much = cut.too_much & (options.above_max_loss == "drop")
        if self.options.sentence is not None:
            columns["removed_sentences"] = pa.array(sentences)
            columns["removed_chars"] = pa.array(chars)
            columns["repeated_chars"] = pa.array(cut.repeated)
            columns |= _losses(batch, cut, sentences, chars, too_much)
        if repeats is not None:
            columns["removed_substrings"] = pa.array(cut.repeats.spans)
            columns["removed_substring_chars"] = pa.array(cut.repeats.chars)
            columns["substring_chars"] = pa.array(cut.repeats.repeated)
        batch = with_columns(batch, columns)
        nothing, lost = SentenceMatch.reasons
        reason = np.where(sentences > 0, nothing, DROPPING[_CONTAMINATION])
        if self.options.paragraph is not None:
            paragraphs = batch["removed_paragraphs"].to_numpy() > 0
            reason = np.where((sentences == 0) & paragraphs, ParagraphMatch.reasons[1], reason)
        living = _living(batch)
        failures = {
            str(name): living & cut.nothing_left & (reason == name) for name in np.unique(reason)
        }
        failures[lost] = living & too_much
        if repeats is not None:
            (nothing,) = SubstringMatch.reasons
            failures[nothing] = living & cut.repeats.nothing_left
        return add_failures(batch, failures)


def _losses(
    batch: pa.RecordBatch,
    cut: RemovedSentences,
    sentences: NDArray[np.int32],
    chars: NDArray[np.int32],
    too_much: NDArray[np.bool_],
) -> dict[str, pa.Array]:
    """Columns for the counts of sources: what came to this match, and what it takes away."""
    living = _living(batch)
    before = pc.fill_null(pc.utf8_length(batch["text"]), 0).to_numpy().astype(np.int64)
    lost = np.where((cut.nothing_left & (sentences > 0)) | too_much, before, chars)
    whole = (cut.repeated > 0) & (sentences == 0) & ~cut.nothing_left & ~too_much
    found = zip(OF_SOURCES, (before, lost, whole), strict=True)
    return {name: pa.array(np.where(living, values, 0).astype(np.int64)) for name, values in found}


def _joined(one: SentenceSpans, other: SentenceSpans) -> SentenceSpans:
    return SentenceSpans(
        np.append(one.rows, other.rows),
        np.append(one.first, other.first),
        np.append(one.last, other.last),
    )


def _count_cuts(batch: pa.RecordBatch, cut: RemovedSentences) -> pa.RecordBatch:
    """Says what contamination alone takes out of each document."""
    counts = {
        "contamination_sentences": pa.array(cut.sentences),
        "contamination_chars": pa.array(cut.chars),
    }
    return with_columns(batch, counts)


def _count_paragraphs(
    batch: pa.RecordBatch,
    found: JudgedParagraphs,
    before: RemovedSentences | None,
    cut: RemovedSentences,
) -> pa.RecordBatch:
    """Says what the match of paragraphs takes out beside contamination, and what goes for it."""
    chars = cut.chars if before is None else cut.chars - before.chars
    columns = {
        "removed_paragraphs": pa.array(found.paragraphs),
        "removed_paragraph_chars": pa.array(chars),
        "paragraph_seen": pa.array(found.seen),
        "paragraph_ngrams": pa.array(found.ngrams),
    }
    too_much = found.too_much & _living(batch)
    return add_failures(with_columns(batch, columns), {ParagraphMatch.reasons[0]: too_much})


def removals_folder(workspace: Workspace, phase: str) -> storage.Place:
    """Names the folder of a phase's removals."""
    return workspace.phase(phase) / "removals"


def _living(batch: pa.RecordBatch) -> NDArray[np.bool_]:
    living: NDArray[np.bool_] = alive(batch).to_numpy(zero_copy_only=False)
    return living


def _mark(
    batch: pa.RecordBatch, addresses: NDArray[np.uint64], removals: pa.Table, reason: str | None
) -> pa.RecordBatch:
    """Fails the documents of a removal table and copies what the table knows of them.

    Without a reason they do not fail.
    """
    removed = removals["address"].to_numpy()
    position = np.minimum(np.searchsorted(removed, addresses), len(removed) - 1)
    found = removed[position] == addresses
    if not found.any():
        return batch
    taken = removals.take(pa.array(position))
    columns = {}
    for name, target in (
        ("duplicate_of", "duplicate_of"),
        ("partner", "partner"),
        ("jaccard", "jaccard"),
        ("survivor_jaccard", "survivor_jaccard"),
        ("item", "contaminated_by"),
        ("matched", "contamination_matched"),
        ("total", "contamination_total"),
        ("score", "contamination_score"),
        ("items", "contamination_items"),
    ):
        if name not in taken.schema.names:
            continue
        values = taken[name].combine_chunks()
        if values.type == pa.uint64():
            packed = values.to_numpy()
            values = pa.array(
                [
                    str(RowAddress.unpack(int(packed[i]))) if found[i] else None
                    for i in range(len(found))
                ],
                pa.string(),
            )
        null = pa.scalar(None, values.type)
        columns[target] = pc.coalesce(
            pc.if_else(pa.array(found), values, null), batch[target].cast(values.type)
        )
    batch = with_columns(batch, columns)
    return batch if reason is None else add_failures(batch, {reason: found & _living(batch)})
