"""The prose of a document: its text without code, tables and markup, for the quality measures.

A manual with examples is good text, but its code repeats lines, its tables end in no full stop and
its tags are no words. So the rules that were made for prose look at a copy from which these are
left out. The document itself is not changed.

What is left out, a line at a time and then within the line:

    --- … ---               front matter at the very beginning
    ``` … ```, ~~~ … ~~~    fenced code: the closing fence has the opening one's character, at least
                            its length, and nothing after it, so fences nest as in CommonMark
        four columns        indented code: after a blank line, outside lists, with the marks of code
    | a | b |               tables: two rows or more, or a row and a line of dashes
    <table> … </table>      also pre, script, style
    - ,  * ,  • ,  1. ,  #  marks of list items and headings; the line stays
    [text](target)          the target; `[name]: target` as a whole; ![images](…) too
    <tag a="b">, <!-- -->   HTML, JSX and comments; {% Liquid %}, {{< Hugo >}}, {: .kramdown}
    `inline code`           all but its first word

A fence that is never closed reaches as far as what follows looks like code, not to the end of the
text: one stray mark must not hide a page from the rules.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.filters.quality_prose_blocks import (
    ALNUM,
    BAR,
    BLANK,
    SPECIAL,
    after_indent,
    after_marker,
    before_blanks,
    byte_set,
    fence,
    fence_end,
    front_matter_end,
    indented_end,
    is_definition,
    is_line_rule,
    line_end,
    looks_like_code,
    open_fence_end,
    table_end,
)
from corpus_pipeline.filters.quality_prose_markup import (
    CODE,
    COMMENT,
    ELEMENT_KINDS,
    MARKUP,
    TABLE,
    brace_end,
    element_end,
    image_end,
    is_named,
    tag_end,
    target_end,
)
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.columns import string_column, utf8_buffers

#: What the copy leaves out, in characters without white space.
COLUMNS = ("code_chars", "table_chars", "markup_chars")

#: What a copy is of.
PROSE = 0
"""The prose of the document."""
WHOLE = 1
"""The whole document, because it has too little prose."""
LISTING = 2
"""The whole document, because it has too little prose and the most of it is code."""

#: Stands in a copy where a list item had its mark (ASCII's record separator).
ITEM = 0x1E

#: A document is measured by its prose if that has this many bytes (70 English words, 130 Chinese
#: characters, with white space) …
MIN_PROSE_BYTES = 400
#: … and is at least one part in so many of the document. All others are measured as a whole, so
#: that neither a table of links nor a listing passes for the sentence above it.
MAX_PROSE_FACTOR = 20


_INLINE = byte_set(b"\n<`]{!")


class Prose(NamedTuple):
    """The copies and what they leave out."""

    texts: pa.Array
    """`string`, N texts; what is left of each line stands on a line of its own."""
    counts: NDArray[np.int32]
    """int32[len(COLUMNS), N], what was found; a copy of the whole document has it as well."""
    kinds: NDArray[np.uint8]
    """uint8[N]: `PROSE`, `WHOLE` or `LISTING`."""


@kernel
def _chars(data, start, stop):  # type: ignore[no-untyped-def]
    """Counts characters that are no ASCII white space."""
    chars = 0
    for i in range(start, stop):
        chars += data[i] > 32 and data[i] & 0xC0 != 0x80
    return chars


@kernel
def _copy_inline(data, i, stop, out, o, counts, no_end):  # type: ignore[no-untyped-def]
    """Copies the rest of a line without markup; a tag may take it over several lines.

    Returns:
        (the line feed that ends it, or `stop`; the length of `out`).
    """
    end = np.int64(-1)
    no_run = 0
    while i < stop:
        b = data[i]
        if not _INLINE[b]:
            out[o] = b
            o += 1
            i += 1
            continue
        if b == 10:
            break
        if i > end:
            end, _ = line_end(data, i, stop)
            no_run = 0
        after = i
        kind = MARKUP
        if b == 60:
            if i + 3 < stop and data[i + 1] == 33 and data[i + 2] == 45 and data[i + 3] == 45:
                if not no_end[COMMENT]:
                    k = i + 4
                    while k + 2 < stop and not (
                        data[k] == 45 and data[k + 1] == 45 and data[k + 2] == 62
                    ):
                        k += 1
                    no_end[COMMENT] = k + 2 >= stop
                    after = i if no_end[COMMENT] else k + 3
            else:
                after = tag_end(data, i, stop)
                if after > i and data[after - 2] != 47:
                    for element in range(len(ELEMENT_KINDS)):
                        if not no_end[element] and is_named(data, i + 1, stop, element):
                            k = element_end(data, after, stop, element)
                            no_end[element] = k < 0
                            if k >= 0:
                                after = k
                                kind = ELEMENT_KINDS[element]
        elif b == 96:
            run = i
            while run < end and data[run] == 96:
                run += 1
            length = run - i
            k = run
            if length < 32 and not no_run >> length & 1:
                while k < end:
                    if data[k] != 96:
                        k += 1
                        continue
                    close = k
                    while k < end and data[k] == 96:
                        k += 1
                    if k - close == length:
                        # In `He came,´ she said, `at last´ the second mark opens as well.
                        opens = k < end and ALNUM[data[k]] and BLANK[data[close - 1]]
                        if not opens:
                            after = k
                        break
                if after == i:
                    no_run |= 1 << length
            if after == i:
                for k in range(i, run):
                    out[o] = data[k]
                    o += 1
                i = run
                continue
            while run < after - length and BLANK[data[run]]:
                run += 1
            while run < after - length and not BLANK[data[run]]:
                out[o] = data[run]
                o += 1
                run += 1
            counts[CODE] += _chars(data, run, after - length)
            i = after
            continue
        elif b == 93:
            if i + 1 < end and data[i + 1] == 40:
                out[o] = b
                o += 1
                i += 1
                after = target_end(data, i, end)
                counts[MARKUP] += _chars(data, i, after)
                i = after
                continue
        elif b == 33:
            if i + 1 < end and data[i + 1] == 91:
                after = image_end(data, i, end)
        elif b == 123:
            after = brace_end(data, i, stop)
        if after == i:
            out[o] = b
            o += 1
            i += 1
            continue
        counts[kind] += _chars(data, i, after)
        glued = o > 0 and after < stop and ALNUM[out[o - 1]] and ALNUM[data[after]]
        if glued:
            out[o] = 32
            o += 1
        i = after
    return i, o


@kernel
def _copy_prose(data, start, stop, out, o, counts, no_end):  # type: ignore[no-untyped-def]
    """Copies the prose of one document to `out[o:]`; returns the length of `out` afterwards."""
    no_end.fill(False)
    origin = o
    blank = True
    in_list = False
    gap = False
    unclosed = 99
    i = front_matter_end(data, start, stop)
    counts[MARKUP] += _chars(data, start, i)
    while i < stop:
        end, tells = line_end(data, i, stop)
        first, columns = after_indent(data, i, end)
        if first >= end:
            if end < stop and not (gap and (o - origin < 2 or out[o - 2] == 10)):
                out[o] = 10
                o += 1
            blank = True
            i = end + 1
            continue
        text, item = after_marker(data, first, end)
        after = i
        kind = CODE
        opening = text if item and text < end else first
        length, _ = fence(data, opening, end)
        if length:
            after = min(end + 1, stop)
            if length < unclosed:
                closed = fence_end(data, end + 1, stop, data[opening], length)
                if closed < 0:
                    # Not looked for again, nor a longer one: the search would be quadratic.
                    unclosed = length
                    closed = open_fence_end(data, after, stop)
                after = closed
        elif columns >= 4 and blank and not in_list and not item:
            after = indented_end(data, i, stop)
        if after == i and (tells & BAR or data[first] == 43):
            after = table_end(data, i, stop)
            kind = TABLE
        if after == i and (is_line_rule(data, first, end) or is_definition(data, first, end)):
            after = min(end + 1, stop)
            kind = MARKUP
        if after > i:
            counts[kind] += _chars(data, i, after)
            in_list = in_list and columns >= 2
            gap = True
            i = after
            continue
        if item:
            in_list = True
        elif blank and columns < 2:
            in_list = False
        blank = False
        if text > first:
            counts[MARKUP] += _chars(data, first, text)
        if item:
            out[o] = ITEM
            o += 1
        line = o
        if tells & SPECIAL:
            i, o = _copy_inline(data, text, stop, out, o, counts, no_end)
            if before_blanks(out, line, o) == line:
                # Nothing but markup stood there.
                o = line - item
                gap = True
                i += 1
                continue
        else:
            for k in range(text, end):
                out[np.uint64(o + k - text)] = data[np.uint64(k)]
            o += end - text
            i = end
        gap = False
        if i < stop:
            out[o] = 10
            o += 1
        i += 1
    return o


@kernel
def _copy_all(data, offsets, out, out_offsets, counts, kinds):  # type: ignore[no-untyped-def]
    """Fills the fields of `Prose`; `out` has as many bytes as `data`."""
    no_end = np.zeros(len(ELEMENT_KINDS) + 1, np.bool_)
    row_counts = np.zeros(len(COLUMNS), np.int64)
    o = np.int64(0)
    out_offsets[0] = 0
    for row in range(len(offsets) - 1):
        start = np.int64(offsets[row])
        stop = np.int64(offsets[row + 1])
        row_counts.fill(0)
        origin = o
        o = _copy_prose(data, start, stop, out, o, row_counts, no_end)
        size = o - origin
        kinds[row] = PROSE
        if size < MIN_PROSE_BYTES or size * MAX_PROSE_FACTOR < stop - start:
            o = origin
            out[o : o + stop - start] = data[start:stop]
            o += stop - start
            total = _chars(data, start, stop)
            listing = row_counts[CODE] * 2 > total and looks_like_code(data, start, stop)
            kinds[row] = LISTING if listing else WHOLE
        for k in range(len(row_counts)):
            counts[k, row] = row_counts[k]
        out_offsets[row + 1] = o


def prose_of(texts: pa.Array) -> Prose:
    """Copies the prose of every text; a text with too little of it is copied as a whole.

    Memory: a second copy of the texts. Time is linear in them, whatever stands there.

    Args:
        texts: `string`, N texts; a null gives an empty text.

    >>> text = "先下载安装包，再运行下面的命令。" * 9
    >>> manual = f"# 安装\\n{text}\\n```sh\\n./install.sh\\n```\\n"
    >>> prose = prose_of(pa.array([manual]))
    >>> prose.texts[0].as_py().strip()[:11], prose.counts[:, 0].tolist()
    ('安装\\n先下载安装包，再', [20, 0, 1])
    """
    data, offsets = utf8_buffers(texts)
    size = int(offsets[-1] - offsets[0])
    out = np.empty(size, np.uint8)
    out_offsets = np.empty(len(offsets), np.int32)
    counts = np.empty((len(COLUMNS), len(texts)), np.int32)
    kinds = np.empty(len(texts), np.uint8)
    _copy_all(data, offsets, out, out_offsets, counts, kinds)
    return Prose(string_column(out[: out_offsets[-1]], out_offsets), counts, kinds)
