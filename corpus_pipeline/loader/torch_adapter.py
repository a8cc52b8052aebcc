"""Batches as torch tensors. torch is imported when a batch is converted, not before."""

from typing import Any

import numpy as np

from corpus_pipeline.loader.batch import Batch


def to_torch(batch: Batch) -> dict[str, Any]:
    """Returns the arrays of a batch as torch tensors on the CPU.

    Returns:
        `tokens` and `targets` as int64 (torch takes no unsigned index), `loss_mask` as bool,
        `segments` and `positions` as int32, all of shape [b, L].

    Raises:
        ImportError: torch is not installed.
    """
    try:
        import torch  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise ImportError(
            "to_torch needs torch, which is not installed; install torch or use the NumPy arrays"
        ) from error
    return {
        "tokens": torch.from_numpy(batch.tokens.astype(np.int64)),
        "targets": torch.from_numpy(batch.targets.astype(np.int64)),
        "loss_mask": torch.from_numpy(batch.loss_mask),
        "segments": torch.from_numpy(batch.segments),
        "positions": torch.from_numpy(batch.positions),
    }
