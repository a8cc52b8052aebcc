"""Shards as one stream of tokens, and the streams of splits and sources."""

import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from token_folders import Lengths, places, write_folder

from corpus_pipeline.errors import VerifyError
from corpus_pipeline.loader import TokenDataset, dataset, open_tokens
from corpus_pipeline.tokens.shard import Shard, open_shard

#: Null documents stand at all kinds of places.
SHARDS = [
    Lengths([5, 1, 0, 7]),
    Lengths([]),
    Lengths([0, 0]),
    Lengths([1, 1, 13, 0], "wiki"),
    Lengths([0, 0, 2, 0, 0, 3], "wiki", "validation"),
    Lengths([2, 9], "书"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "tokens", SHARDS)


def starts_of(documents: list[list[int]]) -> list[int]:
    """Returns where documents start in the stream of them."""
    return [sum(map(len, documents[:k])) for k in range(len(documents))]


def test_the_stream_of_all_shards(folder: Path) -> None:
    data = open_tokens(folder)
    documents: list[list[int]] = []
    place = 1
    for lengths, _, _ in SHARDS:
        for length in lengths:
            if length:
                documents.append(list(range(place, place + length)))
            place += length
    assert (data.tokens, data.documents, data.dtype) == (44, 18, np.dtype("uint16"))
    starts = starts_of(documents)
    for a in range(data.tokens + 1):
        for b in range(a, data.tokens + 1):
            assert data.read(a, b).tolist() == list(range(a + 1, b + 1))
            assert data.document_starts(a, b).tolist() == [i - a for i in starts if a <= i < b]


@pytest.mark.parametrize(
    ("split", "sources"),
    [
        ("train", None),
        ("train", ["web"]),
        ("train", ["书", "web"]),
        ("train", ["wiki", "书"]),
        ("validation", None),
        ("validation", ["wiki"]),
        ("train", []),
    ],
)
def test_streams_of_splits_and_sources(folder: Path, split: str, sources: list[str] | None) -> None:
    stream = open_tokens(folder).stream(split, sources)
    documents = places(SHARDS, split, None if sources is None else set(sources))
    tokens = [token for document in documents for token in document]
    starts = starts_of(documents)
    assert stream.tokens == len(tokens)
    for a in range(len(tokens) + 1):
        for b in range(a, len(tokens) + 1):
            out = np.empty(b - a, np.uint16)
            stream.copy_into(out, a)
            assert out.tolist() == tokens[a:b]
            assert stream.document_starts(a, b).tolist() == [i - a for i in starts if a <= i < b]


def test_what_a_stream_is_shows_in_its_fingerprint(folder: Path) -> None:
    data = open_tokens(folder)
    streams = [data.stream(), data.stream("validation"), data.stream(sources=["web"])]
    assert len({stream.fingerprint for stream in streams}) == 3
    both = [data.stream(sources=["web", "书"]), data.stream(sources=["书", "web", "web"])]
    assert both[0].fingerprint == both[1].fingerprint
    assert open_tokens(folder).stream().fingerprint == data.stream().fingerprint


def test_ranges_outside_are_refused(folder: Path) -> None:
    data = open_tokens(folder)
    for wrong in ((-1, 3), (0, 45), (5, 4)):
        with pytest.raises(IndexError, match="of a stream of 44"):
            data.read(*wrong)
        with pytest.raises(IndexError, match="of a stream of 44"):
            data.document_starts(*wrong)
    for start in (-1, 44):
        with pytest.raises(IndexError, match="of a stream of 44"):
            data.copy_pieces(np.empty(1, np.uint16), [(start, 1)])
    stream = data.stream(sources=["wiki"])
    for start, count in ((-1, 3), (13, 3), (16, 0)):
        with pytest.raises(IndexError, match="of a stream of 15"):
            stream.copy_into(np.empty(count, np.uint16), start)
        with pytest.raises(IndexError, match="of a stream of 15"):
            stream.document_starts(start, start + count)


@given(
    pieces=st.lists(
        st.tuples(st.integers(0, 43), st.integers(0, 20)).filter(lambda piece: sum(piece) <= 44),
        max_size=6,
    )
)
def test_pieces(tmp_path_factory: pytest.TempPathFactory, pieces: list[tuple[int, int]]) -> None:
    place = tmp_path_factory.getbasetemp() / "pieces"
    data = open_tokens(place if place.exists() else write_folder(place, SHARDS))
    out = np.zeros(sum(count for _, count in pieces) + 2, np.uint16)
    assert data.copy_pieces(out, pieces) == len(out) - 2
    tokens = [token for start, count in pieces for token in range(start + 1, start + count + 1)]
    assert out.tolist() == [*tokens, 0, 0]
    starts = set(data.document_starts(0, 44).tolist())
    expected = [k for k, token in enumerate(tokens) if token - 1 in starts]
    assert data.piece_starts(pieces).tolist() == expected


def test_other_splits_and_sources_are_refused(folder: Path) -> None:
    data = open_tokens(folder)
    with pytest.raises(ValueError, match=r"^no split 'test'; .* has train, validation$"):
        data.stream("test")
    with pytest.raises(
        ValueError, match=r"^no source 'code' in split train; .* has web, wiki, 书$"
    ):
        data.stream(sources=["web", "code"])


def test_opening_reads_the_index_alone(folder: Path) -> None:
    data = open_tokens(folder)
    for shard in folder.glob("*.arrow"):
        shard.rename(shard.with_suffix(".away"))
    again = open_tokens(folder)
    assert again.tokens == data.tokens
    with pytest.raises(VerifyError, match=r"0\.arrow cannot be read"):
        again.read(0, 1)


def test_a_shard_of_another_run_is_refused_when_it_is_read(folder: Path, tmp_path: Path) -> None:
    other = write_folder(tmp_path / "b", [Lengths([3]), *SHARDS[1:]])
    (other / "0.arrow").replace(folder / "0.arrow")
    data = open_tokens(folder)
    assert data.read(13, 15).tolist() == [14, 15]
    with pytest.raises(VerifyError, match="not the shard"):
        data.read(0, 1)


def test_few_shards_are_open_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset, "_MOST_OPEN", 2)
    opened: list[str] = []

    def open_and_note(path: Path) -> Shard:
        opened.append(path.name)
        return open_shard(path)

    monkeypatch.setattr(dataset, "open_shard", open_and_note)
    data = open_tokens(folder)
    for start in (0, 14, 0, 14, 30, 14, 0):
        data.read(start, start + 1)
    assert opened == ["0.arrow", "3.arrow", "4.arrow", "0.arrow"]


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
def test_open_shards_take_no_file_descriptors(folder: Path) -> None:
    data = open_tokens(folder)
    before = len(os.listdir("/proc/self/fd"))
    data.read(0, data.tokens)
    assert len(os.listdir("/proc/self/fd")) == before


def test_pickles_as_its_folder(folder: Path) -> None:
    data = open_tokens(folder)
    data.read(0, data.tokens)
    written = pickle.dumps((data, data.stream(sources=["wiki"])))
    assert len(written) < 600
    again, stream = pickle.loads(written)
    assert again.read(0, 44).tolist() == data.read(0, 44).tolist()
    assert stream.fingerprint == data.stream(sources=["wiki"]).fingerprint
    write_folder(folder, SHARDS[:-1])
    with pytest.raises(VerifyError, match="has changed since it was opened"):
        pickle.loads(written)


def test_a_folder_without_an_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VerifyError, match=r"index\.json cannot be read"):
        open_tokens(tmp_path)


def test_uint32(tmp_path: Path) -> None:
    data = open_tokens(write_folder(tmp_path, SHARDS, "uint32"))
    assert data.read(0, 44).dtype == data.dtype == data.stream().dtype == "uint32"
    assert isinstance(data, TokenDataset)
