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

PERPLEXITY_REASONS: tuple[str, ...] = ("perplexity-too-high", "perplexity-too-low")
