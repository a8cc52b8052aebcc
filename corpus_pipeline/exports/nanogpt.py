"""nanoGPT: train.bin and val.bin, tokens and nothing else; with a header, shards of modded-nanogpt.

    without a header   train.bin, val.bin, meta.pkl with the size of the vocabulary
    with one           corpus_train_000000.bin, …: int32[256] magic, version, tokens, 0 …; tokens

nanoGPT reads uint16; files of a larger vocabulary are uint32, for which its `np.memmap` lines must
be changed. Magic and version are those of llm.c: 20240520, 1 for uint16 (its files for GPT-2), and
20240801, 7 for uint32 (those for Llama 3). Described by llm.c, dev/data/data_common.py.
"""

from collections.abc import Sequence

import numpy as np
from pydantic import Field, model_validator

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.exports.content import file_name
from corpus_pipeline.exports.exporter import (
    Folder,
    SequenceExporter,
    SequenceExportOptions,
    TokenPart,
    WrittenPart,
    raw,
)

#: Type of the tokens -> magic and version, which readers compare too.
_KINDS = {"uint16": (20240520, 1), "uint32": (20240801, 7)}
#: Integers of the header.
_HEADER = 256
#: Tokens of a file with a header, as modded-nanogpt has it; an int32 counts them.
_FILE_TOKENS, _MOST = 10**8, 2**31 - 1
#: Our name of a split -> that of the file.
_SPLITS = {"validation": "val"}


class NanoGptOptions(SequenceExportOptions):
    """Of the format nanogpt."""

    header: bool = Field(
        False, description="files of bounded size with the header of modded-nanogpt and llm.c"
    )
    file_tokens: int | None = Field(
        None, gt=0, le=_MOST, description="tokens of a file with a header; null: 10^8"
    )

    @model_validator(mode="after")
    def _header_for_files(self) -> "NanoGptOptions":
        if self.file_tokens is not None and not self.header:
            raise ValueError(
                "--file-tokens: nanoGPT reads one file for each split; leave it away, or give "
                "--option header=true"
            )
        return self


class NanoGpt(SequenceExporter):
    """nanoGPT's plain tokens, one file for each split; with a header those of modded-nanogpt."""

    name = "nanogpt"
    Options = NanoGptOptions
    options: NanoGptOptions

    def check(self) -> None:
        """Refuses two splits whose files have one name.

        Raises:
            ConfigError: there are `validation` and `val`; or as the base has it.
        """
        super().check()
        named: dict[str, str] = {}
        for component in self.content.components:
            split = component.split
            other = named.setdefault(_name(split), split)
            if other != split:
                raise ConfigError(
                    f"--format nanogpt: the splits {other} and {split} are both called "
                    f"{_name(split)}; export one of them at a time with --split"
                )

    def parts(self) -> list[TokenPart]:
        """Makes one part of a split, or with a header several."""
        self.file_tokens = _FILE_TOKENS if self.options.header else None
        return super().parts()

    def write(self, part: TokenPart, folder: Folder) -> None:
        """Writes one file."""
        split = _name(part.split)
        header = self.options.header
        path = f"corpus_{split}_{part.number:06}.bin" if header else f"{split}.bin"
        with folder.file(path) as sink:
            if header:
                head = np.zeros(_HEADER, "<i4")
                head[:3] = *_KINDS[self.content.dtype], part.tokens
                sink.write(raw(head))
            for tokens in part.blocks():
                sink.write(raw(tokens))

    def finish(self, parts: Sequence[WrittenPart], folder: Folder) -> None:
        """Writes the size of the vocabulary, without which nanoGPT takes that of GPT-2."""
        if not self.options.header:
            size = self.content.dataset.index.vocab_size
            folder.write("meta.pkl", _pickled_size(size))


def _name(split: str) -> str:
    """Returns what a split is called in the names of files."""
    return _SPLITS.get(split, file_name(split))


def _pickled_size(size: int) -> bytes:
    """Returns the pickle of a dictionary with the size of the vocabulary, in protocol 0.

    Written out, for nothing here loads or makes other pickles.

    >>> import pickle
    >>> pickle.loads(_pickled_size(32000))
    {'vocab_size': 32000}
    """
    return f"(dp0\nVvocab_size\np1\nI{size}\ns.".encode()
