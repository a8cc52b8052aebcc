"""decode_bytes: precedence of the evidence, labels, damage."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.extract.charset import decode_bytes
from corpus_pipeline.extract.labels import codec_of
from corpus_pipeline.leniencies import LENIENCIES

LAW = "第一条 为了规范公司的组织和行为，保护公司、股东、职工和债权人的合法权益，制定本法。"
JAPANESE = "日本国憲法は、日本の現行憲法典である。①前文"
TAIWAN = "臺灣鐵路管理局提供的時刻表，請各位旅客參考。碁銹"
RUSSIAN = "Все люди рождаются свободными и равными в своем достоинстве и правах."


@pytest.mark.parametrize(
    ("data", "transport", "charset", "text"),
    [
        (b"", None, "utf-8", ""),
        (b"plain", None, "utf-8", "plain"),
        (b"plain", "no-such-charset", "utf-8", "plain"),
        (LAW.encode(), None, "utf-8", LAW),
        (LAW.encode(), "gb2312", "utf-8", LAW),
        ("é".encode(), None, "utf-8", "é"),
        ("é".encode(), "iso-8859-1", "cp1252", "Ã©"),
        (codecs.BOM_UTF8 + LAW.encode(), "gbk", "utf-8", LAW),
        (LAW.encode("utf-16"), None, "utf-16-le", LAW),
        (codecs.BOM_UTF16_BE + LAW.encode("utf-16-be"), "utf-8", "utf-16-be", LAW),
        (LAW.encode("utf-32"), None, "utf-32-le", LAW),
        (LAW.encode("utf-16-le"), "UTF-16", "utf-16-le", LAW),
        (LAW.encode("gb18030"), "GB2312", "gb18030", LAW),
        (LAW.encode("gbk"), None, "gb18030", LAW),
        (LAW.encode("gbk"), "utf-8", "gb18030", LAW),
        (LAW.encode("hz"), "hz-gb-2312", "hz", LAW),
        (TAIWAN.encode("big5hkscs"), "big5", "big5hkscs", TAIWAN),
        (JAPANESE.encode("cp932"), "shift_jis", "cp932", JAPANESE),
        (JAPANESE[:18].encode("iso2022_jp"), "iso-2022-jp", "iso2022_jp", JAPANESE[:18]),
        (JAPANESE[:18].encode("iso2022_jp"), None, "iso2022_jp", JAPANESE[:18]),
        (
            "한국어 문서입니다. 똠방각하".encode("cp949"),
            "euc-kr",
            "cp949",
            "한국어 문서입니다. 똠방각하",
        ),
        (RUSSIAN.encode("cp1251"), "windows-1251", "cp1251", RUSSIAN),
        (RUSSIAN.encode("koi8-r"), "koi8-r", "koi8-r", RUSSIAN),
        ("“quoted” – €5".encode("cp1252"), "iso-8859-1", "cp1252", "“quoted” – €5"),
    ],
)
def test_charset_and_text(data: bytes, transport: str | None, charset: str, text: str) -> None:
    assert decode_bytes(data, transport)[:3] == (text, charset, 0)


def test_a_page_names_its_charset_only_if_it_is_markup() -> None:
    page = b'<meta charset="big5">' + TAIWAN.encode("big5hkscs")
    assert decode_bytes(page, markup=True).charset == "big5hkscs"
    assert TAIWAN in decode_bytes(page, markup=True).text


def test_a_servers_default_yields_to_the_page() -> None:
    page = b'<meta charset="gb2312">' + LAW.encode("gbk")
    assert decode_bytes(page, "iso-8859-1", markup=True).charset == "gb18030"
    assert decode_bytes(page, "windows-1251", markup=True).charset == "cp1251"


def test_damage_is_counted() -> None:
    assert decode_bytes(b"abc\xff" * 3, "utf-8")[:3] != ("abc" * 3, "utf-8", 0)
    assert decode_bytes(LAW.encode()[:-1], "utf-8")[:3] == (LAW[:-1] + "\ufffd", "utf-8", 1)
    assert decode_bytes(b"\x00\x01text\x1b[0m\t\n").bad == 2


def test_characters_that_python_lacks() -> None:
    euc_jp = "株式".encode("euc_jp")
    for two, character in (
        (b"\xad\xa1", "①"),
        (b"\xad\xea", "㈱"),
        (b"\xad\xdf", "㍻"),
        (b"\xf9\xa1", "纊"),
    ):
        assert decode_bytes(euc_jp * 9 + two, "euc-jp")[:3] == (
            "株式" * 9 + character, "euc_jp", 0
        )  # fmt: skip
    assert decode_bytes(euc_jp * 99 + b"\xff", "euc-jp").bad == 1
    price = "价格：5".encode("gbk") + b"\x80 " + LAW.encode("gbk")
    assert decode_bytes(price, "gbk")[:3] == ("价格：5€ " + LAW, "gb18030", 0)


def test_unknown_labels_have_no_codec() -> None:
    assert [codec_of(label) for label in (None, "", "none", "replacement", "é")] == [None] * 5


@pytest.mark.parametrize(
    ("labels", "codec"),
    [
        ("utf8 UTF-8 unicode-1-1-utf-8 x-unicode20utf8", "utf-8"),
        ("unicode ucs-2 iso-10646-ucs-2 csunicode unicodefeff utf-16 utf-16le", "utf-16-le"),
        ("unicodefffe utf-16be", "utf-16-be"),
        ("ascii us-ascii latin1 iso-8859-1 windows-1252 x-user-defined cp819", "cp1252"),
        ("latin5 iso-8859-9 windows-1254", "cp1254"),
        ("gb2312 gbk gb18030 chinese x-gbk gb_2312-80 cp936", "gb18030"),
        ("big5 big5-hkscs x-x-big5 cn-big5 cp950", "big5hkscs"),
        ("shift_jis x-sjis windows-31j ms_kanji sjis", "cp932"),
        ("euc-jp x-euc-jp", "euc_jp"),
        ("euc-kr ks_c_5601-1987 ksc5601 korean windows-949 ks_c_5601", "cp949"),
        ("tis-620 iso-8859-11 windows-874", "cp874"),
        ("koi8-r koi", "koi8-r"),
        ("koi8-u koi8-ru", "koi8-u"),
        ("macintosh x-mac-roman", "mac-roman"),
        ("x-mac-cyrillic x-mac-ukrainian", "mac-cyrillic"),
        ("logical visual iso-8859-8-i hebrew", "iso8859-8"),
        ("arabic iso-8859-6-e asmo-708", "iso8859-6"),
        ("greek sun_eu_greek elot_928", "iso8859-7"),
        ("866 ibm866", "cp866"),
    ],
)
def test_labels_mean_what_browsers_take_them_to_mean(labels: str, codec: str) -> None:
    assert {codec_of(f" {label.upper()}\n") for label in labels.split()} == {codec}
    assert codecs.lookup(codec)


ENGLISH = "The town council met on Monday to talk about the bridge over the river. "


@pytest.mark.parametrize(
    "label",
    ["unicode", "ucs-2", "iso-10646-ucs-2", "unicodefffe", "csUnicode", "utf-16", "UTF-16BE"],
)
@pytest.mark.parametrize("by", ["transport", "meta", "xml"])
def test_utf_16_that_is_not(label: str, by: str) -> None:
    """WHATWG's rule for the charset that a label stands for, in a header, too."""
    head = {
        "transport": "",
        "meta": f'<meta http-equiv=Content-Type content="text/html; charset={label}">',
        "xml": f'<?xml version="1.0" encoding="{label}"?>',
    }[by]
    named = label if by == "transport" else None
    for text, codec in (
        (ENGLISH, "ascii"), (LAW, "utf-8"), (ENGLISH + "Café – déjà.", "utf-8"),
        (LAW * 4, "gb18030"), (RUSSIAN * 4, "cp1251"), (ENGLISH + "\0", "utf-8"),
    ):  # fmt: skip
        decoded = decode_bytes((head + text).encode(codec), named, markup=True)
        assert decoded.text == head + text
        assert "charset-not-utf-16" in decoded.leniencies


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text", [ENGLISH, LAW, RUSSIAN, "한국어 문서입니다. 똠방각하", "臺灣鐵路管理局"]
)
def test_utf_16_that_is(codec: str, text: str) -> None:
    page = f"<html><head><meta charset=unicode></head>\n<p>{text}</p></html>"
    for named in (None, "utf-16", codec.replace("16-", "16"), "iso-8859-1"):
        assert decode_bytes(page.encode(codec), named, markup=True)[:3] == (page, codec, 0)
    # Without mark-up, spaces or line ends there is no NUL.
    assert decode_bytes(text.encode(codec), codec.replace("16-", "16"))[:2] == (text, codec)


UTF8_TEXTS = [
    LAW,
    TAIWAN,
    JAPANESE,
    RUSSIAN,
    "한국어 문서입니다. 오늘은 날씨가 좋습니다.",
    "L'été dernier, nous étions à la mer; après le dîner, tout le monde était fatigué.",
    "Příliš žluťoučký kůň úpěl ďábelské ódy na loukách.",
    "Οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι.",
    "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกัน",
    "يولد جميع الناس أحرارًا متساوين في الكرامة",
    "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar.",
    "“Quoted” – and the rest of it is plain English, as most pages are.",
]
DAMAGES = {
    "first": lambda text: b"\xe9 " + text,
    "middle": lambda text: (
        text[: text.index(b" ") + 1 or 3] + b"\xf6" + text[text.index(b" ") + 1 :]
    ),
    "last": lambda text: text + b"\x92",
    "cut": lambda text: text + "好".encode()[:2],
    "NUL": lambda text: text + b"\0",
    "overlong": lambda text: text + b"\xc0\x80",
    "surrogates": lambda text: text + b"\xed\xa0\xbd\xed\xb8\x80",
    "three": lambda text: b"\xe9" + text + b"\x93 a\xf6",
}
LEGACY = [
    None, "iso-8859-1", "windows-1252", "iso-8859-15", "windows-1250", "iso-8859-2", "windows-1251",
    "koi8-r", "windows-1254", "windows-1256", "windows-874", "ibm866", "gbk", "gb18030", "big5",
    "shift_jis", "euc-jp", "euc-kr", "utf-16", "iso-2022-jp", "utf-8", "klingon",
]  # fmt: skip


@pytest.mark.parametrize("charset", LEGACY)
@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_utf8_is_utf8(damage: str, charset: str | None) -> None:
    for text in UTF8_TEXTS:
        data = DAMAGES[damage]((text + " " + text).encode())
        for head in (b"", f'<html><meta charset="{charset}"><p>'.encode()):
            named = None if head else charset
            decoded = decode_bytes(head + data, named, markup=bool(head))
            assert decoded[:2] == ((head + data).decode("utf-8", "replace"), "utf-8"), text
            assert "charset-bad-bytes" in decoded.leniencies


OTHER_TEXTS = [
    ("gbk", LAW), ("gbk", "没路"), ("gbk", "欢迎光临"), ("big5", TAIWAN[:10]), ("big5", "首頁"),
    ("shift_jis", JAPANESE), ("euc-jp", JAPANESE[:11]), ("euc-kr", "한국어 문서입니다."),
    ("euc-kr", "대한민국"), ("windows-1251", RUSSIAN), ("koi8-r", RUSSIAN), ("ibm866", RUSSIAN),
    ("iso-8859-5", RUSSIAN), ("windows-1251", "Він і «СССР»"), ("koi8-u", "Він їде"),
    ("windows-1252", "„Spaß“"), ("windows-1252", "CAFÉ»"), ("windows-1252", "AMANHÃ\xa0"),
    ("windows-1252", "Only one café."), ("windows-1252", "déjà vu, naïve"), ("iso-8859-15", "5 €"),
    ("windows-1250", "ČŠ Žižkov"), ("iso-8859-2", "Łódź"), ("windows-1253", "Οι άνθρωποι"),
    ("windows-1254", "Şişli'de eşit doğar"), ("windows-1255", "כל בני האדם"),
    ("windows-1256", "يولد جميع الناس"), ("windows-874", "มนุษย์ทั้งหลาย"),
    ("windows-1257", "Visi žmonės"),
    ("windows-1258", "Tât ca moi ngươi"), ("macintosh", "L'été à Besançon"),
]  # fmt: skip


@pytest.mark.parametrize(("label", "text"), OTHER_TEXTS)
def test_other_charsets_stay_what_they_are(label: str, text: str) -> None:
    codec = codec_of(label)
    assert codec is not None
    for before in ("", ENGLISH, "<html><body><p>" + ENGLISH * 9):
        for times in (1, 20):
            page = before + f"{text} " * times
            assert decode_bytes(page.encode(codec), label, markup=True)[:3] == (page, codec, 0)


@pytest.mark.parametrize(
    ("data", "transport", "names"),
    [
        (b"plain", None, ()),
        (b"plain", "klingon", ("charset-unknown",)),
        (LAW.encode(), "utf-8", ()),
        (LAW.encode(), None, ("charset-guessed",)),
        (LAW.encode(), "big5", ("charset-overruled",)),
        (LAW.encode("gbk"), "gbk", ()),
        (LAW.encode("gbk"), None, ("charset-guessed",)),
        (LAW.encode("gbk"), "utf-8", ("charset-overruled",)),
        (LAW.encode() + b"\xff", "utf-8", ("charset-bad-bytes",)),
        (b'<meta charset="gbk">' + LAW.encode("gbk"), "iso-8859-1", ("charset-page-first",)),
        (b'<meta charset="x"><meta charset="gbk">' + LAW.encode("gbk"), None, ("charset-unknown",)),
        (codecs.BOM_UTF8 + LAW.encode(), "gbk", ()),
    ],
)
def test_leniencies(data: bytes, transport: str | None, names: tuple[str, ...]) -> None:
    assert decode_bytes(data, transport, markup=True).leniencies == names
    assert set(names) <= set(LENIENCIES)


LABELS = ["utf-8", "gb2312", "big5", "shift_jis", "euc-jp", "iso-2022-jp", "hz", "utf-16", "euc-kr"]


@given(st.binary(max_size=200), st.none() | st.sampled_from(LABELS) | st.text(max_size=8))
def test_never_raises_and_always_gives_valid_text(data: bytes, label: str | None) -> None:
    decoded = decode_bytes(data, label, markup=True)
    decoded.text.encode()
    assert 6 * decoded.bad >= decoded.text.count("\ufffd")


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\ufffd")))
def test_utf8_comes_back(text: str) -> None:
    assert decode_bytes(text.encode())[:3] == (text, "utf-8", 0)
