"""The columns that every document has from the beginning: fate, provenance, content.

What a step fills is declared by that step; `flow.document_schema` puts all of them together. A
column that no step has filled yet is null.
"""

import pyarrow as pa

#: Raised when a column changes its name, type or meaning. Recorded in every run.json.
SCHEMA_VERSION = 4


def column(name: str, type_: pa.DataType, meaning: str) -> pa.Field:
    """Makes a column of the data contract.

    >>> column("stars", pa.int32(), "stars of the repository").metadata
    {b'meaning': b'stars of the repository'}
    """
    return pa.field(name, type_, metadata={"meaning": meaning})


#: Metadata of a column that the ledger leaves out, for it is long.
ONLY_IN_DOCUMENTS = {"kept_in": "documents"}


def in_ledger(field: pa.Field) -> bool:
    """Says whether the ledger has a column of documents.

    >>> in_ledger(pa.field("words", pa.int32())), in_ledger(pa.field("text", pa.string()))
    (True, False)
    """
    metadata = field.metadata or {}
    return field.name not in ("raw", "text") and b"kept_in" not in metadata


#: The fate, first because it is what one looks for. Filled by every step that decides.
FATE = pa.schema(
    [
        column("drop_reason", pa.string(), "first rule that fails, in flow order; null = kept"),
        column(
            "reasons", pa.list_(pa.string()), "every rule that fails, in flow order; null = none"
        ),
    ]
)

#: Where the document came from. Filled by *read*.
PROVENANCE = pa.schema(
    [
        column(
            "unit", pa.int32(), "number of the unit in the plan; with row, the document's address"
        ),
        column("row", pa.int64(), "ordinal of the record in its unit, unreadable records included"),
        column("id", pa.string(), "the input's own id, else the content hash as 32 hex digits"),
        column("source", pa.string(), "name of the input section it belongs to"),
        column(
            "priority", pa.uint8(), "of the source; among duplicates the lowest number survives"
        ),
        column("file", pa.string(), "path or URL of the input file, as listed"),
        column(
            "record",
            pa.int64(),
            "where in the file: byte offset (JSONL, text, WARC; of the "
            "uncompressed stream, save for WARC and bzip2 dumps) or row number (Parquet)",
        ),
        column("url", pa.string(), "address of the page, null when unknown"),
        column(
            "metadata", pa.string(), "the input's other fields, one JSON object; null when none"
        ),
    ]
)

#: The content. Filled by *read* (raw or text) and *extract* (text).
CONTENT = pa.schema(
    [
        column("raw", pa.binary(), "bytes not yet extracted (HTML); null once text is there"),
        column("mime", pa.string(), "media type of raw, null for plain text"),
        column("charset", pa.string(), "charset named by the transport for raw, null when unnamed"),
        column(
            "leniencies",
            pa.list_(pa.string()),
            "what was forgiven to read it, see docs/bad-input.md; null = nothing",
        ),
        column("text", pa.string(), "the document, Unicode NFC after extract; null if unreadable"),
        column(
            "content_hash",
            pa.binary(16),
            "xxh64 with seeds 0 and 1 of the text that was measured: before cuts and scrub",
        ),
    ]
)

#: What a reader delivers, addressed and with its provenance.
DOCUMENT_INPUT = pa.schema([*FATE, *PROVENANCE, *CONTENT])
