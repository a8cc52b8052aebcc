"""The columns that *scrub* fills: how much of each kind was replaced."""

import pyarrow as pa

from corpus_pipeline.scrub.entities import COLUMNS

#: How many identifiers of each type were replaced. Null where the text is null.
PII_MEASURES = pa.schema(
    [
        pa.field(name, pa.int32(), metadata={"meaning": f"{meaning} replaced in the text"})
        for name, meaning in COLUMNS.items()
    ]
)
