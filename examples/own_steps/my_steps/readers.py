"""A reader: files that the package does not know."""

from collections.abc import Iterator
from typing import Any, BinaryIO


def read_letters(stream: BinaryIO) -> Iterator[dict[str, Any]]:
    """Reads the letters of a file: fields `Name: value`, an empty line, the text, a form feed."""
    for letter in stream.read().decode().split("\f"):
        head, _, text = letter.strip().partition("\n\n")
        fields = dict(line.split(": ", 1) for line in head.splitlines())
        yield {"text": text or None, "id": fields.pop("Number", None), **fields}
