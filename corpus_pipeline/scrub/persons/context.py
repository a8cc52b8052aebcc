"""What the text around a name says of it."""

import numpy as np

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons.evidence import given_behind
from corpus_pipeline.scrub.persons.letters import NO_LETTER, code_point, finished, hash_phrase_word
from corpus_pipeline.scrub.persons.tables import ACTS, AFTER, BEFORE, GOES_ON, PHRASE, phrase_at
from corpus_pipeline.scrub.persons.tokens import START, read_word

#: Words and marks that are read before a name and behind it.
_BEFORE, _AFTER = 5, 4
_NEW_LINE = 0xB6
#: Bytes that are searched for a mail address or a telephone number behind a name.
_REACH = 200
_BLOCK = 300


@kernel
def _extended(value, item):  # type: ignore[no-untyped-def]
    return finished(((value ^ item) * 16777619) & 0xFFFFFFFF)


@kernel
def _merged(one, other):  # type: ignore[no-untyped-def]
    """The greater points and all other bits of two values."""
    return max(one & 15, other & 15) | (one | other) & ~15


#: bool[256]: blanks, and what marks stress or a quoted line.
_SKIPPED = np.zeros(256, np.bool_)
_SKIPPED[[0x20, 0x09, 0x2A, 0x5F, 0x3E, 0x23, 0x60]] = True


#: bool[256]: what a sentence, a line or a quotation begins behind.
_BEGINS = np.zeros(256, np.bool_)
_BEGINS[[0x0A, 0x0D, 0x2E, 0x21, 0x3F, 0x3A, 0x22, 0x28, 0x5B, 0x7C, 0x2D]] = True
#: bool[256]: those of them before which a word at the start has its capital from there.
_OPENS = _BEGINS.copy()
_OPENS[[0x0A, 0x0D, 0x2D]] = False


@kernel
def begins_sentence(data, at, begin):  # type: ignore[no-untyped-def]
    """Says whether a sentence, a line or a quotation begins at byte `at`."""
    i = at
    while i > begin and _SKIPPED[data[i - 1]]:
        i -= 1
    if i <= begin:
        return True
    byte = data[i - 1]
    if byte >= 0x80:
        return data[i - 3] == 0xE2 if i - 3 >= begin else False
    return _BEGINS[byte]


@kernel
def _unelided(data, start, end):  # type: ignore[no-untyped-def]
    """Where a word begins behind an article with an apostrophe: l'allenatore, d'oncle, not I'm."""
    for i in range(start + 1, min(start + 6, end - 4)):
        if data[i] == 0x27:
            return i + 1
        if data[i] == 0xE2 and data[i + 2] == 0x99:
            return i + 3
    return start


@kernel
def _is_year(data, end, begin):  # type: ignore[no-untyped-def]
    """Says whether four digits from 1000 to 2099, and no more, end before byte `end`."""
    if end - 4 < begin or (end - 5 >= begin and data[end - 5] > 0x2B):
        return False
    for i in range(end - 4, end):
        if not 0x30 <= data[i] <= 0x39:
            return False
    return data[end - 4] == 0x31 or (data[end - 4] == 0x32 and data[end - 3] == 0x30)


@kernel
def before(data, at, begin, tables):  # type: ignore[no-untyped-def]
    """Reads back from byte `at`; (what phrases say, whether it begins a line, or a
    sentence, whether a number stands before it)."""
    folds = tables.letters
    i = at
    value = PHRASE
    found = 0
    items = 0
    line = sentence = number = False
    while items < _BEFORE:
        item = 0
        if i <= begin:
            if items == 0:
                line = sentence = True
            elif line and items == 1:
                break
            item = _NEW_LINE
            value = _extended(value, item)
            found = _merged(found, phrase_at(tables, BEFORE, value))
            break
        byte = data[i - 1]
        if _SKIPPED[byte]:
            i -= 1
            continue
        if byte == 0xA0 and data[i - 2] == 0xC2:
            i -= 2
            continue
        if byte == 0x0A or byte == 0x0D:
            while i > begin and (data[i - 1] in (0x0A, 0x0D) or _SKIPPED[data[i - 1]]):
                i -= 1
            item = _NEW_LINE
            if items == 0:
                line = sentence = True
            if i <= begin:
                value = _extended(value, item)
                found = _merged(found, phrase_at(tables, BEFORE, value))
                break
        elif byte < 0x80 and not (0x61 <= byte | 0x20 <= 0x7A):
            if 0x30 <= byte <= 0x39:
                # Not a year: in 1903 Maria ...
                number = items == 0 and i < at and not _is_year(data, i, begin)
                break
            item = int(byte)
            i -= 1
            if items == 0 and _OPENS[item]:
                sentence = True
        else:
            end = i
            while i > begin and end - i < 48:
                last = data[i - 1]
                if last < 0x80:
                    if 0x61 <= last | 0x20 <= 0x7A or (last == 0x27 and i < end and i - 1 > begin
                                                      and data[i - 2] > 0x40):  # fmt: skip
                        i -= 1
                        continue
                    break
                start = i - 1
                while start > begin and (data[start] & 0xC0) == 0x80:
                    start -= 1
                code, _ = code_point(data, start, end)
                if folds[code] == NO_LETTER and not (data[start] == 0xE2 and data[i - 1] == 0x99):
                    break
                i = start
            if i == end:
                # A mark beyond ASCII: quotes, dashes.
                start = i - 1
                while start > begin and (data[start] & 0xC0) == 0x80:
                    start -= 1
                if data[start] != 0xE2 or data[start + 1] != 0x80:
                    break
                third = data[start + 2]
                i = start
                if third in (0x93, 0x94, 0x95):
                    item = 0x2D
                elif third in (0x9C, 0x9D, 0x9E):
                    item = 0x22
                    sentence = sentence or items == 0
                else:
                    break
            else:
                # The tail of a longer word: none.
                if end - i >= 48:
                    break
                item = hash_phrase_word(data, _unelided(data, i, end), end, folds)
        value = _extended(value, item)
        held = phrase_at(tables, BEFORE, value)
        found = _merged(found, held)
        if not held & GOES_ON:
            break
        items += 1
    return found, line, sentence, number


@kernel
def after(data, at, stop, tables):  # type: ignore[no-untyped-def]
    """Reads on from byte `at`; (what phrases say, whether the line ends, whether a house
    number follows)."""
    folds = tables.letters
    i = at
    value = PHRASE
    found = 0
    items = 0
    line = number = False
    while items < _AFTER:
        if i >= stop:
            if items == 0:
                line = True
            break
        byte = data[i]
        if byte in (0x20, 0x09, 0x2A, 0x5F, 0x0D):
            i += 1
            continue
        if byte == 0x0A:
            if items == 0:
                line = True
            break
        if items == 0 and (byte == 0x27 or (byte == 0xE2 and i + 2 < stop and data[i + 1] == 0x80
                                            and data[i + 2] == 0x99)):  # fmt: skip
            width = 1 if byte == 0x27 else 3
            if i + width < stop and data[i + width] == 0x73:
                value = _extended(value, 0x27)
                found = _merged(found, phrase_at(tables, AFTER, value))
                items += 1
                i += width + 1
                continue
            break
        if byte < 0x80 and not (0x61 <= byte | 0x20 <= 0x7A):
            item = int(byte)
            if 0x30 <= byte <= 0x39:
                # Roe, 31, ...
                if items == 1 and data[at] == 0x2C and i == at + 2 and i + 2 < stop and (
                    0x30 <= data[i + 1] <= 0x39 and data[i + 2] in (0x2C, 0x29, 0x3B)
                ):  # fmt: skip
                    found = _merged(found, 4)
                if items == 0 and i == at + 1:
                    while i < stop and 0x30 <= data[i] <= 0x39:
                        i += 1
                    # Not a telephone number, nor 10/11/2000, 12:30.
                    number = i - at <= 5 and (i >= stop or data[i] in (0x20, 0x2C, 0x0A, 0x2E))
                break
            i += 1
        else:
            end, item, _, count, tail = read_word(data, i, stop, folds)
            if count == 0:
                break
            # She played, Smith announced.
            if items == 0 and tail & 0xFFFF == 0x6564 and count > 3 and byte > 0x60:
                found = _merged(found, 2 | ACTS)
            i = end
        value = _extended(value, item)
        held = phrase_at(tables, AFTER, value)
        found = _merged(found, held)
        if not held & GOES_ON:
            break
        items += 1
    return found, line, number


@kernel
def names_speaker(data, start, end, begin, stop, opens):  # type: ignore[no-untyped-def]
    """Says whether a colon and a blank stand behind a name that begins a line (`opens`), or stands
    behind a time in brackets: who speaks."""
    i = end
    if i < stop and data[i] == 0x20:
        i += 1
    elif i + 1 < stop and data[i] == 0xC2 and data[i + 1] == 0xA0:
        i += 2
    if i >= stop or data[i] != 0x3A or (i + 1 < stop and data[i + 1] > 0x20):
        return False
    k = start
    while k > begin and data[k - 1] == 0x20:
        k -= 1
    if not opens and k > begin + 2 and data[k - 1] == 0x2D and data[k - 2] == 0x20:
        # 12/05/2023, 18:02 - Anna: ...
        return 0x30 <= data[k - 3] <= 0x39
    return opens or (k > begin + 1 and data[k - 1] == 0x5D and 0x30 <= data[k - 2] <= 0x39)


@kernel
def phone_follows(data, at, stop):  # type: ignore[no-untyped-def]
    """Says whether a number of nine to fifteen digits in groups follows a name at once, as those
    of telephones are written: Ines 647 980 3316."""
    i = at
    while i < stop and i < at + 4 and (
        data[i] in (0x20, 0x2C, 0x28, 0x29, 0x2B, 0x2D, 0x3A) or data[i] == 0x09
    ):  # fmt: skip
        i += 1
    if i == at or i >= stop or not 0x30 <= data[i] <= 0x39:
        return False
    digits = groups = 0
    inside = False
    last = i
    while i < stop and i < at + 30:
        byte = data[i]
        if 0x30 <= byte <= 0x39:
            digits += 1
            groups += not inside
            inside = True
            last = i
        elif byte in (0x20, 0x2D, 0x2E, 0x28, 0x29) and i - last < 3:
            inside = False
        else:
            break
        i += 1
    return 9 <= digits <= 15 and (groups > 1 or digits <= 11)


@kernel
def contact_before(data, at, begin, tables):  # type: ignore[no-untyped-def]
    """Says whether what stands before byte `at` could speak of contact, or a line begins there."""
    i = at
    while i > begin and _SKIPPED[data[i - 1]]:
        i -= 1
    if i <= begin:
        return True
    last = np.int64(data[i - 1])
    if last >= 0x80 or last == 0x0A or last == 0x0D:
        return True
    if not 0x61 <= last | 0x20 <= 0x7A:
        return tables.contact_before[last] != 0
    first = np.int64(data[i - 2]) if i - 2 >= begin else 0
    if first >= 0x80 or first == 0x27:
        return True
    first = first | 0x20 if 0x61 <= first | 0x20 <= 0x7A else 0
    return tables.contact_before[first << 8 | last | 0x20] != 0


@kernel
def contact_behind(data, at, stop, tables):  # type: ignore[no-untyped-def]
    """Says whether what stands behind byte `at` could speak of contact."""
    i = at
    while i < stop and (_SKIPPED[data[i]] or data[i] == 0x0D):
        i += 1
    if i >= stop:
        return False
    first = np.int64(data[i])
    if first >= 0x80 or first == 0x27:
        return True
    if not 0x61 <= first | 0x20 <= 0x7A:
        return tables.contact_behind[first << 8] != 0
    second = np.int64(data[i + 1]) if i + 1 < stop else 0
    if second >= 0x80 or second == 0x27:
        return True
    second = second | 0x20 if 0x61 <= second | 0x20 <= 0x7A else 0
    return tables.contact_behind[(first | 0x20) << 8 | second] != 0


@kernel
def _behind_colon(data, at, begin):  # type: ignore[no-untyped-def]
    """Says whether nothing but blanks stands between a colon and byte `at`."""
    i = at
    while i > begin and _SKIPPED[data[i - 1]]:
        i -= 1
    return i > begin and data[i - 1] == 0x3A


@kernel
def is_turned(data, tokens, k, begin):  # type: ignore[no-untyped-def]
    """Says whether token k is a surname behind a colon, with a comma and given names behind it."""
    return given_behind(tokens, k) > k and _behind_colon(data, tokens[k, START], begin)


@kernel
def has_signs(data, begin, stop):  # type: ignore[no-untyped-def]
    """Says whether a mail address or a number of nine digits could stand between two bytes."""
    digits = signs = 0
    for k in range(np.uint64(begin), np.uint64(stop)):
        digits += 0x30 <= data[k] <= 0x39
        signs += data[k] == 0x40
    return signs > 0 or digits >= 9


@kernel
def _is_book_number(data, i, at):  # type: ignore[no-untyped-def]
    """Says whether ISBN, ISSN, PMID, OCLC or DOI announces the digits at byte i."""
    end = i
    while end > at and i - end < 6 and data[end - 1] < 0x41:
        end -= 1
    if end - 3 < at:
        return False
    value = 0
    for k in range(max(at, end - 4), end):
        value = value << 8 | int(data[k]) | 0x20
    return value in (0x6973626E, 0x6973736E, 0x706D6964, 0x6F636C63) or value & 0xFFFFFF == 0x646F69


@kernel
def has_contact(data, at, stop):  # type: ignore[no-untyped-def]
    """Says whether a mail address or a telephone number of nine digits or more stands behind
    byte `at`, in the same line or, if that ends there, in the next ones of a block."""
    if not has_signs(data, at, min(stop, at + _REACH)):
        return False
    digits, run_start, slashes = 0, at, 0
    blank = False
    for i in range(at, min(stop, at + _REACH)):
        byte = data[i]
        if byte == 0x40:
            if i > at and data[i - 1] > 0x2F and i + 1 < stop and data[i + 1] > 0x2F:
                return True
        elif 0x30 <= byte <= 0x39:
            if digits == 0 or i - run_start > 20:
                digits, run_start = -_REACH if _is_book_number(data, i, at) else 0, i
            digits += 1
            if digits >= 9 and i - run_start <= 20:
                return True
        elif byte == 0x0A:
            if blank:
                return False
            blank = True
            digits = 0
            continue
        elif byte > 0x40 or byte == 0x2C or byte == 0x3A or (byte == 0x2F and slashes):
            digits, slashes = 0, 0
        elif byte == 0x2F:
            # 713/853-5984 is a number, 2019/10/07 none.
            slashes += 1
        if byte != 0x20:
            blank = False
    return False


@kernel
def heads_block(data, at, stop):  # type: ignore[no-untyped-def]
    """Says whether the line that ends at byte `at` is followed by short lines with digits, as the
    lines of an address are: two such lines, or one with a number of four digits or more."""
    i = at
    lines = numbered = size = run = longest = 0
    has_digit = False
    while i < stop and i < at + _BLOCK and lines < 7:
        byte = data[i]
        if byte == 0x0A:
            if size > 70:
                return False
            if size > 0:
                lines += 1
                numbered += has_digit
            size, run = 0, 0
            has_digit = False
        elif 0x30 <= byte <= 0x39:
            has_digit = True
            size += 1
            run += 1
            longest = max(longest, run)
        else:
            run = 0
            if not _SKIPPED[byte]:
                size += 1
        i += 1
    if i >= stop and 0 < size <= 70:
        numbered += has_digit
        lines += 1
    return lines >= 2 and (numbered >= 2 or (numbered >= 1 and longest >= 4))
