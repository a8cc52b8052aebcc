"""The language of a source file: by what its input says, else by its name and its first lines.

Names are those of GitHub Linguist ("C++", "Jupyter Notebook"); `languages.json` is made from its
list. Where several languages share an ending, `ambiguous.yaml` says what tells them apart.
"""

import json
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline.text.columns import as_texts
from corpus_pipeline.yaml_files import load_yaml

#: Kinds of languages.
TYPES = ("programming", "markup", "data", "prose")
#: Characters at the beginning of a file that are looked at.
_HEAD = 10_000
#: What a first line `#!` runs: the last word of the line, before options.
_PROGRAM = r"^#![^\n]*?(?P<program>[^\s/]+)(?:\s+-[^\n]*|\s*)(?:\n|$)"
#: Endings of compressed files, which stand behind the one that counts.
_COMPRESSED = re.compile(r"\.(?:gz|zst|bz2|xz|lzma)$")


class Known(NamedTuple):
    """What is known of languages by their names."""

    types: dict[str, str]
    """Language -> one of `TYPES`."""
    names: dict[str, str]
    """Name or alias in small letters -> language."""
    endings: dict[str, str]
    """Ending with its dot, in small letters -> language."""
    files: dict[str, str]
    """Name of a whole file -> language."""
    programs: dict[str, str]
    """Program that a first line `#!` may name -> language."""
    rules: dict[str, tuple[tuple[str, str], ...]]
    """Ending -> (language, expression) in order; what `endings` has holds if none matches."""


@cache
def load_languages() -> Known:
    """Loads languages.json and ambiguous.yaml (once per process).

    >>> known = load_languages()
    >>> known.names["cpp"], known.endings[".py"], known.files["Makefile"], known.types["JSON"]
    ('C++', 'Python', 'Makefile', 'data')
    """
    folder = resources.files(__package__)
    content = json.loads(folder.joinpath("languages.json").read_text("utf-8"))["languages"]
    ambiguous: dict[str, Any] = load_yaml(folder.joinpath("ambiguous.yaml").read_text("utf-8"))
    names: dict[str, str] = {}
    files: dict[str, str] = {}
    programs: dict[str, str] = {}
    of_ending: dict[str, list[str]] = {}
    for name, entry in content.items():
        for alias in entry.get("aliases", ()):
            names.setdefault(alias.lower(), name)
        for file in entry.get("filenames", ()):
            files.setdefault(file, name)
        for program in entry.get("interpreters", ()):
            other = content.get(programs.get(program, ""), {})
            if entry.get("popular") and not other.get("popular"):
                programs[program] = name
            programs.setdefault(program, name)
        for ending in entry.get("extensions", ()):
            of_ending.setdefault(ending.lower(), []).append(name)
    names |= {name.lower(): name for name in content}
    endings = {ending: _chosen(ending, found, content) for ending, found in of_ending.items()}
    endings |= {ending: listed[-1] for ending, listed in ambiguous.items()}
    rules = {
        ending: tuple((language, pattern) for language, pattern in listed[:-1])
        for ending, listed in ambiguous.items()
        if len(listed) > 1
    }
    types = {name: entry["type"] for name, entry in content.items()}
    return Known(types, names, endings, files, programs, rules)


def _chosen(ending: str, languages: list[str], content: dict[str, Any]) -> str:
    """Returns whose an ending is by default: a popular language's, else whose first one it is."""
    for name in languages:
        if content[name].get("popular"):
            return name
    for name in languages:
        if content[name]["extensions"][0] == ending:
            return name
    return languages[0]


def language_type(name: str | None) -> str | None:
    """Returns the kind of a language, one of `TYPES`; None if there is no such language.

    >>> language_type("HTML"), language_type("Markdown"), language_type("Klingon")
    ('markup', 'prose', None)
    """
    return None if name is None else load_languages().types.get(name)


def known_language(name: str) -> str | None:
    """Returns Linguist's name of a language for a name or alias in any case; None if unknown.

    >>> known_language("javascript"), known_language("csharp"), known_language("klingon")
    ('JavaScript', 'C#', None)
    """
    return load_languages().names.get(name.strip().lower())


def ending_of(path: str) -> tuple[str | None, str | None]:
    """Returns (language, ending) that a path tells; each None where it tells none.

    >>> ending_of("src/a/Makefile"), ending_of("b.h"), ending_of("c.d.py.gz"), ending_of("notes")
    (('Makefile', None), ('C', '.h'), ('Python', '.py'), (None, None))
    """
    known = load_languages()
    name = _COMPRESSED.sub("", path.replace("\\", "/").rpartition("/")[2])
    if name in known.files:
        return known.files[name], None
    small = name.lower()
    at = small.find(".")
    while at >= 0:
        if (ending := small[at:]) in known.endings:
            return known.endings[ending], ending
        at = small.find(".", at + 1)
    return None, None


def find_languages(paths: pa.Array, texts: pa.Array) -> pa.Array:
    """Returns the language of each of N files by its path, and its text where that must decide.

    A text decides by an expression where several languages share an ending, and by its first line
    `#!` where the path tells nothing.

    Args:
        paths: `string`, N paths or names; null where nothing is known.
        texts: `string`, N texts; a null one decides nothing.

    Returns:
        `string`, N names of languages, null where the path tells none.

    >>> paths = pa.array(["a.py", "b.h", "c.h", "bin/run", None])
    >>> texts = pa.array(["x", "int f(void);", "class A\\n{\\n};", "#!/usr/bin/env bash", "z"])
    >>> find_languages(paths, texts).to_pylist()
    ['Python', 'C', 'C++', 'Shell', None]
    """
    paths, texts = as_texts(paths), as_texts(texts)
    encoded = paths.dictionary_encode()
    told = [ending_of(path) for path in encoded.dictionary.to_pylist()]
    index = encoded.indices
    languages = pa.array([language for language, _ in told], pa.string()).take(index)
    endings = pa.array([ending for _, ending in told], pa.string()).take(index)
    rules = load_languages().rules
    for ending in sorted({ending for _, ending in told if ending in rules}):
        rows = np.flatnonzero(pc.fill_null(pc.equal(endings, ending), False))
        heads = pc.utf8_slice_codeunits(texts.take(pa.array(rows)), 0, _HEAD)
        found = _by_text(heads, rules[ending])
        mask = np.zeros(len(paths), np.bool_)
        mask[rows] = np.asarray(found.is_valid())
        languages = pc.replace_with_mask(languages, pa.array(mask), found.drop_null())
    return pc.coalesce(languages, _by_first_line(texts, paths))


def _by_first_line(texts: pa.Array, paths: pa.Array) -> pa.Array:
    """Returns the language of the program that the first line `#!` of each named file names."""
    scripts = pc.and_(pc.starts_with(texts, "#!"), paths.is_valid())
    rows = np.flatnonzero(pc.fill_null(scripts, False))
    heads = pc.utf8_slice_codeunits(texts.take(pa.array(rows)), 0, _HEAD)
    named = pc.extract_regex(heads, _PROGRAM)
    programs = load_languages().programs
    found = np.full(len(texts), None, object)
    for row, match in zip(rows.tolist(), named.to_pylist(), strict=True):
        if match is not None:
            name = match["program"]
            found[row] = programs.get(name, programs.get(name.rstrip("0123456789.")))
    return pa.array(found, pa.string())


def _by_text(heads: pa.Array, rules: Iterable[tuple[str, str]]) -> pa.Array:
    """Returns the language of the first rule that matches the beginning of each text."""
    found = pa.nulls(len(heads), pa.string())
    for language, pattern in rules:
        matches = pc.fill_null(pc.match_substring_regex(heads, pattern), False)
        found = pc.if_else(pc.and_(matches, found.is_null()), language, found)
    return found


def name_languages(names: pa.Array) -> pa.Array:
    """Returns Linguist's name for each of N names of languages, null where there is none.

    >>> name_languages(pa.array(["python", "C++", "English", None])).to_pylist()
    ['Python', 'C++', None, None]
    """
    encoded = as_texts(names).dictionary_encode()
    known = [known_language(name) for name in encoded.dictionary.to_pylist()]
    return pa.array(known, pa.string()).take(encoded.indices)
