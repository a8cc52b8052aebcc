"""Which format a file has, and how it is cut into pieces that are read independently.

What `start` and `end` of a piece count, and which records belong to the piece:

    format       compression   counts                        a record belongs to the piece in which
    jsonl        None          bytes of the file             its first byte lies
    jsonl        any           bytes of the decompressed     its first byte lies (each piece decodes
                               stream                        from the beginning and skips)
    json         any           nothing: never cut
    warc, wet    None          bytes of the file             its first byte lies
    warc, wet    gz            bytes of the compressed file  its gzip member starts
    warc, wet    all others    nothing: never cut
    parquet      None          row groups                    its row group lies
    XML_ROOTS    None          bytes of the file             its first byte lies
    XML_ROOTS    bz2           bytes of the compressed file  the bzip2 stream starts in which its
                                                             first byte lies
    XML_ROOTS    all others    nothing: never cut
    text, html   any           nothing: never cut

Reading all pieces gives the records of the file, each once, however it is cut.
"""

import dataclasses
import io
import math
import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from corpus_pipeline.errors import InputError
from corpus_pipeline.sources.bzip2_streams import next_stream
from corpus_pipeline.sources.compressed import DamagedStreamError, decompressed_blocks
from corpus_pipeline.sources.containers import (
    COMPRESSIONS,
    compression_of,
    container_by_name,
    container_of,
    is_plain_text,
    wide_encoding_of,
)
from corpus_pipeline.sources.formats import (
    FORMAT_BY_SUFFIX,
    FORMATS,
    LIKE,
    OPENED,
    SINGLE,
    XML_ROOTS,
)
from corpus_pipeline.sources.json_values import is_lines

#: Bytes that show the format of a file; of bzip2, whose first block must be there as a whole, more.
HEAD_BYTES = 1 << 16
_BZIP2_HEAD_BYTES = 1 << 20

#: Compressed bytes that are decoded to estimate how well a file is compressed; bzip2 takes a second
#: for four times as many.
_SAMPLE_BYTES = 4 << 20
_BZIP2_SAMPLE_BYTES = 1 << 20
#: Every piece of a compressed JSONL file decodes what lies before it; more pieces waste more.
_MAX_STREAM_PIECES = 16
_SAMPLE_DECODED_BYTES = 64 << 20
#: Text is hardly ever compressed better: smaller files are one piece without a look inside.
_HIGH_RATIO = 20
#: Decompressed bytes that are assumed for each byte of .warc.gz; only balances pieces.
_WARC_RATIO = 4
#: The same for each byte of .xml.bz2.
_BZIP2_RATIO = 4
#: Of a file of many bzip2 streams the second one begins so early: a block has 900,000 bytes.
_BZIP2_STREAM_BYTES = 1 << 20


_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{|\[\s*\{)")
_STRINGS = re.compile(rb'(?:\xef\xbb\xbf)?\s*\[\s*"')
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|error)", re.IGNORECASE)
_XML_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^>]*+>\s*+)?(?:<!--(?:(?!-->).)*+-->\s*+)*+<(\w++)[\s>]",
    re.DOTALL,
)
#: A page, behind comments such as that of a browser which saved it.
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^>]*+>\s*+)?(?:<!--(?:(?!-->).)*+-->\s*+)*+"
    rb"<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)


class ForeignFileError(InputError):
    """A file is of a kind that no reader reads, and its name promises nothing else.

    In a folder it may lie beside the documents; a file that is called .jsonl and is none is damage.
    """


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
    """One of `containers.COMPRESSIONS` or None."""
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


def bytes_to_see(head: bytes) -> int:
    """Returns how many bytes `detect_format` needs of a file that begins so.

    >>> bytes_to_see(b"{}"), bytes_to_see(b"BZh91AY&SY")
    (65536, 1048576)
    """
    return _BZIP2_HEAD_BYTES if compression_of(head) == "bz2" else HEAD_BYTES


def detect_format(path: str, head: bytes, declared: str = "auto") -> tuple[str, str | None]:
    """Tells the format and the compression of a file.

    The compression is what the first bytes say; the name counts only for bytes that say nothing.
    The format is what the configuration says, else the name, else the content.

    Args:
        path: only the name counts.
        head: the first bytes of the file as stored, `bytes_to_see` of them; may be empty.
        declared: one of `FORMATS`, `dataset`, or `auto`.

    Returns:
        One of `FORMATS` (or `dataset` if that is declared), and `gz`, `zst`, `bz2`, `xz`, `lzma` or
        None. `jsonl` whose objects are not one on each line is `json`.

    Raises:
        ForeignFileError: neither the name nor the content is known, or the content is of a kind
            that no reader reads and the name says nothing else.
        InputError: the content is of a kind that no reader reads, or not what the name or the
            configuration says.

    >>> detect_format("crawl/CC-MAIN-0.warc.wet.gz", b"")
    ('wet', 'gz')
    >>> detect_format("notes", b'{"text": "hello"}'), detect_format("a.jsonl", b'[{"text": "a"}]')
    (('jsonl', None), ('json', None))
    """
    suffixes = [suffix.lower() for suffix in PurePosixPath(path).suffixes]
    named = COMPRESSIONS.get(suffixes[-1]) if suffixes else None
    if named or container_by_name(path):
        suffixes.pop()
    by_name = FORMAT_BY_SUFFIX.get(suffixes[-1]) if suffixes else None
    compression = compression_of(head)
    # A download may have been decompressed on its way and kept its name.
    if compression is None and not (is_plain_text(head) or _format_of(head)):
        compression = named
    if declared in OPENED:
        return declared, compression
    start = _decoded(head, compression)
    format_ = by_name if declared == "auto" else declared
    # One text that is something else costs itself: its reader gives the row.
    if not (format_ in SINGLE and by_name in SINGLE):
        if start.startswith(b"filedesc://"):
            raise ForeignFileError(
                f"{path}: is an ARC file, the format before WARC, which is not read; "
                "convert it (for example with `warcio recompress`)"
            )
        if (found := _not_read(path, head, compression, start)) is not None:
            raise (ForeignFileError if by_name is None else InputError)(f"{path}: {found}")
    format_ = format_ or _format_of(start) or ("html" if _PAGE.match(start) else None)
    if format_ is None:
        raise ForeignFileError(
            f"{path}: neither its name nor its first bytes tell its format; "
            f"name it in the configuration (`format:` one of {', '.join(FORMATS)})"
        )
    _refuse_content(path, format_, compression, start)
    if LIKE.get(format_) == "jsonl" and not is_lines(start):
        if format_ != "jsonl":
            raise InputError(
                f"{path}: is JSON, but not one object on each line, as {format_} is; convert it "
                "(for example with `jq -c '.[]'`)"
            )
        format_ = "json"
    return format_, compression


def _not_read(path: str, head: bytes, compression: str | None, start: bytes) -> str | None:
    """Says what hides its records from all readers, by itself or inside a compression."""
    if compression is not None and (twice := compression_of(start)):
        return f"is compressed twice ({twice} in {compression}); decompress it once"
    found = container_of(start)
    if found is None and head and not is_plain_text(start) and _format_of(start) is None:
        found = container_by_name(path)
    if found is None:
        return None
    inside = f" inside {compression}" if compression else ""
    return f"is {found.what}{inside}; {found.remedy}"


def _refuse_content(path: str, format_: str, compression: str | None, start: bytes) -> None:
    """Refuses content that the reader of its format cannot make documents of."""
    if format_ in SINGLE:
        return
    content = _format_of(start)
    if "parquet" in (format_, content) and compression is not None:
        raise InputError(
            f"{path}: is a Parquet file inside {compression}; decompress it, "
            "Parquet compresses its pages itself"
        )
    if format_ in XML_ROOTS and content != format_:
        raise InputError(
            f"{path}: is no {format_} by its first bytes, which lack the element "
            f"<{XML_ROOTS[format_]}>; correct its name or, in the configuration, `format:`"
        )
    if content not in XML_ROOTS and _MARKUP.match(start):
        raise InputError(
            f"{path}: is an HTML or XML page and not {format_}, perhaps what a server answered "
            "instead of the file; fetch it again"
        )
    wanted = {**LIKE, "dataset": "parquet", "json": "jsonl", "wet": "warc"}.get(format_, format_)
    if content is not None and {"wet": "warc"}.get(content, content) != wanted:
        raise InputError(
            f"{path}: is {content} by its first bytes and not {format_}; correct its name or, in "
            f"the configuration, `format:`"
        )
    if wanted == "parquet" and content is None and is_plain_text(start):
        raise InputError(f"{path}: is text and not Parquet; correct its name or `format:`")
    if wanted == "jsonl" and (encoding := wide_encoding_of(start)):
        raise InputError(
            f"{path}: is JSON in {encoding}, only UTF-8 is read; convert it (for example with "
            f"`iconv -f {encoding} -t UTF-8`)"
        )
    if wanted == "jsonl" and _STRINGS.match(start):
        raise InputError(
            f"{path}: holds an array of strings, a document must be an object; convert it (for "
            "example with `jq -c '.[] | {text: .}'`)"
        )


def _format_of(head: bytes) -> str | None:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"WARC/"):
        return "wet" if b"\nWARC-Type: conversion" in head else "warc"
    if (root := _XML_ROOT.match(head)) is not None:
        name = root[1].decode("ascii", "replace")
        return next((each for each, found in XML_ROOTS.items() if found == name), None)
    return "jsonl" if _JSON.match(head) else None


def _decoded(head: bytes, compression: str | None) -> bytes:
    """Returns what the start of a file decodes to, as far as it can be decoded."""
    parts: list[bytes] = []
    size = 0
    try:
        for block in decompressed_blocks(io.BytesIO(head), compression):
            parts.append(block)
            size += len(block)
            if size >= HEAD_BYTES:
                break
    except DamagedStreamError:
        pass
    return b"".join(parts)[:HEAD_BYTES]


def is_looked_into(format: str, compression: str | None) -> bool:
    """Tells whether `cut_file` needs the content of such a file, or its size alone.

    >>> is_looked_into("parquet", None), is_looked_into("text", "gz")
    (True, False)
    """
    format = LIKE.get(format, format)
    return (
        format == "parquet"
        or (format == "jsonl" and compression is not None)
        or (format in XML_ROOTS and compression == "bz2")
    )


def cut_file(
    path: str,
    stream: BinaryIO | None,
    size: int,
    format: str,
    compression: str | None,
    unit_bytes: int,
) -> list[Piece]:
    """Cuts a file into pieces of about equal size, at least one.

    The pieces depend on the file's content and the arguments only.

    Args:
        path: goes into the pieces.
        stream: the file, seekable; None will do unless `is_looked_into`.
        size: bytes as stored.
        format: one of `FORMATS`.
        compression: as `detect_format` tells it.
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
    like = LIKE[format]
    if stream is None and is_looked_into(format, compression):
        raise ValueError(f"{format} cannot be cut without a look at its content")
    cuts: Sequence[int] = ()
    if like == "parquet":
        assert stream is not None
        cuts = _row_group_cuts(stream, unit_bytes)
    elif like == "jsonl" and compression is not None:
        assert stream is not None
        if size * _HIGH_RATIO > unit_bytes:
            total = int(size * _ratio(stream, compression))
            cuts = _even_cuts(total, min(_MAX_STREAM_PIECES, math.ceil(total / unit_bytes)))
    elif like in ("jsonl", "warc", "wet", *XML_ROOTS) and compression is None:
        cuts = _even_cuts(size, math.ceil(size / unit_bytes))
    elif format in XML_ROOTS and compression == "bz2":
        assert stream is not None
        if next_stream(stream, 1, _BZIP2_STREAM_BYTES) is not None:
            cuts = _even_cuts(size, math.ceil(size * _BZIP2_RATIO / unit_bytes))
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
    sample = _Sample(stream, _BZIP2_SAMPLE_BYTES if compression == "bz2" else _SAMPLE_BYTES)
    try:
        for block in decompressed_blocks(sample, compression):  # type: ignore[arg-type]
            decoded += len(block)
            if decoded >= _SAMPLE_DECODED_BYTES:
                break
    except DamagedStreamError:
        pass
    return decoded / max(1, sample.given)


class _Sample:
    """Shows the first bytes of a stream, enough of a file for decompression."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        self._size = size
        self.given = 0

    def seek(self, position: int) -> None:
        self._stream.seek(position)
        self.given = position

    def read(self, size: int) -> bytes:
        data = self._stream.read(min(size, self._size - self.given))
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
