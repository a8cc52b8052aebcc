"""Models and other resources, one of each per process.

`setup` of a stage runs again for every small pipeline, and a tokenizer or a Presidio engine takes
about a second to build; so loaded resources are kept for the life of the worker, by path and hash.
"""

import dataclasses
import importlib.metadata
from functools import cache
from pathlib import Path
from typing import Any

from corpus_pipeline.dedup.contamination import ContaminationIndex
from corpus_pipeline.errors import ResourceError
from corpus_pipeline.filters.keywords.measures import KeywordMatcher, load_word_lists
from corpus_pipeline.filters.language.measures import LanguageIdentifier, load_language_identifier
from corpus_pipeline.filters.perplexity.measures import (
    LanguageModel,
    ModelCard,
    load_language_model,
    read_model_card,
)
from corpus_pipeline.remembered import remembered
from corpus_pipeline.scrub.detectors import Detectors, load_detectors
from corpus_pipeline.shipped import located, resource_digest
from corpus_pipeline.storage import open_input
from corpus_pipeline.tokens.encode import (
    EncodeOptions,
    TokenEncoder,
    TokenizerFacts,
    load_tokenizer,
)


@cache
def language_identifier(
    path: str | None, sha256: str | None, merge: tuple[tuple[str, tuple[str, ...]], ...] = ()
) -> LanguageIdentifier:
    """Returns the fastText model of a path (None: the one that is installed)."""
    return load_language_identifier(path, sha256, dict(merge))


@cache
def keyword_matcher(lists: str | None, sha256: str | None) -> KeywordMatcher:
    """Returns the automata of a folder of word lists (None: the shipped ones).

    Raises:
        ResourceError: a list is not the one that was planned.
    """
    matcher = load_word_lists(lists)
    # Afterwards, so that a list that changes while it is read is noticed.
    if lists is not None and sha256 is not None and resource_digest(lists) != sha256:
        raise ResourceError(f"{lists}: the word lists changed since the run began; run again")
    return matcher


@cache
def language_model(path: str, sha256: str | None) -> LanguageModel:
    """Returns a KenLM model."""
    return load_language_model(located(path), sha256)


@cache
def pii_detectors(entities: tuple[str, ...], regions: tuple[str, ...]) -> Detectors:
    """Returns the recognizers for these entities."""
    return load_detectors(entities, regions)


@cache
def token_encoder(
    path: str, sha256: str, options: EncodeOptions, facts: TokenizerFacts
) -> TokenEncoder:
    """Returns a tokenizer, ready to encode."""
    return load_tokenizer(located(path), sha256, options, facts)


@cache
def tokenizer_facts(path: str, sha256: str, options: EncodeOptions) -> TokenizerFacts:
    """Returns what is known of a tokenizer; it is opened only where it never was.

    Raises:
        ResourceError: it is no tokenizer.
        ConfigError: the options do not go with it.
    """

    def find() -> dict[str, Any]:
        return dataclasses.asdict(load_tokenizer(located(path), sha256, options).facts)

    versions = [importlib.metadata.version(name) for name in ("tokenizers", "gigatoken")]
    key = [sha256, dataclasses.asdict(options), versions]
    return TokenizerFacts.from_json(remembered("tokenizers", key, find))


@cache
def language_model_card(path: str, sha256: str, card_sha256: str) -> ModelCard:
    """Returns the card of a KenLM model, after the two were compared once on this machine.

    Raises:
        ResourceError: they do not belong together.
    """

    def compare() -> bool:
        language_model(path, sha256)
        return True

    remembered("language-models", [sha256, card_sha256], compare)
    return read_model_card(Path(located(path)).with_suffix(".json"))


@cache
def contamination_index(path: str) -> ContaminationIndex:
    """Returns the index of evaluation items that the plan has built."""
    try:
        with open_input(path) as file:
            return ContaminationIndex.from_bytes(file.read())
    except ValueError as error:
        raise ResourceError(f"{path}: is no contamination index ({error}); run again") from error
