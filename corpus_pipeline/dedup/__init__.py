"""Deduplication without an engine: hashes in, removals out, the same in any order of arrival."""

#: Phase that brings copies of evaluation items to their units.
CONTAMINATION_PHASE = "merge-contamination"
#: Phase that removes documents -> the reason that the ledger gives.
DUPLICATE_REASONS = {
    CONTAMINATION_PHASE: "contaminated",
    "merge-exact": "exact-duplicate",
    "merge-resolve": "document-duplicate",
}
#: Every sentence of the document stands elsewhere too.
NOTHING_LEFT = "sentence-nothing-left"
DEDUP_REASONS = (*DUPLICATE_REASONS.values(), NOTHING_LEFT)
