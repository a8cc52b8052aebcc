"""Types of values in a configuration: sizes in bytes (`32MB`, `4GiB`), names of languages."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

from corpus_pipeline.text.languages import require_language, suggestion

_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "PB": 10**15,
          "KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40, "PIB": 2**50}  # fmt: skip


def parse_size(value: object) -> object:
    """Reads a size such as `32MB`; leaves numbers as they are.

    >>> parse_size("1.5GB"), parse_size("64 MiB"), parse_size(7)
    (1500000000, 67108864, 7)
    """
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\s*", value)
    if match is None or match[2].upper() not in _UNITS:
        raise ValueError(f"{value!r} is not a size; write for example 32MB, 4GB or 64MiB")
    size = float(match[1]) * _UNITS[match[2].upper()]
    if size >= 2**63:
        raise ValueError(f"{value[:20]!r} is more bytes than there are")
    return int(size)


Size = Annotated[int, BeforeValidator(parse_size, json_schema_input_type=int | str), Field(gt=0)]


def _label(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no language; {suggestion(value)}")
    return value


#: A label of the language model, which alone knows them; or a name of a language.
Label = Annotated[str, BeforeValidator(_label, json_schema_input_type=str)]
LanguageName = Annotated[str, BeforeValidator(require_language, json_schema_input_type=str)]
