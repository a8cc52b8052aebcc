"""Dumps of MediaWiki (Wikipedia and its sisters): one record for each page of articles.

https://www.mediawiki.org/wiki/Help:Export#Export_format describes the XML. Languages, addresses and
names of namespaces are those of the dump's own header, which every piece reads.
"""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

import orjson
import pyarrow as pa

from corpus_pipeline.extract.wikitext.names import WikiNames
from corpus_pipeline.extract.wikitext.scanner import wikitext_text
from corpus_pipeline.sources.compressed import DamagedStreamError, decompressed_blocks
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.records import (
    EXCERPT_CHARS,
    Count,
    ReadOptions,
    RecordsBuilder,
    excerpt,
)
from corpus_pipeline.sources.xml_elements import Element, elements, parse_element, xml_blocks

#: Bytes in which the header of a dump ends; that of the English Wikipedia has 2,800.
_HEADER_BYTES = 1 << 20
_HEADER = re.compile(rb"<siteinfo>.*?</siteinfo>", re.DOTALL)
_LANGUAGE = re.compile(rb"<mediawiki\b[^>]*\sxml:lang=[\"']([\w-]{1,40})[\"']")
#: A page's text is as long as its element, or longer where nothing has to be escaped; the rest of
#: the element is about who has written it.
_PAGE_FACTOR = 2
_PAGE_SLACK = 1 << 20

_ARTICLES = "0"
_FILES = "6"
_CATEGORIES = "14"
#: What a page is called in the XML -> what it is in the record.
_METADATA = {"title": "title", "timestamp": "timestamp", "revision id": "revision"}


def read_wikipedia(
    stream: BinaryIO, piece: Piece, options: ReadOptions, count: Count
) -> Iterator[pa.RecordBatch]:
    r"""Reads the articles of a piece as text, without markup.

    Args:
        stream: the file, seekable.
        piece: of format `wikipedia`.
        options: bounds.
        count: told of `skipped-namespace-N` for pages of other namespaces than 0.

    Yields:
        Batches of schema `RECORDS`, one row for each page of namespace 0, redirects included, and
        for each damage.

    >>> import io
    >>> dump = (
    ...     '<mediawiki xml:lang="en"><siteinfo><base>https://en.wikipedia.org/wiki/Main_Page</base>'
    ...     "</siteinfo>\n<page><title>Oak tree</title><ns>0</ns><id>7</id><revision>"
    ...     "<timestamp>2024-04-15T14:38:04Z</timestamp><text>An '''oak''' is a [[tree]].</text>"
    ...     "</revision></page>\n<page><title>Talk:Oak</title><ns>1</ns></page></mediawiki>"
    ... )
    >>> piece = Piece("a.xml", "wikipedia", None, 0, None)
    >>> [batch] = read_wikipedia(io.BytesIO(dump.encode()), piece, ReadOptions(), print)
    skipped-namespace-1 1
    >>> for value in batch.select(["id", "url", "metadata", "text"]).to_pylist()[0].values():
    ...     print(value)
    7
    https://en.wikipedia.org/wiki/Oak_tree
    {"language":"en","timestamp":"2024-04-15T14:38:04Z","title":"Oak tree"}
    An oak is a tree.
    """
    rows = RecordsBuilder(options.batch_bytes)
    site = _site(stream, piece)
    limit = _PAGE_FACTOR * options.max_document_bytes + _PAGE_SLACK
    blocks = xml_blocks(stream, piece)
    for element in elements(blocks, b"<page>", b"</page>", b"mediawiki", limit):
        columns = _columns(element, site, options.max_document_bytes, count)
        if columns is not None:
            yield from rows.add(element.offset, **columns)
    yield from rows.finish()


class _Site(NamedTuple):
    """What the header of a dump says."""

    language: str | None
    address: str | None
    """What stands before the title in a page's address."""
    names: WikiNames


class _Fields:
    """Text of the elements of one page, by name."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self.redirect = False
        self.namespaces: dict[str, str] = {}
        self._path: list[str] = []
        self._parts: list[str] = []
        self._key = ""

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        """Takes a start tag."""
        self._path.append(name)
        self._parts = []
        self._key = attributes.get("key", "")
        if name == "redirect" and len(self._path) == 2:
            self.redirect = True
        if name == "text":
            # Of several revisions the last one counts.
            self.found.pop("text", None)

    def closed(self, name: str) -> None:
        """Takes an end tag."""
        depth = len(self._path)
        above = self._path[-2] if depth > 1 else ""
        self._path.pop()
        content, self._parts = "".join(self._parts), []
        if name == "namespace":
            self.namespaces[self._key] = content
        elif depth == 2:
            self.found[name] = content
        elif depth == 3 and above == "revision":
            self.found["revision id" if name == "id" else name] = content

    def said(self, content: str) -> None:
        """Takes text."""
        self._parts.append(content)


def _site(stream: BinaryIO, piece: Piece) -> _Site:
    """Reads the header; what it does not say stays unknown."""
    head = b""
    try:
        for block in decompressed_blocks(stream, piece.compression):
            head += block
            if b"</siteinfo>" in head or len(head) >= _HEADER_BYTES:
                break
    except DamagedStreamError:
        pass
    fields = _Fields()
    if (header := _HEADER.search(head)) is not None:
        parse_element(header[0], fields.opened, fields.closed, fields.said)
    named = _LANGUAGE.search(head)
    language = named[1].decode() if named else None
    base = fields.found.get("base", "")
    return _Site(
        language,
        base.rpartition("/")[0] + "/" if base.startswith(("http://", "https://")) else None,
        WikiNames.of(
            language,
            fields.namespaces.get(_FILES, ""),
            fields.namespaces.get(_CATEGORIES, ""),
        ),
    )


def _columns(element: Element, site: _Site, max_bytes: int, count: Count) -> dict[str, Any] | None:
    """Returns the columns of a page; None if it is no article."""
    if element.problem is not None:
        return {"metadata": excerpt(element.content), "drop_reason": element.problem}
    fields = _Fields()
    problem = parse_element(element.content, fields.opened, fields.closed, fields.said)
    if problem is not None:
        return {"metadata": excerpt(element.content), "drop_reason": problem}
    found = fields.found
    if (space := found.get("ns", _ARTICLES)) != _ARTICLES:
        count(f"skipped-namespace-{space if _is_number(space) else 'unknown'}", 1)
        return None
    title = found.get("title", "")
    columns: dict[str, Any] = {"id": found.get("id") or None}
    if site.address is not None and title:
        columns["url"] = site.address + _in_address(title)
    known: dict[str, str | None] = {"language": site.language}
    known |= {name: found.get(key) for key, name in _METADATA.items()}
    wikitext = found.get("text")
    model = found.get("model", "wikitext")
    reason, text = None, b""
    if fields.redirect:
        reason = "read-redirect"
    elif model != "wikitext":
        reason = "read-not-text"
        known["model"] = model
    elif not wikitext:
        # Somebody has deleted the revision.
        reason = "read-null-text"
    else:
        text = wikitext_text(wikitext, site.names, title).encode()
        if len(text) > max_bytes:
            reason = "read-too-large"
    known = {name: value for name, value in known.items() if value}
    if reason is not None:
        shown = excerpt((wikitext or "")[:EXCERPT_CHARS].encode(), **known)
        return {**columns, "metadata": shown, "drop_reason": reason}
    return {**columns, "metadata": orjson.dumps(known, option=orjson.OPT_SORT_KEYS), "text": text}


def _is_number(space: str) -> bool:
    return space.isascii() and space.lstrip("-").isdigit() and len(space) < 6


def _in_address(title: str) -> str:
    """Writes a title as it stands in the address of its page; letters stay as they are.

    >>> _in_address("C# (100%?)"), _in_address("北京 市")
    ('C%23_(100%25%3F)', '北京_市')
    """
    escaped = title.replace("%", "%25").replace("?", "%3F").replace("#", "%23")
    return escaped.replace("&", "%26").replace("+", "%2B").replace(" ", "_")
