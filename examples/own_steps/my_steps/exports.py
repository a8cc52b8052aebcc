"""A format of one's own: documents as lines of JSON, and how many there are."""

import json
from collections.abc import Sequence

from pydantic import Field

from corpus_pipeline.exports import (
    DocumentExporter,
    DocumentExportOptions,
    DocumentPart,
    Folder,
    WrittenPart,
)


class LineOptions(DocumentExportOptions):
    """Of the format."""

    least: int = Field(1, ge=1, description="tokens of a document that gets a line")


class TokenLines(DocumentExporter):
    """Documents as lines of JSON, one file for each split and source."""

    name = "lines"
    Options = LineOptions
    options: LineOptions

    def write(self, part: DocumentPart, folder: Folder) -> None:
        """Writes one file."""
        with folder.file(f"{part.name}.jsonl") as sink:
            for documents in part.documents():
                for id_, tokens in documents.each():
                    if len(tokens) >= self.options.least:
                        line = {"id": id_, "tokens": tokens.tolist()}
                        sink.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")

    def finish(self, parts: Sequence[WrittenPart], folder: Folder) -> None:
        """Writes what there is, as a table."""
        rows = [f"{part.split}\t{part.series}\t{part.documents}\n" for part in parts]
        folder.write("documents.tsv", "".join(rows).encode())
