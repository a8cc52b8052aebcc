"""What of documents the page shows the distribution of, and where a run's thresholds lie in it.

steps of the run ─► what their rules compare, with thresholds ┐
columns of the ledger ─► every other number                   ┴─► quantities
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from corpus_pipeline.filters.classifier.step import Classifier
from corpus_pipeline.filters.keywords.step import Keywords
from corpus_pipeline.filters.language.step import Language
from corpus_pipeline.filters.perplexity.step import Perplexity
from corpus_pipeline.filters.quality.more_columns import SCALES
from corpus_pipeline.filters.quality.rule_table import RULES
from corpus_pipeline.filters.quality.step import Quality
from corpus_pipeline.steps import Step
from corpus_pipeline.tokens.count import TokenCount

#: Numbers of the ledger that are no measure.
_NO_MEASURES = frozenset(("unit", "row", "priority", "record", "token_shard", "token_offset"))
#: Columns of counts that have a part of the page of their own.
FINDINGS = "pii_"
#: Names of languages that stand at one mark.
_NAMED = 4


@dataclasses.dataclass(frozen=True)
class Limit:
    """One threshold."""

    value: float
    lower: bool
    """Documents below it are dropped; else those above."""
    holds_for: str
    """Languages, or profiles, that it is of; empty for all that have none of their own."""
    reason: str


@dataclasses.dataclass(frozen=True)
class Quantity:
    """A number of a document: a column, or a column for each of another one."""

    measure: str
    per: str | None = None
    factor: float = 1.0
    """What the number is multiplied by."""
    step: str = ""
    """That fills the column."""
    share: bool = False
    """It lies from 0 to 1."""
    meaning: str = ""
    limits: tuple[Limit, ...] = ()

    @property
    def name(self) -> str:
        """What it is called.

        >>> Quantity("lines", "words").name, Quantity("keyword_hits", "text_chars", 1000).name
        ('lines / words', '1000 × keyword_hits / text_chars')
        """
        times = f"{self.factor:g} × " if self.factor > 1 else ""
        return f"{times}{self.measure}" + (f" / {self.per}" if self.per else "")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it is made of."""
        return (self.measure,) if self.per is None else (self.measure, self.per)


def quantities_of(
    steps: Sequence[Step], ledger: pa.Schema, without_limits: Iterable[str] = ()
) -> list[Quantity]:
    """Returns what there is to show: what rules compare first, in the order of the flow.

    Args:
        steps: of the run.
        ledger: columns of its ledger.
        without_limits: titles of steps whose thresholds are not known any more.
    """
    owners = {field.name: step.title for step in steps for field in step.all_columns()}
    found: dict[tuple[str, str | None, float], Quantity] = {}
    for step in steps:
        for quantity in _compared(step):
            if not set(quantity.columns) <= set(ledger.names):
                continue
            key = quantity.measure, quantity.per, quantity.factor
            limits = () if step.title in without_limits else quantity.limits
            known = found.get(key)
            if known is not None:
                limits = tuple(dict.fromkeys((*known.limits, *limits)))
            found[key] = dataclasses.replace(known or quantity, limits=limits)
    for field in ledger:
        number = pa.types.is_integer(field.type) or pa.types.is_floating(field.type)
        if not number or field.name in _NO_MEASURES or field.name.startswith(FINDINGS):
            continue
        key = field.name, None, 1.0
        known = found.pop(key, None) or Quantity(field.name, step=owners.get(field.name, ""))
        found[key] = dataclasses.replace(known, meaning=_meaning(field), share=_is_share(field))
    return [*(q for q in found.values() if q.limits), *(q for q in found.values() if not q.limits)]


def _meaning(field: pa.Field) -> str:
    metadata: dict[bytes, bytes] = field.metadata or {}
    return metadata.get(b"meaning", b"").decode()


def _is_share(field: pa.Field) -> bool:
    """Says whether a column lies from 0 to 1, by what the columns of the package are."""
    return bool(
        field.name.endswith(("lang_score", "contamination_score", "jaccard"))
        and pa.types.is_floating(field.type)
    )


def _compared(step: Step) -> Iterator[Quantity]:
    """Yields what the rules of a step compare; nothing where they compare no numbers."""
    for kind, of_kind in _KINDS.items():
        if isinstance(step, kind):
            yield from of_kind(step)


def _of_language(step: Language) -> Iterator[Quantity]:
    own = {name: step.rules.least_score(name) for name in step.options.keep or ()}
    reason = step.reason_name("language-low-score")
    limits = _grouped(own, True, reason, step.options.min_score)
    yield Quantity(step.column_name("lang_score"), step=step.title, limits=tuple(limits))


def _of_keywords(step: Keywords) -> Iterator[Quantity]:
    options = step.options
    for measure, per, limit, reason in (
        ("keyword_hits", None, options.max_hits, "keywords-too-many"),
        ("keyword_distinct", None, options.max_distinct, "keywords-too-varied"),
        ("keyword_hits", "text_chars", options.max_hits_per_1000_chars, "keywords-too-dense"),
    ):
        yield Quantity(
            step.column_name(measure), per, 1 if per is None else 1000, step.title,
            limits=_one(limit, False, step.reason_name(reason)),
        )  # fmt: skip


def _of_perplexity(step: Perplexity) -> Iterator[Quantity]:
    limits = (
        *_grouped(step.rules.max_perplexity, False, step.reason_name("perplexity-too-high")),
        *_grouped(step.rules.min_perplexity, True, step.reason_name("perplexity-too-low")),
    )
    yield Quantity(step.column_name("perplexity"), step=step.title, limits=limits)


def _of_classifier(step: Classifier) -> Iterator[Quantity]:
    options = step.options
    low = step.reason_name("classifier-score-low")
    limits = (
        *_grouped(options.min_score_by_language, True, low, options.min_score),
        *_one(options.max_score, False, step.reason_name("classifier-score-high")),
    )
    yield Quantity(step.column_name("classifier_score"), step=step.title, limits=limits)


def _of_token_count(step: TokenCount) -> Iterator[Quantity]:
    limits = (
        *_one(step.options.min_tokens, True, step.reason_name("token-count-too-small")),
        *_one(step.options.max_tokens, False, step.reason_name("token-count-too-large")),
    )
    yield Quantity(step.column_name("token_count"), step=step.title, limits=limits)


def _of_quality(step: Quality) -> Iterator[Quantity]:
    for rule in RULES:
        for name, profile in sorted(step.profiles.items()):
            own: dict[tuple[str, str | None], dict[str, Any]] = {}
            for language in (None, *profile.languages):
                value = getattr(profile.rules_for(language), rule.field)
                if value is not None:
                    compared = profile.compares(rule, language)
                    own.setdefault(compared, {})[language or ""] = value
            for (measure, per), values in own.items():
                general = values.pop("", None)
                different = {lang: value for lang, value in values.items() if value != general}
                other = "" if len(step.profiles) == 1 or name == step.options.profile else name
                limits = tuple(
                    dataclasses.replace(
                        limit, holds_for=" ".join(filter(None, (other, limit.holds_for)))
                    )
                    for limit in _grouped(
                        different, rule.lower, step.reason_name(rule.reason), general
                    )
                )
                yield Quantity(
                    step.column_name(measure), per and step.column_name(per),
                    1 / SCALES.get(measure, 1), step.title, per is not None and not rule.unbounded,
                    limits=limits,
                )  # fmt: skip


#: What the rules of each kind of step compare.
_KINDS: Mapping[type[Step], Callable[[Any], Iterator[Quantity]]] = {
    Language: _of_language,
    Quality: _of_quality,
    Keywords: _of_keywords,
    Perplexity: _of_perplexity,
    Classifier: _of_classifier,
    TokenCount: _of_token_count,
}


def _one(value: float | None, lower: bool, reason: str) -> tuple[Limit, ...]:
    return () if value is None else (Limit(float(value), lower, "", reason),)


def _grouped(own: Any, lower: bool, reason: str, general: float | None = None) -> Iterator[Limit]:
    """Yields a limit for each value: that of all languages, and those of some."""
    yield from _one(general, lower, reason)
    by_value: dict[float, list[str]] = {}
    for language, value in own.items():
        by_value.setdefault(float(value), []).append(language)
    for value, languages in sorted(by_value.items()):
        more = "…" if len(languages) > _NAMED else ""
        yield Limit(value, lower, ", ".join(sorted(languages)[:_NAMED]) + more, reason)
