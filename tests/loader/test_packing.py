"""Packed sequences: no document is cut that fits, every token as planned, kept in a file."""

import itertools
import json
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slow_loader import slow_best_fit
from token_folders import Component, Lengths, places, write_folder, write_mixture

from corpus_pipeline.errors import LoaderError, VerifyError
from corpus_pipeline.loader import (
    Batch,
    SequenceLoader,
    SequenceOptions,
    TokenDataset,
    open_mixture,
    open_tokens,
    packing,
)
from corpus_pipeline.loader.packing import groups, load_packing

SHARDS = [
    Lengths([5, 1, 0, 7, 2, 2, 90]),
    Lengths([0, 0]),
    Lengths([1, 1, 13, 0, 3, 3, 3, 2, 6, 6], "wiki"),
    Lengths([4, 4, 9, 11, 1, 1, 2, 3], "书"),
]
DOCUMENTS = places(SHARDS, "train", None)
#: A document, or a piece of a longer one.
Piece = tuple[int, ...]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TokenDataset:
    return open_tokens(write_folder(tmp_path_factory.mktemp("run") / "tokens", SHARDS))


@pytest.fixture
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many groups, and a few of them in a record batch."""
    monkeypatch.setattr(packing, "_GROUP", 2)
    monkeypatch.setattr(packing, "_BATCH_TOKENS", 40)


def slow_packing(documents: list[list[int]], length: int, group: int) -> list[list[Piece]]:
    """Returns the pieces of every sequence."""
    sequences = []
    stream = [token for document in documents for token in document]
    starts = list(itertools.accumulate(map(len, documents), initial=0))
    numbered = zip(starts, documents, strict=False)
    for _, of_group in itertools.groupby(numbered, lambda one: one[0] // group):
        listed = list(of_group)
        for pieces in slow_best_fit([len(document) for _, document in listed], length):
            first = listed[0][0]
            sequences.append([tuple(stream[first + a : first + a + n]) for a, n in pieces])
    return sequences


def pieces_of(batch: Batch) -> list[list[Piece]]:
    """Returns the pieces of each sequence, and looks at all else that the batch says."""
    found = []
    after = {a: b for document in DOCUMENTS for a, b in itertools.pairwise(document)}
    for k, size in enumerate(batch.sizes.tolist()):
        segments, tokens = batch.segments[k, :size], batch.tokens[k, :size]
        pieces = [tuple(tokens[segments == s].tolist()) for s in range(segments[-1] + 1)]
        assert [token for piece in pieces for token in piece] == tokens.tolist()
        assert not batch.tokens[k, size:].any()
        targets = batch.targets[k][batch.loss_mask[k]].tolist()
        inputs = batch.tokens[k][batch.loss_mask[k]].tolist()
        assert targets == [after[token] for token in inputs]
        # A target is there for every token that has one in its document and its sequence.
        lasts = {piece[-1] for piece in pieces}
        expected = [t for t in tokens.tolist() if t in after and t not in lasts]
        full = len(pieces) == 1 and size == batch.tokens.shape[1] and pieces[0][-1] in after
        assert inputs == [*expected, *([pieces[0][-1]] if full else [])]
        found.append(pieces)
    return found


@pytest.mark.usefixtures("small_groups")
@pytest.mark.parametrize("length", [1, 3, 7, 20, 100, 1000])
def test_against_the_slow_packing(data: TokenDataset, tmp_path: Path, length: int) -> None:
    stream = data.stream()
    found = load_packing(stream, length, tmp_path)
    expected = slow_packing(DOCUMENTS, length, 2 * length)
    assert found.sequences == len(expected)
    tokens = [token for document in DOCUMENTS for token in document]
    for k, pieces in enumerate(expected):
        assert [tuple(tokens[a : a + n]) for a, n in found.pieces(k)] == pieces
    sizes = found.sizes(np.arange(found.sequences)[::-1]).tolist()
    assert sizes[::-1] == [sum(map(len, pieces)) for pieces in expected]


@given(
    length=st.integers(1, 30),
    batch_size=st.sampled_from([6, 12]),
    world=st.sampled_from([1, 2, 3]),
    epochs=st.integers(1, 3),
    shuffle=st.sampled_from(["global", "blocks", "none"]),
)
def test_every_document_as_often_as_planned(
    data: TokenDataset,
    tmp_path_factory: pytest.TempPathFactory,
    length: int,
    batch_size: int,
    world: int,
    epochs: int,
    shuffle: Any,
) -> None:
    options = SequenceOptions(
        length, batch_size, 3, epochs, shuffle, packing="best-fit", mask_joins=False
    )
    cache = tmp_path_factory.getbasetemp() / "packings"
    loaders = [SequenceLoader(data, options, rank, world, cache) for rank in range(world)]
    sequences = slow_packing(DOCUMENTS, length, 1024 * length)
    for _ in range(2):
        found = []
        for parts in zip(*loaders, strict=True):
            merged: list[Any] = [None] * sum(len(part.sizes) for part in parts)
            for rank, part in enumerate(parts):
                merged[rank::world] = pieces_of(part)
            found += merged
        assert len(found) == len(sequences) * epochs
        for epoch in range(epochs):
            of_epoch = found[epoch * len(sequences) : (epoch + 1) * len(sequences)]
            assert sorted(of_epoch) == sorted(sequences)
            assert shuffle != "none" or of_epoch == sequences
        seen = Counter(token for pieces in found for piece in pieces for token in piece)
        assert seen == Counter({t: epochs for document in DOCUMENTS for t in document})
    places_ = len(sequences) * length
    assert loaders[0].padding == pytest.approx(1 - data.tokens / places_)


def test_a_mixture_has_its_shares_of_the_sequences(tmp_path: Path) -> None:
    write_folder(tmp_path / "tokens", SHARDS)
    components = {"web": Component(["web"]), "some": Component(["wiki"], [2, 0, 0, 5, 6])}
    stages = [{"web": 150, "some": 30}, {"web": 31, "some": 9}, {"some": 100}]
    path = tmp_path / "mixture.json"
    documents = write_mixture(path, SHARDS, components, [("s", stage) for stage in stages])
    options = SequenceOptions(10, 3, packing="best-fit", shuffle="none")
    loader = SequenceLoader(open_mixture(path), options, cache=tmp_path)
    packed = [slow_packing(documents[name], 10, 10 * 1024) for name in components]
    tokens = [sum(map(len, documents[name])) for name in components]
    found: list[list[list[Piece]]] = [[], []]
    for batch in loader:
        for component, pieces in zip(batch.components.tolist(), pieces_of(batch), strict=True):
            found[component].append(pieces)
    for c, name in enumerate(components):
        counts = []
        for stage in stages:
            share = Fraction(stage.get(name, 0) * len(packed[c]), tokens[c])
            counts.append(int(share + Fraction(1, 2)))
        assert found[c] == (packed[c] * 20)[: sum(counts)]


def test_the_length_changes(data: TokenDataset, tmp_path: Path) -> None:
    """What the shorter sequences had is not seen again, but for documents near the border."""
    options = SequenceOptions(((0, 5), (4, 9)), 4, packing="best-fit", shuffle="none")
    loader = SequenceLoader(data, options, cache=tmp_path)
    batches = list(loader)
    assert [batch.tokens.shape[1] for batch in batches] == [5] * 4 + [9] * (len(batches) - 4)
    seen = Counter(t for batch in batches for pieces in pieces_of(batch) for p in pieces for t in p)
    assert abs(sum(seen.values()) - data.tokens) <= 9
    state = json.loads(json.dumps(loader.state()))
    assert SequenceLoader.from_state(data, state, cache=tmp_path).state() == state


def test_without_an_end(data: TokenDataset, tmp_path: Path) -> None:
    options = SequenceOptions(8, 2, epochs=None, packing="best-fit")
    loader = SequenceLoader(data, options, cache=tmp_path)
    assert loader.steps is None
    assert 0 < loader.padding < 0.2
    assert pieces_of(loader.batch(10**9))


def test_resume_equals_going_on(data: TokenDataset, tmp_path: Path) -> None:
    options = SequenceOptions(6, 4, seed=2, epochs=2, packing="best-fit")
    loader = SequenceLoader(data, options, cache=tmp_path)
    run = iter(loader)
    for _ in range(5):
        next(run)
    again = SequenceLoader.from_state(data, loader.state(), cache=tmp_path)
    assert [pieces_of(batch) for batch in again] == [pieces_of(batch) for batch in run]


def test_groups_have_all_documents(data: TokenDataset) -> None:
    stream = data.stream()
    for tokens in (1, 7, 50, 1000):
        found = [
            (a, b) for starts, ends in groups(stream, tokens)
            for a, b in zip(starts.tolist(), ends.tolist(), strict=True)
        ]  # fmt: skip
        bounds = list(itertools.accumulate(map(len, DOCUMENTS), initial=0))
        assert found == list(itertools.pairwise(bounds))


# The file


def test_documents_are_packed_once(
    data: TokenDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load_packing(data.stream(), 7, tmp_path / "made" / "here")
    monkeypatch.setattr(packing, "best_fit", None)
    again = load_packing(data.stream(), 7, tmp_path / "made" / "here")
    assert [again.pieces(k) for k in range(again.sequences)] == [
        first.pieces(k) for k in range(first.sequences)
    ]
    # Other streams and lengths are packed anew.
    for stream, length in ((data.stream(sources=["web"]), 7), (data.stream(), 8)):
        with pytest.raises(TypeError):
            load_packing(stream, length, tmp_path / "made" / "here")
    assert len(list((tmp_path / "made" / "here").iterdir())) == 1


def test_a_folder_that_cannot_be_written(data: TokenDataset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(LoaderError, match=r"cannot be kept there .*name a folder with room"):
        load_packing(data.stream(), 7, tmp_path / "file")


def test_a_damaged_packing(data: TokenDataset, tmp_path: Path) -> None:
    load_packing(data.stream(), 7, tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(VerifyError, match=r"cannot be read as a packing .*; remove it"):
        load_packing(data.stream(), 7, tmp_path)


def test_the_users_cache(
    data: TokenDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / name))
    SequenceLoader(data, SequenceOptions(7, 1, packing="best-fit"))
    assert len(list((tmp_path / "corpus-pipeline" / "packings").iterdir())) == 1
