"""*perplexity*: how surprising a text is to a KenLM model of its language."""

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, model_validator

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.figures import compared, writing
from corpus_pipeline.filters.perplexity.columns import (
    BUCKET_COLUMN,
    PERPLEXITY_MEASURES,
    PERPLEXITY_REASONS,
    PERPLEXITY_SENTENCES,
)
from corpus_pipeline.option_types import LanguageName
from corpus_pipeline.package_files import located, package_file
from corpus_pipeline.remembered import remembered
from corpus_pipeline.steps import Batch, Failures, Options, Resource, Section, Step, made
from corpus_pipeline.text.languages import Figures, figures_for

if TYPE_CHECKING:
    from corpus_pipeline.filters.perplexity.buckets import PublishedBuckets
    from corpus_pipeline.filters.perplexity.measures import PerplexityRules
    from corpus_pipeline.filters.perplexity.models import LanguageModel, ModelCard, ModelFacts

_SHA256 = "^[0-9a-fA-F]{64}$"


class PublishedModel(Section):
    """A model without a card, and what its card would say."""

    path: str = Field(description="KenLM binary, for example en.arpa.bin")
    name: str = Field(
        pattern=r"^[^@+/\s]+$", description="what perplexity_model calls it, for example ccnet"
    )
    normaliser: str = Field(
        description="ccnet-v1, dclm-v1, bigscience-v1 or raw-v1 with sentencepiece; words-v1 or "
        "characters-v1 without"
    )
    sentencepiece: str | None = Field(
        None, description="SentencePiece model in front of it, for example en.sp.model"
    )
    path_sha256: str | None = Field(None, pattern=_SHA256, description="SHA-256 that it must have")
    sentencepiece_sha256: str | None = Field(
        None, pattern=_SHA256, description="SHA-256 that the SentencePiece model must have"
    )

    @model_validator(mode="after")
    def _meant(self) -> "PublishedModel":
        from corpus_pipeline.filters.perplexity.models import check_normaliser

        check_normaliser(self.normaliser, self.sentencepiece is not None)
        if self.sentencepiece is None and self.sentencepiece_sha256 is not None:
            raise ValueError("sentencepiece_sha256 is of a file that sentencepiece does not name")
        return self


class PerplexitySection(Options):
    """KenLM perplexity."""

    models: dict[LanguageName, str | PublishedModel] = Field(
        default_factory=dict,
        description="language -> KenLM binary, its .json beside it, or what is known of one "
        "without; default: the shipped en, zh",
    )
    max_perplexity: dict[LanguageName, float] = Field(
        default_factory=dict, description="language -> limit; default: the one in the model's .json"
    )
    buckets: Literal["ccnet"] | dict[LanguageName, tuple[float, float]] | None = Field(
        None,
        description="language -> where the middle and the tail begin; or ccnet, for its models",
    )
    made_for: dict[LanguageName, str] = Field(
        default_factory=dict,
        description="language -> model, as perplexity_model has it, that max_perplexity and "
        "buckets were made for; another one is refused",
    )
    max_chars: int | None = Field(20000, gt=0, description="characters of a document to score")

    @model_validator(mode="after")
    def _meant(self) -> "PerplexitySection":
        if isinstance(self.buckets, dict):
            for language, (middle, tail) in self.buckets.items():
                if not 0 < middle < tail:
                    raise ValueError(
                        f"buckets of {language!r} are {middle} and {tail}; give two positive "
                        "limits in ascending order"
                    )
        if self.buckets == "ccnet" and self.max_chars is not None:
            raise ValueError(
                "buckets: ccnet's limits are of whole texts, and max_chars is "
                f"{self.max_chars}; set max_chars: null"
            )
        return self


class Perplexity(Step):
    """Fills the perplexity measures and judges them; limits are the cards' unless given."""

    name = "perplexity"
    Options = PerplexitySection
    options: PerplexitySection
    columns = PERPLEXITY_MEASURES
    optional_columns = BUCKET_COLUMN
    reasons = PERPLEXITY_REASONS
    sentences = PERPLEXITY_SENTENCES
    default = True
    imports = ("corpus_pipeline.filters.perplexity.measures",)
    judged_by = ("enabled", "max_perplexity")

    def all_columns(self) -> Iterator[pa.Field]:
        """Yields the columns that it fills; the bucket where there are any."""
        own = chain(self.columns, self.optional_columns if self.options.buckets else ())
        return (field.with_name(self.column_name(field.name)) for field in own)

    @cached_property
    def models(self) -> "dict[str, str | PublishedModel]":
        """Language -> KenLM binary, with what is known of it if it has no card."""
        if self.options.models:
            return dict(self.options.models)
        from corpus_pipeline.filters.perplexity.models import shipped_models

        return {
            each: package_file(f"models/{path.name}") for each, path in shipped_models().items()
        }

    def resources(self) -> Iterator[Resource]:
        """Yields each model with its card, or with the SentencePiece model in front of it."""
        for language, model in self.models.items():
            if isinstance(model, str):
                key = "perplexity.models"
                yield Resource(model, key, fragile=True, checked=True)
                yield Resource(_card_path(model), key, checked=True)
                continue
            key = f"perplexity.models.{language}"
            digest = _lower(model.path_sha256)
            yield Resource(model.path, f"{key}.path", digest, fragile=True, checked=True)
            if model.sentencepiece is not None:
                digest = _lower(model.sentencepiece_sha256)
                yield Resource(model.sentencepiece, f"{key}.sentencepiece", digest, checked=True)

    @staticmethod
    def try_resource(path: str) -> None:
        """Opens a model and uses it once."""
        from corpus_pipeline.filters.perplexity.models import open_scorer

        scorer = open_scorer(Path(path))
        for line in ("it was a fine day .", "今 天 天 气 很 好 。", "", "▁a " * 300, "\0"):
            scorer.score(line.encode())

    def check(self) -> None:
        """Refuses limits for languages without a model, and limits of other models."""
        options = self.options
        own = options.buckets if isinstance(options.buckets, dict) else {}
        for key in ("max_perplexity", "buckets", "made_for"):
            for language in own if key == "buckets" else getattr(options, key):
                if self._model_of(language) is None:
                    raise ConfigError(
                        f"perplexity.{key}: {language!r} has no model; there are models for "
                        f"{', '.join(self.models)}"
                    )
        _ = self.rules
        for language, wanted in options.made_for.items():
            found = self._card(self.models[self._model_of(language) or ""])
            if found is not None and found.label != wanted:
                raise ConfigError(
                    f"perplexity.made_for: the limits for {language!r} were made for the model "
                    f"{wanted}, and the model is {found.label}; take that model, or limits that "
                    "were made for this one"
                )
        if self._published is not None:
            for language, model in self.models.items():
                self._refuse_buckets(language, self._card(model))

    def _refuse_buckets(
        self, language: str, card: "ModelCard | ModelFacts | None", order: int | None = None
    ) -> None:
        """Refuses a model for which the published buckets do not hold."""
        if self._published is not None and card is not None:
            reason = self._published.refusal(card, order)
            if reason:
                raise ConfigError(
                    f"perplexity.buckets: {self._published.name} {reason} ({language!r}); give "
                    "buckets of your own, or take its models"
                )

    def _model_of(self, language: str) -> str | None:
        return Figures(self.models).find(language, members=False)

    @cached_property
    def _published(self) -> "PublishedBuckets | None":
        if not isinstance(self.options.buckets, str):
            return None
        from corpus_pipeline.filters.perplexity.buckets import published_buckets

        return published_buckets(self.options.buckets)

    @cached_property
    def _buckets(self) -> Mapping[str, tuple[float, float]]:
        if self._published is not None:
            return self._published.buckets
        return self.options.buckets if isinstance(self.options.buckets, dict) else {}

    @cached_property
    def rules(self) -> "PerplexityRules":
        """The limits, and which models they were made for."""
        from corpus_pipeline.filters.perplexity.measures import PerplexityRules, perplexity_rules

        found = {name: self._card(model) for name, model in self.models.items()}
        cards = perplexity_rules({n: card for n, card in found.items() if card is not None})
        rules: PerplexityRules = made(
            "perplexity",
            PerplexityRules,
            max_perplexity={**cards.max_perplexity, **self.options.max_perplexity},
            min_perplexity=cards.min_perplexity,
            models={**cards.models, **self.options.made_for},
        )
        return rules

    def _card(self, model: "str | PublishedModel") -> "ModelCard | ModelFacts | None":
        """Returns what is known of a model; None while nobody has read the file of one that has
        no card.
        """
        from corpus_pipeline.filters.perplexity.models import ModelFacts, read_model_card

        digests = self.context.digests
        if isinstance(model, str):
            if model in digests:
                return _checked_card(model, digests[model], digests[_card_path(model)])
            return read_model_card(Path(located(_card_path(model))))
        pieces = model.sentencepiece
        if model.path not in digests or (pieces is not None and pieces not in digests):
            return None
        pieces_digest = None if pieces is None else digests[pieces]
        return ModelFacts(model.name, model.normaliser, digests[model.path], pieces_digest)

    def open(self) -> None:
        """Maps the models into memory."""
        digests = self.context.digests
        self._loaded = {}
        for language, model in self.models.items():
            if isinstance(model, str):
                loaded = _model(model, digests.get(model))
            else:
                pieces = model.sentencepiece
                loaded = _published_model(
                    model.path, model.name, model.normaliser, pieces,
                    digests.get(model.path, model.path_sha256),
                    digests.get(pieces or "", model.sentencepiece_sha256),
                )  # fmt: skip
            self._refuse_buckets(language, loaded.card, loaded.scorer.order)
            self._loaded[language] = loaded

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
        batch = self.filled(batch, measures)
        if self.options.buckets:
            from corpus_pipeline.filters.perplexity.buckets import bucket_of

            found = bucket_of(measures["perplexity"], langs, self._buckets)
            batch = self.filled(batch, {"perplexity_bucket": found})
        return self.failed(batch, failures)

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


def _lower(digest: str | None) -> str | None:
    return None if digest is None else digest.lower()


@cache
def _published_model(
    path: str,
    name: str,
    normaliser: str,
    pieces: str | None,
    sha256: str | None,
    pieces_sha256: str | None,
) -> "LanguageModel":
    """Returns a model without a card, opened once per process."""
    from corpus_pipeline.filters.perplexity.models import load_published_model

    return load_published_model(path, name, normaliser, pieces, sha256, pieces_sha256)


@cache
def _model(path: str, sha256: str | None) -> "LanguageModel":
    """Returns a KenLM model, opened once per process."""
    from corpus_pipeline.filters.perplexity.models import load_language_model

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

    from corpus_pipeline.filters.perplexity.models import read_model_card

    remembered("language-models", [sha256, card_sha256], compare)
    return read_model_card(Path(located(_card_path(path))))
