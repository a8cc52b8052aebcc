"""Persons of Chinese text who are called by less than their full name.

王先生, 祝大夫, 芦姐        the surname and a form of address
老纪, 小崔：卖了。         the surname behind 小 or 老
字季直，号啬庵             courtesy names and their like
靓坤：你估我唔知？          who speaks in a script or a chat
"""

import re
from collections import Counter

from corpus_pipeline.scrub.persons.cjk_cues import (
    ACTIONS,
    ADDRESSES,
    COMPOUND_SURNAMES,
    FIELDS,
    FOLLOWS,
    JOINS,
    KINS,
    NO_NAMES,
    ROLES,
    SELVES,
    SPEECHES,
    THINGS,
    TITLES,
)
from corpus_pipeline.scrub.persons.cjk_gain import given_gain, name_gain
from corpus_pipeline.scrub.persons.cjk_rows import Found, Row, add_found
from corpus_pipeline.scrub.persons.cjk_tables import (
    FIRST_HAN,
    RARE,
    SOLE,
    chinese_tables,
    folded,
    is_chinese_word,
    surname_cost,
)

#: Surnames that are prepositions, conjunctions or auxiliaries before a form of address.
_NO_SURNAMES = frozenset("那哪向于从由和有应时但则同与及对把被给让为是在将全各每多众诸某该本其以如")
#: By how much a character is likelier a surname than a word, behind 小 or 老, and behind a word.
_NICK, _BEHIND_WORD, _ALONE = 24, 16, 8
#: A character of this cost as a word is seldom one.
_SELDOM = 75
#: What makes of a title behind a surname a part of another word: 主任会议.
_LONGER = re.compile("会议|办公|室|制|级|联席|令|负责|会同|领导|协|们|器")
#: The score of a name that is not looked for again.
_ONCE = 0.6
_NO_NICKS = frozenset(("小白", "小黄", "小金", "老白", "小方", "小江", "小石", "老石", "小章"))
_ADDRESSES = frozenset(ADDRESSES)
_THINGS = frozenset(THINGS)
#: The least gain of a given name alone.
_GIVEN_GAIN = -30
_AFTER_NICK = frozenset((*FOLLOWS, *SPEECHES, *ACTIONS, *TITLES, *KINS))
_BEFORE_SURNAME = frozenset((*JOINS, *KINS, *ROLES, *SELVES))
_NO_SPEAKERS = frozenset((*FIELDS, *ROLES, *KINS, *TITLES, *NO_NAMES))
#: What announces a courtesy name: a sign before and "his courtesy name was", or "taboo name".
_COURTESY = re.compile(
    "(?:[，,。；;（(]|先生|公|世|氏|祖)(?:字|号|號|讳|諱|乳名|小名|法名|法号|谱名|譜名|学名|族名|艺名|"
    "藝名|绰号|綽號|外号|小字|又名|原名|本名)([\u3400-\u9fff]{2})(?=[，,。、；;）)\n]|$)"
)
_COURTESY_SIGNS = tuple(sign.encode() for sign in ("，字", "，号", "，號", "讳", "諱"))
#: What is no courtesy name behind these: 号码, 字体.
_NO_COURTESY = re.compile("[码線线楼室院房门門间体間節节数數碼第一二三四五六七八九十的号號字]")
_COURTESY_GAIN = -60
#: A line that begins with a few letters and a colon.
_SPEAKER = re.compile(
    rb"[ \t]{0,4}((?:[\xe3-\xe9][\x80-\xbf][\x80-\xbf]){2,7})(?:\xef\xbc\x9a|:)(?![ \t\r]*(?:\n|$))"
)
_NEXT_SPEAKER = re.compile(b"\n" + _SPEAKER.pattern)
#: The fewest such lines, of how many lines they are one at least, and speakers of a text.
_LINES, _SHARE, _SPEAKERS = 3, 3, 32


def _is_han(letter: str) -> bool:
    return "\u3400" <= letter <= "\u9fff"


def _likelier(letter: str) -> int:
    """Returns by how much a character is likelier a surname than a word."""
    row = chinese_tables().letters[ord(letter) - FIRST_HAN]
    return int(row[SOLE]) - surname_cost(letter)


def _is_mostly_surname(letter: str, least: int) -> bool:
    row = chinese_tables().letters[ord(letter) - FIRST_HAN]
    return _likelier(letter) >= least or (bool(row[RARE]) and int(row[SOLE]) >= _SELDOM)


def cut_address(name: str, after: str) -> str:
    """Returns a candidate without the form of address that it holds or that goes on behind it.

    >>> cut_address("扈科长", "说"), cut_address("仲简先", "生的"), cut_address("王小明", "先生")
    ('扈', '仲简', '王小明')
    """
    simple = folded(name)
    for cut in (1, 2):
        if cut < len(simple) and simple[cut:] in _ADDRESSES:
            if len(simple) - cut == 1 and (cut > 1 or is_chinese_word(simple)):
                continue
            return name[:cut]
    if len(name) > 2 and len(after) > 0 and simple[-1] + folded(after[0]) in _ADDRESSES:
        return name[:-1]
    return name


def read_surname(row: Row, number: int, found: dict[int, Found]) -> None:
    """Takes a surname alone that a form of address follows, or 小 or 老 precedes."""
    start, end = row.starts[number], row.ends[number]
    letter = folded(row.data[start:end].decode())
    if letter in _NO_SURNAMES:
        return
    before = folded(row.data[max(row.begin, start - 9) : start].decode(errors="ignore"))
    after = folded(row.data[end : min(row.stop, end + 18)].decode(errors="ignore"))
    size = row.afters[number]
    if row.befores[number] and _is_nick(before, letter, after):
        add_found(found, Found(start - 3, end, _ONCE, False))
        return
    if not size:
        return
    title, after = after[:size], after[size:]
    if _is_thing(after) or before.endswith("《") or _LONGER.match(after):
        return
    # 吉区长沙路
    if title[-1] == "长" and is_chinese_word("长" + after[:1]):
        return
    if is_chinese_word(letter + title[:3]) or is_chinese_word(letter + title[0]):
        return
    if before[-1:] and before[-1] + letter in COMPOUND_SURNAMES:
        start -= 3
        before, letter = before[:-1], before[-1] + letter
    if is_chinese_word(before[-1:] + letter[0]):
        # 公安局长, 对方先生
        return
    if _is_han(before[-1:] or " ") and not _is_joined(before):
        if size == 1 or len(letter) > 1:
            return
        if any(is_chinese_word(before[-k:] + letter) for k in range(1, len(before) + 1)):
            return
        if _likelier(letter) < _BEHIND_WORD or surname_cost(before[-1]) < 40:
            return
    elif size == 1 and title in "总工导" and _is_han(after[:1] or " ") and not _follows(after):
        return
    if len(letter) == 1 and not _is_mostly_surname(letter, _BEHIND_WORD if size == 1 else _ALONE):
        return
    add_found(found, Found(start, end, _ONCE, False))


def read_given(row: Row, number: int, found: dict[int, Found]) -> None:
    """Takes a given name alone before a form of address, at the begin of a clause."""
    start, end = row.starts[number], row.ends[number]
    name = folded(row.data[start:end].decode())
    after = folded(row.data[end : min(row.stop, end + 18)].decode(errors="ignore"))
    size = row.afters[number]
    title, after = after[:size], after[size:]
    if size == 1 and (title in "总工导" or (_is_han(after[:1] or " ") and not _follows(after))):
        return
    if is_chinese_word(name) or is_chinese_word(name[1] + title[:3]) or name in _NO_SPEAKERS:
        return
    if is_chinese_word(name + title[:2]) or _is_thing(after) or name[1] in _NO_SURNAMES:
        return
    if given_gain(name) >= _GIVEN_GAIN and not row.data[:start].endswith("《".encode()):
        add_found(found, Found(start, end, _ONCE, False))


def _is_thing(after: str) -> bool:
    return any(after[:length] in _THINGS for length in (1, 2, 3, 4))


def _is_joined(before: str) -> bool:
    return any(before[-length:] in _BEFORE_SURNAME for length in (1, 2, 3))


def _follows(after: str) -> bool:
    return any(after[:length] in _AFTER_NICK for length in (1, 2, 3))


def _is_nick(before: str, letter: str, after: str) -> bool:
    """Says whether 小 or 老 and a surname are a person: no word, apart from other words."""
    if before[-1] + letter in _NO_NICKS or is_chinese_word(before[-1] + letter):
        return False
    if is_chinese_word(letter + after[:1]):
        return False
    row = chinese_tables().letters[ord(letter) - FIRST_HAN]
    if not row[RARE] and _likelier(letter) < _NICK:
        return False
    rest = before[:-1]
    if _is_han(rest[-1:] or " ") and not _is_joined(rest):
        return False
    if not _is_han(after[:1] or " "):
        return not row[RARE] or after[:1] in "：:，,"
    return not row[RARE] and _follows(after)


def find_called(row: Row, found: dict[int, Found]) -> None:
    """Adds courtesy names, and who speaks in a script or a chat."""
    data, begin, stop = row.data, row.begin, row.stop
    if any(data.find(sign, begin, stop) >= 0 for sign in _COURTESY_SIGNS):
        text = data[begin:stop].decode(errors="ignore")
        place, reached = 0, begin
        for match in _COURTESY.finditer(text):
            value = match.group(1)
            if _NO_COURTESY.search(value) or given_gain(folded(value)) < _COURTESY_GAIN:
                continue
            reached += len(text[place : match.start(1)].encode())
            place = match.start(1)
            add_found(found, Found(reached, reached + 3 * len(value), 0.7, False))
            # 绍庭公卒
            again = data.find((value + "公").encode(), begin, stop)
            if again >= 0:
                add_found(found, Found(again, again + 3 * len(value), 0.65, False))
    lines = data.count(b"\n", begin, stop) + 1
    if lines < _LINES:
        return
    colons = data.count("：".encode(), begin, stop) + data.count(b":", begin, stop)
    if colons >= _LINES and colons * _SHARE >= lines:
        _find_speakers(row, lines, found)


def _find_speakers(row: Row, lines: int, found: dict[int, Found]) -> None:
    first = _SPEAKER.match(row.data, row.begin, row.stop)
    places: list[tuple[int, int, str]] = [
        (match.start(1), match.end(1), match.group(1).decode())
        for match in (first, *_NEXT_SPEAKER.finditer(row.data, row.begin, row.stop))
        if match
    ]
    if len(places) < _LINES or len(places) * _SHARE < lines:
        return
    counts = Counter(value for _, _, value in places)
    # In a form each field stands once.
    if len(counts) < 2 or max(counts.values()) < 2:
        return
    speakers = {}
    for value, count in counts.items():
        name = folded(value)
        role = next((r for r in _ROLES if name.startswith(r) and len(name) - len(r) >= 2), "")
        name = name[len(role) :]
        if len(name) > 4 or name in _NO_SPEAKERS or is_chinese_word(name):
            continue
        if name[-1] in "人员者方名时间":
            continue
        nick = name[0] in "小老大阿" and len(name) == 2
        again = count > 1 or row.data.count(value.encode(), row.begin, row.stop) > 1
        # Headings of a form stand again as well: 处理建议.
        if (again and len(name) < 4) or nick or name_gain(name) >= 0:
            speakers[value] = len(role)
    for start, end, value in places:
        if value in speakers:
            add_found(found, Found(start + 3 * speakers[value], end, 0.7, False))
    for value in list(speakers)[:_SPEAKERS]:
        name = value[speakers[value] :]
        piece = name.encode()
        place = row.begin
        for _ in range(64):
            place = row.data.find(piece, place, row.stop)
            if place < 0:
                break
            add_found(found, Found(place, place + len(piece), 0.65, False))
            place += len(piece)


_ROLES = sorted((role for role in ROLES if len(role) > 1), key=len, reverse=True)
