"""`corpus whatif`: what other rules would do to a finished run, in 80 columns."""

import dataclasses
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import rich.console

from corpus_pipeline.cli.stats_report import percent
from corpus_pipeline.cli.tables import plain_table, print_json, screen
from corpus_pipeline.errors import printable
from corpus_pipeline.inspection.changed_rules import Change, ChangedRules, change_rules
from corpus_pipeline.inspection.whatif import Example, Fate, WhatIf, what_if
from corpus_pipeline.inspection.written_rules import refuse_written, write_rules
from corpus_pipeline.storage import Place
from corpus_pipeline.workspace.run_file import read_run

_WORDS = {
    Fate.goes: "would go",
    Fate.comes_back: "would come back",
    Fate.comes_back_unseen: "would come back; dedup has not seen them",
    Fate.loses_its_copy: "removed as copies; their kept copy would go",
    Fate.other_reason: "dropped as before, for another reason",
    Fate.untold: "cannot be told without their text",
    Fate.same: "as they are",
}
#: Settings that are listed; a whole profile differs in more.
_SETTINGS = 16
#: Languages that are listed.
_LANGUAGES = 12


def print_what_if(
    output: Place,
    sets: list[str],
    config: Path | None,
    write: Path | None,
    overwrite: bool,
    number: int,
    as_json: bool,
) -> None:
    """Prints what would change.

    Raises:
        ConfigError: what is asked for is no rule, or cannot be told without texts.
        VerifyError: there is no finished run.
    """
    if write is not None:
        refuse_written(write, overwrite)
    rules = change_rules(read_run(output), sets, config)
    found = what_if(output, rules, number)
    written = [] if write is None else _write(write, output, rules, found)
    if as_json:
        print_json(_content(output, rules, found))
        return
    console = screen()
    console.print(f"{output}: {found.count():,} documents by other rules")
    _print_settings(console, rules)
    _print_fates(console, found)
    _print_reasons(console, found)
    for by in ("source", "language"):
        _print_groups(console, found, by)
    _print_examples(console, output, found)
    for line in rules.notes:
        _print_note(console, line)
    for path in written:
        console.print(printable(f"{path}: written"))


def _print_note(console: rich.console.Console, line: str) -> None:
    console.print(textwrap.fill(printable(line), console.width, subsequent_indent="  "))


def _shown(value: Any) -> str:
    if value is None:
        return "off"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(str, value))}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_shown(each)}" for key, each in value.items()) + "}"
    return str(value)


def _settings(rules: ChangedRules) -> list[Change]:
    """Returns the settings that differ; the name of a profile that no file holds is none."""
    made = rules.settings.rules
    return [each for each in rules.changes if each.of_profile or not _is_made(each.after, made)]


def _is_made(value: Any, made: Mapping[str, Any]) -> bool:
    return isinstance(value, str) and value in made


def _print_settings(console: rich.console.Console, rules: ChangedRules) -> None:
    table = plain_table(("setting", "in the run", "now"), ("in the run", "now"))
    settings = _settings(rules)
    for change in settings[:_SETTINGS]:
        table.add_row(*map(printable, (change.key, _shown(change.before), _shown(change.after))))
    if settings:
        console.print(table)
    if len(settings) > _SETTINGS:
        console.print(f"... and {len(settings) - _SETTINGS} more settings (--json has all)")


def _print_fates(console: rich.console.Console, found: WhatIf) -> None:
    documents = found.count()
    table = plain_table(("documents that", "", "%"))
    for fate, words in _WORDS.items():
        if (n := found.count(fate)) or fate in (Fate.goes, Fate.same):
            table.add_row(words, f"{n:,}", percent(n, documents))
    console.print(table)
    tokens = found.tokens.total()
    if tokens and found.tokens[Fate.goes]:
        gone = found.tokens[Fate.goes]
        console.print(f"tokens that would go: {gone:,} of {tokens:,} ({percent(gone, tokens)} %)")


def _print_reasons(console: rich.console.Console, found: WhatIf) -> None:
    before, after = found.reasons(False), found.reasons(True)
    # The reason of a copy that loses its document is not another one.
    for group, n in found.groups.items():
        if group.fate == Fate.loses_its_copy and group.before is not None:
            after[group.before] += n
    names = [name for name in before | after if before[name] != after[name]]
    table = plain_table(("first reason", "in the run", "now", "change"))
    for name in sorted(names, key=lambda each: (-abs(after[each] - before[each]), each)):
        more = after[name] - before[name]
        table.add_row(name, f"{before[name]:,}", f"{after[name]:,}", f"{more:+,}")
    if names:
        console.print(table)


def _print_groups(console: rich.console.Console, found: WhatIf, by: str) -> None:
    goes = found.by(by, Fate.goes)
    back = found.by(by, Fate.comes_back) + found.by(by, Fate.comes_back_unseen)
    copies = found.by(by, Fate.loses_its_copy)
    whole: Counter[str] = Counter()
    for group, n in found.groups.items():
        whole[getattr(group, by)] += n
    names = sorted(goes | back | copies, key=lambda each: (-goes[each] - back[each], each))
    table = plain_table((by, "documents", "would go", "%", "come back", "lose their copy"))
    for name in names[:_LANGUAGES]:
        table.add_row(
            printable(name), f"{whole[name]:,}", f"{goes[name]:,}",
            percent(goes[name], whole[name]), f"{back[name]:,}", f"{copies[name]:,}",
        )  # fmt: skip
    if names:
        console.print(table)
    if len(names) > _LANGUAGES:
        console.print(f"... and {len(names) - _LANGUAGES} more (--json has all)")


def _print_examples(console: rich.console.Console, output: Place, found: WhatIf) -> None:
    for (fate, reason), examples in found.examples.items():
        goes = fate == Fate.goes
        n = sum(
            n for group, n in found.groups.items()
            if group.fate == fate and (group.after if goes else group.before) == reason
        )  # fmt: skip
        said = "would drop" if goes else "has dropped, and nothing would now"
        console.print(f"{reason} {said}: {n:,}, such as")
        for each in examples:
            console.print(printable(f"  {each.address}  {each.id}"))
            console.print(printable(f"      {_figures(each, goes)}"))
    if found.examples:
        (first, *_), *_ = found.examples.values()
        console.print(f"to look at one: corpus why {output} {first.address}")


def _figures(example: Example, goes: bool) -> str:
    other = f"{'in the run' if goes else 'now'}: {_shown(example.other)}"
    return f"{example.measured}  ({other})" if example.measured else other


def _content(output: Place, rules: ChangedRules, found: WhatIf) -> dict[str, Any]:
    """Returns everything that is known, as JSON."""
    return {
        "run": str(output),
        "settings": [
            {"key": each.key, "before": each.before, "after": each.after}
            for each in _settings(rules)
        ],
        "documents": found.count(),
        "fates": {fate.name: found.count(fate) for fate in Fate},
        "tokens": {fate.name: n for fate, n in sorted(found.tokens.items())},
        "groups": [
            {**group._asdict(), "fate": group.fate.name, "documents": n}
            for group, n in sorted(found.groups.items(), key=lambda item: -item[1])
        ],
        "examples": list(_examples(found)),
        "notes": list(rules.notes),
    }


def _examples(found: WhatIf) -> Iterator[dict[str, Any]]:
    for (fate, _), examples in found.examples.items():
        for each in examples:
            yield {"fate": fate.name, **dataclasses.asdict(each)}


def _write(path: Path, output: Place, rules: ChangedRules, found: WhatIf) -> list[Path]:
    """Writes the settings that differ as a part of a configuration."""
    documents = found.count()
    head = [
        f"Rules tried by corpus whatif on {output} ({documents:,} documents):",
        *(
            f"  {found.count(fate):,} {words}"
            for fate, words in _WORDS.items()
            if fate != Fate.same and found.count(fate)
        ),
    ]
    sections: dict[str, dict[str, Any]] = {}
    profiles = {}
    made = rules.settings.rules
    in_list = rules.settings.content.get("steps") is not None
    for change in rules.changes:
        if change.of_profile:
            continue
        title, _, key = change.key.partition(".")
        if title == "inputs":
            source, _, key = key.rpartition(".")
            if _is_made(change.after, made):
                profiles[source] = made[change.after]
            else:
                head.append(f"inputs: source {source}: {key}: {_shown(change.after)}")
        elif _is_made(change.after, made):
            profiles[""] = made[change.after]
        elif in_list:
            head.append(f"steps: {title}: {key}: {_shown(change.after)}")
        else:
            sections.setdefault(title, {})[key] = change.after
    return write_rules(path, head, sections, profiles)
