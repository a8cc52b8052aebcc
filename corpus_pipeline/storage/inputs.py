"""Which files an input names: local paths, URLs, folders, patterns."""

import glob
import os
import re
import stat
from collections.abc import Mapping
from typing import Any, NamedTuple

from corpus_pipeline.errors import ConfigError, InputError, relative_to
from corpus_pipeline.nearest import near_file
from corpus_pipeline.redaction import public_path
from corpus_pipeline.special_files import SPECIAL
from corpus_pipeline.storage.listings import changed_at
from corpus_pipeline.storage.places import file_system_of, refuse_secrets
from corpus_pipeline.storage.retries import with_retries

#: What writers of tables leave beside them: marks that all is written, indexes, checksums.
_NOTES = re.compile(
    r"_SUCCESS|_metadata|_common_metadata|_(?:started|committed)_\w+|_delta_log|_temporary|.*\.crc"
)
#: In these URLs `?` starts a query and is no pattern.
_QUERIES = ("http://", "https://")


class InputFile(NamedTuple):
    """One file found for an input pattern."""

    path: str
    size: int
    """Bytes as stored."""
    modified: str
    """Time of change or version tag as the file system tells it, empty if it does not."""


def list_inputs(pattern: str, output: str | None = None) -> list[InputFile]:
    """Lists the files that a path, URL or glob pattern names, sorted by path.

    A path that exists is taken as it is, whatever characters it has. A folder stands for every file
    below it, links included. In a folder or behind a pattern names that start with a dot are passed
    over, and what programs leave beside their tables (`_SUCCESS`, `.crc`).

    Args:
        pattern: what to list; relative paths stay relative, `~` is the home folder.
        output: a folder whose files are no input even if they lie below `pattern`.

    Raises:
        InputError: nothing is there, or a folder cannot be listed.
    """
    shown = public_path(pattern)
    try:
        refuse_secrets(pattern)
    except ConfigError as error:
        raise InputError(str(error)) from error
    try:
        found = (
            _remote_files(pattern, output) if "://" in pattern else _local_files(pattern, output)
        )
    except OSError as error:
        raise InputError(f"{shown}: cannot be listed ({error})") from error
    if not found:
        raise InputError(
            f"no input file matches {shown!r}{relative_to(pattern)}{near_file(pattern)}; correct "
            "`path` in the configuration"
        )
    return sorted(found)


def _local_files(pattern: str, output: str | None) -> list[InputFile]:
    path = os.path.expanduser(pattern)
    if os.path.lexists(path):
        matches = [path]
    else:
        found = glob.glob(path, recursive=True)
        matches = [name for name in found if not _NOTES.fullmatch(os.path.basename(name))]
    excluded = None if output is None else os.path.realpath(output) + os.sep
    names = {name for match in matches for name in _files_below(match, set())}
    files = []
    for name in names:
        if excluded is not None and os.path.realpath(name).startswith(excluded):
            continue
        try:
            name.encode()
        except UnicodeEncodeError as error:
            raise InputError(f"{name!r}: the name is not UTF-8; rename the file") from error
        status = os.stat(name)
        if not stat.S_ISREG(status.st_mode):
            raise InputError(f"{name}: is {SPECIAL}; name a file or a folder")
        files.append(InputFile(name, status.st_size, str(status.st_mtime_ns)))
    return files


def _files_below(path: str, seen: set[str]) -> list[str]:
    """Lists files in a folder and its folders; links are followed, but no folder twice."""
    if not os.path.isdir(path):
        return [path]
    real = os.path.realpath(path)
    if real in seen:
        return []
    seen.add(real)
    names = sorted(name for name in os.listdir(path) if not _is_passed_over(name))
    return [found for name in names for found in _files_below(os.path.join(path, name), seen)]


def _remote_files(pattern: str, output: str | None) -> list[InputFile]:
    try:
        file_system, path = file_system_of(pattern)
    except ConfigError as error:
        raise InputError(str(error)) from error
    try:
        infos = with_retries(
            lambda: _listed(file_system, path, pattern), public_path(pattern), InputError
        )
    except FileNotFoundError:
        return []
    excluded = _excluded(pattern, output)
    return [
        InputFile(file_system.unstrip_protocol(name), int(info["size"] or 0), _version(info))
        for name, info in infos.items()
        if not (excluded and name.startswith(excluded))
    ]


def _listed(file_system: Any, path: str, pattern: str) -> Mapping[str, Mapping[str, Any]]:
    """Lists with as few requests as the file system allows: one for a folder or a pattern."""
    from fsspec.core import has_magic

    magic = path.replace("?", "") if pattern.startswith(_QUERIES) else path
    if has_magic(magic) and not file_system.exists(path):
        matches = {
            name: info
            for name, info in file_system.glob(path, detail=True).items()
            if not _NOTES.fullmatch(name.rstrip("/").rpartition("/")[2])
        }
    else:
        matches = {path: file_system.info(path)}
    found = {}
    for name, info in matches.items():
        if info["type"] != "directory":
            found[name] = info
            continue
        below = file_system.find(name, detail=True)
        found |= {each: its for each, its in below.items() if not _hidden(each, name)}
    return {name: info for name, info in found.items() if not name.endswith("/")}


def _hidden(name: str, folder: str) -> bool:
    """Tells whether a file is passed over in the folder, for its name or for that of one below.

    >>> _hidden("b/.x/y/.git/a", "b/.x"), _hidden("b/_delta_log/a", "b"), _hidden("b/.x/y", "b/.x")
    (True, True, False)
    """
    rest = name.removeprefix(folder.rstrip("/"))
    return any(_is_passed_over(part) for part in rest.split("/"))


def _is_passed_over(name: str) -> bool:
    return name.startswith(".") or _NOTES.fullmatch(name) is not None


def is_named(pattern: str, file: InputFile) -> bool:
    """Tells whether a pattern is the path of the file itself, and not of a folder of it.

    >>> file = InputFile("a/b.txt", 1, "")
    >>> is_named("a/b.txt", file), is_named("a", file), is_named("a/*", file)
    (True, False, False)
    """
    if "://" not in pattern:
        return file.path == os.path.expanduser(pattern)
    return file.path.partition("://")[2] == pattern.partition("://")[2]


def _excluded(pattern: str, output: str | None) -> str | None:
    """The path of an output on the file system of the inputs."""
    if output is None or _protocol(output) != _protocol(pattern):
        return None
    _, path = file_system_of(output)
    return path.rstrip("/") + "/"


def _protocol(url: str) -> str:
    """Names a URL's protocol by its plainest alias.

    >>> _protocol("s3a://bucket/a"), _protocol("folder/a")
    ('s3', 'file')
    """
    protocol, separator, _ = url.partition("://")
    if not separator:
        return "file"
    return {"s3a": "s3", "gcs": "gs"}.get(protocol, protocol)


def _version(info: Mapping[str, Any]) -> str:
    changed = changed_at(info)
    tag = info.get("ETag") or info.get("etag")
    return " ".join(str(part) for part in (changed, tag) if part)
