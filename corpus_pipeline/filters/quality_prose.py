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

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.columns import string_column, utf8_buffers

#: What the copy leaves out, in characters without white space.
COLUMNS = ("code_chars", "table_chars", "markup_chars")
_CODE, _TABLE, _MARKUP = range(len(COLUMNS))

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

#: Fences of more marks count as having so many. That bounds how often a search for the end fails.
_LONGEST_FENCE = 12
#: A tag, a template or a target of more bytes is none.
_LONGEST_TAG = 2000
#: Front matter of more lines is none.
_FRONT_MATTER_LINES = 200
#: Code has one of these in so many characters.
_CODE_MARKS_IN = 16


def _byte_set(members: bytes) -> NDArray[np.bool_]:
    return np.isin(np.arange(256), np.frombuffer(members, np.uint8))


_BLANK = _byte_set(b" \t\r\v\f")
_INLINE = _byte_set(b"\n<`]{!")
# What a byte tells of its line: it ends, may be a table's row, may have markup (an image has a ]).
_FEED, _BAR, _SPECIAL = 1, 2, 4
_TELLS = np.zeros(256, np.uint8)
_TELLS[10], _TELLS[124] = _FEED, _BAR
_TELLS[np.frombuffer(b"<`]{", np.uint8)] = _SPECIAL
_CODE_MARKS = _byte_set(b"{}[]<>=;_$\\|&@#+*/^%~")
_TABLE_RULE = _byte_set(b"|-:+= \t\r")
_LINE_RULE = _byte_set(b"-=*_~#+")
_NAME = _byte_set(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:")
_ALNUM = _byte_set(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") | (
    np.arange(256) >= 0x80
)

#: Elements that are left out with what they hold: name, and what that is.
_ELEMENTS = ((b"table", _TABLE), (b"pre", _CODE), (b"script", _CODE), (b"style", _CODE))
_ELEMENT_NAMES = np.frombuffer(b"".join(name for name, _ in _ELEMENTS), np.uint8)
_ELEMENT_OFFSETS = np.cumsum([0] + [len(name) for name, _ in _ELEMENTS])
_ELEMENT_KINDS = np.array([kind for _, kind in _ELEMENTS], np.int64)
_COMMENT = len(_ELEMENTS)

#: Bullets beside - * + that begin an item when a space follows, and those that need none.
_SPACED_BULLETS = "–—∙⦾⦿·・⁃"
_BULLETS = "•●○◦◉◌■□▪▫◆◇◘▶▷▸▹►▻➢➤‣⁌⁍"
_WIDE_BULLETS = np.array(sorted(ord(mark) for mark in _BULLETS), np.int64)
_WIDE_SPACED_BULLETS = np.array(sorted(ord(mark) for mark in _SPACED_BULLETS), np.int64)


class Prose(NamedTuple):
    """The copies and what they leave out."""

    texts: pa.Array
    """`string`, N texts; what is left of each line stands on a line of its own."""
    counts: NDArray[np.int32]
    """int32[len(COLUMNS), N], what was found; a copy of the whole document has it as well."""
    kinds: NDArray[np.uint8]
    """uint8[N]: `PROSE`, `WHOLE` or `LISTING`."""


@kernel
def _line_end(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns (the line feed at or after `i`, or `stop`; what the bytes before it tell)."""
    tells = 0
    while i < stop:
        tells |= _TELLS[data[np.uint64(i)]]
        if tells & _FEED:
            break
        i += 1
    return i, tells & ~_FEED


@kernel
def _content(data, i, end):  # type: ignore[no-untyped-def]
    """Returns (first byte that is no blank and no block quotation mark, columns before it)."""
    columns = 0
    while i < end:
        b = data[i]
        if b == 32:
            columns += 1
        elif b == 9:
            columns += 4 - columns % 4
        elif b == 62 and columns < 4 and (i + 1 >= end or _BLANK[data[i + 1]] or data[i + 1] == 62):
            columns = -1
        elif not _BLANK[b]:
            break
        i += 1
    return i, columns


@kernel
def _last(data, first, end):  # type: ignore[no-untyped-def]
    """Returns `end` moved before trailing blanks."""
    while end > first and _BLANK[data[end - 1]]:
        end -= 1
    return end


@kernel
def _fence(data, first, end):  # type: ignore[no-untyped-def]
    """Returns (marks of the fence that the line begins with, 0 if none; has it a word after it)."""
    mark = data[first]
    if mark != 96 and mark != 126:
        return 0, False
    i = first
    while i < end and data[i] == mark:
        i += 1
    length = i - first
    if length < 3:
        return 0, False
    named = False
    while i < end:
        if mark == 96 and data[i] == 96:
            return 0, False
        named = named or not _BLANK[data[i]]
        i += 1
    return min(length, _LONGEST_FENCE), named


@kernel
def _fence_end(data, i, stop, mark, length):  # type: ignore[no-untyped-def]
    """Returns where the line after the closing fence begins; -1 if the fence is never closed."""
    while i < stop:
        end, _ = _line_end(data, i, stop)
        first, _ = _content(data, i, end)
        if first < end and data[first] == mark:
            closing, named = _fence(data, first, end)
            if closing >= length and not named:
                return min(end + 1, stop)
        i = end + 1
    return np.int64(-1)


@kernel
def _looks_like_code(data, start, stop):  # type: ignore[no-untyped-def]
    """Says whether enough of the characters are marks that code has and prose has not."""
    marks = 0
    chars = 0
    for i in range(start, stop):
        b = data[i]
        if b <= 32 or b & 0xC0 == 0x80:
            continue
        chars += 1
        marks += _CODE_MARKS[b] or (b == 40 and i > start and _ALNUM[data[i - 1]])
    return marks * _CODE_MARKS_IN >= chars


@kernel
def _open_fence_end(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns how far an unclosed fence reaches: over the blocks that look like code."""
    while i < stop:
        block = i
        blank = True
        while i < stop:
            end, _ = _line_end(data, i, stop)
            first, _ = _content(data, i, end)
            if first >= end and not blank:
                break
            blank = blank and first >= end
            i = min(end + 1, stop)
        if not _looks_like_code(data, block, i):
            return block
    return i


@kernel
def _indented_end(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns where a block of indented code ends that begins at `i`; `i` if it is none."""
    block = i
    code_end = i
    blank = True
    while i < stop:
        end, _ = _line_end(data, i, stop)
        first, columns = _content(data, i, end)
        if first >= end:
            blank = True
        elif columns < 4:
            break
        else:
            blank = False
            code_end = min(end + 1, stop)
        i = min(end + 1, stop)
    if not blank and i < stop:
        return block
    return code_end if _looks_like_code(data, block, code_end) else block


@kernel
def _is_row(data, first, end):  # type: ignore[no-untyped-def]
    """Says whether the line is | a | b |: begins and ends with a bar."""
    end = _last(data, first, end)
    return end - first > 2 and data[first] == 124 and data[end - 1] == 124


@kernel
def _is_table_rule(data, first, end):  # type: ignore[no-untyped-def]
    """Says whether the line is a table's line of dashes: |---|:--:|, +----+----+."""
    dashes = 0
    bars = 0
    for i in range(first, end):
        b = data[i]
        if not _TABLE_RULE[b]:
            return False
        dashes += b == 45 or b == 61
        bars += b == 124 or b == 43
    return dashes >= 2 and bars >= 1


@kernel
def _table_end(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns where the table ends that begins with the line at `i`; `i` if none does."""
    begin = i
    end, _ = _line_end(data, i, stop)
    first, _ = _content(data, i, end)
    row = _is_row(data, first, end)
    rule = _is_table_rule(data, first, end)
    i = min(end + 1, stop)
    if i >= stop:
        return begin
    end, tells = _line_end(data, i, stop)
    first, _ = _content(data, i, end)
    if not _is_table_rule(data, first, end) and not ((row or rule) and _is_row(data, first, end)):
        return begin
    while first < end and (tells & _BAR or _is_table_rule(data, first, end)):
        i = min(end + 1, stop)
        if i >= stop:
            break
        end, tells = _line_end(data, i, stop)
        first, _ = _content(data, i, end)
    return i


@kernel
def _front_matter_end(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns where the line after YAML or TOML front matter begins; `i` if there is none."""
    begin = i
    end, _ = _line_end(data, i, stop)
    end = _last(data, i, end)
    if end - i != 3 or data[i] != data[i + 1] or data[i] != data[i + 2]:
        return begin
    mark = data[i]
    if mark != 45 and mark != 43:
        return begin
    keys = 0
    i, _ = _line_end(data, i, stop)
    for _line in range(_FRONT_MATTER_LINES):
        i += 1
        if i >= stop:
            return begin
        end, _ = _line_end(data, i, stop)
        last = _last(data, i, end)
        if last - i == 3 and data[i] == mark and data[i + 1] == mark and data[i + 2] == mark:
            return min(end + 1, stop) if keys else begin
        if last == i and not keys:
            return begin
        for k in range(i, last):
            if data[k] == 58 or data[k] == 61:
                keys += 1
                break
            if not _NAME[data[k]] and data[k] != 95 and data[k] != 32:
                break
        i = end
    return begin


@kernel
def _is_definition(data, first, end):  # type: ignore[no-untyped-def]
    """Says whether the line is [name]: target; a footnote's text, [^1]: …, is none."""
    i = first + 1
    if data[first] != 91 or i >= end or data[i] == 94:
        return False
    while i < end and data[i] != 93:
        i += 1
    if i + 2 >= end or data[i + 1] != 58:
        return False
    i, _ = _content(data, i + 2, end)
    if i >= end:
        return False
    b = data[i]
    # http…, /path, ./path, #anchor, <target>
    return b in (47, 46, 35, 60) or (b == 104 and i + 4 < end and data[i + 1] == 116)


@kernel
def _is_line_rule(data, first, end):  # type: ignore[no-untyped-def]
    """Says whether the line is drawn: three times or more the same of - = * _ ~ # +."""
    mark = data[first]
    if not _LINE_RULE[mark]:
        return False
    marks = 0
    for i in range(first, end):
        if data[i] == mark:
            marks += 1
        elif not _BLANK[data[i]]:
            return False
    return marks >= 3


@kernel
def _after_marker(data, first, end):  # type: ignore[no-untyped-def]
    """Returns (where the text after the line's mark begins, is it a list item's, a heading's)."""
    b = data[first]
    i = first
    if b == 35:
        while i < end and data[i] == 35:
            i += 1
        if i - first <= 6 and i < end and _BLANK[data[i]]:
            return i, False
        return first, False
    item = False
    if b == 45 or b == 42 or b == 43:
        item = first + 1 < end and _BLANK[data[first + 1]]
        i = first + 1
    elif 48 <= b <= 57:
        while i < end and i - first < 4 and 48 <= data[i] <= 57:
            i += 1
        if i - first <= 3 and i < end and (data[i] == 46 or data[i] == 41):
            i += 1
            item = i < end and _BLANK[data[i]]
        elif i - first <= 3 and i + 2 < end and data[i] == 0xE3 and data[i + 1] == 0x80:
            # 、 is E3 80 81, the ideographic comma of Chinese and Japanese lists
            item = data[i + 2] == 0x81
            i += 3
    elif b >= 0xC0 and first + 2 < end:
        code_point = np.int64(0)
        if b < 0xE0:
            code_point = ((np.int64(b) & 0x1F) << 6) | (np.int64(data[first + 1]) & 0x3F)
            i = first + 2
        elif b < 0xF0:
            code_point = (
                ((np.int64(b) & 0x0F) << 12)
                | ((np.int64(data[first + 1]) & 0x3F) << 6)
                | (np.int64(data[first + 2]) & 0x3F)
            )
            i = first + 3
        for k in range(len(_WIDE_BULLETS)):
            item = item or _WIDE_BULLETS[k] == code_point
        if not item and i < end and _BLANK[data[i]]:
            for k in range(len(_WIDE_SPACED_BULLETS)):
                item = item or _WIDE_SPACED_BULLETS[k] == code_point
    if not item:
        return first, False
    i, _ = _content(data, i, end)
    # A box of a task list: [ ] or [x].
    if i + 3 < end and data[i] == 91 and data[i + 2] == 93 and data[i + 1] in (32, 120, 88):
        i += 3
    return i, True


@kernel
def _names(data, i, stop, element):  # type: ignore[no-untyped-def]
    """Says whether the name of number `element` of `_ELEMENTS` stands at `i`, and ends there."""
    offset = _ELEMENT_OFFSETS[element]
    length = _ELEMENT_OFFSETS[element + 1] - offset
    if i + length >= stop:
        return False
    for k in range(length):
        if data[i + k] | 0x20 != _ELEMENT_NAMES[offset + k]:
            return False
    return not _NAME[data[i + length]]


@kernel
def _element_end(data, i, stop, element):  # type: ignore[no-untyped-def]
    """Returns the byte after the end tag of the element that is open at `i`; -1 if none."""
    depth = 1
    while i < stop:
        if data[i] == 60:
            if i + 1 < stop and data[i + 1] == 47 and _names(data, i + 2, stop, element):
                depth -= 1
                if depth == 0:
                    while i < stop and data[i] != 62:
                        i += 1
                    return min(i + 1, stop)
            elif _names(data, i + 1, stop, element):
                depth += 1
        i += 1
    return np.int64(-1)


@kernel
def _tag_end(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns the byte after the tag whose < is at `i`; `i` if it is none."""
    begin = i
    i += 1
    if i < stop and data[i] == 47:
        i += 1
    name = i
    while i < stop and _NAME[data[i]]:
        i += 1
    if i >= stop or (i == name and not (data[i] == 62 and begin + 1 < stop)):
        return begin
    if i > name and not (65 <= data[name] & 0xDF <= 90):
        return begin
    # An address between < and >: no blank up to the end.
    address = data[i] not in (32, 9, 10, 13, 47, 62) or data[i - 1] == 58
    feeds = 0
    while i < stop and i - begin < _LONGEST_TAG:
        b = data[i]
        if b == 62:
            return i + 1
        if b == 60 or (address and b <= 32):
            return begin
        feeds = feeds + 1 if b == 10 else (feeds if _BLANK[b] else 0)
        if feeds == 2:
            return begin
        i += 1
    return begin


@kernel
def _brace_end(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns the byte after {{ … }}, {% … %}, {: … }, {# … } that begins at `i`; `i` if none."""
    begin = i
    if i + 2 >= stop:
        return begin
    kind = data[i + 1]
    if kind not in (123, 37, 58, 35):
        return begin
    i += 2
    while i < stop and i - begin < _LONGEST_TAG:
        b = data[i]
        if b == 10 and kind in (58, 35):
            return begin
        if b == 123:
            if kind != 123 or (i + 1 < stop and data[i + 1] == 123):
                return begin
        elif b == 125:
            if kind in (58, 35):
                return i + 1
            if kind == 37 and data[i - 1] == 37:
                return i + 1
            if kind == 123 and i + 1 < stop and data[i + 1] == 125:
                return i + 2
        i += 1
    return begin


@kernel
def _target_end(data, i, end):  # type: ignore[no-untyped-def]
    """Returns the byte after the ( … ) that begins at `i`, on this line; `i` if it has no end."""
    begin = i
    depth = 0
    while i < end and i - begin < _LONGEST_TAG:
        b = data[i]
        if b == 40:
            if i > begin and data[i - 1] == 93:
                return begin
            depth += 1
        elif b == 41:
            depth -= 1
            if depth == 0:
                return i + 1
        i += 1
    return begin


@kernel
def _image_end(data, i, end):  # type: ignore[no-untyped-def]
    """Returns the byte after the ![ … ]( … ) that begins at `i`; `i` if it is none."""
    begin = i
    i += 2
    while i < end and i - begin < _LONGEST_TAG:
        if data[i] == 91 and data[i - 1] == 33:
            return begin
        if data[i] == 93:
            if i + 1 < end and data[i + 1] == 40:
                after = _target_end(data, i + 1, end)
                return after if after > i + 1 else begin
            return begin
        i += 1
    return begin


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
            end, _ = _line_end(data, i, stop)
            no_run = 0
        after = i
        kind = _MARKUP
        if b == 60:
            if i + 3 < stop and data[i + 1] == 33 and data[i + 2] == 45 and data[i + 3] == 45:
                if not no_end[_COMMENT]:
                    k = i + 4
                    while k + 2 < stop and not (
                        data[k] == 45 and data[k + 1] == 45 and data[k + 2] == 62
                    ):
                        k += 1
                    no_end[_COMMENT] = k + 2 >= stop
                    after = i if no_end[_COMMENT] else k + 3
            else:
                after = _tag_end(data, i, stop)
                if after > i and data[after - 2] != 47:
                    for element in range(len(_ELEMENT_KINDS)):
                        if not no_end[element] and _names(data, i + 1, stop, element):
                            k = _element_end(data, after, stop, element)
                            no_end[element] = k < 0
                            if k >= 0:
                                after = k
                                kind = _ELEMENT_KINDS[element]
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
                        opens = k < end and _ALNUM[data[k]] and _BLANK[data[close - 1]]
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
            while run < after - length and _BLANK[data[run]]:
                run += 1
            while run < after - length and not _BLANK[data[run]]:
                out[o] = data[run]
                o += 1
                run += 1
            counts[_CODE] += _chars(data, run, after - length)
            i = after
            continue
        elif b == 93:
            if i + 1 < end and data[i + 1] == 40:
                out[o] = b
                o += 1
                i += 1
                after = _target_end(data, i, end)
                counts[_MARKUP] += _chars(data, i, after)
                i = after
                continue
        elif b == 33:
            if i + 1 < end and data[i + 1] == 91:
                after = _image_end(data, i, end)
        elif b == 123:
            after = _brace_end(data, i, stop)
        if after == i:
            out[o] = b
            o += 1
            i += 1
            continue
        counts[kind] += _chars(data, i, after)
        glued = o > 0 and after < stop and _ALNUM[out[o - 1]] and _ALNUM[data[after]]
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
    i = _front_matter_end(data, start, stop)
    counts[_MARKUP] += _chars(data, start, i)
    while i < stop:
        end, tells = _line_end(data, i, stop)
        first, columns = _content(data, i, end)
        if first >= end:
            if end < stop and not (gap and (o - origin < 2 or out[o - 2] == 10)):
                out[o] = 10
                o += 1
            blank = True
            i = end + 1
            continue
        text, item = _after_marker(data, first, end)
        after = i
        kind = _CODE
        opening = text if item and text < end else first
        length, named = _fence(data, opening, end)
        if length:
            after = min(end + 1, stop)
            if length < unclosed:
                closed = _fence_end(data, end + 1, stop, data[opening], length)
                if closed < 0:
                    # Not looked for again, nor a longer one: the search would be quadratic.
                    unclosed = length
                    closed = _open_fence_end(data, after, stop)
                after = closed
        elif columns >= 4 and blank and not in_list and not item:
            after = _indented_end(data, i, stop)
        if after == i and (tells & _BAR or data[first] == 43):
            after = _table_end(data, i, stop)
            kind = _TABLE
        if after == i and (_is_line_rule(data, first, end) or _is_definition(data, first, end)):
            after = min(end + 1, stop)
            kind = _MARKUP
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
            counts[_MARKUP] += _chars(data, first, text)
        if item:
            out[o] = ITEM
            o += 1
        line = o
        if tells & _SPECIAL:
            i, o = _copy_inline(data, text, stop, out, o, counts, no_end)
            if _last(out, line, o) == line:
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
    no_end = np.zeros(len(_ELEMENT_KINDS) + 1, np.bool_)
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
            listing = row_counts[_CODE] * 2 > total and _looks_like_code(data, start, stop)
            kinds[row] = LISTING if listing else WHOLE
        for k in range(len(row_counts)):
            counts[k, row] = row_counts[k]
        out_offsets[row + 1] = o


def prose_of(texts: pa.Array) -> Prose:
    """Copies the prose of every text; a text with too little of it is copied as a whole.

    Memory: a second copy of the texts. Time is linear in them, whatever stands there.

    Args:
        texts: `string`, N texts; a null gives an empty text.

    >>> manual = "# 安装\\n\\n" + "先下载安装包，再运行下面的命令。" * 6 + "\\n\\n```sh\\n./install.sh\\n```\\n"
    >>> prose = prose_of(pa.array([manual]))
    >>> prose.texts[0].as_py()[:20], dict(zip(COLUMNS, prose.counts[:, 0].tolist()))
    ('安装\\n\\n先下载安装包，再运行下面的命令。', {'code_chars': 20, 'table_chars': 0, 'markup_chars': 1})
    """
    data, offsets = utf8_buffers(texts)
    size = int(offsets[-1] - offsets[0])
    out = np.empty(size, np.uint8)
    out_offsets = np.empty(len(offsets), np.int32)
    counts = np.empty((len(COLUMNS), len(texts)), np.int32)
    kinds = np.empty(len(texts), np.uint8)
    _copy_all(data, offsets, out, out_offsets, counts, kinds)
    return Prose(string_column(out[: out_offsets[-1]], out_offsets), counts, kinds)
