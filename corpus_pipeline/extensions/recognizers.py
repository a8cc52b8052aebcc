"""Recognizers of personal data as steps: any `EntityRecognizer` of Presidio, by `use:`.

Presidio is not needed to run one that brings its own logic: what counts is the method `analyze`,
which returns results with `entity_type`, `start`, `end` and `score`.
"""

import bisect
import importlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
from pydantic import Field, field_validator

from corpus_pipeline.batches import alive, with_columns
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.schema import column
from corpus_pipeline.scrub.entities import COLUMNS
from corpus_pipeline.steps import Batch, Options, Step


class RecognizerOptions(Options):
    """A recognizer of personal data, and how what it finds is replaced."""

    placeholder: str = Field("<{entity}>", description="replacement; {entity} is the type")
    min_score: float = Field(0.5, ge=0, le=1, description="least score of what is replaced")
    arguments: dict[str, Any] = Field({}, description="what the class is made with")
    entities: tuple[str, ...] = Field(
        (), description="kinds that are replaced, all that it knows if empty"
    )
    nlp_language: str = Field("en", description="the language that nlp_engine is asked for")
    nlp_engine: dict[str, Any] | None = Field(
        None, description="Presidio's configuration of an engine, for classes that read its results"
    )

    @field_validator("placeholder")
    @classmethod
    def _no_other_braces(cls, value: str) -> str:
        if "{" in (rest := value.replace("{entity}", "")) or "}" in rest:
            raise ValueError("may hold no braces but {entity}; write for example '<{entity}>'")
        return value


def is_recognizer(found: Any) -> bool:
    """Says whether a class is a recognizer as Presidio has them."""
    return isinstance(found, type) and all(
        callable(getattr(found, name, None)) for name in ("analyze", "get_supported_entities")
    )


def recognizer_step(kind: type[Any], given: Mapping[str, Any] | None = None) -> type[Step]:
    """Makes a step class of a recognizer class.

    Args:
        kind: the class.
        given: the options of the step as they were written. With `entities` the recognizer is made
            by the workers alone; without, it is made here too, to be asked what it knows.

    Raises:
        ConfigError: the class cannot be made with `arguments`.
    """
    given = given or {}
    entities = tuple(given.get("entities") or _known(kind, given.get("arguments") or {}))
    measures = {each: _measure(each, kind) for each in entities}
    fields = [
        column(name, pa.int32(), f"{entity} replaced in the text by {kind.__name__}")
        for entity, name in measures.items()
    ]
    namespace = {
        "__doc__": kind.__doc__,
        "name": _snake(kind.__name__).replace("_", "-"),
        "columns": pa.schema(fields),
        "summed": tuple(measures.values()),
        "counts": tuple(measures.values()),
        "kind": kind,
        "measures": measures,
    }
    return type(kind.__name__, (_RecognizerStep,), namespace)


class _RecognizerStep(Step):
    """Replaces what a recognizer finds in the texts that stay, and counts it."""

    Options = RecognizerOptions
    options: RecognizerOptions
    kind: type[Any]
    measures: dict[str, str]

    def open(self) -> None:
        """Makes and loads the recognizer, and the engine that it reads.

        Raises:
            ConfigError: one of them cannot be made.
        """
        options = self.options
        self._recognizer = _made(self.kind, options.arguments)
        load = getattr(self._recognizer, "load", None)
        # Presidio's classes load when they are made, which may take minutes.
        if load is not None and not getattr(self._recognizer, "is_loaded", False):
            load()
        self._engine = None if options.nlp_engine is None else _nlp_engine(options.nlp_engine)

    def apply(self, batch: Batch) -> Batch:
        """Calls the recognizer for each document that stays."""
        texts = batch["text"].to_pylist()
        counts: dict[str, list[int | None]] = {
            name: [None if text is None else 0 for text in texts] for name in self.measures.values()
        }
        for number, (text, lives) in enumerate(zip(texts, alive(batch).to_pylist(), strict=True)):
            if text is None or not lives:
                continue
            artifacts = None
            if self._engine is not None:
                artifacts = self._engine.process_text(text, self.options.nlp_language)
            found = self._recognizer.analyze(text, list(self.measures), artifacts)
            texts[number], chosen = self._replaced(text, found or ())
            for entity in chosen:
                of_one = counts[self.measures[entity]]
                of_one[number] = (of_one[number] or 0) + 1
        batch = with_columns(batch, {"text": pa.array(texts, pa.string())})
        return self.filled(batch, {n: pa.array(c, pa.int32()) for n, c in counts.items()})

    def _replaced(self, text: str, results: Iterable[Any]) -> tuple[str, list[str]]:
        """Replaces findings; of overlapping ones the surer, then the longer, then the first."""
        wanted = [
            each
            for each in results
            if each.score >= self.options.min_score and each.entity_type in self.measures
        ]
        wanted.sort(key=lambda r: (-r.score, r.start - r.end, r.start))
        kept: list[Any] = []
        for each in wanted:
            # None of those that are kept overlaps another, so two neighbours tell.
            place = bisect.bisect(kept, each.start, key=lambda r: r.start)
            if (place == 0 or kept[place - 1].end <= each.start) and (
                place == len(kept) or each.end <= kept[place].start
            ):
                kept.insert(place, each)
        parts, last = [], 0
        for each in kept:
            placeholder = self.options.placeholder.replace("{entity}", each.entity_type)
            parts += [text[last : each.start], placeholder]
            last = each.end
        return "".join([*parts, text[last:]]), [each.entity_type for each in kept]


def _measure(entity: str, kind: type[Any]) -> str:
    """Names the column that counts an entity: never one of those that *scrub* fills."""
    name = f"pii_{_snake(entity)}"
    return f"pii_{_snake(kind.__name__)}_{_snake(entity)}" if name in COLUMNS else name


def _known(kind: type[Any], arguments: Mapping[str, Any]) -> Sequence[str]:
    # Some classes make theirs of a set, whose order differs between processes.
    return sorted(_made(kind, arguments).get_supported_entities())


def _made(kind: type[Any], arguments: Mapping[str, Any]) -> Any:
    try:
        return kind(**arguments)
    except TypeError as error:
        raise ConfigError(
            f"{kind.__name__} cannot be made with the arguments "
            f"{', '.join(arguments) or '(none)'}: {error}; give them as options: "
            "{arguments: {NAME: VALUE}}"
        ) from error


def _nlp_engine(configuration: Mapping[str, Any]) -> Any:
    """Makes an engine of Presidio's by its own configuration.

    Raises:
        ConfigError: presidio-analyzer or the model is not installed.
    """
    try:
        provider = importlib.import_module("presidio_analyzer.nlp_engine").NlpEngineProvider
    except ImportError as error:
        raise ConfigError(
            "nlp_engine needs presidio-analyzer; install it with: pip install presidio-analyzer"
        ) from error
    try:
        return provider(nlp_configuration=dict(configuration)).create_engine()
    except (Exception, SystemExit) as error:
        # A model that is not there is fetched by spaCy, which ends the process where it cannot.
        raise ConfigError(
            f"nlp_engine cannot be made ({type(error).__name__}: {error}); install its model "
            "on all workers"
        ) from error


def _snake(name: str) -> str:
    """Writes a name in lower case with underscores.

    >>> _snake("ChileanIdRecognizer"), _snake("CL_RUT")
    ('chilean_id_recognizer', 'cl_rut')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
