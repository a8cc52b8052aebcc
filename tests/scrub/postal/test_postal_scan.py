"""The scan for places where an address could be."""

import pyarrow as pa
import pytest

from corpus_pipeline.scrub.postal.scan import find_windows
from corpus_pipeline.text.columns import utf8_buffers


def windows(text: str) -> list[str]:
    column = utf8_buffers(pa.array([text]))
    found = find_windows(column)
    return [
        column.data[start:end].tobytes().decode()
        for start, end in zip(found.starts, found.ends, strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at 12 Oak Street, they", ["12 Oak Street"]),
        ("in der Hauptstraße 5 ist", ["Hauptstraße 5"]),
        ("rue de la Paix 12", ["rue de la Paix 12"]),
        ("Box 12", ["Box 12"]),
        ("she lives at Ombu 12", ["12"]),
        ("Ombu 12, 10115 Ulm", ["12, 10115"]),
        ("Grammova 8\n777 63 Lhota", ["8\n777 63"]),
        ("Holly\nS6 7LJ", ["6"]),
    ],
)
def test_candidates(text: str, expected: list[str]) -> None:
    assert windows(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "the year 1999 and 12 cars, 3.14 and 1,000",
        "1. Street food\n2. Road works",
        "x[12] = Address32; name_12 = 5",
        "On 4 July 1976 in Boston",
        "COVID-19 Street",
        "",
    ],
)
def test_no_candidates(text: str) -> None:
    assert windows(text) == []


def test_windows_stay_in_their_row() -> None:
    texts = ["ends with 12", " Oak Street begins", "12 Oak Street"]
    found = find_windows(utf8_buffers(pa.array(texts)))
    assert found.rows.tolist() == [2]


def test_windows_are_bounded() -> None:
    found = find_windows(utf8_buffers(pa.array(["12 Oak Street " * 2000])))
    assert (found.ends - found.starts).max() < 1200
