"""What is exported: some splits and sources of a folder of shards, or a mixture of them."""

import dataclasses
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.errors import ConfigError, relative_to
from corpus_pipeline.exports.documents import Documents, documents_of, lengths_of
from corpus_pipeline.exports.series import MixtureSeries, Series, StreamSeries
from corpus_pipeline.loader import (
    Mixture,
    TokenDataset,
    TokenStream,
    open_mixture,
    open_tokens,
)
from corpus_pipeline.tokens.index import INDEX_NAME

#: The split that a mixture is of.
TRAIN = "train"
#: Name of a mixture's file in its folder.
_MIXTURE_NAME = "mixture.json"


@dataclasses.dataclass(frozen=True, eq=False)
class Component:
    """Documents that stand in files of their own: a source in a split, or a mixture's component."""

    split: str
    name: str
    """Of the source or of the component."""
    stream: TokenStream
    dataset: TokenDataset
    """Whose tokens the stream has."""

    @property
    def folder(self) -> str:
        """Path of its files in the export, without what is no name of a file.

        >>> Component("train", "a/b", None, None).folder
        'train/a%2fb'
        """
        return f"{file_name(self.split)}/{file_name(self.name)}"

    def documents(self, start: int, stop: int) -> Iterator[Documents]:
        """Yields the documents in a range of the stream, some at a time."""
        return documents_of(self.dataset, self.stream, start, stop)

    def lengths(self, start: int, stop: int) -> Iterator[NDArray[np.int64]]:
        """Yields the lengths of the same documents."""
        return lengths_of(self.dataset, self.stream, start, stop)


@dataclasses.dataclass(frozen=True)
class Weights:
    """How much of each component a stage of a mixture takes."""

    stage: str
    tokens: dict[str, int]
    """Name of the component -> tokens, 1 at least."""

    def shares(self) -> dict[str, float]:
        """Returns the share of each component in the tokens.

        >>> Weights("main", {"web": 30, "书": 10}).shares()
        {'web': 0.75, '书': 0.25}
        """
        total = sum(self.tokens.values())
        return {name: tokens / total for name, tokens in self.tokens.items()}


@dataclasses.dataclass(frozen=True, eq=False)
class Content:
    """What is exported. Make it with `open_content`."""

    dataset: TokenDataset
    splits: tuple[str, ...]
    """In the order of the index."""
    sources: tuple[str, ...] | None
    """Null: all of them."""
    mixture: Mixture | None
    components: tuple[Component, ...]
    """Those that have tokens; of the split `train` those of the mixture."""
    stages: tuple[Weights, ...]
    """Of the mixture; none without one."""
    documents: int
    """That the index has in what is exported, those without a token too; a mixture's are left out,
    which has none of those."""

    @property
    def dtype(self) -> str:
        """Of the tokens, `uint16` or `uint32`."""
        return self.dataset.index.dtype

    def series(self, sequence_length: int | None, seed: int) -> list[Series]:
        """Returns the tokens of each split as one series.

        Args:
            sequence_length: tokens of a sequence; null where none are cut.
            seed: of the order of a mixture's sequences.

        Raises:
            ConfigError: a mixture without a sequence length; or sequences that are not full, where
                no token ends a document that could fill them.
        """
        made: list[Series] = []
        for split in self.splits:
            if self.mixture is not None and split == TRAIN:
                if sequence_length is None:
                    raise ConfigError(
                        "--mixture: the sequences of a mixture need their length; give "
                        "--sequence-length"
                    )
                made.append(MixtureSeries(self.mixture, split, sequence_length, seed))
            elif any(component.split == split for component in self.components):
                stream = _stream(self.dataset, split, self.sources)
                made.append(StreamSeries(split, stream, sequence_length))
        if self.dataset.eos_id is None:
            for series in made:
                if series.padding:
                    raise ConfigError(
                        f"--sequence-length {sequence_length}: {series.padding} places of the "
                        f"split {series.split} stay empty, and these tokens have no end of "
                        "document (eos_id null) to fill them with; give another length, or "
                        "tokenize with an eos_token"
                    )
        return made


def open_content(
    output: str | Path,
    splits: Sequence[str] = (),
    sources: Sequence[str] = (),
    mixture: str | Path | None = None,
) -> Content:
    """Opens what is exported.

    Args:
        output: folder of a run, or of its shards.
        splits: names; none takes all that there are.
        sources: names; none takes all that there are.
        mixture: a mixture.json or its folder; takes the place of the split `train`.

    Raises:
        ConfigError: the index has no such split or source, or nothing is left.
        VerifyError: the shards or the mixture are not what they should be.
    """
    dataset = _open_run(output)
    streams = dataset.index.streams()
    there = list(dict.fromkeys(stream["split"] for stream in streams))
    for split in splits:
        if split not in there:
            raise ConfigError(
                f"--split {split}: {dataset.folder} has {', '.join(there) or 'none'}; name one"
            )
    wanted = tuple(split for split in there if not splits or split in splits)
    for source in sources:
        named = list(dict.fromkeys(s["source"] for s in streams if s["split"] in wanted))
        if source not in named:
            raise ConfigError(
                f"--source {source}: {dataset.folder} has {', '.join(named) or 'none'}; name one"
            )
    opened = None if mixture is None else _open_mixture(dataset, mixture, wanted, sources)
    components, documents = [], 0
    for split in wanted:
        if opened is not None and split == TRAIN:
            parts = zip(opened.names, opened.streams, strict=True)
            components += [Component(split, name, stream, dataset) for name, stream in parts]
            continue
        for stream in streams:
            if stream["split"] == split and (not sources or stream["source"] in sources):
                of = dataset.stream(split, [stream["source"]])
                components.append(Component(split, stream["source"], of, dataset))
                documents += stream["documents"]
    components = [component for component in components if component.stream.tokens]
    if not components:
        raise ConfigError(f"{output}: has no tokens to export; choose other splits or sources")
    return Content(
        dataset, wanted, tuple(sorted(set(sources))) or None, opened, tuple(components),
        () if opened is None else _stages(opened), documents,
    )  # fmt: skip


def _open_run(output: str | Path) -> TokenDataset:
    where = storage.place(str(output))
    if not storage.exists(where / INDEX_NAME):
        where = where / "tokens"
    if not storage.exists(where / INDEX_NAME):
        raise ConfigError(
            f"{storage.public_path(str(output))}: holds no tokens/{INDEX_NAME}"
            f"{relative_to(output)}; name a finished run with the step tokenize"
        )
    return open_tokens(str(where))


def _open_mixture(
    dataset: TokenDataset, where: str | Path, splits: Sequence[str], sources: Sequence[str]
) -> Mixture:
    if TRAIN not in splits:
        raise ConfigError(f"--mixture {where}: is of the split {TRAIN}; export that too")
    if sources:
        raise ConfigError(f"--mixture {where}: says which sources there are; leave --source away")
    path = Path(where)
    opened = open_mixture(path / _MIXTURE_NAME if path.is_dir() else path)
    if opened.dataset.fingerprint != dataset.fingerprint:
        raise ConfigError(
            f"--mixture {where}: is of {opened.dataset.folder}, not of {dataset.folder}; name the "
            "mixture of these tokens"
        )
    return opened


def _stages(mixture: Mixture) -> tuple[Weights, ...]:
    return tuple(
        Weights(
            stage.name,
            {
                name: tokens
                for name, tokens in zip(mixture.names, stage.tokens, strict=True)
                if tokens
            },
        )
        for stage in mixture.stages
    )


def _stream(dataset: TokenDataset, split: str, sources: tuple[str, ...] | None) -> TokenStream:
    """Returns the tokens of the sources that a split has."""
    if sources is not None:
        there = {stream["source"] for stream in dataset.index.streams() if stream["split"] == split}
        sources = tuple(source for source in sources if source in there)
    return dataset.stream(split, sources)


def file_name(name: str) -> str:
    """Makes a name of a file or folder of any name: what may not stand there is escaped.

    >>> file_name("web"), file_name("书/a b"), file_name("..")
    ('web', '书%2fa%20b', '%2e%2e')
    """
    escaped = re.sub(r"[^\w.+-]", lambda found: _percent(found[0]), name)
    return _percent(name) if escaped.strip(".") == "" else escaped


def _percent(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())
