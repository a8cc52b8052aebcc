"""`corpus profile`: which quality rules hold, and who says so."""

import textwrap
from collections.abc import Iterator, Mapping

from corpus_pipeline.cli.tables import plain_table, screen
from corpus_pipeline.errors import ConfigError, printable
from corpus_pipeline.filters.code.languages import known_language, language_type
from corpus_pipeline.filters.quality.definitions import OPTIONS, USUAL
from corpus_pipeline.filters.quality.profile_files import PROFILES
from corpus_pipeline.filters.quality.profiles import (
    load_profile,
    profile_notes,
    resolved_rules,
)
from corpus_pipeline.filters.quality.rules import QualityProfile
from corpus_pipeline.text.languages import figures_for, require_language

#: Marks of an option that fit a line.
_SHOWN = 20
#: Columns of a line.
_WIDTH = 80
_OWN = "languages with rules of their own"


def print_profiles() -> None:
    """Prints the shipped profiles: what they measure, how many rules hold, for which languages."""
    table = plain_table(("profile", "measured", "rules", _OWN), ("measured", _OWN))
    for name in PROFILES:
        profile = load_profile(name)
        rules = sum(each.value is not None for each in resolved_rules(name))
        table.add_row(name, _measured(profile.prose), str(rules), " ".join(profile.languages))
    console = screen()
    console.print(table)
    console.print("a YAML file is a profile too; corpus profile show NAME prints its rules")


def print_profile(name: str, language: str | None) -> None:
    """Prints every rule of a profile with its threshold in a language, and where that is written.

    Raises:
        ConfigError: there is no such profile, it breaks a rule, or no language has that name.
    """
    profile = load_profile(name)
    code = None if language is None else known_language(language)
    if not {code, language_type(code)} & profile.code_languages.keys():
        code = None
    if language is not None and code is None:
        try:
            require_language(language)
        except ValueError as error:
            raise ConfigError(f"--language: {error}") from error
    console = screen()
    own = tuple(profile.languages)
    found = code
    if language is not None and code is None:
        found = figures_for(own).find(language, by_writing=True)
    whose = "languages without rules of their own" if found is None else f"rules of {found}"
    title = f"{name}{'' if language is None else f' for {language}'} ({whose})"
    console.print(printable(title))
    console.print(f"measured: {_measured(profile.prose)}")
    for line in _definitions(profile):
        console.print(printable(line))
    table = plain_table(("rule", "threshold", "written in"), ("written in",))
    rules = resolved_rules(name, None if code else language, code)
    for rule in sorted(rules, key=lambda each: each.value is None):
        value = "off" if rule.value is None else f"{rule.value:,}"
        table.add_row(rule.field, value, printable(rule.origin or "no profile"))
    console.print(table)
    if own:
        console.print(f"{_OWN}: {', '.join(own)}")
    if profile.code_languages:
        named = f"programming {_OWN}: {', '.join(profile.code_languages)}"
        console.print(textwrap.fill(named, _WIDTH, subsequent_indent="  "))
    # What is off stands in the table.
    for note in profile_notes(name):
        if ": off: " not in note:
            console.print(printable(note))


def _definitions(profile: QualityProfile) -> Iterator[str]:
    """Yields how the profile counts, and what its rules compare, where that is not as usual."""
    for name in OPTIONS:
        value = getattr(profile.definitions, name)
        if value == getattr(USUAL, name):
            continue
        if isinstance(value, Mapping):
            value = f"lists of its own for {', '.join(value)}"
        elif isinstance(value, tuple):
            value = " ".join(value) if len(value) <= _SHOWN else f"{len(value)} of its own"
        yield f"{name}: {value}"
    for language, counted in {"": profile.counted, **profile.counted_in}.items():
        for field, (measure, per) in counted.items():
            yield f"{field} compares{f', in {language},' if language else ''}"
            yield f"  {measure}{f' / {per}' if per else ''}"


def _measured(prose: bool) -> str:
    return "prose" if prose else "whole"
