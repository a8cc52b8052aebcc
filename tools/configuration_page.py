"""The page of all keys of the configuration, docs/configuration.md, made from the models."""

from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from corpus_pipeline.config.config import Config
from corpus_pipeline.config.messages import is_size, section_of
from corpus_pipeline.config.template import yaml_value

_HEAD = """\
# Configuration

Every key of a configuration file, with what it may be, its default and its meaning. Written by
`make docs` from the models in `corpus_pipeline/`; edit the description of a field, not this page.

`corpus init` writes the same as a file with comments, `corpus schema` as a JSON Schema for editors.
A size, of bytes or of tokens, may have a unit: `32MB`, `4GiB`. A key that is not here is refused.
`null` means that the key is not set. Steps that are off by default are on once their section is
there ([own-steps.md](own-steps.md)).
"""


def configuration_page() -> str:
    """Returns docs/configuration.md: a table for each section, a part behind what it belongs to."""
    parts = [_HEAD]
    sections: list[tuple[str, type[BaseModel]]] = [("", Config)]
    shown: set[type[BaseModel]] = set()
    while sections:
        path, section = sections.pop(0)
        shown.add(section)
        parts.append(_section(path, section))
        # A model that is used twice has its table at its first place.
        inner = {
            found: f"{path}.{key}".lstrip(".")
            for key, field in reversed(section.model_fields.items())
            if (found := section_of(field)) and found not in shown
        }
        sections[:0] = [(name, found) for found, name in reversed(inner.items())]
    return "\n".join(parts)


def _section(path: str, section: type[BaseModel]) -> str:
    """Returns a section with its keys as a table."""
    title = f"{'#' * min(path.count('.') + 2, 4)} {path}" if path else "## Top level"
    meaning = _first_paragraph(section.__doc__)
    schema = section.model_json_schema()
    rows = ["| key | value | default | meaning |", "| --- | --- | --- | --- |"]
    for key, field in section.model_fields.items():
        value = _value(schema["properties"][key], schema)
        described = _first_paragraph(field.description or section_of(field).__doc__)
        described = described.replace("|", "\\|")
        rows.append(f"| `{key}` | {value} | {_default(field)} | {described} |")
    return f"{title}\n\n{meaning}\n\n" + "\n".join(rows) + "\n"


def _first_paragraph(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split())


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        return "off" if getattr(value, "enabled", True) is False else "its section"
    if isinstance(value, tuple) and any(isinstance(item, BaseModel) for item in value):
        return "its section"
    return f"`{yaml_value(value, is_size(field))}`".replace("|", "\\|")


def _value(schema: dict[str, Any], root: dict[str, Any]) -> str:
    """Says in words what a JSON Schema allows.

    >>> _value({"anyOf": [{"items": {"type": "string"}, "type": "array"}, {"type": "null"}]}, {})
    'list of text'
    """
    if "$ref" in schema:
        target = root["$defs"][schema["$ref"].split("/")[-1]]
        return _value(target, root) if "enum" in target else "section"
    if "anyOf" in schema:
        kinds = [_value(each, root) for each in schema["anyOf"] if each.get("type") != "null"]
        return (
            "size" if set(kinds) == {"whole number", "text"} else " or ".join(dict.fromkeys(kinds))
        )
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{each}`" for each in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {_value(schema.get('items') or schema['prefixItems'][0], root)}"
    if schema.get("type") == "object":
        inner = schema.get("additionalProperties")
        return f"name: {_value(inner, root)}" if isinstance(inner, dict) else "mapping"
    named: str = schema.get("type", "any")
    return {"boolean": "true, false", "integer": "whole number", "string": "text"}.get(named, named)
