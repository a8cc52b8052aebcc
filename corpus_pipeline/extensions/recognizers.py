"""Recognizers of personal data as steps: any `EntityRecognizer` of Presidio, by `use:`.

Presidio is not needed to run one that brings its own logic: what counts is the method `analyze`,
which returns results with `entity_type`, `start`, `end` and `score`.
"""

import re
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
from pydantic import Field, field_validator

from corpus_pipeline.batches import alive, with_columns
from corpus_pipeline.schema import column
from corpus_pipeline.steps import Batch, Options, Step


class RecognizerOptions(Options):
    """A recognizer of personal data, and how what it finds is replaced."""

    placeholder: str = Field("<{entity}>", description="replacement; {entity} is the type")
    min_score: float = Field(0.5, ge=0, le=1, description="least score of what is replaced")

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


def recognizer_step(kind: type[Any]) -> type[Step]:
    """Makes a step class of a recognizer class that can be made without arguments."""
    entities = tuple(kind().get_supported_entities())
    measures = {each: f"pii_{_snake(each)}" for each in entities}
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
        """Makes and loads the recognizer."""
        self._recognizer = self.kind()
        load = getattr(self._recognizer, "load", None)
        if load is not None:
            load()

    def apply(self, batch: Batch) -> Batch:
        """Calls the recognizer for each document that stays."""
        texts = batch["text"].to_pylist()
        counts: dict[str, list[int | None]] = {
            name: [None if text is None else 0 for text in texts] for name in self.measures.values()
        }
        for number, (text, lives) in enumerate(zip(texts, alive(batch).to_pylist(), strict=True)):
            if text is None or not lives:
                continue
            found = self._recognizer.analyze(text, list(self.measures), None)
            texts[number], chosen = self._replaced(text, found)
            for entity in chosen:
                of_one = counts[self.measures[entity]]
                of_one[number] = (of_one[number] or 0) + 1
        batch = with_columns(batch, {"text": pa.array(texts, pa.string())})
        return self.filled(batch, {n: pa.array(c, pa.int32()) for n, c in counts.items()})

    def _replaced(self, text: str, results: Iterable[Any]) -> tuple[str, list[str]]:
        """Replaces findings; of overlapping ones the surer, then the longer, then the first."""
        wanted = [each for each in results if each.score >= self.options.min_score]
        wanted.sort(key=lambda r: (-r.score, r.start - r.end, r.start))
        kept: list[Any] = []
        for each in wanted:
            if all(each.end <= other.start or other.end <= each.start for other in kept):
                kept.append(each)
        for each in sorted(kept, key=lambda r: -r.start):
            placeholder = self.options.placeholder.replace("{entity}", each.entity_type)
            text = text[: each.start] + placeholder + text[each.end :]
        return text, [each.entity_type for each in kept]


def _snake(name: str) -> str:
    """Writes a name in lower case with underscores.

    >>> _snake("ChileanIdRecognizer"), _snake("CL_RUT")
    ('chilean_id_recognizer', 'cl_rut')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
