"""*read*: records of input files into batches of documents. Every flow begins with it."""

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from pydantic import Field

from corpus_pipeline.option_types import Size, show_size
from corpus_pipeline.schema import CONTENT, PROVENANCE
from corpus_pipeline.sources.records import READ_REASONS, READ_SENTENCES
from corpus_pipeline.steps import Section, Step


class ReadSection(Section):
    """Reading of records."""

    max_document_bytes: Size = Field(
        10 * 2**20, le=2**30, description="larger records are rejected; at most 1GiB"
    )
    batch_bytes: Size = Field(4 * 2**20, le=16 * 2**20, description="text in one batch")


class Read(Step):
    """Makes documents of records; a record that cannot be read is a document with a reason."""

    name = "read"
    Options = ReadSection
    options: ReadSection
    columns = pa.schema([*PROVENANCE, *CONTENT])
    reasons = READ_REASONS
    sentences = READ_SENTENCES
    counts = ("skipped-", "joined-", "split-", "lenient-http-", "lenient-media-")
    default = True
    needs_text = False

    def explain(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool = True
    ) -> str:
        """Says which field was looked for, and which the record has; or what the server said."""
        if reason == "read-too-large":
            return f"longer than {show_size(self.options.max_document_bytes)}" if known else ""
        if reason in ("read-http-status", "read-not-text"):
            found = json.loads(row["metadata"] or "{}")
            names = [name for name in ("status", "mime") if name in found]
            return ", ".join(f"{name} {found[name]}" for name in names)
        problem = {
            "read-missing-text": "is not there",
            "read-null-text": "is null",
            "read-text-not-a-string": "is no string",
        }.get(reason)
        if problem is None:
            return ""
        rules = self.context.sources.get(row["source"])
        field = f"the field {rules.text_field!r}" if rules and known else "the text field"
        fields = json.loads(row["metadata"] or "{}").get("fields")
        return f"{field} {problem}" + (f"; the record has: {fields}" if fields else "")
