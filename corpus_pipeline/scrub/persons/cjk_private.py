"""Which runs of Chinese characters could name a private person: most texts need no other look.

A run is worth weighing where a field or "my name is" stands in it before what may be a surname,
where a field of a form stands shortly before it, where a person's numbers or words for them are
near, and where it stands alone on its line. `cjk_chinese` decides of the names themselves.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons.cjk_cues import (
    ADDRESSES,
    CONTACT_WORDS,
    FIELD,
    FIELDS,
    KIN,
    KINS,
    NICKS,
    ROLE,
    ROLES,
    SELF,
    SELVES,
)
from corpus_pipeline.scrub.persons.cjk_fields import WINDOW
from corpus_pipeline.scrub.persons.cjk_tables import (
    AFTER_HAN,
    FIRST_HAN,
    LAST,
    RARE,
    WordTable,
    dictionary,
    longer_hash,
    slot_of,
    word_list,
)
from corpus_pipeline.scrub.persons.cjk_weigh import (
    BEFORE_SURNAME,
    BEGINS_ADDRESS,
    BEGINS_PART,
    ENDS_MINORITY,
    cue_before,
    han_at,
)

#: Bytes before a run and behind it in which numbers and words count.
CONTACT_BEFORE, _AFTER = 60, 72
#: The fewest digits of a person's number, blanks and hyphens between them.
_DIGITS = 10
#: Bits of `marks`: a field or "my name is" ends in a character, a word of contact begins with it,
#: a role or a relative ends in it; for those of minorities see `cjk_weigh`.
_ENDS_CUE, _BEGINS_CONTACT, _ENDS_ROLE = 1, 2, 4

#: bool[256]: ASCII that stands between a field and its value.
_PARTS = np.zeros(256, np.bool_)
_PARTS[[0x3A, 0x09, 0x7C, 0x20, 0x0A, 0x0D, 0x3C, 0x2A, 0x28, 0x22, 0x5D]] = True


@cache
def marks() -> NDArray[np.uint8]:
    """Returns uint8[AFTER_HAN - FIRST_HAN], what each character ends or begins.

    >>> [int(marks()[ord(letter) - FIRST_HAN]) for letter in "名电河"]
    [5, 2, 0]
    """
    found = np.zeros(AFTER_HAN - FIRST_HAN, np.uint8)
    for word in (*FIELDS, *SELVES):
        found[ord(word[-1]) - FIRST_HAN] |= _ENDS_CUE
    for word in (*ROLES, *KINS):
        found[ord(word[-1]) - FIRST_HAN] |= _ENDS_ROLE
    for word in word_list("minority parts"):
        found[ord(word[0]) - FIRST_HAN] |= BEGINS_PART
    for letter in word_list("minority ends"):
        found[ord(letter) - FIRST_HAN] |= ENDS_MINORITY
    for word in ADDRESSES:
        found[ord(word[0]) - FIRST_HAN] |= BEGINS_ADDRESS
    for letter in NICKS:
        found[ord(letter) - FIRST_HAN] |= BEFORE_SURNAME
    # 我是…公司的
    found[ord("的") - FIRST_HAN] |= _ENDS_CUE
    for word in CONTACT_WORDS:
        found[ord(word[0]) - FIRST_HAN] |= _BEGINS_CONTACT
    return found


@cache
def contact_words() -> WordTable:
    """Returns the words of a person's numbers and dwelling.

    >>> int((contact_words().keys != 0).sum()) > 10
    True
    """
    return dictionary(dict.fromkeys(CONTACT_WORDS, 1))


@kernel
def next_contact(data, i, stop, tables):  # type: ignore[no-untyped-def]
    """Returns the first byte from `i` on that speaks of contact, `stop` + 2**20 if none does: a
    word, a sign of mail, a placeholder, or the tenth digit of a number."""
    digits = 0
    while i < stop:
        byte = data[i]
        if byte < 0x80:
            if 0x30 <= byte <= 0x39:
                digits += 1
                if digits == _DIGITS:
                    return i
            elif byte == 0x40 or (byte == 0x3C and i + 1 < stop and data[i + 1] in (67, 69, 80)):
                return i
            elif byte != 0x20 and byte != 0x2D:
                digits = 0
            i += 1
            continue
        code = han_at(data, i, stop)
        if code:
            if tables.marks[code - FIRST_HAN] & _BEGINS_CONTACT:
                value = longer_hash(0x811C9DC5, code)
                for k in range(1, 4):
                    following = han_at(data, i + 3 * k, stop)
                    if not following:
                        break
                    value = longer_hash(value, following)
                    if tables.contact_values[slot_of(tables.contact_keys, value)]:
                        return i
        elif byte == 0xEF and i + 2 < stop and data[i + 1] == 0xBC and 0x90 <= data[i + 2] <= 0x99:
            # Digits of full width.
            digits += 1
            if digits == _DIGITS:
                return i
            i += 3
            continue
        digits = 0
        i += 1 if byte < 0xC0 else (2 if byte < 0xE0 else (3 if byte < 0xF0 else 4))
    return stop + 2**20


@kernel
def is_announced(work, at, whole, tables):  # type: ignore[no-untyped-def]
    """Says whether a rare surname at `at` counts: at the begin of a run (`whole`: that it is no
    later piece), or behind a field, "my name is", a role or a relative."""
    if at == 0:
        return whole
    if not tables.marks[work.codes[at - 1]] & (_ENDS_CUE | _ENDS_ROLE):
        return False
    cue = cue_before(work, at, tables)
    return cue in (FIELD, SELF, ROLE, KIN)


@kernel
def field_reach(data, end, stop):  # type: ignore[no-untyped-def]
    """Returns up to which byte the values of a field that ends at a byte can stand."""
    sign = data[end]
    parts = _PARTS[sign]
    if sign == 0xEF:
        third = data[end + 2]
        parts = third == 0x9A or third == 0x9D or third == 0x88 or third == 0x89
    elif sign == 0xE3:
        third = data[end + 2]
        parts = third == 0x80 or third == 0x8D or third == 0x8F or third == 0x91
    return min(end + WINDOW, stop) if parts else end


@kernel
def _is_alone(data, start, end, begin, stop):  # type: ignore[no-untyped-def]
    """Says whether nothing but blanks is beside the run in its line."""
    i = start
    while i > begin and start - i < CONTACT_BEFORE and data[i - 1] != 0x0A:
        blank = data[i - 1] == 0x20 or data[i - 1] == 0x09
        if not blank and not (i - 3 >= begin and data[i - 3] == 0xE3 and data[i - 2] == 0x80
                              and data[i - 1] == 0x80):  # fmt: skip
            return False
        i -= 1 if blank else 3
    i = end
    while i < stop and i - end < _AFTER and data[i] != 0x0A and data[i] != 0x0D:
        blank = data[i] == 0x20 or data[i] == 0x09
        if not blank and not (data[i] == 0xE3 and i + 2 < stop and data[i + 1] == 0x80
                              and data[i + 2] == 0x80):  # fmt: skip
            return False
        i += 1 if blank else 3
    return True


@kernel
def could_be_private(  # type: ignore[no-untyped-def]
    data, start, end, begin, stop, work, n, contact, tables
):
    """Says whether a run of n characters could name a private person.

    Args:
        data: the bytes of the column.
        start: first byte of the run.
        end: the byte after the last.
        begin: first byte of the text.
        stop: the byte after its last.
        work: the codes of the characters, see `cjk_scan`.
        n: how many.
        contact: the first byte that speaks of contact from `start` - 60 on.
        tables: see `cjk_scan`.
    """
    if contact <= end + _AFTER:
        return True
    if n <= 4 and _is_alone(data, start, end, begin, stop):
        return True
    codes, letters = work.codes, tables.letters
    for at in range(1, n):
        surname = letters[codes[at], LAST] != 127 or letters[codes[at], RARE]
        if tables.marks[codes[at - 1]] & _ENDS_CUE and surname:
            cue = cue_before(work, at, tables)
            if cue in (FIELD, SELF):
                return True
    return False
