"""mixture.json and its selections: what is read, and what is refused."""

import json
import pickle
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from token_folders import Component, Lengths, write_folder, write_mixture

from corpus_pipeline.errors import VerifyError
from corpus_pipeline.loader import Mixture, SequenceLoader, SequenceOptions, open_mixture

SHARDS = [Lengths([5, 3, 2]), Lengths([4, 1, 6], "书")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_folder(tmp_path / "tokens", SHARDS)
    components = {"web": Component(["web"]), "twice": Component(["书", "web"], [3, 0, 1, 3])}
    stages = [("main", {"web": 20, "twice": 7}), ("decay", {"twice": 3})]
    write_mixture(tmp_path / "mixture.json", SHARDS, components, stages)
    return tmp_path / "mixture.json"


def test_what_is_read(path: Path) -> None:
    mixture = open_mixture(str(path))
    assert mixture.names == ("web", "twice")
    assert [(stage.name, stage.tokens) for stage in mixture.stages] == [
        ("main", (20, 7)), ("decay", (0, 3))
    ]  # fmt: skip
    out = np.empty(16, np.uint16)
    mixture.streams[1].copy_into(out, 0)
    # Document 3 is the first of 书.
    assert out.tolist() == [11, 12, 13, 14, *range(1, 9), 11, 12, 13, 14]
    assert mixture.streams[1].document_starts(0, 16).tolist() == [0, 4, 9, 12]
    assert mixture.streams[0].tokens == 10


def test_a_component_may_be_empty(path: Path) -> None:
    components = {"web": Component(["web"]), "none": Component(["书"], [])}
    write_mixture(path, SHARDS, components, [("main", {"web": 20})])
    mixture = open_mixture(path)
    assert [stream.tokens for stream in mixture.streams] == [10, 0]
    loader = SequenceLoader(mixture, SequenceOptions(4, 2))
    assert sum(int(batch.sizes.sum()) for batch in loader) == 20


@pytest.mark.parametrize("packing", ["concatenate", "best-fit"])
@pytest.mark.parametrize("world", [1, 2])
def test_shares_that_were_planned_and_seen(path: Path, packing: Any, world: int) -> None:
    """Of each rank's loader, as all ranks together have seen it."""
    options = SequenceOptions(3, 2, packing=packing)
    mixture = open_mixture(path)
    loaders = [SequenceLoader(mixture, options, rank, world, path.parent) for rank in range(world)]
    seen: Counter[str] = Counter()
    for batches in zip(*loaders, strict=True):
        for batch in batches:
            for component, size in zip(
                batch.components.tolist(), batch.sizes.tolist(), strict=True
            ):
                seen[mixture.names[component]] += size
        for loader in loaders:
            if loader.steps and loader.state()["step"] == 0:
                continue
            told: Counter[str] = Counter()
            for share in loader.shares():
                told[share.component] += share.seen
                assert 0 <= share.seen <= share.planned
            assert all(abs(told[name] - seen[name]) <= 3 for name in mixture.names)
    planned: Counter[str] = Counter()
    for share in loaders[0].shares():
        planned[share.component] += share.planned
        assert share.seen == 0, "another pass has begun"
    if packing == "concatenate":
        assert planned == seen == {"web": 20, "twice": 10}


def test_pickles_as_its_path(path: Path) -> None:
    mixture = open_mixture(path)
    written = pickle.dumps((mixture, mixture.streams))
    assert len(written) < 1000
    again, streams = pickle.loads(written)
    assert again.fingerprint == mixture.fingerprint
    assert [s.fingerprint for s in streams] == [s.fingerprint for s in mixture.streams]
    change(path, lambda content: content.update(seed=2))
    assert open_mixture(path).fingerprint != mixture.fingerprint
    with pytest.raises(VerifyError, match="has changed since it was opened"):
        pickle.loads(written)


def write(batch: pa.RecordBatch, path: Path) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)


def change(path: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    content = json.loads(path.read_text("utf-8"))
    edit(content)
    path.write_text(json.dumps(content), "utf-8")


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda c: c.update(version=2), "has version 2, not 1"),
        (lambda c: c.pop("stages"), "cannot be read"),
        (lambda c: c.update(components=3), "cannot be read"),
        (lambda c: c.update(tokens="elsewhere"), "elsewhere"),
        (lambda c: c.update(tokens="memory://no/tokens"), "^memory://no/tokens/index.json"),
        (lambda c: c.update(index_sha256="ab"), "was made of other tokens"),
        (lambda c: c["components"][0].update(tokens=11), "has 11 tokens, its sources have 10"),
        (lambda c: c["components"][0].update(sources=["code"]), "no source 'code'"),
        (lambda c: c["components"][1].update(name="web"), "a component twice"),
        (lambda c: c["components"][1].update(tokens=12), "segments from 0 to 12"),
        (lambda c: c["components"][1].update(tokens=0), "which are not 0 tokens"),
        (lambda c: c["components"][1].update(selection="none.arrow"), "none.arrow"),
        (lambda c: c["stages"][0]["tokens"].update(wiki=1), "names component wiki, which is none"),
        (lambda c: c["stages"][0]["tokens"].update(web=-1), "wants -1 tokens of web"),
        (lambda c: c["stages"][0]["tokens"].update(web=1.5), "wants 1.5 tokens of web"),
        (lambda c: c["stages"][0].update(tokens=[1]), "cannot be read"),
    ],
)
def test_what_is_refused(
    path: Path, edit: Callable[[dict[str, Any]], object], message: str
) -> None:
    change(path, edit)
    with pytest.raises(VerifyError, match=message) as raised:
        open_mixture(path)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_no_selection_is_refused(path: Path) -> None:
    (path.parent / "selection-00001.arrow").write_bytes(b"no Arrow file")
    with pytest.raises(VerifyError, match="cannot be read"):
        open_mixture(path)
    batch = pa.record_batch({"start": [0], "count": [3]})
    write(batch, path.parent / "selection-00001.arrow")
    with pytest.raises(VerifyError, match="not start and token"):
        open_mixture(path)


def test_a_file_without_components(path: Path) -> None:
    path.unlink()
    with pytest.raises(VerifyError, match=r"mixture\.json cannot be read"):
        open_mixture(path)


@pytest.mark.parametrize("start", [[0, 3, 2], [0, 12, 8]])
def test_a_selection_that_does_not_ascend_crashes_nothing(path: Path, start: list[int]) -> None:
    batch = pa.record_batch({"start": start, "token": [0, 90, -4]})
    batch = batch.cast(pa.schema([("start", pa.int64()), ("token", pa.int64())]))
    write(batch, path.parent / "selection-00001.arrow")
    mixture: Mixture = open_mixture(path)
    with pytest.raises((IndexError, VerifyError)):
        mixture.streams[1].copy_into(np.empty(16, np.uint16), 0)
