"""MosaicML streaming, llm-foundry: MDS shards of sequences of one length, a folder for each split.

    shard.00000.mds   u32 S | u32[S + 1] byte at which each sample begins, and the end
                      | JSON of the columns | samples: the tokens of each, nothing else
    index.json        the shards, with sha256

The column `tokens` is `ndarray:TYPE:LENGTH`, whose size stands in the JSON. Described by streaming,
streaming/base/format/mds.
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

#: Bytes of a shard: its offsets are uint32.
_MOST_BYTES = 2**32 - 1
#: An id is below 2**31, so uint32 has the bytes of int32, which PyTorch knows better.
_ENCODINGS = {"uint16": "uint16", "uint32": "int32"}


class MdsOptions(SequenceExportOptions):
    """Of the format mds."""

    file_tokens: int = Field(1 << 25, gt=0, description="tokens of a shard at most")


class Mds(SequenceExporter):
    """MosaicML's shards, of sequences of one length; one folder for each split."""

    name = "mds"
    Options = MdsOptions
    options: MdsOptions

    def check(self) -> None:
        """Refuses samples without a length, and shards that are too large.

        Raises:
            ConfigError: there is no sequence length, or a shard may have 4 GiB; or as the base has
                it.
        """
        length = self.options.sequence_length
        if length is None:
            raise ConfigError("--format mds: samples have one length; give --sequence-length")
        super().check()
        size = max(self.options.file_tokens // length, 1)
        if size * (self._sample_bytes + 4) + 4096 > _MOST_BYTES:
            raise ConfigError(
                f"--file-tokens {self.options.file_tokens}: an MDS shard has less than 4 GiB; give "
                "less"
            )

    @property
    def _sample_bytes(self) -> int:
        return (self.options.sequence_length or 0) * np.dtype(self.content.dtype).itemsize

    def _columns(self) -> dict[str, Any]:
        """Returns what a shard says of its columns."""
        encoding = _ENCODINGS[self.content.dtype]
        return {
            "version": 2,
            "format": "mds",
            "compression": None,
            "hashes": ["sha256"],
            "size_limit": None,
            "column_names": ["tokens"],
            "column_encodings": [f"ndarray:{encoding}:{self.options.sequence_length}"],
            "column_sizes": [self._sample_bytes],
        }

    def write(self, part: TokenPart, folder: Folder) -> None:
        """Writes one shard."""
        size = self._sample_bytes
        samples = part.tokens * np.dtype(self.content.dtype).itemsize // size
        columns = json.dumps(self._columns(), sort_keys=True).encode()
        first = 4 + 4 * (samples + 1) + len(columns)
        with folder.file(f"{file_name(part.split)}/shard.{part.number:05}.mds") as sink:
            offsets = first + size * np.arange(samples + 1, dtype=np.int64)
            sink.write(raw(np.append(samples, offsets).astype("<u4")))
            sink.write(columns)
            for tokens in part.blocks():
                sink.write(raw(tokens))

    def finish(self, parts: Sequence[WrittenPart], folder: Folder) -> None:
        """Writes the index of each split."""
        for split, series in by_series(parts).items():
            listed = [self._described(part) for part in series[split]]
            content = json.dumps({"version": 2, "shards": listed}, sort_keys=True)
            folder.write(f"{file_name(split)}/index.json", content.encode())

    def _described(self, part: WrittenPart) -> dict[str, Any]:
        ((path, written),) = part.files.items()
        raw_data = {
            "basename": path.rpartition("/")[2],
            "bytes": written.bytes,
            "hashes": {"sha256": written.sha256},
        }
        samples = part.tokens // (self.options.sequence_length or 1)
        return {**self._columns(), "samples": samples, "raw_data": raw_data, "zip_data": None}
