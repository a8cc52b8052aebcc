"""Checks that an output holds what its run.json says: every byte, every count."""

import dataclasses
import functools
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.errors import VerifyError
from corpus_pipeline.machine import cores
from corpus_pipeline.pipelines.finished import RUN_FILE, digest_of, read_run
from corpus_pipeline.pipelines.progress import Progress
from corpus_pipeline.schema import SUMMED
from corpus_pipeline.storage import Place
from corpus_pipeline.tokens.index import (
    INDEX_NAME,
    ShardEntry,
    TokenIndex,
    shard_differences,
)
from corpus_pipeline.tokens.shard import Shard, open_shard

#: Files that are read at once, at least: remote ones are waited for. Remote shards, at most.
_THREADS = 4
#: The column that rejected/ and ledger/ count by.
_REASON = ["drop_reason"]


def verify(output: Place, progress: Progress | None = None) -> dict[str, int]:
    """Recomputes every checksum and the accounting of an output, some files at a time.

    Args:
        output: folder of a finished run.
        progress: is told of a phase `check` whose items are files.

    Returns:
        What was checked: name -> count.

    Raises:
        VerifyError: the first difference, in one line.
    """
    run = read_run(output)
    if run.get("digest") != digest_of(run):
        raise VerifyError(f"{output}: {RUN_FILE} was changed after it was written")
    for difference in _differences(output, run, progress):
        raise VerifyError(f"{output}: {difference}")
    return {
        "files": len(run["files"]),
        "bytes": sum(entry["bytes"] for entry in run["files"]),
        "documents": run["counts"].get("documents", 0),
        "tokens": run["counts"].get("tokens", 0),
    }


def _differences(output: Place, run: dict[str, Any], progress: Progress | None) -> Iterator[str]:
    """Yields what is wrong, in the same order every time."""
    start = time.monotonic()
    files, counts = run["files"], run["counts"]
    shards = [entry for entry in files if entry["path"].endswith(".arrow")]
    others = [entry for entry in files if not entry["path"].endswith(".arrow")]
    if progress is not None:
        progress.start("check", len(files), 0)
    found: dict[str, _Contents] = defaultdict(_Contents)
    threads = max(_THREADS, cores())
    read = storage.at_once(functools.partial(_contents, output), others, threads)
    for entry, contents in zip(others, read, strict=True):
        yield from contents.differences
        found[entry["path"].partition("/")[0]].add(contents)
        if progress is not None:
            progress.advance("check", 1, entry["bytes"])
    yield from _foreign_files(output, {entry["path"] for entry in files})
    yield from _count_differences(found, counts)
    index = _index(output)
    if index is not None:
        yield from _index_differences(index, shards, counts)
        # Each is copied to this machine where it is remote; the disk must hold so many.
        threads = threads if isinstance(output, Path) else _THREADS
        listed = {each.file: each for each in index.shards}
        work = functools.partial(_shard_differences, output, index, listed)
        compared = storage.at_once(work, shards, threads)
        for entry, differences in zip(shards, compared, strict=True):
            yield from differences
            if progress is not None:
                progress.advance("check", 1, entry["bytes"])
    if progress is not None:
        progress.finish("check", time.monotonic() - start)


@dataclasses.dataclass
class _Contents:
    """What one file holds, or all files of a folder."""

    differences: list[str] = dataclasses.field(default_factory=list)
    rows: int = 0
    reasons: Counter[str] = dataclasses.field(default_factory=Counter)
    """Documents for each reason of a drop."""
    sums: Counter[str] = dataclasses.field(default_factory=Counter)
    """Column -> what was cut out of and replaced in the documents that stay."""

    def add(self, other: "_Contents") -> None:
        """Adds the counts of a file to those of its folder."""
        self.rows += other.rows
        self.reasons.update(other.reasons)
        self.sums.update(other.sums)


def _file_differences(path: Place, entry: dict[str, Any]) -> list[str]:
    """Compares the bytes of a file with what run.json says."""
    if isinstance(path, Path) and path.exists() and not path.is_file():
        return [f"{entry['path']} is no file"]
    try:
        written = storage.file_digest(path)
    except FileNotFoundError:
        return [f"{entry['path']} is missing"]
    if written == (entry["bytes"], entry["sha256"]):
        return []
    return [
        f"{entry['path']} has {written.bytes} bytes with sha256 {written.sha256}, "
        f"{RUN_FILE} says {entry['bytes']} with {entry['sha256']}"
    ]


def _contents(output: Place, entry: dict[str, Any]) -> _Contents:
    """Reads one file of the run; what is not as it was written is not looked into."""
    path = output / entry["path"]
    if differences := _file_differences(path, entry):
        return _Contents(differences)
    found = _Contents()
    if path.suffix != ".parquet":
        return found
    folder = entry["path"].partition("/")[0]
    table = storage.read_parquet(path, columns=SUMMED if folder == "documents" else _REASON)
    found.rows = table.num_rows
    if found.rows != entry["rows"]:
        line = f"{entry['path']} has {found.rows} rows, {RUN_FILE} says {entry['rows']}"
        found.differences.append(line)
    for name in table.column_names:
        if name in SUMMED:
            found.sums[name] += pc.sum(table[name]).as_py() or 0
        else:
            for item in table[name].combine_chunks().drop_null().value_counts():
                found.reasons[item["values"].as_py()] += item["counts"].as_py()
    return found


def _foreign_files(output: Place, known: set[str]) -> Iterator[str]:
    for folder in ("documents", "rejected", "ledger", "tokens"):
        for name in storage.names(output / folder):
            if not name.startswith(".") and f"{folder}/{name}" not in known:
                yield f"{folder}/{name} does not belong to the run"


def _count_differences(found: Mapping[str, _Contents], counts: dict[str, int]) -> Iterator[str]:
    """Compares documents in with documents out and rejected, per reason, in three places."""
    reasons = {n.removeprefix("dropped-"): c for n, c in counts.items() if n.startswith("dropped-")}
    documents = counts.get("documents", 0)
    kept = found["documents"].rows
    if documents != kept + sum(reasons.values()):
        yield (f"{documents} documents in, but {kept} out and {sum(reasons.values())} rejected")
    for folder in ("rejected", "ledger"):
        there = found[folder].reasons
        if there != Counter(reasons):
            reason = min(there.keys() ^ reasons.keys() or
                         {r for r in reasons if there[r] != reasons[r]})  # fmt: skip
            yield (
                f"{folder}/ has {there[reason]} documents with the reason {reason}, "
                f"{RUN_FILE} says {reasons.get(reason, 0)}"
            )
    for name in SUMMED:
        total = found["documents"].sums[name]
        if total != counts.get(name, 0):
            yield f"documents/ has {name} {total}, {RUN_FILE} says {counts.get(name, 0)}"
    listed = found["ledger"].rows
    if listed != documents:
        yield f"ledger/ has {listed} rows for {documents} documents"


def _index(output: Place) -> TokenIndex | None:
    """Reads the index of the shards; a run without tokens has none."""
    path = output / "tokens" / INDEX_NAME
    if not storage.exists(path):
        return None
    return TokenIndex.from_json(storage.read_bytes(path).decode("utf-8", "replace"))


def _index_differences(
    index: TokenIndex, shards: list[dict[str, Any]], counts: dict[str, int]
) -> Iterator[str]:
    """Compares the index with what run.json says of the shards."""
    if index.tokens != counts.get("tokens", 0):
        yield f"index.json has {index.tokens} tokens, {RUN_FILE} says {counts.get('tokens', 0)}"
    listed = {f"tokens/{each.file}": (each.bytes, each.sha256) for each in index.shards}
    said = {entry["path"]: (entry["bytes"], entry["sha256"]) for entry in shards}
    for path in sorted(listed.keys() | said.keys()):
        if listed.get(path) != said.get(path):
            yield f"index.json and {RUN_FILE} differ in {path}"


def _shard_differences(
    output: Place, index: TokenIndex, listed: Mapping[str, ShardEntry], entry: dict[str, Any]
) -> list[str]:
    """Compares one shard with run.json, the index and the ledger, document by document."""
    name = entry["path"].rpartition("/")[2]
    try:
        with storage.local_copy(output / entry["path"]) as path:
            if differences := _file_differences(path, entry):
                return differences
            if lines := shard_differences(path, listed[name], index, entry["sha256"]):
                return [f"tokens/{name}: {line}" for line in lines]
            return list(_ledger_differences(output, name, open_shard(path)))
    except FileNotFoundError:
        return [f"{entry['path']} is missing"]


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
