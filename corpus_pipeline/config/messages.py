"""What is wrong with a configuration, a line each: pydantic's findings in the words of YAML."""

import typing
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

from pydantic import BaseModel, ByteSize, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from corpus_pipeline.nearest import meant, nearest_key
from corpus_pipeline.option_types import Label, LanguageName, show_size

#: What people write who know other tools, or guess -> the key. A dot leads into a section.
_ALIASES = {
    "abort_after": "max_errors",
    "active": "enabled",
    "benchmarks": "evaluations",
    "column": "text_field",
    "content_field": "text_field",
    "cpus": "workers",
    "decontaminate": "contamination",
    "decontamination": "contamination",
    "deduplicate": "dedup",
    "deduplication": "dedup",
    "destination": "output",
    "enable": "enabled",
    "engine": "runner",
    "eval": "evaluations",
    "exclude": "skip",
    "field": "text_field",
    "file": "path",
    "files": "path",
    "fuzzy": "document",
    "glob": "path",
    "heuristics": "quality",
    "html": "extract",
    "input": "inputs",
    "jaccard": "threshold",
    "jobs": "workers",
    "kenlm": "perplexity",
    "key": "text_field",
    "langs": "keep",
    "language_identification": "language",
    "languages": "keep",
    "lid": "language",
    "lists": "keywords",
    "lm": "perplexity",
    "mem": "memory",
    "min_confidence": "min_score",
    "minhash": "document",
    "name": "source",
    "near": "document",
    "near_duplicates": "document",
    "ngram": "word_ngram",
    "num_workers": "workers",
    "out": "output",
    "output_dir": "output",
    "pattern": "path",
    "pii": "scrub",
    "processes": "workers",
    "profile": "quality.profile",
    "ram": "memory",
    "random_seed": "seed",
    "reader": "read",
    "redact": "scrub",
    "sentences": "sentence",
    "similarity": "threshold",
    "sources": "inputs",
    "test_sets": "evaluations",
    "text_column": "text_field",
    "text_key": "text_field",
    "threads": "workers",
    "tokenise": "tokenize",
    "tokenizer_path": "tokenizer",
    "type": "format",
    "uri": "path",
    "wordlists": "lists",
    "words": "keywords",
}
#: Words for several sections.
_MANY = {
    "filter": "the filters are sections of their own: language, quality, keywords, perplexity",
    "filters": "the filters are sections of their own: language, quality, keywords, perplexity",
    "stages": "each step is a section of its own, with `enabled: false` to leave it out; another "
    "order is a list, `steps`",
}
_SCALARS = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "byte_size": "a size",
    "byte_size_unit": "a size",
}
_LONGEST = 80
#: Bits of a whole number up to which it is written in decimals.
_LONGEST_BITS = 256


#: Keys and places in lists on the way to a value.
Path: TypeAlias = tuple[int | str, ...]


class Line(NamedTuple):
    """One mistake."""

    at: Path
    text: str
    """What is wrong, and what to write."""
    is_missing: bool = False
    """A key is needed, and not there."""
    rests_on: tuple[str, ...] = ()
    """Keys at the top without which nobody would say it."""


class SeveralLines(ValueError):
    """Mistakes that one check of a section has found."""

    def __init__(self, lines: Sequence[Line]) -> None:
        super().__init__("; ".join(line.text for line in lines))
        self.lines = tuple(lines)


def part_in(content: Any, path: Path) -> Path:
    """Returns the part of a path that there is in some content.

    >>> part_in({"keep": [1, 2]}, ("keep", 1)), part_in({"keep": [1]}, ("keep", 1, "a"))
    (('keep', 1), ('keep',))
    """
    for length, part in enumerate(path):
        items = content if isinstance(content, (dict, list)) else ()
        known = part in items if isinstance(items, dict) else part in range(len(items))
        if not known:
            return path[:length]
        content = content[part]
    return path


def lines_of(error: ValidationError, root: type[BaseModel], content: Any) -> list[Line]:
    """Returns every mistake of a configuration in one line: the key, the rule, what to write.

    Args:
        error: what `root` found.
        root: the model of the whole configuration.
        content: what it was to be made of.
    """
    found: dict[Path, list[Line]] = {}
    missing: set[Path] = set()
    for each in error.errors():
        loc = tuple(part for part in each["loc"] if part != "[key]")
        there = part_in(content, loc)
        if each["type"] == "missing" and there == loc[:-1]:
            missing.add(loc)
        elif each["type"] not in ("extra_forbidden", "invalid_key"):
            # Of a value that may be of two kinds, what the first one says is told.
            loc = there
        found.setdefault(loc, _lines(each, loc, root))
    # A misspelt key is often also a missing one; the spelling is the mistake.
    slips = {
        wanted
        for wanted in missing
        for loc, lines in found.items()
        if loc[:-1] == wanted[:-1] and lines[0].text.endswith(f"did you mean {wanted[-1]!r}?")
    }
    return [line for loc, lines in found.items() if loc not in slips for line in lines]


def _lines(found: ErrorDetails, loc: Path, root: type[BaseModel]) -> list[Line]:
    path = ".".join(map(str, loc))
    if found["type"] in ("extra_forbidden", "invalid_key"):
        return [Line(loc, f"unknown key {path!r}; {_hint(loc, root)}")]
    if found["type"] == "missing":
        return [Line(loc, f"{path}: is missing; every run needs it (see `corpus init`)", True)]
    several = found.get("ctx", {}).get("error")
    if isinstance(several, SeveralLines):
        before = f"{path}: " if path else ""
        return [Line((*loc, *line.at), f"{before}{line.text}") for line in several.lines]
    if not path:
        return [Line(loc, found["msg"].removeprefix("Value error, "))]
    return [Line(loc, f"{path}: {_message(found, loc, root)}")]


def _message(found: ErrorDetails, loc: Path, root: type[BaseModel]) -> str:
    kind, value = found["type"], found["input"]
    field = _field(loc, root)
    if loc[0] == "storage_options":  # Values may be secrets.
        if kind == "dict_type":
            return "is a mapping of mappings, as in {s3: {anon: true}}"
        return found["msg"].removeprefix("Value error, ")
    if value is None:
        return f"is empty; give a value or delete the line{_default(field)}"
    if kind == "tuple_type":
        return _no_list(value, loc)
    if kind == "dict_type":
        return _no_mapping(value, field)
    if kind in ("model_type", "model_attributes_type"):
        return _no_section(value, _model(loc, root))
    of_a_section = field is not None and section_of(field) is not None
    if kind == "value_error" and (of_a_section or loc[0] == "steps"):
        return found["msg"].removeprefix("Value error, ")
    if isinstance(value, (list, dict)) and kind in (*_SCALARS, "value_error", "literal_error"):
        return _no_scalar(value, loc, root)
    if kind == "string_type" and isinstance(value, (bool, int, float)):
        return f'is text; write it in quotes: "{_yaml(value)}"'
    if kind in _SCALARS:
        return f"is {_SCALARS[kind]}, got {_yaml(value)}{_unit(kind, field)}"
    message = found["msg"].removeprefix("Value error, ")
    if kind == "value_error":
        return message
    if kind == "less_than_equal" and is_size(field):
        message = f"Input should be at most {show_size(found['ctx']['le'])}"
    huge = isinstance(value, int) and value.bit_length() > _LONGEST_BITS
    got = f", got {value!r}" if not huge and len(repr(value)) <= _LONGEST else ""
    return message + got + (_near_choice(value, field) if kind == "literal_error" else "")


# Unknown keys


def _hint(loc: Path, root: type[BaseModel]) -> str:
    """Says which key may have been meant."""
    model, key = _model(loc[:-1], root), loc[-1]
    known = sorted(model.model_fields)
    written = str(key).lower().replace("-", "_")
    if model is root and written in _MANY:
        return _MANY[written]
    near = nearest_key(written, known, _ALIASES)
    # The same word elsewhere is what was meant rather than another one here, unless it is a slip.
    there = [] if near is not None and _is_slip(written, near) else list(_places(written, root))
    # Of several places the one in the fewest sections is the option that people know.
    there = [path for path in there if path.count(".") == min(p.count(".") for p in there)]
    if len(there) == 1:
        return f"did you mean {there[0]!r}?"
    elsewhere = list(_places(_ALIASES.get(written, ""), root))
    if near is None and len(elsewhere) == 1:
        return f"did you mean {elsewhere[0]!r}?"
    return meant(written, known, f"known keys: {', '.join(known)}", _ALIASES)


def _is_slip(written: str, near: str) -> bool:
    return near == _ALIASES.get(written) or near.startswith(written) or written == near


def _places(key: str, model: type[BaseModel], at: str = "") -> Iterator[str]:
    """Yields where a key stands in the configuration, with its sections."""
    if at == "" and "." in key:
        yield key
        return
    for name, field in model.model_fields.items():
        inner = section_of(field)
        if name == key and at:
            yield f"{at}{name}"
        # Of two places of a word the one in a section that every run has is meant.
        if (
            inner is not None
            and name not in ("dataset_sources", "steps")
            and field.default is not None
        ):
            yield from _places(key, inner, f"{at}{name}.")


# Values of another kind


def _no_list(value: Any, loc: Path) -> str:
    if loc[0] in ("inputs", "dataset_sources") and len(loc) == 1:
        if isinstance(value, dict):
            return "is a list; begin each of its sections with `- `, as in `- path: FILES`"
        return f"is a list of sections; write [{{path: {_yaml(value)}, source: NAME}}]"
    if isinstance(value, dict):
        return f"is a list, not a mapping; write {_yaml(list(value))}"
    return f"is a list; write {_yaml([value])}"


def _no_mapping(value: Any, field: FieldInfo | None) -> str:
    keys = () if field is None else typing.get_args(field.annotation)
    key = "LANGUAGE" if keys and keys[0] in (LanguageName, Label) else "KEY"
    if isinstance(value, list):
        pairs = [item.partition("=") for item in value if isinstance(item, str) and "=" in item]
        if value and len(pairs) == len(value):
            written = ", ".join(f"{name}: {setting}" for name, _, setting in pairs)
            return f"is a mapping, not a list; write {{{written}}}"
        return f"is a mapping, not a list; write {{{key}: VALUE}}"
    return f"is a mapping; write {{{key}: {_yaml(value)}}}"


def _no_section(value: Any, model: type[BaseModel]) -> str:
    keys = list(model.model_fields)
    if isinstance(value, str):
        # Booleans of YAML 1.1, which are words here.
        value = {"yes": True, "on": True, "no": False, "off": False}.get(value.lower(), value)
    if isinstance(value, bool) and "enabled" in keys:
        return f"is a section; write {{enabled: {_yaml(value)}}}"
    others = [key for key in keys if key != "enabled"]
    if len(others) == 1 and isinstance(value, str):
        return f"is a section; write {{{others[0]}: {_yaml(value)}}}"
    if "path" in keys and isinstance(value, str):
        return f"is a section; write {{path: {_yaml(value)}, source: NAME}}"
    what = "a list" if isinstance(value, list) else "one value"
    return f"is a section, not {what}; its keys are {', '.join(keys)}"


def _no_scalar(value: Any, loc: Path, root: type[BaseModel]) -> str:
    if isinstance(value, dict):
        by_language = f"{loc[-1]}_by_language"
        if by_language in _model(loc[:-1], root).model_fields:
            return f"is one value, not a mapping; values by language stand in {by_language}"
        return f"is one value, not a mapping, got {_yaml(value)}"
    if loc[-1] == "path":
        return "is one path or pattern, not a list; give each an input and a source of its own"
    if len(value) == 1:
        return f"is one value, not a list; write {_yaml(value[0])}"
    return f"is one value, not a list; keep one of {_yaml(value)}"


def _near_choice(value: Any, field: FieldInfo | None) -> str:
    choices = [] if field is None else [c for c in _choices(field.annotation) if c is not None]
    near = nearest_key(_yaml(value), [str(choice) for choice in choices])
    return "" if near is None else f"; did you mean {near!r}?"


def _choices(annotation: Any) -> Iterator[Any]:
    if typing.get_origin(annotation) is typing.Literal:
        yield from typing.get_args(annotation)
    else:
        for part in typing.get_args(annotation):
            yield from _choices(part)


def _yaml(value: Any) -> str:
    """Writes a value as it stands in YAML, on one line.

    >>> _yaml(["en", True, None, {"a": 1}])
    '[en, true, null, {a: 1}]'
    """
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "null"
    if isinstance(value, list):
        shown = f"[{', '.join(map(_yaml, value))}]"
    elif isinstance(value, dict):
        shown = f"{{{', '.join(f'{key}: {_yaml(inner)}' for key, inner in value.items())}}}"
    elif isinstance(value, str) and (not value or set(value) & set(":#{}[],&*!|>'\"%@`\n")):
        shown = repr(value)
    elif isinstance(value, int) and value.bit_length() > _LONGEST_BITS:
        # Python writes no whole number of more than 4,300 digits.
        shown = hex(value)
    else:
        shown = str(value)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."


def _default(field: FieldInfo | None) -> str:
    if field is None or field.is_required() or isinstance(field.default, BaseModel):
        return ""
    default = field.get_default(call_default_factory=True)
    return f"; default: {_yaml(list(default) if isinstance(default, tuple) else default)}"


def _unit(kind: str, field: FieldInfo | None) -> str:
    """Says what a number counts, where the field's description begins with it."""
    described = "" if field is None else field.description or ""
    return f" ({described})" if "pars" in kind and described.startswith("seconds") else ""


def is_size(field: FieldInfo | None) -> bool:
    """Says whether a field's value is a number of bytes."""
    return field is not None and ByteSize in (field.annotation, *typing.get_args(field.annotation))


# Where in the models


def section_of(field: FieldInfo) -> type[BaseModel] | None:
    """Returns the model of a section, or of the items of a list of sections."""
    return next(_models(field.annotation), None)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in typing.get_args(annotation):
        yield from _models(part)


def _model(loc: Path, root: type[BaseModel]) -> type[BaseModel]:
    """Returns the innermost model on the way to a field."""
    model = root
    for part in loc:
        field = model.model_fields.get(part) if isinstance(part, str) else None
        model = (None if field is None else section_of(field)) or model
    return model


def _maps_to_sections(field: FieldInfo) -> bool:
    """Tells whether a field is a mapping of names to sections."""
    return typing.get_origin(field.annotation) is dict and section_of(field) is not None


def _field(loc: Path, root: type[BaseModel]) -> FieldInfo | None:
    """Returns the field that a path leads to; None where that is an item of a list."""
    model = root
    field: FieldInfo | None = None
    for part in loc:
        if isinstance(part, int):
            field = None if part != loc[-1] else field
            continue
        if field is not None and _maps_to_sections(field) and part not in model.model_fields:
            continue
        field = model.model_fields.get(part)
        if field is None:
            return None
        model = section_of(field) or model
    return field
