"""Decontamination: finds where texts hold items of an evaluation set.

Finding is a kernel over words that answers nearly every miss from a bit set, so clean text costs
little; the rest works on the few hits. What one text shows is decided here; what other documents
show is decided in `contamination_verdicts`, where all that hold an item are known.
"""

from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.dedup.contamination_build import build_index
from corpus_pipeline.dedup.contamination_index import (
    ContaminationIndex,
    ContaminationOptions,
    WordView,
    changes,
)
from corpus_pipeline.dedup.contamination_search import Occurrences, find_occurrences, view_for
from corpus_pipeline.text.columns import as_texts, utf8_buffers
from corpus_pipeline.text.folding import respelt_texts, source_offsets
from corpus_pipeline.text.sentences import split_sentences
from corpus_pipeline.text.words import Words, split_words

__all__ = [
    "OCCURRENCES",
    "ContaminationIndex",
    "ContaminationOptions",
    "build_index",
    "find_contamination",
]


def _field(name: str, type_: pa.DataType, meaning: str) -> pa.Field:
    return pa.field(name, type_, nullable=False, metadata={"meaning": meaning})


#: One row for each occurrence: where a text holds enough of the part of an item.
OCCURRENCES = pa.schema(
    [
        _field("text", pa.int32(), "number of the text"),
        _field("hash", pa.uint64(), "number of the item, which decides the partition"),
        _field("part", pa.int32(), "number of the part in the index"),
        _field("position", pa.int32(), "number, in the text, of the first matching word"),
        _field("matched", pa.int32(), "words of the part that the text covers"),
        _field("bits", pa.int64(), "what they weigh"),
        _field("covers_from", pa.int32(), "first word of the part that is covered"),
        _field("covers_to", pa.int32(), "the word after the last that is covered"),
        _field("company", pa.int32(), "items that stand side by side in the text, this included"),
        _field("first_sentence", pa.uint32(), "number, in the text, of the first sentence touched"),
        _field("last_sentence", pa.uint32(), "number of the last one"),
    ]
)


def find_contamination(
    texts: pa.Array, index: ContaminationIndex, words: Words | None = None
) -> pa.RecordBatch:
    """Finds where texts hold an item of the evaluation sets.

    Args:
        texts: string[N], in any spelling; a null text holds nothing.
        index: of the items.
        words: those of the texts, if they have been split already.

    Returns:
        Batch of `OCCURRENCES`, sorted by text.

    >>> items = pa.array(["How many eggs do Janet's ducks lay in a week?"])
    >>> index = build_index(["eggs"], items, ContaminationOptions())
    >>> occurrences = find_contamination(pa.array(["Why?", f"Q. {items[0]}".upper()]), index)
    >>> occurrences.select(["text", "position", "matched", "bits"]).to_pylist()
    [{'text': 1, 'position': 1, 'matched': 11, 'bits': 88}]
    """
    texts = as_texts(texts)
    split = split_words(texts) if words is None else words
    rows, respelt = respelt_texts(texts)
    if not len(rows):
        return _find(texts, texts, split, index)
    # Texts that are compared in another spelling, apart from the others.
    others = _find(texts, texts, _without(split, rows), index)
    again = _find(texts.take(pa.array(rows)), respelt, split_words(respelt), index)
    at = again.schema.get_field_index("text")
    again = again.set_column(at, OCCURRENCES[0], pa.array(rows.astype(np.int32)[again["text"]]))
    both = pa.Table.from_batches([others, again]).combine_chunks()
    order = np.argsort(both["text"].to_numpy(), kind="stable")
    return both.take(pa.array(order)).combine_chunks().to_batches()[0] if len(order) else others


def _without(words: Words, rows: NDArray[np.int64]) -> Words:
    """Takes the words of some texts away; the others keep their numbers."""
    lengths = np.diff(words.offsets)
    kept = np.ones(len(lengths), np.bool_)
    kept[rows] = False
    there = np.repeat(kept, lengths)
    offsets = np.append(0, np.cumsum(lengths * kept))
    return Words(offsets, words.starts[there], words.ends[there], words.hashes[there])


def _find(
    texts: pa.Array, comparable: pa.Array, words: Words, index: ContaminationIndex
) -> pa.RecordBatch:
    """Finds the occurrences in texts whose comparable spelling has these words."""
    view = view_for(words, index)
    found = find_occurrences(comparable, view, index)
    found = found.where(_enough(found, index))
    first, last = _sentences(texts, comparable, view, found)
    columns = (
        found.texts, index.rows[found.parts], found.parts, found.first, found.words, found.bits,
        found.covers_from, found.covers_to, _company(found, index), first, last,
    )  # fmt: skip
    arrays = [
        pa.array(column).cast(field.type)
        for column, field in zip(columns, OCCURRENCES, strict=True)
    ]
    return pa.record_batch(arrays, schema=OCCURRENCES)


def _enough(found: Occurrences, index: ContaminationIndex) -> NDArray[np.bool_]:
    """Decides which occurrences are copies of an item.

    A question counts by itself, or with less of it when the rest of its item stands in the text
    too; an answer counts only beside its question.
    """
    options, answers = index.options, index.answers[found.parts]
    least = index.least[found.parts]
    total, asked = index.bits[found.parts], index.asking_bits[found.parts]
    covered = found.bits * 10**6 >= least * total
    asks = found.asking * 10**6 >= least * asked
    alone = ~answers & covered & asks & (found.bits >= np.minimum(total, options.min_bits))
    alone |= ~answers & (found.run >= index.runs[found.parts])

    # Of each part the occurrence that covers most, summed over the parts of the item in the text.
    texts_and_rows = found.texts.astype(np.int64) << 32 | index.rows[found.parts]
    items, item = np.unique(texts_and_rows, return_inverse=True)
    order = np.lexsort((-found.bits, found.parts, found.texts))
    best = order[changes(found.texts[order]) | changes(found.parts[order])]
    matched = np.zeros(len(items), np.int64)
    np.add.at(matched, item[best], found.bits[best])
    whole = index.item_bits[items & 0xFFFFFFFF]
    together = (matched * 10**6 >= index.options.coverage_millionths * whole) & (
        matched >= options.min_bits
    )
    answered = np.zeros(len(items), np.bool_)
    answered[item[answers]] = True
    partly = ~answers & (found.bits * 2 * 10**6 >= least * total)
    partly &= found.asking * 2 * 10**6 >= least * asked
    questions = alone | (partly & (together & answered)[item])
    held = np.zeros(len(items), np.bool_)
    held[item[questions]] = True
    enough: NDArray[np.bool_] = questions | (answers & covered & held[item])
    return enough


def _company(found: Occurrences, index: ContaminationIndex) -> NDArray[np.int32]:
    """Counts, for each occurrence, the items of its text that stand beside one another."""
    company = np.ones(len(found.texts), np.int32)
    rows = index.rows[found.parts]
    order = np.lexsort((found.stop, found.texts))
    borders = [*np.flatnonzero(changes(found.texts[order])).tolist(), len(order)]
    for start, end in pairwise(borders):
        members = order[start:end]
        free, items = 0, set()
        for occurrence in members.tolist():
            if found.first[occurrence] >= free:
                free = found.stop[occurrence]
                items.add(int(rows[occurrence]))
        company[members] = max(1, len(items))
    return company


def _sentences(
    texts: pa.Array, comparable: pa.Array, view: WordView, found: Occurrences
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of the first and the last sentence that each occurrence touches."""
    rows, occurrence = np.unique(found.texts, return_inverse=True)
    held = texts.take(pa.array(rows))
    sentences = split_sentences(held)
    _, starts_at = utf8_buffers(comparable)
    _, held_at = utf8_buffers(held)
    first, last = np.zeros((2, len(occurrence)), np.int64)
    for number, row in enumerate(rows.tolist()):
        members = np.flatnonzero(occurrence == number)
        begin = view.offsets[row]
        # The first byte of each occurrence's first word, and the last byte of its last word.
        borders = np.concatenate(
            [view.starts[begin + found.first[members]], view.ends[begin + found.stop[members] - 1]]
        ) - starts_at[row].astype(np.int64)
        if comparable[row] != texts[row]:
            order = np.argsort(borders)
            borders[order] = source_offsets(held[number].as_py(), borders[order])
        ends = sentences.ends[sentences.offsets[number] : sentences.offsets[number + 1]]
        ends = ends - held_at[number].astype(np.int64)
        touched = np.searchsorted(ends, borders, side="right")
        first[members] = touched[: len(members)]
        last[members] = np.searchsorted(ends, borders[len(members) :], side="left")
    return first, np.maximum(first, last)
