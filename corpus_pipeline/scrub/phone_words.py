"""Words that say that a number is a telephone number, in many languages.

    phone: 467 3395            a name of a line before the number: almost any digits are believed
    call me at 0494 92 82 32   a verb: the digits must be grouped, or valid in a region
    781 1704 office            a name of a line after the number
"""

import re

#: Names of lines and devices.
_LINES = (
    r"(?<![^\W_])(?:tel(?:ephone|efon|efone|éfono|efono|éphone|efonu|efoni|p|s)?s?|phones?|ph|mobiles?|"
    r"mob|mobil|mobiel|móvil|movil|portable|celular|cel|cell(?:ular|phone)?s?|handy|fon|rufnummer|"
    r"durchwahl|tél|tlf|tfno|puh|gsm|fax(?:es)?|telefax|facsimile|hot-?lines?|help-?lines?|pagers?|beeper|"
    r"voice(?:mail)?|whats\s?app|wa|sms|viber|switchboard|landline|toll[ -]free|dial[ -]?in|call[ -]?in|"
    r"direct (?:dial|line|fax)|contact (?:no|number)|hp|no\.? hp|điện thoại|sđt|đt|"
    r"т(?:ел|елефон|ел\.)|моб|факс|телефоны?|тел|τηλ|τηλέφωνο|κινητό|"
    r"هاتف|تليفون|جوال|تلفن|موبایل|फोन|फ़ोन|मोबाइल|दूरभाष|טלפון|נייד|โทร|โทรศัพท์)(?![^\W\d_])"
    r"|(?:tele|cell|smart)?phone(?:\s?(?:numbers?|no))?(?![a-z])"
    r"|电话|電話|手机|手機|座机|固话|热线|熱線|专线|专線|传真|傳真|总机|客服|联系方式|聯絡方式|移动电话|"
    r"電話番号|携帯|ケータイ|ファックス|ファクス|フリーダイヤル|전화|연락처|휴대|핸드폰|팩스|โทร"
)
#: Verbs, weaker; some only with a preposition or a person behind them.
_VERBS = (
    r"(?<![^\W_/])(?:calls?|called|calling|dial|ring|contact|reach(?:ed)?|call us|"
    r"(?:text|texted|texting|messages?|answering|answer|sms|page)(?= (?:me|us|him|her|at|on|to)(?![^\W\d_])|:)|"
    r"registered|"
    r"appelez|appeler|llame|llamar|rufen|anrufen|chiamare|ligue|bel|zadzwoń|позвоните|звоните)"
    r"(?![^\W\d_])"
    r"|致电|致電|拨打|撥打|拨|联系|聯繫|聯絡|咨询|諮詢|短信|来电|來電|回电|打给|微信|"
    r"联络|电联|お問い合わせ|문의"
)
#: Places; the number must follow at once.
_PLACES = (
    r"(?<![^\W_/])(?:office|home|work|desk|direct|main|page|comments|bureau|domicile|dienst|privat)"
    r"(?![^\W\d_])[\s:：#.(>*]{0,5}$"
)
#: What may stand between the word and the number.
_BETWEEN = (
    r"(?:[\s:：#*_.,;?/\\|=>\"'`()\[\]{}~<+-]|(?<![^\W_])(?:numbers?|no|nr|num|is|are|was|at|on|to|us|me|him|"
    r"her|them|or|and|my|your|his|our|the|line|direct|home|work|office|mobile|cell|via|by|now|toll|free|au|"
    r"le|de|la|el|al|số|usa?|uk|here|"
    r"eng|chi)(?![^\W\d_])|号码|號碼|号|號|码|为|為|是|请|或|及|和|、|，|至|：|は|番号|번호|는|은"
    r"|\ufffc(?!\ufffc))"
)

_ANNOUNCED = re.compile(
    rf"(?:(?P<line>{_LINES})|(?:{_VERBS})){_BETWEEN}{{0,8}}$|{_PLACES}", re.IGNORECASE
)
#: One letter and a colon or a full stop, as on cards: T: 020 7946 0958
_LETTER = re.compile(r"(?<![A-Za-z0-9.])(?:[TPMFCHOWD] ?[:.]|[tpmfchowd]:) ?\(?$")
#: A word some way before, in the same sentence and with no other number between.
_MENTIONED = re.compile(
    rf"(?:{_LINES}|(?<![^\W_])(?:call|calls|dial|reached|contact)(?![^\W\d_])|致电|拨打|联系)"
    r"[^\n.!?。！？;；0-9]{0,40}$",
    re.IGNORECASE,
)
_CONTEXT = 56
_CONTEXT_AFTER = 24

_AFTER = re.compile(
    r"[ \t]{0,2}[-–,(\[]{0,2} ?(?:(?P<line>tel(?:ephone)?|phone|mobile|mob|cell(?:ular|phone)?|fax|facsimile|"
    r"voice ?mail|voice|pager|handy|portable|móvil|fixe|传真|傳真|手机|手機|电话|電話|座机|携帯|팩스|전화|тел|факс|моб)"
    r"|(?:office|home|desk|work|direct(?: dial| line| fax)?|main|day|evening|cell|[CHOWMFT](?=[)\]])))"
    r"(?![^\W\d_])[)\]]?(?=\s*(?:$|[\n,;.)|/\\&（(\[<+]|\d|[A-Z]|(?-i:and|or)\b)|[^\x00-\x7f])",
    re.IGNORECASE,
)

_ANY = re.compile(
    rf"{_LINES}|{_VERBS}|(?<![^\W_])(?:office|home|work|desk|direct|main|page|comments|day|evening|bureau|"
    r"domicile|dienst|privat)(?![^\W\d_])|(?<![A-Za-z0-9.])[TPMFCHOWD] ?[:.)\]]",
    re.IGNORECASE,
)

NONE, MENTIONED, VERB, LINE = range(4)


def has_words(plain: str, start: int, end: int) -> bool:
    """Says whether any word that `announcement` knows stands near `plain[start:end]`.

    >>> has_words("手机 44", 3, 5), has_words("order 44", 6, 8)
    (True, False)
    """
    first = max(0, start - _CONTEXT)
    return _ANY.search(plain, first, min(len(plain), end + _CONTEXT_AFTER)) is not None


def named_after(plain: str, end: int) -> int:
    """Says how the word behind a number announces it: `LINE`, `VERB` or `NONE`.

    >>> named_after("44-Fax", 2), named_after("44 (office)", 2), named_after("44 mobile users", 2)
    (3, 2, 0)
    """
    match = _AFTER.match(plain, end)
    if match is None:
        return NONE
    return LINE if match.group("line") else VERB


def announcement(plain: str, start: int, end: int) -> int:
    """Says how the words around `plain[start:end]` announce a telephone number.

    Returns:
        `LINE`, `VERB`, `MENTIONED` or `NONE`, the strongest first.

    >>> def said(text):
    ...     start = text.index("4")
    ...     return announcement(text, start, text.rindex("4") + 1)
    >>> [said(t) for t in ("手机号：44", "call me at 44", "44 fax", "call Kelly Jones at 44", "44 m")]
    [3, 2, 3, 1, 0]
    """
    before = plain[max(0, start - _CONTEXT) : start]
    match = _ANNOUNCED.search(before)
    if match is not None and match.group("line"):
        return LINE
    after = named_after(plain, end)
    if match is not None or after or _LETTER.search(before):
        return max(after, VERB)
    return MENTIONED if _MENTIONED.search(before) else NONE
