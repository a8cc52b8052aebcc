"""Reads documents/ of an earlier run, so that every stage can be run alone on a dataset folder."""

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from corpus_pipeline.dedup.columns import DEDUP
from corpus_pipeline.errors import InputError
from corpus_pipeline.schema import FATE
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.tokens.step import TOKENS

#: What a new run does not take over: addresses and fates are its own.
OF_THE_RUN = frozenset({"unit", "row", *FATE.names, *DEDUP.names, *TOKENS.names})


def read_dataset(
    stream: BinaryIO, piece: Piece, batch_bytes: int, schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    """Yields the documents of some row groups: provenance, content and measures.

    Args:
        stream: a Parquet file of documents/.
        piece: row groups [start, end).
        batch_bytes: bytes of content in one batch, about.
        schema: of the run.

    Raises:
        InputError: the file has a column that the run does not know; none is lost in silence.
    """
    with pq.ParquetFile(stream) as file:
        end = file.num_row_groups if piece.end is None else piece.end
        carried = set(schema.names) - OF_THE_RUN
        for name in file.schema_arrow.names:
            if name not in carried and name not in OF_THE_RUN:
                raise InputError(
                    f"{piece.path}: has the column {name!r}, which the first file of its dataset "
                    "has not; give all files the same columns"
                )
        wanted = [name for name in file.schema_arrow.names if name in carried]
        for group in range(piece.start, end):
            rows = file.metadata.row_group(group).num_rows
            table = file.read_row_group(group, columns=wanted)
            step = max(1, batch_bytes * rows // max(1, table.nbytes))
            yield from table.combine_chunks().to_batches(max_chunksize=step)
