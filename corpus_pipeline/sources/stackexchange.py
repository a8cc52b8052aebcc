"""Posts of Stack Exchange: questions and answers, one record each, as their dumps have them.

`Posts.xml` is a list of rows in the order of their numbers, so the answers to a question may stand
gigabytes behind it: they are records of their own, with the number of their question.
https://meta.stackexchange.com/questions/2677 describes the columns.
"""

import html
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import orjson
import pyarrow as pa

from corpus_pipeline.extract.media_types import FRAGMENT
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.records import Count, ReadOptions, RecordsBuilder, excerpt
from corpus_pipeline.sources.xml_elements import Element, elements, parse_element, xml_blocks

#: In an attribute each of `<>&"` has four to six bytes.
_ROW_FACTOR = 6
_ROW_SLACK = 1 << 20
#: PostTypeId -> what the post is; others (wikis of tags, elections) are no documents.
_TYPES = {"1": "question", "2": "answer"}
#: Attribute -> name in `metadata`, of texts and of numbers.
_TEXTS = {"Title": "title", "CreationDate": "created", "ContentLicense": "license"}
_NUMBERS = {"ParentId": "parent", "AcceptedAnswerId": "accepted", "Score": "score"}
_NUMBER = re.compile(r"-?[0-9]{1,18}\Z")
_TAG = re.compile(r"[^<>|]+")
_SITE = re.compile(r"([a-z0-9-]+(?:\.[a-z0-9-]+)+?)(?:-Posts)?\Z")


def read_stackexchange(
    stream: BinaryIO, piece: Piece, options: ReadOptions, count: Count
) -> Iterator[pa.RecordBatch]:
    """Reads the questions and answers of a piece as HTML, which *extract* makes text of.

    Args:
        stream: the file, seekable.
        piece: of format `stackexchange`.
        options: bounds.
        count: told of `skipped-post-type-N` for posts that are neither.

    Yields:
        Batches of schema `RECORDS`, one row for each question or answer and for each damage.

    >>> import io
    >>> dump = (
    ...     '<posts><row Id="4" PostTypeId="1" Score="7" Body="&lt;p&gt;Why?" Title="A &amp;amp; B"'
    ...     ' Tags="|c|d|" /><row Id="5" PostTypeId="2" ParentId="4" Body="So." />'
    ...     '<row Id="6" PostTypeId="5" Body="about tags" /></posts>'
    ... )
    >>> piece = Piece("ai.stackexchange.com/Posts.xml", "stackexchange", None, 0, None)
    >>> [batch] = read_stackexchange(io.BytesIO(dump.encode()), piece, ReadOptions(), print)
    skipped-post-type-5 1
    >>> for row in batch.select(["id", "url", "raw"]).to_pylist():
    ...     print(*row.values())
    4 https://ai.stackexchange.com/q/4 b'<h1>A &amp;amp; B</h1>\\n<p>Why?'
    5 https://ai.stackexchange.com/a/5 b'So.'
    >>> batch["metadata"][0].as_py()
    '{"score":7,"tags":["c","d"],"title":"A &amp; B","type":"question"}'
    """
    rows = RecordsBuilder(options.batch_bytes)
    site = _SITE.match(PurePosixPath(piece.path).parent.name)
    limit = _ROW_FACTOR * options.max_document_bytes + _ROW_SLACK
    for element in elements(xml_blocks(stream, piece), b"<row ", b"/>", b"posts", limit):
        columns = _columns(element, site[1] if site else None, options.max_document_bytes, count)
        if columns is not None:
            yield from rows.add(element.offset, **columns)
    yield from rows.finish()


def _columns(
    element: Element, site: str | None, max_bytes: int, count: Count
) -> dict[str, Any] | None:
    """Returns the columns of a row; None if it is neither a question nor an answer."""
    found: dict[str, str] = {}
    problem = element.problem or parse_element(
        element.content, lambda _, attributes: found.update(attributes), _ignore, _ignore
    )
    if problem is not None:
        return {"metadata": excerpt(element.content), "drop_reason": problem}
    number = found.get("PostTypeId", "")
    kind = _TYPES.get(number)
    if kind is None:
        known = number if _NUMBER.match(number) and len(number) < 4 else "unknown"
        count(f"skipped-post-type-{known}", 1)
        return None
    columns: dict[str, Any] = {"id": found.get("Id")}
    if site is not None and found.get("Id"):
        columns["url"] = f"https://{site}/{kind[0]}/{found['Id']}"
    metadata: dict[str, Any] = {"type": kind}
    metadata |= {name: found[key] for key, name in _TEXTS.items() if found.get(key)}
    metadata |= {
        name: int(found[key]) for key, name in _NUMBERS.items() if _NUMBER.match(found.get(key, ""))
    }
    if tags := _TAG.findall(found.get("Tags", "")):
        metadata["tags"] = tags
    body = found.get("Body")
    title = f"<h1>{html.escape(found['Title'], quote=False)}</h1>\n" if found.get("Title") else ""
    raw = f"{title}{body}".encode()
    if body is None or len(raw) > max_bytes:
        return {
            **columns,
            "metadata": orjson.dumps(metadata, option=orjson.OPT_SORT_KEYS),
            "drop_reason": "read-null-text" if body is None else "read-too-large",
        }
    return {
        **columns,
        "metadata": orjson.dumps(metadata, option=orjson.OPT_SORT_KEYS),
        "raw": raw,
        "mime": FRAGMENT,
    }


def _ignore(_: str) -> None:
    """Rows have neither content nor elements."""
