"""A heading announces the numbers of its column."""

import pyarrow as pa
import pytest

from corpus_pipeline.scrub.detectors import Detectors, load_detectors
from corpus_pipeline.scrub.numbers import find_spans


@pytest.fixture(scope="module")
def detectors() -> Detectors:
    return load_detectors(["EMAIL_ADDRESS", "PHONE_NUMBER"])


def found(text: str, detectors: Detectors) -> list[str]:
    data = text.encode()
    spans = find_spans(pa.array([text]), detectors)
    return [
        data[start:end].decode()
        for start, end, entity in zip(
            spans.starts.tolist(), spans.ends.tolist(), spans.entities.tolist(), strict=True
        )
        if entity == 1
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name,phone,town\nAnn,5550123,Rye\nBob,5550124,Rye", ["5550123", "5550124"]),
        ("Name;Telefon\nWeber;(0551)-482913\n", ["(0551)-482913"]),
        ("이름,전화번호,차량번호\n김유진,033-043-1067,37나 2171", ["033-043-1067"]),
        ("姓名\t电话\t车牌\n王伟\t77981234\t京A12345", ["77981234"]),
        ("| Name | Mobile |\n|---|---|\n| Ann | 55501 234 |", ["55501 234"]),
        ('id,"tel"\n1,"5550123"\n', ["5550123"]),
        ("a,b,tel\n1,a@b.cn,+5550123000", ["+5550123000"]),
        # Columns of fixed width, with a rule below the names, and a title above.
        ("Team list\nName       Phone\n-----      -----\nAnn Lee    555 0123\n", ["555 0123"]),
        ("Name       Phone     Order\nAnn Lee    5550123   5550199\n", ["5550123"]),
        # A comma in quotes parts no cells; a line with other cells is none of the table.
        ('id,"a, b",tel\n1,"c, d",5550123\n', ["5550123"]),
        ("id,tel\n1,5550123,5550124\n", []),
        # Of another column, of no table, below a blank line, behind words.
        ("phone,order\n12,5550123", []),
        ("name,phone\nAnn,1\n\nid,n\n1,5550123", []),
        ("name,phone\nAnn,no 5550123 x", []),
        ("name,phone\nAnn,2019-05-12\nBob,1.5000000", []),
        ("order,total\n5550123,5550124", []),
    ],
)
def test_cells(text: str, expected: list[str], detectors: Detectors) -> None:
    assert found(text, detectors) == expected


def test_a_line_of_many_cells_is_read_once(detectors: Detectors) -> None:
    text = "name,phone\n" + "5550123," * 20_000
    # Of a line with more cells than names nothing is known.
    assert found(text, detectors) == []
