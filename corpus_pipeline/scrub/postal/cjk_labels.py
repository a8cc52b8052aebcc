"""Chinese addresses that a label announces, with or without a number."""

import re

from corpus_pipeline.scrub.postal.cjk_chain import FOREIGN, HAN, KINDS, count_states, holds_together
from corpus_pipeline.scrub.postal.cjk_china import with_postcode
from corpus_pipeline.scrub.postal.cjk_places import find_places

_REST = re.compile(r"(?:所在)?(?:地址?|所|址)?[为是在于至到]{0,2}[:\t|=\"'*\] ]{0,6}")
_FIELD = re.compile(r"[^\n\t;。,|<>\"'“”！？!?()《》、]{4,60}")
#: What begins another field of the line.
_NEXT = re.compile(
    " ?(?:联系|电话|手机|邮编|邮政|收件|收货|收|电邮|传真|[Tt][Ee][Ll]|姓名|备注|先生|女士|"
    "小姐| {2})"
)
#: What a word of an address has: a kind of unit, or a number and what it counts.
_PART = re.compile(
    r"[省市县区州旗乡镇村路街道巷弄]|[\dA-Za-z一二三四五六七八九十]+-?(?:[号室栋幢座层楼组]|"
    r"单元|$)"
)
_LONG_NUMBER = re.compile(r"\d{6}")
#: Words of forms that are to be filled in, and of other quantities.
_FORM = re.compile("省市|市县|区县|县区|门牌|请|填|选择|输入|详细|^[全各本该某外多几两一同所]")
_BEGIN = re.compile(f"[{HAN}]{{1,5}}[省市县区州旗乡镇村]")
_FOREIGN = re.compile(f"[{FOREIGN}]")
_ROAD = re.compile(f"[{HAN}](?:路|街|道|巷|弄|村|胡同|社区|小区|大厦|花园|公寓)")
_HOUSE = re.compile(r"\d-\d|[\dA-Za-z一二三四五六七八九十](?:号|室|栋|幢|座|组|单元|楼)")
#: Labels of a person's or a parcel's address, which need no sign behind them.
_PERSONAL = re.compile(
    "(?:住址|住所|户籍|家住|现住|寄往|寄到|寄至|寄给|送到|送至|地址|住地|我家|家在|住在|"
    "住于|[,暂原]住)(?:地|址)?$"
)


def find_labelled(text: str, original: str, at: int) -> tuple[int, int] | None:
    """Reads the address behind a label.

    Args:
        text: a window, folded.
        original: the window as it was written.
        at: the character behind the label.

    >>> for window in ["住址:浙江省杭州市西湖区", "地址:北京市的机构", "家住梅县程江镇扶贵村，"]:
    ...     span = find_labelled(window, window, 2)
    ...     print(window[slice(*span)] if span else None)
    浙江省杭州市西湖区
    None
    梅县程江镇扶贵村
    """
    rest = _REST.match(text, at)
    start = rest.end() if rest else at
    field = _FIELD.match(text, start)
    if field is None:
        return None
    value = field.group()
    if match := _NEXT.search(value):
        value = value[: match.start()]
    value = _first_words(value).rstrip()
    if _FOREIGN.search(value):
        return None
    places = find_places(value)
    if not holds_together(re.split(r"\d", value)[0], 0, places):
        return None
    states = count_states(value, 0, places)
    signed = re.search('[:\t|="]', text[at:start]) is not None
    road = _ROAD.search(value) is not None
    house = _HOUSE.search(value) is not None
    known = bool(places) and places[0][0] == 0
    if not known and (_FORM.search(value) or not _BEGIN.match(value)) and not (road and house):
        return None
    if signed:
        if states + road > 1 or (road and house):
            return with_postcode(text, original, start, start + len(value))
        return None
    if house or not _PERSONAL.search(text, 0, at):
        return None
    last = max(value.rfind(kind) for kind in KINDS) + 1
    states = count_states(value[:last], 0, places)
    return (start, start + last) if states + road > 2 else None


def _first_words(value: str) -> str:
    """Keeps words up to the first behind a space that is no part of an address.

    >>> _first_words("玄武区 珠江路498号 未来城B座946室 李四13900000000 里面")
    '玄武区 珠江路498号 未来城B座946室'
    """
    words = value.split(" ")
    kept = 1
    while kept < len(words) and _PART.search(words[kept]) and not _LONG_NUMBER.search(words[kept]):
        kept += 1
    return " ".join(words[:kept])
