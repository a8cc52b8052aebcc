"""Trains the small GPT with Colossal-AI: `colossalai run --nproc_per_node 2 ... TOKENS STEPS`.

Not run in this project's tests: Colossal-AI wants older versions of torch, and CUDA.
"""

import sys

import colossalai
import torch
from colossalai.booster import Booster
from colossalai.booster.plugin import LowLevelZeroPlugin
from gpt import GPT, loss_of
from torch.utils.data import DataLoader

from corpus_pipeline.loader import SequenceOptions, open_tokens, torch_batches


def main(tokens: str, steps: int) -> None:
    """Trains, and prints the losses."""
    colossalai.launch_from_torch()
    data = open_tokens(tokens)
    # Rank and world are those of torch.distributed, which is initialised by now: this plugin is
    # data-parallel only. With others give those of the booster's data-parallel group.
    batches = torch_batches(data, SequenceOptions(128, 16, seed=1))
    loader = DataLoader(batches, batch_size=None, num_workers=1, pin_memory=True)
    model = GPT(data.index.vocab_size, width=64, layers=2)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    booster = Booster(plugin=LowLevelZeroPlugin(stage=1, precision="bf16"))
    model, optimizer, *_ = booster.boost(model, optimizer)
    for batch in loader:
        step = batch.pop("step")
        if step == steps:
            break
        loss = loss_of(model, {name: tensor.cuda() for name, tensor in batch.items()})
        booster.backward(loss, optimizer)
        optimizer.step()
        optimizer.zero_grad()
        print(f"step {step} loss {loss.item():.4f}", flush=True)
    # `batches.loader.state_at(step)` belongs beside booster.save_model and save_optimizer.


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
