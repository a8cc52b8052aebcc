"""A small folder of shards with splits and sources, and a mixture of it."""

import dataclasses
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from token_folders import Component, Lengths, places, write_folder, write_mixture

from corpus_pipeline import storage
from corpus_pipeline.tokens.index import load_index

T = TypeVar("T")

#: Documents of 0 tokens are left out of every export.
SHARDS = [
    Lengths([5, 0, 3, 2], "web", "train"),
    Lengths([40, 1, 2], "web", "train"),
    Lengths([4, 6, 0, 1], "书/页", "train"),
    Lengths([3, 3], "web", "validation"),
    Lengths([7], "书/页", "validation"),
]
SPLITS = ("train", "validation")
SOURCES = ("web", "书/页")
#: How they are called as folders.
FOLDERS = {"web": "web", "书/页": "书%2f页"}


def write_small(folder: Path, dtype: str = "uint16", vocab_size: int = 60_000) -> Path:
    """Writes the shards, with a tokenizer, in a folder `tokens`."""
    written = storage.write_bytes(folder / "tokens" / "tokenizer.json", b"{}")
    tokens = write_folder(folder / "tokens", SHARDS, dtype, written.sha256)
    index = dataclasses.replace(load_index(tokens), vocab_size=vocab_size)
    (tokens / "index.json").write_text(index.to_json(), "utf-8")
    return folder


def documents(split: str, source: str | None = None) -> list[list[int]]:
    """Returns the tokens of each document, by hand."""
    return places(SHARDS, split, None if source is None else {source})


def flat(lists: Sequence[Sequence[T]]) -> list[T]:
    """Joins lists."""
    return [one for each in lists for one in each]


COMPONENTS = {
    "web": Component(["web"]),
    # Some documents of both, not in their order, one of them three times.
    "选": Component(["web", "书/页"], [7, 0, 3, 7, 7, 2]),
    "rare": Component(["书/页"], [1]),
}
STAGES = [
    ("main", {"web": 100, "选": 30}),
    ("decay/2", {"web": 10, "选": 5, "rare": 18}),
]


def write_small_mixture(folder: Path) -> dict[str, list[list[int]]]:
    """Writes a mixture beside the folder of shards; returns the documents of each component."""
    return write_mixture(folder / "mixture.json", SHARDS, COMPONENTS, STAGES)


def planned() -> Counter[str]:
    """Returns how many tokens of each component a mixture has in all."""
    total: Counter[str] = Counter()
    for _, tokens in STAGES:
        total.update(tokens)
    return total


def tree(folder: Path) -> dict[str, bytes]:
    """Returns the content of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def options_of(format_: str) -> dict[str, Any]:
    """Returns options under which a format makes several files of the small folder."""
    return {
        "megatron": {"file_tokens": 8},
        "olmo": {"file_tokens": 8},
        "hf": {"file_tokens": 8},
        "nanogpt": {"sequence_length": 4, "header": True, "file_tokens": 12},
        "mds": {"sequence_length": 4, "file_tokens": 12},
        "litdata": {"sequence_length": 4, "file_tokens": 13},
    }[format_]
