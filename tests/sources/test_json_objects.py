"""Numbers of JSON keep their digits, and which of them can be ids."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.sources.json_objects import columns_of
from corpus_pipeline.sources.records import ReadOptions

LONG = "123456789012345678901234567890"
LONGEST = "7" * 5000


def _columns(line: str) -> dict[str, Any]:
    found = columns_of(line.encode(), ReadOptions())
    assert found is not None
    return found


@pytest.mark.parametrize("beside", ["", ', "score": NaN', ', "lone": "\\ud800"', ', "文": "中"'])
@pytest.mark.parametrize(
    ("written", "id_"),
    [
        ("7", "7"),
        ("-7", "-7"),
        ("-0", "0"),
        ("9223372036854775807", "9223372036854775807"),
        ("18446744073709551615", "18446744073709551615"),
        ("18446744073709551616", "18446744073709551616"),
        ("-9223372036854775809", "-9223372036854775809"),
        (LONG, LONG),
        (LONGEST, LONGEST),
        ('"007"', "007"),
        ("7.0", None),
        ("1e3", None),
        ("1e30", None),
        ("1e999", None),
        ("true", None),
        ("null", None),
        ("NaN", None),
        ("[1]", None),
        ('{"a": 1}', None),
    ],
)
def test_ids_are_strings_and_integers_of_any_length(
    written: str, id_: str | None, beside: str
) -> None:
    columns = _columns(f'{{"id": {written}, "text": "一"{beside}}}')
    assert columns.get("id") == id_
    assert columns["text"] == "一".encode()
    if id_ is None:
        assert "id" in json.loads(columns["metadata"])
    # The same where there is no text to be had.
    assert _columns(f'{{"id": {written}, "text": null{beside}}}').get("id") == id_


@pytest.mark.parametrize("beside", ["", ', "score": NaN'])
@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (LONG, LONG),
        (f"-{LONG}", f"-{LONG}"),
        (LONGEST, LONGEST),
        ("18446744073709551615", "18446744073709551615"),
        ("18446744073709551616", "18446744073709551616"),
        ("1e999", "1e999"),
        ("-1E+400", "-1E+400"),
        ("1e-999", "0.0"),
        ("1e30", "1e+30"),
        (f"1{LONGEST}.5", f"1{LONGEST}.5"),
        ("0.1", "0.1"),
        ("2.5", "2.5"),
        ("-0", "0"),
        ("-0.0", "-0.0"),
        ("NaN", "null"),
        ("-Infinity", "null"),
    ],
)
def test_other_fields_keep_their_digits(written: str, kept: str, beside: str) -> None:
    for value, found in ((written, kept), (f'[{{"n": {written}}}]', f'[{{"n":{kept}}}]')):
        metadata = _columns(f'{{"text": "一", "a": {value}{beside}}}')["metadata"].decode()
        rest = ',"score":null' if beside else ""
        assert metadata == f'{{"a":{found}{rest}}}'


_NUMBERS = st.integers(-(10**40), 10**40) | st.floats(allow_nan=False, allow_infinity=False)


@given(st.dictionaries(st.sampled_from("abcd"), _NUMBERS | st.lists(_NUMBERS, max_size=3)))
def test_numbers_come_back_as_they_were(fields: dict[str, Any]) -> None:
    columns = _columns(json.dumps({"text": "1e30:-0", **fields}))
    assert json.loads(columns.get("metadata", "{}")) == fields


def test_fields_are_named_where_the_text_is_missing() -> None:
    columns = _columns('{"内容": "文", "id": 1, "url": "u", "tags": []}')
    assert columns["drop_reason"] == "read-missing-text"
    assert json.loads(columns["metadata"])["fields"] == "id, url, 内容, tags[]"
    many = _columns(json.dumps({f"field{n}": n for n in range(99)}))
    assert json.loads(many["metadata"])["fields"].endswith("field19, ...")
