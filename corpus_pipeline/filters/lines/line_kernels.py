"""The kernels behind the line rules: one pass that judges lines, one that writes what stays.

    scan_lines    text ─► lines that are not blank, each with its size and the rule that removes it
    find_repeated lines ─► those that the document had before
    write_texts   lines ─► text without the removed ones

A *word* is one of the quality measures: a run of characters that are not space; a character of an
unspaced script is one by itself, and so is what stands between two of them.
"""

import numpy as np

from corpus_pipeline.filters.lines.columns import RULES
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import DIGIT, LETTER, SPACE, UNSPACED, decode, is_han
from corpus_pipeline.text.marks import C4_TERMINAL, MARKS, line_end
from corpus_pipeline.text.words import mix

#: The numbers of the rules: one more than the place in `columns.RULES`; 0 keeps the line.
(
    WORD_TOO_LONG, NO_END_MARK, UPPERCASE, DIGITS, LITTLE_HAN, PRIVATE_USE, FEW_WORDS, FEW_CHARS,
    WITH_JAVASCRIPT, WITH_LOREM_IPSUM, WITH_POLICY, ADVERTISEMENT, COUNTER, NAVIGATION, PATTERN,
    LISTED_WORDS, BOOK_MATTER, REPEATED,
) = range(1, len(RULES) + 1)  # fmt: skip

#: What `scan_lines` is told, one int64 each. -1 is off; shares are numerator and denominator.
LIMITS = (
    "end_mark", "min_words", "min_chars", "max_word_chars", "uppercase", "uppercase_of",
    "digits", "digits_of", "han", "han_of", "private", "private_of", "citations",
)  # fmt: skip
(
    END_MARK, MIN_WORDS, MIN_CHARS, MAX_WORD_CHARS, MAX_UPPERCASE, UPPERCASE_OF,
    MAX_DIGITS, DIGITS_OF, MIN_HAN, HAN_OF, MAX_PRIVATE, PRIVATE_OF, CITATIONS,
) = range(len(LIMITS))  # fmt: skip
#: Values of the limit END_MARK.
C4_END, PROSE_END = 1, 2

#: Facts of a line that later rules want, bits of `facts`.
HAS_DIGIT = 1
IS_CITED = 2
"""It has citations to be cut out."""

#: A line with so many words may be ended by a colon (`end_mark: prose`).
_CLAUSE_WORDS = 5

#: What is cut out besides [1] and []: what Wikipedias write after headings and claims.
_CITATION_TEXTS = (
    "[edit]", "[citation needed]",
    "[编辑]", "[編輯]", "[来源请求]", "[來源請求]", "[編集]", "[要出典]", "[편집]", "[출처 필요]",
    "[bearbeiten]", "[modifier]", "[editar]", "[modifica]", "[править]", "[cita requerida]",
)  # fmt: skip
_TEXT_BYTES = np.frombuffer("".join(_CITATION_TEXTS).encode(), np.uint8)
_TEXT_OFFSETS = np.cumsum([0] + [len(text.encode()) for text in _CITATION_TEXTS])

#: By byte: ASCII within a word whose neighbours say nothing of it; full stops and opening brackets
#: are not among them. Any value but 0.
_OTHER, _CAPITAL, _DIGIT = 1, 2, 3
_PLAIN = np.zeros(256, np.uint8)
_PLAIN[0x21:0x7F] = _OTHER
_PLAIN[ord("A") : ord("Z") + 1] = _CAPITAL
_PLAIN[ord("0") : ord("9") + 1] = _DIGIT
_PLAIN[[ord("."), ord("[")]] = 0
_SEED = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLIER = np.uint64(0xD6E8FEB86659FD93)


@kernel
def after_mark(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns the byte after the citation that begins with the bracket at `i`; `i` if none does.

    >>> text = np.frombuffer(b"Yes.[12] No.", np.uint8)
    >>> after_mark.py_func(text, 4, len(text)), after_mark.py_func(text, 0, 0)
    (8, 0)
    """
    j = i + 1
    while j < stop and 48 <= data[j] <= 57:
        j += 1
    if j < stop and data[j] == 93:
        return j + 1
    if j > i + 1:
        return i
    for text in range(len(_TEXT_OFFSETS) - 1):
        first = _TEXT_OFFSETS[text]
        length = _TEXT_OFFSETS[text + 1] - first
        if i + length > stop:
            continue
        k = 1
        while k < length and data[i + k] == _TEXT_BYTES[first + k]:
            k += 1
        if k == length:
            return i + length
    return i


@kernel
def count_kinds(data, start, end, citing, classes):  # type: ignore[no-untyped-def]
    """Returns (letters and numerals, Chinese characters among them, characters that say nothing).

    The last are those of private use and U+FFFD. Citations do not count if they are cut out.

    >>> from corpus_pipeline.text.characters import characters
    >>> line = np.frombuffer("第 3 章\ue001".encode(), np.uint8)
    >>> [*map(int, count_kinds.py_func(line, 0, len(line), False, characters().classes))]
    [3, 2, 1]
    """
    solid, han, private = 0, 0, 0
    i = start
    while i < end:
        if citing and data[i] == 91:
            following = after_mark(data, i, end)
            if following > i:
                i = following
                continue
        code_point, i = decode(data, i)
        kind = classes[code_point]
        if kind in (LETTER, DIGIT, UNSPACED):
            solid += 1
            han += kind == UNSPACED and is_han(code_point)
        private += 0xE000 <= code_point <= 0xF8FF or code_point == 0xFFFD or code_point >= 0xF0000
    return solid, han, private


@kernel
def _verdict(  # type: ignore[no-untyped-def]
    data, start, end, classes, limits, words, chars, longest, capitals, digits, last, dots
):
    """Returns the number of the first rule that removes the line; 0 if none does."""
    if limits[MAX_WORD_CHARS] >= 0 and longest > limits[MAX_WORD_CHARS]:
        return WORD_TOO_LONG
    if limits[END_MARK] == C4_END:
        if last == 0x2026:
            # 他走了…… is whole; "Read on…" is cut off, as C4 says of "Read on...".
            if dots < 2:
                return NO_END_MARK
        elif last >= 0x10000 or MARKS[last] & C4_TERMINAL == 0 or (last == 46 and dots >= 3):
            return NO_END_MARK
    elif limits[END_MARK] == PROSE_END:
        _, whole = line_end(data, start, end, words >= _CLAUSE_WORDS)
        if not whole:
            return NO_END_MARK
    most = limits[MAX_UPPERCASE] * chars
    if most >= 0 and capitals * limits[UPPERCASE_OF] > most:
        return UPPERCASE
    most = limits[MAX_DIGITS] * chars
    if most >= 0 and digits * limits[DIGITS_OF] > most:
        return DIGITS
    if limits[MIN_HAN] >= 0 or limits[MAX_PRIVATE] >= 0:
        solid, han, private = count_kinds(data, start, end, limits[CITATIONS] > 0, classes)
        # What has no letters is in no language.
        if limits[MIN_HAN] >= 0 and han * limits[HAN_OF] < limits[MIN_HAN] * solid:
            return LITTLE_HAN
        if limits[MAX_PRIVATE] >= 0 and private * limits[PRIVATE_OF] > limits[MAX_PRIVATE] * chars:
            return PRIVATE_USE
    if words < limits[MIN_WORDS]:
        return FEW_WORDS
    if chars < limits[MIN_CHARS]:
        return FEW_CHARS
    return 0


@kernel
def scan_lines(  # type: ignore[no-untyped-def]
    data, offsets, classes, uppercase, limits,
    line_offsets, starts, ends, numbers, words, chars, verdicts, facts,
):  # fmt: skip
    """Finds and judges the lines that are not blank, of all documents one after another.

    Args:
        data: uint8[B].
        offsets: int32[N + 1] into `data`.
        classes: uint8[0x110000].
        uppercase: bool[0x10000], the code point is a capital letter.
        limits: int64[len(LIMITS)].
        line_offsets: int64[N + 1], filled: where the lines of each document begin.
        starts, ends: int32[L], filled: bytes of a line, without its line feed.
        numbers: int32[L], filled: which line of the document it is, blank ones counted, from 1.
        words: int32[L], filled.
        chars: int32[L], filled: characters between the white space around the line.
        verdicts: uint8[L], filled: number of the rule that removes it, 0 for none.
        facts: uint8[L], filled: bits `HAS_DIGIT`, `IS_CITED`.
    """
    citing = limits[CITATIONS] > 0
    line = np.int64(0)
    line_offsets[0] = 0
    for row in range(len(offsets) - 1):
        i = np.int64(offsets[row])
        stop = np.int64(offsets[row + 1])
        number = np.int32(0)
        while i < stop:
            begin = i
            number += 1
            first = np.int64(-1)
            end = begin
            # Position of the last character that is no space, counted from the first such.
            position = np.int64(0)
            last_position = np.int64(0)
            count = 0
            length = 0
            longest = 0
            single = False
            capitals = np.int64(0)
            digits = np.int64(0)
            fact = 0
            last = np.int64(0)
            dots = 0
            while i < stop and data[i] != 10:
                b = np.int64(data[i])
                # Most characters are ASCII within a word, and a space behind it.
                if _PLAIN[b]:
                    if single and length:
                        count += 1
                        length = 0
                    if first < 0:
                        first = i
                    run = i
                    while i < stop and _PLAIN[data[i]]:
                        kind = _PLAIN[data[i]]
                        capitals += kind == _CAPITAL
                        digits += kind == _DIGIT
                        i += 1
                    length += int(i - run)
                    position += i - run
                    last_position = position
                    longest = max(longest, length)
                    single = False
                    last = np.int64(data[i - 1])
                    end = i
                    if i < stop and data[i] == 32:
                        count += 1
                        length = 0
                        position += 1
                        i += 1
                    continue
                if b == 91 and citing:
                    following = after_mark(data, i, stop)
                    if following > i:
                        fact |= IS_CITED
                        i = following
                        continue
                code_point, following = b, i + 1
                if b >= 0x80:
                    code_point, following = decode(data, i)
                kind = classes[code_point]
                if kind == SPACE:
                    if length:
                        count += 1
                        length = 0
                    position += first >= 0
                    dots = 0
                    i = following
                    continue
                if length and (kind == UNSPACED or single):
                    count += 1
                    length = 0
                single = kind == UNSPACED
                length += 1
                longest = max(longest, length)
                if first < 0:
                    first = i
                position += 1
                last_position = position
                digits += kind == DIGIT
                if code_point < 0x10000:
                    capitals += uppercase[code_point]
                if code_point == 46 or code_point == 0x2026:
                    dots = dots + 1 if last == code_point else 1
                else:
                    dots = 0
                last = code_point
                end = following
                i = following
            if first >= 0 or fact:
                count += length > 0
                starts[line] = begin
                ends[line] = i
                numbers[line] = number
                words[line] = count
                chars[line] = last_position
                # A line that is nothing but a citation has no words left.
                verdicts[line] = FEW_WORDS
                if first >= 0:
                    verdicts[line] = _verdict(
                        data, first, end, classes, limits, count, last_position, longest, capitals,
                        digits, last, dots,
                    )  # fmt: skip
                facts[line] = fact | (HAS_DIGIT if digits else 0)
                line += 1
            i += 1
        line_offsets[row + 1] = line


@kernel
def find_repeated(data, starts, ends, line_offsets, classes, folds, verdicts, keys):  # type: ignore[no-untyped-def]
    """Marks lines that an earlier line of the document that stays has the words of.

    Args:
        data, starts, ends, line_offsets, classes, verdicts: as in `scan_lines`; 0 becomes REPEATED.
        folds: uint16[0x10000]; case and width do not count, nor how much white space there is.
        keys: uint64[T], scratch: a power of two, at least twice the lines of a document.
    """
    for row in range(len(line_offsets) - 1):
        slots = 4
        while slots < 2 * (line_offsets[row + 1] - line_offsets[row]):
            slots *= 2
        keys[:slots] = 0
        for line in range(line_offsets[row], line_offsets[row + 1]):
            if verdicts[line]:
                continue
            h = _SEED
            blank = False
            some = False
            i = np.int64(starts[line])
            while i < ends[line]:
                code_point, i = decode(data, i)
                if classes[code_point] == SPACE:
                    blank = True
                    continue
                if code_point < 0x10000:
                    code_point = np.int64(folds[code_point])
                if blank and some:
                    h = (h ^ np.uint64(32)) * _MULTIPLIER
                    h ^= h >> np.uint64(29)
                blank = False
                some = True
                h = (h ^ np.uint64(code_point)) * _MULTIPLIER
                h ^= h >> np.uint64(29)
            key = mix(h) | np.uint64(1)
            slot = np.int64(key >> np.uint64(33)) & (slots - 1)
            while keys[slot] != 0 and keys[slot] != key:
                slot = (slot + 1) & (slots - 1)
            if keys[slot] == key:
                verdicts[line] = REPEATED
            keys[slot] = key


@kernel
def _copied(data, i, end, citing, out, o):  # type: ignore[no-untyped-def]
    """Copies a line without its citations; returns the byte after it in `out`."""
    if not citing:
        out[o : o + end - i] = data[i:end]
        return o + end - i
    while i < end:
        if data[i] == 91:
            following = after_mark(data, i, end)
            if following > i:
                i = following
                continue
        out[o] = data[i]
        o += 1
        i += 1
    return o


@kernel
def _blank_lines(data, i, end):  # type: ignore[no-untyped-def]
    """Counts the line feeds in `data[i:end]`."""
    feeds = 0
    while i < end:
        feeds += data[i] == 10
        i += 1
    return feeds


@kernel
def write_texts(  # type: ignore[no-untyped-def]
    data, offsets, chosen, line_offsets, starts, ends, verdicts, facts,
    rewritten, new_data, new_offsets, max_blank, out, out_offsets,
):  # fmt: skip
    """Writes the texts without the removed lines; unchosen and untouched ones byte by byte.

    Args:
        data, offsets, line_offsets, starts, ends, verdicts, facts: as `scan_lines` left them.
        chosen: bool[N], the document is edited.
        rewritten: int32[L], which of the strings of `new_data` stands for the line; -1 for none.
        new_data: uint8[C].
        new_offsets: int32[R + 1].
        max_blank: blank lines that may stay between two lines.
        out: uint8[B], filled.
        out_offsets: int32[N + 1], filled.
    """
    o = np.int64(0)
    out_offsets[0] = 0
    for row in range(len(offsets) - 1):
        start = np.int64(offsets[row])
        stop = np.int64(offsets[row + 1])
        touched = False
        if chosen[row]:
            before = start
            for line in range(line_offsets[row], line_offsets[row + 1]):
                feeds = _blank_lines(data, before, starts[line])
                # The feed that ends the line before is no blank line.
                touched |= feeds - (before > start) > max_blank
                touched |= verdicts[line] != 0 or rewritten[line] >= 0
                touched |= facts[line] & IS_CITED != 0
                before = np.int64(ends[line])
            if before > start:
                touched |= _blank_lines(data, before, stop) - 1 > max_blank
        if not touched:
            out[o : o + stop - start] = data[start:stop]
            o += stop - start
            out_offsets[row + 1] = o
            continue
        before = start
        blank = np.int64(0)
        some = False
        for line in range(line_offsets[row], line_offsets[row + 1]):
            # A removed line takes its distance from its neighbours with it.
            blank = max(blank, _blank_lines(data, before, starts[line]) - 1)
            before = np.int64(ends[line])
            if verdicts[line]:
                continue
            if some:
                for _ in range(1 + min(blank, max_blank)):
                    out[o] = 10
                    o += 1
            some = True
            blank = np.int64(0)
            citing = facts[line] & IS_CITED != 0
            r = rewritten[line]
            if r >= 0:
                o = _copied(new_data, np.int64(new_offsets[r]), new_offsets[r + 1], citing, out, o)
            else:
                o = _copied(data, np.int64(starts[line]), ends[line], citing, out, o)
        out_offsets[row + 1] = o
