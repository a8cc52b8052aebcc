"""The columns that *code* fills."""

import pyarrow as pa

from corpus_pipeline.schema import column

#: The column by which *quality* takes rules of programming languages.
CODE_LANGUAGE = "code_language"

CODE_COLUMNS = pa.schema(
    [
        column(
            CODE_LANGUAGE,
            pa.string(),
            "programming language as GitHub Linguist names it; null when nothing tells it",
        ),
        column(
            "code_type",
            pa.string(),
            "type of that language: programming, markup, data or prose; null without one",
        ),
        column(
            "licences",
            pa.list_(pa.string()),
            "SPDX identifiers of the licences that the beginning of the text names, sorted; empty "
            "for none; null where they are not looked for",
        ),
        column(
            "license_type",
            pa.string(),
            "what follows from them, as The Stack v2 names it: permissive, non_permissive or "
            "no_license; null where they are not looked for",
        ),
    ]
)
