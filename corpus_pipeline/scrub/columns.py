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

#: The column of findings in a batch; the last pass writes it as a table of its own.
FINDINGS_COLUMN = "pii_findings"

#: One finding. Places count characters of the field, in *metadata* of the value that it stands in;
#: the value itself is nowhere.
FINDINGS = pa.schema(
    [
        pa.field("field", pa.string(), metadata={"meaning": "text, url, id or metadata"}),
        pa.field("start", pa.int32(), metadata={"meaning": "first character in the field before"}),
        pa.field("end", pa.int32(), metadata={"meaning": "the character after the last"}),
        pa.field("new_start", pa.int32(), metadata={"meaning": "the same in the field after"}),
        pa.field("new_end", pa.int32(), metadata={"meaning": "the same in the field after"}),
        pa.field("entity", pa.string(), metadata={"meaning": "what it is"}),
        pa.field("score", pa.float32(), metadata={"meaning": "how sure the rule is, 0 to 1"}),
        pa.field(
            "action", pa.string(), metadata={"meaning": "placeholder, mask, surrogate or keep"}
        ),
    ]
)

#: The table of findings that a run writes, one row for each.
FINDINGS_TABLE = pa.schema(
    [
        pa.field("unit", pa.int32(), metadata={"meaning": "of the document's address"}),
        pa.field("row", pa.int64(), metadata={"meaning": "of the document's address"}),
        pa.field("id", pa.string(), metadata={"meaning": "of the document"}),
        pa.field("source", pa.string(), metadata={"meaning": "of the document"}),
        *FINDINGS,
    ]
)
