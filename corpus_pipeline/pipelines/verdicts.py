"""Why the documents of a finished run are gone, in the figures and thresholds of that run."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import pyarrow as pa

from corpus_pipeline.errors import CorpusError
from corpus_pipeline.filters.quality.profiles import load_profile, profile_files
from corpus_pipeline.filters.quality.rules import QUALITY_REASONS, QualityProfile
from corpus_pipeline.filters.verdicts import (
    keyword_verdict,
    language_verdict,
    perplexity_verdict,
    quality_verdict,
)
from corpus_pipeline.option_types import show_size
from corpus_pipeline.pipelines.config import Config, build_config
from corpus_pipeline.shipped import resource_digest, shipped

_Row = Mapping[str, Any]


@dataclasses.dataclass
class Verdicts:
    """Explains drop reasons of one run.

    Thresholds come from the run's configuration and from the profiles and models that it names;
    what is no longer as the run had it is left out and said so.
    """

    run: Mapping[str, Any]
    """Content of run.json."""
    changed: set[str] = dataclasses.field(default_factory=set)
    """Profiles whose thresholds were left out, for they are no longer what they were."""

    def explain(self, row: _Row, text: str | None) -> dict[str, str]:
        """Returns reason -> figures for every rule that a document failed; empty where it has none.

        Args:
            row: of the ledger.
            text: of the document, where it is at hand.
        """
        return {reason: self._figures(reason, row, text) for reason in row["reasons"] or ()}

    def _figures(self, reason: str, row: _Row, text: str | None) -> str:
        if reason in QUALITY_REASONS:
            return self._quality(reason, row, text)
        if reason.startswith("language-"):
            return language_verdict(reason, row, self._made(_language_rules))
        if reason.startswith("keywords-"):
            chars = None if text is None else len(text)
            return keyword_verdict(reason, row, chars, self._made(_keyword_rules))
        if reason.startswith("perplexity-"):
            rules = self._made(_perplexity_rules)
            return perplexity_verdict(reason, row, writing(row, text), rules)
        explain = _OTHERS.get(reason)
        return "" if explain is None else explain(row, self._config)

    @cached_property
    def _config(self) -> Config | None:
        """The run's configuration; None where this version does not understand it."""
        try:
            return build_config({**self.run["config"], "output": "-"}, "run.json")
        except CorpusError:
            return None

    def _made(self, make: Callable[[Config], Any]) -> Any:
        """Returns rules, made once; None where they cannot be made any more."""
        made: dict[str, Any] = self.__dict__.setdefault("_rules", {})
        if make.__name__ not in made:
            try:
                made[make.__name__] = None if self._config is None else make(self._config)
            except (CorpusError, OSError, ValueError):
                made[make.__name__] = None
        return made[make.__name__]

    def _quality(self, reason: str, row: _Row, text: str | None) -> str:
        if self._config is None:
            return quality_verdict(reason, row, None)
        source = self._config.rules_by_source().get(row["source"])
        named = None if source is None else source.quality_profile
        name = named or self._config.quality.profile
        profile = self._profile(name)
        if profile is None:
            self.changed.add(name)
            return quality_verdict(reason, row, None)
        return quality_verdict(reason, row, profile.rules_for(writing(row, text)))

    def _profile(self, name: str) -> QualityProfile | None:
        """Loads a profile if it and what it is based on are still those of the run."""
        profiles: dict[str, QualityProfile | None] = self.__dict__.setdefault("_profiles", {})
        if name not in profiles:
            resources = self.run["fingerprint"].get("resources", {})
            try:
                paths = (shipped("filters/profiles"), *profile_files(name))
                same = all(resources.get(path) == resource_digest(path) for path in paths)
                profiles[name] = load_profile(name) if same else None
            except (CorpusError, OSError):
                profiles[name] = None
        return profiles[name]


def writing(row: _Row, text: str | None) -> str | None:
    """Returns a document's language, or the script of its text where that is unknown."""
    named: str | None = row["lang"]
    if named is not None or text is None:
        return named
    from corpus_pipeline.text.scripts import labels_or_scripts  # Kernels take a second to load.

    lang, column = pa.array([None], pa.string()), pa.array([text], pa.string())
    found: str | None = labels_or_scripts(lang, column)[0].as_py()
    return found


def _language_rules(config: Config) -> Any:
    from corpus_pipeline.filters.language.cutoffs import shipped_cut_offs
    from corpus_pipeline.filters.language.measures import LanguageRules

    section = config.language
    return LanguageRules(
        keep=section.keep,
        min_score=section.min_score,
        min_score_by_language=section.min_score_by_language,
        cut_offs=shipped_cut_offs() if section.model is None else {},
    )


def _keyword_rules(config: Config) -> Any:
    from corpus_pipeline.filters.keywords.measures import KeywordRules

    return KeywordRules(**config.keywords.model_dump(exclude={"enabled", "lists"}))


def _perplexity_rules(config: Config) -> Any:
    from pathlib import Path

    from corpus_pipeline.filters.perplexity.measures import (
        PerplexityRules,
        read_model_card,
        shipped_models,
    )

    paths = config.perplexity.models or shipped_models()
    cards = {name: read_model_card(Path(path).with_suffix(".json")) for name, path in paths.items()}
    limits = {name: card.max_perplexity for name, card in cards.items()}
    floors = {name: card.min_perplexity for name, card in cards.items()}
    return PerplexityRules(
        {k: v for k, v in {**limits, **config.perplexity.max_perplexity}.items() if v is not None},
        {k: v for k, v in floors.items() if v is not None},
    )


def _near_copy(row: _Row, config: Config | None) -> str:
    threshold = "" if config is None else f" >= {config.dedup.document.threshold}"
    similar = "" if row["jaccard"] is None else f"jaccard {row['jaccard']:.3f}{threshold}, "
    return f"{similar}to {row['partner']}"


def _contaminated(row: _Row, config: Config | None) -> str:
    least = "" if config is None else f" >= {config.dedup.contamination.min_coverage}"
    score = row["contamination_score"]
    figures = "" if score is None else f"contamination_score {score:.3f}{least}, "
    matched, total = row["contamination_matched"], row["contamination_total"]
    return f"{figures}{matched} of {total} words of the item {row['contaminated_by']}"


def _too_large(row: _Row, config: Config | None) -> str:
    return "" if config is None else f"longer than {show_size(config.read.max_document_bytes)}"


def _large_page(row: _Row, config: Config | None) -> str:
    return "" if config is None else f"longer than {show_size(config.extract.max_html_bytes)}"


def _slow_page(row: _Row, config: Config | None) -> str:
    return "" if config is None else f"took the parser over {config.extract.timeout:g} s"


def _text_field(row: _Row, config: Config | None) -> str:
    """Says which field was looked for, and which the record has."""
    source = None if config is None else config.rules_by_source().get(row["source"])
    field = "the text field" if source is None else f"the field {source.text_field!r}"
    what = {
        "read-missing-text": f"{field} is not there",
        "read-null-text": f"{field} is null",
        "read-text-not-a-string": f"{field} is no string",
    }[row["drop_reason"]]
    fields = json.loads(row["metadata"] or "{}").get("fields")
    return f"{what}; the record has: {fields}" if fields else what


def _answer(row: _Row, config: Config | None) -> str:
    found = json.loads(row["metadata"] or "{}")
    names = [name for name in ("status", "mime") if name in found]
    return ", ".join(f"{name} {found[name]}" for name in names)


#: Reasons of other stages that have figures.
_OTHERS: dict[str, Callable[[_Row, Config | None], str]] = {
    "read-too-large": _too_large,
    "read-missing-text": _text_field,
    "read-null-text": _text_field,
    "read-text-not-a-string": _text_field,
    "read-http-status": _answer,
    "read-not-text": _answer,
    "extract-too-large": _large_page,
    "extract-timeout": _slow_page,
    "contaminated": _contaminated,
    "exact-duplicate": lambda row, config: f"the same text as {row['duplicate_of']}",
    "document-duplicate": _near_copy,
    "sentence-nothing-left": lambda row, config: (
        f"removed_sentences {row['removed_sentences']}: all of them stand elsewhere"
    ),
}
