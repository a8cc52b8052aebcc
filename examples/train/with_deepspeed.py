"""Trains the small GPT with DeepSpeed: `deepspeed ... with_deepspeed.py TOKENS OUT STEPS`.

DeepSpeed gets no data set (it would wrap it in a DataLoader and a sampler of its own), only the
model; every data-parallel rank iterates its own batches.
"""

import sys

import deepspeed
from gpt import GPT, loss_of
from torch.utils.data import DataLoader

from corpus_pipeline.loader import SequenceOptions, open_tokens, torch_batches

BATCH, MICRO_BATCH = 16, 4


def main(tokens: str, out: str, steps: int) -> None:
    """Trains, resumes from the newest checkpoint in `out`, prints the losses."""
    deepspeed.init_distributed()
    data = open_tokens(tokens)
    model = GPT(data.index.vocab_size, width=64, layers=2)
    engine, *_ = deepspeed.initialize(
        model=model,
        model_parameters=model.parameters(),
        config={
            "train_batch_size": BATCH,
            "train_micro_batch_size_per_gpu": MICRO_BATCH,
            "optimizer": {"type": "AdamW", "params": {"lr": 3e-3, "torch_adam": True}},
            "zero_optimization": {"stage": 1},
        },
    )
    # A batch of the loader is one micro-batch of every rank.
    world = engine.dp_world_size
    options = SequenceOptions(128, MICRO_BATCH * world, seed=1)
    rank = deepspeed.comm.get_rank(engine.data_parallel_group)
    batches = torch_batches(data, options, rank, world)
    _, client = engine.load_checkpoint(out)
    if client:
        batches.load_state_dict(client["batches"])
    for batch in DataLoader(batches, batch_size=None, num_workers=1):
        step = engine.global_steps
        if step == steps:
            break
        del batch["step"]
        loss = loss_of(engine, {name: tensor.to(engine.device) for name, tensor in batch.items()})
        engine.backward(loss)
        engine.step()
        if engine.global_steps > step:
            print(f"step {engine.global_steps} loss {loss.item():.4f}", flush=True)
            if engine.global_steps % 10 == 0:
                state = batches.loader.state_at(engine.micro_steps)
                engine.save_checkpoint(out, client_state={"batches": state})


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
