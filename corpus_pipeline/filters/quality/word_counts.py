"""Counts of words, as a profile's `measures: words:` splits them, and of n-grams of words."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.filters.quality.definitions import (
    DUPLICATE_NGRAMS,
    TOP_NGRAMS,
    WORD_COLUMNS,
    WORD_FORMS,
    Definitions,
)
from corpus_pipeline.filters.quality.kernels import SEED, fold, step
from corpus_pipeline.filters.quality.more_columns import WORD_MEANINGS
from corpus_pipeline.filters.quality.ngram_counts import count_orders, count_repeated
from corpus_pipeline.filters.quality.repetition_kernels import clear_table, enter, new_tables
from corpus_pipeline.filters.quality.shipped_words import load_shipped
from corpus_pipeline.filters.quality.word_split import split_document, word_room
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import (
    DIGIT,
    LETTER,
    UNSPACED,
    characters,
    decode,
)
from corpus_pipeline.text.columns import utf8_buffers
from corpus_pipeline.text.languages import figures_for
from corpus_pipeline.text.marks import SENTENCE_ENDS
from corpus_pipeline.text.words import mix

#: What the kernel counts, in the order of its output.
COUNTED = (*WORD_COLUMNS, *WORD_MEANINGS)
(
    _WORDS, _WORD_CHARS, _WITH_LETTER, _LONGEST, _PLAIN, _PLAIN_CHARS, _MEDIAN, _NORMAL, _DISTINCT,
    _ENTROPY, _ALL_CAPS, _SYMBOL_WORDS, _LONE_SYMBOLS, _FROM_LETTER,
) = range(len(COUNTED))  # fmt: skip
#: Of an n, what the kernel counts.
ORDERED = (
    "top_{}_gram_chars", "duplicate_{}_gram_chars", "all_{}_gram_chars", "word_{}_grams",
    "repeated_word_{}_grams",
)  # fmt: skip
#: Of an n, how many words have at most, or at least, so many characters.
LENGTHS = ("words_up_to_{}_chars", "words_from_{}_chars")
#: Marks of which a word may consist that counts as no word: ASCII's, ends of sentences, and what
#: else datatrove takes for punctuation (utils/text.py, 0.10.1); bullets are not among them.
_MARKS = np.zeros(0x10000, np.bool_)
_MARKS[[k for k in range(128) if not chr(k).isalnum()]] = True
_MARKS[
    [ord(mark) for mark in SENTENCE_ENDS + "—”％〈、━【」，】“《„’∶´（–：～«〉》）…►»‼‽⁇⁈⁉؟۔"]
] = True
#: Binary places of logarithms, and ln 2 in 30 of them.
_PLACES = 26
_LN_2 = 744261118


def count_words(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int32],
    definitions: Definitions,
    orders: Sequence[int] = (),
    lengths: Sequence[int] = (),
) -> dict[str, NDArray[np.int32]]:
    """Counts `COUNTED`, for each n of `orders` `ORDERED` and for each of `lengths` `LENGTHS`.

    Each is int32[N], for N texts.

    Memory: up to 70 bytes for each byte of the longest text.
    """
    table = characters()
    form = [*WORD_FORMS].index(definitions.words)
    longest = int(np.diff(offsets).max(initial=0))
    fixed = np.zeros((len(COUNTED), len(offsets) - 1), np.int32)
    by_length = np.zeros((max(lengths, default=0) + 2 * bool(lengths), len(offsets) - 1), np.int32)
    ordered = np.zeros((len(orders), len(ORDERED), len(offsets) - 1), np.int32)
    _count(
        data, offsets, form, definitions.classes(), table.folds,
        word_room(longest, form), np.array(orders, np.int64),
        [*TOP_NGRAMS].index(definitions.top_ngrams),
        [*DUPLICATE_NGRAMS].index(definitions.duplicate_ngrams), definitions.ngram_blanks,
        fixed, ordered, by_length,
    )  # fmt: skip
    counts = dict(zip(COUNTED, fixed, strict=True))
    up_to = np.cumsum(by_length, axis=0, dtype=np.int32)
    for n in lengths:
        counts |= {LENGTHS[0].format(n): up_to[n], LENGTHS[1].format(n): up_to[-1] - up_to[n - 1]}
    for n, rows in zip(orders, ordered, strict=True):
        counts |= {name.format(n): row for name, row in zip(ORDERED, rows, strict=True)}
    return counts


@kernel
def log2_fixed(value):  # type: ignore[no-untyped-def]
    """Returns log2 of a whole number of at least 1 in 2^-26, rounded down; integers only.

    >>> log2_fixed(8) / 2**26, round(log2_fixed(10) / 2**26, 6)
    (3.0, 3.321928)
    """
    whole = np.int64(0)
    while (value >> (whole + 1)) > 0:
        whole += 1
    # The number over its power of two, in 2^-31: from 1 to below 2.
    x = np.uint64(value) << np.uint64(31 - whole)
    result = whole
    for _ in range(_PLACES):
        x = (x * x) >> np.uint64(31)
        result <<= 1
        if x >> np.uint64(32):
            x >>= np.uint64(1)
            result |= 1
    return result


@kernel
def _look_at(data, start, end, classes, folds):  # type: ignore[no-untyped-def]
    """Returns (characters, hash as it stands, hash of the core or 0, bits) of one word.

    The core goes from the first letter or digit to the last, without case and width. Bits: 1 it
    has a letter, 2 it is plain, 4 it has a capital, 8 it has a small letter, 16 it has # or …, 32
    it is nothing but #, … or three full stops and more, brackets aside, 64 it begins with a letter
    or digit.
    """
    chars = 0
    h = SEED
    folded = SEED
    core = np.uint64(0)
    bits = 0
    stops = 0
    others = False
    i = np.int64(start)
    while i < end:
        code_point, i = decode(data, i)
        chars += 1
        h = step(h, np.uint64(code_point))
        kind = classes[code_point]
        solid = kind in (LETTER, DIGIT, UNSPACED)
        if solid or core != 0:
            folded = step(folded, fold(folds, code_point))
        if solid:
            core = folded
            bits |= 64 if chars == 1 else 0
        if kind in (LETTER, UNSPACED):
            bits |= 1
        if kind == LETTER:
            bits |= 4 if fold(folds, code_point) != np.uint64(code_point) else 8
        if code_point >= 0x10000 or not _MARKS[code_point]:
            bits |= 2
        if code_point == 0x23 or code_point == 0x2026:
            bits |= 16
        elif code_point == 0x2E:
            stops += 1
        elif code_point not in (0x28, 0x29, 0x5B, 0x5D):
            others = True
    if not others and (bits & 16 or stops >= 3):
        bits |= 32
    return chars, mix(h), mix(core) if core != 0 else core, bits


@kernel
def _median(chars, words, histogram):  # type: ignore[no-untyped-def]
    """Returns the median of lengths in halves: the sum of the two in the middle.

    `histogram` is int32 scratch with a place for each length; a longer one counts as the last.
    """
    last = len(histogram) - 1
    for k in range(words):
        histogram[min(chars[k], last)] += 1
    seen = 0
    low = -1
    high = -1
    for length in range(len(histogram)):
        seen += histogram[length]
        if low < 0 and seen * 2 >= words:
            low = length
        if high < 0 and seen * 2 > words:
            high = length
            break
    for k in range(words):
        histogram[min(chars[k], last)] = 0
    return low + high


@kernel
def _entropy(counts, log, total):  # type: ignore[no-untyped-def]
    """Returns the entropy of `total` words in thousandths of a nat: ln T - (sum of c ln c) / T."""
    weighted = np.int64(0)
    for slot in range(1 << log):
        if counts[slot] > 1:
            weighted += counts[slot] * log2_fixed(np.int64(counts[slot]))
    bits = log2_fixed(np.int64(total)) - weighted // total
    return np.int32((bits * _LN_2 // (1 << 30) * 1000 + (1 << (_PLACES - 1))) >> _PLACES)


@kernel
def _count(  # type: ignore[no-untyped-def]
    data, offsets, form, classes, folds, room, orders, top_kind, duplicate_kind, blanks,
    fixed, ordered, by_length,
):  # fmt: skip
    starts = np.empty(room, np.int32)
    ends = np.empty(room, np.int32)
    chars = np.empty(room, np.int32)
    before = np.empty(room + 1, np.int32)
    hashes = np.empty(room, np.uint64)
    cores = np.empty(room, np.uint64)
    names, keys, counts, covered, covered_to = new_tables(room)
    histogram = np.zeros(4096, np.int32)
    for row in range(len(offsets) - 1):
        words = split_document(
            data, np.int64(offsets[row]), np.int64(offsets[row + 1]), form, classes, starts, ends
        )
        normal = 0
        before[0] = 0
        for k in range(words):
            length, h, core, bits = _look_at(data, starts[k], ends[k], classes, folds)
            chars[k], hashes[k] = length, h
            before[k + 1] = before[k] + length
            if core != 0:
                cores[normal] = core
                normal += 1
            fixed[_WITH_LETTER, row] += bits & 1
            fixed[_LONGEST, row] = max(fixed[_LONGEST, row], length)
            if bits & 2:
                fixed[_PLAIN, row] += 1
                fixed[_PLAIN_CHARS, row] += length
            fixed[_ALL_CAPS, row] += bits & 12 == 4
            fixed[_SYMBOL_WORDS, row] += (bits >> 4) & 1
            fixed[_LONE_SYMBOLS, row] += (bits >> 5) & 1
            fixed[_FROM_LETTER, row] += bits >> 6
        if len(by_length) > 0:
            for k in range(words):
                by_length[min(chars[k], len(by_length) - 1), row] += 1
        fixed[_WORDS, row] = words
        fixed[_WORD_CHARS, row] = before[words]
        fixed[_NORMAL, row] = normal
        if words > 0:
            fixed[_MEDIAN, row] = _median(chars, words, histogram)
        if normal > 0:
            log = clear_table(counts, normal)
            for k in range(normal):
                if counts[enter(keys, counts, log, cores[k])] == 1:
                    fixed[_DISTINCT, row] += 1
            fixed[_ENTROPY, row] = _entropy(counts, log, normal)
        for k in range(len(orders)):
            count_orders(
                hashes, before, words, orders[k], top_kind, duplicate_kind, blanks,
                names, keys, counts, covered, covered_to, ordered[k, :3, row],
            )  # fmt: skip
            ordered[k, 3, row], ordered[k, 4, row] = count_repeated(
                cores, normal, orders[k], names, keys, counts
            )


def count_stop_words(
    texts: pa.Array, langs: pa.Array, definitions: Definitions
) -> dict[str, pa.Array]:
    """Counts distinct stop words and their occurrences by a profile's lists and form of words.

    Args:
        texts: `string`, N texts.
        langs: `string`, N languages.
        definitions: whose `stop_words`, `stop_word_form` and `words` hold.

    Returns:
        `stop_words` and `stop_word_occurrences`, int32[N], null where the language has no list.

    >>> from corpus_pipeline.filters.quality.definitions import Definitions
    >>> exact = Definitions(stop_word_form="exact")
    >>> columns = count_stop_words(pa.array(["The end of the, the"]), pa.array(["en"]), exact)
    >>> columns["stop_words"].to_pylist(), columns["stop_word_occurrences"].to_pylist()
    ([2], [2])
    """
    lists = {**load_shipped("stop_words"), **(definitions.stop_words or {})}
    exact = definitions.stop_word_form == "exact"
    names = [*lists]
    words = [word for name in names for word in lists[name]]
    of = np.array([k for k, name in enumerate(names) for _ in lists[name]], np.int64)
    slots = 1 << (4 * len(words) + 4).bit_length()
    keys, numbers = np.zeros(slots, np.uint64), np.zeros(slots, np.int32)
    table = characters()
    listed, places = utf8_buffers(pa.array(words, pa.string()))
    _fill(listed, places, of, exact, table.classes, table.folds, keys, numbers)
    data, offsets = utf8_buffers(texts)
    languages = figures_for(tuple(names)).of_column(langs)
    form = [*WORD_FORMS].index(definitions.words)
    longest = int(np.diff(offsets).max(initial=0))
    counts = np.zeros((2, len(texts)), np.int32)
    _count_listed(
        data, offsets, form, definitions.classes(), table.folds, longest + 2, languages, exact,
        keys, numbers, np.zeros(len(words) + 1, np.int32), counts,
    )  # fmt: skip
    missing = np.asarray(texts.is_null()) | (languages < 0)
    return {
        name: pa.array(row, mask=missing)
        for name, row in zip(("stop_words", "stop_word_occurrences"), counts, strict=True)
    }


@kernel
def _key(h, language):  # type: ignore[no-untyped-def]
    return mix(h ^ np.uint64(language + 1)) | np.uint64(1)


@kernel
def _fill(data, offsets, of, exact, classes, folds, keys, numbers):  # type: ignore[no-untyped-def]
    """Enters each word under its language; `numbers` tells them apart, from 1 on."""
    mask = len(keys) - 1
    for row in range(len(of)):
        _, h, core, _ = _look_at(data, offsets[row], offsets[row + 1], classes, folds)
        key = _key(h if exact or core == 0 else core, of[row])
        slot = np.int64(key >> np.uint64(33)) & mask
        while keys[slot] != 0 and keys[slot] != key:
            slot = (slot + 1) & mask
        keys[slot], numbers[slot] = key, row + 1


@kernel
def _count_listed(  # type: ignore[no-untyped-def]
    data, offsets, form, classes, folds, room, languages, exact, keys, numbers, seen, counts
):
    """Fills `counts`: distinct words of the list, and occurrences. `seen` is scratch."""
    starts = np.empty(room, np.int32)
    ends = np.empty(room, np.int32)
    mask = len(keys) - 1
    for row in range(len(offsets) - 1):
        if languages[row] < 0:
            continue
        words = split_document(
            data, np.int64(offsets[row]), np.int64(offsets[row + 1]), form, classes, starts, ends
        )
        for k in range(words):
            _, h, core, _ = _look_at(data, starts[k], ends[k], classes, folds)
            key = _key(h if exact or core == 0 else core, languages[row])
            slot = np.int64(key >> np.uint64(33)) & mask
            while keys[slot] != 0 and keys[slot] != key:
                slot = (slot + 1) & mask
            if keys[slot] == key:
                counts[1, row] += 1
                if seen[numbers[slot]] != row + 1:
                    seen[numbers[slot]] = row + 1
                    counts[0, row] += 1
