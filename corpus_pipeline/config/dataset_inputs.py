"""Dataset folders as inputs: which columns of their own they have, and whether they were changed.

A column that neither the package nor a step knows was added by hand, or by a step of an earlier
run. It is carried through like the others, and expressions may use it.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pyarrow as pa

from corpus_pipeline import storage
from corpus_pipeline.config.config import Config
from corpus_pipeline.errors import CorpusError
from corpus_pipeline.flow import document_schema, ledger_schema
from corpus_pipeline.workspace.run_file import RUN_FILE

#: Changed files that are named.
_NAMED = 3


def dataset_columns(config: Config) -> pa.Schema:
    """Returns the columns of dataset inputs that no default step fills, in their order."""
    fields: dict[str, pa.Field] = {}
    # Places of tokens are those of the earlier run.
    known = {*document_schema().names, *ledger_schema().names}
    for each in config.inputs:
        if each.format == "dataset":
            for field in _columns(each.path, config.output):
                if field.name not in known:
                    fields.setdefault(field.name, field)
    return pa.schema(list(fields.values()))


@cache
def _columns(path: str, output: str) -> pa.Schema:
    """Returns the columns of the first file of a dataset; of one that cannot be read, none."""
    try:
        place = storage.place(path)
        folder = place / "documents" if storage.is_folder(place / "documents") else place
        for file in storage.list_inputs(str(folder), output):
            with storage.open_parquet(storage.place(file.path)) as parquet:
                schema: pa.Schema = parquet.schema_arrow.remove_metadata()
                return schema
    except (CorpusError, OSError, pa.ArrowException):
        pass  # Whoever reads the input says what is wrong.
    return pa.schema([])


def dataset_notes(config: Config) -> Iterator[str]:
    """Yields a line for each dataset folder whose files are not as its run has written them."""
    for each in config.inputs:
        if each.format != "dataset":
            continue
        place = storage.place(each.path)
        try:
            run: dict[str, Any] = json.loads(storage.read_bytes(place / RUN_FILE))
            listed = {entry["path"]: entry["bytes"] for entry in run["files"]}
            there = storage.sizes(place / "documents", ".parquet")
        except (CorpusError, OSError, ValueError, KeyError):
            continue  # Not a folder of a run, or one that the reader refuses.
        wanted = {path: size for path, size in listed.items() if path.startswith("documents/")}
        found = {f"documents/{name}": size for name, size in there.items()}
        changed = sorted(
            path for path in wanted.keys() | found.keys() if wanted.get(path) != found.get(path)
        )
        if changed:
            more = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
            yield (
                f"warning: {each.path}: {len(changed)} of {len(wanted)} files are not as the run "
                f"has written them ({', '.join(changed[:_NAMED])}{more}); they are read as they are"
            )
