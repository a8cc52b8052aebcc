"""*perplexity*: how surprising a text is to a KenLM model of its language."""

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.figures import compared, writing
from corpus_pipeline.filters.perplexity.columns import PERPLEXITY_MEASURES, PERPLEXITY_REASONS
from corpus_pipeline.option_types import LanguageName
from corpus_pipeline.package_files import located, package_file
from corpus_pipeline.remembered import remembered
from corpus_pipeline.steps import Batch, Failures, Options, Resource, Step, made
from corpus_pipeline.text.languages import Figures, figures_for

if TYPE_CHECKING:
    from corpus_pipeline.filters.perplexity.measures import (
        LanguageModel,
        ModelCard,
        PerplexityRules,
    )


class PerplexitySection(Options):
    """KenLM perplexity."""

    models: dict[LanguageName, str] = Field(
        default_factory=dict,
        description="language -> KenLM binary, its .json beside it; default: the shipped en, zh",
    )
    max_perplexity: dict[LanguageName, float] = Field(
        default_factory=dict, description="language -> limit; default: the one in the model's .json"
    )
    max_chars: int | None = Field(20000, gt=0, description="characters of a document to score")


class Perplexity(Step):
    """Fills the perplexity measures and judges them; limits are the cards' unless given."""

    name = "perplexity"
    Options = PerplexitySection
    options: PerplexitySection
    columns = PERPLEXITY_MEASURES
    reasons = PERPLEXITY_REASONS
    default = True
    imports = ("corpus_pipeline.filters.perplexity.measures",)
    judged_by = ("enabled", "max_perplexity")

    @cached_property
    def models(self) -> dict[str, str]:
        """Language -> KenLM binary."""
        if self.options.models:
            return dict(self.options.models)
        from corpus_pipeline.filters.perplexity.measures import shipped_models

        return {
            each: package_file(f"models/{path.name}") for each, path in shipped_models().items()
        }

    def resources(self) -> Iterator[Resource]:
        """Yields each model and its card."""
        for path in self.models.values():
            yield Resource(path, "perplexity.models", fragile=True, checked=True)
            yield Resource(_card_path(path), "perplexity.models", checked=True)

    @staticmethod
    def try_resource(path: str) -> None:
        """Opens a model and uses it once."""
        from corpus_pipeline.filters.perplexity.measures import load_language_model, score_texts

        model = load_language_model(path)
        texts = pa.array(["It was a fine day.", "今天天气很好。", "", "a" * 1000, "\0"])
        score_texts(model.scorer, model.card.normaliser, texts)

    def check(self) -> None:
        """Refuses limits for languages without a model."""
        for language in self.options.max_perplexity:
            if Figures(self.models).find(language, members=False) is None:
                raise ConfigError(
                    f"perplexity.max_perplexity: {language!r} has no model; there are models for "
                    f"{', '.join(self.models)}"
                )
        _ = self.rules

    @cached_property
    def rules(self) -> "PerplexityRules":
        """The limits, and which models they were made for."""
        from corpus_pipeline.filters.perplexity.measures import PerplexityRules, perplexity_rules

        cards = perplexity_rules({name: self._card(path) for name, path in self.models.items()})
        rules: PerplexityRules = made(
            "perplexity",
            PerplexityRules,
            max_perplexity={**cards.max_perplexity, **self.options.max_perplexity},
            min_perplexity=cards.min_perplexity,
            models=cards.models,
        )
        return rules

    def _card(self, path: str) -> "ModelCard":
        from corpus_pipeline.filters.perplexity.measures import read_model_card

        digests = self.context.digests
        if path in digests:
            return _checked_card(path, digests[path], digests[_card_path(path)])
        return read_model_card(Path(located(_card_path(path))))

    def open(self) -> None:
        """Maps the models into memory."""
        digests = self.context.digests
        self._loaded = {
            language: _model(path, digests.get(path)) for language, path in self.models.items()
        }

    def apply(self, batch: Batch) -> Batch:
        """Measures and judges one batch."""
        from corpus_pipeline.filters.perplexity.measures import (
            measure_perplexity,
            perplexity_failures,
        )
        from corpus_pipeline.text.scripts import labels_or_scripts

        langs = labels_or_scripts(batch["lang"], batch["text"])
        measures = measure_perplexity(
            batch["text"], langs, self._loaded, max_chars=self.options.max_chars
        )
        failures = perplexity_failures(measures, langs, self.rules)
        return self.failed(self.filled(batch, measures), failures)

    def judge(self, rows: Batch) -> Failures:
        """Compares the perplexities with the limits of their languages.

        A document without a language was measured by the model of its script, which says whose
        limits are its own.
        """
        from corpus_pipeline.filters.perplexity.measures import perplexity_failures

        languages = {label: name for name, label in self.rules.models.items()}
        models = rows["perplexity_model"].dictionary_encode()
        names = pa.array(map(languages.get, models.dictionary.to_pylist()), pa.string())
        langs = pc.coalesce(rows["lang"], names.take(models.indices))
        return perplexity_failures(rows, langs, self.rules)

    def limit(self, reason: str, row: Mapping[str, Any]) -> object:
        """Returns the limit of a document's language."""
        return self._limit(reason, row["lang"])

    def _limit(self, reason: str, lang: str | None) -> float | None:
        high = reason == "perplexity-too-high"
        limits = self.rules.max_perplexity if high else self.rules.min_perplexity
        found = figures_for(tuple(limits)).find(lang, members=False)
        return None if found is None else limits[found]

    def explain(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool = True
    ) -> str:
        """Says how surprising the text was, to which model."""
        high = reason == "perplexity-too-high"
        limit = self._limit(reason, writing(row, text)) if known else None
        value = row.get("perplexity")
        if value is None:
            return "perplexity is not stored"
        model = row.get("perplexity_model")
        figures = compared(value, ">" if high else "<", limit)
        return f"perplexity {figures}{'' if model is None else f' under {model}'}"


def _card_path(model: str) -> str:
    return str(Path(model).with_suffix(".json"))


@cache
def _model(path: str, sha256: str | None) -> "LanguageModel":
    """Returns a KenLM model, opened once per process."""
    from corpus_pipeline.filters.perplexity.measures import load_language_model

    return load_language_model(located(path), sha256)


@cache
def _checked_card(path: str, sha256: str, card_sha256: str) -> "ModelCard":
    """Returns the card of a model, after the two were compared once on this machine.

    Raises:
        ResourceError: they do not belong together.
    """

    def compare() -> bool:
        _model(path, sha256)
        return True

    from corpus_pipeline.filters.perplexity.measures import read_model_card

    remembered("language-models", [sha256, card_sha256], compare)
    return read_model_card(Path(located(_card_path(path))))
