"""Numbers of JSON keep their digits, and which of them can be ids."""

import io
import json
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.sources.json_objects import columns_of
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.reading import read_piece
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


@pytest.mark.parametrize(
    ("fields", "metadata"),
    [
        ({"metadata": '{"来源": "百科", "year": 1911}'}, {"来源": "百科", "year": 1911}),
        ({"meta": ' {"a": [1, {"b": null}]}\n', "n": 1}, {"a": [1, {"b": None}], "n": 1}),
        ({"metadata": '{"lang": "en"}', "lang": "zh"}, {"lang": "zh", "metadata.lang": "en"}),
        ({"metadata": '{"a": 1}', "meta": '{"a": 2}'}, {"a": 1, "meta.a": 2}),
        ({"metadata": '{"metadata": "x"}'}, {"metadata": "x"}),
        ({"metadata": '{"score": NaN}'}, {"score": None}),
        ({"metadata": "{}", "n": 1}, {"n": 1}),
        # What is no object stays, and so does what other fields hold.
        *(
            ({"metadata": text}, {"metadata": text})
            for text in ("", "[1]", '{"a"', "{a}", "1", "null", '{"a": ' * 300 + "1" + "}" * 300)
        ),
        ({"metadata": {"a": 1}}, {"metadata": {"a": 1}}),
        ({"output": '{"a": 1}'}, {"output": '{"a": 1}'}),
    ],
)
def test_json_text_of_an_object_becomes_fields(
    fields: dict[str, Any], metadata: dict[str, Any]
) -> None:
    line = orjson.dumps({"text": "一", **fields})
    found = columns_of(line, ReadOptions())
    assert found is not None
    assert orjson.loads(found["metadata"]) == metadata
    if all(isinstance(value, str | int) for value in fields.values()):
        sink = io.BytesIO()
        table = pa.table({"text": ["一"], **{name: [value] for name, value in fields.items()}})
        pq.write_table(table, sink)
        piece = Piece("a", "parquet", None, 0, None)
        [batch] = read_piece(sink, piece, ReadOptions(), lambda name, times: None)
        assert orjson.loads(batch["metadata"][0].as_py()) == metadata


def test_numbers_in_json_text_keep_their_digits() -> None:
    inner = '{"big": 123456789012345678901234567890, "far": 1e999, "neg": -99999999999999999999}'
    line = orjson.dumps({"text": "一", "metadata": inner})
    found = columns_of(line, ReadOptions())
    assert found is not None
    expected = b'{"big":123456789012345678901234567890,"far":1e999,"neg":-99999999999999999999}'
    assert found["metadata"] == expected
    sink = io.BytesIO()
    pq.write_table(pa.table({"text": ["一"], "metadata": [inner]}), sink)
    piece = Piece("a", "parquet", None, 0, None)
    [batch] = read_piece(sink, piece, ReadOptions(), lambda name, times: None)
    assert batch["metadata"][0].as_py().encode() == expected
