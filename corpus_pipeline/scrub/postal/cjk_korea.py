"""Addresses of Korea: province, city, district, then a road or a quarter, and numbers.

서울특별시 강남구   테헤란로  152   , 301호    (역삼동)
province  district road    house  flat     quarter
"""

import re

_PROVINCE = (
    "(?:서울(?:특별시|시)?|(?:부산|대구|인천|광주|대전|울산)(?:광역시|시)?|"
    "세종(?:특별자치시|시)?|경기(?:도)?|"
    "강원(?:특별자치도|도)?|충청[남북]도|충[남북]|전라[남북]도|전북특별자치도|전[남북]|"
    "경상[남북]도|경[남북]|"
    "제주(?:특별자치도|도)?)"
)
_UNITS = "(?:[가-힣]{1,5}(?:시|군|구) ){0,3}"
_QUARTER = "(?:[가-힣]{1,6}(?:읍|면|동|리) ){0,2}"
_ROAD = r"[가-힣]{1,9}[가-힣0-9·]{0,6}(?:대로|로|길|거리|가)(?: ?\d{1,3}번?[가-하]?길)?"
_NUMBER = (
    r" ?(?:지하 ?|산 ?)?\d{1,4}(?:-\d{1,4})?(?:번지)?(?!\d|[년월일시분개명원%.])"
    r"(?![가-힣](?<![에은는이입로을를의과와번호층동]))"
)
#: A building of one or two words, and houses, flats and floors in it.
_NAME = (
    r"(?:[가-힣A-Za-z·]{2,12}(?:\d{0,2}(?:단지|차)|(?<![은는을를에서도])) ){0,2}?"
    r"[가-힣A-Za-z]{0,12}"
)
_FLATS = (
    rf"(?:,? ?{_NAME} ?(?:\d{{1,4}}|(?<![A-Za-z])[A-Z])(?:동|호(?!선)|층|F)){{0,3}}"
    r"(?: ?\([가-힣0-9, ]{2,24}\))?"
)
_LOT = r"[가-힣]{1,6}\d?(?:동|리|가)"
_ADDRESS = re.compile(
    rf"(?<![가-힣])(?:{_PROVINCE} {_UNITS}|(?:[가-힣]{{1,5}}(?:시|군|구) ){{2,3}}){_QUARTER}"
    rf"(?:{_ROAD}|{_LOT}){_NUMBER}{_FLATS}"
    # 가 and 리 are particles, too: without a province and a district behind it they are none.
    rf"|(?<![가-힣])[가-힣]{{1,5}}(?:시|군|구) (?:[가-힣]{{1,6}}(?:읍|면) "
    rf")?[가-힣]{{2,9}}(?:로|길){_NUMBER}{_FLATS}"
)


def find_korean(text: str, at: int) -> tuple[int, int] | None:
    """Reads the Korean address around the number behind a road or quarter.

    Args:
        text: a window, folded.
        at: the character behind the road or quarter.

    >>> window = "주소: 서울특별시 강남구 테헤란로 152, 301호 (역삼동)입니다"
    >>> window[slice(*find_korean(window, window.index("로 ") + 1))]
    '서울특별시 강남구 테헤란로 152, 301호 (역삼동)'
    """
    for match in _ADDRESS.finditer(text, max(0, at - 60)):
        if match.start() < at <= match.end():
            return match.span()
    return None
