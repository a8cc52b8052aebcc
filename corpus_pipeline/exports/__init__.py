"""Exports: a run's tokens in the formats of other trainers, whole or mixed, resumable, checked.

content     what is exported: splits and sources, or a mixture
documents   documents of a stream, as views of the shards
series      tokens as one series, for trainers that know no documents
exporter    what a format is; base classes for your own
known       the formats by name
target      the folder of an export, and what is known of one under way
run         the export itself
verify      is it whole?

megatron, olmo, hf               formats of documents
nanogpt, mds, litdata            formats of tokens and sequences
"""

from corpus_pipeline.exports.content import Component, Content
from corpus_pipeline.exports.documents import Documents
from corpus_pipeline.exports.exporter import (
    DocumentExporter,
    DocumentExportOptions,
    DocumentPart,
    Folder,
    SequenceExporter,
    SequenceExportOptions,
    TokenPart,
    WrittenPart,
    raw,
)
from corpus_pipeline.exports.run import Request, export

__all__ = [
    "Component",
    "Content",
    "DocumentExportOptions",
    "DocumentExporter",
    "DocumentPart",
    "Documents",
    "Folder",
    "Request",
    "SequenceExportOptions",
    "SequenceExporter",
    "TokenPart",
    "WrittenPart",
    "export",
    "raw",
]
