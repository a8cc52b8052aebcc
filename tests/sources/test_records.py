import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.sources.records import (
    MAX_ROWS,
    RECORDS,
    ReadOptions,
    RecordsBuilder,
    excerpt,
)


def test_columns_are_those_of_the_data_contract() -> None:
    schema = pytest.importorskip("corpus_pipeline.schema")
    for field in RECORDS:
        assert schema.DOCUMENT_INPUT.field(field.name).type == field.type


@given(sizes=st.lists(st.integers(0, 40), max_size=60), limit=st.integers(1, 60))
def test_batches_are_bounded_and_keep_the_order(sizes: list[int], limit: int) -> None:
    rows = RecordsBuilder(limit)
    batches = [b for i, size in enumerate(sizes) for b in rows.add(i, text=bytes(size))]
    batches += rows.finish()
    assert [n for b in batches for n in b["record"].to_pylist()] == list(range(len(sizes)))
    held = [sum(sizes[n] for n in b["record"].to_pylist()) for b in batches]
    assert all(h <= limit or b.num_rows == 1 for h, b in zip(held, batches, strict=True))
    # No batch could have taken the first row of the next one.
    for batch, total, after in zip(batches, held, batches[1:], strict=False):
        assert batch.num_rows
        assert total + sizes[after["record"][0].as_py()] > limit


@pytest.mark.parametrize("name", ["id", "url", "metadata", "raw"])
def test_what_comes_with_a_text_counts_too(name: str) -> None:
    """A million short texts with long addresses would else be one batch."""
    values = {"id": "页" * 15, "url": "u" * 15, "metadata": b'{"a": "12345"}.', "raw": b"r" * 15}
    rows = RecordsBuilder(20)
    batches = [b for i in range(3) for b in rows.add(i, text=b"a", **{name: values[name]})]  # type: ignore[arg-type]
    batches += rows.finish()
    assert [b.num_rows for b in batches] == [1, 1, 1]


def test_batches_have_a_bounded_number_of_rows() -> None:
    rows = RecordsBuilder(1 << 20)
    batches = [b for i in range(MAX_ROWS + 3) for b in rows.add(i, text=b"")]
    batches += rows.finish()
    assert [b.num_rows for b in batches] == [MAX_ROWS, 3]


def test_every_column_is_filled() -> None:
    rows = RecordsBuilder(100)
    list(
        rows.add(
            7,
            id="i",
            url="u",
            metadata=b"{}",
            raw=b"\xff",
            mime="m",
            charset="c",
            leniencies=["http-cut"],
        )
    )
    list(rows.add(8, text="你".encode(), drop_reason="read-truncated"))
    [batch] = rows.finish()
    assert batch.schema == RECORDS
    assert batch.to_pylist() == [
        dict(
            zip(
                RECORDS.names,
                [7, "i", "u", "{}", b"\xff", "m", "c", ["http-cut"], None, None],
                strict=True,
            )
        ),
        dict(
            zip(
                RECORDS.names,
                [8, None, None, None, None, None, None, None, "你", "read-truncated"],
                strict=True,
            )
        ),
    ]


@given(st.binary(max_size=2000))
def test_excerpts_are_short_valid_json(data: bytes) -> None:
    shown = excerpt(data)
    assert (shown is None) == (data == b"")
    if shown is not None:
        text = orjson.loads(shown)["excerpt"]
        assert 1 <= len(text) <= 200
        pa.array([shown], pa.string())


def test_excerpt_cuts_between_characters() -> None:
    shown = excerpt(("你" * 300).encode())
    assert shown is not None
    assert orjson.loads(shown)["excerpt"] == "你" * 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"batch_bytes": 0},
        {"max_document_bytes": 1 << 31},
        {"text_field": ""},
        {"text_field": "id"},
        {"id_field": "url"},
    ],
)
def test_options_are_checked(wrong: dict[str, str | int]) -> None:
    with pytest.raises(ValueError, match="must be"):
        ReadOptions(**wrong)  # type: ignore[arg-type]
