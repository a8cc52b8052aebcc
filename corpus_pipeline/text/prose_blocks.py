"""Where blocks that are no prose begin and end: fences, tables, front matter, marks of lines.

Every kernel reads UTF-8 bytes, and takes time in proportion to what it returns or says so.
"""

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import decode

#: Fences of more marks count as having so many. That bounds how often a search for the end fails.
_LONGEST_FENCE = 12
#: Front matter of more lines is none.
_FRONT_MATTER_LINES = 200
#: Code has one of these in so many characters.
_CODE_MARKS_IN = 16


def byte_set(members: bytes) -> NDArray[np.bool_]:
    """Returns bool[256], true for the members.

    >>> int(byte_set(b"ab").sum())
    2
    """
    return np.isin(np.arange(256), np.frombuffer(members, np.uint8))


BLANK = byte_set(b" \t\r\v\f")
_CODE_MARKS = byte_set(b"{}[]<>=;_$\\|&@#+*/^%~")
_TABLE_RULE = byte_set(b"|-:+= \t\r")
_LINE_RULE = byte_set(b"-=*_~#+")
NAME = byte_set(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:")
ALNUM = byte_set(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") | (
    np.arange(256) >= 0x80
)
_BOX = byte_set(b" xX")
_TARGET = byte_set(b"/.#<")
#: What a mark of an item or a heading can begin with, and what a block can.
MARKER_STARTS = byte_set(b"#-*+0123456789\xc2\xe2\xe3")
BLOCK_STARTS = byte_set(b"`~|+[") | _LINE_RULE
# What a byte tells of its line: it ends, may be a table's row, may have markup (an image has a ]).
_FEED, BAR, SPECIAL = 1, 2, 4
_TELLS = np.zeros(256, np.uint8)
_TELLS[10], _TELLS[124] = _FEED, BAR
_TELLS[np.frombuffer(b"<`]{", np.uint8)] = SPECIAL
#: Bullets beside - * + that begin an item when a space follows, and those that need none.
_SPACED_BULLETS = "–—∙⦾⦿·・⁃"
_BULLETS = "•●○◦◉◌■□▪▫◆◇◘▶▷▸▹►▻➢➤‣⁌⁍"
_WIDE_BULLETS = np.array(sorted(ord(mark) for mark in _BULLETS), np.int64)
_WIDE_SPACED_BULLETS = np.array(sorted(ord(mark) for mark in _SPACED_BULLETS), np.int64)


_BLOCK = 64


@kernel
def visible_chars(data, start, stop):  # type: ignore[no-untyped-def]
    """Counts characters that are no ASCII white space."""
    chars = 0
    for i in range(start, stop):
        chars += data[i] > 32 and data[i] & 0xC0 != 0x80
    return chars


@kernel
def line_end(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns (the line feed at or after `i`, or `stop`; what the bytes before it tell)."""
    tells = 0
    while i < stop:
        tells |= _TELLS[data[np.uint64(i)]]
        if tells & _FEED:
            break
        i += 1
    return i, tells & ~_FEED


@kernel
def long_line_end(data, i, stop):  # type: ignore[no-untyped-def]
    """As `line_end`, twice as fast where lines are long, and more code to compile."""
    while i + _BLOCK <= stop:
        found = np.uint8(0)
        for k in range(_BLOCK):
            # A loop of vector instructions.
            b = data[np.uint64(i) + np.uint64(k)]
            found |= np.uint8(b == 10) | np.uint8(b == 124) | np.uint8(b == 123)
            found |= np.uint8(b == 60) | np.uint8(b == 93) | np.uint8(b == 96)
        if found:
            break
        i += _BLOCK
    return line_end(data, i, stop)


@kernel
def after_indent(data, i, end):  # type: ignore[no-untyped-def]
    """Returns (first byte that is no blank and no block quotation mark, columns before it)."""
    columns = 0
    while i < end:
        b = data[i]
        if b == 32:
            columns += 1
        elif b == 9:
            columns += 4 - columns % 4
        elif b == 62 and columns < 4 and (i + 1 >= end or BLANK[data[i + 1]] or data[i + 1] == 62):
            columns = -1
        elif not BLANK[b]:
            break
        i += 1
    return i, columns


@kernel
def before_blanks(data, first, end):  # type: ignore[no-untyped-def]
    """Returns `end` moved before trailing blanks."""
    while end > first and BLANK[data[end - 1]]:
        end -= 1
    return end


@kernel
def fence(data, first, end):  # type: ignore[no-untyped-def]
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
        named = named or not BLANK[data[i]]
        i += 1
    return min(length, _LONGEST_FENCE), named


@kernel
def fence_end(data, i, stop, mark, length):  # type: ignore[no-untyped-def]
    """Returns where the line after the closing fence begins; -1 if the fence is never closed."""
    while i < stop:
        end, _ = line_end(data, i, stop)
        first, _ = after_indent(data, i, end)
        if first < end and data[first] == mark:
            closing, named = fence(data, first, end)
            if closing >= length and not named:
                return min(end + 1, stop)
        i = end + 1
    return np.int64(-1)


@kernel
def code_marks(data, start, stop):  # type: ignore[no-untyped-def]
    """Returns (marks that code has and prose has not, visible characters)."""
    marks = 0
    chars = 0
    for i in range(start, stop):
        b = data[i]
        if b <= 32 or b & 0xC0 == 0x80:
            continue
        chars += 1
        marks += _CODE_MARKS[b] or (b == 40 and i > start and ALNUM[data[i - 1]])
    return marks, chars


@kernel
def are_of_code(marks, chars):  # type: ignore[no-untyped-def]
    """Says whether enough of the characters are marks of code."""
    return marks * _CODE_MARKS_IN >= chars


@kernel
def looks_like_code(data, start, stop):  # type: ignore[no-untyped-def]
    """Says whether enough of the characters are marks that code has and prose has not."""
    marks, chars = code_marks(data, start, stop)
    return are_of_code(marks, chars)


@kernel
def open_fence_end(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns how far an unclosed fence reaches: over the blocks that look like code."""
    while i < stop:
        block = i
        blank = True
        while i < stop:
            end, _ = line_end(data, i, stop)
            first, _ = after_indent(data, i, end)
            if first >= end and not blank:
                break
            blank = blank and first >= end
            i = min(end + 1, stop)
        if not looks_like_code(data, block, i):
            return block
    return i


@kernel
def indented_end(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns (where a block of indented code ends that begins at `i`, `i` if it is none; where
    the indented lines end).
    """
    block = i
    code_end = i
    blank = True
    while i < stop:
        end, _ = line_end(data, i, stop)
        first, columns = after_indent(data, i, end)
        if first >= end:
            blank = True
        elif columns < 4:
            break
        else:
            blank = False
            code_end = min(end + 1, stop)
        i = min(end + 1, stop)
    if not blank and i < stop:
        return block, code_end
    return code_end if looks_like_code(data, block, code_end) else block, code_end


@kernel
def is_row(data, first, end):  # type: ignore[no-untyped-def]
    """Says whether the line is | a | b |: begins and ends with a bar."""
    end = before_blanks(data, first, end)
    return end - first > 2 and data[first] == 124 and data[end - 1] == 124


@kernel
def is_table_rule(data, first, end):  # type: ignore[no-untyped-def]
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
def table_end(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns where the table ends that begins with the line at `i`; `i` if none does."""
    begin = i
    end, _ = line_end(data, i, stop)
    first, _ = after_indent(data, i, end)
    row = is_row(data, first, end)
    rule = is_table_rule(data, first, end)
    i = min(end + 1, stop)
    if i >= stop:
        return begin
    end, tells = line_end(data, i, stop)
    first, _ = after_indent(data, i, end)
    if not is_table_rule(data, first, end) and not ((row or rule) and is_row(data, first, end)):
        return begin
    while first < end and (tells & BAR or is_table_rule(data, first, end)):
        i = min(end + 1, stop)
        if i >= stop:
            break
        end, tells = line_end(data, i, stop)
        first, _ = after_indent(data, i, end)
    return i


@kernel
def front_matter_end(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns where the line after YAML or TOML front matter begins; `i` if there is none."""
    begin = i
    end, _ = line_end(data, i, stop)
    end = before_blanks(data, i, end)
    if end - i != 3 or data[i] != data[i + 1] or data[i] != data[i + 2]:
        return begin
    mark = data[i]
    if mark != 45 and mark != 43:
        return begin
    keys = 0
    i, _ = line_end(data, i, stop)
    for _line in range(_FRONT_MATTER_LINES):
        i += 1
        if i >= stop:
            return begin
        end, _ = line_end(data, i, stop)
        last = before_blanks(data, i, end)
        if last - i == 3 and data[i] == mark and data[i + 1] == mark and data[i + 2] == mark:
            return min(end + 1, stop) if keys else begin
        if last == i and not keys:
            return begin
        for k in range(i, last):
            if data[k] == 58 or data[k] == 61:
                keys += 1
                break
            if not NAME[data[k]] and data[k] != 95 and data[k] != 32:
                break
        i = end
    return begin


@kernel
def is_definition(data, first, end):  # type: ignore[no-untyped-def]
    """Says whether the line is [name]: target; a footnote's text, [^1]: …, is none."""
    i = first + 1
    if data[first] != 91 or i >= end or data[i] == 94:
        return False
    while i < end and data[i] != 93:
        i += 1
    if i + 2 >= end or data[i + 1] != 58:
        return False
    i, _ = after_indent(data, i + 2, end)
    if i >= end:
        return False
    b = data[i]
    # http…, /path, ./path, #anchor, <target>
    return _TARGET[b] or (b == 104 and i + 4 < end and data[i + 1] == 116)


@kernel
def is_line_rule(data, first, end):  # type: ignore[no-untyped-def]
    """Says whether the line is drawn: three times or more the same of - = * _ ~ # +."""
    mark = data[first]
    if not _LINE_RULE[mark]:
        return False
    marks = 0
    for i in range(first, end):
        if data[i] == mark:
            marks += 1
        elif not BLANK[data[i]]:
            return False
    return marks >= 3


@kernel
def after_marker(data, first, end):  # type: ignore[no-untyped-def]
    """Returns (where the text after the line's mark begins, is it a list item's, a heading's)."""
    b = data[first]
    i = first
    if b == 35:
        while i < end and data[i] == 35:
            i += 1
        if i - first <= 6 and i < end and BLANK[data[i]]:
            return i, False
        return first, False
    item = False
    if b == 45 or b == 42 or b == 43:
        item = first + 1 < end and BLANK[data[first + 1]]
        i = first + 1
    elif 48 <= b <= 57:
        while i < end and i - first < 4 and 48 <= data[i] <= 57:
            i += 1
        if i - first <= 3 and i < end and (data[i] == 46 or data[i] == 41):
            i += 1
            item = i < end and BLANK[data[i]]
        elif i - first <= 3 and i + 2 < end and data[i] == 0xE3 and data[i + 1] == 0x80:
            # 、 is E3 80 81, the ideographic comma of Chinese and Japanese lists
            item = data[i + 2] == 0x81
            i += 3
    elif (b == 0xE2 or b == 0xC2 or b == 0xE3) and first + 2 < end:
        # The lead bytes of all bullets; E3 is that of kana and Chinese marks too.
        code_point, i = decode(data, first)
        for k in range(len(_WIDE_BULLETS)):
            item = item or _WIDE_BULLETS[k] == code_point
        if not item and i < end and BLANK[data[i]]:
            for k in range(len(_WIDE_SPACED_BULLETS)):
                item = item or _WIDE_SPACED_BULLETS[k] == code_point
    if not item:
        return first, False
    i, _ = after_indent(data, i, end)
    # A box of a task list: [ ] or [x].
    if i + 3 < end and data[i] == 91 and data[i + 2] == 93 and _BOX[data[i + 1]]:
        i += 3
    return i, True
