"""*quality*: Gopher, C4 and FineWeb measures, and the rules of the source's profile."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field

from corpus_pipeline.errors import ConfigError, Mistakes
from corpus_pipeline.filters.code.columns import CODE_LANGUAGE
from corpus_pipeline.filters.figures import writing
from corpus_pipeline.filters.quality.columns import QUALITY_MEASURES
from corpus_pipeline.filters.quality.more_columns import more_field
from corpus_pipeline.filters.quality.profiles import load_profile, profile_files, profile_notes
from corpus_pipeline.filters.quality.rule_table import QUALITY_REASONS, RULES, Rule
from corpus_pipeline.filters.quality.rules import QualityProfile, quality_failures
from corpus_pipeline.filters.quality.sentences import QUALITY_SENTENCES, quality_sentence
from corpus_pipeline.filters.quality.signal_columns import PARTS, signal_fields
from corpus_pipeline.filters.quality.verdicts import quality_verdict
from corpus_pipeline.filters.unlabelled import told_by_script
from corpus_pipeline.package_files import package_file
from corpus_pipeline.steps import Batch, Context, Failures, Options, Resource, Step, source_of


class QualitySection(Options):
    """Heuristic quality rules."""

    profile: str = Field(
        "default",
        description="default, gopher, c4, fineweb, code, another shipped one or a YAML file",
    )
    signals: tuple[Literal["lines", "paragraphs"], ...] = Field(
        (),
        description="signals of each of these, stored in documents/ and rejected/ as lists: where "
        "it is, words, end mark, bullet, javascript, shares of numerals and capitals",
    )


class Compared(NamedTuple):
    """What a rule has compared in one document."""

    rule: Rule
    measure: str
    per: str | None
    """What the measure is divided by."""
    limit: float | None
    """None: not known."""
    profile: QualityProfile | None
    """None: not known."""
    language: str | None
    """Of the document, or its script."""


class Quality(Step):
    """Fills the quality measures and judges them by the profile of the source."""

    name = "quality"
    Options = QualitySection
    options: QualitySection
    columns = QUALITY_MEASURES
    optional_columns = pa.schema(signal_fields(PARTS))
    reasons = QUALITY_REASONS
    sentences = QUALITY_SENTENCES
    default = True
    imports = ("corpus_pipeline.filters.quality.measures", "corpus_pipeline.text.scripts")
    judged_by = ("enabled", "profile")
    carried = ("given",)

    def __init__(
        self,
        options: Any = None,
        context: Context | None = None,
        label: str | None = None,
        given: Mapping[str, QualityProfile] = MappingProxyType({}),
    ) -> None:
        """Makes the step; `given` are profiles by name that are in no file."""
        super().__init__(options, context, label)
        self.given = dict(given)

    def resources(self) -> Iterator[Resource]:
        """Yields the shipped profiles, and the user's."""
        yield Resource(package_file("filters/profiles"), "quality.profile")
        for profile in sorted(self.names):
            yield from (Resource(path, "quality.profile") for path in profile_files(profile))

    @property
    def names(self) -> set[str]:
        """Names of the profiles of the section and of sources."""
        named = {each.quality_profile for each in self.context.sources.values()}
        return {self.options.profile, *(name for name in named if name is not None)}

    def check(self) -> None:
        """Refuses profiles that cannot be understood."""
        _ = self.profiles

    def notes(self) -> Iterator[str]:
        """Names rules of the profiles that are off."""
        for name in sorted(self.names):
            yield from profile_notes(name)

    @cached_property
    def profiles(self) -> dict[str, QualityProfile]:
        """The profiles of the section and of sources, by name."""
        found, profiles = Mistakes(), {}
        for name in sorted(self.names):
            with found.looking(("quality", "profile")):
                profiles[name] = self.given.get(name) or load_profile(name)
        found.refuse()
        return profiles

    def all_columns(self) -> Iterator[pa.Field]:
        """Yields the usual measures, those that rules compare besides, and the signals."""
        yield from super().all_columns()
        for field in (*map(more_field, self._more), *signal_fields(self.options.signals)):
            yield field.with_name(self.column_name(field.name))

    @cached_property
    def _more(self) -> tuple[str, ...]:
        found = {more for profile in self.profiles.values() for more in profile.more}
        return tuple(sorted(found))

    def _asks_for_code_language(self) -> bool:
        return any(profile.asks_for_code_language for profile in self.profiles.values())

    def check_columns(self, before: pa.Schema) -> None:
        """Refuses to judge by programming languages that nobody has told.

        Raises:
            ConfigError: a profile does, and no step before fills `code_language`.
        """
        super().check_columns(before)
        if CODE_LANGUAGE not in before.names:
            for name, profile in sorted(self.profiles.items()):
                if profile.asks_for_code_language:
                    raise ConfigError(
                        f"{self.title}: profile {name} judges by programming language, and no step "
                        f"before it fills {CODE_LANGUAGE}; put the step `code` before it"
                    )

    def open(self) -> None:
        """Reads the profiles."""
        _ = self.profiles

    def apply(self, batch: Batch) -> Batch:
        """Measures and judges one batch."""
        from corpus_pipeline.filters.quality.measures import measure_quality
        from corpus_pipeline.text.scripts import labels_or_scripts

        profile = self.profile_of(source_of(batch))
        langs = labels_or_scripts(batch["lang"], batch["text"])
        codes = _code_languages(batch)
        measures = measure_quality(
            batch["text"], langs, profile.prose, profile.definitions, profile.more, codes
        )
        columns = {name: measures[name] for name in measures.schema.names}
        for name in self._more:
            columns.setdefault(name, pa.nulls(len(langs), pa.int32()))
        if self.options.signals:
            from corpus_pipeline.filters.quality.line_signals import measure_signals

            columns |= measure_signals(batch["text"], self.options.signals)
        failures = quality_failures(measures, langs, profile, codes)
        return self.failed(self.filled(batch, columns), failures)

    def profile_of(self, source: str | None) -> QualityProfile:
        """Returns the profile that documents of a source are judged by."""
        return self.profiles[self.context.rules(source).quality_profile or self.options.profile]

    @property
    def judged_columns(self) -> tuple[str, ...]:
        """The measures of the rules that are on in any profile."""
        measures = dict.fromkeys(
            name for profile in self.profiles.values() for name in profile.compared
        )
        named = (CODE_LANGUAGE,) if self._asks_for_code_language() else ()
        return (*map(self.column_name, measures), "lang", "lang_score", *named)

    def judge(self, rows: Batch) -> Failures:
        """Compares the measures with the thresholds of the source's profile."""
        profile = self.profile_of(source_of(rows))
        return quality_failures(rows, rows["lang"], profile, _code_languages(rows))

    def untold(self, rows: Batch) -> NDArray[np.bool_]:
        """Says which documents without a language the rules of some scripts would drop."""
        profile = self.profile_of(source_of(rows))
        return told_by_script(
            rows,
            profile.rules_for,
            lambda some, langs: quality_failures(some, langs, profile, _code_languages(some)),
        )

    def limit(self, reason: str, row: Mapping[str, Any]) -> object:
        """Returns the threshold in the language of a document."""
        field = next(rule.field for rule in RULES if rule.reason == reason)
        profile = self.profile_of(row["source"])
        return getattr(profile.rules_for(row["lang"], row.get(CODE_LANGUAGE)), field)

    def compared(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool = True
    ) -> Compared:
        """Says what a rule has compared in a document, and how it was counted."""
        rule = next(rule for rule in RULES if rule.reason == reason)
        if not known:
            return Compared(rule, rule.measure, rule.per, None, None, writing(row, text))
        profile = self.profile_of(row["source"])
        language = writing(row, text)
        rules = profile.rules_for(language, row.get(CODE_LANGUAGE))
        limit = getattr(rules, rule.field)
        return Compared(rule, *profile.compares(rule, language), limit, profile, language)

    def explain(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool = True
    ) -> str:
        """Says which measure broke which threshold."""
        its = self.compared(reason, row, text, known)
        return quality_verdict(row, its.rule, its.measure, its.per, its.limit)

    def sentence(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool = True
    ) -> str:
        """Says the same in plain words."""
        its = self.compared(reason, row, text, known)
        name = self.reason_name(reason)
        return quality_sentence(its.rule, row, its.measure, its.per, its.limit, name)


def _code_languages(batch: Batch) -> pa.Array | None:
    """Returns the programming languages of documents, if a step before has labelled them."""
    return batch[CODE_LANGUAGE] if CODE_LANGUAGE in batch.schema.names else None
