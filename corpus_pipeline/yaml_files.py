"""YAML as users write it: the one loader of configurations, quality profiles and prices.

It differs from PyYAML's safe loader in three points. As in YAML 1.2 a key given twice in one
mapping is refused, where PyYAML lets the last one win in silence; and only `true` and `false` are
booleans, so that `no` is Norwegian, and dates, times (`12:30`) and digits after a zero (`007`) are
text. Anchors and merge keys (`<<`) work as ever, but what aliases stand for is counted: nine levels
of ten aliases are a file of 400 bytes and 10⁹ values.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

try:  # A tenth of the time; wheels of PyYAML have it, builds without libyaml do not.
    from yaml.cyaml import CParser as _Events  # type: ignore[attr-defined]
except ImportError:
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    class _Events(Reader, Scanner, Parser):  # type: ignore[no-redef]
        def __init__(self, text: str) -> None:
            Reader.__init__(self, text)
            Scanner.__init__(self)
            Parser.__init__(self)


from corpus_pipeline.errors import ConfigError
from corpus_pipeline.special_files import refuse_special

#: Values of one document, every alias written out. The longest real one is a list of files.
_MAX_VALUES = 1_000_000
_TAG = "tag:yaml.org,2002:"
#: What a plain word has to look like to be no text -> the characters that it can begin with.
_RESOLVERS = {
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": (r"[-+]?(?:0|[1-9][0-9_]*|0b[01_]+|0x[0-9a-fA-F_]+)", "-+0123456789"),
    "float": (
        r"[-+]?(?:0|[1-9][0-9_]*)?\.[0-9_]*(?:[eE][-+]?[0-9]+)?(?<!^\.)(?<!^[-+]\.)"
        r"|[-+]?(?:0|[1-9][0-9_]*)[eE][-+]?[0-9]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+.0123456789",
    ),
}


class _Loader(Composer, _Events, SafeConstructor, Resolver):
    """The safe loader with unique keys and YAML 1.2's booleans."""

    def __init__(self, text: str) -> None:
        _Events.__init__(self, text)
        Composer.__init__(self)
        SafeConstructor.__init__(self)
        Resolver.__init__(self)

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """Reads a mapping as it is written, before other mappings are merged into it."""
        node: yaml.MappingNode = super().compose_mapping_node(anchor)
        lines: dict[tuple[str, str], int] = {}
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if isinstance(key, yaml.ScalarNode):
                if (first := lines.get((key.tag, key.value))) is not None:
                    raise _RefusedError(
                        f"key {key.value!r} is given twice, in lines {first} and {line}; "
                        "keep one, or put both together"
                    )
                lines[key.tag, key.value] = line
        return node


class _RefusedError(yaml.YAMLError):
    """Something that YAML allows and this loader does not."""


def _count_values(node: yaml.Node, known: dict[int, int | None]) -> int:
    """Returns how many values a node stands for, with those of its aliases.

    Args:
        known: number of values by node; None while a node is being counted.
    """
    found = known.get(id(node), 0)
    if found is None:
        line = node.start_mark.line + 1
        raise _RefusedError(f"the value in line {line} contains itself; write out what is meant")
    if found:
        return found
    known[id(node)] = None
    count = 1
    if isinstance(node, yaml.CollectionNode):
        pairs = isinstance(node, yaml.MappingNode)
        for each in (part for pair in node.value for part in pair) if pairs else node.value:
            count += _count_values(each, known)
    if count > _MAX_VALUES:
        line = node.start_mark.line + 1
        raise _RefusedError(
            f"the aliases in line {line} stand for over {_MAX_VALUES:,} values; write fewer"
        )
    known[id(node)] = count
    return count


_OTHERWISE = {_TAG + name for name in (*_RESOLVERS, "timestamp", "value")}
_Loader.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in resolvers if tag not in _OTHERWISE]
    for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _name, (_pattern, _signs) in _RESOLVERS.items():
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(rf"(?:{_pattern})\Z"), list(_signs))


def read_yaml_text(path: Path) -> str:
    """Reads a file that a user has named.

    Raises:
        OSError: it cannot be read, or is a pipe, a socket or a device.
        UnicodeDecodeError: it is not UTF-8.
    """
    refuse_special(path)
    return path.read_text("utf-8")


def load_yaml(text: str) -> Any:
    """Reads one YAML document.

    Raises:
        ValueError: what is wrong and where, in one line: it is not YAML, a key is given
            twice, or aliases stand for too much.

    >>> load_yaml("languages: {no: {max: 1}, keep: [en, no], on: true}")
    {'languages': {'no': {'max': 1}, 'keep': ['en', 'no'], 'on': True}}
    >>> load_yaml("[2024-01-01, 12:30, 007, 1_000, -0.5, 1e-6, 0x10]")
    ['2024-01-01', '12:30', '007', 1000, -0.5, 1e-06, 16]
    >>> load_yaml("a: 1\\nb: 2\\na: 3")
    Traceback (most recent call last):
    ...
    ValueError: key 'a' is given twice, in lines 1 and 3; keep one, or put both together
    """
    return load_marked(text).content


def read_setting(option: str, given: str, example: str) -> tuple[str, Any]:
    """Reads KEY=VALUE of an option of the command line, its value as YAML.

    Args:
        option: its name, for errors.
        given: what stands behind it.
        example: how it may look.

    Raises:
        ConfigError: there is no key or no `=`, or the value is no YAML.

    >>> read_setting("--set", "language.keep=[en, zh]", "language.min_score=0.7")
    ('language.keep', ['en', 'zh'])
    """
    key, equals, value = given.partition("=")
    if not (equals and key):
        raise ConfigError(f"{option} {given}: write KEY=VALUE, for example {example}")
    try:
        return key.strip(), load_yaml(value)
    except ValueError as error:
        raise ConfigError(f"{option} {given}: {error}") from error


class Marked(NamedTuple):
    """What a YAML document holds, and where."""

    content: Any
    root: yaml.Node | None

    def place(self, path: Sequence[str | int]) -> tuple[int, int] | None:
        """Returns line and column, from 1, of a key or an item of a list.

        Args:
            path: keys and places in lists, from the top. Of what the document does not have the
                nearest section around it counts.

        >>> marked = load_marked("a:\\n  - {b: 1, c: 2}\\n")
        >>> marked.place(["a", 0, "c"]), marked.place(["a", 0, "no"]), marked.place(["no"])
        ((2, 12), (2, 5), None)
        """
        node, mark = self.root, None
        for part in path:
            found = _inside(node, part)
            if found is None:
                break
            mark, node = found
        return None if mark is None else (mark.line + 1, mark.column + 1)


def _inside(node: yaml.Node | None, part: str | int) -> tuple[yaml.Mark, yaml.Node] | None:
    """Returns the place and the value of a key of a mapping, or of an item of a list."""
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item: yaml.Node = node.value[part]
        return item.start_mark, item
    if isinstance(node, yaml.MappingNode):
        # Keys that were merged (`<<`) stand before those that are written, which win.
        for key, value in reversed(node.value):
            if isinstance(key, yaml.ScalarNode) and key.value == str(part):
                return key.start_mark, value
    return None


def load_marked(text: str) -> Marked:
    """Reads one YAML document, and keeps where its values stand.

    Raises:
        ValueError: as of `load_yaml`.
    """
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            return Marked(None, None)
        _count_values(node, {})
        return Marked(loader.construct_document(node), node)
    except _RefusedError as error:
        raise ValueError(str(error)) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError(f"is not YAML: {_told(error)}") from error


def _told(error: Exception) -> str:
    """Says what is wrong and where, and repeats nothing of the file: it may hold a password."""
    if isinstance(error, yaml.reader.ReaderError):
        return f"{error.reason} (at character {error.position + 1})"
    if not isinstance(error, yaml.MarkedYAMLError):
        return "too deep" if isinstance(error, RecursionError) else "a value cannot be read"
    parts = []
    for words, mark in ((error.context, error.context_mark), (error.problem, error.problem_mark)):
        if words:
            at = "" if mark is None else f" in line {mark.line + 1}, column {mark.column + 1}"
            parts.append(re.sub(r"'(?!<)[^']{2,}'", "'...'", words) + at)
    return "; ".join(parts)
