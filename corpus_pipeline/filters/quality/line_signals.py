"""Signals of each line, or paragraph, of a text, as lists: RedPajama-V2's `rps_lines_*`.

    "Über uns\\n• 3 Räume.\\n"     lines       paragraphs (a blank line parts them)
    starts, ends                 0:9, 9:20   0:20         characters; the spans cover the text
    words                        2, 3        5
    capital_shares               1/9, 1/11   2/20

Nothing is judged by them; they are for whoever chooses lines later. Two texts are looked at: the
line as it stands, and its *normal form*, without ASCII punctuation, in small letters, with one
blank between words, canonically decomposed (NFD).
"""

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.filters.quality.signal_columns import PARTS, signal_fields
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import (
    DIGIT,
    LETTER,
    SPACE,
    UNSPACED,
    characters,
    decode,
)
from corpus_pipeline.text.columns import as_texts, utf8_buffers

_DTYPES: dict[pa.DataType, Any] = {
    pa.int32(): np.int32,
    pa.bool_(): np.bool_,
    pa.float64(): np.float64,
}
#: Bits of `_forms`: how many characters the normal form has of a character, how many of them are
#: numerals, and whether it is a capital as it stands.
_SIZE, _NUMERALS, _CAPITAL = 7, 8, 64
_END_MARKS = np.array([ord(mark) for mark in ".!?”"])
_BULLETS = np.array([ord(mark) for mark in "•‣▶◀◦■□▪▫–"])
_JAVASCRIPT = np.frombuffer(b"javascript", np.uint8)
#: A place in `_JAVASCRIPT` for a word that is another one.
_NO_MATCH = -1


@cache
def _forms() -> NDArray[np.uint8]:
    """uint8[0x110000], see the bits; of code points that Unicode 14 knows.

    >>> [int(_forms()[ord(each)]) & 7 for each in "a,é각İ"]
    [1, 0, 2, 3, 2]
    """
    classes = characters().classes
    table = np.ones(len(classes), np.uint8)
    syllables = np.arange(0xD7A4 - 0xAC00)
    table[0xAC00:0xD7A4] = np.where(syllables % 28, 3, 2)
    known = np.isin(classes, (LETTER, DIGIT, UNSPACED))
    known[:0x10000] = True
    known[0x1F130:0x1F18A] = True  # Capitals in squares and circles.
    known[0x1D15E:0x1D1C1] = True  # Notes of music.
    known[0xAC00:0xD7A4] = known[0xD800:0xE000] = False
    for code in np.flatnonzero(known).tolist():
        character = chr(code)
        small = character.lower()
        form = small if small.isascii() else unicodedata.normalize("NFD", small)
        value = len(form) + _NUMERALS * sum(map(str.isnumeric, form))
        table[code] = value + _CAPITAL * character.isupper()
    for code in range(128):
        if not chr(code).isalnum() and not chr(code).isspace() and chr(code).isprintable():
            table[code] = 0
    return table


def measure_signals(texts: pa.Array, parts: Sequence[str]) -> dict[str, pa.Array]:
    """Measures the signals of every line, or paragraph, of N texts.

    A line goes to its line feed, which belongs to it; a line of nothing but that is one. A
    paragraph goes on until the first line that is not blank behind one that is.

    Memory: up to 34 bytes for each line feed.

    Args:
        texts: `string`, N texts.
        parts: some of `PARTS`.

    Returns:
        The columns of `signal_fields`, each N lists.

    >>> found = measure_signals(pa.array(["Über uns\\n• 3 Räume.\\n"]), ["lines"])
    >>> found["line_ends"].to_pylist(), found["line_bullets"].to_pylist()
    ([[9, 20]], [[False, True]])
    """
    texts = as_texts(texts)
    data, offsets = utf8_buffers(texts)
    first, last = (int(offsets[0]), int(offsets[-1])) if len(texts) else (0, 0)
    room = int(np.count_nonzero(data[first:last] == 10)) + len(texts)
    null = texts.is_null() if texts.null_count else None
    columns = {}
    for part in PARTS:
        if part not in parts:
            continue
        bounds = np.zeros(len(texts) + 1, np.int32)
        fields = signal_fields([part])
        values = [np.empty(room, _DTYPES[each.type.value_type]) for each in fields]
        _measure(
            data, offsets, characters().classes, _forms(), part == "paragraphs", bounds, *values
        )  # fmt: skip
        found = int(bounds[-1])
        for field, measured in zip(fields, values, strict=True):
            inner = pa.array(measured[:found], field.type.value_type)
            columns[field.name] = pa.ListArray.from_arrays(pa.array(bounds), inner, mask=null)
    return columns


@kernel
def _is_one_of(code_point, listed):  # type: ignore[no-untyped-def]
    found = False
    for k in range(len(listed)):
        found = found or listed[k] == code_point
    return found


@kernel
def _measure(  # type: ignore[no-untyped-def]
    data, offsets, classes, forms, paragraphs, bounds,
    starts, ends, words, javascript, end_marks, bullets, numeral_shares, capital_shares,
):  # fmt: skip
    """Fills one value for each part; `bounds`, int32[N + 1], says whose they are."""
    part = 0
    for row in range(len(offsets) - 1):
        i, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        position = 0
        start = 0
        # The words of the part that are done, and the one that is open: its characters in the
        # normal form, and how far it is `javascript`.
        done = 0
        scripts = 0
        size = np.int64(0)
        open_size = np.int64(0)
        matched = 0
        numerals = np.int64(0)
        capitals = np.int64(0)
        first = np.int64(-1)
        last = np.int64(0)
        # Of paragraphs: where the line began, and whether a blank one stands before it.
        line_start = 0
        line_blank = True
        gap = False
        while i <= stop:
            at_end = i == stop
            code_point = np.int64(10)
            kind = np.uint8(SPACE)
            if not at_end:
                code_point, i = decode(data, i)
                kind = classes[code_point]
            else:
                i += 1
            if kind == SPACE and open_size > 0:
                done += 1
                scripts += matched == len(_JAVASCRIPT)
                size += open_size
                open_size = np.int64(0)
            if kind == SPACE:
                matched = 0
            end = position if at_end else position + 1
            closes = at_end or code_point == 10
            if paragraphs and not at_end:
                closes = gap and line_blank and kind != SPACE and first >= 0
                end = line_start if closes else end
            if closes and end > start:
                starts[part], ends[part] = start, end
                words[part], javascript[part] = done, scripts
                end_marks[part] = first >= 0 and _is_one_of(last, _END_MARKS)
                bullets[part] = first >= 0 and _is_one_of(first, _BULLETS)
                # One blank stands between two words.
                length = size + max(done - 1, 0)
                numeral_shares[part] = numerals / length if length else 0.0
                capital_shares[part] = capitals / np.int64(end - start)
                part += 1
                start = end
                done, scripts = 0, 0
                size, numerals, capitals = np.int64(0), np.int64(0), np.int64(0)
                first = np.int64(-1)
                gap = False
            if at_end:
                break
            position += 1
            if kind != SPACE:
                form = np.int64(forms[code_point])
                first = code_point if first < 0 else first
                last = code_point
                line_blank = False
                open_size += form & _SIZE
                numerals += (form // _NUMERALS) & _SIZE
                capitals += form // _CAPITAL
                if form & _SIZE:
                    if (
                        0 <= matched < len(_JAVASCRIPT)
                        and code_point < 0x80
                        and code_point | 0x20 == _JAVASCRIPT[matched]
                    ):
                        matched += 1
                    else:
                        matched = _NO_MATCH
            elif code_point == 10:
                if line_blank and first >= 0:
                    gap = True
                line_start = position
                line_blank = True
        bounds[row + 1] = part
