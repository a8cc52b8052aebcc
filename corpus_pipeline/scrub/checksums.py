"""Numbers that carry a check: payment cards, IBANs, resident identity numbers of China."""

import datetime
import re
from collections.abc import Iterator

from corpus_pipeline.scrub.context import begins_alone, ends_alone, is_quantity, is_serial
from corpus_pipeline.scrub.folding import Folded
from corpus_pipeline.scrub.iban import IBAN_LENGTHS, is_iban

#: Length and first digits of cards by network (ISO/IEC 7812 issuer numbers as published by the
#: networks): those that stand without a word that says so. Visa, Mastercard (two), American
#: Express, Discover, JCB, UnionPay (which also has 17 to 19 digits).
_CARDS = re.compile(
    r"4\d{15}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|6(?:011|4[4-9]\d|5\d\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}"
)
#: Those that are found in groups alone, since other numbers of their length begin as they do:
#: Diners, Visa of 19 digits, Maestro, Mir, Troy, RuPay.
_GROUPED_CARDS = re.compile(
    r"3(?:0[0-5]|[689]\d)\d{11}|4\d{18}|(?:5018|5020|5038|5[6-8]\d\d|6304|6759|676[1-3])\d{12,15}"
    r"|220[0-4]\d{12}|9792\d{12}|(?:60|8[12])\d{14}|508\d{13}"
)

_CARD = re.compile(
    r"(?<!\d)(?:\d{12,19}|\d{4}( ?[ \-.] ?)\d{4}\1\d{4}\1\d{1,4}(?:\1\d{1,3})?"
    r"|\d{4}([ \-.])\d{6}\2\d{4,5}|\d{6}([ \-.])\d{10,13})(?!\d)"
)
#: Digits in groups of any length, as some people write them behind a word.
_RUN = re.compile(r"(?<!\d)\d{1,19}(?: ?[ \-./] ?\d{1,19}){1,18}(?!\d)")
_GROUP = re.compile(r"\d+")
_LONG_BEFORE = re.compile(r"(\d{12,19}) $")
_LONG_AFTER = re.compile(r" (\d{12,19})(?!\d)")
_SEPARATORS = re.compile(r"[ \-.]+")

#: Words that say that a number is a card or an account, at most this many characters before it.
_CARD_WORD = re.compile(
    r"(?<![a-z])(?:cards?|visa|mastercard|amex|american express|maestro|unionpay|discover|diners|"
    r"jcb|cc|ccn|ccnum|pan|tarjeta|cartão|carte|kreditkarte|carta)(?![a-z])"
    r"|卡号|卡號|银行卡|銀行卡|信用卡|储蓄卡|借记卡|账号|帳號|帐号|账户|帳戶|汇入|匯入|打款|转账|轉帳|收款|"
    r"카드|カード|карт",
    re.IGNORECASE,
)
_CARD_CONTEXT = 40
#: What may glue a card to its word.
_GLUE = ("_", "=", "#", "/")
_MOST_DIGITS = 19

#: First two digits of a resident identity number: the province (GB/T 2260).
PROVINCES = (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55),
             *range(61, 66), 71, *range(81, 84))  # fmt: skip
_PROVINCE = f"(?:{'|'.join(map(str, PROVINCES))})"
_GAP = r"[ \-.]{0,2}"
_ID = re.compile(
    rf"(?<![0-9A-Za-z]){_PROVINCE}(?:{_GAP}\d){{4}}{_GAP}(?:1{_GAP}[89]|2{_GAP}0)(?:{_GAP}\d){{9}}"
    rf"{_GAP}[0-9Xx](?![0-9A-Za-z])"
)
#: Numbers of 15 digits, issued until 1999, carry no check: a word must say what they are.
_OLD_ID = re.compile(
    rf"(?<![0-9A-Za-z]){_PROVINCE}\d{{4}}(?:\d{{9}}|([ \-])\d{{6}}\1\d{{3}})(?![0-9A-Za-z])"
)
_ID_WORD = re.compile(
    r"(?:身份证|身分證|身份證|公民身份|证件|(?<![a-z])id ?card)(?:\([^()]{1,8}\))?"
    r"(?:号码?|號碼?|编号|編號|字号|字號| ?no\.?)?\W{0,4}(?:为|是|:)?\W{0,2}$",
    re.IGNORECASE,
)
_GAPS = re.compile(r"[ \-.]+")

#: Weights of the first seventeen digits and the check character for each remainder modulo 11
#: (GB 11643-1999, which is ISO 7064 MOD 11-2).
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"

_IBAN_START = re.compile(
    r"(?:(?<![0-9A-Za-z])|(?<=IBAN)|(?<=iban)|(?<=Iban))([A-Za-z]{2})(?=[ \-.]?\d[ \-.]?\d)"
)
_IBAN_CHARACTER = re.compile(r"[ \-./]{0,2}([0-9A-Za-z])")


def passes_luhn(digits: str) -> bool:
    """Checks the last digit of a card (ISO/IEC 7812-1, annex B).

    >>> passes_luhn("4111111111111111"), passes_luhn("4111111111111112")
    (True, False)
    """
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def find_cards(folded: Folded) -> Iterator[tuple[int, int]]:
    """Yields the spans of payment cards: an issuer's prefix and length, and the Luhn digit.

    Behind a word such as "card" or 卡号 any 12 to 19 digits with a Luhn digit are one. A number in
    a path, in a table, or behind a word such as "order" is none.

    >>> from corpus_pipeline.scrub.folding import fold
    >>> texts = "pay 4111-1111-1111-1111!", "order 4111111111111111", "6100 4150 6100 4350"
    >>> [list(find_cards(fold(text))) for text in texts]
    [[(4, 23)], [], []]
    """
    view, plain = folded.view, folded.plain
    for match in _CARD.finditer(view):
        start, end = match.span()
        digits = _SEPARATORS.sub("", match.group())
        if match.lastindex == 1 and len(digits) > 16 and not passes_luhn(digits):
            # What stands behind may be a date.
            end = view.rindex(match.group(1), start, end)
            digits = _SEPARATORS.sub("", view[start:end])
        if not 12 <= len(digits) <= 19 or not passes_luhn(digits) or not digits.strip("0"):
            continue
        before = plain[max(0, start - _CARD_CONTEXT) : start]
        said = _CARD_WORD.search(before) is not None
        if is_serial(plain, start) or is_quantity(plain, start, end):
            continue
        if not _stands_apart(view, start, end, said):
            continue
        if not said:
            grouped = match.lastindex is not None
            if not (_CARDS.fullmatch(digits) or (grouped and _GROUPED_CARDS.fullmatch(digits))):
                continue
            if _is_in_table(view, start, end, view[start:end]):
                continue
        yield start, end
    yield from _in_any_groups(view, plain)


def _stands_apart(view: str, start: int, end: int, said: bool) -> bool:
    """Says whether a card stands alone, or with a comma on either side, or a date behind it."""
    cell = view[start - 1 : start] == "," and view[end : end + 1] == ","
    begins = cell or begins_alone(view, start) or (said and view[start - 1 : start] in _GLUE)
    return begins and (
        cell or ends_alone(view, end) or (begins and view[end : end + 1] in (",", ":", "|"))
    )


def _in_any_groups(view: str, plain: str) -> Iterator[tuple[int, int]]:
    """Yields cards of known networks behind a word, in groups of any length."""
    for run in _RUN.finditer(view):
        start = run.start()
        if _CARD.match(view, start) or not _CARD_WORD.search(
            plain, max(0, start - _CARD_CONTEXT), start
        ):
            continue
        groups = [group.span() for group in _GROUP.finditer(view, *run.span())]
        digits = ""
        for begin, stop in groups:
            digits += view[begin:stop]
            if len(digits) > _MOST_DIGITS:
                break
            known = _CARDS.fullmatch(digits) or _GROUPED_CARDS.fullmatch(digits)
            if known and passes_luhn(digits):
                if _stands_apart(view, start, stop, said=True) or view[stop : stop + 1] == " ":
                    yield start, stop
                break


def _is_in_table(view: str, start: int, end: int, number: str) -> bool:
    """Says whether digits are numbers of a table: a neighbour is as long and no card, or the groups
    are round, as coordinates are."""
    separator = _SEPARATORS.search(number)
    if separator is None:
        longs = (_LONG_BEFORE.search(view, max(0, start - 20), start), _LONG_AFTER.match(view, end))
        return any(long is not None and not passes_luhn(long.group(1)) for long in longs)
    gap = re.escape(separator.group())
    before, after = view[max(0, start - 5) : start], view[end : end + 5]
    if re.search(rf"\d{{4}}{gap}$", before) or re.match(rf"{gap}\d{{4}}", after):
        return True
    return all(group.endswith("0") for group in _SEPARATORS.split(number))


def find_ibans(folded: Folded) -> Iterator[tuple[int, int]]:
    """Yields the spans of IBANs: structure of the country and modulo 97, in capitals or small
    letters, with spaces, dashes or dots between.

    >>> from corpus_pipeline.scrub.folding import fold
    >>> list(find_ibans(fold("gb82 west 1234-5698-7654 32, GB82WEST12345698765433")))
    [(0, 27)]
    """
    view = folded.view
    for match in _IBAN_START.finditer(view):
        wanted = IBAN_LENGTHS.get(match.group(1).upper(), 0) - 2
        characters, end = [match.group(1)], match.end()
        while wanted > 0 and (following := _IBAN_CHARACTER.match(view, end)):
            characters.append(following.group(1))
            end = following.end()
            wanted -= 1
        if (
            wanted == 0
            and not view[end : end + 1].isalnum()
            and is_iban("".join(characters).upper())
        ):
            yield match.start(), end


def find_resident_ids(folded: Folded) -> Iterator[tuple[int, int]]:
    """Yields the spans of resident identity numbers of 18 characters (GB 11643-1999): province,
    date of birth, check character; and those of 15 digits behind a word that says so.

    >>> from corpus_pipeline.scrub.folding import fold
    >>> list(find_resident_ids(fold("身份证110105 19491231 002X，110105194912310021")))
    [(3, 23)]
    """
    match = _ID.search(folded.view)
    while match is not None:
        number = _GAPS.sub("", match.group())
        total = sum(w * int(digit) for w, digit in zip(ID_WEIGHTS, number, strict=False))
        valid = ID_CHECKS[total % 11] == number[17].upper() and _is_date(number[6:14])
        if valid:
            yield match.span()
        match = _ID.search(folded.view, match.end() if valid else match.start() + 1)
    for match in _OLD_ID.finditer(folded.view):
        before = folded.plain[max(0, match.start() - 24) : match.start()]
        number = _GAPS.sub("", match.group())
        if _is_date("19" + number[6:12]) and _ID_WORD.search(before):
            yield match.span()


def _is_date(digits: str) -> bool:
    try:
        datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return True
