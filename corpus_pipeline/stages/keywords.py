"""*keywords*: hits of word lists, and limits on them."""

import dataclasses

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline.address import BatchKey
from corpus_pipeline.filters.keywords.measures import (
    KeywordRules,
    keyword_failures,
    measure_keywords,
)
from corpus_pipeline.stages.mapping import MapBatches, with_measures
from corpus_pipeline.stages.models import keyword_matcher
from corpus_pipeline.text.scripts import labels_or_scripts


@dataclasses.dataclass(frozen=True)
class KeywordOptions:
    """The folder of word lists (None: the shipped ones) and the limits."""

    lists: str | None
    lists_sha256: str | None
    rules: KeywordRules
    skip: frozenset[str] = frozenset()


class MatchKeywords(MapBatches):
    """Fills the keyword measures and judges them."""

    stage = "keywords"
    options: KeywordOptions

    def open(self) -> None:
        """Builds the automata."""
        self.skip = self.options.skip
        self._matcher = keyword_matcher(self.options.lists, self.options.lists_sha256)

    def apply(self, key: BatchKey, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Measures and judges one batch."""
        langs = labels_or_scripts(batch["lang"], batch["text"])
        measures = measure_keywords(batch["text"], langs, self._matcher)
        chars = pc.fill_null(pc.utf8_length(batch["text"]), 0).to_numpy().astype(np.int64)
        return with_measures(batch, measures, keyword_failures(measures, chars, self.options.rules))
