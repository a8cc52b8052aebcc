"""Numbers and mail addresses: windows find what reading the whole text finds."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.scrub.actions import Actions, Rule
from corpus_pipeline.scrub.candidates import ALL_KINDS, ENTITIES
from corpus_pipeline.scrub.columns import PII_MEASURES
from corpus_pipeline.scrub.detectors import (
    Detectors,
    Finding,
    cover,
    load_detectors,
    resolve_overlaps,
)
from corpus_pipeline.scrub.finding import Finders, load_finders
from corpus_pipeline.scrub.numbers import find_spans
from corpus_pipeline.scrub.scrubbing import Scrubbed, scrub_texts
from corpus_pipeline.scrub.spans import FinderOptions

DETECTORS: list[Detectors] = []
FINDERS: dict[FinderOptions, Finders] = {}


def detectors() -> Detectors:
    if not DETECTORS:
        DETECTORS.append(load_detectors())
    return DETECTORS[0]


def scrub(
    texts: pa.Array, template: str = "<{entity}>", *, keep_private_ips: bool = True
) -> Scrubbed:
    """Scrubs numbers and mail addresses alone."""
    options = FinderOptions(keep_private_ips=keep_private_ips)
    if options not in FINDERS:
        FINDERS[options] = load_finders(ENTITIES, options)
    return scrub_texts(texts, FINDERS[options], Actions([Rule(placeholder=template)]))


TABLE = [
    ("", ""),
    ("nothing here", "nothing here"),
    ("手机号13812345678，谢谢", "手机号<PHONE_NUMBER>，谢谢"),
    (
        "刘\t11010519491231002X\t151-2247-8271\tli@example.net\n",
        "刘\t<CN_ID>\t<PHONE_NUMBER>\t<EMAIL_ADDRESS>\n",
    ),
    ("发送邮件至li@example.org或致电", "发送邮件至<EMAIL_ADDRESS>或致电"),
    ("服务器93.184.216.34在2002年", "服务器<IP_ADDRESS>在2002年"),
    ("请汇入4111111111111111，户名", "请汇入<CREDIT_CARD>，户名"),
    ("IBAN GB82 WEST 1234 5698 7654 32.", "IBAN <IBAN_CODE>."),
    ("13812345678@example.com", "<EMAIL_ADDRESS>"),
    ("＋８６１３８１２３４５６７８ ok", "<PHONE_NUMBER> ok"),
    # Brackets, emphasis and links stay whole; nothing of an identifier is left.
    ("([tel](tel:+12024180069))", "([tel](tel:<PHONE_NUMBER>))"),
    ("(+1 202 418 0069)", "(<PHONE_NUMBER>)"),
    (
        '<a href="mailto:li@example.com">_li@example.com_</a>',
        '<a href="mailto:<EMAIL_ADDRESS>">_<EMAIL_ADDRESS>_</a>',
    ),
    ("邮箱li@example.comTel:13812345678", "邮箱<EMAIL_ADDRESS>Tel:<PHONE_NUMBER>"),
    ("li\u200bwei@exam\u00adple.com", "<EMAIL_ADDRESS>"),
    (
        "li@example.com\u200b13812345678\u200b13912345678",
        "<EMAIL_ADDRESS>\u200b<PHONE_NUMBER>\u200b<PHONE_NUMBER>",
    ),
    ("卡４１１１\u30001111\u20091111\u202f1111", "卡<CREDIT_CARD>"),
    ("版本7.16.32，编号430211197910167415，共63367.71元", None),
    ("127.0.0.1 10.1.2.3 192.168.100.200 ::1 255.255.255.0", None),
]


def test_table() -> None:
    texts = pa.array([text for text, _ in TABLE])
    expected = [text if scrubbed is None else scrubbed for text, scrubbed in TABLE]
    assert scrub(texts).texts.to_pylist() == expected
    # Each row alone gives the same: nothing leaks from row to row.
    alone = [scrub(texts.slice(i, 1)).texts[0].as_py() for i in range(len(texts))]
    assert alone == expected


def test_counts_and_nulls() -> None:
    texts = pa.array(["13812345678 13912345678 a@example.cn", None, "", "93.184.216.34"])
    scrubbed = scrub(texts)
    assert scrubbed.counts.schema.equals(PII_MEASURES, check_metadata=True)
    counts = scrubbed.counts.to_pydict()
    assert set(map(tuple, (counts.pop(name) for name in PII_MEASURES.names[6:]))) == {
        (0, None, 0, 0)
    }
    assert counts == {
        "pii_email": [1, None, 0, 0],
        "pii_phone": [2, None, 0, 0],
        "pii_ip": [0, None, 0, 1],
        "pii_credit_card": [0, None, 0, 0],
        "pii_iban": [0, None, 0, 0],
        "pii_cn_id": [0, None, 0, 0],
    }
    assert scrubbed.texts.null_count == 1
    assert scrubbed.texts.type == pa.string()
    scrubbed.texts.validate(full=True)


@pytest.mark.parametrize(
    "texts", [pa.array([], pa.string()), pa.array([None, None], pa.string()), pa.array(["无"])]
)
def test_nothing_found_returns_the_column(texts: pa.Array) -> None:
    scrubbed = scrub(texts)
    assert scrubbed.texts is texts
    assert scrubbed.counts.num_rows == len(texts)


def test_slices() -> None:
    texts = pa.array(["a@example.cn", "b@example.cn", None, "c@example.cn尾", "x"]).slice(1, 3)
    assert scrub(texts).texts.to_pylist() == [
        "<EMAIL_ADDRESS>",
        None,
        "<EMAIL_ADDRESS>尾",
    ]


def test_scrubbing_twice_finds_nothing_more() -> None:
    once = scrub(pa.array([text for text, _ in TABLE])).texts
    assert scrub(once).texts.equals(once)


def test_options() -> None:
    texts = pa.array(["at 127.0.0.1 and 93.184.216.34"])
    assert scrub(texts, "[{entity}]", keep_private_ips=False).texts.to_pylist() == [
        "at [IP_ADDRESS] and [IP_ADDRESS]"
    ]
    assert scrub(texts, "").texts.to_pylist() == ["at 127.0.0.1 and "]


def spans_by_windows(text: str) -> list[tuple[int, int, str]]:
    spans = find_spans(pa.array([text]), detectors(), keep_private_ips=False)
    data = text.encode()
    return [
        (len(data[:start].decode()), len(data[:end].decode()), ENTITIES[entity])
        for start, end, entity in zip(
            spans.starts.tolist(), spans.ends.tolist(), spans.entities.tolist(), strict=True
        )
    ]


def spans_by_whole_text(text: str) -> list[tuple[int, int, str]]:
    """The obvious twin: every recognizer reads everything, and no gate is asked."""
    kept = resolve_overlaps(detectors().find_checked(text, ALL_KINDS))
    phones = resolve_overlaps(detectors().find_phones(cover(text, kept)))
    findings: list[Finding] = sorted(kept + phones)
    return [(start, end, ENTITIES[entity]) for start, end, entity in findings]


IDENTIFIERS = st.sampled_from(
    [
        "13812345678",
        "138-1234-5678",
        "138\u202f1234\u20115678",
        "４００－８２０－８８２０",
        "1-800-FLOWERS",
        "li [at] example [dot] com",
        "+86 138 1234 5678",
        "(202) 418-0069",
        "020 7946 0958",
        "030 901820",
        "1-209-255-1000 ext. 42;",  # an extension may run into the next number
        "010-30142250",
        "2125552368",
        "11010519491231002X",
        "430211197910167415",
        "4111 1111 1111 1111",
        "4111111111111111",
        "6011000990139424",
        "GB82WEST12345698765432",
        "DE89 3704 0044 0532 0130 00",
        "93.184.216.34",
        "12.34.56.78",
        "2606:4700::1111",
        "2606:4700:4700:0:0:0:0:1111",
        "::ffff:93.184.216.34",
        "93.184.216.0/24",
        "li.wei@example.cn",
        "o'brien@mail.example.co.uk",
        "josé@example.com",
        "2019-05-12",
        "2019-05-12 10:30",
        "1.2.3.4",
        "3.14159265",
        "872223264",
        "ab::cd",
    ]
)
FILLERS = st.sampled_from(
    [
        *("", " ", ", ", "\n", "\t", "     ", "/", ".", ":", "-", "=", "id=", " (", ") ", "v", "x"),
        *("\u200b", "_", "**", "，", " or ", " office ", " fax", "Tel"),
        *(" version ", " phone: ", "word " * 12, "é", "😀", "。", "，电话", "手机", "版本", "号"),
        *("の", "ー", "한국", "字" * 40),
    ]
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.tuples(FILLERS, IDENTIFIERS), max_size=5), FILLERS)
def test_windows_find_what_the_whole_text_shows(pieces: list[tuple[str, str]], tail: str) -> None:
    text = "".join(filler + identifier for filler, identifier in pieces) + tail
    assert spans_by_windows(text) == spans_by_whole_text(text)


@given(st.lists(st.text(alphabet="0123456789 -.:@+()xXaFGB中é。", max_size=40), max_size=4))
@settings(max_examples=150, deadline=None)
def test_any_text_stays_valid_and_is_accounted_for(rows: list[str]) -> None:
    texts = pa.array(rows, pa.string())
    scrubbed = scrub(texts, "\x00{entity}")
    scrubbed.texts.validate(full=True)
    for before, after, counts in zip(
        rows, scrubbed.texts.to_pylist(), scrubbed.counts.to_pylist(), strict=True
    ):
        assert after.count("\x00") == sum(counts.values())
        if not sum(counts.values()):
            assert after == before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RSVP to li@example.org or 0113 999 1138.", "0113 999 1138"),
        ("li@example.org, 5007 6408", "5007 6408"),
        ("0043506 863 · li@example.org", "0043506 863"),
        ("li@example.org 2019-05-12", None),
        ("li@example.org of 12345-6789", None),
    ],
)
def test_a_mail_address_announces_what_is_beside_it(text: str, expected: str | None) -> None:
    spans = find_spans(pa.array([text]), load_detectors(["EMAIL_ADDRESS", "PHONE_NUMBER"]))
    found = [
        text.encode()[start:end].decode()
        for start, end, entity in zip(spans.starts, spans.ends, spans.entities, strict=True)
        if entity == 1
    ]
    assert found == ([expected] if expected else [])
