"""Fields of the JSON column `metadata`, row by row; a field of another type is null."""

import json
import re
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.filters.where.numbers import Numbers, of_column, of_values

#: Digits that a JSON integer of 64 bits may have, with its sign.
_MAX_DIGITS = 20


class Lists(NamedTuple):
    """N lists, flattened."""

    rows: NDArray[np.int64]
    """int64[M], the row that each item is in."""
    items: Any
    """M items: an Arrow column, or values of JSON in a list."""
    lengths: NDArray[np.int64]
    """int64[N], how many items each row has."""
    valid: NDArray[np.bool_]
    """bool[N], whether the row has a list."""


class Rows:
    """A batch whose metadata are parsed once, at the first look, for all expressions."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self.batch = batch
        self._objects: list[Any] | None = None
        self._fields: dict[tuple[str, ...], list[Any]] = {}

    def column(self, name: str) -> pa.Array:
        """Returns a column in a plain type: dictionaries decoded, strings as `string`."""
        column = self.batch[name]
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if pa.types.is_string_view(column.type) or pa.types.is_large_string(column.type):
            column = pc.cast(column, pa.string())
        return column

    def field(self, path: tuple[str, ...]) -> list[Any]:
        """Returns the values of a field of the metadata, None where it is not there.

        >>> rows = Rows(pa.record_batch({"metadata": ['{"a":{"名":1}}', '{"a":2}', None, "{"]}))
        >>> rows.field(("a", "名")), rows.field(("a",))
        ([1, None, None, None], [{'名': 1}, 2, None, None])
        """
        if path not in self._fields:
            if path:
                self._fields[path] = [
                    value.get(path[-1]) if type(value) is dict else None
                    for value in self.field(path[:-1])
                ]
            else:
                column = self.column("metadata")
                self._fields[path] = [*map(parse_object, column.to_pylist())]
        return self._fields[path]


def parse_object(text: str | None) -> dict[str, Any] | None:
    """Parses metadata; None where there are none, or they are no object.

    An integer beyond 64 bits is the nearest double, a number beyond doubles is infinite.

    >>> parse_object('{"a": 1e999, "b": 123456789012345678901234567890, "c": 2}')
    {'a': inf, 'b': 1.2345678901234568e+29, 'c': 2}
    """
    if not text:
        return None
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        try:
            found = json.loads(text, parse_int=_integer)
        except (ValueError, RecursionError):
            return None
    return found if type(found) is dict else None


def _integer(digits: str) -> int | float:
    """Reads an integer as orjson does: a double beyond 64 bits."""
    value = int(digits) if len(digits) <= _MAX_DIGITS else float(digits)
    return value if -(2**63) <= value < 2**64 else float(value)


def strings(values: list[Any]) -> pa.Array:
    r"""Returns the strings among values of JSON; anything else is null.

    >>> strings(["文", 1, None, "\ud800"]).to_pylist()
    ['文', None, None, None]
    """
    found = [value if type(value) is str else None for value in values]
    try:
        return pa.array(found, pa.string())
    except UnicodeEncodeError:  # Half of a surrogate pair, which is no character.
        whole = [value if value is None or _is_whole(value) else None for value in found]
        return pa.array(whole, pa.string())


def _is_whole(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def booleans(values: list[Any]) -> pa.Array:
    """Returns the booleans among values of JSON; anything else is null."""
    return pa.array([value if type(value) is bool else None for value in values], pa.bool_())


def lists_of_values(values: list[Any]) -> Lists:
    """Flattens the lists among values of JSON; anything else is null."""
    valid = np.array([type(value) is list for value in values], np.bool_)
    lengths = [len(value) if type(value) is list else 0 for value in values]
    items = [item for value in values if type(value) is list for item in value]
    sizes = np.array(lengths, np.int64)
    return Lists(np.repeat(np.arange(len(values)), sizes), items, sizes, valid)


def lists_of_column(column: pa.Array) -> Lists:
    """Flattens a column of lists."""
    valid = column.is_valid().to_numpy(zero_copy_only=False)
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
    sizes = lengths.astype(np.int64)
    return Lists(np.repeat(np.arange(len(column)), sizes), pc.list_flatten(column), sizes, valid)


def lengths_of_values(values: list[Any]) -> Numbers:
    """Returns the characters of strings and the items of lists; null for anything else."""
    return of_values([len(value) if type(value) in (str, list) else None for value in values])


#: A number as a text has it.
_WRITTEN = re.compile(r"\s*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\s*")


def written_numbers(values: list[Any]) -> Numbers:
    """Returns numbers, and strings that are nothing but one; anything else is null.

    >>> numbers = written_numbers(["36", " 13.5 ", "asdkc", "", 7, None, True, "1,000", "٣"])
    >>> numbers.valid.tolist(), numbers.over.tolist()[0], numbers.doubles.tolist()[1]
    ([True, True, False, False, True, False, False, False, False], 36, 13.5)
    """
    return of_values([_read(value) if type(value) is str else value for value in values])


def _read(text: str) -> int | float | None:
    if not _WRITTEN.fullmatch(text):
        return None
    if len(text) <= _MAX_DIGITS and text.strip().lstrip("+-").isdigit():
        return _integer(text.strip())
    value = float(text)
    return value if abs(value) != float("inf") else None


def number_items(lists: Lists) -> Numbers:
    """Returns the items of lists as numbers."""
    return of_values(lists.items) if isinstance(lists.items, list) else of_column(lists.items)


def string_items(lists: Lists) -> pa.Array:
    """Returns the items of lists as strings."""
    return strings(lists.items) if isinstance(lists.items, list) else lists.items
