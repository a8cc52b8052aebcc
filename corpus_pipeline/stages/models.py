"""Models and other resources, one of each per process.

`setup` of a stage runs again for every small pipeline, and a tokenizer or a Presidio engine takes
about a second to build; so loaded resources are kept for the life of the worker, by path and hash.
"""

from functools import cache

from corpus_pipeline.dedup.contamination import ContaminationIndex
from corpus_pipeline.errors import ResourceError
from corpus_pipeline.filters.keywords import KeywordMatcher, load_word_lists
from corpus_pipeline.filters.language import LanguageIdentifier, load_language_identifier
from corpus_pipeline.filters.perplexity import LanguageModel, load_language_model
from corpus_pipeline.scrub.detectors import Detectors, load_detectors
from corpus_pipeline.shipped import located, resource_digest
from corpus_pipeline.storage import open_input
from corpus_pipeline.tokens.encode import EncodeOptions, TokenEncoder, load_tokenizer


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
def token_encoder(path: str, sha256: str, options: EncodeOptions) -> TokenEncoder:
    """Returns a tokenizer, ready to encode."""
    return load_tokenizer(located(path), sha256, options)


@cache
def contamination_index(path: str) -> ContaminationIndex:
    """Returns the index of evaluation items that the plan has built."""
    try:
        with open_input(path) as file:
            return ContaminationIndex.from_bytes(file.read())
    except ValueError as error:
        raise ResourceError(f"{path}: is no contamination index ({error}); run again") from error
