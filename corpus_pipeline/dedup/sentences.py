"""Sentence deduplication: of every span of sentences, one copy survives in the whole corpus.

A window is `span` consecutive units (sentences; or lines, or paragraphs, see `units`) of one
document (all of them, if there are fewer). Windows
are equal when their folded words are equal; of equal windows the least by (rank, address, ordinal)
is the keeper, and the others are removed. A sentence goes if a removed window covers it and no
keeper of its document does:

    document A    a b c d      keeper of abc and bcd: stays whole
    document B    x a b c d    abc and bcd are removed: "x" stays
    document C    c d e        keeper of cde: stays whole
    document D    w c d e f    cde is removed: "w f" stays

Without the second condition text is lost: a keeper may overlap a window that is removed because a
third document has it. With it, every window that is removed stands whole somewhere in the corpus,
and so does every sentence. Three sentences are the C4 paper's (Raffel et al. 2020, section 2.2).

With `keep="none"` there is no keeper, and every copy goes. With `min_documents` a window counts as
repeated only where so many documents have it.

Windows that touch code or a table take no part (see `listings`). What is cut out of the texts, and
how much may be: `sentence_cuts`.
"""

import dataclasses
from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.dedup.listings import code_or_table
from corpus_pipeline.dedup.units import Unit, units_of
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.columns import as_texts
from corpus_pipeline.text.sentences import split_sentences
from corpus_pipeline.text.words import Words, mix, split_words
from corpus_pipeline.thresholds import exact_threshold

Keep = Literal["one", "none"]
AboveMaxLoss = Literal["keep", "drop"]

#: Multiplier of the polynomial hash over words; odd, so that it never loses a bit.
_BASE = np.uint64(0x9FB21C651E98DF25)

#: One row for each window of a duplicated hash, sorted by address, then ordinal.
SENTENCE_REMOVALS = pa.schema(
    [
        pa.field(
            "address", pa.uint64(), nullable=False, metadata={"meaning": "packed row address"}
        ),
        pa.field(
            "ordinal",
            pa.uint32(),
            nullable=False,
            metadata={"meaning": "number, in its document, of the first unit of the window"},
        ),
        pa.field(
            "keep",
            pa.bool_(),
            nullable=False,
            metadata={"meaning": "true for the one copy that survives, false for the others"},
        ),
    ]
)


@dataclasses.dataclass(frozen=True)
class SentenceOptions:
    """What counts as repeated text, and what becomes of it."""

    unit: Unit = "sentence"
    """What windows consist of. C4's code, CCNet and Dolma compare lines."""
    span: int = 3
    """Consecutive units compared together. Three as in C4: single sentences repeat by chance
    and by right (headings, idioms, "See also"), three in a row hardly do."""
    min_words: int = 12
    """Windows with fewer words are left alone; a character of an unspaced script is a word. In
    11 MB of technical manuals what repeats below 12 is markup, table rows and lines of code, and
    a fifth of the characters that 1 would remove. A document of which fewer words would be left
    has nothing left."""
    max_loss: float = 0.5
    """Share of its characters that a document may lose; one that would lose more stays whole."""
    above_max_loss: AboveMaxLoss = "keep"
    """Whether it stays, or is dropped as a whole."""
    keep: Keep = "one"
    """Of equal windows one stays, or none."""
    min_documents: int = 1
    """Documents that a window stands in, at least, if it is to count as repeated; 1: repeats within
    one document go, too."""

    def __post_init__(self) -> None:
        if not 0 < self.max_loss <= 1:
            raise ValueError(
                f"max_loss must be more than 0 and at most 1, got {self.max_loss}; turn the match "
                "off to lose nothing"
            )
        exact_threshold(self.max_loss, "max_loss")
        if self.span < 1:
            raise ValueError(f"span must be at least 1 {self.unit}, got {self.span}")
        if self.min_documents < 1:
            raise ValueError(f"min_documents must be at least 1, got {self.min_documents}")
        if self.min_words < 1:
            raise ValueError(
                f"min_words must be at least 1, got {self.min_words}; "
                "windows without words all look alike"
            )


#: What the defaults of `sentence_removals` are.
_DEFAULT = SentenceOptions()


class SpanHashes(NamedTuple):
    """The windows of N texts, one after another. Text i has `offsets[i]:offsets[i + 1]`."""

    offsets: NDArray[np.int64]
    """int64[N + 1]."""
    ordinals: NDArray[np.uint32]
    """uint32[M], number of the first unit of each window in its text."""
    hashes: NDArray[np.uint64]
    """uint64[M], hash of the folded words of each window."""


class TextWindows(NamedTuple):
    """The windows to remove or keep in N texts. Text i has `offsets[i]:offsets[i + 1]`."""

    offsets: NDArray[np.int64]
    """int64[N + 1]."""
    ordinals: NDArray[np.uint32]
    """uint32[M], number of the first unit of each window in its text."""
    keep: NDArray[np.bool_]
    """bool[M], true for a window that must stay whole."""


@kernel
def _hash_windows(  # type: ignore[no-untyped-def]
    word_offsets,
    word_starts,
    word_hashes,
    offsets,
    ends,
    stays,
    span,
    min_words,
    window_offsets,
    ordinals,
    hashes,
):
    """Fills the arrays of `SpanHashes`; `ordinals` and `hashes` have room for every sentence."""
    total = len(ends)
    # Of each sentence: polynomial over its word hashes, power of the base, number of words.
    values = np.zeros(total, np.uint64)
    powers = np.ones(total, np.uint64)
    words = np.zeros(total, np.int64)
    count = 0
    for row in range(len(offsets) - 1):
        window_offsets[row] = count
        word, last_word = word_offsets[row], word_offsets[row + 1]
        first, stop = offsets[row], offsets[row + 1]
        for sentence in range(first, stop):
            value, power, begin = np.uint64(0), np.uint64(1), word
            while word < last_word and word_starts[word] < ends[sentence]:
                value = value * _BASE + word_hashes[word]
                power *= _BASE
                word += 1
            values[sentence], powers[sentence], words[sentence] = value, power, word - begin
        size = min(span, stop - first)
        for sentence in range(first, stop - size + 1 if size else first):
            value, length = np.uint64(0), np.int64(0)
            cut = True
            for member in range(sentence, sentence + size):
                value = value * powers[member] + values[member]
                length += words[member]
                cut = cut and not stays[member]
            if cut and length >= min_words:
                ordinals[count] = sentence - first
                hashes[count] = mix(value ^ np.uint64(length))
                count += 1
    window_offsets[len(offsets) - 1] = count
    return count


def span_hashes(
    texts: pa.Array, options: SentenceOptions, words: Words | None = None
) -> SpanHashes:
    """Hashes every window of consecutive units of prose of a `string` column.

    `words` are those of the texts, if they have been split already. Case, width, punctuation and
    white space do not count, nor where in the window a sentence ends.

    >>> texts = pa.array(["A bc. D ef! G hi? J kl.", "(a BC; D ef\\ng) Hi", None])
    >>> windows = span_hashes(texts, SentenceOptions(span=3, min_words=1))
    >>> windows.offsets.tolist(), windows.ordinals.tolist()
    ([0, 2, 3, 3], [0, 1, 0])
    >>> bool(windows.hashes[0] == windows.hashes[2])
    True
    """
    texts = as_texts(texts)
    words = split_words(texts) if words is None else words
    units = units_of(texts, split_sentences(texts), options.unit).spans
    window_offsets = np.zeros(len(texts) + 1, np.int64)
    ordinals = np.empty(len(units.ends), np.uint32)
    hashes = np.empty(len(units.ends), np.uint64)
    count = _hash_windows(
        words.offsets,
        words.starts,
        words.hashes,
        units.offsets,
        units.ends,
        code_or_table(texts, units),
        options.span,
        options.min_words,
        window_offsets,
        ordinals,
        hashes,
    )
    return SpanHashes(window_offsets, ordinals[:count].copy(), hashes[:count].copy())


def sentence_removals(
    hashes: NDArray[np.uint64],
    ranks: NDArray[np.uint64],
    addresses: NDArray[np.uint64],
    ordinals: NDArray[np.uint32],
    options: SentenceOptions = _DEFAULT,
) -> pa.Table:
    """Decides which copy of each repeated window survives; the order of the windows is irrelevant.

    All windows of a hash must be present; hashes may be decided in separate calls.

    Args:
        hashes: uint64[M].
        ranks: uint64[M], preference of the document; the least survives.
        addresses: uint64[M], packed address of the document; the least survives of equal ranks.
        ordinals: uint32[M], number of the window's first unit; the least survives.
        options: what counts as repeated, and whether one copy stays.

    Returns:
        Table of `SENTENCE_REMOVALS`: every window whose hash occurs more than once, in enough
        documents.

    >>> seven = np.full(3, 7, np.uint64)
    >>> ranks, addresses = np.array([1, 0, 0], np.uint64), np.array([4, 9, 9], np.uint64)
    >>> sentence_removals(seven, ranks, addresses, np.array([0, 5, 2], np.uint32)).to_pylist()[:2]
    [{'address': 4, 'ordinal': 0, 'keep': False}, {'address': 9, 'ordinal': 2, 'keep': True}]
    """
    order = np.lexsort((ordinals, addresses, ranks, hashes))
    ordered = hashes[order]
    repeats = np.concatenate([[False], ordered[1:] == ordered[:-1]])
    repeated = repeats | np.concatenate([repeats[1:], [False]]) if len(order) else repeats[:0]
    rows = order[repeated]
    keep = ~repeats[: len(order)][repeated]
    if options.min_documents > 1:
        another = np.append(True, addresses[rows][1:] != addresses[rows][:-1]) | keep
        group = np.cumsum(keep) - 1
        enough = np.bincount(group, another, minlength=1) >= options.min_documents
        rows, keep = rows[enough[group]], keep[enough[group]]
    if options.keep == "none":
        keep = np.zeros(len(keep), np.bool_)
    by_address = np.lexsort((ordinals[rows], addresses[rows]))
    rows = rows[by_address]
    return pa.table(
        [pa.array(addresses[rows]), pa.array(ordinals[rows]), pa.array(keep[by_address])],
        schema=SENTENCE_REMOVALS,
    )


def windows_of(addresses: NDArray[np.uint64], removals: pa.Table) -> TextWindows:
    """Picks the windows of some documents out of a table of removals.

    Args:
        addresses: uint64[N], packed address of each document.
        removals: table of `SENTENCE_REMOVALS`, sorted by address.

    >>> removals = pa.table([[4, 9, 9], [0, 2, 5], [False, True, False]], schema=SENTENCE_REMOVALS)
    >>> windows_of(np.array([9, 3, 4], np.uint64), removals).ordinals.tolist()
    [2, 5, 0]
    """
    known = removals["address"].to_numpy()
    first = np.searchsorted(known, addresses, side="left")
    counts = np.searchsorted(known, addresses, side="right") - first
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    rows = np.arange(offsets[-1]) + np.repeat(first - offsets[:-1], counts)
    return TextWindows(
        offsets, removals["ordinal"].to_numpy()[rows], removals["keep"].to_numpy()[rows]
    )
