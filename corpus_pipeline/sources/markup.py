r"""Records whose text field holds markup: wikitext, LaTeX or HTML in JSON Lines, Parquet, files.

Wikitext and LaTeX become text as they are read, as those of dumps and of papers do; HTML is handed
on to *extract*, as the pages of a crawl are.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline.extract.latex import read_paper
from corpus_pipeline.extract.media_types import FRAGMENT
from corpus_pipeline.extract.wikitext.names import WikiNames
from corpus_pipeline.extract.wikitext.scanner import wikitext_text
from corpus_pipeline.sources.plain import decode_plain
from corpus_pipeline.sources.records import EXCERPT_CHARS, ReadOptions, RecordsBuilder, excerpt
from corpus_pipeline.sources.shapes import PAGES

#: `#REDIRECT [[…]]`, in the words of the largest wikis.
_REDIRECT = re.compile(
    r"\s*+#\s*+(?:redirect|weiterleitung|redirection|redirecci[oó]n|redirecionamento|rinvia|patrz"
    r"|przekieruj|doorverwijzing|omdirigering|ohjaus|uudelleenohjaus|перенаправление|перенапр"
    r"|重定向|転送|リダイレクト|넘겨주기|تحويل)\s*+:?\s*+\[\[",
    re.IGNORECASE,
)
_HTML = {"html": "text/html", "fragment": FRAGMENT}
#: LaTeX that is put together of files may have so many times the bytes of a document.
_GROWTH = 4


def without_markup(
    batches: Iterable[pa.RecordBatch], options: ReadOptions
) -> Iterator[pa.RecordBatch]:
    """Makes text of the markup of all records that have some; of pages raw documents.

    Args:
        batches: of schema `RECORDS`.
        options: `markup`, `language` (of wikitext) and bounds.

    Yields:
        Batches of schema `RECORDS` with the same rows.

    >>> rows = RecordsBuilder(100)
    >>> batches = [*rows.add(0, text=b"An '''oak''' is a [[tree]]."), *rows.finish()]
    >>> [batch] = without_markup(batches, ReadOptions(markup="wikitext"))
    >>> batch["text"].to_pylist()
    ['An oak is a tree.']
    """
    if options.markup in PAGES:
        for batch in batches:
            yield _pages(batch, _HTML[options.markup])
        return
    rows = RecordsBuilder(options.batch_bytes)
    names = WikiNames.of(options.language)
    for batch in batches:
        for columns in batch.to_pylist():
            record = columns.pop("record")
            decode_plain(columns)
            if columns["text"] is not None and columns["drop_reason"] is None:
                columns |= (
                    _of_wikitext(columns, names)
                    if options.markup == "wikitext"
                    else _of_latex(columns, _GROWTH * options.max_document_bytes)
                )
            for name in ("text", "metadata"):
                if isinstance(columns[name], str):
                    columns[name] = columns[name].encode()
            if columns["text"] is not None and len(columns["text"]) > options.max_document_bytes:
                columns |= {"text": None, "drop_reason": "read-too-large"}
            yield from rows.add(record, **columns)
    yield from rows.finish()


def _of_wikitext(columns: dict[str, Any], names: WikiNames) -> dict[str, Any]:
    source = columns["text"]
    known = {} if columns["metadata"] is None else orjson.loads(columns["metadata"])
    title = known.get("title")
    if _REDIRECT.match(source):
        shown = excerpt(source[:EXCERPT_CHARS].encode(), **_short(known))
        return {"text": None, "metadata": shown, "drop_reason": "read-redirect"}
    return {"text": wikitext_text(source, names, title if isinstance(title, str) else "")}


def _short(known: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in known.items() if isinstance(value, (str, int))}


def _of_latex(columns: dict[str, Any], max_chars: int) -> dict[str, Any]:
    paper = read_paper({"": columns["text"]}, max_chars)
    if not paper.text:
        # Withdrawn papers are a comment.
        return {"text": None, "drop_reason": "read-null-text"}
    return {"text": paper.text}


def _pages(batch: pa.RecordBatch, mime: str) -> pa.RecordBatch:
    """Returns texts as raw documents of a media type."""
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    there = pc.and_(columns["text"].is_valid(), columns["drop_reason"].is_null())
    nothing = pa.scalar(None, pa.string())
    plain = pc.fill_null(pc.equal(columns["mime"], "text/plain"), False)
    columns["raw"] = pc.if_else(there, columns["text"].cast(pa.binary()), columns["raw"])
    columns["mime"] = pc.if_else(pc.or_(there, plain), pa.scalar(mime), columns["mime"])
    columns["charset"] = pc.if_else(there, pa.scalar("utf-8"), columns["charset"])
    columns["text"] = pc.if_else(there, nothing, columns["text"])
    return pa.RecordBatch.from_pydict(columns, batch.schema)
