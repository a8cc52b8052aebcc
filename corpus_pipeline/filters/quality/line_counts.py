"""Counts of lines by a profile's own marks, and of repeated lines and paragraphs."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.filters.quality.definitions import (
    COMPARED,
    DUPLICATE_COLUMNS,
    LINE_COLUMNS,
    Definitions,
)
from corpus_pipeline.filters.quality.kernels import SEED, step
from corpus_pipeline.filters.quality.repetition_kernels import clear_table, enter, table_slots
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import SPACE, UNSPACED, characters, decode
from corpus_pipeline.text.columns import utf8_buffers
from corpus_pipeline.text.words import mix

_WORDS, _LINES, _TEXT, _EVERY = range(4)
assert [*COMPARED] == ["words", "lines", "text", "every-line"]

#: What `count_parts` counts, in the order of its output: of lines, then of paragraphs.
PART_COLUMNS = (
    *DUPLICATE_COLUMNS,
    "split_lines", "split_line_chars", "unique_lines", "unique_line_chars",
    "split_paragraphs", "split_paragraph_chars", "unique_paragraphs", "unique_paragraph_chars",
    "short_paragraphs", "long_paragraphs",
)  # fmt: skip


def count_lines(
    data: NDArray[np.uint8], offsets: NDArray[np.int32], definitions: Definitions
) -> dict[str, NDArray[np.int32]]:
    """Counts `LINE_COLUMNS` and `long_lines` of N texts, int32[N] each; blank lines do not count.

    Marks are compared without the case of ASCII letters.

    >>> from corpus_pipeline.filters.quality.definitions import Definitions
    >>> data = np.frombuffer(b"* a\\nRead More", np.uint8)
    >>> own = Definitions(ellipses=("read more",))
    >>> counts = count_lines(data, np.array([0, 13], np.int32), own)
    >>> [int(row[0]) for row in counts.values()]
    [1, 1, 0, 2, 0]
    """
    counts = np.zeros((len(LINE_COLUMNS) + 1, len(offsets) - 1), np.int32)
    _count_lines(
        data, offsets, characters().classes, definitions.line_space == "kept",
        definitions.short_line, definitions.long_line,
        *_listed(definitions.forms("bullets")), *_listed(definitions.forms("ellipses")),
        *_listed(definitions.forms("terminal_marks")), counts,
    )  # fmt: skip
    return dict(zip((*LINE_COLUMNS, "long_lines"), counts, strict=True))


def _listed(forms: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Returns the bytes of forms, ASCII in small letters, and where each begins."""
    small = [form.encode().lower().decode() for form in forms]
    data, offsets = utf8_buffers(pa.array(small, pa.string()))
    return data, offsets


@kernel
def _stands(data, at, start, stop, forms, places, k):  # type: ignore[no-untyped-def]
    """Says whether form `k` stands at byte `at`, within `start` and `stop`."""
    size = places[k + 1] - places[k]
    if at < start or at + size > stop:
        return False
    for j in range(size):
        b = data[at + j]
        if 65 <= b <= 90:
            b |= 0x20
        if b != forms[places[k] + j]:
            return False
    return True


@kernel
def _any_stands(data, start, stop, forms, places, at_end):  # type: ignore[no-untyped-def]
    """Says whether a line begins, or ends, with one of the forms."""
    for k in range(len(places) - 1):
        at = stop - (places[k + 1] - places[k]) if at_end else start
        if _stands(data, at, start, stop, forms, places, k):
            return True
    return False


@kernel
def _bare(data, start, stop, classes):  # type: ignore[no-untyped-def]
    """Returns (first byte, the byte after the last, characters) of a line without space around."""
    first = np.int64(-1)
    last = start
    chars = 0
    at_last = 0
    i = start
    while i < stop:
        code_point, following = decode(data, i)
        if first >= 0:
            chars += 1
        if classes[code_point] != SPACE:
            if first < 0:
                first = i
                chars = 1
            last = following
            at_last = chars
        i = following
    return (start if first < 0 else first), last, at_last


@kernel
def _chars(data, start, stop):  # type: ignore[no-untyped-def]
    chars = 0
    for i in range(start, stop):
        chars += data[i] & 0xC0 != 0x80
    return chars


@kernel
def _count_lines(  # type: ignore[no-untyped-def]
    data, offsets, classes, kept, short, long, bullets, bullet_at, ellipses, ellipsis_at,
    marks, mark_at, counts,
):  # fmt: skip
    for row in range(len(offsets) - 1):
        i, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        while i < stop:
            end = i
            while end < stop and data[end] != 10:
                end += 1
            first, last, chars = _bare(data, i, end, classes)
            if last > first:
                if kept:
                    first, last, chars = i, end, _chars(data, i, end)
                counts[0, row] += _any_stands(data, first, last, bullets, bullet_at, False)
                counts[1, row] += _any_stands(data, first, last, ellipses, ellipsis_at, True)
                counts[2, row] += _any_stands(data, first, last, marks, mark_at, True)
                counts[3, row] += chars <= short
                counts[4, row] += chars >= long
            i = end + 1


def count_parts(
    data: NDArray[np.uint8], offsets: NDArray[np.int32], definitions: Definitions
) -> dict[str, NDArray[np.int32]]:
    """Counts `PART_COLUMNS` of N texts: lines and paragraphs, and which of them are repeated.

    >>> from corpus_pipeline.filters.quality.definitions import Definitions
    >>> data = np.frombuffer(b"a b\\n\\na b\\nc", np.uint8)
    >>> counts = count_parts(data, np.array([0, 10], np.int32), Definitions(duplicates="all"))
    >>> [int(counts[name][0]) for name in ("duplicate_lines", "split_lines", "split_paragraphs")]
    [2, 3, 2]
    """
    counts = np.zeros((len(PART_COLUMNS), len(offsets) - 1), np.int32)
    _count_parts(
        data, offsets, characters().classes, [*COMPARED].index(definitions.compared),
        definitions.duplicates == "all", definitions.line_space == "kept",
        definitions.short_paragraph, definitions.long_paragraph,
        int(np.diff(offsets).max(initial=0)), counts,
    )  # fmt: skip
    return dict(zip(PART_COLUMNS, counts, strict=True))


@kernel
def _look_at(data, start, stop, classes, kind):  # type: ignore[no-untyped-def]
    """Returns (hash, characters) of a part: of its words, or of all its characters."""
    h = SEED
    chars = 0
    spaced = True
    single = False
    i = start
    while i < stop:
        code_point, i = decode(data, i)
        if kind == _WORDS:
            # A line feed parts words as a blank does, and ends a line besides.
            if classes[code_point] == SPACE:
                h = step(h, np.uint64(10)) if code_point == 10 else h
                spaced = True
                continue
            unspaced = classes[code_point] == UNSPACED
            if spaced or single or unspaced:
                h = step(h, np.uint64(32))
            spaced = False
            single = unspaced
        h = step(h, np.uint64(code_point))
        chars += 1
    return mix(h), chars


@kernel
def _is_blank(data, start, stop, classes):  # type: ignore[no-untyped-def]
    i = start
    while i < stop:
        code_point, i = decode(data, i)
        if classes[code_point] != SPACE:
            return False
    return True


@kernel
def _line_end(data, i, stop):  # type: ignore[no-untyped-def]
    while i < stop and data[i] != 10:
        i += 1
    return i


@kernel
def _next_part(data, i, stop, classes, kind, paragraphs):  # type: ignore[no-untyped-def]
    """Returns (first byte, the byte after the last, where the next one begins, -1 behind all).

    A part that is left out is one whose end is before its beginning.
    """
    end = _line_end(data, i, stop)
    if kind in (_EVERY, _LINES) and not paragraphs:
        return i, end, (end + 1 if end < stop else np.int64(-1))
    if kind == _LINES:
        while end + 1 < stop and data[end + 1] != 10:
            end = _line_end(data, end + 1, stop)
        return (i, end, end + 2) if end + 1 < stop else (i, stop, np.int64(-1))
    if kind == _WORDS:
        if _is_blank(data, i, end, classes):
            return i, i - 1, (end + 1 if end < stop else np.int64(-1))
        while paragraphs and end < stop:
            following = _line_end(data, end + 1, stop)
            if _is_blank(data, end + 1, following, classes):
                break
            end = following
        return i, end, (end + 1 if end < stop else np.int64(-1))
    # Runs of line feeds, of at least two for paragraphs.
    while True:
        next_one = end
        while next_one < stop and data[next_one] == 10:
            next_one += 1
        if end >= stop:
            return i, stop, np.int64(-1)
        if not paragraphs or next_one - end >= 2:
            return i, end, next_one
        end = _line_end(data, next_one, stop)


@kernel
def _count_parts(  # type: ignore[no-untyped-def]
    data, offsets, classes, kind, every, kept, short, long, longest, counts
):
    room = longest + 2
    slots = table_slots(room)
    hashes = np.empty(room, np.uint64)
    chars = np.empty(room, np.int32)
    names = np.empty(room, np.int32)
    keys = np.empty(slots, np.uint64)
    table = np.empty(slots, np.int32)
    for row in range(len(offsets) - 1):
        for paragraphs in range(2):
            i, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
            if paragraphs and kind in (_TEXT, _EVERY):
                i, stop, _ = _bare(data, i, stop, classes)
            size = 0
            while i >= 0:
                first, last, i = _next_part(data, i, stop, classes, kind, paragraphs == 1)
                if kind == _LINES and last >= first:
                    bare, bare_end, _ = _bare(data, first, last, classes)
                    if bare == bare_end:
                        continue
                    if not kept:
                        first, last = bare, bare_end
                if last >= first:
                    hashes[size], chars[size] = _look_at(data, first, last, classes, kind)
                    size += 1
            log = clear_table(table, size)
            for k in range(size):
                names[k] = enter(keys, table, log, hashes[k])
            duplicates, duplicate_chars, total = 0, 0, 0
            unique, unique_chars = 0, 0
            for k in range(size):
                times = table[names[k]]
                total += chars[k]
                # The slot of what was met is negative.
                if times < 0 or (every and times > 1):
                    duplicates += 1
                    duplicate_chars += chars[k]
                if times > 0:
                    unique += 1
                    unique_chars += chars[k]
                    table[names[k]] = -times
            at = 2 * paragraphs
            counts[at, row], counts[at + 1, row] = duplicates, duplicate_chars
            at = 4 + 4 * paragraphs
            counts[at, row], counts[at + 1, row] = size, total
            counts[at + 2, row], counts[at + 3, row] = unique, unique_chars
            for k in range(size * paragraphs):
                counts[12, row] += chars[k] <= short
                counts[13, row] += chars[k] >= long
