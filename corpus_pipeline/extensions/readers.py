"""Readers of a user's own: `format: ./my_reader.py:read` in an input's section.

    def read(stream):
        for line in stream:
            title, _, text = line.decode().partition("\\t")
            yield {"text": text, "title": title}

The function is given the whole file as it is stored, open and seekable, and yields a mapping or a
string for each record; a mapping is taken as a line of JSONL is: text, id and address under the
names of the input's section, all else is metadata.
"""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import orjson
import pyarrow as pa

from corpus_pipeline.extensions.code import Code, told
from corpus_pipeline.sources.json_objects import columns_of
from corpus_pipeline.sources.records import ReadOptions, RecordsBuilder, excerpt


def is_own(format_: str) -> bool:
    """Says whether the format of an input names code.

    >>> is_own("./my_reader.py:read"), is_own("jsonl")
    (True, False)
    """
    return ":" in format_


def read_own(stream: BinaryIO, code: Code, options: ReadOptions) -> Iterator[pa.RecordBatch]:
    """Reads a file by a user's own function; `record` is the number of the record.

    What is no record is a row with a reason, and so is an exception, which ends the file.

    Yields:
        Batches of schema `RECORDS`.
    """
    rows = RecordsBuilder(options.batch_bytes)
    number = 0
    try:
        for record in code.load()(stream):
            yield from rows.add(number, **_columns(record, options))
            number += 1
    except Exception as error:
        shown = excerpt(b"", error=told(error))
        yield from rows.add(number, metadata=shown, drop_reason="read-broken-file")
    yield from rows.finish()


def _columns(record: Any, options: ReadOptions) -> dict[str, Any]:
    if isinstance(record, str):
        record = {options.text_field: record}
    if not isinstance(record, Mapping):
        shown = excerpt(b"", error=f"a {type(record).__name__}, neither a mapping nor a string")
        return {"metadata": shown, "drop_reason": "read-not-an-object"}
    try:
        content = orjson.dumps(dict(record), default=str)
    except (TypeError, ValueError) as error:
        return {"metadata": excerpt(b"", error=str(error)), "drop_reason": "read-broken-record"}
    if len(content) > options.max_document_bytes:
        return {"metadata": excerpt(content), "drop_reason": "read-too-large"}
    columns = columns_of(content, options)
    assert columns is not None
    return columns
