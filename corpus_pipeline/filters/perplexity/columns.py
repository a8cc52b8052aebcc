"""What *perplexity* fills, and why it drops."""

import pyarrow as pa

PERPLEXITY_MEASURES = pa.schema(
    [
        pa.field(
            "perplexity",
            pa.float64(),
            metadata={
                "meaning": "per token and line end, under perplexity_model; three decimals; null "
                "when the language has no model or the text no token"
            },
        ),
        pa.field(
            "perplexity_model",
            pa.string(),
            metadata={
                "meaning": "model as name@first 8 hex digits of its sha256; null with perplexity"
            },
        ),
    ]
)

BUCKET_COLUMN = pa.schema(
    [
        pa.field(
            "perplexity_bucket",
            pa.string(),
            metadata={
                "meaning": "head, middle or tail by perplexity.buckets, without which there is "
                "none; null without perplexity, or where the language has no buckets"
            },
        )
    ]
)

#: Why a document is dropped, and what is said of it.
PERPLEXITY_SENTENCES = {
    "perplexity-too-high": "the language model[ {perplexity_model}] finds it too surprising: its "
    "perplexity is {perplexity:,}[; the rule {rule} allows {limit:,}]",
    "perplexity-too-low": "the language model[ {perplexity_model}] finds it too little surprising: "
    "its perplexity is {perplexity:,}[; the rule {rule} asks for {limit:,} at least]",
}
PERPLEXITY_REASONS: tuple[str, ...] = tuple(PERPLEXITY_SENTENCES)
