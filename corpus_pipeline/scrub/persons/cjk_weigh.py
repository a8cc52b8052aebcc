"""Costs of reading Chinese characters as words and as names."""

import numpy as np

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons.cjk_cues import JOINED, SELF
from corpus_pipeline.scrub.persons.cjk_tables import (
    ABROAD,
    FIRST_HAN,
    GIVEN,
    LAST,
    PAIR_BITS,
    RARE,
    SOLE,
    longer_hash,
    slot_of,
)

_PAIRS = (1 << PAIR_BITS) - 1
#: Costs in 1/COST_UNITS: of any name, of a given name of one character and of two.
_ANY, _SHORT, _LONG = 25, 9, 2
#: A cost that no reading has.
_NEVER = 1000
#: Costs of a seldom word, of a common surname, of a likely name.
_SELDOM, _COMMON, _LIKELY = 75, 32, 128
#: Below this cost a surname of two characters is mostly a word: 东方.
_ORDINARY = 65
#: What the names of employers end with, in "我是…的", which has so many characters
#: before the name at most.
_EMPLOYERS = tuple(ord(letter) - FIRST_HAN for letter in "司行团院校学厂店局所部会社站队心业处室科")
_I, _AM, _OF = (ord(letter) - FIRST_HAN for letter in "我是的")
_INTRODUCTION = 16
#: Bits of `marks` in `cjk_private`: a part of the name of a minority begins with a character, a
#: single one that such a name has besides.
BEGINS_PART, ENDS_MINORITY = 8, 16
#: A form of address begins with a character, a character stands before surnames (小, 老).
BEGINS_ADDRESS, BEFORE_SURNAME = 32, 64
#: Whatever stands around a name, it is none if words cost that much less.
HOPELESS = -24


@kernel
def han_at(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns the Han character at a byte (U+3400 to U+9FFF, or 〇), 0 where another one is."""
    if i + 2 >= stop:
        return 0
    lead = data[i]
    if lead < 0xE3 or lead > 0xE9:
        return 0
    code = (
        ((np.int64(lead) & 0x0F) << 12)
        | ((np.int64(data[i + 1]) & 0x3F) << 6)
        | (np.int64(data[i + 2]) & 0x3F)
    )
    return code if code >= 0x3400 and code < 0xA000 else 0


@kernel
def ends_in_digit(data, i, begin):  # type: ignore[no-untyped-def]
    """Says whether a digit of ASCII or its full-width form stands before a byte."""
    if data[i - 1] >= 0x30 and data[i - 1] <= 0x39:
        return True
    return (
        i - 3 >= begin
        and data[i - 3] == 0xEF
        and data[i - 2] == 0xBC
        and data[i - 1] >= 0x90
        and data[i - 1] <= 0x99
    )


@kernel
def cue_before(work, i, tables):  # type: ignore[no-untyped-def]
    """Returns the class of the longest cue of 1 to 4 characters that ends before `i`, or 0."""
    codes = work.codes
    found = 0
    for length in range(1, 5):
        if length > i:
            break
        value = 0x811C9DC5
        for k in range(i - length, i):
            value = longer_hash(value, codes[k] + 0x3400)
        slot = slot_of(tables.before_keys, value)
        if tables.before_values[slot]:
            found = tables.before_values[slot]
    if found in (0, JOINED) and i > 4 and codes[i - 1] == _OF and _is_of_employer(codes, i - 2):
        return SELF
    return found


@kernel
def _is_of_employer(codes, last):  # type: ignore[no-untyped-def]
    """Says whether "我是" and the name of an employer that ends with code `last` stand there."""
    employer = False
    for code in _EMPLOYERS:
        employer = employer or codes[last] == code
    if not employer:
        return False
    for k in range(last - 2, max(-1, last - _INTRODUCTION), -1):
        if codes[k] == _I and codes[k + 1] == _AM:
            return True
    return False


@kernel
def cue_after(work, j, n, tables):  # type: ignore[no-untyped-def]
    """Returns the class of the longest cue of 1 to 4 characters that begins at `j`, or 0."""
    codes = work.codes
    found = 0
    value = 0x811C9DC5
    for k in range(j, min(n, j + 4)):
        value = longer_hash(value, codes[k] + 0x3400)
        slot = slot_of(tables.after_keys, value)
        if tables.after_values[slot]:
            found = tables.after_values[slot]
    return found


@kernel
def address_length(work, j, n, tables):  # type: ignore[no-untyped-def]
    """Returns how many characters the longest form of address that begins at `j` has, or 0."""
    codes = work.codes
    found = 0
    value = 0x811C9DC5
    for k in range(j, min(n, j + 4)):
        value = longer_hash(value, codes[k] + 0x3400)
        if tables.address_values[slot_of(tables.address_keys, value)]:
            found = k + 1 - j
    return found


@kernel
def abroad_end(work, i, n, tables):  # type: ignore[no-untyped-def]
    """Returns where the letters of foreign names that begin at `i` end."""
    end = i
    while end < n and tables.letters[work.codes[end], ABROAD]:
        end += 1
    return end


@kernel
def name_costs(work, i, n, rare, tables):  # type: ignore[no-untyped-def]
    """Fills costs[length] of names of 2 to 4 characters that begin at `i`; `rare` says whether
    a surname that counts beside a cue alone does."""
    codes, costs, letters = work.codes, work.costs, tables.letters
    costs[2] = costs[3] = costs[4] = _NEVER
    surname = np.int64(letters[codes[i], LAST])
    if i + 1 >= n:
        return
    first = surname & 127
    if first == 127 and rare and letters[codes[i], RARE]:
        first = np.int64(letters[codes[i], RARE])
    if first < 127:
        costs[2] = _ANY + _SHORT + first + letters[codes[i + 1], GIVEN]
        if i + 2 < n:
            costs[3] = (
                _ANY + _LONG + first
                + np.int64(letters[codes[i + 1], GIVEN + 1]) + letters[codes[i + 2], GIVEN + 2]
            )  # fmt: skip
    if surname & 128 and i + 2 < n:
        key = longer_hash(longer_hash(0x811C9DC5, codes[i] + 0x3400), codes[i + 1] + 0x3400)
        slot = slot_of(tables.compound_keys, key)
        if tables.compound_keys[slot]:
            last = _ANY + np.int64(tables.compound_values[slot])
            costs[3] = min(costs[3], last + _SHORT + letters[codes[i + 2], GIVEN])
            if i + 3 < n:
                costs[4] = (
                    last + _LONG
                    + np.int64(letters[codes[i + 2], GIVEN + 1]) + letters[codes[i + 3], GIVEN + 2]
                )  # fmt: skip


@kernel
def minority_end(work, i, n, tables):  # type: ignore[no-untyped-def]
    """Returns where a name of parts of the names of minorities that begins at `i` ends, and how
    many parts it has; (0, 0) where none of three characters or more does."""
    codes = work.codes
    end, parts = i, 0
    while end < n:
        longest = 0
        if tables.marks[codes[end]] & BEGINS_PART:
            value = 0x811C9DC5
            for k in range(end, min(n, end + 4)):
                value = longer_hash(value, codes[k] + 0x3400)
                if k > end and tables.parts_values[slot_of(tables.parts_keys, value)]:
                    longest = k + 1 - end
        if longest:
            parts += 1
            end += longest
        elif parts and tables.marks[codes[end]] & ENDS_MINORITY:
            end += 1
        else:
            break
    return (end, parts) if end - i >= 3 else (0, 0)


@kernel
def could_be(work, i, n, tables):  # type: ignore[no-untyped-def]
    """Says whether a name that begins at `i` could cost little more than words.

    Words cost at most what single characters cost, or a word of two and a single one.
    """
    codes, costs, letters, pairs = work.codes, work.costs, tables.letters, tables.pairs
    alone = np.int64(letters[codes[i], SOLE]) + letters[codes[i + 1], SOLE]
    three = np.int64(letters[codes[i + 2], SOLE]) if i + 2 < n else 0
    short = alone - costs[2] >= HOPELESS
    if not short and alone + three - costs[3] < HOPELESS:
        return i + 3 < n and alone + three + letters[codes[i + 3], SOLE] - costs[4] >= HOPELESS
    key = longer_hash(longer_hash(0x811C9DC5, codes[i] + 0x3400), codes[i + 1] + 0x3400)
    if pairs[key & _PAIRS]:
        slot = slot_of(tables.words_keys, key)
        if tables.words_keys[slot] and tables.words_values[slot] & 127 < 127:
            alone = min(alone, np.int64(tables.words_values[slot] & 127))
    if alone - costs[2] >= HOPELESS:
        return True
    if i + 2 < n and alone + three - costs[3] >= HOPELESS:
        key = longer_hash(longer_hash(0x811C9DC5, codes[i + 1] + 0x3400), codes[i + 2] + 0x3400)
        if pairs[key & _PAIRS]:
            slot = slot_of(tables.words_keys, key)
            if tables.words_keys[slot] and tables.words_values[slot] & 127 < 127:
                alone = np.int64(letters[codes[i], SOLE])
                return alone + (tables.words_values[slot] & 127) - costs[3] >= HOPELESS
        return True
    return i + 3 < n and alone + three + letters[codes[i + 3], SOLE] - costs[4] >= HOPELESS


@kernel
def _is_full_name(codes, i, letters):  # type: ignore[no-untyped-def]
    """Says whether a seldom word of three characters is a name that lists of words have as well."""
    last = np.int64(letters[codes[i], LAST]) & 127
    first, second = codes[i + 1], codes[i + 2]
    return last <= _COMMON and letters[first, ABROAD] + letters[second, ABROAD] < 2 and (
        _ANY + _LONG + last + letters[first, GIVEN + 1] + letters[second, GIVEN + 2] <= _LIKELY
    )  # fmt: skip


@kernel
def weigh(work, low, n, tables):  # type: ignore[no-untyped-def]
    """Fills the cheapest costs of reading codes[low:i] (ahead[i]) and codes[i:n] (back[i])."""
    codes, edges, ahead, back = work.codes, work.edges, work.ahead, work.back
    letters, pairs = tables.letters, tables.pairs
    for i in range(low, n):
        edges[i, 2] = edges[i, 3] = edges[i, 4] = _NEVER
        edges[i, 1] = letters[codes[i], SOLE]
        if i + 1 == n:
            break
        value = longer_hash(longer_hash(0x811C9DC5, codes[i] + 0x3400), codes[i + 1] + 0x3400)
        if not pairs[value & _PAIRS]:
            continue
        compound = (
            letters[codes[i], LAST] & 128
            and tables.compound_keys[slot_of(tables.compound_keys, value)] != 0
        )
        for length in range(2, min(4, n - i) + 1):
            if length > 2:
                value = longer_hash(value, codes[i + length - 1] + 0x3400)
            slot = slot_of(tables.words_keys, value)
            if tables.words_keys[slot] == 0:
                break
            entry = np.int64(tables.words_values[slot])
            if length == 2 and entry & 127 < _ORDINARY:
                compound = False
            if length > 2 and compound:
                # 诸葛亮, 令狐冲: persons in lists of words.
                if not entry & 128:
                    break
                continue
            if entry & 127 < _SELDOM or (
                entry & 127 < 127 and (length != 3 or not _is_full_name(codes, i, letters))
            ):
                edges[i, length] = entry & 127
            if not entry & 128:
                break
    ahead[low] = 0
    for i in range(low + 1, n + 1):
        best = ahead[i - 1] + edges[i - 1, 1]
        for length in range(2, min(4, i - low) + 1):
            best = min(best, ahead[i - length] + edges[i - length, length])
        ahead[i] = best
    back[n] = 0
    for i in range(n - 1, low - 1, -1):
        best = back[i + 1] + edges[i, 1]
        for length in range(2, min(4, n - i) + 1):
            best = min(best, back[i + length] + edges[i, length])
        back[i] = best
