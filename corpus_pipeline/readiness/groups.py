"""Files that people name on the command line, put together to inputs of a configuration."""

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from corpus_pipeline import storage
from corpus_pipeline.errors import Mistakes
from corpus_pipeline.sources.containers import COMPRESSIONS
from corpus_pipeline.storage import InputFile
from corpus_pipeline.workspace.run_file import RUN_FILE

_DIGITS = re.compile(r"\d+")
#: What may not stand in the name of a source; letters of any script may.
_NO_NAME = re.compile(r"[^\w]+")
_SIGNS = ("*", "?", "[")


class Group(NamedTuple):
    """Files that are read alike."""

    path: str
    """What names them all: a file, a folder or a pattern."""
    name: str
    """Of their source."""
    files: tuple[InputFile, ...]
    is_dataset: bool = False
    """It is the folder of an earlier run."""


def group_files(arguments: Sequence[str]) -> list[Group]:
    """Puts files together that have one ending in what was named, or differ in digits alone.

    Args:
        arguments: files, folders, patterns and URLs, as people name them.

    Returns:
        Groups in the order of what was named; names of their sources are unique.

    Raises:
        InputError: a line for each of them that is not there.
    """
    found = Mistakes()
    of_argument: dict[str, list[InputFile]] = {}
    seen: set[str] = set()
    for argument in dict.fromkeys(arguments):
        with found.looking():
            files = [f for f in storage.list_inputs(argument) if f.path not in seen]
            seen.update(file.path for file in files)
            of_argument[argument] = files
    found.refuse()
    single = {a: files[0] for a, files in of_argument.items() if _is_file(a, files)}
    groups: list[Group] = []
    series: dict[str, list[str]] = defaultdict(list)
    for argument in single:
        series[_DIGITS.sub("#", argument)].append(argument)
    for argument, files in of_argument.items():
        if any(file.path.endswith(f"/{RUN_FILE}") for file in files) and is_run(argument):
            documents = tuple(file for file in files if "/documents/" in file.path)
            name = _words(os.path.basename(argument.rstrip("/")))
            groups.append(Group(argument, name, documents, True))
        elif argument not in single:
            groups += _of_many(argument, files)
        elif argument == series[_DIGITS.sub("#", argument)][0]:
            groups += _of_series(series[_DIGITS.sub("#", argument)], single)
    return _with_unique_names(groups)


def is_run(folder: str) -> bool:
    """Says whether a folder is that of a finished run."""
    return storage.exists(storage.place(folder) / RUN_FILE)


def _is_file(argument: str, files: Sequence[InputFile]) -> bool:
    # A URL may have come back in another spelling.
    return len(files) == 1 and os.path.basename(argument) == os.path.basename(files[0].path)


def _of_series(names: Sequence[str], files: dict[str, InputFile]) -> list[Group]:
    """Names files that differ in digits by a pattern, if it names no others."""
    mine = tuple(files[name] for name in names)
    if len(names) > 1:
        folder, name = os.path.split(names[0])
        pattern = os.path.join(folder, _DIGITS.sub("*", name))
        there = {file.path for file in storage.list_inputs(pattern)} if "/" not in name else set()
        if there == {file.path for file in mine}:
            return [Group(pattern, _name_of_file(names[0]), mine)]
    return [Group(name, _name_of_file(name), (files[name],)) for name in names]


def _of_many(argument: str, files: Sequence[InputFile]) -> list[Group]:
    """Parts the files of a folder or a pattern by their endings."""
    by_ending: dict[str, list[InputFile]] = defaultdict(list)
    for file in files:
        by_ending[ending_of(file.path)].append(file)
    plain = argument.rstrip("/")
    is_pattern = any(sign in os.path.basename(plain) for sign in _SIGNS)
    folder = os.path.dirname(plain) if is_pattern else plain
    own = _name_of(os.path.basename(plain)) if is_pattern else ""
    name = own or _words(os.path.basename(folder)) or _words(os.path.basename(os.getcwd()))
    if len(by_ending) == 1:
        return [Group(argument, name, tuple(files))]
    groups = []
    for ending, some in sorted(by_ending.items(), key=lambda item: (-len(item[1]), item[0])):
        pattern = f"{folder}/**/*{ending}" if folder else f"**/*{ending}"
        if not ending or is_pattern:
            groups += [Group(f.path, _name_of_file(f.path), (f,)) for f in some]
        else:
            groups.append(Group(pattern, f"{name}{ending.replace('.', '-')}", tuple(some)))
    return groups


def ending_of(path: str) -> str:
    """Returns the suffix of a file, with that of its compression.

    >>> ending_of("a/b.jsonl.zst"), ending_of("a/part.001.parquet"), ending_of("a/README")
    ('.jsonl.zst', '.parquet', '')
    """
    suffixes = PurePosixPath(path).suffixes
    packed = len(suffixes) > 1 and suffixes[-1].lower() in COMPRESSIONS
    return "".join(suffixes[-2:] if packed else suffixes[-1:])


def _name_of(name: str) -> str:
    """Makes the name of a source of the name of a file or a pattern; digits at its end are none.

    >>> _name_of("articles-00001.jsonl.zst"), _name_of("新闻.txt"), _name_of("part-1.jsonl")
    ('articles', '新闻', '')
    """
    stem = name.removesuffix(ending_of(name)) if not name.startswith(".") else name
    return re.sub(r"[-_]?(?:part|shard)?[-_]?\d[-_\d]*$", "", _words(stem))


def _words(name: str) -> str:
    """Leaves of a name what a source may be called.

    >>> _words("My Data (2)"), _words("c4")
    ('my-data-2', 'c4')
    """
    return _NO_NAME.sub("-", name).strip("-_").lower()


def _name_of_file(path: str) -> str:
    """Names a source by its file or, where that has digits alone, by the folder."""
    folder, name = os.path.split(path)
    return _name_of(name) or _words(os.path.basename(folder))


def _with_unique_names(groups: Iterable[Group]) -> list[Group]:
    taken: set[str] = set()
    unique = []
    for group in groups:
        name, number = group.name or "input", 1
        while name in taken:
            number += 1
            name = f"{group.name or 'input'}-{number}"
        taken.add(name)
        unique.append(group._replace(name=name))
    return unique
