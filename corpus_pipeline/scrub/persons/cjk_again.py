"""Where the persons of a Chinese text are named again, in full, by given name, in Latin.

吴艳妮以12秒86夺冠。赛后艳妮说        the given name alone
佘海生（SHE HAISHENG）               the name in Latin letters beside it
"""

import re

from corpus_pipeline.scrub.persons.cjk_cues import (
    COMPOUND_SURNAMES,
    FOLLOWS,
    FOREIGN,
    JOINS,
    KINS,
    SPEECHES,
    THING,
    TITLES,
)
from corpus_pipeline.scrub.persons.cjk_gain import name_gain
from corpus_pipeline.scrub.persons.cjk_rows import Found, Row, add_found
from corpus_pipeline.scrub.persons.cjk_scan import NAME
from corpus_pipeline.scrub.persons.cjk_tables import folded, is_chinese_word

#: Names of a text whose given names are looked for, and places of each.
_NAMES, _PLACES = 32, 64
#: The least gain of a name that is looked for without a candidate.
_SURE = 10
_BEHIND = frozenset((*FOLLOWS, *SPEECHES, *TITLES, *KINS))
_BEFORE = frozenset((*JOINS, *KINS))
_ABROAD = frozenset(FOREIGN)
#: Syllables in Latin letters: Pinyin, Wade-Giles, and as in Hong Kong.
_SYLLABLE = (
    "(?:zh|ch|sh|hs|ts|tz|kw|gw|ng|[bpmfdtnlgkhjqxrzcsyw])?'?"
    "(?:iang|iong|uang|ueng|eung|iao|ian|ieh|ien|ing|uai|uan|uei|uen|ang|eng|ong|ung|oon|üan|yue|ai|an|ao|ei|en|er|eh|ia|ie|in|iu|"
    "ih|oi|ok|on|ou|ow|oo|om|op|ot|ua|ue|ui|un|uo|üe|ün|ak|am|ap|at|au|aw|ay|ee|ek|ik|im|ip|it|uk|um|ut|eu|ew|ey|a|e|i|o|u|ü|y|ng|m)"
)
_WORD = f"(?:{_SYLLABLE})(?:['’-]?{_SYLLABLE}){{0,2}}"
#: What may stand between a name and its Latin form: a title, a bracket, what language it is.
_BETWEEN = (
    "(?:先生|女士|小姐)?[ 　\t]{0,3}"
    "(?:[（(/](?:英文|英語|英语|拼音|English|Name|[^（()）\n]{0,6}名)?[）)]?[：: ]{0,2})?"
)
_LATIN = re.compile(
    f"{_BETWEEN}({_WORD}(?:,[ ]?|[ ]){_WORD}(?:[ ]{_WORD})?)(?![\\w@'’.-]|[ ][A-Za-z])",
    re.IGNORECASE,
)
_CAPITAL = "[A-Z][A-Za-zü'’-]{1,14}"
_LATIN_BEFORE = re.compile(
    rf"(?<![\w@.])({_CAPITAL}(?:,[ ]?|[ ]){_CAPITAL}(?:[ ]{_CAPITAL})?)[ ]?[（(]$"
)
_SURNAME_WORD = re.compile(f"{_SYLLABLE}(?:{_SYLLABLE})?", re.IGNORECASE)


def find_again(row: Row, found: dict[int, Found], everyone: bool) -> None:
    """Adds where persons that are found stand again in the text."""
    named: dict[bytes, bool] = {}
    for each in found.values():
        if each.score < 0.7:
            continue
        name = row.data[each.start : each.end]
        named[name] = named.get(name, False) or each.private
    if not named:
        return
    for start, end, kind, after in zip(row.starts, row.ends, row.kinds, row.afters, strict=True):
        private = named.get(row.data[start:end]) if kind == NAME and after != THING else None
        if private is not None and (private or everyone):
            add_found(found, Found(start, end, 0.65, private))
    for number, (name, private) in enumerate(named.items()):
        if number >= _NAMES:
            break
        if private or everyone:
            _find_name(row, name, private, found)
    for each in list(found.values()):
        if each.private or everyone:
            _find_latin(row, each, found)


def _find_name(row: Row, name: bytes, private: bool, found: dict[int, Found]) -> None:
    """Adds where a name of three characters or more stands, and its given name of two."""
    text = name.decode()
    if not all("\u3400" <= letter <= "\u9fff" for letter in text):
        return
    # The characters of a full name are seldom anything else.
    # Those of a foreign name begin many another.
    foreign = sum(letter in _ABROAD for letter in text)
    sure = private or name_gain(text) >= _SURE
    pieces = [name] if len(text) >= 3 and foreign < 2 and sure else []
    given = text[2:] if text[:2] in COMPOUND_SURNAMES else text[1:]
    if len(text) - len(given) + 1 >= 2 and len(given) == 2 and not is_chinese_word(folded(given)):
        pieces.append(given.encode())
    for piece in pieces:
        place = row.begin
        for _ in range(_PLACES):
            place = row.data.find(piece, place, row.stop)
            if place < 0:
                break
            end = place + len(piece)
            if piece is name or _stands_alone(row, place, end):
                add_found(found, Found(place, end, 0.65, private))
            place = end


def _stands_alone(row: Row, start: int, end: int) -> bool:
    """Says whether a given name is not a part of longer words."""
    before = row.data[max(row.begin, start - 9) : start].decode(errors="ignore")
    after = row.data[end : min(row.stop, end + 12)].decode(errors="ignore")
    if (
        "\u3400" <= before[-1:] <= "\u9fff"
        and not any(folded(before[-length:]) in _BEFORE for length in (1, 2, 3))
        and before[-2:] not in ("赛后", "赛後")
    ):
        return False
    return not "\u3400" <= after[:1] <= "\u9fff" or any(
        folded(after[:length]) in _BEHIND for length in (1, 2, 3)
    )


def _find_latin(row: Row, each: Found, found: dict[int, Found]) -> None:
    """Adds the name in Latin letters behind one, or before it where it stands in brackets."""
    if each.end - each.start > 16 or row.data[each.start] < 0xE3:
        return
    after = row.data[each.end : min(row.stop, each.end + 72)].decode(errors="ignore")
    if after[:1].isspace() or after[:1] in ("（", "(", "/", "先", "女", "小"):
        match = _LATIN.match(after)
        if match and match.group(1)[0].isupper():
            start = each.end + len(after[: match.start(1)].encode())
            add_found(found, Found(start, start + len(match.group(1).encode()), 0.6, each.private))
    if row.data[max(row.begin, each.start - 3) : each.start].endswith((b"(", "（".encode())):
        before = row.data[max(row.begin, each.start - 48) : each.start].decode(errors="ignore")
        match = _LATIN_BEFORE.search(before)
        if match and any(
            _SURNAME_WORD.fullmatch(word) for word in re.split("[, ]+", match.group(1))
        ):
            start = each.start - len(before[match.start(1) :].encode())
            add_found(found, Found(start, start + len(match.group(1).encode()), 0.6, each.private))
