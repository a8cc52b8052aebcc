"""Footers of Parquet files that are made to break readers: none ends the process."""

import contextlib
import io
import random

import damage
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus_pipeline.errors import InputError
from corpus_pipeline.sources.parquet import DamagedFooterError, examine_parquet
from corpus_pipeline.sources.parquet_footer import column_chunks
from corpus_pipeline.sources.reading import ReadOptions


def written(**how: object) -> bytes:
    file = io.BytesIO()
    table = pa.table(
        {
            "text": [f"第 {n} 页" for n in range(300)],
            "n": list(range(300)),
            "s": [{"a": [1, 2], "b": "x"}] * 300,
            "m": pa.array([[("k", 1)]] * 300, pa.map_(pa.string(), pa.int8())),
        }
    )
    pq.write_table(table, file, row_group_size=100, **how)
    return file.getvalue()


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"use_dictionary": False},
        {"column_encoding": {"text": "DELTA_BYTE_ARRAY"}, "use_dictionary": False},
        {"write_statistics": False, "write_page_index": True},
    ],
    ids=str,
)
def test_columns_are_what_arrow_says(how: dict[str, object]) -> None:
    data = written(**how)
    metadata = pq.ParquetFile(io.BytesIO(data)).metadata
    found = column_chunks(io.BytesIO(data))
    assert len(found) == metadata.num_row_groups
    for number, chunks in enumerate(found):
        group = metadata.row_group(number)
        assert len(chunks) == group.num_columns
        for place, chunk in enumerate(chunks):
            column = group.column(place)
            assert ".".join(chunk.path) == column.path_in_schema
            assert chunk.values == column.num_values
            assert chunk.uncompressed_bytes == column.total_uncompressed_size
            assert chunk.data_page == column.data_page_offset
            assert chunk.dictionary_page == (column.dictionary_page_offset or 0)
            assert chunk.shares_starts == ("DELTA_BYTE_ARRAY" in column.encodings)


def read(data: bytes) -> None:
    """Reads and examines a file; what it refuses, it refuses in one line."""
    for look in (
        lambda: damage.read(data, "parquet"),
        lambda: examine_parquet("a", io.BytesIO(data), ReadOptions()),
    ):
        line = ""
        try:
            look()
        except (InputError, DamagedFooterError) as error:
            line = str(error)
        assert "\n" not in line


@pytest.mark.parametrize("seed", range(4))
def test_any_footer(seed: int) -> None:
    rng = random.Random(seed)
    whole = written()
    footer = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 5)):
            at = rng.randrange(footer, len(data) - 8)
            data[at] = rng.choice((0, 127, 128, 255, data[at] ^ 1 << rng.randrange(8)))
        read(bytes(data))


@pytest.mark.parametrize("length", [0, 1, 7, 2**31 - 1, 2**32 - 1])
def test_lengths_that_lie(length: int) -> None:
    data = bytearray(written())
    data[-8:-4] = length.to_bytes(4, "little")
    read(bytes(data))


@pytest.mark.parametrize(
    "footer",
    [
        b"",
        b"\x00",
        b"\x49\xfc\xff\xff\xff\xff\x0f",
        b"\x49\x1c" + b"\x19\x1c" * 90,
        b"\x1c" * 90_000,
        b"\xff" * 40,
        b"\x1b\xff\xff\xff\x0f\x88",
    ],
    ids=lambda footer: footer[:8].hex(),
)
def test_structs_without_end(footer: bytes) -> None:
    data = b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1"
    read(data)
    groups = []
    with contextlib.suppress(ValueError):
        groups = column_chunks(io.BytesIO(data))
    assert not groups


def test_many_columns_take_linear_time() -> None:
    class Name(str):
        """Counts how often names are compared."""

        compared = 0

        def __eq__(self, other: object) -> bool:
            Name.compared += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    from corpus_pipeline.sources import parquet

    file = io.BytesIO()
    pq.write_table(pa.table({"text": ["x"], **{f"c{n}": [1] for n in range(2000)}}), file)
    names: list[str] = [Name("text"), *(Name(f"c{n}") for n in range(2000))]
    chunks = column_chunks(file)[0]
    group = pq.ParquetFile(file).metadata.row_group(0)
    parquet._rows_at_a_time(file, group, chunks, names, ReadOptions())
    assert Name.compared < 10_000
