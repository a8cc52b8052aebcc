"""Damaged files: how they are made, how they are read, what holds of whatever comes out."""

import io
import random
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline.extract.documents import extract_documents
from corpus_pipeline.extract.reasons import EXTRACT_REASONS
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.reading import READ_REASONS, RECORDS, ReadOptions, read_piece

#: Small, so that small files meet the bounds.
OPTIONS = ReadOptions(max_document_bytes=4096, batch_bytes=8192)


def read(
    data: bytes, format: str, compression: str | None = None, options: ReadOptions = OPTIONS
) -> list[pa.RecordBatch]:
    """Reads a file in memory and checks every batch.

    Every row has content or one known reason, never both, and columns that Arrow finds whole.
    """
    found = list(batches(io.BytesIO(data), format, compression, options))
    for batch in found:
        batch.validate(full=True)
        assert batch.schema == RECORDS
        assert batch.num_rows
        has_content = pc.or_(batch["text"].is_valid(), batch["raw"].is_valid()).to_pylist()
        reasons = batch["drop_reason"].to_pylist()
        assert has_content == [reason is None for reason in reasons]
        assert set(reasons) <= {None, *READ_REASONS}
        for name in ("text", "raw"):
            longest = pc.max(pc.binary_length(batch[name])).as_py() or 0
            assert longest <= options.max_document_bytes
    return found


def batches(
    stream: BinaryIO, format: str, compression: str | None, options: ReadOptions
) -> Iterator[pa.RecordBatch]:
    """Reads a whole stream; what it counts besides has to be more than nothing."""

    def count(name: str, times: int) -> None:
        assert name
        assert times > 0

    yield from read_piece(stream, Piece("damaged", format, compression, 0, None), options, count)


def extract(found: list[pa.RecordBatch]) -> None:
    """Extracts what was read; every document has a text or one known reason."""
    for batch in found:
        texts, reasons, _ = extract_documents(
            batch["raw"], batch["mime"], batch["charset"], batch["text"]
        )
        texts.validate(full=True)
        assert set(reasons.to_pylist()) <= {None, *EXTRACT_REASONS}
        without = pc.and_(texts.is_null(), reasons.is_null())
        assert not pc.any(pc.and_(without, batch["drop_reason"].is_null())).as_py()


def flipped(data: bytes, seed: int, bits: int) -> bytes:
    """Turns over some bits, the same for the same seed."""
    chosen = random.Random(seed)
    damaged = bytearray(data)
    for _ in range(bits):
        damaged[chosen.randrange(len(data))] ^= 1 << chosen.randrange(8)
    return bytes(damaged)


def spliced(data: bytes, at: int, removed: int, inserted: bytes) -> bytes:
    """Replaces a part of the data; positions past the end count from the start again."""
    at %= len(data) + 1
    return data[:at] + inserted + data[at + removed :]
