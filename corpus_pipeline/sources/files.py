"""Trees of files: each file of a folder or of an archive is one document, with its path.

What is not text (programs, pictures, other archives) is a row that says so and is no error.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import orjson
import pyarrow as pa

from corpus_pipeline.sources.archives import Entry, entries
from corpus_pipeline.sources.containers import compression_of, container_of, is_plain_text
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.records import (
    Count,
    ReadOptions,
    RecordsBuilder,
    excerpt,
    text_or_raw,
)

_BOM = b"\xef\xbb\xbf"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
#: Bytes that show whether a file is text, as Git looks at them.
_HEAD_BYTES = 8000


def read_files(
    stream: BinaryIO, piece: Piece, options: ReadOptions, count: Count
) -> Iterator[pa.RecordBatch]:
    """Reads the files of an archive, or the file itself, as a document each.

    Args:
        stream: the file, seekable.
        piece: of format `files`, the whole file.
        options: bounds.
        count: told of `skipped-link`, `skipped-hidden`, `skipped-special` in archives.

    Yields:
        Batches of schema `RECORDS`, one row for each file; text that is not UTF-8 is in `raw`.

    >>> import io
    >>> piece = Piece("src/a.py", "files", None, 0, None)
    >>> [batch] = read_files(io.BytesIO(b"x = 1"), piece, ReadOptions(), print)
    >>> batch.select(["text", "metadata"]).to_pylist()
    [{'text': 'x = 1', 'metadata': '{"extension":"py","path":"src/a.py"}'}]
    """
    rows = RecordsBuilder(options.batch_bytes)
    limit = options.max_document_bytes + len(_BOM)
    for entry in entries(stream, piece, limit, count):
        yield from rows.add(entry.record, **_columns(entry, options.max_document_bytes))
    yield from rows.finish()


def _columns(entry: Entry, max_bytes: int) -> dict[str, Any]:
    content = entry.content.removeprefix(_BOM)
    known = {"path": entry.path, **extension_of(entry.path)} if entry.path else {}
    problem = entry.problem
    if problem is None and len(content) > max_bytes:
        problem = "read-too-large"
    if problem is None and (what := binary(content)) is not None:
        shown = orjson.dumps(known | {"container": what}, option=orjson.OPT_SORT_KEYS)
        return {"metadata": shown, "drop_reason": "read-binary"}
    if problem is not None:
        return {"metadata": excerpt(content, **known), "drop_reason": problem}
    metadata = orjson.dumps(known, option=orjson.OPT_SORT_KEYS)
    return {"metadata": metadata, **text_or_raw(content)}


def extension_of(path: str) -> dict[str, str]:
    """Returns the extension of a path, without its dot and in small letters; none if it has none.

    >>> extension_of("a/B.PY"), extension_of("Makefile")
    ({'extension': 'py'}, {})
    """
    suffix = PurePosixPath(path).suffix.lower().lstrip(".")
    return {"extension": suffix} if suffix else {}


def binary(content: bytes) -> str | None:
    """Says what a file is that is no text; None for text.

    >>> binary(b"plain"), binary(b"\\x89PNG\\r\\n\\x1a\\n"), binary("你".encode("utf-16"))
    (None, 'an image', None)
    """
    head = content[:_HEAD_BYTES]
    if (compression := compression_of(head)) is not None:
        return compression
    if (container := container_of(head)) is not None:
        return container.what
    if b"\0" in head and not head.startswith(_WIDE_MARKS) and not is_plain_text(head):
        return "bytes that are no text"
    return None
