"""Reads quality profiles: YAML files of thresholds, by language.

measured: prose                 # without code, tables and markup; or whole, the default
rules:                          # for every language
  gopher_min_words: 50
  fineweb_max_short_lines: 0.67
languages:
  zh:                           # changes of rules; null turns one off
    gopher_min_words: 80
    fineweb_max_short_lines: null
"""

import dataclasses
import difflib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.quality_rules import QualityProfile, QualityRules
from corpus_pipeline.text.languages import LanguageTag, parse_language, require_language
from corpus_pipeline.yaml_files import load_yaml, read_yaml_text

#: The profiles that come with the package.
PROFILES = ("default", "gopher", "c4", "fineweb", "code")

#: What a profile's measures can be taken of.
_MEASURED = ("whole", "prose")

_FIELDS = tuple(field.name for field in dataclasses.fields(QualityRules))


def load_profile(name_or_path: str) -> QualityProfile:
    """Loads a shipped profile by name, or a YAML file by its path.

    Raises:
        ConfigError: there is no such profile or file, it is not YAML, or a key or threshold
            breaks a rule.

    >>> load_profile("gopher").rules.gopher_min_stop_words
    2
    """
    try:
        if name_or_path in PROFILES:
            source = resources.files(__package__).joinpath(f"profiles/{name_or_path}.yaml")
            text = source.read_text("utf-8")
        else:
            text = read_yaml_text(Path(name_or_path))
    except OSError as error:
        raise ConfigError(
            f"quality profile {name_or_path!r} is no file and none of {', '.join(PROFILES)}"
        ) from error
    return parse_profile(name_or_path, text)


def parse_profile(name: str, text: str) -> QualityProfile:
    """Parses the text of a profile; `name` stands in its errors.

    Raises:
        ConfigError: as `load_profile`.

    >>> text = "rules: {gopher_min_words: 50}\\nlanguages: {zh: {gopher_min_words: null}}"
    >>> parse_profile("mine", text).rules_for("zh").gopher_min_words is None
    True
    """
    try:
        document = load_yaml(text)
    except ValueError as error:
        raise ConfigError(f"quality profile {name}: {error}") from error
    document = _mapping(document, name, ("measured", "rules", "languages"))
    measured = document.get("measured", "whole")
    if measured not in _MEASURED:
        raise ConfigError(
            f"quality profile {name}: measured must be whole or prose, got {measured!r}"
        )
    rules = _rules(QualityRules(), document.get("rules"), f"{name}: rules")
    sections = _mapping(document.get("languages"), f"{name}: languages", None)
    _check_languages(sections, name)
    languages = {
        code: _rules(rules, section, f"{name}: languages: {code}")
        for code, section in sections.items()
    }
    return QualityProfile(name, rules, languages, measured == "prose")


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


def _mapping(value: object, where: str, known: tuple[str, ...] | None) -> dict[str, object]:
    """Returns `value` as a mapping with string keys, of `known` names unless that is None."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ConfigError(f"quality profile {where}: must be a mapping, got {value!r}")
    for key in value:
        if not isinstance(key, str):
            raise ConfigError(
                f"quality profile {where}: key {key!r} is not text; write it in quotes"
            )
        if known is not None and key not in known:
            nearest = difflib.get_close_matches(key, known, 1, 0.0)[0]
            raise ConfigError(
                f"quality profile {where}: unknown key {key!r}; nearest is {nearest!r}"
            )
    return value


def _rules(base: QualityRules, value: object, where: str) -> QualityRules:
    changes = _mapping(value, where, _FIELDS)
    try:
        return dataclasses.replace(base, **changes)  # type: ignore[arg-type]
    except ValueError as error:
        raise ConfigError(f"quality profile {where}: {error}") from error
