"""What *keywords* fills, and why it drops."""

import pyarrow as pa

KEYWORD_MEASURES = pa.schema(
    [
        pa.field(
            "keyword_hits",
            pa.int32(),
            metadata={
                "meaning": "occurrences of listed words, leftmost-longest, not overlapping; null "
                "when there is no text or no list for its language"
            },
        ),
        pa.field(
            "keyword_distinct",
            pa.int32(),
            metadata={"meaning": "how many different listed words occur; null like keyword_hits"},
        ),
        pa.field(
            "keyword_chars",
            pa.int32(),
            metadata={"meaning": "characters in all occurrences; null like keyword_hits"},
        ),
    ]
)

#: In runs that have a limit on listed words for each line.
LINES_COLUMN = pa.schema(
    [
        pa.field(
            "keyword_lines",
            pa.int32(),
            metadata={
                "meaning": "lines that line feeds part, blank ones too; null where there is no text"
            },
        )
    ]
)

#: Why a document is dropped, in rule order, and what is said of it.
KEYWORD_SENTENCES = {
    "keywords-too-many": "it has {keyword_hits:,} listed words[; the rule {rule} allows {limit:,}]",
    "keywords-too-varied": "it has {keyword_distinct:,} different listed words"
    "[; the rule {rule} allows {limit:,}]",
    "keywords-too-dense": "it has {keyword_hits:,} listed words"
    "[, {value:,} for each 1,000 characters][; the rule {rule} allows {limit:,}]",
    "keywords-too-varied-for-lines": "it has {keyword_distinct:,} different listed words"
    "[ in {keyword_lines:,} lines, {value:,} for each][; the rule {rule} allows {limit:,}]",
}
KEYWORD_REASONS: tuple[str, ...] = tuple(KEYWORD_SENTENCES)
