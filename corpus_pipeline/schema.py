"""The data contract: every column that a document has: its fate, then in the order of the flow.

One schema serves every batch of every map stage and every Parquet file of documents. A column that
no stage has filled yet is null. docs/data-contract.md is written from this module.
"""

import pyarrow as pa

from corpus_pipeline.filters.keywords.measures import KEYWORD_MEASURES
from corpus_pipeline.filters.language.measures import LANGUAGE_MEASURES
from corpus_pipeline.filters.perplexity.measures import PERPLEXITY_MEASURES
from corpus_pipeline.filters.quality.measures import QUALITY_MEASURES
from corpus_pipeline.scrub.replace import PII_MEASURES

#: Raised when a column changes its name, type or meaning. Recorded in every run.json.
SCHEMA_VERSION = 2


def _field(name: str, type_: pa.DataType, meaning: str) -> pa.Field:
    return pa.field(name, type_, metadata={"meaning": meaning})


#: The fate, first because it is what one looks for. Filled by every stage that decides.
FATE = pa.schema(
    [
        _field("drop_reason", pa.string(), "first rule that fails, in flow order; null = kept"),
        _field(
            "reasons", pa.list_(pa.string()), "every rule that fails, in flow order; null = none"
        ),
    ]
)

#: Where the document came from. Filled by *read*.
PROVENANCE = pa.schema(
    [
        _field(
            "unit", pa.int32(), "number of the unit in the plan; with row, the document's address"
        ),
        _field("row", pa.int64(), "ordinal of the record in its unit, unreadable records included"),
        _field("id", pa.string(), "the input's own id, else the content hash as 32 hex digits"),
        _field("source", pa.string(), "name of the input section it belongs to"),
        _field(
            "priority", pa.uint8(), "of the source; among duplicates the lowest number survives"
        ),
        _field("file", pa.string(), "path or URL of the input file, as listed"),
        _field(
            "record",
            pa.int64(),
            "where in the file: byte offset (JSONL, text, WARC; of the "
            "uncompressed stream, save for WARC) or row number (Parquet)",
        ),
        _field("url", pa.string(), "address of the page, null when unknown"),
        _field(
            "metadata", pa.string(), "the input's other fields, one JSON object; null when none"
        ),
    ]
)

#: The content. Filled by *read* (raw or text) and *extract* (text).
CONTENT = pa.schema(
    [
        _field("raw", pa.binary(), "bytes not yet extracted (HTML); null once text is there"),
        _field("mime", pa.string(), "media type of raw, null for plain text"),
        _field("charset", pa.string(), "charset named by the transport for raw, null when unnamed"),
        _field(
            "leniencies",
            pa.list_(pa.string()),
            "what was forgiven to read it, see docs/bad-input.md; null = nothing",
        ),
        _field("text", pa.string(), "the document, Unicode NFC after extract; null if unreadable"),
        _field(
            "content_hash",
            pa.binary(16),
            "xxh64 with seeds 0 and 1 of the text that was measured: before cuts and scrub",
        ),
    ]
)

#: What a reader delivers, addressed and with its provenance.
DOCUMENT_INPUT = pa.schema([*FATE, *PROVENANCE, *CONTENT])

#: What deduplication found out. Filled by *dedup*.
DEDUP = pa.schema(
    [
        _field("duplicate_of", pa.string(), "address UNIT:ROW of the surviving duplicate"),
        _field("partner", pa.string(), "address of the document whose similarity removed it"),
        _field(
            "jaccard", pa.float64(), "Jaccard similarity with partner; null for exact duplicates"
        ),
        _field(
            "survivor_jaccard",
            pa.float64(),
            "Jaccard similarity with duplicate_of, the same as jaccard unless cluster: components; "
            "null there if that pair was not compared or is below the threshold, and for exact "
            "duplicates",
        ),
        _field("contaminated_by", pa.string(), "id of the evaluation item found in the document"),
        _field("contamination_matched", pa.int32(), "words of that item that the document covers"),
        _field("contamination_total", pa.int32(), "words of that item that could be covered"),
        _field(
            "contamination_score",
            pa.float64(),
            "share that those words have of what the item weighs: at least min_coverage",
        ),
        _field("contamination_items", pa.int32(), "different items found in the document"),
        _field("contamination_sentences", pa.int32(), "sentences cut out because they hold items"),
        _field("contamination_chars", pa.int32(), "code points cut out with them"),
        _field("removed_sentences", pa.int32(), "sentences cut out because they stand elsewhere"),
        _field("removed_chars", pa.int32(), "code points cut out with them"),
        _field(
            "repeated_chars",
            pa.int32(),
            "code points in sentences that stand elsewhere; more than removed_chars where so much "
            "of the document does that none was cut out",
        ),
    ]
)

#: Where the tokens are. Filled by *tokenize*.
TOKENS = pa.schema(
    [
        _field("tokens", pa.int32(), "tokens of the document, the end-of-text token included"),
        _field("token_shard", pa.int32(), "number of the shard"),
        _field("token_offset", pa.int64(), "position of the first token in the shard's stream"),
    ]
)

#: Every measure of the filters, and the PII counts of *scrub*.
MEASURES = pa.schema(
    [*LANGUAGE_MEASURES, *QUALITY_MEASURES, *KEYWORD_MEASURES, *PERPLEXITY_MEASURES]
)

#: The columns of documents/ and rejected/.
DOCUMENT = pa.schema([*DOCUMENT_INPUT, *MEASURES, *DEDUP, *PII_MEASURES, *TOKENS])

#: The columns of ledger/: a document without its content.
LEDGER = pa.schema([field for field in DOCUMENT if field.name not in ("raw", "text")])
