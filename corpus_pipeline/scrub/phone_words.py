"""Words that say that a number is a telephone number, in many languages.

* "phone: 467 3395": a name of a line before the number; almost any digits are believed.
* "call me at 0494 92 82 32": a verb; the digits must be grouped, or valid in a region.
* "781 1704 office": a name of a line after the number.
"""

import re


def split_words(text: str) -> list[str]:
    return text.split()


#: Names of lines and devices, as whole words.
_LINE_WORDS = split_words(
    "tel tels telp telephone telephones telefon telefone telefones telefoon telefonu "
    "telefoni teléfono teléfonos telefono téléphone tél telf tlf tfno tfn tālr puh ph "
    "phone phones mob mobil mobiel mobile mobiles móvil movil portable celular cel cell "
    "cells cellular cellphone handy fon rufnummer durchwahl gsm fax faxes faks telefax "
    "telefaks facsimile hotline hotlines helpline helplines pager pagers beeper voice "
    "voicemail whatsapp wa sms viber switchboard landline hp sđt đt тел телефон телефоны "
    "моб факс τηλ τηλέφωνο κινητό هاتف تليفون جوال تلفن موبایل फोन फ़ोन मोबाइल दूरभाष "
    "טלפון נייד "
)
#: The same in two words, or joined to others.
_LINE_PHRASES = (
    r"hot-lines?|help-lines?|whats app|toll[ -]free|dial[ -]in|call[ -]in|contact (?:no|number)|"
    r"direct (?:dial|line|fax)|điện thoại"
)
#: The same in scripts without spaces.
_LINE_SIGNS = split_words(
    "电话 電話 手机 手機 座机 固话 热线 熱線 专线 専線 传真 傳真 总机 客服 联系方式 "
    "聯絡方式 携帯 ケータイ ファックス ファクス フリーダイヤル 전화 연락처 휴대 핸드폰 "
    "팩스 โทร "
)
#: Verbs, weaker.
_VERB_WORDS = split_words(
    "call calls called calling dial ring contact reach reached registered helpdesk "
    "reservations enquiries inquiries bookings appelez "
    "appeler llame llamar rufen anrufen chiamare ligue bel zadzwoń позвоните звоните "
)
_VERB_PHRASES = (
    r"customer (?:service|care|support)|(?:my|your|his|her|our|their|new|daytime|evening) numbers?"
)
#: Verbs that need a person, a preposition or a colon behind them.
_TRANSITIVE_WORDS = split_words("text texted texting message messages answering answer page ")
_VERB_SIGNS = split_words(
    "致电 致電 拨打 撥打 拨 联系 聯繫 聯絡 咨询 諮詢 短信 来电 來電 回电 打给 微信 联络 "
    "电联 お問い合わせ 문의 "
)
#: Places; the number must follow at once.
_PLACE_WORDS = split_words(
    "office home work desk direct main page comments bureau domicile dienst privat "
)
_BEGIN, _END = r"(?<![^\W_])", r"(?![^\W\d_])"
_LINES = (
    rf"{_BEGIN}(?:{'|'.join(_LINE_WORDS)}|{_LINE_PHRASES}){_END}"
    r"|phone(?:s|\s?(?:numbers?|no))?(?![a-z])|" + "|".join(_LINE_SIGNS)
)
_VERBS = (
    rf"(?<![^\W_/])(?:(?:{'|'.join(_VERB_WORDS)}|{_VERB_PHRASES})|"
    rf"(?:{'|'.join(_TRANSITIVE_WORDS)})(?= (?:me|us|him|her|at|on|to){_END}|:)){_END}|"
    + "|".join(_VERB_SIGNS)
)
_PLACES = rf"(?<![^\W_/])(?:{'|'.join(_PLACE_WORDS)}){_END}[\s:：#.(>*]{{0,5}}$"

#: What may stand between the word and the number.
_BETWEEN = (
    r"(?:[\s:：#*_.,;?/\\|=>\"'`()\[\]{}~<+-]"
    rf"|{_BEGIN}(?:numbers?|no|nr|num|is|are|was|at|on|to|us|me|him|her|them|or|and|my|your|his|our|the|"
    rf"line|direct|home|work|office|mobile|"
    rf"cell|day|eve|"
    rf"evening|via|by|now|toll|free|au|le|de|la|el|al|số|"
    rf"usa?|uk|here){_END}"
    r"|['’]s(?= )|号码|號碼|号|號|码|为|為|是|请|或|及|和|、|，|至|：|は|"
    r"番号|번호|는|은|\ufffc(?!\ufffc))"
)

_ANNOUNCED = re.compile(
    rf"(?:(?P<line>{_LINES})|(?:{_VERBS})){_BETWEEN}{{0,8}}$|{_PLACES}", re.IGNORECASE
)
#: One letter and a colon or a full stop, as on cards: T: 020 7946 0958
_LETTER = re.compile(r"(?<![A-Za-z0-9.])(?:[TPMFCHOWD] ?[:.]|[tpmfchowd]:) ?\(?$")
#: A word some way before, in the same sentence and with no other number between.
_MENTIONED = re.compile(
    rf"(?:{_LINES}|{_BEGIN}(?:call|calls|dial|reached|contact){_END}|致电|拨打|联系)"
    r"[^\n.!?。！？;；0-9]{0,40}$",
    re.IGNORECASE,
)

_AFTER = re.compile(
    r"[ \t]{0,2}[-–,(\[]{0,2} ?(?:(?P<line>tel(?:ephone)?|phone|mobile|mob|cell(?:ular|phone)?|fax|"
    r"facsimile|voice ?mail|voice|pager|handy|portable|móvil|"
    r"传真|傳真|手机|手機|电话|電話|座机|携帯|팩스|전화|тел|факс|моб)"
    r"|(?:office|home|desk|work|direct(?: dial| line| fax)?|main|cell|[CHOWMFT](?=[)\]])))"
    # A word between two numbers on a line names the second, unless it stands in brackets.
    rf"{_END}(?:[)\]](?=\s*(?:$|[\n,;.|/\\&（(\[<+]|\d|(?-i:[A-Z]|and\b|or\b))|[^\x00-\x7f])"
    r"|(?= *(?:$|[\n,;.)|/\\&<]|(?-i:[A-Z]|and\b|or\b))|[^\x00-\x7f]))",
    re.IGNORECASE,
)
#: A number before this one, and what parts the two.
_OTHER_NUMBER = re.compile(r"\d[\d \-.()]{5,18}\d(?: ?(?:[,;/、&]|or|and|或|及|和) ?| {1,4})$")
_CONTEXT = 56
#: What a phrase may have before the word by which it is noticed: "my new number".
_PHRASE = 12
_CONTEXT_AFTER = 24

#: Every word of the patterns above, to see at once that there is none.
KNOWN_WORDS = frozenset(_LINE_WORDS + _VERB_WORDS + _TRANSITIVE_WORDS + _PLACE_WORDS) | {
    *("hot", "help", "whats", "toll", "điện", "customer", "number", "numbers"),
}
#: Devanagari writes vowels as marks, which are no letters to a regular expression.
_WORD = re.compile("[^\\W\\d_]+(?:[\u0900-\u0903\u093a-\u094f][^\\W\\d_]*)*")
SIGNS = re.compile("|".join(dict.fromkeys(sign[0] for sign in _LINE_SIGNS + _VERB_SIGNS)))
_ANY_LETTER = re.compile(r"(?<![a-z0-9.])[tpmfchowd] ?[:.)\]]")

NONE, MENTIONED, VERB, LINE = range(4)


def has_words(plain: str, start: int, end: int) -> bool:
    """Says whether any word that `announcement` knows may stand near `plain[start:end]`.

    >>> has_words("手机 44", 3, 5), has_words("order 44", 6, 8)
    (True, False)
    """
    near = plain[max(0, start - _CONTEXT) : end + _CONTEXT_AFTER].lower()
    return (
        not KNOWN_WORDS.isdisjoint(_WORD.findall(near))
        or "phone" in near
        or (not near.isascii() and SIGNS.search(near) is not None)
        or _ANY_LETTER.search(near) is not None
    )


def named_after(plain: str, end: int) -> int:
    """Says how the word behind a number announces it: `LINE`, `VERB` or `NONE`.

    >>> named_after("44-Fax", 2), named_after("44 (office)", 2), named_after("44 mobile users", 2)
    (3, 2, 0)
    """
    match = _AFTER.match(plain, end)
    if match is None:
        return NONE
    return LINE if match.group("line") else VERB


def announced_before(plain: str, start: int) -> int:
    """Says how the words before a number announce it: `LINE`, `VERB`, `MENTIONED` or `NONE`, the
    strongest first.

    >>> texts = "手机号：", "call me at ", "call Kelly Jones at ", "a "
    >>> [announced_before(text, len(text)) for text in texts]
    [3, 2, 1, 0]
    """
    before = plain[max(0, start - _CONTEXT) : start]
    first = _first_word(before)
    other = _OTHER_NUMBER.search(before)
    if other is not None and first >= 0:
        # A word before the first of several numbers is said of all.
        return VERB if _ANNOUNCED.search(before[: other.start()], max(0, first - _PHRASE)) else NONE
    if first < 0:
        return VERB if _LETTER.search(before) else NONE
    first = max(0, first - _PHRASE)
    match = _ANNOUNCED.search(before, first)
    if match is not None:
        return LINE if match.group("line") else VERB
    if _LETTER.search(before):
        return VERB
    return MENTIONED if _MENTIONED.search(before, first) else NONE


def _first_word(before: str) -> int:
    """Where the first word or sign begins that may announce a number; -1: there is none."""
    near = before.lower()
    starts = [match.start() for match in _WORD.finditer(near) if match.group() in KNOWN_WORDS]
    starts += [near.find("phone")] if "phone" in near else []
    # Words of two words may begin before: "direct line", "contact no".
    sign = SIGNS.search(near) if not near.isascii() else None
    starts += [sign.start()] if sign else []
    return min(starts, default=-1)
