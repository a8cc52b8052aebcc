"""Which columns a batch must have, and which it is lent while a step looks at it."""

from functools import cache

import pyarrow as pa

from corpus_pipeline.batches import with_columns
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.flow import document_schema
from corpus_pipeline.schema import DOCUMENT_INPUT
from corpus_pipeline.steps import Step


def check_documents(batch: object, label: str) -> None:
    """Refuses what is no batch of documents.

    Raises:
        TypeError: it is no record batch.
        ConfigError: a column is missing; the line names the transform and the columns.

    >>> check_documents(pa.record_batch({"text": ["a"]}), "Quality")
    Traceback (most recent call last):
    ...
    corpus_pipeline.errors.ConfigError: Quality: the batch has no column drop_reason; it has: \
text; FromRows() makes batches of documents
    """
    if not isinstance(batch, pa.RecordBatch):
        raise TypeError(
            f"{label}: takes batches of documents, got {type(batch).__name__}; FromRows() makes "
            "them of rows"
        )
    there = set(batch.schema.names)
    missing = [name for name in DOCUMENT_INPUT.names if name not in there]
    if missing:
        raise ConfigError(
            f"{label}: the batch has no column {missing[0]}; it has: "
            f"{', '.join(batch.schema.names)}; FromRows() makes batches of documents"
        )


@cache
def _default_schema() -> pa.Schema:
    return document_schema()


def lent(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Returns the batch with the columns of the default flow that it lacks, all null.

    In a run every document has them, so steps may ask whether they are filled.
    """
    there = set(batch.schema.names)
    return with_columns(
        batch,
        {
            field.name: pa.nulls(batch.num_rows, field.type)
            for field in _default_schema()
            if field.name not in there
        },
    )


def returned(before: pa.RecordBatch, after: pa.RecordBatch, step: Step) -> pa.RecordBatch:
    """Returns what a step made of a batch without what was only lent to it."""
    own = {field.name for field in step.all_columns()}
    borrowed = set(_default_schema().names) - set(before.schema.names) - own
    kept = [name for name in after.schema.names if name not in borrowed]
    return after if len(kept) == after.num_columns else after.select(kept)
