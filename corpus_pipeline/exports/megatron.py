"""Megatron-LM, NeMo, GPT-NeoX: PREFIX.bin and PREFIX.idx, and how the prefixes are blended.

    .bin   tokens, nothing else
    .idx   MMIDIDX\\0\\0 | u64 version 1 | u8 type | u64 S sequences | u64 D + 1 documents
           | int32[S] tokens of each | int64[S] byte at which each begins
           | int64[D + 1] sequence at which each document begins, and their number

A document is one sequence here. Described by Megatron-LM in its module
megatron/core/datasets/indexed_dataset.py.
"""

import json
import struct
from collections.abc import Sequence
from typing import Any, BinaryIO

import numpy as np

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.exports.content import TRAIN, Weights, file_name
from corpus_pipeline.exports.exporter import (
    DocumentExporter,
    DocumentPart,
    Folder,
    WrittenPart,
    by_series,
    raw,
    title,
    tokens_of,
)

#: Vocabularies below this are written as uint16, as Megatron does it, others as int32.
_SMALL_VOCABULARY = 65_500
#: Codes of the types.
_CODES = {"uint16": 8, "int32": 4}
#: Our name of a split -> Megatron's.
_SPLITS = {"train": "train", "validation": "valid", "test": "test"}
#: Documents of the index that are numbered at a time.
_NUMBERED = 1 << 20


class Megatron(DocumentExporter):
    """Megatron's indexed datasets, one for each split and source, or component of a mixture."""

    name = "megatron"

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the tokens in the files."""
        small = self.content.dataset.index.vocab_size < _SMALL_VOCABULARY
        return np.dtype("uint16" if small else "int32")

    def check(self) -> None:
        """Refuses two parts of one prefix.

        Raises:
            ConfigError: a source is called as another one's numbered files are.
        """
        named: dict[str, DocumentPart] = {}
        for part in self.parts() if self.options.file_tokens is not None else ():
            other = named.setdefault(part.name, part)
            if other is not part:
                raise ConfigError(
                    f"--file-tokens {self.options.file_tokens}: {title(other)} and {title(part)} "
                    f"are both called {part.name}; leave it away, or export one --source at a time"
                )

    def write(self, part: DocumentPart, folder: Folder) -> None:
        """Writes one prefix."""
        documents = 0
        with folder.file(f"{part.name}.bin") as sink:
            for batch in part.documents():
                documents += len(batch.lengths)
                tokens = batch.tokens
                # An id is below 2**31, so uint32 has the bytes of int32.
                if tokens.dtype.itemsize != self.dtype.itemsize:
                    tokens = tokens.astype(self.dtype)
                sink.write(raw(tokens))
        with folder.file(f"{part.name}.idx") as sink:
            self._write_index(part, documents, sink)

    def _write_index(self, part: DocumentPart, documents: int, sink: BinaryIO) -> None:
        """Goes through the lengths twice, so that not all are in memory at once."""
        sink.write(b"MMIDIDX\x00\x00")
        code = _CODES[self.dtype.name]
        sink.write(struct.pack("<QBQQ", 1, code, documents, documents + 1))
        for lengths in part.lengths():
            sink.write(raw(lengths.astype(np.int32)))
        begin = 0
        for lengths in part.lengths():
            ends = np.cumsum(lengths * self.dtype.itemsize) + begin
            sink.write(raw(np.append(begin, ends[:-1])))
            begin = int(ends[-1])
        for first in range(0, documents + 1, _NUMBERED):
            stop = min(first + _NUMBERED, documents + 1)
            sink.write(raw(np.arange(first, stop, dtype=np.int64)))

    def finish(self, parts: Sequence[WrittenPart], folder: Folder) -> None:
        """Writes the blend of each stage: for `--data-path`, and for each split."""
        written = by_series(parts)
        natural = {
            split: {name: tokens_of(listed) for name, listed in series.items()}
            for split, series in written.items()
        }
        stages = self.content.stages or (Weights("", natural.get(TRAIN, {})),)
        for stage in stages:
            blends = {
                split: self._blend(written[split], stage.tokens if split == TRAIN else tokens)
                for split, tokens in natural.items()
            }
            ending = f"-{stage.stage}" if stage.stage else ""
            if train := " ".join(blends.get(TRAIN, [])):
                folder.write(f"blend{file_name(ending)}.txt", f"{train}\n".encode())
            named = {of: blends.get(split) or None for split, of in _SPLITS.items()}
            content = json.dumps(named, indent=1, ensure_ascii=False)
            folder.write(f"splits{file_name(ending)}.json", f"{content}\n".encode())

    def _blend(self, written: dict[str, list[WrittenPart]], tokens: dict[str, int]) -> list[str]:
        """Returns weight and prefix, weight and prefix, … of a split.

        The weight of a part is its share in what is wanted of its component.
        """
        found = []
        for name, parts in written.items():
            wanted, total = tokens.get(name, 0), tokens_of(parts)
            for part in parts if wanted else ():
                weight = wanted if part.tokens == total else wanted * part.tokens / total
                prefix = next(path for path in part.files if path.endswith(".bin"))
                found += [str(weight), f"{self.root}/{prefix.removesuffix('.bin')}"]
        return found
