"""Batches as JAX arrays. jax is imported when a batch is converted, not before."""

from typing import Any

import numpy as np

from corpus_pipeline.loader.batch import Batch


def to_jax(batch: Batch) -> dict[str, Any]:
    """Returns the arrays of a batch as JAX arrays on the default device.

    Returns:
        `tokens`, `targets`, `segments` and `positions` as int32, `loss_mask` as bool, all of shape
        [b, L].

    Raises:
        ImportError: jax is not installed.
    """
    try:
        from jax import numpy  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise ImportError(
            "to_jax needs jax, which is not installed; install jax or use the NumPy arrays"
        ) from error
    return {
        "tokens": numpy.asarray(batch.tokens.astype(np.int32)),
        "targets": numpy.asarray(batch.targets.astype(np.int32)),
        "loss_mask": numpy.asarray(batch.loss_mask),
        "segments": numpy.asarray(batch.segments),
        "positions": numpy.asarray(batch.positions),
    }
