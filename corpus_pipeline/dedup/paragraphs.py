"""Paragraphs most of whose n-grams stand in earlier ones: these go, and so do such documents.

    order of survival    document A    abc        its n-grams are seen first here: stays
                         document B    abc'       over .8 of its n-grams stand in A: goes
                         document C    ...        nothing was seen: stays

An n-gram counts as seen in every paragraph but the first that has it, by (rank, address, number of
the paragraph); twice in that one is once. That is what DCLM's Bloom filter does (BFF, with
`old-both`) where no bit is set by chance and files are read in this order. It says nothing of which
sentences go: those of a paragraph, and of a document whose n-grams together are over the limit.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.dedup.ngrams import NgramRuns, ParagraphOptions, paragraphs_of
from corpus_pipeline.dedup.sentence_cuts import SentenceSpans
from corpus_pipeline.dedup.survivors import group_order
from corpus_pipeline.text.columns import as_texts
from corpus_pipeline.text.words import split_words
from corpus_pipeline.thresholds import exact_threshold

#: One row, or some to be added up, for each paragraph with n-grams that were seen, by address.
SEEN_NGRAMS = pa.schema(
    [
        pa.field("address", pa.uint64(), False, {"meaning": "packed row address"}),
        pa.field("paragraph", pa.uint32(), False, {"meaning": "its number in the document"}),
        pa.field("seen", pa.uint32(), False, {"meaning": "n-grams that an earlier one has"}),
    ]
)


def seen_ngrams(
    runs: NgramRuns, ranks: NDArray[np.uint64], addresses: NDArray[np.uint64]
) -> pa.RecordBatch:
    """Counts, in each paragraph, the n-grams that an earlier paragraph has.

    All n-grams of an anchor must be present; anchors may be counted in separate calls, whose counts
    are added up. The order of the runs is irrelevant.

    Args:
        runs: R runs of n-grams; their numbers of texts are not looked at.
        ranks: uint64[R], preference of the document; the least comes first.
        addresses: uint64[R], packed address of the document; of equal ranks the least comes first.

    Returns:
        A batch of `SEEN_NGRAMS`.
    """
    order = np.lexsort((runs.paragraphs, addresses, ranks))
    where, ordinals = addresses[order], runs.paragraphs[order]
    lengths = np.diff(runs.offsets)[order]
    offsets = np.append(0, np.cumsum(lengths)).astype(np.int64)
    rows = np.arange(offsets[-1]) + np.repeat(runs.offsets[:-1][order] - offsets[:-1], lengths)
    hashes, anchors = runs.hashes[rows], np.repeat(runs.anchors[order], lengths)
    # Paragraphs are numbered in the order of survival.
    other = (where[1:] != where[:-1]) | (ordinals[1:] != ordinals[:-1])
    another = np.append(True, other)[: len(order)]
    paragraphs = np.repeat(np.cumsum(another) - 1, lengths)
    grouped = group_order(hashes, anchors, paragraphs.astype(np.uint64)) if len(hashes) else rows
    same = (hashes[grouped[1:]] == hashes[grouped[:-1]]) & (
        anchors[grouped[1:]] == anchors[grouped[:-1]]
    )
    begins = np.flatnonzero(~np.append(False, same)[: len(grouped)])
    first = np.repeat(paragraphs[grouped[begins]], np.diff(np.append(begins, len(grouped))))
    seen = paragraphs[grouped][paragraphs[grouped] != first]
    counts = np.bincount(seen, minlength=int(another.sum()))
    has, places = np.flatnonzero(counts), np.flatnonzero(another)
    columns = where[places][has], ordinals[places][has], counts[has].astype(np.uint32)
    by_address = np.lexsort((columns[1], columns[0]))
    return pa.record_batch([pa.array(column[by_address]) for column in columns], schema=SEEN_NGRAMS)


class JudgedParagraphs(NamedTuple):
    """What goes of N texts because it was seen before."""

    spans: SentenceSpans
    """The sentences of paragraphs that go, of documents that stay."""
    paragraphs: NDArray[np.int32]
    """int32[N], how many paragraphs these are."""
    seen: NDArray[np.int32]
    """int32[N], n-grams that stand in earlier paragraphs."""
    ngrams: NDArray[np.int32]
    """int32[N], of all paragraphs; 0 where none was seen."""
    too_much: NDArray[np.bool_]
    """bool[N], true for a text that goes as a whole."""


def judge_paragraphs(
    texts: pa.Array, addresses: NDArray[np.uint64], seen: pa.Table, options: ParagraphOptions
) -> JudgedParagraphs:
    """Says which paragraphs go, and which texts.

    Args:
        texts: string[N], the very texts that were hashed.
        addresses: uint64[N], packed.
        seen: table of `SEEN_NGRAMS`, sorted by address.
        options: those of `hash_ngrams`.

    Raises:
        ValueError: a paragraph is not there, so the texts are not those that were hashed.
    """
    texts = as_texts(texts)
    known = seen["address"].to_numpy()
    first = np.searchsorted(known, addresses, side="left")
    times = np.searchsorted(known, addresses, side="right") - first
    touched = np.flatnonzero(times)
    some = texts.take(pa.array(touched))
    found = paragraphs_of(some, options, split_words(some))
    begins = found.units.spans.offsets
    # Rows of the table, those of one text after those of the other.
    starts = np.repeat(first[touched] - np.cumsum(times[touched]) + times[touched], times[touched])
    rows = np.arange(len(starts)) + starts
    ordinals = seen["paragraph"].to_numpy()[rows].astype(np.int64)
    places = np.repeat(begins[:-1], times[touched]) + ordinals
    if (places >= np.repeat(begins[1:], times[touched])).any():
        raise ValueError("a text has not so many paragraphs; give the texts that were hashed")
    counts = np.zeros(len(found.texts), np.int64)
    np.add.at(counts, places, seen["seen"].to_numpy()[rows].astype(np.int64))

    limit, whole = (exact_threshold(t) for t in (options.threshold, options.document_threshold))
    goes = counts * limit.denominator > found.ngrams * limit.numerator
    of_texts = np.zeros((3, len(touched)), np.int64)
    np.add.at(of_texts[0], found.texts, counts)
    np.add.at(of_texts[1], found.texts, found.ngrams)
    too_much = of_texts[0] * whole.denominator > of_texts[1] * whole.numerator
    goes &= ~too_much[found.texts]
    np.add.at(of_texts[2], found.texts, goes.astype(np.int64))

    numbers = np.flatnonzero(goes)
    sentences = found.sentences.offsets[found.texts[numbers]]
    spans = SentenceSpans(
        touched[found.texts[numbers]],
        (np.searchsorted(found.units.of_sentences, numbers) - sentences).astype(np.uint32),
        (np.searchsorted(found.units.of_sentences, numbers, "right") - 1 - sentences).astype(
            np.uint32
        ),
    )
    spread = np.zeros((3, len(texts)), np.int32)
    spread[:, touched] = of_texts
    gone = np.zeros(len(texts), np.bool_)
    gone[touched] = too_much
    return JudgedParagraphs(spans, spread[2], spread[0], spread[1], gone)
