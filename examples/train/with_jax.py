"""Trains a small model in JAX: `python examples/train/with_jax.py TOKENS STEPS`.

The loader is the iterator. Every host has its part of each batch.
"""

import itertools
import sys
from typing import Any

import jax
import jax.numpy as jnp

from corpus_pipeline.loader import SequenceLoader, SequenceOptions, open_tokens, to_jax

RATE = 0.5


def loss_of(weights: Any, batch: dict[str, Any]) -> Any:
    """Guesses each token from the last three of its document."""
    seen = jnp.zeros((*batch["tokens"].shape, 0))
    for back in range(3):
        before = jnp.roll(batch["tokens"], back, 1)
        inside = (batch["positions"] >= back)[..., None]
        seen = jnp.concatenate([seen, weights["embedding"][before] * inside], -1)
    logits = jax.nn.gelu(seen @ weights["in"]) @ weights["out"]
    chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), batch["targets"][..., None], -1)
    return -(chosen[..., 0] * batch["loss_mask"]).sum() / batch["loss_mask"].sum()


def trained(weights: Any, batch: dict[str, Any]) -> tuple[Any, Any]:
    """Returns the weights behind a step, and the loss before it."""
    loss, slopes = jax.value_and_grad(loss_of)(weights, batch)
    return jax.tree.map(lambda weight, slope: weight - RATE * slope, weights, slopes), loss


def main(tokens: str, steps: int) -> None:
    """Trains, and prints the losses."""
    data = open_tokens(tokens)
    keys = jax.random.split(jax.random.key(1), 3)
    vocabulary = data.index.vocab_size
    weights = {
        "embedding": jax.random.normal(keys[0], (vocabulary, 32)),
        "in": jax.random.normal(keys[1], (96, 128)) / 96**0.5,
        "out": jax.random.normal(keys[2], (128, vocabulary)) / 128**0.5,
    }
    loader = SequenceLoader(
        data, SequenceOptions(128, 8, seed=1), jax.process_index(), jax.process_count()
    )
    step = jax.jit(trained)
    for batch in itertools.islice(loader, steps):
        weights, loss = step(weights, to_jax(batch))
        print(f"step {batch.step} loss {loss:.4f}", flush=True)
    # `loader.state()` belongs into the checkpoint; `SequenceLoader.from_state` goes on from it.


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
