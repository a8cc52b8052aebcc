"""Takes the names that fields of Chinese forms announce, and those of columns of tables."""

import re

from corpus_pipeline.scrub.persons.cjk_cues import NO_NAMES, SURNAMES
from corpus_pipeline.scrub.persons.cjk_fields import (
    BLANK,
    LATIN_CELL,
    SIGN,
    WIDE,
    cells_below,
    is_full_name,
    latin_behind,
    values_behind,
)
from corpus_pipeline.scrub.persons.cjk_gain import is_minority_name, is_rare_name, name_gain
from corpus_pipeline.scrub.persons.cjk_rows import Found, Row, add_found
from corpus_pipeline.scrub.persons.cjk_tables import folded, is_chinese_word, word_cost, word_list

#: The score from which a candidate beside a cue is a name, in 1/COST_UNITS.
CUED = 6
#: One of this score is a name behind a field, and where a person's numbers stand beside it.
LIKELY = -6
#: The least gain of a name with a rare surname beside a cue.
RARE_GAIN = -10
#: The least gain of a name behind a field and a wide blank, or glued to it.
_BESIDE = -24
#: The cost below which a word is a usual one: 安徽. Ends of offices behind a word: 后勤处.
_USUAL = 66
_OFFICES = frozenset("部处科室局组队班厅院所司站店课系處組隊廳課")
#: Fields that a name may follow without a sign, and letters that names seldom have.
_GLUED = frozenset(word_list("glued"))
_FUNCTION = re.compile("[的和与及或有是为在由被等须应所后前上下中内外不]")
#: Last characters of fields whose value may be a name in Latin letters.
_LATIN_FIELDS = frozenset(letter.encode() for letter in "人名者师師")
_SEX = re.compile("[，,、 　（(]{1,2}[男女][，,、。；; 　）)]")


def has_sex(row: Row, end: int) -> bool:
    """Says whether a person's sex stands behind a name: 奚望，女，1970年生."""
    return _SEX.match(row.data[end : min(row.stop, end + 24)].decode(errors="ignore")) is not None


def read_field(
    row: Row, number: int, at_start: dict[int, int], tables: dict[int, int], found: dict[int, Found]
) -> None:
    """Takes the names behind a label, or below it in a table."""
    label = row.starts[number], row.ends[number]
    if row.afters[number]:
        _read_glued(row, number, at_start, found)
        return
    if row.befores[number]:
        # Key -1 holds where the head line ends; in the lines below labels head nothing.
        if tables.get(-1, label[0]) < label[0] < max(tables.values(), default=0) or (
            tables.get(-1, 0) >= label[0] and len(tables) > 8
        ):
            return
        cells, (column, end) = cells_below(row.data, label, row.begin, row.stop)
        if column >= 0:
            tables[column] = end
            tables[-1] = row.data.find(b"\n", label[1], row.stop)
            _read_column(cells, found)
            return
    if row.data[label[1] - 3 : label[1]] in _LATIN_FIELDS:
        place = latin_behind(row.data, label[1], row.stop)
        if place:
            add_found(found, Found(*place, 0.9, True))
            return
    named = row.data[label[1] - 3 : label[1]].decode() == "名"
    for start, end, value, sure in values_behind(row.data, label[1], row.stop):
        if label[1] - label[0] == 3 and sure != SIGN:
            return
        name = re.sub("[ 　]", "", value)
        if name in NO_NAMES:
            return
        dotted = any(dot in value for dot in "·•‧・")
        if dotted and sure == BLANK:
            return
        minority = is_minority_name(name)
        plain = name == value and not dotted and not minority
        candidate = at_start.get(start) if plain else None
        whole = is_full_name(name, parted=name != value) or is_full_name(value)
        if candidate is not None and row.scores[candidate] >= (LIKELY if sure == SIGN else CUED):
            name_end = row.ends[candidate]
            if whole and sure == SIGN:
                name_end = end
            add_found(found, Found(start, name_end, 0.95, True))
            if name_end < end:
                return
        elif _is_value(value, name, whole, sure, named) and (
            label[1] - label[0] > 3 or name_gain(name) >= RARE_GAIN
        ):
            add_found(found, Found(start, end, 0.9, True))
        else:
            return


def _is_value(value: str, name: str, whole: bool, sure: int, named: bool) -> bool:
    """Says whether the value of a field, `name` without its blanks, is a name; `named`
    says that the field asks for one and nothing else."""
    if len(name) == 3 and name[2] in _OFFICES and is_chinese_word(folded(name[:2])):
        return False
    if sure == SIGN:
        if whole and word_cost(folded(name)) < _USUAL and not named:
            return False
        return whole or is_rare_name(name) or is_minority_name(name) or _is_double(name)
    if sure != WIDE:
        return False
    if len(name) < len(value) or not all("\u3400" <= letter <= "\u9fff" for letter in name):
        return whole
    if is_chinese_word(folded(name)):
        return False
    return is_minority_name(name) or (whole and name_gain(name) >= _BESIDE) or is_rare_name(name)


def _is_double(name: str) -> bool:
    """Says whether a name has two surnames, as that of a married woman: 顏陳月娥."""
    return len(name) == 4 and name[1] in SURNAMES and name_gain(name) >= LIKELY


def _read_glued(row: Row, number: int, at_start: dict[int, int], found: dict[int, Found]) -> None:
    """Takes the name between a field or a relative and the end of the run: 户名农平."""
    start = row.ends[number]
    end = start + 3 * row.afters[number]
    value = row.data[start:end].decode()
    candidate = at_start.get(start)
    rare = is_rare_name(value)
    if candidate is not None and row.scores[candidate] >= CUED and not rare:
        return
    if _FUNCTION.search(value) or is_chinese_word(folded(value)) or value in NO_NAMES:
        return
    surely = row.data[slice(*(row.starts[number], start))].decode() in _GLUED
    known = is_full_name(value) or rare
    if (
        (known and has_sex(row, end))
        or (surely and known)
        or is_minority_name(value)
        or (known and name_gain(value) >= _BESIDE)
    ):
        add_found(found, Found(start, end, 0.8, True))


def _read_column(cells: list[tuple[int, int, str]], found: dict[int, Found]) -> None:
    """Takes the names of a column of a table; where most cells are names, seldom ones too."""
    sure, others = [], []
    for start, end, value in cells:
        name = re.sub("[ 　]", "", value)
        if is_full_name(value) or (is_full_name(name, parted=True) and name != value):
            sure.append((start, end))
        elif is_minority_name(name) or is_rare_name(name) or LATIN_CELL.fullmatch(value):
            others.append((start, end))
    if len(sure) * 2 >= len(sure) + len(others) or len(sure) + len(others) >= len(cells) - 1:
        sure += others
    for start, end in sure:
        add_found(found, Found(start, end, 0.95, True))
