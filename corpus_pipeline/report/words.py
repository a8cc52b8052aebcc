"""The words of the page, in the languages that it speaks."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from corpus_pipeline.yaml_files import load_yaml

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_FILE = Path(__file__).with_name("words.yaml")


@cache
def words_in(language: Language) -> Mapping[str, str]:
    """Returns key -> what the page says.

    >>> words_in("zh")["reasons"], words_in("en")["reasons"]
    ('丢弃原因', 'Reasons')
    """
    place = LANGUAGES.index(language)
    table: dict[str, list[str]] = load_yaml(_FILE.read_text("utf-8"))
    return {key: each[place] for key, each in table.items()}
