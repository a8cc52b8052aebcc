"""Counts of source code: comments, strings, and lines that say certain things.

One pass over the bytes of a file tells comments and strings from the rest, by the syntax of its
language (`filters/code/syntax.yaml`). It is no parser: a regular expression with a quotation mark
in it begins a string, which then ends with its line, as every string does that may not go on.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.filters.code.syntax import (
    APART,
    BLOCK,
    COLUMN,
    DOC,
    DOUBLED,
    ESCAPED,
    FIRST,
    LINE,
    LINES,
    NESTED,
    ONE,
    RAW,
    STRING,
    WORD,
    load_syntax,
    numbers_of,
)
from corpus_pipeline.filters.quality.more_columns import PROGRAM_MEANINGS
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.columns import utf8_buffers

COUNTED = tuple(PROGRAM_MEANINGS)
(
    _COMMENT, _DOCSTRING, _PROGRAM, _STRINGS, _LONG_WORDS, _HEX_WORDS, _PROGRAM_LINES,
    _LONG_STRINGS, _PROMPTS, _ASSERTS, _PRINTS, _IMPORTS, _PASSES, _DIRECTIVES,
) = range(len(COUNTED))  # fmt: skip

#: Words of a line of strings, and characters of a word in a string, that are not long yet.
_FEW_WORDS = 20
_SHORT_WORD = 20
#: Bytes that a literal of one character may take: `'\U0010FFFF'`.
_ONE_BYTES = 14
#: Nothing, white space, a letter or digit or whatever is not ASCII, a mark.
_OUTSIDE, _BLANK, _WORDLY, _MARK = range(4)
_CLASS = np.array(
    [
        _BLANK if chr(k) in " \t\n\v\f\r" else _WORDLY if chr(k).isalnum() or k == 95 else _MARK
        for k in range(128)
    ]
    + [_WORDLY] * 128,
    np.uint8,
)
_IS_HEX = np.array([chr(k) in "0123456789abcdefABCDEF" for k in range(256)])
#: Before a comment that must stand apart.
_IS_APART = np.array([chr(k) in " \t\n\r\f\v;()&|" for k in range(256)])
#: Letters before a Python string.
_IS_PREFIX = np.array([chr(k) in "rRuUbB" for k in range(256)])


def _word(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), np.uint8)


_ASSERT, _IMPORT, _PASS = _word("assert"), _word("import"), _word("pass")
_TODO, _FIXME, _YOURS = _word("todo"), _word("fixme"), _word("your code here")


def count_programs(texts: pa.Array, languages: pa.Array) -> dict[str, pa.Array]:
    """Counts `PROGRAM_MEANINGS` of N files; each is int32[N].

    Args:
        texts: `string`, N texts.
        languages: `string`, N names of languages as Linguist has them.

    Returns:
        Name -> counts; null where the text is, and where the syntax of the language is not known.

    >>> text = "def f(x):\\n    '''Doubles.'''\\n    return 2 * x  # TODO: 'faster'\\n"
    >>> found = count_programs(pa.array([text, text]), pa.array(["Python", None]))
    >>> {name: found[name].to_pylist() for name in ("comment_chars", "prompt_lines")}
    {'comment_chars': [30, None], 'prompt_lines': [1, None]}
    """
    data, offsets = utf8_buffers(texts)
    syntax = load_syntax()
    groups, prints = numbers_of(languages)
    counts = np.zeros((len(COUNTED), len(texts)), np.int32)
    _count(
        data, offsets, groups, prints, syntax.first, syntax.begins, syntax.kinds, syntax.flags,
        syntax.bytes, syntax.places, counts,
    )  # fmt: skip
    null = np.asarray(texts.is_null()) | (groups < 0)
    return {name: pa.array(values, mask=null) for name, values in zip(COUNTED, counts, strict=True)}


@kernel
def _part(data, i, stop, parts, start, size):  # type: ignore[no-untyped-def]
    """Says whether `size` bytes of `parts` from `start` on stand at byte `i`."""
    same = i + size <= stop
    k = 0
    while same and k < size:
        same = data[i + k] == parts[start + k]
        k += 1
    return same


@kernel
def _small(data, i, stop, word):  # type: ignore[no-untyped-def]
    """Says whether a word stands at byte `i`, whatever the case of its letters."""
    if i + len(word) > stop:
        return False
    for k in range(len(word)):
        b = data[i + k]
        if 65 <= b <= 90:
            b |= 0x20
        if b != word[k]:
            return False
    return True


@kernel
def _one(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns the byte behind the literal of one character that begins at byte `i`; `i` if none."""
    if i + 2 >= stop or data[i + 1] == 10 or data[i + 1] == data[i]:
        return i
    if data[i + 1] == 92:
        for k in range(i + 3, min(stop, i + _ONE_BYTES)):
            if data[k] == data[i]:
                return k + 1
            if data[k] == 10:
                break
        return i
    k = i + 2
    while k < stop and data[k] & 0xC0 == 0x80:
        k += 1
    return k + 1 if k < stop and data[k] == data[i] else i


@kernel
def _token_at(  # type: ignore[no-untyped-def]
    data, i, start, stop, line, fresh, first, last, kinds, flags, parts, places
):
    """Returns the token that begins at byte `i` of code, -1 if none does.

    `line` is where the line begins; `fresh` says that only white space stands before on it.
    """
    before = data[i - 1] if i > start else 10
    for k in range(first, last):
        size = places[2 * k + 1] - places[2 * k]
        its = flags[k]
        if its & WORD:
            if i + size > stop:
                continue
            same = True
            for j in range(size):
                b = data[i + j]
                if 65 <= b <= 90:
                    b |= 0x20
                same &= b == parts[places[2 * k] + j]
            if not same or (i + size < stop and _CLASS[data[i + size]] == _WORDLY):
                continue
        elif not _part(data, i, stop, parts, places[2 * k], size):
            continue
        if its & FIRST and not fresh:
            continue
        if its & COLUMN and i != line:
            continue
        if its & APART and not _IS_APART[before]:
            continue
        if its & ESCAPED and before == 92:
            continue
        if its & ONE and _one(data, i, stop) == i:
            continue
        return k
    return -1


@kernel
def _has_address(data, i, end):  # type: ignore[no-untyped-def]
    """Says whether http:// or https:// with something behind stands in a word."""
    for k in range(i, end - 7):
        if data[k] == 104 and data[k + 1] == 116 and data[k + 2] == 116 and data[k + 3] == 112:
            j = k + 5 if data[k + 4] == 115 else k + 4
            if j + 3 < end and data[j] == 58 and data[j + 1] == 47 and data[j + 2] == 47:
                return True
    return False


@kernel
def _hex_word(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns the length of the word 0x… that begins at the 0 of byte `i`; 0 if none does."""
    if i + 2 >= stop or data[i + 1] | 0x20 != 120:
        return 0
    k = i + 2
    while k < stop and _IS_HEX[data[k]]:
        k += 1
    if k == i + 2 or (k < stop and _CLASS[data[k]] == _WORDLY):
        return 0
    return k - i


@kernel
def _says(data, i, stop, parts, places, word):  # type: ignore[no-untyped-def]
    """Returns bits of what begins at byte `i` of code: 1 assert, 2 import, 4 pass, 8 print."""
    b = data[i] | 0x20
    found = 0
    if b == 97 and _small(data, i, stop, _ASSERT):
        found |= 1
    if b == 105 and _small(data, i, stop, _IMPORT):
        found |= 2
    if b == 112 and _small(data, i, stop, _PASS):
        found |= 4
    if (
        places[word + 1] > places[word]
        and data[i] == parts[places[word]]
        and _part(data, i, stop, parts, places[word], places[word + 1] - places[word])
    ):
        found |= 8
    return found


@kernel
def _prompts(data, i, stop):  # type: ignore[no-untyped-def]
    """Says whether todo, fixme or your code here begins at byte `i`."""
    b = data[i] | 0x20
    return (
        (b == 116 and _small(data, i, stop, _TODO))
        or (b == 102 and _small(data, i, stop, _FIXME))
        or (b == 121 and _small(data, i, stop, _YOURS))
    )


@kernel
def _scan(  # type: ignore[no-untyped-def]
    data, start, stop, first, last, begins, word, kinds, flags, parts, places, totals
):
    """Adds what is counted of one file to `totals`."""
    state = -1  # Of code; else the kind of the token that is open.
    token = 0
    depth = 0
    brackets = 0
    doc = False
    line = start
    fresh = True
    prefixes = 0
    joined = False
    says = 0
    prompt = False
    directive = False
    has_code = False
    words = 0
    kind = _OUTSIDE
    word_at = np.int64(-1)
    word_chars = 0
    i = np.int64(start)
    if i + 1 < stop and data[i] == 35 and data[i + 1] == 33:
        # The line that says what runs a script is a comment in every language.
        state, token = LINE, -1
    while i < stop:
        b = data[i]
        skip = 1
        comment = False
        inside = False
        ends = False
        if state < 0:
            if begins[b]:
                k = _token_at(
                    data, i, start, stop, line, fresh, first, last, kinds, flags, parts, places
                )
                if k >= 0:
                    state, token, depth = kinds[k], k, 1
                    skip = places[2 * k + 1] - places[2 * k]
                    doc = (
                        flags[k] & DOC != 0
                        and brackets == 0
                        and not joined
                        and (fresh or 0 < prefixes <= 2)
                    )
                    comment = state != STRING or doc
                    words, kind, word_at, word_chars = 0, _OUTSIDE, np.int64(-1), 0
                    if flags[k] & ONE and state == STRING:
                        skip = _one(data, i, stop) - i
                        for j in range(i + 1, i + skip - 1):
                            totals[_STRINGS] += data[j] & 0xC0 != 0x80
                        state = -1
            if (state < 0 or not comment) and _CLASS[b] != _BLANK:
                has_code = True
        elif state == LINE:
            comment = b != 10
        elif state == BLOCK:
            comment = True
            its = flags[token]
            opener, closer = places[2 * token], places[2 * token + 1]
            size = places[2 * token + 2] - closer
            if (not its & COLUMN or i == line) and _part(data, i, stop, parts, closer, size):
                depth -= 1
                skip = size
                if depth == 0:
                    if its & COLUMN:
                        state, token = LINE, -1
                    else:
                        state = -1
            elif its & NESTED and _part(data, i, stop, parts, opener, closer - opener):
                depth += 1
                skip = closer - opener
        else:
            its = flags[token]
            closer = places[2 * token + 1]
            size = places[2 * token + 2] - closer
            comment = doc
            has_code |= not doc
            if b == 92 and not its & RAW and i + 1 < stop:
                # What follows the \ is content, a line feed too.
                inside = True
                skip = 2
                while i + skip < stop and data[i + skip] & 0xC0 == 0x80:
                    skip += 1
            elif _part(data, i, stop, parts, closer, size):
                if its & DOUBLED and _part(data, i + size, stop, parts, closer, size):
                    inside = True
                    skip = 2 * size
                else:
                    skip = size
                    ends = True
                    state = -1
            elif b == 10 and not its & LINES:
                ends = True
                state = -1
            else:
                inside = True
        # What stands in a string.
        if (inside or ends) and not doc:
            for j in range(i, i + (skip if inside else 0)):
                c = data[j]
                totals[_STRINGS] += c & 0xC0 != 0x80
                now = _CLASS[c]
                words += now != kind and now != _BLANK
                kind = now
                if now == _BLANK:
                    if word_chars > _SHORT_WORD and not _has_address(data, word_at, j):
                        totals[_LONG_WORDS] += word_chars
                    word_at, word_chars = np.int64(-1), 0
                else:
                    if word_at < 0:
                        word_at = np.int64(j)
                    word_chars += c & 0xC0 != 0x80
                if c == 10:
                    totals[_LONG_STRINGS] += words > _FEW_WORDS
                    words, kind = 0, _OUTSIDE
            if ends:
                if word_chars > _SHORT_WORD and not _has_address(data, word_at, i):
                    totals[_LONG_WORDS] += word_chars
                totals[_LONG_STRINGS] += words > _FEW_WORDS
                words, kind, word_at, word_chars = 0, _OUTSIDE, np.int64(-1), 0
        # What is said.
        if comment:
            if not prompt:
                for j in range(i, i + skip):
                    prompt |= _prompts(data, j, stop)
        else:
            for j in range(i, i + skip):
                says |= _says(data, j, stop, parts, places, word)
                if data[j] == 48 and (j == start or _CLASS[data[j - 1]] != _WORDLY):
                    totals[_HEX_WORDS] += _hex_word(data, j, stop)
            if state < 0 and skip == 1 and not ends:
                if b == 40 or b == 91 or b == 123:
                    brackets += 1
                elif b == 41 or b == 93 or b == 125:
                    brackets = max(0, brackets - 1)
                if b == 35 and fresh:
                    directive = True
        for j in range(i, i + skip):
            c = data[j]
            starts = c & 0xC0 != 0x80
            if comment:
                totals[_COMMENT] += starts
                totals[_DOCSTRING] += starts and doc
            else:
                totals[_PROGRAM] += starts
            if c == 10:
                totals[_PROGRAM_LINES] += has_code
                totals[_PROMPTS] += prompt
                if has_code:
                    totals[_ASSERTS] += says & 1
                    totals[_IMPORTS] += says >> 1 & 1
                    totals[_PASSES] += says >> 2 & 1
                    totals[_PRINTS] += says >> 3 & 1
                    totals[_DIRECTIVES] += directive
                joined = j > start and data[j - 1] == 92
                line, fresh, prefixes = np.int64(j + 1), True, 0
                says, prompt, directive, has_code = 0, False, False, False
                if state == LINE:
                    state = -1
            elif _CLASS[c] != _BLANK:
                prefixes = prefixes + 1 if _IS_PREFIX[c] and prefixes >= 0 else -9
                fresh = False
        if state < 0 and doc and ends:
            doc = False
        i += skip
    if state == STRING and not doc:
        if word_chars > _SHORT_WORD and not _has_address(data, word_at, stop):
            totals[_LONG_WORDS] += word_chars
        totals[_LONG_STRINGS] += words > _FEW_WORDS
    totals[_PROGRAM_LINES] += has_code
    totals[_PROMPTS] += prompt
    if has_code:
        totals[_ASSERTS] += says & 1
        totals[_IMPORTS] += says >> 1 & 1
        totals[_PASSES] += says >> 2 & 1
        totals[_PRINTS] += says >> 3 & 1
        totals[_DIRECTIVES] += directive


@kernel
def _count(  # type: ignore[no-untyped-def]
    data, offsets, groups, prints, first, begins, kinds, flags, parts, places, counts
):
    totals = np.zeros(len(counts), np.int64)
    # Behind the openers and closers stand an empty word and the words of lines that print.
    words = 2 * len(kinds)
    for row in range(len(offsets) - 1):
        group = groups[row]
        if group < 0:
            continue
        totals[:] = 0
        _scan(
            data, np.int64(offsets[row]), np.int64(offsets[row + 1]), first[group],
            first[group + 1], begins[group], words + prints[row], kinds, flags, parts, places,
            totals,
        )  # fmt: skip
        for k in range(len(totals)):
            counts[k, row] = totals[k]
