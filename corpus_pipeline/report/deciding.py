"""What the page needs to decide a sample again by other thresholds, as `corpus whatif` does.

    run of a sample ─► its rules with a threshold ─► for each: which documents it is for, and the
    columns that it compares ─► deciding.js, which compares them exactly as the rules do

A threshold is a key that `corpus whatif --set` takes. Rules without one (lists, expressions, shares
of ranks, a source's own profile) decide as they did in the run.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline import storage
from corpus_pipeline.config.config import build_config
from corpus_pipeline.config.run_flow import RunFlow, run_flow
from corpus_pipeline.filters.keywords.step import Keywords
from corpus_pipeline.filters.language.step import Language
from corpus_pipeline.filters.perplexity.step import Perplexity
from corpus_pipeline.filters.quality.more_columns import SCALES
from corpus_pipeline.filters.quality.profiles import parse_profile, profile_text
from corpus_pipeline.filters.quality.rule_table import RULES, Rule
from corpus_pipeline.filters.quality.rules import QualityProfile
from corpus_pipeline.filters.quality.step import Quality
from corpus_pipeline.inspection.redeciding import knows_length
from corpus_pipeline.inspection.trace import ledger_parts
from corpus_pipeline.steps import Step
from corpus_pipeline.storage import Place
from corpus_pipeline.text.languages import figures_for
from corpus_pipeline.tokens.count import TokenCount
from corpus_pipeline.workspace.run_file import RUN_FILE, read_run

#: Languages with most documents, whose least confidence can be moved.
_MOST_LANGUAGES = 8
#: A change of a threshold that leaves it one of its rule.
_NEAR = 1e-6


class Group(NamedTuple):
    """Documents to which the same thresholds apply."""

    source: str
    language: str | None
    model: str | None
    """Of perplexity: it says whose limit is theirs where the language is unknown."""


@dataclasses.dataclass(frozen=True)
class Threshold:
    """One threshold that can be moved."""

    key: str
    """As `corpus whatif --set` takes it."""
    step: str
    reason: str
    value: float
    lower: bool
    """Documents below it are dropped; else those above."""
    compare: str
    """How: exact (counts and ratios of counts), float32, float64 or dense."""
    most: float | None = None
    """The greatest value that it may have; None: any."""
    decimals: int = 0
    scale: int = 1
    """What the threshold is multiplied by to be in the unit of the column."""
    columns: Callable[[Group], tuple[str, str | None] | None] = lambda group: None
    """What is compared in the documents of a group; None where it is not for them."""


def deciding_data(output: Place) -> dict[str, Any]:
    """Returns documents of a sample in columns, and the thresholds that decide them.

    Documents that came to be text are here, all of them: it is meant for a sample.
    """
    run = read_run(output)
    flow = run_flow(build_config({**run["config"], "output": "-"}, RUN_FILE))
    names = [name for name in _COLUMNS if name in flow.ledger.names]
    rows = _rows(output, flow, names)
    groups, group_of = _groups(rows)
    reasons = [r for step in (flow.read, *flow.passes[0].steps) for r in step.all_reasons()]
    number = {reason: n for n, reason in enumerate(reasons)}
    thresholds, wanted = [], set()
    steps = {step.title: step for step in flow.passes[0].steps}
    for each in _thresholds(flow, groups):
        parts = {
            n: list(columns)
            for n, group in enumerate(groups)
            if (columns := _chosen(steps[each.step], each, group)) is not None
        }
        if not parts:
            continue
        wanted |= {name for columns in parts.values() for name in columns if name is not None}
        if each.compare == "dense":
            wanted.add("keyword_distinct")
        made = {f.name: getattr(each, f.name) for f in dataclasses.fields(each)}
        thresholds.append({**made, "reason": number[each.reason], "columns": parts})
    lists = rows["reasons"].to_pylist()
    return {
        "reasons": reasons,
        "groups": group_of,
        "fails": [[number[name] for name in each or () if name in number] for each in lists],
        "untold": {
            title: _untold(steps[title], rows) for title in {each["step"] for each in thresholds}
        },
        "columns": {name: rows[name].to_pylist() for name in sorted(wanted)},
        "thresholds": thresholds,
        "profile": _profile_name(flow),
        "sections": {
            step.title: step.options.model_dump(mode="json", exclude_defaults=True)
            for step in steps.values()
            if step.label is None and any(each["step"] == step.title for each in thresholds)
        },
    }


#: Columns that are read whatever the rules are.
_COLUMNS = (
    "unit", "row", "source", "lang", "lang_score", "content_hash", "reasons", "perplexity_model",
)  # fmt: skip


def _rows(output: Place, flow: RunFlow, names: Sequence[str]) -> pa.Table:
    judged = [name for step in flow.passes[0].steps if step.judged_by
              for name in step.judged_columns]  # fmt: skip
    columns = list(dict.fromkeys([*names, *(n for n in judged if n in flow.ledger.names)]))
    tables = [storage.read_parquet(part, columns=columns) for part in ledger_parts(output)]
    table = pa.concat_tables(tables)
    return table.filter(table["content_hash"].is_valid()).combine_chunks()


def _groups(rows: pa.Table) -> tuple[list[Group], list[int]]:
    nothing = pa.nulls(rows.num_rows, pa.string())
    columns = [
        (rows[name] if name in rows.schema.names else nothing).to_pylist()
        for name in ("source", "lang", "perplexity_model")
    ]
    numbers: dict[Group, int] = {}
    of_rows = [numbers.setdefault(Group(*key), len(numbers)) for key in zip(*columns, strict=True)]
    return list(numbers), of_rows


def _chosen(step: Step, threshold: Threshold, group: Group) -> tuple[str, str | None] | None:
    if group.source in step.context.skipping(step.name):
        return None
    return threshold.columns(group)


def _untold(step: Step, rows: pa.Table) -> list[int]:
    """Returns the rows which it takes the text to decide again."""
    found: list[int] = []
    place = np.arange(rows.num_rows)
    for source in rows["source"].unique().to_pylist():
        mine = pc.equal(rows["source"], source)
        some = rows.filter(mine).combine_chunks().to_batches()
        if some:
            untold = step.untold(step.own_rows(some[0]))
            found += place[mine.to_numpy()][untold].tolist()
    return sorted(found)


def _thresholds(flow: RunFlow, groups: Sequence[Group]) -> Iterator[Threshold]:
    """Yields the thresholds of the steps before the first look at the whole run."""
    steps = list(flow.passes[0].steps)
    # Of a document that was dropped before an edit, what is measured behind it is another text.
    last = max((n for n, step in enumerate(steps) if step.edits_living), default=-1)
    for step in steps[last + 1 :]:
        if step.when is not None:
            continue
        if isinstance(step, Language):
            yield from _of_language(step, groups)
        elif isinstance(step, Quality):
            yield from _of_quality(step)
        elif isinstance(step, Keywords):
            yield from _of_keywords(step, knows_length(steps, step))
        elif isinstance(step, Perplexity):
            yield from _of_perplexity(step)
        elif isinstance(step, TokenCount):
            yield from _of_token_count(step)


def _of_language(step: Language, groups: Sequence[Group]) -> Iterator[Threshold]:
    labels = list(dict.fromkeys(group.language for group in groups if group.language is not None))
    options = step.options
    names = list(dict.fromkeys((*(options.keep or ()), *options.min_score_by_language)))
    if options.min_score is None and options.keep is None:
        names = list(dict.fromkeys((*names, *labels)))
    own: dict[str, str] = {}
    for name in names[: max(_MOST_LANGUAGES, len(options.min_score_by_language))]:
        named = figures_for((*options.min_score_by_language, name))
        mine = [label for label in labels if named.find(label) == name and label not in own]
        own |= dict.fromkeys(mine, name)
    made: dict[str, Any] = {
        "step": step.title, "reason": step.reason_name("language-low-score"), "lower": True,
        "compare": "float32", "most": 1.0, "decimals": 2,
    }  # fmt: skip
    column = step.column_name("lang_score")
    for name in dict.fromkeys(own.values()):
        least = {step.rules.least_score(label) for label, its in own.items() if its == name}
        if len(least) == 1:  # Else one threshold would change several.
            yield Threshold(
                key=f"{step.title}.min_score_by_language.{name}", value=least.pop(), **made,
                columns=_for(lambda group, name=name: own.get(group.language) == name, column),
            )  # fmt: skip
    if options.min_score is not None:
        yield Threshold(
            key=f"{step.title}.min_score", value=options.min_score, **made,
            columns=_for(
                lambda group: group.language is not None and group.language not in own, column
            ),
        )  # fmt: skip


def _for(
    holds: Callable[..., bool], column: str, per: str | None = None
) -> Callable[[Group], tuple[str, str | None] | None]:
    return lambda group: (column, per) if holds(group) else None


def _of_quality(step: Quality) -> Iterator[Threshold]:
    name = step.options.profile
    profile = step.profiles[name]
    if profile.asks_for_code_language:
        return
    own_profile = {s for s, each in step.context.sources.items() if each.quality_profile}
    for rule in RULES:
        whole = rule.per is None and not rule.unbounded
        made: dict[str, Any] = {
            "step": step.title, "reason": step.reason_name(rule.reason), "lower": rule.lower,
            "compare": "exact", "decimals": 0 if whole else 3,
            "most": None if whole or rule.unbounded else 1.0,
            "scale": SCALES.get(rule.measure, 1),
        }  # fmt: skip
        separate = _own_languages(name, profile, rule)
        for language in (None, *profile.languages):
            value = getattr(profile.rules_for(language), rule.field)
            if value is None or (language is not None and language not in separate):
                continue
            key = rule.field if language is None else f"{language}.{rule.field}"
            columns = _quality_columns(step, profile, rule, language, separate, own_profile)
            yield Threshold(key=f"{step.title}.{key}", value=value, **made, columns=columns)


def _own_languages(name: str, profile: QualityProfile, rule: Rule) -> set[str]:
    """Returns the languages whose figure for a rule a change for all languages leaves alone."""
    value = getattr(profile.rules, rule.field)
    if value is None:
        return set(profile.languages)
    other = value + 1 if isinstance(value, int) else value + (_NEAR if value < 1 else -_NEAR)
    text = profile_text({"base": name, "rules": {rule.field: round(other, 6)}})
    changed = parse_profile("changed", text)
    return {
        language
        for language, rules in profile.languages.items()
        if getattr(changed.rules_for(language), rule.field) == getattr(rules, rule.field)
    }


def _quality_columns(
    step: Quality,
    profile: QualityProfile,
    rule: Rule,
    language: str | None,
    separate: set[str],
    own_profile: set[str],
) -> Callable[[Group], tuple[str, str | None] | None]:
    languages = figures_for(tuple(profile.languages))

    def columns(group: Group) -> tuple[str, str | None] | None:
        if group.source in own_profile:
            return None
        found = languages.find(group.language, by_writing=True)
        if (found if found in separate else None) != language:
            return None
        if getattr(profile.rules_for(group.language), rule.field) is None:
            return None
        measure, per = profile.compares(rule, group.language)
        return step.column_name(measure), per and step.column_name(per)

    return columns


def _of_keywords(step: Keywords, length: bool) -> Iterator[Threshold]:
    """Yields the limits of hits; that of their density where the length of the text is known."""
    options = step.options
    if step.label is not None:  # The rule of density reads three columns by their names.
        return
    for name, column, reason in (
        ("max_hits", "keyword_hits", "keywords-too-many"),
        ("max_distinct", "keyword_distinct", "keywords-too-varied"),
    ):
        if (value := getattr(options, name)) is not None:
            yield Threshold(
                f"{step.title}.{name}", step.title, reason, value, False, "exact",
                columns=_for(lambda group: True, column),
            )  # fmt: skip
    if length and options.max_hits_per_1000_chars is not None:
        yield Threshold(
            f"{step.title}.max_hits_per_1000_chars", step.title, "keywords-too-dense",
            options.max_hits_per_1000_chars, False, "dense", decimals=1,
            columns=_for(lambda group: True, "keyword_hits", "text_chars"),
        )  # fmt: skip


def _of_perplexity(step: Perplexity) -> Iterator[Threshold]:
    limits = step.rules.max_perplexity
    of_model: Mapping[str | None, str] = {label: n for n, label in step.rules.models.items()}
    named = figures_for(tuple(limits))

    def language_of(group: Group) -> str | None:
        language = group.language or of_model.get(group.model)
        return named.find(language, members=False)

    for language, value in limits.items():
        yield Threshold(
            f"{step.title}.max_perplexity.{language}", step.title,
            step.reason_name("perplexity-too-high"), value, False, "float64",
            columns=_for(
                lambda group, language=language: language_of(group) == language,
                step.column_name("perplexity"),
            ),
        )  # fmt: skip


def _of_token_count(step: TokenCount) -> Iterator[Threshold]:
    for name, lower, reason in (
        ("min_tokens", True, "token-count-too-small"),
        ("max_tokens", False, "token-count-too-large"),
    ):
        if (value := getattr(step.options, name)) is not None:
            yield Threshold(
                f"{step.title}.{name}", step.title, step.reason_name(reason), value, lower,
                "exact", columns=_for(lambda group: True, step.column_name("token_count")),
            )  # fmt: skip


def _profile_name(flow: RunFlow) -> str:
    """Names the quality profile that changed rules are a change of."""
    found = (step.options.profile for step in flow.passes[0].steps if isinstance(step, Quality))
    return next(found, "default")
