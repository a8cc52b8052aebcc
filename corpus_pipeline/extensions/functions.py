"""Functions as steps: over one document, for ease, or over a batch, for speed.

    def long_enough(document, *, least: int = 200):
        return len(document["text"]) >= least

    def count_vowels(batch, *, letters: str = "aeiou"):
        ...
        return batch.append_column("vowels", counts)

The name of the first parameter, `document` or `batch`, says which. The others are the options, with
their types and defaults. `step` declares columns and reasons of a function.
"""

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from pydantic import create_model

from corpus_pipeline.batches import alive, with_columns
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.schema import column
from corpus_pipeline.steps import Batch, Options, Step

_F = TypeVar("_F", bound=Callable[..., Any])
_DECLARED = "__corpus_step__"
#: What a column of a function may be declared as.
_TYPES = {
    "bool": pa.bool_(), "int32": pa.int32(), "int64": pa.int64(), "float64": pa.float64(),
    "string": pa.string(), "list of string": pa.list_(pa.string()),
}  # fmt: skip


def step(
    columns: Mapping[str, tuple[str, str]] | None = None, reasons: tuple[str, ...] = ()
) -> Callable[[_F], _F]:
    """Declares what a function fills and why it drops.

    Args:
        columns: name -> type and meaning. Types: bool, int32, int64, float64, string,
            list of string.
        reasons: names of its reasons, without its own name before them.

    >>> @step(columns={"vowels": ("int32", "vowels in the text")})
    ... def vowels(document):
    ...     return {"vowels": sum(document["text"].count(v) for v in "aeiou")}
    """

    def declare(function: _F) -> _F:
        setattr(function, _DECLARED, (dict(columns or {}), tuple(reasons)))
        return function

    return declare


def function_step(function: Callable[..., Any], place: str) -> type[Step]:
    """Makes a step class of a function.

    Raises:
        ConfigError: its first parameter is neither `document` nor `batch`, or it declares a column
            of an unknown type.
    """
    parameters = list(inspect.signature(function).parameters.values())
    kinds: dict[str, type[_FunctionStep]] = {"document": _OfDocuments, "batch": _OfBatches}
    kind = kinds.get(parameters[0].name) if parameters else None
    if kind is None:
        raise ConfigError(
            f"{place}: its first parameter must be called document (a mapping) or batch (a "
            "pyarrow.RecordBatch)"
        )
    fields: dict[str, Any] = {}
    for each in parameters[1:]:
        annotation = Any if each.annotation is each.empty else each.annotation
        fields[each.name] = (annotation, ... if each.default is each.empty else each.default)
    name = function.__name__.replace("_", "-")
    declared, reasons = getattr(function, _DECLARED, ({}, ()))
    for key, (type_, _) in declared.items():
        if type_ not in _TYPES:
            raise ConfigError(
                f"{place}: column {key}: type {type_!r} is none of {', '.join(_TYPES)}"
            )
    namespace = {
        "__doc__": function.__doc__,
        "name": name,
        "Options": create_model(f"{function.__name__}Options", __base__=Options, **fields),
        "columns": pa.schema([column(n, _TYPES[t], m) for n, (t, m) in declared.items()]),
        "reasons": (name, *(f"{name}-{reason}" for reason in reasons)),
        "function": staticmethod(function),
    }
    return type(function.__name__, (kind,), namespace)


class _FunctionStep(Step):
    """A function and its options."""

    function: Callable[..., Any]

    def _call(self, value: Any) -> Any:
        given = {name: getattr(self.options, name) for name in type(self.options).model_fields
                 if name != "enabled"}  # fmt: skip
        return self.function(value, **given)


class _OfBatches(_FunctionStep):
    """A function that is given a batch and returns the same rows."""

    def apply(self, batch: Batch) -> Batch:
        """Calls the function once."""
        found = self._call(batch)
        if not isinstance(found, pa.RecordBatch) or found.num_rows != batch.num_rows:
            raise ConfigError(f"{self.title}: must return a RecordBatch with the rows it was given")
        known = {*batch.schema.names, *self.columns.names}
        for name in found.schema.names:
            if name not in known:
                raise ConfigError(f"{self.title}: fills {name!r}, which it does not declare; "
                                  "declare it with @step(columns=...)")  # fmt: skip
        return found


class _OfDocuments(_FunctionStep):
    """A function that is given one document with text, as a mapping.

    It returns True or None (nothing), False or a reason (the document goes), or a mapping of new
    values: `text`, its columns, and `drop`: a reason.
    """

    def apply(self, batch: Batch) -> Batch:
        """Calls the function for each document that has text."""
        size = batch.num_rows
        living = alive(batch).to_pylist()
        columns = _Columns(batch)
        texts: list[str | None] = list(columns["text"])
        values: dict[str, list[Any]] = {name: [None] * size for name in self.columns.names}
        failed = {reason: np.zeros(size, np.bool_) for reason in self.reasons}
        edited = False
        for number in range(size):
            if texts[number] is None:
                continue
            answer = self._answer(self._call(_Document(columns, number)))
            for name, value in answer.items():
                if name == "drop":
                    failed[value][number] = True
                elif name != "text":
                    values[name][number] = value
                elif living[number]:
                    texts[number], edited = value, True
        filled = {name: pa.array(each, self.columns.field(name).type)
                  for name, each in values.items()}  # fmt: skip
        batch = self.filled(batch, filled)
        if edited:
            batch = with_columns(batch, {"text": pa.array(texts, pa.string())})
        return self.failed(batch, failed)

    def _answer(self, found: Any) -> Mapping[str, Any]:
        """Brings an answer into the form of a mapping."""
        if found is None or found is True:
            return {}
        if found is False:
            return {"drop": self.name}
        if isinstance(found, str):
            found = {"drop": found}
        if not isinstance(found, Mapping):
            raise ConfigError(
                f"{self.title}: returned {type(found).__name__}; a function over a document "
                "returns a bool, a reason, a mapping of new values, or None"
            )
        answer = dict(found)
        for name in answer.keys() - {"drop", "text", *self.columns.names}:
            raise ConfigError(f"{self.title}: fills {name!r}, which it does not declare; "
                              "declare it with @step(columns=...)")  # fmt: skip
        if answer.get("drop") is not None:
            reason = str(answer["drop"])
            full = reason if reason in self.reasons else f"{self.name}-{reason}"
            if full not in self.reasons:
                raise ConfigError(f"{self.title}: drops for {reason!r}, which it does not declare; "
                                  "declare it with @step(reasons=...)")  # fmt: skip
            answer["drop"] = full
        else:
            answer.pop("drop", None)
        return answer


class _Columns(dict[str, list[Any]]):
    """Columns of a batch as lists; each is made when it is first asked for."""

    def __init__(self, batch: Batch) -> None:
        super().__init__()
        self.batch = batch
        self.names = [name for name in batch.schema.names if name != "raw"]

    def __missing__(self, name: str) -> list[Any]:
        if name not in self.names:
            raise KeyError(name)
        values: list[Any] = self.batch[name].to_pylist()
        if name == "metadata":
            values = [json.loads(each) if each else {} for each in values]
        self[name] = values
        return values


class _Document(Mapping[str, Any]):
    """One document, as a mapping of its columns."""

    __slots__ = ("_columns", "_number")

    def __init__(self, columns: _Columns, number: int) -> None:
        self._columns = columns
        self._number = number

    def __getitem__(self, name: str) -> Any:
        return self._columns[name][self._number]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns.names)

    def __len__(self) -> int:
        return len(self._columns.names)
