"""*quality*: Gopher, C4 and FineWeb measures, and the rules of the source's profile."""

import dataclasses
from collections.abc import Mapping

import pyarrow as pa

from corpus_pipeline.address import BatchKey
from corpus_pipeline.filters.quality.measures import measure_quality
from corpus_pipeline.filters.quality.rules import QualityProfile, quality_failures
from corpus_pipeline.stages.mapping import MapBatches, with_measures
from corpus_pipeline.text.scripts import labels_or_scripts


@dataclasses.dataclass(frozen=True)
class QualityOptions:
    """Profiles of rules by source."""

    profiles: Mapping[str, QualityProfile]
    default: QualityProfile
    """For sources that `profiles` does not name."""
    skip: frozenset[str] = frozenset()


class MeasureQuality(MapBatches):
    """Fills the quality measures and judges them."""

    stage = "quality"
    options: QualityOptions

    def open(self) -> None:
        """Notes which sources to leave alone."""
        self.skip = self.options.skip

    def apply(self, key: BatchKey, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Measures and judges one batch."""
        profile = self.options.profiles.get(batch["source"][0].as_py(), self.options.default)
        langs = labels_or_scripts(batch["lang"], batch["text"])
        measures = measure_quality(batch["text"], langs, profile.prose)
        return with_measures(batch, measures, quality_failures(measures, langs, profile))
