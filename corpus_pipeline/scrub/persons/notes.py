"""Notes on a text while its names are read: its words in small letters, and the words of names."""

import numpy as np

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons.letters import CAPITAL, MARK, added, code_point, finished
from corpus_pipeline.scrub.persons.tables import record
from corpus_pipeline.scrub.persons.tokens import hash_of, read_word

#: Slots for the words of the names of one text.
SLOTS = 4096
#: Where the table of words in small letters has the mark of the text at hand, and whether its words
#: are noted. By the mark the table need not be emptied for each text.
_TEXT, _NOTED = 2**16, 2**16 + 1
#: Where is kept how many words of the text at hand speak of persons, and one; 0: not counted yet.
PEOPLED = 2**16 + 2


def new_notes() -> np.void:
    """Makes a record of what is noted of a text.

    small: uint8[2**16 + 3], the words in small letters, by the low bits of their hash, so that some
        other words are taken for them in a long text.
    slots: int64[SLOTS], hashes of the words of names, 0 where none is.
    marks: uint8[SLOTS], the bits of these names.
    touched: int64[SLOTS], the slots that are filled.

    >>> int(new_notes()["small"][-3])
    1
    """
    small = np.zeros(2**16 + 3, np.uint8)
    small[_TEXT] = 1
    slots = np.zeros(SLOTS, np.int64)
    return record(small=small, slots=slots, marks=np.zeros(SLOTS, np.uint8), touched=slots)


@kernel
def forget(notes, count):  # type: ignore[no-untyped-def]
    """Makes the notes of a text, with `count` words of names, ready for the next text."""
    for j in range(count):
        notes.slots[notes.touched[j]] = 0
    seen = notes.small
    seen[PEOPLED] = 0
    if not seen[_NOTED]:
        return
    seen[_NOTED] = 0
    if seen[_TEXT] < 255:
        seen[_TEXT] += 1
        return
    for k in range(2**16):
        seen[k] = 0
    seen[_TEXT] = 1


@kernel
def is_noted(notes):  # type: ignore[no-untyped-def]
    """Says whether the words in small letters of the text at hand are noted."""
    return notes.small[_NOTED] != 0


@kernel
def is_small(notes, tokens, k):  # type: ignore[no-untyped-def]
    """Says whether the text has the word of token k in small letters."""
    return notes.small[hash_of(tokens, k) & 0xFFFF] == notes.small[_TEXT]


@kernel
def note_small(data, begin, stop, folds, notes):  # type: ignore[no-untyped-def]
    """Notes the words in small letters of a text, unless they are."""
    seen = notes.small
    if seen[_NOTED]:
        return
    seen[_NOTED] = 1
    mark = seen[_TEXT]
    i = begin
    while i < stop:
        byte = data[i]
        if 0x61 <= byte <= 0x7A:
            start = i
            value = 2166136261
            while i < stop and 0x61 <= data[i] <= 0x7A:
                value = added(value, int(data[i]))
                i += 1
            if i >= stop or data[i] < 0x80:
                seen[finished(value) & 0xFFFF] = mark
                continue
            i = start
        code, width = code_point(data, i, stop)
        if folds[code] <= MARK:
            i += width
            continue
        end, value, _, _, _ = read_word(data, i, stop, folds)
        if not folds[code] & CAPITAL:
            seen[value & 0xFFFF] = mark
        i = max(end, i + width)
