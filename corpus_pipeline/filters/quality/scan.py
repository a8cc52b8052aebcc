"""The scan of a document behind the quality measures: its lines, one after another."""

import numpy as np

from corpus_pipeline.filters.quality.kernels import (
    CHARS,
    NEWLINES,
    PARAGRAPHS,
    SEED,
    STOP_WORDS,
    scan_line,
    step,
)
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.prose import AT_END, FEED, IN_TEXT, ITEM, WIDTH, next_line
from corpus_pipeline.text.words import mix
from corpus_pipeline.text.wrapping import goes_on

#: What is scanned of a document.
ALL, PROSE_LINES, NOTHING = range(3)


@kernel
def scan_text(  # type: ignore[no-untyped-def]
    data, start, stop, prose, state, counts, no_end, out, copy, reading,
    classes, folds, roles, limits, language, keys, bits,
    hashes, ends, line_hashes, line_chars, paragraph_hashes, paragraph_chars, totals,
):  # fmt: skip
    """Scans one document line by line; other arguments as in `scan_line`.

    A paragraph is a run of lines that are not blank. `line_hashes` and `paragraph_hashes` are
    uint64, `line_chars` and `paragraph_chars` int32 (characters without spaces); each has room for
    every line. How many lines, paragraphs and words were written stands in `totals`.

    Args:
        state, counts, no_end, out, copy: as in `text.prose.Walk`; started on this document if
            `prose`.
        reading: `ALL` lines, `PROSE_LINES`, or `NOTHING`: what is left out is counted and no more.
    """
    count = np.int64(0)
    ends[0] = 0
    seen = np.uint64(0)
    lines = 0
    paragraphs = 0
    paragraph_hash = SEED
    paragraph_start = 0
    paragraph_lines = 0
    item = False
    i = start
    while True:
        before = count
        line = data
        if reading == ALL:
            if i > stop:
                break
            first = i
            begin = i
            while True:
                while i < stop and data[i] != 10:
                    i += 1
                if not state[WIDTH] or not goes_on(data, begin, i, stop, state[WIDTH]):
                    break
                i += 1
                begin = i
            end = i
            feed = i < stop
            i += 1
        else:
            where, first, end = next_line(data, state, counts, no_end, out)
            if where == AT_END:
                break
            if where != IN_TEXT:
                line = copy
            item = state[ITEM] != 0
            feed = state[FEED] != 0
        if end > first and reading != NOTHING:
            count, line_hash, mask = scan_line(
                line, first, end, prose, item, classes, folds, roles, limits, language, keys,
                bits,
                hashes, ends, count, totals,
            )  # fmt: skip
            seen |= mask
            if count > before:
                line_hashes[lines] = line_hash
                line_chars[lines] = ends[count] - ends[before]
                lines += 1
                if paragraph_lines == 0:
                    paragraph_hash = SEED
                    paragraph_start = ends[before]
                paragraph_hash = step(paragraph_hash, line_hash)
                paragraph_lines += 1
        if paragraph_lines and (count == before or not feed):
            paragraph_hashes[paragraphs] = mix(paragraph_hash)
            paragraph_chars[paragraphs] = ends[count] - paragraph_start
            paragraphs += 1
            paragraph_lines = 0
        if feed:
            # The blank line that parts two paragraphs of prose is a mark and no empty line.
            totals[NEWLINES] += not prose or count > before
            totals[CHARS] += 1
    if paragraph_lines:
        # What followed the last line of prose was left out.
        paragraph_hashes[paragraphs] = mix(paragraph_hash)
        paragraph_chars[paragraphs] = ends[count] - paragraph_start
        paragraphs += 1
    totals[PARAGRAPHS] = paragraphs
    distinct = 0
    while seen != 0:
        seen &= seen - np.uint64(1)
        distinct += 1
    totals[STOP_WORDS] = distinct
