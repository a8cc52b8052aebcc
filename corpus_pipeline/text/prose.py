"""The prose of a document: its text without code, tables and markup.

A manual with examples is good text, but its code repeats lines, its tables end in no full stop and
its tags are no words. So the rules that were made for prose look at what is left without these. The
document itself is not changed.

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

Lines that were broken to fill a width are one line (see `text.wrapping`): where a mail ends a
line after 72 columns no sentence ends.

`next_line` finds the lines of prose one after another, so that the scan reads most of them where
they stand: only lines with markup in them and broken lines are copied.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import characters
from corpus_pipeline.text.columns import as_texts, string_column, utf8_buffers
from corpus_pipeline.text.prose_blocks import (
    BAR,
    BLOCK_STARTS,
    MARKER_STARTS,
    SPECIAL,
    after_indent,
    after_marker,
    fence,
    fence_end,
    front_matter_end,
    indented_end,
    is_definition,
    is_line_rule,
    line_end,
    long_line_end,
    looks_like_code,
    open_fence_end,
    table_end,
    visible_chars,
)
from corpus_pipeline.text.prose_blocks import BLANK as BLANKS
from corpus_pipeline.text.prose_markup import (
    CODE,
    ELEMENT_KINDS,
    MARKUP,
    TABLE,
    copy_inline,
)
from corpus_pipeline.text.wrapping import MOST_WIDTH, fill_width, goes_on

#: What is left out, in characters without white space.
COLUMNS = ("code_chars", "table_chars", "markup_chars")

#: What is measured of a document.
PROSE = 0
"""Its prose."""
WHOLE = 1
"""All of it, because it has too little prose."""
LISTING = 2
"""All of it, because it has too little prose and the most of it is code."""

#: A document is measured by its prose if that has this many bytes (70 English words, 130 Chinese
#: characters, with white space) …
MIN_PROSE_BYTES = 400
#: … and is at least one part in so many of the document. All others are measured as a whole, so
#: that neither a table of links nor a listing passes for the sentence above it.
MAX_PROSE_FACTOR = 20

#: Where the line that `next_line` returns stands.
IN_TEXT, IN_COPY, AT_END = range(3)

# The state of a walk over the lines of one document. AT, STOP: bytes. WIDTH: columns that its lines
# fill, 0 if they are not broken. BLANK: the line before is. IN_LIST: an item was the last thing at
# the margin. GAP: something was left out since the last line. EMPTY: the last line returned was
# blank, or none was. UNCLOSED: length of a fence known to have no end. SIZE: bytes of prose so far.
# ITEM, FEED: the line returned is a list item; a line feed follows it. INDENTED, TRIES: where
# indented lines end that are no code, and how often that was found out; PLAIN: no line before is
# looked at again.
AT, STOP, WIDTH, BLANK, IN_LIST, GAP, EMPTY, UNCLOSED, SIZE, ITEM, FEED = range(11)
INDENTED, TRIES, PLAIN = range(11, 14)
STATE_SIZE = 14

#: Paragraphs of an indented block from each of which on it may be code. Each look goes to its end.
_MOST_TRIES = 16


class Walk(NamedTuple):
    """Scratch of a walk, for the documents of a batch one after another.

    Kernels take the arrays one by one, because numba counts references to each array of a tuple at
    each call, which costs more than finding the line.
    """

    state: NDArray[np.int64]
    """int64[STATE_SIZE]."""
    counts: NDArray[np.int64]
    """int64[len(COLUMNS)], what the walk has left out."""
    no_end: NDArray[np.bool_]
    """bool[len(ELEMENT_KINDS) + 1]: no end tag of the element, or of a comment, is left."""
    cover: NDArray[np.int32]
    """int32[MOST_WIDTH + 2], scratch of `fill_width`."""
    out: NDArray[np.uint8]
    """uint8[longest document], filled with the line if it is `IN_COPY`."""
    copy: NDArray[np.uint8]
    """The same bytes, of the type of Arrow's buffers, which cannot be written."""


def new_walk(longest: int) -> Walk:
    """Returns scratch for documents of up to `longest` bytes."""
    out = np.empty(longest, np.uint8)
    copy = out.view()
    copy.flags.writeable = False
    return Walk(
        np.zeros(STATE_SIZE, np.int64),
        np.zeros(len(COLUMNS), np.int64),
        np.zeros(len(ELEMENT_KINDS) + 1, np.bool_),
        np.empty(MOST_WIDTH + 2, np.int32),
        out,
        copy,
    )


@kernel
def start_walk(data, start, stop, folds, state, counts, no_end, cover):  # type: ignore[no-untyped-def]
    """Begins a walk over `data[start:stop]`; `folds` as in `fill_width`, the rest of `Walk`."""
    for k in range(STATE_SIZE):
        state[k] = 0
    for k in range(len(counts)):
        counts[k] = 0
    for k in range(len(no_end)):
        no_end[k] = False
    first = front_matter_end(data, start, stop)
    counts[MARKUP] = visible_chars(data, start, first)
    state[AT] = first
    state[STOP] = stop
    state[WIDTH] = fill_width(data, first, stop, folds, cover)
    state[BLANK] = state[EMPTY] = 1
    state[UNCLOSED] = 99


@kernel
def block_end(data, i, first, columns, opening, item, tells, end, state):  # type: ignore[no-untyped-def]
    """Returns (the byte after the block that is left out, `i` if there is none; what it is)."""
    stop = state[STOP]
    length, _ = fence(data, opening, end)
    if length:
        after = min(end + 1, stop)
        if length < state[UNCLOSED]:
            closed = fence_end(data, end + 1, stop, data[opening], length)
            if closed < 0:
                # Not looked for again, nor a longer one: the search would be quadratic.
                state[UNCLOSED] = length
                closed = open_fence_end(data, after, stop)
            after = closed
        return after, CODE
    if columns >= 4 and state[BLANK] and not state[IN_LIST] and not item and i >= state[PLAIN]:
        after, indented = indented_end(data, i, stop)
        if after > i:
            return after, CODE
        state[TRIES] = state[TRIES] + 1 if state[INDENTED] == indented else 1
        state[INDENTED] = indented
        if state[TRIES] == _MOST_TRIES:
            state[PLAIN] = indented
    if tells & BAR or data[first] == 43:
        after = table_end(data, i, stop)
        if after > i:
            return after, TABLE
    if is_line_rule(data, first, end) or is_definition(data, first, end):
        return min(end + 1, stop), MARKUP
    return i, MARKUP


@kernel
def next_line(data, state, counts, no_end, out):  # type: ignore[no-untyped-def]
    """Finds the next line of prose, blank lines included; arguments as in `Walk`.

    Returns:
        (`IN_TEXT`: it is `data[first:end]`, `IN_COPY`: it is `out[first:end]`, or `AT_END`; first;
        end). `ITEM` and `FEED` in `state` say more of it.
    """
    stop = state[STOP]
    i = state[AT]
    while i < stop:
        end, tells = long_line_end(data, i, stop)
        first, columns = after_indent(data, i, end)
        if first >= end:
            i = end + 1
            state[BLANK] = 1
            if end < stop and not (state[GAP] and state[EMPTY]):
                state[AT] = i
                state[EMPTY] = state[FEED] = 1
                state[ITEM] = 0
                state[SIZE] += 1
                return IN_TEXT, first, first
            continue
        text, item = first, False
        if MARKER_STARTS[data[first]]:
            text, item = after_marker(data, first, end)
        opening = text if item and text < end else first
        after, kind = i, MARKUP
        if columns >= 4 or tells & BAR or item or BLOCK_STARTS[data[first]]:
            after, kind = block_end(data, i, first, columns, opening, item, tells, end, state)
        if after > i:
            counts[kind] += visible_chars(data, i, after)
            state[IN_LIST] = state[IN_LIST] and columns >= 2
            state[GAP] = 1
            i = after
            continue
        if item:
            state[IN_LIST] = 1
        elif state[BLANK] and columns < 2:
            state[IN_LIST] = 0
        state[BLANK] = 0
        counts[MARKUP] += visible_chars(data, first, text)
        heading = text > first and not item
        where = IN_TEXT
        o = np.int64(0)
        while True:
            on = np.int64(0)
            if state[WIDTH] and not heading:
                on = goes_on(data, i, end, stop, state[WIDTH])
            if tells & SPECIAL:
                where = IN_COPY
                i, o = copy_inline(data, text, stop, out, o, counts, no_end)
                # A tag that spans lines has taken over more than this line.
                if i != end:
                    on = np.int64(0)
            else:
                if on or where == IN_COPY:
                    where = IN_COPY
                    for k in range(text, end):
                        out[np.uint64(o + k - text)] = data[np.uint64(k)]
                    o += end - text
                i = end
            if not on:
                break
            out[o] = 32
            o += 1
            i = end + 1
            text = on
            end, tells = line_end(data, text, stop)
        if where == IN_COPY:
            text = 0
            end = o
            while o > 0 and BLANKS[out[o - 1]]:
                o -= 1
            if o == 0:
                # Nothing but markup stood there.
                state[GAP] = 1
                i += 1
                continue
        state[GAP] = state[EMPTY] = 0
        state[FEED] = i < stop
        state[ITEM] = item
        state[SIZE] += end - text + item + state[FEED]
        state[AT] = i + 1
        return where, text, end
    state[AT] = stop
    return AT_END, stop, stop


@kernel
def measured_of(data, start, stop, state, counts):  # type: ignore[no-untyped-def]
    """Returns `PROSE`, `WHOLE` or `LISTING` for a document whose walk is at its end."""
    size = state[SIZE]
    if size >= MIN_PROSE_BYTES and size * MAX_PROSE_FACTOR >= stop - start:
        return PROSE
    code = counts[CODE] * 2 > visible_chars(data, start, stop)
    return LISTING if code and looks_like_code(data, start, stop) else WHOLE


@kernel
def _copy(  # type: ignore[no-untyped-def]
    data, offsets, folds, state, found, no_end, cover, line_out, line_copy,
    mark, out, out_offsets, counts, kinds,
):  # fmt: skip
    """Fills the fields of `Prose`; `out` has as many bytes as `data`."""
    o = np.int64(0)
    out_offsets[0] = 0
    for row in range(len(offsets) - 1):
        start = np.int64(offsets[row])
        stop = np.int64(offsets[row + 1])
        origin = o
        start_walk(data, start, stop, folds, state, found, no_end, cover)
        while True:
            where, first, end = next_line(data, state, found, no_end, line_out)
            if where == AT_END:
                break
            line = data if where == IN_TEXT else line_copy
            if state[ITEM]:
                out[o] = mark
                o += 1
            for k in range(first, end):
                out[o] = line[k]
                o += 1
            if state[FEED]:
                out[o] = 10
                o += 1
        kinds[row] = measured_of(data, start, stop, state, found)
        if kinds[row] != PROSE:
            o = origin
            for k in range(start, stop):
                out[o] = data[k]
                o += 1
        for k in range(len(found)):
            counts[k, row] = found[k]
        out_offsets[row + 1] = o


class Prose(NamedTuple):
    """What is measured of N documents, and what is left out."""

    texts: pa.Array
    """`string`, N texts; each line stands on a line of its own, a list item behind `ITEM_MARK`."""
    counts: NDArray[np.int32]
    """int32[len(COLUMNS), N], what was found; of a document measured as a whole too."""
    kinds: NDArray[np.uint8]
    """uint8[N]: `PROSE`, `WHOLE` or `LISTING`."""


#: Stands in `Prose.texts` where a list item had its mark (ASCII's record separator).
ITEM_MARK = "\x1e"


def prose_of(texts: pa.Array) -> Prose:
    """Shows what the measures of prose look at; a text with too little of it stays whole.

    Memory: a second copy of the texts. Time is linear in them, whatever stands there.

    Args:
        texts: `string`, N texts; a null gives an empty text.

    >>> text = "先下载安装包，再运行下面的命令。" * 9
    >>> manual = f"# 安装\\n{text}\\n```sh\\n./install.sh\\n```\\n"
    >>> prose = prose_of(pa.array([manual]))
    >>> prose.texts[0].as_py().strip()[:11], prose.counts[:, 0].tolist()
    ('安装\\n先下载安装包，再', [20, 0, 1])
    """
    texts = as_texts(texts)
    data, offsets = utf8_buffers(texts)
    out = np.empty(int(offsets[-1] - offsets[0]), np.uint8)
    out_offsets = np.empty(len(offsets), np.int32)
    counts = np.empty((len(COLUMNS), len(texts)), np.int32)
    kinds = np.empty(len(texts), np.uint8)
    walk = new_walk(int(np.diff(offsets).max(initial=0)))
    mark = ord(ITEM_MARK)
    _copy(data, offsets, characters().folds, *walk, mark, out, out_offsets, counts, kinds)
    return Prose(string_column(out[: out_offsets[-1]], out_offsets), counts, kinds)
