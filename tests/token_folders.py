"""Small folders of shards and mixtures, whose tokens say where they stand."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from corpus_pipeline import storage
from corpus_pipeline.loader import open_tokens
from corpus_pipeline.loader.mixture import MIXTURE_VERSION, SELECTION
from corpus_pipeline.tokens.index import ShardEntry, TokenIndex
from corpus_pipeline.tokens.shard import ShardFormat, ShardWriter

SHA = "ab" * 32
EOS = 0


class Lengths(NamedTuple):
    """Documents of one shard."""

    lengths: Sequence[int]
    """Tokens of each document, its end included; 0 is a document that was null."""
    source: str = "web"
    split: str = "train"


def write_folder(
    folder: Path, shards: Sequence[Lengths], dtype: str = "uint16", tokenizer: str = SHA
) -> Path:
    """Writes shards. The tokens count upwards from 1 through all of them; none is the id 0."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    place = 0
    for k, (lengths, source, split) in enumerate(shards):
        with (folder / f"{k}.arrow").open("wb") as sink:
            # A tiny bound makes several record batches.
            writer = ShardWriter(sink, ShardFormat(tokenizer, EOS, dtype), batch_bytes=70)
            for row, length in enumerate(lengths):
                tokens = np.arange(place + 1, place + 1 + length).astype(dtype)
                place += length
                writer.write(
                    pa.array([f"{k}文{row}"]),
                    np.array([k], np.int32),
                    np.array([row]),
                    np.array([0, length]),
                    tokens,
                )
            summary = writer.close()
        written = storage.file_digest(folder / f"{k}.arrow")
        entries.append(ShardEntry(f"{k}.arrow", *summary, *written, source, split))
    index = TokenIndex(dtype, 60_000, EOS, "tokenizer.json", tokenizer, tuple(entries))
    (folder / "index.json").write_text(index.to_json(), "utf-8")
    return folder


def places(shards: Sequence[Lengths], split: str, sources: set[str] | None) -> list[list[int]]:
    """Returns the tokens of each document of a stream that has any, by hand."""
    documents = []
    place = 0
    for lengths, source, in_split in shards:
        for length in lengths:
            if length and in_split == split and (sources is None or source in sources):
                documents.append(list(range(place + 1, place + 1 + length)))
            place += length
    return documents


class Component(NamedTuple):
    """A component of a mixture: sources of the split `train`, or chosen documents."""

    sources: Sequence[str]
    documents: Sequence[int] | None = None
    """Numbers among the sources' documents with tokens, in the order in which they are seen; null
    takes all once."""


def write_mixture(
    path: Path,
    shards: Sequence[Lengths],
    components: Mapping[str, Component],
    stages: Sequence[tuple[str, Mapping[str, int]]],
) -> dict[str, list[list[int]]]:
    """Writes a mixture beside a folder `tokens`, and returns the documents of each component."""
    dataset = open_tokens(path.parent / "tokens")
    listed, all_documents = [], {}
    for number, (name, (sources, chosen)) in enumerate(components.items()):
        documents = places(shards, "train", set(sources))
        selection = None
        if chosen is not None:
            documents = [documents[k] for k in chosen]
            selection = f"selection-{number:05}.arrow"
            write_selection(path.parent / selection, documents)
        all_documents[name] = documents
        listed.append(
            {
                "name": name,
                "split": "train",
                "sources": list(sources),
                "documents": len(documents),
                "tokens": sum(map(len, documents)),
                "selection": selection,
                "sha256": selection and storage.file_digest(path.parent / selection)[1],
            }
        )
    content: dict[str, Any] = {
        "version": MIXTURE_VERSION,
        "tokens": "tokens",
        "index_sha256": dataset.fingerprint,
        "seed": 1,
        "components": listed,
        "stages": [{"name": name, "tokens": dict(tokens)} for name, tokens in stages],
    }
    path.write_text(json.dumps(content), "utf-8")
    return all_documents


def write_selection(path: Path, documents: Sequence[Sequence[int]]) -> None:
    """Writes the segments of chosen documents; neighbours become one segment."""
    start, token = [], []
    total, after = 0, -1
    for document in documents:
        if document[0] - 1 != after:
            start.append(total)
            token.append(document[0] - 1)
        total += len(document)
        after = document[-1]
    columns = [pa.array(start, pa.int64()), pa.array(token, pa.int64())]
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, SELECTION) as writer:
        writer.write_batch(pa.record_batch(columns, schema=SELECTION))
