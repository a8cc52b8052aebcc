"""*language*: identifies the language and drops what is not wanted."""

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from pydantic import Field

from corpus_pipeline.errors import ConfigError, Mistakes
from corpus_pipeline.filters.figures import compared
from corpus_pipeline.filters.language.columns import (
    LANGUAGE_MEASURES,
    LANGUAGE_REASONS,
    LANGUAGE_SENTENCES,
)
from corpus_pipeline.option_types import Label, LanguageName
from corpus_pipeline.steps import Batch, Failures, Options, Resource, Step, made, source_of

if TYPE_CHECKING:
    from corpus_pipeline.filters.language.measures import LanguageIdentifier, LanguageRules


class LanguageSection(Options):
    """Language identification."""

    model: str | None = Field(None, description="fastText model; default: lid.176.ftz")
    model_sha256: str | None = Field(None, description="refuses a model of another sha256")
    merge: dict[LanguageName, tuple[Label, ...] | None] = Field(
        default_factory=dict,
        description="name -> languages counted as one, for example hbs: [hr, sr, bs, sh]; null: "
        "the members that ISO 639-3 gives it",
    )
    keep: tuple[Label, ...] | None = Field(
        None, description="languages to keep, for example [en, zh]; default: all"
    )
    min_score: float | None = Field(
        None,
        ge=0,
        le=1,
        description="least confidence; default: by language as learnt for lid.176, else 0.65",
    )
    min_score_by_language: dict[Label, float] = Field(
        default_factory=dict, description="language -> least confidence"
    )
    sample_chars: int = Field(1000, gt=0, description="characters of a document that are looked at")


class Language(Step):
    """Fills `lang` and `lang_score`; of sources whose language is given, the model sees nothing."""

    name = "language"
    Options = LanguageSection
    options: LanguageSection
    columns = LANGUAGE_MEASURES
    reasons = LANGUAGE_REASONS
    sentences = LANGUAGE_SENTENCES
    default = True
    imports = ("corpus_pipeline.filters.language.measures",)
    judged_by = ("keep", "min_score", "min_score_by_language")

    def resources(self) -> Iterator[Resource]:
        """Yields the model, if it is not the one that is installed."""
        if self.options.model is not None:
            yield Resource(
                self.options.model, "language.model", self.options.model_sha256, checked=True
            )

    def check(self) -> None:
        """Refuses languages that the model never gives."""
        from corpus_pipeline.filters.language.measures import known_languages, wrong_names

        named = [each.language for each in self.context.sources.values() if each.language]
        labels = (*made("language", known_languages, **self._which()), *named)
        found = Mistakes()
        found.add(ConfigError(f"language: {line}") for line in wrong_names(self.rules, labels))
        found.refuse()

    @cached_property
    def rules(self) -> "LanguageRules":
        """What is kept."""
        from corpus_pipeline.filters.language.cutoffs import shipped_cut_offs
        from corpus_pipeline.filters.language.measures import LanguageRules

        section = self.options
        rules: LanguageRules = made(
            "language",
            LanguageRules,
            keep=section.keep,
            min_score=section.min_score,
            min_score_by_language=section.min_score_by_language,
            # Cut-offs were learnt for the labels of lid.176 as they are.
            cut_offs=shipped_cut_offs() if section.model is None else {},
        )
        return rules

    def _which(self) -> dict[str, Any]:
        section = self.options
        # The hash of the plan, not the configured one, which may be missing.
        sha256 = None if section.model is None else self.context.digests.get(section.model)
        merge = {name: members or () for name, members in section.merge.items()}
        return {"path": section.model, "sha256": sha256, "merge": merge}

    def _identifier(self) -> "LanguageIdentifier":
        which = self._which()
        which["merge"] = tuple(which["merge"].items())
        identifier: LanguageIdentifier = made("language", _identifier, **which)
        return identifier

    def open(self) -> None:
        """Loads the model."""
        self._model = self._identifier()

    def apply(self, batch: Batch) -> Batch:
        """Measures and judges one batch."""
        from corpus_pipeline.filters.language.measures import (
            measure_language,
            named_language,
        )

        if self.context.rules(source_of(batch)).language is not None:
            measures = named_language(batch["lang"])
        else:
            measures = measure_language(
                batch["text"], self._model, sample_chars=self.options.sample_chars
            )
        return self.failed(self.filled(batch, measures), self.judge(measures))

    def judge(self, rows: Batch) -> Failures:
        """Compares languages and scores with what is kept."""
        from corpus_pipeline.filters.language.measures import language_failures

        return language_failures(rows, self.rules)

    def limit(self, reason: str, row: Mapping[str, Any]) -> object:
        """Returns the languages that are kept, or the least score of one."""
        if reason == "language-not-kept":
            keep = self.options.keep
            return None if keep is None else f"[{', '.join(keep)}]"
        lang = row.get("lang")
        low = reason == "language-low-score" and lang is not None
        return self.rules.least_score(str(lang)) if low else None

    def explain(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool = True
    ) -> str:
        """Says what the model gave, and what is kept."""
        lang, score = row.get("lang"), row.get("lang_score")
        if reason == "language-unknown" or lang is None:
            return "the model names no language"
        if reason == "language-not-kept":
            keep = self.limit(reason, row) if known else None
            return f"lang {lang} is not in keep{'' if keep is None else f' {keep}'}"
        if score is None:
            return f"lang {lang}"
        least = self.rules.least_score(lang) if known else None
        return f"lang {lang}: lang_score {compared(score, '<', least)}"


@cache
def _identifier(
    path: str | None, sha256: str | None, merge: tuple[tuple[str, tuple[str, ...]], ...] = ()
) -> "LanguageIdentifier":
    """Returns the fastText model of a path (None: the one that is installed), once per process."""
    from corpus_pipeline.filters.language.measures import load_language_identifier

    return load_language_identifier(path, sha256, dict(merge))
