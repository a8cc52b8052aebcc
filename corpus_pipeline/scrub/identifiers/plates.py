"""Licence plates with letters that are not those of ASCII, as their countries publish them.

А123ВС 77          Russia (GOST R 50577): twelve letters that look Latin
АА 1234 ВВ         Ukraine
12가 3456          Korea: two or three digits, a syllable, four digits
品川 300 あ 12-34   Japan: an office, a class, a kana, up to four digits
GÖ-Y 136           Germany: a district with an umlaut, behind a word
"""

import re
from collections.abc import Iterator

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.identifiers.labels import last_label, leads_straight
from corpus_pipeline.scrub.phone_words import split_words

_CYRILLIC = "АВЕКМНОРСТУХ"
_UKRAINIAN = "АВЕІКМНОРСТХ"
#: Syllables of plates; those of the second group are also counters (article, floor, week …).
_SYLLABLES = "가나다라마거너더러머버어저고노로모보오누두루무우바사아자배하허"
_COUNTERS = "서소도조구부수주호"
_CITIES = "서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주"
#: The offices of Japan's plates (MLIT).
_OFFICES = "|".join(
    split_words(
        "札幌 函館 旭川 室蘭 釧路 帯広 北見 知床 苫小牧 青森 八戸 弘前 岩手 盛岡 平泉 宮城 "
        "仙台 秋田 山形 庄内 福島 会津 郡山 白河 いわき 水戸 土浦 つくば 宇都宮 那須 とちぎ "
        "群馬 前橋 高崎 大宮 川口 所沢 川越 熊谷 春日部 越谷 千葉 成田 習志野 市川 船橋 "
        "袖ヶ浦 市原 野田 柏 松戸 品川 世田谷 練馬 杉並 板橋 足立 江東 葛飾 八王子 多摩 横浜 "
        "川崎 湘南 相模 山梨 富士山 新潟 長岡 上越 富山 石川 金沢 福井 長野 松本 諏訪 安曇野 "
        "南信州 岐阜 飛騨 静岡 浜松 沼津 伊豆 名古屋 尾張小牧 一宮 春日井 三河 岡崎 豊橋 "
        "豊田 三重 鈴鹿 四日市 伊勢志摩 滋賀 京都 大阪 なにわ 和泉 堺 神戸 姫路 奈良 飛鳥 "
        "和歌山 鳥取 島根 出雲 岡山 倉敷 広島 福山 下関 山口 徳島 香川 高松 愛媛 高知 福岡 "
        "北九州 久留米 筑豊 佐賀 長崎 佐世保 熊本 大分 宮崎 鹿児島 奄美 沖縄"
    )
)
_NOTHING_BEFORE = r"(?<![0-9A-Za-z_\u00c0-\u10ff])"
_NOTHING_BEHIND = r"(?![0-9A-Za-z_\u00c0-\u10ff])"

#: Found alone.
_ALONE = re.compile(
    rf"{_NOTHING_BEFORE}(?:[{_CYRILLIC}] ?(?!000)\d{{3}} ?[{_CYRILLIC}]{{2}} ?[ |/]? ?\d{{2,3}}"
    rf"|[{_UKRAINIAN}]{{2}} ?(?!0000)\d{{4}} ?[{_UKRAINIAN}]{{2}}){_NOTHING_BEHIND}"
    rf"|(?:(?:{_CITIES}) ?)?(?<![\d.제])\d{{2,3}}[{_SYLLABLES}] ?\d{{4}}(?![\d.,년월일원명개])"
    rf"|(?:{_OFFICES}) ?[1-9][0-9A-Z]{{1,2}} ?[あ-ん] ?"
    rf"(?:\d{{1,2}}[\-・]\d\d|[・.]{{1,3}} ?\d{{1,3}}|\d{{1,4}})(?!\d)"
)
#: Found behind a word.
_NAMED = re.compile(
    rf"{_NOTHING_BEFORE}(?:(?i:[{_CYRILLIC}] ?\d{{3}} ?[{_CYRILLIC}]{{2}}(?: ?\d{{2,3}})?)"
    rf"|(?=[A-Z]{{0,2}}[ÄÖÜ])[A-ZÄÖÜ]{{1,3}}[ \-.]{{0,2}}[A-Z]{{1,2}} ?-?[1-9]\d{{0,3}}[EH]?)"
    rf"{_NOTHING_BEHIND}"
    rf"|(?<![\d.])\d{{2,3}}[{_SYLLABLES}{_COUNTERS}] ?\d{{4}}(?!\d)"
)
_LONGEST = 16


@kernel
def may_be_plate(data, start, end, begin, stop):  # type: ignore[no-untyped-def]
    """Says whether such a letter stands where a plate has it, beside one to four digits."""
    size = end - start
    if size > 4:
        return False
    behind = end + 1 if end < stop and data[end] == 0x20 else end
    if behind + 2 < stop:
        byte = data[behind]
        if byte == 0xD0 and start >= begin + 2 and size >= 3:
            return True
        if size > 1 and size < 4 and behind == end and 0xEA <= byte <= 0xED:
            # A digit follows the syllable.
            last = end + 3
            if last < stop and data[last] == 0x20:
                last += 1
            return last < stop and 0x30 <= data[last] <= 0x39
        if size > 1 and size < 4 and byte == 0xE3 and 0x81 <= data[behind + 1] <= 0x82:
            return True
    place = start
    while place > begin and start - place < 5:
        byte = data[place - 1]
        if 0x41 <= byte <= 0x5A or byte == 0x20 or byte == 0x2D:
            place -= 1
            continue
        if (byte == 0x84 or byte == 0x96 or byte == 0x9C) and place - 2 >= begin:
            return data[place - 2] == 0xC3
        return False
    return False


def find_plates(plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yields the plates whose digits stand between two characters.

    >>> text = "Kennzeichen GÖ-Y 136, А123ВС 77"
    >>> [text[slice(*span)] for at in (17, 23) for span in find_plates(text, at, at + 3)]
    ['GÖ-Y 136', 'А123ВС 77']
    """
    low, high = max(0, start - _LONGEST), end + _LONGEST
    for pattern in (_ALONE, _NAMED):
        for match in pattern.finditer(plain, low, high):
            if match.start() > start or match.end() < end:
                continue
            if pattern is _ALONE or _is_named(plain, match.start()):
                yield match.span()
                return


def _is_named(plain: str, start: int) -> bool:
    before = plain[max(0, start - 56) : start]
    label = last_label("LICENSE_PLATE", before)
    return label is not None and leads_straight(before[label[1] :])
