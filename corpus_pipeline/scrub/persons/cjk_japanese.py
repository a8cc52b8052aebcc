"""Names of persons in Japanese text: a surname with a given name, a title, a label or a number."""

import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons.cjk_rows import Found
from corpus_pipeline.scrub.persons.cjk_fields import cells_below
from corpus_pipeline.scrub.persons.cjk_tables import (
    WordTable,
    dictionary,
    is_japanese_surname,
    japanese_tables,
    longer_hash,
    slot_of,
    word_list,
)
from corpus_pipeline.scrub.persons.cjk_weigh import han_at
from corpus_pipeline.text.columns import Utf8

FULL, TITLED, LABEL, PARTED, FOREIGN = 0, 1, 2, 3, 4

#: 8 * log2 of the people of a surname: of one character, of two.
_COMMON_SHORT, _COMMON = 118, 88
_LABEL_TAIL = re.compile(
    r"[\s*_`\"”』」】）)\]]{0,4}(?:[(（][^()（）\n]{0,12}[)）])?\s{0,3}[:：=|"
    r"｜\t][\s*_`\"「『【|　]{0,6}"
)
#: What parts the names of a field.
_NEXT = re.compile("[ 　]?[、，,／/・][ 　]?")
#: Behind a field and a blank.
_BLANK_TAIL = re.compile("[ 　]{1,4}")
_BLANK_BEHIND = re.compile("[ 　]{0,2}(?:[（(　\\s様氏殿儀、,]|さん|$)")
_NAME = re.compile(
    "[\u3400-\u9fff々ヶ]{1,5}[ 　]?[\u3400-\u9fff々\u3041-\u3096\u30a1-\u30faー]{0,5}|"
    "[\u30a1-\u30faー]{1,12}(?:[・＝][\u30a1-\u30faー]{1,12}){1,4}|"
    "[\u30a1-\u30fa・ー]{2,8}[ 　][\u30a1-\u30faー\u3400-\u9fff]{1,8}"
)
_NO_NAME = re.compile(
    "必須|任意|未定|不明|未記入|記入|入力|以下|株式|会社|事務|窓口|本人|同上|なし|無し|担当|係|部$|課$|室$|局$|市$|県$|社$|様式|全員|各"
)
_CONTACT = re.compile(
    r"電話|TEL|Tel|携帯|メール|E-?mail|住所|〒|生年月日|口座|マイナンバー|免許証|0\d{1,4}-\d{1,4}-\d{3,4}|[\w.]@\w"
)
_KANA = "\u3041-\u3096\u30a1-\u30faー"
#: Kana in brackets that read a name, with a blank between or without; Latin letters.
_READING = re.compile(f"[（(][{_KANA}]{{1,8}}[ 　][{_KANA}]{{1,8}}[）)、,，;；]")
_FURIGANA = re.compile(f"[ 　]{{0,2}}[（(]([{_KANA}]{{1,8}}[ 　]?[{_KANA}]{{1,8}})[）)、,，;；]")
_ROMAJI = re.compile(r"[ 　]{0,2}[（(／/]([A-Z][A-Za-z'-]{1,14}[ ,]{1,2}[A-Z][A-Za-z'-]{1,14})(?![\w@.])")
_GIVEN = re.compile(f"[\u3400-\u9fff々{_KANA}]{{1,5}}")
#: A title, "this is", a person's age behind a name.
_TITLE_BEHIND = re.compile(
    "[ 　]?(?:様|さま|さん|氏|殿|君|くん|ちゃん|先生|儀)|です|と申|まで|より|宛"
)
_AGE = re.compile(r"[（(]\d{1,3}歳?[）)]|[（(][０-９]{1,3}歳?[）)]|[ 　]{1,2}(?:男|女)[ 　]")
_LISTED = re.compile(r"[,、，:：]|[ 　]?$|[ 　]?\n")
_LISTED_BEFORE = re.compile(r"(?:[,、，][ 　]?|\d[)）.．　][ 　]?|^[ 　]*)$")
#: Behind these stands the name of a town: 金沢市長.
_MAYOR = re.compile("[市町村区県]長")
_SELF = re.compile("[ 　]?(?:と申し|といいます|と言います|と名乗)")
_CLAUSE_END = re.compile("[。！？\n]")
_NO_GIVEN = frozenset(
    "大市県駅区町村港山川城東西南北中一学会上下内外前後間用部者人家氏様方台店線橋島海道院寺社"
)


#: Ends of places, offices and their people.
_NO_END = frozenset("市県都府駅区町村課部店室局係社所会様方者員館校院長")


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
    """Returns where katakana with a middle dot before a title ends (ファム・ドゥックさん), or `i`."""
    end = i
    dots = 0
    while _katakana(data, end, stop):
        dots += data[end + 1] == 0x83 and data[end + 2] == 0xBB
        end += 3
    return end if dots and end - i <= 90 and _title_length(data, end, stop, keys, values) else i


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
        or (last + 2 < stop and data[last] == 0xE3 and data[last + 1] == 0x80 and data[last + 2] == 0x85)
    ):
        last += 3
    length = (last - i) // 3
    gap = _blank_length(data, last, stop)
    bracket = 0
    if last < stop and data[last] == 0x28:
        bracket = 1
    elif last + 2 < stop and data[last] == 0xEF and data[last + 1] == 0xBC and data[last + 2] == 0x88:
        bracket = 3
    if bracket and 3 <= length <= 7 and _kana(data, last + bracket, stop):
        parts[0] = parts[1] = last
        return
    if not gap or length > 5:
        return
    end = last + gap
    while end - last <= 24 and (han_at(data, end, stop) or _kana(data, end, stop)):
        title = _title_length(data, end, stop, keys, values)
        if title and end > last + gap and not (
            han_at(data, end + 3 * title, stop) or _kana(data, end + 3 * title, stop)
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
def _scan_japanese(  # type: ignore[no-untyped-def]
    data, offsets, wanted, last_keys, last_values, first_keys, first_values,
    title_keys, title_values, label_keys, label_values, parts, out,
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
            if inside or i < free:
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
                if rank >= _COMMON and _wide(data, end, stop):
                    for size in range(4, 0, -1):
                        if _wide(data, end + 3 * (size - 1), stop) and _value(
                            title_keys, title_values, data, end, size
                        ):
                            if length > 1 or rank >= _COMMON_SHORT:
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
                    if not first or (
                        han_at(data, after, stop)
                        and not _value(title_keys, title_values, data, after, 1)
                        and not (
                            _wide(data, after + 3, stop)
                            and _value(title_keys, title_values, data, after, 2)
                        )
                    ):
                        continue
                    if length + size >= 3 and (length > 1 or (size > 1 and rank >= _COMMON_SHORT)):
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
            if best >= 0:
                if count < len(out):
                    _note(out[count], row, i, best_last, best_end, best, best_rank, best_first)
                count += 1
                # What has a blank within may be a field and the surname.
                free = best_last if best == PARTED else best_end
            i += 3
    return count


@cache
def _titles() -> WordTable:
    return dictionary(dict.fromkeys(word_list("japanese titles"), 1))


@cache
def _labels() -> WordTable:
    return dictionary(dict.fromkeys(word_list("japanese labels"), 1))


def find_japanese(
    text: Utf8, data: bytes, wanted: NDArray[np.bool_], everyone: bool
) -> list[tuple[int, Found]]:
    """Finds names in the rows that are wanted; rows ascend.

    Args:
        text: the buffers of N texts.
        data: the same bytes.
        wanted: bool[N].
        everyone: all persons, not those in a private context alone.
    """
    tables = japanese_tables()
    room = len(text.data) // 128 + 64
    while True:
        out = np.empty((room, 7), np.int32)
        count: int = _scan_japanese(
            text.data,
            text.offsets,
            wanted,
            *tables.last,
            *tables.first,
            *_titles(),
            *_labels(),
            np.zeros(2, np.int64),
            out,
        )
        if count <= room:
            break
        room = count
    found: list[tuple[int, Found]] = []
    table = out[:count]
    rows, firsts = np.unique(table[:, 0], return_index=True)
    limits = [*firsts.tolist(), count]
    for number, row in enumerate(rows.tolist()):
        begin, stop = int(text.offsets[row]), int(text.offsets[row + 1])
        lines = table[limits[number] : limits[number + 1], 1:].tolist()
        found += [(row, each) for each in _in_row(data, begin, stop, lines, everyone)]
    return found


def _in_row(
    data: bytes, begin: int, stop: int, lines: list[list[int]], everyone: bool
) -> list[Found]:
    found: dict[int, Found] = {}
    tables: dict[int, int] = {}
    for start, last_end, end, kind, rank, first in lines:
        if kind == LABEL:
            _read_field(data, begin, stop, (start, end), tables, found)
            continue
        after = data[end : min(stop, end + 72)].decode(errors="ignore")
        before = data[max(begin, start - 36) : start].decode(errors="ignore")
        limit = _CLAUSE_END.search(after)
        contact = bool(
            _SELF.match(after)
            or _CONTACT.search(after[: limit.start() if limit else 24])
            or (kind in (FULL, PARTED) and _CONTACT.search(_CLAUSE_END.split(before)[-1]))
        )
        name = data[start:end].decode()
        given = data[last_end:end].decode().strip(" 　")
        if kind == FULL and len(given) == 1 and (given in _NO_GIVEN or first < 20):
            if len(name) == len(data[start:last_end].decode()) + 1:
                continue
            kind = PARTED
        if kind == TITLED and _MAYOR.match(after):
            continue
        if kind == PARTED:
            if not _is_parted_name(name, before, after, contact):
                continue
            sure = True
        else:
            sure = kind in (TITLED, FOREIGN) or first >= 20 or rank >= _COMMON
            sure = sure or _is_parted_name(name, before, after, contact)
        if (contact and sure) or (everyone and sure):
            found.setdefault(start, Found(start, end, 0.8, contact))
    _read_kana(data, stop, found)
    return _chosen(data, lines, found, everyone)


def _is_parted_name(name: str, before: str, after: str, contact: bool) -> bool:
    """Says whether two parts with a blank between, or one before kana in brackets, are a name."""
    last, blank, given = name.replace("　", " ").partition(" ")
    if not blank:
        return _READING.match(after) is not None
    if _NO_NAME.search(name) or given in _NO_GIVEN or not _GIVEN.fullmatch(given):
        return False
    if len(given) > 1 and given[-1] in _NO_END:
        return False
    if _TITLE_BEHIND.match(after) or _FURIGANA.match(after) or _AGE.match(after):
        return True
    known = any(is_japanese_surname(last[:length]) for length in (len(last),))
    announced = known and (_LISTED.match(after) or contact)
    return bool(announced and len(last) > 1 and (contact or _LISTED_BEFORE.search(before)))


def _read_kana(data: bytes, stop: int, found: dict[int, Found]) -> None:
    """Adds the reading of a name in brackets behind it: 相生 蓮（あいおい れん）."""
    for each in list(found.values()):
        after = data[each.end : min(stop, each.end + 80)].decode(errors="ignore")
        match = _FURIGANA.match(after) or _ROMAJI.match(after)
        if match:
            start = each.end + len(after[: match.start(1)].encode())
            end = start + len(match.group(1).encode())
            found.setdefault(start, Found(start, end, 0.7, each.private))


def _chosen(
    data: bytes, lines: list[list[int]], found: dict[int, Found], everyone: bool
) -> list[Found]:
    """Adds where the same surname or name stands again, and keeps what is wanted, apart."""
    named = {data[each.start : each.end] for each in found.values() if each.private}
    for start, last_end, end, kind, _, _ in lines:
        if kind != LABEL and start in found and not found[start].private:
            last = data[start:last_end]
            again = data[start:end] in named or (
                kind == TITLED and any(name.startswith(last) for name in list(named)[:64])
            )
            if again:
                found[start] = found[start]._replace(private=True)
        elif kind != LABEL and data[start:end] in named:
            found.setdefault(start, Found(start, end, 0.7, True))
    chosen: list[Found] = []
    for each in sorted(found.values(), key=lambda f: (f.start, -f.end)):
        if (each.private or everyone) and (not chosen or each.start >= chosen[-1].end):
            chosen.append(each)
    return chosen


def _read_field(
    data: bytes,
    begin: int,
    stop: int,
    label: tuple[int, int],
    tables: dict[int, int],
    found: dict[int, Found],
) -> None:
    # Key -1 holds where the head line ends; in the lines below labels head nothing.
    if tables.get(-1, label[0]) < label[0] < max(tables.values(), default=0) or (
        tables.get(-1, 0) >= label[0] and len(tables) > 8
    ):
        return
    cells, (column, end) = cells_below(data, label, begin, stop)
    if column >= 0:
        tables[column] = end
        tables[-1] = data.find(b"\n", label[1], stop)
        for start, cell_end, value in cells:
            if is_japanese_name(value):
                found[start] = Found(start, cell_end, 0.9, True)
        return
    window = data[label[1] : min(stop, label[1] + 100)].decode(errors="ignore")
    tail = _LABEL_TAIL.match(window)
    blank = None if tail else _BLANK_TAIL.match(window)
    if not tail and not blank:
        return
    position = (tail or blank).end()  # type: ignore[union-attr]
    for _ in range(12):
        match = _NAME.match(window, position)
        if not match:
            return
        name = match.group().rstrip("様氏殿儀 　")
        for ending in ("さん", "さま", "先生", "まで", "です", "より", "宛"):
            name = name.removesuffix(ending)
        if not is_japanese_name(name, bool(tail)) or not (
            tail or _BLANK_BEHIND.match(window, match.end())
        ):
            return
        start = label[1] + len(window[: match.start()].encode())
        found[start] = Found(start, start + len(name.encode()), 0.95, True)
        following = _NEXT.match(window, match.end())
        if not following:
            return
        position = following.end()


def is_japanese_name(value: str, sure: bool = True) -> bool:
    """Says whether the value of a field can be a name.

    Args:
        value: the value, with one blank between its parts or none.
        sure: a sign and not a blank alone divides it from the field.

    >>> [is_japanese_name(value) for value in ("山田 太郎", "佐藤", "必須", "営業部")]
    [True, True, False, False]
    """
    if _NO_NAME.search(value) or not _NAME.fullmatch(value) or not 2 <= len(value) <= 40:
        return False
    if "\u30a1" <= value[0] <= "\u30fa":
        return True
    last, blank, given = value.replace("　", " ").partition(" ")
    if blank:
        return given not in _NO_GIVEN and given[-1:] not in _NO_END and bool(_GIVEN.fullmatch(given))
    if not sure and len(value) < 3:
        return False
    return any(is_japanese_surname(value[:length]) for length in range(1, min(4, len(value)) + 1))
