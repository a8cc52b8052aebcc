"""Which format a file has, and how it is cut into pieces that are read independently.

What `start` and `end` of a piece count, and which records belong to the piece:

    format       compression   counts                        a record belongs to the piece in which
    jsonl        None          bytes of the file             its first byte lies
    jsonl        gz, zst       bytes of the decompressed     its first byte lies (each piece decodes
                               stream                        from the beginning and skips)
    warc, wet    None          bytes of the file             its first byte lies
    warc, wet    gz            bytes of the compressed file  its gzip member starts
    warc, wet    zst           nothing: never cut
    parquet      None          row groups                    its row group lies
    text         any           nothing: never cut

Reading all pieces gives the records of the file, each once, however it is cut.
"""

import dataclasses
import math
import zlib
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from corpus_pipeline.errors import InputError
from corpus_pipeline.sources.compressed import (
    GZIP_MAGIC,
    ZSTD_MAGIC,
    DamagedStreamError,
    decompressed_blocks,
)

FORMATS: tuple[str, ...] = ("warc", "wet", "jsonl", "parquet", "text")

_COMPRESSIONS = {".gz": "gz", ".gzip": "gz", ".zst": "zst", ".zstd": "zst"}

#: Suffixes of files that are one document each: prose and source code.
_TEXT_SUFFIXES = """
    .txt .text .md .markdown .rst .adoc .org .tex
    .asm .bash .bat .c .cc .clj .cmake .cpp .cs .css .cu .cuh .cxx .dart .el .elm .erl .ex .exs
    .f .f90 .fs .go .gradle .groovy .h .hh .hpp .hs .hxx .ini .java .jl .js .jsx .kt .kts .lisp
    .lua .m .ml .mli .mm .nim .pas .php .pl .pm .proto .ps1 .py .pyi .r .rb .rkt .rs .s .scala
    .scm .sh .sql .sv .swift .tcl .tf .toml .ts .tsx .v .vb .vhd .vim .vue .yaml .yml .zig .zsh
"""
_FORMAT_BY_SUFFIX = {
    ".warc": "warc",
    ".wat": "warc",
    ".wet": "wet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    **dict.fromkeys(_TEXT_SUFFIXES.split(), "text"),
}

#: Compressed bytes that are decoded to estimate how well a file is compressed.
_SAMPLE_BYTES = 4 << 20
#: Every piece of a compressed JSONL file decodes what lies before it; more pieces waste more.
_MAX_STREAM_PIECES = 16
_SAMPLE_DECODED_BYTES = 64 << 20
#: Text is hardly ever compressed better: smaller files are one piece without a look inside.
_HIGH_RATIO = 20
#: Decompressed bytes that are assumed for each byte of .warc.gz; only balances pieces.
_WARC_RATIO = 4


@dataclasses.dataclass(frozen=True, order=True)
class Piece:
    """A part of one input file that is read by itself.

    >>> piece = Piece("a.jsonl", "jsonl", None, 0, 10)
    >>> Piece.from_json(piece.to_json()) == piece
    True
    """

    path: str
    format: str
    compression: str | None
    """`gz`, `zst` or None."""
    start: int
    """First position of the piece; the table above says of what."""
    end: int | None
    """Position after the piece; None = to the end of the file."""

    def __post_init__(self) -> None:
        if self.start < 0 or (self.end is not None and self.end < self.start):
            raise ValueError(f"a piece needs 0 <= start <= end, got {self.start} and {self.end}")

    def to_json(self) -> dict[str, Any]:
        """Returns the piece as a dictionary of JSON values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> "Piece":
        """Makes a piece of what `to_json` returned."""
        return cls(**fields)


def detect_format(path: str, head: bytes) -> tuple[str, str | None]:
    """Tells the format and the compression of a file, by its suffixes and then by its first bytes.

    Args:
        path: only the name counts.
        head: the first bytes of the file as stored, some kilobytes; may be empty.

    Returns:
        One of `FORMATS`, and `gz`, `zst` or None.

    Raises:
        InputError: neither the name nor the content is known, or the content cannot be read.

    >>> detect_format("crawl/CC-MAIN-0.warc.wet.gz", b"")
    ('wet', 'gz')
    >>> detect_format("notes", b'{"text": "hello"}')
    ('jsonl', None)
    """
    suffixes = [suffix.lower() for suffix in PurePosixPath(path).suffixes]
    named = _COMPRESSIONS.get(suffixes[-1]) if suffixes else None
    if named:
        suffixes.pop()
    found = _compression_of(head)
    # A download may have been decompressed on its way and kept its name.
    plain = found is None and _format_of(head) is not None
    compression = None if plain else named or found
    start = _decoded(head, compression)
    if start.startswith(b"filedesc://"):
        raise InputError(
            f"{path}: is an ARC file, the format before WARC, which is not read; "
            "convert it (for example with `warcio recompress`)"
        )
    format_ = _FORMAT_BY_SUFFIX.get(suffixes[-1]) if suffixes else None
    format_ = format_ or _format_of(start)
    if format_ is None:
        raise InputError(
            f"{path}: neither its name nor its first bytes tell its format; "
            f"name it in the configuration (`format:` one of {', '.join(FORMATS)})"
        )
    if format_ == "jsonl" and start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"[":
        raise InputError(
            f"{path}: holds a JSON array; JSONL has one object on each line, "
            "convert it (for example with `jq -c '.[]'`)"
        )
    if format_ == "parquet" and compression is not None:
        raise InputError(
            f"{path}: is a Parquet file inside {compression}; decompress it, "
            "Parquet compresses its pages itself"
        )
    return format_, compression


def _compression_of(head: bytes) -> str | None:
    if head.startswith(GZIP_MAGIC):
        return "gz"
    return "zst" if head.startswith(ZSTD_MAGIC) else None


def _format_of(head: bytes) -> str | None:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"WARC/"):
        return "wet" if b"\nWARC-Type: conversion" in head else "warc"
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return "jsonl"
    return None


def _decoded(head: bytes, compression: str | None) -> bytes:
    """Returns what the start of a file decodes to, as far as it can be decoded."""
    try:
        if compression == "gz":
            return zlib.decompressobj(wbits=31).decompress(head, 1 << 16)
        if compression == "zst":
            return zstandard.ZstdDecompressor().stream_reader(head).read(1 << 16)
    except (zlib.error, zstandard.ZstdError):
        return b""
    return head


def cut_file(
    path: str,
    stream: BinaryIO,
    size: int,
    format: str,
    compression: str | None,
    unit_bytes: int,
) -> list[Piece]:
    """Cuts a file into pieces of about equal size, at least one.

    The pieces depend on the file's content and the arguments only.

    Args:
        path: goes into the pieces.
        stream: the file, seekable.
        size: bytes as stored.
        format: one of `FORMATS`.
        compression: `gz`, `zst` or None.
        unit_bytes: decompressed bytes that a piece should have at most.

    Raises:
        ValueError: `unit_bytes` is not positive or the format is unknown.

    >>> import io
    >>> [(p.start, p.end) for p in cut_file("a", io.BytesIO(bytes(50)), 50, "jsonl", None, 20)]
    [(0, 17), (17, 33), (33, None)]
    """
    if unit_bytes < 1:
        raise ValueError(f"unit_bytes must be at least 1, got {unit_bytes}")
    if format not in FORMATS:
        raise ValueError(f"format must be one of {', '.join(FORMATS)}, got {format!r}")
    cuts: Sequence[int] = ()
    if format == "parquet":
        cuts = _row_group_cuts(stream, unit_bytes)
    elif format == "jsonl" and compression is not None:
        if size * _HIGH_RATIO > unit_bytes:
            total = int(size * _ratio(stream, compression))
            cuts = _even_cuts(total, min(_MAX_STREAM_PIECES, math.ceil(total / unit_bytes)))
    elif format == "jsonl" or (format in ("warc", "wet") and compression is None):
        cuts = _even_cuts(size, math.ceil(size / unit_bytes))
    elif format in ("warc", "wet") and compression == "gz":
        cuts = _even_cuts(size, math.ceil(size * _WARC_RATIO / unit_bytes))
    starts, ends = [0, *cuts], [*cuts, None]
    return [
        Piece(path, format, compression, start, end)
        for start, end in zip(starts, ends, strict=True)
    ]


def _even_cuts(total: int, pieces: int) -> list[int]:
    """Returns the inner borders of `pieces` equal parts, leaving out empty parts.

    >>> _even_cuts(10, 3), _even_cuts(2, 4), _even_cuts(0, 0)
    ([3, 7], [1], [])
    """
    borders = {(total * i + pieces // 2) // pieces for i in range(1, pieces)}
    return sorted(borders - {0, total})


def _ratio(stream: BinaryIO, compression: str) -> float:
    """Estimates decompressed bytes for each compressed byte from the start of the file."""
    decoded = 0
    stream.seek(0)
    sample = _Sample(stream)
    try:
        for block in decompressed_blocks(sample, compression):  # type: ignore[arg-type]
            decoded += len(block)
            if decoded >= _SAMPLE_DECODED_BYTES:
                break
    except DamagedStreamError:
        pass
    return decoded / max(1, sample.given)


class _Sample:
    """Shows the first `_SAMPLE_BYTES` of a stream, enough of a file for decompression."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.given = 0

    def seek(self, position: int) -> None:
        self._stream.seek(position)
        self.given = position

    def read(self, size: int) -> bytes:
        data = self._stream.read(min(size, _SAMPLE_BYTES - self.given))
        self.given += len(data)
        return data


def _row_group_cuts(stream: BinaryIO, unit_bytes: int) -> list[int]:
    """Returns row groups at which pieces start; none for a file whose footer cannot be read."""
    try:
        metadata = pq.ParquetFile(stream).metadata
    except (pa.ArrowException, OSError, LookupError, ValueError):
        return []  # The reader gives the row that stands for the file.
    sizes = [metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups)]
    total = sum(sizes)
    pieces = max(1, math.ceil(total / unit_bytes))
    cuts: list[int] = []
    before, filled = 0, 0
    for group, size in enumerate(sizes):
        # The piece is the one in which the middle of the row group lies.
        piece = (2 * before + size) * pieces // max(1, 2 * total)
        if group and piece > filled:
            cuts.append(group)
        filled = piece
        before += size
    return cuts
