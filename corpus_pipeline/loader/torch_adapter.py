"""The loader in torch: batches as tensors, and data sets for its DataLoader.

torch is imported when one of these is called, not before.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus_pipeline.errors import LoaderError
from corpus_pipeline.loader.batch import Batch
from corpus_pipeline.loader.dataset import TokenDataset
from corpus_pipeline.loader.mixture import Mixture
from corpus_pipeline.loader.options import SequenceOptions
from corpus_pipeline.loader.sequence_dataset import SequenceDataset
from corpus_pipeline.loader.sequences import SequenceLoader
from corpus_pipeline.loader.stream import TokenStream

if TYPE_CHECKING:
    from corpus_pipeline.loader.torch_datasets import TorchBatches, TorchSequences

#: What of a batch becomes a tensor where nothing else is asked for.
ARRAYS = ("tokens", "targets", "loss_mask", "segments", "positions")


def to_torch(batch: Batch, arrays: Sequence[str] = ARRAYS) -> dict[str, Any]:
    """Returns arrays of a batch as torch tensors on the CPU.

    Args:
        batch: a batch.
        arrays: names of its attributes that are arrays.

    Returns:
        Name to tensor. `tokens` and `targets` are int64 (torch takes no unsigned index), the others
        have the types that they have in the batch.

    Raises:
        ImportError: torch is not installed.
    """
    _need_torch("to_torch")
    from corpus_pipeline.loader.torch_datasets import tensors

    return tensors(batch, arrays)


def torch_batches(
    data: TokenDataset | TokenStream | Mixture,
    options: SequenceOptions,
    rank: int | None = None,
    world: int | None = None,
    *,
    arrays: Sequence[str] = ARRAYS,
    cache: Path | None = None,
) -> "TorchBatches":
    """Returns one rank's batches as an `IterableDataset`, for `DataLoader(..., batch_size=None)`.

    An item is a whole batch: a dict of what `to_torch` returns and `step`, an int. With any number
    of workers the DataLoader gives the steps in their order, each once. Each `iter` of the
    DataLoader is the next pass. `state_dict` and `load_state_dict` are those that torchdata's
    StatefulDataLoader calls; see `TorchBatches` for what goes with a plain DataLoader.

    Args:
        data: what `open_tokens` or `open_mixture` returns, or a stream of a dataset.
        options: the same on every rank. Its `batch_size` is that of all ranks together.
        rank: number of this process among those that get different data; null asks
            torch.distributed, where it is initialised.
        world: number of those processes; null as `rank`.
        arrays: names of the attributes of `Batch` that are wanted; what is not asked for costs
            nothing. Also `cu_seqlens`, `samples`, `components`, `sizes`.
        cache: see `SequenceLoader`.

    Raises:
        ImportError: torch is not installed.
        LoaderError: there are several processes, and nobody says which one this is.
        ValueError: rank, world and batch size do not go together.
    """
    _need_torch("torch_batches")
    from corpus_pipeline.loader.torch_datasets import TorchBatches

    rank, world = _place(rank, world)
    return TorchBatches(SequenceLoader(data, options, rank, world, cache), arrays)


def torch_sequences(
    data: TokenDataset | TokenStream | Mixture,
    options: SequenceOptions,
    cache: Path | None = None,
) -> "TorchSequences":
    """Returns the sequences of all ranks as a map-style data set, for trainers that want one.

    Item i is the i-th sequence in the order of training, a dict of tensors. The trainer makes the
    batches and shares them among ranks, and must not shuffle: `DistributedSampler(...,
    shuffle=False, drop_last=True)` (without `drop_last` torch repeats sequences, so that ranks have
    as many).

    Args:
        data: what `open_tokens` or `open_mixture` returns, or a stream of a dataset.
        options: with an end, and one sequence length; `batch_size` decides nothing here.
        cache: see `SequenceLoader`.

    Raises:
        ImportError: torch is not installed.
        ValueError: the options have no end, or change by step.
    """
    _need_torch("torch_sequences")
    from corpus_pipeline.loader.torch_datasets import TorchSequences

    return TorchSequences(SequenceDataset(data, options, cache))


def _place(rank: int | None, world: int | None) -> tuple[int, int]:
    """Returns this process's rank and the world."""
    if rank is not None and world is not None:
        return rank, world
    if (rank, world) != (None, None):
        raise ValueError(f"rank is {rank} and world is {world}; give both or none")
    from torch import distributed  # type: ignore[import-not-found, unused-ignore]

    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_rank(), distributed.get_world_size()
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise LoaderError(
            f"WORLD_SIZE is {os.environ['WORLD_SIZE']}, but torch.distributed is not initialised, "
            "so every process would get every batch; initialise it first, or give rank and world"
        )
    return 0, 1


def _need_torch(function: str) -> None:
    try:
        import torch  # type: ignore[import-not-found, unused-ignore]  # noqa: F401
    except ImportError as error:
        raise ImportError(
            f"{function} needs torch, which is not installed; install torch or use the NumPy arrays"
        ) from error
