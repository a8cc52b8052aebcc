"""The columns of *quality* that have one value for each line, or paragraph, of a text."""

from collections.abc import Iterable

import pyarrow as pa

from corpus_pipeline.schema import ONLY_IN_DOCUMENTS

#: What the signals can be of -> the first word of their columns.
PARTS = {"lines": "line", "paragraphs": "paragraph"}
_MEANINGS = {
    "starts": (pa.int32(), "first character of each {part}, of the whole text"),
    "ends": (pa.int32(), "the character after the last of each {part}, line feeds included"),
    "words": (pa.int32(), "words of the {part}'s normal form"),
    "javascript": (pa.int32(), "words that are javascript, punctuation left out"),
    "end_marks": (pa.bool_(), "the {part} ends in . ! ? or ”"),
    "bullets": (pa.bool_(), "the {part} begins with one of • ‣ ▶ ◀ ◦ ■ □ ▪ ▫ –"),
    "numeral_shares": (pa.float64(), "share of numerals in the {part}'s normal form"),
    "capital_shares": (pa.float64(), "share of capitals in the characters of the {part}"),
}


def signal_fields(parts: Iterable[str]) -> list[pa.Field]:
    """Returns the columns of signals of `PARTS`: one list for each text, null for a null text.

    >>> [field.name for field in signal_fields(["paragraphs"])][:2]
    ['paragraph_starts', 'paragraph_ends']
    """
    return [
        pa.field(
            f"{PARTS[part]}_{name}",
            pa.list_(type_),
            metadata={"meaning": meaning.format(part=PARTS[part]), **ONLY_IN_DOCUMENTS},
        )
        for part in PARTS
        if part in {*parts}
        for name, (type_, meaning) in _MEANINGS.items()
    ]
