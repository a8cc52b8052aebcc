"""The chain of names of a Chinese address, from the province or city down to the road."""

import re
from typing import NamedTuple

from corpus_pipeline.scrub.postal.cjk_places import find_places

#: A chain is at most this long, and a name between two kinds at most that, in characters.
_CHAIN = 60
_NAME = 14
#: The first name of a chain that is not in the table of places, with its kind.
_FIRST_NAME = 6

HAN = "\u3400-\u4dbf\u4e00-\u9fff〇○々"
LETTER = re.compile(f"[{HAN}]")
#: Characters that names of places do not have, so that a chain ends there.
FOREIGN = "的了与在是被把及或不我你您她它们该每就也这吗呢吧"
#: Words before an address, where the characters of them also stand in names.
_BEFORE = re.compile(
    "[到往住去赴距](?=..)|(?<=[位落住生现设处建座])[于在至]|(?<=[搬迁送寄移达运发])至|"
    "(?:^|(?<=[机车驶]))沿(?=[^江河海湖山])|坐落|"
    "(?:注册|联系|通讯|办公|收货|收件|居住|户籍|所在|邮寄|家庭|经营|单位|公司|寄送|送货|项目)?"
    "(?:地址|住址|地点|位置|(?:所在|居住|户籍|籍|注册)地址?|住所地?)(?:[为是在于至:]|"
    "变更为|位于|设在)?|"
    "还有|[后前对]面|旁边|远处|附近|路过|经过|反映|地处|发往|开往|"
    "居住|户籍|总部|搬迁|通讯处|途经|收货|收件|寄送|工作单位|办公|注册|联系|法定代表人|"
    r"\d[年月日时分秒点]|[一二三四五六七八九十][年月日]|[他让](?=[们的在家住去来])|(?:^|[我你他她在回老])家"
)
#: Prepositions that begin names as often: they are none but before a known name.
_BEFORE_PLACE = "由从为向于至离自经"
#: What the name of an administrative unit, a village, a road or an estate ends with.
KINDS = "省市县区州盟旗乡镇村路街道巷弄里段庄屯寨营堡岗湾店集坊园城苑社同期大桥口条"
_STATES = re.compile("[省市县区盟旗乡镇]|街道|自治州")
#: A short name of a city is the name of a road if this follows.
_ROAD_BEHIND = re.compile("(?:[东西南北中]|大)?[路街道巷里]")
#: A city or county that is not in the table, before a place that is.
_UNKNOWN_STATE = re.compile(f"[{HAN}]{{1,3}}[省市县州旗]")
_POSTCODE = re.compile(r"(?<![\d.\-])(?:\d{6}|\d{5}|\d{3}) $")


class Chain(NamedTuple):
    """The names before a number."""

    start: int
    known: bool
    """Whether one of them is in the table of places."""
    states: int
    """How many are of administrative units."""
    labelled: bool
    """Whether a word for address stands before them."""


def read_chain(text: str, end: int) -> Chain | None:
    """Reads the chain of names that ends before `end`, backward.

    >>> text = "他现住江苏省苏州市吴中区东吴北路"
    >>> chain = read_chain(text, len(text))
    >>> text[chain.start :], chain.known, chain.states
    ('江苏省苏州市吴中区东吴北路', True, 3)
    """
    start = _run_start(text, end)
    run = text[start:end]
    found = find_places(run)
    floor, labelled = _floor(run, found)
    places = [
        (first, last)
        for first, last in found
        if run[last - 1] in KINDS or not _ROAD_BEHIND.match(run, last)
    ]
    beginning = 0 if floor == 0 and _POSTCODE.search(text, max(0, start - 8), start) else None
    for first, _ in places:
        if first >= floor and beginning is None and holds_together(run, first, places):
            beginning = floor if _UNKNOWN_STATE.fullmatch(run, floor, first) else first
    known = any(first >= floor for first, _ in places) and beginning is not None
    if beginning is None:
        while floor < len(run) and (run[floor] in " ·)" or run[floor].isascii()):
            floor += 1
        places = []
        if run[floor : floor + 1] in _BEFORE_PLACE and floor + 3 < len(run):
            floor += 1
        beginning = floor
        kinds = (i for i in range(floor + 1, len(run)) if run[i] in KINDS)
        kind = next(kinds, floor)
        if kind - floor >= _FIRST_NAME:
            beginning = kind - 2
    if beginning >= len(run) or not holds_together(run, beginning, places):
        return None
    return Chain(start + beginning, known, count_states(run, beginning, places), labelled)


def _run_start(text: str, end: int) -> int:
    """Where the characters begin that could belong to a chain which ends at `end`."""
    start = end
    floor = max(0, end - _CHAIN)
    while start > floor:
        letter = text[start - 1]
        spaced = letter == " " and start - 2 >= floor and text[start - 2] in KINDS
        if (
            LETTER.match(letter)
            or (letter.isascii() and letter.isalnum())
            or letter == "·"
            or spaced
        ):
            start -= 1
        elif letter == ")" and (match := re.search(rf"\([{HAN}]{{2,6}}$", text[floor : start - 1])):
            start = floor + match.start()
        else:
            break
    return start


def _floor(run: str, places: list[tuple[int, int]]) -> tuple[int, bool]:
    """Where the words end that stand before an address, and whether they are a label."""
    covered = [False] * (len(run) + 1)
    for first, last in places:
        covered[first:last] = [True] * (last - first)
    floor, labelled = 0, False
    for position, letter in enumerate(run):
        if letter in FOREIGN and not covered[position]:
            floor = position + 1
    for match in _BEFORE.finditer(run, floor):
        if not covered[match.start()] and len(run) - match.end() >= 2:
            floor, labelled = match.end(), len(match.group()) > 1
    for first, _ in places:
        if first > floor and run[first - 1] in _BEFORE_PLACE and not covered[first - 1]:
            floor, labelled = first, False
    return floor, labelled


def holds_together(run: str, start: int, places: list[tuple[int, int]]) -> bool:
    """Says whether no name of a chain is too long to be one.

    >>> holds_together("苏州市吴中区", 0, [])
    True
    >>> holds_together("关于进一步做好今年秋季防汛工作的路", 0, [])
    False
    """
    ends = {last - 1 for _, last in places}
    since = 0
    for position in range(start, len(run)):
        if run[position] in KINDS or position in ends:
            since = 0
        else:
            since += 1
            if since > _NAME:
                return False
    return True


def count_states(run: str, start: int, places: list[tuple[int, int]]) -> int:
    """Counts the names of administrative units.

    >>> count_states("江苏苏州市吴中区", 0, [(0, 2), (2, 5)])
    3
    """
    ends = {last for first, last in places if first >= start}
    ends |= {match.end() for match in _STATES.finditer(run, start + 1)}
    return len(ends)
