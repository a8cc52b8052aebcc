"""The words of the page, in the languages that it speaks."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from corpus_pipeline.inspection.passages import KINDS
from corpus_pipeline.yaml_files import load_yaml

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
#: The key of the kinds of marks.
_KINDS = "kinds"
_FILE = Path(__file__).with_name("words.yaml")


@cache
def words_in(language: Language) -> Mapping[str, str]:
    """Returns key -> what the page says.

    >>> words_in("zh")["reasons"], words_in("en")["reasons"]
    ('丢弃原因', 'Reasons')
    """
    place = LANGUAGES.index(language)
    return {key: each[place] for key, each in _table().items() if key != _KINDS}


def kinds_in(language: Language) -> Mapping[str, str]:
    """Returns what the page says of each kind of mark in a text."""
    others: Mapping[str, str] = _table()[_KINDS]
    return KINDS if language == "en" else others


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = load_yaml(_FILE.read_text("utf-8"))
    return table
