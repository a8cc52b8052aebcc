"""Where Japanese names could be: one pass over the bytes that looks words up."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons.cjk_tables import (
    WordTable,
    dictionary,
    longer_hash,
    slot_of,
    word_list,
)
from corpus_pipeline.scrub.persons.cjk_weigh import han_at

#: What is noted: a surname with a known given name, one with a title, a field, two parts with a
#: blank between, katakana with dots or before a title, a surname that a role announces, a given
#: name before a title, a surname and katakana.
FULL, TITLED, LABEL, PARTED, FOREIGN, ROLED, GIVEN, NAMED = 0, 1, 2, 3, 4, 5, 6, 7

#: 8 * log2 of the people of a surname: of one character, of two.
COMMON_SHORT, COMMON = 118, 88


@kernel
def _value(keys, values, data, start, length):  # type: ignore[no-untyped-def]
    """Returns the value of the word of `length` characters, three bytes each, at a byte."""
    key = 0x811C9DC5
    for k in range(length):
        i = start + 3 * k
        key = longer_hash(
            key,
            ((np.int64(data[i]) & 0x0F) << 12)
            | ((np.int64(data[i + 1]) & 0x3F) << 6)
            | (np.int64(data[i + 2]) & 0x3F),
        )
    return values[slot_of(keys, key)]


@kernel
def _wide(data, i, stop):  # type: ignore[no-untyped-def]
    """Says whether a character of three bytes, Han or kana, stands at a byte."""
    return i + 2 < stop and data[i] >= 0xE3 and data[i] <= 0xE9


@kernel
def _katakana(data, i, stop):  # type: ignore[no-untyped-def]
    """Says whether a katakana, a middle dot of Japan or a long vowel stands at a byte."""
    if i + 2 >= stop or data[i] != 0xE3:
        return False
    return (data[i + 1] == 0x82 and data[i + 2] >= 0xA1) or (
        data[i + 1] == 0x83 and data[i + 2] <= 0xBC
    )


@kernel
def _kana(data, i, stop):  # type: ignore[no-untyped-def]
    """Says whether a hiragana or katakana stands at a byte."""
    return i + 2 < stop and data[i] == 0xE3 and data[i + 1] >= 0x81 and data[i + 1] <= 0x83


@kernel
def _title_length(data, i, stop, keys, values):  # type: ignore[no-untyped-def]
    """Returns how many characters the longest title at a byte has, 0 where none stands."""
    for size in range(4, 0, -1):
        if _wide(data, i + 3 * (size - 1), stop) and _value(keys, values, data, i, size):
            return size
    return 0


@kernel
def _foreign_end(data, i, stop, keys, values):  # type: ignore[no-untyped-def]
    """Returns where katakana with a middle dot (ファム・ドゥ) or before a title ends, or `i`."""
    end = i
    dots = 0
    while _katakana(data, end, stop):
        dots += data[end + 1] == 0x83 and data[end + 2] == 0xBB
        end += 3
    if end - i > 90 or end - i < 6:
        return i
    return end if dots or _title_length(data, end, stop, keys, values) else i


@kernel
def _is_announced(data, i, begin, role_keys, role_values, role_ends):  # type: ignore[no-untyped-def]
    """Says whether a role (弁護士) stands before a byte, or a role and の."""
    for _ in range(2):
        if i - 3 < begin or data[i - 3] < 0xE3 or data[i - 3] > 0xE9:
            return False
        code = (
            ((np.int64(data[i - 3]) & 0x0F) << 12)
            | ((np.int64(data[i - 2]) & 0x3F) << 6)
            | (np.int64(data[i - 1]) & 0x3F)
        )
        if role_ends[code]:
            key_stop = i
            for length in range(1, 6):
                start = i - 3 * length
                if start < begin or data[start] < 0xE3 or data[start] > 0xE9:
                    break
                if _value(role_keys, role_values, data, start, (key_stop - start) // 3):
                    return True
        if not (data[i - 3] == 0xE3 and data[i - 2] == 0x81 and data[i - 1] == 0xAE):
            return False
        i -= 3
    return False


@kernel
def _kana_ends(data, start, end, stop):  # type: ignore[no-untyped-def]
    """Says whether a given name in kana may end at a byte: katakana where no katakana follows,
    hiragana of two letters or more before a particle, a title or other letters."""
    if data[start] != 0xE3 or data[start + 1] < 0x81 or data[start + 1] > 0x83:
        return True
    if _katakana(data, start, stop):
        return not _katakana(data, end, stop)
    if end - start < 6 or not _kana(data, end, stop):
        return end - start >= 6
    if data[end + 1] != 0x81:
        return False
    third = data[end + 2]
    # は が の を に と も へ さ(ん) で ち(ゃん)
    return (
        third == 0xAF or third == 0x8C or third == 0xAE or third == 0xAB or third == 0xA8
        or third == 0xB8 or third == 0x95 or third == 0xA7 or third == 0xA1
    )  # fmt: skip


@kernel
def _blank_length(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns the bytes of one blank or wide blank at a byte, 0 where none stands."""
    if i < stop and data[i] == 0x20:
        return 1
    wide = i + 2 < stop and data[i] == 0xE3 and data[i + 1] == 0x80 and data[i + 2] == 0x80
    return 3 if wide else 0


@kernel
def _parted(data, i, begin, stop, keys, values, parts):  # type: ignore[no-untyped-def]
    """Fills parts with where the surname and the name at a byte end: two runs of up to five
    characters with one blank between, or a run before kana in brackets; 0, 0 where none is."""
    parts[0] = parts[1] = 0
    last = i
    while last - i <= 24 and (
        han_at(data, last, stop)
        or (
            last + 2 < stop
            and data[last] == 0xE3
            and data[last + 1] == 0x80
            and data[last + 2] == 0x85
        )
    ):
        last += 3
    length = (last - i) // 3
    gap = _blank_length(data, last, stop)
    bracket = 0
    if last < stop and data[last] == 0x28:
        bracket = 1
    elif (
        last + 2 < stop and data[last] == 0xEF and data[last + 1] == 0xBC and data[last + 2] == 0x88
    ):
        bracket = 3
    if bracket and 3 <= length <= 7 and _kana(data, last + bracket, stop):
        parts[0] = parts[1] = last
        return
    if not gap or length > 5:
        return
    end = last + gap
    while end - last <= 24 and (han_at(data, end, stop) or _kana(data, end, stop)):
        title = _title_length(data, end, stop, keys, values)
        if (
            title
            and end > last + gap
            and not (han_at(data, end + 3 * title, stop) or _kana(data, end + 3 * title, stop))
        ):
            break
        end += 3
    size = (end - last - gap) // 3
    if 1 <= size <= 5 and length + size >= 2:
        parts[0], parts[1] = last, end


@kernel
def _note(line, row, start, last_end, end, kind, rank, first):  # type: ignore[no-untyped-def]
    """Fills a row of what is found."""
    line[0], line[1], line[2], line[3], line[4] = row, start, last_end, end, kind
    line[5], line[6] = rank, first


@kernel
def scan_japanese(  # type: ignore[no-untyped-def]
    data, offsets, wanted, last_keys, last_values, first_keys, first_values,
    title_keys, title_values, label_keys, label_values, role_keys, role_values,
    role_ends, parts, out,
):  # fmt: skip
    """Fills rows of `out`: row, start, end of the surname, end, kind, ranks; returns how many."""
    count = 0
    for row in range(len(offsets) - 1):
        if not wanted[row]:
            continue
        begin, stop = offsets[row], offsets[row + 1]
        i = begin
        free = begin
        inside = False
        while i < stop:
            if not han_at(data, i, stop):
                inside = False
                if _katakana(data, i, stop) and i >= free:
                    end = _foreign_end(data, i, stop, title_keys, title_values)
                    if end > i:
                        if count < len(out):
                            _note(out[count], row, i, end, end, FOREIGN, 0, 0)
                        count += 1
                    while _katakana(data, i, stop):
                        i += 3
                    continue
                i += 1
                continue
            # A label that ends here, before a sign.
            following = data[i + 3] if i + 3 < stop else np.uint8(0)
            if (
                following == 0x3A or following == 0x09 or following == 0x7C or following == 0x2C
                or following == 0x28 or (following == 0xEF and data[i + 4] == 0xBC)
                or following == 0x20
                or (following == 0xE3 and data[i + 4] == 0x80 and data[i + 5] == 0x80)
            ):  # fmt: skip
                for length in range(6, 1, -1):
                    start = i + 3 - 3 * length
                    if (
                        start >= begin
                        and _wide(data, start, stop)
                        and _value(label_keys, label_values, data, start, length)
                    ):
                        if count < len(out):
                            _note(out[count], row, start, i + 3, i + 3, LABEL, 0, 0)
                        count += 1
                        break
            announced = _is_announced(data, i, begin, role_keys, role_values, role_ends)
            if (inside and not announced) or i < free:
                i += 3
                continue
            inside = True
            best = -1
            best_end = best_last = best_rank = best_first = 0
            for length in range(4, 0, -1):
                if not _wide(data, i + 3 * (length - 1), stop):
                    continue
                rank = int(_value(last_keys, last_values, data, i, length))
                if not rank:
                    continue
                end = i + 3 * length
                if rank >= COMMON and _wide(data, end, stop):
                    for size in range(4, 0, -1):
                        if _wide(data, end + 3 * (size - 1), stop) and _value(
                            title_keys, title_values, data, end, size
                        ):
                            if length > 1 or rank >= COMMON_SHORT:
                                best, best_last, best_end = TITLED, end, end
                                best_rank, best_first = rank, 0
                            break
                given = end
                if end < stop and data[end] == 0x20:
                    given = end + 1
                elif (
                    end + 2 < stop
                    and data[end] == 0xE3
                    and data[end + 1] == 0x80
                    and data[end + 2] == 0x80
                ):
                    given = end + 3
                for size in range(4, 0, -1):
                    if not _wide(data, given + 3 * (size - 1), stop):
                        continue
                    first = int(_value(first_keys, first_values, data, given, size))
                    after = given + 3 * size
                    if (
                        not first
                        or not _kana_ends(data, given, after, stop)
                        or (
                            han_at(data, after, stop)
                            and not _value(title_keys, title_values, data, after, 1)
                            and not (
                                _wide(data, after + 3, stop)
                                and _value(title_keys, title_values, data, after, 2)
                            )
                        )
                    ):
                        continue
                    if length + size >= 3 and (length > 1 or (size > 1 and rank >= COMMON_SHORT)):
                        best, best_last, best_end = FULL, end, after
                        best_rank, best_first = rank, first * 10 + size
                        break
                if best == FULL:
                    break
            if best != FULL:
                _parted(data, i, begin, stop, title_keys, title_values, parts)
                if parts[1]:
                    best, best_last, best_end = PARTED, parts[0], parts[1]
                    best_rank = best_first = 0
            if best < 0:
                # A surname alone behind a role or a colon; a given name before a title.
                colon = i > begin and (
                    data[i - 1] == 0x3A
                    or (i - 3 >= begin and data[i - 3] == 0xEF and data[i - 2] == 0xBC
                        and data[i - 1] == 0x9A)
                )  # fmt: skip
                for length in range(4, 0, -1):
                    end = i + 3 * length
                    if not _wide(data, end - 3, stop):
                        continue
                    if (
                        length > 1
                        and (announced or colon)
                        and not (han_at(data, end, stop) or _katakana(data, end, stop))
                    ):
                        rank = int(_value(last_keys, last_values, data, i, length))
                        if rank:
                            best, best_last, best_end = ROLED, end, end
                            best_rank, best_first = rank, 0
                            break
                    if length > 1 and _katakana(data, end, stop):
                        rank = int(_value(last_keys, last_values, data, i, length))
                        given = end
                        while _katakana(data, given, stop):
                            given += 3
                        if rank >= COMMON and given - end <= 15 and given - end >= 6:
                            best, best_last, best_end = NAMED, end, given
                            best_rank, best_first = rank, 0
                            break
                    if length < 4 and _title_length(data, end, stop, title_keys, title_values):
                        first = int(_value(first_keys, first_values, data, i, length))
                        if first:
                            best, best_last, best_end = GIVEN, i, end
                            best_rank, best_first = 0, first * 10 + length
                            break
            if best >= 0:
                if count < len(out):
                    _note(out[count], row, i, best_last, best_end, best, best_rank, best_first)
                count += 1
                # What has a blank within may be a field and the surname.
                free = best_last if best == PARTED else best_end
            i += 3
    return count


@cache
def titles() -> WordTable:
    """Returns titles behind a name."""
    return dictionary(dict.fromkeys(word_list("japanese titles"), 1))


@cache
def roles() -> WordTable:
    """Returns roles and relatives before a name."""
    return dictionary(dict.fromkeys(word_list("japanese roles"), 1))


@cache
def role_ends() -> NDArray[np.uint8]:
    """Returns uint8[0x10000], whether a role ends in a character."""
    ends = np.zeros(0x10000, np.uint8)
    ends[[ord(word[-1]) for word in word_list("japanese roles")]] = 1
    return ends


@cache
def labels() -> WordTable:
    """Returns fields of forms."""
    return dictionary(dict.fromkeys(word_list("japanese labels"), 1))
