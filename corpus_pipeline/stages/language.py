"""*language*: identifies the language and drops what is not wanted."""

import dataclasses
from collections.abc import Mapping

import pyarrow as pa

from corpus_pipeline.address import BatchKey
from corpus_pipeline.filters.language.measures import (
    LanguageRules,
    language_failures,
    measure_language,
    named_language,
)
from corpus_pipeline.stages.mapping import MapBatches, with_measures
from corpus_pipeline.stages.models import language_identifier


@dataclasses.dataclass(frozen=True)
class LanguageOptions:
    """The model, the rules, the sources of known language and those that are left alone."""

    model: str | None
    model_sha256: str | None
    sample_chars: int
    merge: Mapping[str, tuple[str, ...]]
    rules: LanguageRules
    named: frozenset[str] = frozenset()
    """Sources whose `lang` *read* has filled; the model does not see them."""
    skip: frozenset[str] = frozenset()


class IdentifyLanguage(MapBatches):
    """Fills `lang` and `lang_score`."""

    stage = "language"
    options: LanguageOptions

    def open(self) -> None:
        """Loads the model."""
        self.skip = self.options.skip
        merge = tuple(self.options.merge.items())
        self._identifier = language_identifier(self.options.model, self.options.model_sha256, merge)

    def apply(self, key: BatchKey, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Measures and judges one batch."""
        if batch["source"][0].as_py() in self.options.named:
            measures = named_language(batch["lang"])
        else:
            measures = measure_language(
                batch["text"], self._identifier, sample_chars=self.options.sample_chars
            )
        return with_measures(batch, measures, language_failures(measures, self.options.rules))
