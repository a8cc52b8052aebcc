"""Steps of a user's own that peers' tests bring along, or that take ten lines."""

import pyarrow as pa
import pyarrow.compute as pc


def upper_case(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Writes all texts in capitals."""
    place = batch.schema.get_field_index("text")
    return batch.set_column(place, "text", pc.utf8_upper(batch["text"]))
