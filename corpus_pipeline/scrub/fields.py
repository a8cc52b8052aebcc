"""Personal data in the other fields of a document: addresses, identities, metadata."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pyarrow as pa

#: Numbers of fewer digits name nobody.
_MIN_DIGITS = 7


def scrub_metadata(objects: pa.Array, scrub: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Scrubs the values of JSON objects: texts, and whole numbers that are long enough.

    A value is read with its key before it, as in `author: Jane Doe`, for the key says what it is.
    Keys stay; an object in which nothing is found keeps its bytes.

    Args:
        objects: string[N], each a JSON object or null.
        scrub: takes a column of texts and returns it scrubbed.

    >>> import pyarrow.compute as pc
    >>> upper = lambda texts: pc.replace_substring(texts, "li@x.cn", "<MAIL>")
    >>> scrub_metadata(pa.array(['{"by": "li@x.cn", "n": [1]}', None]), upper).to_pylist()
    ['{"by":"<MAIL>","n":[1]}', None]
    """
    parsed = [None if text is None else orjson.loads(text) for text in objects.to_pylist()]
    places = [place for value in parsed for place in _places(value, "")]
    labelled = [f"{key}: {_written(holder[at])}" for holder, at, key in places]
    scrubbed = scrub(pa.array(labelled, pa.string())).to_pylist()
    bare: list[tuple[Any, Any, str]] = []
    changed: set[int] = set()
    for (holder, at, key), before, after in zip(places, labelled, scrubbed, strict=True):
        if after == before:
            continue
        if after.startswith(f"{key}: "):
            holder[at] = after[len(key) + 2 :]
            changed.add(id(holder))
        else:
            bare.append((holder, at, key))
    # Where something of the key was taken for a part, the value is read alone.
    alone = scrub(pa.array([_written(holder[at]) for holder, at, _ in bare], pa.string()))
    for (holder, at, _), after in zip(bare, alone.to_pylist(), strict=True):
        if after != _written(holder[at]):
            holder[at] = after
            changed.add(id(holder))
    return pa.array(
        [
            orjson.dumps(value).decode() if _holds(value, changed) else text
            for text, value in zip(objects.to_pylist(), parsed, strict=True)
        ],
        pa.string(),
    )


def _written(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _places(value: Any, key: str) -> Iterator[tuple[Any, Any, str]]:
    """Yields where values stand that may be personal: holder, index in it, the key above."""
    if isinstance(value, dict):
        inside = [(name, each, name) for name, each in value.items()]
    elif isinstance(value, list):
        inside = [(number, each, key) for number, each in enumerate(value)]
    else:
        return
    for at, each, name in inside:
        if isinstance(each, (dict, list)):
            yield from _places(each, name)
        elif isinstance(each, str) or (
            isinstance(each, int) and not isinstance(each, bool) and abs(each) >= 10**_MIN_DIGITS
        ):
            yield value, at, name


def _holds(value: Any, changed: set[int]) -> bool:
    if not isinstance(value, (dict, list)):
        return False
    if id(value) in changed:
        return True
    inside = value.values() if isinstance(value, dict) else value
    return any(_holds(each, changed) for each in inside)
