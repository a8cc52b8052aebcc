"""Trains the small GPT with BMTrain: `torchrun --nproc_per_node 2 ... TOKENS STEPS`.

Not run in this project's tests: BMTrain is built with CUDA.
"""

import sys

import bmtrain as bmt
from gpt import GPT, loss_of
from torch.utils.data import DataLoader

from corpus_pipeline.loader import SequenceOptions, open_tokens, torch_batches


def main(tokens: str, steps: int) -> None:
    """Trains, and prints the losses."""
    bmt.init_distributed(seed=1)
    data = open_tokens(tokens)
    batches = torch_batches(
        data, SequenceOptions(128, 16, seed=1), rank=bmt.rank(), world=bmt.world_size()
    )
    loader = DataLoader(batches, batch_size=None, num_workers=1, pin_memory=True)
    model = bmt.BMTrainModelWrapper(GPT(data.index.vocab_size, width=64, layers=2))
    optimizer = bmt.optim.AdamOptimizer(model.parameters(), lr=3e-3)
    manager = bmt.optim.OptimManager(loss_scale=None)
    manager.add_optimizer(optimizer)
    for batch in loader:
        step = batch.pop("step")
        if step == steps:
            break
        loss = loss_of(model, {name: tensor.cuda() for name, tensor in batch.items()})
        manager.zero_grad()
        manager.backward(loss)
        manager.step()
        bmt.print_rank(f"step {step} loss {bmt.sum_loss(loss).item():.4f}")
    # `batches.loader.state_at(step)` belongs beside bmt.save.


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
