"""Checks that an output holds what its run.json says: every byte, every count."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.errors import VerifyError
from corpus_pipeline.pipelines.publish import RUN_FILE, digest_of
from corpus_pipeline.schema import LEDGER
from corpus_pipeline.storage import Place
from corpus_pipeline.tokens.index import INDEX_NAME, TokenIndex, is_inside, shard_differences
from corpus_pipeline.tokens.shard import Shard, open_shard


def read_run(output: Place) -> dict[str, Any]:
    """Reads run.json.

    Raises:
        VerifyError: there is none, or it is not the manifest of a run.
    """
    path = output / RUN_FILE
    try:
        run: dict[str, Any] = json.loads(storage.read_bytes(path))
    except FileNotFoundError as error:
        raise VerifyError(
            f"{output}: no {RUN_FILE}; the run is not complete: run it again"
        ) from error
    except ValueError as error:
        raise VerifyError(f"{path}: is not JSON ({error}); run again with --overwrite") from error
    parts = {"counts": dict, "config": dict, "files": list, "fingerprint": dict, "phases": dict}
    for name, kind in parts.items():
        if not (isinstance(run, dict) and isinstance(run.get(name), kind)):
            raise VerifyError(f"{path}: has no {name}; run again with --overwrite")
    for entry in run["files"]:
        _refuse_entry(path, entry)
    return run


#: What an entry of `files` holds.
_ENTRY = {"path": str, "rows": int, "bytes": int, "sha256": str}


def _refuse_entry(manifest: Place, entry: Any) -> None:
    """Refuses what is no entry of `files`, or names a file that is not below the output."""
    named = isinstance(entry, dict) and all(isinstance(entry.get(k), t) for k, t in _ENTRY.items())
    if not named:
        raise VerifyError(f"{manifest}: has an entry of files that names none; get it again")
    if not is_inside(entry["path"]):
        raise VerifyError(
            f"{manifest}: names {entry['path']!r}, which is not inside the folder; "
            "no run of this package writes that, so do not trust the folder"
        )


def verify(output: Place) -> dict[str, int]:
    """Recomputes every checksum and the accounting of an output.

    Returns:
        What was checked: name -> count.

    Raises:
        VerifyError: the first difference, in one line.
    """
    run = read_run(output)
    for difference in _differences(output, run):
        raise VerifyError(f"{output}: {difference}")
    return {
        "files": len(run["files"]),
        "bytes": sum(entry["bytes"] for entry in run["files"]),
        "documents": run["counts"].get("documents", 0),
        "tokens": run["counts"].get("tokens", 0),
    }


def _differences(output: Place, run: dict[str, Any]) -> Iterator[str]:
    if run.get("digest") != digest_of(run):
        yield f"{RUN_FILE} was changed after it was written"
    yield from _file_differences(output, run["files"])
    yield from _count_differences(output, run["counts"])
    if storage.exists(output / "tokens" / INDEX_NAME):
        yield from _token_differences(output, run["counts"])


def _file_differences(output: Place, files: list[dict[str, Any]]) -> Iterator[str]:
    for entry in files:
        path = output / entry["path"]
        if isinstance(path, Path) and path.exists() and not path.is_file():
            yield f"{entry['path']} is no file"
            continue
        try:
            found = storage.file_digest(path)
        except FileNotFoundError:
            yield f"{entry['path']} is missing"
            continue
        if found != (entry["bytes"], entry["sha256"]):
            yield (
                f"{entry['path']} has {found.bytes} bytes with sha256 {found.sha256}, "
                f"{RUN_FILE} says {entry['bytes']} with {entry['sha256']}"
            )
        if path.suffix == ".parquet":
            rows = _rows_of(path)
            if rows != entry["rows"]:
                yield f"{entry['path']} has {rows} rows, {RUN_FILE} says {entry['rows']}"
    known = {entry["path"] for entry in files}
    for folder in ("documents", "rejected", "ledger", "tokens"):
        for name in storage.names(output / folder):
            if not name.startswith(".") and f"{folder}/{name}" not in known:
                yield f"{folder}/{name} does not belong to the run"


def _count_differences(output: Place, counts: dict[str, int]) -> Iterator[str]:
    """Compares documents in with documents out and rejected, per reason, in three places."""
    reasons = {n.removeprefix("dropped-"): c for n, c in counts.items() if n.startswith("dropped-")}
    documents = counts.get("documents", 0)
    kept = _rows(output / "documents")
    if documents != kept + sum(reasons.values()):
        yield (f"{documents} documents in, but {kept} out and {sum(reasons.values())} rejected")
    for folder in ("rejected", "ledger"):
        found = _reasons(output / folder)
        if found != Counter(reasons):
            reason = min(found.keys() ^ reasons.keys() or
                         {r for r in reasons if found[r] != reasons[r]})  # fmt: skip
            yield (
                f"{folder}/ has {found[reason]} documents with the reason {reason}, "
                f"{RUN_FILE} says {reasons.get(reason, 0)}"
            )
    for name, total in _sums(output / "documents").items():
        if total != counts.get(name, 0):
            yield f"documents/ has {name} {total}, {RUN_FILE} says {counts.get(name, 0)}"
    listed = _rows(output / "ledger")
    if listed != documents:
        yield f"ledger/ has {listed} rows for {documents} documents"


def _rows_of(path: Place) -> int:
    with storage.open_parquet(path) as file:
        rows: int = file.metadata.num_rows
        return rows


def _rows(folder: Place) -> int:
    return sum(map(_rows_of, storage.children(folder, ".parquet")))


def _sums(folder: Place) -> Counter[str]:
    """Sums what was cut out of and replaced in the documents that stay."""
    names = [name for name in LEDGER.names if name.startswith(("pii_", "removed_"))]
    found = Counter(dict.fromkeys(names, 0))
    for path in storage.children(folder, ".parquet"):
        columns = storage.read_parquet(path, columns=names).columns
        for name, column in zip(names, columns, strict=True):
            found[name] += pc.sum(column).as_py() or 0
    return found


def _reasons(folder: Place) -> Counter[str]:
    found: Counter[str] = Counter()
    for path in storage.children(folder, ".parquet"):
        column = storage.read_parquet(path, columns=["drop_reason"])["drop_reason"]
        for item in column.combine_chunks().drop_null().value_counts():
            found[item["values"].as_py()] += item["counts"].as_py()
    return found


def _token_differences(output: Place, counts: dict[str, int]) -> Iterator[str]:
    """Compares index, shards and ledger, document by document."""
    folder = output / "tokens"
    content = storage.read_bytes(folder / INDEX_NAME)
    index = TokenIndex.from_json(content.decode("utf-8", "replace"))
    if index.tokens != counts.get("tokens", 0):
        yield f"index.json has {index.tokens} tokens, {RUN_FILE} says {counts.get('tokens', 0)}"
    for entry in index.shards:
        with storage.local_copy(folder / entry.file) as path:
            for line in shard_differences(path, entry, index):
                yield f"tokens/{entry.file}: {line}"
            yield from _ledger_differences(output, entry.file, open_shard(path))


def _ledger_differences(output: Place, file: str, shard: Shard) -> Iterator[str]:
    name = file.replace("tokens-", "part-").replace(".arrow", ".parquet")
    columns = ["row", "tokens", "token_offset", "drop_reason"]
    table = storage.read_parquet(output / "ledger" / name, columns=columns)
    kept = table.filter(pc.is_null(table["drop_reason"]))
    rows = [batch.rows for batch in shard.batches]
    lengths = _joined([np.diff(batch.offsets) for batch in shard.batches])
    for what, found, column in (
        ("rows", _joined(rows), "row"),
        ("token counts", lengths, "tokens"),
        ("token offsets", np.cumsum(lengths) - lengths, "token_offset"),
    ):
        if not np.array_equal(found, kept[column].to_numpy()):
            yield f"tokens/{file} and ledger/{name} differ in {what}"


def _joined(arrays: list[NDArray[Any]]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(0, np.int64), *arrays])
