"""Licences that the beginning of a file names: SPDX lines, notices, whole texts of licences.

Identifiers are SPDX's. What is found is what a file says; a file that says nothing may lie in a
repository that does.
"""

import re
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.text.columns import as_texts
from corpus_pipeline.yaml_files import load_yaml

PERMISSIVE, OTHER, NONE = "permissive", "non_permissive", "no_license"
#: Characters at the beginning of a file that are looked at.
_HEAD = 4_000
#: Without one of these words no expression can match.
_CANDIDATE = (
    r"(?i)licen[cs]e|copyright|permission|redistribution|public domain|spdx|\bgpl|proprietary|"
    r"confidential|unauthorized|wtfpl|trade secret"
)
#: White space, marks of comments and of lists, quotation marks.
_BETWEEN = r"[\s*#/;!%<>\"'`|\\_=~+-]+"
_SPDX = re.compile(r"SPDX-License-Identifier:[ \t]*([^\n*]{1,200})", re.IGNORECASE)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_LATER = r"any later version|or later\b"
_OPERATORS = ("AND", "OR", "WITH")


class Licences(NamedTuple):
    """What is looked for."""

    patterns: dict[str, str]
    """Identifier -> expression."""
    permissive: frozenset[str]
    instead: dict[str, tuple[str, ...]]
    """Identifier -> those of which it is a part."""
    versioned: frozenset[str]
    """Identifiers that go on with `-only` or `-or-later`."""


class Found(NamedTuple):
    """What N files say."""

    licences: pa.Array
    """list<string>[N], sorted identifiers; empty where none is named, null for a null text."""
    types: pa.Array
    """string[N]: `permissive`, `non_permissive`, `no_license`."""


@cache
def load_licences() -> Licences:
    """Loads licences.yaml (once per process).

    >>> "MIT" in load_licences().permissive, "GPL-3.0" in load_licences().permissive
    (True, False)
    """
    text = resources.files(__package__).joinpath("licences.yaml").read_text("utf-8")
    content: dict[str, Any] = load_yaml(text)
    return Licences(
        {
            name: "|".join(f"(?:{pattern})" for pattern in patterns)
            for part in ("permissive", "others")
            for name, patterns in content[part].items()
        },
        frozenset(content["permissive"]),
        {name: tuple(others) for name, others in content["instead"].items()},
        frozenset(content["versioned"]),
    )


def find_licences(texts: pa.Array, permissive: frozenset[str] | None = None) -> Found:
    """Returns the licences that each of N files names in its first 4,000 characters.

    Args:
        texts: `string`, N texts.
        permissive: identifiers that count as permissive; None for those of licences.yaml.

    >>> found = find_licences(pa.array([
    ...     "// SPDX-License-Identifier: MIT OR GPL-2.0-only",
    ...     "/* Licensed under the Apache License,\\n * Version 2.0 (the License) */", "x = 1",
    ... ]))
    >>> found.licences.to_pylist()
    [['GPL-2.0-only', 'MIT'], ['Apache-2.0'], []]
    >>> found.types.to_pylist()
    ['permissive', 'permissive', 'no_license']
    """
    texts = as_texts(texts)
    known = load_licences()
    allowed = known.permissive if permissive is None else permissive
    heads = pc.utf8_slice_codeunits(texts, 0, _HEAD)
    rows = np.flatnonzero(pc.fill_null(pc.match_substring_regex(heads, _CANDIDATE), False))
    heads = heads.take(pa.array(rows))
    plain = pc.utf8_lower(pc.replace_substring_regex(heads, _BETWEEN, " "))
    later = _matches(plain, _LATER)
    matches = {name: _matches(plain, pattern) for name, pattern in known.patterns.items()}
    licences: list[list[str]] = [[] for _ in range(len(texts))]
    types = [NONE] * len(texts)
    for place, (row, head) in enumerate(zip(rows.tolist(), heads.to_pylist(), strict=True)):
        said = _SPDX.findall(head)
        if said:
            # Who writes such a line means it; what else stands there may be about other files.
            names = {name for line in said for name in _ids(line)}
            free = all(_is_permissive(line, allowed) for line in said)
        else:
            names = {name for name, found in matches.items() if found[place]}
            names -= {name for name in names if names & {*known.instead.get(name, ())}}
            end = "-or-later" if later[place] else "-only"
            names = {f"{name}{end}" if name in known.versioned else name for name in names}
            free = names <= allowed
        if names:
            licences[row] = sorted(names)
            types[row] = PERMISSIVE if free else OTHER
    null = np.asarray(texts.is_null())
    return Found(pa.array(licences, pa.list_(pa.string()), mask=null), pa.array(types, mask=null))


def _matches(texts: pa.Array, pattern: str) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = pc.match_substring_regex(texts, pattern).to_numpy(False)
    return found


def _ids(expression: str) -> list[str]:
    """Returns the identifiers of an SPDX expression, exceptions left out.

    >>> _ids("(MIT OR GPL-2.0-only WITH Classpath-exception-2.0)")
    ['MIT', 'GPL-2.0-only']
    """
    words = _ID.findall(expression)
    found = []
    for before, word in zip(["", *words], words, strict=False):
        if before.upper() != "WITH" and word.upper() not in _OPERATORS:
            found.append(word)
    return found


def _is_permissive(expression: str, allowed: frozenset[str]) -> bool:
    """Says whether who follows an SPDX expression can do so by permissive licences alone.

    Brackets are passed over: AND binds more than OR, as SPDX has it.
    """
    return any(
        {*ids} <= allowed for choice in re.split(r"\bOR\b", expression) if (ids := _ids(choice))
    )
