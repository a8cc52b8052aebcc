"""What every reader emits: one row for each input record, readable or not."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pyarrow as pa

from corpus_pipeline.sources.posts import PostOptions
from corpus_pipeline.sources.selection import Selection
from corpus_pipeline.sources.shapes import JoinOptions, Markup, SplitOptions

#: The columns that a reader fills. Names and types are those of the data contract (schema.py, which
#: gathers the columns of all rooms and is therefore not imported here; a test keeps them equal).
RECORDS = pa.schema(
    [
        ("record", pa.int64()),
        ("id", pa.string()),
        ("url", pa.string()),
        ("metadata", pa.string()),
        ("raw", pa.binary()),
        ("mime", pa.string()),
        ("charset", pa.string()),
        ("leniencies", pa.list_(pa.string())),
        ("text", pa.string()),
        ("drop_reason", pa.string()),
    ]
)

NOT_EXTRACTED = "read-not-extracted"
#: Why a record has no text, in the order in which a reader finds out, and what is said of it.
READ_SENTENCES = {
    "read-truncated": "the compressed stream, or the last record, ends or breaks early",
    "read-trailing-garbage": "something else stands where a gzip member or a zstd frame should "
    "begin",
    "read-broken-file": "a footer, row group or page of the Parquet file cannot be read",
    "read-broken-record": "the record cannot be parsed",
    "read-encrypted": "the file opens with a password only",
    "read-container": "the text file is an archive, a PDF or another container",
    "read-too-large": "the document is longer than read.max_document_bytes[ ({explained})]",
    "read-invalid-utf8": "its bytes are not UTF-8",
    "read-broken-json": "the line or object is not JSON",
    "read-not-an-object": "it is a JSON value, but no object",
    "read-missing-text": "the record has no text field[: {explained}]",
    "read-nested": "the record has no text field, but one that holds an array of objects that have",
    "read-null-text": "the text field of the record is null[: {explained}]",
    "read-text-not-a-string": "the text field of the record is no string[: {explained}]",
    NOT_EXTRACTED: "it is a page, or text that is not UTF-8, and the run does not extract texts",
    "read-http-status": "the server did not answer with the page[ ({explained})]",
    "read-not-text": "the web resource is neither HTML nor plain text[ ({explained})]",
    "read-unknown-coding": "the web page is in a content coding that is not read",
    "read-redirect": "the page of the wiki only leads to another one",
    "read-binary": "the file is no text",
}
READ_REASONS: tuple[str, ...] = tuple(READ_SENTENCES)

#: Those of them that are errors, which `max_errors` limits. What crawls and dumps are made of is
#: none.
ERRORS = frozenset(READ_REASONS) - {
    "read-http-status", "read-not-text", "read-unknown-coding", "read-redirect", "read-binary",
}  # fmt: skip


def is_error(reason: str) -> bool:
    """Says whether `max_errors` limits a reason: an error of reading, or of a user's step.

    >>> is_error("read-broken-json"), is_error("my-rule-error"), is_error("read-not-text")
    (True, True, False)
    """
    return reason in ERRORS or reason.endswith("-error")


#: Those that may stand for many records at once: the rest of a stream, a row group, a file.
LOST = frozenset({"read-truncated", "read-trailing-garbage", "read-broken-file", "read-nested"})

#: What may help, by reason; `{field}` is the name of the text field.
_REMEDIES = {
    "read-missing-text": "there is no field {field!r}: name the one that holds the documents "
    "(`text_field:`)",
    "read-nested": "documents lie in an array inside an object: take them out (for example with "
    "`jq -c '.FIELD[]'`)",
    "read-null-text": "the field {field!r} is null: name the one that holds the documents "
    "(`text_field:`)",
    "read-text-not-a-string": "the field {field!r} is no string: name the one that holds the "
    "documents (`text_field:`)",
    "read-broken-json": "repair or convert the input, or name its `format:`",
    "read-not-an-object": "a document must be an object; convert the input (for example with "
    "`jq -c '{{text: .}}'`)",
    "read-invalid-utf8": "convert the input to UTF-8 (for example with iconv), or name its "
    "`format:`",
    "read-too-large": "raise `read.max_document_bytes`; if documents lie in an array inside an "
    "object, take them out (for example with `jq -c '.FIELD[]'`)",
    NOT_EXTRACTED: "switch `extract` on: stages are to work on text, and these documents are "
    "pages or not in UTF-8",
    "read-broken-record": "repair the input, or name its `format:`",
}


def remedy_for(reason: str, text_field: str) -> str:
    """Says in a few words what may help where most records are unreadable for one reason.

    >>> remedy_for("read-null-text", "body")
    "the field 'body' is null: name the one that holds the documents (`text_field:`)"
    """
    return _REMEDIES.get(reason, "fetch or repair the input").format(field=text_field)


#: No batch has more rows than this, however short the documents are.
MAX_ROWS = 8192

#: Characters of an unreadable record that are kept for the user to see.
EXCERPT_CHARS = 200

#: Arrow's `string` has 32-bit offsets: a batch of one document more than `batch_bytes` must fit.
_MAX_BYTES = 1 << 30

#: Called with a name and a number for whatever is read but is not a document.
Count = Callable[[str, int], None]


@dataclasses.dataclass(frozen=True)
class ReadOptions:
    """How input files are read.

    >>> ReadOptions(max_document_bytes=0)
    Traceback (most recent call last):
    ...
    ValueError: max_document_bytes must be 1 to 1073741824 bytes, got 0
    """

    text_field: str = "text"
    """Name of the JSONL field or Parquet column that holds the document."""
    id_field: str = "id"
    """Where the input names its documents: strings and integers; whatever else stands there is kept
    as any other field, and the document is named by its content."""
    url_field: str = "url"
    max_document_bytes: int = 10 * 1024 * 1024
    """A longer document (UTF-8 or raw, uncompressed) is not read: `read-too-large`."""
    batch_bytes: int = 4 * 1024 * 1024
    """Upper bound of text + raw + metadata in a batch, unless one document alone is longer."""
    pdf: bool = False
    """PDF documents of web archives are read, and not `read-not-text`."""
    markup: Markup | None = None
    """What the text field holds, if it is no plain text."""
    language: str | None = None
    """Code of the wiki's language, for wikitext."""
    partitions: bool = False
    """Folders called `NAME=VALUE` give fields of `metadata`."""
    selection: Selection = dataclasses.field(default_factory=Selection)
    """Which records of an index of web archives are read."""
    posts: PostOptions = dataclasses.field(default_factory=PostOptions)
    """Which posts of a forum are documents."""
    join: JoinOptions = dataclasses.field(default_factory=JoinOptions)
    """Which records make one document."""
    split: SplitOptions = dataclasses.field(default_factory=SplitOptions)
    """Where documents are cut."""

    def __post_init__(self) -> None:
        for name in ("max_document_bytes", "batch_bytes"):
            value = getattr(self, name)
            if not 1 <= value <= _MAX_BYTES:
                raise ValueError(f"{name} must be 1 to {_MAX_BYTES} bytes, got {value}")
        fields = (self.text_field, self.id_field, self.url_field)
        if not self.text_field or len(set(fields)) < len(fields):
            raise ValueError(
                f"text_field, id_field and url_field must be three different names, got {fields}"
            )


class RecordsBuilder:
    """Collects rows and hands them out as bounded batches of schema `RECORDS`.

    >>> rows = RecordsBuilder(batch_bytes=8)
    >>> [b.num_rows for t in (b"hello", b"wor", "你".encode()) for b in rows.add(0, text=t)]
    [2]
    >>> [b["text"].to_pylist() for b in rows.finish()]
    [['你']]
    """

    def __init__(self, batch_bytes: int) -> None:
        self._limit = batch_bytes
        self._bytes = 0
        self._rows: list[tuple[object, ...]] = []

    def add(
        self,
        record: int,
        *,
        id: str | None = None,
        url: str | None = None,
        metadata: bytes | None = None,
        raw: bytes | None = None,
        mime: str | None = None,
        charset: str | None = None,
        leniencies: list[str] | None = None,
        text: bytes | None = None,
        drop_reason: str | None = None,
    ) -> Iterator[pa.RecordBatch]:
        """Adds one row; yields the batch before it when the row no longer fits.

        Args:
            record: place in the file, see the data contract.
            metadata: a JSON object, valid UTF-8, which is not checked again.
            leniencies: names in `LENIENCIES`; None for none.
            text: valid UTF-8, which is not checked again.
            drop_reason: one of `READ_REASONS`, null for a readable record.
        """
        # A character of an id or address has four bytes at most; mostly it has one.
        size = len(text or b"") + len(raw or b"") + len(metadata or b"")
        size += len(id or "") + len(url or "")
        full: tuple[pa.RecordBatch, ...] = ()
        if self._rows and (self._bytes + size > self._limit or len(self._rows) == MAX_ROWS):
            full = (self._build(),)
        self._rows.append(
            (record, id, url, metadata, raw, mime, charset, leniencies, text, drop_reason)
        )
        self._bytes += size
        return iter(full)

    def finish(self) -> Iterator[pa.RecordBatch]:
        """Yields the last batch, if there is anything in it."""
        if self._rows:
            yield self._build()

    def _build(self) -> pa.RecordBatch:
        size = len(self._rows)
        columns = [
            # Cheaper than to convert them, above all for the single row of a small file.
            pa.nulls(size, field.type)
            if values.count(None) == size
            # As `string` Arrow would check the UTF-8 once more, at a sixth of the speed.
            else pa.array(values, pa.binary()).view(pa.string())
            if field.name in ("text", "metadata")
            else pa.array(values, field.type)
            for values, field in zip(zip(*self._rows, strict=True), RECORDS, strict=True)
        ]
        self._rows = []
        self._bytes = 0
        return pa.RecordBatch.from_arrays(columns, schema=RECORDS)


def text_or_raw(content: bytes, charset: str | None = None) -> dict[str, Any]:
    """Returns the columns of a plain text; one that is not UTF-8 is left to *extract*.

    Nor is one with NULs taken for UTF-8: Western text in UTF-16 is valid UTF-8 with a NUL after
    each letter.

    Args:
        charset: what its container says it is in.

    >>> text_or_raw("你好".encode())
    {'text': b'\\xe4\\xbd\\xa0\\xe5\\xa5\\xbd'}
    >>> text_or_raw("你好".encode("gbk"))
    {'raw': b'\\xc4\\xe3\\xba\\xc3', 'mime': 'text/plain', 'charset': None}
    """
    with contextlib.suppress(UnicodeDecodeError):
        content.decode()
        if b"\0" not in content:
            return {"text": content}
    return {"raw": content, "mime": "text/plain", "charset": charset}


def excerpt(data: bytes, **fields: str | int | None) -> bytes | None:
    """Shows the start of something unreadable as the JSON object that goes into `metadata`.

    Args:
        data: the bytes of the record, in any encoding.
        fields: what else is known of the record; null values are left out.

    >>> excerpt("你好\\n".encode() + bytes([255]), mime="text/html").decode()
    '{"excerpt":"你好\\\\n\ufffd","mime":"text/html"}'
    >>> excerpt(b"") is None
    True
    """
    known: dict[str, str | int] = {k: v for k, v in fields.items() if v is not None}
    if data:
        # Four bytes are the longest character; a cut one becomes U+FFFD and is not shown.
        known["excerpt"] = data[: 4 * EXCERPT_CHARS + 4].decode("utf-8", "replace")[:EXCERPT_CHARS]
    return orjson.dumps(known, option=orjson.OPT_SORT_KEYS) if known else None
