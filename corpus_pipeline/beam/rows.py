"""Rows of a user's own, mappings or texts, into batches of documents and back.

    {"id": "a", "text": "…", "stars": 7}  ──FromRows──►  id "a", text "…", metadata {"stars": 7}
    {"id": "a", "text": "…", "stars": 7, "lang": "en", …}  ◄──ToRows──  and what steps filled

A row's other fields travel as JSON in `metadata`, where rules see them as `metadata.stars`.
"""

import datetime
import decimal
import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

import apache_beam as beam
import numpy as np
import orjson
import pyarrow as pa
from apache_beam.transforms.window import WindowedValue

from corpus_pipeline.batches import conform
from corpus_pipeline.beam.columns import check_documents
from corpus_pipeline.engines.beam_transforms import RecordBatchCoder
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.schema import CONTENT, DOCUMENT_INPUT, FATE, PROVENANCE

#: Bytes of a batch, and of the longest text: Arrow's `string` has 32-bit offsets.
_MAX_BYTES = 1 << 30
_TEXT = "text"
#: Why rows go and what they are; `ToRows` gives these only when dropped rows are wanted.
_FATE = tuple(FATE.names)
#: Columns of a document that are not the user's and that no step of theirs has filled.
_OURS = frozenset([*PROVENANCE.names, *CONTENT.names, *FATE.names])
_log = logging.getLogger("corpus_pipeline.beam")


class FromRows(beam.PTransform):  # type: ignore[misc]
    """Makes batches of documents of mappings or strings.

    A row without a text is a document with a reason (`read-missing-text`, `read-null-text`,
    `read-text-not-a-string`), as in a run; the first such row of a worker is named in the log, with
    the fields that it has. Fields besides text, id and url are kept as JSON: dates as strings,
    tuples as lists, NaN as null.

    Args:
        source: name of the source; documents of one batch have the same.
        text_field: field that holds the text.
        id_field: field that holds the id, a string or an integer; a document without one is named
            by its text where an id is needed.
        url_field: field that holds the address.
        mime: media type of pages, for example `text/html`: the text field then holds pages, as
            strings or bytes, and `Extract()` makes texts of them.
        priority: 0 to 255; of duplicates the one with the lowest number stays.
        batch_bytes: text and metadata of a batch at most, unless one row alone is larger.
        batch_rows: rows of a batch at most.
        strict: ends the pipeline at the first row without a text.

    Raises:
        ConfigError: an option is out of range.
    """

    def __init__(
        self,
        *,
        source: str = "rows",
        text_field: str = "text",
        id_field: str = "id",
        url_field: str = "url",
        mime: str | None = None,
        priority: int = 100,
        batch_bytes: int = 4 * 2**20,
        batch_rows: int = 8192,
        strict: bool = False,
    ) -> None:
        super().__init__()
        for name, value, most in (
            ("batch_bytes", batch_bytes, _MAX_BYTES), ("batch_rows", batch_rows, 1 << 20),
        ):  # fmt: skip
            if not 1 <= value <= most:
                raise ConfigError(f"FromRows: {name} must be 1 to {most}, got {value}")
        if not 0 <= priority <= 255:
            raise ConfigError(f"FromRows: priority must be 0 to 255, got {priority}")
        fields = (text_field, id_field, url_field)
        if not all(fields) or len(set(fields)) < len(fields):
            raise ConfigError(
                "FromRows: text_field, id_field and url_field must be three different names, got "
                f"{', '.join(map(repr, fields))}"
            )
        self._fn = _BatchRows(
            Row(source, text_field, id_field, url_field, mime, priority, strict),
            batch_bytes,
            batch_rows,
        )

    def default_label(self) -> str:
        """Names the transform and the source."""
        return f"FromRows({self._fn.row.source})"

    def expand(self, rows: beam.PCollection) -> beam.PCollection:
        """Adds the transform."""
        return rows | "Batch" >> beam.ParDo(self._fn).with_output_types(pa.RecordBatch)


class Row:
    """How one row becomes a document."""

    def __init__(
        self,
        source: str,
        text_field: str,
        id_field: str,
        url_field: str,
        mime: str | None,
        priority: int,
        strict: bool,
    ) -> None:
        self.source, self.priority, self.mime, self.strict = source, priority, mime, strict
        self.text_field, self.id_field, self.url_field = text_field, id_field, url_field
        self.warned = False

    def document(self, row: Any) -> dict[str, Any]:
        """Returns the columns of a row that are not null.

        Raises:
            TypeError: it is neither a mapping nor a string, or a value of it is nothing that JSON
                can hold.
            ConfigError: it has no text, and rows must have one.
        """
        if isinstance(row, str):
            row = {self.text_field: row}
        elif not isinstance(row, Mapping):
            raise TypeError(f"FromRows: a row is a mapping or a string, got {type(row).__name__}")
        fields = dict(row)
        found: dict[str, Any] = {}
        text = fields.get(self.text_field)
        if self.mime is not None and isinstance(text, str | bytes):
            found |= _page(fields.pop(self.text_field), self.mime)
        elif isinstance(text, str) and len(text) <= _MAX_BYTES // 4:
            found["text"] = _unicode(fields.pop(self.text_field))
        else:
            found["drop_reason"] = self._problem(fields)
        id_ = fields.get(self.id_field)
        if isinstance(id_, str):
            found["id"] = _unicode(fields.pop(self.id_field))
        elif type(id_) is int:
            # It stays among the fields too, so that it comes back as the number that it was.
            found["id"] = str(id_)
        if isinstance(fields.get(self.url_field), str):
            found["url"] = _unicode(fields.pop(self.url_field))
        if fields:
            found["metadata"] = _json(fields)
        return found

    def _problem(self, fields: dict[str, Any]) -> str:
        """Says why a row has no text; what is too large or binary is left out of its fields."""
        name = self.text_field
        if name not in fields:
            reason, what = "read-missing-text", f"has no field {name!r}"
        elif fields[name] is None:
            reason, what = "read-null-text", f"has null in the field {name!r}"
        elif isinstance(fields[name], str):
            del fields[name]
            reason, what = "read-too-large", f"has more than {_MAX_BYTES // 4} characters"
        else:
            kind = type(fields[name]).__name__
            reason = "read-text-not-a-string"
            what = f"has {kind}, not a string, in the field {name!r}"
            if isinstance(fields[name], bytes | bytearray | memoryview):
                del fields[name]
        line = f"FromRows: a row {what}; it has: {', '.join(map(str, fields)) or 'no other field'}"
        if self.strict:
            raise ConfigError(line)
        if not self.warned:
            self.warned = True
            _log.warning("%s; such rows are dropped for %s", line, reason)
        return reason


class _BatchRows(beam.DoFn):  # type: ignore[misc]
    """Collects rows of a window until a batch is full, or the bundle ends."""

    def __init__(self, row: Row, batch_bytes: int, batch_rows: int) -> None:
        self.row = row
        self._batch_bytes = batch_bytes
        self._batch_rows = batch_rows

    def start_bundle(self) -> None:
        """Begins without rows."""
        self._held: dict[Any, list[dict[str, Any]]] = {}
        self._bytes: dict[Any, int] = {}

    def process(self, row: Any, window: Any = beam.DoFn.WindowParam) -> Iterator[pa.RecordBatch]:
        """Adds a row; yields the batch before it if that is full."""
        document = self.row.document(row)
        size = sum(len(each) for each in document.values() if isinstance(each, str | bytes))
        # A character has four bytes at most; mostly it has one.
        held = self._held.setdefault(window, [])
        if held and (
            len(held) == self._batch_rows or self._bytes[window] + size > self._batch_bytes
        ):
            yield self._batch(held)
            held = self._held[window] = []
        self._bytes[window] = (self._bytes[window] if held else 0) + size
        held.append(document)

    def finish_bundle(self) -> Iterator[WindowedValue]:
        """Yields what is left of each window."""
        for window, held in self._held.items():
            if held:
                yield WindowedValue(self._batch(held), window.max_timestamp(), [window])
        self._held = {}

    def _batch(self, documents: list[dict[str, Any]]) -> pa.RecordBatch:
        size = len(documents)
        columns = {
            field.name: pa.array([each.get(field.name) for each in documents], field.type)
            for field in DOCUMENT_INPUT
            if any(field.name in each for each in documents)
        }
        columns["unit"] = pa.array(np.zeros(size, np.int32))
        columns["row"] = columns["record"] = pa.array(np.arange(size))
        columns["source"] = columns["file"] = pa.repeat(pa.scalar(self.row.source), size)
        columns["priority"] = pa.array(np.full(size, self.row.priority, np.uint8))
        if "drop_reason" in columns:
            reasons = columns["drop_reason"].to_pylist()
            columns["reasons"] = pa.array(
                [None if reason is None else [reason] for reason in reasons],
                pa.list_(pa.string()),
            )
        return conform(pa.RecordBatch.from_pydict(columns), DOCUMENT_INPUT)


class ToRows(beam.PTransform):  # type: ignore[misc]
    """Makes mappings of batches of documents: the user's own fields and what steps filled.

    Args:
        dropped: gives the dropped rows too, and `drop_reason` and `reasons` of every row.
        text_field: name of the text in the rows.
        id_field: name of the id, where there is one.
        url_field: name of the address, where there is one.
        prefix: stands before the names of the columns that steps filled.
    """

    def __init__(
        self,
        *,
        dropped: bool = False,
        text_field: str = "text",
        id_field: str = "id",
        url_field: str = "url",
        prefix: str = "",
    ) -> None:
        super().__init__()
        self._fn = _Rows(dropped, (text_field, id_field, url_field), prefix)

    def expand(self, batches: beam.PCollection) -> beam.PCollection:
        """Adds the transform."""
        return batches | "Rows" >> beam.ParDo(self._fn).with_output_types(dict[str, Any])


class _Rows(beam.DoFn):  # type: ignore[misc]
    def __init__(self, dropped: bool, names: tuple[str, str, str], prefix: str) -> None:
        self._dropped = dropped
        self._names = names
        self._prefix = prefix

    def process(self, batch: pa.RecordBatch) -> Iterator[dict[str, Any]]:
        """Yields the rows of one batch."""
        check_documents(batch, "ToRows")
        if not self._dropped:
            batch = batch.filter(batch["drop_reason"].is_null())
        given = [batch[name].to_pylist() for name in (_TEXT, "id", "url")]
        others = [name for name in batch.schema.names if name not in _OURS]
        filled = {self._prefix + name: batch[name].to_pylist() for name in others}
        if self._dropped:
            filled |= {self._prefix + name: batch[name].to_pylist() for name in _FATE}
        pages = batch["raw"].is_valid().to_pylist()
        for number, metadata in enumerate(batch["metadata"].to_pylist()):
            row: dict[str, Any] = {}
            for name, values in zip(self._names, given, strict=True):
                if values[number] is not None or name == self._names[0]:
                    row[name] = values[number]
            if row[self._names[0]] is None and pages[number]:
                raise ConfigError(
                    "ToRows: a document is a page whose text was not extracted; put Extract() "
                    "before it"
                )
            own = {} if metadata is None else json.loads(metadata)
            row |= own
            if taken := row.keys() & filled.keys():
                name = sorted(taken)[0]
                raise ConfigError(
                    f"ToRows: the rows have a field {name!r} of their own, which a step fills too; "
                    "give the filled columns a prefix: ToRows(prefix='corpus_')"
                )
            for name, values in filled.items():
                row[name] = values[number]
            yield row


def _page(page: str | bytes, mime: str) -> dict[str, Any]:
    """Returns the columns of a page; a string knows its characters, bytes may be in any charset."""
    if isinstance(page, bytes):
        return {"raw": page, "mime": mime}
    return {"raw": _unicode(page).encode(), "mime": mime, "charset": "utf-8"}


def _unicode(text: str) -> str:
    """Returns a text with U+FFFD in the place of unpaired surrogates, as readers do."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _json(fields: dict[str, Any]) -> str:
    """Writes fields as JSON; integers have as many digits as they need.

    >>> _json({"n": 2**70, "day": datetime.date(2026, 1, 2), "parts": (1, [2.5, None])})
    '{"n": 1180591620717411303424, "day": "2026-01-02", "parts": [1, [2.5, null]]}'
    """
    try:
        return orjson.dumps(fields, _plain).decode()
    except orjson.JSONEncodeError:
        # Integers over 64 bits, names that are no strings, unpaired surrogates: rare and slower.
        return _unicode(json.dumps(_finite(fields), ensure_ascii=False, default=_plain))


def _finite(value: Any) -> Any:
    """Puts null in the place of numbers that JSON cannot hold."""
    if isinstance(value, float) and not np.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    return [_finite(each) for each in value] if isinstance(value, list | tuple) else value


def _plain(value: Any) -> Any:
    """Turns a value into one that JSON can hold.

    Raises:
        TypeError: there is none.
    """
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(
        f"FromRows: a field holds {type(value).__name__}, which JSON cannot hold; make it a string "
        "or take it out"
    )


# Batches must not travel pickled: a slice would carry its parent.
beam.coders.registry.register_coder(pa.RecordBatch, RecordBatchCoder)
