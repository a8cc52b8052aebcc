"""LitData, LitGPT: chunks for its `TokensLoader`, one folder for each split.

    chunk-0-0.bin   u32 N | u32[N + 1] byte at which each item begins, and the end | the tokens
    index.json      chunks: file, bytes, items, tokens; type of the tokens

`TokensLoader(block_size)` cuts each chunk into blocks and leaves its last tokens out where they do
not fill one. With a sequence length every chunk is a whole number of such blocks, and only the end
of the split is filled up. Described by litdata, litdata/streaming/writer.py and item_loader.py.
"""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import Field

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.exports.content import file_name
from corpus_pipeline.exports.exporter import (
    Folder,
    SequenceExporter,
    SequenceExportOptions,
    TokenPart,
    WrittenPart,
    by_series,
    raw,
)

#: Bytes of a chunk: its offsets are uint32.
_MOST_BYTES = 2**32 - 1
#: LitData's numbers of torch's types; an id is below 2**31, so uint32 has the bytes of int32.
_TYPES = {"uint16": 20, "uint32": 15}
#: How torch writes that an item is one tensor.
_ONE_TENSOR = '[1, {"type": null, "context": null, "children_spec": []}]'


class LitDataOptions(SequenceExportOptions):
    """Of the format litdata."""

    sequence_length: int | None = Field(
        None, gt=0, description="tokens of a block, as TokensLoader is told; a mixture needs it"
    )
    file_tokens: int = Field(1 << 25, gt=0, description="tokens of a chunk at most")


class LitData(SequenceExporter):
    """LitData's chunks of tokens; one folder for each split."""

    name = "litdata"
    Options = LitDataOptions
    options: LitDataOptions

    def check(self) -> None:
        """Refuses chunks that are too large.

        Raises:
            ConfigError: a chunk may have 4 GiB; or as the base has it.
        """
        super().check()
        length = self.options.sequence_length or 1
        tokens = max(self.options.file_tokens // length, 1) * length
        if tokens * np.dtype(self.content.dtype).itemsize + 12 > _MOST_BYTES:
            raise ConfigError(
                f"--file-tokens {tokens}: a chunk of LitData has less than 4 GiB; give less"
            )

    def write(self, part: TokenPart, folder: Folder) -> None:
        """Writes one chunk, of one item."""
        size = part.tokens * np.dtype(self.content.dtype).itemsize
        with folder.file(f"{file_name(part.split)}/chunk-0-{part.number}.bin") as sink:
            sink.write(raw(np.array([1, 12, 12 + size], "<u4")))
            for tokens in part.blocks():
                sink.write(raw(tokens))

    def finish(self, parts: Sequence[WrittenPart], folder: Folder) -> None:
        """Writes the index of each split."""
        for split, series in by_series(parts).items():
            listed = [_described(part) for part in series[split]]
            config = {
                "chunk_bytes": max(chunk["chunk_bytes"] for chunk in listed),
                "chunk_size": None,
                "compression": None,
                "data_format": [f"no_header_tensor:{_TYPES[self.content.dtype]}"],
                "data_spec": _ONE_TENSOR,
                "encryption": None,
                "item_loader": "TokensLoader",
            }
            content = json.dumps({"chunks": listed, "config": config}, sort_keys=True)
            folder.write(f"{file_name(split)}/index.json", content.encode())


def _described(part: WrittenPart) -> dict[str, Any]:
    ((path, written),) = part.files.items()
    return {
        "chunk_bytes": written.bytes,
        "chunk_size": 1,
        "dim": part.tokens,
        "filename": path.rpartition("/")[2],
    }
