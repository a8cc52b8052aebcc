"""What lies directly in a folder: one request where it is remote."""

import contextlib
import datetime
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from corpus_pipeline.redaction import public_path
from corpus_pipeline.storage.places import Place
from corpus_pipeline.storage.retries import with_retries

if TYPE_CHECKING:
    from upath import UPath


class Listed(NamedTuple):
    """What a listing tells of one file."""

    size: int
    """Bytes."""
    modified: float | None
    """Seconds since 1970 by the clock of the storage; None if it does not tell."""


def sizes(folder: Place, suffix: str = "") -> dict[str, int]:
    """Lists the files directly in a folder, in one request where it is remote.

    Args:
        folder: none there is an empty one.
        suffix: of the names that count.

    Returns:
        Name -> bytes, in order of name.
    """
    return {name: each.size for name, each in listed(folder, suffix).items()}


def listed(folder: Place, suffix: str = "") -> dict[str, Listed]:
    """Lists the files directly in a folder, in one request where it is remote.

    Args:
        folder: none there is an empty one.
        suffix: of the names that count.

    Returns:
        Name -> size and time, in order of name.
    """
    found: dict[str, Listed] = {}
    if isinstance(folder, Path):
        with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
            for entry in entries:
                # An attempt may be renamed between its listing and this.
                with contextlib.suppress(FileNotFoundError):
                    if entry.name.endswith(suffix) and entry.is_file():
                        status = entry.stat()
                        found[entry.name] = Listed(status.st_size, status.st_mtime)
    else:
        for info in _entries(folder):
            if info["type"] != "directory":
                name = info["name"].rstrip("/").rpartition("/")[2]
                found[name] = Listed(int(info["size"]), _seconds(changed_at(info)))
    return {name: found[name] for name in sorted(found) if name.endswith(suffix)}


def changed_at(info: Mapping[str, Any]) -> Any:
    """Returns when a file was changed, in the form in which its file system tells it."""
    return info.get("mtime") or info.get("LastModified") or info.get("updated")


def _seconds(changed: Any) -> float | None:
    """Returns a time in seconds since 1970.

    >>> _seconds("1970-01-01T00:01:00Z"), _seconds(60), _seconds(None)
    (60.0, 60.0, None)
    """
    if isinstance(changed, str):
        with contextlib.suppress(ValueError):
            changed = datetime.datetime.fromisoformat(changed)
    if isinstance(changed, datetime.datetime):
        return changed.timestamp()
    return float(changed) if isinstance(changed, (int, float)) else None


def names(folder: Place) -> list[str]:
    """Lists the files and folders directly in a folder, hidden ones too."""
    if isinstance(folder, Path):
        return sorted(os.listdir(folder)) if folder.exists() else []
    return sorted(info["name"].rstrip("/").rpartition("/")[2] for info in _entries(folder))


def _entries(folder: "UPath") -> list[dict[str, Any]]:
    path = folder.path.rstrip("/")
    try:
        found = with_retries(lambda: folder.fs.ls(path, detail=True), public_path(folder))
    except FileNotFoundError:
        return []
    # An object store may have an object with the folder's own name.
    return [info for info in found if info["name"].strip("/") != path.strip("/")]


def children(folder: Place, suffix: str) -> list[Place]:
    """Lists the files directly in a folder whose names end with a suffix, in order of name."""
    return [folder / name for name in sizes(folder, suffix)]
