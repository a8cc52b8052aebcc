"""Submissions and comments as Reddit's interface and the dumps of it have them: JSON, one a line.

A submission has `title` and `selftext`, a comment `body`, `link_id` (its submission) and
`parent_id` (what it replies to). Ids are full names: `t3_` of submissions, `t1_` of comments. Who
wrote a post is looked at and not kept.
"""

import datetime
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final

import orjson
import pyarrow as pa

from corpus_pipeline.sources.json_objects import EXCERPT_BYTES, is_dense, tolerant_loads
from corpus_pipeline.sources.jsonl import BOM, json_lines, record_limit
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.posts import OVER_18, Document, Post, PostOptions
from corpus_pipeline.sources.records import Count, ReadOptions, excerpt
from corpus_pipeline.sources.threads import PostFormat, Unread, read_posts

_SUBMISSION, _COMMENT = "t3_", "t1_"
_ADDRESS = "https://www.reddit.com"
#: What stands where a text was.
_DELETED, _REMOVED = "[deleted]", ("[removed]", "[removed by reddit]", "[ removed by reddit ]")
#: Bots are called so, or answer to one of these names.
_BOT = re.compile(r".*bot|automoderator|autotldr|autowikibot|.*[-_]bot[-_]?\d*", re.I | re.S)
#: The interface writes these three signs as entities, and no others.
_ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
#: Seconds since 1970 that a date of four digits can be written for.
_LATEST = 253402300799


def read_reddit(
    stream: BinaryIO, piece: Piece, options: ReadOptions, count: Count
) -> Iterator[pa.RecordBatch]:
    """Reads the submissions and comments of a piece as text.

    Args:
        stream: the file, seekable.
        piece: of format `reddit`.
        options: bounds, and which posts are read.
        count: told of `skipped-…` for posts that are left out.

    Yields:
        Batches of schema `RECORDS`, one row for each post that is read, and for each line that is
        no post.

    >>> import io
    >>> lines = (
    ...     '{"id": "a", "title": "Oaks &amp; elms", "selftext": "Which?", "score": 3}\\n'
    ...     '{"id": "b", "link_id": "t3_a", "parent_id": "t3_a", "body": "[deleted]"}\\n'
    ... )
    >>> piece = Piece("RS_2012-01.zst", "reddit", None, 0, None)
    >>> [batch] = read_reddit(io.BytesIO(lines.encode()), piece, ReadOptions(), print)
    skipped-deleted 1
    >>> batch.select(["id", "text", "metadata"]).to_pylist()[0]["text"]
    'Oaks & elms\\n\\nWhich?'
    """
    return read_posts(stream, piece, options, count, REDDIT)


def _posts(
    stream: BinaryIO, piece: Piece, options: ReadOptions, count: Count
) -> Iterator[Post | Unread]:
    """Yields the posts of a piece, and the lines that are none."""
    for offset, content, problem, times in json_lines(stream, piece, record_limit(options)):
        line = bytes(content).removeprefix(BOM) if offset == 0 else bytes(content)
        if problem is None and not line.strip():
            count("skipped-blank-line", times)
            continue
        fields: Any = None
        if problem is None:
            fields, problem = _parsed(line)
        post = None if problem is not None else _post(offset, fields, options.posts)
        if post is None:
            shown = excerpt(line[:EXCERPT_BYTES])
            reason = problem or "read-missing-text"
            yield Unread(offset, {"metadata": shown, "drop_reason": reason})
        else:
            yield post


def _parsed(line: bytes) -> tuple[Any, str | None]:
    """Returns (the object of a line, None) or (None, why there is none)."""
    if is_dense(line):
        return None, "read-too-large"
    try:
        fields = orjson.loads(line)
    except orjson.JSONDecodeError:
        fields, problem = tolerant_loads(line)
        if problem is not None:
            return None, problem
    return (fields, None) if isinstance(fields, dict) else (None, "read-not-an-object")


def _post(offset: int, fields: Mapping[str, Any], options: PostOptions) -> Post | None:
    """Returns the post that an object describes; None if it has no id or no text."""
    id_ = _text(fields, "id")
    is_comment = isinstance(fields.get("body"), str)
    if not id_ or not (is_comment or isinstance(fields.get("title"), str)):
        return None
    kind = _COMMENT if is_comment else _SUBMISSION
    texts = ("body",) if is_comment else ("title", "selftext")
    parts = [text for name in texts if (text := _unescaped(_text(fields, name)).strip())]
    link = _text(fields, "link_id") if is_comment else ""
    score, created = fields.get("score"), _time(fields.get("created_utc"))
    metadata: dict[str, Any] = {"type": "comment" if is_comment else "submission"}
    metadata |= {
        name: value
        for name, value in (
            ("subreddit", _text(fields, "subreddit")),
            ("title", "" if is_comment else _text(fields, "title")),
            ("thread", link),
            ("parent", _text(fields, "parent_id") if is_comment else ""),
            ("created", created),
        )
        if value
    }
    if type(score) is int:
        metadata["score"] = score
    named = kind + id_.removeprefix(kind)
    permalink = _text(fields, "permalink")
    return Post(
        record=offset,
        id=named,
        thread=link or named,
        parent=(_text(fields, "parent_id") or link) if is_comment else "",
        score=score if type(score) is int else None,
        created=created,
        url=_ADDRESS + permalink if permalink.startswith("/") else None,
        metadata=metadata,
        content="\n\n".join(parts),
        skipped=_left_out(fields, parts, options),
    )


def _left_out(fields: Mapping[str, Any], parts: list[str], options: PostOptions) -> str | None:
    """Says why a post is no document."""
    author = _text(fields, "author")
    if fields.get("over_18") is True and not options.over_18:
        return OVER_18
    if fields.get("removed_by_category") or any(part.lower() in _REMOVED for part in parts):
        return "removed"
    if author == _DELETED or any(part.lower() == _DELETED for part in parts):
        return "deleted"
    if not options.bots and _BOT.fullmatch(author):
        return "bot"
    return None if parts else "empty"


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _unescaped(text: str) -> str:
    """Undoes the entities of the interface, each once.

    >>> _unescaped("a &lt; b &amp;amp; c")
    'a < b &amp; c'
    """
    for entity, sign in _ENTITIES:
        text = text.replace(entity, sign)
    return text


def _time(value: Any) -> str:
    """Writes seconds since 1970, a number or its digits, as a date and time.

    >>> _time(1325376000), _time("1325376000"), _time(None), _time(-5)
    ('2012-01-01T00:00:00Z', '2012-01-01T00:00:00Z', '', '')
    """
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 13:
        value = int(value)
    if isinstance(value, float) and value == value:
        value = int(value) if abs(value) < _LATEST else None
    if type(value) is not int or not 0 <= value <= _LATEST:
        return ""
    at = datetime.datetime.fromtimestamp(value, datetime.UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _content(document: Document) -> dict[str, Any]:
    """Writes posts one below the other."""
    return {"text": "\n\n".join(post.content for post in document.posts).encode()}


REDDIT = PostFormat(posts=_posts, columns=_content, in_file=False)
