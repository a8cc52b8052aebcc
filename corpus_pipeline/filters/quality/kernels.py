"""The scan of a line behind the quality measures: characters to words and sentences in one pass.

document ── lines (split at line feeds) ── words ── characters
   │           │                             └ hash and length into scratch, for repetition
   │           └ hash and length into scratch; bullet? terminal mark? kept by C4?
   └ totals, one int64 per column of `COLUMNS`
"""

import numpy as np

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import (
    DIGIT,
    LETTER,
    OTHER,
    PUNCTUATION,
    SPACE,
    UNSPACED,
    decode,
)
from corpus_pipeline.text.marks import (
    BULLET,
    C4_TERMINAL,
    CLOSES,
    ENDS,
    ENDS_BEFORE_SPACE,
    FOLLOWS_ANCHOR,
    JAVASCRIPT,
    LOREM_IPSUM,
    MARKS,
    POLICY,
    TERMINAL,
    before_citations,
    last_mark,
    line_end,
    phrases_at,
)
from corpus_pipeline.text.sentences import after_citation
from corpus_pipeline.text.words import mix

#: What the scan counts, in the order of its output row. `measures.py` says what each means.
COLUMNS = (
    "chars", "word_chars", "letters", "digits", "words", "words_with_letter", "longest_word",
    "hash_marks", "ellipses", "newlines", "sentences", "lines", "longest_line", "bullet_lines",
    "ellipsis_lines", "terminal_lines", "short_lines", "few_word_lines", "long_word_lines",
    "javascript_lines", "policy_lines", "lorem_ipsum_lines", "curly_brackets",
    "c4_lorem_ipsum_lines", "c4_curly_lines", "c4_kept_lines", "c4_kept_sentences", "paragraphs",
    "stop_words", "stop_word_occurrences", "page_words", "capital_words", "brackets",
)  # fmt: skip
(
    CHARS, WORD_CHARS, LETTERS, DIGITS, WORDS, WORDS_WITH_LETTER, LONGEST_WORD,
    HASH_MARKS, ELLIPSES, NEWLINES, SENTENCES, LINES, LONGEST_LINE, BULLET_LINES,
    ELLIPSIS_LINES, TERMINAL_LINES, SHORT_LINES, FEW_WORD_LINES, LONG_WORD_LINES,
    JAVASCRIPT_LINES, POLICY_LINES, LOREM_IPSUM_LINES, CURLY_BRACKETS,
    C4_LOREM_IPSUM_LINES, C4_CURLY_LINES, C4_KEPT_LINES, C4_KEPT_SENTENCES, PARAGRAPHS,
    STOP_WORDS, STOP_WORD_OCCURRENCES, PAGE_WORDS, CAPITAL_WORDS, BRACKETS,
) = range(len(COLUMNS))  # fmt: skip

#: Places in `limits`: a line of at most so many characters is short; C4 removes lines of fewer
#: words, and lines with a longer word; 1: three full stops may end a line that C4 keeps.
SHORT_LINE, LINE_WORDS, LONG_WORD, ENDS_IN_ELLIPSIS = range(4)

#: Stands where stop words have their number: the word is one of pages.
PAGE_WORD = 255

#: In prose a list item that is as long as a clause (eight words, twenty characters of Chinese)
#: needs no end mark, and is no bullet: menus and lists of names have short items.
ITEM_WORDS = 8
ITEM_BYTES = 60

_IS_SMALL = np.isin(np.arange(256), np.arange(ord("a"), ord("z") + 1))

#: The hash of nothing.
SEED = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLIER = np.uint64(0xD6E8FEB86659FD93)


@kernel
def step(h, value):  # type: ignore[no-untyped-def]
    """Extends the uint64 hash `h` by the uint64 `value`; order matters.

    >>> hex(step.py_func(np.uint64(5), np.uint64(4)))
    '0xd6e8febed11e0850'
    """
    h = (h ^ value) * _MULTIPLIER
    return h ^ (h >> np.uint64(29))


@kernel
def fold(folds, code_point):  # type: ignore[no-untyped-def]
    """Returns the code point without case and width as uint64.

    >>> int(fold.py_func(np.arange(0x10000, dtype=np.uint16), 0x20000))
    131072
    """
    return np.uint64(folds[code_point]) if code_point < 0x10000 else np.uint64(code_point)


@kernel
def stop_key(h, language):  # type: ignore[no-untyped-def]
    """Returns the key of a folded word's hash in the stop words of one language; never 0."""
    return mix(h ^ np.uint64(language + 1)) | np.uint64(1)


@kernel
def fill_stop_words(data, offsets, languages, numbers, folds, keys, bits):  # type: ignore[no-untyped-def]
    """Enters words into an open-addressing table of a power of two slots; key 0 is an empty slot.

    Args:
        data: uint8[B], the words' UTF-8.
        offsets: int32[N + 1] into `data`.
        languages: int64[N], the number of each word's language.
        numbers: uint8[N], the number of the word in its language, below 64, or `PAGE_WORD`. What
            was entered first stays.
        folds: uint16[0x10000].
        keys: uint64[T], filled.
        bits: uint8[T], filled with `numbers`.
    """
    mask = len(keys) - 1
    for row in range(len(languages)):
        h = SEED
        i = np.int64(offsets[row])
        while i < offsets[row + 1]:
            code_point, i = decode(data, i)
            h = step(h, fold(folds, code_point))
        key = stop_key(h, languages[row])
        slot = np.int64(key >> np.uint64(33)) & mask
        while keys[slot] != 0 and keys[slot] != key:
            slot = (slot + 1) & mask
        if keys[slot] == 0:
            keys[slot] = key
            bits[slot] = numbers[row]


@kernel
def scan_line(  # type: ignore[no-untyped-def]
    data,
    start,
    stop,
    prose,
    item,
    classes,
    folds,
    roles,
    limits,
    language,
    keys,
    bits,
    hashes,
    ends,
    count,
    totals,
):
    """Scans one line, adds to `totals`, and appends its words to `hashes` and `ends`.

    Args:
        data: uint8[B]; the line is `data[start:stop]`, without its line feed.
        start: first byte.
        stop: the byte after the last.
        prose: judge the line's end as one of prose: it may have closers behind it.
        item: the line is an item of a list.
        classes: uint8[0x110000].
        folds: uint16[0x10000].
        roles: uint8[0x10000], what each mark can do, `text.marks.MARKS` or a profile's.
        limits: int64[4], see `definitions.limits`.
        language: number of the language in the stop words, -1 for none.
        keys: uint64[T], the stop words, see `fill_stop_words`.
        bits: uint8[T], beside `keys`.
        hashes: uint64[W]; `hashes[count:]` is filled.
        ends: int32[W + 1]; `ends[count]` is how many characters the words before word `count` have.
        count: how many words the document has so far.
        totals: int64[len(COLUMNS)].

    Returns:
        (words so far, hash of the line's words, bit set of the stop words met).
    """
    first_word = count
    first_chars = ends[count]
    stop_mask = np.uint64(0)
    stop_hits = 0
    page_words = 0
    line_hash = SEED
    flags = 0
    curly = 0
    # The word that is open: its length, hash and letter; its folded core, letter to letter.
    length = 0
    h = SEED
    has_letter = False
    single = False
    core = np.uint64(0)
    folded = SEED
    in_core = False
    with_letter = 0
    longest = 0
    letters = 0
    digits = 0
    capitals = 0
    brackets = 0
    # The sentence: has it a letter or digit, and did a mark come that ends it before a space?
    sentences = 0
    dirty = False
    pending = False
    cited = start
    position = 0
    first_position = -1
    last_position = 0
    first_mark = np.int64(0)
    end = start
    previous = np.int64(0)
    dots = 0
    i = start
    while True:
        # Most characters are ASCII letters within a word; they change little.
        if first_position >= 0 and not (single and length) and i < stop and _IS_SMALL[data[i]]:
            if not in_core:
                folded = SEED
            begin = i
            while i < stop and _IS_SMALL[data[i]]:
                code_point = np.int64(data[i])
                i += 1
                if (
                    FOLLOWS_ANCHOR[code_point]
                    and i < stop
                    and data[i] | 0x20 == FOLLOWS_ANCHOR[code_point]
                ):
                    flags |= phrases_at(data, start, stop, i - 1)
                h = step(h, np.uint64(code_point))
                folded = step(folded, np.uint64(code_point))
            length += i - begin
            letters += i - begin
            position += i - begin
            last_position = position
            end = i
            previous = code_point
            single = False
            has_letter = True
            if language >= 0:
                in_core = True
                core = folded
            if i > cited:
                dirty = True
                pending = False
            continue
        code_point = np.int64(32)
        following = i + 1
        if i < stop:
            code_point = np.int64(data[i])
            if code_point >= 0x80:
                code_point, following = decode(data, i)
            elif (
                FOLLOWS_ANCHOR[code_point]
                and following < stop
                and data[following] | 0x20 == FOLLOWS_ANCHOR[code_point]
            ):
                flags |= phrases_at(data, start, stop, i)
            position += 1
        kind = classes[code_point]
        if length > 0 and (kind in (SPACE, UNSPACED) or single):
            hashes[count] = mix(h)
            line_hash = step(line_hash, hashes[count])
            ends[count + 1] = ends[count] + length
            count += 1
            longest = max(longest, length)
            with_letter += has_letter
            if language >= 0 and core != 0:
                key = stop_key(core, language)
                slot = np.int64(key >> np.uint64(33)) & (len(keys) - 1)
                while keys[slot] != 0 and keys[slot] != key:
                    slot = (slot + 1) & (len(keys) - 1)
                if keys[slot] == key:
                    if bits[slot] == PAGE_WORD:
                        page_words += 1
                    else:
                        stop_mask |= np.uint64(1) << np.uint64(bits[slot])
                        stop_hits += 1
            length = 0
            h = SEED
            has_letter = False
            core = np.uint64(0)
            in_core = False
        if i >= stop:
            break
        if kind == SPACE:
            if pending and dirty:
                sentences += 1
                dirty = False
            pending = False
        else:
            length += 1
            h = step(h, np.uint64(code_point))
            single = kind == UNSPACED
            end = following
            last_position = position
            solid = kind in (LETTER, DIGIT, UNSPACED)
            if first_position < 0:
                first_position = position
                if code_point < 0x10000:
                    first_mark = np.int64(MARKS[code_point])
            if language >= 0 and (solid or in_core):
                folded = step(folded if in_core else SEED, fold(folds, code_point))
                in_core = True
                if solid:
                    core = folded
            if solid:
                if kind == DIGIT:
                    digits += 1
                    # A raised number after a sentence's end is a footnote's.
                    if 0x80 <= code_point < 0x10000 and (pending or not dirty):
                        cited = following if MARKS[code_point] & CLOSES else cited
                else:
                    letters += 1
                    if not has_letter and not single:
                        capitals += fold(folds, code_point) != np.uint64(code_point)
                    has_letter = True
                if i >= cited:
                    if single and pending and dirty:
                        sentences += 1
                    dirty = True
                    pending = False
            elif kind in (PUNCTUATION, OTHER) and code_point < 0x10000:
                role = np.int64(MARKS[code_point])
                if role & ENDS:
                    sentences += dirty
                    dirty = False
                    pending = False
                elif role & ENDS_BEFORE_SPACE:
                    pending = True
                elif code_point == 0x5B and (pending or not dirty):
                    cited = after_citation(data, i, stop)
                    pending = pending and cited > i
                elif not role & CLOSES and i >= cited:
                    pending = False
                if code_point == 0x23:
                    totals[HASH_MARKS] += 1
                elif code_point == 0x28 or code_point == 0xFF08:
                    brackets += 1
                elif code_point == 0x7B:
                    curly += 1
                elif code_point == 0x2E:
                    dots = dots + 1 if previous == 0x2E else 1
                    totals[ELLIPSES] += dots == 3
                elif code_point == 0x2026:
                    totals[ELLIPSES] += previous != 0x2026
            else:
                pending = False
        previous = code_point
        i = following
    totals[CHARS] += position
    words = count - first_word
    if words == 0:
        return count, line_hash, stop_mask
    sentences += dirty
    totals[WORD_CHARS] += ends[count] - first_chars
    totals[LETTERS] += letters
    totals[DIGITS] += digits
    totals[WORDS] += words
    totals[WORDS_WITH_LETTER] += with_letter
    totals[LONGEST_WORD] = max(totals[LONGEST_WORD], longest)
    totals[STOP_WORD_OCCURRENCES] += stop_hits
    totals[PAGE_WORDS] += page_words
    totals[SENTENCES] += sentences
    totals[CURLY_BRACKETS] += curly
    totals[CAPITAL_WORDS] += capitals
    totals[BRACKETS] += brackets
    line_length = last_position - first_position + 1
    totals[LINES] += 1
    totals[LONGEST_LINE] = max(totals[LONGEST_LINE], line_length)
    totals[SHORT_LINES] += line_length <= limits[SHORT_LINE]
    totals[FEW_WORD_LINES] += words < limits[LINE_WORDS]
    totals[LONG_WORD_LINES] += longest > limits[LONG_WORD]
    totals[JAVASCRIPT_LINES] += flags & JAVASCRIPT != 0
    totals[POLICY_LINES] += flags & POLICY != 0
    totals[LOREM_IPSUM_LINES] += flags & LOREM_IPSUM != 0
    marks, ellipsis = last_mark(data, start, end, roles)
    totals[ELLIPSIS_LINES] += ellipsis
    bullet = first_mark & BULLET != 0
    terminal = marks & TERMINAL != 0
    whole = limits[ENDS_IN_ELLIPSIS] != 0
    kept = marks & C4_TERMINAL != 0 and (whole or not ellipsis)
    if prose:
        terminal, kept = line_end(data, start, end, words >= limits[LINE_WORDS])
        bullet = item and (words < ITEM_WORDS or end - start < ITEM_BYTES)
        if item and not bullet:
            terminal = kept = True
    elif data[end - 1] == 93:
        marks, ellipsis = last_mark(data, start, before_citations(data, start, end), roles)
        kept = marks & C4_TERMINAL != 0 and (whole or not ellipsis)
    totals[BULLET_LINES] += bullet
    totals[TERMINAL_LINES] += terminal
    # From here on C4's own order: each rule looks only at lines that the rules before it keep. Its
    # rules on lorem ipsum and { drop the whole page, so neither says anything of a line.
    if not kept or longest > limits[LONG_WORD] or words < limits[LINE_WORDS]:
        return count, line_hash, stop_mask
    if flags & LOREM_IPSUM:
        totals[C4_LOREM_IPSUM_LINES] += 1
    if flags & JAVASCRIPT == 0:
        totals[C4_CURLY_LINES] += curly > 0
        if flags & POLICY == 0:
            totals[C4_KEPT_LINES] += 1
            totals[C4_KEPT_SENTENCES] += sentences
    return count, line_hash, stop_mask
