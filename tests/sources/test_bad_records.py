"""Records that broke a reader once, or its bounds."""

import io
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.reading import ReadOptions, read_piece


def read(data: bytes, format: str, **cut: int) -> tuple[list[pa.RecordBatch], Counter[str]]:
    notes: Counter[str] = Counter()

    def count(name: str, times: int) -> None:
        notes[name] += times

    piece = Piece("a", format, None, cut.get("start", 0), cut.get("end"))
    return list(read_piece(io.BytesIO(data), piece, ReadOptions(), count)), notes


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"text": "x", "m": ' + b"[" * 253 + b"]" * 253 + b"}", None),
        (b'{"text": "x", "m": ' + b"[" * 254 + b"]" * 254 + b"}", "read-broken-json"),
        (b'{"text": "x", "k": NaN, "m": ' + b"[" * 300 + b"]" * 300 + b"}", "read-broken-json"),
        (b"[" * 100_000, "read-broken-json"),
        (b'{"text": "x", "m": [' + b"{}," * 400_000 + b"0]}", None),
        (b'{"text": "x", "m": [' + b"{}," * 600_000 + b"0]}", "read-too-large"),
        (b'{"text": "' + b",[{" * 1_100_000 + b'"}', None),
        (b'{"text": "' + rb"\\\",[{" * 500_000 + b'"}', None),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_jsonl(line: bytes, reason: str | None) -> None:
    [batch], _ = read(line, "jsonl")
    assert batch["drop_reason"].to_pylist() == [reason]


def test_long_ids_make_small_batches() -> None:
    lines = b"".join(b'{"text": "x", "id": "%s"}\n' % (b"9" * 1_500_000) for _ in range(9))
    batches, _ = read(lines, "jsonl")
    assert [batch.num_rows for batch in batches] == [2, 2, 2, 2, 1]


@pytest.mark.parametrize("cut", range(1, 16))
def test_runs_of_empty_lines_belong_to_one_piece(cut: int) -> None:
    data = b'\n\n\n{"text": 1}\n\n\n\n\n'
    before, after = read(data, "jsonl", end=cut), read(data, "jsonl", start=cut)
    assert before[1] + after[1] == Counter({"skipped-blank-line": 7})
    assert len(before[0]) + len(after[0]) == 1


@pytest.mark.parametrize(
    "column",
    [
        pa.array([2**62], pa.duration("s")),
        pa.array([0], pa.timestamp("us", "Nowhere/Land")),
        pa.array([2**62], pa.timestamp("us")),
    ],
    ids=lambda column: str(column.type),
)
def test_parquet_values_that_python_cannot_hold(column: pa.Array) -> None:
    file = io.BytesIO()
    pq.write_table(pa.table({"text": ["x"], "n": column}), file)
    [batch], _ = read(file.getvalue(), "parquet")
    assert batch.select(["text", "metadata"]).to_pylist() == [{"text": "x", "metadata": None}]


def test_parquet_words_in_many_rows() -> None:
    words = pa.DictionaryArray.from_arrays(pa.array([0] * 50, pa.int32()), ["x" * 5_000_000])
    file = io.BytesIO()
    pq.write_table(pa.table({"text": words}), file, dictionary_pagesize_limit=1 << 30)
    batches, _ = read(file.getvalue(), "parquet")
    assert [batch.num_rows for batch in batches] == [1] * 50
    # What was decoded together.
    assert max(batch["text"].buffers()[2].size for batch in batches) <= 64 << 20


def test_parquet_lists_of_equal_values() -> None:
    file = io.BytesIO()
    pq.write_table(pa.table({"text": ["x"], "n": [[0] * 5_000_000]}), file)
    [batch], notes = read(file.getvalue(), "parquet")
    assert batch["drop_reason"].to_pylist() == ["read-broken-file"]
    assert "too few bytes" in batch["metadata"][0].as_py()
    assert notes == Counter({"lost-rows": 1})
