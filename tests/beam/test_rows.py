"""Rows become documents and rows again; nothing of them is lost on the way."""

import datetime
import decimal
import logging
from pathlib import Path
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pytest
from apache_beam.transforms import window
from collected import collect

from corpus_pipeline.beam import FromRows, ToRows
from corpus_pipeline.beam.rows import Row, _BatchRows, _Rows
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.schema import DOCUMENT_INPUT


def there_and_back(*rows: Any, dropped: bool = True, **options: Any) -> list[dict[str, Any]]:
    """Rows through both transforms, without a pipeline."""
    back = {name: options[name] for name in ("text_field", "id_field", "url_field")
            if name in options}  # fmt: skip
    fn = _Rows(dropped, (*{"text_field": "text", "id_field": "id", "url_field": "url", **back}
                         .values(),), "")  # fmt: skip
    return [row for batch in batches(*rows, **options) for row in fn.process(batch)]


def batches(*rows: Any, **options: Any) -> list[pa.RecordBatch]:
    """The batches of some rows that come as one bundle."""
    fn: _BatchRows = FromRows(**options)._fn
    fn.start_bundle()
    whole = window.GlobalWindow()
    found = [batch for row in rows for batch in fn.process(row, whole)]
    return [*found, *(each.value for each in fn.finish_bundle())]


def without_fate(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("drop_reason", "reasons")}


@pytest.mark.parametrize(
    "row",
    [
        {"text": "今天天气很好。", "id": "甲", "url": "https://例子.cn/a"},
        {"text": "a", "id": 7},
        {"text": "a", "id": 2**70, "n": 2**70, "m": -(2**63), "u": 2**64 - 1},
        {"text": "a", "id": 1.5, "url": None, "source": "mine", "row": 3, "metadata": "plain"},
        {"text": "a", "metadata": '{"stars": 3}', "meta": {"stars": 4}},
        {"text": "a", "nested": {"list": [1, [2.5, None, {"深": "层"}]], "empty": {}}, "ok": True},
        {"text": "", "score": 0.1, "tiny": 5e-324, "large": 1e300},
        {"text": "a", "drop": "reason", "": "no name"},
    ],
)
def test_rows_come_back_as_they_were(row: dict[str, Any]) -> None:
    (back,) = there_and_back(row)
    assert without_fate(back) == row
    assert [type(value) for value in without_fate(back).values()].sort(key=str) == [
        type(value) for value in row.values()
    ].sort(key=str)


def test_what_json_has_no_form_for_comes_back_in_the_nearest() -> None:
    row = {
        "text": "a",
        "day": datetime.date(2026, 1, 2),
        "at": datetime.datetime(2026, 1, 2, 3, 4, 5),
        "pair": (1, (2, 3)),
        "price": decimal.Decimal("1.10"),
        "none": float("nan"),
        "numpy": np.float32(0.5),
        "array": np.arange(2),
        "big": [2**70, float("inf"), datetime.date(2026, 1, 2)],
    }
    (back,) = there_and_back(row)
    assert without_fate(back) == {
        "text": "a",
        "day": "2026-01-02",
        "at": "2026-01-02T03:04:05",
        "pair": [1, [2, 3]],
        "price": "1.10",
        "none": None,
        "numpy": 0.5,
        "array": [0, 1],
        "big": [2**70, None, "2026-01-02"],
    }


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"title": "标题"}, "read-missing-text"),
        ({"text": None, "n": 1}, "read-null-text"),
        ({"text": 5}, "read-text-not-a-string"),
        ({"text": ["a", "b"], "id": "x"}, "read-text-not-a-string"),
    ],
)
def test_a_row_without_text_is_kept_with_a_reason(row: dict[str, Any], reason: str) -> None:
    (back,) = there_and_back(row)
    assert back["drop_reason"] == reason
    assert back["reasons"] == [reason]
    assert {"text": None, **row} == without_fate(back)
    assert there_and_back(row, dropped=False) == []


def test_the_first_row_without_text_is_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "corpus_pipeline.beam"):
        batches({"id": "a", "body": "b"}, {"id": "c", "body": "d"}, text_field="content")
    assert [record.getMessage() for record in caplog.records] == [
        "FromRows: a row has no field 'content'; it has: id, body; such rows are dropped for "
        "read-missing-text"
    ]


def test_strict_rows_must_have_text() -> None:
    line = r"^FromRows: a row has no field 'content'; it has: id, body$"
    with pytest.raises(ConfigError, match=line):
        batches({"id": "a", "body": "b"}, text_field="content", strict=True)


def test_strings_are_texts_and_unpaired_surrogates_are_replaced() -> None:
    rows = there_and_back("文", {"text": "a\ud800b", "k\ud800": "\udfff"})
    assert [row["text"] for row in rows] == ["文", "a\ufffdb"]
    assert rows[1]["k\ufffd"] == "\ufffd"


@pytest.mark.parametrize("row", [5, None, ("a", "b"), b"bytes"])
def test_other_things_are_no_rows(row: Any) -> None:
    with pytest.raises(TypeError, match=r"FromRows: a row is a mapping or a string, got "):
        batches(row)


def test_what_json_cannot_hold_is_refused_in_one_line() -> None:
    with pytest.raises(TypeError, match=r"FromRows: a field holds bytes, which JSON cannot hold"):
        batches({"text": "a", "blob": b"\xff"})


def test_fields_have_the_names_that_they_had() -> None:
    row = {"body": "文", "key": "k", "link": "https://e.org", "text": "other"}
    names: dict[str, Any] = {"text_field": "body", "id_field": "key", "url_field": "link"}
    (back,) = there_and_back(row, **names)
    assert without_fate(back) == row
    (batch,) = batches(row, **names)
    assert batch.select(["text", "id", "url", "metadata"]).to_pylist() == [
        {"text": "文", "id": "k", "url": "https://e.org", "metadata": '{"text":"other"}'}
    ]


def test_batches_are_documents_and_bounded() -> None:
    rows = [{"text": "字" * 100, "n": i} for i in range(10)]
    found = batches(*rows, batch_bytes=900, source="wiki", priority=3)
    assert {batch.schema for batch in found} == {DOCUMENT_INPUT}
    assert [batch.num_rows for batch in found] == [8, 2]
    assert [b.num_rows for b in batches(*rows, batch_rows=4)] == [4, 4, 2]
    assert found[0].select(["source", "priority", "row"]).to_pylist()[1] == {
        "source": "wiki",
        "priority": 3,
        "row": 1,
    }


def test_pages_wait_for_extract() -> None:
    (batch,) = batches({"text": "<p>文"}, {"text": b"<p>\xce\xc4"}, mime="text/html")
    assert batch.select(["raw", "mime", "charset", "text", "drop_reason"]).to_pylist() == [
        {"raw": "<p>文".encode(), "mime": "text/html", "charset": "utf-8", "text": None,
         "drop_reason": None},
        {"raw": b"<p>\xce\xc4", "mime": "text/html", "charset": None, "text": None,
         "drop_reason": None},
    ]  # fmt: skip
    with pytest.raises(ConfigError, match=r"put Extract\(\) before it"):
        list(_Rows(False, ("text", "id", "url"), "").process(batch))


def test_filled_columns_do_not_hide_own_fields() -> None:
    (batch,) = batches({"text": "a", "lang": "zh-Hant"})
    batch = batch.append_column("lang", pa.array(["zh"]))
    names = ("text", "id", "url")
    with pytest.raises(ConfigError, match=r"ToRows: the rows have a field 'lang' of their own"):
        list(_Rows(False, names, "").process(batch))
    (row,) = _Rows(False, names, "found_").process(batch)
    assert row == {"text": "a", "lang": "zh-Hant", "found_lang": "zh"}


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"batch_bytes": 0}, r"FromRows: batch_bytes must be 1 to \d+, got 0"),
        ({"batch_rows": 2**30}, r"FromRows: batch_rows must be 1 to \d+, got \d+"),
        ({"priority": 256}, r"FromRows: priority must be 0 to 255, got 256"),
        ({"id_field": "text"}, r"FromRows: text_field, id_field and url_field must be three diff"),
    ],
)
def test_options_out_of_range(options: dict[str, Any], line: str) -> None:
    with pytest.raises(ConfigError, match=line):
        FromRows(**options)


def test_windows_stay_apart(tmp_path: Path) -> None:
    """Rows of different windows are never in one batch, so grouping behind it is right."""

    def build(pipeline: beam.Pipeline) -> beam.PCollection:
        return (
            pipeline
            | beam.Create([{"text": "a", "s": 1}, {"text": "b", "s": 25}, {"text": "c", "s": 2}])
            | "Stamp" >> beam.Map(lambda row: window.TimestampedValue(row, row["s"]))
            | beam.WindowInto(window.FixedWindows(10))
            | FromRows()
            | ToRows()
            | beam.Map(lambda row: (None, row["text"]))
            | beam.GroupByKey()
            | beam.MapTuple(lambda _, texts: sorted(texts))
        )

    assert sorted(collect(build, tmp_path)) == [["a", "c"], ["b"]]


def test_a_row_has_a_class_that_travels() -> None:
    assert Row("s", "text", "id", "url", None, 1, False).document("a") == {"text": "a"}
