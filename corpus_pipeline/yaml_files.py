"""YAML as users write it: the one loader of configurations, quality profiles and prices.

It differs from PyYAML's safe loader in two points, both as YAML 1.2 has it. A key given twice in
one mapping is refused, where PyYAML lets the last one win in silence. And only `true` and `false`
are booleans, so that `no` is Norwegian. Anchors and merge keys (`<<`) work as ever.
"""

import re
from typing import Any

import yaml

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
                    raise _DoubledKeyError(
                        f"key {key.value!r} is given twice, in lines {first} and {line}; "
                        "keep one, or put both together"
                    )
                lines[key.tag, key.value] = line
        return node


class _DoubledKeyError(yaml.YAMLError):
    """A mapping has a key twice."""


_Loader.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL]
    for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    _BOOL, re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), list("tTfF")
)


def load_yaml(text: str) -> Any:
    """Reads one YAML document.

    Raises:
        ValueError: what is wrong and where, in one line: it is not YAML, or a key is given twice.

    >>> load_yaml("languages: {no: {max: 1}, keep: [en, no], on: true}")
    {'languages': {'no': {'max': 1}, 'keep': ['en', 'no'], 'on': True}}
    >>> load_yaml("a: 1\\nb: 2\\na: 3")
    Traceback (most recent call last):
    ...
    ValueError: key 'a' is given twice, in lines 1 and 3; keep one, or put both together
    """
    try:
        return _Loader(text).get_single_data()
    except _DoubledKeyError as error:
        raise ValueError(str(error)) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError(f"is not YAML: {' '.join(str(error).split())}") from error
