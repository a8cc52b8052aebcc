"""Documents of an earlier run as input of another."""

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus_pipeline.dedup.columns import DEDUP
from corpus_pipeline.errors import InputError
from corpus_pipeline.flow import document_schema
from corpus_pipeline.schema import FATE, PROVENANCE
from corpus_pipeline.sources.dataset import OF_THE_RUN, read_dataset
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.tokens.step import TOKENS

DOCUMENT = document_schema()
CARRIED = [name for name in DOCUMENT.names if name not in OF_THE_RUN]

#: One row that has a value in every column.
FULL: dict[str, Any] = {
    field.name: {
        "string": "文",
        "binary": b"raw",
        "fixed_size_binary[16]": b"0123456789abcdef",
        "list<item: string>": ["reason"],
        "bool": True,
    }.get(str(field.type), 1)
    for field in DOCUMENT
}


def dataset(rows: int, group: int) -> io.BytesIO:
    """Writes a part of documents/: `rows` rows in row groups of `group`."""
    table = pa.Table.from_pylist([FULL | {"id": f"文{i}", "row": 7} for i in range(rows)], DOCUMENT)
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=group)
    return sink


def ids(stream: io.BytesIO, start: int, end: int | None, batch_bytes: int = 1 << 20) -> list[str]:
    piece = Piece("part.parquet", "dataset", None, start, end)
    return [
        id_
        for batch in read_dataset(stream, piece, batch_bytes, DOCUMENT)
        for id_ in batch["id"].to_pylist()
    ]


def test_addresses_and_fates_are_the_new_runs_own() -> None:
    (batch,) = read_dataset(dataset(1, 1), Piece("p", "dataset", None, 0, None), 1 << 20, DOCUMENT)
    assert batch.schema.names == CARRIED
    (row,) = batch.to_pylist()
    assert row == {name: FULL[name] for name in CARRIED} | {"id": "文0"}
    gone = set(DOCUMENT.names) - set(CARRIED)
    assert gone == {"unit", "row", *FATE.names, *DEDUP.names, *TOKENS.names}
    assert set(PROVENANCE.names) - gone == set(PROVENANCE.names) - {"unit", "row"}


@pytest.mark.parametrize("cut", [0, 1, 2, 3])
def test_pieces_hold_every_document_once(cut: int) -> None:
    stream = dataset(7, 3)
    assert ids(stream, 0, cut) + ids(stream, cut, None) == [f"文{i}" for i in range(7)]


@pytest.mark.parametrize("batch_bytes", [1, 2000, 1 << 30])
def test_batches_are_bounded(batch_bytes: int) -> None:
    stream = dataset(40, 20)
    assert ids(stream, 0, None, batch_bytes) == [f"文{i}" for i in range(40)]
    piece = Piece("p", "dataset", None, 0, None)
    sizes = [batch.num_rows for batch in read_dataset(stream, piece, batch_bytes, DOCUMENT)]
    if batch_bytes == 1:
        assert sizes == [1] * 40
    elif batch_bytes == 1 << 30:
        assert sizes == [20, 20]
    else:
        assert 1 < max(sizes) < 20


def test_no_documents_no_batches() -> None:
    assert ids(dataset(0, 1), 0, None) == []


def test_an_older_file_may_lack_columns() -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({"id": ["a"], "text": ["文"]}), sink)
    (batch,) = read_dataset(sink, Piece("p", "dataset", None, 0, None), 1 << 20, DOCUMENT)
    assert batch.to_pylist() == [{"id": "a", "text": "文"}]


def test_columns_of_ones_own_are_carried_or_refused() -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({"id": ["a"], "text": ["文"], "stars": [1]}), sink)
    piece = Piece("p", "dataset", None, 0, None)
    (batch,) = read_dataset(sink, piece, 1 << 20, DOCUMENT.append(pa.field("stars", pa.int64())))
    assert batch.to_pylist() == [{"id": "a", "text": "文", "stars": 1}]
    with pytest.raises(InputError, match="has the column 'stars'"):
        list(read_dataset(sink, piece, 1 << 20, DOCUMENT))
