"""What Megatron-LM's pretrain_gpt.py needs to read shards: `--dataloader-type external`.

Replace its `train_valid_test_datasets_provider` by `provider` below, and its `get_batch` by
`next_batch`. Or export instead, and change nothing: `corpus export ... --format megatron`.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch.utils.data import DataLoader

from corpus_pipeline.loader import SequenceOptions, open_tokens, torch_batches

#: What Megatron calls the arrays.
NAMES = {
    "tokens": "tokens",
    "targets": "labels",
    "loss_mask": "loss_mask",
    "positions": "position_ids",
}


def micro_batches(
    tokens: str, length: int, micro_batch: int, rank: int, world: int, taken: int = 0
) -> Iterator[dict[str, Any]]:
    """Yields one data-parallel rank's micro-batches, with Megatron's names.

    Args:
        tokens: folder or URL of shards.
        length: `--seq-length`.
        micro_batch: `--micro-batch-size`.
        rank: among the data-parallel ranks.
        world: number of those.
        taken: micro-batches that a rank has had before: consumed samples / (micro_batch * world).
    """
    options = SequenceOptions(length, micro_batch * world, seed=1, epochs=None)
    batches = torch_batches(open_tokens(tokens), options, rank, world, arrays=tuple(NAMES))
    batches.load_state_dict(batches.loader.state_at(taken))
    for batch in DataLoader(batches, batch_size=None, num_workers=1):
        found = {name: batch[ours] for ours, name in NAMES.items()}
        found["loss_mask"] = found["loss_mask"].to(torch.float32)
        yield found


def provider(samples: Any) -> tuple[Any, None, None]:
    """Stands for `train_valid_test_datasets_provider`; called on every rank."""
    from megatron.core import parallel_state
    from megatron.training import get_args

    args = get_args()
    rank = parallel_state.get_data_parallel_rank()
    world = parallel_state.get_data_parallel_world_size()
    taken = args.consumed_train_samples // (args.micro_batch_size * world)
    data = micro_batches(
        args.data_path[0], args.seq_length, args.micro_batch_size, rank, world, taken
    )
    return data, None, None


provider.is_distributed = True  # type: ignore[attr-defined]


def next_batch(data: Iterator[dict[str, Any]]) -> tuple[Any, ...]:
    """Stands for `get_batch` without tensor and context parallelism.

    Returns:
        Tokens, labels, loss mask, attention mask (none: the model's own causal one), positions.
    """
    batch = {name: tensor.cuda(non_blocking=True) for name, tensor in next(data).items()}
    return (
        batch["tokens"],
        batch["labels"],
        batch["loss_mask"],
        None,
        batch["position_ids"],
    )
