"""Addresses of mainland China, Taiwan, Hong Kong and Macau: a chain of names, then numbers.

    江西省  潜江县  沈河  六安街  V座   544439
    province city  district road  house  postcode
    ----------- chain ---------  - tail - ------

The chain is read backward from the road or place at its end, the tail forward. Names need not be
in the table of places: the kinds that they end with (省 市 县 区 镇 路 …) make the chain.
"""

import re
from typing import NamedTuple

from corpus_pipeline.scrub.postal.cjk_chain import FOREIGN, HAN, KINDS, LETTER, Chain, read_chain

_NUMERAL = "[〇○零一二三四五六七八九十百]"
_PART = rf"(?:\d{{1,5}}[A-Za-z]?|[A-Za-z]{{1,2}}\d{{0,4}}|{_NUMERAL}{{1,5}})"
_NUMBER = rf"(?:[甲乙丙丁戊附临新第]|特 ?)?{_PART}(?:[-之~/、]{_PART}){{0,4}}"
_UNIT = (
    "(?:号院|号楼|号铺|号房(?![屋产间])|号室|"
    "号(?![线令文码召称机店公决通台口位桌窗航井坑泵炉车])|支弄|弄|巷|"
    "栋|幢|座(?![谈位椅机])|单元(?![格测])|门(?![诊口前外厅])|楼(?![盘市主])|"
    "层(?![级面次])|室(?![内外友])|"
    "房(?![间屋产价源租东])|房间|铺(?!设)|库(?!存)|村民小组|组(?![织成长合员件装])|"
    "队(?![员伍长])|社(?!区)|段(?!时)|"
    "期(?![间限货权刊])|区(?![域间])|排(?![放名队水练])|院(?![长校系])|户|"
    "FL?(?![A-Za-z]))(?:之\\d{1,3})?"
)
_NAME = f"(?:(?![{FOREIGN}])[{HAN}A-Za-z·])"
#: Estates and buildings that may stand between two numbers, and those that may end an address.
_ESTATES = (
    "小区|大厦|花园|公寓|广场|家园|新村|别墅|工业园|产业园|科技园|写字楼|商城|大楼|宿舍|山庄|"
    "豪庭|公馆|商厦|名苑|嘉园|雅苑|花苑"
)
_NAMED = (
    _NAME
    + "{1,12}?(?:"
    + _ESTATES
    + "|社区|中心|园区|市场|新城|国际|大院|工业区|开发区|住宅区|酒店|宾馆|饭店|大学|学院|医院|"
    "中学|小学|苑|园|城|庭|邸|府|轩|阁|居|院|塔|里|坊|厦|楼|寓|墅|湾|郡|座|村|邨|区)"
)
#: Building, entrance, flat.
_LOT = r"\d{1,3}-\d{1,3}-\d{2,4}(?![\d\-])(?:室|房)?"
_FIRST = re.compile(rf" ?(?:[A-Za-z]{{3,12}} ?)?({_NUMBER}) ?({_UNIT})")
_MORE = re.compile(
    rf"[ \-/]?(?:{_NAMED} ?|[A-Z][A-Za-z' ]{{2,24}}(?<=[a-z]))?{_NUMBER} ?{_UNIT}"
    # 西单元, 东户
    r"|[东西南北中](?:单元|户|门)(?!口)"
)
#: Estates of any name, known by what follows: 阳光名都3栋, 阳光名都3-2-501.
_ESTATE = re.compile(
    rf" ?(?:(?:(?![和路街])[{HAN}](?<![{FOREIGN}])){{2,6}}-)?"
    rf"(?:(?![和路街])[{HAN}](?<![{FOREIGN}])){{2,9}}?(?:(?:\d{{1,3}}|[A-Z])(?:栋|幢|座|"
    rf"号楼|单元|"
    rf"号(?=\d{{2,4}}(?:室|房)))"
    rf"|{_LOT})"
)
_LAST_BUILDING = re.compile(rf" ?{_NAME}{{1,10}}?(?:{_ESTATES})(?![{HAN}]{{0,2}}路)")
#: An institution behind the last number, where the address ends.
_INSTITUTION = re.compile(
    rf" ?{_NAME}{{2,12}}?(?:大学|学院|医院|学校|中学|小学|酒店|宾馆|饭店|校区|研究院|"
    rf"研究所)(?=[,.;。、)\s\"]|$)"
)
#: What is no house even with a number behind it, unless a word for address stands before.
_NO_HOUSE = re.compile(
    "(?:[法学医]院|检察院|大学|中学|小学|政府|公司|集团|机场|[^粮仓]站|馆|局|厅)第?$"
)
#: What may follow the number of a house whose name has no known kind.
_CLOSED = re.compile(rf"[^{HAN}]|[的附旁内处对门院]|$")
_ROOM = re.compile(
    r"[ \-]?(?<!\d)\d{1,4}(?:-\d{1,4}){0,2}[A-Za-z]?(?![\d.:%A-Za-z]|[年月日元人个名米号条])"
)
_DASHED = re.compile(_LOT)
_BARE = re.compile(rf" ?\d{{1,4}}(?:-\d{{1,4}}){{0,2}}(?![\d.:%A-Za-z\-]| ?[{HAN}])")
_SIDE = re.compile(rf"[东西南北中] ?(?=\d)|{_NUMERAL}(?=\d)")
_POSTCODE = re.compile(
    r"(?:[ ,]{0,2}|[ ,;]{0,2}(\()?邮(?:政编码|编|递区号)[: ]{0,2})(?<!\d)\d{6}(?!\d|[-.]\d)(?(1)\))"
)
_POSTCODE_BEFORE = re.compile(r"(?:邮编[: ]{0,2})?(?<![\d.\-])(\d{6}|\d{5}|\d{3}) ?$")
_TAIWAN = re.compile("[號縣區鄉鎮樓臺]")

#: What the names of buildings and places end with, besides `KINDS`.
_BUILDINGS = "厦寓庭邸阁院场心楼塔府轩居墅郡港社队座邨家坪山岛屋坑埔围塘号栋幢元层组查东西南北中"

#: Units that say house or room; the others number parts of a town or of anything.
_HOUSE = re.compile("号|弄|栋|幢|座|单元|室|房|铺")
_ROAD = re.compile(
    f"(?:路|街|道|巷|(?<=\\d)弄|{_NUMERAL}段|胡同|里|坊|(?<!第){_NUMERAL}条)[东西南北中]?$"
)
_VILLAGE = re.compile("(?:[村屯庄寨社同里场]|社区|小区|嘎查)$")
_GROUP = re.compile("(?:小|[村屯庄].{0,4})[组队]$")
#: Roads of prose, and words that end like a road.
_NO_ROAD = re.compile(
    "(?:[公铁道线链电思网套回出通旁短支岔马半小]路|"
    "[知频渠通管轨赛跑隧车报味河航难街厚人国省县步过轨信]道|[逛上]街)$"
)


class Tail(NamedTuple):
    """The numbers behind a road or place."""

    end: int
    houses: int
    """How many of the units are those of houses and rooms."""
    units: int
    """How many numbers have a unit; 0: a bare number."""
    first: str
    """The first unit."""


def read_tail(text: str, at: int) -> Tail | None:
    """Reads the numbers that stand behind a road or place.

    >>> text = "东吴北路8号阳光花园3栋2单元501"
    >>> tail = read_tail(text, 4)
    >>> text[4:tail.end], tail.houses, tail.units, tail.first
    ('8号阳光花园3栋2单元501', 3, 3, '号')
    """
    match = _FIRST.match(text, at)
    if match is None and (lot := _DASHED.match(text, at)):
        return Tail(lot.end(), 2, 2, "")
    if match is None:
        match = _BARE.match(text, at)
        return Tail(match.end(), 0, 0, "") if match else None
    end, first = match.end(), match.group(2)
    houses, units = int(_HOUSE.match(first) is not None), 1
    while units < 8 and (match := _MORE.match(text, end) or _ESTATE.match(text, end)):
        units += 1
        houses += _HOUSE.search(match.group()[-3:]) is not None
        end = match.end()
    if match := _LAST_BUILDING.match(text, end):
        end = match.end()
    if match := _ROOM.match(text, end):
        end = match.end()
    if match := _INSTITUTION.match(text, end):
        end = match.end()
    return Tail(end, houses, units, first)


def find_numbered(text: str, original: str, at: int) -> tuple[int, int] | None:
    """Reads the address around a number behind a road or place.

    Args:
        text: a window, folded.
        original: the window as it was written.
        at: the character behind the road or place.

    >>> from corpus_pipeline.scrub.postal.cjk_folding import fold_address
    >>> for window in ["寄往江西省潜江县沈河六安街V座 544439附近", "他在中山路１２号", "频道2号"]:
    ...     at = next(i for i, letter in enumerate(window) if letter in "街路道市") + 1
    ...     span = find_numbered(fold_address(window), window, at)
    ...     print(window[slice(*span)] if span else None)
    江西省潜江县沈河六安街V座 544439
    中山路１２号
    None
    """
    if match := _SIDE.match(text, at):
        at = match.end()
    tail = read_tail(text, at)
    if tail is None:
        return None
    chain = read_chain(text, at)
    if chain is None or not _is_address(text[chain.start : at], chain, tail):
        return None
    if text[at - 1] not in KINDS + _BUILDINGS and not (
        chain.labelled
        or (chain.known and chain.states > 0 and tail.first != "号")
        or (chain.states > 1 and _CLOSED.match(text, tail.end))
    ):
        return None
    return with_postcode(text, original, chain.start, tail.end)


def with_postcode(text: str, original: str, start: int, end: int) -> tuple[int, int]:
    """Widens an address by the postcode that stands before or behind it.

    >>> with_postcode("100080 苏州街18号，", "100080 苏州街18号，", 7, 13)
    (0, 13)
    """
    if match := _POSTCODE.match(text, end):
        return start, match.end()
    match = _POSTCODE_BEFORE.search(text, max(0, start - 16), start)
    if match and (len(match.group(1)) == 6 or _TAIWAN.search(original, start, end)):
        start = match.start()
    return start, end


def _is_address(names: str, chain: Chain, tail: Tail) -> bool:
    """Says whether a chain and a tail make an address."""
    last = names[-1]
    if last in "省市州盟县旗" or len(names) < 2:
        return False
    if not chain.labelled and _NO_HOUSE.search(names):
        return False
    road = _ROAD.search(names) is not None
    village = _VILLAGE.search(names) is not None
    district = last in "区镇乡" and not village
    anchored = chain.known or chain.states > 1 or (chain.states > 0 and chain.labelled)
    if tail.units == 0:
        return road and chain.known and chain.states > 1
    if last in "队组期段第届年" and not road and not _GROUP.search(names):
        return anchored and tail.houses > 1
    if anchored:
        group = tail.first in ("组", "社", "队", "村民小组")
        if district:
            return chain.states > 1 and tail.houses > 0
        return tail.houses > 0 or (group and village)
    if road:
        if _NO_ROAD.search(names) or len(names) < 3:
            return False
        return (
            tail.first.startswith(("号", "弄")) or (tail.first == "段" and tail.houses > 0)
        ) and LETTER.match(names) is not None
    return tail.houses > (0 if chain.states and not district else 1)
