"""JAX arrays of a batch, and sequences by number in Grain's loaders."""

import itertools
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from token_folders import Lengths, write_folder

from corpus_pipeline.loader import (
    SequenceDataset,
    SequenceLoader,
    SequenceOptions,
    TokenDataset,
    open_tokens,
    to_jax,
)

SHARDS = [Lengths([5, 0, 7, 30]), Lengths([40, 1, 3]), Lengths([20, 20])]
OPTIONS = SequenceOptions(4, 8, seed=3)


@pytest.fixture
def data(tmp_path: Path) -> TokenDataset:
    return open_tokens(write_folder(tmp_path / "tokens", SHARDS))


def by_hand(data: TokenDataset) -> list[list[list[int]]]:
    return [batch.tokens.tolist() for batch in SequenceLoader(data, OPTIONS)]


def test_sequences_by_number(data: TokenDataset) -> None:
    source = SequenceDataset(data, OPTIONS)
    assert len(source) == 32
    (whole,) = SequenceLoader(data, SequenceOptions(4, 32, seed=3))
    for i in (5, 31, 0, -1, np.int64(7)):
        item = source[i]
        for name, array in item.items():
            assert np.array_equal(array, getattr(whole, name)[i]), name
        assert {str(array.dtype) for array in item.values()} == {"int32", "bool"}
    again = pickle.loads(pickle.dumps(source))
    assert repr(again) == repr(source)
    assert repr(source).startswith("SequenceDataset(32 sequences, ")
    source.set_epoch(1)
    assert not np.array_equal(source[3]["tokens"], again[3]["tokens"])
    source.set_epoch(0)
    assert np.array_equal(source[3]["tokens"], again[3]["tokens"])


@pytest.mark.trainers
def test_to_jax(data: TokenDataset) -> None:
    pytest.importorskip("jax")
    batch = SequenceLoader(data, OPTIONS).batch(1)
    arrays = to_jax(batch)
    for name, array in arrays.items():
        assert array.tolist() == getattr(batch, name).tolist()
    assert {str(array.dtype) for array in arrays.values()} == {"int32", "bool"}


@pytest.mark.trainers
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("workers", [0, 2])
def test_grain_data_loader(data: TokenDataset, workers: int) -> None:
    grain: Any = pytest.importorskip("grain.python")
    # Grain's workers ask for flags, which a main function of absl parses.
    pytest.importorskip("absl.flags").FLAGS.mark_as_parsed()
    source = SequenceDataset(data, OPTIONS)
    sampler = grain.IndexSampler(len(source), grain.NoSharding(), shuffle=False, num_epochs=1)
    loader = grain.DataLoader(
        data_source=source,
        sampler=sampler,
        operations=[grain.Batch(8)],
        worker_count=workers,
    )
    found = [batch["tokens"].tolist() for batch in loader]
    # Each worker makes batches of its own share: Grain's order, but each sequence once.
    assert sorted(itertools.chain(*found)) == sorted(itertools.chain(*by_hand(data)))
    if not workers:
        assert found == by_hand(data)


@pytest.mark.trainers
@pytest.mark.filterwarnings("ignore")
def test_grain_map_dataset_and_its_state(data: TokenDataset) -> None:
    grain: Any = pytest.importorskip("grain.python")
    made = grain.MapDataset.source(SequenceDataset(data, OPTIONS)).batch(8).to_iter_dataset()
    iterator = iter(made)
    found = [next(iterator)["tokens"].tolist()]
    state = iterator.get_state()
    resumed = iter(made)
    resumed.set_state(state)
    assert found + [batch["tokens"].tolist() for batch in resumed] == by_hand(data)
