"""Types of values in a configuration: sizes in bytes (`32MB`, `4GiB`), names of languages."""

import re
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BeforeValidator, ByteSize, Field, TypeAdapter

from corpus_pipeline.text.languages import require_language, suggestion

#: What `ByteSize` reads rightly; it passes over words after the unit, and takes `1.GB` for a byte.
_SIZE = re.compile(r"\s*\d+(?:\.\d+)?\s*(?:[kmgtp]?i?b|[kmgtp])?\s*", re.IGNORECASE | re.ASCII)


def _written_as_size(value: object) -> object:
    if isinstance(value, bool) or (isinstance(value, str) and _SIZE.fullmatch(value) is None):
        raise ValueError(f"{value!r} is not a size; write for example 32MB, 4GB or 64MiB")
    return value


if TYPE_CHECKING:
    Size = int  # What a default may be written as.
else:
    Size = Annotated[
        ByteSize,
        BeforeValidator(_written_as_size, json_schema_input_type=int | str),
        Field(gt=0, lt=2**63),
        AfterValidator(int),  # Workers need not know what it was read by.
    ]

_SIZES: TypeAdapter[int] = TypeAdapter(Size)


def parse_size(value: object) -> int:
    """Reads a size such as `32MB`, or a number of bytes.

    Raises:
        ValueError: it is none.

    >>> [parse_size(size) for size in ("1.5GB", "64 MiB", 7)]
    [1500000000, 67108864, 7]
    """
    return _SIZES.validate_python(value)


def show_size(size: int) -> str:
    """Writes a size as short as it can be written exactly.

    >>> show_size(10 * 2**20), show_size(2_000_000), show_size(1025)
    ('10MiB', '2MB', '1025')
    """
    for power, unit in ((4, "T"), (3, "G"), (2, "M"), (1, "K")):
        for base, ending in ((1024, "iB"), (1000, "B")):
            if size and size % base**power == 0:
                return f"{size // base**power}{unit}{ending}"
    return str(int(size))


def _label(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no language; {suggestion(value)}")
    return value


#: A label of the language model, which alone knows them; or a name of a language.
Label = Annotated[str, BeforeValidator(_label, json_schema_input_type=str)]
LanguageName = Annotated[str, BeforeValidator(require_language, json_schema_input_type=str)]
