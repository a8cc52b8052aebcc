"""Shards behind a URL: the same batches as from a disk, whatever happens to the connection."""

import pickle
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest
from token_folders import Component, Lengths, write_folder, write_mixture

from corpus_pipeline.errors import ConfigError, EngineError, VerifyError
from corpus_pipeline.loader import (
    SequenceLoader,
    SequenceOptions,
    TokenDataset,
    open_mixture,
    open_tokens,
)

SHARDS = [
    Lengths([5, 0, 7, 30], "web"),
    Lengths([40, 1, 3], "web"),
    Lengths([], "web"),
    Lengths([20, 20], "wiki"),
    Lengths([9], "wiki", "validation"),
    Lengths([33, 4], "wiki"),
]
OPTIONS = SequenceOptions(4, 2, seed=3)


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[str]:
    """The URL of a copy of `tokens` in fsspec's file system in memory."""
    write_folder(tmp_path / "tokens", SHARDS)
    memory = fsspec.filesystem("memory")
    for path in (tmp_path / "tokens").iterdir():
        memory.pipe(f"/run/tokens/{path.name}", path.read_bytes())
    yield "memory://run/tokens"
    memory.rm("/run", recursive=True)


def seen(data: Any, options: SequenceOptions) -> list[list[list[int]]]:
    return [[b.tokens.tolist(), b.loss_mask.tolist()] for b in SequenceLoader(data, options)]


@pytest.mark.parametrize("shuffle", ["global", "blocks", "none"])
@pytest.mark.parametrize("packing", ["concatenate", "best-fit"])
def test_batches_are_those_of_the_disk(
    tmp_path: Path, remote: str, shuffle: Any, packing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    options = SequenceOptions(4, 2, seed=3, shuffle=shuffle, packing=packing)
    data = open_tokens(remote, tmp_path / "cache")
    assert not (tmp_path / "cache").exists(), "the index alone is read"
    local = open_tokens(tmp_path / "tokens")
    assert (data.fingerprint, data.is_remote) == (local.fingerprint, True)
    assert seen(data, options) == seen(local, options)
    fetched = {path.stem for path in (tmp_path / "cache").glob("*.arrow")}
    train = {entry.sha256 for entry in local.index.shards if entry.split == "train"}
    assert fetched == {each for each in train if each != local.index.shards[2].sha256}


@pytest.mark.parametrize("shuffle", ["global", "blocks"])
def test_a_cache_smaller_than_the_data(tmp_path: Path, remote: str, shuffle: Any) -> None:
    local = open_tokens(tmp_path / "tokens")
    largest = max(entry.bytes for entry in local.index.shards)
    limit = 2 * largest
    assert limit < local.index.bytes
    data = open_tokens(remote, tmp_path / "cache", limit)
    options = SequenceOptions(4, 2, shuffle=shuffle)
    assert seen(data, options) == seen(local, options)
    assert sum(path.stat().st_size for path in (tmp_path / "cache").iterdir()) <= limit
    with pytest.raises(VerifyError, match="allow it more"):
        open_tokens(remote, tmp_path / "other", largest // 4).read(0, 1)


def test_shards_are_fetched_before_they_are_read(
    tmp_path: Path, remote: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[list[int]] = []
    data = open_tokens(remote, tmp_path / "cache")
    fetch = TokenDataset.fetch_ahead

    def fetch_ahead(self: TokenDataset, tokens: Any) -> None:
        told.append(tokens.tolist())
        fetch(self, tokens)

    monkeypatch.setattr(TokenDataset, "fetch_ahead", fetch_ahead)
    options = SequenceOptions(4, 2, shuffle="none")
    next(iter(SequenceLoader(data, options)))
    # Every window's first token: those of `validation` are left out.
    assert told == [[*range(0, 126, 4), *range(126 + 9 + 2, 172, 4)]]
    expected = {e.sha256 for e in data.index.shards if e.tokens and e.split == "train"}
    for _ in range(500):
        if {path.stem for path in (tmp_path / "cache").glob("*.arrow")} == expected:
            break
        time.sleep(0.01)
    else:
        raise AssertionError("a shard was not fetched ahead")
    told.clear()
    next(iter(SequenceLoader(data, OPTIONS)))
    assert told == []


def test_a_mixture_of_remote_tokens(
    tmp_path: Path, remote: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    path = tmp_path / "mixture.json"
    components = {"a": Component(["web"]), "b": Component(["wiki"], [2, 0, 2])}
    write_mixture(path, SHARDS, components, [("main", {"a": 50, "b": 60}), ("end", {"a": 99})])
    there = tmp_path / "remote.json"
    there.write_text(path.read_text().replace('"tokens": "tokens"', f'"tokens": "{remote}"'))
    options = SequenceOptions(4, 2, shuffle="blocks")
    assert seen(open_mixture(there), options) == seen(open_mixture(path), options)


def test_it_pickles_as_its_url(tmp_path: Path, remote: str) -> None:
    data = open_tokens(remote + "/", tmp_path / "cache", 12_345)
    data.read(0, 100)
    written = pickle.dumps(data)
    assert len(written) < 400
    again = pickle.loads(written)
    assert np.array_equal(again.read(0, 150), data.read(0, 150))
    fsspec.filesystem("memory").rm("/run/tokens/4.arrow")
    text = fsspec.filesystem("memory").cat("/run/tokens/index.json")
    fsspec.filesystem("memory").pipe(
        "/run/tokens/index.json", text.replace(b'"vocab_size": 60000', b'"vocab_size": 60001')
    )
    with pytest.raises(VerifyError, match=r"^memory://run/tokens has changed since it was opened"):
        pickle.loads(written)


def test_a_flipped_byte_is_an_error_and_not_data(tmp_path: Path, remote: str) -> None:
    memory = fsspec.filesystem("memory")
    content = bytearray(memory.cat("/run/tokens/1.arrow"))
    content[-200] ^= 1
    memory.pipe("/run/tokens/1.arrow", bytes(content))
    data = open_tokens(remote, tmp_path / "cache")
    assert data.read(0, 42)[0] == 1
    with pytest.raises(VerifyError, match=r"^memory://run/tokens/1.arrow has .* copy the folder"):
        data.read(42, 43)


@pytest.mark.parametrize(
    ("url", "error", "line"),
    [
        ("memory://nothing/tokens", VerifyError, "^memory://nothing/tokens/index.json cannot be"),
        ("s3://key:secret@bucket/tokens", ConfigError, "holds credentials"),
        ("nothing://bucket/tokens", ConfigError, "nothing:// is no known protocol"),
        ("http://127.0.0.1:9/tokens", EngineError, "^http://127.0.0.1:9/tokens/index.json: "),
    ],
)
def test_urls_that_cannot_be_read(
    url: str, error: type[Exception], line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("aiohttp")
    monkeypatch.setattr("corpus_pipeline.storage.retries.WAITS", ())
    with pytest.raises(error, match=line):
        open_tokens(url)


def test_a_file_url_is_a_path(tmp_path: Path, remote: str) -> None:
    data = open_tokens(f"file://{tmp_path}/tokens")
    assert (data.folder, data.is_remote) == (tmp_path / "tokens", False)
