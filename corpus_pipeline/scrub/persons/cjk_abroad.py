"""Foreign names in Chinese letters: with middle dots, their parts alone, and without dots.

约翰·史密斯会见了…。史密斯说      the whole name, and a part of it again
同窗特韦切尔、奥科罗表示         letters of foreign names beside a role or a verb of speech
"""

import re

from corpus_pipeline.scrub.persons.cjk_cues import (
    ABROAD_LETTERS,
    ACTIONS,
    FOLLOWS,
    FOREIGN,
    JOINS,
    KINS,
    PLACES,
    ROLES,
    SPEECHES,
    THINGS,
    TITLES,
)
from corpus_pipeline.scrub.persons.cjk_gain import is_minority_name, word_reading
from corpus_pipeline.scrub.persons.cjk_rows import Found, Row, add_found
from corpus_pipeline.scrub.persons.cjk_tables import folded, is_chinese_word

_HAN = "[\u3400-\u9fff]"
_DOTTED = re.compile(f"({_HAN}{{1,10}})((?:[·•‧]{_HAN}{{1,8}})+)")
_ROLE_WORDS = sorted(ROLES, key=len, reverse=True)
_FOREIGN = frozenset(FOREIGN)
_AFTER = frozenset((*SPEECHES, *TITLES, *KINS, *FOLLOWS, *ACTIONS))
_BEFORE = frozenset((*JOINS, *KINS, *ROLES))
_THINGS = frozenset(THINGS)
#: What a letter of a foreign name costs, in 1/COST_UNITS, and what such a name must be cheaper by
#: than words are.
_LETTER, _LEAST = 28, 40
#: Names of a text whose parts are looked for, and places of each.
_NAMES, _PLACES = 32, 64


def read_dotted(row: Row, number: int, found: dict[int, Found]) -> None:
    """Takes a name with middle dots, without the role before it: 总统弗拉基米尔·普京."""
    dot = row.starts[number]
    low = max(row.begin, dot - 30)
    while row.data[low] & 0xC0 == 0x80:
        low += 1
    window = row.data[low : min(row.stop, dot + 90)].decode(errors="ignore")
    place = len(row.data[low:dot].decode(errors="ignore"))
    match = None
    for match in _DOTTED.finditer(window):
        if match.start() < place < match.end():
            break
    else:
        return
    first, rest = match.group(1), match.group(2)
    if place != match.start(2):
        return
    first = _without_role(first)
    pieces = re.split("[·•‧]", rest)[1:]
    last = _foreign_part(pieces[-1])
    if not first or not last:
        return
    after = window[match.end() - len(pieces[-1]) + len(last) :]
    if _is_of_a_thing(after) or (after[:1] == "》" and window[: match.start()].endswith("《")):
        return
    letters = first + "".join(pieces[:-1]) + last
    foreign = sum(letter in _FOREIGN for letter in folded(letters))
    if foreign * 3 < len(letters) and not is_minority_name(letters):
        return
    start = match.end(1) - len(first)
    end = match.end() - len(pieces[-1]) + len(last)
    base = low + len(window[:start].encode())
    add_found(found, Found(base, base + len(window[start:end].encode()), 0.8, False))


def _without_role(text: str) -> str:
    """Cuts what stands before a foreign name: a role, a joining word, letters of no such name.

    >>> _without_role("俄罗斯总统弗拉基米尔"), _without_role("和约翰")
    ('弗拉基米尔', '约翰')
    """
    for role in _ROLE_WORDS:
        place = text.rfind(role)
        if len(role) > 1 and place >= 0 and place + len(role) < len(text):
            text = text[place + len(role) :]
            break
    start = len(text)
    simple = folded(text)
    while start > 0 and simple[start - 1] in ABROAD_LETTERS:
        start -= 1
    return text[start:]


def _foreign_part(text: str) -> str:
    """Cuts what follows a foreign name in the same run.

    >>> _foreign_part("普京说"), _foreign_part("史密斯先生")
    ('普京', '史密斯')
    """
    end = 0
    simple = folded(text)
    while end < min(len(text), 8) and simple[end] in ABROAD_LETTERS:
        end += 1
    return text[:end]


def _is_of_a_thing(after: str) -> bool:
    """Says whether what stands behind a name makes it one of a thing: 詹姆斯·韦布空间望远镜."""
    return any(folded(after[:length]) in _THINGS for length in (2, 3, 4, 5))


def read_abroad(row: Row, number: int, found: dict[int, Found]) -> None:
    """Takes letters of foreign names beside a role or a verb of speech, if they are no words."""
    start, end = row.starts[number], row.ends[number]
    name = row.data[start:end].decode()
    simple = folded(name)
    following = row.data[end : min(row.stop, end + 3)].decode(errors="ignore")
    if is_chinese_word(simple) or simple in PLACES or following in ("·", "•", "‧"):
        return
    if row.data[max(row.begin, start - 3) : start].endswith(tuple(d.encode() for d in "·•‧")):
        return
    # The first letters may be a word: 还有|奥科罗.
    if word_reading(simple) - 25 - _LETTER * len(name) < _LEAST:
        return
    if any(is_chinese_word(simple[:cut]) for cut in (2, 3) if cut < len(simple)):
        return
    add_found(found, Found(start, end, 0.7, False))


def find_parts(row: Row, found: dict[int, Found]) -> None:
    """Adds where the first or the last part of a name with dots stands alone."""
    parts: dict[str, int] = {}
    for each in list(found.values()):
        name = row.data[each.start : each.end].decode(errors="ignore")
        if not any(dot in name for dot in "·•‧") or len(parts) > _NAMES:
            continue
        pieces = re.split("[·•‧]", name)
        for piece in (pieces[0], pieces[-1]):
            if len(piece) > 1 and not is_chinese_word(folded(piece)):
                parts[piece] = each.start
    for piece in parts:
        sought = piece.encode()
        place = row.begin
        for _ in range(_PLACES):
            place = row.data.find(sought, place, row.stop)
            if place < 0:
                break
            end = place + len(sought)
            if _is_part_alone(row, place, end, len(piece)):
                add_found(found, Found(place, end, 0.65, False))
            place = end


def _is_part_alone(row: Row, start: int, end: int, letters: int) -> bool:
    before = row.data[max(row.begin, start - 9) : start].decode(errors="ignore")
    after = row.data[end : min(row.stop, end + 12)].decode(errors="ignore")
    if before[-1:] in tuple("·•‧") or after[:1] in tuple("·•‧"):
        return False
    if _is_of_a_thing(after) or (before[-1:] in _FOREIGN) or (after[:1] in _FOREIGN):
        return False
    if letters > 2:
        return True
    ended = not "\u3400" <= after[:1] <= "\u9fff" or any(
        folded(after[:length]) in _AFTER for length in (1, 2, 3)
    )
    begun = not "\u3400" <= before[-1:] <= "\u9fff" or any(
        folded(before[-length:]) in _BEFORE for length in (1, 2, 3)
    )
    return ended and begun
