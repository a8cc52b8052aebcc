"""*dedup*, first part: what documents are compared by, computed while their text is at hand."""

import dataclasses
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.address import BatchKey
from corpus_pipeline.batches import alive, with_columns
from corpus_pipeline.dedup.contamination import find_contamination
from corpus_pipeline.dedup.minhash import MinHashOptions, band_hashes, shingle, signatures
from corpus_pipeline.dedup.sentences import SentenceOptions, span_hashes
from corpus_pipeline.dedup.survivors import Preference, document_ranks
from corpus_pipeline.stages.mapping import MapBatches
from corpus_pipeline.stages.models import contamination_index
from corpus_pipeline.text.hashing import content_hashes, normalised_hashes
from corpus_pipeline.text.words import Words, split_words


@dataclasses.dataclass(frozen=True)
class HashOptions:
    """Which comparisons are wanted; None leaves one out."""

    exact: bool
    document: MinHashOptions | None
    prefer: Preference
    sentence: SentenceOptions | None
    contamination: str | None
    """Path of the index of evaluation items."""
    skip_document: frozenset[str] = frozenset()
    """Sources that take no part in near-duplicate removal."""
    skip_sentence: frozenset[str] = frozenset()
    """Sources whose sentences are left alone."""


class HashBatch(MapBatches):
    """Fills `content_hash` and `id`, and hash columns for the documents that are alive."""

    stage = "dedup"

    def __init__(self, options: HashOptions) -> None:
        self.options = options

    def open(self) -> None:
        """Loads the evaluation items."""
        path = self.options.contamination
        self._index = None if path is None else contamination_index(path)

    def apply(self, key: BatchKey, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Hashes one batch."""
        hashes = content_hashes(batch["text"])
        columns = {"content_hash": hashes, "id": _ids(batch, hashes)}
        texts = pc.if_else(alive(batch), batch["text"], pa.scalar(None, pa.string()))
        lengths = pc.fill_null(pc.utf8_length(texts), 0).to_numpy().astype(np.int64)
        priorities = batch["priority"].to_numpy(zero_copy_only=False).astype(np.uint8)
        ranks = document_ranks(priorities, lengths, hashes, prefer=self.options.prefer)
        columns["hash_rank"] = pa.array(ranks)
        if self.options.exact:
            first, second = normalised_hashes(texts)
            columns |= {"hash_exact_a": pa.array(first), "hash_exact_b": pa.array(second)}
        source = batch["source"][0].as_py()
        document = self.options.document if source not in self.options.skip_document else None
        sentence = self.options.sentence if source not in self.options.skip_sentence else None
        wanted = document is not None or sentence is not None or self._index is not None
        words = split_words(texts) if wanted else None
        if document is not None and words is not None:
            columns["hash_bands"] = _bands(words, document)
        if sentence is not None:
            spans = span_hashes(texts, sentence, words)
            columns["hash_spans"] = _lists(spans.offsets, spans.hashes)
            columns["hash_span_ordinals"] = _lists(spans.offsets, spans.ordinals)
        if self._index is not None:
            occurrences = find_contamination(texts, self._index, words)
            offsets = np.searchsorted(occurrences["text"].to_numpy(), np.arange(len(texts) + 1))
            found = pa.StructArray.from_arrays(
                occurrences.columns[1:], occurrences.schema.names[1:]
            )
            columns["hash_places"] = pa.ListArray.from_arrays(offsets.astype(np.int32), found)
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


def _bands(words: Words, options: MinHashOptions) -> pa.Array:
    shingles = shingle(words, options)
    hashes = band_hashes(signatures(shingles, options), options)
    offsets = np.concatenate([[0], np.cumsum(np.where(shingles.present, options.bands, 0))])
    return _lists(offsets, hashes[shingles.present].ravel())


def _lists(offsets: NDArray[Any], values: NDArray[Any]) -> pa.ListArray:
    return pa.ListArray.from_arrays(offsets.astype(np.int32), pa.array(values))
