"""Identifiers of China and its neighbours: licence plates, passports, permits, credit codes of
firms, identity cards of Taiwan and Hong Kong, Japan's individual number; dates of birth that are
written in Chinese characters."""

import re
from collections.abc import Iterator

from corpus_pipeline.scrub.entities import INDEX
from corpus_pipeline.scrub.identifiers.birth_dates import find_numeral_date
from corpus_pipeline.scrub.identifiers.china_anchors import (
    BRACKETED,
    PLATE,
    PROVINCES,
    TAIWANESE,
    USCC,
    WORDED,
    find_anchors,
)
from corpus_pipeline.scrub.identifiers.china_checks import (
    is_hong_kong_id,
    is_my_number,
    is_taiwan_id,
    is_uscc,
)
from corpus_pipeline.scrub.spans import Spans, made_spans
from corpus_pipeline.text.columns import Utf8

#: Found here in Chinese characters, in digits by `birth_dates`.
BIRTH = "DATE_OF_BIRTH"
#: What `find_china` finds.
ENTITIES = frozenset(
    (
        "CN_LICENSE_PLATE",
        "CN_PASSPORT",
        "CN_HKMT",
        "CN_USCC",
        "TW_ID",
        "HK_ID",
        "JP_MY_NUMBER",
        BIRTH,
    )
)

#: Bytes that rules see before and behind an anchor.
_BEFORE, _BEHIND = 48, 80

#: Characters of the longest identifier and one behind it.
_LONGEST = 20

#: One character for one: full-width forms, dashes, blanks, middle dots.
_FOLDS = {
    **{0xFF01 + offset: chr(0x21 + offset) for offset in range(94)},
    **dict.fromkeys([0x3000, 0xA0], " "),
    **dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-"),
    **dict.fromkeys([0x2022, 0x2027, 0x22C5, 0x30FB, 0xFF65, 0x25CF], "·"),
}

_PLATE_LETTER = "[A-HJ-NP-Z]"
_PLATE_CHARACTER = "[A-HJ-NP-Z0-9]"
#: GA 36-2018; new-energy vehicles have six characters, of which D or F (with A to K for more
#: vehicles) is the first or last.
_PLATE = re.compile(
    rf"[{PROVINCES}][ ·.\-]?{_PLATE_LETTER}(?P<sign>[·.\- "
    rf"]?)(?P<body>[A-K]{_PLATE_CHARACTER}\d{{4}}|\d{{5}}[A-K]"
    rf"|[DF]{_PLATE_CHARACTER}{{5}}|{_PLATE_CHARACTER}{{5}}[DF]"
    rf"|{_PLATE_CHARACTER}{{4}}(?:[·.\- ]?(?:[警学挂港澳试超领]|应急)|{_PLATE_CHARACTER}))"
    rf"(?![A-Za-z0-9])"
)
#: Embassies; 使 is a verb, too, so that a word of vehicles must stand near.
_ENVOY = re.compile(r"使[·.\- ]?\d{3}[·.\- ]?\d{3}(?![A-Za-z0-9])")
#: Words of vehicles near a plate.
_PLATE_WORD = re.compile("[车車驾駕驶駛辆輛轿]|牌照|[号牌][牌号]|號牌|肇事|停放")
_VOWEL = re.compile("[AEUY]")
#: Words that end like the name of a province: 最新, 阿里云.
_NO_PROVINCE = re.compile("[最全更创革翻刷重崭]新$|[里讯为度上公私]云$|[年]青$|[安]宁$|[珍昂]贵$")

_LEADING = r"[^\n。;,A-Za-z0-9]{0,14}?[ :=\t\"'|#]{0,4}(?<![A-Za-z0-9])"
_TRAILING = "(?![A-Za-z0-9])"
_PASSPORT = re.compile(
    rf"(?:{_LEADING}|(?i:[号號]?(?: ?no\.?)?[: ]{{0,3}}))"
    rf"((?:[A-Z]\d{{8}}|[A-Z]{{2}}\d{{7}}|[A-Z]\d{{7}}|\d{{9}})){_TRAILING}"
)
_PERMIT = re.compile(
    rf"{_LEADING}((?:[HMCWTL]\d{{8}}(?:\d\d)?|[CWTL][A-Z]\d{{7}}|\d{{8}}|"
    rf"\d{{10}}(?:\([A-Z]\))?)){_TRAILING}"
)
_MY_NUMBER = re.compile(r"[^\n。0-9]{0,14}?(?<!\d)(\d{4}([ \-]?)\d{4}\2\d{4})(?!\d|-\d)")
_IDENTITY = re.compile(rf"{_LEADING}([A-Z]{{1,2}}\d{{6}}[0-9A]){_TRAILING}")
_BRACKETS = re.compile(r"([A-Z]{1,2}\d{6})\(([0-9A])\)")
_CODE_WORD = re.compile("代码|代碼|税号|稅號|识别号|信用")
_RESIDENT = re.compile(r"[1-8]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])[0-3]\d{4}[\dX]")


def find_china(text: Utf8, wanted: frozenset[str]) -> Spans:
    """Finds identifiers in a column of N texts.

    Args:
        wanted: names of `ENTITIES`; others are not looked at.

    >>> import pyarrow as pa
    >>> from corpus_pipeline.scrub.entities import ENTITIES as NAMES
    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> text = utf8_buffers(pa.array(["车牌京A·12345，护照号E12345678", "HKID A123456(3)", None]))
    >>> spans = find_china(text, ENTITIES)
    >>> for start, end, entity in zip(*spans[1:4]):
    ...     print(NAMES[entity], text.data[start:end].tobytes().decode())
    CN_LICENSE_PLATE 京A·12345
    CN_PASSPORT E12345678
    HK_ID A123456(3)
    """
    anchors = find_anchors(text)
    data = memoryview(text.data.data)
    found: set[tuple[int, int, int, int, float]] = set()
    row, done = -1, 0
    for each, position, kind in zip(*(array.tolist() for array in anchors), strict=True):
        if each != row:
            row, done = each, int(text.offsets[each])
        if position < done:
            continue
        first, stop = int(text.offsets[row]), int(text.offsets[row + 1])
        # A cut may go through a character; what is left of it is ignored.
        left = str(data[max(first, position - _BEFORE) : position], "utf-8", "ignore")
        right = str(data[position : min(stop, position + _BEHIND)], "utf-8", "ignore")
        if kind != WORDED:
            right = right[:_LONGEST]
        for entity, start, end, score in _read(left, right.translate(_FOLDS), kind):
            if entity in wanted:
                if start < 0:
                    begin = position - len(left[start:].encode())
                    done = position - len(left[end:].encode())
                else:
                    begin = position + len(right[:start].encode())
                    done = begin + len(right[start:end].encode())
                found.add((row, begin, done, INDEX[entity], score))
    return made_spans(found)


def _read(left: str, right: str, kind: int) -> Iterator[tuple[str, int, int, float]]:
    """Reads what stands at an anchor: entity, first character of `right` (below zero: of what
    stands before it), last + 1, score."""
    if kind == PLATE:
        match = _PLATE.match(right.upper())
        if match and _is_plate(left, right, match):
            yield "CN_LICENSE_PLATE", *match.span(), 0.9
        match = _ENVOY.match(right)
        if match and _is_beside_vehicle(left, right, match):
            yield "CN_LICENSE_PLATE", *match.span(), 0.9
    elif kind == USCC:
        code = right[:18].upper()
        # All digits are mostly another number.
        said = not code.isdecimal() or _CODE_WORD.search(left)
        if said and is_uscc(code) and not _RESIDENT.fullmatch(code):
            yield "CN_USCC", 0, 18, 1.0
    elif kind == TAIWANESE:
        if right[:10].isupper() and is_taiwan_id(right[:10]) and not left.endswith(tuple("-_/#.=")):
            yield "TW_ID", 0, 10, 0.8
    elif kind == BRACKETED:
        match = _BRACKETS.match(right)
        if match and is_hong_kong_id(match.group(1) + match.group(2)):
            yield "HK_ID", *match.span(), 1.0
    elif kind == WORDED and left[-1] in "生于於日":
        date = find_numeral_date(left, right)
        if date is not None:
            yield BIRTH, *date, 0.8
    elif kind == WORDED:
        yield from _read_worded(left[-3:], right)


def _read_worded(word: str, right: str) -> Iterator[tuple[str, int, int, float]]:
    """Reads the number behind a word that says what it is."""
    if word[-1] == "照":
        match = _PASSPORT.match(right)
        if match:
            yield "CN_PASSPORT", *match.span(1), 0.85
    elif word[-1] in "证證":
        match = _PERMIT.match(right)
        if match:
            yield "CN_HKMT", *match.span(1), 0.85
    elif word[-1] in "番ナ":
        if right.startswith(("号", "號", "ンバー")):
            match = _MY_NUMBER.match(right)
            if match and is_my_number(re.sub(r"\D", "", match.group(1))):
                yield "JP_MY_NUMBER", *match.span(1), 1.0
    else:
        match = _IDENTITY.match(right)
        if match and is_hong_kong_id(match.group(1)):
            yield "HK_ID", *match.span(1), 0.9


def _is_plate(left: str, right: str, match: re.Match[str]) -> bool:
    """Says whether a form of a plate is one and no word with a code behind it."""
    if _is_beside_vehicle(left, right, match):
        return True
    if right[1] in "-." or _NO_PROVINCE.search(left[-1:] + right[0]):
        return False
    sign, body = match.group("sign"), str(match.group("body"))
    digits = sum(character.isdigit() for character in body)
    if match.group() != right[: match.end()]:
        # Small letters are those of words and of codes.
        return digits > 2
    return sign == "·" or digits > 0 or _VOWEL.search(body) is None


def _is_beside_vehicle(left: str, right: str, match: re.Match[str]) -> bool:
    return (_PLATE_WORD.search(left[-12:]) or _PLATE_WORD.search(right, match.end())) is not None
