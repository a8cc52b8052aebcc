"""Which sentences are code or tables: they stay, whatever repeats.

A line that is missing makes a program wrong and a table crooked, and what such lines say, they say
together. What is code or a table is what quality measures leave out of prose (see
`text.prose`): fenced and indented code, tables of bars, `<table>`, `<pre>`, `<script>`
and `<style>`. A source file has no fences: a text is code as a whole if what is left of it has the
marks of code and hardly a line that ends a sentence. Pages full of links have the marks alone.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.columns import as_texts, utf8_buffers
from corpus_pipeline.text.marks import (
    ENDS,
    ENDS_BEFORE_SPACE,
    MARKS,
    before_closers,
    last_mark,
)
from corpus_pipeline.text.prose import (
    AT,
    BLANK,
    IN_LIST,
    STATE_SIZE,
    STOP,
    UNCLOSED,
    block_end,
)
from corpus_pipeline.text.prose_blocks import (
    BAR,
    BLOCK_STARTS,
    MARKER_STARTS,
    SPECIAL,
    after_indent,
    after_marker,
    are_of_code,
    before_blanks,
    code_marks,
    long_line_end,
)
from corpus_pipeline.text.prose_markup import (
    ELEMENT_KINDS,
    MARKUP,
    tag_end,
    with_content,
)
from corpus_pipeline.text.sentences import Sentences

#: In code one line in so many ends a sentence, in a comment. Of 1,245 source files five in six have
#: fewer, of 733 pages with the marks of code and prose in them one in three.
_LINES_IN = 10
#: Below so many characters marks of code may be chance.
_MIN_CHARS = 200

# What a walk has seen outside blocks.
_LINES, _ENDED = range(2)


@kernel
def _element_in(data, i, end, stop, no_end):  # type: ignore[no-untyped-def]
    """Returns (first byte of an element of code or a table that begins in the line, its end)."""
    while i < end:
        if data[i] == 60:
            after = tag_end(data, i, stop)
            if after > i:
                after, kind = with_content(data, i, after, stop, no_end)
                if kind != MARKUP:
                    return i, after
        i += 1
    return end, end


@kernel
def _next_block(data, state, no_end, seen):  # type: ignore[no-untyped-def]
    """Returns (first byte of the next block of code or table, the byte after it)."""
    stop = state[STOP]
    i = state[AT]
    while i < stop:
        end, tells = long_line_end(data, i, stop)
        first, columns = after_indent(data, i, end)
        if first >= end:
            i = end + 1
            state[BLANK] = 1
            continue
        text, item = first, False
        if MARKER_STARTS[data[first]]:
            text, item = after_marker(data, first, end)
        opening = text if item and text < end else first
        after, kind = i, MARKUP
        if columns >= 4 or tells & BAR or item or BLOCK_STARTS[data[first]]:
            after, kind = block_end(data, i, first, columns, opening, item, tells, end, state)
        if after > i:
            state[IN_LIST] = state[IN_LIST] and columns >= 2
            if kind != MARKUP:
                state[AT] = after
                return i, after
            i = after
            continue
        if item:
            state[IN_LIST] = 1
        elif state[BLANK] and columns < 2:
            state[IN_LIST] = 0
        state[BLANK] = 0
        last = before_closers(data, first, before_blanks(data, first, end))
        mark, _ = last_mark(data, first, last, MARKS)
        seen[_LINES] += 1
        seen[_ENDED] += mark & (ENDS | ENDS_BEFORE_SPACE) != 0
        if tells & SPECIAL:
            first, after = _element_in(data, first, end, stop, no_end)
            if after > first:
                state[AT] = after
                return first, after
        i = end + 1
    state[AT] = stop
    return stop, stop


@kernel
def _start(data, start, stop, state, no_end, seen):  # type: ignore[no-untyped-def]
    """Begins a walk over the blocks of data[start:stop]."""
    for k in range(len(state)):
        state[k] = 0
    for k in range(len(no_end)):
        no_end[k] = False
    for k in range(len(seen)):
        seen[k] = 0
    state[AT] = start
    state[STOP] = stop
    state[BLANK] = 1
    state[UNCLOSED] = 99


@kernel
def _is_code(data, start, stop, state, no_end, seen):  # type: ignore[no-untyped-def]
    """Says whether what is outside the blocks has the marks of code."""
    _start(data, start, stop, state, no_end, seen)
    marks = 0
    chars = 0
    while start < stop:
        block, after = _next_block(data, state, no_end, seen)
        found, visible = code_marks(data, start, block)
        marks += found
        chars += visible
        start = after
    return chars >= _MIN_CHARS and are_of_code(marks, chars)


@kernel
def _mark(data, offsets, sentence_offsets, starts, ends, state, no_end, seen, marked):  # type: ignore[no-untyped-def]
    """Marks the sentences of which any byte is in a block, or all of a text that is code."""
    for row in range(len(offsets) - 1):
        begin, end = np.int64(offsets[row]), np.int64(offsets[row + 1])
        first, stop = sentence_offsets[row], sentence_offsets[row + 1]
        _start(data, begin, end, state, no_end, seen)
        member = first
        after = begin
        while after < end:
            block, after = _next_block(data, state, no_end, seen)
            while member < stop and ends[member] <= block:
                member += 1
            while member < stop and starts[member] < after:
                marked[member] = True
                member += 1
            # The last of them may reach into the next block, too.
            if member > first and ends[member - 1] > after:
                member -= 1
        # Looked at last, for few texts come so far.
        few = seen[_ENDED] * _LINES_IN < seen[_LINES]
        if few and _is_code(data, begin, end, state, no_end, seen):
            for k in range(first, stop):
                marked[k] = True


def code_or_table(texts: pa.Array, sentences: Sentences) -> NDArray[np.bool_]:
    """Tells which sentences stand in code or in a table, be it with one byte.

    Args:
        texts: string[N].
        sentences: S sentences, those of the texts.

    Returns:
        bool[S].

    >>> from corpus_pipeline.text.sentences import split_sentences
    >>> texts = pa.array(["先安装。\\n\\n```sh\\nmake all\\n```\\n\\n再运行。"])
    >>> code_or_table(texts, split_sentences(texts)).tolist()
    [False, True, True, False]
    """
    texts = as_texts(texts)
    data, offsets = utf8_buffers(texts)
    marked = np.zeros(len(sentences.ends), np.bool_)
    state = np.zeros(STATE_SIZE, np.int64)
    no_end = np.zeros(len(ELEMENT_KINDS) + 1, np.bool_)
    _mark(data, offsets, *sentences, state, no_end, np.zeros(2, np.int64), marked)
    return marked
