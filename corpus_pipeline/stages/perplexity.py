"""*perplexity*: how surprising a text is to a KenLM model of its language."""

import dataclasses
from collections.abc import Mapping

import pyarrow as pa

from corpus_pipeline.address import BatchKey
from corpus_pipeline.filters.perplexity.measures import (
    PerplexityRules,
    measure_perplexity,
    perplexity_failures,
)
from corpus_pipeline.stages.mapping import MapBatches, with_measures
from corpus_pipeline.stages.models import language_model
from corpus_pipeline.text.scripts import labels_or_scripts


@dataclasses.dataclass(frozen=True)
class PerplexityOptions:
    """One model for each language, the limits, and how much of a document is scored."""

    models: Mapping[str, tuple[str, str | None]]
    """language -> (path, sha256 or None)."""
    rules: PerplexityRules
    max_chars: int | None
    skip: frozenset[str] = frozenset()


class MeasurePerplexity(MapBatches):
    """Fills the perplexity measures and judges them."""

    stage = "perplexity"
    options: PerplexityOptions

    def open(self) -> None:
        """Maps the models into memory."""
        self.skip = self.options.skip
        self._models = {
            language: language_model(path, sha256)
            for language, (path, sha256) in self.options.models.items()
        }

    def apply(self, key: BatchKey, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Measures and judges one batch."""
        langs = labels_or_scripts(batch["lang"], batch["text"])
        measures = measure_perplexity(
            batch["text"], langs, self._models, max_chars=self.options.max_chars
        )
        failures = perplexity_failures(measures, langs, self.options.rules)
        return with_measures(batch, measures, failures)
