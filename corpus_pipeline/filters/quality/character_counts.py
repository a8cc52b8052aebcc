"""Counts of characters of whole texts: shares of kinds of them, and n-grams of them."""

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.filters.quality.chinese_variants import SIMPLIFIED, TRADITIONAL, variants
from corpus_pipeline.filters.quality.kernels import SEED, fold, step
from corpus_pipeline.filters.quality.more_columns import CHARACTER_MEANINGS
from corpus_pipeline.filters.quality.repetition_kernels import clear_table, enter, table_slots
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import (
    DIGIT,
    LETTER,
    PUNCTUATION,
    SPACE,
    UNSPACED,
    characters,
    decode,
    is_han,
)
from corpus_pipeline.text.words import mix

COUNTED = tuple(CHARACTER_MEANINGS)
(
    _CHARS, _LINE_CHARS, _ALPHANUMERIC, _NON_ALPHANUMERIC, _UPPER_CASE, _NUMERALS, _SPECIAL,
    _PUNCTUATION, _BRACKETS, _URL, _HAN, _SIMPLIFIED, _TRADITIONAL, _SCRIPT, _ELLIPSES,
    _ELLIPSIS_CHARS, _SYMBOLS, _FEEDS, _TEXT_LINES, _ALL_LINES, _SOLID,
) = range(len(COUNTED))  # fmt: skip

_IS_BRACKET = np.isin(np.arange(128), [ord(mark) for mark in "()[]{}"])
#: Curator's text is what is none of this (`regex_alphanum`).
_IS_PLAIN = np.array([chr(k).isalnum() or chr(k) in "\n?!,." for k in range(128)])
#: What an address goes on with (Curator's `regex_url`).
_IN_URL = np.array([chr(k).isalnum() or chr(k) in "$-_@.&+/:=?#~!*(),%" for k in range(128)])


def count_characters(
    data: NDArray[np.uint8], offsets: NDArray[np.int32]
) -> dict[str, NDArray[np.int32]]:
    """Counts the measures of `CHARACTER_MEANINGS` of N texts; each is int32[N].

    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> import pyarrow as pa
    >>> counts = count_characters(*utf8_buffers(pa.array(["中國 A1 (http://a.b)…"])))
    >>> {name: int(row[0]) for name, row in counts.items() if name.endswith("_chars") and row[0]}
    ... # doctest: +NORMALIZE_WHITESPACE
    {'whole_chars': 19, 'line_chars': 19, 'alphanumeric_chars': 10, 'non_alphanumeric_chars': 10,
     'numeral_chars': 1, 'special_chars': 10, 'punctuation_chars': 7, 'bracket_chars': 2,
     'url_chars': 11, 'han_chars': 2, 'traditional_chars': 1, 'script_chars': 1,
     'ellipsis_chars': 1, 'solid_chars': 17}
    """
    table = characters()
    counts = np.zeros((len(COUNTED), len(offsets) - 1), np.int32)
    _count(data, offsets, table.classes, table.folds, variants(), counts)
    return dict(zip(COUNTED, counts, strict=True))


@kernel
def _url_end(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns the byte after an address that begins at the `h` of byte `i`; `i` if none does."""
    k = i + 4
    if k + 3 >= stop or data[i + 1] != 116 or data[i + 2] != 116 or data[i + 3] != 112:
        return i
    if data[k] == 115:
        k += 1
    if k + 3 >= stop or data[k] != 58 or data[k + 1] != 47 or data[k + 2] != 47:
        return i
    first = k + 3
    k = first
    while k < stop and data[k] < 0x80 and _IN_URL[data[k]]:
        k += 1
    return k if k > first else i


@kernel
def _count(data, offsets, classes, folds, scripts, counts):  # type: ignore[no-untyped-def]
    totals = np.zeros(len(counts), np.int64)
    for row in range(len(offsets) - 1):
        totals[:] = 0
        i, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        url_end = i
        dots = 0
        single = np.int64(0)
        last = np.int64(0)
        while i < stop:
            if data[i] == 104 and i >= url_end:
                url_end = max(url_end, _url_end(data, i, stop))
            in_url = i < url_end
            code_point, i = decode(data, i)
            kind = classes[code_point]
            last = code_point
            dots = dots + 1 if code_point == 0x2E else 0
            totals[_CHARS] += 1
            totals[_URL] += in_url
            totals[_SOLID] += kind != SPACE
            if code_point == 10:
                totals[_FEEDS] += 1
            if kind in (LETTER, UNSPACED):
                totals[_ALPHANUMERIC] += 1
                if kind == LETTER:
                    totals[_UPPER_CASE] += fold(folds, code_point) != np.uint64(code_point)
                elif is_han(code_point):
                    totals[_HAN] += 1
                    script = scripts[code_point] if code_point < len(scripts) else 0
                    totals[_SIMPLIFIED] += script == SIMPLIFIED
                    totals[_TRADITIONAL] += script == TRADITIONAL
            else:
                totals[_SPECIAL] += 1
                if kind == DIGIT:
                    totals[_NUMERALS] += 1
                elif kind == PUNCTUATION:
                    totals[_PUNCTUATION] += 1
            if code_point < 0x80:
                totals[_NON_ALPHANUMERIC] += not _IS_PLAIN[code_point]
                totals[_BRACKETS] += _IS_BRACKET[code_point]
                totals[_SYMBOLS] += code_point == 0x23
            else:
                totals[_NON_ALPHANUMERIC] += 1
                totals[_BRACKETS] += code_point == 0x27E8 or code_point == 0x27E9
                single += code_point == 0x2026
                totals[_ELLIPSES] += code_point == 0x2026
            if dots == 3:
                totals[_ELLIPSES] += 1
                dots = 0
        # Those that are not one … are three full stops.
        totals[_ELLIPSIS_CHARS] = 3 * totals[_ELLIPSES] - 2 * single
        totals[_ALPHANUMERIC] += totals[_NUMERALS]
        totals[_LINE_CHARS] = totals[_CHARS] - totals[_FEEDS]
        totals[_SYMBOLS] += totals[_ELLIPSES]
        totals[_SCRIPT] = totals[_SIMPLIFIED] + totals[_TRADITIONAL]
        totals[_TEXT_LINES] = totals[_FEEDS] + 1
        totals[_ALL_LINES] = totals[_FEEDS] + (totals[_CHARS] > 0 and last != 10)
        for k in range(len(totals)):
            counts[k, row] = totals[k]


def count_char_ngrams(
    data: NDArray[np.uint8], offsets: NDArray[np.int32], n: int
) -> dict[str, NDArray[np.int32]]:
    """Counts the n-grams of characters of N texts, and those that are repeated most.

    BigScience's ratio of repeated characters is `repeated_char_{n}_grams` over `char_{n}_grams`.
    Memory: 40 bytes for each byte of the longest text.

    >>> data = np.frombuffer(b"abababx", np.uint8)
    >>> counts = count_char_ngrams(data, np.array([0, 7], np.int32), 2)
    >>> {name: int(row[0]) for name, row in counts.items()}
    {'char_2_grams': 6, 'repeated_char_2_grams': 3}
    """
    counts = np.zeros((2, len(offsets) - 1), np.int32)
    longest = int(np.diff(offsets).max(initial=0))
    _count_ngrams(data, offsets, n, longest, counts)
    return {f"char_{n}_grams": counts[0], f"repeated_char_{n}_grams": counts[1]}


@kernel
def _count_ngrams(data, offsets, n, longest, counts):  # type: ignore[no-untyped-def]
    slots = table_slots(longest)
    points = np.empty(longest, np.uint64)
    keys = np.empty(slots, np.uint64)
    table = np.empty(slots, np.int32)
    for row in range(len(offsets) - 1):
        i, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        size = 0
        while i < stop:
            code_point, i = decode(data, i)
            points[size] = np.uint64(code_point)
            size += 1
        grams = size - n + 1
        if grams <= 0:
            continue
        log = clear_table(table, grams)
        distinct = 0
        most = 0
        for k in range(grams):
            h = SEED
            for j in range(k, k + n):
                h = step(h, points[j])
            times = table[enter(keys, table, log, mix(h))]
            distinct += times == 1
            most = max(most, times)
        histogram = np.zeros(most + 1, np.int64)
        for slot in range(1 << log):
            histogram[table[slot]] += 1
        left = np.int64(np.sqrt(distinct))
        while left * left > distinct:
            left -= 1
        while (left + 1) * (left + 1) <= distinct:
            left += 1
        left = min(left, distinct - histogram[1])
        repeated = 0
        times = most
        while left > 0:
            taken = min(left, histogram[times])
            repeated += taken * times
            left -= taken
            times -= 1
        counts[0, row], counts[1, row] = grams, repeated
