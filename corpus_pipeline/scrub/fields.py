"""Personal data in the other fields of a document: addresses, identities, metadata."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline.scrub.columns import FINDINGS
from corpus_pipeline.scrub.scrubbing import Scrubbed

#: Numbers of fewer digits name nobody.
_MIN_DIGITS = 7
_LISTS = pa.list_(pa.struct(list(FINDINGS)))
#: The columns of `FINDINGS` that are places.
_PLACES = ("start", "end", "new_start", "new_end")


class ScrubbedObjects(NamedTuple):
    """N objects without personal data."""

    objects: pa.Array
    """string[N]; null where the input is null."""
    findings: pa.Array
    """list<struct>[N] of `FINDINGS`; places are those in the value, its key left out."""


class _Value(NamedTuple):
    """A value that may be personal."""

    row: int
    """Of its object."""
    holder: Any
    """The list or dict that has it."""
    at: Any
    """Its place there."""
    key: str
    """That stands above it."""

    def written(self) -> str:
        value = self.holder[self.at]
        return value if isinstance(value, str) else str(value)

    @property
    def label(self) -> str:
        return f"{self.key}: "


def scrub_metadata(objects: pa.Array, scrub: Callable[[pa.Array], Scrubbed]) -> ScrubbedObjects:
    """Scrubs the values of JSON objects: texts, and whole numbers that are long enough.

    A value is read with its key before it, as in `author: Jane Doe`, for the key says what it is.
    Keys stay; an object in which nothing is found keeps its bytes.

    Args:
        objects: string[N], each a JSON object or null.
        scrub: takes a column of texts and returns it scrubbed.

    >>> from corpus_pipeline.scrub.finding import load_finders
    >>> from corpus_pipeline.scrub.scrubbing import scrub_texts
    >>> from corpus_pipeline.scrub.spans import FinderOptions
    >>> finders = load_finders(["EMAIL_ADDRESS"], FinderOptions())
    >>> column = pa.array(['{"by": "li@x.cn", "n": [1]}', None])
    >>> found = scrub_metadata(column, lambda texts: scrub_texts(texts, finders))
    >>> found.objects.to_pylist()
    ['{"by":"<EMAIL_ADDRESS>","n":[1]}', None]
    >>> [each["end"] for each in found.findings[0].as_py()]
    [7]
    """
    parsed = [None if text is None else orjson.loads(text) for text in objects.to_pylist()]
    values = [value for row, each in enumerate(parsed) for value in _values(row, each, "")]
    found: list[list[dict[str, Any]]] = [[] for _ in parsed]
    changed: set[int] = set()
    bare: list[_Value] = []

    def take(value: _Value, after: str, findings: list[dict[str, Any]], skipped: int) -> None:
        if after[skipped:] != value.written():
            value.holder[value.at] = after[skipped:]
            changed.add(value.row)
        # What was found in the key alone is none of the value.
        found[value.row] += [
            {**each, **{name: each[name] - skipped for name in _PLACES}}
            for each in findings
            if each["start"] >= skipped
        ]

    labelled = scrub(pa.array([value.label + value.written() for value in values], pa.string()))
    for value, after, findings in zip(
        values, labelled.texts.to_pylist(), labelled.findings.to_pylist(), strict=True
    ):
        if after.startswith(value.label):
            take(value, after, findings, len(value.label))
        else:
            bare.append(value)
    # Where something of the key was taken for a part, the value is read alone.
    alone = scrub(pa.array([value.written() for value in bare], pa.string()))
    for value, after, findings in zip(
        bare, alone.texts.to_pylist(), alone.findings.to_pylist(), strict=True
    ):
        take(value, after, findings, 0)
    written = [
        orjson.dumps(value).decode() if row in changed else text
        for row, (text, value) in enumerate(zip(objects.to_pylist(), parsed, strict=True))
    ]
    return ScrubbedObjects(pa.array(written, pa.string()), pa.array(found, _LISTS))


def _values(row: int, value: Any, key: str) -> Iterator[_Value]:
    """Yields the values of an object that may be personal."""
    if isinstance(value, dict):
        inside = [(name, each, name) for name, each in value.items()]
    elif isinstance(value, list):
        inside = [(number, each, key) for number, each in enumerate(value)]
    else:
        return
    for at, each, name in inside:
        if isinstance(each, (dict, list)):
            yield from _values(row, each, name)
        elif isinstance(each, str) or (
            isinstance(each, int) and not isinstance(each, bool) and abs(each) >= 10**_MIN_DIGITS
        ):
            yield _Value(row, value, at, name)


def joined_findings(lists: Sequence[pa.Array]) -> pa.Array:
    """Joins the findings of several fields of N documents.

    Args:
        lists: list<struct>[N] of `FINDINGS` each; null counts as none.

    >>> of_text = pa.array([[{"field": "text"}], None], _LISTS)
    >>> of_url = pa.array([[{"field": "url"}], []], _LISTS)
    >>> [[f["field"] for f in each] for each in joined_findings([of_text, of_url]).to_pylist()]
    [['text', 'url'], []]
    """
    lengths = [pc.fill_null(pc.list_value_length(each), 0).to_numpy() for each in lists]
    rows = np.concatenate([np.repeat(np.arange(len(each)), each) for each in lengths])
    order = pa.array(np.argsort(rows, kind="stable"))
    flat = pa.concat_arrays([each.flatten() for each in lists]).take(order)
    offsets = np.append(0, np.cumsum(sum(lengths))).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), flat)
