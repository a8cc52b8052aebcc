"""The loader: every sequence once an epoch, for any world, with any interruption."""

import dataclasses
import itertools
import json
import subprocess
import sys
import types
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline import storage
from corpus_pipeline.errors import ResumeError, VerifyError
from corpus_pipeline.loader import (
    Batch,
    SequenceLoader,
    SequenceOptions,
    TokenDataset,
    open_tokens,
    to_torch,
)
from corpus_pipeline.tokens.index import ShardEntry, TokenIndex
from corpus_pipeline.tokens.shard import ShardFormat, ShardWriter

SHA = "ab" * 32
EOS = 0

#: Lengths of documents with their end; 0 is a document that was null.
SHARDS = [[5, 1, 0, 7], [], [0, 0], [1, 1, 13, 0], [2]]


def write_folder(folder: Path, shards: Sequence[Sequence[int]], dtype: str = "uint16") -> Path:
    """Tokens count upwards through the stream, save for the ends of documents."""
    folder.mkdir(exist_ok=True)
    entries = []
    place = 0
    for k, lengths in enumerate(shards):
        with (folder / f"{k}.arrow").open("wb") as sink:
            # A tiny bound makes several record batches.
            writer = ShardWriter(sink, ShardFormat(SHA, EOS, dtype), batch_bytes=60)
            for row, length in enumerate(lengths):
                tokens = np.arange(place + 1, place + 1 + length).astype(dtype)
                tokens[-1:] = EOS
                place += length
                writer.write(
                    pa.array([f"{k}文{row}"]),
                    np.array([k], np.int32),
                    np.array([row]),
                    np.array([0, length]),
                    tokens,
                )
            summary = writer.close()
        written = storage.file_digest(folder / f"{k}.arrow")
        entries.append(ShardEntry(f"{k}.arrow", *summary, *written, "web"))
    index = TokenIndex(dtype, 60_000, EOS, "tokenizer.json", SHA, tuple(entries))
    (folder / "index.json").write_text(index.to_json(), "utf-8")
    return folder


def slow_stream(shards: Sequence[Sequence[int]]) -> tuple[list[int], set[int]]:
    """The whole stream and where documents start, by hand."""
    stream: list[int] = []
    starts = set()
    for length in (length for lengths in shards for length in lengths):
        if length:
            starts.add(len(stream))
            stream += [*range(len(stream) + 1, len(stream) + length), EOS]
    return stream, starts


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> TokenDataset:
    return open_tokens(write_folder(tmp_path_factory.mktemp("tokens"), SHARDS))


def same(a: Batch, b: Batch) -> bool:
    names = ("step", "sequences", "tokens", "targets", "segments", "positions")
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in names)


def test_stream(dataset: TokenDataset) -> None:
    stream, starts = slow_stream(SHARDS)
    assert (dataset.tokens, dataset.documents) == (30, 11)
    for a in range(len(stream) + 1):
        for b in range(a, len(stream) + 1):
            assert dataset.read(a, b).tolist() == stream[a:b]
            expected = [i - a for i in sorted(starts) if a <= i < b]
            assert dataset.document_starts(a, b).tolist() == expected
    for wrong in ((-1, 3), (0, 31), (5, 4)):
        with pytest.raises(IndexError):
            dataset.read(*wrong)
        with pytest.raises(IndexError):
            dataset.document_starts(*wrong)


@pytest.mark.parametrize("dtype", ["uint16", "uint32"])
def test_one_batch_by_hand(tmp_path: Path, dtype: str) -> None:
    data = open_tokens(write_folder(tmp_path / dtype, [[3, 4], [0, 2]], dtype))
    options = SequenceOptions(sequence_length=4, batch_size=2, shuffle=False)
    (batch,) = SequenceLoader(data, options)
    #  1 2 E | 4 5 6 E | 8 E
    assert batch.tokens.tolist() == [[1, 2, 0, 4], [5, 6, 0, 8]]
    assert batch.targets.tolist() == [[2, 0, 4, 5], [6, 0, 8, 0]]
    assert batch.segments.tolist() == [[0, 0, 0, 1], [0, 0, 0, 1]]
    assert batch.positions.tolist() == [[0, 1, 2, 0], [0, 1, 2, 0]]
    assert batch.tokens.dtype == batch.targets.dtype == dtype
    assert batch.segments.dtype == batch.positions.dtype == np.int32


@given(length=st.integers(1, 29), seed=st.integers(0, 2**64 - 1))
@settings(deadline=None, max_examples=40)
def test_windows_segments_and_the_tail(dataset: TokenDataset, length: int, seed: int) -> None:
    stream, starts = slow_stream(SHARDS)
    loader = SequenceLoader(dataset, SequenceOptions(length, batch_size=3, seed=seed))
    targets = 0
    for batch in loader:
        for i, sequence in enumerate(batch.sequences.tolist()):
            first = sequence * length
            assert batch.tokens[i].tolist() == stream[first : first + length]
            assert batch.targets[i].tolist() == stream[first + 1 : first + length + 1]
            segment, position = 0, 0
            for j in range(length):
                if j and first + j in starts:
                    segment, position = segment + 1, 0
                assert (batch.segments[i, j], batch.positions[i, j]) == (segment, position)
                position += 1
            targets += length
    assert targets + loader.dropped_tokens == len(stream) - 1
    assert 0 <= loader.dropped_tokens < length


@given(
    batch_size=st.sampled_from([1, 2, 4, 6, 12]),
    world=st.sampled_from([1, 2, 3, 4, 6]),
    seed=st.integers(0, 99),
    epochs=st.integers(1, 3),
    shuffle=st.booleans(),
)
@settings(deadline=None, max_examples=60)
def test_every_sequence_once_an_epoch_for_any_world(
    dataset: TokenDataset, batch_size: int, world: int, seed: int, epochs: int, shuffle: bool
) -> None:
    options = SequenceOptions(2, batch_size * world, seed, epochs, shuffle)
    alone = list(SequenceLoader(dataset, options))
    ranks = [list(SequenceLoader(dataset, options, rank, world)) for rank in range(world)]
    assert all(
        len(batches) == len(alone) == SequenceLoader(dataset, options).steps for batches in ranks
    )
    seen: list[int] = []
    for whole, *parts in zip(alone, *ranks, strict=True):
        for rank, part in enumerate(parts):
            assert part.step == whole.step
            assert np.array_equal(part.sequences, whole.sequences[rank::world])
            assert np.array_equal(part.tokens, whole.tokens[rank::world])
            assert part.tokens.shape[1] == 2
        seen += whole.sequences.tolist()
    n = SequenceLoader(dataset, options).sequences
    assert [len(batch.sequences) for batch in alone[:-1]] == [options.batch_size] * (len(alone) - 1)
    for epoch in range(epochs):
        assert sorted(seen[epoch * n : (epoch + 1) * n]) == list(range(n))
    assert len(seen) == epochs * n
    assert shuffle or seen == list(range(n)) * epochs


@given(
    stops=st.lists(st.integers(0, 4), max_size=6),
    worlds=st.lists(st.sampled_from([1, 2, 3, 6]), min_size=7),
)
@settings(deadline=None, max_examples=60)
def test_resume_equals_no_interruption(
    dataset: TokenDataset, stops: list[int], worlds: list[int]
) -> None:
    """Each part runs in a world of another size; rank 0's state serves all ranks."""
    options = SequenceOptions(2, batch_size=6, seed=5, epochs=4)
    whole = list(SequenceLoader(dataset, options))
    found: list[list[int]] = []
    state = SequenceLoader(dataset, options).state()
    for stop, world in zip([*stops, 10**9], worlds, strict=False):
        state = json.loads(json.dumps(state))
        loaders = [SequenceLoader.from_state(dataset, state, r, world) for r in range(world)]
        runs = [iter(loader) for loader in loaders]
        for _ in range(stop):
            parts = [next(run, None) for run in runs]
            if parts[0] is None:
                break
            sequences = np.empty(sum(len(part.sequences) for part in parts if part), np.int64)
            for rank, part in enumerate(parts):
                assert part is not None
                sequences[rank::world] = part.sequences
            found.append(sequences.tolist())
        assert all(loader.state() == loaders[0].state() for loader in loaders)
        state = loaders[0].state()
    assert found == [batch.sequences.tolist() for batch in whole]


def test_state_in_the_loop_is_behind_the_batch(dataset: TokenDataset) -> None:
    options = SequenceOptions(3, batch_size=2, seed=1, epochs=None)
    loader = SequenceLoader(dataset, options)
    run = iter(loader)
    states = [(next(run), loader.state()) for _ in range(12)]
    for (_, state), (following, _) in itertools.pairwise(states):
        assert same(next(iter(SequenceLoader.from_state(dataset, state))), following)
    assert loader.steps is None


def test_epochs_and_seeds_have_their_own_order(dataset: TokenDataset) -> None:
    orders = {
        tuple(SequenceLoader(dataset, SequenceOptions(1, 29, seed, 3)).order(np.arange(k, k + 29)))
        for seed in range(3)
        for k in (0, 29, 58)
    }
    assert len(orders) == 9


def test_refuses_other_data(dataset: TokenDataset, tmp_path: Path) -> None:
    state = SequenceLoader(dataset, SequenceOptions(2, 2)).state()
    other = open_tokens(write_folder(tmp_path / "other", [*SHARDS, [3]]))
    with pytest.raises(ResumeError, match="other data"):
        SequenceLoader.from_state(other, state)
    with pytest.raises(ResumeError, match="version 0"):
        SequenceLoader.from_state(dataset, {**state, "version": 0})
    again = open_tokens(write_folder(tmp_path / "again", SHARDS))
    assert SequenceLoader.from_state(again, state).state() == state


@pytest.mark.parametrize(
    ("rank", "world", "length", "message"),
    [(2, 2, 2, "rank"), (-1, 2, 2, "rank"), (0, 4, 2, "evenly"), (0, 1, 30, "no sequence")],
)
def test_refuses_worlds(
    dataset: TokenDataset, rank: int, world: int, length: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        SequenceLoader(dataset, SequenceOptions(length, 6), rank, world)


@pytest.mark.parametrize("shards", [[], [[]], [[0, 0]], [[1]]])
def test_refuses_streams_without_a_sequence(tmp_path: Path, shards: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="no sequence"):
        SequenceLoader(open_tokens(write_folder(tmp_path, shards)), SequenceOptions(1, 1))


@pytest.mark.parametrize(
    ("field", "value"),
    [("sequence_length", 0), ("batch_size", 0), ("seed", -1), ("seed", 2**64), ("epochs", 0)],
)
def test_refuses_options(field: str, value: int) -> None:
    with pytest.raises(ValueError, match=field):
        dataclasses.replace(SequenceOptions(2, 2), **{field: value})  # type: ignore[arg-type]


def test_open_refuses_a_shard_of_another_run(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "a", SHARDS)
    other = write_folder(tmp_path / "b", [[3], *SHARDS[1:]])
    (other / "0.arrow").replace(folder / "0.arrow")
    with pytest.raises(VerifyError, match="not the shard"):
        open_tokens(folder)


def test_import_is_light() -> None:
    program = (
        "import corpus_pipeline.loader, sys;"
        "print([m for m in ('apache_beam', 'torch', 'numba', 'tokenizers', 'gigatoken', 'awkward')"
        " if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert result.stdout == "[]\n"


def test_to_torch(dataset: TokenDataset, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = next(iter(SequenceLoader(dataset, SequenceOptions(4, 2))))
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "torch", None)
        with pytest.raises(ImportError, match="install torch"):
            to_torch(batch)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "torch", types.SimpleNamespace(from_numpy=lambda array: array))
        tensors = to_torch(batch)
    assert {name: array.dtype.name for name, array in tensors.items()} == {
        "tokens": "int64",
        "targets": "int64",
        "segments": "int32",
        "positions": "int32",
    }
    for name, array in tensors.items():
        assert array.tolist() == getattr(batch, name).tolist()


def test_a_url_is_refused_in_one_line() -> None:
    with pytest.raises(VerifyError, match=r"^s3://\.\.\.: .*copy the folder tokens/ to a local"):
        open_tokens("s3://bucket/run/tokens")
