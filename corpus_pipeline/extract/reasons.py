"""Why *extract* drops a document."""

#: Why a document has no text, in the order in which it is found out.
EXTRACT_REASONS: tuple[str, ...] = (
    "extract-unknown-type",
    "extract-too-large",
    "extract-bad-charset",
    "extract-encrypted",
    "extract-too-complex",
    "extract-timeout",
    "extract-failed",
    "extract-broken-notebook",
    "extract-empty",
)
