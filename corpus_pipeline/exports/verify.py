"""Checks that an export holds what its export.json says: every byte, every count, nothing else."""

import time
from collections.abc import Iterator
from typing import Any

from corpus_pipeline import storage
from corpus_pipeline.errors import VerifyError
from corpus_pipeline.exports.exporter import below
from corpus_pipeline.exports.run import Progress
from corpus_pipeline.exports.target import EXPORT_FILE, read_export
from corpus_pipeline.machine import cores
from corpus_pipeline.storage import Place

#: Files that are read at once, at least: remote ones are waited for.
_THREADS = 4


def is_export(place: Place) -> bool:
    """Tells whether a folder is a finished export."""
    return storage.exists(place / EXPORT_FILE)


def verify_export(target: Place, progress: Progress | None = None) -> dict[str, int]:
    """Reads every file of an export again.

    Args:
        target: folder of a finished export.
        progress: is told of a phase `check` whose items are files.

    Returns:
        `files`, `bytes`, `documents` and `tokens`.

    Raises:
        VerifyError: the first difference, in one line.
    """
    content = read_export(target)
    for difference in _differences(target, content, progress):
        raise VerifyError(f"{storage.public_path(target)}: {difference}")
    counts = content["counts"]
    return {name: counts[name] for name in ("files", "bytes", "documents", "tokens")}


def _differences(
    target: Place, content: dict[str, Any], progress: Progress | None
) -> Iterator[str]:
    start = time.monotonic()
    files, parts, counts = content["files"], content["parts"], content["counts"]
    found = {name: sum(part[name] for part in parts) for name in ("documents", "tokens", "padding")}
    found |= {"files": len(files), "bytes": sum(entry["bytes"] for entry in files)}
    for name, count in found.items():
        if counts.get(name) != count:
            yield f"{EXPORT_FILE} has {counts.get(name)} {name}, its parts add up to {count}"
    listed = {entry["path"] for entry in files}
    for part in parts:
        for path in part["files"]:
            if path not in listed:
                yield f"{EXPORT_FILE} has no file {path} of part {part['number']}"
    yield from _foreign(target, listed)
    if progress is not None:
        progress.start("check", len(files), 0)

    def compare(entry: dict[str, Any]) -> str:
        try:
            written = storage.file_digest(below(target, entry["path"]))
        except (FileNotFoundError, IsADirectoryError):
            return f"{entry['path']} is missing"
        if written == (entry["bytes"], entry["sha256"]):
            return ""
        return (
            f"{entry['path']} has {written.bytes} bytes with sha256 {written.sha256}, "
            f"{EXPORT_FILE} says {entry['bytes']} with {entry['sha256']}"
        )

    lines = storage.map_concurrently(compare, files, max(_THREADS, cores()))
    for entry, line in zip(files, lines, strict=True):
        if line:
            yield line
        if progress is not None:
            progress.advance("check", 1, entry["bytes"])
    if progress is not None:
        progress.finish("check", time.monotonic() - start)


def _foreign(target: Place, listed: set[str]) -> Iterator[str]:
    """Names files that a trainer would take for a part: of the same ending, in the same folder."""
    known = {(path.rpartition("/")[0], path.rpartition(".")[2]) for path in listed}
    for folder, ending in sorted(known):
        for name in storage.sizes(below(target, folder) if folder else target, f".{ending}"):
            path = f"{folder}/{name}" if folder else name
            if path not in listed and path != EXPORT_FILE:
                yield f"{path} does not belong to the export; remove it"
