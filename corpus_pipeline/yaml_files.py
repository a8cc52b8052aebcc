"""YAML as users write it: the one loader of configurations, quality profiles and prices.

It differs from PyYAML's safe loader in three points. As in YAML 1.2 a key given twice in one
mapping is refused, where PyYAML lets the last one win in silence; and only `true` and `false` are
booleans, so that `no` is Norwegian. Anchors and merge keys (`<<`) work as ever, but what aliases
stand for is counted: nine levels of ten aliases are a file of 400 bytes and 10⁹ values.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from corpus_pipeline.special_files import refuse_special

#: Values of one document, every alias written out. The longest real one is a list of files.
_MAX_VALUES = 1_000_000
_BOOL = "tag:yaml.org,2002:bool"


class _Loader(yaml.SafeLoader):
    """The safe loader with unique keys and YAML 1.2's booleans."""

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


_Loader.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL]
    for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    _BOOL, re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), list("tTfF")
)


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
    >>> load_yaml("a: 1\\nb: 2\\na: 3")
    Traceback (most recent call last):
    ...
    ValueError: key 'a' is given twice, in lines 1 and 3; keep one, or put both together
    """
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            return None
        _count_values(node, {})
        return loader.construct_document(node)
    except _RefusedError as error:
        raise ValueError(str(error)) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError(f"is not YAML: {' '.join(str(error).split())}") from error
