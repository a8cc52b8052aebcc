"""Reads quality profiles: YAML files of thresholds, by language, each a change of another one.

base: default                   # a shipped profile or a file; none: every rule off; this is default
measured: prose                 # without code, tables and markup; or whole; as the base has it
measures:                       # how things are counted; `definitions.Definitions` has the options
  line_words: 3
counted:                        # what a rule compares instead of what `rule_table` has
  gopher_max_bullet_lines: bullet_lines / all_lines
rules:                          # for every language; null turns a rule off
  gopher_min_words: 50
  fineweb_max_short_lines: 0.67
languages:
  zh:                           # changes of rules
    gopher_min_words: 80
    fineweb_max_short_lines: null
    counted:                    # what a rule compares in this language
      gopher_max_bullet_lines: bullet_lines / text_lines
code_languages:                 # the same by programming language, or by its type (data, markup)
  JSON: {code_max_lines: 512}

Of a rule and a language this holds, the first that is there:

    languages: of the profile
    rules: of the profile, if it is null
    languages: of the base
    rules: of the profile
    rules: of the base

A figure that the base has for one language is in the measure of that language: a word of Chinese is
one character. So a figure for all languages leaves it alone, and `profile_notes` says so. Off has
no measure: null under `rules:` is off everywhere.

The same holds of `code_languages:`; a section of a language goes before one of its type, and what
`languages:` says counts for documents whose programming language has neither.

Of `measures:` and `counted:` each key holds as the first file says it, from the profile down.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from corpus_pipeline.errors import ConfigError, Mistakes
from corpus_pipeline.filters.code.languages import language_type
from corpus_pipeline.filters.quality.definitions import Definitions
from corpus_pipeline.filters.quality.profile_files import (
    FIELDS,
    PROFILES,
    Layer,
    load_layer,
    parse_layer,
    with_bases,
)
from corpus_pipeline.filters.quality.rule_table import RULES
from corpus_pipeline.filters.quality.rules import QualityProfile, QualityRules, wrong_thresholds
from corpus_pipeline.text.languages import LanguageTag, figures_for, parse_language

#: Rules over a measure that only prose has.
_OF_PROSE = ("quality_min_score",)


class ResolvedRule(NamedTuple):
    """What holds of one rule in one language, and who says so."""

    field: str
    """The key in a profile."""
    reason: str
    """The drop reason."""
    value: int | float | None
    """None: the rule is off."""
    origin: str
    """For example `default: languages: zh`; empty if no profile mentions the rule."""


def load_profile(name_or_path: str) -> QualityProfile:
    """Loads a shipped profile by name, or a YAML file by its path, with what it is based on.

    Raises:
        ConfigError: there is no such profile or file, it is not YAML, a key or threshold breaks a
            rule, or a profile is based on itself.

    >>> load_profile("gopher").rules.gopher_min_stop_words
    2
    """
    return _profile(_layers(name_or_path))


def parse_profile(name: str, text: str) -> QualityProfile:
    """Parses the text of a profile, and loads its base; `name` stands in its errors.

    Raises:
        ConfigError: as `load_profile`.

    >>> text = "rules: {gopher_min_words: 60}\\nlanguages: {zh: {c4_min_sentences: null}}"
    >>> mine = parse_profile("mine", text)
    >>> mine.rules.gopher_min_words, mine.rules_for("zh").gopher_min_words, mine.prose
    (60, 80, True)
    >>> mine.rules_for("zh").c4_min_sentences is None
    True
    """
    return _profile(with_bases(parse_layer(name, text)))


def profile_text(
    profile: Mapping[str, Any], comments: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Writes a profile that `parse_profile` reads.

    Args:
        profile: `base`, `rules` and `languages`, as a file has them; values are numbers or None.
        comments: `RULE` or `LANGUAGE.RULE` -> what stands beside it.

    >>> print(profile_text({"base": "default", "rules": {"gopher_min_words": 60}}), end="")
    base: default
    rules:
      gopher_min_words: 60
    """
    base = profile["base"]
    lines = [f"base: {base if base in PROFILES else json.dumps(base, ensure_ascii=False)}"]
    if profile.get("rules"):
        lines += ["rules:", *_rule_lines(profile["rules"], 2, "", comments)]
    if languages := {code: rules for code, rules in profile.get("languages", {}).items() if rules}:
        lines.append("languages:")
        for code, rules in languages.items():
            lines += [f'  "{code}":', *_rule_lines(rules, 4, f"{code}.", comments)]
    return "\n".join(lines) + "\n"


def _rule_lines(
    rules: Mapping[str, Any], depth: int, where: str, comments: Mapping[str, str]
) -> Iterator[str]:
    for field, value in rules.items():
        line = f"{' ' * depth}{field}: {json.dumps(value)}"
        beside = comments.get(f"{where}{field}")
        yield line if beside is None else f"{line}   # {beside}"


def profile_files(name_or_path: str) -> list[str]:
    """Returns the paths of the files that `load_profile` reads, shipped ones left out.

    Raises:
        ConfigError: as `load_profile`.

    >>> profile_files("gopher")
    []
    """
    layers = _layers(name_or_path)
    own = [layer.name for layer in layers if layer.name not in PROFILES]
    return own + [path for layer in layers for path in layer.files]


def resolved_rules(
    name_or_path: str, language: str | None = None, code_language: str | None = None
) -> list[ResolvedRule]:
    """Returns every rule of a profile with its value in a language and where that comes from.

    Args:
        name_or_path: as `load_profile` takes it.
        language: any name of a language, or a script (`und-Hani`); None for a language without
            figures of its own.
        code_language: Linguist's name of a programming language; it goes before the other.

    Raises:
        ConfigError: as `load_profile`.

    >>> resolved_rules("default", "zh")[2][2:], resolved_rules("default")[2][2:]
    ((None, 'default: languages: zh'), (3, 'default: rules'))
    """
    layers = _layers(name_or_path)
    profile = _profile(layers)
    code = figures_for(_codes(layers)).find(language, by_writing=True)
    resolve = _resolve
    if {code_language, language_type(code_language)} & profile.code_languages.keys():
        code, resolve = code_language, _resolve_code
    return [
        ResolvedRule(rule.field, rule.reason, *resolve(layers, code, rule.field)[:2])
        for rule in RULES
    ]


def profile_notes(name_or_path: str) -> list[str]:
    """Says in lines for the user which rules are off, and which values have no effect where.

    Raises:
        ConfigError: as `load_profile`.

    >>> profile_notes("c4")
    ['quality profile c4: off: gopher_*, fineweb_*, code_*, text_*, chinese_*, quality_*']
    """
    layers = _layers(name_or_path)
    profile = _profile(layers)
    based = f" (base {layers[1].name})" if len(layers) > 1 else ""
    names = [name for name in FIELDS if getattr(profile.rules, name) is None]
    off = ", ".join(_families(names)) or "nothing"
    notes = [f"quality profile {name_or_path}{based}: off: {off}"]
    if not profile.prose:
        notes += [
            f"quality profile {name_or_path}: {name} has no effect, for there is no score with "
            "measured: whole"
            for name in _OF_PROSE
            if getattr(profile.rules, name) is not None
        ]
    for number, layer in enumerate(layers):
        if layer.name in PROFILES:
            continue
        for name, value in layer.rules.items():
            if other := _without_effect(layers, number, name):
                notes.append(
                    f"quality profile {layer.name}: {name}: {value} does not hold for {other}, "
                    "of which the base has figures of their own; write it under `languages:` to "
                    "change these"
                )
    return notes


def _layers(name_or_path: str) -> tuple[Layer, ...]:
    return with_bases(load_layer(name_or_path))


def _profile(layers: tuple[Layer, ...]) -> QualityProfile:
    """Puts a profile upon its bases."""
    measured = next((layer.measured for layer in layers if layer.measured), "whole")
    languages: dict[str, QualityRules] = {}
    for layer in reversed(layers):  # A base first, so that an error names the file that makes it.
        _refuse_thresholds(layers[layers.index(layer) :])
    name = layers[0].name
    for code in _codes(layers):
        languages[code] = _rules(layers, code, f"{name}: languages: {code}")
    prose = measured == "prose"
    definitions = _definitions(layers)
    if prose and definitions.of_whole_texts:
        raise ConfigError(
            f"quality profile {name}: measures: {definitions.of_whole_texts[0]} counts in whole "
            "texts only; write measured: whole"
        )
    counted = {field: each for field in FIELDS if (each := _counted(layers, field)) is not None}
    of_code = {
        key: _rules(layers, key, f"{name}: code_languages: {key}", of_code=True)
        for layer in layers
        for key in layer.code_languages
    }
    counted_in: dict[str, dict[str, tuple[str, str | None]]] = {}
    for rule in RULES:
        for code in languages if any(layer.counted_in for layer in layers) else ():
            own = _counted_in(layers, code, rule.field) or (rule.measure, rule.per)
            if own != counted.get(rule.field, (rule.measure, rule.per)):
                counted_in.setdefault(code, {})[rule.field] = own
    rules = _rules(layers, None, name)
    return QualityProfile(name, rules, languages, prose, definitions, counted, of_code, counted_in)


def _definitions(layers: Sequence[Layer]) -> Definitions:
    """Returns how a profile counts: of each option, what the first layer says that has it."""
    values: dict[str, Any] = {}
    for layer in reversed(layers):
        values |= layer.measures
        try:
            found = Definitions(**values)
        except ValueError as error:
            raise ConfigError(f"quality profile {layer.name}: measures: {error}") from error
    return found


def _counted(layers: Sequence[Layer], field: str) -> tuple[str, str | None] | None:
    """Returns what a rule compares by the first layer that says it; None: what it has."""
    return next((layer.counted[field] for layer in layers if field in layer.counted), None)


def _counted_in(layers: Sequence[Layer], code: str, field: str) -> tuple[str, str | None] | None:
    """The same in a language: what a layer says of it comes before what any says of all."""
    for number, layer in enumerate(layers):
        section = _section(layers, number, code)
        if section is not None and field in layer.counted_in.get(section, {}):
            return layer.counted_in[section][field]
    return _counted(layers, field)


def _codes(layers: Sequence[Layer]) -> tuple[str, ...]:
    """Returns the languages that any layer has a section for, each by one name."""
    found: dict[LanguageTag | None, str] = {}
    for layer in layers:
        for code in layer.languages:
            found.setdefault(parse_language(code), code)
    return tuple(found.values())


def _rules(
    layers: Sequence[Layer], code: str | None, where: str, of_code: bool = False
) -> QualityRules:
    """Returns what holds for a section's language, or for all others."""
    values = _values(layers, code, of_code)
    found = Mistakes()
    found.add(ConfigError(f"quality profile {where}: {line}") for line in wrong_thresholds(values))
    found.refuse()
    return QualityRules(**values)


def _refuse_thresholds(layers: Sequence[Layer]) -> None:
    """Refuses what the first of some layers makes of the others; what all share is told once."""
    looks: list[tuple[str | None, tuple[str, ...], bool]] = [(None, ("rules",), False)]
    looks += [(code, ("languages", code), False) for code in layers[0].languages]
    looks += [(key, ("code_languages", key), True) for key in layers[0].code_languages]
    found, told = Mistakes(), set[str]()
    for key, path, of_code in looks:
        for line in wrong_thresholds(_values(layers, key, of_code)):
            if line not in told:
                place = layers[0].place(*path, line.partition(" ")[0])
                where = ": ".join((place, *path))
                found.add([ConfigError(f"quality profile {where}: {line}")])
            told.add(line)
    found.refuse()


def _values(layers: Sequence[Layer], code: str | None, of_code: bool) -> dict[str, Any]:
    resolve = _resolve_code if of_code else _resolve
    return {name: resolve(layers, code, name)[0] for name in FIELDS}


def _resolve(layers: Sequence[Layer], code: str | None, name: str) -> tuple[Any, str, int]:
    """Returns the value of a rule, its origin, and the number of the layer that says it."""
    general: tuple[Any, str, int] | None = None
    for number, layer in enumerate(layers):
        section = _section(layers, number, code)
        if section is not None and name in layer.languages[section]:
            value = layer.languages[section][name]
            return value, f"{layer.name}: languages: {section}", number
        if name in layer.rules:
            general = general or (layer.rules[name], f"{layer.name}: rules", number)
            if layer.rules[name] is None:
                break
    return general or (None, "", len(layers))


def _resolve_code(layers: Sequence[Layer], code: str | None, name: str) -> tuple[Any, str, int]:
    """Returns what `_resolve` does, for a programming language or a type of such."""
    general: tuple[Any, str, int] | None = None
    for number, layer in enumerate(layers):
        for key in (code, language_type(code)):
            if key is not None and name in layer.code_languages.get(key, {}):
                origin = f"{layer.name}: code_languages: {key}"
                return layer.code_languages[key][name], origin, number
        if name in layer.rules:
            general = general or (layer.rules[name], f"{layer.name}: rules", number)
            if layer.rules[name] is None:
                break
    return general or (None, "", len(layers))


def _section(layers: Sequence[Layer], number: int, code: str | None) -> str | None:
    """Returns the section of a layer that speaks for a language of any of the layers.

    Languages of a base that are merely written alike have sections of their own there.
    """
    names = tuple(layers[number].languages)
    if code is None or not names:
        return None
    above = any(code in layer.languages for layer in layers[: number + 1])
    return figures_for(names).find(code, by_writing=above)


def _without_effect(layers: Sequence[Layer], number: int, name: str) -> str:
    """Names the languages in which a value for all languages is not what holds, with what does."""
    by_value: dict[Any, list[str]] = {}
    for code in _codes(layers):
        value, _, of = _resolve(layers, code, name)
        if of > number and value != layers[number].rules[name]:
            by_value.setdefault(value, []).append(code)
    shown = {value: "off" if value is None else value for value in by_value}
    return ", ".join(f"{', '.join(codes)} ({shown[value]})" for value, codes in by_value.items())


def _families(names: Sequence[str]) -> list[str]:
    """Shortens the names of rules: `code_*` if all of a family are there.

    >>> _families([*(name for name in FIELDS if name.startswith("code_")), "c4_max_chars"])
    ['c4_max_chars', 'code_*']
    """
    shown = []
    for family in dict.fromkeys(name.partition("_")[0] for name in FIELDS):
        every = [name for name in FIELDS if name.startswith(f"{family}_")]
        here = [name for name in every if name in names]
        shown += [f"{family}_*"] if here == every else here
    return shown
