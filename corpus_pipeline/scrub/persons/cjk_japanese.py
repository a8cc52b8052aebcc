"""Names of persons in Japanese text: a surname with a given name, a title, a label or a number."""

import re

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.scrub.persons.cjk_fields import cells_below
from corpus_pipeline.scrub.persons.cjk_japanese_again import add_again, is_called
from corpus_pipeline.scrub.persons.cjk_japanese_scan import (
    COMMON,
    FOREIGN,
    FULL,
    GIVEN,
    LABEL,
    NAMED,
    PARTED,
    ROLED,
    TITLED,
    labels,
    role_ends,
    roles,
    scan_japanese,
    titles,
)
from corpus_pipeline.scrub.persons.cjk_rows import Found
from corpus_pipeline.scrub.persons.cjk_tables import is_japanese_surname, japanese_tables
from corpus_pipeline.text.columns import Utf8

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
_READING_AND_TITLE = re.compile(
    f"[（(][{_KANA}]{{2,12}}[）)](?:さん|さま|様|氏|君|くん|ちゃん|先生|選手|監督|教授|です|と申|と言い)"
)
_FURIGANA = re.compile(f"[ 　]{{0,2}}[（(]([{_KANA}]{{1,8}}[ 　]?[{_KANA}]{{1,8}})[）)、,，;；]")
_ROMAJI = re.compile(
    r"[ 　]{0,2}[（(／/]([A-Z][A-Za-z'-]{1,14}[ ,]{1,2}[A-Z][A-Za-z'-]{1,14})(?![\w@.])"
)
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
        count: int = scan_japanese(
            text.data,
            text.offsets,
            wanted,
            *tables.last,
            *tables.first,
            *titles(),
            *labels(),
            *roles(),
            role_ends(),
            np.zeros(2, np.int64),
            out,
        )
        if count <= room:
            break
        room = count
    found: list[tuple[int, Found]] = []
    table = out[:count]
    # Names are known by their endings as well.
    rows = np.flatnonzero(wanted) if everyone else np.unique(table[:, 0])
    limits = np.searchsorted(table[:, 0], [*rows, len(wanted)]).tolist()
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
        if kind in (FOREIGN, GIVEN, NAMED, ROLED):
            if everyone and is_called(kind, name, before, after):
                found.setdefault(start, Found(start, end, 0.75, False))
            if kind != FOREIGN or "・" not in name or not contact:
                continue
            sure = True
        elif kind == PARTED:
            if not _is_parted_name(name, before, after, contact):
                continue
            sure = True
        else:
            sure = kind in (TITLED, FOREIGN) or first >= 20 or rank >= COMMON
            sure = sure or _is_parted_name(name, before, after, contact)
        if (contact and sure) or (everyone and sure):
            found.setdefault(start, Found(start, end, 0.8, contact))
    if everyone:
        add_again(data, begin, stop, lines, found)
    _read_kana(data, stop, found)
    return _chosen(data, lines, found, everyone)


def _is_parted_name(name: str, before: str, after: str, contact: bool) -> bool:
    """Says whether two parts with a blank between, or one before kana in brackets, are a name."""
    last, blank, given = name.replace("　", " ").partition(" ")
    if not blank:
        return (_READING.match(after) or _READING_AND_TITLE.match(after)) is not None
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
    _, blank, given = value.replace("　", " ").partition(" ")
    if blank:
        return (
            given not in _NO_GIVEN and given[-1:] not in _NO_END and bool(_GIVEN.fullmatch(given))
        )
    if not sure and len(value) < 3:
        return False
    return any(is_japanese_surname(value[:length]) for length in range(1, min(4, len(value)) + 1))
