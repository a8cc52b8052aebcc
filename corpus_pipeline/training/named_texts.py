"""Texts with the name of their source, and their language where it is known."""

import glob
import os
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import orjson
import pyarrow as pa

from corpus_pipeline import storage
from corpus_pipeline.training.texts import Texts
from corpus_pipeline.workspace.run_file import RUN_FILE


class Named(NamedTuple):
    """Documents, in columns of N."""

    texts: pa.Array
    """string[N]."""
    ids: Sequence[str | None]
    sources: Sequence[str]
    languages: Sequence[str | None]
    """The field `lang` of each; null where it has none."""


class NamedTexts(NamedTuple):
    """Documents of one input, and the name of their source."""

    texts: Texts
    name: str | None
    """Null: that which a dataset's documents have, else the input itself."""
    given: str

    @classmethod
    def of(cls, given: str, text_field: str) -> "NamedTexts":
        """Reads `SOURCE=INPUT` or `INPUT`.

        A path may have an equals sign in it, as folders of tables have (`year=2024/`): what is
        there under the whole of `given`, be it a path or a pattern that matches, is the input. A
        name has neither slashes nor the signs of patterns.
        """
        name, equals, path = given.partition("=")
        if equals and path and not re.search(r"[/*?\[]", name) and not _is_there(given):
            return cls(Texts([path], text_field), name, path)
        return cls(Texts([given], text_field), None, given)

    def batches(self) -> Iterator[Named]:
        """Yields the documents with what is known of them, in order of path.

        Raises:
            InputError: there is no text.
        """
        of_run = self.name is None and storage.exists(storage.place(self.given) / RUN_FILE)
        for batch in self.texts.batches():
            fields: list[dict[str, Any]] = [
                orjson.loads(each or "{}") for each in batch["metadata"].to_pylist()
            ]
            named = self.name or self.given
            sources = [(each.get("source") if of_run else None) or named for each in fields]
            languages = [str(each["lang"]) if each.get("lang") else None for each in fields]
            yield Named(batch["text"], batch["id"].to_pylist(), sources, languages)

    def columns(self) -> Iterator[tuple[str, pa.Array]]:
        """Yields columns of texts of one source each."""
        for batch in self.batches():
            for name in sorted(set(batch.sources)):
                here = pa.array([each == name for each in batch.sources], pa.bool_())
                yield name, batch.texts.filter(here)


def _is_there(given: str) -> bool:
    if storage.exists(storage.place(given)):
        return True
    found = glob.iglob(os.path.expanduser(given), recursive=True)
    return "://" not in given and next(found, None) is not None
