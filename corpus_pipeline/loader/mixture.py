"""A mixture: components with how much of each is seen, in stages. Planned elsewhere, read here.

mixture.json ──open_mixture──► Mixture ──SequenceLoader──► batches
selection-*.arrow ─┘  segments of the components that are not whole sources, mapped into memory
"""

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpus_pipeline.errors import VerifyError
from corpus_pipeline.loader.dataset import TokenDataset, open_tokens
from corpus_pipeline.loader.legs import Stage
from corpus_pipeline.loader.stream import TokenStream

#: Version of mixture.json.
MIXTURE_VERSION = 1

#: Name of the file in its folder.
MIXTURE_NAME = "mixture.json"

#: A selection: `start` in the component's own stream, `token` in the stream of all shards.
SELECTION = pa.schema(
    [pa.field("start", pa.int64(), nullable=False), pa.field("token", pa.int64(), nullable=False)]
)


@dataclasses.dataclass(frozen=True, eq=False)
class Mixture:
    """Components and the plan of their stages. Open it with `open_mixture`."""

    path: Path
    """Of mixture.json."""
    fingerprint: str
    """sha256 of mixture.json, which holds those of the index and of the selections."""
    names: tuple[str, ...]
    """Of the components."""
    streams: tuple[TokenStream, ...]
    """Of the components."""
    stages: tuple[Stage, ...]
    """In their order, with the tokens of each component."""
    dataset: TokenDataset
    """Whose tokens the streams have."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _open_again, (self.path, self.fingerprint)


def open_mixture(path: str | Path) -> Mixture:
    """Reads a mixture, given its folder or mixture.json, and maps what it names into memory.

    Digests of selections are not compared, as that would read them whole.

    Raises:
        VerifyError: the file, a selection or the folder of tokens is missing, cannot be read, or is
            not the one that the mixture was made of.
    """
    path = Path(path)
    if path.is_dir():
        path = path / MIXTURE_NAME
    try:
        text = path.read_text("utf-8")
        content = json.loads(text)
        version = content["version"]
        if version != MIXTURE_VERSION:
            raise VerifyError(
                f"{path} has version {version}, not {MIXTURE_VERSION}; read it with the version of "
                "this package that wrote it"
            )
        tokens = str(content["tokens"])
        dataset = open_tokens(tokens if "://" in tokens else path.parent / tokens)
        if content["index_sha256"] != dataset.fingerprint:
            raise VerifyError(
                f"{path} was made of other tokens than those of {dataset.folder}; plan the mixture "
                "again"
            )
        names = tuple(str(component["name"]) for component in content["components"])
        if len(set(names)) != len(names):
            raise VerifyError(f"{path} names a component twice; plan the mixture again")
        streams = tuple(_stream(path, dataset, component) for component in content["components"])
        stages = tuple(
            Stage(str(stage["name"]), tuple(stage["tokens"].get(name, 0) for name in names))
            for stage in content["stages"]
        )
        for stage, given in zip(stages, content["stages"], strict=True):
            _check_stage(path, stage, given["tokens"], dict(zip(names, streams, strict=True)))
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise VerifyError(f"{path} cannot be read ({error}); plan the mixture again") from error
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return Mixture(path, digest, names, streams, stages, dataset)


def _stream(path: Path, dataset: TokenDataset, component: dict[str, Any]) -> TokenStream:
    name, tokens = component["name"], component["tokens"]
    if component["selection"] is None:
        stream = dataset.stream(component["split"], component["sources"])
        if stream.tokens != tokens:
            raise VerifyError(
                f"{path}: component {name} has {tokens} tokens, its sources have {stream.tokens}; "
                "plan the mixture again"
            )
        return stream
    file = path.parent / component["selection"]
    with pa.memory_map(str(file)) as source:
        batch = pa.ipc.open_file(source).get_batch(0)
    if [(f.name, f.type) for f in batch.schema] != [(f.name, f.type) for f in SELECTION]:
        raise VerifyError(f"{file} has columns {batch.schema.names}, not start and token")
    start, token = (batch.column(k).to_numpy() for k in range(2))
    ends = (int(start[0]), int(start[-1])) if len(start) else (0, 0)
    if ends[0] != 0 or not ends[1] < max(tokens, 1) or bool(tokens) != bool(len(start)):
        raise VerifyError(
            f"{file} has {len(start)} segments from {ends[0]} to {ends[1]}, which are not {tokens} "
            "tokens; plan the mixture again"
        )
    identity = [dataset.fingerprint, name, str(component["sha256"])]
    return TokenStream(dataset, start, token, tokens, identity, (_component_again, (path, name)))


def _check_stage(
    path: Path, stage: Stage, given: dict[str, Any], streams: dict[str, TokenStream]
) -> None:
    for name, tokens in given.items():
        if name not in streams:
            raise VerifyError(f"{path}: stage {stage.name} names component {name}, which is none")
        if type(tokens) is not int or tokens < 0 or (tokens and not streams[name].tokens):
            raise VerifyError(
                f"{path}: stage {stage.name} wants {tokens} tokens of {name}, which has "
                f"{streams[name].tokens}; plan the mixture again"
            )


def _open_again(path: Path, fingerprint: str) -> Mixture:
    """Opens a mixture that another process has open."""
    mixture = open_mixture(path)
    if mixture.fingerprint != fingerprint:
        raise VerifyError(f"{path} has changed since it was opened; open it again")
    return mixture


def _component_again(path: Path, name: str) -> TokenStream:
    mixture = open_mixture(path)
    return mixture.streams[mixture.names.index(name)]
