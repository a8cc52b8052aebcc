"""The columns that *dedup* fills."""

import pyarrow as pa

from corpus_pipeline.schema import column

#: What deduplication found out. Filled by *dedup*.
DEDUP = pa.schema(
    [
        column("duplicate_of", pa.string(), "address UNIT:ROW of the surviving duplicate"),
        column("partner", pa.string(), "address of the document whose similarity removed it"),
        column(
            "jaccard", pa.float64(), "Jaccard similarity with partner; null for exact duplicates"
        ),
        column(
            "survivor_jaccard",
            pa.float64(),
            "Jaccard similarity with duplicate_of, the same as jaccard unless cluster: components; "
            "null there if that pair was not compared or is below the threshold, and for exact "
            "duplicates",
        ),
        column("contaminated_by", pa.string(), "id of the evaluation item found in the document"),
        column("contamination_matched", pa.int32(), "words of that item that the document covers"),
        column("contamination_total", pa.int32(), "words of that item that could be covered"),
        column(
            "contamination_score",
            pa.float64(),
            "share that those words have of what the item weighs: at least min_coverage",
        ),
        column("contamination_items", pa.int32(), "different items found in the document"),
        column("contamination_sentences", pa.int32(), "sentences cut out because they hold items"),
        column("contamination_chars", pa.int32(), "code points cut out with them"),
        column("removed_sentences", pa.int32(), "sentences cut out because they stand elsewhere"),
        column("removed_chars", pa.int32(), "code points cut out with them"),
        column(
            "repeated_chars",
            pa.int32(),
            "code points in sentences that stand elsewhere; more than removed_chars where so much "
            "of the document does that none was cut out",
        ),
    ]
)

#: What the match of paragraphs found out. Filled by *dedup*, in runs that have it.
PARAGRAPHS = pa.schema(
    [
        column(
            "removed_paragraphs", pa.int32(), "paragraphs cut out because others had them before"
        ),
        column("removed_paragraph_chars", pa.int32(), "code points cut out with them"),
        column("paragraph_seen", pa.int32(), "n-grams of its paragraphs that earlier ones have"),
        column(
            "paragraph_ngrams",
            pa.int32(),
            "n-grams of its paragraphs; 0 where no earlier one has any of them",
        ),
    ]
)

#: What the match of substrings found out. Filled by *dedup*, in runs that have it.
SUBSTRINGS = pa.schema(
    [
        column("removed_substrings", pa.int32(), "strings cut out because they stand elsewhere"),
        column("removed_substring_chars", pa.int32(), "code points cut out with them alone"),
        column(
            "substring_chars",
            pa.int32(),
            "code points in strings that stand elsewhere; more than were cut out where that was "
            "too much, or sentences went with them",
        ),
    ]
)
