"""Addresses of Japan: 〒, prefecture, city, town, numbers, building.

〒150-0002  東京都    渋谷区  渋谷  2-21-1   渋谷ヒカリエ15F
postcode   prefecture city  town numbers  building
"""

import re

from corpus_pipeline.scrub.postal.cjk_anchors import LABELLED, POSTAL
from corpus_pipeline.scrub.postal.cjk_folding import fold_address

_PREFECTURES = fold_address(
    "北海道|青森県|岩手県|宮城県|秋田県|山形県|福島県|茨城県|栃木県|群馬県|埼玉県|千葉県|"
    "東京都|神奈川県|新潟県|富山県|石川県|福井県|"
    "山梨県|長野県|岐阜県|静岡県|愛知県|三重県|滋賀県|京都府|大阪府|兵庫県|奈良県|和歌山県|"
    "鳥取県|島根県|岡山県|広島県|山口県|徳島県|"
    "香川県|愛媛県|高知県|福岡県|佐賀県|長崎県|熊本県|大分県|宮崎県|鹿児島県|沖縄県"
)
#: Names of places with characters that are particles elsewhere.
_KANA_NAMES = (
    "かすみがうら|つがる|にかほ|うきは|かがわ|はるひ野|はなみずき|"
    "[ぁ-んァ-ヶ一-龥]が(?=[丘原崎関浜台谷])"
)
#: Cities that are written in hiragana.
_KANA_CITIES = (
    "さいたま|つくば|つくばみらい|ひたちなか|いわき|うるま|あわら|かほく|みどり|さくら|"
    "えびの|みやま|さぬき|たつの|あま|"
    "むつ|せたな|えりも|おいらせ|ふじみ野|いすみ|あきる野|みよし|あさぎり|南あわじ|いなべ|"
    "いちき串木野"
)
_HAN = "\u3400-\u4dbf\u4e00-\u9fff々〇"
_KATAKANA = "ァ-ヺー"
_CHARACTER = f"(?:{_KANA_NAMES}|(?![はをにでへが])[{_HAN}{_KATAKANA}ぁ-んA-Z])"
_KANJI = "[一二三四五六七八九十]{1,4}"
_NUMBER = rf"(?:\d{{1,5}}|{_KANJI})"
#: Words of numbers end in 番, too, so with numerals it needs more.
_FIRST = (
    r"(?:\d{1,5}(?:丁目|丁(?=\d)|番(?![町丁]|\d+丁目)地?|号|[-ーの](?=\d))|"
    rf"{_KANJI}(?:丁目|番地|番(?={_KANJI}号)))"
)
_NEXT = rf"(?:(?<=丁目) |の)?{_NUMBER}(?:番地?|号室?|[-ーの](?=\d))?"
_NUMBERS = rf"{_FIRST}(?:{_NEXT}){{0,4}}(?:号室?)?(?:の\d{{1,4}})?(?!\d|[年月日人点回台個件歳円%])"
#: A number of a town that nothing else is said of.
_BARE = r"(?<![第約計各全数他 ])\d{1,5}(?=$|[\s、。()「」にへをでと]|,(?!\d)|の(?!\d))"
_CITY = "[市区郡町村]"
#: Roads that have a number, which is none of a house: 国道41号.
_ROUTES = ("国道", "県道", "府道", "都道", "道道", "市道", "号線")
_KNOWN = re.compile(
    rf"(?:{_PREFECTURES}) ?(?P<names>(?:{_CHARACTER}|\d{{1,2}}(?=条)|(?<=[市区郡町村]) "
    rf"){{1,35}}?) ?"
    rf"(?:(?P<numbers>{_NUMBERS})|{_BARE})"
)
_UNKNOWN = re.compile(
    rf"(?<![{_HAN}{_KATAKANA}])(?P<names>(?:{_KANA_NAMES}|{_KANA_CITIES}|"
    rf"(?:(?![在的了是住到])[{_HAN}ケヶノツ]){{1,6}}){_CITY}{_CHARACTER}{{1,25}}?) ?"
    rf"(?P<numbers>{_NUMBERS})"
)
_POSTCODE = re.compile(r"(?:〒 ?)?(?<!\d)\d{3}-\d{4}[ \n]{0,2}$")
_POSTAL = re.compile(r"〒 ?\d{3}-?\d{4}[ \n]{0,2}")
_CHAIN = re.compile(
    rf""
    rf"(?:{_PREFECTURES})?{_CHARACTER}{{1,6}}?{_CITY}(?:{_CHARACTER}{{0,12}}\d{{0,5}}(?:丁目|"
    rf"番地|号)?)"
)
_SIGN = re.compile("[:は ]{1,3}")
_BUILDINGS = (
    "ビル|ビルディング|マンション|ハイツ|コーポ|荘|タワー|プラザ|ハウス|アパート|"
    "レジデンス|メゾン|会馆|庁舎|センター|ヒルズ|スクエア|"
    "馆|栋|団地|パレス|アーバン|クレスト|パーク|シティ|シャルム|コート|ガーデン|テラス|"
    "ヴィラ|キャッスル"
)
_BUILDING = re.compile(
    rf" ?(?:(?![はをにでへが])[{_HAN}{_KATAKANA}A-Za-z&'・]|の(?=[{_HAN}])){{0,24}}?"
    rf"(?:(?:{_BUILDINGS})[{_HAN}{_KATAKANA}A-Za-z]{{0,10}} ?(?:\d{{1,4}}(?:号室|号|室|階|"
    rf"F)?)?|\d{{1,4}}(?:号室|階|F))"
)
#: A building of any name that ends in a number, behind a blank.
_NUMBERED_BUILDING = re.compile(
    r" (?!電話|携帯|担当|[のにはをへで]|[Tt][Ee][Ll]|"
    r"FAX)[^\s、。,()「」\d]{1,20}?\d{1,4}(?:号室|号|室|階|F)?"
    r"(?![\d\-年月日時分人円名個])"
)
#: The same with a blank before the floor, which says by its sign that it is one.
_FLOORED_BUILDING = re.compile(
    rf"(?: (?!電話|携帯|担当|[のにはをへで])[{_HAN}{_KATAKANA}A-Za-z&'・]{{2,20}}){{1,2}} "
    r"?(?:地下|B)?\d{1,3}(?:号室|階|阶|F(?![A-Za-z]))"
)
_ROOM = re.compile(r" ?\d{1,4}(?:号室|階|F)")


def find_japanese(text: str, at: int, kind: int) -> tuple[int, int] | None:
    """Reads the Japanese address at an anchor.

    Args:
        text: a window, folded.
        at: the character behind the number's place or the label, or the postal mark.
        kind: of the anchor.

    >>> from corpus_pipeline.scrub.postal.cjk_folding import fold_address
    >>> from corpus_pipeline.scrub.postal.cjk_anchors import LOT
    >>> window = "〒150-0002 東京都渋谷区渋谷２－２１－１ 渋谷ヒカリエ15Fにて"
    >>> span = find_japanese(fold_address(window), window.index("２"), LOT)
    >>> window[slice(*span)]
    '〒150-0002 東京都渋谷区渋谷２－２１－１ 渋谷ヒカリエ15F'
    """
    begin = 0
    if kind == POSTAL:
        mark = _POSTAL.match(text, at)
        if mark is None:
            return None
        begin = mark.end()
    elif kind == LABELLED:
        sign = _SIGN.match(text, at)
        if sign is None:
            return None
        begin = sign.end()
    if begin:
        for pattern in (_KNOWN, _UNKNOWN, _CHAIN):
            match = pattern.match(text, begin)
            if match and (kind == POSTAL or _is_labelled(match, pattern is _KNOWN)):
                end = _with_building(text, match.end())
                return _with_postcode(text, at if kind == POSTAL else match.start()), end
        return None
    for pattern in (_KNOWN, _UNKNOWN):
        for match in pattern.finditer(text):
            if match.start() <= at <= match.end() and _is_address(text, match, pattern is _KNOWN):
                return _with_postcode(text, match.start()), _with_building(text, match.end())
    return None


def _is_address(text: str, match: re.Match[str], known: bool) -> bool:
    """Says whether names and numbers make an address and no score or section."""
    numbers = match.group("numbers")
    if match.group("names").endswith(_ROUTES):
        return False
    city = re.search(_CITY, match.group("names"))
    if city is None:
        return False
    if numbers is None:
        return len(match.group("names")) - city.end() > 1
    if known or re.search("丁目|番", numbers):
        return True
    parts = len(re.findall(r"\d+", numbers))
    return parts > 2 or (parts > 1 and re.search("[町ぁ-ヺ]", match.group()) is not None)


def _is_labelled(match: re.Match[str], known: bool) -> bool:
    """Says whether what stands behind a label is Japanese: 住所 and 所在地 are Chinese, too."""
    return (
        known or re.search("^(?:北海道|.{2,3}[都府県])|[町ぁ-ヺ]|丁目", match.group()) is not None
    )


def _with_postcode(text: str, start: int) -> int:
    match = _POSTCODE.search(text, max(0, start - 14), start)
    return match.start() if match else start


def _with_building(text: str, end: int) -> int:
    match = _FLOORED_BUILDING.match(text, end) or _NUMBERED_BUILDING.match(text, end)
    if match:
        return match.end()
    for pattern in (_BUILDING, _ROOM):
        if match := pattern.match(text, end):
            end = match.end()
    return end
