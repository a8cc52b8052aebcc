"""Deduplication without an engine: hashes in, removals out, the same in any order of arrival."""

#: Phase that removes documents -> the reason that the ledger gives.
DUPLICATE_REASONS = {
    "merge-contamination": "contaminated",
    "merge-exact": "exact-duplicate",
    "merge-resolve": "document-duplicate",
}
#: Every sentence of the document stands elsewhere too.
NOTHING_LEFT = "sentence-nothing-left"
DEDUP_REASONS = (*DUPLICATE_REASONS.values(), NOTHING_LEFT)
