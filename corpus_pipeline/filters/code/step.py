"""*code*: labels source files with their programming language and their licences."""

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline.errors import ResourceError
from corpus_pipeline.filters.code.columns import CODE_COLUMNS
from corpus_pipeline.filters.code.options import FIELD, CodeOptions
from corpus_pipeline.steps import Batch, Resource, Step

_OPTED_OUT = "code-opted-out"

#: Files that hold many documents: their names say nothing of one. (What *read* takes apart.)
_CONTAINERS = (
    r"(?i)\.(?:jsonl|ndjson|json|parquet|warc|wat|wet|xml|arrow)(?:\.(?:gz|zst|bz2|xz|lzma))?$"
)


#: Reason -> what is said of a document that is dropped for it.
_SENTENCES = {_OPTED_OUT: "its repository, or the owner of it, is in a list of code.opt_out"}


class Code(Step):
    """Fills the labels; drops files of repositories that are listed, and nothing else."""

    name = "code"
    Options = CodeOptions
    options: CodeOptions
    columns = CODE_COLUMNS
    sentences = _SENTENCES
    reasons = tuple(_SENTENCES)
    seconds_per_gigabyte = 3.0
    imports = ("corpus_pipeline.filters.code.languages", "corpus_pipeline.filters.code.licences")

    def resources(self) -> Iterable[Resource]:
        """Yields the lists."""
        for path in self.options.opt_out:
            yield Resource(path, "code.opt_out", checked=True)

    def check(self) -> None:
        """Refuses lists that cannot be read."""
        self._listed()

    def _listed(self) -> frozenset[str]:
        from corpus_pipeline.filters.code.opt_outs import load_opt_outs

        found: frozenset[str] = frozenset()
        for path in self.options.opt_out:
            listed, digest = load_opt_outs(path)
            if digest != self.context.digests.get(path, digest):
                raise ResourceError(f"{path}: the list changed since the run began; run again")
            found |= listed
        return found

    def open(self) -> None:
        """Loads the tables."""
        from corpus_pipeline.filters.code.languages import load_languages
        from corpus_pipeline.filters.code.licences import load_licences

        load_languages()
        load_licences()
        self._opt_outs = self._listed()

    def apply(self, batch: Batch) -> Batch:
        """Labels one batch."""
        from corpus_pipeline.filters.code.languages import (
            find_languages,
            language_type,
            name_languages,
        )
        from corpus_pipeline.filters.code.licences import Found, find_licences
        from corpus_pipeline.filters.code.opt_outs import find_opt_outs

        there = batch["text"].is_valid()
        given = [name_languages(each) for each in self._values(batch, self.options.language_from)]
        paths = self._paths(batch)
        languages = pc.coalesce(
            *given, find_languages(pc.if_else(there, paths, None), batch["text"])
        )
        encoded = languages.dictionary_encode()
        types = [language_type(name) for name in encoded.dictionary.to_pylist()]
        rows = batch.num_rows
        found = Found(pa.nulls(rows, pa.list_(pa.string())), pa.nulls(rows, pa.string()))
        if self.options.licences:
            permissive = self.options.permissive
            allowed = None if permissive is None else frozenset(permissive)
            found = find_licences(batch["text"], allowed)
        columns = {
            "code_language": languages,
            "code_type": pa.array(types, pa.string()).take(encoded.indices),
            "licences": found.licences,
            "license_type": found.types,
        }
        if self._opt_outs and self.options.repository_from:
            names = self._values(batch, self.options.repository_from)
            batch = self.failed(batch, {_OPTED_OUT: find_opt_outs(names, self._opt_outs)})
        return self.filled(batch, columns)

    def _paths(self, batch: Batch) -> pa.Array:
        """Returns the path of each file, null where nothing tells it."""
        found = [pa.nulls(batch.num_rows, pa.string())]
        for item, values in zip(
            self.options.path_from, self._values(batch, self.options.path_from), strict=True
        ):
            if item == "file":
                holds_many = pc.match_substring_regex(values, _CONTAINERS)
                values = pc.if_else(holds_many, None, values)
            found.append(values)
        return pc.coalesce(*found)

    def _values(self, batch: Batch, items: Iterable[str]) -> list[pa.Array]:
        """Returns what stands in columns and fields of metadata, as strings."""
        from corpus_pipeline.filters.where.fields import Rows, strings

        rows = Rows(batch)
        return [
            strings(rows.field(tuple(item.removeprefix(FIELD).split("."))))
            if item.startswith(FIELD)
            else rows.column(item)
            for item in items
        ]
