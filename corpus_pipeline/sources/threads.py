"""Rows of posts: one each, or one for each thread of all files of a unit of work.

The readers of single formats say what their posts are (`PostFormat`); all the rest is the same.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO, NamedTuple

import orjson
import pyarrow as pa

from corpus_pipeline.sources.grouping import Grouping, Spill
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.posts import (
    Document,
    Post,
    from_bytes,
    judged,
    to_bytes,
    woven,
)
from corpus_pipeline.sources.records import Count, ReadOptions, RecordsBuilder

#: Bytes of posts that are held at least; a thread may have as many.
GROUP_BYTES = 64 << 20


class Unread(NamedTuple):
    """A record that is no post: a row with a reason."""

    record: int
    columns: dict[str, Any]


class PostFormat(NamedTuple):
    """What is known of the posts of one format."""

    posts: Callable[[BinaryIO, Piece, ReadOptions, Count], Iterator[Post | Unread]]
    """Reads the posts of a piece; what is neither post nor unread record is counted."""
    columns: Callable[[Document], dict[str, Any]]
    """Makes `text`, or `raw` with its media type, of the posts of a document."""
    in_file: bool
    """Ids are unique within a file only: no thread goes beyond it."""


def read_posts(
    stream: BinaryIO, piece: Piece, options: ReadOptions, count: Count, how: PostFormat
) -> Iterator[pa.RecordBatch]:
    """Yields the posts of a piece as a document each, those that are left out counted."""
    rows = RecordsBuilder(options.batch_bytes)
    for found in how.posts(stream, piece, options, count):
        if isinstance(found, Unread):
            yield from rows.add(found.record, **found.columns)
            continue
        post = judged(found, options.posts)
        if post.skipped is not None:
            count(f"skipped-{post.skipped}", 1)
        else:
            yield from rows.add(post.record, **_columns(Document((post,), 0), options, how))
    yield from rows.finish()


def read_threads(
    files: Iterable[tuple[Piece, BinaryIO]],
    options: ReadOptions,
    count: Count,
    how: PostFormat,
    spill: Spill,
) -> Iterator[tuple[list[str], pa.RecordBatch]]:
    """Yields the joined documents of all files of a unit of work.

    Records that cannot be read come first, as they stand in the files; then threads, in an order
    that depends on their ids alone. Memory: some 64 MiB of posts three times over, or twice the
    longest document; the rest waits in a file of `spill`.

    Args:
        files: whole files, each open while it is asked for.
        options: bounds, and `posts`, which says what is joined.
        count: told of posts that are no document by themselves, see `woven`.
        how: the format of all files.
        spill: opens that file.

    Yields:
        (path of each row's file, batch of schema `RECORDS`).
    """
    rows = PathRows(options.batch_bytes)
    grouping = Grouping(max(GROUP_BYTES, 2 * options.max_document_bytes), spill)
    paths = []
    for number, (piece, stream) in enumerate(files):
        paths.append(piece.path)
        for found in how.posts(stream, piece, options, count):
            if isinstance(found, Unread):
                yield from rows.add(piece.path, found.record, found.columns)
                continue
            post = judged(found, options.posts)._replace(file=number)
            key = f"{number if how.in_file else ''}\0{post.thread}"
            grouping.add(key.encode(), to_bytes(post))
    for group in grouping.groups():
        posts = [from_bytes(record) for record in group.records]
        if group.too_large:
            count("joined-post", group.size - 1)
            first = posts[0]
            too_large = {"id": first.id, "url": first.url, "drop_reason": "read-too-large"}
            yield from rows.add(paths[first.file], first.record, too_large)
            continue
        for document in woven(posts, options.posts.join, count):
            named = document.posts[document.named]
            columns = _columns(document, options, how)
            yield from rows.add(paths[named.file], named.record, columns)
    yield from rows.finish()


def _columns(document: Document, options: ReadOptions, how: PostFormat) -> dict[str, Any]:
    """Returns the columns of a document."""
    named = document.posts[document.named]
    metadata = dict(named.metadata)
    if options.posts.join != "none":
        metadata["posts"] = len(document.posts)
    columns: dict[str, Any] = {
        "id": named.id or None,
        "url": named.url,
        "metadata": orjson.dumps(metadata, option=orjson.OPT_SORT_KEYS),
    }
    content = how.columns(document)
    size = len(content.get("text") or content.get("raw") or b"")
    if size > options.max_document_bytes:
        return {**columns, "drop_reason": "read-too-large"}
    return {**columns, **content}


class PathRows:
    """Rows of several files, with the path of each."""

    def __init__(self, batch_bytes: int) -> None:
        self._rows = RecordsBuilder(batch_bytes)
        self._paths: list[str] = []

    def add(
        self, path: str, record: int, columns: dict[str, Any]
    ) -> Iterator[tuple[list[str], pa.RecordBatch]]:
        """Adds a row; yields the batch before it, as `RecordsBuilder.add`."""
        for batch in self._rows.add(record, **columns):
            yield self._paths, batch
            self._paths = []
        self._paths.append(path)

    def finish(self) -> Iterator[tuple[list[str], pa.RecordBatch]]:
        """Yields the last batch."""
        for batch in self._rows.finish():
            yield self._paths, batch
