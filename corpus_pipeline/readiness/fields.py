"""What the fields of records hold, told by the first of them."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

#: Of the records, how many must have a field for it to be one of all.
_MOST_OF = 0.5
#: Of the longest field, how long another one must be that could be the text as well.
_AS_LONG = 0.5
#: Fewer characters, on an average, are a name or a number and no text.
_LEAST_TEXT = 20
_URL = re.compile(r"https?://\S+\Z|[a-z0-9.-]+\.[a-z]{2,}(?:/\S*)?\Z", re.IGNORECASE)
_PAGE = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)[\s>]", re.I | re.S)
_CLOSING = re.compile(r"</(?:p|div|a|li|ul|span|td|tr|h\d|b|i|em|strong|table|section)>", re.I)
#: Closing tags of a text that is HTML, and the signs of it that are looked at.
_FEWEST_TAGS, _LOOKED_AT = 3, 20_000
_DATE = re.compile(r"(?:19|20)\d\d(?:-?[01]\d(?:-?[0-3]\d)?)?(?:[T ]?[0-2]\d:?[0-5]\d.*)?\Z")
#: Names of fields that name a document, as data sets have them; the earlier the likelier.
_ID_NAMES = (
    "id", "_id", "doc_id", "docid", "document_id", "uuid", "guid", "warc_record_id", "key", "name",
)  # fmt: skip
_URL_NAMES = ("url", "uri", "link", "source_url", "href", "address", "warc_target_uri")


class Fields(NamedTuple):
    """Which field is what; None where there is none."""

    text: str | None
    other_texts: tuple[str, ...]
    """Fields that could be the text as well, the longest first."""
    id: str | None
    url: str | None
    date: str | None
    is_html: bool
    """The texts are pages, or parts of them."""
    is_page: bool
    """They are whole pages."""
    records: int
    """How many were looked at."""


def text_lengths(records: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Returns the mean length of each field that most records have as a string, longest first.

    >>> text_lengths([{"a": "x", "b": "long", "n": 1}, {"a": "y", "b": None}])
    {'b': 4.0, 'a': 1.0}
    """
    lengths: dict[str, list[int]] = defaultdict(list)
    for record in records:
        for name, value in record.items():
            if isinstance(value, str):
                lengths[name].append(len(value))
    means = {
        name: sum(each) / len(each)
        for name, each in lengths.items()
        if len(each) >= _MOST_OF * len(records)
    }
    return dict(sorted(means.items(), key=lambda item: (-item[1], item[0])))


def tell_fields(records: Sequence[Mapping[str, Any]]) -> Fields:
    """Tells which field is the text, the id, the address and the date of documents.

    The text is the field that is longest by the mean of the records; of pages and of text without
    tags, the latter.

    >>> found = tell_fields([{"title": "甲", "body": "长" * 50, "doc_id": "a", "link": "http://h/1"}])
    >>> found.text, found.id, found.url
    ('body', 'doc_id', 'link')
    """
    lengths = text_lengths(records)
    html = {name for name in lengths if _share(records, name, _looks_like_html) >= _MOST_OF}
    urls = [name for name in lengths if _share(records, name, _is_url) >= _MOST_OF]
    dates = [name for name in lengths if _share(records, name, _is_date) >= _MOST_OF]
    texts = [name for name in lengths if name not in urls and name not in dates]
    plain = [name for name in texts if name not in html and lengths[name] >= _LEAST_TEXT]
    text = next(iter(plain or texts), None)
    others = tuple(
        name
        for name in texts
        if name != text and text is not None and lengths[name] >= _AS_LONG * lengths[text]
    )
    return Fields(
        text,
        others,
        _first_named(_ID_NAMES, [n for n in _ids(records) if n != text and n not in urls]),
        _first_named(_URL_NAMES, urls) or next(iter(urls), None),
        next(iter(dates), None),
        text in html,
        text in html and _share(records, str(text), _is_page) >= _MOST_OF,
        len(records),
    )


def _share(records: Sequence[Mapping[str, Any]], name: str, test: Any) -> float:
    """Says of which share of the strings of a field something holds."""
    values = [record[name] for record in records if isinstance(record.get(name), str)]
    return sum(bool(test(value)) for value in values) / max(1, len(values))


def _looks_like_html(value: str) -> bool:
    return _is_page(value) or len(_CLOSING.findall(value[:_LOOKED_AT])) >= _FEWEST_TAGS


def _is_page(value: str) -> bool:
    return _PAGE.match(value) is not None


def _is_url(value: str) -> bool:
    return _URL.match(value) is not None


def _is_date(value: str) -> bool:
    return _DATE.match(value) is not None


def _ids(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """Returns the fields of which every record has a value of its own, a string or an integer."""
    found = []
    for name in records[0] if records else ():
        values = [
            record.get(name)
            for record in records
            if isinstance(record.get(name), (str, int)) and not isinstance(record.get(name), bool)
        ]
        if len(values) == len(records) == len(set(values)):
            found.append(name)
    return found


def _first_named(likely: Sequence[str], there: Sequence[str]) -> str | None:
    """Returns the field with the likeliest name; names are the same in capital letters."""
    by_name = {name.lower().replace("-", "_"): name for name in reversed(there)}
    named = next((by_name[name] for name in likely if name in by_name), None)
    ending = next((name for name in there if name.lower().endswith(("_id", "-id"))), None)
    return named or (ending if likely is _ID_NAMES else None)
