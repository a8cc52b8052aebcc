"""One file of a quality profile: its form, before it is put upon its base.

What its sections mean, and how a profile and its bases are one, says `profiles.py`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from corpus_pipeline.errors import ConfigError, CorpusError, Mistakes, relative_to
from corpus_pipeline.filters.code.languages import TYPES, known_language
from corpus_pipeline.filters.quality.columns import QUALITY_MEASURES
from corpus_pipeline.filters.quality.definitions import OPTIONS, read_option
from corpus_pipeline.filters.quality.more_columns import is_more, more_field
from corpus_pipeline.filters.quality.rule_table import RULES
from corpus_pipeline.filters.quality.rules import wrong_thresholds
from corpus_pipeline.nearest import meant, near_file, nearest_key
from corpus_pipeline.text.languages import LanguageTag, parse_language, require_language
from corpus_pipeline.yaml_files import Marked, load_marked, load_yaml, read_yaml_text

#: The profiles that come with the package.
PROFILES = (
    "default", "gopher", "c4", "fineweb", "code",
    "gopher@paper", "gopher@datatrove", "gopher@dolma", "gopher@dclm",
    "c4@tfds", "c4@datatrove", "c4@dclm", "fineweb@datatrove", "fineweb2",
    "bigscience", "data-juicer", "curator", "chinesewebtext2", "map-neo", "redpajama-v2",
    "starcoder2", "opencoder", "culturax",
)  # fmt: skip

#: What a profile changes unless it names another one, and the word for nothing.
DEFAULT_BASE = "default"
NO_BASE = "none"

#: What a profile's measures can be taken of.
_MEASURED = ("whole", "prose")


_UNKNOWN = re.compile(r"unknown key '(.*?)'; ")
_SECTIONS = ("base", "measured", "measures", "counted", "rules", "languages", "code_languages")
FIELDS = tuple(rule.field for rule in RULES)


class Layer(NamedTuple):
    """What one file says, before it is put upon its base."""

    name: str
    base: str | None
    measured: str | None
    rules: Mapping[str, Any]
    languages: Mapping[str, Mapping[str, Any]]
    measures: Mapping[str, Any]
    counted: Mapping[str, tuple[str, str | None] | None]
    code_languages: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
    """Programming language, or type of such, -> changes of rules."""
    files: tuple[str, ...] = ()
    """Files that it names, as lists of stop words."""
    counted_in: Mapping[str, Mapping[str, tuple[str, str | None] | None]] = MappingProxyType({})
    """Language -> what its rules compare there."""
    marked: Marked | None = None
    """Of a user's file: where its keys stand."""

    def place(self, *path: str) -> str:
        """Names the profile in messages about a key: a user's file with line and column."""
        found = None if self.marked is None else self.marked.place(path)
        return self.name if found is None else f"{self.name}:{found[0]}:{found[1]}"


def load_layer(name_or_path: str) -> Layer:
    try:
        if name_or_path in PROFILES:
            source = resources.files("corpus_pipeline.filters").joinpath(
                f"profiles/{name_or_path}.yaml"
            )
            text = source.read_text("utf-8")
        else:
            text = read_yaml_text(Path(name_or_path))
    except OSError as error:
        raise ConfigError(
            f"quality profile {name_or_path!r} is no file and none of {', '.join(PROFILES)}"
            f"{relative_to(name_or_path)}{_near(name_or_path)}"
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"quality profile {name_or_path}: is not YAML: {error}") from error
    if name_or_path in PROFILES:
        return parse_layer(name_or_path, text)
    try:
        return parse_layer(name_or_path, text)._replace(marked=load_marked(text))
    except ConfigError as error:
        raise _with_places(error, name_or_path, text) from error


def _with_places(error: ConfigError, name: str, text: str) -> CorpusError:
    """Adds line and column to messages about keys of a user's file."""
    try:
        marked = load_marked(text)
    except ValueError:
        return error
    found = Mistakes()
    before = f"quality profile {name}: "
    for each in error.parts or (error,):
        rest = str(each).removeprefix(before)
        *keys, last = rest.split(": ")
        keys = [key for key in keys if not key.startswith("unknown key")]
        # What is unknown, or the rule whose threshold it is.
        place = marked.place([*keys, *(_UNKNOWN.findall(rest) or [last.partition(" ")[0]])])
        at = "" if place is None else f":{place[0]}:{place[1]}"
        found.add([ConfigError(f"quality profile {name}{at}: {rest}")])
    return found.whole()


def _near(name_or_path: str) -> str:
    """Says which profile or file was meant, if one is near."""
    near = nearest_key(name_or_path, PROFILES)
    return near_file(name_or_path) if near is None else f"; did you mean {near!r}?"


def with_bases(layer: Layer) -> tuple[Layer, ...]:
    """Returns a profile and what it is based on, one after the other down to the last."""
    layers = [layer]
    while layers[-1].base is not None:
        base = layers[-1].base
        if base in [each.name for each in layers]:
            raise ConfigError(
                f"quality profile {layers[-1].name}: base: {base} is based on this profile; "
                f"write base: {NO_BASE} in one of them"
            )
        try:
            layers.append(load_layer(base))
        except ConfigError as error:
            found = Mistakes()
            found.add(
                ConfigError(f"quality profile {layers[-1].name}: base: {each}")
                for each in error.parts or (error,)
            )
            raise found.whole() from error
    return tuple(layers)


def parse_layer(name: str, text: str) -> Layer:
    """Checks the form of one file; what its values mean is checked upon its base."""
    try:
        document = load_yaml(text)
    except ValueError as error:
        raise ConfigError(f"quality profile {name}: {error}") from error
    if not isinstance(document, dict):
        document = _mapping(document, name, _SECTIONS)
    found = Mistakes()
    with found.looking():
        _mapping(document, name, _SECTIONS)
    measured = document.get("measured")
    with found.looking():
        if measured is not None and measured not in _MEASURED:
            raise ConfigError(
                f"quality profile {name}: measured must be whole or prose, got {measured!r}"
            )
    base = document.get("base", DEFAULT_BASE)
    with found.looking():
        if not isinstance(base, str) or not base:
            raise ConfigError(
                f"quality profile {name}: base must be {NO_BASE}, {', '.join(PROFILES)} or a file, "
                f"got {base!r}"
            )
    of_languages: dict[str, dict[str, Any]] = {}
    counted_in: dict[str, Any] = {}
    with found.looking():
        sections = _mapping(document.get("languages"), f"{name}: languages", None)
        _check_languages(sections, name)
        for code, section in sections.items():
            where = f"{name}: languages: {code}"
            with found.looking():
                of_languages[code] = _mapping(section, where, (*FIELDS, "counted"))
            if "counted" in of_languages.get(code, ()):
                with found.looking():
                    counted_in[code] = _counted(where, of_languages[code].pop("counted"))
    measures: dict[str, Any] = {}
    files: tuple[str, ...] = ()
    rules: dict[str, Any] = {}
    counted: dict[str, Any] = {}
    code_languages: dict[str, Mapping[str, Any]] = {}
    with found.looking():
        measures, files = _measures(name, document.get("measures"))
    with found.looking():
        rules = _mapping(document.get("rules"), f"{name}: rules", FIELDS)
    with found.looking():
        counted = _counted(name, document.get("counted"))
    with found.looking():
        code_languages = _code_languages(name, document.get("code_languages"))
    if found:
        found.add(_wrong_thresholds(name, document))
    found.refuse()
    return Layer(
        name, None if base == NO_BASE else base, measured, rules, of_languages, measures, counted,
        code_languages, files, counted_in,
    )  # fmt: skip


def _wrong_thresholds(name: str, document: Mapping[str, Any]) -> Iterator[ConfigError]:
    """Says what is wrong with thresholds of a file that has other mistakes, too."""
    rules = {"rules": document.get("rules")}
    of_languages = document.get("languages")
    if isinstance(of_languages, dict):
        rules |= {f"languages: {code}": section for code, section in of_languages.items()}
    for where, section in rules.items():
        if isinstance(section, dict):
            for line in wrong_thresholds({key: section.get(key) for key in FIELDS}):
                yield ConfigError(f"quality profile {name}: {where}: {line}")


def _code_languages(name: str, section: Any) -> dict[str, Mapping[str, object]]:
    """Reads `code_languages:`; its keys are Linguist's names, whatever was written, or types."""
    found: dict[str, Mapping[str, object]] = {}
    for written, changes in _mapping(section, f"{name}: code_languages", None).items():
        key = written if written in TYPES else known_language(written)
        if key is None:
            raise ConfigError(
                f"quality profile {name}: code_languages: no programming language is called "
                f"{written!r}; write a name of GitHub Linguist's, or one of {', '.join(TYPES)}"
            )
        if key in found:
            raise ConfigError(
                f"quality profile {name}: code_languages: there are two sections for {key}; leave "
                "one of them out"
            )
        found[key] = _mapping(changes, f"{name}: code_languages: {written}", FIELDS)
    return found


def _measures(name: str, section: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Reads `measures:`; returns its options, and the files that it names."""
    options = _mapping(section, f"{name}: measures", tuple(OPTIONS))
    files: tuple[str, ...] = ()
    values: dict[str, Any] = {}
    for key, value in options.items():
        try:
            if key == "stop_words" and isinstance(value, str):
                files += (value,)
                value = _word_file(value)
            values[key] = read_option(key, value)
        except (OSError, ValueError) as error:
            raise ConfigError(f"quality profile {name}: measures: {error}") from error
    return values, files


def _word_file(path: str) -> Any:
    """Reads a YAML file of stop words: language -> list."""
    try:
        return load_yaml(read_yaml_text(Path(path)))
    except OSError as error:
        raise ValueError(f"stop_words: {path!r} is no file{relative_to(path)}") from error


def _counted(name: str, section: Any) -> dict[str, tuple[str, str | None] | None]:
    """Reads `counted:`: rule -> measure and what it is divided by; null is what the rule has."""
    found: dict[str, tuple[str, str | None] | None] = {}
    where = f"quality profile {name}: counted"
    for field, value in _mapping(section, f"{name}: counted", FIELDS).items():
        if value is None:
            found[field] = None
            continue
        measure, *per = [part.strip() for part in str(value).split("/")]
        rule = RULES[FIELDS.index(field)]
        if len(per) != (rule.per is not None) and not (rule.unbounded and len(per) < 2):
            form = "measure" if rule.per is None else "measure / measure"
            raise ConfigError(f"{where}: {field}: write {form}, got {value!r}")
        for each in (measure, *per):
            if each in QUALITY_MEASURES.names or is_more(each):
                continue
            try:
                more_field(each)
            except ValueError as error:
                raise ConfigError(f"{where}: {field}: {error}") from error
        found[field] = (measure, per[0] if per else None)
    return found


def _check_languages(sections: Iterable[str], name: str) -> None:
    """Refuses sections of no language, and two of one."""
    seen: dict[LanguageTag | None, str] = {}
    for code in sections:
        try:
            tag = parse_language(require_language(code))
        except ValueError as error:
            raise ConfigError(f"quality profile {name}: languages: {error}") from error
        if (other := seen.setdefault(tag, code)) != code:
            raise ConfigError(
                f"quality profile {name}: languages: {other!r} and {code!r} are one language; "
                "leave one of them out"
            )


def _mapping(value: object, where: str, known: tuple[str, ...] | None) -> dict[str, Any]:
    """Returns `value` as a mapping with string keys, of `known` names unless that is None."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ConfigError(f"quality profile {where}: must be a mapping, got {value!r}")
    found = Mistakes()
    for key in value:
        if not isinstance(key, str):
            what = f"key {key!r} is not text; write it in quotes"
        elif known is not None and key not in known:
            what = f"unknown key {key!r}; {meant(key, known)}"
        else:
            continue
        found.add([ConfigError(f"quality profile {where}: {what}")])
    found.refuse()
    return value
