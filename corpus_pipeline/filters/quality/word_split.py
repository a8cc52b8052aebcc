"""Words of a document by each definition of a word, as spans of bytes."""

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.filters.quality.definitions import WORD_FORMS
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import DIGIT, LETTER, SPACE, UNSPACED, decode
from corpus_pipeline.text.word_breaks import segment_end

UNICODE, WHITE_SPACE, PUNCTUATION_APART, CHARACTERS, MARKS_APART, SEGMENTS = range(len(WORD_FORMS))
assert [*WORD_FORMS] == [
    "unicode", "white-space", "punctuation-apart", "characters", "marks-apart", "segments",
]  # fmt: skip
#: ASCII that parts words where marks do.
_PARTS = np.array([not chr(k).isalnum() for k in range(128)])


def word_room(longest: int, form: int) -> int:
    """Returns how many words a text of `longest` bytes can have, by one of the forms above.

    >>> word_room(10, UNICODE), word_room(10, CHARACTERS)
    (7, 12)
    """
    # A word takes two bytes: itself and a space, or, without spaces, three bytes for the character
    # of an unspaced script and one for what stands before the next. A line takes two as well.
    return longest + 2 if form in (PUNCTUATION_APART, CHARACTERS) else longest // 2 + 2


#: What spaCy's English tokenizer takes off the beginning and the end of a word (spacy/lang/
#: punctuation.py, 3.8): its punctuation, quotation marks and currencies.
_QUOTES = "'\"”“`‘´’‚„»«「」『』（）〔〕【】《》〈〉"
_OUTER = "…,:;!?¿؟¡()[]{}<>_#*&。？！，、；：～·।،۔؛٪" + _QUOTES
_BEFORE = "§%=—–+$£€¥฿₽" + _OUTER
_AFTER = "—–" + _OUTER
_AFTER_DIGIT = "%$£€¥฿₽+"
_HYPHENS = "-–—~"
#: Between a letter or digit and a letter they are words.
_BETWEEN = ":<>=/"
_TAKEN, _LEFT, _RIGHT, _AFTER_A_DIGIT, _HYPHEN, _JOINS = 0, 1, 2, 4, 8, 16


def _kinds() -> NDArray[np.uint8]:
    table = np.zeros(0x10000, np.uint8)
    for marks, bit in (
        (_BEFORE, _LEFT), (_AFTER, _RIGHT), (_AFTER_DIGIT, _AFTER_A_DIGIT), (_HYPHENS, _HYPHEN),
        (_BETWEEN, _JOINS),
    ):  # fmt: skip
        for mark in marks:
            table[ord(mark)] |= bit
    return table


_KINDS = _kinds()
_APOSTROPHE, _CURLED = 0x27, 0x2019


@kernel
def _kind(code_point):  # type: ignore[no-untyped-def]
    return _KINDS[code_point] if code_point < 0x10000 else 0


@kernel
def _before(data, end):  # type: ignore[no-untyped-def]
    """Returns the character before byte `end`, and where it begins."""
    first = end - 1
    while data[first] & 0xC0 == 0x80:
        first -= 1
    code_point, _ = decode(data, first)
    return code_point, first


@kernel
def _small(data, start, end, a, b):  # type: ignore[no-untyped-def]
    """Says whether two bytes are the ASCII letters `a` and `b`, whatever their case."""
    return end - start == 2 and data[start] | 0x20 == a and data[start + 1] | 0x20 == b


@kernel
def _contraction(data, start, end):  # type: ignore[no-untyped-def]
    """Returns where the n't, 's, 're, 've, 'll, 'd or 'm begins that ends a word, else `end`."""
    i = end
    letters = 0
    while letters < 2 and i > start and data[i - 1] < 0x80 and (data[i - 1] | 0x20) >= 97:
        i -= 1
        letters += 1
    for k in range(i, end):
        mark, first = (0, k) if k <= start else _before(data, k)
        if mark != _APOSTROPHE and mark != _CURLED:
            continue
        size = end - k
        one = data[k] | 0x20
        if size == 1 and one == 116 and first > start and data[first - 1] | 0x20 == 110:
            return first - 1 if first - 1 > start else end
        if first == start:
            return end
        if (size == 1 and (one == 115 or one == 100 or one == 109)) or (
            _small(data, k, end, 114, 101)
            or _small(data, k, end, 118, 101)
            or _small(data, k, end, 108, 108)
        ):
            return first
    return end


@kernel
def _is_single(data, start, at):  # type: ignore[no-untyped-def]
    """Says whether the letter at byte `at` stands alone: at the beginning or behind a full stop."""
    return (
        at == start
        or data[at - 1] == 0x2E
        or (data[at] >= 65 and data[at] <= 90 and not (data[at - 1] >= 65 and data[at - 1] <= 90))
    )


@kernel
def _is_address(data, start, end):  # type: ignore[no-untyped-def]
    """Says whether a word has :// behind ASCII letters, so that it stays one."""
    i = start
    while i < end and 97 <= data[i] | 0x20 <= 122:
        i += 1
    return start < i < end - 2 and data[i] == 58 and data[i + 1] == 47 and data[i + 2] == 47


@kernel
def _split_core(data, start, end, classes, starts, ends, count):  # type: ignore[no-untyped-def]
    """Splits at hyphens and the like between letters; returns the number of words."""
    first = start
    i = end if _is_address(data, start, end) else start
    before = -1
    while i < end:
        code_point, following = decode(data, i)
        if before >= 0 and following < end:
            kind = _kind(code_point)
            after, _ = decode(data, following)
            left, right = classes[before], classes[after]
            letters = left in (LETTER, UNSPACED) and right in (LETTER, UNSPACED)
            apart = False
            if kind & _HYPHEN or code_point == 0x2C:
                apart = letters
            elif kind & _JOINS:
                apart = right in (LETTER, UNSPACED) and left in (LETTER, UNSPACED, DIGIT)
            elif code_point == 0x2026:
                apart = True
            size = following - i
            dots = code_point == 0x2E and after == 0x2E
            while dots and i + size < end and data[i + size] == 0x2E:
                size += 1
            if apart or dots:
                if i > first:
                    starts[count], ends[count] = first, i
                    count += 1
                starts[count], ends[count] = i, i + size
                count += 1
                i += size
                first = i
                before = -1
                continue
        before = code_point
        i = following
    if end > first:
        starts[count], ends[count] = first, end
        count += 1
    return count


@kernel
def _split_apart(data, start, end, classes, starts, ends, count):  # type: ignore[no-untyped-def]
    """Splits one run without white space as spaCy does English; returns the number of words."""
    while start < end:
        code_point, following = decode(data, start)
        if code_point == 0x2E and following < end and data[following] == 0x2E:
            while following < end and data[following] == 0x2E:
                following += 1
        elif not _kind(code_point) & _LEFT:
            break
        elif code_point == _APOSTROPHE and following < end and end - following <= 2:
            # 's alone is a word.
            break
        starts[count], ends[count] = start, following
        count += 1
        start = following
    tail = end
    pieces = 0
    # What is taken off the end is written behind where the words will stand, backwards.
    room = len(starts) - 1
    while tail > start:
        code_point, first = _before(data, tail)
        kind = _kind(code_point)
        previous = 0x20
        if first > start:
            previous, at = _before(data, first)
        if code_point == 0x2E and first > start:
            if previous == 0x2E:
                while first > start and data[first - 1] == 0x2E:
                    first -= 1
            else:
                # A., U.S. and e.g. keep their full stop, ACME. does not.
                if classes[previous] == LETTER and _is_single(data, start, at):
                    break
        elif kind & _AFTER_A_DIGIT and first > start and classes[previous] == DIGIT:
            pass
        elif not kind & _RIGHT:
            break
        starts[room - pieces], ends[room - pieces] = first, tail
        pieces += 1
        tail = first
    if tail > start:
        cut = _contraction(data, start, tail)
        count = _split_core(data, start, cut, classes, starts, ends, count)
        if cut < tail:
            starts[count], ends[count] = cut, tail
            count += 1
    for k in range(pieces):
        from_ = room - pieces + 1 + k
        starts[count], ends[count] = starts[from_], ends[from_]
        count += 1
    return count


@kernel
def _split_segments(data, i, stop, classes, starts, ends):  # type: ignore[no-untyped-def]
    """Writes the spans of segments that begin with a letter or digit; returns their number."""
    count = 0
    while i < stop:
        end = segment_end(data, i, stop)
        code_point, _ = decode(data, i)
        if classes[code_point] in (LETTER, DIGIT, UNSPACED):
            starts[count], ends[count] = i, end
            count += 1
        i = end
    return count


@kernel
def split_document(data, start, stop, form, classes, starts, ends):  # type: ignore[no-untyped-def]
    """Writes the spans of the words of `data[start:stop]`; returns their number.

    Args:
        data: uint8[B].
        start: first byte.
        stop: the byte after the last.
        form: one of `WORD_FORMS` by its place.
        classes: uint8[0x110000]; for white-space without unspaced characters.
        starts: int32[W], filled; W is at least the number of bytes plus 1 where punctuation or
            characters are words, else half of it plus 2.
        ends: int32[W], filled.

    >>> data = np.frombuffer(b"He didn't pay (3.5%) ...", np.uint8)
    >>> from corpus_pipeline.text.characters import characters
    >>> starts, ends = np.empty(30, np.int32), np.empty(30, np.int32)
    >>> count = split_document(data, 0, 24, PUNCTUATION_APART, characters().classes, starts, ends)
    >>> [bytes(data[a:b]).decode() for a, b in zip(starts[:count], ends[:count])]
    ['He', 'did', "n't", 'pay', '(', '3.5', '%', ')', '...']
    """
    if form == SEGMENTS:
        return _split_segments(data, np.int64(start), stop, classes, starts, ends)
    count = 0
    first = np.int64(-1)
    i = np.int64(start)
    while i < stop:
        code_point, following = decode(data, i)
        kind = classes[code_point]
        alone = form == CHARACTERS or (form in (UNICODE, MARKS_APART) and kind == UNSPACED)
        if form == MARKS_APART and code_point < 0x80 and _PARTS[code_point]:
            kind = SPACE
        if (kind == SPACE or alone) and first >= 0:
            if form == PUNCTUATION_APART:
                count = _split_apart(data, first, i, classes, starts, ends, count)
            else:
                starts[count], ends[count] = first, i
                count += 1
            first = np.int64(-1)
        if kind != SPACE:
            if alone:
                starts[count], ends[count] = i, following
                count += 1
            elif first < 0:
                first = i
        i = following
    if first >= 0:
        if form == PUNCTUATION_APART:
            count = _split_apart(data, first, np.int64(stop), classes, starts, ends, count)
        else:
            starts[count], ends[count] = first, stop
            count += 1
    return count
