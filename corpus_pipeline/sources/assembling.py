"""Records that have a field in common become one document: pages of a book, files of a repository.

They are grouped within a unit of work, as threads are (`threads.py`), so no engine shuffles
anything: the plan puts all files of one folder into one unit, or all files of one repository.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import orjson
import pyarrow as pa

from corpus_pipeline.sources.grouping import Grouping, Spill
from corpus_pipeline.sources.json_objects import tolerant_loads, with_entries, written_number
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.plain import plain_text
from corpus_pipeline.sources.records import Count, ReadOptions
from corpus_pipeline.sources.shapes import JoinOptions, filled, folders_of
from corpus_pipeline.sources.threads import GROUP_BYTES, PathRows


class _Part(NamedTuple):
    """A record that is joined with others."""

    file: int
    record: int
    url: str | None
    metadata: str | None
    fields: dict[str, Any]
    """Its metadata, id and address by their names; `group` is what all parts have in common."""
    text: str


class _Document(NamedTuple):
    """Parts that make one document."""

    first: _Part
    parts: int
    text: bytes


def read_assembled(
    files: Iterable[tuple[Piece, Iterable[pa.RecordBatch]]],
    options: ReadOptions,
    count: Count,
    spill: Spill,
) -> Iterator[tuple[list[str], pa.RecordBatch]]:
    """Yields the documents that the records of all files of a unit of work make.

    Records that cannot be read, that lack the field, or that are pages come first, as they stand in
    the files, each a row of its own; then documents, in an order that depends on the field alone.
    Memory as of `threads.read_threads`.

    Args:
        files: (whole file, its records), each open while it is asked for.
        options: bounds, and `join`, which says what is joined.
        count: told of `joined-record` for every record that is no document by itself.
        spill: opens a file for what is not held.

    Yields:
        (path of each row's file, batch of schema `RECORDS`).
    """
    how = options.join
    rows = PathRows(options.batch_bytes)
    grouping = Grouping(max(GROUP_BYTES, 2 * options.max_document_bytes), spill)
    paths = []
    for number, (piece, batches) in enumerate(files):
        paths.append(piece.path)
        for columns in (row for batch in batches for row in batch.to_pylist()):
            found = _part(columns, number, piece.path, how)
            if found is None:
                record = columns.pop("record")
                for name in ("metadata", "text"):
                    columns[name] = None if columns[name] is None else columns[name].encode()
                yield from rows.add(piece.path, record, columns)
            else:
                grouping.add(found[0].encode(), orjson.dumps(tuple(found[1])))
    for group in grouping.groups():
        parts = [_Part(*orjson.loads(record)) for record in group.records]
        parts.sort(key=lambda part: _rank(part.fields.get(how.order)) if how.order else ())
        if group.too_large:
            made = [_Document(parts[0], group.size, b"")]
        else:
            made = list(_documents(parts, how))
        if group.size > len(made):
            count("joined-record", group.size - len(made))
        for number, document in enumerate(made):
            too_large = group.too_large or len(document.text) > options.max_document_bytes
            columns = _columns(document, number if how.bounded else None, too_large)
            yield from rows.add(paths[document.first.file], document.first.record, columns)
    yield from rows.finish()


def _part(
    columns: dict[str, Any], file: int, path: str, how: JoinOptions
) -> tuple[str, _Part] | None:
    """Returns a record with the key of its group; None if it is a row by itself."""
    text = plain_text(columns)
    if text is None or columns["drop_reason"] is not None:
        return None
    metadata = columns["metadata"]
    fields = {} if metadata is None else orjson.loads(metadata)
    fields |= {name: columns[name] for name in ("id", "url") if columns[name] is not None}
    archive = None
    if how.folders is not None and isinstance(fields.get("path"), str):
        if fields["path"] == path:
            fields["path"] = path.removeprefix(how.root)
        elif columns["id"] is None:
            archive = path
    key = fields.get(how.by)
    if type(key) is float and metadata is not None:
        # One over 64 bits has lost digits, which may be all that tells it from another.
        key = tolerant_loads(metadata.encode())[0].get(how.by)
        key = orjson.dumps(key, default=written_number).decode()
    if key is None or isinstance(key, (dict, list)):
        return None
    group = key if isinstance(key, str) else orjson.dumps(key).decode()
    if how.folders is not None:
        if how.folders == 0 and archive is None:
            return None
        found = folders_of(group, how.folders)
        if found is None:
            return None
        group = found or path.removeprefix(how.root)
    fields["group"] = group
    part = _Part(file, columns["record"], columns["url"], metadata, fields, text)
    return f"{archive or ''}\0{group}", part


def _rank(value: Any) -> tuple[Any, ...]:
    """Sorts numbers before texts, and what has none of them last.

    >>> sorted([None, "b", 10, "a", 2.5, True], key=_rank)
    [True, 2.5, 10, 'a', 'b', None]
    """
    if isinstance(value, (int, float)):
        return 0, value
    return (1, value) if isinstance(value, str) else (2,)


def _documents(parts: list[_Part], how: JoinOptions) -> Iterator[_Document]:
    """Yields the documents that parts make, as many in each as may be."""
    first: _Part | None = None
    texts: list[str] = []
    size = 0
    for part in parts:
        text = filled(how.heading, part.fields) + part.text
        longer = size + len(how.separator) + len(text)
        full = how.max_chars is not None and longer > how.max_chars
        full |= len(texts) == how.max_records
        if first is not None and full:
            yield _Document(first, len(texts), how.separator.join(texts).encode())
            first, texts = None, []
        if first is None:
            first = part
            text = filled(how.title, part.fields) + text
            longer = len(text)
        texts.append(text)
        size = longer
    if first is not None:
        yield _Document(first, len(texts), how.separator.join(texts).encode())


def _columns(document: _Document, number: int | None, too_large: bool) -> dict[str, Any]:
    """Returns the columns of a document; those of its first part, but for id, text and counts."""
    first = document.first
    group = first.fields["group"]
    columns: dict[str, Any] = {
        "id": group if number is None else f"{group}#{number}",
        "url": first.url,
    }
    if too_large:
        return {**columns, "drop_reason": "read-too-large"}
    entries = {"records": document.parts} | ({} if number is None else {"segment": number})
    return {**columns, "metadata": with_entries(first.metadata, entries), "text": document.text}
