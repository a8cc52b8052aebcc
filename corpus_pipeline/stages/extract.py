"""*extract*: raw pages into normalised text."""

import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline.address import BatchKey
from corpus_pipeline.batches import add_failures, with_columns
from corpus_pipeline.extract.documents import (
    EXTRACT_REASONS,
    ExtractOptions,
    extract_documents,
)
from corpus_pipeline.extract.helper import ParserProcess
from corpus_pipeline.schema import CONTENT
from corpus_pipeline.sources.leniencies import with_more
from corpus_pipeline.stages.mapping import MapBatches


class ExtractText(MapBatches):
    """Fills `text`, clears `raw`, and fails documents in which no text is found."""

    stage = "extract"
    options: ExtractOptions

    def open(self) -> None:
        """Prepares the process for large pages; it starts with the first of them."""
        self._parser = ParserProcess()

    def teardown(self) -> None:
        """Ends that process."""
        self._parser.close()

    def apply(self, key: BatchKey, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Extracts one batch."""
        extracted = extract_documents(
            batch["raw"], batch["mime"], batch["charset"], batch["text"], self.options, self._parser
        )
        failures = {
            reason: pc.fill_null(pc.equal(extracted.reasons, reason), False).to_numpy(False)
            for reason in EXTRACT_REASONS
        }
        batch = add_failures(batch, failures)
        raw = pa.nulls(batch.num_rows, CONTENT.field("raw").type)
        leniencies = with_more(batch["leniencies"], extracted.leniencies)
        return with_columns(batch, {"raw": raw, "text": extracted.texts, "leniencies": leniencies})
