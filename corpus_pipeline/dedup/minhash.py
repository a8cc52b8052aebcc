"""MinHash: from the words of documents to hashes that similar documents probably share.

    words      the  quick  brown  fox  jumps  over …
    shingles   └─ 5 words ─────────────┘          the set A of hashes of all n-grams
                    └─ 5 words ──────────────┘
    signature  min h₁(A), min h₂(A), … min h₁₁₂(A)     P(min hᵢ(A) = min hᵢ(B)) = Jaccard(A, B)
    bands      └─ 8 rows ─┘ └─ 8 rows ─┘ … 14 bands    one hash for each band

Two documents meet if any band is equal, with probability 1 - (1 - J⁸)¹⁴: 0.05 at J = 0.5, 0.56 at
0.7, 0.92 at 0.8. The defaults are those of FineWeb (Penedo et al. 2024, section 3.4).
"""

import dataclasses
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.words import UNSPACED_BIT, Words, mix
from corpus_pipeline.thresholds import exact_threshold

_MULTIPLIER = np.uint64(0xD6E8FEB86659FD93)
"""Odd; the base of the polynomial over the words of a shingle."""

_GOLDEN = 0x9E3779B97F4A7C15
"""Step of splitmix64 (Steele, Lea, Flood 2014)."""

_LARGEST = np.uint64(0xFFFFFFFFFFFFFFFF)


@dataclasses.dataclass(frozen=True)
class MinHashOptions:
    """What counts as a near-duplicate document.

    >>> MinHashOptions().signature_size
    112
    """

    bands: int = 14
    rows: int = 8
    """Rows of the signature in each band."""
    word_ngram: int = 5
    """Words in a shingle, in scripts that separate words."""
    char_ngram: int = 8
    """Characters in a shingle, in scripts that do not."""
    threshold: float = 0.7
    """Least Jaccard similarity of shingle sets at which two documents are duplicates."""
    seed: int = 1
    """Of the hash functions. Signatures of different seeds cannot be compared."""

    def __post_init__(self) -> None:
        for name in ("bands", "rows", "word_ngram", "char_ngram"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not 0 < self.threshold <= 1:
            raise ValueError(
                f"threshold is a Jaccard similarity above 0 and up to 1, got {self.threshold}"
            )
        exact_threshold(self.threshold)
        if not 0 <= self.seed < 1 << 64:
            raise ValueError(f"seed must fit in 64 bits without a sign, got {self.seed}")

    @property
    def signature_size(self) -> int:
        """Number of hash functions."""
        return self.bands * self.rows


class Shingles(NamedTuple):
    """The shingles of N documents; document i has `hashes[offsets[i]:offsets[i + 1]]`."""

    offsets: NDArray[np.int64]
    """int64[N + 1]."""
    hashes: NDArray[np.uint64]
    """uint64[S], in the order of the text; repeats stay."""

    @property
    def present(self) -> NDArray[np.bool_]:
        """bool[N], false where a document has no shingles. Such documents belong in no band."""
        return self.offsets[1:] > self.offsets[:-1]


@kernel
def _shingle(word_offsets, words, word_ngram, char_ngram, offsets, hashes):  # type: ignore[no-untyped-def]
    full = word_ngram * char_ngram
    count = np.uint64(0)
    for row in range(len(word_offsets) - 1):
        offsets[row] = count
        stop = word_offsets[row + 1]
        end = word_offsets[row]
        weight = 0
        for first in range(word_offsets[row], stop):
            while weight < full and end < stop:
                weight += word_ngram if words[end] & UNSPACED_BIT else char_ngram
                end += 1
            if weight < full and first > word_offsets[row]:
                break
            h = np.uint64(end - first)
            for i in range(first, end):
                h = h * _MULTIPLIER + words[i]
            hashes[count] = mix(h)
            count += np.uint64(1)
            weight -= word_ngram if words[first] & UNSPACED_BIT else char_ngram
    offsets[len(word_offsets) - 1] = count
    return count


def shingle(words: Words, options: MinHashOptions) -> Shingles:
    """Hashes the n-grams of each document's words.

    A shingle starts at each word and ends where it is full: `word_ngram` spaced words, or
    `char_ngram` characters of unspaced scripts, or a mixture in proportion (at 5 and 8, 3 words and
    4 characters fill it: 3/5 + 4/8 ≥ 1). So its length depends on the place alone. Were it chosen
    for the whole document, two revisions with just more and just less than half of Chinese would
    share no shingle. A document that does not fill one has one shingle of all its words; a document
    without words has none.

    >>> import pyarrow as pa
    >>> from corpus_pipeline.text.words import split_words
    >>> texts = ["a b c d e f", "short", "?!", "一二三四五六七八九", "学 TiDB 用 SQL 语句 ok fine"]
    >>> np.diff(shingle(split_words(pa.array(texts)), MinHashOptions()).offsets).tolist()
    [2, 1, 0, 2, 2]
    """
    offsets = np.empty(len(words.offsets), np.int64)
    hashes = np.empty(len(words.hashes), np.uint64)
    count = _shingle(
        words.offsets, words.hashes, options.word_ngram, options.char_ngram, offsets, hashes
    )
    return Shingles(offsets, hashes[:count])


def _parameters(options: MinHashOptions) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The factors and terms of the hash functions, uint64[K] each, drawn by splitmix64."""
    steps = np.arange(1, 2 * options.signature_size + 1, dtype=np.uint64)
    state = np.uint64(options.seed) + steps * np.uint64(_GOLDEN)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    state ^= state >> np.uint64(31)
    return state[0::2].copy(), state[1::2].copy()


@kernel
def _signatures(offsets, hashes, factors, terms, out):  # type: ignore[no-untyped-def]
    """Takes four shingles at a time: factors, terms and minima are then read once for four."""
    size = len(factors)
    half = np.uint64(32)
    least = np.empty(size, np.uint64)
    for row in range(len(offsets) - 1):
        for k in range(size):
            least[k] = _LARGEST
        i, stop = offsets[row], offsets[row + 1]
        while i + 4 <= stop:
            w, x = hashes[i] >> half, hashes[i + 1] >> half
            y, z = hashes[i + 2] >> half, hashes[i + 3] >> half
            for k in range(size):
                a, b = factors[k], terms[k]
                first, second = min(a * w + b, a * x + b), min(a * y + b, a * z + b)
                least[k] = min(least[k], min(first, second))
            i += 4
        while i < stop:
            w = hashes[i] >> half
            for k in range(size):
                least[k] = min(least[k], factors[k] * w + terms[k])
            i += 1
        for k in range(size):
            out[row, k] = least[k] >> half


def signatures(shingles: Shingles, options: MinHashOptions) -> NDArray[np.uint32]:
    """Computes the MinHash signature of each document.

    Hash function k is multiply-shift (Dietzfelbinger 1996): (a_k·x + b_k mod 2^64) >> 32 of the
    upper 32 bits x of a shingle's hash, with 64 random bits in each of a_k and b_k. That family is
    strongly universal from 32 to 32 bits, and the wrap at 2^64 is part of its definition; families
    modulo the prime 2^61 - 1 need products of 122 bits. The minimum is taken before the shift,
    which changes nothing because the shift keeps order.

    Returns:
        uint32[N, bands * rows]; all ones in the rows of documents that have no shingles, which
        `Shingles.present` marks.

    >>> hashes = np.array([7, 9, 9, 7, 7], np.uint64) << np.uint64(32)
    >>> first, second = signatures(Shingles(np.array([0, 2, 5]), hashes), MinHashOptions())
    >>> bool((first == second).all())
    True
    """
    factors, terms = _parameters(options)
    out = np.empty((len(shingles.offsets) - 1, options.signature_size), np.uint32)
    _signatures(shingles.offsets, shingles.hashes, factors, terms, out)
    return out


@kernel
def _band_hashes(signatures, rows, out):  # type: ignore[no-untyped-def]
    for document in range(out.shape[0]):
        for band in range(out.shape[1]):
            h = mix(np.uint64(band + 1) * _MULTIPLIER)
            for row in range(rows):
                h = (h ^ np.uint64(signatures[document, band * rows + row])) * _MULTIPLIER
                h ^= h >> np.uint64(29)
            out[document, band] = mix(h)


def band_hashes(signatures: NDArray[np.uint32], options: MinHashOptions) -> NDArray[np.uint64]:
    """Hashes each band of each signature to 64 bits.

    The number of the band is hashed too, so all bands can share one table. Rows of documents
    without shingles hash like any other: select the documents in `Shingles.present`.

    Args:
        signatures: uint32[N, bands * rows].
        options: those that the signatures were made with.

    Returns:
        uint64[N, bands].

    >>> band_hashes(np.zeros((2, 112), np.uint32), MinHashOptions()).shape
    (2, 14)
    """
    out = np.empty((len(signatures), options.bands), np.uint64)
    _band_hashes(signatures, options.rows, out)
    return out
