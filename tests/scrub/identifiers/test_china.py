"""Licence plates, passports, permits, codes of firms and identity cards of China and neighbours."""

import pyarrow as pa
import pytest

from corpus_pipeline.scrub.entities import ENTITIES as NAMES
from corpus_pipeline.scrub.identifiers.china import ENTITIES, find_china
from corpus_pipeline.text.columns import utf8_buffers

PLATES = [
    ("车牌号为粤B·02SXP的车辆", ["粤B·02SXP"]),
    ("京A12345，沪A·LN492", ["京A12345", "沪A·LN492"]),
    ("粤ＢＤ１２３４５、苏A 12345D", ["粤ＢＤ１２３４５", "苏A 12345D"]),
    ("粤Z·1234港；京A1234警；冀A1234学", ["粤Z·1234港", "京A1234警", "冀A1234学"]),
    ("号牌湘EPPEAN；驾驶湘EPPEAN，湘EPPEAN小型轿车", ["湘EPPEAN"] * 3),
    ("粤b12345，粤bcdefg", ["粤b12345"]),
    ("京A•12345", ["京A•12345"]),
    ("京·A12345，京A·1234应急", ["京·A12345", "京A·1234应急"]),
    ("使012·578号轿车", ["使012·578"]),
    ("号牌新-A12345", ["新-A12345"]),
    ("新-A12345型，使123456人受益", []),
    ("最新A12345型，阿里云B12345", []),
    ("新PLANE，川A股票12345，云API", []),
    ("京A1234567，京A1234", []),
]
NUMBERS = [
    ("护照号：E12345678，护照号码 EA1234567", ["E12345678", "EA1234567"]),
    ("护照E1234567890，照片E12345678", []),
    ("往来港澳通行证号码C12345678；台胞证：01234567", ["C12345678", "01234567"]),
    ("通行证办理须知12345678901234", []),
    ("统一社会信用代码：91350100M000100Y43", ["91350100M000100Y43"]),
    ("91350100M000100Y44，412720519984971777", []),
    ("身分證字號A123456789，A123456788", ["A123456789"]),
    ("型號 X-A123456789", []),
    ("HKID: A123456(3), a123456(3), A123456(7)", ["A123456(3)"]),
    ("香港身份证AB9876543", ["AB9876543"]),
    ("Ａ１２３４５６（３）", ["Ａ１２３４５６（３）"]),
    ("マイナンバーは1234 5678 9018です", ["1234 5678 9018"]),
    ("個人番号：123456789018", ["123456789018"]),
    ("個人番号：123456789012、電話番号123456789018", []),
]


def _found(texts: list[str | None], wanted: frozenset[str] = ENTITIES) -> list[list[str]]:
    text = utf8_buffers(pa.array(texts, pa.string()))
    spans = find_china(text, wanted)
    found: list[list[str]] = [[] for _ in texts]
    for row, start, end in zip(spans.rows, spans.starts, spans.ends, strict=True):
        # A span that cuts a character does not decode.
        found[row].append(text.data[start:end].tobytes().decode())
    return found


@pytest.mark.parametrize(("text", "expected"), [*PLATES, *NUMBERS])
def test_identifiers(text: str, expected: list[str]) -> None:
    assert _found([text])[0] == expected


def test_a_text_has_the_same_identifiers_whatever_its_neighbours() -> None:
    texts = [text for text, _ in (*PLATES, *NUMBERS)]
    assert _found([None, *texts, ""]) == [[], *(_found([text])[0] for text in texts), []]


def test_what_is_not_wanted_is_not_found() -> None:
    text = "京A12345的车主，身分證字號A123456789"
    assert _found([text], frozenset(["TW_ID"])) == [["A123456789"]]


def test_all_entities_are_in_the_table() -> None:
    assert set(NAMES) >= ENTITIES


@pytest.mark.parametrize("unit", ["京A", "护照", "京A12345", "1", "A123456(", "通行证A"])
def test_repetition_yields_few_characters_twice(unit: str) -> None:
    spans = find_china(utf8_buffers(pa.array([unit * 2000])), ENTITIES)
    assert (spans.starts[1:] >= spans.ends[:-1]).all()
