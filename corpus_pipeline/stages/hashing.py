"""*dedup*, first part: what documents are compared by, computed while their text is at hand."""

import dataclasses
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline.address import BatchKey
from corpus_pipeline.batches import alive, with_columns
from corpus_pipeline.dedup.matches import Documents, Match
from corpus_pipeline.dedup.survivors import Preference, document_ranks
from corpus_pipeline.stages.mapping import MapBatches
from corpus_pipeline.stages.writing import HASHES_OF
from corpus_pipeline.text.hashing import content_hashes


@dataclasses.dataclass(frozen=True)
class HashOptions:
    """Which comparisons are wanted."""

    matches: tuple[Match, ...]
    prefer: Preference
    skip: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict)
    """Kind of match -> sources that take no part in it."""


class HashBatch(MapBatches):
    """Fills `content_hash` and `id`, and hash columns for the documents that are alive."""

    stage = "dedup"

    def __init__(self, options: HashOptions) -> None:
        self.options = options

    def open(self) -> None:
        """Lets the matches load what they look for."""
        for match in self.options.matches:
            match.open()

    def apply(self, key: BatchKey, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Hashes one batch."""
        hashes = content_hashes(batch["text"])
        columns = {"content_hash": hashes, "id": _ids(batch, hashes)}
        texts = pc.if_else(alive(batch), batch["text"], pa.scalar(None, pa.string()))
        lengths = pc.fill_null(pc.utf8_length(texts), 0).to_numpy().astype(np.int64)
        priorities = batch["priority"].to_numpy(zero_copy_only=False).astype(np.uint8)
        ranks = document_ranks(priorities, lengths, hashes, prefer=self.options.prefer)
        columns["hash_rank"] = pa.array(ranks)
        documents, source = Documents(batch, texts), batch["source"][0].as_py()
        for match in self.options.matches:
            if source not in self.options.skip.get(match.kind, ()):
                columns[HASHES_OF[match.kind]] = match.hashes(documents).lists
        return with_columns(batch, columns)


def _ids(batch: pa.RecordBatch, hashes: pa.Array) -> pa.Array:
    """The input's id, else the content hash in hex, else (no text) where the record stood."""
    if batch["id"].null_count == 0:
        return batch["id"]
    made = [
        given if given is not None else (hash_.hex() if hash_ is not None else f"{file}:{record}")
        for given, hash_, file, record in zip(
            batch["id"].to_pylist(),
            hashes.to_pylist(),
            batch["file"].to_pylist(),
            batch["record"].to_pylist(),
            strict=True,
        )
    ]
    return pa.array(made, pa.string())
