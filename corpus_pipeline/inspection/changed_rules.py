"""Which rules of a finished run are changed: two flows side by side, the run's and another one.

    --set KEY=VALUE, a configuration, some sections of one ─► the other configuration
    the run's flow, the other flow                         ─► steps that decide anew

A setting that changes what is measured, made or compared cannot be tried out without texts and is
refused here.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus_pipeline.config.config import Config, build_config
from corpus_pipeline.config.run_flow import RunFlow, run_flow
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.quality.profiles import parse_profile
from corpus_pipeline.filters.quality.rule_table import RULES
from corpus_pipeline.filters.quality.rules import QualityProfile
from corpus_pipeline.filters.quality.step import Quality
from corpus_pipeline.inspection.settings import Settings, settings_of
from corpus_pipeline.inspection.verdicts import changed_files
from corpus_pipeline.steps import Step

#: Columns that the ledger has not.
_CONTENT = frozenset(("text", "raw"))
#: Keys of an input that are no rule for a document, or only for its removal as a duplicate.
_OF_INPUTS = ("quality_profile", "skip")


@dataclasses.dataclass(frozen=True)
class Change:
    """One setting that differs."""

    key: str
    """As `--set` takes it."""
    before: Any
    after: Any
    of_profile: bool = False
    """It is a rule of a quality profile, and no key of the configuration."""


@dataclasses.dataclass(frozen=True)
class ChangedRules:
    """The flow of a run, and the same flow with other rules."""

    before: RunFlow
    after: RunFlow
    titles: frozenset[str]
    """Of the steps whose rules differ, in either flow."""
    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    settings: Settings
    """The sections and rules that differ, as a configuration has them."""


def change_rules(
    run: Mapping[str, Any], sets: Sequence[str] = (), config: Path | None = None
) -> ChangedRules:
    """Compares the rules of a run with others.

    Args:
        run: content of run.json.
        sets: `KEY=VALUE`, see docs/whatif.md.
        config: a configuration in place of the run's, or some of its sections.

    Raises:
        ConfigError: a key or value is none, nothing differs, or something differs that cannot be
            decided again without texts.
    """
    old = build_config({**run["config"], "output": "-"}, "run.json")
    settings = settings_of(old, sets, config)
    new = build_config(settings.content, settings.where)
    before, after = run_flow(old), _changed_flow(settings, new)
    _refuse_other_runs(old, new)
    changes = list(_changed_options(before, after, old, new))
    titles = {change.key.partition(".")[0] for change in changes} - {"inputs"}
    skipped = {
        name
        for change in changes
        if change.key.endswith(".skip")
        for name in set(change.after) - set(change.before)
    }
    titles |= {step.title for step in before.steps if step.name in skipped}
    for title, step in _by_title(after).items():
        one = _by_title(before).get(title)
        if isinstance(step, Quality) and isinstance(one, Quality):
            rules = list(_changed_profiles(one, step))
            changes += rules
            if rules:
                titles.add(title)
    notes = []
    for step in before.steps:
        if isinstance(step, Quality) and (files := changed_files(run, step)):
            titles.add(step.title)
            notes += [f"{name} has changed since the run: what it had then is not known"
                      for name in sorted(files)]  # fmt: skip
    if not titles:
        raise ConfigError(
            "nothing is changed; say what to try, for example --set quality.gopher_min_words=80"
        )
    for step in after.steps:
        if step.title in titles:
            _refuse_texts(step)
    notes += _without_effect(after, settings.profiles)
    return ChangedRules(before, after, frozenset(titles), tuple(changes), tuple(notes), settings)


def _by_title(flow: RunFlow) -> dict[str, Step]:
    return {step.title: step for step in flow.steps}


def _changed_flow(settings: Settings, config: Config) -> RunFlow:
    """Makes the steps of a configuration whose changed profiles exist only here.

    The order of steps is checked by the columns that they fill, and these depend on profiles. A
    changed one is measured as its base is, or `_changed_rules` refuses it; so bases stand in.
    """
    flow = run_flow(build_config(settings.of_files(), settings.where))
    given = {name: parse_profile(name, text) for name, text in settings.profiles.items()}

    def changed(step: Step) -> Step:
        if not isinstance(step, Quality):
            return step
        options = step.options
        if (name := settings.profile_of(step.title)) is not None:
            options = options.model_copy(update={"profile": name})
        context = dataclasses.replace(step.context, sources=config.source_rules())
        other = Quality(options, context, step.label, given)
        other.when = step.when
        return other

    return flow.with_steps(changed)


def _changed_options(before: RunFlow, after: RunFlow, old: Config, new: Config) -> Iterator[Change]:
    """Yields the options of steps, and rules of sources, that differ.

    Raises:
        ConfigError: an option differs by which no stored column is judged.
    """
    one, other = _by_title(before), _by_title(after)
    common = [title for title in one if title in other]
    if common != [title for title in other if title in one]:
        raise ConfigError("steps: their order changes what is measured; that takes a run")
    for title, step in one.items():
        if title not in other:
            _refuse_unless("enabled", step, before)
            yield Change(f"{title}.enabled", True, False)
    for title, step in other.items():
        if title not in one:
            if not step.judged_by or list(step.all_columns()):
                raise ConfigError(
                    f"{title}: this run has not measured it; that takes a run with it"
                )
            for name, value in step.options:
                if value != type(step.options).model_fields[name].get_default():
                    yield Change(f"{title}.{name}", None, value)
            continue
        known = one[title]
        if step.when != known.when:
            _refuse_unless("when", step, before)
        options = vars(known.options) | vars(step.options)
        for name in options:
            values = getattr(known.options, name, None), getattr(step.options, name, None)
            if values[0] != values[1]:
                _refuse_unless(name, step, before)
                yield Change(f"{title}.{name}", *values)
    for source, rules in new.rules_by_source().items():
        was = old.rules_by_source()[source]
        for name in _OF_INPUTS:
            values = getattr(was, name), getattr(rules, name)
            if values[0] != values[1]:
                if name == "skip":
                    _refuse_skips(source, set(values[0]), set(values[1]), before)
                yield Change(f"inputs.{source}.{name}", *values)


def _refuse_unless(name: str, step: Step, flow: RunFlow) -> None:
    if name in step.judged_by:
        return
    what = (
        f"changes what is {'compared' if step.compares else 'measured or made of texts'}"
        if name != "when"
        else "decides which documents are measured"
    )
    raise ConfigError(f"{step.title}.{name}: {what}; that takes a run. {can_be_set(flow)}")


def can_be_set(flow: RunFlow) -> str:
    """Says which settings of a run need no text."""
    parts = []
    for step in flow.steps:
        if not step.judged_by:
            continue
        names = [name for name in step.judged_by if name not in ("enabled", "profile")]
        rules = ["profile", "any rule of it"] if isinstance(step, Quality) else []
        parts.append(f"{step.title} ({', '.join(rules + names)})")
    if "where" not in _by_title(flow):
        parts.append("where")
    return f"Without texts can be changed: {', '.join(parts)}"


def _refuse_texts(step: Step) -> None:
    """Refuses rules that cannot be meant, or that look at texts."""
    if not step.gathers:  # Its check reads a model.
        step.check()
    if _CONTENT & set(step.judged_columns):
        raise ConfigError(
            f"{step.title}: an expression reads the text, which the ledger has not; that takes a "
            "run. Lengths are there as chars, words and text_chars"
        )


def _refuse_skips(source: str, before: set[str], after: set[str], flow: RunFlow) -> None:
    """Refuses to judge a source by what was not measured, and to undo what others look at."""
    for name in sorted(before - after):
        raise ConfigError(
            f"inputs.{source}.skip: {name} has measured no document of this source; that takes a "
            "run"
        )
    for name in sorted(after - before):
        steps = [step for step in flow.steps if step.name == name]
        if not steps or any("enabled" not in step.judged_by for step in steps):
            raise ConfigError(f"inputs.{source}.skip: to leave {name} out takes a run")


def _refuse_other_runs(old: Config, new: Config) -> None:
    """Refuses other inputs, another seed, and all else that is no rule of a step."""
    one, other = old.rules_by_source(), new.rules_by_source()
    if one.keys() != other.keys():
        name = sorted(one.keys() ^ other.keys())[0]
        raise ConfigError(f"inputs: {name!r} is not in both configurations; that takes a run")
    for source, rules in other.items():
        for name in type(rules).model_fields:
            if name not in _OF_INPUTS and getattr(rules, name) != getattr(one[source], name):
                raise ConfigError(f"inputs.{source}.{name}: is another input; that takes a run")
    if old.seed != new.seed:
        raise ConfigError("seed: changes what is chosen by hash; that takes a run")


# Profiles


def _changed_profiles(before: Quality, after: Quality) -> Iterator[Change]:
    """Yields the rules that differ: of the profile of the section, and of profiles of sources."""
    yield from _changed_rules(
        after.title, before.profiles[before.options.profile], after.profiles[after.options.profile]
    )
    for source in after.context.sources:
        own = [step.context.rules(source).quality_profile for step in (before, after)]
        if own != [None, None]:
            yield from _changed_rules(
                f"inputs.{source}.{after.title}",
                before.profile_of(source), after.profile_of(source),
            )  # fmt: skip


def _changed_rules(where: str, before: QualityProfile, after: QualityProfile) -> Iterator[Change]:
    if before.prose != after.prose:
        raise ConfigError(
            f"{where}: the profile {after.name} measures other parts of texts than "
            f"{before.name}; that takes a run"
        )
    if before.definitions != after.definitions:
        raise ConfigError(
            f"{where}: the profile {after.name} counts otherwise than {before.name}; that takes a "
            "run"
        )
    for name in after.more:
        if name not in before.more:
            raise ConfigError(
                f"{where}: a rule of the profile {after.name} compares {name}, which the run has "
                "not measured; that takes a run"
            )
    for rule in RULES:
        values = [getattr(profile.rules, rule.field) for profile in (before, after)]
        if values[0] != values[1]:
            yield Change(f"{where}.{rule.field}", values[0], values[1], of_profile=True)
    for language in dict.fromkeys((*before.languages, *after.languages)):
        rules = [profile.rules_for(language) for profile in (before, after)]
        for rule in RULES:
            values = [getattr(each, rule.field) for each in rules]
            general = [getattr(profile.rules, rule.field) for profile in (before, after)]
            if values[0] != values[1] and values != general:
                yield Change(
                    f"{where}.{language}.{rule.field}", values[0], values[1], of_profile=True
                )


def _without_effect(flow: RunFlow, changed: Mapping[str, str]) -> Iterator[str]:
    """Says for which languages a rule for all of them does not hold."""
    for step in flow.steps:
        if not isinstance(step, Quality):
            continue
        for name in changed.keys() & step.profiles.keys():
            yield from _own_figures(step.profiles[name], changed[name])


def _own_figures(profile: QualityProfile, text: str) -> Iterator[str]:
    from corpus_pipeline.yaml_files import load_yaml

    written = load_yaml(text)
    for field, value in (written.get("rules") or {}).items():
        own = [
            f"{language} ({getattr(rules, field)})"
            for language, rules in profile.languages.items()
            if getattr(rules, field) != value
            and field not in (written.get("languages") or {}).get(language, {})
        ]
        if own:
            yield (
                f"{field}: {value} does not hold for {', '.join(own)}, which have figures of their "
                f"own; set quality.LANGUAGE.{field} for them"
            )
