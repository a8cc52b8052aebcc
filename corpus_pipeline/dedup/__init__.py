"""Deduplication without an engine: hashes in, removals out, the same in any order of arrival."""
