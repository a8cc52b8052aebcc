"""What *language* fills, and why it drops."""

import pyarrow as pa

LANGUAGE_MEASURES = pa.schema(
    [
        pa.field(
            "lang",
            pa.string(),
            metadata={
                "meaning": "language: the model's own label (lid.176: ISO 639-1, else 639-3), or "
                "a name of language.merge, or what the input is said to be in; null when the text "
                "has no letters or nobody looked"
            },
        ),
        pa.field(
            "lang_score",
            pa.float32(),
            metadata={
                "meaning": "the model's confidence in lang, 0 to 1, four decimals, the mean of "
                "several places in a long text; 0 when the text has no letters, null when there is "
                "no text or the language was given"
            },
        ),
        pa.field(
            "lang_second",
            pa.string(),
            metadata={"meaning": "label of the second most likely language; null when unknown"},
        ),
    ]
)

#: Why a document is dropped, in rule order, and what is said of it.
LANGUAGE_SENTENCES = {
    "language-unknown": "the model names no language for it",
    "language-not-kept": "its language is {lang}[, with a score of {lang_score:,}]"
    "[; the run keeps {limit}]",
    "language-low-score": "its language seems to be {lang}, with a score of {lang_score:,}"
    "[; the rule {rule} asks for {limit:,} at least]",
}
LANGUAGE_REASONS: tuple[str, ...] = tuple(LANGUAGE_SENTENCES)
