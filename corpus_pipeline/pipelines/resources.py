"""Models, tokenizers, word lists and profiles: where they are, and which bytes they hold."""

import dataclasses
from pathlib import Path

from corpus_pipeline import storage
from corpus_pipeline.errors import ResourceError
from corpus_pipeline.filters.perplexity.measures import shipped_models
from corpus_pipeline.filters.quality.profiles import profile_files
from corpus_pipeline.pipelines.config import Config
from corpus_pipeline.pipelines.first_look import missing
from corpus_pipeline.pipelines.opening import LANGUAGE, PERPLEXITY, TOKENIZER, open_first
from corpus_pipeline.shipped import located, resource_digest, shipped


@dataclasses.dataclass(frozen=True)
class Resources:
    """What a run loads besides its inputs; every hash is part of the run's fingerprint."""

    perplexity_models: dict[str, str]
    """language -> KenLM binary."""
    tokenizer: str
    loaded: dict[str, str]
    """Path as configured (or name if shipped) -> sha256 of what workers load."""
    evaluations: dict[str, str]
    """Path -> sha256 of what only the driver reads."""

    @property
    def sha256(self) -> dict[str, str]:
        """Path -> sha256 of everything."""
        return self.loaded | self.evaluations


def resolve_resources(config: Config) -> Resources:
    """Finds and hashes everything that the enabled stages will load.

    Raises:
        ResourceError: a file is missing or has another hash than the configuration says.
    """
    loaded: dict[str, str] = {}
    evaluations: dict[str, str] = {}

    def add(path: str, stage: str, wanted: str | None = None) -> str:
        found = digest_of(path, stage)
        if wanted is not None and wanted != found:
            raise ResourceError(
                f"{path}: has sha256 {found}, {stage}_sha256 says {wanted}; fetch the right file "
                "or correct the configuration"
            )
        loaded[path] = found
        return path

    def opened(path: str, kind: str) -> None:
        if located(path) == path:
            open_first(kind, path, loaded[path])

    models: dict[str, str] = {}
    if config.language.enabled and config.language.model is not None:
        add(config.language.model, "language.model", config.language.model_sha256)
        opened(config.language.model, LANGUAGE)
    if config.perplexity.enabled:
        names = {each: shipped(f"models/{path.name}") for each, path in shipped_models().items()}
        models = config.perplexity.models or names
        for path in models.values():
            add(path, "perplexity.models")
            add(card_path(path), "perplexity.models")
            opened(path, PERPLEXITY)
    if config.keywords.enabled:
        add(config.keywords.lists or shipped("filters/words/ldnoobw"), "keywords.lists")
    tokenizer = config.tokenize.tokenizer or shipped("models/tokenizer.json")
    if config.tokenize.enabled:
        add(tokenizer, "tokenize.tokenizer", config.tokenize.tokenizer_sha256)
        opened(tokenizer, TOKENIZER)
    if config.quality.enabled:
        add(shipped("filters/profiles"), "quality.profile")
        rules = config.rules_by_source().values()
        for profile in {config.quality.profile, *(each.quality_profile for each in rules)}:
            for path in [] if profile is None else profile_files(profile):
                add(path, "quality.profile")
    if config.dedup.enabled and config.dedup.contamination.enabled:
        for pattern in config.dedup.contamination.evaluations:
            for file in storage.list_inputs(pattern):
                digest = digest_of(file.path, "dedup.contamination.evaluations")
                evaluations[file.path] = digest
    return Resources(models, tokenizer, loaded, evaluations)


def card_path(model: str) -> str:
    """Names the card of a language model."""
    return str(Path(model).with_suffix(".json"))


def digest_of(path: str, stage: str) -> str:
    """Hashes a file or folder that `stage`, a key of the configuration, names.

    Raises:
        ResourceError: it cannot be read.
    """
    try:
        return resource_digest(path)
    except OSError as error:
        raise missing(path, stage, error) from error
