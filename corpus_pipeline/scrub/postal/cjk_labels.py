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
    value = _without_last_words(value).rstrip()
    if _FOREIGN.search(value):
        return None
    places = find_places(value)
    if not holds_together(re.split(r"\d", value)[0], 0, places):
        return None
    states = count_states(value, 0, places)
    signed = re.search('[:\t|="]', text[at:start]) is not None
    road = _ROAD.search(value) is not None
    house = _HOUSE.search(value) is not None
    if signed:
        if states + road > 1 or (road and house):
            return with_postcode(text, original, start, start + len(value))
        return None
    if house or not _PERSONAL.search(text, 0, at):
        return None
    last = max(value.rfind(kind) for kind in KINDS) + 1
    states = count_states(value[:last], 0, places)
    known = bool(places) and places[0][0] == 0
    begins = known or re.match(f"[{HAN}]{{1,4}}[省市县区州旗]", value) is not None
    return (start, start + last) if begins and states + road > 2 else None


def _without_last_words(value: str) -> str:
    """Cuts words behind a space that are no part of an address: no kind, no number."""
    while " " in value:
        head, _, last = value.rpartition(" ")
        if re.search(r"\d", last) or any(kind in last for kind in KINDS):
            break
        value = head
    return value
