"""Posts of Stack Exchange: questions and answers, as their dumps have them.

`Posts.xml` is a list of rows in the order of their numbers, so the answers to a question may stand
gigabytes behind it: `threads.py` joins them.
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
from corpus_pipeline.sources.posts import Document, Post
from corpus_pipeline.sources.records import Count, ReadOptions, excerpt
from corpus_pipeline.sources.threads import PostFormat, Unread, read_posts
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
        options: bounds, and which posts are read.
        count: told of `skipped-post-type-N` for posts that are neither, and of those left out.

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
    return read_posts(stream, piece, options, count, STACKEXCHANGE)


def _posts(
    stream: BinaryIO, piece: Piece, options: ReadOptions, count: Count
) -> Iterator[Post | Unread]:
    """Yields questions, answers and damages."""
    site = _SITE.match(PurePosixPath(piece.path).parent.name)
    limit = _ROW_FACTOR * options.max_document_bytes + _ROW_SLACK
    for element in elements(xml_blocks(stream, piece), b"<row ", b"/>", b"posts", limit):
        found = _post(element, site[1] if site else None, count)
        if found is not None:
            yield found


def _post(element: Element, site: str | None, count: Count) -> Post | Unread | None:
    """Returns what a row is; None if it is neither a question nor an answer."""
    found: dict[str, str] = {}
    problem = element.problem or parse_element(
        element.content, lambda _, attributes: found.update(attributes), _ignore, _ignore
    )
    if problem is not None:
        columns = {"metadata": excerpt(element.content), "drop_reason": problem}
        return Unread(element.offset, columns)
    number = found.get("PostTypeId", "")
    kind = _TYPES.get(number)
    if kind is None:
        known = number if _NUMBER.match(number) and len(number) < 4 else "unknown"
        count(f"skipped-post-type-{known}", 1)
        return None
    id_ = found.get("Id", "")
    url = f"https://{site}/{kind[0]}/{id_}" if site is not None and id_ else None
    metadata: dict[str, Any] = {"type": kind}
    metadata |= {name: found[key] for key, name in _TEXTS.items() if found.get(key)}
    metadata |= {
        name: int(found[key]) for key, name in _NUMBERS.items() if _NUMBER.match(found.get(key, ""))
    }
    if tags := _TAG.findall(found.get("Tags", "")):
        metadata["tags"] = tags
    if found.get("Body") is None:
        shown = orjson.dumps(metadata, option=orjson.OPT_SORT_KEYS)
        columns = {"id": id_ or None, "url": url, "metadata": shown}
        return Unread(element.offset, {**columns, "drop_reason": "read-null-text"})
    parent = found.get("ParentId", "") if kind == "answer" else ""
    return Post(
        record=element.offset,
        id=id_,
        thread=parent or id_ or f"@{element.offset}",
        parent=parent,
        score=metadata.get("score"),
        created=found.get("CreationDate", ""),
        url=url,
        metadata=metadata,
        content=found["Body"],
    )


def _content(document: Document) -> dict[str, Any]:
    """Writes posts as one piece of HTML, the title of a question above its text."""
    one = len(document.posts) == 1
    parts = []
    for post in document.posts:
        title = html.escape(post.metadata.get("title", ""), quote=False)
        if post.parent:
            parts.append(post.content if one else f"<p>A:</p>\n{post.content}")
        else:
            mark = "" if one else "Q: "
            parts.append(f"<h1>{mark}{title}</h1>\n{post.content}" if title else post.content)
    return {"raw": "\n".join(parts).encode(), "mime": FRAGMENT}


def _ignore(_: str) -> None:
    """Rows have neither content nor elements."""


STACKEXCHANGE = PostFormat(posts=_posts, columns=_content, in_file=True)
