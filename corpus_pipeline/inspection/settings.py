"""What `--set KEY=VALUE` means: a run's configuration with some settings in place of its own.

    language.min_score=.7                  a key of the configuration
    language.min_score_by_language.zh=.5   deeper
    quality.gopher_min_words=80            a rule of the quality profile, for all languages
    quality.zh.gopher_min_words=60         the same for one
    inputs.code.quality_profile=gopher     a key of the input with that source name
    inputs.code.quality.code_min_lines=5   a rule of the profile of that source

A changed profile is a change of the one that the run had, which stands nowhere but here.
"""

import copy
import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from corpus_pipeline.config.config import Config, read_sections
from corpus_pipeline.config.input import Input
from corpus_pipeline.config.messages import section_of
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.quality.profiles import profile_text
from corpus_pipeline.filters.quality.rule_table import RULES
from corpus_pipeline.flow import known_steps
from corpus_pipeline.nearest import meant, nearest_key
from corpus_pipeline.text.languages import parse_language
from corpus_pipeline.yaml_files import read_setting

_FIELDS = tuple(rule.field for rule in RULES)
#: Steps before which a new *where* stands in a list of steps.
_BEHIND_FILTERS = ("dedup", "scrub", "tokenize")


@dataclasses.dataclass
class Settings:
    """A configuration, and the profiles that it names and no file holds."""

    content: dict[str, Any]
    """Of the configuration, `output` included."""
    where: str
    """Names it in errors."""
    profiles: dict[str, str] = dataclasses.field(default_factory=dict)
    """Name of a changed profile -> its text."""
    rules: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    """Name of a changed profile -> `base`, `rules` and `languages` of that text."""

    def of_files(self) -> dict[str, Any]:
        """Returns the configuration with what each changed profile is based on in its place."""
        found: dict[str, Any] = self._of_files(self.content)
        return found

    def _of_files(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: self._of_files(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self._of_files(each) for each in value]
        changed = isinstance(value, str) and value in self.rules
        return self.rules[value]["base"] if changed else value

    def profile_of(self, title: str) -> str | None:
        """Names the profile of a step, changed or not; None where its options name none."""
        options, _ = _options_of(copy.deepcopy(self.content), title)
        return options.get("profile")


def settings_of(run: Config, sets: Sequence[str], config: Path | None) -> Settings:
    """Puts settings into the place of those of a run.

    Args:
        run: its configuration.
        sets: `KEY=VALUE`; VALUE is read as YAML.
        config: a configuration; or some of its sections, without `inputs`, in which what is not
            named stays as the run had it.

    Raises:
        ConfigError: a setting has no `=`, or its key is none.
    """
    content = {**run.resolved(), "output": "-"}
    where = "--set"
    if config is not None:
        other, where = read_sections(config), str(config)
        content = {**(other if "inputs" in other else _merged(content, other)), "output": "-"}
    found = Settings(content, where)
    for each in sets:
        key, value = read_setting("--set", each, "language.min_score=0.7")
        try:
            _set(found, key, value)
        except ValueError as error:
            raise ConfigError(f"--set {each}: {error}") from error
    return found


def _merged(
    old: Mapping[str, Any], new: Mapping[str, Any], model: type[BaseModel] = Config
) -> dict[str, Any]:
    """Puts keys in the place of others, in sections within sections too.

    >>> _merged({"language": {"keep": ["en"], "min_score": 0.5}}, {"language": {"min_score": 0.7}})
    {'language': {'keep': ['en'], 'min_score': 0.7}}
    """
    found = dict(old)
    for key, value in new.items():
        before, field = found.get(key), model.model_fields.get(key)
        section = None if field is None else section_of(field)
        if section and isinstance(before, Mapping) and isinstance(value, Mapping):
            value = _merged(before, value, section)
        found[key] = value
    return found


def _set(settings: Settings, key: str, value: Any) -> None:
    first, *rest = key.split(".")
    if first == "inputs":
        _set_input(settings, key, value)
        return
    titles = _titles(settings.content)
    if first == "where" and first not in titles and rest:
        _add_where(settings.content)
    elif first not in titles or not rest:
        raise ConfigError(f"--set {key}: {_hint(first, rest, titles)}")
    options, kind = _options_of(settings.content, first)
    if kind == "quality" and rest != ["profile"] and rest != ["enabled"]:
        base = options.get("profile") or "default"
        options["profile"] = _change_profile(settings, base, first, key, rest, value)
    else:
        _put(options, rest, value)


def _titles(content: Mapping[str, Any]) -> list[str]:
    """Names the steps of a configuration, as their settings begin."""
    listed = content.get("steps")
    if listed is None:
        return [name for name, step in known_steps().items() if step.default or content.get(name)]
    return ["read", *(each.get("label") or each["use"] for each in _entries(content))]


def _entries(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Returns the list of steps, each as a mapping with `use` and `options`."""
    from corpus_pipeline.config.step_list import ListedStep

    return [ListedStep.model_validate(each).model_dump() for each in content["steps"]]


def _options_of(content: dict[str, Any], title: str) -> tuple[dict[str, Any], str]:
    """Returns the options of a step, to be changed in place, and the name of its kind."""
    if content.get("steps") is not None:
        content["steps"] = _entries(content)
        for each in content["steps"]:
            if title != (each["label"] or each["use"]):
                continue
            if each["label"] and not each["options"]:  # It has those of the section.
                each["options"] = dict(content.get(each["use"]) or {})
            if each["options"] or each["label"]:
                return each["options"], each["use"]
    section = dict(content.get(title) or {})
    content[title] = section
    return section, title


def _add_where(content: dict[str, Any]) -> None:
    """Adds a step that measures nothing, in front of what compares documents."""
    if content.get("steps") is not None:
        entries = _entries(content)
        names = [each["use"] for each in entries]
        place = min((names.index(n) for n in _BEHIND_FILTERS if n in names), default=len(names))
        content["steps"] = [*entries[:place], {"use": "where"}, *entries[place:]]
    else:
        content.setdefault("where", {})


def _set_input(settings: Settings, key: str, value: Any) -> None:
    rest = key.removeprefix("inputs.")
    kinds = ("inputs", "dataset_sources")
    inputs = [dict(each) for kind in kinds for each in settings.content.get(kind) or ()]
    names = sorted((each["source"] for each in inputs), key=len, reverse=True)
    source = next((name for name in names if rest.startswith(f"{name}.")), None)
    if source is None:
        hint = meant(rest.partition(".")[0], sorted(names))
        raise ConfigError(f"--set {key}: no source of this run is called so; {hint}")
    path = rest.removeprefix(f"{source}.").split(".")
    for kind in kinds:
        settings.content[kind] = [dict(each) for each in settings.content.get(kind) or ()]
    mine = next(
        each for kind in kinds for each in settings.content[kind] if each["source"] == source
    )
    if path[0] == "quality" and len(path) > 1:
        section = settings.content.get("quality") or {}
        base = mine.get("quality_profile") or section.get("profile") or "default"
        name = _change_profile(settings, base, f"inputs.{source}", key, path[1:], value)
        mine["quality_profile"] = name
    elif path[0] in Input.model_fields:
        _put(mine, path, value)
    else:
        keys = [*Input.model_fields, "quality"]
        hint = meant(path[0], keys, "it takes quality_profile, quality.RULE, skip")
        raise ConfigError(f"--set {key}: no input has a key {path[0]!r}; {hint}")


def _put(options: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Sets a value deep in mappings, which are made where they are not there."""
    for name in path[:-1]:
        options[name] = dict(options.get(name) or {})
        options = options[name]
    options[path[-1]] = value


def _change_profile(
    settings: Settings, base: str, owner: str, key: str, path: Sequence[str], value: Any
) -> str:
    """Adds a rule to an owner's change of a profile; returns the name of that change."""
    *language, field = path
    if field not in _FIELDS:
        hint = meant(field, [*_FIELDS, "profile"], "see `corpus profile show NAME`")
        raise ConfigError(f"--set {key}: no rule is called {field!r}; {hint}")
    if len(language) > 1 or (language and parse_language(language[0]) is None):
        raise ConfigError(
            f"--set {key}: {'.'.join(language)!r} is no language; write quality.{field}, or "
            f"quality.LANGUAGE.{field}"
        )
    name = f"(--set {owner})"
    if name not in settings.rules:
        # What was changed for another owner is a change of this one, too.
        other = settings.rules.get(base, {"base": base, "rules": {}, "languages": {}})
        settings.rules[name] = copy.deepcopy(other)
    rules = settings.rules[name]
    where = rules["languages"].setdefault(language[0], {}) if language else rules["rules"]
    where[field] = value
    settings.profiles[name] = profile_text(rules)
    return name


def _hint(first: str, rest: Sequence[str], titles: Iterable[str]) -> str:
    """Says what a key may have been meant to be."""
    if first in _FIELDS:
        return f"did you mean quality.{first}?"
    if first in titles:
        return f"write {first}.KEY=VALUE"
    if first in known_steps():
        return f"this run has no step {first}, so nothing was measured for it; that takes a run"
    places = [
        f"{name}.{first}" for name, step in known_steps().items()
        if step.default and first in step.judged_by
    ]  # fmt: skip
    if len(places) == 1:
        return f"did you mean {places[0]!r}?"
    steps = [*titles, "inputs", "where"]
    rule = nearest_key(first, _FIELDS) if not rest else None
    if nearest_key(first, steps) is None and rule is not None:
        return f"did you mean quality.{rule}?"
    return meant(first, steps, f"it begins with a step: {', '.join(titles)}")
