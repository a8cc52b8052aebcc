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

KEYWORD_REASONS: tuple[str, ...] = (
    "keywords-too-many",
    "keywords-too-varied",
    "keywords-too-dense",
    "keywords-too-varied-for-lines",
)
