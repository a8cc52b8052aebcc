"""Dates of birth: days in the usual forms, behind a word that says that somebody was born."""

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
_YEAR = r"(?:1[89]\d\d|20[0-3]\d|25[0-6]\d)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_NUMBER = r"(?:0?[1-9]|1[0-2])"
_OF = r"(?:\s?(?:,|de|del|of|di|d'|ב)?\s?)"
_DATE = re.compile(
    rf"(?<![\w])(?:"
    # 1985-03-12, with a time or not; 12/03/1985; 3.12.85
    rf"{_YEAR}\s?([-/.])\s?{_NUMBER}\s?\1\s?{_DAY}(?!\d)"
    rf"|(?:{_DAY}\s?([-/.])\s?{_NUMBER}|{_NUMBER}\s?([-/.])\s?{_DAY})\s?(?:\2|\3)\s?(?:{_YEAR}|"
    rf"\d\d)(?![\d/])"
    rf"|{_DAY}\s{_NUMBER}\s{_YEAR}(?!\d)|{_YEAR}\s{_NUMBER}\s{_DAY}(?!\d)"
    # 12 March 1985, the 12th of March, 1985, 12-Mar-85, 12. März 1985
    rf"|{_DAY}(?:st|nd|rd|th|º|ª|er|e|:e|\.|го|ого|"
    rf"-го)?[\s\-./,]{{0,2}}{_OF}{_MONTH}[\s\-./,]{{0,2}}{_OF}(?:{_YEAR}|'?\d\d(?![\d:]))"
    # March 12, 1985; Mar-12-1985; 1985 March 12
    rf"|{_MONTH}[\s\-.]{{0,2}}{_DAY}(?:st|nd|rd|th)?[\s\-,]{{1,3}}{_YEAR}(?!\d)"
    rf"|{_YEAR}[\s\-,./]{{1,2}}{_MONTH}[\s\-.]{{0,2}}{_DAY}\.?(?!\d)"
    # 1985年3月12日, 1985년 3월 12일, 昭和60年3月12日
    rf"|(?:(?:昭和|平成|大正|明治|令和|民国|民國)\s?(?:\d{{1,3}}|元)|"
    rf"{_YEAR})\s?[年년]\s?\d{{1,2}}\s?[月월]\s?\d{{1,2}}\s?[日号號일]?"
    rf"|(?:ngày\s)?{_DAY}\s?tháng\s?{_NUMBER}(?:\s?,)?\s?năm\s?{_YEAR}"
    rf"|{_YEAR}{{1}}(?<=\d{{4}})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)"
    r")",
    re.IGNORECASE,
)

#: Verbs and nouns of prose: what they lead to may be the birth of a person of history.
_PROSE = re.compile(
    r"(?:was |were |is |been )?born|naît|n[ée]e?s?(?: le| à| en)?|naci[óod]\w*|nasceu|nasc\w+|"
    r"nat[oa]|geboren|geb\.?|född|født|"
    r"urodz\w+|ur\.?|naroz\w+|született|născut\w*|doğ\w+|родил\w+|род\.?|народи\w+|роден\w*|"
    r"γεννήθηκε|γεννηθείς|出生于?|诞生|出世|"
    r"生まれ|출생|태어|เกิด\w*|sinh|lahir|ولدت?|נולדה?|syntyn\w+|ro[jđd]en\w*|geb\. am",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"\.?[^\d\n.!?;]{0,12}|[^\d\n.!?;]{0,40}(?:[:,=]|\b(?:on|am|le|il|el|em|op|den|dia|día|dnia|dne|"
    r"the)\b)\s?(?:el |o )?(?:dia |día )?"
    r"|\W{0,3}(?:\w+,? ){0,2}(?:it's|it is|that's|that is) |\W{0,3}(?i:it's|it is|mine is|that's|"
    r"it was)?[\s\"'<>|*`]{0,6}|[\s\"'<>|*`:/a-z]{0,16}\n?[\s\"'<>|*`:]{0,12}",
    re.IGNORECASE,
)
_DEATH = re.compile(r"†|died|death|gest\.|décéd|мурл|умер|去世|逝世|死", re.IGNORECASE)
#: Words that follow a date: born on it.
_BEHIND = re.compile(
    r"\s?(?:[(,]\s?)?(?:(?:dob|d\.o\.b|date of birth|birth ?date|birthday|born|geboren|doğumlu|"
    r"doğdu|született|syntynyt|födda?|født|"
    r"tarihinde doğ\w+|г\.\s?р\.?|года рождения|рожд\w+|is my (?:date of birth|birthday|"
    r"dob))(?![^\W\d_])|出生|生まれ|生(?![\w])|생(?![가-힣])|"
    r"출생|에 태어|के दिन जन्म|को जन्म)",
    re.IGNORECASE,
)
#: Persons of prose who were born before are of history, and named in books about them.
_LIVING = 1930


def find_birth_dates(plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yields the dates of birth of which a part stands between two characters.

    >>> text = "DOB: 12/03/1985. Einstein was born on 14 March 1879."
    >>> [text[slice(*span)] for span in find_birth_dates(text, 0, len(text))]
    ['12/03/1985']
    """
    low, high = max(0, start - 40), min(len(plain), end + 24)
    if end - start == 4 and not any(
        each.isdigit() for each in plain[max(0, start - 16) : start] + plain[end : end + 14]
    ):
        # A year without a day.
        return
    said = last_label("DATE_OF_BIRTH", plain[max(0, start - 96) : end]) is not None
    if not said and not _BEHIND.search(plain, end, high):
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
    year = max((int(each) for each in re.findall(r"\d{4}", plain[first:last])), default=_LIVING)
    old = year < _LIVING
    label = last_label("DATE_OF_BIRTH", before)
    if label is not None:
        between = before[label[1] :]
        if not _DEATH.search(between) and (_BETWEEN.fullmatch(between) or leads_straight(between)):
            if not _PROSE.fullmatch(before[slice(*label)]):
                return True
            lead = before[: label[0]]
            numeric = not any(each.isalpha() for each in plain[first:last])
            if (numeric and plain[first:last].isascii()) or re.match(r"\s{0,2}[:=|]", between):
                return True
            return not old and not lead.rstrip().endswith(("(", "（"))
    behind = _BEHIND.match(plain, last)
    return behind is not None and not old
