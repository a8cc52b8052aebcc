"""Names in fields of forms and in columns of tables, where the label says that a person follows.

联系人：陈荣，手机…          a label, a separator, names
姓名	身份证	手机          a head line: the cells below the label are names
刘玉华	3713…	156…
"""

import re
from collections.abc import Iterator

from corpus_pipeline.scrub.persons.cjk_cues import (
    COMPOUND_SURNAMES,
    NO_NAMES,
    RARE_SURNAMES,
    SURNAMES,
)
from corpus_pipeline.scrub.persons.cjk_tables import folded, is_chinese_word, is_japanese_surname

#: Bytes behind a label that are read, bytes of a line of a table, and lines of a table.
WINDOW, _LINE, _LINES = 120, 4000, 5000

_HAN = "\u3400-\u9fff\u3007"
_SEPARATOR = re.compile(
    r"[\s*_`~\"'”’」』】\])）]{0,6}(?:[（(][^()（）\n]{0,12}[)）])?[\s*_`]{0,3}(?:[:：=|｜]|</?\w{1,6}>|\t|是|为)"
    r"[\s　*_`\"'“‘「『【\[|]{0,8}|[ 　]{1,8}|[\t ]{0,4}\r?\n[\t 　]{0,8}"
)
#: Chinese characters with a space between (张 三), with middle dots (买买提·艾力), or a run.
_VALUE = re.compile(
    f"(?:[{_HAN}]{{2,3}}[ 　][{_HAN}]{{2,3}}(?![{_HAN}])|"
    f"[{_HAN}](?:[ 　]{{1,4}}[{_HAN}])(?![{_HAN}])|[{_HAN}]+(?:[·•‧・][{_HAN}]+)*)"
)
#: A surname parted from the given name, or all characters parted, for alignment: 利　锦添.
_SPACED = (
    re.compile(f"[{_HAN}]{{1,2}}(?:[ 　]{{1,4}}[{_HAN}]){{2}}(?![{_HAN}])"),
    re.compile(f"[{_HAN}]{{1,2}}[ 　]{{1,4}}[{_HAN}]{{1,2}}(?![{_HAN}])"),
)
#: Last parts that are fields of their own.
_NO_PARTS = frozenset("男女汉年月日")
_NEXT = re.compile(r"[、，,；;/ 　&和及与]{1,3}|[（(][^()（）\n]{0,8}[)）][、，,；; ]{0,2}")
#: What divides the cells of a table.
_DELIMITERS = ("\t", "|", ",", "，", ";", "；")
#: What divides those of a table that is set with blanks.
_WIDE = re.compile("　+|[ ]{2,}[ 　]*")
#: A name in Latin letters in a column of names.
LATIN_CELL = re.compile(r"[A-ZÀ-Þ][A-Za-zÀ-ÿ'’.-]{1,20}(?: [A-ZÀ-Þ][A-Za-zÀ-ÿ'’.-]{0,20}){0,3}")
#: A full name in Latin letters behind a field, and words of firms and their like.
_LATIN_VALUE = re.compile(
    r"(?:(?:Dr|Mr|Mrs|Ms|Prof)\.? )?([A-ZÀ-Þ][a-zß-ÿĀ-ž'’-]{1,20}(?:-[A-ZÀ-Þ][a-zß-ÿ]{1,20})?"
    r"(?: [A-ZÀ-ÞĀ-Ž][A-Za-zß-ÿĀ-ž'’-]{0,20}\.?){1,3})(?![\w@.])"
)
_FIRM = re.compile(
    r"\b(?:Ltd|Inc|Co|Corp|LLC|GmbH|Limited|Company|Bank|Trading|Group|Team|Studio|Press|University|Institute|Foundation|Center|Software|Systems)\b"
)
#: How sure a sign between a field and its value is: a blank, a wide blank, another sign.
BLANK, WIDE, SIGN = 0, 1, 2


def is_full_name(value: str, parted: bool = False) -> bool:
    """Says whether a value of 2 to 4 characters has the form of a Chinese name.

    Args:
        value: the characters, with one blank between or none.
        parted: blanks stood between its characters, so that a rare surname counts as well.

    >>> [is_full_name(value) for value in ("张三", "欧阳娜娜", "必填", "刘玉华北", "买买提·艾力")]
    [True, True, False, False, True]
    """
    if value in NO_NAMES:
        return False
    last, space, first = value.replace("　", " ").partition(" ")
    if space and len(last) > 1:
        return len(first) > 1 and is_japanese_surname(last)
    value = last + first
    if any(dot in value for dot in "·•‧・"):
        return 3 <= len(value) <= 24
    if value[:2] in COMPOUND_SURNAMES:
        return 3 <= len(value) <= 4
    if not 2 <= len(value) <= 3:
        return False
    return value[0] in SURNAMES or (parted and value[0] in RARE_SURNAMES)


def _value_at(window: str, position: int) -> tuple[int, int] | None:
    """Returns where the value at a position begins and ends: a parted name, or a run."""
    for spaced in filter(None, (form.match(window, position) for form in _SPACED)):
        parts = re.split("[ 　]+", spaced.group())
        if parts[-1] not in _NO_PARTS and is_full_name("".join(parts), parted=True):
            return spaced.span()
    value = _VALUE.match(window, position)
    if not value:
        return None
    begin, end = value.span()
    blank = re.search("[ 　]", value.group())
    if blank and not is_full_name(value.group()):
        # 张晓梅　性别
        end = begin + blank.start()
    # 周杰等12人
    return begin, end - (end - begin > 2 and window[end - 1] == "等")


def _is_only_name(value: str) -> bool:
    """Says whether a value, without blanks, has the form of a name and is no word."""
    name = re.sub("[ 　]", "", value)
    return is_full_name(name) and not is_chinese_word(folded(name))


def values_behind(data: bytes, end: int, stop: int) -> Iterator[tuple[int, int, str, int]]:
    """Yields values of a field: first byte, last + 1, text, and what divides it off.

    Args:
        data: bytes of the column.
        end: where the label ends.
        stop: where the text ends.
    """
    window = data[end : min(end + WINDOW, stop)].decode(errors="ignore")
    separator = _SEPARATOR.match(window)
    if not separator:
        return
    sure = SIGN if not separator.group().isspace() else BLANK
    if not sure and "　" in separator.group() and "\n" not in separator.group():
        sure = WIDE
    position = separator.end()
    for _ in range(12):
        place = _value_at(window, position)
        if not place:
            return
        value = window[slice(*place)]
        start = end + len(window[: place[0]].encode())
        yield start, start + len(value.encode()), value, sure
        following = _NEXT.match(window, place[1])
        if not following:
            return
        position = following.end()


def latin_behind(data: bytes, end: int, stop: int) -> tuple[int, int] | None:
    """Returns where a full name in Latin letters behind a field and a sign begins and ends."""
    window = data[end : min(end + WINDOW, stop)].decode(errors="ignore")
    separator = _SEPARATOR.match(window)
    if not separator or separator.group().isspace():
        return None
    value = _LATIN_VALUE.match(window, separator.end())
    if not value or _FIRM.search(value.group()):
        return None
    start = end + len(window[: value.start(1)].encode())
    return start, start + len(value.group(1).encode())


def cells_below(data: bytes, label: tuple[int, int], begin: int, stop: int) -> tuple[
    list[tuple[int, int, str]], tuple[int, int]
]:  # fmt: skip
    """Returns the cells below a label in the head line of a table, and (column, end of table).

    The column is -1 where the label is not in a head line.
    """
    start, end = label
    line_start = data.rfind(b"\n", max(begin, start - _LINE), start) + 1 or begin
    line_end = data.find(b"\n", end, min(stop, end + _LINE))
    if line_end < 0 or line_start < start - _LINE:
        return [], (-1, end)
    head = data[line_start:line_end].decode(errors="ignore")
    before = len(data[line_start:start].decode(errors="ignore"))
    for delimiter in _DELIMITERS:
        cells = head.split(delimiter)
        if len(cells) < 2:
            continue
        column = head.count(delimiter, 0, before)
        if cells[column].strip(' *_"\r') != data[start:end].decode(errors="ignore"):
            return [], (-1, end)
        if any(re.search(r"\d{4}|[:：。]", cell) for cell in cells):
            return [], (-1, end)
        return _column(data, line_end + 1, stop, delimiter, column, len(cells))
    cells = _WIDE.split(head.strip(" 　\r"))
    bare = head.lstrip(" 　")
    if len(cells) >= 2 and not any(re.search(r"\d{4}|[:：。，；]", cell) for cell in cells):
        column = len(_WIDE.split(bare[: before - (len(head) - len(bare))])) - 1
        if cells[column] == data[start:end].decode(errors="ignore"):
            found, place = _column(data, line_end + 1, stop, "", column, len(cells))
            # Lines of a form look like a head line as well.
            names = sum(_is_only_name(value) for _, _, value in found)
            if any(_is_only_name(cell) for cell in cells):
                return [], (-1, end)
            if found and names * 2 >= len(found):
                return found, place
    return [], (-1, end)


def _wide_cell(line: str, column: int, width: int) -> tuple[int, int] | None:
    """Returns where a cell of a line set with blanks stands, if the line has all its cells."""
    begin = len(line) - len(line.lstrip(" 　\r"))
    end = len(line.rstrip(" 　\r"))
    places = []
    for gap in _WIDE.finditer(line, begin, end):
        places.append((begin, gap.start()))
        begin = gap.end()
    places.append((begin, end))
    # A parted name has made two cells of one.
    if len(places) == width + 1 and places[column][1] - places[column][0] == 1:
        places[column : column + 2] = [(places[column][0], places[column + 1][1])]
    return places[column] if len(places) == width else None


def _column(
    data: bytes, position: int, stop: int, delimiter: str, column: int, width: int
) -> tuple[list[tuple[int, int, str]], tuple[int, int]]:
    found = []
    mark = delimiter.encode()
    names = 0
    for _ in range(_LINES):
        if position >= stop:
            break
        line_end = data.find(b"\n", position, min(stop, position + _LINE))
        if line_end < 0:
            line_end = stop if stop - position < _LINE else -1
        if line_end < 0:
            break
        if not delimiter:
            line = data[position:line_end].decode(errors="ignore")
            wide = _wide_cell(line, column, width)
            if wide:
                start = position + len(line[: wide[0]].encode())
                found.append((start, start + len(line[slice(*wide)].encode()), line[slice(*wide)]))
            elif not found or not _WIDE.search(line.strip(" 　\r")):
                break
            # Lines of a form are soon known from those of a table.
            names += bool(wide) and _is_only_name(found[-1][2])
            if len(found) >= 4 and names * 2 < len(found):
                return [], (column, position)
            position = line_end + 1
            continue
        cells = data[position:line_end].split(mark)
        if len(cells) < min(2, width):
            break
        if column < len(cells):
            cell = cells[column]
            start = position + sum(len(each) + len(mark) for each in cells[:column])
            text = cell.decode(errors="ignore")
            bare = text.strip(' *_"\r　')
            if bare:
                start += len(text[: text.index(bare)].encode())
                found.append((start, start + len(bare.encode()), bare))
        position = line_end + 1
    return found, (column, position)
