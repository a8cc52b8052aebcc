"""Our finders of personal data as recognizers of Presidio, for an AnalyzerEngine of the user's.

    registry = RecognizerRegistry(supported_languages=["en", "zh"])
    for each in recognizers(languages=["en", "zh"]):
        registry.add_recognizer(each)
    engine = AnalyzerEngine(registry=registry, nlp_engine=no_nlp(["en", "zh"]), ...)

presidio-analyzer is imported when a function here is called.
"""

import importlib
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import pyarrow as pa

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.scrub.detectors import DEFAULT_REGIONS
from corpus_pipeline.scrub.entities import ENTITIES
from corpus_pipeline.scrub.finding import Finders, families_of, load_finders, refuse_unknown
from corpus_pipeline.scrub.spans import FinderOptions
from corpus_pipeline.text.columns import utf8_buffers


def recognizers(
    entities: Sequence[str] | None = None,
    *,
    persons: str = "all",
    regions: Sequence[str] = DEFAULT_REGIONS,
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
    >>> found.start, found.end, round(found.score, 2)
    (2, 15, 0.85)
    """
    recognizer = _recognizer_class()
    wanted = tuple(ENTITIES if entities is None else entities)
    refuse_unknown(wanted)
    options = FinderOptions(regions=tuple(regions), persons=persons)
    return [
        recognizer(family, [name for name in ENTITIES if name in names], language, options)
        for family, names in families_of(wanted).items()
        for language in languages
    ]


def no_nlp(languages: Sequence[str] = ("en",)) -> Any:
    """Returns an NlpEngine that does nothing: an AnalyzerEngine needs one, our finders none.

    Raises:
        ConfigError: presidio-analyzer is not installed.
    """
    _presidio()  # Says what is missing, if it is.
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
            self._finders: Finders | None = None
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
            if self._finders is None:
                self._finders = load_finders(self.supported_entities, self.options)
            column = utf8_buffers(pa.array([text], pa.string()))
            spans = self._finders.find(column, [self.supported_language])
            data, results = text.encode(), []
            byte = character = 0
            for _, start, end, entity, score in zip(*(c.tolist() for c in spans), strict=True):
                # Counting on from the last finding keeps this linear; none overlaps another.
                first = character + len(data[byte:start].decode())
                byte, character = end, first + len(data[start:end].decode())
                if ENTITIES[entity] in entities:
                    results.append(self._result(ENTITIES[entity], first, character, score))
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
