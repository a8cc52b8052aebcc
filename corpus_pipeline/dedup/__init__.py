"""Deduplication without an engine: hashes in, removals out, the same in any order of arrival."""

#: Kind of dedup that removes documents -> the reason that the ledger gives.
REASONS = {
    "contamination": "contaminated",
    "exact": "exact-duplicate",
    "document": "document-duplicate",
}
#: Every sentence of the document stands elsewhere too.
NOTHING_LEFT = "sentence-nothing-left"
DEDUP_REASONS = (*REASONS.values(), NOTHING_LEFT)
