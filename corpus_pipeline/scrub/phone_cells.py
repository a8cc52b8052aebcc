"""Cells of tables in whose heading a word says that their column has telephone numbers."""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub import phone_words
from corpus_pipeline.scrub.phone_shape_words import has_words
from corpus_pipeline.scrub.phone_tables import Words, load_letters, table_of_words
from corpus_pipeline.scrub.table_cells import find_cells
from corpus_pipeline.text.characters import decode
from corpus_pipeline.text.columns import Utf8

#: Characters of the longest name of a column.
_LONGEST_NAME: Final = 48


@cache
def _line_words() -> Words:
    """The names of lines and devices."""
    return table_of_words(phone_words.LINE_WORDS, phone_words.LINE_SIGN_STARTS)


@kernel
def _fills(data, first, last, start, end):  # type: ignore[no-untyped-def]
    """Says whether nothing but a +, brackets and blanks stands beside digits in their cell."""
    for i in range(first, start):
        if not (data[i] == 0x28 or data[i] == 0x2B or data[i] == 0x5B or data[i] == 0x20):
            return False
    i = end
    while i < last and (data[i] == 0x29 or data[i] == 0x20):
        i += 1
    return i >= last


@kernel
def _choose(  # type: ignore[no-untyped-def]
    data, starts, ends, names, cells, folds, lower, flags, slots, offsets, words, word_flags, kept,
):  # fmt: skip
    """Says of each run of digits whether it fills a cell below the name of a line or device."""
    name = np.empty(_LONGEST_NAME + 2, np.uint16)
    # What is known of the names that were read last, by their first bytes.
    known = np.full((64, 2), -1, np.int64)
    for w in range(len(starts)):
        kept[w] = False
        first, stop = np.int64(names[w, 0]), np.int64(names[w, 1])
        if stop == 0 or not _fills(data, cells[w, 0], cells[w, 1], starts[w], ends[w]):
            continue
        place = first & 63
        if known[place, 0] != first:
            n, i = 0, first
            while i < stop and n < _LONGEST_NAME:
                code, i = decode(data, i)
                name[n] = lower[folds[code]] if code < 0x10000 else 0x20
                n += 1
            known[place, 0] = first
            known[place, 1] = has_words(name, 0, n, flags, slots, offsets, words, word_flags)
        kept[w] = known[place, 1] != 0


def phone_cells(
    text: Utf8, rows: NDArray[np.int32], starts: NDArray[np.int32], ends: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Finds the cells that runs of digits fill in columns of telephone numbers.

    Args:
        rows: int32[N], the row of each run, ascending.
        starts: int32[N], its first byte, ascending within a row.
        ends: int32[N], the byte after its last.

    Returns:
        int32[N, 2], the first byte of the cell and the one after its last; 0 if there is none.

    >>> import pyarrow as pa
    >>> from corpus_pipeline.scrub.candidates import PHONE, windows_of
    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> text = utf8_buffers(pa.array(["Id,Tel\\n12345678,12345678\\n", "12345678,12345678"]))
    >>> phone_cells(text, *windows_of(text, PHONE)[:3]).tolist()
    [[0, 0], [16, 24], [0, 0], [0, 0]]
    """
    found = find_cells(text, rows, starts)
    kept = np.empty(len(rows), np.bool_)
    if len(rows):
        fold, lower, flags = load_letters()
        _choose(text.data, starts, ends, *found, fold, lower, flags, *_line_words(), kept)
    return np.where(kept[:, np.newaxis], found.cells, 0).astype(np.int32)
