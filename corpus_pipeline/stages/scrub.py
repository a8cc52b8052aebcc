"""*scrub*: personal data replaced by typed placeholders."""

import dataclasses

import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline.address import BatchKey
from corpus_pipeline.batches import alive, with_columns
from corpus_pipeline.scrub.replace import ScrubOptions, scrub_texts
from corpus_pipeline.stages.mapping import MapBatches
from corpus_pipeline.stages.models import pii_detectors


@dataclasses.dataclass(frozen=True)
class ScrubStageOptions:
    """What is looked for, and how it is replaced."""

    entities: tuple[str, ...]
    regions: tuple[str, ...]
    replacement: ScrubOptions


class ScrubText(MapBatches):
    """Replaces personal data in the texts that stay and fills the PII counts."""

    stage = "scrub"
    options: ScrubStageOptions

    def open(self) -> None:
        """Builds the recognizers."""
        self._detectors = pii_detectors(self.options.entities, self.options.regions)

    def apply(self, key: BatchKey, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Scrubs one batch."""
        living = alive(batch)
        texts = pc.if_else(living, batch["text"], pa.scalar(None, pa.string()))
        scrubbed = scrub_texts(texts, self._detectors, self.options.replacement)
        counts = dict(zip(scrubbed.counts.schema.names, scrubbed.counts.columns, strict=True))
        return with_columns(
            batch, {"text": pc.if_else(living, scrubbed.texts, batch["text"]), **counts}
        )
