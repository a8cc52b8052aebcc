"""Names behind labels in scripts without capitals: Arabic, Hebrew, those of India.

الاسم: محمد علي          a label, a colon, at most four words of the same line
मेरा नाम राम है           the words of self-introduction, and known names behind them
"""

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons.letters import MARK, code_point, finished
from corpus_pipeline.scrub.persons.tables import (
    FREE_LABELS,
    GOES_ON,
    JOINS,
    LABELS,
    PHRASE,
    WORDS,
    looked_up,
    phrase_at,
)
from corpus_pipeline.scrub.persons.tokens import read_word

#: The first letter of these scripts, and the words that a name may have.
_FIRST, _WORDS = 0x590, 4


@kernel
def _label_end(data, i, stop, tables):  # type: ignore[no-untyped-def]
    """The byte after the label that begins at byte i, -1 if none does; and whether it needs no
    colon."""
    value, end, free = PHRASE, -1, False
    for _ in range(3):
        after, item, _, count, _ = read_word(data, i, stop, tables.letters)
        if count == 0:
            break
        value = finished(((value ^ item) * 16777619) & 0xFFFFFFFF)
        held = phrase_at(tables, LABELS, value)
        other = phrase_at(tables, FREE_LABELS, value)
        if (held | other) & 1:
            end, free = after, bool(other & 1)
        if not (held | other) & GOES_ON:
            break
        i = after
        while i < stop and data[i] == 0x20:
            i += 1
    return end, free


@kernel
def _is_of_place(data, start, end):  # type: ignore[no-untyped-def]
    """Says whether the word between two bytes has the Arabic article and the end of adjectives."""
    return (
        end - start >= 10
        and data[start] == 0xD8 and data[start + 1] == 0xA7
        and data[start + 2] == 0xD9 and data[start + 3] == 0x84
        and data[end - 2] == 0xD9 and data[end - 1] == 0x8A
    )  # fmt: skip


@kernel
def _name_end(data, i, stop, colon, tables):  # type: ignore[no-untyped-def]
    """The byte after the name at byte i; i if there is none."""
    end = i
    at = i
    parts = 0
    joined = False
    for _ in range(2 * _WORDS):
        if parts == _WORDS:
            break
        code, _ = code_point(data, at, stop) if at < stop else (0, 1)
        if code < _FIRST or tables.letters[code] <= MARK:
            break
        after, value, _, count, _ = read_word(data, at, stop, tables.letters)
        held = looked_up(tables, WORDS, value)
        # The place or people at the end of a chain has the article and ends like an adjective.
        known = held & 0x3F or joined or (end > i and _is_of_place(data, at, after))
        if count < 2 or (not colon and not known and not held & JOINS):
            break
        # A word that joins is one with the next part.
        joined = bool(held & JOINS)
        parts += not joined
        if not joined or after >= stop or data[after] != 0x20:
            end = after
        if after + 1 >= stop or data[after] != 0x20:
            break
        at = after + 1
    # Behind a colon a line may go on with anything but more words.
    if colon and end < stop and data[end] == 0x20 and end > i:
        code, _ = code_point(data, end + 1, stop) if end + 1 < stop else (0, 1)
        if code >= _FIRST and tables.letters[code] > MARK:
            return i
    return end


@kernel
def read_labelled(data, begin, stop, tables, row, found, rows, starts, stops):  # type: ignore[no-untyped-def]
    """Adds the names behind labels to the findings; returns how many there are then."""
    i = begin
    inside = False
    while i < stop:
        if data[i] < 0xD6:
            inside = False
            i += 1
            continue
        code, width = code_point(data, i, stop)
        if code < _FIRST or tables.letters[code] <= MARK:
            inside = code >= _FIRST and inside
            i += width
            continue
        if inside:
            i += width
            continue
        inside = True
        end, free = _label_end(data, i, stop, tables)
        if end < 0:
            i += width
            continue
        at = end
        while at < stop and at < end + 3 and data[at] == 0x20:
            at += 1
        colon = at < stop and data[at] == 0x3A
        if colon:
            at += 1
        while at < stop and at < end + 6 and data[at] == 0x20:
            at += 1
        name = at
        if at < stop and (colon or free):
            name = _name_end(data, at, stop, colon, tables)
        if name > at:
            rows[found], starts[found], stops[found] = row, at, name
            found += 1
        i = max(end, name)
    return found
