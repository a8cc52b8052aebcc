"""What stands around a number: whether it stands alone, and what the words say it is."""

import re

from corpus_pipeline.scrub.folding import MARK

#: The end of a file's name: 13812345678.jpg
_FILE_END = re.compile(r"\.[a-z][a-z0-9]{1,4}(?![\w])")

#: Units, after a number.
_UNIT = re.compile(
    # A measure word, and not the beginning of an address.
    r"\s?(?:%|‰|°|℃|元|美元|欧元|人民币|亿|万(?![达科])|千|人(?!民)|次|个|個|条|件|"
    r"台(?![湾灣北中南东東州])|字节|字節|位(?!于)|行(?!政)|円|원|"
    r"(?:px|ms|ns|us|bytes?|bits?|[KMGT]i?B|kg|km|mm|cm|Hz|USD|EUR|RMB|CNY|GBP|dollars?|euros?|users?|"
    r"people|rows?|lines?|tokens?|documents?|views?|times|years?|days|hours|minutes|seconds|"
    r"million|billion|shares|votes|miles|units)(?![A-Za-z]))"
)
_CURRENCY = "$€£¥₹￥₩฿₽"


def begins_alone(view: str, start: int) -> bool:
    """Says whether a number is not the end of a longer number, a word or a path.

    Behind `_`, `/` or `-` it may begin if what is before that is a letter of Chinese and the like,
    an identifier already found, a space, or nothing in the case of a mark of emphasis.

    >>> [begins_alone(text, len(text)) for text in ("a ", "_", "x/", "3.", "=")]
    [True, True, False, False, False]
    """
    before, outer = view[start - 1 : start], view[start - 2 : start - 1] if start > 1 else ""
    if before.isalnum() or (before and before in "#=&%@\\"):
        return False
    if before and before in ".,:" and outer.isdecimal():
        return False
    if before == "_":
        return not outer.isalnum()
    if before and before in "/-":
        return outer in (MARK, " ")
    return True


def ends_alone(view: str, end: int) -> bool:
    """Says whether a number is not the start of a longer number, a word or a file's name.

    >>> [ends_alone(text, 0) for text in ("", ".", "__", "a", ".5", ".jpg", "-a")]
    [True, True, True, False, False, False, False]
    """
    after, beyond = view[end : end + 1], view[end + 1 : end + 2]
    if after.isalnum() or (after and after in "%@°"):
        return False
    if after and after in ".,:" and beyond.isdecimal():
        return False
    if after == "_" and beyond == "_":
        return True
    if after and after in "_/-=+" and beyond.isalnum():
        return False
    return _FILE_END.match(view, end) is None


def stands_alone(view: str, start: int, end: int) -> bool:
    """Says whether a number both begins and ends alone."""
    return begins_alone(view, start) and ends_alone(view, end)


def is_quantity(plain: str, start: int, end: int) -> bool:
    """Says whether a unit follows a number or a currency stands before it.

    >>> is_quantity("18812345678元", 0, 11), is_quantity("US$ 41", 4, 6), is_quantity("电话8", 2, 3)
    (True, True, False)
    """
    before = plain[max(0, start - 2) : start].rstrip()
    return (bool(before) and before[-1] in _CURRENCY) or _UNIT.match(plain, end) is not None


#: Words that say that a number names something other than a person's line or account.
_SERIAL = re.compile(
    r"(?:(?<![a-z])(?:order|orders|tracking|invoice|ticket|case|issue|serial|s/n|sku|isbn(?:-?1[03])?|"
    r"issn|doi|arxiv|ean|upc|gtin|imei|asin|patent|ref|reference|transaction|batch|build|commit|hash|"
    r"nonce|seed|key|token|checksum|uuid|guid|oid|uid|id|ids|timestamp|time|date|ssn|passcode|passport|"
    r"pin|zip|pmid|version|ver|port|index|offset|size|length|count|total|qq|vin|pp|"
    r"parts?|models?|items?|lots?|units?|products?|cat|catalogue?|drawing|dwg|claim|policy|docket|"
    r"contract|permit|licen[cs]e|certificate|cert|bar|sbn|po|p/n|sn|standard|"
    r"commande|facture|réf|référence|dossier|colis|bestellung|bestellnummer|auftrag|rechnung|kundennummer|"
    r"pedido|factura|fatura|ordine|fattura|zamówienie|faktura|bestelling|factuur|заказ|счет|счёт)"
    r"|订单|訂單|单号|單號|快递|快遞|运单|運單|物流|编号|編號|编码|編碼|流水|批号|批號|序列号|序列號|版本|"
    r"时间戳|時間戳|问题|註冊號|注册号|许可证|税号|信用代码|校验失败|合同|发票|條碼|条码|주문번호|송장|운송장|注文|伝票|受付"
    # Standards by their number and year.
    r"|(?-i:(?<![A-Za-z])(?:(?:GB|YY|JB|QB|NY|SJ|HJ|YD|JT|HG|CJ|LY|SN)(?:/[TZ])?|"
    r"ISO|IEC|ISO/IEC|DIN|ASTM|ANSI|IEEE|JIS))(?=[ -])"
    r"|(?-i:(?<![А-Я])ГОСТ)"
    r")"
    r"(?:[\s_\-]?(?:numbers?|nos?|nr|num|ids?|code|n[°º]|号码?|號碼?|为|是|：|は|が))*[\s\"'`:：=#.()\[\]<>_\-]{0,4}"
    # The first of a range of them.
    r"(?:\d[\d \-]{3,16} ?(?:to|through|thru|and|or|bis|à|a|–|—) ?)?$",
    re.IGNORECASE,
)
SERIAL_CONTEXT = 32


def is_serial(plain: str, start: int) -> bool:
    """Says whether the word before a number names an order, a book, a time, a version or the like.

    >>> [is_serial(t, len(t)) for t in ("订单号", "ISBN: ", '"nonce": "', "call ", "valid ")]
    [True, True, True, False, False]
    """
    return _SERIAL.search(plain[max(0, start - SERIAL_CONTEXT) : start]) is not None
