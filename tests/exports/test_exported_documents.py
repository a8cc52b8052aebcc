"""Documents of streams, and where streams are cut, against plain lists."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from token_folders import Component, Lengths, places, write_folder, write_mixture, write_selection

from corpus_pipeline.errors import VerifyError
from corpus_pipeline.exports.documents import cut, documents_of, lengths_of
from corpus_pipeline.loader import TokenDataset, TokenStream, open_mixture, open_tokens

shards = st.lists(
    st.builds(
        Lengths,
        st.lists(st.sampled_from([0, 1, 2, 3, 5, 30, 60]), max_size=8),
        st.sampled_from(["web", "书"]),
        st.just("train"),
    ),
    min_size=1,
    max_size=4,
)


def read(dataset: TokenDataset, stream: TokenStream, start: int, stop: int) -> list[list[int]]:
    """Returns the tokens of each document of a range, and looks at all that is said of them."""
    found = []
    for batch in documents_of(dataset, stream, start, stop):
        assert len(batch.ids) == len(batch.units) == len(batch.rows) == len(batch.lengths)
        assert batch.lengths.min() > 0
        assert len(batch.tokens) == batch.lengths.sum()
        for k, (id_, tokens) in enumerate(batch.each()):
            unit, row = int(batch.units[k]), int(batch.rows[k])
            assert id_ == f"{unit}文{row}"
            assert dataset.index.shards[unit].source == batch.source
            found.append(tokens.tolist())
    lengths = [n for each in lengths_of(dataset, stream, start, stop) for n in each.tolist()]
    assert lengths == [len(tokens) for tokens in found]
    return found


@given(shards, st.data())
def test_documents_of_a_stream_are_those_of_its_shards(
    given: list[Lengths], data: st.DataObject
) -> None:
    wanted = places(given, "train", None)
    if not wanted:
        return
    with TemporaryDirectory() as folder:
        dataset = open_tokens(write_folder(Path(folder), given))
        stream = dataset.stream()
        low = data.draw(st.integers(0, len(wanted) - 1))
        high = data.draw(st.integers(low + 1, len(wanted)))
        start = sum(map(len, wanted[:low]))
        stop = start + sum(map(len, wanted[low:high]))
        assert read(dataset, stream, start, stop) == wanted[low:high]


@given(shards, st.data())
def test_documents_of_a_selection_repeat_as_it_says(
    given: list[Lengths], data: st.DataObject
) -> None:
    there = places(given, "train", {"web"})
    if not there:
        return
    chosen = data.draw(st.lists(st.integers(0, len(there) - 1), min_size=1, max_size=20))
    with TemporaryDirectory() as folder:
        tokens = write_folder(Path(folder, "tokens"), given)
        path = tokens.parent / "mixture.json"
        components = {"a": Component(["web"], chosen)}
        wanted = write_mixture(path, given, components, [("main", {"a": 1})])["a"]
        mixture = open_mixture(path)
        (stream,) = mixture.streams
        assert read(mixture.dataset, stream, 0, stream.tokens) == wanted
        most = data.draw(st.integers(1, 40))
        check_cut(stream, wanted, most)


def check_cut(stream: TokenStream, wanted: list[list[int]], most: int) -> None:
    """Compares the cuts with those that a loop over the documents makes."""
    borders, filled = [0], 0
    for document in wanted:
        if filled and filled + len(document) > most:
            borders.append(borders[-1] + filled)
            filled = 0
        filled += len(document)
    assert cut(stream, most) == [*borders, borders[-1] + filled]


@given(shards, st.integers(1, 80))
def test_streams_are_cut_between_documents(given: list[Lengths], most: int) -> None:
    wanted = places(given, "train", None)
    with TemporaryDirectory() as folder:
        stream = open_tokens(write_folder(Path(folder), given)).stream()
        if wanted:
            check_cut(stream, wanted, most)
            assert cut(stream, None) == [0, stream.tokens]
        else:
            assert cut(stream, most) == [0]


def test_a_place_is_found_where_few_documents_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus_pipeline.exports.documents._SEARCHED", 2)
    given = [Lengths([9, 50, 1, 1, 30, 2])]
    stream = open_tokens(write_folder(tmp_path, given)).stream()
    for most in range(1, 100):
        check_cut(stream, places(given, "train", None), most)


def test_little_is_gathered_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("_TOGETHER", 7), ("_SEGMENTS", 3)):
        monkeypatch.setattr(f"corpus_pipeline.exports.documents.{name}", value)
    given = [Lengths([3, 2, 4, 1, 6, 20, 1, 1])]
    write_folder(tmp_path / "tokens", given)
    components = {"a": Component(["web"], [4, 0, 2, 2, 5, 5, 7, 3, 1])}
    wanted = write_mixture(tmp_path / "m.json", given, components, [("main", {"a": 1})])["a"]
    mixture = open_mixture(tmp_path / "m.json")
    (stream,) = mixture.streams
    assert read(mixture.dataset, stream, 0, stream.tokens) == wanted
    sizes = [len(batch.tokens) for batch in documents_of(mixture.dataset, stream, 0, stream.tokens)]
    assert max(sizes) == 20
    assert all(size <= 7 for size in sizes if size != 20)


def test_little_of_one_source_is_taken_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = [Lengths([3, 2, 0, 4, 1, 6, 20, 1, 0, 1, 9])]
    dataset = open_tokens(write_folder(tmp_path, given))
    for most in range(1, 50):
        monkeypatch.setattr("corpus_pipeline.exports.documents._TOGETHER", most)
        assert read(dataset, dataset.stream(), 0, 47) == places(given, "train", None)
        for batch in documents_of(dataset, dataset.stream(), 0, 47):
            assert len(batch.tokens) <= most or len(batch.lengths) == 1


def test_a_segment_that_cuts_a_document_is_refused(tmp_path: Path) -> None:
    given = [Lengths([3, 2])]
    write_folder(tmp_path / "tokens", given)
    components = {"a": Component(["web"], [0])}
    write_mixture(tmp_path / "m.json", given, components, [("main", {"a": 1})])
    write_selection(tmp_path / "selection-00000.arrow", [[2, 3, 4]])
    mixture = open_mixture(tmp_path / "m.json")
    (stream,) = mixture.streams
    with pytest.raises(VerifyError, match="does not begin or end at a document"):
        read(mixture.dataset, stream, 0, 3)


def test_tokens_of_one_source_are_not_copied(tmp_path: Path) -> None:
    dataset = open_tokens(write_folder(tmp_path, [Lengths([3, 2, 4])]))
    for batch in documents_of(dataset, dataset.stream(), 0, 9):
        assert not batch.tokens.flags.owndata
        assert np.shares_memory(batch.tokens, dataset.batch_at(int(batch.tokens[0]) - 1)[2].tokens)
