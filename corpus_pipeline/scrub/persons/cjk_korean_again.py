"""Korean persons who are called by a part of their name, or whom a role announces.

담임 어윤미는          a role before the name
석 과장, 마 씨          the surname alone before a title
영탁이가, 성찬아         the given name of somebody whom the text names
다니엘은, 호세 우르키디가   given names of foreigners
효주: 언니 오늘 와?      who speaks in a chat
"""

import re
from collections import Counter
from collections.abc import Sequence

from corpus_pipeline.scrub.persons.cjk_rows import Found
from corpus_pipeline.scrub.persons.cjk_tables import word_list

_ROLES = "|".join(sorted(word_list("korean roles"), key=len, reverse=True))
_ANNOUNCED = re.compile(f"(?:^|[^가-힣])(?:[가-힣]{{0,6}}의 )?(?:{_ROLES})(?:인|이자|였던)? $")
#: Surnames that before a title are rather this, one, former, present, new, each.
_NO_SINGLES = frozenset("이한전현구신양두세네그저각본총부수성반주고기장차정모동경국인음")
_SINGLE_TITLE = re.compile(
    " (?:씨|과장|부장|차장|대리|팀장|실장|선생|원장|사장|교수|소장|이사|회장|대표|반장|형사|"
    "기사|변호사|국장|"
    "여사|기자|감독|사범|박사|조리장|주임|코치|목사|신부|집사|간호사|약사|주무관|여인|노인|"
    "할머니|할아버지|서방)"
    "(?:님)?(?:[은는이가을를의와과도께]|에게|께서|으로|로|한테|이랑|랑|네)?(?![가-힣])"
)
_FOREIGN = frozenset(word_list("korean foreign names"))
#: What such names begin with.
FOREIGN_STARTS = frozenset(name[:2] for name in _FOREIGN)
_FOREIGN_START = re.compile(
    f"(?<![가-힣])({'|'.join(sorted(_FOREIGN, key=len, reverse=True))})"
    "(?:(?=[은는이가을를의와과도]|에게|께서|씨|님|라고|랑| 아주머니| 아저씨| 씨)|"
    " ([가-힣]{2,5}?)(?=[은는이가을를의와과도](?![가-힣])|[,.)]|$|에게|께서|씨))"
)
#: What may stand behind a given name alone.
_GIVEN_AFTER = re.compile(
    "(?:이?[가는를의와도]|이?에게|이?한테|이?랑|[아야]|이[야는가네]?|은|을|과|씨|님|언니|오빠|형|"
    "누나|엄마|아빠|[:,.?!)]|$)"
    "(?![가-힣]{2})"
)
_CALLED = re.compile("(?:이[가는를도네라]|[아야][ ,.!?]|씨|님|언니|오빠|누나)(?![가-힣]{2})")
_SPEAKER = re.compile(
    "(?:^|\\n)[ \\t]{0,4}([가-힣]{2,4}?)(?:언니|오빠|님|씨|형|누나|이)? ?[:：]"
    "(?!//|[ \\t]*(?:\\n|$))"
)
_NO_SPEAKERS = frozenset(
    (
        *word_list("korean no speakers"),
        *word_list("korean fields"),
        *word_list("korean titles"),
        *word_list("korean roles"),
    )
)
#: Names of a text whose parts are looked for, and places of each.
_NAMES, _PLACES = 32, 64


def is_announced(before: str) -> bool:
    """Says whether a role and a blank stand before a name.

    >>> is_announced("우리 반 담임 "), is_announced("우리 반 ")
    (True, False)
    """
    return _ANNOUNCED.search(before[-24:]) is not None


def _is_called(text: str, given: str) -> bool:
    """Says whether a given name stands alone with the ending that names of persons have."""
    place = 0
    for _ in range(8):
        place = text.find(given, place)
        if place < 0:
            return False
        end = place + len(given)
        if not "가" <= text[place - 1 : place] <= "힣" and _CALLED.match(text, end):
            return True
        place = end
    return False


def is_titled_surname(data: bytes, begin: int, start: int, stop: int) -> bool:
    """Says whether a syllable is the surname of whom a title behind a blank follows: 석 과장."""
    if data[start : start + 3].decode() in _NO_SINGLES:
        return False
    after = data[start + 3 : min(stop, start + 40)].decode(errors="ignore")
    return _SINGLE_TITLE.match(after) is not None


def find_parts(
    data: bytes,
    begin: int,
    stop: int,
    named: Sequence[Found],
    unsure: Sequence[tuple[int, int]],
    abroad: Sequence[int],
) -> list[Found]:
    """Finds given names of those who are named, foreign names, and who speaks in a chat.

    Args:
        data: the bytes of the column.
        begin: the first byte of the text.
        stop: the byte after its last.
        named: who is found.
        unsure: first bytes and ends of what may be names; it is one where its given name stands
            alone as that of a person: 영탁이가.
        abroad: first bytes of words that begin as foreign names do.
    """
    text = data[begin:stop].decode(errors="ignore")
    places: dict[int, int] = {}
    wanted: dict[str, None] = {}
    for each in named:
        name = data[each.start : each.end].decode(errors="ignore")
        if 3 <= len(name) <= 4 and len(wanted) < _NAMES:
            wanted[name[-2:]] = None
            wanted[name] = None
    for start, end in unsure[: 4 * _NAMES]:
        name = data[start:end].decode(errors="ignore")
        if len(wanted) < _NAMES and _is_called(text, name[1:]):
            wanted[name] = wanted[name[1:]] = None
    last = at = 0
    for start in abroad:
        at += len(data[begin + last : start].decode(errors="ignore"))
        last = start - begin
        match = _FOREIGN_START.match(text, at)
        if not match:
            continue
        places[match.start()] = match.end()
        for part in match.groups():
            if part and len(part) > 2 and len(wanted) < 2 * _NAMES:
                wanted[part] = None
    lines = text.count("\n") + 1
    colons = text.count(":") + text.count("：")
    speakers = [
        (m.start(1), m.end(1), m.group(1))
        for m in (_SPEAKER.finditer(text) if colons > 2 and colons * 3 >= lines else ())
    ]
    counts = Counter(name for _, _, name in speakers)
    # In a chat one line of three at least begins so.
    if len(counts) > 1 and len(speakers) > 2 and len(speakers) * 3 > text.count("\n"):
        for start, end, name in speakers:
            if counts[name] > 1 and name not in _NO_SPEAKERS:
                places[start] = end
                wanted[name] = None
    for name in wanted:
        place = 0
        for _ in range(_PLACES):
            place = text.find(name, place)
            if place < 0:
                break
            end = place + len(name)
            before = text[place - 1 : place]
            if not "가" <= before <= "힣" and _GIVEN_AFTER.match(text, end):
                places.setdefault(place, end)
            place = end
    found = []
    reached = at = 0
    for start, end in sorted(places.items()):
        reached += len(text[at:start].encode())
        at = start
        first = begin + reached
        found.append(Found(first, first + len(text[start:end].encode()), 0.6, False))
    return found
