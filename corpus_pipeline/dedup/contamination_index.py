"""The index of an evaluation set, against which training documents are decontaminated.

    item       w0 w1 w2 w3 w4 w5 w6 w7 w8      n-grams of n = 4 words, hashed
    document   .. x  w0 w1 w2 w3 w4 w9 ..
                     [---------]               n-gram at position 0 of the item is in the document
                        [---------]            n-gram at position 1
    covered     w0 .. w4, which weigh 31 of the item's 52 bits = 0.60 >= min_coverage

Coverage is a share of what the words of an item weigh (`contamination_weights`), not of its words
or n-grams: half an item covers about half of it, whatever its length, and an instruction that all
items share covers nothing. n-grams that occur in many items are left out; they would only cost
time.

An *item* is a row of an evaluation file, a *part* one of its texts: the question, and the answer,
which counts only beside its question.
"""

import dataclasses
import hashlib
import json
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.errors import ResourceError
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.words import UNSPACED_BIT, Words, mix
from corpus_pipeline.thresholds import exact_threshold

#: Multiplier of the polynomial hash over words; odd, so that it never loses a bit.
_BASE = np.uint64(0xA0761D6478BD642F)

_FORMAT = "contamination-index-3"

#: More bits than any run of words has.
NEVER = 1 << 62

#: The arrays of an index and what they hold, as they are written.
_COLUMNS = {
    "ids": pa.string(),
    "rows": pa.int32(),
    "answers": pa.bool_(),
    "words": pa.int32(),
    "bits": pa.int64(),
    "asking_bits": pa.int64(),
    "least": pa.int64(),
    "runs": pa.int64(),
    "weight_offsets": pa.int64(),
    "weights": pa.int64(),
    "hashes": pa.uint64(),
    "posting_offsets": pa.int64(),
    "items": pa.int32(),
    "positions": pa.int32(),
    "lengths": pa.int32(),
    "asking": pa.bool_(),
    "prefixes": pa.uint64(),
    "short_lengths": pa.int64(),
    "signed": pa.uint64(),
    "signed_lengths": pa.int64(),
    "too_short": pa.bool_(),
    "whole": pa.bool_(),
    "duplicate": pa.bool_(),
}

#: Bits of the membership filter for each hash in it: one of 16 clean n-grams or fewer passes.
_FILTER_BITS = 16


@dataclasses.dataclass(frozen=True)
class ContaminationOptions:
    """What counts as a copy of an evaluation item."""

    ngram: int = 8
    """Words compared together where words are spaced."""
    char_ngram: int = 12
    """Characters compared together where an n-gram begins with one of an unspaced script."""
    min_coverage: float = 0.3
    """Share of an item's weight that a contaminated document covers; resolution 0.000001."""
    min_bits: int = 24
    """Weight that it covers at least."""
    min_item_bits: int = 40
    """Items that weigh less are looked for as a whole."""
    min_item_words: int = 8
    """Items shorter than an n-gram are looked for as a whole if they have this many words."""
    min_item_chars: int = 12
    """The same for items that begin with a character of an unspaced script."""
    max_items: int = 10
    """n-grams that occur in more (different) items are left out. If more items differ in their
    signs alone (brackets, operators), the signs count."""

    def __post_init__(self) -> None:
        if not 1e-6 <= self.min_coverage <= 1:
            raise ValueError(
                f"min_coverage must be at least 0.000001 and at most 1, got {self.min_coverage}"
            )
        if (exact_threshold(self.min_coverage, "min_coverage") * 10**6).denominator > 1:
            raise ValueError(f"min_coverage may have 6 decimals, got {self.min_coverage}; round it")
        for short, long in (("min_item_words", "ngram"), ("min_item_chars", "char_ngram")):
            if not 1 <= getattr(self, short) <= getattr(self, long) < 1 << 15:
                raise ValueError(
                    f"{short} must be at least 1 and at most {long}, "
                    f"got {getattr(self, short)} and {getattr(self, long)}"
                )
        for name, least in (("max_items", 1), ("min_bits", 0), ("min_item_bits", 0)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, got {getattr(self, name)}")

    @property
    def coverage_millionths(self) -> int:
        """`min_coverage` as an integer, so that it is compared exactly."""
        return int(exact_threshold(self.min_coverage, "min_coverage") * 10**6)


@dataclasses.dataclass(frozen=True, eq=False)
class ContaminationIndex:
    """The n-grams of the I parts of evaluation items, which are numbered in order of their ids.

    n-gram g occurs at postings `posting_offsets[g]:posting_offsets[g + 1]`.
    """

    options: ContaminationOptions
    ids: pa.Array
    """string[I]."""
    rows: NDArray[np.int32]
    """int32[I], the item that each part belongs to."""
    answers: NDArray[np.bool_]
    """bool[I], true for an answer that has a question."""
    words: NDArray[np.int32]
    """int32[I], words of each part that n-grams of the index cover; 0 if it was skipped."""
    bits: NDArray[np.int64]
    """int64[I], what those words weigh together."""
    asking_bits: NDArray[np.int64]
    """int64[I], what those weigh that are in an n-gram not inside a single option."""
    least: NDArray[np.int64]
    """int64[I], millionths of its weight that a document must cover: `min_coverage`, or more where
    items of the same set cover one another so far."""
    runs: NDArray[np.int64]
    """int64[I], bits of one uninterrupted run of words that are enough by themselves: more than
    items of the set have in common by chance. `NEVER` where the share alone decides."""
    weight_offsets: NDArray[np.int64]
    """int64[I + 1], part i has `weights[weight_offsets[i]:weight_offsets[i + 1]]`."""
    weights: NDArray[np.int64]
    """int64, what the first 0, 1, 2, … words of each part weigh: those that n-grams cover."""
    hashes: NDArray[np.uint64]
    """uint64[G], sorted, unique."""
    posting_offsets: NDArray[np.int64]
    """int64[G + 1]."""
    items: NDArray[np.int32]
    """int32[P], the part of each posting."""
    positions: NDArray[np.int32]
    """int32[P], number of the word of the part at which the n-gram begins."""
    lengths: NDArray[np.int32]
    """int32[P], words of the n-gram."""
    asking: NDArray[np.bool_]
    """bool[P], true for n-grams that hold something of the question, or a border of options."""
    prefixes: NDArray[np.uint64]
    """uint64[Q], hashes of the first `min_item_words` (or `_chars`) of the parts that are looked
    for as a whole."""
    short_lengths: NDArray[np.int64]
    """int64[L], their lengths, sorted, unique."""
    signed: NDArray[np.uint64]
    """uint64[S], sorted: those of `hashes` that occur in no part by themselves, but with the signs
    between and after their words (`with_signs`)."""
    signed_lengths: NDArray[np.int64]
    """int64[S], their lengths."""
    too_short: NDArray[np.bool_]
    """bool[I], true for parts with fewer words than `min_item_words` (or `_chars`)."""
    whole: NDArray[np.bool_]
    """bool[I], true for parts that are looked for as a whole: short ones, and those that say too
    little that other items do not say."""
    duplicate: NDArray[np.bool_]
    """bool[I], true for parts of the words of another part before it."""

    def to_bytes(self) -> bytes:
        """Writes the index as an Arrow IPC file: one row of lists, the options in its metadata."""
        columns = [
            pa.array([getattr(self, name)], pa.large_list(t)) for name, t in _COLUMNS.items()
        ]
        rest = {
            "format": _FORMAT,
            "options": dataclasses.asdict(self.options),
        }
        schema = pa.schema(zip(_COLUMNS, (column.type for column in columns), strict=True))
        schema = schema.with_metadata({"index": json.dumps(rest)})
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, schema) as writer:
            writer.write_batch(pa.record_batch(columns, schema=schema))
        return bytes(sink.getvalue())

    @classmethod
    def from_bytes(cls, data: bytes) -> "ContaminationIndex":
        """Reads what `to_bytes` wrote.

        Raises:
            ResourceError: the bytes are something else.
        """
        try:
            with pa.ipc.open_file(pa.BufferReader(data)) as reader:
                row = reader.get_batch(0)
            rest = json.loads(row.schema.metadata[b"index"])
            if rest["format"] != _FORMAT:
                raise ValueError(f"its format is {rest['format']!r}, not {_FORMAT!r}")
            arrays = {name: row[name].values for name in _COLUMNS}
            ids = arrays.pop("ids")
            return cls(
                options=ContaminationOptions(**rest["options"]),
                ids=ids,
                # Copies, because kernels would be compiled once more for read-only arrays.
                **{
                    name: array.to_numpy(zero_copy_only=False).copy()
                    for name, array in arrays.items()
                },
            )
        except (pa.ArrowException, KeyError, TypeError, ValueError) as error:
            raise ResourceError(
                f"not a contamination index of this version: {error}; build it again"
            ) from error

    @cached_property
    def item_bits(self) -> NDArray[np.int64]:
        """int64, what all parts of each item weigh together."""
        return np.bincount(self.rows, self.bits).astype(np.int64)

    @cached_property
    def ranks(self) -> NDArray[np.int64]:
        """int64[P], the postings numbered by part, then position: a run has no number left out."""
        ranks = np.empty(len(self.items), np.int64)
        ranks[np.lexsort((self.positions, self.items))] = np.arange(len(self.items))
        return ranks

    @cached_property
    def filters(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Bit sets that hold every one of `hashes` and of `prefixes`; made once, never stored."""
        return _bit_set(self.hashes), _bit_set(self.prefixes)


@kernel
def _accumulate(hashes, values, kinds):  # type: ignore[no-untyped-def]
    """Fills `values` (the polynomial over the first w words) and `kinds` of a `WordView`."""
    value = np.uint64(0)
    values[0] = value
    for word in range(len(hashes)):
        value = value * _BASE + hashes[word]
        values[word + 1] = value
        kinds[word] = hashes[word] & UNSPACED_BIT


@kernel
def window_hash(values, powers, start, length):  # type: ignore[no-untyped-def]
    """Hashes `length` words from word `start`."""
    return mix((values[start + length] - values[start] * powers[length]) ^ np.uint64(length))


@kernel
def _insert(bits, hashes):  # type: ignore[no-untyped-def]
    """Sets the bit of each hash; the number of bits is a power of two."""
    mask = np.uint64(len(bits) * 8 - 1)
    for value in hashes:
        bit = value & mask
        bits[bit >> np.uint64(3)] |= np.uint8(1) << np.uint8(bit & np.uint64(7))


def _bit_set(hashes: NDArray[np.uint64]) -> NDArray[np.uint8]:
    bits = np.zeros(1 << max(3, (len(hashes) * _FILTER_BITS).bit_length() - 3), np.uint8)
    _insert(bits, hashes)
    return bits


class WordView(NamedTuple):
    """The words of N texts, one after another, in the form in which windows of them are hashed."""

    offsets: NDArray[np.int64]
    """int64[N + 1], text i has words `offsets[i]:offsets[i + 1]`."""
    starts: NDArray[np.int32]
    """int32[W], first byte of each word in the column's data buffer."""
    ends: NDArray[np.int32]
    """int32[W], the byte after each word."""
    kinds: NDArray[np.uint8]
    """uint8[W], 1 for one character of an unspaced script, 0 for any other word."""
    values: NDArray[np.uint64]
    """uint64[W + 1], polynomial over all words before each; windows are differences."""
    powers: NDArray[np.uint64]
    """Powers 0, 1, 2, … of the polynomial's base, as far as windows reach."""
    ngrams: NDArray[np.int64]
    """int64[2], words of an n-gram that begins with a word of kind 0, kind 1."""
    shortest: NDArray[np.int64]
    """int64[2], words of the shortest item that begins with a word of kind 0, kind 1."""


def polynomial_powers(longest: int) -> NDArray[np.uint64]:
    """Returns uint64[longest + 1], what windows of up to that many words are hashed with."""
    powers = np.full(longest + 1, _BASE, np.uint64)
    powers[0] = 1
    return np.multiply.accumulate(powers)


def view_words(words: Words, options: ContaminationOptions, longest: int = 0) -> WordView:
    """Prepares the hashes of windows of words.

    Args:
        words: of N texts, as `comparable_texts` spells them.
        options: what an n-gram is.
        longest: words of the longest window that will be hashed, if it is longer than an n-gram.

    >>> from corpus_pipeline.text.words import split_words
    >>> words = split_words(pa.array(["To be or not to be", "是"]))
    >>> view = view_words(words, ContaminationOptions())
    >>> view.offsets.tolist(), view.kinds.tolist()
    ([0, 6, 7], [0, 0, 0, 0, 0, 0, 1])
    >>> hashes = [window_hash(view.values, view.powers, start, 2) for start in (0, 1, 4)]
    >>> bool(hashes[0] == hashes[2]), bool(hashes[0] == hashes[1])
    (True, False)
    """
    values = np.empty(len(words.hashes) + 1, np.uint64)
    kinds = np.empty(len(words.hashes), np.uint8)
    _accumulate(words.hashes, values, kinds)
    return WordView(
        words.offsets,
        words.starts,
        words.ends,
        kinds,
        values,
        polynomial_powers(max(options.ngram, options.char_ngram, longest)),
        np.array([options.ngram, options.char_ngram]),
        np.array([options.min_item_words, options.min_item_chars]),
    )


def changes(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Returns bool[N], true where a value is not the one before it; the first is true.

    >>> changes(np.array([7, 7, 8])).tolist()
    [True, False, True]
    """
    new = np.ones(len(values), np.bool_)
    new[1:] = values[1:] != values[:-1]
    return new


def with_signs(value: np.uint64, text: str) -> np.uint64:
    """Hashes words (`value`) together with everything in their text that is not white space.

    Puzzles with brackets and operators have nothing else of their own.

    >>> words = np.uint64(7)
    >>> bool(with_signs(words, "Input: [ (") == with_signs(words, "INPUT: [("))
    True
    >>> bool(with_signs(words, "Input: [ (") == with_signs(words, "Input: [ ["))
    False
    """
    squeezed = "".join(text.split()).casefold().encode()
    digest = hashlib.blake2b(squeezed, digest_size=8, key=int(value).to_bytes(8, "little"))
    return np.uint64(int.from_bytes(digest.digest(), "little"))
