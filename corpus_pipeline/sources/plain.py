"""Plain texts that are not UTF-8: readers hand on their bytes, which *extract* decodes.

Who joins, cuts or cleans texts as they are read decodes them before, in the same way.
"""

from typing import Any

from corpus_pipeline.extract.charset import decode_bytes


def plain_text(columns: dict[str, Any]) -> str | None:
    """Returns the text of a record; None if it has none, or is a page.

    Args:
        columns: `text`, `raw`, `mime` and `charset` of one row of schema `RECORDS`.

    >>> plain_text({"text": None, "raw": b"caf\\xe9", "mime": "text/plain", "charset": "latin-1"})
    'café'
    """
    if _is_plain(columns):
        return decode_bytes(columns["raw"], columns["charset"]).text
    text: str | None = columns["text"]
    return text


def decode_plain(columns: dict[str, Any]) -> None:
    """Puts the text of a record in the place of the bytes of a plain text."""
    if _is_plain(columns):
        columns |= {"text": plain_text(columns), "raw": None, "mime": None, "charset": None}


def _is_plain(columns: dict[str, Any]) -> bool:
    return columns["raw"] is not None and columns["mime"] == "text/plain"
