"""N-grams of the words of a paragraph, compared as windows of bytes are: see `anchors`.

    text        The ferry leaves at eight .  |  Bring a coat .          paragraphs are lines
    n-grams     every 13 words of a paragraph, at every place
    short       a paragraph of fewer words, but `min_ngram`, is one n-gram as a whole

No n-gram reaches from one paragraph into the next. Words are compared as everywhere in *dedup*:
case, width and punctuation do not count, and a character of an unspaced script is a word.
"""

import dataclasses
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.dedup.anchors import (
    GRAM_BASE,
    WINDOW_BASE,
    Anchors,
    anchors_of,
    are_wanted,
    bytes_of_anchor,
    reduced,
    times,
    windows_of,
)
from corpus_pipeline.dedup.units import Unit, Units, units_of
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.columns import as_texts
from corpus_pipeline.text.sentences import Sentences, split_sentences
from corpus_pipeline.text.words import Words, mix, split_words
from corpus_pipeline.thresholds import exact_threshold

#: Below it anchors would be as many as words.
_LEAST_WORDS = 4
#: Items of windows are below 2^61.
_SHIFT = np.uint64(3)


@dataclasses.dataclass(frozen=True)
class ParagraphOptions:
    """Which paragraphs have been seen before. The figures are DCLM's."""

    unit: Unit = "line"
    """What a paragraph is; of DCLM, as of others, a line."""
    ngram: int = 13
    """Words of an n-gram."""
    min_ngram: int = 13
    """Words from which on a paragraph without an n-gram is one as a whole."""
    threshold: float = 0.8
    """Share of its n-grams above which a paragraph goes."""
    document_threshold: float = 0.8
    """Share of the n-grams of all its paragraphs above which a document goes; 1: none."""

    def __post_init__(self) -> None:
        if self.ngram < _LEAST_WORDS:
            raise ValueError(
                f"ngram must be at least {_LEAST_WORDS}, got {self.ngram}; so few words repeat by "
                "right"
            )
        if not 1 <= self.min_ngram <= self.ngram:
            raise ValueError(
                f"min_ngram must be at least 1 and at most ngram ({self.ngram}), got "
                f"{self.min_ngram}"
            )
        for name in ("threshold", "document_threshold"):
            value = getattr(self, name)
            if not 0 < value <= 1:
                raise ValueError(f"{name} must be more than 0 and at most 1, got {value}")
            exact_threshold(value, name)

    @property
    def gram(self) -> int:
        """Words of what anchors are chosen from."""
        return max(1, self.ngram // 4)

    @property
    def bytes_of_anchor(self) -> int:
        """Bytes of the records of n-grams that an anchor stands for."""
        return bytes_of_anchor(self.ngram, self.gram)


class Paragraphs(NamedTuple):
    """The P paragraphs of N texts."""

    sentences: Sentences
    """Those of the texts."""
    units: Units
    texts: NDArray[np.int64]
    """int64[P], number of the text."""
    ordinals: NDArray[np.uint32]
    """uint32[P], number of the paragraph in its text."""
    words: NDArray[np.int64]
    """int64[P + 1]; paragraph p has the words `words[p]:words[p + 1]` of the column."""
    ngrams: NDArray[np.int64]
    """int64[P]."""


class NgramRuns(NamedTuple):
    """N-grams side by side that have one anchor; run r has `offsets[r]:offsets[r + 1]`."""

    texts: NDArray[np.int64]
    """int64[R], number of the text."""
    paragraphs: NDArray[np.uint32]
    """uint32[R], number of the paragraph in its text."""
    anchors: NDArray[np.uint64]
    """uint64[R]."""
    offsets: NDArray[np.int64]
    """int64[R + 1]."""
    hashes: NDArray[np.uint64]
    """uint64[W], of each n-gram."""


def paragraphs_of(texts: pa.Array, options: ParagraphOptions, words: Words) -> Paragraphs:
    """Finds the paragraphs of texts, and how many n-grams each has.

    Args:
        texts: string[N].
        options: what a paragraph is.
        words: those of the texts.

    >>> texts = pa.array(["one two three four five.\\nsix seven\\n", None, "eight"])
    >>> options = ParagraphOptions(ngram=4, min_ngram=2)
    >>> found = paragraphs_of(texts, options, split_words(texts))
    >>> found.texts.tolist(), found.words.tolist(), found.ngrams.tolist()
    ([0, 0, 2], [0, 5, 7, 8], [2, 1, 0])
    """
    texts = as_texts(texts)
    sentences = split_sentences(texts)
    units = units_of(texts, sentences, options.unit)
    counts = np.diff(units.spans.offsets)
    of_texts = np.repeat(np.arange(len(texts)), counts)
    ordinals = np.arange(len(of_texts)) - np.repeat(units.spans.offsets[:-1], counts)
    # Every word lies in a sentence, so a paragraph's words begin where those of the last one end.
    borders = np.append(0, np.searchsorted(words.starts, units.spans.ends)).astype(np.int64)
    lengths = np.diff(borders)
    short = (lengths >= options.min_ngram).astype(np.int64)
    ngrams = np.maximum(lengths - options.ngram + 1, short)
    return Paragraphs(sentences, units, of_texts, ordinals.astype(np.uint32), borders, ngrams)


@kernel
def _hash_whole(items, starts, stops, anchors, hashes):  # type: ignore[no-untyped-def]
    for row in range(len(starts)):
        first, second = np.uint64(0), np.uint64(0)
        for i in range(starts[row], stops[row]):
            first = first * GRAM_BASE + items[i] + np.uint64(1)
            second = reduced(times(second, WINDOW_BASE) + items[i] + np.uint64(1))
        anchors[row] = mix(first ^ np.uint64(stops[row] - starts[row]))
        hashes[row] = second


class _Short(NamedTuple):
    """Paragraphs that are one n-gram as a whole; each is its own anchor."""

    rows: NDArray[np.int64]
    """Number of the paragraph, among all."""
    anchors: NDArray[np.uint64]
    hashes: NDArray[np.uint64]


def _short_ones(
    items: NDArray[np.uint64], paragraphs: Paragraphs, options: ParagraphOptions
) -> _Short:
    lengths = np.diff(paragraphs.words)
    rows = np.flatnonzero((lengths >= options.min_ngram) & (lengths < options.ngram))
    anchors, hashes = np.empty(len(rows), np.uint64), np.empty(len(rows), np.uint64)
    _hash_whole(items, paragraphs.words[rows], paragraphs.words[rows + 1], anchors, hashes)
    return _Short(rows, anchors, hashes)


def find_ngram_anchors(
    texts: pa.Array, options: ParagraphOptions, words: Words | None = None
) -> Anchors:
    """Finds the anchors of the n-grams of a `string` column, those of each text together.

    `words` are those of the texts, if they have been split already.

    >>> shared = "These are thirteen words, one after the other, and there are two more."
    >>> anchors = find_ngram_anchors(pa.array([f"A title\\n{shared}", shared.upper(), None]),
    ...                              ParagraphOptions())
    >>> first, second = (anchors.hashes[slice(*anchors.offsets[i:i + 2])] for i in (0, 1))
    >>> len(first) > 0, first.tolist() == second.tolist(), np.diff(anchors.offsets).tolist()[2]
    (True, True, 0)
    """
    texts = as_texts(texts)
    words = split_words(texts) if words is None else words
    paragraphs = paragraphs_of(texts, options, words)
    items = words.hashes >> _SHIFT
    long = anchors_of(items, paragraphs.words, options.ngram, options.gram)
    short = _short_ones(items, paragraphs, options)
    rows = np.append(np.repeat(np.arange(len(paragraphs.texts)), np.diff(long.offsets)), short.rows)
    order = np.argsort(rows, kind="stable")
    offsets = np.searchsorted(paragraphs.texts[rows[order]], np.arange(len(texts) + 1))
    return Anchors(offsets, np.append(long.hashes, short.anchors)[order])


def hash_ngrams(
    texts: pa.Array,
    wanted_offsets: NDArray[np.int64],
    wanted: NDArray[np.uint64],
    options: ParagraphOptions,
) -> NgramRuns:
    """Hashes the n-grams whose anchor is wanted.

    Args:
        texts: string[N].
        wanted_offsets: int64[N + 1].
        wanted: uint64[M], hashes of anchors; those of a text ascend.
        options: those of `find_ngram_anchors`.

    >>> texts = pa.array(["One\\nand two of five words."])
    >>> options = ParagraphOptions(ngram=4, min_ngram=4)
    >>> wanted = np.unique(find_ngram_anchors(texts, options).hashes)
    >>> runs = hash_ngrams(texts, np.array([0, len(wanted)]), wanted, options)
    >>> len(runs.hashes), runs.paragraphs.tolist()[0]
    (2, 1)
    """
    texts = as_texts(texts)
    words = split_words(texts)
    paragraphs = paragraphs_of(texts, options, words)
    items = words.hashes >> _SHIFT
    first, last = wanted_offsets[paragraphs.texts], wanted_offsets[paragraphs.texts + 1]
    long = windows_of(items, paragraphs.words, options.ngram, options.gram, first, last, wanted)
    short = _short_ones(items, paragraphs, options)
    taken = are_wanted(short.anchors, first[short.rows], last[short.rows], wanted)
    rows = np.append(long.texts, short.rows[taken])
    offsets = np.append(long.offsets, long.offsets[-1] + 1 + np.arange(int(taken.sum())))
    return NgramRuns(
        paragraphs.texts[rows],
        paragraphs.ordinals[rows],
        np.append(long.anchors, short.anchors[taken]),
        offsets,
        np.append(long.hashes, short.hashes[taken]),
    )
