"""The first records of a file, as they stand in it: what *check* and *init* know of inputs."""

import dataclasses
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from corpus_pipeline import storage
from corpus_pipeline.errors import InputError
from corpus_pipeline.sources.compressed import DamagedStreamError, decompressed_blocks
from corpus_pipeline.sources.containers import COMPRESSIONS
from corpus_pipeline.sources.formats import LIKE, WITH_FIELDS
from corpus_pipeline.sources.json_values import json_records
from corpus_pipeline.sources.jsonl import json_lines
from corpus_pipeline.sources.pieces import (
    HEAD_BYTES,
    Piece,
    bytes_to_see,
    detect_format,
)
from corpus_pipeline.sources.reading import read_piece
from corpus_pipeline.sources.records import ReadOptions
from corpus_pipeline.storage import InputFile

#: Records of a file that are looked at.
MOST_RECORDS = 100
#: Bytes of a record; a longer one is left out.
_MOST_BYTES = 1 << 22
#: Bytes of text that are read at once.
_BATCH_BYTES = 1 << 18


class Stored(NamedTuple):
    """How a file is stored."""

    format: str
    compression: str | None
    named: str | None
    """The compression that its name says."""

    def piece(self, path: str) -> Piece:
        """Returns the whole file as what readers take."""
        return Piece(path, self.format, self.compression, 0, None)


def stored(file: InputFile, declared: str = "auto") -> Stored:
    """Tells by its first bytes how a file is stored, as the plan of a run does.

    Raises:
        InputError: it is of a kind that no reader reads, or cannot be opened.
    """
    head = storage.read_head(file.path, HEAD_BYTES)
    if (wanted := bytes_to_see(head)) > HEAD_BYTES:
        head = storage.read_head(file.path, wanted)
    format_, compression = detect_format(file.path, head, declared)
    suffix = "." + file.path.rpartition(".")[2].lower()
    return Stored(format_, compression, COMPRESSIONS.get(suffix))


def first_objects(file: InputFile, how: Stored) -> list[dict[str, Any]]:
    """Returns the first records of a file whose records have fields; what is broken is left out.

    Raises:
        InputError: the file cannot be opened.
    """
    if how.format not in WITH_FIELDS and LIKE.get(how.format) != "jsonl":
        return []
    with storage.open_input(file.path) as stream:
        if how.format == "parquet":
            return _first_rows(file.path, stream)
        piece = how.piece(file.path)
        try:
            return list(islice(_objects(stream, piece), MOST_RECORDS))
        except DamagedStreamError:
            return []


def _objects(stream: Any, piece: Piece) -> Iterator[dict[str, Any]]:
    contents: Iterator[bytes | memoryview]
    if piece.format == "json":
        blocks = decompressed_blocks(stream, piece.compression)
        contents = (each.content for each in json_records(blocks, _MOST_BYTES, 0))
    else:
        contents = (each.content for each in json_lines(stream, piece, _MOST_BYTES))
    for content in contents:
        try:
            record = orjson.loads(content)
        except orjson.JSONDecodeError:
            continue
        if isinstance(record, dict):
            yield record


def _first_rows(path: str, stream: Any) -> list[dict[str, Any]]:
    try:
        file = pq.ParquetFile(stream)
        flat = [field.name for field in file.schema_arrow if not pa.types.is_nested(field.type)]
        batch = next(file.iter_batches(MOST_RECORDS, columns=flat), None)
    except (pa.ArrowException, OSError, LookupError, ValueError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{path}: cannot be read as Parquet: {first}") from error
    rows: list[dict[str, Any]] = [] if batch is None else batch.to_pylist()
    return rows


def first_documents(file: InputFile, how: Stored, options: ReadOptions) -> pa.RecordBatch | None:
    """Returns the first records of a file as a run reads them, schema `RECORDS`; None without any.

    Raises:
        InputError: the file cannot be read at all.
    """
    options = dataclasses.replace(options, batch_bytes=_BATCH_BYTES)
    with storage.open_input(file.path) as stream:
        batches = read_piece(stream, how.piece(file.path), options, lambda name, n: None)
        batch = next(batches, None)
    return None if batch is None else batch.slice(0, MOST_RECORDS)
