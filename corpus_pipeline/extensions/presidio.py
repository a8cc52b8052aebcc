"""Our finders of personal data as recognizers of Presidio, for an AnalyzerEngine of the user's.

    registry = RecognizerRegistry(supported_languages=["en", "zh"])
    for each in recognizers(languages=["en", "zh"]):
        registry.add_recognizer(each)
    engine = AnalyzerEngine(registry=registry, nlp_engine=no_nlp(["en", "zh"]), ...)

presidio-analyzer is imported when a function here is called.
"""

import importlib
import importlib.util
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

import pyarrow as pa

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.scrub.entities import ENTITIES, TABLE
from corpus_pipeline.scrub.spans import FinderOptions
from corpus_pipeline.text.columns import utf8_buffers

#: Finds in one text of a language: first byte, last + 1, entity, score.
_Find = Callable[[pa.Array, str], Iterable[tuple[int, int, str, float]]]


def recognizers(
    entities: Sequence[str] | None = None,
    *,
    persons: str = "all",
    regions: Sequence[str] = (),
    languages: Sequence[str] = ("en",),
) -> list[Any]:
    """Returns one `EntityRecognizer` for each family of finders and each language.

    Args:
        entities: kinds of personal data; None: all that the package finds.
        persons: `all`: names of all persons; `private`: those in a labelled or contact context.
        regions: ISO 3166-1 codes; whose national telephone numbers are found without a word.
        languages: codes under which an AnalyzerEngine asks for them; the finders are told which.

    Raises:
        ConfigError: presidio-analyzer is not installed, or an entity is unknown.

    >>> [mail] = recognizers(["EMAIL_ADDRESS"], languages=["zh"])
    >>> [(r.entity_type, r.start, r.end) for r in mail.analyze("邮箱li@example.cn。", [], None)]
    []
    >>> [found] = mail.analyze("邮箱li@example.cn。", ["EMAIL_ADDRESS"], None)
    >>> found.start, found.end, found.score
    (2, 15, 1.0)
    """
    recognizer = _recognizer_class()
    by_family: dict[str, list[str]] = {}
    for name in ENTITIES if entities is None else entities:
        family = _family_of(name)
        if family is None and entities is not None:
            raise ConfigError(f"there is no finder of {name!r}; known: {', '.join(_found())}")
        if family is not None:
            by_family.setdefault(family, []).append(name)
    options = FinderOptions(tuple(regions), persons)
    return [
        recognizer(family, names, language, options)
        for family, names in by_family.items()
        for language in languages
    ]


def no_nlp(languages: Sequence[str] = ("en",)) -> Any:
    """Returns an NlpEngine that does nothing: an AnalyzerEngine needs one, our finders none.

    Raises:
        ConfigError: presidio-analyzer is not installed.
    """
    presidio = _presidio()
    engines = importlib.import_module("presidio_analyzer.nlp_engine")

    class NoNlp(engines.NlpEngine):  # type: ignore[misc, name-defined]
        """Makes no tokens, lemmas or entities."""

        def load(self) -> None:
            """Loads nothing."""

        def is_loaded(self) -> bool:
            """Says that there is nothing to load."""
            return True

        def process_text(self, text: str, language: str) -> Any:
            """Returns empty artifacts."""
            return engines.NlpArtifacts([], [], [], [], self, language)

        def process_batch(
            self, texts: Iterable[str], language: str, *_: Any, **__: Any
        ) -> Iterable[tuple[str, Any]]:
            """Yields empty artifacts for each text."""
            for text in texts:
                yield text, self.process_text(text, language)

        def is_stopword(self, word: str, language: str) -> bool:
            """Knows no such words."""
            return False

        def is_punct(self, word: str, language: str) -> bool:
            """Knows no punctuation."""
            return False

        def get_supported_entities(self) -> list[str]:
            """Finds nothing."""
            return []

        def get_supported_languages(self) -> list[str]:
            """Returns the languages that it was made for."""
            return list(languages)

    assert presidio is not None
    return NoNlp()


def _presidio() -> Any:
    try:
        return importlib.import_module("presidio_analyzer")
    except ImportError as error:
        raise ConfigError(
            "presidio-analyzer is not installed here; install it with: pip install "
            "presidio-analyzer"
        ) from error


@cache
def _recognizer_class() -> type[Any]:
    presidio = _presidio()

    class FamilyRecognizer(presidio.EntityRecognizer):  # type: ignore[misc, name-defined]
        """Finds the entities of one of our families."""

        def __init__(
            self, family: str, entities: list[str], language: str, options: FinderOptions
        ) -> None:
            """Loads nothing yet: tables are loaded by the first text."""
            self.family, self.options = family, options
            self._loaded: _Find | None = None
            super().__init__(entities, f"corpus_pipeline {family}", language)

        def load(self) -> None:
            """Does nothing."""

        def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[Any]:
            """Finds in one text.

            Args:
                entities: those that are wanted.
                nlp_artifacts: not needed.

            Returns:
                `RecognizerResult`s, in characters.
            """
            if self._loaded is None:
                self._loaded = _finder(self.family, self.supported_entities, self.options)
            column = pa.array([text], pa.string())
            data, results = text.encode(), []
            byte = character = 0
            for start, end, entity, score in self._loaded(column, self.supported_language):
                # Counting on from the last finding keeps this linear; findings ascend.
                character += len(data[byte:start].decode())
                byte = start
                if entity in entities:
                    last = character + len(data[start:end].decode())
                    results.append(self._result(entity, character, last, score))
            return results

        def _result(self, entity: str, start: int, end: int, score: float) -> Any:
            why = presidio.AnalysisExplanation(
                recognizer=self.name,
                original_score=score,
                textual_explanation=f"found by the rules of the family {self.family}",
            )
            metadata = {
                presidio.RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
                presidio.RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
            }
            return presidio.RecognizerResult(entity, start, end, score, why, metadata)

    return FamilyRecognizer


def _found() -> list[str]:
    return [name for name in ENTITIES if _family_of(name) is not None]


@cache
def _family_of(name: str) -> str | None:
    """Returns the family that finds an entity; None if there is none."""
    family = next((entity.family for entity in TABLE if entity.name == name), None)
    if family is None or family == "numbers":
        return family
    there = importlib.util.find_spec(f"corpus_pipeline.scrub.{family}") is not None
    return family if there else None


def _finder(family: str, entities: Sequence[str], options: FinderOptions) -> _Find:
    """Loads the finder of a family."""
    if family == "numbers":
        return _numbers(entities, options)
    module = importlib.import_module(f"corpus_pipeline.scrub.{family}")
    finder = module.load_finder(frozenset(entities), options)

    def find(column: pa.Array, language: str) -> Iterable[tuple[int, int, str, float]]:
        spans = finder.find(utf8_buffers(column), [language])
        return _rows(spans.starts, spans.ends, spans.entities, spans.scores)

    return find


def _numbers(entities: Sequence[str], options: FinderOptions) -> _Find:
    import numpy as np

    from corpus_pipeline.scrub.detectors import DEFAULT_REGIONS, load_detectors
    from corpus_pipeline.scrub.replace import find_spans

    detectors = load_detectors(entities, options.regions or DEFAULT_REGIONS)

    def find(column: pa.Array, language: str) -> Iterable[tuple[int, int, str, float]]:
        spans = find_spans(column, detectors)
        return _rows(spans.starts, spans.ends, spans.entities, np.ones(len(spans.rows)))

    return find


def _rows(starts: Any, ends: Any, entities: Any, scores: Any) -> list[tuple[int, int, str, float]]:
    columns = (starts.tolist(), ends.tolist(), entities.tolist(), scores.tolist())
    return sorted(
        (start, end, ENTITIES[entity], score)
        for start, end, entity, score in zip(*columns, strict=True)
    )
