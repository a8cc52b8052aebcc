"""The JSON Schema of the configuration, by which editors complete, explain and check it.

It is that of the models, with what the models read besides: short forms, empty sections, and the
names that a string may be.
"""

from collections.abc import Sequence
from typing import Any

from corpus_pipeline.config.config import OWN_RUNNERS, Config
from corpus_pipeline.config.input import skippable_names
from corpus_pipeline.filters.quality.profile_files import PROFILES
from corpus_pipeline.flow import known_steps
from corpus_pipeline.sources.formats import FORMATS

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NULL = {"type": "null"}
#: Code of the user's own is named with a colon.
_OWN_CODE = {"type": "string", "pattern": ":"}


def configuration_schema() -> dict[str, Any]:
    """Returns the schema, of JSON's types.

    >>> schema = configuration_schema()
    >>> schema["required"], "quality" in schema["properties"]
    (['inputs', 'output'], True)
    """
    schema = Config.model_json_schema()
    definitions = schema["$defs"]
    of_steps = {name: _section(schema["properties"][name]) for name in known_steps()}
    for part in (schema, *definitions.values()):
        for name, field in part.get("properties", {}).items():
            part["properties"][name] = _or_empty(field, definitions)
    source = definitions["Input"]["properties"]
    source["format"] |= _names(("auto", *FORMATS, "dataset"), _OWN_CODE)
    source["skip"]["items"] = {"enum": list(skippable_names())}
    source["quality_profile"]["anyOf"] = [{"enum": list(PROFILES)}, {"type": "string"}, _NULL]
    profile = definitions["QualitySection"]["properties"]["profile"]
    profile |= _names(PROFILES, {"type": "string"})
    runner = schema["properties"]["runner"]
    schema["properties"]["runner"] = runner | _names(
        OWN_RUNNERS, {"type": "string", "pattern": runner["pattern"]}
    )
    definitions["ListedStep"] = _listed_step(definitions["ListedStep"], of_steps)
    weight = definitions["WeightSection"]
    definitions["WeightSection"] = {"anyOf": [weight, {"type": "number", "minimum": 0}]}
    return {"$schema": _DIALECT, **schema, "title": "Configuration of corpus_pipeline"}


def _names(known: Sequence[str], other: dict[str, Any]) -> dict[str, Any]:
    """Says that a string is one of some names, or something else."""
    return {"anyOf": [{"enum": list(known)}, other]}


def _section(field: dict[str, Any]) -> dict[str, Any]:
    """Returns the reference to the section of a key."""
    parts = [field, *field.get("anyOf", ())]
    return {"$ref": next(part["$ref"] for part in parts if "$ref" in part)}


def _or_empty(field: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Lets a section be empty, and says what it is for where its key does not."""
    if "$ref" not in field:
        return field
    of_model = definitions[field["$ref"].rpartition("/")[2]]
    rest = {key: value for key, value in field.items() if key != "$ref"}
    described = {"description": of_model.get("description", "")} | rest
    return {"anyOf": [{"$ref": field["$ref"]}, _NULL], **described}


def _listed_step(whole: dict[str, Any], of_steps: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Describes the entries of `steps`: a name, NAME: {options}, or `use` with all beside it."""
    names = [name for name in of_steps if name != "read"]
    beside = {key: whole["properties"][key] for key in ("label", "when", "on_error")}
    whole["properties"]["use"] |= _names(names, _OWN_CODE)
    short = {
        "type": "object",
        "properties": {name: {"anyOf": [of_steps[name], _NULL]} for name in names} | beside,
        "patternProperties": {":": {"type": ["object", "null"]}},
        "additionalProperties": False,
        "minProperties": 1,
        "not": {"required": ["use"]},
    }
    return {
        "description": whole["description"],
        "anyOf": [{"enum": names}, _OWN_CODE, short, whole],
    }
