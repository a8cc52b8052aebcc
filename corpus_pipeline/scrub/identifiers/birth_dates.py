"""Dates of birth: days in the usual forms, behind a word that says that somebody was born.

Whoever it is: a book about persons long dead says of them what a form says of the living, and no
rule tells the two apart for sure. A year alone is no date of birth, nor is the day by which a law
or an advertisement limits an age ("born on or before 1 May 1990").
"""

import re
from collections.abc import Iterator

from corpus_pipeline.scrub.identifiers.labels import last_label, leads_straight

#: Beginnings of the names of months, long enough to tell them; a name goes on as it likes.
_MONTHS = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|jän|mär|mai|okt|dez|janv|fév|fev|avr|juin|juil|aoû|aou|déc|"
    "ene|abr|ago|dic|set|out|gen|mag|giu|lug|ott|mei|maa|mrt|maj|tammi|helmi|maalis|huhti|touko|kesä|heinä|elo|syys|"
    "loka|marras|joulu|stycz|lut|kwie|czerw|lip|sierp|wrze|paźdz|listop|grud|led|úno|bře|dub|kvě|čer|srp|zář|říj|pros|"
    "янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|січ|лют|бер|кві|трав|черв|лип|серп|вер|жов|груд|"
    "oca|şub|nis|haz|tem|ağu|eyl|eki|kas|ara|ian|iun|iul|noi|márc|ápr|máj|jún|júl|szept|"
    "ιαν|φεβ|μαρ|απρ|μαΐ|μαϊ|ιουν|ιουλ|αυγ|σεπ|οκτ|νοε|δεκ|يناير|فبراير|مارس|[أا]بريل|مايو|يونيو|يوليو|[أا]غسطس|سبتمبر|"
    "[أا]كتوبر|نوفمبر|ديسمبر|ינואר|פברואר|מרץ|אפריל|מאי|יוני|יולי|אוגוסט|ספטמבר|אוקטובר|נובמבר|דצמבר|"
    "जन|फ़र|फर|मार्च|अप्र|मई|जून|जुल|अग|सित|अक्|नव|दिस|มกรา|กุมภา|มีนา|เมษา|พฤษภา|มิถุนา|กรกฎา|สิงหา|กันยา|ตุลา|พฤศจิกา|ธันวา|mac|ogos|dis|agu|des"
)
_MONTH = rf"(?:{_MONTHS})[^\W\d_]*\.?"
_YEAR = r"(?:1[4-9]\d\d|20[0-3]\d|25[0-6]\d)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_NUMBER = r"(?:0?[1-9]|1[0-2])"
_OF = r"(?:\s?(?:,|de|del|of|di|d'|ב)?\s?)"
_ERA = r"(?:昭和|平成|大正|明治|令和|民国|民國)"
_LUNAR_MONTH = "[闰閏]?(?:[正一二三四五六七八九十冬腊臘]|十[一二])月"
_LUNAR_DAY = "(?:初[一二三四五六七八九十]|(?:十|廿|二十)[一二三四五六七八九]?|[二三]?十)"
_LUNAR = _LUNAR_MONTH + _LUNAR_DAY
_CALENDAR = "(?:农历|農曆|阴历|陰曆|旧历|舊曆)?"
#: No digit and no letter of a script that parts words: 出生日期1985-03-12 is a date.
_BEGIN = r"(?<![0-9A-Za-z_\u00c0-\u0dff\u0f00-\u10ff])"
_DATE = re.compile(
    rf"{_BEGIN}(?:"
    # 1985-03-12, with a time or not; 12/03/1985; 3.12.85
    rf"{_YEAR}\s?([-/.])\s?{_NUMBER}\s?\1\s?{_DAY}(?!\d)"
    rf"|(?:{_DAY}\s?([-/.])\s?{_NUMBER}|{_NUMBER}\s?([-/.])\s?{_DAY})\s?(?:\2|\3)\s?(?:{_YEAR}|"
    rf"\d\d)(?![\d/])"
    rf"|{_DAY}\s{_NUMBER}\s{_YEAR}(?!\d)|{_YEAR}\s{_NUMBER}\s{_DAY}(?!\d)"
    # 12 March 1985, the 12th of March, 1985, 12-Mar-85, 12. März 1985
    rf"|{_DAY}(?:st|nd|rd|th|º|ª|er|e|:e|\.|го|ого|"
    rf"-го)?[\s\-./,]{{0,2}}{_OF}{_MONTH}[\s\-./,]{{0,2}}{_OF}(?:{_YEAR}(?:\sгода|\sроку)?|'?\d\d(?![\d:]))"
    # March 12, 1985; Mar-12-1985; 1985 March 12
    rf"|{_MONTH}[\s\-.]{{0,2}}{_DAY}(?:st|nd|rd|th)?[\s\-,]{{1,3}}{_YEAR}(?!\d)"
    rf"|{_YEAR}[\s\-,./]{{1,2}}{_MONTH}[\s\-.]{{0,2}}{_DAY}\.?(?!\d)"
    # 1985年3月12日, 1985년 3월 12일, 昭和60年3月12日, 85年3月12日, 1985年腊月初八
    rf"|(?:{_ERA}\s?(?:\d{{1,3}}|元)|"
    rf"{_YEAR})\s?[年년]\s?\d{{1,2}}\s?[月월]\s?\d{{1,2}}\s?[日号號일]?"
    rf"|\d{{2,3}}\s?年\s?{_NUMBER}\s?月\s?{_DAY}\s?[日号號]|{_YEAR}年{_CALENDAR}{_LUNAR}"
    # 51年2月初9, 86年腊月十二, 民國51年正月3日
    rf"|(?:{_ERA}\s?\d{{1,3}}|{_YEAR}|\d\d)年{_CALENDAR}(?:(?:{_NUMBER}月|{_LUNAR_MONTH})(?:初[1-9]|"
    rf"{_LUNAR_DAY})|{_LUNAR_MONTH}{_DAY}[日号號]?)"
    rf"|(?:ngày\s)?{_DAY}\s?tháng\s?{_NUMBER}(?:\s?,)?\s?năm\s?{_YEAR}"
    rf"|{_YEAR}{{1}}(?<=\d{{4}})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)"
    r")",
    re.IGNORECASE,
)

_BETWEEN = re.compile(
    r"\.?[^\d\n.!?;]{0,12}|[^\d\n.!?;]{0,40}(?:[:,=]|\b(?:on|am|le|il|el|em|op|den|dia|día|dnia|dne|"
    r"the)\b)\s?(?:el |o )?(?:dia |día )?"
    r"|\W{0,3}(?:\w+,? ){0,2}(?:it's|it is|that's|that is) |\W{0,3}(?i:it's|it is|mine is|that's|"
    r"it was)?[\s\"'<>|*`]{0,6}|[\s\"'<>|*`:/a-z]{0,16}\n?[\s\"'<>|*`:]{0,12}",
    re.IGNORECASE,
)
#: What is a date between some words alone: a year and a month behind 出生年月 and before 出生, and
#: the six digits with which Korea's identity numbers begin.
_BETWEEN_WORDS = tuple(
    (re.compile(before), re.compile(date), re.compile(behind))
    for before, date, behind in (
        (
            r"出生年月(?:份)?[\s\"'<>|*`:=]{0,6}$",
            rf"{_BEGIN}{_YEAR}(?:\s?年\s?{_NUMBER}\s?月|[-/.]{_NUMBER})(?![\d\-/.])",
            "",
        ),
        ("", rf"{_BEGIN}{_YEAR}年{_NUMBER}月", "出?生(?![产產长長效])"),
        (
            r"생년월일[\s\"'<>|*`:=]{0,6}$",
            r"\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?![\d\-])",
            "",
        ),
    )
)
#: How genealogies and lists write "born".
_SHORT = re.compile(r"(?<![\w.'’])b\. ?$")
#: The sign of genealogies and obituaries: (* 3. Mai 1931 in Ulm; † 9. Juni 1999)
_STAR = re.compile(
    r"(?:(?P<opened>[(（]\s?)|(?P<said>[^\W\d_][.,;)]? )|(?<![^\n])[ \t]*)\*"
    r"[ \u00a0]?$"
)
_STAR_BEHIND = re.compile(r"[^\n†]{0,60}\n?[^\n†]{0,24}†|(?P<place>,? in [^\W\d_])")
#: The days of a life, in brackets behind a name: (10. Mai 1815 - 27. Juni 1852), (… - ).
_OPENED = re.compile(r"[(（][^()（）\n]{0,60}$")
_TO = re.compile(r"\s?[-–—―~～〜－至]{1,2}\s?")
_CLOSED = re.compile(r"[^()（）\n]{0,24}[)）]")
#: 发生于, "happened on", and others that end like 生于, "born on".
_NO_BIRTH = re.compile("[发發产產寄衍派萌滋]生[于於]$")
_DEATH = re.compile(r"†|died|death|gest\.|décéd|мурл|умер|去世|逝世|死", re.IGNORECASE)
#: What makes the day a limit of a law, before it and behind it: born on or before 1 May 1990.
_LIMIT = re.compile(
    r"\b(?:before|after|since|until|between|prior|earlier|later|vor dem|nach dem|avant le|après le|"
    r"antes del?|después del?|depois de|prima del|dopo il)\b",
    re.IGNORECASE,
)
_LIMIT_BEHIND = re.compile(
    r"\s?(?:[(（][^()（）\n]{1,12}[)）])?\s?(?:[及或之以]?(?:以前|以后|以後|之前|之后|之後)|"
    r"or (?:before|after|earlier|later)\b|and later\b)"
)
#: Words that follow a date: born on it.
_BEHIND = re.compile(
    r"\s?(?:[(,]\s?)?(?:(?:dob|d\.o\.b|date of birth|birth ?date|birthday|born|geboren|doğumlu|"
    r"doğdu|született|syntynyt|födda?|født|"
    r"tarihinde doğ\w+|г\.\s?р\.?|года рождения|рожд\w+|is my (?:date of birth|birthday|"
    r"dob))(?![^\W\d_])|出生|生まれ|生(?![\w])|生的|生人(?!\w)|生于|生於|생(?![가-힣])|"
    r"출생|에 태어|के दिन जन्म|को जन्म)",
    re.IGNORECASE,
)
#: Years of the shortest and of the longest life that is known by its days alone, so that no war,
#: term of office or series is taken for one; and the last year of birth of one that still goes on.
_LEAST_LIFE, _LONGEST_LIFE, _LAST_BIRTH = 22, 115, 1999
_YEARS = re.compile(r"(?<!\d)\d{4}(?!\d)")


def find_birth_dates(plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yields the dates of birth of which a part stands between two characters.

    >>> text = "DOB: 12/03/1985. Ann was born on 14 March 1879, and not before 1 May 1870."
    >>> [text[slice(*span)] for span in find_birth_dates(text, 0, len(text))]
    ['12/03/1985', '14 March 1879']
    """
    low, high = max(0, start - 40), min(len(plain), end + 24)
    if (
        end - start == 4
        and plain[end : end + 1] != "年"
        and not any(
            each.isdigit() for each in plain[max(0, start - 16) : start] + plain[end : end + 14]
        )
    ):
        # A year without a day.
        return
    before = plain[max(0, start - 96) : end]
    said = (
        last_label("DATE_OF_BIRTH", before) is not None
        or "b." in before
        or "*" in before
        or _OPENED.search(before)
    )
    if not said and not _BEHIND.search(plain, end, high):
        return
    for lead, date, trail in _BETWEEN_WORDS:
        match = date.match(plain, start, high)
        if match and trail.match(plain, match.end()) and lead.search(plain, low, start):
            yield match.span()
            return
    for match in _DATE.finditer(plain, low, high):
        first, last = match.span()
        if last <= start or first >= end:
            continue
        if _says_birth(plain, first, last):
            yield first, last


def _says_birth(plain: str, first: int, last: int) -> bool:
    before = plain[max(0, first - 72) : first]
    if (
        plain[last : last + 1].isalnum()
        and plain[last : last + 1].isascii()
        and plain[last] not in "T"
    ):
        return False
    label = last_label("DATE_OF_BIRTH", before)
    if label is not None and not _NO_BIRTH.search(before, 0, label[1]):
        between = before[label[1] :]
        if _LIMIT.search(between) or _LIMIT_BEHIND.match(plain, last):
            return False
        if not _DEATH.search(between) and (_BETWEEN.fullmatch(between) or leads_straight(between)):
            return True
    if _SHORT.search(before) or _BEHIND.match(plain, last):
        return True
    return _has_star(plain, before, last) or _begins_life(plain, before, first, last)


def _has_star(plain: str, before: str, last: int) -> bool:
    """Says whether the sign of genealogies leads to a day: in brackets, behind a word and before a
    place, or with a day of death behind it. In Markdown it is a sign of lists and emphasis."""
    star = _STAR.search(before) if "*" in before[-2:] else None
    if star is None or plain[last : last + 1] == "*":
        return False
    behind = _STAR_BEHIND.match(plain, last)
    return star["opened"] is not None or (
        behind is not None and (star["said"] is not None or behind["place"] is None)
    )


def _begins_life(plain: str, before: str, first: int, last: int) -> bool:
    """Says whether a day and another are the first and the last of a life."""
    if not _OPENED.search(before):
        return False
    to = _TO.match(plain, last)
    if to is None:
        return False
    born = _YEARS.search(plain, first, last)
    if born is None:
        return False
    year = int(born.group())
    if plain[to.end() : to.end() + 1] in (")", "）"):
        return year <= _LAST_BIRTH
    died = _DATE.match(plain, to.end())
    if died is None or not _CLOSED.match(plain, died.end()):
        return False
    end = _YEARS.search(died.group())
    return end is not None and _LEAST_LIFE <= int(end.group()) - year <= _LONGEST_LIFE


_NUMERAL = "一二三四五六七八九〇零○"
#: The reigns of the dynasties Ming and Qing, by which genealogies count, and the republic.
_REIGN = (
    "(?:洪武|建文|永[乐樂]|洪熙|宣德|正[统統]|景泰|天[顺順]|成化|弘治|正德|嘉靖|隆[庆慶]|[万萬][历曆]|泰昌|天[启啟]|"
    "崇[祯禎]|天命|天[聪聰]|崇德|[顺順]治|康熙|雍正|乾隆|嘉[庆慶]|道光|咸[丰豐]|同治|光[绪緒]|宣[统統]|民[国國])"
)
_CYCLE = "(?:[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]年?)?"
_NUMERAL_DATE = (
    f"(?:(?:一[五六七八九]|二[〇零○])[{_NUMERAL}]{{2}}年|(?<![{_NUMERAL}])[三四五六七八九〇零○][{_NUMERAL}]年"
    f"|{_REIGN}(?:元|[一二三四五六七八九十]{{1,3}})年){_CYCLE}{_CALENDAR}"
    "[闰閏]?(?:[正元一二三四五六七八九十冬腊臘]|十[一二])月"
    "(?:(?:十|廿|二十|三十)[一二三四五六七八九]|[二三]十|初?[一二三四五六七八九十])[日号號]?"
)
_NUMERALS_BEHIND = re.compile(
    rf"(?:日期|年月日|时间)?[\s：:，,是为為在於于]{{0,4}}({_NUMERAL_DATE})"
)
#: A day and the word for born in one: 七月初九生; what makes of it another word.
_DAY_BEFORE = re.compile("[一二三四五六七八九十日号號]生$")
_NO_BIRTH_BEHIND = tuple("产產长長效活命意")
_NUMERALS_BEFORE = re.compile(rf"({_NUMERAL_DATE})[，,\s]{{0,2}}$")


def find_numeral_date(left: str, right: str) -> tuple[int, int] | None:
    """Finds a date of birth in Chinese characters beside 出生 or another word that ends `left`.

    Returns:
        first character and last + 1, counted from the begin of `right`.

    >>> find_numeral_date("他生于", "一九八五年三月十二日，")
    (0, 10)
    >>> find_numeral_date("八五年五月一日出生", "")
    (-9, -2)
    >>> find_numeral_date("乾隆四十一年丙申七月初九生", "，道光八年卒")
    (-13, -1)
    """
    if _NO_BIRTH.search(left):
        return None
    word = 1 if _DAY_BEFORE.search(left) else 2
    match = _NUMERALS_BEHIND.match(right) if word > 1 else None
    if match is not None:
        return match.span(1)
    if word == 1 and right[:1] in _NO_BIRTH_BEHIND:
        return None
    match = _NUMERALS_BEFORE.search(left, max(0, len(left) - 26), len(left) - word)
    return None if match is None else (match.start() - len(left), match.end(1) - len(left))
