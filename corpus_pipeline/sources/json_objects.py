"""One JSON object into the columns of one record.

Numbers keep their digits. JSON knows no largest number, the parser does: integers over 64 bits and
numbers that no double holds are taken as they are written, by a slower parser that meets only the
lines that have some.
"""

import json
import math
import re
from typing import Any

import orjson

from corpus_pipeline.sources.records import EXCERPT_CHARS, ReadOptions, excerpt

#: Bytes shown of what cannot be used.
EXCERPT_BYTES = 4 * EXCERPT_CHARS + 4
#: Values that one object may have: each takes up to 250 bytes when it is parsed. Objects that are
#: too short for so many are not looked at.
_MAX_VALUES = 1_000_000
_DENSE_BYTES = _MAX_VALUES
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)', re.DOTALL)
#: Names shown of an object that lacks the text.
_MOST_NAMES = 20

#: What every double of 2**63 and more has when orjson writes it.
_EXPONENT = b"e+"
#: From here on an integer may have been read as a float.
_BEYOND_64_BITS = 2.0**63
#: So many signs are surely within 64 bits.
_SHORT = 18


class _Number:
    """A number that neither 64 bits nor a double hold, as it is written."""

    __slots__ = ("digits", "whole")

    def __init__(self, digits: str, whole: bool) -> None:
        self.digits = digits
        self.whole = whole


#: Fields that may hold the other fields of a document, as the text of a JSON object.
METADATA_FIELDS = ("metadata", "meta")

#: Stands for a field that is not there; null is a value.
_MISSING = object()


def columns_of(data: bytes | memoryview, options: ReadOptions) -> dict[str, Any] | None:
    """Returns the columns that one JSON object fills; None if there is nothing but white space.

    The id is a string or an integer of any length, in the digits as written. Fractions, booleans,
    null, arrays and objects are no ids and stay in `metadata`, as do all other fields. Where one of
    `METADATA_FIELDS` is the text of an object, its fields stand beside them.

    >>> columns_of(b'{"id": 123456789012345678901, "text": "a", "n": 1e999}', ReadOptions())
    {'id': '123456789012345678901', 'metadata': b'{"n":1e999}', 'text': b'a'}
    >>> columns_of(b'{"title": "a", "parts": []}', ReadOptions())["metadata"].decode()
    '{"excerpt":"{\\\\"title\\\\": \\\\"a\\\\", \\\\"parts\\\\": []}","fields":"title, parts[]"}'
    """
    if is_dense(data):
        return {"metadata": excerpt(bytes(data[:EXCERPT_BYTES])), "drop_reason": "read-too-large"}
    try:
        fields = orjson.loads(data)
    except orjson.JSONDecodeError:
        content = bytes(data)
        if not content or content.isspace():
            return None
        return _exact_columns(content, options)
    if not isinstance(fields, dict):
        return {"metadata": excerpt(bytes(data)), "drop_reason": "read-not-an-object"}
    columns = _columns(fields, data, options)
    # So an integer over 64 bits looks once it is written again. In a string the same signs cost
    # time and nothing else.
    if "text" in columns:
        rounded = "metadata" in columns and _EXPONENT in columns["metadata"]
    else:
        id_ = fields.get(options.id_field)
        rounded = type(id_) is float and abs(id_) >= _BEYOND_64_BITS
    return _exact_columns(bytes(data), options) if rounded else columns


def _exact_columns(content: bytes, options: ReadOptions) -> dict[str, Any]:
    """Returns what `columns_of` does, more slowly and in other dialects, too."""
    fields, problem = tolerant_loads(content)
    if problem is None and not isinstance(fields, dict):
        problem = "read-not-an-object"
    if problem is not None:
        return {"metadata": excerpt(content), "drop_reason": problem}
    return _columns(fields, content, options)


def _columns(
    fields: dict[str, Any], data: bytes | memoryview, options: ReadOptions
) -> dict[str, Any]:
    """Returns the columns of a parsed object."""
    columns: dict[str, Any] = {}
    text = fields.pop(options.text_field, _MISSING)
    id_ = fields.get(options.id_field)
    if isinstance(id_, str) or type(id_) is int:
        columns["id"] = str(fields.pop(options.id_field))
    elif isinstance(id_, _Number) and id_.whole:
        columns["id"] = fields.pop(options.id_field).digits
    if isinstance(fields.get(options.url_field), str):
        columns["url"] = fields.pop(options.url_field)
    if type(text) is str:
        content = text.encode()
        if len(content) <= options.max_document_bytes:
            unfold(fields)
            try:
                if fields:
                    columns["metadata"] = orjson.dumps(fields, written_number, orjson.OPT_SORT_KEYS)
            except orjson.JSONEncodeError:  # It reads 1,024 levels and writes 254.
                return {"metadata": excerpt(bytes(data)), "drop_reason": "read-broken-json"}
            columns["text"] = content
            return columns
        columns["drop_reason"] = "read-too-large"
    elif text is _MISSING:
        nested = any(_holds_documents(value, options.text_field) for value in fields.values())
        columns["drop_reason"] = "read-nested" if nested else "read-missing-text"
        columns["metadata"] = excerpt(bytes(data[:EXCERPT_BYTES]), fields=_names(fields, columns))
        return columns
    elif text is None:
        columns["drop_reason"] = "read-null-text"
    else:
        columns["drop_reason"] = "read-text-not-a-string"
    # A text that is too large is no mistake in the name of its field.
    named = None if type(text) is str else _names({options.text_field: text, **fields}, columns)
    columns["metadata"] = excerpt(bytes(data[:EXCERPT_BYTES]), fields=named)
    return columns


def unfold(fields: dict[str, Any]) -> None:
    """Puts the fields of an object that one of `METADATA_FIELDS` spells beside the others.

    A name that is taken is written behind that of the field; if that is taken, the text stays.

    >>> fields = {"lang": "zh", "metadata": '{"lang": "en", "year": 1911}', "meta": "{not JSON}"}
    >>> unfold(fields)
    >>> fields
    {'lang': 'zh', 'meta': '{not JSON}', 'metadata.lang': 'en', 'year': 1911}
    """
    for name in METADATA_FIELDS:
        text = fields.get(name)
        if not (isinstance(text, str) and text.lstrip()[:1] == "{"):
            continue
        inner = _object_in(text.encode("utf-8", "replace"))
        if inner is None:
            continue
        taken = fields.keys() - {name}
        inner = {f"{name}.{key}" if key in taken else key: value for key, value in inner.items()}
        if not taken & inner.keys():
            del fields[name]
            fields |= inner


def _object_in(text: bytes) -> dict[str, Any] | None:
    """Returns the object that a text spells, None if it spells none or one of too many values."""
    if is_dense(text):
        return None
    try:
        found = orjson.loads(text)
        if isinstance(found, dict) and _EXPONENT in orjson.dumps(found):
            found, _ = tolerant_loads(text)
    except orjson.JSONDecodeError:
        found, _ = tolerant_loads(text)
    except orjson.JSONEncodeError:
        return None
    if not isinstance(found, dict):
        return None
    try:
        orjson.dumps(found, written_number)
    except orjson.JSONEncodeError:  # It is deeper than can be written.
        return None
    return found


def with_entries(metadata: str | None, entries: dict[str, Any]) -> bytes:
    """Adds fields to the JSON object of a record, whose own of these names go.

    Numbers keep their digits: the object is not parsed unless it may have one of the names.

    >>> with_entries('{"n":1e999}', {"part": 1}), with_entries('{"n":1e999,"part":5}', {"part": 1})
    (b'{"part":1,"n":1e999}', b'{"n":1e999,"part":1}')
    """
    added = orjson.dumps(entries, option=orjson.OPT_SORT_KEYS)
    if metadata is None or metadata == "{}":
        return added
    if not any(f'"{name}":' in metadata for name in entries):
        return added[:-1] + b"," + metadata[1:].encode()
    fields, _ = tolerant_loads(metadata.encode())
    return orjson.dumps({**fields, **entries}, written_number, orjson.OPT_SORT_KEYS)


def _holds_documents(value: Any, text_field: str) -> bool:
    return isinstance(value, list) and any(
        isinstance(item, dict) and text_field in item for item in value[:1]
    )


def _names(fields: dict[str, Any], columns: dict[str, Any]) -> str | None:
    """Names the fields that an object has instead of the text; `[]` marks arrays."""
    names = [name + "[]" * isinstance(value, list) for name, value in fields.items()]
    names = ["id"] * ("id" in columns) + ["url"] * ("url" in columns) + names
    more = ["..."] if len(names) > _MOST_NAMES else []
    return ", ".join([*names[:_MOST_NAMES], *more])[:EXCERPT_CHARS] or None


def is_dense(data: bytes | memoryview) -> bool:
    """Says whether a JSON text has too many values to be parsed.

    >>> is_dense(b"[1, 2, 3]"), is_dense(b"[" * 1_000_001)
    (False, True)
    """
    return len(data) > _DENSE_BYTES and _values(data) > _MAX_VALUES


def _values(line: bytes | memoryview) -> int:
    """Counts commas and opening brackets outside strings: values, those that hold others twice.

    >>> _values(b'{"a,b": [1, {"c": 2}], "d": "[[,"}')
    5
    """
    structure = _STRING.sub(b"", line)
    return sum(structure.count(sign) for sign in (b",", b"[", b"{"))


def tolerant_loads(line: bytes) -> tuple[Any, str | None]:
    r"""Parses what orjson refuses but widespread writers produce: NaN and unpaired surrogates.

    Returns:
        (value, None), with null for NaN and Infinity, which no JSON can hold, and U+FFFD for an
        unpaired surrogate; or (None, the reason why there is no value).

    >>> tolerant_loads(rb'{"text": "a\ud800", "score": NaN}')
    ({'text': 'a�', 'score': None}, None)
    >>> tolerant_loads(b'{"text": "caf\xe9"}')[1], tolerant_loads(b'{"text": "cut')[1]
    ('read-invalid-utf8', 'read-broken-json')
    """
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return None, "read-invalid-utf8"
    try:
        value = json.loads(
            text, parse_constant=lambda _: None, parse_int=_integer, parse_float=_fraction
        )
        return _paired(value), None
    except (ValueError, RecursionError):
        return None, "read-broken-json"


def _integer(digits: str) -> int | _Number:
    """Reads an integer; one over 64 bits stays as written."""
    if len(digits) <= _SHORT:
        return int(digits)
    fits = len(digits) <= _SHORT + 3 and -(2**63) <= int(digits) < 2**64
    return int(digits) if fits else _Number(digits, whole=True)


def _fraction(digits: str) -> float | _Number:
    """Reads a number as the nearest double; one that is too large for any stays as written."""
    value = float(digits)
    return _Number(digits, whole=False) if math.isinf(value) else value


def written_number(value: Any) -> orjson.Fragment:
    """Writes a number as it was read.

    Raises:
        TypeError: the value is none that 64 bits could not hold.
    """
    if isinstance(value, _Number):
        return orjson.Fragment(value.digits)
    raise TypeError(f"{type(value)} is no value of JSON")


def _paired(value: Any) -> Any:
    """Replaces unpaired surrogates in all strings of a JSON value."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_paired(item) for item in value]
    if isinstance(value, dict):
        return {_paired(key): _paired(item) for key, item in value.items()}
    return value
